"""
Where Qt's UTF-16 offsets and the CRDT's code-point indexes meet.

Qt counts UTF-16 units; everything of ours counts code points. They differ only where a text holds characters
beyond the Basic Multilingual Plane ("wide" ones: emoji, rare Han), each of which is two units. All functions
work on one block's text, without its newline: most blocks hold no wide character and cost one comparison, the
others a bisect. Not here: graphemes, which only the caret knows (`note_edit`).

Invariants: `points_of(wides, units_at(wides, i)) == i`; an offset inside a surrogate pair means the place
before it.
"""

from __future__ import annotations

import re
from bisect import bisect_left

Wides = tuple[int, ...]
"""Indexes of a text's wide characters, ascending."""

_WIDE = re.compile("[\U00010000-\U0010ffff]")


def units_in(text: str) -> int:
    """
    Count the UTF-16 units of a text.

    Cost: O(len(text)), at the speed of an encoder; O(1) for ASCII.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def wide_indexes(text: str) -> Wides:
    """
    Find the characters of a text that take two units.

    Cost: O(len(text)); for ASCII O(1).
    """
    if text.isascii():
        return ()
    return tuple(found.start() for found in _WIDE.finditer(text))


def units_at(wides: Wides, index: int) -> int:
    """
    Convert an index to units.

    Args:
        wides: Of the text that index points into.
        index: Code points from the text's start, at most its length.

    Returns:
        UTF-16 units from the text's start.
    """
    return index + bisect_left(wides, index) if wides else index


def points_of(wides: Wides, offset_u16: int) -> int:
    """
    Convert an offset in units to an index.

    Args:
        wides: Of the text that the offset points into.
        offset_u16: Units from the text's start; one inside a surrogate pair counts as the place before it.

    Returns:
        Code points from the text's start.
    """
    if not wides:
        return offset_u16
    # The n-th wide character begins at unit wides[n] + n and ends two units later.
    low, high = 0, len(wides)
    while low < high:
        middle = (low + high) // 2
        if wides[middle] + middle + 2 <= offset_u16:
            low = middle + 1
        else:
            high = middle
    index = offset_u16 - low
    return wides[low] if low < len(wides) and index > wides[low] else index


def splits_pair(text: str, wides: Wides, offset_u16: int) -> bool:
    """Tell whether an offset lies between the two units of one wide character of text."""
    index = points_of(wides, offset_u16)
    return index < len(text) and units_at(wides, index) != offset_u16
