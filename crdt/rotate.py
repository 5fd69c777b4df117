"""
Rotation: giving what a replica has not handed over yet a new replica id, when the old one cannot be used on.

A replica whose store was rolled back or copied may have given one counter to two ops. What others have seen
of it stays as it is; what they have not is rewritten as if a new replica had written it, counted from 0.
That is more than renaming: a run of typing, a deleted range or an edit group may begin before the cut and
end behind it, so an op may become two. The new deltas show what the old ones showed. Not here: when to
rotate, and storing the outcome.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import MalformedOp
from crdt.object_ops import (
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    REMOVE,
    ROOT,
    SET,
    TEXT,
    Id,
    author_of,
    container_of,
    field,
    inner_op,
    kind_at,
    size_of,
)
from crdt.ops import EDGE, ERASE, FLIP, INSERT, KINDS, SELF, TYPE, Op
from crdt.renumber import TEXT_REFERENCES


def rotate(base: Document, deltas: Sequence[Delta], new_rid: int) -> list[Delta]:
    """
    Rewrite deltas that nobody else has seen under a new replica id.

    Args:
        base: The document before them; it is not changed.
        deltas: All of one replica, in order, the first following on what ``base`` has seen of it.
        new_rid: An id that never wrote.

    Returns:
        As many deltas, with their stamps' times, counted from 0.

    Raises:
        MalformedOp: The deltas do not follow on ``base`` or each other, or ``new_rid`` is known.

    Cost: O(ops).
    """
    if not deltas:
        return []
    old_rid = deltas[0].rid
    first = base.version().end(old_rid)
    if base.version().end(new_rid) or new_rid == old_rid:
        raise MalformedOp("the new replica has written before")
    rotation = _Rotation(base, old_rid, first, new_rid)
    return [rotation.delta(delta) for delta in deltas]


class _Rotation:
    """The state of one rewriting: which old counter has become which new one."""

    __slots__ = ("_base", "_first", "_froms", "_group", "_new", "_next", "_old", "_tos", "_until")

    def __init__(self, base: Document, old_rid: int, first: int, new_rid: int) -> None:
        self._base: Final = base
        self._old: Final = old_rid
        self._new: Final = new_rid
        self._first: Final = first
        self._next: int = 0
        """The next new counter."""
        self._until: int = first
        """The next old one."""
        self._froms: list[int] = [first]
        self._tos: list[int] = [0]
        self._group: int = -1
        """The old counter of the first text op, which now opens a group whether it did or not."""

    def delta(self, delta: Delta) -> Delta:
        if delta.rid != self._old or delta.start != self._until:
            raise MalformedOp("the deltas of a rotation follow each other")
        start = self._next
        ops: list[list[object]] = []
        for op in delta.ops:
            for found in self._rewrite(op):
                ops.append(found)
                self._next += size_of(found)
            self._until += size_of(op)
            if self._next - self._until != self._tos[-1] - self._froms[-1]:
                self._froms.append(self._until)
                self._tos.append(self._next)
        stamp = Stamp(delta.stamp.ms, delta.stamp.count, self._new)
        return Delta(self._new, start, self._next, stamp, ops)

    def _rewrite(self, op: Op) -> list[list[object]]:
        if author_of(op) != (self._old, self._until):
            raise MalformedOp("the ops of a delta are of one replica, with consecutive counters")
        kind = kind_at(op)
        if kind == TEXT:
            container = self._id(container_of(op))
            inner = inner_op(op)
            known = kind_at(inner) < KINDS
            bare = self._text_op(inner, container_of(op)) if known else [self._named(inner)]
            return [[TEXT, container[0], container[1], one] for one in bare]
        found = self._named(op)
        if kind == FLIP:
            return self._flip(found)
        if SET <= kind < TEXT:
            found[4], found[5] = self._id(container_of(op))
            key = found[6]
            if kind in (ITEM_MOVE, ITEM_REMOVE):
                found[6], found[7] = self._id((field(op, 6), field(op, 7)))
            elif kind in (SET, MAKE, REMOVE) and isinstance(key, (list, tuple)):
                found[6] = list(self._id((field(key, 0), field(key, 1))))
        return [found]

    def _named(self, op: Op) -> list[object]:
        found = list(op)
        found[1], found[2] = self._new, self._next
        return found

    # Texts

    def _text_op(self, op: Op, container: Id) -> list[list[object]]:
        kind = kind_at(op)
        if kind == TYPE and self._until == self._first:
            op = self._as_insert(op, container)
            kind = INSERT
        found = self._named(op)
        if self._group < 0:
            self._group = self._until
            found[3] = 1
        if kind == ERASE:
            return self._erase(found)
        for place in TEXT_REFERENCES.get(kind, ()):
            found[place], found[place + 1] = self._element(field(op, place), field(op, place + 1))
        return [found]

    def _as_insert(self, op: Op, container: Id) -> list[object]:
        """What is typed on behind the cut: the place that was implied is written out."""
        right = self._base.right_origin(container, (self._old, self._first - 1))
        return [INSERT, self._old, op[2], 0, op[3], SELF, self._first - 1, right[0], right[1]]

    def _erase(self, found: list[object]) -> list[list[object]]:
        rid, start, count = field(found, 4), field(found, 5), field(found, 6)
        before = max(0, min(self._first - start, count)) if rid in (SELF, self._old) else 0
        if not 0 < before < count:
            found[4], found[5] = self._element(rid, start)
            return [found]
        second = list(found)
        found[4:7] = [*self._element(rid, start), before]
        second[2], second[3] = self._next + 1, 0
        second[4:7] = [*self._element(rid, self._first), count - before]
        return [found, second]

    def _flip(self, found: list[object]) -> list[list[object]]:
        rid, start, until = field(found, 4), field(found, 5), field(found, 6)
        if rid != self._old or until <= self._first:
            return [found]
        if start >= self._first:
            found[4:7] = [self._new, self._counter(start), self._counter(until - 1) + 1]
            return [found]
        found[6] = self._first
        if not 0 <= self._group < until:
            return [found]
        second = list(found)
        second[2] = self._next + 1
        second[4:7] = [self._new, self._counter(self._group), self._counter(until - 1) + 1]
        return [found, second]

    # References

    def _counter(self, old: int) -> int:
        place = bisect_right(self._froms, old) - 1
        return self._tos[place] + old - self._froms[place]

    def _element(self, rid: int, counter: int) -> tuple[int, int]:
        if rid == EDGE or rid not in (SELF, self._old):
            return (rid, counter)
        return (SELF, self._counter(counter)) if counter >= self._first else (self._old, counter)

    def _id(self, named: Id) -> Id:
        if named == ROOT or named[0] != self._old or named[1] < self._first:
            return named
        return (self._new, self._counter(named[1]))
