"""
What the view shows, block by block, in code points: the memory the binding compares the QTextDocument with.

Pure data, no Qt. A `Mirror` is a list of `MirrorBlock`; indexes count code points over all blocks, one for
the newline between two. It changes in two ways: `splice` after somebody edited the view, and `insert`,
`delete`, `mark`, `set_attributes` when a patch or a command is about to be shown. The latter leave `stale`
set on every block whose formats in the view have to be compared again.

Invariants: M1 there is at least one block. M2 no text holds a newline. M3 the spans of a block cover its
text, none is empty, neighbours differ. M4 `units` is the length of the view in UTF-16, newlines between
blocks included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from app.editor.units import Wides, units_in, wide_indexes

_CHUNK: Final = (
    64  # blocks whose lengths are kept as one sum: finding a place looks at some chunks and one inside
)

Spans = list[tuple[int, str]]
"""(code points, key of their marks) from left to right."""


class MirrorBlock:
    """One paragraph: its text without the newline, the marks over it, and the key of its attributes."""

    __slots__ = ("attributes", "spans", "stale", "text", "units", "wides")

    def __init__(self, text: str, spans: Spans, attributes: str) -> None:
        self.text: str = text
        self.spans: Spans = spans
        self.attributes: str = attributes
        self.stale: bool = False
        self.units: int = units_in(text)
        self.wides: Wides = wide_indexes(text)

    def set_text(self, text: str) -> None:
        """Replace the text; the caller sets the spans."""
        self.text = text
        self.units = units_in(text)
        self.wides = wide_indexes(text)

    def shows(self, other: MirrorBlock) -> bool:
        """Whether both have the same text, marks and attributes."""
        return self.text == other.text and self.spans == other.spans and self.attributes == other.attributes

    def key_at(self, index: int) -> str:
        """Give the marks of the character at an index inside the text."""
        for length, key in self.spans:
            if index < length:
                return key
            index -= length
        return ""

    def __repr__(self) -> str:
        return f"MirrorBlock({self.text!r}, {self.spans!r}, {self.attributes!r})"


def joined(spans: Iterable[tuple[int, str]]) -> Spans:
    """Drop empty spans and join equal neighbours (M3)."""
    made: Spans = []
    for length, key in spans:
        if not length:
            continue
        if made and made[-1][1] == key:
            made[-1] = (made[-1][0] + length, key)
        else:
            made.append((length, key))
    return made


def cut(spans: Spans, start: int, end: int) -> Spans:
    """Give the spans of the characters start <= i < end."""
    made: Spans = []
    at = 0
    for length, key in spans:
        low, high = max(at, start), min(at + length, end)
        if low < high:
            made.append((high - low, key))
        at += length
    return made


class Mirror:
    """
    The blocks of one view. Where a block starts is added up on demand and remembered as far as it holds.
    """

    def __init__(self, blocks: Iterable[MirrorBlock] = ()) -> None:
        """Args: blocks: From first to last; none means one empty paragraph."""
        self.blocks: list[MirrorBlock] = list(blocks) or [MirrorBlock("", [], "")]
        self.units: int = sum(block.units + 1 for block in self.blocks) - 1
        self._sums: list[int] = []  # lengths of chunks of blocks, newlines included; the first ones that hold

    # Reading

    def __len__(self) -> int:
        """Code points, newlines between blocks included. Cost: O(blocks)."""
        return self.start(len(self.blocks) - 1) + len(self.blocks[-1].text)

    def start(self, number: int) -> int:
        """Give the index of the first character of a block."""
        chunk = number // _CHUNK
        self._add_up(chunk)
        at = sum(self._sums[:chunk])
        for block in self.blocks[chunk * _CHUNK : number]:
            at += len(block.text) + 1
        return at

    def locate(self, index: int) -> tuple[int, int]:
        """
        Find the block an index is in.

        Args:
            index: 0 <= index <= len(self); larger ones give the end.

        Returns:
            The block's number, and code points from its start.
        """
        chunks = (len(self.blocks) - 1) // _CHUNK
        self._add_up(chunks)
        number, left = 0, index
        for size in self._sums:
            if left < size or number == chunks * _CHUNK:
                break
            left -= size
            number += _CHUNK
        for block in self.blocks[number : number + _CHUNK]:
            size = len(block.text)
            if left <= size or number + 1 == len(self.blocks):
                return number, min(left, size)
            left -= size + 1
            number += 1
        raise AssertionError("the last block ends the search")

    def _add_up(self, chunks: int) -> None:
        """Add up the lengths of so many chunks."""
        while len(self._sums) < chunks:
            first = len(self._sums) * _CHUNK
            self._sums.append(sum([len(block.text) + 1 for block in self.blocks[first : first + _CHUNK]]))

    def text(self) -> str:
        """Give the whole text, blocks joined by newlines."""
        return "\n".join(block.text for block in self.blocks)

    # After an edit in the view

    def splice(self, first: int, stop: int, blocks: Sequence[MirrorBlock]) -> None:
        """Replace the blocks first <= n < stop by others, already shown."""
        gone = self.blocks[first:stop]
        self.blocks[first:stop] = blocks
        self.units += sum(block.units + 1 for block in blocks) - sum(block.units + 1 for block in gone)
        grown = sum(len(block.text) for block in blocks) - sum(len(block.text) for block in gone)
        self._resize(first, grown, len(blocks) == 1 == len(gone))

    # Before a change is shown

    def insert(self, index: int, text: str, marks: str, attributes: str | None) -> tuple[int, int]:
        """
        Insert text; newlines in it split the block.

        Args:
            index: Where, 0 <= index <= len(self).
            text: Any code points.
            marks: The key of the marks of all of it.
            attributes: The key that every new newline carries; None for that of the block it splits. The part
                behind the last new newline keeps the block's own, since the old newline ends it.

        Returns:
            The number of the block it begins in and the number of newlines inserted.
        """
        number, inside = self.locate(index)
        block = self.blocks[number]
        parts = text.split("\n")
        ahead, behind = cut(block.spans, 0, inside), cut(block.spans, inside, len(block.text))
        self.units += units_in(text)
        if len(parts) == 1:
            block.set_text(block.text[:inside] + text + block.text[inside:])
            block.spans = joined([*ahead, (len(text), marks), *behind])
            block.stale = True
        else:
            carried = block.attributes if attributes is None else attributes
            first = MirrorBlock(
                block.text[:inside] + parts[0], joined([*ahead, (len(parts[0]), marks)]), carried
            )
            middle = [MirrorBlock(part, joined([(len(part), marks)]), carried) for part in parts[1:-1]]
            last = MirrorBlock(
                parts[-1] + block.text[inside:],
                joined([(len(parts[-1]), marks), *behind]),
                block.attributes,
            )
            self.blocks[number : number + 1] = [first, *middle, last]
            for made in (first, *middle, last):
                made.stale = True
        self._resize(number, len(text), len(parts) == 1)
        return number, len(parts) - 1

    def delete(self, index: int, count: int) -> tuple[int, int]:
        """
        Delete text; where newlines go, the blocks join and the last one's attributes stay.

        Args:
            index: Where, 0 <= index.
            count: Code points, at most what follows.

        Returns:
            The number of the block the range begins in and the number of newlines deleted.
        """
        number, inside = self.locate(index)
        last, stop = self.locate(index + count)
        head, tail = self.blocks[number], self.blocks[last]
        gone = self.blocks[number : last + 1]
        made = MirrorBlock(
            head.text[:inside] + tail.text[stop:],
            joined([*cut(head.spans, 0, inside), *cut(tail.spans, stop, len(tail.text))]),
            tail.attributes,
        )
        made.stale = True
        self.units += made.units - sum(block.units + 1 for block in gone) + 1
        self.blocks[number : last + 1] = [made]
        self._resize(number, -count, number == last)
        return number, last - number

    def mark(self, start: int, end: int, change: Callable[[str], str]) -> tuple[int, int]:
        """
        Change the marks of start <= i < end.

        Args:
            start, end: Indexes.
            change: Gives the new key for an old one.

        Returns:
            The numbers of the first and last block touched.
        """
        first, inside = self.locate(start)
        number, left = first, end - start
        while left > 0:
            block = self.blocks[number]
            stop = min(inside + left, len(block.text))
            block.spans = joined(
                [
                    *cut(block.spans, 0, inside),
                    *((length, change(key)) for length, key in cut(block.spans, inside, stop)),
                    *cut(block.spans, stop, len(block.text)),
                ]
            )
            block.stale = True
            left -= stop - inside + 1
            if left <= 0:
                break
            number, inside = number + 1, 0
        return first, number

    def set_attributes(self, index: int, attributes: str) -> int:
        """Give the block around an index other attributes; its number is returned."""
        number, _ = self.locate(index)
        block = self.blocks[number]
        block.attributes = attributes
        block.stale = True
        return number

    def _resize(self, number: int, grown: int, alone: bool) -> None:
        """Note that a block grew; unless it did so alone, blocks behind it came or went as well."""
        chunk = number // _CHUNK
        if not alone:
            del self._sums[chunk:]
        elif chunk < len(self._sums):
            self._sums[chunk] += grown
