"""
Where the words stand that are said of an attachment: behind its name on a chip, or in a picture's corner.

Plain geometry; `embeds` paints by it and `pointing` clicks by it. Words are never longer than their place:
the name gives way first.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF

GAP_PX: Final = 10  # between a name, what is said of it, and what can be done
PAD_PX: Final = 8  # beside the words on a chip
BADGE_PAD_PX: Final = 6
_NAME_PX_MIN: Final = 48
_CORNER_PX: Final = 8  # from the corner of a picture
_DOT_PX: Final = 10
_HEIGHT_MORE_PX: Final = 6  # of a badge, above and below its words


class FileLine(NamedTuple):
    """What there is to say of an attachment."""

    words: str
    again: str = ""
    """What a click on it does about it; "" for nothing."""
    widest: str = ""
    """Words that may follow and take more room: what stands behind a chip moves once, not with each."""


Role = Literal["name", "words", "again"]


class Piece(NamedTuple):
    """Words and where they are drawn."""

    role: Role
    text: str
    rect: QRectF


def chip_width(name: str, line: FileLine | None, metrics: QFontMetricsF) -> float:
    """How wide a chip is with all its words."""
    width = metrics.horizontalAdvance(name) + 2 * PAD_PX + 4
    return width if line is None else width + GAP_PX + _said_width(line, metrics)


def chip_pieces(
    box: QRectF, name: str, line: FileLine | None, metrics: QFontMetricsF, *, rtl: bool
) -> list[Piece]:
    """What is drawn on a chip, in its box."""
    room = box.adjusted(PAD_PX, 0, -PAD_PX, 0)
    said = GAP_PX + _said_width(line, metrics) if line is not None else 0.0
    least = min(metrics.horizontalAdvance(name), _NAME_PX_MIN)
    name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, max(least, room.width() - said))
    return _in_a_row(room, [("name", name), *(_said(line) if line is not None else ())], metrics, rtl=rtl)


def badge_box(picture: QRectF, line: FileLine, metrics: QFontMetricsF, *, rtl: bool) -> QRectF:
    """Where something is said in the corner of a picture; a dot where the picture has no room for words."""
    height = metrics.height() + _HEIGHT_MORE_PX
    width = min(_said_width(line, metrics) + 2 * BADGE_PAD_PX + 2, picture.width() - 2 * _CORNER_PX)
    if width < _NAME_PX_MIN or height > picture.height() - 2 * _CORNER_PX:
        width = height = min(_DOT_PX, picture.width(), picture.height())
    spare = min(picture.width() - width, picture.height() - height)
    corner = min(_CORNER_PX if width > _DOT_PX else _CORNER_PX / 4, spare / 2)
    top = picture.bottom() - corner - height
    left = picture.right() - corner - width if rtl else picture.left() + corner
    return QRectF(QPointF(left, top), QSizeF(width, height))


def badge_pieces(box: QRectF, line: FileLine, metrics: QFontMetricsF, *, rtl: bool) -> list[Piece]:
    """What is drawn on a badge; nothing on a dot."""
    if box.width() <= _DOT_PX:
        return []
    return _in_a_row(box.adjusted(BADGE_PAD_PX, 0, -BADGE_PAD_PX, 0), _said(line), metrics, rtl=rtl)


def _said(line: FileLine) -> list[tuple[Role, str]]:
    return [("words", line.words), ("again", line.again)] if line.again else [("words", line.words)]


def _said_width(line: FileLine, metrics: QFontMetricsF) -> float:
    """How wide it is with all its words, whichever of them are said."""
    words = max(metrics.horizontalAdvance(line.words), metrics.horizontalAdvance(line.widest))
    return words + (GAP_PX + metrics.horizontalAdvance(line.again) if line.again else 0.0)


def _in_a_row(
    room: QRectF, texts: list[tuple[Role, str]], metrics: QFontMetricsF, *, rtl: bool
) -> list[Piece]:
    """Texts beside each other from where a line begins; the one that does not fit is shortened."""
    found: list[Piece] = []
    at = 0.0
    for role, text in texts:
        left = room.width() - at
        if left <= 0:
            break
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left + 1)
        width = min(left, metrics.horizontalAdvance(shown))
        x = room.right() - at - width if rtl else room.left() + at
        found.append(Piece(role, shown, QRectF(x, room.top(), width, room.height())))
        at += width + GAP_PX
    return found
