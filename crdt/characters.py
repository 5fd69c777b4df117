"""
The characters of one replica in one text, by counter: strings in blocks, and what was typed since in pieces.

A counter that is no element (a delete, a mark, something in another text) holds FILLER, which no text can.
"""

from typing import Final

BLOCK: Final = 4096
"""Code points of a block: few enough that typing and reading in turn copies little, many enough to be few."""

FILLER: Final = "\0"

LOOSE_MAX: Final = 1024


class Characters:
    """What one replica typed. ``end`` is the first counter behind it."""

    __slots__ = ("_blocks", "_loose", "end")

    def __init__(self) -> None:
        self.end: int = 0
        self._blocks: list[str] = []
        """All of them BLOCK long but the last, which is shorter or as long."""
        self._loose: list[str] = []

    def append(self, text: str) -> None:
        """Keep the characters right behind the end. Cost: O(1)."""
        self._loose.append(text)
        self.end += len(text)

    def store(self, counter: int, text: str) -> None:
        """Keep the characters of the counters from ``counter`` on, which lies at the end or behind it."""
        if counter > self.end:
            self._loose.append(FILLER * (counter - self.end))
        self._loose.append(text)
        self.end = counter + len(text)
        if len(self._loose) > LOOSE_MAX:
            self._settle()

    def at(self, counter: int) -> str:
        """The character of one counter below the end."""
        if self._loose:
            self._settle()
        return self._blocks[counter // BLOCK][counter % BLOCK]

    def between(self, start: int, end: int) -> str:
        """The characters of the counters ``start <= c < end``. Cost: O(their number)."""
        if start >= end:
            return ""
        if self._loose:
            self._settle()
        first = start // BLOCK
        last = (end - 1) // BLOCK
        base = first * BLOCK
        if first == last:
            return self._blocks[first][start - base : end - base]
        parts = self._blocks[first : last + 1]
        parts[0] = parts[0][start - base :]
        parts[-1] = parts[-1][: end - last * BLOCK]
        return "".join(parts)

    def _settle(self) -> None:
        if self._blocks and len(self._blocks[-1]) < BLOCK:
            self._loose.insert(0, self._blocks.pop())
        text = "".join(self._loose)
        self._loose.clear()
        if len(text) <= BLOCK:
            self._blocks.append(text)
            return
        for begin in range(0, len(text), BLOCK):
            self._blocks.append(text[begin : begin + BLOCK])
