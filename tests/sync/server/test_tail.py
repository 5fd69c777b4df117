from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol import messages, wire
from sync.protocol.rows import LoggedDelta
from sync.server import tail as tail_module
from sync.server.core import Segment
from sync.server.tail import PIECES_MAX, Piece, Tail
from tests.support.frames import DOCUMENT, STREAM


def segment(first, last, body=b"body"):
    """Rows first to last of a log."""
    rows = tuple(LoggedDelta(seq, DOCUMENT, body) for seq in range(first, last + 1))
    return Segment(STREAM, first, last, "1.0", rows)


def test_a_frame_is_encoded_once_for_all_readers_at_one_place():
    piece = Piece(segment(1, 3))
    assert piece.frame(0, False) is piece.frame(0, False)
    assert wire.decode(piece.frame(0, True)).more


def test_a_reader_in_the_middle_of_a_piece_gets_the_rest_of_it():
    deltas = wire.decode(Piece(segment(1, 5)).frame(3, False))
    assert (deltas.from_, deltas.to, [row.seq for row in deltas.deltas]) == (3, 5, [4, 5])


def test_a_reader_is_not_sent_what_it_pushed_itself():
    deltas = wire.decode(Piece(segment(1, 5)).frame_without(0, False, [(2, 4)]))
    assert ([row.seq for row in deltas.deltas], deltas.own) == ([1, 4, 5], ((2, 4),))


def test_what_is_not_in_memory_is_to_be_read():
    tail = Tail()
    assert tail.after(0) is None
    tail.add(segment(5, 6))
    assert tail.after(3) is None
    assert tail.after(4).last == 6
    tail.remember(segment(1, 4))
    assert tail.after(2).last == 4


def test_what_another_process_wrote_behind_the_last_of_ours_is_found_once_it_was_read():
    tail = Tail()
    tail.add(segment(1, 2))
    assert tail.after(2) is None
    tail.remember(segment(3, 4))
    assert tail.after(2).last == 4
    assert tail.after(4) is None
    tail.add(segment(5, 5))
    assert tail.after(4).last == 5


def test_a_reader_at_the_head_gets_nothing():
    tail = Tail()
    tail.add(segment(1, 2))
    assert tail.after(2) is None


@pytest.mark.parametrize("how", ["add", "remember"])
def test_what_is_in_memory_of_a_document_goes_with_it_when_it_leaves_the_stream(how):
    tail = Tail()
    for seq in range(1, 4):
        tail.add(segment(seq, seq, b"a secret"))
    tail.after(0)  # merged for those at the same place, too
    getattr(tail, how)(segment(4, 4, b""))
    assert tail.after(0) is None
    assert tail.after(3).last == 4
    tail.remember(segment(1, 3, b""))  # as the log has it now
    assert tail.after(0).last == 3
    assert tail.after(3).last == 4


def test_readers_that_lag_get_many_commits_in_one_frame_the_same_for_all():
    tail = Tail()
    for seq in range(1, 11):
        tail.add(segment(seq, seq))
    merged = tail.after(2)
    assert (merged.first, merged.last) == (3, 10)
    assert tail.after(2) is merged


def test_memory_is_bounded_by_bytes(monkeypatch):
    monkeypatch.setattr(tail_module, "TAIL_SIZE_MAX", 1_000)
    tail = Tail()
    for seq in range(1, 101):
        tail.add(segment(seq, seq))
    assert len(tail._pieces) <= 15
    assert tail.after(99).last == 100
    for first in range(1, 200):
        tail.remember(segment(first, first))
    assert len(tail._others) == PIECES_MAX


def test_a_hole_between_commits_empties_what_was_before_it():
    tail = Tail()
    tail.add(segment(1, 2))
    tail.add(segment(5, 6))
    assert tail.after(1) is None
    assert tail.after(4).last == 6


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=40), start=st.integers(0, 30))
def test_reading_on_from_any_place_skips_and_repeats_nothing(sizes, start):
    tail, head = Tail(), 0
    for size in sizes:
        tail.add(segment(head + 1, head + size))
        head += size
    cursor, seen = min(start, head), []
    begin = cursor
    while (piece := tail.after(cursor)) is not None:
        deltas = wire.decode(piece.frame(cursor, False))
        assert isinstance(deltas, messages.Deltas)
        assert deltas.from_ == cursor
        seen += [row.seq for row in deltas.deltas]
        cursor = deltas.to
    assert seen == list(range(begin + 1, head + 1))


def test_what_is_of_another_model_is_not_put_into_one_frame_with_what_was_before():
    tail = Tail()
    tail.add(segment(1, 2))
    tail.add(replace(segment(3, 3), model="2.0"))
    assert tail.after(0) is None
    assert tail.after(2).segment.model == "2.0"
