"""
Ops of a text alone as bytes, small enough to send one for each keystroke. A document sends deltas instead.

    form                    0: stretches, each ``rid start time table`` and its ops as in ``crdt.delta_codec``
    form rid counter text                       a TYPE
    form rid counter back [count]               an ERASE of its author's own elements, ``back`` counters ago
    form rid counter left right text            an INSERT between elements of its author, or the edges (0)
    form rid counter n (back count)*n [left right text]         n such ERASEs, and an INSERT behind them

The last four are what people do all day. Their numbers have fixed sizes, little-endian: 8 bytes for the rid,
3 for the counter, 2 or 4 for each other as the form says. What is long is deflated. Bad bytes raise only
CrdtError (C2).
"""

from collections.abc import Sequence
from struct import Struct, pack, unpack_from
from typing import Final

from crdt.codec import Reader, Writer, deflate, inflate
from crdt.delta_codec import OpReader, OpWriter
from crdt.errors import LimitExceeded, MalformedOp
from crdt.object_ops import author_of, size_of, time_of
from crdt.ops import COUNTER_MAX, EDGE, ERASE, INSERT, INSERT_LENGTH_MAX, RID_MAX, SELF, TYPE, Op, kind_of

STRETCHES: Final = 0
TYPING: Final = 16
ERASING: Final = 32
ERASING_MANY: Final = 48
INSERTING: Final = 64
SEVERAL: Final = 80
REPLACING: Final = 96
SHAPE: Final = 112
STARTS: Final = 8
"""The first op opens an edit group."""
DEFLATED: Final = 4
WIDE: Final = 1
"""What refers back takes four bytes, not two."""

DEFLATED_MIN: Final = 40
"""Bytes of text or of stretches below which deflating gains little."""

COUNTER_SMALL_MAX: Final = (1 << 24) - 1
SHORT_MAX: Final = (1 << 16) - 1

HEAD_SIZE: Final = 12
_HEAD: Final = Struct("<BQHB")
"""Form, rid, and the lower 16 and upper 8 bits of a counter."""
_BACK: Final = (Struct("<BQHBH"), Struct("<BQHBI"))
_BACKS: Final = (Struct("<BQHBHH"), Struct("<BQHBII"))
_LETTERS: Final = "HI"


def encode_ops(ops: Sequence[Op]) -> bytes:
    """
    Ops that ``RichText`` made, as bytes for ``decode_ops``; of several authors too. Cost: O(bytes).

    Raises:
        MalformedOp, LimitExceeded: They are none.
    """
    if ops and len(ops[0]) > 3:
        op = ops[0]
        rid, counter = op[1], op[2]
        if type(rid) is int and type(counter) is int and 0 <= rid <= RID_MAX and counter >= 0:
            common: bytes | None = None
            if counter <= COUNTER_SMALL_MAX - len(ops):
                common = _common(op, rid, counter) if len(ops) == 1 else _several(ops, rid, counter)
            if common is not None:
                return common
    writer = Writer()
    for stretch in _stretches(ops):
        writer.block(_written(stretch))
    form, body = _shrunk(STRETCHES, writer.written())
    return bytes((form,)) + body


def _shrunk(form: int, body: bytes) -> tuple[int, bytes]:
    """What is long deflated, and the form that says so."""
    return (form, body) if len(body) < DEFLATED_MIN else (form | DEFLATED, deflate(body))


def _common(op: Op, rid: int, counter: int) -> bytes | None:
    """One op in a form of its own; None for one that has none."""
    kind = op[0]
    low, high = counter & SHORT_MAX, counter >> 16
    if kind == TYPE and len(op) == 4:
        text = op[3]
        if type(text) is not str:
            return None
        form, body = _shrunk(TYPING, text.encode())
        return _HEAD.pack(form, rid, low, high) + body
    if kind == ERASE and len(op) == 7:
        back, count = _back(op[4], op[5], counter), op[6]
        if type(count) is not int or not back > 0:
            return None
        wide = 0 if back <= SHORT_MAX else WIDE
        form = (ERASING if count == 1 else ERASING_MANY) | wide | (STARTS if op[3] else 0)
        many = b"" if count == 1 else count.to_bytes(8, "little").rstrip(b"\0")
        return _BACK[wide].pack(form, rid, low, high, back) + many
    if kind == INSERT and len(op) == 9:
        left, right, text = _back(op[5], op[6], counter), _back(op[7], op[8], counter), op[4]
        if type(text) is not str or left < 0 or right < 0:
            return None
        wide = 0 if left <= SHORT_MAX and right <= SHORT_MAX else WIDE
        form, body = _shrunk(INSERTING | wide | (STARTS if op[3] else 0), text.encode())
        return _BACKS[wide].pack(form, rid, low, high, left, right) + body
    return None


