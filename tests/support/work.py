"""
Work counted instead of timed: the same on a busy machine as on a quiet one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def calls_of(run: Callable[[], Any]) -> int:
    """How many functions are entered while `run` runs, Python's own included. About three times as slow."""
    count = 0

    def entered(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(entered)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count
