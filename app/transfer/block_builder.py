"""
The builder: nested lists and quotes of another format become our flat blocks with levels.

Rules (both readers keep them): the first paragraph of a list item is the item; later ones are paragraphs
with `level` one deeper, code blocks likewise; a quote's paragraphs are quotes with the depth as `level`; a
list in a quote is a list; a heading inside an item is the item's text. An item without text of its own is an
empty block, so that what is nested in it keeps its depth.
"""

from __future__ import annotations

from app.transfer.blocks import BREAK, EMBED, Attributes, Block, Marks, Span

LEVEL_MAX = 64
"""Deeper list levels are kept at this one: nobody can read them, and the editor indents no further."""


class NestedTooDeeply(ValueError):
    """
    A file nests lists, quotes or tags beyond what anybody can read.

    Attributes:
        levels: How many would have been read.
    """

    def __init__(self, levels: int) -> None:
        super().__init__(f"more than {levels} levels")
        self.levels = levels


class BlockBuilder:
    """Blocks so far, and the lists and quotes that are open."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._lists: list[tuple[str, int]] = []
        self._quotes = 0
        self._item: Attributes | None = None

    def open_list(self, kind: str, start: int = 1) -> None:
        """
        Enter a list.

        Args:
            kind: "bullet" or "numbered".
            start: The number of its first item.
        """
        self._settle_item()
        self._lists.append((kind, start))

    def close_list(self) -> None:
        """Leave the innermost list."""
        self._settle_item()
        if self._lists:
            self._lists.pop()

    def open_item(self) -> None:
        """Begin an item; the next paragraph is its text."""
        self._settle_item()
        kind, start = self._lists[-1] if self._lists else ("bullet", 1)
        self._item = {"kind": kind, "level": min(max(len(self._lists) - 1, 0), LEVEL_MAX)}
        if kind == "numbered" and start != 1:
            self._item["start"] = start
            self._lists[-1] = (kind, 1)

    def close_item(self) -> None:
        """End an item; one that had no text is an empty block."""
        self._settle_item()

    def check_item(self, checked: bool) -> None:
        """Make the item that is open a tick box."""
        if self._item is not None:
            self._item = {"kind": "check", "level": self._item["level"], "checked": checked}

    @property
    def item_waits(self) -> bool:
        """Whether the next paragraph will be the text of a list item."""
        return self._item is not None

    def open_quote(self) -> None:
        """Enter a quotation."""
        self._quotes += 1

    def close_quote(self) -> None:
        """Leave the innermost quotation."""
        self._quotes = max(self._quotes - 1, 0)

    def add_paragraph(self, spans: list[Span]) -> None:
        """Add a paragraph: an item's text, a quote or a plain one, by what is open."""
        if self._item is not None:
            attributes, self._item = self._item, None
        elif self._lists:
            attributes = {"level": min(len(self._lists), LEVEL_MAX)}
        elif self._quotes:
            attributes = {"kind": "quote"}
            if self._quotes > 1:
                attributes["level"] = min(self._quotes - 1, LEVEL_MAX)
        else:
            attributes = {}
        self._append(spans, attributes)

    def add_heading(self, spans: list[Span], level: int) -> None:
        """Add a heading of level 1 to 6."""
        if self._item is not None:
            self.add_paragraph(spans)
        else:
            self._append(spans, {"kind": "heading", "level": level})

    def add_code(self, lines: list[list[Span]], language: str) -> None:
        """Add a block of code, a block of ours for each of its lines."""
        self._settle_item()
        attributes: Attributes = {"kind": "code"}
        if language:
            attributes["language"] = language
        if self._lists:
            attributes["level"] = min(len(self._lists), LEVEL_MAX)
        self.blocks.extend((line, dict(attributes)) for line in lines)

    def add_divider(self) -> None:
        """Add a line across the page."""
        self._settle_item()
        payload: Marks = {"type": "divider"}
        self.blocks.append(([(EMBED, {"embed": payload})], {}))

    def add_exact(self, spans: list[Span], attributes: Attributes) -> None:
        """Add a block whose attributes are known, whatever is open."""
        self._settle_item()
        self._append(spans, attributes)

    def _append(self, spans: list[Span], attributes: Attributes) -> None:
        """Add a block. A newline in its text (an entity, a description) is a line break: it ends no block."""
        self.blocks.append(([(text.replace("\n", BREAK), marks) for text, marks in spans], attributes))

    def _settle_item(self) -> None:
        """An item still waiting for its text has none."""
        if self._item is not None:
            self.add_paragraph([])
