"""
Taking hold of embeds: a click selects one, and a picture that is selected has a corner to draw it larger or
smaller by.

While the corner is dragged the picture is laid out anew at each step and nothing is written; letting go
writes one mark. The picture is followed by an anchor, since others may write before it meanwhile. Keys and
the menu do the same in steps (`Commands.set_width`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QTextCharFormat, QTextCursor

from app.editor.commands import Commands
from app.editor.embeds import PICTURE_GAP_PX, PICTURE_PX_MIN, EmbedObject, payload_of
from app.editor.formats import EMBED_OBJECT
from app.editor.geometry import x_of
from app.editor.keys import Marks
from crdt.anchor import Anchor

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

_HANDLE_PX: Final = 12
_GRIP_PX: Final = 18  # around the corner, taken for it
STEP: Final = 1.15
"""How much wider or narrower one key press makes a picture."""


class Held(NamedTuple):
    """An embed in the view: offset, format, where it is drawn, and a picture's size (None: it is none)."""

    offset_u16: int
    format: QTextCharFormat
    rect: QRectF
    size: QSizeF | None


class PictureFrame:
    """What can be done to embeds by the mouse in one bound view."""

    def __init__(self, view: NoteEdit, commands: Commands) -> None:
        """Args: view: Shows them; commands: Carry out what is decided."""
        self._view: Final = view
        self._commands: Final = commands
        self._anchor: Anchor | None = None
        self._begin = 0.0  # where the drag began, and how wide the picture was
        self._before = 0.0
        self._width = 0

    def selected(self) -> Held | None:
        """Give the embed that is all of the selection."""
        cursor = self._view.textCursor()
        if abs(cursor.position() - cursor.anchor()) != 1:
            return None
        return self._embed_at(cursor.selectionStart())

    def at(self, place: QPointF) -> Held | None:
        """Give the embed that is drawn at a point of the viewport."""
        offset_u16 = self._view.cursorForPosition(place.toPoint()).position()
        for near in (offset_u16, offset_u16 - 1):
            held = self._embed_at(near) if near >= 0 else None
            if held is not None and held.rect.contains(place):
                return held
        return None

    def again_at(self, place: QPointF) -> Marks | None:
        """Give the embed of which a click at a point does what is offered; None for none."""
        held = self.at(place)
        if held is None:
            return None
        payload = payload_of(held.format)
        box = self._embeds().again_box(self._view.document(), held.rect, payload)
        return payload if box.contains(place) else None

    def _embed_at(self, offset_u16: int) -> Held | None:
        document = self._view.document()
        probe = QTextCursor(document)
        probe.setPosition(min(offset_u16 + 1, document.characterCount() - 1))
        format_ = probe.charFormat()
        block = document.findBlock(offset_u16)
        if not payload_of(format_) or probe.positionInBlock() != offset_u16 + 1 - block.position():
            return None
        embeds = self._embeds()
        size = embeds.intrinsicSize(document, offset_u16, format_)
        origin = document.documentLayout().blockBoundingRect(block).topLeft()
        line = block.layout().lineForTextPosition(offset_u16 - block.position())
        if not line.isValid():
            return None
        inside = offset_u16 - block.position()
        ends = [x_of(line.cursorToX(inside)), x_of(line.cursorToX(inside + 1))]
        bottom = line.y() + line.ascent() + QFontMetricsF(format_.font()).descent()
        rect = QRectF(min(ends), bottom - size.height(), abs(ends[1] - ends[0]), size.height())
        rect.translate(origin - QPointF(0, self._view.verticalScrollBar().value()))
        picture = embeds.picture_size(document, offset_u16, format_)
        if picture is not None:
            rect.adjust(0, PICTURE_GAP_PX, 0, -PICTURE_GAP_PX)
        return Held(offset_u16, format_, rect, picture)

    def _embeds(self) -> EmbedObject:
        found = self._view.document().documentLayout().handlerForObject(EMBED_OBJECT)
        assert isinstance(found, EmbedObject)
        return found

    # The mouse

    def over_corner(self, place: QPointF) -> bool:
        """Whether a point is on the corner of the selected picture."""
        held = None if self._view.isReadOnly() else self.selected()
        if held is None or held.size is None:
            return False
        reach = QPointF(_GRIP_PX, _GRIP_PX) / 2
        return QRectF(held.rect.bottomRight() - reach, held.rect.bottomRight() + reach).contains(place)

    @property
    def is_dragging(self) -> bool:
        """Whether a corner is being dragged."""
        return self._anchor is not None

    def press(self, place: QPointF) -> bool:
        """Take the selected picture's corner, or select an embed; False if there is neither."""
        if self.over_corner(place):
            held = self.selected()
            assert held is not None
            assert held.size is not None
            index = self._view.index_of(held.offset_u16)
            self._anchor = self._view.bound.note.body.anchor(index, "before")
            self._begin, self._before, self._width = place.x(), held.size.width(), round(held.size.width())
            return True
        held = self.at(place)
        current = self.selected()
        if held is None or (current is not None and current.offset_u16 == held.offset_u16):
            return False  # pressed on what is selected: it may be dragged away
        cursor = self._view.textCursor()
        cursor.setPosition(held.offset_u16)
        cursor.setPosition(held.offset_u16 + 1, QTextCursor.MoveMode.KeepAnchor)
        self._view.setTextCursor(cursor)
        return True

    def drag_to(self, place: QPointF) -> None:
        """Show the picture as wide as the corner says."""
        index = self._index()
        offset_u16 = self._view.bound.surface.offset(index)
        self._width = max(PICTURE_PX_MIN, round(self._before + place.x() - self._begin))
        self._embeds().resized = (offset_u16, self._width)
        self._view.document().markContentsDirty(offset_u16, 1)

    def release(self) -> None:
        """Write how wide the picture is now."""
        index, width = self._index(), self._width
        self.abandon()
        if width != round(self._before):
            self._commands.set_width(index, width)

    def abandon(self) -> None:
        """Let go of the corner; the picture is as it was."""
        self._anchor = None
        resized, self._embeds().resized = self._embeds().resized, None
        if resized is not None:
            self._view.document().markContentsDirty(resized[0], 1)

    def _index(self) -> int:
        assert self._anchor is not None, "a corner is being dragged"
        self._view.bound.settle()
        return self._view.bound.note.body.index(self._anchor)

    def step(self, by: int) -> bool:
        """Make the selected picture wider (1) or narrower (-1); False if none is selected."""
        held = self.selected()
        if held is None or held.size is None:
            return False
        width = max(PICTURE_PX_MIN, round(held.size.width() * STEP**by))
        return self._commands.set_width(self._view.index_of(held.offset_u16), width)

    # Painting

    def paint(self, painter: QPainter) -> None:
        """Draw a frame around the embed that is selected, with a corner if it can be resized."""
        held = self.selected()
        if held is None:
            return
        palette = self._view.formats.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(held.rect.adjusted(-1, -1, 1, 1), 3, 3)
        if held.size is not None and not self._view.isReadOnly():
            handle = QRectF(0, 0, _HANDLE_PX, _HANDLE_PX)
            handle.moveCenter(held.rect.bottomRight())
            painter.setPen(QPen(QColor(palette.background), 2))
            painter.setBrush(QColor(palette.accent))
            painter.drawEllipse(handle)
