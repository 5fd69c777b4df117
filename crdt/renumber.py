"""
Rewriting the ids and times inside ops that nobody else has seen yet.

A replica that was rolled back or copied takes a new id, and one whose clock was wrong takes new stamps; what
it had
not handed over is rewritten (design: sync, "rotate" and "heal"). Ops of unknown kinds keep their fields as
they are: a replica never writes one.
"""

from typing import Final

from crdt.object_ops import (
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    REMOVE,
    ROOT,
    SET,
    TEXT,
    inner_op,
    kind_at,
)
from crdt.ops import BLOCK, EMBED, ERASE, FLIP, INSERT, MARK, Op

TEXT_REFERENCES: Final = {INSERT: (5, 7), EMBED: (5, 7), ERASE: (4,), MARK: (7, 10), BLOCK: (5,)}
"""Where the ops of a text hold references to elements."""


def renamed_op(op: Op, old_rid: int, new_rid: int) -> list[object]:
    """A copy of any op with one replica under another id."""
    kind = kind_at(op)
    found = list(op)
    if kind == TEXT:
        _rename(found, 1, old_rid, new_rid)
        inner = list(inner_op(op))
        _rename(inner, 1, old_rid, new_rid)
        for place in TEXT_REFERENCES.get(kind_at(inner), ()):
            _rename(inner, place, old_rid, new_rid)
        found[3] = inner
        return found
    _rename(found, 1, old_rid, new_rid)
    if kind == FLIP:
        _rename(found, 4, old_rid, new_rid)
    elif SET <= kind < TEXT:
        if (found[4], found[5]) != ROOT:
            _rename(found, 4, old_rid, new_rid)
        if kind in (ITEM_MOVE, ITEM_REMOVE):
            _rename(found, 6, old_rid, new_rid)
        key = found[6]
        if kind in (SET, MAKE, REMOVE) and isinstance(key, (list, tuple)):
            item = list(key)
            _rename(item, 0, old_rid, new_rid)
            found[6] = item
    return found


def restamped_op(op: Op, time: int) -> list[object]:
    """A copy of any op that competes at another time."""
    kind = kind_at(op)
    found = list(op)
    if kind == TEXT:
        inner = list(inner_op(op))
        if kind_at(inner) in (MARK, BLOCK):
            inner[4] = time
        found[3] = inner
    elif kind == FLIP or SET <= kind < TEXT:
        found[3] = time
    return found


def _rename(fields: list[object], place: int, old_rid: int, new_rid: int) -> None:
    if fields[place] == old_rid:
        fields[place] = new_rid
