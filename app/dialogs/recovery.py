"""
What to do about a library that cannot be opened: a copy, what can still be read, or a new beginning.

Always opens, because it needs nothing of the library. The work is done on a thread of its own; when it is
done, the window begins anew. Not here: the work (`recovery`, `backups`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QWidget

from app import backups, recovery
from app.dialogs.form import Form, main_button
from app.paths import Profile
from app.wording import sentence
from sync.errors import SyncError

LIST_HEIGHT_PX = 150


class RecoveryDialog(Form):
    """Offers the ways out, and goes the one that is chosen."""

    recovered = Signal()
    """There is a library that can be opened."""
    _done = Signal(object)
    _read = Signal(int)

    def __init__(self, parent: QWidget | None, profile: Profile, problem: str) -> None:
        """
        Show the ways.

        Args:
            profile: Held by this process; nothing has its library open.
            problem: Why it cannot be opened.
        """
        super().__init__(parent, QCoreApplication.translate("RecoveryDialog", "Recover the library"), problem)
        self._profile = profile
        self._working = False
        self.copies = QListWidget()
        self.copies.setAccessibleName(self.tr("Copies of the library"))
        self.copies.setFixedHeight(LIST_HEIGHT_PX)
        for copy in backups.copies(profile.backups):
            item = QListWidgetItem(self._words(copy))
            item.setData(Qt.ItemDataRole.UserRole, copy)
            self.copies.addItem(item)
        self.restore = main_button(self.tr("Go back to this copy"))
        self.rescue = QPushButton(self.tr("Save what can be read"))
        self.begin = QPushButton(self.tr("Begin with an empty library"))
        self.folder = QPushButton(self.tr("Show folder"))
        if self.copies.count():
            self.copies.setCurrentRow(0)
            self.column.addWidget(self.copies)
            self.column.addWidget(self.restore)
        else:
            self.copies.hide()
            self.restore.hide()
        for button, work in (
            (self.restore, self._restore),
            (self.rescue, self._rescue),
            (self.begin, self._begin),
            (self.folder, self._show_folder),
        ):
            button.clicked.connect(work)
            if button is not self.restore:
                self.column.addWidget(button)
        self.add_problem()
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.add_buttons(close)
        self._done.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._read.connect(self._show_read, Qt.ConnectionType.QueuedConnection)
        self.hint.setText(f"{problem} {self.tr('The damaged file is kept, whatever you choose.')}")

    def _words(self, copy: backups.Copy) -> str:
        """A copy as a person knows it: when, and how large."""
        when = QLocale().toString(QDateTime.fromMSecsSinceEpoch(copy.made_ms), QLocale.FormatType.ShortFormat)
        return f"{when} · {QLocale().formattedDataSize(copy.size_bytes)}"

    def _restore(self) -> None:
        item = self.copies.currentItem()
        if item is not None:
            copy: backups.Copy = item.data(Qt.ItemDataRole.UserRole)
            self._start(partial(backups.restore, self._profile, copy.path, _now_ms()))

    def _rescue(self) -> None:
        self._start(partial(recovery.rescue_library, self._profile, _now_ms(), self._tell_read))

    def _begin(self) -> None:
        self._start(partial(backups.set_aside, self._profile, _now_ms()))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._profile.folder)))

    def _start(self, work: Callable[[], object]) -> None:
        """Work on a thread of its own."""
        if self._working:
            return
        self._set_working(True)
        self.say_problem(self.tr("Working…"))

        def run() -> None:
            try:
                work()
            except (SyncError, OSError) as error:
                self._done.emit(error)
            else:
                self._done.emit(None)

        threading.Thread(target=run, name="recovery", daemon=True).start()

    def _tell_read(self, count: int) -> None:
        """On the other thread: so many documents were read."""
        self._read.emit(count)

    def _show_read(self, count: int) -> None:
        if self._working:
            self.say_problem(self.tr("Working… {n} read.").format(n=count))

    def _end(self, error: Exception | None) -> None:
        self._set_working(False)
        if error is not None:
            self.say_problem(sentence(error))
            return
        self.recovered.emit()
        self.close()

    def _set_working(self, working: bool) -> None:
        self._working = working
        for widget in (self.copies, self.restore, self.rescue, self.begin):
            widget.setEnabled(not working)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
