"""
What is drawn around the text: list markers, tick boxes, bars of quotes, boxes of code.

Painted by hand from the blocks' looks, under and over Qt's own text, so that lists need no QTextList, boxes
have round corners and tick boxes can be clicked. Only the visible blocks are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextBlock
from PySide6.QtWidgets import QTextEdit

from app.editor.formats import (
    BLOCK,
    BOX_PADDING_PX,
    CODE_PADDING_PX,
    INDENT_PX,
    Formats,
    label_room_px,
)
from app.editor.geometry import is_rtl
from app.editor.languages import name_of
from app.editor.looks import Look, look_of
from app.editor.palette import EditorPalette

_BOX_RADIUS_PX: Final = 8
_BOX_ABOVE_PX: Final = 40  # how far a box of code may reach above its text, and a little more
_BAR_PX: Final = 3
_TICK_PX: Final = 17  # side of a tick box at the default text size
_BULLETS: Final = ("disc", "ring", "square")
_COUNTED_MAX: Final = 20_000  # items looked back over for a number; a longer list starts again at 1


class Shown(NamedTuple):
    """A visible block; `rect` begins where its layout does, in coordinates of the viewport."""

    block: QTextBlock
    look: Look
    rect: QRectF


def block_look(block: QTextBlock) -> Look:
    """Give the look of a block of the view."""
    attributes = block.blockFormat().property(BLOCK)
    return look_of(attributes if isinstance(attributes, str) else "")


def visible_blocks(view: QTextEdit) -> Iterator[Shown]:
    """Walk the blocks that are at least partly in the viewport, from top to bottom."""
    layout = view.document().documentLayout()
    left, top = -view.horizontalScrollBar().value(), -view.verticalScrollBar().value()
    block = view.cursorForPosition(view.viewport().rect().topLeft()).block()
    if block.previous().isValid():
        block = block.previous()
    bottom = view.viewport().height()
    while block.isValid():
        rect = layout.blockBoundingRect(block).translated(left, top)
        rect.setHeight(
            block.layout().boundingRect().bottom()
        )  # it has the height without what is above the line
        if rect.top() > bottom + _BOX_ABOVE_PX:
            return
        yield Shown(block, block_look(block), rect)
        block = block.next()


def number_of(block: QTextBlock) -> int:
    """
    Give the number of a numbered item: one more than the item before it at its level.

    Deeper items between do not count; a shallower one, or anything that is no list item, starts again.

    Cost: O(items before it in the list).
    """
    look = block_look(block)
    count = 1
    if look.start:
        return look.start
    before = block.previous()
    for _ in range(_COUNTED_MAX):
        other = block_look(before) if before.isValid() else None
        if other is None or not (other.is_list or other.level > look.level):
            break
        if other.is_list and other.level < look.level:
            break
        if other.is_list and other.level == look.level:
            if other.kind != "numbered":
                break
            if other.start:
                return other.start + count
            count += 1
        before = before.previous()
    return count


def label_of(number: int, level: int) -> str:
    """Write a number as its level does: 1. then a. then i., over again."""
    style = level % 3
    if style == 1:
        letters = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("a") + rest) + letters
        return letters + "."
    if style == 2 and number < 4000:
        return _roman(number) + "."
    return f"{number}."


def _roman(number: int) -> str:
    text = ""
    for value, letters in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
        (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        count, number = divmod(number, value)
        text += letters * count
    return text


def _runs_at(group: list[Shown], depth: int) -> list[tuple[Shown, Shown]]:
    """The first and last blocks of each row of quotes at least so deep and written in one direction."""
    runs: list[tuple[Shown, Shown]] = []
    before: Shown | None = None
    for shown in group:
        if shown.look.level < depth:
            before = None
        elif before is not None and is_rtl(before.block) == is_rtl(shown.block):
            runs[-1] = (runs[-1][0], shown)
            before = shown
        else:
            runs.append((shown, shown))
            before = shown
    return runs


def marker_box(shown: Shown) -> QRectF:
    """Give the square beside the first line of a list item in which its marker is drawn."""
    layout = shown.block.layout()
    if not layout.lineCount():
        return QRectF()
    line = layout.lineAt(0)
    rect = line.rect().translated(shown.rect.topLeft())
    metrics = QFontMetricsF(_font(shown.block))
    height = metrics.capHeight() if shown.look.kind == "check" else metrics.xHeight()
    middle = rect.top() + line.ascent() - height / 2
    left = rect.right() if is_rtl(shown.block) else rect.left() - INDENT_PX
    return QRectF(left, middle - INDENT_PX / 2, INDENT_PX, INDENT_PX)


def _font(block: QTextBlock) -> QFont:
    """The font of a block's text as far as its size goes."""
    font = block.document().defaultFont()
    chosen = block.charFormat().font()
    if chosen.pixelSize() > 0:
        font.setPixelSize(chosen.pixelSize())
    return font


