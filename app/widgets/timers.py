"""
Small timers for widgets: do a thing once, a while after the last time it was asked for.

Qt's own timers, owned by their parent, so that none outlives its window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Later:
    """Calls `work` once, `delay_ms` after the last `ask`."""

    def __init__(self, parent: QObject, delay_ms: int, work: Callable[[], None]) -> None:
        """Nothing runs until the first `ask`. The timer dies with `parent`."""
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(work)

    def ask(self) -> None:
        """Start the wait, or start it again."""
        self._timer.start()

    def ask_at_most(self) -> None:
        """Start the wait unless one is running: the work then runs at a steady pace under steady asking."""
        if not self._timer.isActive():
            self._timer.start()

    def cancel(self) -> None:
        """Forget that it was asked for."""
        self._timer.stop()

    @property
    def waiting(self) -> bool:
        """Is the work still to come?"""
        return self._timer.isActive()


class Every(QTimer):
    """Calls `work` every `period_ms`, from the first period on, until its parent dies or it is stopped."""

    def __init__(self, parent: QObject, period_ms: int, work: Callable[[], None]) -> None:
        """Start at once."""
        super().__init__(parent)
        self.timeout.connect(work)
        self.start(period_ms)
