"""
Ask before signing out, and say what becomes of the notes: they stay.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.dialogs.form import Form, main_button


class SignOutDialog(Form):
    """Nothing is deleted by signing out, so there is one question and no trap."""

    accepted_sign_out = Signal()

    def __init__(self, parent: QWidget | None, who: str, unsent: int) -> None:
        """
        Ask.

        Args:
            who: The e-mail or the server that is signed out of.
            unsent: Deltas that are not on the server.
        """
        title = QCoreApplication.translate("SignOutDialog", "Sign out")
        super().__init__(parent, title, who)
        lines = [self.tr("All notes stay on this computer and can be read and edited as before.")]
        if unsent:
            lines.append(
                self.tr(
                    "{n} edits are not on the server yet. They are kept, and sent when you sign in again."
                ).format(n=unsent)
            )
        for line in lines:
            self.column.addWidget(QLabel(line, wordWrap=True))
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close)
        go = main_button(title)
        go.clicked.connect(self._go)
        self.add_buttons(cancel, go)

    def _go(self) -> None:
        self.close()
        self.accepted_sign_out.emit()
