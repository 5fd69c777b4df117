"""
Rows of a list or tree that are dragged: as a move, with a small picture beside the pointer.

Qt would offer a copy, which no place takes, hide the place under a picture of the whole row, and take the
row away from where it was before the library says so. Not here: what is dragged where (the models).
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QDrag, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

WIDTH_PX_MAX: Final = 220
_HEIGHT_PX: Final = 28
_MARGIN_PX: Final = 10
_BESIDE: Final = QPoint(-14, -8)


def carry(view: QAbstractItemView, words: str) -> None:
    """Have the chosen rows dragged until they are let go; `words` are seen beside the pointer."""
    mime = view.model().mimeData(view.selectedIndexes())
    if not mime.formats():
        return
    drag = QDrag(view)
    drag.setMimeData(mime)
    drag.setPixmap(chip(view, words))
    drag.setHotSpot(_BESIDE)
    drag.exec(Qt.DropAction.MoveAction)


def chip(view: QWidget, words: str) -> QPixmap:
    """A small picture with words on it, in the colours of the window."""
    metrics, scale = view.fontMetrics(), view.devicePixelRatioF()
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, WIDTH_PX_MAX - 2 * _MARGIN_PX)
    width = metrics.horizontalAdvance(shown) + 2 * _MARGIN_PX
    picture = QPixmap(round(width * scale), round(_HEIGHT_PX * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    room = QRectF(0, 0, width, _HEIGHT_PX)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(view.font())
    colours = view.window().palette()  # those of a list of ours have no ground
    painter.setPen(colours.color(QPalette.ColorRole.Mid))
    painter.setBrush(colours.color(QPalette.ColorRole.Window))
    painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setPen(colours.color(QPalette.ColorRole.WindowText))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)
    painter.end()
    return picture


class NoteListView(QListView):
    """The list of notes, whose rows are dragged to places."""

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Qt: the mouse has left with the chosen rows."""
        chosen = self.selectedIndexes()
        one = (chosen[0].data() if chosen else "") or self.tr("New note")
        carry(self, one if len(chosen) < 2 else self.tr("{n} notes").format(n=len(chosen)))
