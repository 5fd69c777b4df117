"""
The runs of a decoded text by replica and counter: where an element stands, and what hides it.

Memory is taken for runs and for what the logs say about them, never for the counters between them. Used only
while a text is loaded; hostile runs and logs raise MalformedOp here. Source: README, "Edit groups" (V1).
"""

from bisect import bisect_left, bisect_right
from typing import Final

from crdt.characters import FILLER
from crdt.erasures import Erased, ErasureLog
from crdt.errors import MalformedOp
from crdt.replicas import Replicas
from crdt.runs import COUNTER_MASK, ID_BITS, START, Run

PLACE_BITS: Final = 26
PLACE_MASK: Final = (1 << PLACE_BITS) - 1
"""Of a run among all: a text has at most ``LENGTH_MAX`` elements, and a run at least one."""


class Row:
    """The runs of one replica by counter, and what hides their elements."""

    __slots__ = ("_order", "_runs", "begins", "ends", "own", "parts", "start", "trails")

    def __init__(self, runs: list[Run], order: list[int]) -> None:
        """
        Take the runs whose ``start << PLACE_BITS | place`` are given.

        Raises:
            MalformedOp: They overlap, or one follows by its left origin on another and stands before it.
        """
        order.sort()
        self._runs: Final = runs
        self._order: Final = order
        self.begins: list[int] = []
        self.ends: list[int] = []
        """The counters where a reason to be hidden begins, and where one ends."""
        self.own: list[Run] = []
        """The runs, cut where the reasons change, by counter; from ``hide`` on."""
        self.parts: list[str] = []
        """The characters by counter: one string for each of ``own``, and fillers; from ``hide`` on."""
        self.start: Final = order[0] >> PLACE_BITS
        self.trails: list[int] = self._check_order()
        """
        The places of the runs whose right origins may be anything: what was cut in pieces has one in common,
        and stands in order, so that only its last piece counts.
        """

    def _check_order(self) -> list[int]:
        runs = self._runs
        trails: list[int] = []
        before = self._order[0] & PLACE_MASK
        last, right = 0, START
        for packed in self._order:
            place = packed & PLACE_MASK
            run = runs[place]
            start = run.start
            if start < last:
                raise MalformedOp("an element twice")
            if run.left == (run.replica << ID_BITS) + start - 1:
                if start > last or place < before:
                    raise MalformedOp("a left origin that does not stand before its element")
                if run.right != right:
                    trails.append(before)
            else:
                trails.append(before)
            before, last, right = place, start + run.length, run.right
        trails.append(before)
        return trails

    def place_of(self, counter: int) -> int:
        """The place, among all runs, of the run that holds an element; -1 when none does."""
        found = bisect_right(self._order, counter << PLACE_BITS | PLACE_MASK) - 1
        if found < 0:
            return -1
        place = self._order[found] & PLACE_MASK
        run = self._runs[place]
        return place if counter < run.start + run.length else -1

    def check(self, begins: list[int], ends: list[int]) -> None:
        """Refuse stretches ``begins[n] <= c < ends[n]`` that are not elements throughout."""
        begins.sort()
        ends.sort()
        last = 0
        for packed in self._order:
            start = packed >> PLACE_BITS
            if start > last and bisect_left(begins, start) != bisect_right(ends, last):
                raise MalformedOp("a delete of no element")
            last = start + self._runs[packed & PLACE_MASK].length
        if ends and ends[-1] > last:
            raise MalformedOp("a delete of no element")

    def note_inside(self, start: int, end: int) -> None:
        """One more reason hides the elements ``start <= c < end``; counters that are none do not matter."""
        found = max(bisect_right(self._order, start << PLACE_BITS | PLACE_MASK) - 1, 0)
        for packed in self._order[found:]:
            run = self._runs[packed & PLACE_MASK]
            if run.start >= end:
                break
            if start < run.start + run.length:
                self.begins.append(max(start, run.start))
                self.ends.append(min(end, run.start + run.length))

    def hide(self, cut: list[list[Run]], spots: list[int]) -> None:
        """
        Give the runs their reasons to be hidden (S2), and lay out their characters.

        Args:
            cut: By place among all runs; takes the pieces of those that are hidden in parts.
            spots: By place; takes where in ``parts`` the characters of a run, or of its first piece, go.

        Raises:
            MalformedOp: Something that is no element is hidden.
        """
        begins = self.begins
        ends = self.ends
        count = len(begins)
        begins.sort()
        ends.sort()
        begins.append(COUNTER_MASK)
        ends.append(COUNTER_MASK)
        begin = begins[0]
        end = ends[0]
        own = self.own
        parts = self.parts
        begun = over = last = 0
        for packed in self._order:
            start = packed >> PLACE_BITS
            place = packed & PLACE_MASK
            run = self._runs[place]
            if start > last:
                while end <= last:
                    over += 1
                    end = ends[over]
                while begin < start:
                    begun += 1
                    begin = begins[begun]
                if begun != over:
                    break
                parts.append(FILLER * (start - last))
            while begin <= start:
                begun += 1
                begin = begins[begun]
            while end <= start:
                over += 1
                end = ends[over]
            spots[place] = len(parts)
            last = start + run.length
            parts.append("")
            if begin >= last and end >= last:
                run.hidden = begun - over
                own.append(run)
                continue
            pieces = self._pieces(run, begun, over)
            cut[place] = pieces
            own.extend(pieces)
            parts.extend([""] * (len(pieces) - 1))
        if count and ends[count - 1] > last:
            raise MalformedOp("a delete of no element")

    def _pieces(self, run: Run, begun: int, over: int) -> list[Run]:
        """A run cut where the reasons change, of which ``begun`` begin and ``over`` end up to its start."""
        stop = run.start + run.length
        at = run.start
        pieces: list[Run] = []
        while at < stop:
            while self.begins[begun] <= at:
                begun += 1
            while self.ends[over] <= at:
                over += 1
            until = min(self.begins[begun], self.ends[over], stop)
            hidden = begun - over
            if pieces and pieces[-1].hidden == hidden:
                pieces[-1].length += until - at
            else:
                left = run.left if at == run.start else (run.replica << ID_BITS) + at - 1
                pieces.append(Run(run.replica, at, until - at, left, run.right, hidden, 0))
            at = until
        return pieces


