"""
The way back from a state to ops: what a text has that a version has not seen, in an order that can be
    applied.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from crdt.erasures import Erased
from crdt.errors import MalformedOp
from crdt.ops import BLOCK, EDGE, EMBED, ERASE, FLIP, INSERT, INSERT_LENGTH_MAX, MARK, SELF, Op
from crdt.replicas import Replicas
from crdt.runs import COUNTER_MASK, ID_BITS, START

if TYPE_CHECKING:
    from crdt.text_state import TextState
    from crdt.version import Version

Numbered: TypeAlias = tuple[int, list[object]]
Needs: TypeAlias = Callable[[Op], list[tuple[int, int]]]


REFERENCES: Final = ((5, 7), (), (4,), (7, 10), (5,), (5, 7), ())
"""Where the references of each kind of op stand."""


class Piece(NamedTuple):
    """
    Elements ``start <= c < end`` of one replica that one INSERT can bring: chained, with one right origin.
    """

    start: int
    end: int
    left: int
    right: int


def pieces(text: "TextState", replica: int, since: int) -> list[Piece]:
    """The elements of a replica from counter ``since`` on, in as few pieces as their origins allow."""
    found: list[Piece] = []
    base = replica << ID_BITS
    here = text._sequence.of(replica)
    for run in here.overlapping(since, 1 << ID_BITS):
        start = max(run.start, since)
        left = run.left if start == run.start else base + start - 1
        end = run.start + run.length
        last = found[-1] if found else None
        if last is not None and last.end == start and left == base + start - 1 and last.right == run.right:
            found[-1] = Piece(last.start, end, last.left, last.right)
        else:
            found.append(Piece(start, end, left, run.right))
    return found


class OpWriter:
    """Writes the ops of one replica of one text, by counter."""

    __slots__ = ("_replica", "_replicas", "_rid", "_starts", "_text", "found")

    def __init__(self, text: "TextState", replica: int) -> None:
        self._text = text
        self._replica = replica
        self._replicas: Replicas = text._replicas
        self._rid = self._replicas.rids[replica]
        self._starts = self._replicas.group_starts[replica]
        self.found: list[Numbered] = []

    def write(self, since: int) -> list[Numbered]:
        """All ops of this replica on this text from counter ``since`` on, sorted by counter."""
        for piece in pieces(self._text, self._replica, since):
            self._inserts(piece)
        end = self._replicas.ends[self._replica]
        for erased in self._text._erasures_of(self._replica).between(since, end):
            self._erases(erased)
        for mark in self._text._marks.of(self._replica):
            if mark.counter >= since:
                start = (*self._reference(mark.start), mark.start_side)
                stop = (*self._reference(mark.end), mark.end_side)
                self._add(mark.counter, MARK, [mark.time, mark.kind, mark.value, *start, *stop])
        for write in self._text._blocks.of(self._replica):
            if write.counter >= since:
                self._add(
                    write.counter, BLOCK, [write.time, *self._reference(write.target), write.attributes]
                )
        self.found.sort(key=_counter)
        return self.found

    def _inserts(self, piece: Piece) -> None:
        """Cut a piece where a group starts, around embeds, and where one insert would be too long."""
        base = self._replica << ID_BITS
        characters = self._text._sequence.of(self._replica).characters
        embeds = self._text._embeds
        cuts = self._starts[bisect_right(self._starts, piece.start) : bisect_left(self._starts, piece.end)]
        cuts = [*cuts, *range(piece.start, piece.end, INSERT_LENGTH_MAX)]
        if embeds:
            for counter in range(piece.start, piece.end):
                if base | counter in embeds:
                    cuts = [*cuts, counter, counter + 1]
        edges = sorted({piece.start, piece.end, *[cut for cut in cuts if piece.start < cut < piece.end]})
        left = piece.left
        for start, end in pairwise(edges):
            payload = embeds.get(base | start)
            origins = [*self._reference(left), *self._reference(piece.right)]
            if payload is not None:
                self._add(start, EMBED, [payload, *origins])
            else:
                self._add(start, INSERT, [characters.between(start, end), *origins])
            left = base | (end - 1)

    def _erases(self, erased: Erased) -> None:
        if not erased.step:
            self._add(erased.counter, ERASE, [*self._reference(erased.target), erased.size])
            return
        for offset in range(erased.size):
            target = self._reference(erased.target + erased.step * offset)
            self._add(erased.counter + offset, ERASE, [*target, 1])

    def _add(self, counter: int, kind: int, rest: list[object]) -> None:
        place = bisect_left(self._starts, counter)
        starts = int(place < len(self._starts) and self._starts[place] == counter)
        self.found.append((counter, [kind, self._rid, counter, starts, *rest]))

    def _reference(self, element: int) -> tuple[int, int]:
        if element < 0:
            return (EDGE, 0 if element == START else 1)
        replica = element >> ID_BITS
        return (SELF if replica == self._replica else self._replicas.rids[replica], element & COUNTER_MASK)


def _counter(numbered: Numbered) -> int:
    return numbered[0]


def flip_ops(replicas: Replicas, replica: int, since: int) -> list[Numbered]:
    """The FLIPs of one replica from counter ``since`` on, sorted by counter."""
    found: list[Numbered] = []
    rid = replicas.rids[replica]
    for (target, start), flips in replicas.flips.items():
        for flip in flips:
            if flip.replica == replica and flip.counter >= since:
                head: list[object] = [FLIP, rid, flip.counter, flip.time]
                op = [*head, replicas.rids[target], start, flip.until, int(flip.live)]
                found.append((flip.counter, op))
    found.sort(key=_counter)
    return found


def needs(op: Op) -> list[tuple[int, int]]:
    """What a text op builds on: (rid, end counter) pairs, SELF left out."""
    kind = op[0]
    assert isinstance(kind, int), "our own op"
    found: list[tuple[int, int]] = []
    if kind == FLIP:
        rid, until = op[4], op[6]
        assert isinstance(rid, int), "our own op"
        assert isinstance(until, int), "our own op"
        return [(rid, until)]
    for place in REFERENCES[kind]:
        rid, counter = op[place], op[place + 1]
        assert isinstance(rid, int), "our own op"
        assert isinstance(counter, int), "our own op"
        if rid >= 0:
            count = op[6] if kind == ERASE else 1
            assert isinstance(count, int), "our own op"
            found.append((rid, counter + count))
    return found


def ops_since(text: "TextState", version: "Version") -> list[list[object]]:
    """
    The ops of a text alone that ``version`` has not seen, each after all it builds on. Cost: O(ops found).
    """
    replicas = text._replicas
    queues: dict[int, list[Numbered]] = {}
    for replica, rid in enumerate(replicas.rids):
        since = version.end(rid)
        if since < replicas.ends[replica]:
            queue = OpWriter(text, replica).write(since)
            queue.extend(flip_ops(replicas, replica, since))
            queue.sort(key=_counter)
            queues[rid] = queue
    order = CausalOrder(queues)
    return order.run(needs)


class CausalOrder:
    """
    Merges queues of ops, one per replica and each in its order, so that every op follows what it builds on.
    """

    __slots__ = ("_places", "_queues")

    def __init__(self, queues: dict[int, list[Numbered]]) -> None:
        self._queues = queues
        self._places: dict[int, int] = dict.fromkeys(queues, 0)

    def run(self, needed: Needs) -> list[list[object]]:
        """All ops, ordered. Raises MalformedOp when they build on each other in a circle."""
        found: list[list[object]] = []
        for rid in sorted(self._queues):
            current = rid
            waiting: set[int] = set()
            while True:
                taken = len(found)
                blocker = self._advance(current, needed, found)
                if len(found) > taken:
                    waiting.clear()
                if blocker is None:
                    if current == rid:
                        break
                    current = rid
                    continue
                waiting.add(current)
                if blocker in waiting:
                    raise MalformedOp("ops build on each other in a circle")
                current = blocker
        return found

    def _advance(self, rid: int, needed: Needs, found: list[list[object]]) -> int | None:
        """
        Take ops of one replica until one builds on ops of another that are still queued; that other, or None.
        """
        queue = self._queues[rid]
        while self._places[rid] < len(queue):
            op = queue[self._places[rid]][1]
            for other, end in needed(op):
                if other != rid and other in self._queues and self._reached(other) < end:
                    return other
            found.append(op)
            self._places[rid] += 1
        return None

    def _reached(self, rid: int) -> int:
        queue = self._queues[rid]
        place = self._places[rid]
        return queue[place][0] if place < len(queue) else 1 << ID_BITS
