"""
The log of deletes: which op hid which elements, by replica and counter, in as few entries as typing allows.

An entry is (counter, first target, count, step). Step 0: one op erased ``count`` elements from the target on.
Step 1 or -1: ``count`` ops with consecutive counters erased one element each, ascending or descending.
"""

from bisect import bisect_right
from typing import NamedTuple

from crdt.runs import ID_BITS


class Erased(NamedTuple):
    """One stretch: the ops from ``counter`` on, what they erased and how (see the module)."""

    counter: int
    target: int
    size: int
    step: int

    def lowest(self) -> int:
        """The erased element with the lowest counter."""
        return self.target - self.size + 1 if self.step < 0 else self.target

    def ops(self) -> int:
        """How many ops this is."""
        return self.size if self.step else 1


class ErasureLog:
    """The deletes of one replica, by counter."""

    __slots__ = ("counters", "counts", "steps", "targets")

    def __init__(self) -> None:
        self.counters: list[int] = []
        self.targets: list[int] = []
        self.counts: list[int] = []
        self.steps: list[int] = []

    def record(self, counter: int, target: int, count: int) -> None:
        """Note one op; the key-by-key delete of neighbours stays one entry. Cost: O(1)."""
        if count == 1 and self.counters:
            length = self.counts[-1]
            step = self.steps[-1]
            if self.counters[-1] + length == counter:
                reach = self.targets[-1]
                if length == 1:
                    step = target - reach
                    if (step == 1 or step == -1) and target >> ID_BITS == reach >> ID_BITS:
                        self.steps[-1] = step
                        self.counts[-1] = 2
                        return
                elif step and target == reach + step * length and target >> ID_BITS == reach >> ID_BITS:
                    self.counts[-1] = length + 1
                    return
        self.counters.append(counter)
        self.targets.append(target)
        self.counts.append(count)
        self.steps.append(0)

    def entry(self, place: int) -> Erased:
        """The entry at ``place``."""
        return Erased(self.counters[place], self.targets[place], self.counts[place], self.steps[place])

    def between(self, start: int, end: int) -> list[Erased]:
        """
        The stretches of the ops ``start <= counter < end``, clipped. Cost: O(log entries + entries between).
        """
        found: list[Erased] = []
        place = max(bisect_right(self.counters, start) - 1, 0)
        while place < len(self.counters) and self.counters[place] < end:
            entry = self.entry(place)
            if entry.step:
                skip = max(start - entry.counter, 0)
                stop = min(entry.size, end - entry.counter)
                if skip < stop:
                    found.append(
                        Erased(
                            entry.counter + skip, entry.target + entry.step * skip, stop - skip, entry.step
                        )
                    )
            elif entry.counter >= start:
                found.append(entry)
            place += 1
        return found
