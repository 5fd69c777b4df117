"""
The way back from a document's state to ops: what it has that a version has not seen, in an order that can be
applied.

Superseded writes are not kept, so an author's counters have gaps here; what is left gives the same state
(M1). An item whose first key or value has been superseded is inserted with what it has now; the later op
follows and wins.
"""

from typing import Final

from crdt.arrays import ArrayNode, Item
from crdt.object_ops import (
    CONTAINER_FORM,
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    REMOVE,
    SET,
    TEXT,
    VALUE_FORM,
    Id,
    container_of,
    inner_op,
    item_of,
    key_of,
)
from crdt.object_tree import ObjectTree
from crdt.objects import CONTAINER, NOTHING, MapNode, Node, TextNode, Write
from crdt.ops import FLIP, KINDS, Op
from crdt.patch import Value
from crdt.replicas import Replicas
from crdt.text_ops import CausalOrder, Numbered, OpWriter, flip_ops, needs
from crdt.version import Version


def document_ops_since(tree: ObjectTree, replicas: Replicas, version: Version) -> list[list[object]]:
    """The ops that ``version`` has not seen, each behind all it builds on. Cost: O(containers + ops
    found)."""
    return CausalOrder(kept_ops(tree, replicas, version)).run(document_needs)


def kept_ops(tree: ObjectTree, replicas: Replicas, version: Version) -> dict[int, list[Numbered]]:
    """The ops that ``version`` has not seen and that are kept, by author and counter."""
    log = _Log(version)
    for node in tree.nodes.values():
        if isinstance(node, MapNode):
            for key, slot in node.slots.items():
                for write in slot.writes():
                    log.add_write(node, key, write)
        elif isinstance(node, ArrayNode):
            for item in node.items.values():
                log.add_item(node, item)
        elif isinstance(node, TextNode):
            log.add_text(node, replicas)
    for (rid, counter), op in tree.unknown.items():
        log.add(rid, counter, op)
    for replica, rid in enumerate(replicas.rids):
        since = version.end(rid)
        if since < replicas.ends[replica]:
            for counter, op in flip_ops(replicas, replica, since):
                log.add(rid, counter, op)
    for queue in log.queues.values():
        queue.sort(key=_counter)
    return log.queues


def document_needs(op: Op) -> list[tuple[int, int]]:
    """What any op of a document builds on, as far as it is understood: (rid, end counter) pairs."""
    kind = op[0]
    if kind == FLIP:
        return needs(op)
    if kind == TEXT:
        inner = inner_op(op)
        known = isinstance(inner[0], int) and inner[0] < KINDS
        return [_behind(container_of(op)), *(needs(inner) if known else ())]
    assert isinstance(kind, int), "admitted"
    if not SET <= kind < TEXT:
        return []
    found = [_behind(container_of(op))]
    if kind in (ITEM_MOVE, ITEM_REMOVE):
        found.append(_behind(item_of(op)))
    elif kind != ITEM_INSERT:
        key = key_of(op)
        if isinstance(key, tuple):
            found.append(_behind(key))
    return found


class _Log:
    """Collects ops per author."""

    __slots__ = ("_version", "queues")

    def __init__(self, version: Version) -> None:
        self._version: Final = version
        self.queues: dict[int, list[Numbered]] = {}

    def add(self, rid: int, counter: int, op: list[object]) -> None:
        if counter >= self._version.end(rid):
            self.queues.setdefault(rid, []).append((counter, op))

    def add_write(self, node: Node, key: Value, write: Write) -> None:
        if write.counter < self._version.end(write.rid):
            return
        head: list[object] = [write.rid, write.counter, write.time, node.id[0], node.id[1], key]
        if write.form == CONTAINER:
            op = [MAKE, *head, write.value]
        elif write.form == NOTHING:
            op = [REMOVE, *head]
        else:
            op = [SET, *head, write.value]
        self.add(write.rid, write.counter, op)

    def add_item(self, node: ArrayNode, item: Item) -> None:
        rid, counter = item.id
        form, value = VALUE_FORM, None
        for write in item.slot.writes():
            if (write.rid, write.counter) != item.id:
                self.add_write(node, list(item.id), write)
            elif write.form == CONTAINER:
                form, value = CONTAINER_FORM, write.value
            else:
                value = write.value
        place: list[object] = [node.id[0], node.id[1]]
        self.add(rid, counter, [ITEM_INSERT, rid, counter, item.born, *place, item.key, form, value])
        time, mover, moved = item.age
        if (mover, moved) != item.id:
            self.add(mover, moved, [ITEM_MOVE, mover, moved, time, *place, rid, counter, item.key])
        if item.removed is not None:
            time, remover, removed = item.removed
            self.add(remover, removed, [ITEM_REMOVE, remover, removed, time, *place, rid, counter])

    def add_text(self, node: TextNode, replicas: Replicas) -> None:
        for replica, rid in enumerate(replicas.rids):
            since = self._version.end(rid)
            if since < replicas.ends[replica]:
                for counter, op in OpWriter(node.text, replica).write(since):
                    self.add(rid, counter, [TEXT, node.id[0], node.id[1], op])


def _behind(named: Id) -> tuple[int, int]:
    return (named[0], named[1] + 1)


def _counter(numbered: Numbered) -> int:
    return numbered[0]
