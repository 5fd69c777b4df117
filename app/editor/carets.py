"""
Other people's carets and selections, painted over the text.

Each is a pair of anchors of the body, so it stays on its letters whatever is typed before it; where the
anchors are now is asked once for each change of the text. The name stands above a caret that has just moved
and fades.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app.contrast import ink_on
from app.editor.geometry import rect_at, rects_between
from app.editor.note import Caret
from crdt.anchor import Anchor
from crdt.errors import CrdtError

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

NAME_MS: Final = 2_000  # how long a name stays after its caret moved
FADE_MS: Final = 150  # and how long it takes to go
_TICK_MS: Final = 30
_WIDTH_PX: Final = 2
_SELECTION_ALPHA: Final = 60
_IDLE_OPACITY: Final = 0.4
_NAME_LENGTH_MAX: Final = 24


_Key = tuple[
    str, int
]  # a name, and how many of the same name came before: one person may sit at two machines


class _Seen(NamedTuple):
    caret: Caret
    moved_ms: int


class Place(NamedTuple):
    """Where somebody is now: indexes of the note, and UTF-16 offsets of the view."""

    name: str
    anchor: int
    head: int
    anchor_u16: int
    head_u16: int


class RemoteCarets(QObject):
    """The carets of the others in one view."""

    def __init__(self, view: NoteEdit, find: Callable[[Anchor], int]) -> None:
        """
        Show nobody yet.

        Args:
            view: Is painted over.
            find: Gives the index of an anchor. Raises CrdtError when it is not known here (yet).
        """
        super().__init__(view)
        self._view: Final = view
        self._find: Final = find
        self._seen: dict[_Key, _Seen] = {}
        self._places: dict[_Key, Place] | None = None
        self._clock = QElapsedTimer()
        self._clock.start()
        self._fading = QTimer(self)
        self._fading.setInterval(_TICK_MS)
        self._fading.timeout.connect(self._fade)

    def show_carets(self, carets: Sequence[Caret]) -> None:
        """Show exactly these people."""
        now = self._clock.elapsed()
        seen: dict[_Key, _Seen] = {}
        for caret in carets:
            key = (caret.name, sum(name == caret.name for name, _ in seen))
            before = self._seen.get(key)
            moved = before is None or (before.caret.anchor, before.caret.head) != (caret.anchor, caret.head)
            seen[key] = _Seen(caret, now if moved or before is None else before.moved_ms)
        self._seen = seen
        self._places = None
        if seen:
            self._fading.start()
        self._view.viewport().update()

    def text_changed(self) -> None:
        """Ask again where the carets are."""
        self._places = None
        if self._seen:
            self._view.viewport().update()

    def places(self) -> list[Place]:
        """Say where everybody is; people whose place has not arrived here are left out."""
        return list(self._known_places().values())

    def _known_places(self) -> dict[_Key, Place]:
        if self._places is None:
            self._places = {}
            offset = self._view.bound.surface.offset
            for key, seen in self._seen.items():
                try:
                    anchor, head = self._find(seen.caret.anchor), self._find(seen.caret.head)
                except CrdtError:
                    continue
                self._places[key] = Place(seen.caret.name, anchor, head, offset(anchor), offset(head))
        return self._places

    def paint(self, painter: QPainter, visible: QRect) -> None:
        """
        Paint the selections and carets that are inside the viewport.

        Cost: some 20 µs for each caret.
        """
        now = self._clock.elapsed()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key, place in self._known_places().items():
            seen = self._seen[key]
            painter.setOpacity(_IDLE_OPACITY if seen.caret.idle else 1.0)
            low, high = sorted((place.anchor_u16, place.head_u16))
            if low < high:
                wash = QColor(seen.caret.colour)
                wash.setAlpha(_SELECTION_ALPHA)
                for line in rects_between(self._view, low, high, visible):
                    painter.fillRect(line, wash)
            rect = rect_at(self._view, place.head_u16)
            if rect.bottom() < 0 or rect.top() > visible.bottom():
                continue
            painter.fillRect(QRectF(rect.left() - 1, rect.top(), _WIDTH_PX, rect.height()), seen.caret.colour)
            if seen.moved_ms + NAME_MS + FADE_MS > now:
                self._paint_name(painter, seen, rect, now)
        painter.setOpacity(1.0)

    def _paint_name(self, painter: QPainter, seen: _Seen, rect: QRect, now: int) -> None:
        left_ms = seen.moved_ms + NAME_MS + FADE_MS - now
        painter.save()
        painter.setOpacity(min(1.0, left_ms / FADE_MS))
        font = self._view.font()
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        name = seen.caret.name
        name = name if len(name) <= _NAME_LENGTH_MAX else name[: _NAME_LENGTH_MAX - 1] + "…"
        metrics = QFontMetricsF(font)
        size = QRectF(0, 0, metrics.horizontalAdvance(name) + 12, metrics.height() + 4)
        top = rect.top() - size.height()
        size.moveTopLeft(QPointF(rect.left() - 1, top if top >= 0 else rect.bottom()))
        if size.right() > self._view.viewport().width():
            size.moveRight(rect.left() + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(seen.caret.colour)
        painter.drawRoundedRect(size, 4, 4)
        painter.setPen(ink_on(seen.caret.colour))
        painter.drawText(size, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def _fade(self) -> None:
        """Slot of the timer: let names go, then stop."""
        now = self._clock.elapsed()
        if all(now > seen.moved_ms + NAME_MS + FADE_MS for seen in self._seen.values()):
            self._fading.stop()
        if any(now > seen.moved_ms + NAME_MS for seen in self._seen.values()):
            self._view.viewport().update()

    def close(self) -> None:
        """Show nobody any more."""
        self._fading.stop()
        self._seen.clear()
        self._places = None
