"""
A delta as bytes: what is stored, sent and acked. Small, since most deltas are one typed character.

    format  rid:8  start  time:8  table of other replicas  op op op … op      head (kind | STARTS | TIMED),
    then the fields of the kind; ids, counters and most times are implied

A text op does not name its text: a TEXT head does, for all text ops that follow. A reference is 0 and 1 for
the edges of a text (0 alone is the root), 2 and a distance for the author's own, 3 + n and a counter for
replica n of the table. An op of a kind that only a newer version knows is a block of plain values.
Invariant: C3 a delta has exactly one encoding, so one that is decoded and encoded again is the same bytes.
Not here: whether the ops fit a document.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from crdt.clock import Stamp
from crdt.codec import Reader, Writer
from crdt.errors import MalformedOp
from crdt.object_ops import (
    CONTAINER_FORM,
    ITEM_INSERT,
    ITEM_MOVE,
    MAKE,
    REMOVE,
    ROOT,
    SET,
    TEXT,
    VALUE_FORM,
    author_of,
    check_length,
    container_of,
    inner_op,
    item_of,
    key_of,
    kind_at,
    size_of,
    time_of,
)
from crdt.ops import (
    BLOCK,
    COUNTER_MAX,
    EDGE,
    EMBED,
    ERASE,
    FLIP,
    INSERT,
    KINDS,
    MARK,
    RID_MAX,
    SELF,
    TYPE,
    Op,
    integer,
    kind_of,
    mapping,
    string,
)

FORMAT: Final = 1
"""The lower half of the first byte. A reader refuses any other. The upper half is the size of the table."""
TABLE_SIZE_MORE: Final = 15
"""The table is larger than the half byte can say: how much larger follows it."""

STARTS: Final = 32
"""On the head of a text op that opens an edit group."""
TIMED: Final = 64
"""On the head of an op whose time is not the delta's; how much earlier it is follows."""
FIRST: Final = 32
"""On a TEXT head: the text's author is the first of the table and only its counter follows."""
MORE: Final = 31
"""The kind of a head whose kind is 31 or more: what it exceeds that by follows."""

_CODE_SELF: Final = 2
_CODE_TABLE: Final = 3
_STRING_MAX: Final = 1 << 24


class DeltaFields(NamedTuple):
    """What a delta is made of; see ``crdt.delta``."""

    rid: int
    start: int
    end: int
    stamp: Stamp
    ops: list[list[object]]


def encode_delta(rid: int, start: int, stamp: Stamp, ops: Sequence[Op]) -> bytes:
    """The bytes of a delta. Raises MalformedOp for ops that are none. Cost: O(bytes)."""
    body = OpWriter(rid, start, stamp.time)
    for op in ops:
        body.write(op)
    writer = Writer()
    size = len(body.table)
    writer.raw(bytes((FORMAT | min(size, TABLE_SIZE_MORE) << 4,)))
    writer.raw(rid.to_bytes(8, "big"))
    writer.uint(start)
    writer.raw(stamp.time.to_bytes(8, "big"))
    if size >= TABLE_SIZE_MORE:
        writer.uint(size - TABLE_SIZE_MORE)
    for other in body.table:
        writer.raw(other.to_bytes(8, "big"))
    writer.raw(body.out.written())
    return writer.written()


def decode_delta(data: bytes) -> DeltaFields:
    """What ``encode_delta`` wrote. Raises CrdtError for anything else. Cost: O(bytes)."""
    reader = Reader(data)
    first = reader.raw(1)[0]
    if first & 15 != FORMAT:
        raise MalformedOp("a delta of an unknown format")
    rid = _read_rid(reader)
    start = reader.bounded(COUNTER_MAX)
    stamp = Stamp.at(int.from_bytes(reader.raw(8), "big"), rid)
    size = first >> 4
    if size == TABLE_SIZE_MORE:
        size += reader.count()
    table = [_read_rid(reader) for _ in range(size)]
    if len({rid, *table}) != len(table) + 1:
        raise MalformedOp("a replica twice")
    source = OpReader(reader, rid, start, stamp.time, table)
    ops: list[list[object]] = []
    while reader.left():
        ops.append(source.read())
    if source.used != len(table):
        raise MalformedOp("a replica that no op refers to")
    return DeltaFields(rid, start, source.counter, stamp, ops)


