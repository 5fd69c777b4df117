"""
The ops of a document beside those of its texts: plain lists, as those of ``crdt.ops``.

    SET          time container key value           a plain value into a slot MAKE         time container key
    kind            a new container into a slot: "map", "array", "text", or unknown REMOVE       time
    container key                 nothing into a slot ITEM_INSERT  time container order form value    a new
    item of an array: a value, or a container of kind ``value`` ITEM_MOVE    time container item order
    another place for an item ITEM_REMOVE  time container item                an item taken out, for good
    TEXT         container op                       [TEXT, container, op]: an op of ``crdt.ops`` on a text of
    the document

All but TEXT open with ``[kind, rid, counter, time, …]``; each takes one counter. A container is named by the
id of the op that made it, as two integers, so that an edit aimed at a container that has since been replaced
goes to the replaced one; the root is (0, 0). A ``key`` is a string in a map and [rid, counter] of an item in
an array. FLIP of ``crdt.ops`` stands bare: an edit group spans all texts. A kind of 23 or more is of a newer
version: it takes one counter, holds plain values, and is kept and passed on.
"""

from typing import Final, TypeAlias

from crdt.errors import LimitExceeded, MalformedOp
from crdt.fractional import check_key
from crdt.ops import (
    BLOCK,
    COUNTER_MAX,
    FLIP,
    KINDS,
    MARK,
    RID_MAX,
    TIME_MAX,
    TYPE,
    Op,
    check_value,
    counters_of,
    integer,
    string,
)

Id: TypeAlias = tuple[int, int]
"""(rid, counter) of the op that made a container or an item."""

Path: TypeAlias = tuple[str, ...]
"""From the root: keys of maps, names of array items."""

ROOT: Final[Id] = (0, 0)

SET: Final = 16
MAKE: Final = 17
REMOVE: Final = 18
ITEM_INSERT: Final = 19
ITEM_MOVE: Final = 20
ITEM_REMOVE: Final = 21
TEXT: Final = 22

LENGTHS: Final = {SET: 8, MAKE: 8, REMOVE: 7, ITEM_INSERT: 9, ITEM_MOVE: 9, ITEM_REMOVE: 8, TEXT: 4}
"""Fields of each kind."""

OP_KIND_MAX: Final = 1 << 16

VALUE_FORM: Final = 0
CONTAINER_FORM: Final = 1

MAP: Final = "map"
ARRAY: Final = "array"
TEXT_KIND: Final = "text"

KEY_LENGTH_MAX: Final = 256
"""Code points of a map's key or of the kind of a container."""

DEPTH_MAX: Final = 32
"""Containers inside each other; bounds every walk from the root."""


def item_name(item: Id) -> str:
    """How an item is called in a path: ``counter-rid``, the replica in hexadecimal digits."""
    return f"{item[1]}-{item[0]:x}"


def parse_item(name: str) -> Id:
    """The item that ``item_name`` called so. Raises MalformedOp."""
    counter, dash, rid = name.partition("-")
    if dash and counter.isascii() and counter.isdigit() and len(counter) < 14 and 0 < len(rid) <= 16:
        try:
            found = (int(rid, 16), int(counter))
        except ValueError:
            found = (-1, 0)
        if 0 <= found[0] <= RID_MAX and item_name(found) == name:
            return found
    raise MalformedOp("this is no name of an array item")


def kind_at(op: object) -> int:
    """The kind of any op, known or not. Raises MalformedOp."""
    if not isinstance(op, (list, tuple)) or len(op) < 3:
        raise MalformedOp("an op is not a list")
    kind = op[0]
    if type(kind) is not int or not 0 <= kind < OP_KIND_MAX:
        raise MalformedOp("an op of no kind")
    return kind


def inner_op(op: Op) -> Op:
    """The text op inside a TEXT. Raises MalformedOp."""
    inner = op[3] if len(op) == LENGTHS[TEXT] else None
    if not isinstance(inner, (list, tuple)):
        raise MalformedOp("a text op is missing")
    return inner


