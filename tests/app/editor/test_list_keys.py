"""The written rule of splits and joins."""

from __future__ import annotations

import pytest

from app.editor import list_keys
from app.editor.keys import key_of, values_of
from app.editor.mirror import Mirror, MirrorBlock, joined
from app.editor.operations import Operation, play
from crdt.text import RichText

HEADING = {"kind": "heading", "level": 2}
BULLET = {"kind": "bullet", "level": 0}
NESTED = {"kind": "bullet", "level": 1}
DONE = {"kind": "check", "level": 0, "checked": True}
OPEN = {"kind": "check", "level": 0, "checked": False}
RIGHT = {"alignment": "right"}
QUOTE = {"kind": "quote"}
CODE = {"kind": "code", "language": "python"}
DIVIDER = "\ufffc"

Block = tuple[str, dict[str, object]]


def mirror_of(*blocks: Block) -> Mirror:
    """A mirror of blocks without marks, but for dividers."""
    key = key_of({"embed": {"type": "divider"}})
    return Mirror(
        MirrorBlock(text, joined([(len(text), key if text == DIVIDER else "")]), key_of(attributes))
        for text, attributes in blocks
    )


def after(mirror: Mirror, operations: list[Operation]) -> list[Block]:
    """What the operations make of the blocks, by the CRDT."""
    text = RichText(rid=1)
    text.insert(0, mirror.text())
    for number, block in enumerate(mirror.blocks):
        text.set_block(mirror.start(number), values_of(block.attributes))
    play(operations, text)
    return [("".join(piece for piece, _ in spans), attributes) for spans, attributes in text.blocks()]


@pytest.mark.parametrize(
    ("before", "index", "expected", "caret"),
    [
        ([("Title", HEADING)], 5, [("Title", HEADING), ("", {})], 6),
        ([("Title", HEADING)], 0, [("", {}), ("Title", HEADING)], 1),
        ([("Title", HEADING)], 2, [("Ti", HEADING), ("tle", HEADING)], 3),
        ([("text", RIGHT)], 2, [("te", RIGHT), ("xt", RIGHT)], 3),
        ([("item", BULLET)], 4, [("item", BULLET), ("", BULLET)], 5),
        ([("done", DONE)], 4, [("done", DONE), ("", OPEN)], 5),
        ([("done", DONE)], 2, [("do", DONE), ("ne", OPEN)], 3),
        ([("done", DONE)], 0, [("", OPEN), ("done", DONE)], 1),
        ([("", NESTED)], 0, [("", BULLET)], 0),
        ([("", BULLET)], 0, [("", {})], 0),
        ([("", QUOTE)], 0, [("", {})], 0),
        ([("said", QUOTE)], 4, [("said", QUOTE), ("", QUOTE)], 5),
        ([("x = 1", CODE), ("", CODE)], 6, [("x = 1", CODE), ("", {})], 6),
        ([("", CODE)], 0, [("", CODE), ("", CODE)], 1),
        ([("a", CODE), ("", CODE), ("b", CODE)], 2, [("a", CODE), ("", CODE), ("", CODE), ("b", CODE)], 3),
        ([("more", {"level": 1})], 4, [("more", {"level": 1}), ("", {"level": 1})], 5),
        ([("", {"level": 1})], 0, [("", {})], 0),
        ([("five", {"kind": "numbered", "level": 0, "start": 5})], 4,
         [("five", {"kind": "numbered", "level": 0, "start": 5}), ("", {"kind": "numbered", "level": 0})], 5),
    ],
)  # fmt: skip
def test_enter(before, index, expected, caret):
    mirror = mirror_of(*before)
    plan = list_keys.enter(mirror, index)
    assert (after(mirror, plan.operations), plan.caret) == (expected, caret)


