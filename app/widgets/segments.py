"""
A few choices side by side, one of them taken: shorter than a list to open, and all of them in view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class _Segment(QPushButton):
    """One of them: as wide as its label needs when it is down, and bold."""

    def sizeHint(self) -> QSize:
        """Qt: what the label needs."""
        hint, bold = super().sizeHint(), QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        plain_px = self.fontMetrics().horizontalAdvance(self.text())
        bold_px = QFontMetrics(bold).horizontalAdvance(self.text())
        return QSize(hint.width() + max(0, bold_px - plain_px), hint.height())


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
            button = _Segment(label)
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

    def take(self, value: Any) -> None:
        """Show another value, which somebody else chose."""
        self._group.button(self._values.index(value)).setChecked(True)

    def choose(self, value: Any) -> None:
        """Press the button of a value, as a person would."""
        self._group.button(self._values.index(value)).click()
