"""
The hybrid logical clock: what orders writes of different replicas.

A stamp is ``(ms, count, rid)``: wall-clock milliseconds, a counter for what happens within one of them, and
the replica. Not here: reading a wall clock (the time is always an argument), keeping the high-water mark on
disk (the store does, in the transaction that stores the delta), asking the server for its time.

Invariants: H1 ``tick`` exceeds everything this clock ticked or observed. H2 what happened before has the
smaller stamp. H3 stamps of two replicas are never equal. H4 ``tick`` answers whatever the wall clock says; a
full count spills into ``ms + 1``. H5 a refused stamp leaves the clock as it was. H6 ``observe`` never moves
the clock past ``now + DRIFT_MS_MAX``. Source: Kulkarni et al. 2014, Logical Physical Clocks, fig. 5; README,
"Clock".
"""

from typing import Final

from crdt.errors import ClockAhead, MalformedOp
from crdt.ops import RID_MAX

DRIFT_MS_MAX: Final = 300_000
"""Five minutes. Less refuses honest computers whose clock is a little off; more lets one wrong clock win for
longer."""

MS_MAX: Final = (1 << 47) - 1
"""The latest wall clock believed, in the year 6429. One bit below the field, so that spilling never overflows
it."""

MS_BITS: Final = 48
COUNT_BITS: Final = 16
COUNT_MAX: Final = (1 << COUNT_BITS) - 1
STAMP_SIZE_BYTES: Final = 16
"""``ms:48 | count:16 | rid:64``, big-endian, so that packed stamps sort as stamps do."""


class Stamp:
    """One reading of a replica's clock. Immutable; ordered by (ms, count, rid)."""

    __slots__ = ("count", "ms", "rid")

    def __init__(self, ms: int, count: int, rid: int) -> None:
        """
        Make a stamp.

        Args:
            ms: Milliseconds since 1970, 0 <= ms < 2**48.
            count: 0 <= count < 2**16.
            rid: The replica, 0 <= rid < 2**63.

        Raises:
            MalformedOp: A field is no integer or out of its range.
        """
        _check_field("ms", ms, (1 << MS_BITS) - 1)
        _check_field("count", count, COUNT_MAX)
        _check_field("rid", rid, RID_MAX)
        self.ms: Final = ms
        self.count: Final = count
        self.rid: Final = rid

    @property
    def time(self) -> int:
        """``ms << 16 | count``: the part that orders writes before the replica breaks ties; 64 bits."""
        return self.ms << COUNT_BITS | self.count

    @staticmethod
    def at(time: int, rid: int) -> "Stamp":
        """The stamp with this ``time`` (see above). Raises MalformedOp as the constructor does."""
        _check_field("time", time, (1 << MS_BITS + COUNT_BITS) - 1)
        return Stamp(time >> COUNT_BITS, time & COUNT_MAX, rid)

    def pack(self) -> bytes:
        """16 bytes that sort as stamps do."""
        return self._order().to_bytes(STAMP_SIZE_BYTES, "big")

    @staticmethod
    def unpack(packed: bytes) -> "Stamp":
        """The stamp that ``pack`` wrote. Raises MalformedOp when the bytes are none."""
        if len(packed) != STAMP_SIZE_BYTES:
            raise MalformedOp(f"a packed stamp has {STAMP_SIZE_BYTES} bytes, not {len(packed)}")
        whole = int.from_bytes(packed, "big")
        return Stamp.at(whole >> 64, whole & (1 << 64) - 1)

    def __str__(self) -> str:
        """Readable, and sorted as text as the stamps are: ``000001732300000:00000:0000000000000000007``."""
        return f"{self.ms:015d}:{self.count:05d}:{self.rid:019d}"

    @staticmethod
    def parse(text: str) -> "Stamp":
        """The stamp that ``str`` wrote. Raises MalformedOp when the text is none."""
        fields = text.split(":")
        if len(fields) != 3 or not all(
            field.isascii() and field.isdigit() and len(field) < 20 for field in fields
        ):
            raise MalformedOp("a stamp is written as ms:count:rid")
        return Stamp(int(fields[0]), int(fields[1]), int(fields[2]))

    def __repr__(self) -> str:
        return f"Stamp({self.ms}, {self.count}, {self.rid})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stamp):
            return NotImplemented
        return self._order() == other._order()

    def __lt__(self, other: "Stamp") -> bool:
        return self._order() < other._order()

    def __le__(self, other: "Stamp") -> bool:
        return self._order() <= other._order()

    def __gt__(self, other: "Stamp") -> bool:
        return self._order() > other._order()

    def __ge__(self, other: "Stamp") -> bool:
        return self._order() >= other._order()

    def _order(self) -> int:
        return self.time << 64 | self.rid

    def __hash__(self) -> int:
        return hash(self._order())


class Clock:
    """The clock of one replica. Its only state is the greatest (ms, count) that it ticked or observed."""

    __slots__ = ("_high", "rid")

    def __init__(self, rid: int, high_water: Stamp | None = None) -> None:
        """
        Go on from where the replica stopped.

        Args:
            rid: This replica.
            high_water: ``high_water`` as it was stored with the last delta; None for a replica that never
                wrote.
        """
        _check_field("rid", rid, RID_MAX)
        self.rid: Final = rid
        self._high: int = high_water.time if high_water is not None else 0

    @property
    def high_water(self) -> Stamp:
        """What the next tick will exceed. Store it in the transaction that stores the delta (H1)."""
        return Stamp.at(self._high, self.rid)

    def tick(self, now_ms: int) -> Stamp:
        """
        The stamp of a local edit made at ``now_ms`` (any integer; what is no sensible time is clamped, H4).

        Cost: O(1). Only after 2**63 edits within one life of a replica could it run out of stamps.
        """
        wall = _believed(now_ms) << COUNT_BITS
        # H1, H4: one more than the high-water mark; adding to the packed time is what spills a full count
        # into ms.
        self._high = max(wall, self._high + 1)
        return Stamp.at(self._high, self.rid)

    def observe(self, stamp: Stamp, now_ms: int) -> None:
        """
        Take note of a stamp received at ``now_ms``, so that what is written here from now on exceeds it (H2).

        Raises:
            ClockAhead: The stamp lies beyond ``now_ms + DRIFT_MS_MAX``; the clock is unchanged (H5, H6). A
                stamp that
                this clock has already passed is fine however far the wall clock has been set back.
        """
        if stamp.time <= self._high:
            return
        ahead_ms = stamp.ms - _believed(now_ms)
        if ahead_ms > DRIFT_MS_MAX:
            raise ClockAhead(
                f"a stamp is {ahead_ms} ms ahead of this clock; at most {DRIFT_MS_MAX} are accepted"
            )
        self._high = stamp.time


def _believed(now_ms: int) -> int:
    return min(max(now_ms, 0), MS_MAX)


def _check_field(name: str, value: object, highest: int) -> None:
    if type(value) is not int or not 0 <= value <= highest:
        raise MalformedOp(f"{name} of a stamp is an integer of 0 to {highest}")
