"""Rectangles of ranges."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect

from app.editor.geometry import rect_at, rects_between
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
