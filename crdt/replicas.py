"""
Who wrote what: the table of replicas that a document and all its texts share, and its edit groups.

Inside a document a replica is a small integer, in order of first meeting; the holder is 0. Counters are
gapless per replica and document, so the ends of the counters are the version. Invariants: R1 ``ends[r]`` is
the next counter of r, ``total`` the sum of all, at most COUNTERS_MAX. R2 ``group_starts[r]`` ascends; a text
op with counter c belongs to the group with the greatest start <= c. R3 liveness is a function of the set of
flips alone. Source: README, "Edit groups".
"""

from bisect import bisect_right
from typing import Final

from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import INSERT_LENGTH_MAX, RID_MAX

COUNTERS_MAX: Final = 1 << 26
"""
Of all replicas of a document together. What one wrote is kept by counter, so bytes that claim more would take
memory that nothing in them pays for; nobody types as much.
"""

WRITABLE_MAX: Final = COUNTERS_MAX // 2 - 4 * INSERT_LENGTH_MAX
"""
A document with more counters takes no more edits of its holder. The rest is left for what others have written
meanwhile, so that honest replicas can be merged, and for the edit that goes past it: it has at most one op
for each element that it deletes, two for each that it inserts.
"""


class Flip:
    """One ``SetGroup``: until which counter of the group, to what, and where it stands among the others."""

    __slots__ = ("counter", "live", "replica", "time", "until")

    def __init__(self, time: int, replica: int, counter: int, until: int, live: bool) -> None:
        self.time: Final = time
        self.replica: Final = replica
        self.counter: Final = counter
        self.until: Final = until
        self.live: Final = live


class Segment:
    """The counters ``start <= c < end`` of ``replica`` have just become live, or not."""

    __slots__ = ("end", "live", "replica", "start")

    def __init__(self, replica: int, start: int, end: int, live: bool) -> None:
        self.replica: Final = replica
        self.start: Final = start
        self.end: Final = end
        self.live: Final = live


