"""
Our layout puts every line where Qt's own layout does, whatever was edited, and measures no more than is seen.
"""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QImage,
    QPainter,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtTest import QTest

from app.editor.formats import Formats
from app.editor.keys import key_of
from app.editor.loading import Loader, empty_document
from app.editor.palette import EditorPalette
from app.editor.surface import Surface
from app.editor.text_layout import TextLayout

ATTRIBUTES = (
    {},
    {},
    {"kind": "heading", "level": 1},
    {"kind": "heading", "level": 4},
    {"kind": "bullet", "level": 0},
    {"kind": "numbered", "level": 2},
    {"kind": "check", "level": 1, "checked": True},
    {"kind": "quote"},
    {"kind": "quote", "level": 1},
    {"kind": "code"},
    {"alignment": "center"},
    {"alignment": "right"},
)
TEXTS = (
    "",
    "short",
    "A sentence that is long enough to be broken into several lines when the column is narrow. " * 2,
    "中文日本語のテキスト" * 12,
    "שלום עולם " * 14,
    "مرحبا بالعالم " * 14,
    "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u2028a second line",
    "averyveryverylongwordthatfitsnowhere" * 6,
)
MARKS = ({}, {}, {"bold": True}, {"code": True}, {"link": "https://example.org"})


@pytest.fixture
def owner(qt_app):
    return QTextDocument()


def shown(owner, blocks, width=420.0):
    """A document of ours that holds blocks, and one laid out by Qt with the same formats."""
    formats = Formats(EditorPalette())
    surface = Surface(empty_document(formats, owner), formats)
    Loader(surface, blocks).show()
    surface.document.setPageSize(QRectF(0, 0, width, -1).size())
    return surface


def twin(document):
    """The same text, laid out by Qt."""
    other = QTextDocument()
    other.setUndoRedoEnabled(False)
    other.setDefaultFont(document.defaultFont())
    other.setIndentWidth(document.indentWidth())
    other.setDocumentMargin(document.documentMargin())
    other.setDefaultTextOption(document.defaultTextOption())
    cursor = QTextCursor(other)
    block = document.begin()
    while block.isValid():
        if block.blockNumber():
            cursor.insertBlock()
        cursor.setBlockFormat(block.blockFormat())
        cursor.setBlockCharFormat(block.charFormat())
        for run in block.textFormats():
            cursor.insertText(block.text()[run.start : run.start + run.length], run.format)
        block = block.next()
    other.setPageSize(document.pageSize())
    return other


def lines(document):
    """Every line: text, left, top, width, as whole pixels."""
    found = []
    block = document.begin()
    while block.isValid():
        origin = document.documentLayout().blockBoundingRect(block).topLeft()
        layout = block.layout()
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            rect = line.naturalTextRect().translated(origin)
            found.append(
                (
                    block.blockNumber(),
                    line.textStart(),
                    line.textLength(),
                    *(round(value, 1) for value in (rect.left(), rect.top(), rect.width(), rect.height())),
                )
            )
        block = block.next()
    return found


def some_blocks(chance, count):
    blocks = []
    for _ in range(count):
        text = chance.choice(TEXTS)
        cut = chance.randint(0, len(text)) if "\u200d" not in text else 0
        spans = [(text[:cut], chance.choice(MARKS)), (text[cut:], chance.choice(MARKS))]
        blocks.append(([span for span in spans if span[0]], chance.choice(ATTRIBUTES)))
    return blocks


@pytest.mark.parametrize("seed", range(6))
def test_every_line_stands_where_qt_puts_it(owner, seed):
    chance = random.Random(seed)
    surface = shown(owner, some_blocks(chance, 25), chance.choice((300.0, 420.0, 800.0)))
    document = surface.document
    for _ in range(6):
        assert lines(document) == lines(twin(document))
        assert document.documentLayout().documentSize().height() == pytest.approx(
            twin(document).documentLayout().documentSize().height(), abs=0.1
        )
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        for _ in range(chance.randint(1, 3)):
            index = chance.randint(0, len(surface.mirror))
            if chance.randrange(3):
                surface.insert(index, chance.choice(("x", "two\nlines", "\n", TEXTS[2])), "", None)
            else:
                surface.delete(index, min(chance.randint(0, 90), len(surface.mirror) - index))
            surface.set_attributes(chance.randint(0, len(surface.mirror)), key_of(chance.choice(ATTRIBUTES)))
        surface.render()
        cursor.endEditBlock()


