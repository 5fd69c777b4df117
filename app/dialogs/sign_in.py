"""
Sign in to a server, or make an account there. Never in the way: the window behind it stays usable.

The dialog collects and checks what was typed, and shows what the server answered in its own place. Who
talks to the server is `dialogs.account_flow`.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.dialogs.form import Form, main_button
from app.labels import Label
from app.widgets.names import named

PASSWORD_LENGTH_MIN = 8


@dataclass(frozen=True)
class Credentials:
    """What was typed. `name` is set to make an account."""

    server: str
    email: str
    password: str
    name: str | None = None
    adopt: bool = True
    """Make the notes that are on this computer the account's."""


class SignInDialog(Form):
    """One server, one e-mail, one password; the name only for a new account."""

    submitted = Signal(object)
    """Credentials, checked for what can be checked here."""
    separate_asked = Signal(str, str)
    """The server and the e-mail for which a profile of its own shall be made."""

    def __init__(
        self, parent: QWidget | None = None, *, server: str = "", email: str = "", reason: str = ""
    ) -> None:
        """
        Ask.

        Args:
            server: The address to start with.
            email: The e-mail to start with; editable.
            reason: Why the person is asked, when they did not ask for it; one sentence.
        """
        super().__init__(parent, QCoreApplication.translate("SignInDialog", "Sign in"), reason)
        self._build(server, email)
        self._show_kind()
        first = self.password if server and email else self.email if server else self.server
        first.setFocus()

    def _build(self, server: str, email: str) -> None:
        fields = self.add_page()
        self.server = self.add_field(self.tr("Server"), example="wss://notes.example.org")
        self.email = self.add_field(self.tr("E-mail"), example=self.tr("you@example.org"))
        self.password = self.add_field(self.tr("Password"), secret=True)
        self.sign_up = QCheckBox(self.tr("Create an account on this server"))
        self.sign_up.toggled.connect(self._show_kind)
        self.name_label = named(Label(self.tr("Your name, as others see it")), "fieldLabel")
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Your name"))
        fields.addWidget(self.sign_up)
        fields.addSpacing(6)
        fields.addWidget(self.name_label)
        fields.addWidget(self.name)
        self.adopt = QCheckBox()
        self.adopt.setChecked(True)
        self.adopt.hide()
        fields.addWidget(self.adopt)
        self.add_problem()
        self.ways = QWidget()
        self.ways.hide()
        fields.addWidget(self.ways)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.close)
        self.go = main_button(self.tr("Sign in"))
        self.go.clicked.connect(self._submit)
        self.add_buttons(self.cancel, self.go)
        self.server.setText(server)
        self.email.setText(email)

    def offer_adoption(self, notes: int) -> None:
        """Say how many notes are here that no account owns, and let the person keep them out of it."""
        count = self.tr("1 note") if notes == 1 else self.tr("{n} notes").format(n=notes)
        self.adopt.setText(self.tr("Add the {count} on this computer to the account").format(count=count))
        self.adopt.setVisible(notes > 0)
        self.fit()

    def show_busy(self, busy: bool) -> None:
        """Nothing can be changed while the server is asked; Cancel still closes."""
        for widget in (self.server, self.email, self.password, self.sign_up, self.name, self.adopt, self.go):
            widget.setEnabled(not busy)
        self._show_label(busy)

    def refuse(self, text: str) -> None:
        """The server, or the way to it, said no: show why and let the person try again."""
        self.show_busy(False)
        self.say_problem(text)
        self.password.setFocus()
        self.password.selectAll()

    def offer_ways(self, owner: str, edits: int) -> None:
        """
        Another account than the library's: nothing is mixed; offer both ways to go on.

        Args:
            owner: What the library's account was called last.
            edits: Deltas that only the owner may send.
        """
        self.show_busy(False)
        whose = self.tr("The notes here belong to {owner}.")
        if edits:
            whose = (
                self.tr("This edit belongs to {owner}.")
                if edits == 1
                else self.tr("These {n} edits belong to {owner}.")
            )
        mixed = self.tr("Another account never gets them.")
        self.say_problem(f"{whose.format(owner=owner, n=edits)} {mixed}")
        column = QVBoxLayout(self.ways) if self.ways.layout() is None else None
        if column is not None:
            column.setContentsMargins(0, 4, 0, 0)
            as_owner = QPushButton(self.tr("Sign in as {owner}").format(owner=owner))
            as_owner.clicked.connect(lambda: self._take_owner(owner))
            apart = QPushButton(self.tr("Keep a separate profile"))
            apart.clicked.connect(self._ask_separate)
            for button in (as_owner, apart):
                button.setProperty("look", "link")
                button.setAutoDefault(False)
                # One below the other: an e-mail may be long.
                column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.ways.show()
        self.fit()
        self.bring_into_sight(self.ways)

    def _take_owner(self, owner: str) -> None:
        self.ways.hide()
        self.say_problem("")
        self.email.setText(owner)
        self.password.clear()
        self.password.setFocus()

    def _ask_separate(self) -> None:
        server, email = self.server.text().strip(), self.email.text().strip()
        self.close()
        self.separate_asked.emit(server, email)

    def _show_kind(self) -> None:
        new = self.sign_up.isChecked()
        self.name_label.setVisible(new)
        self.name.setVisible(new)
        self._show_label(False)
        self.fit()

    def _show_label(self, busy: bool) -> None:
        new = self.sign_up.isChecked()
        if busy:
            self.go.setText(self.tr("Creating…") if new else self.tr("Signing in…"))
        else:
            self.go.setText(self.tr("Create account") if new else self.tr("Sign in"))

    def _submit(self) -> None:
        wrong = self._first_problem()
        if wrong is not None:
            field, text = wrong
            self.say_problem(text)
            field.setFocus()
            return
        self.say_problem("")
        self.show_busy(True)
        name = self.name.text().strip() if self.sign_up.isChecked() else None
        server, email = self.server.text().strip(), self.email.text().strip()
        adopt = self.adopt.isChecked()
        self.submitted.emit(Credentials(server, email, self.password.text(), name, adopt))

    def _first_problem(self) -> tuple[QLineEdit, str] | None:
        if not self.server.text().strip():
            return self.server, self.tr("Which server? Its address looks like wss://notes.example.org")
        if "@" not in self.email.text():
            return self.email, self.tr("An e-mail address has an @ in it.")
        if not self.password.text():
            return self.password, self.tr("The password is missing.")
        if self.sign_up.isChecked() and not self.name.text().strip():
            return self.name, self.tr("What should others call you?")
        if self.sign_up.isChecked() and len(self.password.text()) < PASSWORD_LENGTH_MIN:
            return self.password, self.tr("A new password has at least {n} characters.").format(
                n=PASSWORD_LENGTH_MIN
            )
        return None
