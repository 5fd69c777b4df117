"""
Markdown out: blocks to text that other programs show well and that reads back exactly.

Each block is written in plain Markdown where that says all of it, else as one line of HTML with `data-block`
(`html_writer.py`): a list level without the levels above it, an unknown kind or attribute, marks inside code.

Invariant: `read_markdown(write_markdown(blocks)) == tidy(blocks)` for allowed links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.transfer.blocks import LISTS, Attributes, Block, Span, block_text, code_length, tidy
from app.transfer.html_writer import exact_block
from app.transfer.markdown_inline import write_inline
from app.transfer.tables import TABLE_LANGUAGE, is_table
from app.transfer.wiki_links import Named

_KNOWN = {
    None: {"level"},
    "heading": {"kind", "level"},
    "bullet": {"kind", "level"},
    "numbered": {"kind", "level", "start"},
    "check": {"kind", "level", "checked"},
    "quote": {"kind", "level"},
    "code": {"kind", "level", "language"},
}
_DIVIDER = {"embed": {"type": "divider"}}
_LANGUAGE = re.compile(r"[^\s`&\\][^`\n\r&\\]*(?<!\s)")
_QUOTE_LEVEL_MAX = 20
NUMBER_MAX = 999_999_999
"""The largest number of a list that CommonMark reads as one."""


def write_markdown(blocks: list[Block], named: Named = MappingProxyType({})) -> str:
    """
    Write Markdown.

    Args:
        blocks: Any blocks; they are tidied first.
        named: Addresses that are written as links by name.

    Returns:
        Text that ends in a newline; "" for one empty paragraph.

    Cost: linear; about 0.2 s per MB.
    """
    blocks = tidy(blocks)
    if blocks == [([], {})]:
        return ""
    writing = _Writing(named)
    index = 0
    while index < len(blocks):
        index += writing.add(blocks, index)
    return "".join(writing.parts) + "\n"


@dataclass(slots=True)
class _OpenItem:
    """A list item that later blocks may be nested in."""

    marker: str
    number: int
    offset: int


class _Writing:
    """The text so far, the list items that are open, and what the last block was."""

    def __init__(self, named: Named) -> None:
        self._named = named
        self.parts: list[str] = []
        self._items: list[_OpenItem] = []
        self._last = ""
        self._last_quote = 0

    def add(self, blocks: list[Block], index: int) -> int:
        """Write the block at `index`, with code all the lines of it; return how many blocks that was."""
        spans, attributes = blocks[index]
        kind = attributes.get("kind")
        if kind == "code":
            count = code_length(blocks, index)
            if self._code(blocks[index : index + count], attributes):
                return count
        elif self._is_plain(spans, attributes):
            if kind in LISTS:
                self._item(spans, attributes)
            elif kind == "quote":
                self._quote(spans, attributes.get("level", 0))
            elif kind == "heading":
                self._flat(
                    "#" * attributes["level"] + " " + write_inline(spans, self._named, single_line=True)
                )
            else:
                self._paragraph(spans, attributes.get("level", 0))
            return 1
        self._flat(exact_block(spans, attributes))
        return 1

    def _is_plain(self, spans: list[Span], attributes: Attributes) -> bool:
        """Whether Markdown can say this block here."""
        kind = attributes.get("kind")
        level = attributes.get("level", 0)
        if kind not in _KNOWN or not set(attributes) <= _KNOWN[kind] or not _is_count(level):
            return False
        if kind == "heading":
            return bool(1 <= level <= 6)
        if kind == "quote":
            return bool(level < _QUOTE_LEVEL_MAX)
        if kind == "check" and not isinstance(attributes["checked"], bool):
            return False
        start = attributes.get("start", 2)
        if not _is_count(start) or start > NUMBER_MAX or start == 1:
            return False
        if kind is None and level:
            depth = len(self._items)
            return bool(level < depth or (level == depth and self._last != "empty item"))
        return kind not in LISTS or bool(level <= len(self._items))

    def _flat(self, text: str) -> None:
        """A block that stands outside of every list."""
        self._items.clear()
        self._part(text, 0, blank=True)
        self._last = "flat"

    def _part(self, text: str, indent: int, *, blank: bool) -> None:
        """Lines of a block, indented, after a newline and where wanted an empty line."""
        if self.parts:
            self.parts.append("\n\n" if blank else "\n")
        if indent:
            prefix = " " * indent
            text = "\n".join(prefix + line if line else line for line in text.split("\n"))
        self.parts.append(text)

    def _paragraph(self, spans: list[Span], level: int) -> None:
        """A paragraph, a line across the page, or nothing at all."""
        if len(spans) == 1 and spans[0][1] == _DIVIDER and not level:
            self._flat("---" if self.parts else "***")  # dashes at the top would open front matter
            return
        del self._items[level:]
        indent = self._items[-1].offset if level else 0
        self._part(write_inline(spans, self._named) or "<br>", indent, blank=True)
        self._last = "paragraph"

    def _quote(self, spans: list[Span], level: int) -> None:
        """One paragraph of a quotation; a line with only its marks parts it from the one before."""
        self._items.clear()
        prefix = "> " * (level + 1)
        text = "\n".join(prefix + line for line in (write_inline(spans, self._named) or "<br>").split("\n"))
        if self._last == "quote":
            text = ("> " * (min(level, self._last_quote) + 1)).rstrip() + "\n" + text
        self._part(text, 0, blank=self._last != "quote")
        self._last, self._last_quote = "quote", level

    def _item(self, spans: list[Span], attributes: Attributes) -> None:
        """One item of a list."""
        level = attributes["level"]
        before = self._items[level] if level < len(self._items) else None
        del self._items[level:]
        item = _next_item(attributes, before)
        text = write_inline(spans, self._named)
        if attributes["kind"] == "check":
            text = f"[{'x' if attributes['checked'] else ' '}] {text}".rstrip(" ")
        marker = f"{item.number}{item.marker}" if attributes["kind"] == "numbered" else item.marker
        outer = self._items[-1].offset if self._items else 0
        item.offset = outer + len(marker) + 1
        # What is nested in an item stands under its paragraph, which only an item with text and number 1
        # ends. An empty item has no paragraph, and nothing after an empty line would be nested in it.
        joins = self._last == "empty item" or (
            self._last == "item" and (before is not None or (bool(text) and item.number == 1))
        )
        lines = text.split("\n")
        first = f"{marker} {lines[0]}" if lines[0] else marker
        rest = [" " * (len(marker) + 1) + line for line in lines[1:]]
        self._part("\n".join([first, *rest]), outer, blank=not joins)
        self._items.append(item)
        self._last = "item" if text else "empty item"

    def _code(self, blocks: list[Block], attributes: Attributes) -> bool:
        """Lines of code between fences, or a table as it is; False when Markdown cannot say them."""
        language, level = attributes.get("language", ""), attributes.get("level", 0)
        if not set(attributes) <= _KNOWN["code"] or not isinstance(language, str) or not _is_count(level):
            return False
        if level > len(self._items) or any(set(marks) for spans, _ in blocks for _, marks in spans):
            return False
        lines = [block_text(spans) for spans, _ in blocks]
        if any("\r" in line for line in lines) or (language and not _LANGUAGE.fullmatch(language)):
            return False
        joins = level == len(self._items) and self._last == "empty item"
        del self._items[level:]
        indent = self._items[-1].offset if level else 0
        if language == TABLE_LANGUAGE and is_table(lines) and not joins:
            text = "\n".join(lines)
        else:
            fence = _fence(lines)
            text = "\n".join([fence + language, *lines, fence])
        self._part(text, indent, blank=not joins)
        self._last = "code"
        return True


def _is_count(value: Any) -> bool:
    """Whether an attribute is a whole number from 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _next_item(attributes: Attributes, before: _OpenItem | None) -> _OpenItem:
    """Marker and number of an item after the one before it at its level, if there is one."""
    if attributes["kind"] != "numbered":
        return _OpenItem("-", 1, 0)
    numbered = before is not None and before.marker in ".)"
    if "start" in attributes:
        marker = ")" if before is not None and before.marker == "." else "."
        return _OpenItem(marker, attributes["start"], 0)
    if before is not None and numbered and before.number < NUMBER_MAX:
        return _OpenItem(before.marker, before.number + 1, 0)
    return _OpenItem(".", 1, 0)


def _fence(lines: list[str]) -> str:
    """Backticks, more of them than any line begins with."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    return "`" * max(3, longest + 1)
