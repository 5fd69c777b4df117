"""
The way back from a document's state to deltas: what it has that a version has not seen, as deltas that
anybody can apply, store and send.

Counters know no gaps, and superseded writes are not kept; so where an author's counters have a gap, a write
at the beginning of time stands in, into a slot of the root that has a later one, and is superseded at once.
What the deltas make shows the same as the state that they came from. Invariants: the stamp of a delta that
opens an edit group is the time of the group; no delta is older than its ops (D2). The log of bursts may get a
few entries more than it had, since when text was typed inside a group is not kept. Not here: which ops there
are (``crdt.document_log``).
"""

from typing import Final

from crdt.bursts import BurstLog
from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document_log import document_needs, kept_ops
from crdt.object_ops import REMOVE, ROOT, SET, author_of, opens_group, size_of, time_of
from crdt.object_tree import ObjectTree
from crdt.objects import PLAIN, Write
from crdt.ops import Op
from crdt.replicas import Replicas
from crdt.text_ops import CausalOrder, Numbered
from crdt.version import Version


def document_deltas_since(
    tree: ObjectTree, replicas: Replicas, bursts: BurstLog, version: Version
) -> list[Delta]:
    """
    What ``version`` has not seen, each delta behind all it builds on.

    Cost: O(containers + ops found + counters superseded).
    """
    queues = kept_ops(tree, replicas, version)
    for replica, rid in enumerate(replicas.rids):
        since = version.end(rid)
        if since < replicas.ends[replica]:
            queues[rid] = _without_gaps(tree, rid, queues.get(rid, []), since, replicas.ends[replica])
    cutter = _Cutter(replicas, bursts)
    for op in CausalOrder(queues).run(document_needs):
        cutter.add(op)
    return cutter.finish()


def _without_gaps(tree: ObjectTree, rid: int, queue: list[Numbered], since: int, end: int) -> list[Numbered]:
    """The ops of one author from ``since`` to ``end``, with something for each counter."""
    filled: list[Numbered] = []
    at = since
    for counter, op in queue:
        for missing in range(at, counter):
            filled.append((missing, _stand_in(tree, rid, missing)))
        filled.append((counter, op))
        at = counter + size_of(op)
    for missing in range(at, end):
        filled.append((missing, _stand_in(tree, rid, missing)))
    return filled


def _stand_in(tree: ObjectTree, rid: int, counter: int) -> list[object]:
    """A write that takes a counter and shows nothing, because a slot of the root has a later one."""
    slots = tree.root.slots
    assert slots, "where something was superseded, something is"
    key = min(slots, key=lambda name: (_weight(slots[name].winner), name))
    winner = slots[key].winner
    head: list[object] = [rid, counter, 0, ROOT[0], ROOT[1], key]
    return [SET, *head, winner.value] if winner.form == PLAIN else [REMOVE, *head]


def _weight(winner: Write) -> int:
    """How much a write like the winner takes: a plain value is what a schema certainly allows there."""
    return len(str(winner.value)) if winner.form == PLAIN else 1 << 30


class _Cutter:
    """Cuts ops into deltas: at another author, at an edit group, at a burst, and where time went on."""

    __slots__ = ("_burst_times", "_end", "_found", "_last", "_ops", "_replicas", "_rid", "_start", "_time")

    def __init__(self, replicas: Replicas, bursts: BurstLog) -> None:
        self._replicas: Final = replicas
        self._burst_times: Final[dict[tuple[int, int], int]] = {}
        for rid, times in bursts.by_rid.items():
            for start, ms in zip(times.starts, times.times_ms, strict=True):
                self._burst_times[(rid, start)] = ms << 16
        self._found: list[Delta] = []
        self._last: dict[int, int] = {}
        self._ops: list[Op] = []
        self._rid = 0
        self._start = 0
        self._end = 0
        self._time = 0

    def add(self, op: Op) -> None:
        """Take the next op."""
        rid, counter = author_of(op)
        opened = self._group_time(op, rid, counter)
        begun = self._burst_times.get((rid, counter), 0)
        time = time_of(op)
        if not self._ops or rid != self._rid or opened or begun or time > self._time:
            self._cut()
            self._rid, self._start = rid, counter
            self._time = opened or max(begun, time, self._last.get(rid, 1))
        self._ops.append(op)
        self._end = counter + size_of(op)
        self._last[rid] = self._time

    def finish(self) -> list[Delta]:
        """All deltas, in order."""
        self._cut()
        return self._found

    def _group_time(self, op: Op, rid: int, counter: int) -> int:
        """When the edit group that an op opens was opened; 0 for an op that opens none."""
        if not opens_group(op):
            return 0
        return self._replicas.group_time(self._replicas.find(rid), counter)

    def _cut(self) -> None:
        if self._ops:
            stamp = Stamp.at(self._time, self._rid)
            self._found.append(Delta(self._rid, self._start, self._end, stamp, self._ops))
            self._ops = []
