"""
The gate in front of a text: decides whether ops may be integrated, without changing anything.

A batch is admitted whole or not at all, so the gate keeps what the earlier ops of the batch would add. An op
is new, known (a duplicate), early (CausalGap) or wrong (MalformedOp).
"""

from bisect import bisect_right
from typing import Final

from crdt.errors import CausalGap, LimitExceeded, MalformedOp
from crdt.marks import AFTER, BEFORE
from crdt.ops import (
    BLOCK,
    COUNTER_MAX,
    EDGE,
    EMBED,
    EMBED_CHARACTER,
    ERASE,
    FLIP,
    INSERT,
    INSERT_LENGTH_MAX,
    INSERTING,
    KIND_LENGTH_MAX,
    MARK,
    RID_MAX,
    SELF,
    TIME_MAX,
    TYPE,
    Op,
    check_text,
    check_value,
    integer,
    kind_of,
    mapping,
    string,
)
from crdt.replicas import COUNTERS_MAX, Replicas
from crdt.runs import END, ID_BITS, START
from crdt.sequence import Sequence

UNPLACED: Final = -3 << ID_BITS
"""Stands for the packed id of an element that only this batch brings."""

END_PLACE: Final = 1
"""The counter that, with EDGE for a replica, names the end of the text; 0 names its start."""


class Arrivals:
    """What the batch in hand would add to the version and to the groups of a document."""

    __slots__ = ("ends", "groups", "replicas", "total")

    def __init__(self, replicas: Replicas) -> None:
        self.replicas: Final = replicas
        self.ends: dict[int, int] = {}
        self.total: int = replicas.total
        self.groups: dict[int, list[int]] = {}

    def end_of(self, rid: int) -> int:
        """The next counter of ``rid``, this batch included."""
        end = self.ends.get(rid, -1)
        return end if end >= 0 else self.replicas.end_of(rid)

    def is_new(self, rid: int, counter: int, size: int) -> bool:
        """
        Whether an op is the next of its author; False for a duplicate. CausalGap when one before it is
        missing.
        """
        end = self.end_of(rid)
        if counter == end:
            return True
        if counter > end:
            raise CausalGap(f"counter {counter} arrived, {end} is next")
        if counter + size > end:
            raise MalformedOp("an op overlaps one that is known")
        return False

    def has_group(self, rid: int, start: int) -> bool:
        """Whether this edit group of ``rid`` is known."""
        known = self.replicas.find(rid)
        return (known >= 0 and self.replicas.has_group(known, start)) or start in self.groups.get(rid, ())

    def group_end(self, rid: int, start: int) -> int:
        """The first counter behind a known group of ``rid``, this batch included."""
        known = self.replicas.find(rid)
        end = self.replicas.group_end(known, start) if known >= 0 else 0
        if known >= 0 and end < self.replicas.ends[known]:
            return end
        fresh = self.groups.get(rid, [])
        place = bisect_right(fresh, start)
        return fresh[place] if place < len(fresh) else self.end_of(rid)

    def has_any_group(self, rid: int) -> bool:
        """Whether ``rid`` ever opened an edit group."""
        known = self.replicas.find(rid)
        return (known >= 0 and bool(self.replicas.group_starts[known])) or rid in self.groups

    def admit(self, rid: int, counter: int, size: int, starts: bool) -> None:
        """Count an op in. LimitExceeded when it is one more than a document can have."""
        self.advance(rid, counter + size)
        if starts:
            self.groups.setdefault(rid, []).append(counter)

    def advance(self, rid: int, end: int) -> None:
        """The next counter of ``rid`` would be ``end``. LimitExceeded when a document cannot have as many."""
        self.total += end - self.end_of(rid)
        if self.total > COUNTERS_MAX:
            raise LimitExceeded(f"a document has at most {COUNTERS_MAX} ops")
        self.ends[rid] = end


