"""Runs of a decoded text by replica and counter."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import MalformedOp
from crdt.characters import FILLER
from crdt.erasures import ErasureLog
from crdt.replicas import Flip, Replicas
from crdt.runs import END, ID_BITS, START, Run
from crdt.text_rows import note_erasures, note_groups, rows_of
from tests.support.effort import lengths, steps


def runs_of(*spans: tuple[int, int]) -> list[Run]:
    """Runs of replica 0, (first counter, length), in the order of the text."""
    return [Run(0, start, length, START, END, 0, 0) for start, length in spans]


SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), **{"min_size": 1, **lengths(8)})
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
    assert row.start == counters[0]
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
    cut, spots = [[] for _ in spans], [0] * len(spans)
    with pytest.raises(MalformedOp, match="an element twice"):
        rows_of(runs_of(*spans))[0].hide(cut, spots)


def pieces_of(*rights: int) -> list[Run]:
    """Two letters for each right origin, each piece with the letter before it as its left origin."""
    return [Run(0, 2 * n, 2, 2 * n - 1 if n else START, right, 0, 0) for n, right in enumerate(rights)]


@pytest.mark.parametrize(
    ("rights", "trails"),
    [((END,), {0}), ((END, END), {0, 1}), ((END, END, END), {0, 2}), ((END, 9, 9, END), {0, 2, 3})],
)
def test_of_pieces_with_one_right_origin_the_last_trails_and_the_first_of_all_is_named_too(rights, trails):
    assert set(rows_of(pieces_of(*rights))[0].trails) == trails


def test_a_piece_that_does_not_stand_behind_the_one_it_follows_is_refused():
    first, second = pieces_of(END, END)
    nothing_before = Run(0, 3, 1, 2, END, 0, 0)
    for runs in ([second, first], [first, nothing_before]):
        with pytest.raises(MalformedOp, match="a left origin"):
            rows_of(runs)


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
    found: dict[int, int] = {}
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
    assert "".join(row.parts) == "".join("x" if at in expected else FILLER for at in range(counters[-1] + 1))


def test_a_delete_in_a_replica_without_elements_is_refused():
    log = ErasureLog()
    log.record(3, 1 << ID_BITS, 1)
    with pytest.raises(MalformedOp, match="a delete of no element"):
        note_erasures(rows_of(runs_of((0, 3))), Replicas(1), 0, log)


class Written:
    """Twelve elements of replica 0 in three runs, and deletes of them by two replicas in edit groups."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.replicas = Replicas(1)
        self.replicas.intern(2)
        self.logs = [ErasureLog(), ErasureLog()]
        self.deletes: list[tuple[int, int, int]] = []
        """(author, counter, element)"""
        self.replicas.start_group(0, 0, 0)
        self.replicas.start_group(0, 5, 0)
        self.replicas.advance(0, 12)

    def delete(self) -> None:
        """One op over some elements, or a key held down in either direction."""
        random, replicas = self.random, self.replicas
        author, first = random.randrange(2), random.randrange(12)
        if random.random() < 0.3 or not replicas.group_starts[author]:
            replicas.start_group(author, replicas.ends[author], 0)
        count = random.randint(1, 12 - first)
        if random.random() < 0.5:
            self.record(author, first, count)
            return
        counters = range(first, first + count)
        for element in counters if random.random() < 0.5 else reversed(counters):
            self.record(author, element, 1)

    def record(self, author: int, first: int, count: int) -> None:
        counter = self.replicas.ends[author]
        self.logs[author].record(counter, first, count)
        self.deletes.extend((author, counter, element) for element in range(first, first + count))
        self.replicas.advance(author, counter + 1)

    def flip(self, number: int) -> None:
        random, replicas = self.random, self.replicas
        target = random.randrange(2)
        if replicas.group_starts[target]:
            start = random.choice(replicas.group_starts[target])
            until = random.randint(start + 1, replicas.group_end(target, start))
            replicas.flip(target, start, Flip(number, 0, number, until, random.random() < 0.3))

    def hidden(self) -> dict[int, int]:
        """How many reasons hide each element, counted one by one."""
        found = {element: 0 if self.replicas.is_live(0, element) else 1 for element in range(12)}
        for author, counter, element in self.deletes:
            found[element] += self.replicas.is_live(author, counter)
        return found


@given(st.integers(0, 2**32))
def test_what_groups_and_deletes_hide_is_what_is_counted_one_by_one(seed):
    random = Random(seed)
    written = Written(random)
    for _ in range(steps(6)):
        written.delete()
    for number in range(random.choice((0, 1, 9))):
        written.flip(number)
    runs = runs_of((0, 5), (5, 4), (9, 3))
    rows = rows_of(runs)
    for author, log in enumerate(written.logs):
        note_erasures(rows, written.replicas, author, log)
    note_groups(rows, written.replicas)
    cut, spots = [[] for _ in runs], [0] * len(runs)
    rows[0].hide(cut, spots)
    found = {
        counter: piece.hidden
        for run, pieces in zip(runs, cut, strict=True)
        for piece in pieces or [run]
        for counter in range(piece.start, piece.start + piece.length)
    }
    assert found == written.hidden()


def test_deletes_of_no_element_are_refused_even_in_a_group_that_is_off():
    for target in (1 << ID_BITS, 2):
        replicas, log = Replicas(1), ErasureLog()
        replicas.start_group(0, 3, 0)
        replicas.advance(0, 9)
        log.record(3, target, 2)
        replicas.flip(0, 3, Flip(1, 0, 8, 8, False))
        with pytest.raises(MalformedOp, match="a delete of no element"):
            note_erasures(rows_of(runs_of((0, 3))), replicas, 0, log)


def test_a_group_of_a_replica_that_wrote_nothing_here_hides_nothing():
    replicas = Replicas(1)
    other = replicas.intern(2)
    replicas.start_group(other, 0, 0)
    replicas.advance(other, 3)
    replicas.flip(other, 0, Flip(1, 0, 8, 3, False))
    rows = rows_of(runs_of((0, 3)))
    note_groups(rows, replicas)
    assert (rows[0].begins, rows[0].ends) == ([], [])
