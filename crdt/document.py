"""
Documents: the CRDT of one object of a collection, a tree of registers, maps, arrays and texts.

This is the face that programs use: intents become deltas (``edit``), deltas become patches (``apply``). Time
and ids are arguments. Invariants: D3 a call that raises a CrdtError has changed nothing (but see ``edit``).
D4 the state is a function of the set of ops seen: every order of delivery, batching, saving and merging
gives the same bytes (G1-G3). D5 patches alone rebuild ``to_value`` and the texts (G4). D6 counters of a
replica span all texts and slots, so a version is one number per replica. Not here: the containers
(``crdt.object_tree``), the texts (``crdt.text``).
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from crdt.arrays import ArrayNode
from crdt.bursts import Burst, BurstLog
from crdt.check import check_rich_text
from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document_check import check_tree
from crdt.document_codec import decode_document, encode_document
from crdt.document_deltas import document_deltas_since
from crdt.document_log import document_ops_since
from crdt.edit import Edit
from crdt.errors import CausalGap, MalformedOp, OutOfRange
from crdt.object_gate import DocumentGate
from crdt.object_ops import (
    SET,
    TEXT,
    Id,
    Path,
    author_of,
    container_of,
    field,
    opens_group,
)
from crdt.object_tree import ObjectTree, PathPatch
from crdt.objects import MapNode, Slot, TextNode
from crdt.ops import EDGE, FLIP, KINDS, RID_MAX, Op
from crdt.patch import Value
from crdt.replicas import Replicas
from crdt.runs import COUNTER_MASK, ID_BITS
from crdt.text import RichText
from crdt.text_state import flip_groups
from crdt.undo import UndoStacks
from crdt.version import Version


class Loser(NamedTuple):
    """A container that lost its place to another write, and what is in it (M3)."""

    rid: int
    counter: int
    kind: str
    value: Value


class Document:
    """One document, as the replica ``rid`` holds it."""

    __slots__ = ("_bursts", "_patches", "_replicas", "_stacks", "_tree", "_unsent")

    def __init__(self, rid: int) -> None:
        """
        Make an empty document: the root is an empty map.

        Args:
            rid: The replica that writes here, 0 < rid < 2**63; the only writer of its ids.

        Raises:
            MalformedOp: rid is no such integer.
        """
        if type(rid) is not int or not 0 < rid <= RID_MAX:
            raise MalformedOp("a replica id is a positive integer of at most 63 bits")
        self._replicas: Final = Replicas(rid)
        self._tree: Final = ObjectTree(self._replicas)
        self._bursts: Final = BurstLog()
        self._stacks: Final = UndoStacks(self._replicas)
        self._unsent: list[list[object]] = []
        self._patches: list[PathPatch] = []

    @property
    def rid(self) -> int:
        """The replica that writes here."""
        return self._replicas.rids[0]

    # Local edits

    def edit(self, stamp: Stamp, intent: Callable[[Edit], None]) -> Delta:
        """
        Change the document as one action of this replica.

        Args:
            stamp: A fresh tick of this replica's clock.
            intent: Called once with the ``Edit`` whose methods make the changes; it keeps nothing of it.

        Returns:
            The delta, already applied here; empty when nothing changed.

        Raises: What ``intent`` raises. A method of Edit that raises has changed nothing; what the methods
            before it did stays and travels with the next delta, for counters know no gaps.
        """
        carried = bool(self._unsent)
        self._begin(stamp)
        edit = Edit(self._tree, self._replicas, stamp.time, self._unsent)
        try:
            intent(edit)
        finally:
            edit.close()
        return self._finish(stamp, carried)

    def undo(self, stamp: Stamp) -> Delta:
        """
        Switch off my last live edit group, in all texts at once (U1-U7); an empty delta when there is none.

        The patches of it are in ``last_patches``. Cost: O(what the group did).
        """
        self._begin(stamp)
        carried = bool(self._unsent)
        group = self._stacks.next_undo()
        if group is not None:
            self._switch(stamp, group, False)
            self._stacks.undone()
        return self._finish(stamp, carried)

    def redo(self, stamp: Stamp) -> Delta:
        """Switch on what the last undo switched off; an empty delta when something was written since."""
        self._begin(stamp)
        carried = bool(self._unsent)
        group = self._stacks.next_redo()
        if group is not None:
            self._switch(stamp, group, True)
            self._stacks.redone()
        return self._finish(stamp, carried)

    @property
    def can_undo(self) -> bool:
        """Whether ``undo`` would do something."""
        return self._stacks.next_undo() is not None

    @property
    def can_redo(self) -> bool:
        """Whether ``redo`` would do something."""
        return self._stacks.next_redo() is not None

    def new_group(self) -> None:
        """End the edit group in hand: what is typed from now on is undone apart from what came before."""
        self._replicas.open = False

    @property
    def last_patches(self) -> list[PathPatch]:
        """What the last ``undo`` or ``redo`` made visible, for the view of the one who asked for it."""
        return list(self._patches)

    def _begin(self, stamp: Stamp) -> None:
        if stamp.rid != self.rid:
            raise MalformedOp("a replica stamps its own edits")
        if stamp.time == 0:
            raise MalformedOp("no clock ticks at the beginning of time")
        self._replicas.time = stamp.time
        self._patches = []

    def _finish(self, stamp: Stamp, carried: bool) -> Delta:
        ops = self._unsent
        end = self._replicas.ends[0]
        if not ops:
            return Delta(self.rid, end, end, stamp, [])
        self._unsent = []
        start = author_of(ops[0])[1]
        if carried:
            # Whoever receives the delta knows one time for it, so groups that were opened earlier have it
            # too.
            for place, opened in enumerate(self._replicas.group_starts[0]):
                if opened >= start:
                    self._replicas.group_times[0][place] = stamp.time
        self._bursts.of(self.rid).note(start, stamp.ms, opens_group(ops[0]))
        return Delta(self.rid, start, end, stamp, ops)

    def _switch(self, stamp: Stamp, group: int, live: bool) -> None:
        replicas = self._replicas
        replicas.check_writable()
        replicas.open = False
        until = replicas.group_end(0, group)
        op: list[object] = [FLIP, self.rid, replicas.ends[0], stamp.time, self.rid, group, until, int(live)]
        self._patches = self._integrate(op)
        self._unsent.append(op)

    # Deltas and states of others

    def apply(self, delta: Delta) -> list[PathPatch]:
        """
        Take in a delta of any replica, whole or not at all.

        Returns: What became visible, ``[(path, patch)]``: the path of a text for what happened in it, of the
            map or array for a slot. A delta that is known changes and reports nothing.

        Raises:
            CausalGap: Something it builds on has not arrived; keep it and apply it again later.
            MalformedOp, LimitExceeded: No replica of ours wrote it.

        Cost: O(ops x log document).
        """
        known = self._replicas.end_of(delta.rid)
        if delta.end <= known:
            return []
        if delta.start > known:
            raise CausalGap(f"the delta starts at {delta.start}, {known} is next of its replica")
        delta.check()
        gate = DocumentGate(self._tree, self._replicas)
        admitted = [op for op in delta.ops if gate.admit(op)]
        replicas = self._replicas
        replicas.time = delta.stamp.time
        patches: list[PathPatch] = []
        for op in admitted:
            patches.extend(self._integrate(op))
        self._bursts.of(delta.rid).note(max(delta.start, known), delta.stamp.ms, opens_group(admitted[0]))
        if delta.rid == self.rid:
            replicas.open = False
        return patches

    def merge(self, other: "Document") -> list[PathPatch]:
        """
        Take in everything that ``other`` has seen: the same as applying the deltas that are missing here.

        Returns and raises as ``apply`` does. Cost: O(containers + what is new).
        """
        theirs = other._replicas
        before = self.version()
        gate = DocumentGate(self._tree, self._replicas)
        admitted: list[Op] = []
        for op in document_ops_since(other._tree, theirs, before):
            gate.skip_to(*author_of(op))
            is_new = gate.admit(op)
            assert is_new, "only ops that were not seen are asked for"
            admitted.append(op)
        for number, rid in enumerate(theirs.rids):
            gate.skip_to(rid, theirs.ends[number])
        patches: list[PathPatch] = []
        for known in admitted:
            if opens_group(known):
                rid, start = author_of(known)
                self._replicas.time = theirs.group_time(theirs.find(rid), start)
            patches.extend(self._integrate(known))
        for number, rid in enumerate(theirs.rids):
            end = theirs.ends[number]
            if end > before.end(rid):
                self._bursts.of(rid).join(other._bursts.of(rid), before.end(rid))
                self._replicas.advance(self._replicas.intern(rid), end)
                if rid == self.rid:
                    self._replicas.open = False
        return patches

    def _integrate(self, op: Op) -> list[PathPatch]:
        """Apply an admitted op of any kind."""
        kind = field(op, 0)
        tree = self._tree
        if kind == FLIP:
            return self._flip(op)
        if kind == TEXT:
            inner = op[3]
            assert isinstance(inner, (list, tuple)), "admitted"
            node = tree.nodes.get((field(op, 1), field(op, 2)))
            if isinstance(node, TextNode) and field(inner, 0) < KINDS:
                patches = node.text.integrate(inner)
                path = tree.path_of(node) if patches else None
                return [(path, patch) for patch in patches] if path is not None else []
            return self._keep(op, inner)
        if SET <= kind < TEXT and not tree.is_opaque(container_of(op)):
            found = tree.integrate(op)
            self._count(op)
            return found
        return self._keep(op, op)

    def _keep(self, op: Op, author: Op) -> list[PathPatch]:
        """Store an op that only a newer version understands."""
        rid, counter = field(author, 1), field(author, 2)
        self._tree.unknown[(rid, counter)] = list(op)
        if opens_group(op):
            self._replicas.start_group(self._replicas.intern(rid), counter, self._replicas.time)
        self._count(author)
        return []

    def _count(self, op: Op) -> None:
        self._replicas.advance(self._replicas.intern(field(op, 1)), field(op, 2) + 1)

    def _flip(self, op: Op) -> list[PathPatch]:
        segments = flip_groups(self._replicas, op)
        found: list[PathPatch] = []
        for node in self._tree.texts:
            patches = node.text.apply_segments(segments)
            path = self._tree.path_of(node) if patches else None
            if path is not None:
                found.extend((path, patch) for patch in patches)
        return found

    # Reading

    def value(self, path: Sequence[str], default: Value = None) -> Value:
        """What is at a path as a plain value, a container with all that is in it; ``default`` where nothing
        is."""
        if not path:
            return self.to_value()
        slot = self._slot(path)
        found = self._tree.plain_of(slot.winner) if slot is not None else None
        return default if found is None else found

    def has(self, path: Sequence[str]) -> bool:
        """Whether something shows at a path."""
        slot = self._slot(path) if path else None
        return not path or (slot is not None and slot.winner.shown() is not None)

    def text(self, path: Sequence[str]) -> RichText:
        """
        The text at a path, to be read only: what is written into it goes through ``edit``.

        Raises:
            OutOfRange: There is none.
        """
        node = self._tree.need(tuple(path))
        if not isinstance(node, TextNode):
            raise OutOfRange(f"there is no text at {'/'.join(path)}")
        return node.text

    def keys(self, path: Sequence[str] = ()) -> list[str]:
        """The keys of the map at a path, in order. Raises OutOfRange when there is none."""
        node = self._tree.need(tuple(path))
        if not isinstance(node, MapNode):
            raise OutOfRange(f"there is no map at {'/'.join(path)}")
        return node.shown_keys()

    def items(self, path: Sequence[str]) -> list[tuple[str, Value]]:
        """The items of the array at a path, in order: (name, plain value). Raises OutOfRange when there is
        none."""
        node = self._tree.need(tuple(path))
        if not isinstance(node, ArrayNode):
            raise OutOfRange(f"there is no array at {'/'.join(path)}")
        row = [node.at(index) for index in range(len(node.row))]
        return [(item.name, self._tree.plain_of(item.slot.winner)) for item in row]

    def to_value(self) -> dict[str, Value]:
        """The whole document as plain values: maps as dicts, arrays as lists, texts as strings."""
        return self._tree.plain_map(self._tree.root)

    def kind(self, path: Sequence[str]) -> str | None:
        """The kind of the container at a path, "map", "array" or "text"; None where there is none."""
        node = self._tree.node_at(tuple(path))
        return node.kind if node is not None else None

    def place_of(self, container: Id) -> Path | None:
        """Where the container (rid, counter) was made, whether it still shows there or not; None for a
        stranger."""
        node = self._tree.nodes.get(container)
        if node is None:
            return None
        keys: list[str] = []
        while node.parent is not None:
            keys.append(node.key)
            node = node.parent
        return tuple(reversed(keys))

    def right_origin(self, container: Id, element: Id) -> tuple[int, int]:
        """
        Which element stood right of this one when it was typed, as an op would name it.

        Raises:
            MalformedOp: There is no such text or element.
        """
        node = self._tree.nodes.get(container)
        number = self._replicas.find(element[0])
        if not isinstance(node, TextNode) or not node.text._sequence.contains(number, element[1]):
            raise MalformedOp("there is no such element")
        right = node.text._sequence.run_of(number << ID_BITS | element[1]).right
        if right < 0:
            return (EDGE, 1)
        return (self._replicas.rids[right >> ID_BITS], right & COUNTER_MASK)

    def stamp_of(self, path: Sequence[str]) -> Stamp | None:
        """When what shows at a path was written, and by whom; None where nothing was ever written."""
        slot = self._slot(path) if path else None
        return Stamp.at(slot.winner.time, slot.winner.rid) if slot is not None else None

    def losers(self, path: Sequence[str]) -> list[Loser]:
        """The containers that stood or would have stood at a path, the latest first, for "recover" (M3)."""
        slot = self._slot(path) if path else None
        found: list[Loser] = []
        for write in slot.losers if slot is not None else ():
            node = self._tree.nodes[write.node_id()]
            found.append(Loser(write.rid, write.counter, node.kind, self._tree.plain_node(node)))
        return found

    def _slot(self, path: Sequence[str]) -> Slot | None:
        node = self._tree.node_at(tuple(path[:-1]))
        return node.slot(path[-1]) if node is not None else None

    # Versions

    def version(self) -> Version:
        """What this document has seen."""
        replicas = self._replicas
        return Version({rid: replicas.ends[number] for number, rid in enumerate(replicas.rids)})

    def deltas_since(self, version: Version) -> list[Delta]:
        """
        What ``version`` has not seen, as deltas: whoever has seen ``version`` and applies them in their order
        shows what this document shows, and knows who wrote what.

        For a state that has to go where only deltas are taken. Where the very deltas that were written are at
        hand, they are the better choice: superseded writes are not in a state, and stand-ins take their
        counters. Cost: O(containers + ops found + counters superseded).
        """
        return document_deltas_since(self._tree, self._replicas, self._bursts, version)

    def history(self) -> list[Burst]:
        """Who wrote when, by burst, the oldest first."""
        return self._bursts.bursts(self._replicas)

    def updated_ms(self) -> int:
        """When somebody last wrote; 0 for an empty document."""
        return self._bursts.last_ms()

    def written_ms(self) -> dict[int, int]:
        """When each replica wrote last."""
        return self._bursts.written_ms()

    def text_at(self, path: Sequence[str], version: Version) -> str:
        """The visible characters of the text at a path as they were at a version (G5)."""
        return self.text(path).text_at(version)

    # Saving, loading, checking

    def encode(self) -> bytes:
        """The whole state, canonical: the same for all who have seen the same ops (G1)."""
        return encode_document(self._tree, self._replicas, self._bursts)

    @staticmethod
    def decode(data: bytes, rid: int) -> "Document":
        """The document that ``encode`` wrote, held by ``rid`` from now on. Raises CrdtError for anything
        else."""
        document = Document(rid)
        decode_document(data, document._tree, document._replicas, document._bursts)
        return document

    def check(self) -> None:
        """Verify every invariant, in full. Raises AssertionError. Cost: O(document squared) at worst."""
        check_tree(self._tree, self._replicas)
        for node in self._tree.texts:
            check_rich_text(node.text)
        again = Document.decode(self.encode(), self.rid)
        assert again.encode() == self.encode(), "G1: saving and loading changes nothing"
        assert again.to_value() == self.to_value(), "G3: what is loaded shows the same"
