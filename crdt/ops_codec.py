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

from crdt.codec import Reader, Writer, deflate_quickly, inflate
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

DEFLATED_MIN: Final = 200
"""Bytes of text or of stretches below which deflating gains too little for the time it takes."""

COUNTER_SMALL_MAX: Final = (1 << 24) - 1
SHORT_MAX: Final = (1 << 16) - 1

HEAD_SIZE: Final = 12
HEAD: Final = Struct("<B8sHB")
"""Form, rid, and the lower 16 and upper 8 bits of a counter."""
_BACK: Final = (Struct("<B8sHBH"), Struct("<B8sHBI"))
_BACKS: Final = (Struct("<B8sHBHH"), Struct("<B8sHBII"))
_LETTERS: Final = "HI"


class _Last:
    """Whose ops were encoded last: the integer, and how what he types on begins. Most often he goes on."""

    __slots__ = ("known",)

    def __init__(self) -> None:
        self.known: tuple[object, bytes] = (None, b"")

    def meet(self, author: object) -> bytes:
        """Remember another; nothing instead of how he begins for what is no replica id."""
        head = b""
        if type(author) is int and 0 <= author <= RID_MAX:
            head = bytes((TYPING,)) + author.to_bytes(8, "little")
        self.known = (author, head)
        return head


_LAST: Final = _Last()


def encode_ops(ops: Sequence[Op]) -> bytes:
    """
    Ops that ``RichText`` made, as bytes for ``decode_ops``; of several authors too. Cost: O(bytes).

    Raises:
        MalformedOp, LimitExceeded: They are none.
    """
    count = len(ops)
    op = ops[0] if count else ()
    if type(op) is list and len(op) > 3:
        author, counter = op[1], op[2]
        known, head = _LAST.known
        if author is not known:
            head = _LAST.meet(author)
        if head and type(counter) is int and 0 <= counter <= COUNTER_SMALL_MAX - count:
            common: bytes | None = None
            if count > 1:
                common = _several(ops, head, counter)
            elif len(op) == 4:
                common = _typing(op, head, counter)
            else:
                common = _common(op, head, counter)
            if common is not None:
                return common
    writer = Writer()
    for stretch in _stretches(ops):
        writer.block(_written(stretch))
    form, body = _shrunk(STRETCHES, writer.written())
    return bytes((form,)) + body


def _shrunk(form: int, body: bytes) -> tuple[int, bytes]:
    """What is long deflated, and the form that says so."""
    return (form, body) if len(body) < DEFLATED_MIN else (form | DEFLATED, deflate_quickly(body))


def _typing(op: list[object], head: bytes, counter: int) -> bytes | None:
    """A TYPE in its form; None for what is none."""
    text = op[3]
    if type(text) is not str or op[0] != TYPE:
        return None
    body = text.encode()
    if len(body) >= DEFLATED_MIN:
        form, body = _shrunk(TYPING, body)
        return HEAD.pack(form, head[1:], counter & SHORT_MAX, counter >> 16) + body
    return head + counter.to_bytes(3, "little") + body


def _common(op: list[object], head: bytes, counter: int) -> bytes | None:
    """An ERASE or INSERT in a form of its own; None for one that has none."""
    kind = op[0]
    size = len(op)
    rid, low, high = head[1:], counter & SHORT_MAX, counter >> 16
    form = STARTS if op[3] else 0
    if size == 7 and kind == ERASE:
        back, count = _back(op[4], op[5], counter), op[6]
        if type(count) is not int or not back > 0:
            return None
        form |= (ERASING if count == 1 else ERASING_MANY) | (WIDE if back > SHORT_MAX else 0)
        packed: bytes = _BACK[form & WIDE].pack(form, rid, low, high, back)
        return packed if count == 1 else packed + count.to_bytes(8, "little").rstrip(b"\0")
    if size == 9 and kind == INSERT:
        left, right, text = _back(op[5], op[6], counter), _back(op[7], op[8], counter), op[4]
        if type(text) is not str or not text or left < 0 or right < 0:
            return None
        form |= INSERTING | (WIDE if left > SHORT_MAX or right > SHORT_MAX else 0)
        form, body = _shrunk(form, text.encode())
        return _BACKS[form & WIDE].pack(form, rid, low, high, left, right) + body
    return None


def _several(ops: Sequence[Op], head: bytes, counter: int) -> bytes | None:
    """Deletes that follow on each other, and perhaps an insert behind them; None for all else."""
    numbers: list[int] = []
    form = SEVERAL
    body = b""
    author = ops[0][1]
    here = counter
    for op in ops:
        if type(op) is not list or body:
            return None
        size = len(op)
        if (size != 7 and size != 9) or op[1] != author or op[2] != here:
            return None
        if op[3]:
            if here > counter:
                return None
            form |= STARTS
        if size == 7:
            back, count = _back(op[4], op[5], here), op[6]
            if op[0] != ERASE or type(count) is not int or back < 1:
                return None
            numbers.append(back)
            numbers.append(count)
        else:
            text = op[4]
            if op[0] != INSERT or type(text) is not str or not text:
                return None
            numbers.append(_back(op[5], op[6], here))
            numbers.append(_back(op[7], op[8], here))
            form, body = _shrunk(form + REPLACING - SEVERAL, text.encode())
        here += 1
    most = max(numbers)
    if min(numbers) < 0 or most > COUNTER_SMALL_MAX or len(ops) > SHORT_MAX:
        return None
    if most > SHORT_MAX:
        form |= WIDE
    layout = f"<B8sHBH{len(numbers)}{_LETTERS[form & WIDE]}"
    return pack(layout, form, head[1:], counter & SHORT_MAX, counter >> 16, len(ops), *numbers) + body


