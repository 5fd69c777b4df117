"""
Documents in another shape: the same ops by the same authors at the same times, at other places.

A shape says, for every slot of a document, where it stands in the new one, and what becomes of its value.
Because no op is added, dropped or renamed, versions, edit groups, anchors and history stay what they were,
and migrating, merging and applying may come in any order:

    reshape(merge(a, b)) == merge(reshape(a), reshape(b))
    apply(reshape(s), reshape_delta(d)) == reshape(apply(s, d))

Containers that the old shape has not are made by ``Shape.genesis``, one constant delta with which every
document of the new shape begins. What is inside texts, of array items the order, and what only a newer
version understands stay as they are. Not here: which shapes there are (``sync.model``).
"""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from crdt.arrays import ArrayNode, Item
from crdt.clock import COUNT_BITS
from crdt.delta import Delta
from crdt.document import Document
from crdt.object_ops import (
    CONTAINER_FORM,
    ITEM_INSERT,
    MAKE,
    REMOVE,
    ROOT,
    SET,
    TEXT,
    Id,
    Path,
    author_of,
    check_length,
    container_of,
    field,
    item_name,
    key_of,
    kind_at,
)
from crdt.object_tree import ObjectTree
from crdt.objects import CONTAINER, NOTHING, PLAIN, MapNode, Node, Slot, TextNode, UnknownNode, Write
from crdt.ops import Op
from crdt.patch import Value

MS_SHIFT: Final = COUNT_BITS
"""A time is milliseconds, then a count."""


class Target(NamedTuple):
    """Where a slot of a map goes: another container, or None for the one it is in; and its key there."""

    container: Id | None
    key: str


class Shape(Protocol):
    """What a shape answers; paths are those of the old shape."""

    @property
    def genesis(self) -> Delta | None:
        """Makes the containers that the old shape has not; None when there are none."""

    def target(self, place: Path, key: str) -> Target:
        """Where the slot ``key`` of the map at ``place`` goes."""

    def convert(self, path: Path, value: Value, time_ms: int) -> Value:
        """What a plain value written at ``path`` becomes; None for nothing. Total: any value may come."""

    def origin(self, place: Path) -> Path:
        """Where a container was in the old shape that is at ``place`` in the new one."""


def reshape(document: Document, shape: Shape) -> Document:
    """
    Bring a document into another shape, in place.

    Args:
        document: In the old shape; given away, it is returned in the new one.

    Cost: O(containers + slots); texts are not looked at.
    """
    _Regrowth(document, shape).run()
    return document


def reshape_delta(document: Document, delta: Delta, shape: Shape) -> Delta:
    """
    Bring a delta into another shape.

    Args:
        document: What it is to be applied to, in the new shape; it is not changed.

    Returns:
        A delta with the same author, counters and stamp.

    Raises:
        MalformedOp: An op is none. Whether the delta can be applied shows when it is.

    Cost: O(ops x depth).
    """
    translation = _Translation(lambda container: _origin(document, container, shape), shape)
    ops = [translation.op(op) for op in delta.ops]
    return Delta(delta.rid, delta.start, delta.end, delta.stamp, ops)


def _origin(document: Document, container: Id, shape: Shape) -> Path | None:
    """Where a container stands in the old shape; None for one that nobody here understands."""
    node = document._tree.nodes.get(container)
    if node is None or isinstance(node, UnknownNode):
        return None
    place = document.place_of(container)
    return None if place is None else shape.origin(place)


