"""
A document as bytes: canonical, and readable before its history is decoded.

    "CD" version  block(deflated front)  deflated history front    all that is visible but texts, as one
    plain value; then each text: where it is visible, and its front history  replicas: ids, ends, groups,
    flips; bursts
             containers: ids and kinds; then the slots, items or columns of each; unknown ops

Containers stand by id, slots by key, items by id, writes the greatest first, so the bytes depend on the set
of ops alone (G1). A container is written once, by whatever write made it, so bytes that describe circles or
orphans are refused. Not here: a text's own bytes (``crdt.text_codec``); reading the history
(``crdt.document_load``).
"""

from typing import Final, NamedTuple

from crdt.arrays import ArrayNode, Item
from crdt.bursts import BurstLog, ReplicaTimes
from crdt.codec import Reader, Writer, deflate, inflate
from crdt.document_load import AGE_DIFFERS, REMOVED, load_history, load_who
from crdt.errors import MalformedOp
from crdt.object_ops import DEPTH_MAX, Id, Path
from crdt.object_tree import ObjectTree
from crdt.objects import PLAIN, MapNode, Node, Slot, TextNode
from crdt.ops import RID_MAX
from crdt.patch import Value
from crdt.replicas import Replicas
from crdt.text_codec import Front, read_front, read_replicas, write_columns, write_front, write_replicas
from crdt.version import Version

MAGIC: Final = b"CD"
FORMAT: Final = 1

GLANCER: Final = 1
"""Whoever glances at a document holds it as this replica, and writes nothing."""


def encode_document(tree: ObjectTree, replicas: Replicas, bursts: BurstLog) -> bytes:
    """A whole document as bytes; see the module. Cost: O(document)."""
    front = Writer()
    texts = sorted(tree.texts, key=_node_id)
    front.value(tree.plain_map(tree.root, with_texts=False))
    front.uint(len(texts))
    for node in texts:
        front.value(_steps(tree, node))
        write_front(front, node.text)
    history = _HistoryWriter(tree, replicas)
    history.write(bursts)
    writer = Writer()
    writer.raw(MAGIC)
    writer.uint(FORMAT)
    writer.block(deflate(front.written()))
    writer.raw(deflate(history.out.written()))
    return writer.written()


def decode_document(data: bytes, tree: ObjectTree, replicas: Replicas, bursts: BurstLog) -> None:
    """Fill a fresh document from ``encode_document``'s bytes. Raises CrdtError for anything else."""
    fronts, reader = _open(data)
    history = Reader(inflate(reader.raw(reader.left())))
    load_history(history, [front for _, front in fronts.texts], tree, replicas, bursts)
    history.finish()


def read_visible(data: bytes) -> dict[str, Value]:
    """``Document.to_value`` of encoded bytes, without decoding the history. Raises CrdtError. Cost:
    O(visible)."""
    fronts, _ = _open(data)
    for steps, front in fronts.texts:
        if steps is not None:
            _put(fronts.visible, steps, front.text)
    return fronts.visible


def read_texts(data: bytes) -> dict[Path, Front]:
    """The visible texts of encoded bytes by path, with spans and block attributes. Raises CrdtError."""
    fronts, _ = _open(data)
    return {tuple(_name(step) for step in steps): front for steps, front in fronts.texts if steps is not None}


def read_version(data: bytes) -> Version:
    """``Document.version`` of encoded bytes, without decoding their history. Raises CrdtError. Cost:
    O(replicas + edit groups)."""
    _, reader = _parts(data)
    replicas = Replicas(RID_MAX)
    read_replicas(Reader(inflate(reader.raw(reader.left()))), replicas)
    return Version({rid: replicas.ends[number] for number, rid in enumerate(replicas.rids)})


class Glance(NamedTuple):
    """What can be seen of an encoded document without its history."""

    value: dict[str, Value]
    """What ``Document.to_value`` gives."""
    texts: dict[Path, Front]
    written_ms: dict[int, int]
    """What ``Document.written_ms`` gives."""
    updated_ms: int


def read_glance(data: bytes) -> Glance:
    """
    All that lists and search want of encoded bytes. Raises CrdtError.

    Cost: O(visible), a third of decoding; of the history only who wrote how much, and when, is looked at.
    """
    fronts, reader = _open(data)
    replicas, bursts = Replicas(GLANCER), BurstLog()
    load_who(Reader(inflate(reader.raw(reader.left()))), replicas, bursts)
    texts: dict[Path, Front] = {}
    for steps, front in fronts.texts:
        if steps is not None:
            _put(fronts.visible, steps, front.text)
            texts[tuple(_name(step) for step in steps)] = front
    return Glance(fronts.visible, texts, bursts.written_ms(), bursts.last_ms())


class _Fronts:
    """What stands in front of the history."""

    __slots__ = ("texts", "visible")

    def __init__(self, visible: dict[str, Value], texts: list[tuple[list[Value] | None, Front]]) -> None:
        self.visible: Final = visible
        self.texts: Final = texts


def _parts(data: bytes) -> tuple[bytes, Reader]:
    """The front, deflated, and the rest."""
    reader = Reader(data)
    if reader.raw(2) != MAGIC:
        raise MalformedOp("these bytes are no document")
    if reader.uint() != FORMAT:
        raise MalformedOp("this document was written by a newer version")
    return reader.block(), reader


