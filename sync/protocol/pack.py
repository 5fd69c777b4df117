"""
Plain values to bytes and back, under limits. The only file that knows msgpack.

What it is not: messages (messages.py) or frames (wire.py). Invariants: every fault of the bytes is one
``RemoteProtocolError("bad_frame")``; nothing of msgpack's own errors escapes; time and memory are bounded by
the size of the input. Values are None, bool, int (64 bits), float (finite), str, bytes, list and dict with
string keys.
"""

from __future__ import annotations

import math
from typing import Any, NoReturn

import msgpack

from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import ARRAY_LENGTH_MAX, DEPTH_MAX, FRAME_SIZE_MAX, MAP_LENGTH_MAX, STRING_SIZE_MAX

Value = Any
"""A plain value as described above. (A recursive type alias would have to be narrowed at every use.)"""


def pack(value: Value) -> bytes:
    """
    Return the msgpack bytes of a plain value. The same value always gives the same bytes.

    Raises:
        LocalProtocolError: ``unsayable``: a type, number or text that the wire has no place for.
    """
    try:
        packed: bytes = msgpack.packb(value, use_bin_type=True, strict_types=False)
    except (TypeError, ValueError, OverflowError, UnicodeEncodeError) as error:
        raise LocalProtocolError("unsayable", str(error)) from error
    return packed


def unpack(packed: bytes) -> Value:
    """
    Return the plain value in ``packed``, which must hold exactly one.

    Raises:
        RemoteProtocolError: ``bad_frame``: anything msgpack or our limits object to, trailing bytes included.
    """
    try:
        value = msgpack.unpackb(
            packed,
            raw=False,
            use_list=True,
            strict_map_key=True,
            ext_hook=_refuse_extension,
            object_pairs_hook=_map_of,
            max_str_len=STRING_SIZE_MAX,
            max_bin_len=FRAME_SIZE_MAX,
            max_array_len=ARRAY_LENGTH_MAX,
            max_map_len=MAP_LENGTH_MAX,
            max_ext_len=0,
        )
        check_plain(value)
    except (ValueError, TypeError, msgpack.exceptions.UnpackException) as error:
        raise RemoteProtocolError("bad_frame", f"not a packed value: {type(error).__name__}") from error
    return value


def check_plain(value: Value) -> None:
    """
    Check depth and numbers of an unpacked value; iterative, so that nesting cannot exhaust the stack.

    Raises:
        ValueError: Nested deeper than DEPTH_MAX, or a float that is not finite.
    """
    stack: list[tuple[Value, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        kind = type(item)
        if kind is float:
            if not math.isfinite(item):
                raise ValueError("a number that is not finite")
        elif kind is list or kind is dict:
            if depth > DEPTH_MAX:
                raise ValueError(f"nested deeper than {DEPTH_MAX}")
            for inner in item if kind is list else item.values():
                stack.append((inner, depth + 1))


def _map_of(pairs: list[tuple[Value, Value]]) -> dict[str, Value]:
    """
    Make a dict of pairs, refusing what a dict would hide: other keys than strings, and a key given twice.
    """
    made: dict[str, Value] = {}
    for key, value in pairs:
        if type(key) is not str:
            raise ValueError("a key that is not a string")
        if key in made:
            raise ValueError("a key given twice")
        made[key] = value
    return made


def _refuse_extension(code: int, _body: bytes) -> NoReturn:
    raise ValueError(f"extension type {code}")