class _Translation:
    """The rewriting of one delta: what its ops have made so far."""

    __slots__ = ("_made", "_places", "_shape")

    def __init__(self, places: Callable[[Id], Path | None], shape: Shape) -> None:
        self._places: Final = places
        self._shape: Final = shape
        self._made: dict[Id, Path] = {}

    def op(self, op: Op) -> Op:
        kind = kind_at(op)
        if not SET <= kind < TEXT:
            return op
        check_length(op)
        container = container_of(op)
        place = self._made.get(container)
        if place is None:
            place = self._places(container)
        if place is None:
            return op
        if kind in (SET, MAKE, REMOVE):
            return self._slot(op, kind, place)
        return self._item(op, place) if kind == ITEM_INSERT else op

    def _slot(self, op: Op, kind: int, place: Path) -> Op:
        key = key_of(op)
        found = list(op)
        if isinstance(key, str):
            path = (*place, key)
            target = self._shape.target(place, key)
            if target.container is not None:
                found[4], found[5] = target.container
            found[6] = target.key
        else:
            path = (*place, item_name(key))
        if kind == MAKE:
            self._made[author_of(op)] = path
        elif kind == SET and found[7] is not None:
            found[7] = self._shape.convert(path, op[7], field(op, 3) >> MS_SHIFT)
            if found[7] is None:
                found[0] = REMOVE
                del found[7]
        return found

    def _item(self, op: Op, place: Path) -> Op:
        path = (*place, item_name(author_of(op)))
        if op[7] == CONTAINER_FORM:
            self._made[author_of(op)] = path
            return op
        found = list(op)
        if op[8] is not None:
            found[8] = self._shape.convert(path, op[8], field(op, 3) >> MS_SHIFT)
        return found


class _Regrowth:
    """The rebuilding of one document's containers at their new places."""

    __slots__ = ("_document", "_shape", "_tree", "_waiting")

    def __init__(self, document: Document, shape: Shape) -> None:
        self._document: Final = document
        self._shape: Final = shape
        self._tree: Final[ObjectTree] = document._tree
        self._waiting: list[tuple[Node, Node, Path]] = []
        """Old containers, what they have become, and where they were."""

    def run(self) -> None:
        tree = self._tree
        old_nodes, old_slots = tree.nodes, tree.root.slots
        tree.nodes, tree.root.slots, tree.texts = {ROOT: tree.root}, {}, []
        if self._shape.genesis is not None:
            self._document.apply(self._shape.genesis)
        self._move_slots(old_slots, tree.root, (), old_nodes)
        for old, new, place in self._waiting:  # grows while it is walked
            if isinstance(old, MapNode):
                self._move_slots(old.slots, new, place, old_nodes)
            elif isinstance(old, ArrayNode):
                assert isinstance(new, ArrayNode), "containers keep their kinds"
                for item in old.items.values():
                    self._move_item(item, new, place, old_nodes)

    def _move_slots(self, slots: dict[str, Slot], home: Node, place: Path, old_nodes: dict[Id, Node]) -> None:
        for key, slot in slots.items():
            target = self._shape.target(place, key)
            parent = home if target.container is None else self._tree.nodes[target.container]
            assert isinstance(parent, MapNode), "a shape moves slots between maps"
            path = (*place, key)
            for write in slot.writes():
                parent.add(target.key, self._converted(write, path))
                self._grow(write, parent, target.key, path, old_nodes)

    def _move_item(self, item: Item, parent: ArrayNode, place: Path, old_nodes: dict[Id, Node]) -> None:
        path = (*place, item.name)
        writes = item.slot.writes()
        item.slot.winner = self._converted(writes[0], path)
        parent.restore(item)
        for write in writes:
            self._grow(write, parent, item.name, path, old_nodes)

    def _converted(self, write: Write, path: Path) -> Write:
        if write.form != PLAIN:
            return write
        value = self._shape.convert(path, write.value, write.time >> MS_SHIFT)
        return Write(write.time, write.rid, write.counter, NOTHING if value is None else PLAIN, value)

    def _grow(self, write: Write, parent: Node, key: str, path: Path, old_nodes: dict[Id, Node]) -> None:
        """Give a container that a write made its new place."""
        if write.form != CONTAINER:
            return
        old = old_nodes[write.node_id()]
        new: Node
        if isinstance(old, MapNode):
            new = MapNode(old.id, parent, key)
        elif isinstance(old, ArrayNode):
            new = ArrayNode(old.id, parent, key)
        elif isinstance(old, TextNode):
            new = TextNode(old.id, parent, key, old.text)
            self._tree.texts.append(new)
        else:
            new = UnknownNode(old.id, old.kind, parent, key)
        self._tree.nodes[new.id] = new
        self._waiting.append((old, new, path))
