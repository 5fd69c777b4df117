"""
Large deltas, cut into portions that fit into a frame.

A paste of a book is one action and one delta, but a delta is stored and sent whole and has at most
`DELTA_SIZE_MAX` bytes. Here it becomes several, between its ops and inside long insertions. Together they are
what the delta was: the same elements under the same ids, in the same edit group. Not here: what ops mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from crdt import Delta
from crdt.object_ops import TEXT, author_of, inner_op, size_of
from crdt.ops import INSERT, TYPE, Op

# Bytes that a portion is reckoned at: a quarter of the limit, since ops can be larger than reckoned here.
PORTION_SIZE = 16 * 1024
OP_SIZE = 48

# Code points in one piece of an insertion; at most four bytes each.
PIECE_LENGTH = 4_000


def portions(delta: Delta) -> list[Delta]:
    """
    Cut a delta where it is too large to be stored whole; a small one comes back as it is.

    Cost: O(ops), and O(characters) for a large one.
    """
    if sum(_reckoned(op) for op in delta.ops) <= PORTION_SIZE:
        return [delta]
    made: list[Delta] = []
    ops: list[Op] = []
    size = 0
    for op in _pieces(delta.ops):
        if ops and size + _reckoned(op) > PORTION_SIZE:
            made.append(_delta(delta, ops))
            ops, size = [], 0
        ops.append(op)
        size += _reckoned(op)
    made.append(_delta(delta, ops))
    return made


def _delta(whole: Delta, ops: Sequence[Op]) -> Delta:
    start = author_of(ops[0])[1]
    return Delta(whole.rid, start, author_of(ops[-1])[1] + size_of(ops[-1]), whole.stamp, ops)


def _reckoned(op: Op) -> int:
    """About how many bytes an op takes. Values (attributes, embeds) are small by the core's own bounds."""
    text = _text(op)
    return OP_SIZE + (len(text) if text.isascii() else len(text.encode()))


def _text(op: Op) -> str:
    """What an op types; empty for any other."""
    inner = inner_op(op) if op[0] == TEXT else op
    place = {INSERT: 4, TYPE: 3}.get(cast(int, inner[0]))
    return cast(str, inner[place]) if place is not None else ""


def _pieces(ops: Sequence[Op]) -> Iterator[Op]:
    """The ops, long insertions cut: each piece after the first is typed on behind the one before."""
    for op in ops:
        text = _text(op)
        if len(text) <= PIECE_LENGTH:
            yield op
            continue
        inner = list(inner_op(op) if op[0] == TEXT else op)
        rid, counter = author_of(op)
        inner[4 if inner[0] == INSERT else 3] = text[:PIECE_LENGTH]
        yield _wrapped(op, inner)
        for at in range(PIECE_LENGTH, len(text), PIECE_LENGTH):
            yield _wrapped(op, [TYPE, rid, counter + at, text[at : at + PIECE_LENGTH]])


def _wrapped(op: Op, inner: list[object]) -> Op:
    """The piece, in the same text as the op it comes from."""
    return [*op[:3], inner] if op[0] == TEXT else inner
