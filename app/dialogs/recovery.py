"""
What to do about a library that cannot be opened: a copy, what can still be read, or a new beginning.

Always opens, because it needs nothing of the library. The work is done on a thread of its own, during which
the dialog stays; then it says what came of it, and the window begins anew. Not here: the work (`recovery`,
`backups`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app import backups, recovery
from app.dialogs.form import Form, main_button
from app.labels import Label
from app.models.times import long_time
from app.paths import Profile
from app.widgets.names import button, named
from app.wording import sentence
from sync.errors import SyncError

LIST_HEIGHT_PX_MAX = 150
LIST_FRAME_PX = 4

Work = Callable[[], "Path | recovery.Recovered | None"]


class RecoveryDialog(Form):
    """Offers the ways out, goes the one that is chosen, and says what came of it."""

    recovered = Signal()
    """There is a library that can be opened, and the person has read what came of it."""
    _done = Signal(object)
    _read = Signal(int)

    def __init__(self, parent: QWidget | None, profile: Profile, problem: str) -> None:
        """
        Show the ways.

        Args:
            profile: Held by this process; nothing has its library open.
            problem: Why it cannot be opened.
        """
        super().__init__(parent, QCoreApplication.translate("RecoveryDialog", "Recover the library"))
        self._profile = profile
        self._working = False
        self._is_recovered = False
        self.hint.setText(f"{problem} {self.tr('The file is kept as it is, whatever you choose here.')}")
        self.hint.show()
        self.copies = self._list_of_copies()
        self.restore = main_button(self.tr("Go back to this copy"))
        self.rescue = QPushButton(self.tr("Save what can be read"))
        self.begin = QPushButton(self.tr("Begin with an empty library"))
        self.folder = button(self.tr("Show folder"), "link")
        self.open_button = main_button(self.tr("Open the library"))
        self.status = named(Label(wordWrap=True), "hint")
        self.status.hide()
        self._ways = QWidget()
        self._add_ways()
        self.column.addWidget(self.status)
        self.add_problem()
        self.close_button = QPushButton(self.tr("Close"))
        self.add_buttons(self.folder, self.close_button, self.open_button)
        self.open_button.hide()
        for control, work in (
            (self.restore, self._restore),
            (self.rescue, self._rescue),
            (self.begin, self._begin),
            (self.folder, self._show_folder),
            (self.close_button, self.close),
            (self.open_button, self.close),
        ):
            control.clicked.connect(work)
        self._done.connect(self._end, Qt.ConnectionType.QueuedConnection)
        self._read.connect(self._show_read, Qt.ConnectionType.QueuedConnection)

    def _list_of_copies(self) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(self.tr("Copies of the library"))
        for copy in backups.copies(self._profile.backups):
            size = QLocale().formattedDataSize(copy.size_bytes, 0, QLocale.DataSizeFormat.DataSizeSIFormat)
            item = QListWidgetItem(f"{long_time(copy.made_ms)} · {size}")
            item.setData(Qt.ItemDataRole.UserRole, copy)
            made.addItem(item)
        if made.count():
            made.setCurrentRow(0)
        return made

    def _add_ways(self) -> None:
        """Each way with what becomes of the notes."""
        column = QVBoxLayout(self._ways)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        ways = (
            (self.restore, self.tr("What was written later is not in it. What a server has comes again.")),
            (self.rescue, self.tr("Reads the notes one by one out of the damaged file, as far as it can.")),
            (self.begin, self.tr("Sign in afterwards, and what a server has comes again.")),
        )
        has_copies = self.copies.count() > 0
        self.copies.setVisible(has_copies)
        self.restore.setVisible(has_copies)
        if has_copies:
            column.addWidget(self.copies)
        for control, words in ways if has_copies else ways[1:]:
            column.addWidget(control)
            column.addWidget(named(Label(words, wordWrap=True), "hint"))
            column.addSpacing(8)
        self.column.addWidget(self._ways)
        self.copies.ensurePolished()  # rows are as high as the style sheet has them in a dialog
        rows = self.copies.sizeHintForRow(0) * self.copies.count() + LIST_FRAME_PX
        self.copies.setFixedHeight(min(LIST_HEIGHT_PX_MAX, rows))

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

    def _start(self, work: Work) -> None:
        """Work on a thread of its own."""
        if self._working:
            return
        self._set_working(True)
        self.say_problem("")
        self._say(self.tr("Working…"))

        def run() -> None:
            try:
                result = work()
            except (SyncError, OSError) as error:
                self._done.emit(error)
            else:
                self._done.emit(result)

        threading.Thread(target=run, name="recovery", daemon=True).start()

    def _tell_read(self, count: int) -> None:
        """On the other thread: so many documents were read."""
        self._read.emit(count)

    def _show_read(self, count: int) -> None:
        if self._working:
            self._say(self.tr("Working… {n} read.").format(n=count))

    def _end(self, result: Path | recovery.Recovered | Exception | None) -> None:
        self._set_working(False)
        if isinstance(result, Exception):
            self._say("")
            self.say_problem(sentence(result))
            return
        self._is_recovered = True
        self._ways.hide()
        self.close_button.hide()
        self.hint.setText(self._outcome(result))
        self._say("")
        self.open_button.show()
        self.open_button.setFocus()
        self.fit()

    def _say(self, text: str) -> None:
        self.status.setText(text)
        self.status.setVisible(bool(text))
        self.fit()

    def _set_working(self, working: bool) -> None:
        self._working = working
        for widget in (self._ways, self.close_button):
            widget.setEnabled(not working)

    def done(self, result: int) -> None:
        """Qt: closed, by a button, a key or the window's frame; not while the work goes on."""
        if self._working:
            return
        super().done(result)
        if self._is_recovered:
            self._is_recovered = False
            self.recovered.emit()

    def _outcome(self, result: Path | recovery.Recovered | None) -> str:
        """What the library has now, and where the damaged file is."""
        words = [self.tr("The library can be opened again.")]
        aside = result
        if isinstance(result, recovery.Recovered):
            aside = result.aside
            one, many = self.tr("1 note could be read."), self.tr("{n} notes could be read.")
            words.append((one if result.taken == 1 else many).format(n=f"{result.taken:n}"))
            if result.read.texts:
                words.append(self.tr("Of {n} of them only the text.").format(n=f"{result.read.texts:n}"))
            if result.read.lost:
                one, many = self.tr("1 piece could not be read."), self.tr("{n} pieces could not be read.")
                words.append((one if result.read.lost == 1 else many).format(n=f"{result.read.lost:n}"))
        if isinstance(aside, Path):
            words.append(self.tr("The damaged file is kept as {name}.").format(name=aside.name))
        return " ".join(words)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