def author_of(op: Op) -> Id:
    """(rid, counter) of any op. Raises MalformedOp. Cost: O(1)."""
    bare = inner_op(op) if kind_at(op) == TEXT else op
    kind_at(bare)
    return (integer(bare, 1, 0, RID_MAX), integer(bare, 2, 0, COUNTER_MAX))


def size_of(op: Op) -> int:
    """How many counters any op takes. Raises MalformedOp. Cost: O(1)."""
    kind = kind_at(op)
    if kind == TEXT:
        inner = inner_op(op)
        return counters_of(inner) if kind_at(inner) < KINDS else 1
    if kind < KINDS:
        return counters_of(op)
    return 1


def time_of(op: Op) -> int:
    """The time that an op competes with; 0 for one that does not compete. The op is admitted, or this may
    raise."""
    kind = kind_at(op)
    bare = inner_op(op) if kind == TEXT else op
    if kind_at(bare) in (MARK, BLOCK):
        return integer(bare, 4, 0, TIME_MAX)
    if kind == FLIP or SET <= kind < TEXT:
        return integer(op, 3, 0, TIME_MAX)
    return 0


def opens_group(op: Op) -> bool:
    """
    Whether an op opens an edit group: all text ops but TYPE and FLIP say so in the field behind their
    counter, and those of a newer version must too. Raises MalformedOp.
    """
    if kind_at(op) != TEXT:
        return False
    inner = inner_op(op)
    if kind_at(inner) in (TYPE, FLIP) or len(inner) < 4:
        return False
    # The type first: a compiler takes what equals 1 for an int, and True does.
    return type(inner[3]) is int and inner[3] == 1


def container_of(op: Op) -> Id:
    """The container that an object op or a TEXT names. Raises MalformedOp."""
    place = 1 if op[0] == TEXT else 4
    return (integer(op, place, 0, RID_MAX), integer(op, place + 1, 0, COUNTER_MAX))


def key_of(op: Op) -> str | Id:
    """The slot that SET, MAKE or REMOVE names. Raises MalformedOp."""
    key = op[6]
    if isinstance(key, (list, tuple)):
        if len(key) != 2:
            raise MalformedOp("an item is named by two integers")
        return (integer(key, 0, 0, RID_MAX), integer(key, 1, 0, COUNTER_MAX))
    return check_name(key)


def item_of(op: Op) -> Id:
    """The item that ITEM_MOVE or ITEM_REMOVE names. Raises MalformedOp."""
    return (integer(op, 6, 0, RID_MAX), integer(op, 7, 0, COUNTER_MAX))


def check_name(name: object) -> str:
    """A map's key or a container's kind, when it is one. Raises MalformedOp, LimitExceeded."""
    if type(name) is not str:
        raise MalformedOp("a key is not a string")
    if len(name) > KEY_LENGTH_MAX:
        raise LimitExceeded(f"a key has at most {KEY_LENGTH_MAX} characters")
    check_value(name)
    return name


def check_length(op: Op) -> None:
    """Refuse an op of kind SET to TEXT that has not as many fields as its kind. Raises MalformedOp."""
    if len(op) != LENGTHS[kind_at(op)]:
        raise MalformedOp("an op of the wrong length")


def check_body(op: Op) -> None:
    """Check all that an object op (SET to ITEM_REMOVE) says for itself. Raises MalformedOp, LimitExceeded."""
    kind = kind_at(op)
    check_length(op)
    integer(op, 3, 0, TIME_MAX)
    container_of(op)
    if kind in (SET, MAKE, REMOVE):
        key_of(op)
        if kind == SET:
            check_value(op[7])
        elif kind == MAKE:
            check_name(op[7])
    elif kind == ITEM_INSERT:
        check_key(op[6])
        if integer(op, 7, VALUE_FORM, CONTAINER_FORM) == CONTAINER_FORM:
            check_name(op[8])
        else:
            check_value(op[8])
    else:
        item_of(op)
        if kind == ITEM_MOVE:
            check_key(op[8])


def field(op: Op, place: int) -> int:
    """An integer field of an admitted op."""
    value = op[place]
    assert isinstance(value, int), "admitted"
    return value


def name_at(op: Op, place: int) -> str:
    """A string field of an admitted op."""
    return string(op, place, 1 << 20)