class Gate:
    """Checks the ops of one text against it and against the batch they came in."""

    __slots__ = ("_fresh", "_sequence", "arrivals")

    def __init__(self, sequence: Sequence, arrivals: Arrivals) -> None:
        self._sequence: Final = sequence
        self.arrivals: Final = arrivals
        self._fresh: dict[int, tuple[list[int], list[str]]] = {}
        """
        Per replica id what the batch inserts into this text: the first counter of each insert, its
        characters.
        """

    def admit(self, op: Op) -> bool:
        """
        Decide about the next op of the batch.

        Returns:
            True when it is to be integrated, False when it is known already.

        Raises:
            CausalGap: something it builds on is missing.
            MalformedOp, LimitExceeded: no replica of ours writes this.
        """
        kind = kind_of(op)
        rid = integer(op, 1, 0, RID_MAX)
        counter = integer(op, 2, 0, COUNTER_MAX)
        text = ""
        if kind == TYPE:
            text = string(op, 3, INSERT_LENGTH_MAX)
        elif kind == INSERT:
            text = string(op, 4, INSERT_LENGTH_MAX)
        elif kind == EMBED:
            text = EMBED_CHARACTER
        size = len(text) if kind in INSERTING else 1
        if size == 0 or counter + size > COUNTER_MAX:
            raise MalformedOp("an op of no size, or beyond the last counter")
        arrivals = self.arrivals
        if counter != arrivals.end_of(rid) and not arrivals.is_new(rid, counter, size):
            return False
        starts = False
        if kind == TYPE:
            check_text(text)
            self._element(rid, counter - 1)
        elif kind == FLIP:
            self._flip(op)
        else:
            starts = integer(op, 3, 0, 1) == 1
            self._body(kind, op, rid, text)
        if kind != FLIP and not starts and not arrivals.has_any_group(rid):
            raise MalformedOp("an op belongs to no edit group")
        arrivals.admit(rid, counter, size, starts)
        if text:
            self._note(rid, counter, text)
        return True

    def _body(self, kind: int, op: Op, rid: int, text: str) -> None:
        if kind == INSERT:
            check_text(text)
            self._origins(op, rid)
        elif kind == EMBED:
            mapping(op, 4)
            self._origins(op, rid)
        elif kind == ERASE:
            target = integer(op, 4, SELF, RID_MAX)
            self._range(rid if target == SELF else target, integer(op, 5, 0, COUNTER_MAX), op)
        elif kind == MARK:
            integer(op, 4, 0, TIME_MAX)
            check_value({string(op, 5, KIND_LENGTH_MAX): op[6]})
            self._anchor(op, 7, rid, (0, AFTER))
            self._anchor(op, 10, rid, (END_PLACE, BEFORE))
        else:
            assert kind == BLOCK, "kind_of knows all kinds"
            integer(op, 4, 0, TIME_MAX)
            target = integer(op, 5, EDGE, RID_MAX)
            if target == EDGE:
                integer(op, 6, END_PLACE, END_PLACE)
            else:
                self._newline(rid, target, integer(op, 6, 0, COUNTER_MAX))
            mapping(op, 7)

    def _origins(self, op: Op, rid: int) -> None:
        """
        Check both; refuse a left one that does not stand before the right one, if both are placed already.
        """
        left = self._origin(op, 5, rid, START)
        right = self._origin(op, 7, rid, END)
        if left != UNPLACED and right != UNPLACED and not self._sequence.is_before(left, right):
            raise MalformedOp("the origins of an op stand in the wrong order")

    def _origin(self, op: Op, place: int, author: int, edge: int) -> int:
        """The packed id of the origin at ``place``; UNPLACED when this batch brings the element."""
        target = integer(op, place, EDGE, RID_MAX)
        if target == EDGE:
            bound = END_PLACE if edge == END else 0
            integer(op, place + 1, bound, bound)
            return edge
        return self._element(author if target == SELF else target, integer(op, place + 1, 0, COUNTER_MAX))

    def _anchor(self, op: Op, place: int, rid: int, edge: tuple[int, int]) -> None:
        """Check the anchor at ``place``; ``edge`` is the one at the edge of the text that it may be."""
        target = integer(op, place, EDGE, RID_MAX)
        counter = integer(op, place + 1, 0, COUNTER_MAX)
        side = integer(op, place + 2, BEFORE, AFTER)
        if target != EDGE:
            self._element(rid if target == SELF else target, counter)
        elif (counter, side) != edge:
            raise MalformedOp("an anchor outside the text")

    def _flip(self, op: Op) -> None:
        integer(op, 3, 0, TIME_MAX)
        rid = integer(op, 4, 0, RID_MAX)
        start = integer(op, 5, 0, COUNTER_MAX)
        until = integer(op, 6, start + 1, COUNTER_MAX)
        integer(op, 7, 0, 1)
        if until > self.arrivals.end_of(rid):
            raise CausalGap("an edit group is switched whose ops are missing")
        if not self.arrivals.has_group(rid, start):
            raise MalformedOp("no edit group starts there")
        if until > self.arrivals.group_end(rid, start):
            raise MalformedOp("an edit group ends before the counter until which it is switched")

    def _element(self, rid: int, counter: int) -> int:
        """The packed id of an element that exists; UNPLACED when this batch brings it."""
        known = self.arrivals.replicas.find(rid)
        replicas = self._sequence.replicas
        if 0 <= known < len(replicas) and replicas[known].find(counter) is not None:
            return known << ID_BITS | counter
        if counter >= self.arrivals.end_of(rid):
            raise CausalGap(f"element {counter} of a replica is missing")
        if not self._fresh_character(rid, counter):
            raise MalformedOp("an op refers to something that is no element of its text")
        return UNPLACED

    def _fresh_character(self, rid: int, counter: int) -> str:
        """The character of an element that the batch brings; '' when it brings none of this id."""
        if rid not in self._fresh:
            return ""
        starts, texts = self._fresh[rid]
        place = bisect_right(starts, counter) - 1
        if place < 0 or counter >= starts[place] + len(texts[place]):
            return ""
        return texts[place][counter - starts[place]]

    def _newline(self, author: int, target: int, counter: int) -> None:
        rid = author if target == SELF else target
        self._element(rid, counter)
        character = self._fresh_character(rid, counter)
        if not character:
            character = self._sequence.replicas[self.arrivals.replicas.find(rid)].characters.at(counter)
        if character != "\n":
            raise MalformedOp("a block that does not end at a newline")

    def _range(self, rid: int, counter: int, op: Op) -> None:
        """Check that the elements of ``rid`` from ``counter`` on exist that an ERASE names."""
        count = integer(op, 6, 1, COUNTER_MAX)
        end = counter + count
        known = self.arrivals.replicas.find(rid)
        covered = 0
        if 0 <= known < len(self._sequence.replicas):
            here = self._sequence.replicas[known]
            run = here.find(counter)
            if run is not None and end <= run.start + run.length:
                return
            for run in here.overlapping(counter, end):
                covered += min(run.start + run.length, end) - max(run.start, counter)
        if end > self.arrivals.end_of(rid):
            raise CausalGap("an op erases elements that are missing")
        starts, texts = self._fresh.get(rid, ([], []))
        place = max(bisect_right(starts, counter) - 1, 0)
        while place < len(starts) and starts[place] < end:
            covered += max(min(starts[place] + len(texts[place]), end) - max(starts[place], counter), 0)
            place += 1
        if covered != count:
            raise MalformedOp("an op erases something that is no element of its text")

    def _note(self, rid: int, counter: int, text: str) -> None:
        starts, texts = self._fresh.setdefault(rid, ([], []))
        starts.append(counter)
        texts.append(text)
