"""
Where the text stands in its view: a column of readable width in the middle, whether or not there is anything
to scroll, and a margin above its first line and below its last.

The scroll bar has its room always. If it came and went the lines would be broken anew with it, a picture as
wide as the column would be higher or lower, and at some heights of the window the bar would be needed only
while it is there: it would flicker without end.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QScrollBar, QTextEdit

_SIDE_PX_MIN: Final = 4  # beside the column, besides the document's own margin


class _StillBar(QScrollBar):
    """A scroll bar that leaves its room empty where there is nothing to scroll."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw."""
        if self.minimum() < self.maximum():
            super().paintEvent(event)


def keep_room(view: QTextEdit) -> None:
    """Have a view keep the room of its vertical scroll bar; before anything else asks for that."""
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBar(_StillBar(view))
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)


def margins(view: QTextEdit, column_px: int) -> QMargins:
    """What a view has to leave free beside a column of a width, margins of the text included."""
    side = max(_SIDE_PX_MIN, (view.contentsRect().width() - column_px) // 2)
    beside_bar = max(_SIDE_PX_MIN, side - view.verticalScrollBar().sizeHint().width())
    is_rtl = view.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return QMargins(beside_bar, 0, side, 0) if is_rtl else QMargins(side, 0, beside_bar, 0)


def show_margin(view: QTextEdit) -> None:
    """Scroll to the very top if the caret is in the first line, to the very end if it is in the last."""
    cursor, bar = view.textCursor(), view.verticalScrollBar()
    block = cursor.block()
    line = block.layout().lineForTextPosition(cursor.positionInBlock())
    if not line.isValid():
        return
    if line.lineNumber() == 0 and not block.previous().isValid():
        bar.setValue(bar.minimum())
    elif line.lineNumber() + 1 == block.layout().lineCount() and not block.next().isValid():
        bar.setValue(bar.maximum())
