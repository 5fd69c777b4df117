"""
Where rows of different heights begin, when they are many and change one at a time. Pure.

A row's height is known or a guess; the sums over chunks of rows are kept, so that a place is found by looking
at the chunks and inside one of them.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Final

_CHUNK: Final = 128


class Heights:
    """
    Heights of rows from top to bottom, in pixels.

    Cost for 20,000 rows: a question or one changed height some µs; rows that come or go 0.2 ms.
    """

    def __init__(self) -> None:
        """Start with no row."""
        self._heights: list[float] = []
        self._sums: list[float] = []

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._heights)

    def __getitem__(self, number: int) -> float:
        """Give the height of a row."""
        return self._heights[number]

    def top(self, number: int) -> float:
        """Say how far below the first row's top a row begins; 0 <= number <= len(self)."""
        chunk = number // _CHUNK
        return sum(self._sums[:chunk]) + sum(self._heights[chunk * _CHUNK : number])

    @property
    def total(self) -> float:
        """The height of all rows together."""
        return sum(self._sums)

    def at(self, y: float) -> int:
        """Give the row a place is in; the first for places above all, the last for those below all."""
        if not self._heights:
            return 0
        tops = list(accumulate(self._sums))
        chunk = min(bisect_right(tops, y), len(tops) - 1)
        first = chunk * _CHUNK
        inside = y - (tops[chunk - 1] if chunk else 0.0)
        ends = list(accumulate(self._heights[first : first + _CHUNK]))
        return first + min(bisect_right(ends, inside), len(ends) - 1)

    def set(self, number: int, height: float) -> None:
        """Change the height of a row."""
        self._heights[number] = height
        chunk = number // _CHUNK
        self._sums[chunk] = sum(self._heights[chunk * _CHUNK : (chunk + 1) * _CHUNK])

    def splice(self, first: int, stop: int, count: int, guess: float) -> None:
        """Put `count` rows in place of first <= n < stop; what is more than there was gets the guess."""
        kept = min(count, stop - first)
        self._heights[first + kept : stop] = [guess] * (count - kept)
        if count != stop - first:
            chunk = (first + kept) // _CHUNK
            del self._sums[chunk:]
            for start in range(chunk * _CHUNK, len(self._heights), _CHUNK):
                self._sums.append(sum(self._heights[start : start + _CHUNK]))
