"""Runs of a decoded text by replica and counter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import MalformedOp
from crdt.characters import FILLER
from crdt.erasures import ErasureLog
from crdt.replicas import Replicas
from crdt.runs import END, ID_BITS, START, Run
from crdt.text_rows import note_erasures, rows_of


def runs_of(*spans: tuple[int, int]) -> list[Run]:
    """Runs of replica 0, (first counter, length), in the order of the text."""
    return [Run(0, start, length, START, END, 0, 0) for start, length in spans]


SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=8)
"""Runs as (gap before it, length), by counter."""


def elements_of(gaps: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], list[int]]:
    """The spans that gaps and lengths make, and the counters of all elements."""
    spans, counters, at = [], [], 0
    for gap, length in gaps:
        at += gap
        spans.append((at, length))
        counters.extend(range(at, at + length))
        at += length
    return spans, counters


@given(SPANS, st.randoms(use_true_random=False))
def test_an_element_is_found_in_its_run(gaps, random):
    spans, counters = elements_of(gaps)
    random.shuffle(spans)
    row = rows_of(runs_of(*spans))[0]
    assert (row.start, row.end) == (counters[0], counters[-1] + 1)
    for counter in range(-1, counters[-1] + 3):
        place = next((n for n, (start, size) in enumerate(spans) if start <= counter < start + size), -1)
        assert row.place_of(counter) == place


@given(SPANS, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=4))
def test_only_elements_without_a_gap_between_them_can_be_deleted(gaps, stretches):
    spans, counters = elements_of(gaps)
    begins, ends = [start for start, _ in stretches], [start + count for start, count in stretches]
    row, other = rows_of(runs_of(*spans))[0], rows_of(runs_of(*spans))[0]
    other.begins, other.ends = list(begins), list(ends)
    cut, spots = [[] for _ in spans], [0] * len(spans)
    if all(set(range(start, start + count)) <= set(counters) for start, count in stretches):
        row.check(begins, ends)
        other.hide(cut, spots)
    else:
        with pytest.raises(MalformedOp, match="a delete of no element"):
            row.check(begins, ends)
        with pytest.raises(MalformedOp, match="a delete of no element"):
            other.hide(cut, spots)


@pytest.mark.parametrize("spans", [((0, 5), (4, 3)), ((4, 3), (0, 5)), ((2, 1), (2, 1)), ((0, 9), (3, 2))])
def test_an_element_in_two_runs_is_refused(spans):
    with pytest.raises(MalformedOp, match="an element twice"):
        rows_of(runs_of(*spans))


@given(SPANS, st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=6))
def test_runs_are_cut_where_the_number_of_reasons_changes(gaps, reasons):
    spans, counters = elements_of(gaps)
    runs = runs_of(*spans)
    row = rows_of(runs)[0]
    expected = dict.fromkeys(counters, 0)
    for start, count in reasons:
        row.note_inside(start, start + count)
        for counter in range(start, start + count):
            if counter in expected:
                expected[counter] += 1
    cut, spots = [[] for _ in runs], [0] * len(runs)
    row.hide(cut, spots)
    found = {}
    for run, pieces, spot in zip(runs, cut, spots, strict=True):
        for number, piece in enumerate(pieces or [run]):
            assert (piece.left == START) == (piece.start == run.start)
            row.parts[spot + number] = "x" * piece.length
            found |= dict.fromkeys(range(piece.start, piece.start + piece.length), piece.hidden)
        assert all(a.hidden != b.hidden for a, b in pairwise(pieces))
    assert found == expected
    assert row.own == sorted(
        (piece for run, pieces in zip(runs, cut, strict=True) for piece in pieces or [run]),
        key=lambda one: one.start,
    )
    assert "".join(row.parts) == "".join("x" if at in expected else FILLER for at in range(row.end))


def test_a_delete_in_a_replica_without_elements_is_refused():
    log = ErasureLog()
    log.record(3, 1 << ID_BITS, 1)
    with pytest.raises(MalformedOp, match="a delete of no element"):
        note_erasures(rows_of(runs_of((0, 3))), Replicas(1), 0, log)
