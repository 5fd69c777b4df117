"""
When each replica wrote: what the history lists, by person and burst.

Edit groups remember when they were opened. What is written between groups (a tag, a folder, an undo) has no
group; this log remembers the deltas that came after a pause and open none. It is a fold over the deltas of
each replica in their order, so whoever has seen more of a replica has the longer log, and the shorter is its
beginning (G1).
"""

from typing import Final, NamedTuple

from crdt.replicas import Replicas

PAUSE_MS: Final = 1_000
"""A longer one ends a burst, as it ends an edit group in the app."""


class Burst(NamedTuple):
    """What ``rid`` wrote in one go: its counters ``start <= c < end``, begun at ``ms``."""

    rid: int
    start: int
    end: int
    ms: int


class ReplicaTimes:
    """The times of one replica: the deltas behind a pause (start counter, ms), and the last delta of all."""

    __slots__ = ("last_ms", "starts", "times_ms")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.times_ms: list[int] = []
        self.last_ms: int = -PAUSE_MS - 1

    def note(self, start: int, ms: int, opens_group: bool) -> None:
        """Note a delta; ``opens_group`` when its first op opens an edit group."""
        if ms - self.last_ms > PAUSE_MS and not opens_group:
            self.starts.append(start)
            self.times_ms.append(ms)
        self.last_ms = ms

    def join(self, other: "ReplicaTimes", end: int) -> None:
        """Take over what ``other`` knows beyond the counter ``end``, which is as far as this log goes."""
        for start, ms in zip(other.starts, other.times_ms, strict=True):
            if start >= end:
                self.starts.append(start)
                self.times_ms.append(ms)
        self.last_ms = other.last_ms


class BurstLog:
    """The times of all replicas of a document, by replica id."""

    __slots__ = ("by_rid",)

    def __init__(self) -> None:
        self.by_rid: dict[int, ReplicaTimes] = {}

    def of(self, rid: int) -> ReplicaTimes:
        """The times of one replica."""
        times = self.by_rid.get(rid)
        if times is None:
            times = ReplicaTimes()
            self.by_rid[rid] = times
        return times

    def last_ms(self) -> int:
        """When anybody last wrote; 0 when nobody did."""
        return max((times.last_ms for times in self.by_rid.values()), default=0)

    def written_ms(self) -> dict[int, int]:
        """When each replica wrote last."""
        return {rid: times.last_ms for rid, times in self.by_rid.items() if times.last_ms >= 0}

    def bursts(self, replicas: Replicas) -> list[Burst]:
        """All bursts, by the time when they began. Cost: O(bursts x log bursts)."""
        found: list[Burst] = []
        for number, rid in enumerate(replicas.rids):
            times = self.of(rid)
            begun = list(zip(times.starts, times.times_ms, strict=True))
            groups = zip(replicas.group_starts[number], replicas.group_times[number], strict=True)
            begun.extend((start, time >> 16) for start, time in groups)
            begun.sort()
            kept: list[tuple[int, int]] = []
            for start, ms in begun:
                if not kept or ms != kept[-1][1]:
                    kept.append((start, ms))
            for place, (start, ms) in enumerate(kept):
                end = kept[place + 1][0] if place + 1 < len(kept) else replicas.ends[number]
                found.append(Burst(rid, start, end, ms))
        found.sort(key=_by_time)
        return found


def _by_time(burst: Burst) -> tuple[int, int, int]:
    return (burst.ms, burst.rid, burst.start)
