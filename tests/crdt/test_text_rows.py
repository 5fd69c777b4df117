"""Runs of a decoded text by replica and counter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import MalformedOp
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
def test_an_element_is_found_in_its_run_and_by_its_number(gaps, random):
    spans, counters = elements_of(gaps)
    random.shuffle(spans)
    runs = runs_of(*spans)
    row = rows_of(runs)[0]
    assert row.size == len(counters)
    assert row.end == counters[-1] + 1
    for counter in range(-1, counters[-1] + 3):
        place = next((n for n, (start, size) in enumerate(spans) if start <= counter < start + size), -1)
        assert row.place_of(counter) == place
        assert row.next_number(counter) == sum(1 for one in counters if one < counter)


@given(SPANS, st.integers(0, 40), st.integers(1, 12))
def test_only_elements_without_a_gap_between_them_have_a_number(gaps, counter, count):
    spans, counters = elements_of(gaps)
    row = rows_of(runs_of(*spans))[0]
    if set(range(counter, counter + count)) <= set(counters):
        assert row.number_of(counter, count) == counters.index(counter)
    else:
        with pytest.raises(MalformedOp, match="a delete of no element"):
            row.number_of(counter, count)


@pytest.mark.parametrize("spans", [((0, 5), (4, 3)), ((4, 3), (0, 5)), ((2, 1), (2, 1)), ((0, 9), (3, 2))])
def test_an_element_in_two_runs_is_refused(spans):
    with pytest.raises(MalformedOp, match="an element twice"):
        rows_of(runs_of(*spans))


@given(SPANS, st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), max_size=6))
def test_runs_are_cut_where_the_number_of_reasons_changes(gaps, reasons):
    spans, counters = elements_of(gaps)
    runs = runs_of(*spans)
    row = rows_of(runs)[0]
    expected = [0] * len(counters)
    for number, count in reasons:
        number = min(number, len(counters) - 1)
        count = min(count, len(counters) - number)
        row.note(number, count)
        for at in range(number, number + count):
            expected[at] += 1
    pieces: list[list[Run]] = [[] for _ in runs]
    row.hide(pieces)
    found, at = [], 0
    for run, cut in zip(runs, pieces, strict=True):
        for piece in cut or [run]:
            assert (piece.left == START) == (piece.start == run.start)
            assert piece.start == counters[at]
            found.extend([piece.hidden] * piece.length)
            at += piece.length
        assert all(a.hidden != b.hidden for a, b in pairwise(cut))
    assert found == expected


def test_a_delete_in_a_replica_without_elements_is_refused():
    log = ErasureLog()
    log.record(3, 1 << ID_BITS, 1)
    with pytest.raises(MalformedOp, match="a delete of no element"):
        note_erasures(rows_of(runs_of((0, 3))), Replicas(1), 0, log)
