"""
The runs of a decoded text by replica and counter: where an element stands, and what hides it.

Memory is taken for runs and for what the logs say about them, never for the counters between them. Used only
while a text is loaded; hostile runs and logs raise MalformedOp here. Source: README, "Edit groups" (V1).
"""

from bisect import bisect_right
from itertools import pairwise
from typing import Final

from crdt.erasures import Erased, ErasureLog
from crdt.errors import MalformedOp
from crdt.replicas import Replicas
from crdt.runs import COUNTER_MASK, ID_BITS, Run

PLACE_BITS: Final = 26
"""Of a run among all: a text has at most ``LENGTH_MAX`` elements, and a run at least one."""


class Row:
    """The runs of one replica by counter. Its elements, not the gaps between them, are numbered from 0."""

    __slots__ = ("_begins", "_ends", "_runs", "bases", "end", "places", "size", "starts")

    def __init__(self, runs: list[Run], order: list[int]) -> None:
        """Take the runs whose ``start << PLACE_BITS | place`` are given. MalformedOp when they overlap."""
        order.sort()
        self._runs: Final = runs
        self.starts: list[int] = [packed >> PLACE_BITS for packed in order]
        self.places: list[int] = [packed & ((1 << PLACE_BITS) - 1) for packed in order]
        self.bases: list[int] = []
        self._begins: list[int] = []
        self._ends: list[int] = []
        """The numbers where a reason to be hidden begins, and where one ends."""
        total = last = 0
        for number, start in enumerate(self.starts):
            if start < last:
                raise MalformedOp("an element twice")
            length = runs[self.places[number]].length
            self.bases.append(total)
            total += length
            last = start + length
        self.size: Final = total
        self.end: Final = last

    def place_of(self, counter: int) -> int:
        """The place, among all runs, of the run that holds an element; -1 when none does."""
        found = bisect_right(self.starts, counter) - 1
        if found < 0:
            return -1
        place = self.places[found]
        return place if counter < self.starts[found] + self._runs[place].length else -1

    def number_of(self, counter: int, count: int) -> int:
        """The number of an element when it and the ``count - 1`` behind it are elements; else MalformedOp."""
        starts = self.starts
        found = bisect_right(starts, counter) - 1
        last = counter + count - 1
        until = (
            found if found + 1 == len(starts) or last < starts[found + 1] else bisect_right(starts, last) - 1
        )
        if found < 0 or last >= starts[until] + self._runs[self.places[until]].length:
            raise MalformedOp("a delete of no element")
        number = self.bases[found] + counter - starts[found]
        if until != found and self.bases[until] + last - starts[until] != number + count - 1:
            raise MalformedOp("a delete of no element")
        return number

    def next_number(self, counter: int) -> int:
        """The number of the first element from ``counter`` on; ``size`` where there is none."""
        found = bisect_right(self.starts, counter) - 1
        if found < 0:
            return 0
        length = self._runs[self.places[found]].length
        return self.bases[found] + min(counter - self.starts[found], length)

    def note(self, number: int, count: int) -> None:
        """One more reason hides the ``count`` elements from ``number`` on."""
        self._begins.append(number)
        self._ends.append(number + count)

    def hide(self, pieces: list[list[Run]]) -> None:
        """
        Give the runs their reasons to be hidden; those that are hidden in parts are put, cut, into ``pieces``
        at their place (S2).
        """
        begins = sorted(self._begins)
        ends = sorted(self._ends)
        begins.append(self.size + 1)
        ends.append(self.size + 1)
        begun = over = 0
        for number, base in enumerate(self.bases):
            place = self.places[number]
            run = self._runs[place]
            stop = base + run.length
            at = base
            while at < stop:
                while begins[begun] <= at:
                    begun += 1
                while ends[over] <= at:
                    over += 1
                if begins[begun] >= stop and ends[over] >= stop and at == base:
                    run.hidden = begun - over
                    break
                until = min(begins[begun], ends[over], stop)
                hidden = begun - over
                if at > base and pieces[place][-1].hidden == hidden:
                    pieces[place][-1].length += until - at
                else:
                    piece = run.part(at - base, until - at)
                    piece.hidden = hidden
                    if at == base:
                        piece.left = run.left
                    pieces[place].append(piece)
                at = until


def rows_of(runs: list[Run]) -> dict[int, Row]:
    """A row for each replica. Raises MalformedOp when an element stands in two. Cost: O(runs log runs)."""
    orders: dict[int, list[int]] = {}
    for place, run in enumerate(runs):
        orders.setdefault(run.replica, []).append(run.start << PLACE_BITS | place)
    return {replica: Row(runs, order) for replica, order in orders.items()}


def note_erasures(rows: dict[int, Row], replicas: Replicas, author: int, log: ErasureLog) -> None:
    """Note what the live deletes of one replica hide. Raises MalformedOp for deletes of no element."""
    for place, counter in enumerate(log.counters):
        count, step, lowest = log.counts[place], log.steps[place], log.targets[place]
        if step < 0:
            lowest -= count - 1
        row = rows.get(lowest >> ID_BITS)
        if row is None:
            raise MalformedOp("a delete of no element")
        first = row.number_of(lowest & COUNTER_MASK, count)
        if not replicas.flips:
            row.note(first, count)
            continue
        for begin, end in _live_parts(replicas, author, log.entry(place)):
            if not step:
                row.note(first, count)
            elif step > 0:
                row.note(first + begin - counter, end - begin)
            else:
                row.note(first + counter + count - end, end - begin)


def note_groups(rows: dict[int, Row], replicas: Replicas) -> None:
    """Note what groups that are switched off hide."""
    for (replica, start), flips in replicas.flips.items():
        row = rows.get(replica)
        if row is not None:
            for begin, end in pairwise(sorted({start, *[flip.until for flip in flips]})):
                if not replicas.is_live(replica, begin):
                    number = row.next_number(begin)
                    row.note(number, row.next_number(end) - number)


def _live_parts(replicas: Replicas, author: int, erased: Erased) -> list[tuple[int, int]]:
    """The stretches of a stretch of deletes whose groups are live, as (first counter, end)."""
    found: list[tuple[int, int]] = []
    begin = erased.counter
    stop = begin + erased.ops()
    while begin < stop:
        group = replicas.group_of(author, begin)
        edges = {begin, min(replicas.group_end(author, group), stop)}
        edges.update([flip.until for flip in replicas.flips.get((author, group), ())])
        inside = sorted([edge for edge in edges if begin <= edge <= stop])
        for start, end in pairwise(inside):
            if replicas.is_live(author, start):
                found.append((start, end))
        begin = inside[-1]
    return found
