"""
Carries edits of a view that is behind over to the CRDT that is ahead.

While an input method composes, remote patches wait; should somebody edit the view meanwhile, the indexes of
that edit mean the text the view shows, not the CRDT's. An `Alignment` of the two texts says where each place
went. Pure.

Invariants: A1 text both have keeps its place in both. A2 what is deleted in one is never deleted again in
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.editor.operations import Delete, Format, Insert, InsertEmbed, Operation, SetBlock
from crdt.patch import Deleted, Inserted, Patch

_BOTH: Final = 3
_VIEW: Final = 1  # shown still, but gone from the CRDT
_ENDLESS: Final = 1 << 60  # longer than any text
_NOTE: Final = 2  # in the CRDT, not shown yet


class Alignment:
    """Two texts as one row of stretches, each in both or in one of them. Cost of each call: O(stretches)."""

    def __init__(self) -> None:
        """Start with two equal texts, of any length."""
        self._stretches: list[tuple[int, int]] = [(_BOTH, _ENDLESS)]

    def take_patches(self, patches: Sequence[Patch]) -> None:
        """Note what changed in the CRDT only."""
        for patch in patches:
            if isinstance(patch, Inserted):
                self._insert(_NOTE, patch.index, len(patch.text), _NOTE)
            elif isinstance(patch, Deleted):
                self._delete(_NOTE, patch.index, patch.count)

    def take_operations(self, operations: Sequence[Operation]) -> list[Operation]:
        """
        Note what was done to the view, and say what to do to the CRDT.

        Args:
            operations: In indexes of the view, in order.

        Returns:
            The same in indexes of the CRDT's text, in order.
        """
        made: list[Operation] = []
        for operation in operations:
            match operation:
                case Insert(at, text, _):
                    made.append(operation._replace(at=self._insert(_VIEW, at, len(text), _BOTH)))
                case InsertEmbed(at, _, _):
                    made.append(operation._replace(at=self._insert(_VIEW, at, 1, _BOTH)))
                case Delete(at, length):
                    made.extend(Delete(place, count) for place, count in self._delete(_VIEW, at, length))
                case Format(start, end, kind, value):
                    made.extend(Format(low, high, kind, value) for low, high in self._ranges(start, end))
                case SetBlock(at, attributes):
                    made.append(SetBlock(self._place(at), attributes))
        return made

    def _insert(self, side: int, index: int, length: int, owner: int) -> int:
        """Insert a stretch at an index of one side; its index on the CRDT's side is returned."""
        at = place = 0
        for number, (where, size) in enumerate(self._stretches):
            here = size if where & side else 0
            if index <= at + here:
                cut = index - at
                self._stretches[number : number + 1] = [
                    (where, cut if here else 0),
                    (owner, length),
                    (where, size - (cut if here else 0)),
                ]
                return place + (cut if where & _NOTE else 0)
            at += here
            place += size if where & _NOTE else 0
        raise AssertionError("the last stretch has no end")

    def _delete(self, side: int, index: int, length: int) -> list[tuple[int, int]]:
        """
        Take a range out of one side; the ranges it had on the CRDT's side, each after those before are gone.
        """
        kept: list[tuple[int, int]] = []
        gone: list[tuple[int, int]] = []
        at = place = 0
        for where, size in self._stretches:
            here = size if where & side else 0
            low, high = max(index, at), min(index + length, at + here)
            if low >= high:
                kept.append((where, size))
                place += size if where & _NOTE else 0
            else:
                kept.append((where, low - at))
                if where & ~side and side == _NOTE:
                    kept.append((_VIEW, high - low))
                kept.append((where, at + here - high))
                if where & _NOTE:
                    place += low - at
                    gone.append((place, high - low))
                    place += at + here - high
            at += here
        self._stretches = [stretch for stretch in kept if stretch[1]]
        return gone

    def _ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """Where a range of the view is in the CRDT's text."""
        found: list[tuple[int, int]] = []
        at = place = 0
        for where, size in self._stretches:
            here = size if where & _VIEW else 0
            low, high = max(start, at), min(end, at + here)
            if low < high and where & _NOTE:
                found.append((place + low - at, place + high - at))
            at += here
            place += size if where & _NOTE else 0
        return found

    def _place(self, index: int) -> int:
        """Where an index of the view is in the CRDT's text."""
        at = place = 0
        for where, size in self._stretches:
            here = size if where & _VIEW else 0
            if index < at + here:
                return place + (index - at if where & _NOTE else 0)
            at += here
            place += size if where & _NOTE else 0
        return place


def carried(index: int, patches: Sequence[Patch], goes_along: bool) -> int:
    """
    Follow a place through patches.

    Args:
        index: Where it is before them.
        patches: In order.
        goes_along: Whether text inserted exactly there pushes it on.
    """
    for patch in patches:
        if isinstance(patch, Inserted):
            if patch.index < index or (goes_along and patch.index == index):
                index += len(patch.text)
        elif isinstance(patch, Deleted) and patch.index < index:
            index = max(patch.index, index - patch.count)
    return index