def painted(document):
    """
    What the column looks like, with a selection over some of it and a caret.

    Beside the column Qt does not draw the newline of a line that fills it as selected.
    """
    picture = QImage(440, 900, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = QRectF(0, 0, 440, 900)
    context.cursorPosition = min(7, document.characterCount() - 1)
    chosen = QAbstractTextDocumentLayout.Selection()
    cursor = QTextCursor(document)
    cursor.setPosition(min(3, document.characterCount() - 1))
    cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    chosen.cursor = cursor
    chosen.format.setBackground(QColor("#88ccff"))
    context.selections = [chosen]
    document.documentLayout().draw(painter, context)
    painter.end()
    return picture.copy(0, 0, 392, 900)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_painted_as_qt_paints_it(owner, seed):
    document = shown(owner, some_blocks(random.Random(100 + seed), 12)).document
    assert painted(document) == painted(twin(document))


@pytest.mark.parametrize("accuracy", [Qt.HitTestAccuracy.FuzzyHit, Qt.HitTestAccuracy.ExactHit])
def test_a_point_on_a_letter_is_the_place_that_qt_finds(owner, accuracy):
    chance = random.Random(7)
    document = shown(owner, some_blocks(chance, 20)).document
    ours, theirs = document.documentLayout(), twin(document)
    for block, _, _, left, top, width, height in lines(document):
        for _ in range(4 if width else 0):
            place = QPointF(left + chance.random() * width, top + height * (0.1 + 0.8 * chance.random()))
            found = ours.hitTest(place, accuracy)
            assert found == theirs.documentLayout().hitTest(place, accuracy)
            assert document.findBlock(found).blockNumber() == block
    assert document.findBlock(ours.hitTest(QPointF(3, -50), accuracy)).blockNumber() in (0, -1)
    assert ours.hitTest(QPointF(3, 1e6), Qt.HitTestAccuracy.FuzzyHit) == document.characterCount() - 1
    assert ours.hitTest(QPointF(3, 1e6), Qt.HitTestAccuracy.ExactHit) == -1


@pytest.fixture
def measured(monkeypatch):
    """The numbers of the blocks that are broken into lines, in order."""
    found = []
    lay_out = TextLayout._lay_out

    def noted(self, block):
        found.append(block.blockNumber())
        lay_out(self, block)

    monkeypatch.setattr(TextLayout, "_lay_out", noted)
    return found


def test_an_edit_at_the_top_of_a_long_note_measures_its_own_blocks_alone(owner, measured):
    surface = shown(owner, [([(TEXTS[1], {})], {})] * 5_000)
    surface.document.documentLayout().look_at(0, 600)
    assert set(measured) <= set(range(30))
    measured.clear()
    surface.insert(3, "typed", "", None)
    assert measured == [0]
    measured.clear()
    surface.insert(3, "a\nb\nc", "", None)
    assert set(measured) <= {0, 1, 2, 3}


def test_the_end_of_a_long_note_is_reached_without_measuring_what_is_above(owner, measured):
    surface = shown(owner, [([(TEXTS[2], {})], {})] * 5_000)
    document = surface.document
    rect = document.documentLayout().blockBoundingRect(document.lastBlock())
    assert len(measured) < 100
    assert rect.bottom() == pytest.approx(
        document.documentLayout().documentSize().height() - document.documentMargin(), abs=8
    )


def test_what_is_measured_late_tells_by_how_much_things_moved(owner):
    surface = shown(owner, [([(TEXTS[2], {})], {})] * 2_000)
    layout = surface.document.documentLayout()
    last = surface.document.findBlockByNumber(1_999)
    told = [layout.blockBoundingRect(last).top()]
    layout.shifted.connect(lambda _y, by: told.append(told[-1] + by))
    while not layout.is_measured:
        QTest.qWait(20)
    assert told[-1] == layout.blockBoundingRect(last).top()
    assert len(told) > 100
    assert lines(surface.document) == lines(twin(surface.document))


def test_another_width_breaks_lines_anew_when_they_are_seen(owner, measured):
    surface = shown(owner, some_blocks(random.Random(3), 300))
    layout = surface.document.documentLayout()
    layout.look_at(0, 500)
    measured.clear()
    surface.document.setPageSize(QRectF(0, 0, 300, -1).size())
    assert not measured
    layout.look_at(0, 500)
    assert 0 < len(measured) < 100
    assert lines(surface.document) == lines(twin(surface.document))


def test_asked_for_a_block_of_another_note_or_in_the_middle_of_an_edit_it_never_fails(owner):
    surface = shown(owner, [([("one", {})], {})] * 3)
    layout = surface.document.documentLayout()
    other = shown(owner, [([("two", {})], {})] * 9).document
    assert layout.blockBoundingRect(other.lastBlock()).isNull()
    cursor = QTextCursor(surface.document)
    cursor.beginEditBlock()
    cursor.insertText("a\nb\nc\nd\n")
    assert layout.blockBoundingRect(surface.document.lastBlock()).isValid()
    assert layout.hitTest(QPointF(30, 1e6), Qt.HitTestAccuracy.FuzzyHit) >= 0
    cursor.endEditBlock()
    assert lines(surface.document) == lines(twin(surface.document))


def test_a_preedit_that_stands_behind_the_end_of_its_block_is_laid_out_once(owner, measured):
    surface = shown(owner, [([("one", {})], {}), ([("two", {})], {})])
    document = surface.document
    block = document.firstBlock()
    cursor = QTextCursor(block)
    cursor.beginEditBlock()
    block.layout().setPreeditArea(9, "x\U00020000y")
    cursor.endEditBlock()
    layout = document.documentLayout()
    measured.clear()
    assert layout.hitTest(QPointF(30, 0), Qt.HitTestAccuracy.FuzzyHit) == 0
    assert layout.hitTest(QPointF(400, 0), Qt.HitTestAccuracy.FuzzyHit) == len("one")
    layout.look_at(0, 500)
    assert len(measured) <= 1