class Replicas:
    """The replicas of one document: their ids, counters, edit groups and flips."""

    __slots__ = (
        "_index",
        "deciders",
        "ends",
        "flips",
        "group_starts",
        "group_times",
        "lamport",
        "open",
        "rids",
        "stacks_valid",
        "time",
        "total",
    )

    def __init__(self, rid: int) -> None:
        if type(rid) is not int or not 0 <= rid <= RID_MAX:
            raise MalformedOp("a replica id is an integer of at most 63 bits")
        self.rids: list[int] = []
        self._index: dict[int, int] = {}
        self.ends: list[int] = []
        self.total: int = 0
        self.group_starts: list[list[int]] = []
        self.group_times: list[list[int]] = []
        self.flips: dict[tuple[int, int], list[Flip]] = {}
        """All flips of each group that has any, by its replica and start."""
        self.deciders: dict[tuple[int, int], list[Flip]] = {}
        """Of these the ones that decide for some counter (R3), see ``deciders_of``."""
        self.lamport: int = 0
        self.time: int = 0
        """The time of the delta in hand, which a new group is remembered by; 0 outside a document."""
        self.open: bool = False
        """Whether the holder's next text op joins the last group."""
        self.stacks_valid: bool = False
        """Whether the undo stacks still mirror the groups; a flip from elsewhere makes them be built anew."""
        self.intern(rid)

    def intern(self, rid: int) -> int:
        """The small integer of ``rid``, made on first meeting."""
        known = self._index.get(rid, -1)
        if known >= 0:
            return known
        self._index[rid] = len(self.rids)
        self.rids.append(rid)
        self.ends.append(0)
        self.group_starts.append([])
        self.group_times.append([])
        return len(self.rids) - 1

    def find(self, rid: int) -> int:
        """The small integer of ``rid``, or -1 when nothing of it was ever seen."""
        return self._index.get(rid, -1)

    def end_of(self, rid: int) -> int:
        """The next counter of ``rid``; 0 for a stranger."""
        known = self._index.get(rid, -1)
        return self.ends[known] if known >= 0 else 0

    def advance(self, replica: int, end: int) -> None:
        """The next counter of ``replica`` is ``end`` from now on (R1)."""
        self.total += end - self.ends[replica]
        self.ends[replica] = end

    def check_writable(self) -> None:
        """Raises LimitExceeded when the document takes no more edits of its holder."""
        if self.total > WRITABLE_MAX:
            raise LimitExceeded(
                f"a document takes at most {WRITABLE_MAX} ops: copy what it shows to a new one"
            )

    def start_group(self, replica: int, counter: int, time: int) -> None:
        """Note that the op ``counter`` of ``replica``, written at ``time``, opens a group."""
        self.group_starts[replica].append(counter)
        self.group_times[replica].append(time)
        if replica == 0:
            self.open = True

    def group_of(self, replica: int, counter: int) -> int:
        """The start of the group that the text op ``counter`` belongs to. Cost: O(log groups)."""
        starts = self.group_starts[replica]
        return starts[bisect_right(starts, counter) - 1]

    def group_end(self, replica: int, start: int) -> int:
        """The first counter after the group: where the next one starts, or where the replica ends."""
        starts = self.group_starts[replica]
        place = bisect_right(starts, start)
        return starts[place] if place < len(starts) else self.ends[replica]

    def group_time(self, replica: int, start: int) -> int:
        """When the group that starts at this counter was opened. Cost: O(log groups)."""
        return self.group_times[replica][bisect_right(self.group_starts[replica], start) - 1]

    def is_live(self, replica: int, counter: int) -> bool:
        """
        Whether the group of this text op is live at this op (R3). Cost: O(1) while nothing was ever undone.
        """
        if not self.flips:
            return True
        deciders = self.deciders.get((replica, self.group_of(replica, counter)))
        winner = self.deciding(deciders, counter) if deciders is not None else None
        return winner is None or winner.live

    def deciding(self, deciders: list[Flip], counter: int) -> Flip | None:
        """
        The flip with the greatest stamp among those that reach ``counter``; None when none does.

        Args:
            deciders: Those of a group that decide somewhere, as ``deciders_of`` gives them.

        Cost: O(log deciders).
        """
        place = _first_beyond(deciders, counter)
        return deciders[place] if place < len(deciders) else None

    def deciders_of(self, flips: list[Flip]) -> list[Flip]:
        """
        The flips that decide for some counter. One that is later and reaches as far leaves another nothing to
        decide, so of these ``until`` ascends and the stamps descend.
        """
        found: list[Flip] = []
        for flip in sorted(flips, key=self._rank, reverse=True):
            if not found or flip.until > found[-1].until:
                found.append(flip)
        return found

    def _rank(self, flip: Flip) -> tuple[int, int, int]:
        return (flip.time, self.rids[flip.replica], flip.counter)

    def has_group(self, replica: int, start: int) -> bool:
        """Whether a group of ``replica`` starts at exactly this counter."""
        starts = self.group_starts[replica]
        place = bisect_right(starts, start) - 1
        return place >= 0 and starts[place] == start

    def flip(self, replica: int, start: int, flip: Flip) -> list[Segment]:
        """
        Add a flip to the group ``start`` of ``replica`` and say which of its counters changed their state.

        Cost: O(log flips + flips that have nothing left to decide): going back and forth costs the same each
        time, however often it is done.
        """
        self.flips.setdefault((replica, start), []).append(flip)
        deciders = self.deciders.setdefault((replica, start), [])
        rank = self._rank(flip)
        last = _first_beyond(deciders, flip.until - 1)
        further = deciders[last] if last < len(deciders) else None
        if further is not None and self._rank(further) > rank:
            return []
        first = last
        while first and self._rank(deciders[first - 1]) < rank:
            first -= 1
        changed: list[Segment] = []
        begin = deciders[first - 1].until if first else start
        for earlier in deciders[first:last]:
            if earlier.live != flip.live:
                changed.append(Segment(replica, begin, earlier.until, flip.live))
            begin = earlier.until
        if flip.live != (further is None or further.live):
            changed.append(Segment(replica, begin, flip.until, flip.live))
        if further is not None and further.until == flip.until:
            last += 1
        deciders[first:last] = [flip]
        return changed


def _first_beyond(deciders: list[Flip], counter: int) -> int:
    """The place of the first flip that reaches ``counter``."""
    low, high = 0, len(deciders)
    while low < high:
        middle = (low + high) // 2
        if deciders[middle].until > counter:
            high = middle
        else:
            low = middle + 1
    return low
