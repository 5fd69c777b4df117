"""Blocks into a document and out of it."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.transfer.blocks import tidy
from app.transfer.body import fill_body, read_body
from crdt import Clock, Delta, Document
from sync.limits import DELTA_SIZE_MAX
from sync.model.v1 import new_note
from tests.support import notes


class Maker:
    """Makes notes; a stamp for each delta."""

    def __init__(self):
        self.clock = Clock(7)

    def stamp(self):
        return self.clock.tick(1_763_000_000_000)

    def filled(self, blocks):
        document, first = new_note(7, self.stamp(), created_ms=0)
        return document, [first, *fill_body(document, self.stamp, tidy(blocks))]


@given(notes.blocks)
def test_a_body_reads_back_as_the_blocks_it_was_filled_with(blocks):
    document, deltas = Maker().filled(blocks)
    assert read_body(document) == tidy(blocks)
    other = Document(9)
    for delta in deltas:
        other.apply(Delta.decode(delta.encode()))
    assert read_body(other) == tidy(blocks)
    document.check()


@pytest.mark.parametrize(
    "blocks",
    [
        [([("x" * 400_000, {})], {})],
        [([("漢" * 100_000, {"bold": True})], {})],
        [([("ab", {"bold": True}), ("cd", {})] * 3_000, {})],
        [([("line", {})], {"kind": "code", "language": "py"})] * 5_000,
        [([("\ufffc", {"embed": {"type": "divider"}})], {})] * 3_000,
    ],
    ids=["one line", "wide letters", "many marks", "many blocks", "many embeds"],
)
def test_large_bodies_are_cut_into_deltas_that_can_be_sent(blocks):
    document, deltas = Maker().filled(blocks)
    assert read_body(document) == tidy(blocks)
    assert max(len(delta.encode()) for delta in deltas) <= DELTA_SIZE_MAX


def test_nothing_needs_no_delta():
    _, deltas = Maker().filled([([], {})])
    assert len(deltas) == 1


def test_marks_go_on_over_spans_in_one_op():
    _, deltas = Maker().filled([([("a", {"bold": True}), ("b", {"bold": True, "italic": True})], {})])
    assert len(deltas[1].ops) == 3  # text, bold over both, italic over one
