"""
Where text is drawn: rectangles of ranges in coordinates of the viewport, which way blocks run, and offsets
that a caret may have.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

_STRONG: Final = frozenset({"L", "R", "AL"})
"""The bidirectional classes of letters that have a direction."""


def is_rtl(block: QTextBlock) -> bool:
    """
    Whether a block runs from right to left: as its first letter that has a direction, or without one as the
    window does, so that a line begins where it will be written.
    """
    rtl, own = Qt.LayoutDirection.RightToLeft, block.blockFormat().layoutDirection()
    if own != Qt.LayoutDirection.LayoutDirectionAuto or QGuiApplication.layoutDirection() != rtl:
        return block.textDirection() == rtl
    first = next((kind for kind in map(unicodedata.bidirectional, block.text()) if kind in _STRONG), "R")
    return first != "L"


def rect_at(view: QTextEdit, offset_u16: int) -> QRect:
    """Give the rectangle of a caret at an offset."""
    cursor = QTextCursor(view.document())
    cursor.setPosition(min(offset_u16, view.document().characterCount() - 1))
    return view.cursorRect(cursor)


def outside_pair(document: QTextDocument, offset_u16: int) -> int:
    """Give an offset, or the one before it where it lies between the two units of one character."""
    here = document.characterAt(offset_u16)
    if len(here) == 1 and "\udc00" <= here <= "\udfff" and offset_u16:
        before = document.characterAt(offset_u16 - 1)
        if len(before) == 1 and "\ud800" <= before <= "\udbff":
            return offset_u16 - 1
    return offset_u16


def rects_between(view: QTextEdit, start_u16: int, end_u16: int, visible: QRect) -> list[QRectF]:
    """
    Give a rectangle for each line of a range, as far as it is visible.

    Cost: O(visible lines).
    """
    document = view.document()
    top = rect_at(view, start_u16)
    block = document.findBlock(start_u16)
    if top.bottom() < visible.top():
        seen = view.cursorForPosition(visible.topLeft()).block()
        block = seen if seen.position() > block.position() else block
    found: list[QRectF] = []
    while block.isValid() and block.position() <= end_u16:
        rects, is_below = _in_block(view, block, start_u16, end_u16, visible)
        found.extend(rects)
        if is_below:
            break
        block = block.next()
    return found


def _in_block(
    view: QTextEdit, block: QTextBlock, start_u16: int, end_u16: int, visible: QRect
) -> tuple[list[QRectF], bool]:
    layout = block.layout()
    shift = view.document().documentLayout().blockBoundingRect(block).topLeft()
    left = shift.x() - view.horizontalScrollBar().value()
    top = shift.y() - view.verticalScrollBar().value()
    found: list[QRectF] = []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        low = max(start_u16 - block.position(), line.textStart())
        high = min(end_u16 - block.position(), line.textStart() + line.textLength())
        if top + line.y() > visible.bottom():
            return found, True
        if low < high:
            x, other = x_of(line.cursorToX(low)), x_of(line.cursorToX(high))
            rect = QRectF(left + min(x, other), top + line.y(), abs(other - x), line.height())
            if rect.bottom() >= visible.top():
                found.append(rect)
    return found, False


def x_of(place: object) -> float:
    """`cursorToX` gives the x alone, or with the index it belongs to, by how it is called."""
    return float(place[0]) if isinstance(place, tuple) else float(place)  # type: ignore[arg-type]  # see above
