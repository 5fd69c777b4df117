"""
Building the state of a document from its history's bytes, checked as a stranger's.

Containers are read by id, in which children may come before parents; so they are read into records first,
and grown from the root afterwards. A record that no slot names, or that two name, is refused.
"""

from typing import Final

from crdt.arrays import ArrayNode, Item
from crdt.bursts import BurstLog, ReplicaTimes
from crdt.clock import MS_BITS
from crdt.codec import Reader
from crdt.errors import MalformedOp
from crdt.fractional import Age, check_key
from crdt.object_ops import ARRAY, DEPTH_MAX, MAP, ROOT, TEXT_KIND, Id, author_of, check_name
from crdt.object_tree import ObjectTree
from crdt.objects import CONTAINER, PLAIN, MapNode, Node, Slot, TextNode, UnknownNode, Write
from crdt.ops import COUNTER_MAX, TIME_MAX
from crdt.replicas import Replicas
from crdt.text import RichText
from crdt.text_codec import Front, read_columns, read_replicas

AGE_DIFFERS: Final = 1
"""An item's key was given to it by a later op than the one that inserted it."""
REMOVED: Final = 2


class Record:
    """A container as it was read, before it has a parent."""

    __slots__ = ("id", "items", "kind", "slots", "text")

    def __init__(self, node_id: Id, kind: str) -> None:
        self.id: Final = node_id
        self.kind: Final = kind
        self.slots: dict[str, Slot] = {}
        self.items: list[Item] = []
        self.text: RichText | None = None


def load_history(
    reader: Reader, fronts: list[Front], tree: ObjectTree, replicas: Replicas, bursts: BurstLog
) -> None:
    """Read a history into a fresh document. Raises MalformedOp where it contradicts itself. Cost:
    O(document)."""
    loader = _Loader(reader, replicas)
    loader.read_bursts(bursts)
    records = loader.read_records(fronts)
    for op in loader.read_unknown():
        tree.unknown[author_of(op)] = op
    _grow(tree, records)


def load_who(reader: Reader, replicas: Replicas, bursts: BurstLog) -> None:
    """Read of a history only who wrote how much and when. Raises MalformedOp. Cost: O(replicas, bursts)."""
    _Loader(reader, replicas).read_bursts(bursts)


