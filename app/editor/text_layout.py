"""
Lays the blocks of a note out one by one, each when it is first looked at.

Qt's own layout keeps where every line is, so that an edit moves all lines below it: 20 ms in a note of 20,000
blocks. Here a block knows its lines, `Heights` knows where blocks begin, and an edit costs what it changes.
Blocks nobody has looked at have a guessed height; a timer measures them when there is nothing else to do, and
tells by how much what is below has moved (`shifted`), so that a view can stay where it is.

Blocks stand below each other as in Qt's layout: the larger of two margins between them, indentation on the
side where the text begins. Not here: frames, tables, floats, pages: a note has none.

Invariants: L1 a block that is drawn, hit or asked for has been measured at this width, and its
lines are for the text it has. L2 rows and blocks are
as many, in the same order. L3 nothing is announced while painting.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFontMetricsF,
    QPainter,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextInlineObject,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from app.editor.geometry import is_rtl
from app.editor.heights import Heights
from app.editor.units import units_in

_NEAR: Final = 40  # blocks measured above one that is asked for out of the blue: a screenful
_SLICE_S: Final = 0.004  # of measuring at a time
_SLICE_MS: Final = 12  # from one slice to the next: typing and painting come between
_EDIT_BLOCKS_MAX: Final = 64  # blocks of an edit measured with it; more wait until they are seen
_BELOW_PX: Final = 100.0  # measured below what is drawn: boxes of code reach out of their lines
_ENDLESS_PX: Final = 1e7
# Qt means the side where a line begins by "left", unless it is said to be absolute.
_MIRRORED: Final = {
    Qt.AlignmentFlag.AlignLeft: Qt.AlignmentFlag.AlignRight,
    Qt.AlignmentFlag.AlignRight: Qt.AlignmentFlag.AlignLeft,
}
_Context = QAbstractTextDocumentLayout.PaintContext


class TextLayout(QAbstractTextDocumentLayout):
    """The layout of one note's document."""

    shifted = Signal(float, float)
    """(y, by): a guess was wrong, and all that begins below y has moved."""

    def __init__(self, document: QTextDocument) -> None:
        """Lay nothing out yet; the document takes this object over by `setDocumentLayout`."""
        super().__init__(document)
        self._rows = Heights()
        self._epoch = 0  # a block whose user state is this has lines that hold
        self._is_astray = False
        self._width = 0.0
        self._unmeasured = 0  # all blocks before this one are measured
        self._seen = (0, 0)  # the blocks drawn last
        self._options: dict[tuple[Qt.LayoutDirection, Qt.AlignmentFlag], QTextOption] = {}
        self._announced = QSizeF()
        self._announcing = QTimer(self, singleShot=True, interval=0)
        self._announcing.timeout.connect(self._announce)
        self._measuring = QTimer(self, singleShot=True, interval=_SLICE_MS)
        self._measuring.timeout.connect(self._measure_slice)

    # What Qt asks

    def documentChanged(self, position: int, _removed: int, added: int) -> None:
        """Qt: blocks around a position were edited, or all of them, or the width is another."""
        document = self.document()
        count = document.blockCount()
        width = document.pageSize().width()
        if (
            self._is_astray
            or width != self._width
            or added >= document.characterCount() - 1
            or not len(self._rows)
        ):
            self._start_again(count, width)
            return
        end = document.characterCount() - 1  # after distant edits in one edit block Qt says places outside
        first = document.findBlock(max(0, min(position, end)))
        last = document.findBlock(max(0, min(position + added, end)))
        low, high = first.blockNumber(), last.blockNumber()
        grown = count - len(self._rows)
        if high + 1 - grown < low:
            self._start_again(count, width)
            return
        top = self._rows.top(low)
        self._rows.splice(low, high + 1 - grown, high + 1 - low, self._guess())
        self._unmeasured = min(self._unmeasured, low)
        block = first
        for number in range(low, high + 1):
            block.setUserState(-1)
            block.clearLayout()
            if high - low < _EDIT_BLOCKS_MAX:
                self._measure(block, number)
            block = block.next()
        if block.isValid() and block.userState() == self._epoch:  # the margin before it may be another
            self._rows.set(high + 1, self._height(block))
        self._repaint(QRectF(0, top, _ENDLESS_PX, _ENDLESS_PX))
        self._announce()
        self._measuring.start()

    def _start_again(self, count: int, width: float) -> None:
        """Forget all lines; the heights that were are the guesses for those to come."""
        self._epoch += 1
        self._is_astray = False
        self._width = width
        self._unmeasured = 0
        self._options.clear()
        self._rows.splice(0, len(self._rows), count, self._guess())
        self._repaint(QRectF(0, 0, _ENDLESS_PX, _ENDLESS_PX))
        self._announcing.start()
        self._measuring.start()

    def documentSize(self) -> QSizeF:
        """Qt: how large all of it is, as far as it is known."""
        return QSizeF(max(0.0, self._width), self._rows.total + 2 * self.document().documentMargin())

    def pageCount(self) -> int:
        """Qt: a note is one page."""
        return 1

    def frameBoundingRect(self, _frame: QTextFrame) -> QRectF:
        """Qt: the rectangle of a frame; there is one."""
        return QRectF(QPointF(0, 0), self.documentSize())

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        """Qt: where a block's lines begin, and the size they take."""
        if not block.isValid() or block.document() != self.document():
            return QRectF()  # QTextEdit remembers a word that was pressed twice in the note before this one
        self._keep_up()
        number = block.blockNumber()
        self._measure_near(block, number)
        return QRectF(self._origin(block, number), block.layout().boundingRect().size())

    def hitTest(self, point: Any, accuracy: Qt.HitTestAccuracy) -> int:
        """Qt: the position in the text at a QPointF; -1 if it has to be exact and is not."""
        margin = self.document().documentMargin()
        number, block = self._block_at(point.y() - margin)
        place = point - self._origin(block, number)
        layout = block.layout()
        at = block.position()
        for line_number in range(layout.lineCount()):
            line = layout.lineAt(line_number)
            is_last = line_number + 1 == layout.lineCount()
            if place.y() < line.y() + line.height() or is_last:
                exact = accuracy == Qt.HitTestAccuracy.ExactHit
                if exact and not line.naturalTextRect().contains(place):
                    return -1
                if is_last and place.y() > line.y() + line.height() and not block.next().isValid():
                    return at + block.length() - 1
                edge = (
                    QTextLine.CursorPosition.CursorOnCharacter
                    if exact
                    else QTextLine.CursorPosition.CursorBetweenCharacters
                )
                inside = _without_preedit(layout, line.xToCursor(place.x(), edge))
                return at + min(inside, block.length() - 1)
        return at

    @property
    def is_measured(self) -> bool:
        """Whether no height is a guess any more."""
        return self._unmeasured >= len(self._rows)

    def look_at(self, top: float, bottom: float) -> None:
        """
        Measure what is drawn between two heights, so that nothing moves while it is painted.

        What is above the first of these blocks may move (`shifted`): call this before reading a scroll bar.
        """
        margin = self.document().documentMargin()
        number, block = self._block_at(top - margin)
        if number:
            self._measure_told(block.previous(), number - 1)
        for _, _, origin in self._blocks_from(number):
            if origin.y() > bottom + _BELOW_PX:
                break
        self._announce()

    def _block_at(self, y: float) -> tuple[int, QTextBlock]:
        """The block a height is in, measured."""
        self._keep_up()
        while True:
            number = self._rows.at(y)
            block = self.document().findBlockByNumber(number)
            if self._is_measured(block, number):
                return number, block
            self._measure(block, number)
            if not self._is_measured(
                block, number
            ):  # lines that do not hold its text: of no use to ask again
                return number, block

    def _keep_up(self) -> None:
        """
        Have as many rows as there are blocks (L2).

        Inside an edit block Qt may ask before it tells: rows follow roughly, and forget all when it tells.
        An override that raised would end the program.
        """
        count = self.document().blockCount()
        if count != len(self._rows):
            known = min(count, len(self._rows))
            self._rows.splice(known, len(self._rows), count - known, self._guess())
            self._is_astray = True

    def draw(self, painter: QPainter, context: _Context) -> None:
        """Qt: draw what is inside the clip, with selections and the caret."""
        clip = context.clip
        top, bottom = (clip.top(), clip.bottom()) if clip.isValid() else (0.0, _ENDLESS_PX)
        painter.setPen(context.palette.color(QPalette.ColorRole.Text))
        selections = [  # formats copied: what is handed out lives no longer than the list
            (chosen.cursor.selectionStart(), chosen.cursor.selectionEnd(), QTextCharFormat(chosen.format))
            for chosen in context.selections
        ]
        self._keep_up()
        first = last = self._rows.at(top - self.document().documentMargin())
        for number, block, origin in self._blocks_from(max(0, first - 1)):
            if origin.y() > bottom:
                break
            last = number
            self._draw_block(painter, context, block, origin, selections)
        self._seen = (first, last)

    def _blocks_from(self, number: int) -> Iterator[tuple[int, QTextBlock, QPointF]]:
        """Walk down from a block, measuring: number, block, where its lines begin."""
        block = self.document().findBlockByNumber(number)
        while block.isValid():
            self._measure(block, number)
            yield number, block, self._origin(block, number)
            block = block.next()
            number += 1

    def _draw_block(
        self,
        painter: QPainter,
        context: _Context,
        block: QTextBlock,
        origin: QPointF,
        selections: list[tuple[int, int, QTextCharFormat]],
    ) -> None:
        layout = block.layout()
        start, length = block.position(), block.length()
        ranges: list[QTextLayout.FormatRange] = []
        for low, high, format_ in selections:
            if low - start < length and high > start and high > low:
                chosen = QTextLayout.FormatRange()
                chosen.start, chosen.length, chosen.format = low - start, high - low, format_
                ranges.append(chosen)
        layout.draw(painter, origin, ranges, context.clip)
        caret = context.cursorPosition
        if start <= caret < start + length:
            layout.drawCursor(painter, origin, caret - start, self._caret_px())
        elif caret < -1 and layout.preeditAreaText():
            layout.drawCursor(painter, origin, layout.preeditAreaPosition() - (caret + 2), self._caret_px())

    def _caret_px(self) -> int:
        """How wide the view wants its caret: QTextEdit tells its layout by a property."""
        chosen = self.property("cursorWidth")
        return chosen if isinstance(chosen, int) else 1

    def resizeInlineObject(self, item: QTextInlineObject, position: int, format_: QTextFormat) -> None:
        """Qt: how much room an embed takes; it stands on the line's descent."""
        handler = self.handlerForObject(format_.objectType())
        if handler is None:
            return
        size = handler.intrinsicSize(self.document(), position, format_)
        descent = QFontMetricsF(format_.toCharFormat().font()).descent()
        item.setWidth(size.width())
        item.setDescent(descent)
        item.setAscent(max(0.0, size.height() - descent))

    # Measuring

    def _guess(self) -> float:
        """How high a block probably is: a line of text and the margin."""
        return self.document().defaultFont().pixelSize() * 2.0

    def _origin(self, block: QTextBlock, number: int) -> QPointF:
        """Where the lines of a measured block begin."""
        margin = self.document().documentMargin()
        return QPointF(margin, margin + self._rows.top(number) + _gap(block))

    def _height(self, block: QTextBlock) -> float:
        """The height of a block with lines, with the margin before it."""
        layout = block.layout()
        line = layout.lineAt(layout.lineCount() - 1)
        return _gap(block) + line.y() + line.height()

    def _is_measured(self, block: QTextBlock, number: int) -> bool:
        """
        Whether a block has the lines and the height that are known of it.

        After several edits in one edit block Qt sometimes names other blocks than those that changed: what is
        seen is compared once more.
        """
        if block.userState() != self._epoch:
            return False
        layout = block.layout()
        line = layout.lineAt(layout.lineCount() - 1)
        length = block.length() - 1
        preedit = layout.preeditAreaText()
        if preedit:  # where it stands behind the end, Qt lays blanks between
            length = max(length, layout.preeditAreaPosition()) + units_in(preedit)
        return line.textStart() + line.textLength() == length and self._height(block) == self._rows[number]

    def _measure(self, block: QTextBlock, number: int) -> float:
        """Lay a block out if it is not; by how much it is higher than it was thought to be."""
        if self._is_measured(block, number):
            return 0.0
        self._lay_out(block)
        block.setUserState(self._epoch)
        height, before = self._height(block), self._rows[number]
        if height != before:
            self._rows.set(number, height)
            self._announcing.start()
        return height - before

    def _measure_near(self, block: QTextBlock, number: int) -> None:
        """Measure a block, and if it had not been the screenful above it, which a view scrolls to with it."""
        if block.userState() == self._epoch:
            self._measure_told(block, number)
        else:
            for near in range(number, max(-1, number - _NEAR), -1):
                self._measure_told(block, near)
                block = block.previous()

    def _measure_slice(self) -> None:
        """Slot of the timer: measure what is near the visible blocks, then from the start on."""
        self._keep_up()
        deadline = time.perf_counter() + _SLICE_S
        low, high = self._seen
        near = [*range(high, high + _NEAR), *range(low - 1, low - _NEAR, -1)]
        for number in near:
            if 0 <= number < len(self._rows):
                self._measure_told(self.document().findBlockByNumber(number), number)
        number = self._unmeasured
        block = self.document().findBlockByNumber(number)
        while block.isValid() and time.perf_counter() < deadline:
            self._measure_told(block, number)
            block = block.next()
            number += 1
        self._unmeasured = number
        if block.isValid():
            self._measuring.start()
        self._announce()

    def _measure_told(self, block: QTextBlock, number: int) -> None:
        by = self._measure(block, number)
        if by:
            self._announce()
            self.shifted.emit(self._rows.top(number + 1) + self.document().documentMargin() - by, by)

    def _lay_out(self, block: QTextBlock) -> None:
        """Break a block into lines."""
        document = self.document()
        format_ = block.blockFormat()
        mirrored = is_rtl(block)
        indent = format_.indent() * document.indentWidth()
        left = format_.leftMargin() + (0.0 if mirrored else indent)
        right = format_.rightMargin() + (indent if mirrored else 0.0)
        width = self._width - 2 * document.documentMargin() - left - right
        layout = block.layout()
        layout.setTextOption(self._option(block, format_))
        layout.beginLayout()
        y = 0.0
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLeadingIncluded(True)
            line.setLineWidth(max(0.0, width) if self._width > 0 else _ENDLESS_PX)
            own = -(-(line.ascent() + line.descent() + line.leading()) // 1)
            height = format_.lineHeight(own, 1.0)
            line.setPosition(QPointF(left, y + max(0.0, height - line.height())))
            y += height
        layout.endLayout()

    def _option(self, block: QTextBlock, format_: QTextBlockFormat) -> QTextOption:
        """How text runs in a block: shared by all that run so."""
        direction = (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft)[is_rtl(block)]
        aligned = Qt.AlignmentFlag.AlignLeading
        if format_.hasProperty(int(QTextFormat.Property.BlockAlignment.value)):
            aligned = format_.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
        mirrored = _MIRRORED.get(aligned)
        if direction == Qt.LayoutDirection.RightToLeft and mirrored is not None:
            aligned = mirrored
        found = self._options.get((direction, aligned))
        if found is None:
            found = QTextOption(self.document().defaultTextOption())
            found.setTextDirection(direction)
            found.setAlignment(aligned)
            self._options[direction, aligned] = found
        return found

    # Telling

    def _repaint(self, place: QRectF) -> None:
        """Have a part of the text drawn anew. The signal without its signature named ends PySide 6.11."""
        self.update[QRectF].emit(place)  # type: ignore[index]  # the stubs know no overloads

    def _announce(self) -> None:
        """Tell the view how large the text is, if that has changed."""
        self._announcing.stop()
        size = self.documentSize()
        if size != self._announced:
            self._announced = size
            self.documentSizeChanged.emit(size)


def _gap(block: QTextBlock) -> float:
    """The room between a block's lines and those of the block before it; none above the first."""
    before = block.previous()
    if not before.isValid():
        return 0.0
    return max(block.blockFormat().topMargin(), before.blockFormat().bottomMargin())


def _without_preedit(layout: QTextLayout, place: int) -> int:
    """A place among a block's characters, for one among those shown: a preedit is all at one place."""
    behind = place - layout.preeditAreaPosition()
    if behind <= 0 or not layout.preeditAreaText():
        return place
    return place - min(behind, units_in(layout.preeditAreaText()))
