"""Plain blocks: tidying, and values as JSON."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.transfer.blocks import Block, Span, decode_value, encode_value, is_plain_picture, reading_text, tidy
from tests.support import notes


@given(notes.blocks)
def test_tidying_twice_changes_nothing_more(blocks):
    assert tidy(tidy(blocks)) == tidy(blocks)


@given(notes.blocks)
def test_tidying_keeps_every_letter(blocks):
    before = "\n".join("".join(text for text, _ in spans) for spans, _ in blocks)
    assert "\n".join("".join(text for text, _ in spans) for spans, _ in tidy(blocks)) == before


def test_attributes_that_mean_nothing_go_and_those_a_kind_always_has_come():
    given_blocks: list[Block] = [
        ([], {"kind": "paragraph", "level": 0}),
        ([], {"kind": "check"}),
        ([], {"kind": "heading"}),
        ([], {"kind": "code", "language": "", "level": None}),
    ]
    assert [attributes for _, attributes in tidy(given_blocks)] == [
        {},
        {"kind": "check", "level": 0, "checked": False},
        {"kind": "heading", "level": 1},
        {"kind": "code"},
    ]


def test_neighbours_with_equal_marks_become_one_span_and_embeds_stay_apart():
    divider = {"embed": {"type": "divider"}}
    spans: list[Span] = [
        ("a", {"bold": True}),
        ("b", {"bold": True, "italic": None}),
        ("\ufffc\ufffc", divider),
        ("", {}),
    ]
    assert tidy([(spans, {})])[0][0] == [("ab", {"bold": True}), ("\ufffc", divider), ("\ufffc", divider)]


@given(notes.values)
def test_a_value_comes_back_from_json(value):
    assert decode_value(encode_value(value)) == value


def test_bytes_travel_inside_json():
    assert decode_value(encode_value({"raw": b"\x00\xff"})) == {"raw": b"\x00\xff"}


@pytest.mark.parametrize(
    "text",
    ["{", "NaN", '{"a": Infinity}', "[" * 100_000, '"' + "x" * 70_000 + '"', '{"$bytes": "?"}', '"\\ud800"'],
)
def test_what_a_stranger_writes_as_a_value_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        decode_value(text)


def test_a_picture_with_more_than_words_and_a_name_is_not_plain():
    picture = {"type": "image", "src": "a.png", "alt": ""}
    assert is_plain_picture(picture)
    assert not is_plain_picture({**picture, "width": 3})
    assert not is_plain_picture({**picture, "src": "note:x"})


def test_reading_text_says_what_embeds_are_called():
    blocks = [
        ([("see ", {}), ("\ufffc", {"embed": {"type": "image", "src": "x", "alt": "a cat"}})], {}),
        ([("\ufffc", {"embed": {"type": "divider"}})], {}),
    ]
    assert reading_text(blocks) == "see a cat\n---"
