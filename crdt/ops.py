"""
The ops of a rich text: plain lists, so that anything that carries lists of integers and strings can carry
    them.

Every op opens with ``[kind, rid, counter, …]``. ``(rid, counter)`` is its id; an insert of k characters takes
k counters, every other op one. A *reference* to an element is two integers: the replica that made it, or
``SELF`` for the op's own author, and its counter. ``EDGE`` stands for the start (counter 0) or the end
(counter 1) of the text.

    INSERT  starts text  left left right right       a run of characters after ``left`` and before ``right``
    TYPE    text                                     characters after the author's own previous one, same
    right origin ERASE   starts target target count               ``count`` elements of one replica from
    ``target`` on MARK    starts time kind value  start start side  end end side BLOCK   starts time target
    target attributes     the newline ``target``, or the end for the last block EMBED   starts payload  left
    left right right    one element that is not a character FLIP    time group group until live
    switch an edit group off (undo) or on (redo)

``starts`` is 1 when the op opens a new edit group; the group's number is that op's counter.
``time`` orders competing writes, ties go to the greater id. Source: README, "Ops".
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from crdt.errors import LimitExceeded, MalformedOp
from crdt.patch import Value

Op: TypeAlias = Sequence[object]

INSERT: Final = 0
TYPE: Final = 1
ERASE: Final = 2
MARK: Final = 3
BLOCK: Final = 4
EMBED: Final = 5
FLIP: Final = 6
KINDS: Final = 7

SELF: Final = -1
EDGE: Final = -2

RID_MAX: Final = (1 << 63) - 1
COUNTER_MAX: Final = (1 << 40) - 1
"""An element's id is packed with its replica's small number into one int below 2**62."""

TIME_MAX: Final = (1 << 64) - 1
INSERT_LENGTH_MAX: Final = 1 << 20
"""Code points of one op. A frame carries far less; a local paste may be split only above this."""

VALUE_DEPTH_MAX: Final = 32
KIND_LENGTH_MAX: Final = 256

EMBED_CHARACTER: Final = "\ufffc"

INSERTING: Final = (INSERT, TYPE, EMBED)
"""The kinds that bring elements."""

LENGTHS: Final = (9, 4, 7, 13, 8, 9, 8)
"""Fields of each kind, by number; trailing fields of a newer version are kept out by the model version."""


def check_text(text: str) -> None:
    """
    Refuse what no editor can show and no UTF-8 can carry: lone surrogates and NUL; and more than the bound.
    """
    if len(text) > INSERT_LENGTH_MAX:
        raise LimitExceeded(f"at most {INSERT_LENGTH_MAX} characters can be inserted at once")
    if "\0" in text:
        raise MalformedOp("text holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedOp("text holds a lone surrogate") from error


def check_value(value: object) -> None:
    """
    Raise MalformedOp unless ``value`` is plain (see ``crdt.patch.Value``) and at most VALUE_DEPTH_MAX deep.
    """
    level: list[object] = [value]
    for _ in range(VALUE_DEPTH_MAX):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict):
                for key, inner in one.items():
                    if not isinstance(key, str):
                        raise MalformedOp("a key of a value is not a string")
                    _check_string(key)
                    below.append(inner)
            elif isinstance(one, (list, tuple)):
                below.extend(one)
            elif isinstance(one, str):
                _check_string(one)
            elif isinstance(one, int):
                if not -(1 << 63) <= one < (1 << 64):
                    raise MalformedOp("an integer of a value does not fit in 64 bits")
            elif isinstance(one, float):
                if one - one != 0:
                    raise MalformedOp("a number of a value is not finite")
            elif one is not None and not isinstance(one, bytes):
                raise MalformedOp(f"a value cannot hold a {type(one).__name__}")
        if not below:
            return
        level = below
    raise MalformedOp(f"a value is nested more than {VALUE_DEPTH_MAX} deep")


def _check_string(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise MalformedOp("a value holds a lone surrogate") from error


def plain(value: Value) -> Value:
    """A copy that shares nothing that can change with ``value``; tuples become lists. Depth is checked
    before."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def integer(op: Op, place: int, lowest: int, highest: int) -> int:
    """Field ``place`` of ``op`` as an int within ``lowest..highest`` (inclusive), or MalformedOp."""
    value = op[place]
    if type(value) is not int or not lowest <= value <= highest:
        raise MalformedOp(f"field {place} of an op is not an integer in range")
    return value


def string(op: Op, place: int, length_max: int) -> str:
    """Field ``place`` of ``op`` as a str of at most ``length_max`` code points, or MalformedOp."""
    value = op[place]
    if type(value) is not str or len(value) > length_max:
        raise MalformedOp(f"field {place} of an op is not a string within bounds")
    return value


def mapping(op: Op, place: int) -> dict[str, object]:
    """Field ``place`` of ``op`` as a checked plain dict, or MalformedOp."""
    value = op[place]
    if not isinstance(value, dict):
        raise MalformedOp(f"field {place} of an op is not a mapping")
    check_value(value)
    return value


def kind_of(op: Op) -> int:
    """The kind of a text op whose length fits its kind, or MalformedOp."""
    if not isinstance(op, (list, tuple)) or not op:
        raise MalformedOp("an op is not a list")
    kind = op[0]
    if type(kind) is not int or not 0 <= kind < KINDS or len(op) != LENGTHS[kind]:
        raise MalformedOp("an op of no known kind or length")
    return kind


def counters_of(op: Op) -> int:
    """How many counters of its author a text op takes. Raises MalformedOp. Cost: O(1)."""
    kind = kind_of(op)
    if kind == INSERT:
        return len(string(op, 4, INSERT_LENGTH_MAX))
    if kind == TYPE:
        return len(string(op, 3, INSERT_LENGTH_MAX))
    return 1
