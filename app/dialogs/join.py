"""
Join a notebook by a link that somebody sent: paste it, and that is all.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from app.dialogs.form import Form, main_button
from app.wording import sentence
from sync.client.links import Link, parse_link
from sync.errors import AuthFailed


class JoinDialog(Form):
    """One field. A link that is on the clipboard is in it already."""

    submitted = Signal(object)
    """A Link."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Ask."""
        super().__init__(
            parent,
            QCoreApplication.translate("JoinDialog", "Join by link"),
            QCoreApplication.translate("JoinDialog", "Paste the invitation that somebody sent you."),
        )
        self.link = self.add_field(self.tr("Link"), example="https://notes.example.org/i/…#…")
        pasted = QGuiApplication.clipboard().text().strip()
        if "/i/" in pasted and "#" in pasted:
            self.link.setText(pasted)
        self.add_problem()
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        self.go = main_button(self.tr("Join"))
        self.go.clicked.connect(self._submit)
        self.add_buttons(cancel, self.go)
        self.link.setFocus()

    def refuse(self, text: str) -> None:
        """Say why not, and let the person try again."""
        self.link.setEnabled(True)
        self.go.setEnabled(True)
        self.say_problem(text)

    def _submit(self) -> None:
        try:
            link: Link = parse_link(self.link.text())
        except AuthFailed as error:
            self.refuse(sentence(error))
            return
        self.say_problem("")
        self.link.setEnabled(False)
        self.go.setEnabled(False)
        self.submitted.emit(link)
