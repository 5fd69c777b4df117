"""
Unsent deltas under another replica id: what a store that was rolled back or copied does with what it has not
handed over.

What it is not: when that happens (recovery.py), or the store. The ids below `base` belong to the old replica
for ever, because others have seen them; those from `base` on become the new replica's, counted from 0.
Invariants:
- References are renamed together with what they refer to, so the new deltas mean on the document at `base`
  what the old ones meant.
- The new replica's first text op opens an edit group: it cannot go on with a group of another replica.
- An op that leans on the old replica's previous character says outright where it stands.
- An op that speaks of both sides of `base` at once (a deletion, the undo of a group) becomes two.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from crdt import Delta, Document, MalformedOp, Stamp, Version
from crdt.object_ops import ITEM_MOVE, ITEM_REMOVE, MAKE, REMOVE, ROOT, SET, TEXT, inner_op, kind_at
from crdt.ops import ERASE, FLIP, INSERT, SELF, TYPE, Op
from crdt.renumber import TEXT_REFERENCES
from crdt.text_ops import ops_since

_STARTS: Final = 3
"""Where a text op says whether it opens an edit group."""


class Renaming:
    """One document's deltas of one replica from one counter on, under another replica id."""

    def __init__(self, old_rid: int, new_rid: int, base: int) -> None:
        """
        Args:
            base: The first counter of the old replica that nobody else has seen.
        """
        self.old_rid: Final = old_rid
        self.new_rid: Final = new_rid
        self.base: Final = base
        self._group: int | None = None  # of the new replica: the first
        self._parted: list[int] = []  # old counters of ops that became two

    def renamed(self, delta: Delta, before: Document) -> Delta:
        """
        Return a delta under the new id. Deltas come in their order, each once.

        Args:
            delta: Of the old replica, delta.start >= base.
            before: The document as others have seen it; looked at for the first delta only.

        Raises:
            MalformedOp: The delta is not one of those to be renamed, or leans on something that is not there.
        """
        if delta.rid != self.old_rid or delta.start < self.base:
            raise MalformedOp("this delta is not one of those to be renamed")
        start = self._counter(delta.start)
        ops = [made for op in delta.ops for made in self._op(op, before)]
        stamp = Stamp(delta.stamp.ms, delta.stamp.count, self.new_rid)
        return Delta(self.new_rid, start, self._counter(delta.end), stamp, ops)

    def _counter(self, counter: int) -> int:
        """Return what a counter >= base is called now."""
        return counter - self.base + bisect_left(self._parted, counter)

    def _op(self, op: Op, before: Document) -> list[list[object]]:
        """Return what becomes of an op: one, or two where it speaks of both sides of `base` at once."""
        kind = kind_at(op)
        found = list(op)
        if kind == TEXT:
            self._id(found, 1)
            inner = self._text_op(list(inner_op(op)), before)
            return [[*found[:3], made] for made in inner]
        self._own(found)
        if kind == FLIP:
            return self._flip(found, _int(op[2]))
        if SET <= kind < TEXT:
            self._tree_op(found, kind)
        return [found]

    def _flip(self, found: list[object], counter: int) -> list[list[object]]:
        """Rename a switch of an edit group, which may have begun before `base` and gone on behind it."""
        if found[4] != self.old_rid:
            return [found]
        until = _int(found[6])
        if _int(found[5]) >= self.base:
            self._id(found, 4)
            found[6] = self._counter(until)
            return [found]
        if until <= self.base:
            return [found]
        found[6] = self.base
        # What went on of the group behind `base` is the first group of the new replica, if any text was
        # written.
        stop = self._counter(until)
        if self._group is None or stop <= self._group:
            return [found]
        return self._both(found, [*found[:4], self.new_rid, self._group, stop, found[7]], counter)

    def _both(self, first: list[object], second: list[object], counter: int) -> list[list[object]]:
        """Note that the op at an old counter became two."""
        second[2] = _int(first[2]) + 1
        self._parted.append(counter)
        return [first, second]

    def _tree_op(self, found: list[object], kind: int) -> None:
        """Rename the container and the item or key of an op on the tree."""
        if (found[4], found[5]) != ROOT:
            self._id(found, 4)
        if kind in (ITEM_MOVE, ITEM_REMOVE):
            self._id(found, 6)
        elif kind in (SET, MAKE, REMOVE) and isinstance(found[6], (list, tuple)):
            item = list(found[6])
            self._id(item, 0)
            found[6] = item

    def _text_op(self, found: list[object], before: Document) -> list[list[object]]:
        kind, counter = kind_at(found), _int(found[2])
        made = [found]
        if kind == TYPE and counter == self.base:
            made = [self._placed(found, before)]
        elif kind == ERASE:
            made = self._erase(found, counter)
        else:
            self._own(found)
            for place in TEXT_REFERENCES.get(kind, ()):
                self._reference(found, place)
        if self._group is None and kind_at(made[0]) in TEXT_REFERENCES:
            made[0][_STARTS] = 1
            self._group = _int(made[0][2])
        return made

    def _erase(self, found: list[object], counter: int) -> list[list[object]]:
        """
        Rename a deletion of a stretch, which may reach from what others have seen into what they have not.
        """
        mine = found[4] in (SELF, self.old_rid)
        target, count = _int(found[5]), _int(found[6])
        self._own(found)
        seen = self.base - target
        if not mine or not 0 < seen < count:
            self._reference(found, 4)
            return [found]
        rest = [*found[:4], SELF, self._counter(self.base), count - seen]
        rest[_STARTS] = 0
        found[4], found[6] = self.old_rid, seen
        return self._both(found, rest, counter)

    def _placed(self, typed: list[object], before: Document) -> list[object]:
        """Say where characters stand that were typed behind the old replica's last known one."""
        last = self.base - 1
        for path in text_paths(before):
            text = before.text(path)
            seen = text.version().encode()
            seen[self.old_rid] = last
            for op in ops_since(text, Version(seen)):
                if op[1] == self.old_rid and op[2] == last and len(op) > 8:
                    right = [op[7], op[8]]
                    if right[0] == SELF:
                        right[0] = self.old_rid
                    origins = [self.old_rid, last, *right]
                    return [INSERT, self.new_rid, 0, 1, typed[3], *origins]
        raise MalformedOp("what was typed leans on a character that is not there")

    def _own(self, found: list[object]) -> None:
        """Rename the id of an op itself."""
        found[1] = self.new_rid
        found[2] = self._counter(_int(found[2]))

    def _id(self, found: list[object], place: int) -> None:
        """Rename an id that stands as two integers, unless others have seen it."""
        if found[place] == self.old_rid and _int(found[place + 1]) >= self.base:
            found[place] = self.new_rid
            found[place + 1] = self._counter(_int(found[place + 1]))

    def _reference(self, found: list[object], place: int) -> None:
        """Rename a reference to an element, which names its author as SELF where that is the op's."""
        if found[place] == SELF:
            if _int(found[place + 1]) >= self.base:
                found[place + 1] = self._counter(_int(found[place + 1]))
            else:
                found[place] = self.old_rid
        else:
            before = found[place], found[place + 1]
            self._id(found, place)
            if (found[place], found[place + 1]) != before:
                found[place] = SELF


def text_paths(document: Document) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all texts that show in a document."""
    waiting: list[tuple[str, ...]] = [(key,) for key in document.keys(())]
    while waiting:
        path = waiting.pop()
        kind = document.kind(path)
        if kind == "text":
            yield path
        elif kind == "map":
            waiting.extend((*path, key) for key in document.keys(path))
        elif kind == "array":
            waiting.extend((*path, name) for name, _ in document.items(path))


def _int(value: object) -> int:
    assert isinstance(value, int), "an op of our own"
    return value
