"""What is drawn around the text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

from app.editor.formats import EditorPalette
from app.editor.ornaments import Ornaments, block_look, label_of, number_of, tick_box_at, visible_blocks
from tests.support.editor_world import Window, World


def item(kind: str, level: int = 0, **more: object) -> dict[str, object]:
    """Attributes of a list item."""
    return {"kind": kind, "level": level, **more}


@pytest.fixture
def lists(qt_app):
    with World(1) as world:
        yield world.windows[0]


def fill(window: Window, *blocks: dict[str, object]) -> None:
    """Show blocks of one letter each."""
    window.view.selectAll()
    window.view.commands.insert_blocks([([("x", {})], attributes) for attributes in blocks])
    window.view.show()


def numbers(window: Window) -> list[int | None]:
    """The numbers of all blocks that have one."""
    found: list[int | None] = []
    block = window.view.document().begin()
    while block.isValid():
        found.append(number_of(block) if block_look(block).kind == "numbered" else None)
        block = block.next()
    window.view.hide()
    return found


def test_items_are_counted_by_level_and_anew_after_anything_else(lists):
    one, deep = item("numbered"), item("numbered", 1)
    fill(lists, one, one, deep, deep, item("bullet", 2), deep, one, {}, one, item("bullet"), one)
    assert numbers(lists) == [1, 2, 1, 2, None, 3, 3, None, 1, None, 1]


def test_a_paragraph_that_belongs_to_an_item_does_not_end_the_list(lists):
    fill(lists, item("numbered"), {"level": 1}, {"kind": "code", "level": 1}, item("numbered"))
    assert numbers(lists) == [1, None, None, 2]


def test_a_list_starts_where_it_says(lists):
    fill(lists, item("numbered", start=5), item("numbered"), item("numbered", 1), item("numbered"))
    assert numbers(lists) == [5, 6, 1, 7]


def test_labels_are_those_of_their_level():
    assert [label_of(number, 0) for number in (1, 12)] == ["1.", "12."]
    assert [label_of(number, 1) for number in (1, 26, 27, 703)] == ["a.", "z.", "aa.", "aaa."]
    assert [label_of(number, 2) for number in (1, 4, 1994, 4000)] == ["i.", "iv.", "mcmxciv.", "4000."]
    assert label_of(3, 3) == "3."


def test_every_kind_is_painted_on_both_sides_of_the_text(lists):
    blocks = [item("bullet", level) for level in range(4)]
    blocks += [
        item("check"),
        item("check", checked=True),
        item("numbered"),
        {"kind": "quote"},
        {"kind": "code"},
    ]
    fill(lists, *blocks)
    lists.view.resize(400, 600)
    left_to_right = lists.view.grab().toImage()
    lists.view.selectAll()
    lists.view.commands.insert_blocks([([("שלום", {})], attributes) for attributes in blocks])
    right_to_left = lists.view.grab().toImage()
    lists.view.hide()

    def ink(image: QImage, start: int, stop: int) -> int:
        paper = QColor(EditorPalette().background)
        return sum(
            image.pixelColor(x, y) != paper for x in range(start, stop) for y in range(0, image.height(), 2)
        )

    assert ink(left_to_right, 30, 60) > 100
    assert ink(right_to_left, 340, 370) > 100


def test_a_tick_box_is_found_where_it_is_drawn(lists):
    fill(lists, {}, item("check"), item("check", 1))
    view = lists.view
    for index, number in ((2, 1), (4, 2)):
        rect = view.rect_at(index)
        assert tick_box_at(view, QPointF(rect.left() - 14, rect.center().y())) == number
        assert tick_box_at(view, QPointF(rect.left() + 5, rect.center().y())) is None
    view.hide()


def test_only_what_is_visible_is_looked_at(qt_app):
    with World(1, "\n".join("line" for _ in range(2_000))) as world:
        view = world.windows[0].view
        view.show()
        view.verticalScrollBar().setValue(10_000)
        assert 5 < len(list(visible_blocks(view))) < 40
        view.hide()


def test_painting_leaves_the_text_alone(lists):
    fill(lists, {"kind": "code"}, {"kind": "quote"}, item("bullet"))
    edits = len(lists.note.deltas)
    picture = QImage(200, 200, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    ornaments = Ornaments(lists.view.formats)
    shown = list(visible_blocks(lists.view))
    ornaments.paint_under(painter, lists.view, shown)
    ornaments.paint_over(painter, lists.view, shown)
    painter.end()
    assert len(lists.note.deltas) == edits
    lists.view.hide()
