"""
Marks: inline formatting over ranges that stretch between two anchors, and the sets of them that runs carry.

A run carries the number of an interned *set*: all marks that cover it, live or not. What shows is resolved
per set and cached, so typing in a long formatted text looks at no mark at all. Invariants: K1 a mark is in
the set of exactly the elements between its anchors. K2 a set resolves, for each kind, to the live mark with
the greatest (time, replica id, counter); the value None shows nothing. K3 a mark whose end is not behind its
start covers nothing.
Source: Litt et al. 2022, Peritext, sections 3 and 4; README, "Marks".
"""

from typing import Final

from crdt.patch import Marks, Value

BEFORE: Final = 0
AFTER: Final = 1

GROWS_AT_END: Final = frozenset(("bold", "italic", "underline", "strike", "code", "highlight", "colour"))
"""Kinds that take in what is typed at their end. Links, comments and all that is unknown do not."""

NO_MARKS: Final = 0
"""The number of the empty set."""


def anchor_key(element: int, side: int) -> int:
    """One int for the place right before or after an element."""
    return (element << 1) | side


class Mark:
    """One mark op. ``start`` and ``end`` are packed element ids, each with a side."""

    __slots__ = (
        "counter",
        "end",
        "end_side",
        "inert",
        "kind",
        "live",
        "number",
        "replica",
        "start",
        "start_side",
        "time",
        "value",
    )

    def __init__(
        self,
        replica: int,
        counter: int,
        time: int,
        kind: str,
        value: Value,
        start: int,
        start_side: int,
        end: int,
        end_side: int,
    ) -> None:
        self.replica: Final = replica
        self.counter: Final = counter
        self.time: Final = time
        self.kind: Final = kind
        self.value: Final = value
        self.start: Final = start
        self.start_side: Final = start_side
        self.end: Final = end
        self.end_side: Final = end_side
        self.live: bool = True
        self.inert: bool = False
        self.number: int = -1


class MarkTable:
    """All marks of one text, where they are anchored, and the interned sets."""

    __slots__ = (
        "_added",
        "_best",
        "_larger",
        "_ranks",
        "_resolved",
        "_smaller",
        "anchored",
        "by_replica",
        "marks",
    )

    def __init__(self, ranks: list[int]) -> None:
        self._ranks: Final = ranks
        self.marks: list[Mark] = []
        self.by_replica: list[list[Mark]] = []
        self.anchored: dict[int, list[Mark]] = {}
        self._smaller: list[int] = [NO_MARKS]
        """
        Set ``n`` is the set ``_smaller[n]`` and the mark ``_added[n]``: adding one costs the same in any set.
        """
        self._added: list[Mark | None] = [None]
        self._larger: dict[tuple[int, int], int] = {}
        self._resolved: list[Marks | None] = [{}]
        self._best: list[dict[str, Mark] | None] = [{}]

    def of(self, replica: int) -> list[Mark]:
        """The marks of one replica, by counter."""
        while replica >= len(self.by_replica):
            self.by_replica.append([])
        return self.by_replica[replica]

    def add(self, mark: Mark) -> None:
        """Enter a mark; unless inert (K3) it is found again at its anchors."""
        mark.number = len(self.marks)
        self.marks.append(mark)
        self.of(mark.replica).append(mark)
        if not mark.inert:
            self.anchored.setdefault(anchor_key(mark.start, mark.start_side), []).append(mark)
            self.anchored.setdefault(anchor_key(mark.end, mark.end_side), []).append(mark)

    def covering(self, number: int) -> list[Mark]:
        """The marks of a set, in order of arrival. Cost: O(their number)."""
        found: list[Mark] = []
        mark = self._added[number]
        while mark is not None:
            found.append(mark)
            number = self._smaller[number]
            mark = self._added[number]
        found.sort(key=_number)
        return found

    def including(self, number: int, mark: Mark) -> int:
        """The set ``number`` with ``mark``, which is not in it, added. Cost: O(1)."""
        larger = self._larger.get((number, mark.number), -1)
        if larger < 0:
            larger = len(self._smaller)
            self._larger[(number, mark.number)] = larger
            self._smaller.append(number)
            self._added.append(mark)
            self._resolved.append(None)
            self._best.append(None)
        return larger

    def behind(self, number: int, element: int) -> int:
        """The set of the gap right behind ``element``, which carries the set ``number`` itself (K1)."""
        here = self.anchored.get(anchor_key(element, AFTER))
        if here is None:
            return number
        members = {mark.number for mark in self.covering(number)}
        for mark in here:
            if mark.start == element and mark.start_side == AFTER:
                members.add(mark.number)
            else:
                members.discard(mark.number)
        found = NO_MARKS
        for member in sorted(members):
            found = self.including(found, self.marks[member])
        return found

    def resolve(self, number: int) -> Marks:
        """
        What a set shows, ``{kind: value}`` (K2). The caller does not change the dict.

        Cost: O(1) when cached, otherwise O(marks added to the nearest smaller set that is).
        """
        known = self._resolved[number]
        if known is None:
            best = self._best_of(number)
            known = {kind: best[kind].value for kind in sorted(best) if best[kind].value is not None}
            self._resolved[number] = known
        return known

    def _best_of(self, number: int) -> dict[str, Mark]:
        """For each kind the mark of a set that shows."""
        path: list[int] = []
        while self._best[number] is None:
            path.append(number)
            number = self._smaller[number]
        best = self._best[number]
        assert best is not None, "the loop ends at a set whose best marks are known"
        while path:
            number = path.pop()
            mark = self._added[number]
            assert mark is not None, "only the empty set adds none, and its best marks are known"
            other = best.get(mark.kind)
            if mark.live and (other is None or self._wins(mark, other)):
                best = {**best, mark.kind: mark}
            self._best[number] = best
        return best

    def show(self, marks: list[Mark]) -> Marks:
        """What the live ones of these marks show together (K2)."""
        return self.show_at([mark for mark in marks if mark.live])

    def show_at(self, marks: list[Mark]) -> Marks:
        """What these marks show together, live or not, kinds in alphabetical order."""
        best: dict[str, Mark] = {}
        for mark in marks:
            other = best.get(mark.kind)
            if other is None or self._wins(mark, other):
                best[mark.kind] = mark
        return {kind: best[kind].value for kind in sorted(best) if best[kind].value is not None}

    def _wins(self, one: Mark, other: Mark) -> bool:
        if one.time != other.time:
            return one.time > other.time
        return (self._ranks[one.replica], one.counter) > (self._ranks[other.replica], other.counter)

    def set_live(self, mark: Mark, live: bool) -> None:
        """Switch a mark with its edit group, and forget what the sets showed. Cost: O(sets)."""
        mark.live = live
        self._resolved = [None] * len(self._smaller)
        self._best = [None] * len(self._smaller)
        self._best[NO_MARKS] = {}


def _number(mark: Mark) -> int:
    return mark.number