class Ornaments:
    """Paints with one palette."""

    def __init__(self, formats: Formats) -> None:
        """Args: formats: Whose palette and fonts are used."""
        self._formats: Final = formats
        self._palette: Final[EditorPalette] = formats.palette
        self._marked: tuple[int | None, int | None] = (None, None)

    def follow(self, view: QTextEdit) -> None:
        """
        Have all painted anew when the caret comes into code or leaves it, whose corner then says what it may
        be, and when one character is selected or is no more: a picture has a frame around it then.
        """
        cursor = view.textCursor()
        block = cursor.block()
        code = block.blockNumber() if block_look(block).kind == "code" else None
        framed = cursor.selectionStart() if abs(cursor.anchor() - cursor.position()) == 1 else None
        if (code, framed) != self._marked:
            self._marked = (code, framed)
            view.viewport().update()

    def paint_under(self, painter: QPainter, view: QTextEdit, shown: list[Shown]) -> None:
        """Paint what lies behind the text: boxes of code, bars of quotes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        at = 0
        while at < len(shown):
            first = shown[at]
            stop = at + 1
            while stop < len(shown) and shown[stop].look.box == first.look.box:
                stop += 1
            if first.look.box is not None:
                self._paint_box(painter, view, shown[at:stop])
            at = stop

    def _paint_box(self, painter: QPainter, view: QTextEdit, group: list[Shown]) -> None:
        margin = view.document().documentMargin()
        left, right = margin - view.horizontalScrollBar().value(), view.viewport().width() - margin
        top, bottom = group[0].rect.top(), group[-1].rect.bottom()
        if group[0].look.kind == "code":
            inset = min(shown.block.blockFormat().leftMargin() for shown in group) - CODE_PADDING_PX
            top -= BOX_PADDING_PX + label_room_px(group[0].look)
            box = QRectF(left + inset, top, right - left - inset, 0)
            box.setBottom(bottom + BOX_PADDING_PX)
            painter.setBrush(QColor(self._palette.code_background))
            painter.drawRoundedRect(box, _BOX_RADIUS_PX, _BOX_RADIUS_PX)
            return
        painter.setBrush(QColor(self._palette.quote_bar))
        for depth in range(max(shown.look.level for shown in group) + 1):
            for first, last in _runs_at(group, depth):
                at = depth * INDENT_PX + (INDENT_PX - _BAR_PX) / 2 - 4
                bar = QRectF(right - at - _BAR_PX if is_rtl(first.block) else left + at, 0, _BAR_PX, 0)
                bar.setTop(first.rect.top())
                bar.setBottom(last.rect.bottom())
                painter.drawRect(bar)

    def paint_over(self, painter: QPainter, view: QTextEdit, shown: list[Shown]) -> None:
        """Paint what stands beside the text: the markers of lists, the languages of code."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for _, label, rect in languages(view, shown):
            painter.setFont(_small(view))
            painter.setPen(QColor(self._palette.muted))
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        for item in shown:
            if item.look.is_list:
                box = marker_box(item)
                if item.look.kind == "bullet":
                    self._paint_bullet(painter, box, item.look.level)
                elif item.look.kind == "numbered":
                    self._paint_number(painter, item, box)
                else:
                    self._paint_tick_box(painter, box, item.look.checked)

    def _paint_bullet(self, painter: QPainter, box: QRectF, level: int) -> None:
        colour = QColor(self._palette.marker)
        size = self._palette.size_px * 0.37
        mark = QRectF(0, 0, size, size)
        mark.moveCenter(box.center())
        style = _BULLETS[level % len(_BULLETS)]
        painter.setPen(QPen(colour, 1.3) if style == "ring" else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if style == "ring" else colour)
        if style == "square":
            painter.drawRect(mark.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.drawEllipse(mark)

    def _paint_number(self, painter: QPainter, item: Shown, box: QRectF) -> None:
        painter.setPen(QColor(self._palette.marker))
        painter.setFont(_font(item.block))
        line = item.block.layout().lineAt(0)
        baseline = item.rect.top() + line.y() + line.ascent()
        label = label_of(number_of(item.block), item.look.level)
        width = QFontMetricsF(painter.font()).horizontalAdvance(label)
        if is_rtl(item.block):
            painter.drawText(QPointF(box.left() + 7, baseline), label)
        else:
            painter.drawText(QPointF(box.right() - 7 - width, baseline), label)

    def _paint_tick_box(self, painter: QPainter, box: QRectF, checked: bool) -> None:
        side = _TICK_PX * self._palette.size_px / 16
        square = QRectF(0, 0, side, side)
        square.moveCenter(box.center() - QPointF(2, 0))
        if not checked:
            painter.setPen(QPen(QColor(self._palette.marker), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(0.7, 0.7, -0.7, -0.7), 4.5, 4.5)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._palette.accent))
        painter.drawRoundedRect(square, 5, 5)
        pen = QPen(QColor(self._palette.check_mark), side / 9)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        x, y = square.left(), square.top()
        painter.drawPolyline(
            [
                QPointF(x + side * 0.26, y + side * 0.53),
                QPointF(x + side * 0.43, y + side * 0.70),
                QPointF(x + side * 0.74, y + side * 0.33),
            ]
        )