def _open(data: bytes) -> tuple[_Fronts, Reader]:
    front, reader = _parts(data)
    inner = Reader(inflate(front))
    # Plain values of VALUE_DEPTH_MAX levels lie in containers that are DEPTH_MAX deep.
    visible = inner.value(-DEPTH_MAX - 1)
    if not isinstance(visible, dict):
        raise MalformedOp("the root of a document is a map")
    texts: list[tuple[list[Value] | None, Front]] = []
    for _ in range(inner.count()):
        steps = inner.value()
        if steps is not None and not isinstance(steps, list):
            raise MalformedOp("the place of a text is a list")
        texts.append((steps, read_front(inner)))
    inner.finish()
    return _Fronts(visible, texts), reader


def _steps(tree: ObjectTree, node: Node) -> list[Value] | None:
    """Where a container is visible: keys of maps, [index, name] of items; None when it is not."""
    if tree.path_of(node) is None:
        return None
    steps: list[Value] = []
    at = node
    while at.parent is not None:
        parent = at.parent
        if isinstance(parent, ArrayNode):
            item = parent.find(at.key)
            assert item is not None, "O2: a container stays in its parent"
            steps.append([parent.index(item), at.key])
        else:
            steps.append(at.key)
        at = parent
    steps.reverse()
    return steps


def _name(step: Value) -> str:
    name = step[1] if isinstance(step, list) and len(step) == 2 else step
    if not isinstance(name, str):
        raise MalformedOp("the place of a text is made of keys and items")
    return name


def _put(visible: dict[str, Value], steps: list[Value], text: str) -> None:
    """Put a text where it belongs among the visible values."""
    at: Value = visible
    for depth, step in enumerate(steps):
        last = depth + 1 == len(steps)
        if isinstance(at, dict):
            key = _name(step)
            if last:
                at[key] = text
            at = at.get(key)
        elif isinstance(at, list) and isinstance(step, list) and step:
            index = step[0]
            if type(index) is not int or not 0 <= index < len(at):
                raise MalformedOp("a text in no item")
            if last:
                at[index] = text
            at = at[index]
        else:
            raise MalformedOp("a text in no container")


class _HistoryWriter:
    """Writes all but the visible texts."""

    __slots__ = ("_numbers", "_replicas", "_time", "_tree", "out")

    def __init__(self, tree: ObjectTree, replicas: Replicas) -> None:
        self.out: Final = Writer()
        self._tree: Final = tree
        self._replicas: Final = replicas
        self._numbers: list[int] = []
        self._time: int = 0

    def write(self, bursts: BurstLog) -> None:
        out = self.out
        self._numbers = write_replicas(out, self._replicas)
        written = (number for number, place in enumerate(self._numbers) if place >= 0)
        for number in sorted(written, key=self._numbers.__getitem__):
            _write_times(out, bursts.of(self._replicas.rids[number]))
        nodes = sorted((node for node in self._tree.nodes.values() if node.parent is not None), key=_node_id)
        out.uint(len(nodes))
        for node in nodes:
            self._id(node.id)
            out.string(node.kind)
        self._node(self._tree.root)
        for node in nodes:
            self._node(node)
        out.uint(len(self._tree.unknown))
        for author in sorted(self._tree.unknown):
            out.value(self._tree.unknown[author])

    def _node(self, node: Node) -> None:
        if isinstance(node, MapNode):
            self.out.uint(len(node.slots))
            for key in sorted(node.slots):
                self.out.string(key)
                self._slot(node.slots[key])
        elif isinstance(node, ArrayNode):
            self.out.uint(len(node.items))
            for item_id in sorted(node.items):
                self._item(node.items[item_id])
        elif isinstance(node, TextNode):
            write_columns(self.out, node.text, self._numbers)

    def _slot(self, slot: Slot) -> None:
        writes = slot.writes()
        self.out.uint(len(writes))
        for write in writes:
            self.out.uint(write.form)
            self._at(write.time)
            self._id((write.rid, write.counter))
            if write.form == PLAIN:
                self.out.value(write.value)

    def _item(self, item: Item) -> None:
        out = self.out
        self._id(item.id)
        out.string(item.key)
        self._at(item.born)
        differs = item.age != (item.born, item.id[0], item.id[1])
        out.uint((AGE_DIFFERS if differs else 0) | (REMOVED if item.removed is not None else 0))
        if differs:
            self._at(item.age[0])
            self._id((item.age[1], item.age[2]))
        if item.removed is not None:
            self._at(item.removed[0])
            self._id((item.removed[1], item.removed[2]))
        self._slot(item.slot)

    def _at(self, time: int) -> None:
        self.out.sint(time - self._time)
        self._time = time

    def _id(self, named: Id) -> None:
        self.out.uint(self._numbers[self._replicas.find(named[0])])
        self.out.uint(named[1])


def _write_times(out: Writer, times: ReplicaTimes) -> None:
    out.uint(len(times.starts))
    start = ms = 0
    for next_start, next_ms in zip(times.starts, times.times_ms, strict=True):
        out.uint(next_start - start)
        out.sint(next_ms - ms)
        start, ms = next_start, next_ms
    out.sint(times.last_ms - ms)


def _node_id(node: Node) -> Id:
    return node.id
