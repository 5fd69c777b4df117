"""
All containers of one document, how admitted object ops change them, and what of them is visible.

Not here: whether an op may come in (``crdt.object_gate``), what happens inside a text (``crdt.text_state``).
Invariants: O4 ``nodes`` holds the root and every container ever made, visible or not. O5 a container is
visible when it shows at its place in a visible parent. O6 every change of what is visible is reported as
patches, in order.
"""

from typing import Final, TypeAlias

from crdt.arrays import ArrayNode, Item
from crdt.errors import OutOfRange
from crdt.object_ops import (
    ARRAY,
    CONTAINER_FORM,
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    MAP,
    REMOVE,
    ROOT,
    SET,
    TEXT_KIND,
    Id,
    Path,
    container_of,
    field,
    item_name,
    item_of,
    key_of,
    name_at,
)
from crdt.objects import CONTAINER, NOTHING, PLAIN, MapNode, Node, Slot, TextNode, UnknownNode, Write
from crdt.ops import Op
from crdt.patch import ItemPlaced, ItemRemoved, Patch, Value, ValueSet
from crdt.replicas import Replicas
from crdt.text import RichText

PathPatch: TypeAlias = tuple[Path, Patch]


class ObjectTree:
    """The containers of one document."""

    __slots__ = ("_replicas", "nodes", "root", "texts", "unknown")

    def __init__(self, replicas: Replicas) -> None:
        self._replicas: Final = replicas
        self.root: Final = MapNode(ROOT, None, "")
        self.nodes: dict[Id, Node] = {ROOT: self.root}
        self.texts: list[TextNode] = []
        """In the order in which they came; an edit group spans them all."""
        self.unknown: dict[Id, list[object]] = {}
        """Ops that only a newer version understands, by author and counter."""

    def is_opaque(self, container: Id) -> bool:
        """Whether only a newer version knows what this container is: ops on it are kept, not understood."""
        node = self.nodes.get(container)
        return isinstance(node, UnknownNode) or (node is None and container in self.unknown)

    # Integration

    def integrate(self, op: Op) -> list[PathPatch]:
        """Apply an admitted op of kind SET to ITEM_REMOVE whose container is known (O6)."""
        kind = op[0]
        node = self.nodes[container_of(op)]
        if kind in (SET, MAKE, REMOVE):
            return self._write(op, node)
        assert isinstance(node, ArrayNode), "admitted"
        age = (field(op, 3), field(op, 1), field(op, 2))
        if kind == ITEM_INSERT:
            return self._insert_item(op, node)
        item = node.items[item_of(op)]
        path = self.path_of(node)
        if kind == ITEM_REMOVE:
            index = node.remove(item, age)
            return [(path, ItemRemoved(item.name, index))] if index >= 0 and path is not None else []
        assert kind == ITEM_MOVE, "admitted"
        if node.move(item, name_at(op, 8), age) and path is not None:
            return [(path, ItemPlaced(item.name, node.index(item)))]
        return []

    def _write(self, op: Op, node: Node) -> list[PathPatch]:
        kind = op[0]
        form = PLAIN if kind == SET else CONTAINER if kind == MAKE else NOTHING
        value = op[7] if kind != REMOVE else None
        if value is None:
            form = NOTHING
        write = Write(field(op, 3), field(op, 1), field(op, 2), form, value)
        key = key_of(op)
        if isinstance(node, ArrayNode):
            assert isinstance(key, tuple), "admitted"
            name = item_name(key)
            item = node.items[key]
            shows = item.slot.add(write) and item.removed is None
        else:
            assert isinstance(node, MapNode), "admitted"
            assert isinstance(key, str), "admitted"
            name = key
            before = node.slots.get(key)
            was = before.winner.form if before is not None else NOTHING
            shows = node.add(key, write) and not (was == NOTHING and form == NOTHING)
        if form == CONTAINER:
            self.grow(write, node, name)
        if not shows:
            return []
        path = self.path_of(node)
        return [(path, ValueSet(name, write.shown()))] if path is not None else []

    def _insert_item(self, op: Op, node: ArrayNode) -> list[PathPatch]:
        form = CONTAINER if op[7] == CONTAINER_FORM else PLAIN if op[8] is not None else NOTHING
        write = Write(field(op, 3), field(op, 1), field(op, 2), form, op[8])
        item = Item((write.rid, write.counter), write.time, name_at(op, 6), write.order(), Slot(write))
        index = node.insert(item)
        if form == CONTAINER:
            self.grow(write, node, item.name)
        path = self.path_of(node)
        if path is None:
            return []
        return [(path, ItemPlaced(item.name, index)), (path, ValueSet(item.name, write.shown()))]

    def grow(self, write: Write, parent: Node, key: str) -> None:
        """Make the container that ``write`` calls for (O4)."""
        node_id = write.node_id()
        node: Node
        if write.value == MAP:
            node = MapNode(node_id, parent, key)
        elif write.value == ARRAY:
            node = ArrayNode(node_id, parent, key)
        elif write.value == TEXT_KIND:
            text = TextNode(node_id, parent, key, RichText(self._replicas.rids[0], self._replicas))
            self.texts.append(text)
            node = text
        else:
            assert isinstance(write.value, str), "admitted"
            node = UnknownNode(node_id, write.value, parent, key)
        self.nodes[node_id] = node

    # Reading

    def path_of(self, node: Node) -> Path | None:
        """Where a container is visible (O5); None when it is not. Cost: O(depth)."""
        keys: list[str] = []
        at = node
        while at.parent is not None:
            if not at.parent.holds(at):
                return None
            keys.append(at.key)
            at = at.parent
        keys.reverse()
        return tuple(keys)

    def node_at(self, path: Path) -> Node | None:
        """The visible container at a path; None where there is none."""
        node: Node = self.root
        for key in path:
            slot = node.slot(key)
            if slot is None or slot.winner.form != CONTAINER:
                return None
            node = self.nodes[slot.winner.node_id()]
        return node

    def need(self, path: Path) -> Node:
        """The visible container at a path. Raises OutOfRange where there is none."""
        node = self.node_at(path)
        if node is None:
            raise OutOfRange(f"there is no container at {'/'.join(path) or 'the root'}")
        return node

    def plain_of(self, write: Write, with_texts: bool = True) -> Value:
        """What a write shows, with all that is in its container; texts may be left empty."""
        if write.form != CONTAINER:
            return write.shown()
        return self.plain_node(self.nodes[write.node_id()], with_texts)

    def plain_node(self, node: Node, with_texts: bool = True) -> Value:
        """A container as plain values, texts as strings; None for an unknown kind. Recursion ends at
        DEPTH_MAX."""
        if isinstance(node, TextNode):
            return node.text.text() if with_texts else ""
        if isinstance(node, MapNode):
            return self.plain_map(node, with_texts)
        if isinstance(node, ArrayNode):
            row = [node.at(index).slot.winner for index in range(len(node.row))]
            return [self.plain_of(write, with_texts) for write in row]
        return None

    def plain_map(self, node: MapNode, with_texts: bool = True) -> dict[str, Value]:
        """A map as a dict, keys in order."""
        return {key: self.plain_of(node.slots[key].winner, with_texts) for key in node.shown_keys()}
