"""
Rich text: intents become ops, ops become patches, and the text, its spans and its blocks are read.

This is the face of one text. Positions are code points of the visible text. Alone a ``RichText`` stamps its
marks from its own counter; inside a document it shares the document's replicas and takes the time of the
delta in hand.
Invariants: F1 local and remote ops take the same path (``TextState.integrate``). F2 a call that raises has
changed nothing. Source: README; Weidner & Kleppmann 2023; Litt et al. 2022.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from crdt.admission import Arrivals, Gate
from crdt.anchor import Anchor, anchor_at, index_of
from crdt.check import check_rich_text
from crdt.errors import OutOfRange
from crdt.hearing import Hearing
from crdt.intents import Kinds, Ops
from crdt.ops import EMBED, FLIP, Op, check_text, check_value
from crdt.ops_codec import decode_ops
from crdt.patch import TextPatch, Value
from crdt.replicas import Replicas
from crdt.text_codec import decode_text, encode_text
from crdt.text_ops import ops_since
from crdt.undo import UndoStacks
from crdt.version import Version


class RichText(Hearing):
    """One collaborative rich text, written by the replica ``rid`` here and by others elsewhere."""

    __slots__ = ("_shared", "_stacks")

    def __init__(self, rid: int, replicas: Replicas | None = None) -> None:
        """
        Make an empty text.

        Args:
            rid: The replica that writes here, 0 <= rid < 2**63; unique among all writers of this text.
            replicas: The table of the document this text is part of; None for a text alone.

        Raises:
            MalformedOp: rid is no such integer.
        """
        super().__init__(replicas if replicas is not None else Replicas(rid))
        self._shared: Final = replicas is not None
        self._stacks: UndoStacks = UndoStacks(self._replicas)

    # Local edits

    def insert(self, index: int, text: str, marks: Mapping[str, Value] | None = None) -> Ops:
        """
        Insert text as one action of this replica.

        Args:
            index: 0 <= index <= len(self).
            text: At most INSERT_LENGTH_MAX code points; no lone surrogates, no NUL. Newlines split the block,
                and both
                parts keep its attributes.
            marks: None to take what the place gives; otherwise exactly these kinds, ``{kind: value}``.

        Returns:
            The ops, already applied here; empty when ``text`` is.

        Raises:
            OutOfRange, LimitExceeded, MalformedOp: The argument's fault; nothing was changed.

        Cost: O(log runs + len(text)), O(1) where the last edit was.
        Source: Weidner & Kleppmann 2023, Algorithm 1, ``insert``.
        """
        tail = self._tail
        if tail is not None and index == self._tail_index and marks is None:
            typed = self._type_on(tail, text)
            if typed is not None:
                return [typed]
        self._check_index(index)
        check_text(text)
        self._replicas.check_writable()
        if marks is not None:
            self._check_kinds(marks)
        return self._insert_checked(index, text, marks)

    def _insert_checked(self, index: int, text: str, marks: Kinds | None) -> Ops:
        if not text:
            return []
        splits = self.block_at(index) if self._blocks.writes and "\n" in text else {}
        wanted = marks if marks is not None else self._paragraph_start_marks(index)
        ops: Ops = [self._insert_op(index, text)]
        if wanted is not None:
            ops.extend(self._put_marks(index, index + len(text), wanted))
        if splits:
            for offset, character in enumerate(text):
                if character == "\n":
                    ops.append(self._block_op(self._element(index + offset), dict(splits)))
        return ops

    def insert_embed(self, index: int, payload: Mapping[str, Value], marks: Kinds | None = None) -> Ops:
        """
        Insert one element that is not a character, such as ``{"type": "image", "src": …}``; arguments as in
        ``insert``.

        It counts as one code point, U+FFFC, and its span carries ``{"embed": payload}``.
        """
        self._check_index(index)
        check_value(dict(payload))
        self._replicas.check_writable()
        if marks is not None:
            self._check_kinds(marks)
        offset = self._gap(index)
        left = self._sequence.finger_run().first_id() + offset - 1
        origins = (*self._reference(left), *self._reference(self._sequence.behind_finger(offset)))
        op = self._do([EMBED, self._rid(), self._counter(), self._starts(), dict(payload), *origins])
        return [op] if marks is None else [op, *self._put_marks(index, index + 1, marks)]

    def delete(self, index: int, count: int) -> Ops:
        """
        Delete ``count`` visible code points from ``index`` on.

        Raises:
            OutOfRange: The range is not inside the text; nothing was changed.

        Cost: O(log runs + runs deleted).
        """
        self._check_range(index, index + count)
        self._replicas.check_writable()
        sequence = self._sequence
        ops: Ops = []
        replica, start, length = 0, 0, 0
        while count:
            run = sequence.seek(index)
            offset = index - sequence.at
            size = min(run.length - offset, count)
            first = run.start + offset
            if length and (run.replica != replica or first != start + length):
                ops.append(self._erase_op(replica, start, length))
                length = 0
            if not length:
                replica, start = run.replica, first
            length += size
            count -= size
            sequence.hide_part(offset, size)
        if length:
            ops.append(self._erase_op(replica, start, length))
        return ops

    def replace(self, index: int, removed: int, inserted: str, marks: Kinds | None = None) -> Ops:
        """
        Delete ``removed`` code points at ``index`` and insert there: one action; arguments as in ``insert``.
        """
        self._check_range(index, index + removed)
        check_text(inserted)
        if marks is not None:
            self._check_kinds(marks)
        ops = self.delete(index, removed)
        ops.extend(self._insert_checked(index, inserted, marks))
        return ops

    def format(self, start: int, end: int, kind: str, value: Value) -> Ops:
        """
        Give the code points ``start <= i < end`` the mark ``kind`` with ``value``; None takes it away.

        Returns:
            The ops; empty when all of them show it already.

        Raises:
            OutOfRange, LimitExceeded, MalformedOp: The argument's fault; nothing was changed.

        Cost: O(runs in the range).
        """
        self._check_range(start, end)
        self._check_kinds({kind: value})
        self._replicas.check_writable()
        if start == end or all(marks.get(kind) == value for marks in self._marks_between(start, end)):
            return []
        return [self._mark_op(start, end, kind, value)]

    def set_block(self, index: int, attributes: Mapping[str, Value]) -> Ops:
        """
        Set attributes of the block around ``index``; the value None removes one, those not named stay.

        Returns:
            The ops; empty when the block has them already.
        """
        self._check_index(index)
        wanted = dict(attributes)
        self._check_kinds(wanted)
        self._replicas.check_writable()
        target = self._newline_behind(index)
        now = self._blocks.resolve(target)
        changed = {name: value for name, value in wanted.items() if now.get(name) != value}
        return [self._block_op(target, changed)] if changed else []

    # Edit groups

    def new_group(self) -> None:
        """End the edit group in hand: what follows is undone apart from what came before."""
        self._replicas.open = False

    @property
    def can_undo(self) -> bool:
        """Whether ``undo`` would do something."""
        return self._stacks.next_undo() is not None

    @property
    def can_redo(self) -> bool:
        """Whether ``redo`` would do something."""
        return self._stacks.next_redo() is not None

    def undo(self) -> Ops:
        """Switch off my last live edit group (U1-U7); no ops when there is none."""
        group = self._stacks.next_undo()
        if group is None:
            return []
        ops = self.switch_group(self._replicas.rids[0], group, False)
        self._stacks.undone()
        return ops

    def redo(self) -> Ops:
        """Switch on what the last undo switched off; no ops when something was edited since."""
        group = self._stacks.next_redo()
        if group is None:
            return []
        ops = self.switch_group(self._replicas.rids[0], group, True)
        self._stacks.redone()
        return ops

    def switch_group(self, rid: int, start: int, live: bool) -> Ops:
        """
        Switch an edit group of anybody off or on, as far as it has been seen here (U7).

        Args:
            rid: Whose group; start: The counter of its first op.

        Raises:
            OutOfRange: No such group is known here.
        """
        replica = self._replicas.find(rid)
        if replica < 0 or not self._replicas.has_group(replica, start):
            raise OutOfRange("no edit group of that replica starts there")
        self._replicas.check_writable()
        self.new_group()
        until = self._replicas.group_end(replica, start)
        op: list[object] = [FLIP, self._rid(), self._counter(), self._time(), rid, start, until, int(live)]
        self.flip(op)
        return [op]

    # Ops of others

    def apply(self, ops: Sequence[Op]) -> list[TextPatch]:
        """
        Apply ops of any replica, all or none.

        Args:
            ops: As the editing methods return them, in the order they were made; lists may be tuples.

        Returns:
            What became visible. Ops that are known already change and report nothing.

        Raises:
            CausalGap: Something they build on is missing; keep them and try again later.
            MalformedOp, LimitExceeded: They are none that a replica of ours makes.
        """
        assert not self._shared, "the ops of a document's text come in its deltas"
        gate = Gate(self._sequence, Arrivals(self._replicas))
        admitted = [op for op in ops if gate.admit(op)]
        patches: list[TextPatch] = []
        for op in admitted:
            patches.extend(self.flip(op) if op[0] == FLIP else self.integrate(op))
        return patches

    def apply_encoded(self, data: bytes) -> list[TextPatch]:
        """
        Apply ops as ``encode_ops`` writes them: the same as ``apply(decode_ops(data))``, and much quicker.
        """
        assert not self._shared, "the ops of a document's text come in its deltas"
        heard = self._hear(data)
        return heard if heard is not None else self.apply(decode_ops(data))

    def merge(self, other: "RichText") -> list[TextPatch]:
        """Take in everything that ``other`` has seen; the same as applying the ops that are missing here."""
        return self.apply(ops_since(other, self.version()))

    # Reading that depends on the replica table

    def version(self) -> Version:
        """What this text has seen."""
        replicas = self._replicas
        return Version(dict(zip(replicas.rids, replicas.ends, strict=True)))

    def anchor(self, index: int, side: str = "after") -> Anchor:
        """
        A position that follows the text: ``"after"`` sticks to the character before ``index``, ``"before"``
            to the one at it. Plain and comparable: ``(rid, counter, side)``.
        """
        self._check_index(index)
        return anchor_at(self._sequence, self._replicas, index, side)

    def index(self, anchor: Sequence[object]) -> int:
        """
        Where an anchor is now. Raises CausalGap when its element has not arrived, MalformedOp when it is
        none.
        """
        return index_of(self._sequence, self._replicas, anchor)

    # Saving and loading

    def encode(self) -> bytes:
        """
        The whole state, canonical: the same for all who have seen the same ops (G1). See ``crdt.text_codec``.
        """
        return encode_text(self)

    @staticmethod
    def decode(data: bytes, rid: int) -> "RichText":
        """The text that ``encode`` wrote, held by ``rid`` from now on. Raises CrdtError for anything else."""
        text = RichText(rid)
        decode_text(text, data)
        return text

    def check(self) -> None:
        """Every invariant, in full; raises AssertionError. Cost: far more than any operation."""
        check_rich_text(self)
