"""
Fractional keys: strings between any two of which there is always another, so that an item can be placed or
moved without touching the others.

A key is a fraction written with 64 digits whose order is that of ASCII, and never ends in the lowest digit:
so keys compare as plain strings and different keys are different fractions. A key ends in its author's
replica id: two replicas that fill one gap at once never make the same key, and a third can insert between
theirs (L2).

Halving the gap at each insert would cost a bit per insert. So a key leans towards the neighbour that was
placed last, for people add where they just added. The k-th insert on one side takes a share of the gap that
falls as a power of k, not of two; k is read off the neighbours' distances, nothing is remembered.

Invariant: L8 a key stays within 64 bytes after 10,000 inserts in one gap: on one side, on both in turn,
always in the middle, or at random places. (Whoever chooses a side by tossing a coin, each time beside the
last insert, needs a bit per insert in *any* scheme that never rewrites keys.) Not here: who is where
(``crdt.arrays``).
"""

from typing import Final, NamedTuple

from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import RID_MAX

DIGITS: Final = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
DIGIT_BITS: Final = 6
SUFFIX_DIGITS: Final = 11
"""63 bits of replica id and three that keep the last digit from being the lowest."""

KEY_LENGTH_MAX: Final = 4096
"""Digits. Far above what editing makes (L8); bounds what a hostile key costs to compare."""

_SHARE: Final = 4
"""A step is gap / (k + this). With 2 a lone run on one side would be best off, but two runs that close in on
each other shrink the gap twice as fast as each expects, and below 3 never stop halving it."""

RUN_LENGTH_MAX: Final = 1 << 16
"""When a gap is that many times wider than the last step, the step was no step of a run, and the gap is
halved."""

_VALUES: Final = {digit: value for value, digit in enumerate(DIGITS)}
_SPARE_DIGITS: Final = 8
"""Precision kept below the finest neighbour while a gap is divided."""

Age = tuple[int, int, int]
"""When a key was given to its item: (time, rid, counter)."""


class Placed(NamedTuple):
    """A neighbour: its key and when it got it."""

    key: str
    age: Age


def check_key(key: object) -> str:
    """The key, when it is one. Raises MalformedOp, or LimitExceeded for one beyond KEY_LENGTH_MAX."""
    if type(key) is not str or not key or key[-1] == DIGITS[0]:
        raise MalformedOp("a fractional key is a string that does not end in its lowest digit")
    if len(key) > KEY_LENGTH_MAX:
        raise LimitExceeded(f"a fractional key has at most {KEY_LENGTH_MAX} digits")
    for digit in key:
        if digit not in _VALUES:
            raise MalformedOp("a fractional key holds something that is no digit")
    return key


def key_between(left: str, right: str, rid: int, lean: int = 0, beyond: str = "") -> str:
    """
    A new key between two.

    Args:
        left: The key before; "" for the start.
        right: The key behind, greater than ``left``; "" for the end.
        rid: The replica that makes the key.
        lean: -1 to stay close to ``left``, 1 to ``right``, 0 for the middle.
        beyond: The key on the far side of the neighbour leant to: its distance says how many were placed so
            before.

    Raises:
        MalformedOp: A key is none, or ``left`` is not less than ``right``.
        LimitExceeded: The key would be longer than KEY_LENGTH_MAX.

    Cost: O(digits squared).
    """
    for key in (left, right, beyond):
        if key:
            check_key(key)
    if right and left >= right:
        raise MalformedOp("there is nothing between keys that are not in order")
    length = max(len(left), len(right), len(beyond)) + _SPARE_DIGITS
    low = _fraction(left, length)
    high = _fraction(right, length) if right else 1 << DIGIT_BITS * length
    gap = high - low
    step = gap // 2
    slack = gap // 8
    if lean and beyond:
        passed = low - _fraction(beyond, length) if lean < 0 else _fraction(beyond, length) - high
        if passed > 0 and gap // passed < RUN_LENGTH_MAX:
            step = gap * passed // (gap + _SHARE * passed)
            # An error here makes the next step misjudge its k, and errors multiply: so err by less than one k
            # in 8.
            slack = step // (8 * (gap // passed + 1))
    target = high - step if lean > 0 else low + step
    digits = _shortest(target - slack, target + slack, length)
    if len(digits) + SUFFIX_DIGITS > KEY_LENGTH_MAX:
        raise LimitExceeded("too many items were placed between the same two")
    return digits + suffix(rid)


def key_at(
    before: Placed | None,
    left: Placed | None,
    right: Placed | None,
    behind: Placed | None,
    latest: tuple[Age, Age],
    rid: int,
) -> str:
    """
    A key for an item to stand between ``left`` and ``right`` (L2), leaning to where the next one will
    probably come.

    Args:
        before, left, right, behind: The four items around the place, in order; None beyond the ends.
        latest: When the two keys were given that are the newest of all.
        rid: The replica that places the item.
    """
    low = left.key if left is not None else ""
    high = right.key if right is not None else ""
    if left is None or (right is not None and right.age > left.age):
        lean = 1 if right is not None else 0
    else:
        lean = -1
    if left is not None and right is not None and {left.age, right.age} == set(latest):
        # Between the last two: the inserts close in on a point from both sides, so leave the room at the
        # newer one.
        lean = -lean
    if lean < 0:
        return key_between(low, high, rid, lean, before.key if before is not None else "")
    return key_between(low, high, rid, lean, behind.key if behind is not None else "")


def suffix(rid: int) -> str:
    """The digits that end every key of a replica."""
    if not 0 <= rid <= RID_MAX:
        raise MalformedOp("a replica id is an integer of at most 63 bits")
    return _digits(rid << 3 | 1, SUFFIX_DIGITS)


def _fraction(key: str, length: int) -> int:
    """The key as a multiple of 64**-length; 0 for the start."""
    number = 0
    for digit in key:
        number = number << DIGIT_BITS | _VALUES[digit]
    return number << DIGIT_BITS * (length - len(key))


def _digits(number: int, length: int) -> str:
    found: list[str] = []
    for _ in range(length):
        found.append(DIGITS[number & 63])
        number >>= DIGIT_BITS
    found.reverse()
    return "".join(found)


def _shortest(low: int, high: int, length: int) -> str:
    """The fewest digits all of whose extensions lie within ``low..high``, multiples of 64**-length."""
    for digits in range(1, length):
        shift = DIGIT_BITS * (length - digits)
        first = (low + (1 << shift) - 1) >> shift
        if (first + 1) << shift <= high:
            return _digits(first, digits)
    return _digits(low, length)
