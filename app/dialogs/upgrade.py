"""
The upgrade window: what will happen, the eight steps as they pass, a way to stop, and the receipt.

Non-modal: one goes on writing meanwhile. The dialog shows and asks; `UpgradeFlow` has it done on the engine
thread and follows. Nothing is reloaded by hand afterwards: the engine says that the library is written anew,
and what is open loads itself in its place, with the caret on its letter.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.bridge import Bridge
from app.dialogs.form import Form, main_button
from app.engine_room import client_of
from app.labels import Label
from app.models.upgrade_words import (
    count_words,
    receipt_rows,
    receipt_words,
    step_words,
    whole_percent,
)
from app.theme import Appearance
from app.widgets.names import named
from app.wording import sentence
from sync.client.offers import STEPS, Progress, Receipt

if TYPE_CHECKING:
    from app.library import Library

MARK_PX = 16


class Attempt(Protocol):
    """One upgrade, as the client prepares it."""

    def cancel(self) -> None:
        """Stop at the next occasion. Any thread."""

    async def run(self) -> Receipt:
        """Do it. Raises SyncError with `why`, or what the disk did; the library is as it was then."""


Prepare = Callable[["Library", Callable[[Progress], None]], Attempt]


class UpgradeDialog(Form):
    """Shows one upgrade from the question to the receipt."""

    begun = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None, appearance: Appearance, server: str) -> None:
        """
        Ask whether to begin.

        Args:
            server: Whose notes are newer; "" when they are nobody's but this computer's.
        """
        super().__init__(parent, QCoreApplication.translate("UpgradeDialog", "Upgrade your notes"), " ")
        self._appearance = appearance
        self._running = False
        what = self.tr("Your notes are fetched from {server} in the newer version.").format(server=server)
        here = self.tr("Your notes are brought to the newer version on this computer.")
        go_on = self.tr("You can go on writing meanwhile. A copy of the old ones is kept.")
        self.hint.setText(f"{what if server else here} {go_on}")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(self.tr("Progress of the upgrade"))
        self.column.addWidget(self.bar)
        self.column.addSpacing(6)
        self._marks: dict[str, QLabel] = {}
        self._names: dict[str, QLabel] = {}
        self._counts: dict[str, QLabel] = {}
        self.column.addLayout(self._build_steps())
        self.summary = Label(wordWrap=True)
        self.details = named(Label(wordWrap=True), "hint")
        self.column.addWidget(self.summary)
        self.column.addWidget(self.details)
        # What the steps leave behind when they go belongs below, not between the lines.
        self.column.addStretch(1)
        self.add_problem()
        self.cancel = QPushButton(self.tr("Not now"))
        self.cancel.clicked.connect(self.close)
        self.go = main_button(self.tr("Upgrade"))
        self.go.clicked.connect(self._begin)
        self.add_buttons(self.cancel, self.go)
        self.show_progress(None)

    def _build_steps(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for number, step in enumerate(STEPS[:-1]):
            mark, name, count = Label(), Label(step_words(step)), named(Label(), "hint")
            mark.setFixedSize(MARK_PX, MARK_PX)
            self._marks[step], self._names[step], self._counts[step] = mark, name, count
            for place, label in enumerate((mark, name, count)):
                grid.addWidget(label, number, place, Qt.AlignmentFlag.AlignVCenter)
        return grid

    def show_progress(self, progress: Progress | None) -> None:
        """Mark what is done and what is in hand; None before it begins."""
        at = progress.number if progress is not None else 0
        for number, step in enumerate(STEPS[:-1], 1):
            name, role = ("check", "good") if number < at else ("minus", "text_faint")
            if number == at:
                name, role = "refresh-cw", "accent"
            self._marks[step].setPixmap(self._appearance.picture(name, role, MARK_PX))
            self._names[step].setEnabled(number <= at)
            is_here = progress is not None and number == at
            self._counts[step].setText(count_words(progress) if is_here and progress is not None else "")
        if progress is not None:
            self.bar.setValue(max(self.bar.value(), whole_percent(progress)))
            self.bar.setAccessibleDescription(step_words(progress.step))
            self.cancel.setEnabled(progress.cancellable)

    def show_receipt(self, receipt: Receipt) -> None:
        """It is done: the counts, and where the old copy is."""
        self._running = False
        self.show_progress(Progress("done"))
        self.bar.hide()
        for labels in (self._marks, self._names, self._counts):
            for label in labels.values():
                label.hide()
        self.hint.setText(self.tr("Done. You are where you were, in the newer version."))
        self.summary.setText(receipt_words(receipt))
        self.details.setText("\n".join(receipt_rows(receipt)))
        self._end()

    def show_stopped(self, text: str) -> None:
        """It did not come to its end: why, and a way to try again."""
        self._running = False
        before = self.height()
        self.bar.setValue(0)
        self.show_progress(None)
        self._keep_room(False)
        self.say_problem(text)
        self.cancel.setText(self.tr("Close"))
        self.cancel.setEnabled(True)
        self.go.setText(self.tr("Try again"))
        self.go.show()
        self.fit()
        self.setMinimumHeight(max(before, self.minimumHeight()))

    def _begin(self) -> None:
        self._running = True
        self._keep_room(True)
        self.say_problem("")
        self.cancel.setText(self.tr("Cancel"))
        self.go.hide()
        self.fit()
        self.begun.emit()

    def _keep_room(self, kept: bool) -> None:
        """Keep the lines below the steps empty, or give them to the problem: the window stays as high."""
        for label in (self.summary, self.details):
            label.setVisible(kept)

    def _end(self) -> None:
        self.cancel.setText(self.tr("Close"))
        self.cancel.setEnabled(True)
        self.go.hide()
        self.cancel.setDefault(True)
        self.cancel.setFocus()  # while the notes were switched over it was off, and lost it
        self.column.activate()
        self.fit()

    def reject(self) -> None:
        """While an upgrade runs, closing asks it to stop; the window stays to say how it ended."""
        if self._running:
            self.cancelled.emit()
        else:
            super().reject()


class UpgradeFlow(QObject):
    """Has the engine upgrade the library, and shows it. GUI thread only."""

    def __init__(self, bridge: Bridge, window: QWidget, appearance: Appearance) -> None:
        """Wait for `ask`."""
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self._appearance = appearance
        self._attempt: Attempt | None = None
        self.prepare: Prepare = prepare_upgrade
        self.dialog: UpgradeDialog | None = None

    def ask(self, server: str = "") -> None:
        """Open the window, or bring it to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        dialog = UpgradeDialog(self._window, self._appearance, server)
        dialog.begun.connect(self._begin)
        dialog.cancelled.connect(self._cancel)
        dialog.finished.connect(lambda _: self._gone(dialog))
        self.dialog = dialog
        dialog.show()

    def _begin(self) -> None:
        def show(progress: Progress) -> None:
            self._bridge.post(partial(self._show_progress, progress))

        async def work(library: Library) -> Receipt:
            self._attempt = self.prepare(library, show)
            return await self._attempt.run()

        self._bridge.call(work, self._done, self._stopped)

    def _cancel(self) -> None:
        if self._attempt is not None:
            self._attempt.cancel()

    def _show_progress(self, progress: Progress) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(progress)

    def _done(self, receipt: Receipt) -> None:
        self._attempt = None
        if self.dialog is not None:
            self.dialog.show_receipt(receipt)

    def _stopped(self, error: Exception) -> None:
        self._attempt = None
        if self.dialog is not None:
            self.dialog.show_stopped(sentence(error))

    def _gone(self, dialog: UpgradeDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None


def prepare_upgrade(library: Library, show: Callable[[Progress], None]) -> Attempt:
    """An upgrade by the library's own client. Engine thread."""
    return client_of(library).upgrade(show)
