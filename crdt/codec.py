"""
Bytes: variable-length integers, strings and plain values, written in one way only and read within bounds.

Not here: what a text or a document consists of. Invariants: C1 a value has exactly one encoding: shortest
    integers, keys in order. C2 reading hostile bytes raises only CrdtError, in time and memory proportional
    to their number.
"""

import zlib
from struct import pack, unpack_from
from typing import Final

from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import VALUE_DEPTH_MAX
from crdt.patch import Value

INFLATED_MAX: Final = 64 << 20
"""
Bytes that any input may unpack to: far above an honest document, low enough that a bomb of a few kilobytes
costs seconds and not the machine.
"""

INFLATED_RATIO_MAX: Final = 16
"""Larger input may unpack to this many times its size, so that no document that was saved is refused."""

BLOCK_SIZE: Final = 16
"""Integers that are looked at together for whether each takes one byte."""

KNOWN_MAX: Final = 16
"""Mappings that a reader remembers: trying them all takes less time than reading one."""

_NONE, _FALSE, _TRUE, _INT, _FLOAT, _STR, _BYTES, _LIST, _DICT = range(9)


class Writer:
    """Collects bytes."""

    __slots__ = ("_out",)

    def __init__(self) -> None:
        self._out: bytearray = bytearray()

    def written(self) -> bytes:
        """What has been written."""
        return bytes(self._out)

    def raw(self, data: bytes) -> None:
        """Append bytes as they are; the reader must know their number."""
        self._out += data

    def uint(self, number: int) -> None:
        """Append an integer >= 0, seven bits to a byte, the lowest first."""
        out = self._out
        while number > 127:
            out.append(number & 127 | 128)
            number >>= 7
        out.append(number)

    def sint(self, number: int) -> None:
        """Append an integer of either sign (zigzag)."""
        self.uint(number << 1 if number >= 0 else (-number << 1) - 1)

    def uints(self, numbers: list[int]) -> None:
        """Append a column of integers >= 0 without its length."""
        out = self._out
        for number in numbers:
            while number > 127:
                out.append(number & 127 | 128)
                number >>= 7
            out.append(number)

    def block(self, data: bytes) -> None:
        """Append bytes with their number before them."""
        self.uint(len(data))
        self._out += data

    def string(self, text: str) -> None:
        """Append a string as UTF-8 with its number of bytes before it."""
        self.block(text.encode())

    def value(self, value: Value) -> None:
        """Append a plain value; keys in order (C1). Depth is bounded by VALUE_DEPTH_MAX, checked on entry."""
        if value is None:
            self.uint(_NONE)
        elif value is True or value is False:
            self.uint(_TRUE if value else _FALSE)
        elif isinstance(value, int):
            self.uint(_INT)
            self.sint(value)
        elif isinstance(value, float):
            self.uint(_FLOAT)
            self.raw(pack(">d", value))
        elif isinstance(value, str):
            self.uint(_STR)
            self.string(value)
        elif isinstance(value, bytes):
            self.uint(_BYTES)
            self.block(value)
        elif isinstance(value, (list, tuple)):
            self.uint(_LIST)
            self.uint(len(value))
            for one in value:
                self.value(one)
        else:
            assert isinstance(value, dict), "values are checked where they enter"
            self.uint(_DICT)
            self.uint(len(value))
            for key in sorted(value):
                self.string(key)
                self.value(value[key])


