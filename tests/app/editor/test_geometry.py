"""Rectangles of ranges."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt

from app.editor.geometry import is_rtl, rect_at, rects_between
from tests.support.editor_world import World


@pytest.fixture
def view(qt_app):
    with World(1, "short\n" + "a long line of words that wraps " * 8 + "\nשלום לכולם\nlast") as world:
        window = world.windows[0]
        window.view.show()
        world.turn()
        yield window.view
        window.view.hide()


def whole(view) -> QRect:
    return view.viewport().rect()


def test_a_range_in_a_line_is_one_rectangle_between_its_carets(view):
    (rect,) = rects_between(view, 1, 4, whole(view))
    assert abs(rect.left() - rect_at(view, 1).left()) <= 1
    assert abs(rect.right() - rect_at(view, 4).left()) <= 1


@pytest.mark.parametrize("attributes", [{}, {"kind": "bullet", "level": 2}, {"kind": "quote"}])
def test_a_rectangle_stands_where_the_carets_of_its_line_do(view, attributes):
    view.selectAll()
    view.commands.set_kind(attributes)
    for number in range(4):
        start = view.document().findBlockByNumber(number).position()
        rect, caret = rects_between(view, start, start + 3, whole(view))[0], rect_at(view, start + 1)
        assert abs(rect.center().y() - caret.center().y()) <= 2
        assert rect.left() - 1 <= caret.left() <= rect.right() + 1


def test_a_range_over_lines_has_one_rectangle_for_each(view):
    block = view.document().findBlockByNumber(1)
    rects = rects_between(view, 2, block.position() + block.length() - 1, whole(view))
    assert len(rects) == 1 + block.layout().lineCount()
    assert [rect.top() for rect in rects] == sorted(rect.top() for rect in rects)


def test_right_to_left_text_has_rectangles_too(view):
    start = view.document().findBlockByNumber(2).position()
    (rect,) = rects_between(view, start, start + 4, whole(view))
    assert rect.width() > 10
    assert rect.right() > view.viewport().width() / 2


def test_an_empty_range_and_one_out_of_sight_have_none(view):
    assert rects_between(view, 3, 3, whole(view)) == []
    assert rects_between(view, 0, 5, QRect(0, 5_000, 100, 100)) == []


def test_an_offset_behind_the_end_is_the_end(view):
    assert rect_at(view, 10**6) == rect_at(view, view.document().characterCount() - 1)


@pytest.fixture
def from_right_to_left(qt_app):
    qt_app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qt_app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize(
    ("text", "side"),
    [("", "right"), ("12 ", "right"), ("ש", "right"), ("x", "left"), ("1) x ש", "left"), ("ש x", "right")],
)
def test_a_block_begins_where_its_letters_do_and_without_any_where_the_window_does(
    from_right_to_left, text, side
):
    with World(1, text) as world:
        view = world.windows[0].view
        view.show()
        world.turn()
        middle = view.viewport().rect().center().x()
        assert (rect_at(view, 0).left() > middle) is (side == "right")
        assert is_rtl(view.document().begin()) is (side == "right")


def test_a_block_turns_with_the_first_letter_that_is_typed_and_code_never_does(from_right_to_left):
    with World(1) as world:
        window = world.windows[0]
        window.view.show()
        for letters, rtl in (("1", True), ("x", False)):
            window.type(letters)
            assert is_rtl(window.view.document().begin()) is rtl
        for _ in range(2):
            window.key(Qt.Key.Key_Backspace)
        assert is_rtl(window.view.document().begin())
        window.view.commands.set_kind({"kind": "code"})
        assert not is_rtl(window.view.document().begin())


def test_in_a_window_from_left_to_right_only_letters_turn_a_block(view):
    assert [is_rtl(view.document().findBlockByNumber(number)) for number in range(4)] == [
        *(False, False),
        *(True, False),
    ]
