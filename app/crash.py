"""
The last resort for our own bugs: every exception nobody expected is logged and shown, and the program goes
on.

Python's hooks for the main thread and for others, the engine's loop, and Qt's own messages all end here.
One calm window says what happened; a second bug while it is open is only logged. Not here: what the world
does to us; those errors have classes and sentences (`app.wording`). One of the three places that may catch
everything.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QMessageBox, QWidget

logger = logging.getLogger(__name__)

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


class CrashDesk(QObject):
    """Takes in unexpected exceptions from every thread. GUI thread, except `report`."""

    _reported = Signal(str)

    def __init__(self, log_folder: Path | None = None, parent: QObject | None = None) -> None:
        """`log_folder` is named in the window, so that it can be found."""
        super().__init__(parent)
        self._log_folder = log_folder
        self._box: QMessageBox | None = None
        self._previous: tuple[Hook, Callable[[threading.ExceptHookArgs], object]] | None = None
        self.window: QWidget | None = None
        self._reported.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Listen to Python and Qt until `remove`."""
        self._previous = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._hook
        threading.excepthook = self._thread_hook
        qInstallMessageHandler(_log_qt)

    def remove(self) -> None:
        """Give the hooks back."""
        if self._previous is not None:
            sys.excepthook, threading.excepthook = self._previous
            self._previous = None
            qInstallMessageHandler(None)

    def report(self, error: BaseException) -> None:
        """Log an exception and show it when the GUI thread comes to it. Any thread."""
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return
        text = "".join(traceback.format_exception(error))
        logger.critical("unexpected: %s", text)
        try:
            self._reported.emit(text)
        except Exception:
            # The window is gone, or Qt is on its way out: the log has it.
            logger.exception("the crash report could not be shown")

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error)

    def _thread_hook(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.report(args.exc_value)

    def _show(self, text: str) -> None:
        if self._box is not None:
            return
        # Held here: without a window to own it, it would be gone at once.
        box = self._box = QMessageBox(self.window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("Something went wrong"))
        box.setText(self.tr("Something went wrong in Commonplace. What you have typed is safe."))
        where = (
            self.tr(" The details are in {folder}.").format(folder=self._log_folder)
            if self._log_folder
            else ""
        )
        box.setInformativeText(self.tr("You can go on. If it happens again, start Commonplace anew.") + where)
        box.setDetailedText(text)
        box.setWindowModality(Qt.WindowModality.NonModal)
        box.finished.connect(self._closed)
        box.show()

    def _closed(self) -> None:
        self._box = None


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    logging.getLogger("qt").log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