def _read_rid(reader: Reader) -> int:
    rid = int.from_bytes(reader.raw(8), "big")
    if not 0 < rid <= RID_MAX:
        raise MalformedOp("a replica id out of range")
    return rid


class OpWriter:
    """Writes ops; ``table`` fills with the replicas they refer to, in the order of first use."""

    __slots__ = ("_alone", "_container", "_counter", "_numbers", "_rid", "_time", "out", "table")

    def __init__(self, rid: int, start: int, time: int, alone: bool = False) -> None:
        """Write ops from the counter ``start`` on, none later than ``time``; ``alone``: of one text alone."""
        self.out: Final = Writer()
        self.table: Final[list[int]] = []
        self._numbers: dict[int, int] = {}
        self._alone: Final = alone
        self._rid: Final = rid
        self._time: Final = time
        self._counter: int = start
        self._container: tuple[int, int] | None = None

    def write(self, op: Op) -> None:
        """Append the next op. Raises MalformedOp for one that does not follow or is none. Cost: O(bytes)."""
        kind = kind_at(op)
        if author_of(op) != (self._rid, self._counter):
            raise MalformedOp("the ops of a delta are of one replica, with consecutive counters")
        late = 0
        if kind == TEXT:
            container = container_of(op)
            if container != self._container:
                self._select(container)
            bare = inner_op(op)
        else:
            bare = op
        size = size_of(op)
        if size < 1:
            raise MalformedOp("an op of no size")
        inner = kind_at(bare)
        if (kind == TEXT and (inner >= SET or inner == FLIP)) or (
            kind < SET and kind != FLIP and not self._alone
        ):
            raise MalformedOp("a text op outside a text, or another inside one")
        known = inner < KINDS or SET <= inner < TEXT
        time = time_of(op) if known else 0
        if known and _is_timed(inner):
            late = self._time - time
            if late < 0:
                raise MalformedOp("an op is younger than its delta")
        starts = known and inner < FLIP and inner != TYPE and integer(bare, 3, 0, 1) == 1
        head = min(inner, MORE) | (STARTS if starts else 0) | (TIMED if late else 0)
        self.out.uint(head)
        if inner >= MORE:
            self.out.uint(inner - MORE)
        if late:
            self.out.uint(late)
        if not known:
            fields = Writer()
            fields.value(list(bare[3:]))
            self.out.block(fields.written())
        elif inner < KINDS:
            self._text_op(inner, bare)
        else:
            self._object_op(inner, bare)
        self._counter += size

    def _select(self, container: tuple[int, int]) -> None:
        """Name the text that the ops from here on are for."""
        self._container = container
        if container != ROOT and container[0] != self._rid and self._number(container[0]) == 0:
            self.out.uint(TEXT | FIRST)
            self.out.uint(container[1])
        else:
            self.out.uint(TEXT)
            self._id(container)

    def _text_op(self, kind: int, op: Op) -> None:
        kind_of(op)
        out = self.out
        if kind == TYPE:
            out.string(string(op, 3, _STRING_MAX))
        elif kind == INSERT:
            out.string(string(op, 4, _STRING_MAX))
            self._reference(op, 5)
            self._reference(op, 7)
        elif kind == EMBED:
            out.value(mapping(op, 4))
            self._reference(op, 5)
            self._reference(op, 7)
        elif kind == ERASE:
            self._reference(op, 4)
            out.uint(integer(op, 6, 1, COUNTER_MAX))
        elif kind == MARK:
            out.string(string(op, 5, _STRING_MAX))
            out.value(op[6])
            self._reference(op, 7)
            self._reference(op, 10)
            out.uint(integer(op, 9, 0, 1) << 1 | integer(op, 12, 0, 1))
        elif kind == BLOCK:
            self._reference(op, 5)
            out.value(mapping(op, 7))
        else:
            start = integer(op, 5, 0, COUNTER_MAX)
            self._id((integer(op, 4, 0, RID_MAX), start))
            out.uint(integer(op, 6, start + 1, COUNTER_MAX) - start)
            out.uint(integer(op, 7, 0, 1))

    def _object_op(self, kind: int, op: Op) -> None:
        check_length(op)
        out = self.out
        self._id(container_of(op))
        if kind in (SET, MAKE, REMOVE):
            key = key_of(op)
            if isinstance(key, tuple):
                out.uint(0)
                self._id(key)
            else:
                encoded = key.encode()
                out.uint(len(encoded) + 1)
                out.raw(encoded)
            if kind == SET:
                out.value(op[7])
            elif kind == MAKE:
                out.string(string(op, 7, _STRING_MAX))
        elif kind == ITEM_INSERT:
            out.string(string(op, 6, _STRING_MAX))
            if integer(op, 7, VALUE_FORM, CONTAINER_FORM) == CONTAINER_FORM:
                out.uint(CONTAINER_FORM)
                out.string(string(op, 8, _STRING_MAX))
            else:
                out.uint(VALUE_FORM)
                out.value(op[8])
        else:
            self._id(item_of(op))
            if kind == ITEM_MOVE:
                out.string(string(op, 8, _STRING_MAX))

    def _reference(self, op: Op, place: int) -> None:
        """An element of a text, or an edge of it."""
        rid = integer(op, place, EDGE, RID_MAX)
        if rid == EDGE:
            self.out.uint(integer(op, place + 1, 0, 1))
        else:
            self._other(rid, integer(op, place + 1, 0, COUNTER_MAX))

    def _id(self, named: tuple[int, int]) -> None:
        """A container, item or edit group."""
        if named == ROOT:
            self.out.uint(0)
        else:
            self._other(named[0], named[1])

    def _other(self, rid: int, counter: int) -> None:
        if rid == self._rid or rid == SELF:
            if counter >= self._counter:
                raise MalformedOp("an op refers to a later one of its author")
            self.out.uint(_CODE_SELF)
            self.out.uint(self._counter - counter)
            return
        self.out.uint(_CODE_TABLE + self._number(rid))
        self.out.uint(counter)

    def _number(self, rid: int) -> int:
        """The place of a replica in the table."""
        number = self._numbers.get(rid)
        if number is None:
            number = len(self.table)
            self._numbers[rid] = number
            self.table.append(rid)
        return number


