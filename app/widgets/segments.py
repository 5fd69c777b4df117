"""
A few choices side by side, one of them taken: shorter than a list to open, and all of them in view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class Segments(QWidget):
    """`chosen` is the value of the button that is down."""

    changed = Signal(object)
    """The value that was just chosen by a person."""

    def __init__(self, name: str, choices: Sequence[tuple[str, Any]], chosen: Any) -> None:
        """
        Offer choices.

        Args:
            name: What is chosen, for assistive technology.
            choices: Label and value of each.
            chosen: The value to begin with.
        """
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._values: list[Any] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, (label, value) in enumerate(choices):
            button = QPushButton(label)
            button.setProperty("look", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setChecked(value == chosen)
            button.setAccessibleName(f"{name}: {label}")
            self._group.addButton(button, number)
            self._values.append(value)
            row.addWidget(button)
        row.addStretch()
        self._group.idClicked.connect(lambda number: self.changed.emit(self._values[number]))

    @property
    def chosen(self) -> Any:
        """The value of the button that is down; None when none is."""
        number = self._group.checkedId()
        return self._values[number] if number >= 0 else None

    def choose(self, value: Any) -> None:
        """Press the button of a value, as a person would."""
        self._group.button(self._values.index(value)).click()
