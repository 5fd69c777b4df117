"""
Who else is in the note: overlapping circles with initials, in the colours of their carets.

Each is a button where somebody can be followed, else a picture; the tool tip and the accessible name say the
full name. Empty and without width when nobody is here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.labels import tip
from app.models.people import Person
from app.theme import Appearance

CIRCLE_PX = 26
STEP_PX = 19
PEOPLE_MAX = 5
LETTER_SIZE_PX = 10
IDLE_OPACITY = 0.45
_RING_PX = 2


class Avatar(QAbstractButton):
    """One circle."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        """Nobody's yet."""
        super().__init__(parent)
        self._appearance = appearance
        self._number: int | None = None
        self._idle = False
        self._ringed = False
        self.setFixedSize(CIRCLE_PX, CIRCLE_PX)

    def show_person(self, letters: str, number: int | None, *, idle: bool, ringed: bool) -> None:
        """
        Be somebody's circle.

        Args:
            letters: In it.
            number: Picks the colour; None for a quiet one.
            idle: Faint.
            ringed: Has a ring: this person is followed.
        """
        self.setText(letters)
        self._number, self._idle, self._ringed = number, idle, ringed
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A filled circle that stands off from its neighbour by a thin line of the page."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.font()
        font.setPixelSize(LETTER_SIZE_PX)
        font.setBold(True)
        painter.setFont(font)
        page = theme.colour("page")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(page)
        painter.drawEllipse(QRectF(self.rect()))
        painter.setOpacity(IDLE_OPACITY if self._idle else 1.0)
        colour = theme.colour("text_muted") if self._number is None else theme.person(self._number)
        circle = QRectF(1, 1, CIRCLE_PX - 2, CIRCLE_PX - 2)
        painter.setBrush(colour)
        painter.drawEllipse(circle)
        painter.setPen(page)
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, self.text())
        if self._ringed:
            self._paint_ring(painter, page, colour)
        if self.hasFocus():
            self._paint_ring(painter, page, theme.colour("text"))

    def _paint_ring(self, painter: QPainter, page: QColor, colour: QColor) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for inset, one in ((3.5, page), (1.0, colour)):
            painter.setPen(QPen(one, _RING_PX))
            size = CIRCLE_PX - 2 * inset
            painter.drawEllipse(QRectF(inset, inset, size, size))


class PresenceStrip(QWidget):
    """`show_people` changes who is in it."""

    chosen = Signal(object)
    """The Person whose circle was clicked."""
    rest_chosen = Signal()
    """The circle of those there was no room for."""

    def __init__(
        self, appearance: Appearance, parent: QWidget | None = None, *, can_choose: bool = False
    ) -> None:
        """Nobody is here yet. `can_choose`: the circles are buttons."""
        super().__init__(parent)
        self._appearance = appearance
        self._can_choose = can_choose
        self._people: list[Person] = []
        self.avatars: list[Avatar] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        appearance.changed.connect(self._repaint)
        self.show_people([])

    def show_people(
        self, people: Sequence[Person], idle: Collection[Person] = (), followed: Person | None = None
    ) -> None:
        """Show these people, the idle ones faintly; beyond PEOPLE_MAX they are counted."""
        self._people = list(people)
        names = ", ".join(person.name for person in people)
        self.setToolTip(tip(names))
        self.setAccessibleName(self.tr("Also here: {names}").format(names=names) if names else "")
        shown, rest = self._people[:PEOPLE_MAX], len(self._people) - PEOPLE_MAX
        self._have(len(shown) + (rest > 0))
        for avatar, person in zip(self.avatars, shown, strict=False):
            avatar.show_person(person.initials, person.hue, idle=person in idle, ringed=person == followed)
            if not self._can_choose:
                words = person.name
            elif person == followed:
                words = self.tr("Stop following {name}").format(name=person.name)
            else:
                words = self.tr("Follow {name}").format(name=person.name)
            avatar.setToolTip(tip(words))
            avatar.setAccessibleName(words)
        if rest > 0:
            self.avatars[-1].show_person(f"+{rest}", None, idle=False, ringed=False)
            self.avatars[-1].setToolTip(tip(names))
            self.avatars[-1].setAccessibleName(self.tr("{n} more").format(n=rest))
        self.setVisible(bool(people))
        self.updateGeometry()
        self._place()

    def _have(self, count: int) -> None:
        """As many circles as are shown; the first lies on top."""
        while len(self.avatars) > count:
            avatar = self.avatars.pop()
            avatar.hide()
            avatar.deleteLater()
        while len(self.avatars) < count:
            self.avatars.append(self._made(len(self.avatars)))
        for avatar in reversed(self.avatars):
            avatar.raise_()

    def _made(self, number: int) -> Avatar:
        avatar = Avatar(self._appearance, self)
        if self._can_choose:
            avatar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            avatar.setCursor(Qt.CursorShape.PointingHandCursor)
            avatar.clicked.connect(lambda: self._choose(number))
        else:
            avatar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            avatar.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        avatar.show()
        return avatar

    def _choose(self, number: int) -> None:
        if number < PEOPLE_MAX:
            self.chosen.emit(self._people[number])
        else:
            self.rest_chosen.emit()

    def _place(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for number, avatar in enumerate(self.avatars):
            left = number * STEP_PX
            avatar.move(self.sizeHint().width() - CIRCLE_PX - left if mirrored else left, 0)

    def _repaint(self) -> None:
        for avatar in self.avatars:
            avatar.update()

    def sizeHint(self) -> QSize:
        """As wide as the circles."""
        count = len(self.avatars)
        return QSize(CIRCLE_PX + STEP_PX * max(0, count - 1), CIRCLE_PX) if count else QSize(0, CIRCLE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: the first circle stands at the beginning of the line."""
        super().resizeEvent(event)
        self._place()
