"""Operations played into a text."""

from __future__ import annotations

import pytest

from app.editor.operations import Delete, Format, Insert, InsertEmbed, SetBlock, inserted_spans, play
from crdt.errors import OutOfRange
from crdt.ops import INSERT_LENGTH_MAX
from crdt.text import RichText


def test_operations_are_carried_out_in_order():
    text = RichText(rid=1)
    play(
        [
            Insert(0, "ab\ncd", {"bold": True}),
            Delete(1, 1),
            InsertEmbed(0, {"type": "divider"}, {}),
            Format(0, 2, "italic", True),
            SetBlock(0, {"kind": "quote"}),
        ],
        text,
    )
    assert text.blocks() == [
        (
            [
                ("\ufffc", {"embed": {"type": "divider"}, "italic": True}),
                ("a", {"bold": True, "italic": True}),
            ],
            {"kind": "quote"},
        ),
        ([("cd", {"bold": True})], {}),
    ]


def test_what_cannot_be_done_raises():
    with pytest.raises(OutOfRange):
        play([Delete(0, 1)], RichText(rid=1))


def test_stretches_with_the_same_marks_are_one_insertion():
    spans = [("a", {}), ("\n", {}), ("b", {}), ("c", {"bold": True}), ("\n", {}), ("d", {"bold": True})]
    assert inserted_spans(5, spans) == [Insert(5, "a\nb", {}), Insert(8, "c\nd", {"bold": True})]


def test_a_newline_at_the_start_takes_what_the_place_gives_until_a_text_follows():
    assert inserted_spans(0, [("\n", {})]) == [Insert(0, "\n", None)]
    assert inserted_spans(0, [("\n", {}), ("a", {})]) == [Insert(0, "\na", {})]


def test_embeds_are_inserted_one_by_one():
    made = inserted_spans(2, [("\ufffc\ufffc", {"embed": {"type": "divider"}, "bold": True}), ("\n", {})])
    assert made == [
        InsertEmbed(2, {"type": "divider"}, {"bold": True}),
        InsertEmbed(3, {"type": "divider"}, {"bold": True}),
        Insert(4, "\n", None),
    ]


def test_more_than_one_op_can_carry_goes_into_several():
    half = "x" * (INSERT_LENGTH_MAX - 1)
    made = inserted_spans(0, [(half, {}), ("yy", {})])
    assert [len(operation.text) for operation in made if isinstance(operation, Insert)] == [len(half), 2]