class _Loader:
    """Reads records."""

    __slots__ = ("_numbers", "_reader", "_replicas", "_time", "_writes")

    def __init__(self, reader: Reader, replicas: Replicas) -> None:
        self._reader: Final = reader
        self._replicas: Final = replicas
        self._numbers: list[int] = read_replicas(reader, replicas)
        self._time: int = 0
        self._writes: set[Id] = set()
        if any(rid == 0 for rid in replicas.rids):
            raise MalformedOp("a replica of a document is a positive integer")

    def read_bursts(self, bursts: BurstLog) -> None:
        for number in self._numbers:
            times = ReplicaTimes()
            start = ms = 0
            for place in range(self._reader.count()):
                step = self._reader.uint()
                start += step
                ms += self._reader.sint()
                if (place and not step) or start >= self._replicas.ends[number] or not 0 <= ms < 1 << MS_BITS:
                    raise MalformedOp("a burst out of range")
                times.starts.append(start)
                times.times_ms.append(ms)
            times.last_ms = ms + self._reader.sint()
            if not 0 <= times.last_ms < 1 << MS_BITS:
                raise MalformedOp("a burst out of range")
            bursts.by_rid[self._replicas.rids[number]] = times

    def read_records(self, fronts: list[Front]) -> dict[Id, Record]:
        records = {ROOT: Record(ROOT, MAP)}
        last = ROOT
        for _ in range(self._reader.count()):
            node_id = self._id()
            if node_id <= last:
                raise MalformedOp("the containers are not in order")
            last = node_id
            records[node_id] = Record(node_id, check_name(self._reader.string()))
        texts = iter(fronts)
        for record in records.values():
            if record.kind == MAP:
                self._read_map(record)
            elif record.kind == ARRAY:
                self._read_array(record)
            elif record.kind == TEXT_KIND:
                front = next(texts, None)
                if front is None:
                    raise MalformedOp("a text has no front")
                record.text = RichText(self._replicas.rids[0], self._replicas)
                read_columns(self._reader, record.text, front, self._numbers)
        if next(texts, None) is not None:
            raise MalformedOp("a front has no text")
        return records

    def read_unknown(self) -> list[list[object]]:
        found: list[list[object]] = []
        last = ROOT
        for _ in range(self._reader.count()):
            op = self._reader.value()
            if not isinstance(op, list):
                raise MalformedOp("an op is not a list")
            author = author_of(op)
            if author <= last or author[1] >= self._replicas.end_of(author[0]):
                raise MalformedOp("an unknown op out of order or range")
            last = author
            found.append(op)
        return found

    def _read_map(self, record: Record) -> None:
        last: str | None = None
        for _ in range(self._reader.count()):
            key = check_name(self._reader.string())
            if last is not None and key <= last:
                raise MalformedOp("the keys of a map are not in order")
            last = key
            record.slots[key] = self._slot()

    def _read_array(self, record: Record) -> None:
        last = ROOT
        for _ in range(self._reader.count()):
            item_id = self._id()
            if item_id <= last:
                raise MalformedOp("the items of an array are not in order")
            last = item_id
            key = check_key(self._reader.string())
            born = self._at()
            flags = self._reader.bounded(AGE_DIFFERS | REMOVED)
            age = (born, item_id[0], item_id[1])
            if flags & AGE_DIFFERS:
                age = self._age()
            removed = self._age() if flags & REMOVED else None
            item = Item(item_id, born, key, age, self._slot())
            item.removed = removed
            record.items.append(item)

    def _slot(self) -> Slot:
        count = self._reader.count()
        if not count:
            raise MalformedOp("a slot without a write")
        slot = Slot(self._write())
        newer = slot.winner
        for _ in range(count - 1):
            write = self._write()
            if write.form != CONTAINER or write.order() >= newer.order():
                raise MalformedOp("the writes of a slot are not in order")
            slot.losers.append(write)
            newer = write
        return slot

    def _write(self) -> Write:
        form = self._reader.bounded(CONTAINER)
        time = self._at()
        rid, counter = self._id()
        value = self._reader.value() if form == PLAIN else None
        if (form == PLAIN) != (value is not None):
            raise MalformedOp("a write of nothing")
        return Write(time, rid, counter, form, value)

    def _age(self) -> Age:
        time = self._at()
        rid, counter = self._id()
        return (time, rid, counter)

    def _at(self) -> int:
        self._time += self._reader.sint()
        if not 0 <= self._time <= TIME_MAX:
            raise MalformedOp("a time out of range")
        return self._time

    def _id(self) -> Id:
        place = self._reader.uint()
        if place >= len(self._numbers):
            raise MalformedOp("a replica out of range")
        number = self._numbers[place]
        counter = self._reader.bounded(COUNTER_MAX)
        if counter >= self._replicas.ends[number]:
            raise MalformedOp("an op out of range")
        return (self._replicas.rids[number], counter)


def _grow(tree: ObjectTree, records: dict[Id, Record]) -> None:
    """Make nodes of records, from the root down."""
    grown: list[tuple[Node, Record]] = [(tree.root, records.pop(ROOT))]
    for node, record in grown:
        if isinstance(node, MapNode):
            for key, slot in record.slots.items():
                node.slots[key] = _named(tree, slot, node, key, records, grown)
        elif isinstance(node, ArrayNode):
            for item in record.items:
                node.restore(item)
                _named(tree, item.slot, node, item.name, records, grown)
    if records:
        raise MalformedOp("a container in no slot")


def _named(
    tree: ObjectTree,
    slot: Slot,
    parent: Node,
    key: str,
    records: dict[Id, Record],
    grown: list[tuple[Node, Record]],
) -> Slot:
    """The slot with the kinds of its containers filled in; the containers are made."""
    writes: list[Write] = []
    for write in slot.writes():
        if write.form != CONTAINER:
            writes.append(write)
            continue
        record = records.pop(write.node_id(), None)
        if record is None or parent.depth >= DEPTH_MAX:
            raise MalformedOp("a container in two slots, or too deep")
        writes.append(Write(write.time, write.rid, write.counter, CONTAINER, record.kind))
        grown.append((_node(tree, record, parent, key), record))
    slot.winner = writes[0]
    slot.losers = writes[1:]
    return slot


def _node(tree: ObjectTree, record: Record, parent: Node, key: str) -> Node:
    node: Node
    if record.kind == MAP:
        node = MapNode(record.id, parent, key)
    elif record.kind == ARRAY:
        node = ArrayNode(record.id, parent, key)
    elif record.text is not None:
        node = TextNode(record.id, parent, key, record.text)
        tree.texts.append(node)
    else:
        node = UnknownNode(record.id, record.kind, parent, key)
    tree.nodes[record.id] = node
    return node