class OpReader:
    """Reads ops; ``counter`` is the next one's, ``used`` how much of the table they have referred to."""

    __slots__ = ("_alone", "_container", "_reader", "_rid", "_table", "_time", "counter", "used")

    def __init__(
        self, reader: Reader, rid: int, start: int, time: int, table: list[int], alone: bool = False
    ) -> None:
        self._alone: Final = alone
        self._reader: Final = reader
        self._rid: Final = rid
        self._time: Final = time
        self._table: Final = table
        self._container: tuple[int, int] | None = None
        self.counter: int = start
        self.used: int = 0

    def read(self) -> list[object]:
        """The next op. Raises CrdtError where the bytes hold none. Cost: O(bytes)."""
        reader = self._reader
        head = reader.bounded(127)
        if head & MORE == TEXT and not head & TIMED:
            container = self._other(_CODE_TABLE) if head & FIRST else self._id()
            if container == self._container or (not head & FIRST and container[0] in self._table[:1]):
                raise MalformedOp("a text is named twice, or at length")
            self._container = container
            head = reader.bounded(127)
        kind = head & MORE
        if kind == MORE:
            kind += reader.bounded(1 << 15)
        if kind == TEXT or (head & STARTS and (kind >= FLIP or kind == TYPE)):
            raise MalformedOp("a head of no op")
        time = self._time
        if head & TIMED:
            late = reader.bounded(time)
            if not late or not _is_timed(kind):
                raise MalformedOp("a time of no op")
            time -= late
        op: list[object] = [kind, self._rid, self.counter]
        if kind < KINDS:
            self._text_op(op, kind, 1 if head & STARTS else 0, time)
        elif SET <= kind < TEXT:
            op.append(time)
            self._object_op(op, kind)
        else:
            self._unknown_op(op)
        if kind < SET and kind != FLIP and not self._alone:
            if self._container is None:
                raise MalformedOp("a text op that names no text")
            op = [TEXT, self._container[0], self._container[1], op]
        size = size_of(op)
        self.counter += size
        if not size or self.counter > COUNTER_MAX:
            raise MalformedOp("an op of no size, or beyond the last counter")
        return op

    def _text_op(self, op: list[object], kind: int, starts: int, time: int) -> None:
        reader = self._reader
        if kind == TYPE:
            op.append(reader.string())
            return
        if kind == FLIP:
            rid, start = self._id()
            op += [time, rid, start, start + reader.bounded(COUNTER_MAX), reader.bounded(1)]
            return
        op.append(starts)
        if kind == INSERT:
            op += [reader.string(), *self._reference(), *self._reference()]
        elif kind == EMBED:
            op += [reader.marks(), *self._reference(), *self._reference()]
        elif kind == ERASE:
            op += [*self._reference(), reader.bounded(COUNTER_MAX)]
        elif kind == MARK:
            op += [time, reader.string(), reader.value()]
            first, last = self._reference(), self._reference()
            sides = reader.bounded(3)
            op += [*first, sides >> 1, *last, sides & 1]
        else:
            op += [time, *self._reference(), reader.marks()]

    def _object_op(self, op: list[object], kind: int) -> None:
        reader = self._reader
        op += self._id()
        if kind in (SET, MAKE, REMOVE):
            size = reader.uint()
            op.append(_decode_key(reader.raw(size - 1)) if size else list(self._id()))
            if kind == SET:
                op.append(reader.value())
            elif kind == MAKE:
                op.append(reader.string())
        elif kind == ITEM_INSERT:
            op.append(reader.string())
            form = reader.bounded(CONTAINER_FORM)
            op += [form, reader.string() if form == CONTAINER_FORM else reader.value()]
        else:
            op += self._id()
            if kind == ITEM_MOVE:
                op.append(reader.string())

    def _unknown_op(self, op: list[object]) -> None:
        fields = Reader(self._reader.block())
        value = fields.value()
        fields.finish()
        if not isinstance(value, list):
            raise MalformedOp("an op of an unknown kind is a list")
        op += value

    def _reference(self) -> tuple[int, int]:
        code = self._reader.uint()
        if code < _CODE_SELF:
            return (EDGE, code)
        if code == _CODE_SELF:
            return (SELF, self._own())
        return self._other(code)

    def _id(self) -> tuple[int, int]:
        code = self._reader.uint()
        if code == 0:
            return ROOT
        if code < _CODE_SELF:
            raise MalformedOp("a reference to nothing")
        if code == _CODE_SELF:
            return (self._rid, self._own())
        return self._other(code)

    def _own(self) -> int:
        distance = self._reader.bounded(self.counter)
        if not distance:
            raise MalformedOp("an op refers to itself")
        return self.counter - distance

    def _other(self, code: int) -> tuple[int, int]:
        number = code - _CODE_TABLE
        if number > self.used or number >= len(self._table):
            raise MalformedOp("a replica out of range")
        self.used = max(self.used, number + 1)
        return (self._table[number], self._reader.bounded(COUNTER_MAX))


def _is_timed(kind: int) -> bool:
    return kind in (MARK, BLOCK, FLIP) or SET <= kind < TEXT


def _decode_key(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise MalformedOp("a string is not UTF-8") from error