def languages(view: QTextEdit, shown: list[Shown]) -> list[tuple[Shown, str, QRectF]]:
    """
    Give what stands in the upper right corners of the visible boxes of code: their first block, word, place.

    A box whose language nobody has said has a word only while the caret is in it, and where its first line
    leaves room for one.
    """
    found: list[tuple[Shown, str, QRectF]] = []
    here = view.textCursor().block()
    is_here = block_look(here).kind == "code"
    for at, item in enumerate(shown):
        before = item.block.previous()
        if item.look.kind != "code" or (before.isValid() and block_look(before).box == item.look.box):
            continue
        language = item.look.language
        last = at
        while last + 1 < len(shown) and shown[last + 1].look.box == item.look.box:
            last += 1
        numbers = item.block.blockNumber(), shown[last].block.blockNumber()
        inside = is_here and numbers[0] <= here.blockNumber() <= numbers[1] and not view.isReadOnly()
        if language or inside:
            label = name_of(language)
            metrics = QFontMetricsF(_small(view))
            right = view.viewport().width() - view.document().documentMargin() - BOX_PADDING_PX
            size = QSizeF(metrics.horizontalAdvance(label) + 4, metrics.height() + 2)
            top = item.rect.top() - BOX_PADDING_PX - label_room_px(item.look) + 3
            rect = QRectF(QPointF(right - size.width(), top), size)
            if language or _text_right(item) <= rect.left():
                found.append((item, label, rect))
    return found


def _text_right(item: Shown) -> float:
    """Where the text of a block's first line ends."""
    layout = item.block.layout()
    return item.rect.left() + layout.lineAt(0).naturalTextRect().right() if layout.lineCount() else 0.0


def language_at(view: QTextEdit, place: QPointF) -> int | None:
    """Give the number of the first block of the code whose language is written at a point of the viewport."""
    for item, _, rect in languages(view, list(visible_blocks(view))):
        if rect.adjusted(-4, -3, 4, 3).contains(place):
            return item.block.blockNumber()
    return None


def _small(view: QTextEdit) -> QFont:
    """The font of the words in a corner."""
    font = view.document().defaultFont()
    font.setPixelSize(max(9, round(font.pixelSize() * 0.72)))
    return font


def tick_box_at(view: QTextEdit, place: QPointF) -> int | None:
    """Give the number of the block whose tick box is at a point of the viewport."""
    for shown in visible_blocks(view):
        if shown.look.kind == "check" and marker_box(shown).contains(place):
            return shown.block.blockNumber()
    return None
