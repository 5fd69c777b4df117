"""
Who else is in the note: overlapping circles with initials, in the colours of their carets.

Painted; a tool tip and the accessible name say the full names. Empty and without width when nobody is here.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.models.people import Person
from app.theme import Appearance

CIRCLE_PX = 26
STEP_PX = 19
PEOPLE_MAX = 5
LETTER_SIZE_PX = 10


class PresenceStrip(QWidget):
    """`show_people` changes who is in it."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Nobody is here yet."""
        super().__init__(parent)
        self._appearance = appearance
        self._people: list[Person] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self.update)
        self.show_people([])

    def show_people(self, people: Sequence[Person]) -> None:
        """Show these people; beyond PEOPLE_MAX they are counted."""
        self._people = list(people)
        names = ", ".join(person.name for person in people)
        self.setToolTip(names)
        self.setAccessibleName(self.tr("Also here: {names}").format(names=names) if names else "")
        self.setVisible(bool(people))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the circles."""
        count = min(len(self._people), PEOPLE_MAX + 1)
        return QSize(CIRCLE_PX + STEP_PX * max(0, count - 1), CIRCLE_PX) if count else QSize(0, CIRCLE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The last circle is drawn first, so that the first person lies on top."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(LETTER_SIZE_PX)
        font.setBold(True)
        painter.setFont(font)
        theme = self._appearance.theme
        circles = [(person.initials, theme.person(person.number)) for person in self._people[:PEOPLE_MAX]]
        if len(self._people) > PEOPLE_MAX:
            circles.append((f"+{len(self._people) - PEOPLE_MAX}", theme.colour("text_muted")))
        for number, (letters, colour) in reversed(list(enumerate(circles))):
            circle = QRectF(number * STEP_PX + 1, 1, CIRCLE_PX - 2, CIRCLE_PX - 2)
            painter.setPen(theme.colour("page"))
            painter.setBrush(colour)
            painter.drawEllipse(circle)
            painter.setPen(theme.colour("page"))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, letters)
