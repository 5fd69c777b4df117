"""
Deltas: the ops of one action of one replica on one document; the unit that is stored, sent and acked.

A delta is immutable. It says what was done, not what became visible (that is a patch). Invariants: D1 all
its ops are of one replica and carry consecutive counters from ``start``. D2 no op is younger than its stamp.
Not here: what a document makes of it (``crdt.document``), its bytes (``crdt.delta_codec``).
"""

from collections.abc import Sequence
from typing import Final

from crdt.clock import Stamp
from crdt.delta_codec import decode_delta, encode_delta
from crdt.errors import MalformedOp
from crdt.object_ops import author_of, size_of, time_of
from crdt.ops import COUNTER_MAX, RID_MAX, Op
from crdt.renumber import renamed_op, restamped_op
from crdt.split import fine_ops, split_ops
from crdt.version import Version


class Delta:
    """What ``rid`` did between its counters ``start`` and ``end`` (exclusive), at ``stamp``."""

    __slots__ = ("_is_checked", "end", "ops", "rid", "stamp", "start")

    def __init__(self, rid: int, start: int, end: int, stamp: Stamp, ops: Sequence[Op]) -> None:
        """
        Make a delta.

        Args:
            rid: Who wrote it, 0 < rid < 2**63.
            start: The counter of its first op; end: the counter behind its last.
            stamp: When; of the same replica.
            ops: See ``crdt.object_ops``; tuples for lists are fine.

        Raises:
            MalformedOp: The numbers do not fit each other. Ops are checked by ``check``.
        """
        if type(rid) is not int or not 0 < rid <= RID_MAX or stamp.rid != rid:
            raise MalformedOp("a delta is stamped by the replica that wrote it")
        if not 0 <= start <= end <= COUNTER_MAX:
            raise MalformedOp("the counters of a delta are out of range")
        self.rid: Final = rid
        self.start: Final = start
        self.end: Final = end
        self.stamp: Final = stamp
        self.ops: Final = ops
        self._is_checked: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was changed, so that there is nothing to store or send."""
        return not self.ops

    def check(self) -> None:
        """Check D1 and D2. Raises MalformedOp. Cost: O(ops), once; what was decoded is known to be right."""
        if self._is_checked:
            return
        counter = self.start
        for op in self.ops:
            if author_of(op) != (self.rid, counter):
                raise MalformedOp("the ops of a delta are of one replica, with consecutive counters")
            if time_of(op) > self.stamp.time:
                raise MalformedOp("an op is younger than its delta")
            counter += size_of(op)
        if counter != self.end:
            raise MalformedOp("the ops of a delta do not fill its counters")
        self._is_checked = True

    def encode(self) -> bytes:
        """The delta as bytes, the same everywhere. Cost: O(bytes)."""
        return encode_delta(self.rid, self.start, self.stamp, self.ops)

    @staticmethod
    def decode(data: bytes) -> "Delta":
        """The delta that ``encode`` wrote. Raises CrdtError for anything else. Cost: O(bytes)."""
        fields = decode_delta(data)
        delta = Delta(fields.rid, fields.start, fields.end, fields.stamp, fields.ops)
        delta._is_checked = True
        return delta

    def is_known_to(self, version: Version) -> bool:
        """Whether a document at ``version`` has seen all of it."""
        return version.end(self.rid) >= self.end

    def renumbered(self, old_rid: int, new_rid: int) -> "Delta":
        """
        The same delta with one replica under another id: its own, and in all it refers to.

        For a replica of whose counters nobody has seen any. Where some are known elsewhere, see
        ``crdt.renumber.renumber``.
        """
        rid = new_rid if self.rid == old_rid else self.rid
        ops = [renamed_op(op, old_rid, new_rid) for op in self.ops]
        return Delta(rid, self.start, self.end, Stamp(self.stamp.ms, self.stamp.count, rid), ops)

    def restamped(self, stamp: Stamp) -> "Delta":
        """The same delta at another time (H7); nobody may have seen it under the old one."""
        return Delta(self.rid, self.start, self.end, stamp, [restamped_op(op, stamp.time) for op in self.ops])

    def split(self, size_bytes_max: int) -> "list[Delta]":
        """
        The same as several deltas of at most ``size_bytes_max`` bytes each when encoded; itself when it is
        small.

        All carry this delta's stamp and follow on each other. Raises LimitExceeded when one op alone, which
        is no text, is larger, or when a piece has less than ``crdt.split.PIECE_SIZE_MIN`` bytes.
        """
        if len(self.encode()) <= size_bytes_max:
            return [self]
        found: list[Delta] = []
        start = self.start
        for ops in split_ops(self.rid, start, self.stamp, list(self.ops), size_bytes_max):
            end = start + sum(size_of(op) for op in ops)
            found.append(Delta(self.rid, start, end, self.stamp, ops))
            start = end
        return found

    def fine(self) -> "Delta":
        """
        The same in ops as small as can be: it can be applied by whoever has seen any part of it. Cost: O(its
        characters), in bytes too.
        """
        return Delta(self.rid, self.start, self.end, self.stamp, fine_ops(self.ops))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Delta):
            return NotImplemented
        return self.encode() == other.encode()

    def __hash__(self) -> int:
        return hash((self.rid, self.start, self.stamp))

    def __repr__(self) -> str:
        return (
            f"Delta(rid={self.rid}, start={self.start}, end={self.end}, stamp={self.stamp}, ops={self.ops})"
        )