def _several(ops: Sequence[Op], rid: int, counter: int) -> bytes | None:
    """Deletes that follow on each other, and perhaps an insert behind them; None for all else."""
    numbers: list[int] = []
    form = SEVERAL | (STARTS if ops[0][3] else 0)
    body = b""
    for place, op in enumerate(ops):
        if len(op) not in (7, 9) or op[1] != rid or op[2] != counter + place or (place and op[3]):
            return None
        if op[0] == ERASE and len(op) == 7:
            back, count = _back(op[4], op[5], counter + place), op[6]
            if type(count) is not int or back < 1:
                return None
            numbers.append(back)
            numbers.append(count)
            continue
        text = op[4]
        if op[0] != INSERT or len(op) != 9 or place + 1 < len(ops) or type(text) is not str:
            return None
        numbers.append(_back(op[5], op[6], counter + place))
        numbers.append(_back(op[7], op[8], counter + place))
        form, body = _shrunk(form + REPLACING - SEVERAL, text.encode())
    most = max(numbers)
    if min(numbers) < 0 or most > COUNTER_SMALL_MAX or len(ops) > SHORT_MAX:
        return None
    if most > SHORT_MAX:
        form |= WIDE
    layout = f"<BQHBH{len(numbers)}{_LETTERS[form & WIDE]}"
    return pack(layout, form, rid, counter & SHORT_MAX, counter >> 16, len(ops), *numbers) + body


def _back(target: object, place: object, counter: int) -> int:
    """How many counters before its op an element of the same author is; 0 for an edge, -1 for all else."""
    if type(place) is not int:
        return -1
    if target == SELF:
        return counter - place if 0 <= place < counter else -1
    return 0 if target == EDGE else -1


def _stretches(ops: Sequence[Op]) -> list[list[Op]]:
    """The ops cut where an op does not follow on the one before."""
    found: list[list[Op]] = []
    expected: tuple[int, int] | None = None
    for op in ops:
        kind_of(op)
        rid, counter = author_of(op)
        if (rid, counter) != expected:
            found.append([])
        found[-1].append(op)
        expected = (rid, counter + size_of(op))
    return found


def _written(ops: list[Op]) -> bytes:
    rid, counter = author_of(ops[0])
    time = max([time_of(op) for op in ops])
    body = OpWriter(rid, counter, time, True)
    for op in ops:
        body.write(op)
    writer = Writer()
    writer.raw(rid.to_bytes(8, "little"))
    writer.uint(counter)
    writer.uint(time)
    writer.uint(len(body.table))
    for other in body.table:
        writer.raw(other.to_bytes(8, "little"))
    writer.raw(body.out.written())
    return writer.written()


def decode_ops(data: bytes) -> list[list[object]]:
    """
    What ``encode_ops`` wrote, of the form that ops have: ``apply`` checks what they say. Cost: O(bytes).

    Raises:
        CrdtError: The bytes are nothing that ``encode_ops`` writes.
    """
    rid: int
    low: int
    high: int
    form = data[0] if data else 255
    if form == TYPING and len(data) > HEAD_SIZE:
        _, rid, low, high = _HEAD.unpack_from(data)
        if rid <= RID_MAX:
            return [[TYPE, rid, high << 16 | low, _text(form, data[HEAD_SIZE:])]]
    shape = form & SHAPE
    if shape == STRETCHES and not form & ~DEFLATED:
        return _read_stretches(inflate(data[1:]) if form & DEFLATED else data[1:])
    if len(data) < HEAD_SIZE or form > REPLACING | STARTS | DEFLATED | WIDE or form & 2:
        raise MalformedOp("the ops have an unknown form, or the bytes end too early")
    _, rid, low, high = _HEAD.unpack_from(data)
    if rid > RID_MAX:
        raise MalformedOp("a replica id out of range")
    counter = high << 16 | low
    if shape == TYPING and not form & (STARTS | WIDE):
        return [[TYPE, rid, counter, _text(form, data[HEAD_SIZE:])]]
    starts = 1 if form & STARTS else 0
    if shape in (ERASING, ERASING_MANY):
        return [_read_erase(form, rid, counter, starts, data)]
    if shape == INSERTING:
        numbers, rest = _numbers(form, 2, data, HEAD_SIZE)
        return [_insert(rid, counter, starts, _text(form, rest), numbers)]
    if shape in (SEVERAL, REPLACING):
        return _read_several(form, rid, counter, data)
    raise MalformedOp("ops in an unknown form")