@pytest.mark.parametrize(
    ("before", "number", "expected", "caret"),
    [
        ([("a", {}), ("item", BULLET)], 1, [("a", {}), ("item", {})], 2),
        ([("a", {}), ("item", NESTED)], 1, [("a", {}), ("item", {})], 2),
        ([("a", {}), ("Title", HEADING)], 1, [("a", {}), ("Title", {})], 2),
        ([("a", {}), ("said", QUOTE)], 1, [("a", {}), ("said", {})], 2),
        ([("a", {}), ("x = 1", CODE)], 1, [("a", {}), ("x = 1", {})], 2),
        ([("x", CODE), ("y", CODE)], 1, [("xy", CODE)], 1),
        ([("a", HEADING), ("b", {})], 1, [("ab", HEADING)], 1),
        ([("", HEADING), ("b", {})], 1, [("b", {})], 0),
        ([("", HEADING), ("", {})], 1, [("", HEADING)], 0),
        ([("only", {})], 0, [("only", {})], 0),
        ([("only", BULLET)], 0, [("only", {})], 0),
    ],
)
def test_backspace_at_the_start_of_a_block(before, number, expected, caret):
    mirror = mirror_of(*before)
    plan = list_keys.backspace_at_start(mirror, number)
    assert (after(mirror, plan.operations), plan.caret) == (expected, caret)


@pytest.mark.parametrize(
    ("before", "number", "expected"),
    [
        ([("a", HEADING), ("b", {})], 0, [("ab", HEADING)]),
        ([("", HEADING), ("b", BULLET)], 0, [("b", BULLET)]),
        ([("a", {}), ("b", DONE)], 0, [("ab", {})]),
        ([("last", BULLET)], 0, [("last", BULLET)]),
    ],
)
def test_delete_at_the_end_of_a_block(before, number, expected):
    mirror = mirror_of(*before)
    assert after(mirror, list_keys.delete_at_end(mirror, number).operations) == expected


def test_backspace_behind_a_divider_takes_it_and_leaves_the_text():
    mirror = mirror_of(("a", {}), (DIVIDER, {}), ("b", {}))
    plan = list_keys.backspace_at_start(mirror, 2)
    assert (after(mirror, plan.operations), plan.caret) == ([("a", {}), ("b", {})], 2)


def test_delete_before_a_divider_takes_it_and_keeps_the_heading():
    mirror = mirror_of(("a", HEADING), (DIVIDER, {}), ("b", {}))
    assert after(mirror, list_keys.delete_at_end(mirror, 0).operations) == [("a", HEADING), ("b", {})]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (1, 5, [("Tc", HEADING), ("last", {})]),
        (0, 5, [("c", BULLET), ("last", {})]),
        (1, 11, [("T", HEADING)]),
        (0, 11, [("", HEADING)]),
        (0, 6, [("", HEADING), ("last", {})]),
        (3, 3, [("Tit", HEADING), ("bc", BULLET), ("last", {})]),
    ],
)
def test_a_deletion_over_blocks_keeps_the_first_ones_kind_unless_nothing_of_it_is_left(start, end, expected):
    mirror = mirror_of(("Tit", HEADING), ("bc", BULLET), ("last", {}))
    assert after(mirror, list_keys.remove(mirror, start, end)) == expected


def test_items_go_in_and_out_without_skipping_a_level():
    mirror = mirror_of(("a", BULLET), ("b", BULLET), ("c", BULLET), ("text", {}))
    shown = after(mirror, list_keys.indent(mirror, 1, 3, 1))
    assert [attributes.get("level") for _, attributes in shown] == [0, 1, 1, None]
    assert list_keys.indent(mirror, 0, 0, 1) == []
    assert list_keys.indent(mirror, 0, 0, -1) == []
    nested = mirror_of(("a", BULLET), ("b", NESTED))
    assert list_keys.indent(nested, 1, 1, 1) == []
    assert after(nested, list_keys.indent(nested, 1, 1, -1)) == [("a", BULLET), ("b", BULLET)]
