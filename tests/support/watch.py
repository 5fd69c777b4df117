"""
What a test leaves behind, and what it says while it runs.

`Watch` is started before a test and finished after it. It collects log records of level WARNING and above,
Qt's own warnings, and whatever the test left running: threads, event loops, asyncio tasks, visible top-level
windows. It is not a mock of anything: it only looks, at Qt only where the test has already imported it.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import logging
import re
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

# Seconds. Enough for a thread that was told to stop, on a loaded machine.
JOIN_SECONDS_MAX = 20.0

# Said by Qt's offscreen platform about itself, never about our code.
QT_NOISE = re.compile(
    r"This plugin does not support (propagateSizeHints|raise|grabbing)"
    r"|QFontDatabase: Cannot find font directory"
    r"|Populating font family aliases took"
)

_loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()


def remember_event_loops() -> None:
    """Keep a weak list of every event loop made from now on. Calling it twice changes nothing."""
    original = asyncio.events.new_event_loop
    if getattr(original, "remembers", False):
        return

    def new_event_loop() -> asyncio.AbstractEventLoop:
        loop = original()
        _loops.add(loop)
        return loop

    new_event_loop.remembers = True  # type: ignore[attr-defined]  # a mark on a function
    asyncio.events.new_event_loop = new_event_loop
    asyncio.new_event_loop = new_event_loop


class Expected:
    """Messages that were said, and the patterns that a test allowed them to match."""

    def __init__(self, what: str) -> None:
        """Start empty. `what` names the kind of message in the complaint."""
        self.what = what
        self.said: list[str] = []
        self._patterns: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect at least one message in which the regular expression is found, said already or later."""
        self._patterns.append(re.compile(pattern))

    def complaints(self) -> list[str]:
        """Sentences about messages nobody expected and expectations nothing met."""
        surprises = [m for m in self.said if not any(p.search(m) for p in self._patterns)]
        unmet = [p.pattern for p in self._patterns if not any(p.search(m) for m in self.said)]
        return [f"unexpected {self.what}: {m}" for m in surprises] + [
            f"expected {self.what} never came: {p}" for p in unmet
        ]


class LogCollector(logging.Handler):
    """Turns records into "name: message" lines. Level: WARNING."""

    def __init__(self, lines: list[str]) -> None:
        """Append to `lines`, which the caller keeps."""
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Note the record, with the exception it carries, if any."""
        line = f"{record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0] is not None:
            line += f" [{record.exc_info[0].__name__}: {record.exc_info[1]}]"
        self._lines.append(line)


class Watch:
    """One test's watch: `start`, the test, `finish` (which answers the complaints)."""

    def __init__(self) -> None:
        """Nothing is watched before `start`."""
        self.log = Expected("log record")
        self.qt = Expected("Qt message")
        self._collector = LogCollector(self.log.said)
        self._threads: set[threading.Thread] = set()
        self._loops: set[asyncio.AbstractEventLoop] = set()
        self._windows: set[int] = set()
        self._previous_qt: Callable[..., Any] | None = None
        self._qt_watched = False

    def start(self) -> None:
        """Note what is there already, which wider fixtures may own, and begin to listen."""
        self._threads = set(threading.enumerate())
        self._loops = set(_loops)
        self._windows = {number for number, _ in _visible_windows()}
        logging.getLogger().addHandler(self._collector)
        if "PySide6.QtCore" in sys.modules:
            from PySide6.QtCore import qInstallMessageHandler

            self._previous_qt = qInstallMessageHandler(self._hear_qt)
            self._qt_watched = True

    def finish(self, passed: bool = True) -> list[str]:
        """
        Stop listening, put away what is left, and say what was wrong.

        Args:
            passed: False when the test failed by itself: then its frames still hold what it made, and only
                the putting away is done.
        """
        complaints = [f"window left open: {name}" for name in self._close_windows()]
        complaints += self._left_loops() + self._left_threads()
        logging.getLogger().removeHandler(self._collector)
        if self._qt_watched:
            from PySide6.QtCore import qInstallMessageHandler

            qInstallMessageHandler(self._previous_qt)
        complaints += self.log.complaints() + self.qt.complaints()
        return complaints if passed else []

    def _hear_qt(self, kind: Any, context: Any, message: str) -> None:
        if kind.name in ("QtWarningMsg", "QtCriticalMsg", "QtFatalMsg") and not QT_NOISE.search(message):
            self.qt.said.append(message)

    def _left_threads(self) -> list[str]:
        deadline = time.monotonic() + JOIN_SECONDS_MAX
        left = []
        for thread in set(threading.enumerate()) - self._threads:
            if isinstance(
                thread, threading._DummyThread
            ):  # Qt's own thread that once ran Python; it has no end
                continue
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                left.append(f"thread left running: {thread.name}")
        return left

    def _left_loops(self) -> list[str]:
        left = []
        for loop in set(_loops) - self._loops:
            if loop.is_closed():
                continue
            if not loop.is_running():
                left.append(f"event loop left open: {loop!r}")
            left += [f"task left pending: {task!r}" for task in asyncio.all_tasks(loop)]
        return left

    def _close_windows(self) -> list[str]:
        left = []
        for number, window in _visible_windows():
            if number not in self._windows:
                left.append(f"{type(window).__name__} {window.objectName()!r} {window.windowTitle()!r}")
                window.close()
                window.deleteLater()
        _deliver_deferred_deletes()
        return left


def _visible_windows() -> list[tuple[int, Any]]:
    """(address, widget) of each visible top-level widget; empty while there is no application."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    import shiboken6

    tops = [w for w in widgets.QApplication.topLevelWidgets() if shiboken6.isValid(w) and w.isVisible()]
    return [(shiboken6.getCppPointer(w)[0], w) for w in tops]


def _deliver_deferred_deletes() -> None:
    """Outside an event loop nobody carries out deleteLater(); do it here, between two tests."""
    core = sys.modules.get("PySide6.QtCore")
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