def rows_of(runs: list[Run]) -> dict[int, Row]:
    """A row for each replica. Raises MalformedOp when an element stands in two. Cost: O(runs log runs)."""
    orders: dict[int, list[int]] = {}
    order: list[int] = []
    known = -1
    for place, run in enumerate(runs):
        if run.replica != known:
            known = run.replica
            order = orders.setdefault(known, [])
        order.append(run.start << PLACE_BITS | place)
    return {replica: Row(runs, order) for replica, order in orders.items()}


def note_erasures(rows: dict[int, Row], replicas: Replicas, author: int, log: ErasureLog) -> None:
    """
    Note what the live deletes of one replica hide; what does not count is only checked.

    Raises:
        MalformedOp: An element of another text is deleted.
    """
    claims: dict[int, tuple[list[int], list[int]]] = {}
    for place in range(len(log.counters)):
        erased = log.entry(place)
        lowest = erased.lowest()
        row = rows.get(lowest >> ID_BITS)
        if row is None:
            raise MalformedOp("a delete of no element")
        first = lowest & COUNTER_MASK
        begins, ends = claims.setdefault(lowest >> ID_BITS, ([], []))
        begins.append(first)
        ends.append(first + erased.size)
        for begin, end in _live_parts(replicas, author, erased):
            start = first
            size = erased.size
            if erased.step:
                size = end - begin
                start += begin - erased.counter if erased.step > 0 else erased.counter + erased.size - end
            row.begins.append(start)
            row.ends.append(start + size)
    for replica, (begins, ends) in claims.items():
        rows[replica].check(begins, ends)


def note_groups(rows: dict[int, Row], replicas: Replicas) -> None:
    """Note what groups that are switched off hide."""
    for (replica, begin), deciders in replicas.deciders.items():
        row = rows.get(replica)
        if row is not None:
            for flip in deciders:
                if not flip.live:
                    row.note_inside(begin, flip.until)
                begin = flip.until


def _live_parts(replicas: Replicas, author: int, erased: Erased) -> list[tuple[int, int]]:
    """The stretches of a stretch of deletes whose groups are live, as (first counter, end)."""
    found: list[tuple[int, int]] = []
    begin = erased.counter
    stop = begin + erased.ops()
    while begin < stop:
        group = replicas.group_of(author, begin)
        deciders = replicas.deciders.get((author, group), [])
        end = min(replicas.group_end(author, group), stop)
        while begin < end:
            winner = replicas.deciding(deciders, begin)
            until = end if winner is None else min(winner.until, end)
            if winner is None or winner.live:
                found.append((begin, until))
            begin = until
    return found
