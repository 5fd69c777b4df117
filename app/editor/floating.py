"""
The plain rounded panel that small bars over the text stand on, in the colours of the editor's palette.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from app.editor.note_edit import NoteEdit

_RADIUS_PX: Final = 10


class FloatingPanel(QFrame):
    """A panel over the text of one editor."""

    def __init__(self, view: NoteEdit) -> None:
        """Args: view: What it stands over, hidden at first."""
        super().__init__(view)
        self._over: Final = view
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.hide()

    def stand_below(self, index: int) -> None:
        """Go under a place of the text, above it where there is no room, inside the editor always."""
        rect = self._over.rect_at(index)
        place = self._over.viewport().mapTo(self._over, QPoint(rect.left(), rect.bottom() + 6))
        room = self._over.rect().adjusted(8, 8, -8, -8)
        if place.y() + self.height() > room.bottom():
            place.setY(place.y() - rect.height() - self.height() - 12)
        place.setX(max(room.left(), min(place.x(), room.right() - self.width())))
        self.move(place.x(), max(room.top(), place.y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a key that no control of the panel wanted; it is not meant for the text behind."""
        event.accept()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt: Tab goes round the panel; the text it stands over would keep the key to itself."""
        begun = at = self.focusWidget()
        while at is not None:
            following = at.nextInFocusChain() if forward else at.previousInFocusChain()
            if following is None or following is begun:
                return True
            at = following
            reachable = at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus
            if reachable and self.isAncestorOf(at):
                at.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
                return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the panel; the controls on it draw themselves."""
        palette = self._over.formats.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.divider), 1))
        painter.setBrush(QColor(palette.background))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
        painter.end()
