"""
Cutting a delta that is too large to travel: a pasted book becomes many deltas with the same stamp.

Each piece can be applied once those before it have been; all together are the whole. Long insertions are cut
between characters: what follows is typed on behind them, which is the same elements in the same places.
"""

from collections.abc import Sequence
from typing import Final

from crdt.clock import Stamp
from crdt.delta_codec import encode_delta
from crdt.errors import LimitExceeded
from crdt.object_ops import TEXT, inner_op, kind_at, size_of
from crdt.ops import INSERT, TYPE, Op

PIECE_SIZE_MIN: Final = 96
"""Bytes of a piece into which some of any text fits, whoever wrote around it."""

_HEAD_BYTES: Final = 24
"""More than what opens a delta, whatever its counter; the table of replicas is counted with each op."""

_INSERT_BYTES: Final = 56
"""More than an insertion takes beside its text: three replicas, four counters, the length of the text."""


def split_ops(rid: int, start: int, stamp: Stamp, ops: list[Op], size_bytes_max: int) -> list[list[Op]]:
    """
    Sort the ops of a delta into pieces.

    Args:
        rid, start, stamp: Of the delta.
        ops: Its ops, in order.
        size_bytes_max: How many bytes a piece may take when encoded, at least PIECE_SIZE_MIN.

    Returns:
        The ops of each piece, in order; long insertions are several ops now.

    Raises:
        LimitExceeded: One op that cannot be cut, a value or an embed, is larger than that; or it is less than
            PIECE_SIZE_MIN.

    Cost: O(bytes).
    """
    if size_bytes_max < PIECE_SIZE_MIN:
        raise LimitExceeded(f"a piece of a delta takes at least {PIECE_SIZE_MIN} bytes")
    text_bytes_max = min((size_bytes_max - _HEAD_BYTES) // 2, size_bytes_max - _HEAD_BYTES - _INSERT_BYTES)
    pieces: list[list[Op]] = []
    room = 0
    counter = start
    for op in ops:
        for part in _cut(op, text_bytes_max):
            size = len(encode_delta(rid, counter, stamp, [part])) - _SHORTEST_HEAD
            counter += size_of(part)
            if size > size_bytes_max - _HEAD_BYTES:
                raise LimitExceeded(f"one op takes {size} bytes, a delta at most {size_bytes_max}")
            if not pieces or size > room:
                pieces.append([])
                room = size_bytes_max - _HEAD_BYTES
            pieces[-1].append(part)
            room -= size
    return pieces


def fine_ops(ops: Sequence[Op]) -> list[Op]:
    """
    The same ops with every insertion cut into its characters: whoever has seen some of them, from other
    deltas, leaves those out and takes the rest. Cost: O(characters).
    """
    return [part for op in ops for part in _cut(op, 1)]


_SHORTEST_HEAD: Final = 18
"""Format, replica, counter and time of a delta that starts at a small counter."""


def _cut(op: Op, size_bytes_max: int) -> list[Op]:
    """The op, or for a long insertion the same as several ops of at most ``size_bytes_max`` bytes of text
    each."""
    if kind_at(op) != TEXT or kind_at(inner_op(op)) not in (INSERT, TYPE):
        return [op]
    inner = inner_op(op)
    place = 3 if inner[0] == TYPE else 4
    text = inner[place]
    counter = inner[2]
    assert isinstance(text, str), "our own op"
    assert isinstance(counter, int), "our own op"
    # Four bytes is the longest that a character takes.
    if len(text) * 4 <= size_bytes_max or len(text) == 1:
        return [op]
    step = max(size_bytes_max // 4, 1)
    first = [*inner[:place], text[:step], *inner[place + 1 :]]
    found: list[Op] = [[TEXT, op[1], op[2], first]]
    for at in range(step, len(text), step):
        typed = [TYPE, inner[1], counter + at, text[at : at + step]]
        found.append([TEXT, op[1], op[2], typed])
    return found
