"""Formats there and back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument

from app.editor.formats import BLOCK, EMBED_OBJECT, FIRST, LAST, MARKS, EditorPalette, Formats
from app.editor.keys import key_of
from app.editor.looks import PLAIN, look_of

MARK_SETS: list[dict[str, object]] = [
    {},
    {"bold": True},
    {"italic": True, "underline": True, "strike": True},
    {"code": True},
    {"link": "https://example.org"},
    {"highlight": True, "colour": "red"},
    {"highlight": "green", "colour": "#123456"},
    {"highlight": "no colour at all", "colour": 7},
    {"comment:abc": "x", "comment:def": "y"},
    {"of the future": {"deep": [1, b"\x00"]}},
    {"embed": {"type": "divider"}},
]
ATTRIBUTE_SETS: list[dict[str, object]] = [
    {},
    *({"kind": "heading", "level": level} for level in range(1, 7)),
    {"kind": "bullet", "level": 2},
    {"kind": "numbered", "level": 0, "start": 4},
    {"kind": "check", "level": 1, "checked": True},
    {"kind": "quote"},
    {"kind": "code", "language": "python"},
    {"kind": "of the future", "with": ["more"]},
    {"alignment": "center"},
    {"level": 2},
]


@pytest.fixture
def formats(qt_app):
    return Formats(EditorPalette())


@pytest.mark.parametrize("attributes", ATTRIBUTE_SETS, ids=str)
def test_marks_come_back_from_the_formats_they_gave(formats, attributes):
    look = look_of(key_of(attributes))
    for marks in MARK_SETS:
        assert formats.read_char(formats.char(key_of(marks), look), look) == (key_of(marks), True)


@pytest.mark.parametrize("attributes", ATTRIBUTE_SETS, ids=str)
@pytest.mark.parametrize("edges", [0, FIRST, LAST, FIRST | LAST])
def test_attributes_come_back_from_the_formats_they_gave(formats, attributes, edges):
    document = QTextDocument()
    QTextCursor(document).setBlockFormat(formats.block(key_of(attributes), edges))
    assert formats.read_block(document.firstBlock()) == (key_of(attributes), True)


@pytest.mark.parametrize("was", ATTRIBUTE_SETS, ids=str)
def test_text_that_came_from_another_kind_of_block_keeps_its_marks(formats, was):
    for now, marks in itertools.product(ATTRIBUTE_SETS, MARK_SETS):
        found = formats.char(key_of(marks), look_of(key_of(was)))
        assert formats.read_char(found, look_of(key_of(now)))[0] == key_of(marks), (now, marks)


@given(st.sampled_from(MARK_SETS), st.booleans(), st.booleans())
def test_what_somebody_switched_on_is_taken_over(marks, bold, strike):
    formats = Formats(EditorPalette())
    touched = QTextCharFormat(formats.char(key_of(marks), PLAIN))
    touched.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    touched.setFontStrikeOut(strike)
    wanted = {kind: value for kind, value in marks.items() if kind not in ("bold", "strike")}
    if bold:
        wanted["bold"] = True
    if strike:
        wanted["strike"] = True
    assert formats.read_char(touched, PLAIN)[0] == key_of(wanted)


def test_foreign_text_is_read_by_how_it_looks(formats):
    foreign = QTextCharFormat()
    foreign.setFontWeight(QFont.Weight.Black)
    foreign.setAnchor(True)
    foreign.setAnchorHref("https://example.org")
    foreign.setFontUnderline(True)
    foreign.setBackground(QColor("#abcdef"))
    marks = {"bold": True, "link": "https://example.org", "highlight": "#abcdef"}
    assert formats.read_char(foreign, PLAIN) == (key_of(marks), False)


def test_a_heading_is_not_bold_and_can_be(formats):
    heading = look_of(key_of({"kind": "heading", "level": 1}))
    plain, bold = formats.char("", heading), formats.char(key_of({"bold": True}), heading)
    assert plain.fontWeight() < bold.fontWeight()
    assert plain.fontWeight() > QFont.Weight.Normal


def test_headings_get_smaller_and_code_is_monospaced(formats):
    sizes = [formats.size_px(look_of(key_of({"kind": "heading", "level": level}))) for level in range(1, 7)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1.5 * formats.size_px(PLAIN)
    code = formats.char("", look_of(key_of({"kind": "code"})))
    assert code.fontFamilies() == formats._mono


def test_only_boxes_care_for_their_neighbours(formats):
    code, bullet = key_of({"kind": "code"}), key_of({"kind": "bullet"})
    assert formats.block(code, FIRST) != formats.block(code, LAST)
    assert formats.block(bullet, FIRST) is formats.block(bullet, LAST)


def test_an_embed_is_an_object(formats):
    made = formats.char(key_of({"embed": {"type": "divider"}}), PLAIN)
    assert made.objectType() == EMBED_OBJECT
    assert made.property(MARKS) == key_of({"embed": {"type": "divider"}})


def test_the_truth_of_a_block_is_in_its_property(formats):
    made = formats.block(key_of({"kind": "of the future"}), 0)
    assert made.property(BLOCK) == key_of({"kind": "of the future"})
    assert made.lineHeightType() == QTextBlockFormat.LineHeightTypes.MinimumHeight.value


def test_many_distinct_formats_do_not_pile_up(formats, monkeypatch):
    monkeypatch.setattr("app.editor.formats._CACHED_MAX", 10)
    for number in range(50):
        formats.char(key_of({"link": f"https://example.org/{number}"}), PLAIN)
        formats.block(key_of({"x": number}), 0)
    assert len(formats._chars) <= 10
    assert len(formats._blocks) <= 10
