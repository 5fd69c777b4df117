"""
The bones of our dialogs: a title, a line of explanation, labelled fields, a place for problems, buttons.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.widgets.names import named

WIDTH_PX = 400


class Form(QDialog):
    """A non-modal dialog of one column. Subclasses add to it from top to bottom."""

    def __init__(self, parent: QWidget | None, title: str, hint: str = "") -> None:
        """The dialog destroys itself when it closes."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH_PX)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(28, 24, 28, 22)
        self.column.setSpacing(6)
        self.column.addWidget(named(QLabel(title), "dialogTitle"))
        self.hint = named(QLabel(hint, wordWrap=True), "hint")
        self.hint.setVisible(bool(hint))
        self.column.addWidget(self.hint)
        self.column.addSpacing(8)
        self.problem = named(QLabel(wordWrap=True), "problem")
        self.problem.hide()

    def add_field(self, label: str, *, secret: bool = False, example: str = "") -> QLineEdit:
        """Add a labelled line to type in."""
        name = named(QLabel(label), "fieldLabel")
        field = QLineEdit()
        field.setAccessibleName(label)
        field.setPlaceholderText(example)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
        name.setBuddy(field)
        self.column.addWidget(name)
        self.column.addWidget(field)
        self.column.addSpacing(6)
        return field

    def add_problem(self) -> None:
        """Put the place for problems here."""
        self.column.addWidget(self.problem)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Put buttons at the foot, to the right."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 10, 0, 0)
        row.addStretch()
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)

    def say_problem(self, text: str) -> None:
        """Say what is wrong, where it is; empty takes it back."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.adjustSize()


def main_button(text: str) -> QPushButton:
    """The button that does what the dialog is for."""
    button = QPushButton(text)
    button.setProperty("look", "main")
    button.setDefault(True)
    return button