def _back(target: object, place: object, counter: int) -> int:
    """How many counters before its op an element of the same author is; 0 for an edge, -1 for all else."""
    if type(place) is not int:
        return -1
    if type(target) is not int or target != SELF:
        return 0 if target == EDGE else -1
    return counter - place if 0 <= place < counter else -1


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
    form = data[0] if data else 255
    shape = form & SHAPE
    if shape == STRETCHES and not form & ~DEFLATED:
        return _read_stretches(inflate(data[1:]) if form & DEFLATED else data[1:])
    if len(data) <= HEAD_SIZE or form & 2:
        raise MalformedOp("the ops have an unknown form, or the bytes end too early")
    rid = int.from_bytes(data[1:9], "little")
    if rid > RID_MAX:
        raise MalformedOp("a replica id out of range")
    counter = int.from_bytes(data[9:HEAD_SIZE], "little")
    if shape == TYPING:
        if form & (STARTS | WIDE):
            raise MalformedOp("ops in an unknown form")
        return [[TYPE, rid, counter, read_text(form, data[HEAD_SIZE:])]]
    numbers, text = read_changes(form, data)
    starts = 1 if form & STARTS else 0
    ops: list[list[object]] = []
    erased = len(numbers) - 2 if text else len(numbers)
    for place in range(0, erased, 2):
        ops.append([ERASE, rid, counter, starts, SELF, _own(counter, numbers[place]), numbers[place + 1]])
        counter += 1
        starts = 0
    if text:
        left, right = numbers[erased:]
        op: list[object] = [INSERT, rid, counter, starts, text]
        op += (SELF, _own(counter, left)) if left else (EDGE, 0)
        op += (SELF, _own(counter, right)) if right else (EDGE, 1)
        ops.append(op)
    return ops


def read_changes(form: int, data: bytes) -> tuple[tuple[int, ...], str]:
    """
    What the bytes of ERASEs and an INSERT say, whose first is ``form``, behind rid and counter.

    Returns:
        ``back count`` of each ERASE, and ``left right`` of the INSERT if there is one; its text, or "".

    Raises:
        CrdtError: The bytes are nothing that ``encode_ops`` writes.
    """
    if form & ~STARTS == INSERTING and len(data) > HEAD_SIZE + 4:  # most often
        left = data[HEAD_SIZE] | data[HEAD_SIZE + 1] << 8
        right = data[HEAD_SIZE + 2] | data[HEAD_SIZE + 3] << 8
        return (left, right), read_text(form, data[HEAD_SIZE + 4 :])
    shape = form & SHAPE
    start = HEAD_SIZE + (4 if form & WIDE else 2)
    if shape in (ERASING, ERASING_MANY):
        size = len(data) - start
        if size < 0 or form & DEFLATED or (size > 0) != (shape == ERASING_MANY):
            raise MalformedOp("the bytes end too early or too late")
        back = data[HEAD_SIZE] | data[HEAD_SIZE + 1] << 8
        if form & WIDE:
            back |= data[HEAD_SIZE + 2] << 16 | data[HEAD_SIZE + 3] << 24
        return (back, int.from_bytes(data[start:], "little") if size else 1), ""
    count, start = 2, HEAD_SIZE
    if shape != INSERTING:
        start += 2
        count = 2 * (data[HEAD_SIZE] | data[HEAD_SIZE + 1] << 8) if len(data) >= start else 0
    end = start + count * (4 if form & WIDE else 2)
    if not count or shape > REPLACING or len(data) < end:
        raise MalformedOp("the ops have an unknown form, or the bytes end too early")
    numbers: tuple[int, ...]
    if count == 2 and not form & WIDE:
        numbers = (data[start] | data[start + 1] << 8, data[start + 2] | data[start + 3] << 8)
    else:
        numbers = unpack_from(f"<{count}{_LETTERS[form & WIDE]}", data, start)
    text = "" if shape == SEVERAL else read_text(form, data[end:])
    if not text if shape != SEVERAL else len(data) > end or form & DEFLATED:
        raise MalformedOp("an insert of nothing, or bytes follow the end")
    return numbers, text


def read_text(form: int, encoded: bytes) -> str:
    """A text that was deflated if ``form`` says so. Raises CrdtError for what is none."""
    if form & DEFLATED:
        encoded = inflate(encoded)
        if len(encoded) > 4 * INSERT_LENGTH_MAX:
            raise LimitExceeded(f"at most {INSERT_LENGTH_MAX} characters can be inserted at once")
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise MalformedOp("a string is not UTF-8") from error


def _own(counter: int, back: int) -> int:
    if not 0 < back <= counter:
        raise MalformedOp("an op refers to none of its author's")
    return counter - back


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
