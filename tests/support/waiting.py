"""
Waiting for a condition while Qt's events go on, with a limit instead of a guess.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

SECONDS_MAX = 100.0
"""Only a failure takes as long: a machine may be busy, or its disk stand still for a minute."""


def wait_for(condition: Callable[[], Any], seconds: float = SECONDS_MAX) -> Any:
    """
    Let events happen until the condition is true, and give what it says.

    Raises:
        AssertionError: It did not become true in time.
    """
    from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop

    deadline = time.monotonic() + seconds
    while True:
        said = condition()
        if said:
            return said
        assert time.monotonic() < deadline, "waited in vain"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, QDeadlineTimer(20))
        time.sleep(0.001)
