"""
Ask before signing out, and what is to become of the notes: they stay, unless they are safe elsewhere and the
person wants them gone from this computer.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QWidget

from app.dialogs.form import Form, main_button
from app.labels import Label
from app.models.notice_words import edits_in_notes
from app.removal import OnlyHere
from app.widgets.names import named

INDENT_PX = 23
"""Where the words of a choice begin, below its name."""
LINK_PADDING_PX = 7


class SignOutDialog(Form):
    """One question with a harmless answer chosen. Removing is offered once nothing can be lost by it."""

    accepted_sign_out = Signal(bool)
    """True: remove the notes from this computer."""
    export_asked = Signal()

    def __init__(self, parent: QWidget | None, who: str) -> None:
        """
        Ask; until `show_only_here` says that it is safe, removing cannot be chosen.

        Args:
            who: The e-mail and the server that is signed out of.
        """
        title = QCoreApplication.translate("SignOutDialog", "Sign out")
        super().__init__(parent, title, who)
        self.keep = QRadioButton(self.tr("Keep notes here"))
        self.remove = QRadioButton(self.tr("Remove from this computer"))
        self.keep.setChecked(True)
        self.remove.setEnabled(False)
        self.choice = QButtonGroup(self)
        kept = self.tr("They stay on this computer, can be edited, and are sent when you sign in again.")
        self.why = named(Label(wordWrap=True), "hint")
        for button, words in (
            (self.keep, named(Label(kept, wordWrap=True), "hint")),
            (self.remove, self.why),
        ):
            self.choice.addButton(button)
            self.column.addWidget(button)
            words.setIndent(INDENT_PX)
            self.column.addWidget(words)
            self.column.addSpacing(4)
        self.export = QPushButton(self.tr("Export…"))
        self.export.setProperty("look", "link")
        self.export.clicked.connect(self.export_asked)
        self.export.hide()
        indented = QHBoxLayout()
        indented.setContentsMargins(INDENT_PX - LINK_PADDING_PX, 0, 0, 0)
        indented.addWidget(self.export, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(indented)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        go = main_button(title)
        go.clicked.connect(self._go)
        self.add_buttons(cancel, go)

    def show_only_here(self, found: OnlyHere) -> None:
        """Say what would be lost; with nothing to lose, removing can be chosen."""
        safe = not found.total
        self.remove.setEnabled(safe)
        if not safe:
            self.keep.setChecked(True)
        self.export.setVisible(not safe)
        self.why.setText(self._safe_words() if safe else self._lost_words(found))
        self.remove.setAccessibleDescription(self.why.text())
        self.fit()

    def _safe_words(self) -> str:
        return self.tr("Everything is on the server or exported. It can be fetched again by signing in.")

    def _lost_words(self, found: OnlyHere) -> str:
        parts = []
        if found.edits:
            parts.append(edits_in_notes(found.edits, found.notes))
        if found.refused:
            many = self.tr("{n} refused edits").format(n=found.refused)
            parts.append(self.tr("1 refused edit") if found.refused == 1 else many)
        if found.files:
            many = self.tr("{n} files").format(n=found.files)
            parts.append(self.tr("1 file") if found.files == 1 else many)
        text = self.tr("Not possible yet: only on this computer are {things}. Send or export them first.")
        return text.format(things=", ".join(parts))

    def _go(self) -> None:
        self.close()
        self.accepted_sign_out.emit(self.remove.isChecked())
