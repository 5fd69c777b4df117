"""
The state of a rich text and how an admitted op changes it: the same path for local and for remote ops.

Not here: making ops from intents (``crdt.text``), deciding whether an op may come in (``crdt.admission``).
Invariants: V1 an element is visible exactly when its own group is live and no live group erases it;
``Run.hidden`` counts the reasons. V2 every change of what is visible is reported as patches in the order in
which it happened. V3 while there is a tail, it is a visible run that ends at the visible index remembered
with it, its right origin stands right behind it, and no mark begins or ends there: what its author types
there next only makes it longer.
"""

from typing import Final

from crdt.blocks import BlockTable, BlockWrite
from crdt.erasures import ErasureLog
from crdt.marks import AFTER, Mark, MarkTable
from crdt.ops import (
    BLOCK,
    EDGE,
    EMBED,
    EMBED_CHARACTER,
    ERASE,
    FLIP,
    INSERT,
    SELF,
    TYPE,
    Op,
    plain,
)
from crdt.patch import BlockSet, Deleted, Formatted, Inserted, Marks, TextPatch
from crdt.replicas import Flip, Replicas, Segment
from crdt.runs import COUNTER_MASK, END, ID_BITS, START, Run
from crdt.sequence import Sequence


def _int(op: Op, place: int) -> int:
    value = op[place]
    assert isinstance(value, int), "admitted"
    return value


def _str(op: Op, place: int) -> str:
    value = op[place]
    assert isinstance(value, str), "admitted"
    return value


