"""Nested lists and quotes become flat blocks with levels."""

from __future__ import annotations

from app.transfer.block_builder import LEVEL_MAX, BlockBuilder


def words(text):
    return [(text, {})]


def test_the_first_paragraph_of_an_item_is_the_item_and_later_ones_are_indented():
    builder = BlockBuilder()
    builder.open_list("bullet")
    builder.open_item()
    builder.add_paragraph(words("a"))
    builder.add_paragraph(words("b"))
    builder.close_item()
    builder.close_list()
    builder.add_paragraph(words("c"))
    assert [attributes for _, attributes in builder.blocks] == [
        {"kind": "bullet", "level": 0},
        {"level": 1},
        {},
    ]


def test_an_item_without_text_keeps_the_depth_of_what_is_in_it():
    builder = BlockBuilder()
    builder.open_list("numbered", 3)
    builder.open_item()
    builder.open_list("bullet")
    builder.open_item()
    builder.add_paragraph(words("deep"))
    builder.close_item()
    builder.close_list()
    builder.close_item()
    assert builder.blocks == [
        ([], {"kind": "numbered", "level": 0, "start": 3}),
        (words("deep"), {"kind": "bullet", "level": 1}),
    ]


def test_a_list_in_a_quote_is_a_list_and_a_quote_in_a_quote_has_a_level():
    builder = BlockBuilder()
    builder.open_quote()
    builder.open_quote()
    builder.add_paragraph(words("inner"))
    builder.close_quote()
    builder.open_list("bullet")
    builder.open_item()
    builder.add_paragraph(words("item"))
    assert [attributes for _, attributes in builder.blocks] == [
        {"kind": "quote", "level": 1},
        {"kind": "bullet", "level": 0},
    ]


def test_levels_beyond_the_deepest_are_kept_at_it():
    builder = BlockBuilder()
    for _ in range(LEVEL_MAX + 10):
        builder.open_list("bullet")
    builder.open_item()
    builder.add_paragraph(words("x"))
    assert builder.blocks[-1][1]["level"] == LEVEL_MAX


def test_an_item_outside_of_any_list_is_an_item_all_the_same():
    builder = BlockBuilder()
    builder.open_item()
    builder.close_item()
    assert builder.blocks == [([], {"kind": "bullet", "level": 0})]


def test_a_newline_in_a_text_ends_no_block():
    builder = BlockBuilder()
    builder.add_paragraph(words("a\nb"))
    builder.add_heading(words("c\nd"), 1)
    builder.add_exact(words("e\nf"), {"kind": "odd"})
    assert [spans[0][0] for spans, _ in builder.blocks] == ["a\u2028b", "c\u2028d", "e\u2028f"]