def _read_erase(form: int, rid: int, counter: int, starts: int, data: bytes) -> list[object]:
    head = _BACK[form & WIDE]
    size = len(data) - head.size
    if size < 0 or form & DEFLATED or (size > 0) != (form & SHAPE == ERASING_MANY):
        raise MalformedOp("the bytes end too early or too late")
    back: int = head.unpack_from(data)[4]
    count = int.from_bytes(data[head.size :], "little") if size else 1
    return [ERASE, rid, counter, starts, SELF, _own(counter, back), count]


def _read_several(form: int, rid: int, counter: int, data: bytes) -> list[list[object]]:
    if len(data) < HEAD_SIZE + 2:
        raise MalformedOp("the bytes end too early")
    count: int = unpack_from("<H", data, HEAD_SIZE)[0]
    if not count:
        raise MalformedOp("ops in an unknown form")
    numbers, rest = _numbers(form, 2 * count, data, HEAD_SIZE + 2)
    erased = count - 1 if form & SHAPE == REPLACING else count
    starts = 1 if form & STARTS else 0
    ops: list[list[object]] = []
    for place in range(erased):
        back, size = numbers[2 * place], numbers[2 * place + 1]
        ops.append([ERASE, rid, counter + place, starts, SELF, _own(counter + place, back), size])
        starts = 0
    if erased < count:
        ops.append(_insert(rid, counter + erased, starts, _text(form, rest), numbers[2 * erased :]))
        rest = b""
    elif form & DEFLATED:
        raise MalformedOp("ops in an unknown form")
    _finish(rest)
    return ops


def _numbers(form: int, count: int, data: bytes, start: int) -> tuple[tuple[int, ...], bytes]:
    """``count`` numbers of the size that the form says, and the bytes behind them."""
    end = start + count * (4 if form & WIDE else 2)
    if len(data) < end:
        raise MalformedOp("the bytes end too early")
    found: tuple[int, ...] = unpack_from(f"<{count}{_LETTERS[form & WIDE]}", data, start)
    return found, data[end:]


def _finish(rest: bytes) -> None:
    if rest:
        raise MalformedOp("bytes follow the end")


def _insert(rid: int, counter: int, starts: int, text: str, origins: tuple[int, ...]) -> list[object]:
    left, right = origins
    op: list[object] = [INSERT, rid, counter, starts, text]
    op += (SELF, _own(counter, left)) if left else (EDGE, 0)
    op += (SELF, _own(counter, right)) if right else (EDGE, 1)
    return op


def _own(counter: int, back: int) -> int:
    if not 0 < back <= counter:
        raise MalformedOp("an op refers to none of its author's")
    return counter - back


def _text(form: int, encoded: bytes) -> str:
    if form & DEFLATED:
        encoded = inflate(encoded)
        if len(encoded) > 4 * INSERT_LENGTH_MAX:
            raise LimitExceeded(f"at most {INSERT_LENGTH_MAX} characters can be inserted at once")
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise MalformedOp("a string is not UTF-8") from error


def _read_stretches(data: bytes) -> list[list[object]]:
    reader = Reader(data)
    ops: list[list[object]] = []
    while reader.left():
        ops.extend(_read(Reader(reader.block())))
    return ops


def _read(reader: Reader) -> list[list[object]]:
    rid = _read_rid(reader)
    counter = reader.bounded(COUNTER_MAX)
    time = reader.uint()
    table = [_read_rid(reader) for _ in range(reader.count())]
    source = OpReader(reader, rid, counter, time, table, True)
    ops: list[list[object]] = []
    while reader.left():
        op = source.read()
        kind_of(op)
        ops.append(op)
    return ops


def _read_rid(reader: Reader) -> int:
    rid = int.from_bytes(reader.raw(8), "little")
    if rid > RID_MAX:
        raise MalformedOp("a replica id out of range")
    return rid
