"""
How the ops of the holder are made: an intent in visible indexes becomes ops, applied as they are made.

The face is ``crdt.text``; this is its workshop. What the holder does can have no concurrent neighbour, so the
two commonest strokes, typing on and deleting back, change the runs at hand without looking anything up (V3).
"""

from collections.abc import Mapping
from typing import TypeAlias

from crdt.errors import LimitExceeded
from crdt.marks import AFTER, BEFORE, GROWS_AT_END
from crdt.ops import (
    BLOCK,
    EMBED_CHARACTER,
    ERASE,
    INSERT,
    INSERT_LENGTH_MAX,
    KIND_LENGTH_MAX,
    MARK,
    SELF,
    TIME_MAX,
    TYPE,
    check_value,
)
from crdt.patch import Marks, Value
from crdt.reading import TextReading
from crdt.replicas import WRITABLE_MAX
from crdt.runs import ID_BITS, Run

Ops: TypeAlias = list[list[object]]
Kinds: TypeAlias = Mapping[str, Value]


class Intents(TextReading):
    """Makes and applies the holder's ops."""

    __slots__ = ()

    def _do(self, op: list[object]) -> list[object]:
        self.integrate(op)
        return op

    def _rid(self) -> int:
        return self._replicas.rids[0]

    def _counter(self) -> int:
        return self._replicas.ends[0]

    def _starts(self) -> int:
        return 0 if self._replicas.open else 1

    def _time(self) -> int:
        return self._replicas.time or min(self._replicas.lamport + 1, TIME_MAX)

    def _gap(self, index: int) -> int:
        """
        Put the finger on the run that holds the element left of where text typed at ``index`` goes.

        Returns:
            How many elements of that run stay in front of the text; at least one.
        """
        sequence = self._sequence
        if index:
            run = sequence.seek(index - 1)
            offset = index - sequence.at
        else:
            run = sequence.start_run
            sequence.goto(run)
            offset = 1
        if self._marks.marks:
            left = self._outer_side(run.first_id() + offset - 1, index)
            run = sequence.run_of(left)
            sequence.goto(run)
            offset = left - run.first_id() + 1
        return offset

    def _behind(self, element: int) -> int:
        """The element right behind another, tombstones included."""
        run = self._sequence.run_of(element)
        return element + 1 if element < run.last_id() else self._sequence.next_run(run).first_id()

    def _outer_side(self, left: int, index: int) -> int:
        """
        The left origin outside every mark that does not grow and whose end is a tombstone at this place.

        Without it, text typed after a link whose last letters were deleted would become part of the link.
        """
        for mark in self._marks.covering(self._sequence.run_of(left).marks):
            if mark.kind in GROWS_AT_END or mark.end_side != AFTER or mark.end < 0:
                continue
            run = self._sequence.run_of(mark.end)
            if run.hidden and self._sequence.goto(run) == index and self._sequence.is_before(left, mark.end):
                left = mark.end
        return left

    def _type_on(self, tail: Run, text: str) -> list[object] | None:
        """
        Type where the last stroke ended: the same as integrating the TYPE, for its place is known (V3). None,
        and nothing is changed, for what is not plain text or needs marks or blocks.
        """
        replicas = self._replicas
        counter = replicas.ends[0]
        size = len(text)
        if (
            tail.start + tail.length != counter
            or tail.replica
            or not replicas.open
            or not (text.isprintable() or (text.isascii() and "\0" not in text and not self._blocks.writes))
            or not 0 < size <= INSERT_LENGTH_MAX
            or replicas.total > WRITABLE_MAX
            or (self._marks.marks and self._sequence.replicas[0].characters.at(counter - 1) == "\n")
        ):
            return None
        replicas.ends[0] = counter + size
        replicas.total += size
        self._sequence.grow(tail, text)
        self._tail_index += size
        return [TYPE, replicas.rids[0], counter, text]

    def _insert_op(self, index: int, text: str) -> list[object]:
        """Insert where nobody can have inserted concurrently: between two elements side by side here."""
        sequence = self._sequence
        replicas = self._replicas
        offset = self._gap(index)
        run = sequence.finger_run()
        left = run.first_id() + offset - 1
        right = sequence.behind_finger(offset)
        counter = replicas.ends[0]
        op: list[object]
        if replicas.open and left == counter - 1 and run.right == right:
            op = [TYPE, replicas.rids[0], counter, text]
            self._type(0, counter, text)
            new = sequence.run_of(counter)
        else:
            starts = self._starts()
            if starts:
                replicas.start_group(0, counter, replicas.time)
            number = self._marks.behind(run.marks, left) if self._marks.marks else run.marks
            new = Run(0, counter, len(text), left, right, 0, number)
            sequence.of(0).characters.store(counter, text)
            sequence.insert_at_finger(offset, new)
            left_rid, left_counter = self._reference(left)
            right_rid, right_counter = self._reference(right)
            rid = replicas.rids[0]
            op = [INSERT, rid, counter, starts, text, left_rid, left_counter, right_rid, right_counter]
        replicas.advance(0, counter + len(text))
        self._tail_index = index + len(text)
        self._tail = None if (new.last_id() << 1 | AFTER) in self._marks.anchored else new
        return op

    def _erase_op(self, replica: int, start: int, length: int) -> list[object]:
        """The op for elements that the holder has hidden just now; it is entered into the log of deletes."""
        self._tail = None
        replicas = self._replicas
        counter = replicas.ends[0]
        starts = self._starts()
        if starts:
            replicas.start_group(0, counter, replicas.time)
        replicas.advance(0, counter + 1)
        self._erasures_of(0).record(counter, (replica << ID_BITS) + start, length)
        target = replicas.rids[replica] if replica else SELF
        return [ERASE, replicas.rids[0], counter, starts, target, start, length]

    def _paragraph_start_marks(self, index: int) -> Marks | None:
        """At the start of a paragraph text takes the format of the character that follows; None elsewhere."""
        if not self._marks.marks or index == len(self):
            return None
        if index and self._character(index - 1) != "\n":
            return None
        following = self._character(index)
        if following == "\n" or following == EMBED_CHARACTER:
            return None
        shown = self.marks_at(index)
        there = self._marks_of(index)
        wanted = {kind: value for kind, value in shown.items() if kind not in GROWS_AT_END}
        wanted.update({kind: value for kind, value in there.items() if kind in GROWS_AT_END})
        return wanted

    def _put_marks(self, start: int, end: int, wanted: Mapping[str, Value]) -> Ops:
        """Make the kinds on a range exactly ``wanted``."""
        ops: Ops = []
        kinds = set(wanted)
        for shown in self._marks_between(start, end):
            kinds.update(shown)
        for kind in sorted(kinds):
            if any(shown.get(kind) != wanted.get(kind) for shown in self._marks_between(start, end)):
                ops.append(self._mark_op(start, end, kind, wanted.get(kind)))
        return ops

    def _mark_op(self, start: int, end: int, kind: str, value: Value) -> list[object]:
        first = self._element(start)
        last = self._element(end - 1)
        stop, side = last, AFTER
        if kind in GROWS_AT_END:
            stop, side = self._behind(last), BEFORE
        head: list[object] = [MARK, self._rid(), self._counter(), self._starts(), self._time(), kind, value]
        return self._do([*head, *self._reference(first), BEFORE, *self._reference(stop), side])

    def _block_op(self, target: int, attributes: Marks) -> list[object]:
        head: list[object] = [BLOCK, self._rid(), self._counter(), self._starts(), self._time()]
        return self._do([*head, *self._reference(target), attributes])

    def _check_kinds(self, marks: Mapping[str, Value]) -> None:
        check_value(dict(marks))
        for kind in marks:
            if len(kind) > KIND_LENGTH_MAX:
                raise LimitExceeded(f"a mark's kind has at most {KIND_LENGTH_MAX} characters")
