"""Where words about an attachment stand: never outside of the chip or the picture."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from app.editor.file_lines import FileLine, badge_box, badge_pieces, chip_pieces, chip_width

LINE = FileLine("Not sent: your room on the server is full", "Try again")
NAME = "holiday plans of the whole family.pdf"


@pytest.fixture
def metrics(qt_app):
    font = QFont("Inter")
    font.setPixelSize(14)
    return QFontMetricsF(font)


def test_a_chip_with_all_its_words_shortens_none(metrics):
    box = QRectF(10, 10, chip_width(NAME, LINE, metrics), 24)
    found = chip_pieces(box, NAME, LINE, metrics, rtl=False)
    assert [(piece.role, piece.text) for piece in found] == [
        ("name", NAME),
        ("words", LINE.words),
        ("again", LINE.again),
    ]
    assert chip_width(NAME, None, metrics) < box.width()


def test_words_that_change_keep_the_chip_as_wide(metrics):
    lines = [FileLine(f"Sending {n} %", widest="Sending 100 %") for n in (0, 11, 40, 100)]
    assert len({chip_width(NAME, line, metrics) for line in lines}) == 1


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize("width", [20, 60, 120, 300, 500, 900])
def test_nothing_stands_outside_of_a_chip_or_over_another_word(metrics, width, rtl):
    box = QRectF(10, 10, width, 24)
    found = chip_pieces(box, NAME, LINE, metrics, rtl=rtl)
    assert found[0].role == "name"
    for piece in found:
        assert box.left() <= piece.rect.left() <= piece.rect.right() <= box.right()
    ordered = found[::-1] if rtl else found
    for one, other in pairwise(ordered):
        assert one.rect.right() < other.rect.left()


def test_the_name_gives_way_before_what_is_said(metrics):
    width = chip_width(NAME, LINE, metrics) - 100
    name, words, again = chip_pieces(QRectF(0, 0, width, 24), NAME, LINE, metrics, rtl=False)
    assert "…" in name.text
    assert (words.text, again.text) == (LINE.words, LINE.again)


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize(
    ("size", "has_words"),
    [((600, 400), True), ((120, 80), True), ((60, 80), False), ((200, 20), False), ((8, 4), False)],
)
def test_a_badge_is_inside_its_picture_and_a_dot_where_there_is_no_room(metrics, size, has_words, rtl):
    picture = QRectF(30, 40, *size)
    box = badge_box(picture, LINE, metrics, rtl=rtl)
    assert picture.contains(box)
    beside = picture.right() - box.right() if rtl else box.left() - picture.left()
    assert 0 <= beside <= 8
    found = badge_pieces(box, LINE, metrics, rtl=rtl)
    assert bool(found) == has_words
    for piece in found:
        assert box.contains(piece.rect)
