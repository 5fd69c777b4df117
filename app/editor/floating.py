"""
The plain rounded panel that small bars over the text stand on, in the colours of the editor's palette.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the panel; the controls on it draw themselves."""
        palette = self._over.formats.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.divider), 1))
        painter.setBrush(QColor(palette.background))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
        painter.end()