class TextState:
    """Elements, tombstones, marks, blocks and deletes of one text, and their integration."""

    __slots__ = (
        "_blocks",
        "_embeds",
        "_erasures",
        "_marks",
        "_replicas",
        "_sequence",
        "_tail",
        "_tail_index",
    )

    def __init__(self, replicas: Replicas) -> None:
        self._replicas: Final = replicas
        self._sequence: Sequence = Sequence()
        self._marks: MarkTable = MarkTable(replicas.rids)
        self._blocks: BlockTable = BlockTable(replicas.rids)
        self._embeds: dict[int, Marks] = {}
        self._erasures: list[ErasureLog] = []
        self._tail: Run | None = None
        """The run that the last keystroke ended, while nothing else has happened since (V3)."""
        self._tail_index: int = 0

    def _erasures_of(self, replica: int) -> ErasureLog:
        while replica >= len(self._erasures):
            self._erasures.append(ErasureLog())
        return self._erasures[replica]

    def integrate(self, op: Op) -> list[TextPatch]:
        """
        Apply one admitted op that is no FLIP and count it into the version.

        Returns:
            What became visible, in order (V2).
        """
        kind = op[0]
        self._tail = None
        replicas = self._replicas
        rid, counter = op[1], op[2]
        assert isinstance(rid, int), "admitted"
        assert isinstance(counter, int), "admitted"
        replica = replicas.intern(rid)
        if kind == TYPE:
            text = _str(op, 3)
            replicas.advance(replica, counter + len(text))
            return self._type(replica, counter, text)
        if op[3]:
            replicas.start_group(replica, counter, replicas.time)
        size = 1
        if kind == INSERT:
            text = _str(op, 4)
            size = len(text)
            patches = self._insert(op, replica, counter, text)
        elif kind == EMBED:
            payload = op[4]
            assert isinstance(payload, dict), "admitted"
            self._embeds[replica << ID_BITS | counter] = {key: plain(payload[key]) for key in payload}
            patches = self._insert(op, replica, counter, EMBED_CHARACTER)
        elif kind == ERASE:
            patches = self._erase(replica, counter, self._id(op, 4, replica), _int(op, 6))
        elif kind == BLOCK:
            patches = self._block(op, replica, counter)
        else:
            patches = self._mark(op, replica, counter)
        replicas.advance(replica, counter + size)
        return patches

    def _id(self, op: Op, place: int, author: int) -> int:
        """The packed id of the reference at ``place``."""
        rid, counter = op[place], op[place + 1]
        assert isinstance(rid, int), "admitted"
        assert isinstance(counter, int), "admitted"
        if rid == SELF:
            return author << ID_BITS | counter
        if rid == EDGE:
            return END if counter else START
        return self._replicas.intern(rid) << ID_BITS | counter

    def _reference(self, element: int) -> tuple[int, int]:
        """How an op of the holder names an element: the inverse of ``_id``."""
        if element >= 0:
            replica = element >> ID_BITS
            return (self._replicas.rids[replica] if replica else SELF, element & COUNTER_MASK)
        return (EDGE, 0 if element == START else 1)

    # Insertion

    def _type(self, replica: int, counter: int, text: str) -> list[TextPatch]:
        sequence = self._sequence
        previous = replica << ID_BITS | (counter - 1)
        run = sequence.run_of(previous)
        if (
            run.start + run.length == counter
            and not run.hidden
            and sequence.next_run(run).first_id() == run.right
            and (previous << 1 | AFTER) not in self._marks.anchored
            and self._replicas.is_live(replica, counter)
        ):
            index = sequence.goto(run) + run.length
            sequence.grow(run, text)
            return [Inserted(index, text, self._marks.resolve(run.marks))]
        run = self._place(Run(replica, counter, len(text), previous, run.right, 0, 0), text)
        return [] if run.hidden else self._appeared(run)

    def _insert(self, op: Op, replica: int, counter: int, text: str) -> list[TextPatch]:
        left = self._id(op, 5, replica)
        right = self._id(op, 7, replica)
        beside = self._sequence.run_of(left)
        self._sequence.goto(beside)
        if self._sequence.behind_finger(left - beside.first_id() + 1) == right:
            return self._insert_between(beside, Run(replica, counter, len(text), left, right, 0, 0), text)
        if right != END and not self._sequence.is_before(left, right):
            # Nobody can have seen these side by side. The gate cannot tell while the same batch brings one of
            # them; here all replicas can, by an order that never changes, and give the op the same place.
            right = END
        self._sequence.cut_before(right)
        run = self._place(Run(replica, counter, len(text), left, right, 0, 0), text)
        return [] if run.hidden else self._appeared(run)

    def _insert_between(self, beside: Run, run: Run, text: str) -> list[TextPatch]:
        """
        Insert between two elements that stand side by side: nothing competes for the place (S4). The finger
        is on the run with the left one. What the author types on comes behind (V3).
        """
        sequence = self._sequence
        replicas = self._replicas
        offset = (run.left & COUNTER_MASK) - beside.start + 1
        index = sequence.at if beside.hidden else sequence.at + offset
        sequence.of(run.replica).characters.store(run.start, text)
        if replicas.flips and not replicas.is_live(run.replica, run.start):
            run.hidden = 1
        run.marks = self._marks.behind(beside.marks, run.left) if self._marks.marks else beside.marks
        sequence.insert_at_finger(offset, run)
        if run.hidden:
            return []
        self._tail = run
        self._tail_index = index + len(text)
        if self._embeds or self._blocks.writes:
            return self._appeared_at(index, run)
        return [Inserted(index, text, self._marks.resolve(run.marks))]

    def _place(self, run: Run, text: str) -> Run:
        """Integrate a new run, with the marks of the gap it falls into and the state of its group (V1)."""
        sequence = self._sequence
        sequence.of(run.replica).characters.store(run.start, text)
        if not self._replicas.is_live(run.replica, run.start):
            run.hidden = 1
        before = sequence.integrate(run, self._replicas.rids)
        run.marks = self._marks.behind(before.marks, before.last_id())
        return run

    def _appeared(self, run: Run) -> list[TextPatch]:
        """The patches for a run that has just become visible: its spans, then the blocks its newlines end."""
        return self._appeared_at(self._sequence.goto(run), run)

    def _appeared_at(self, index: int, run: Run) -> list[TextPatch]:
        marks = self._marks.resolve(run.marks)
        patches: list[TextPatch] = []
        at = index
        for piece, payload in self._pieces(run):
            shown = marks if payload is None else {**marks, "embed": payload}
            patches.append(Inserted(at, piece, shown))
            at += len(piece)
        if self._blocks.writes:
            first = run.first_id()
            for offset in range(run.length):
                attributes = self._blocks.resolve(first + offset)
                if attributes:
                    patches.append(BlockSet(index + offset, attributes))
        return patches

    def _characters(self, run: Run) -> str:
        return self._sequence.replicas[run.replica].characters.between(run.start, run.start + run.length)

    def _pieces(self, run: Run) -> list[tuple[str, Marks | None]]:
        """The characters of a run, each embed a piece of its own with its payload."""
        return self._cut_at_embeds(run.first_id(), self._characters(run))

    def _cut_at_embeds(self, first: int, text: str) -> list[tuple[str, Marks | None]]:
        if not self._embeds or EMBED_CHARACTER not in text:
            return [(text, None)]
        pieces: list[tuple[str, Marks | None]] = []
        begun = 0
        for offset, character in enumerate(text):
            payload = self._embeds.get(first + offset) if character == EMBED_CHARACTER else None
            if payload is not None:
                if begun < offset:
                    pieces.append((text[begun:offset], None))
                pieces.append((character, payload))
                begun = offset + 1
        if begun < len(text):
            pieces.append((text[begun:], None))
        return pieces

    # Deletion

    def _covering(self, replica: int, start: int, end: int) -> list[Run]:
        """The runs that hold exactly the elements ``start <= c < end`` of a replica, cut to fit."""
        here = self._sequence.of(replica)
        runs = here.overlapping(start, end)
        if not runs:
            return runs
        base = replica << ID_BITS
        cut_first = runs[0].start < start
        cut_last = runs[-1].start + runs[-1].length > end
        if cut_first:
            self._sequence.cut_before(base | start)
        if cut_last:
            self._sequence.cut_behind(base | (end - 1))
        return here.overlapping(start, end) if cut_first or cut_last else runs

    def _shift(self, replica: int, start: int, end: int, by: int) -> list[TextPatch]:
        """Add a reason to hide these elements, or take one away (V1)."""
        patches: list[TextPatch] = []
        sequence = self._sequence
        for run in self._covering(replica, start, end):
            changed = sequence.hide(run, by)
            if changed > 0:
                patches.extend(self._appeared(run))
            elif changed < 0:
                patches.append(Deleted(sequence.goto(run), run.length))
        return patches

    def _erase(self, replica: int, counter: int, target: int, count: int) -> list[TextPatch]:
        self._erasures_of(replica).record(counter, target, count)
        if not self._replicas.is_live(replica, counter):
            return []
        start = target & COUNTER_MASK
        run = self._sequence.run_of(target)
        if not run.hidden and start + count <= run.start + run.length:
            offset = start - run.start
            index = self._sequence.goto(run) + offset
            self._sequence.hide_part(offset, count)
            return [Deleted(index, count)]
        patches = self._shift(target >> ID_BITS, start, start + count, 1)
        self._tidy(target >> ID_BITS, start, start + count)
        return patches

    def _tidy(self, replica: int, start: int, end: int) -> None:
        """Join the tombstones at both ends of a deleted range to their neighbours."""
        here = self._sequence.of(replica)
        last = here.find(end - 1)
        assert last is not None, "a range that was admitted is there to its end"
        self._sequence.join_next(last)
        before = here.find(start - 1) if start else None
        if before is not None:
            self._sequence.join_next(before)

    # Marks and blocks

    def _mark(self, op: Op, replica: int, counter: int) -> list[TextPatch]:
        start = self._id(op, 7, replica)
        end = self._id(op, 10, replica)
        time = _int(op, 4)
        value = plain(op[6])
        mark = Mark(replica, counter, time, _str(op, 5), value, start, _int(op, 9), end, _int(op, 12))
        self._replicas.lamport = max(self._replicas.lamport, time)
        mark.live = self._replicas.is_live(replica, counter)
        mark.inert = not self._is_ordered(mark)
        self._marks.add(mark)
        patches: list[TextPatch] = []
        if not mark.inert:
            for run in self._between(mark):
                before = self._marks.resolve(run.marks)
                run.marks = self._marks.including(run.marks, mark)
                self._formatted(patches, run, before)
        return patches

    def _is_ordered(self, mark: Mark) -> bool:
        if mark.start == mark.end:
            return mark.start_side < mark.end_side
        return self._sequence.is_before(mark.start, mark.end)

    def _between(self, mark: Mark) -> list[Run]:
        """The runs between the anchors of a mark, cut to fit (K1)."""
        sequence = self._sequence
        if mark.start_side == AFTER:
            sequence.cut_behind(mark.start)
        else:
            sequence.cut_before(mark.start)
        if mark.end_side == AFTER:
            stop = sequence.next_run(sequence.cut_behind(mark.end))
        else:
            stop = sequence.cut_before(mark.end)
        run = sequence.run_of(mark.start)
        if mark.start_side == AFTER:
            run = sequence.next_run(run)
        found: list[Run] = []
        while run is not stop:
            found.append(run)
            run = sequence.next_run(run)
        return found

    def _formatted(self, patches: list[TextPatch], run: Run, before: Marks) -> None:
        """
        Report a run whose marks may show differently now; neighbours that show the same become one patch.
        """
        if run.hidden:
            return
        marks = self._marks.resolve(run.marks)
        if marks == before:
            return
        index = self._sequence.goto(run)
        if not self._embeds:
            last = patches[-1] if patches else None
            if isinstance(last, Formatted) and last.end == index and last.marks == marks:
                patches[-1] = Formatted(last.start, index + run.length, marks)
            else:
                patches.append(Formatted(index, index + run.length, marks))
            return
        for piece, payload in self._pieces(run):
            shown = marks if payload is None else {**marks, "embed": payload}
            patches.append(Formatted(index, index + len(piece), shown))
            index += len(piece)

    def _block(self, op: Op, replica: int, counter: int) -> list[TextPatch]:
        attributes = op[7]
        assert isinstance(attributes, dict), "admitted"
        time = _int(op, 4)
        self._replicas.lamport = max(self._replicas.lamport, time)
        attributes = {name: plain(attributes[name]) for name in attributes}
        write = BlockWrite(replica, counter, time, self._id(op, 5, replica), attributes)
        write.live = self._replicas.is_live(replica, counter)
        before = self._blocks.resolve(write.target)
        self._blocks.add(write)
        return self._block_set(write.target, before)

    def _block_set(self, target: int, before: Marks) -> list[TextPatch]:
        attributes = self._blocks.resolve(target)
        if attributes == before:
            return []
        if target == END:
            return [BlockSet(self._sequence.length, attributes)]
        run = self._sequence.run_of(target)
        if run.hidden:
            return []
        return [BlockSet(self._sequence.goto(run) + target - run.first_id(), attributes)]

    # Loading

    def restore_mark(self, mark: Mark) -> None:
        """Enter a mark of a decoded state and let the runs between its anchors carry it."""
        self._replicas.lamport = max(self._replicas.lamport, mark.time)
        mark.live = self._replicas.is_live(mark.replica, mark.counter)
        mark.inert = not self._is_ordered(mark)
        self._marks.add(mark)
        if not mark.inert:
            for run in self._between(mark):
                run.marks = self._marks.including(run.marks, mark)

    def restore_block(self, write: BlockWrite) -> None:
        """Enter a block write of a decoded state."""
        self._replicas.lamport = max(self._replicas.lamport, write.time)
        write.live = self._replicas.is_live(write.replica, write.counter)
        self._blocks.add(write)

    # Edit groups

    def apply_segments(self, segments: list[Segment]) -> list[TextPatch]:
        """Show or hide what the groups that were just switched did in this text (U1-U5)."""
        self._tail = None
        patches: list[TextPatch] = []
        for segment in segments:
            patches.extend(self._switch(segment))
        return patches

    def _switch(self, segment: Segment) -> list[TextPatch]:
        replica, start, end, live = segment.replica, segment.start, segment.end, segment.live
        patches = self._shift(replica, start, end, -1 if live else 1)
        for erased in self._erasures_of(replica).between(start, end):
            lowest = erased.lowest()
            first = lowest & COUNTER_MASK
            patches.extend(self._shift(lowest >> ID_BITS, first, first + erased.size, 1 if live else -1))
        for mark in self._marks.of(replica):
            if start <= mark.counter < end:
                patches.extend(self._switch_mark(mark, live))
        for write in self._blocks.of(replica):
            if start <= write.counter < end:
                before = self._blocks.resolve(write.target)
                self._blocks.set_live(write, live)
                patches.extend(self._block_set(write.target, before))
        return patches

    def _switch_mark(self, mark: Mark, live: bool) -> list[TextPatch]:
        patches: list[TextPatch] = []
        if mark.inert:
            mark.live = live
            return patches
        runs = self._between(mark)
        before = [self._marks.resolve(run.marks) for run in runs]
        self._marks.set_live(mark, live)
        for run, shown in zip(runs, before, strict=True):
            self._formatted(patches, run, shown)
        return patches

    def flip(self, op: Op) -> list[TextPatch]:
        """
        Apply an admitted FLIP to the groups and to this text alone; a document hands its segments to each
        text.
        """
        return self.apply_segments(flip_groups(self._replicas, op))


def flip_groups(replicas: Replicas, op: Op) -> list[Segment]:
    """Enter an admitted FLIP into the groups of a document; the counters whose state changed."""
    assert op[0] == FLIP, "the caller looks at the kind"
    author = replicas.intern(_int(op, 1))
    counter = _int(op, 2)
    time = _int(op, 3)
    target = replicas.intern(_int(op, 4))
    flip = Flip(time, author, counter, _int(op, 6), bool(_int(op, 7)))
    segments = replicas.flip(target, _int(op, 5), flip)
    replicas.advance(author, counter + 1)
    replicas.lamport = max(replicas.lamport, time)
    if target == 0:
        replicas.stacks_valid = False
        replicas.open = False
    return segments
