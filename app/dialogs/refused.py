"""
The window of refused edits: what the server would not take, why, and what can be done with each.

Non-modal. Nothing is lost by looking: an edit leaves the list when it was sent again, or when an export holds
it and the person takes it off. The dialog shows and asks; `RefusedFlow` reads the library and does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from app.bridge import Bridge
from app.dialogs.form import Form, main_button
from app.models.times import clock_time
from app.removal import mark_of, refused_exported
from app.transfer.refused import RefusedEdit, drop_refused, export_refused, refused_edits
from app.wording import sentence
from app.workspace import Workspace
from sync.client.state import Status

if TYPE_CHECKING:
    from app.library import Library

WIDTH_PX = 560
LIST_HEIGHT_PX = 150
TEXT_HEIGHT_PX = 120


class RefusedDialog(Form):
    """A list, the edit that is chosen, and four buttons."""

    again_asked = Signal(object)
    """A RefusedEdit."""
    export_asked = Signal()
    taken_off = Signal(object)
    """A RefusedEdit that an export holds."""

    def __init__(self, parent: QWidget | None) -> None:
        """Show an empty list."""
        super().__init__(parent, QCoreApplication.translate("RefusedDialog", "Refused edits"), " ")
        self.setFixedWidth(WIDTH_PX)
        self._edits: list[RefusedEdit] = []
        self.exported: frozenset[str] = frozenset()
        self.hint.setText(self.tr("The server did not take these edits. They are kept on this computer."))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Refused edits"))
        self.list.setFixedHeight(LIST_HEIGHT_PX)
        self.list.currentRowChanged.connect(self._show_row)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("The edit"))
        self.text.setFixedHeight(TEXT_HEIGHT_PX)
        self.text.setTabChangesFocus(True)
        for widget in (self.list, self.text):
            self.column.addWidget(widget)
        self.add_problem()
        self.copy = QPushButton(self.tr("Copy"))
        self.export = QPushButton(self.tr("Export…"))
        self.off = QPushButton(self.tr("Take off the list"))
        self.again = main_button(self.tr("Try again"))
        self.copy.clicked.connect(self._copy)
        self.export.clicked.connect(self.export_asked)
        self.off.clicked.connect(lambda: self._emit(self.taken_off))
        self.again.clicked.connect(lambda: self._emit(self.again_asked))
        self.add_buttons(self.copy, self.export, self.off, self.again)
        self.show_edits([], frozenset())

    def show_edits(self, edits: Sequence[RefusedEdit], exported: frozenset[str]) -> None:
        """
        Show what is in the quarantine.

        Args:
            exported: The marks of those that a file holds; only they can be taken off the list.
        """
        row = max(0, self.list.currentRow())
        self._edits, self.exported = list(edits), exported
        self.list.clear()
        for edit in self._edits:
            title = edit.title or self.tr("New note")
            item = QListWidgetItem(f"{title}   ·   {clock_time(edit.at_ms)}")
            item.setToolTip(edit.reason)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, len(self._edits) - 1))
        if not self._edits:
            self.hint.setText(self.tr("Nothing is refused any more."))
            self._show_row(-1)
        self.export.setEnabled(bool(self._edits))

    def chosen(self) -> RefusedEdit | None:
        """The edit whose row is chosen."""
        row = self.list.currentRow()
        return self._edits[row] if 0 <= row < len(self._edits) else None

    def _show_row(self, row: int) -> None:
        edit = self.chosen()
        for button in (self.copy, self.again):
            button.setEnabled(edit is not None)
        self.off.setEnabled(edit is not None and mark_of(edit) in self.exported)
        self.off.setToolTip("" if self.off.isEnabled() else self.tr("Export it first"))
        if edit is None:
            self.text.clear()
            self.say_problem("")
            return
        self.text.setPlainText(edit.text or edit.changes)
        self.say_problem(edit.reason)

    def _copy(self) -> None:
        edit = self.chosen()
        if edit is not None:
            QGuiApplication.clipboard().setText(edit.text or edit.changes)

    def _emit(self, signal: SignalInstance) -> None:
        edit = self.chosen()
        if edit is not None:
            signal.emit(edit)


class RefusedFlow(QObject):
    """Keeps the window true and does what is asked for in it. GUI thread only."""

    def __init__(self, bridge: Bridge, workspace: Workspace, window: QWidget) -> None:
        """Wait for `show`."""
        super().__init__(window)
        self._bridge = bridge
        self._workspace = workspace
        self._window = window
        self._count = 0
        self.choose = QFileDialog.getSaveFileName
        self.dialog: RefusedDialog | None = None

    def show(self) -> None:
        """Open the window, or bring it to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        dialog = RefusedDialog(self._window)
        dialog.finished.connect(lambda _: self._gone(dialog))
        dialog.again_asked.connect(self.again)
        dialog.export_asked.connect(self.export)
        dialog.taken_off.connect(self.take_off)
        self.dialog = dialog
        dialog.show()
        self.refresh()

    def take_status(self, status: Status) -> None:
        """Follow the engine: when more or fewer are refused, read them again."""
        if status.quarantine != self._count:
            self._count = status.quarantine
            self.refresh()

    def refresh(self) -> None:
        """Read the quarantine again."""
        if self.dialog is not None:
            self._bridge.call(quarantine_shown, self._show)

    def again(self, edit: RefusedEdit) -> None:
        """Make an edit once more; it leaves the list when it is stored."""
        delta = edit.delta
        if delta is None:
            self._say(self.tr("This program cannot read the edit. Update Commonplace, or export it."))
            return
        self._workspace.write_again(
            edit.document,
            delta,
            edit.text,
            lambda _: self._drop(edit),
            lambda error: self._say(sentence(error)),
        )

    def take_off(self, edit: RefusedEdit) -> None:
        """Forget an edit that an export holds."""
        self._drop(edit)

    def export(self) -> None:
        """Write all of them into a file."""
        path = self.choose(self._window, self.tr("Export refused edits"), "refused-edits.json")[0]
        if path:
            self._bridge.call(
                lambda library: export_refused(library, Path(path)),
                lambda _: self.refresh(),
                lambda error: self._say(sentence(error)),
            )

    def _drop(self, edit: RefusedEdit) -> None:
        # After what was submitted before it: the edit is stored again before it is forgotten here.
        self._bridge.call(lambda library: drop_refused(library, edit.key), lambda _: self.refresh())

    def _show(self, found: tuple[list[RefusedEdit], frozenset[str]]) -> None:
        if self.dialog is not None:
            self.dialog.show_edits(*found)

    def _say(self, text: str) -> None:
        if self.dialog is not None:
            self.dialog.say_problem(text)

    def _gone(self, dialog: RefusedDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None


def quarantine_shown(library: Library) -> tuple[list[RefusedEdit], frozenset[str]]:
    """What is in the quarantine, and which of it a file holds. Engine thread."""
    return refused_edits(library), refused_exported(library.store)
