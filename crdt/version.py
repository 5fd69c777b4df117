"""
Versions: what a document has seen, as replica -> end counter (exclusive).

A version is an immutable value. Versions are partly ordered: one may know things the other does not, and the
other way round. Not here: how far a replica's clock is. Invariants: E1 ends are positive; a replica of which
nothing was seen is not in it, so equal knowledge is equal versions. E2 iteration is in the order of replica
ids.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from crdt.errors import MalformedOp
from crdt.ops import COUNTER_MAX, RID_MAX


class Version:
    """An immutable map from replica to the counter behind the last one seen."""

    __slots__ = ("_ends",)

    def __init__(self, ends: Mapping[int, int] | None = None) -> None:
        """
        Make a version.

        Args:
            ends: {rid: end counter}; entries with end 0 are left out (E1).

        Raises:
            MalformedOp: A replica or counter is no integer or out of its range.
        """
        self._ends: Final = _checked({} if ends is None else ends)

    def end(self, rid: int) -> int:
        """The counter behind the last one seen of ``rid``; 0 for a stranger."""
        return self._ends.get(rid, 0)

    def has(self, rid: int, counter: int) -> bool:
        """Whether the op ``counter`` of ``rid`` has been seen."""
        return counter < self._ends.get(rid, 0)

    def join(self, other: "Version") -> "Version":
        """What both together have seen: the least version that dominates both."""
        ends = dict(self._ends)
        for rid, end in other._ends.items():
            if end > ends.get(rid, 0):
                ends[rid] = end
        return Version(ends)

    def dominates(self, other: "Version") -> bool:
        """Whether everything that ``other`` has seen has been seen here. True for equal versions."""
        return all(end <= self._ends.get(rid, 0) for rid, end in other._ends.items())

    def encode(self) -> dict[int, int]:
        """A plain dict {rid: end} in the order of replicas; ``Version(dict)`` is the way back."""
        return dict(self._ends)

    def __iter__(self) -> Iterator[int]:
        return iter(self._ends)

    def __len__(self) -> int:
        return len(self._ends)

    def __le__(self, other: "Version") -> bool:
        return other.dominates(self)

    def __ge__(self, other: "Version") -> bool:
        return self.dominates(other)

    def __lt__(self, other: "Version") -> bool:
        return self != other and other.dominates(self)

    def __gt__(self, other: "Version") -> bool:
        return self != other and self.dominates(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self._ends == other._ends

    def __hash__(self) -> int:
        return hash(tuple(self._ends.items()))

    def __repr__(self) -> str:
        return f"Version({self._ends})"


def _checked(ends: object) -> dict[int, int]:
    """What a caller gave as ends, in order and without zeros (E1, E2). Raises MalformedOp as Version does."""
    if not isinstance(ends, Mapping):
        raise MalformedOp("a version is made from a map of replicas to counters")
    known: dict[int, int] = {}
    for rid, end in ends.items():
        if type(rid) is not int or not 0 <= rid <= RID_MAX:
            raise MalformedOp("a replica id of a version is an integer of at most 63 bits")
        if type(end) is not int or not 0 <= end <= COUNTER_MAX + 1:
            raise MalformedOp("a counter of a version is out of range")
        if end:
            known[rid] = end
    return {rid: known[rid] for rid in sorted(known)}