class Reader:
    """Takes bytes apart, within bounds (C2)."""

    __slots__ = ("_at", "_data", "_known")

    def __init__(self, data: bytes) -> None:
        self._data: Final = data
        self._at: int = 0
        self._known: list[tuple[bytes, dict[str, Value]]] = []
        """Mappings that were read, and their bytes: most texts have a handful of formats, again and again."""

    def left(self) -> int:
        """How many bytes have not been read."""
        return len(self._data) - self._at

    def finish(self) -> None:
        """Refuse bytes behind the end."""
        if self._at != len(self._data):
            raise MalformedOp("bytes follow the end")

    def raw(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        if size > self.left():
            raise MalformedOp("the bytes end too early")
        self._at += size
        return self._data[self._at - size : self._at]

    def uint(self) -> int:
        """An integer ``0 <= n < 2**70``, in its shortest form."""
        data = self._data
        at = self._at
        if at < len(data) and data[at] < 128:  # nearly always
            self._at = at + 1
            return data[at]
        number = 0
        shift = 0
        while at < len(data) and shift < 70:
            byte = data[at]
            at += 1
            number |= (byte & 127) << shift
            if byte < 128:
                if byte == 0 and shift:
                    raise MalformedOp("an integer is longer than needed")
                self._at = at
                return number
            shift += 7
        raise MalformedOp("the bytes end too early" if at >= len(data) else "an integer is too large")

    def bounded(self, highest: int) -> int:
        """An integer ``0 <= n <= highest``."""
        number = self.uint()
        if number > highest:
            raise MalformedOp("an integer is out of range")
        return number

    def sint(self) -> int:
        """An integer of either sign."""
        number = self.uint()
        return -((number + 1) >> 1) if number & 1 else number >> 1

    def count(self) -> int:
        """A number of things that take at least a byte each, so never more than the bytes left."""
        return self.bounded(self.left())

    def uints(self, count: int) -> list[int]:
        """A column of ``count`` integers."""
        if count > self.left():
            raise MalformedOp("the bytes end too early")
        data = self._data
        at = self._at
        end = len(data)
        numbers: list[int] = []
        while count:
            size = min(count, BLOCK_SIZE)
            count -= size
            block = data[at : at + size]
            if block.isascii() and len(block) == size:
                numbers.extend(block)
                at += size
                continue
            for _ in range(size):
                byte = data[at] if at < end else 128
                if byte < 128:
                    numbers.append(byte)
                    at += 1
                elif at + 1 < end and 0 < data[at + 1] < 128:
                    numbers.append(byte & 127 | data[at + 1] << 7)
                    at += 2
                elif at + 2 < end and data[at + 1] > 127 and 0 < data[at + 2] < 128:
                    numbers.append(byte & 127 | (data[at + 1] & 127) << 7 | data[at + 2] << 14)
                    at += 3
                else:
                    self._at = at
                    numbers.append(self.uint())
                    at = self._at
        self._at = at
        return numbers

    def references(self, count: int, bases: list[int], limits: list[int]) -> list[int]:
        """
        A column of ``count`` references to elements: a code, and a counter behind each code above 1, else 0.

        Args:
            bases: What each code stands for; the counter is added to it.
            limits: What the counter behind each code stays below.
        """
        data = self._data
        at = self._at
        end = len(data)
        codes = len(bases)
        found: list[int] = []
        for _ in range(count):
            code = data[at] if at < end else 128
            if code < 128:
                at += 1
            else:
                self._at = at
                code = self.uint()
                at = self._at
            counter = 0
            if code > 1:
                counter = data[at] if at < end else 128
                if counter < 128:
                    at += 1
                elif at + 2 < end and data[at + 1] > 127 and 0 < data[at + 2] < 128:
                    counter = counter & 127 | (data[at + 1] & 127) << 7 | data[at + 2] << 14
                    at += 3
                else:
                    self._at = at
                    counter = self.uint()
                    at = self._at
            if code >= codes:
                raise MalformedOp("a replica out of range")
            if counter >= limits[code]:
                raise MalformedOp("an element out of range")
            found.append(bases[code] + counter)
        self._at = at
        return found

    def sints(self, count: int) -> list[int]:
        """A column of ``count`` integers of either sign."""
        return [-((number + 1) >> 1) if number & 1 else number >> 1 for number in self.uints(count)]

    def block(self) -> bytes:
        """Bytes with their number before them."""
        return self.raw(self.uint())

    def string(self) -> str:
        """A string."""
        try:
            return self.block().decode()
        except UnicodeDecodeError as error:
            raise MalformedOp("a string is not UTF-8") from error

    def value(self, depth: int = 0) -> Value:
        """A plain value as `crdt.ops.check_value` wants it."""
        kind = self.uint()
        if kind == _NONE:
            return None
        if kind in (_FALSE, _TRUE):
            return kind == _TRUE
        if kind == _INT:
            number = self.sint()
            if not -(1 << 63) <= number < 1 << 64:
                raise MalformedOp("an integer of a value does not fit in 64 bits")
            return number
        if kind == _FLOAT:
            number_float: float = unpack_from(">d", self.raw(8))[0]
            if number_float - number_float != 0:
                raise MalformedOp("a number of a value is not finite")
            return number_float
        if kind == _STR:
            return self.string()
        if kind == _BYTES:
            return self.block()
        if kind == _LIST:
            return [self.value(depth + 1) for _ in range(self._count_at(depth))]
        if kind == _DICT:
            return self._mapping(depth)
        raise MalformedOp("a value of no known kind")

    def _count_at(self, depth: int) -> int:
        """The number of what a list or dict of this depth holds."""
        count = self.count()
        if depth >= VALUE_DEPTH_MAX or (count and depth == VALUE_DEPTH_MAX - 1):
            raise MalformedOp("a value is nested too deep")
        return count

    def _mapping(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        last: str | None = None
        for _ in range(self._count_at(depth)):
            key = self.string()
            if last is not None and key <= last:
                raise MalformedOp("the keys of a value are not in order")
            last = key
            found[key] = self.value(depth + 1)
        return found

    def marks(self) -> dict[str, Value]:
        """A plain value that is a dict."""
        data = self._data
        at = self._at
        for known, mapping in self._known:
            if data.startswith(known, at):  # no value's bytes begin with those of another (C1)
                self._at = at + len(known)
                return dict(mapping)
        value = self.value()
        if not isinstance(value, dict):
            raise MalformedOp("a mapping is missing")
        if len(self._known) < KNOWN_MAX and not any(
            [isinstance(one, (list, dict)) for one in value.values()]
        ):
            self._known.append((data[at : self._at], dict(value)))
        return value


def deflate(data: bytes) -> bytes:
    """Compress, the same way everywhere."""
    return zlib.compress(data, 6)


def deflate_quickly(data: bytes) -> bytes:
    """Compress what is not kept: a little longer, in half the time."""
    return zlib.compress(data, 4)


def inflate(data: bytes) -> bytes:
    """Undo ``deflate``. Raises MalformedOp for damaged bytes, LimitExceeded for a bomb."""
    stream = zlib.decompressobj()
    size_max = max(INFLATED_MAX, INFLATED_RATIO_MAX * len(data))
    try:
        found = stream.decompress(data, size_max)
    except zlib.error as error:
        raise MalformedOp("the compressed bytes are damaged") from error
    if stream.unconsumed_tail:
        raise LimitExceeded(f"more than {size_max} bytes when unpacked")
    if not stream.eof or stream.unused_data:
        raise MalformedOp("the compressed bytes are damaged")
    return found
