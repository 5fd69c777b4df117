"""
Tables: kept readable as aligned lines of text.

A table becomes a block of code with the language "table", one line a row, its columns padded to line up in a
fixed-width font, as far as lines stay on a screen. Markdown out writes these lines bare, so that other
programs see a table again; reading that back aligns to the same lines. `aligned(aligned(rows)) ==
aligned(rows)` is what makes it a round trip.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import zip_longest

TABLE_LANGUAGE = "table"

LINE_WIDTH_MAX = 80
"""Columns of the screen that padding may fill: a line of a note breaks behind little more."""

_RULE = re.compile(r":?-+:?")
_CELL_BREAK = re.compile(r"(?<!\\)\|")  # one backslash before a bar escapes it, whatever stands before that


def table_lines(rows: list[list[str]], alignments: list[str]) -> list[str]:
    """
    Rows of a table as lines of Markdown.

    Args:
        rows: The first is the head. Cells hold Markdown; a bar inside a cell is written with a backslash.
        alignments: "left", "right", "center" or "" for each column of the head.
    """
    cells = [[_cell(text) for text in row] for row in rows]
    columns = max((len(row) for row in cells), default=0)
    cells = [row + [""] * (columns - len(row)) for row in cells]
    whole = [max(3, *(display_width(row[column]) for row in cells)) for column in range(columns)]
    widths = _bounded(whole)
    rule = [_rule(width, align) for width, align in zip_longest(widths, alignments[:columns], fillvalue="")]
    lines = [_line(row, widths, is_whole=widths == whole) for row in cells]
    lines.insert(1, "| " + " | ".join(rule) + " |")
    return lines


def _bounded(widths: list[int]) -> list[int]:
    """Widths of columns, the widest ones less until a line has room; longer cells reach out of theirs."""
    room = LINE_WIDTH_MAX - 3 * len(widths) - 1
    ascending = sorted(widths)
    for number, width in enumerate(ascending):
        others = len(ascending) - number
        if width * others > room:
            most = max(room // others, 3)
            return [min(width, most) for width in widths]
        room -= width
    return widths


def _cell(text: str) -> str:
    """A cell on one line, its own bars escaped."""
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def _rule(width: int | str, align: str) -> str:
    """One column of the line under the head."""
    assert isinstance(width, int)
    left = ":" if align in ("left", "center") else "-"
    right = ":" if align in ("right", "center") else "-"
    return left + "-" * (width - 2) + right


def _line(row: list[str], widths: list[int], *, is_whole: bool) -> str:
    """
    One row, each cell where its column begins, or as soon behind a longer one as it can.

    Args:
        is_whole: Whether every cell has its room; else nothing is padded at the end, where lines may break.
    """
    parts: list[str] = []
    at = begins = 0
    for number, (text, width) in enumerate(zip(row, widths, strict=True)):
        at += display_width(text)
        begins += width
        blanks = max(begins - at, 0) if is_whole or number < len(row) - 1 else 0
        parts.append(text + " " * blanks)
        at += blanks
    return "| " + " | ".join(parts) + " |"


def display_width(text: str) -> int:
    """Columns that a fixed-width font needs: two for wide letters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def is_table(lines: list[str]) -> bool:
    """Whether these lines, written bare, would be read back as the same lines."""
    parsed = _parse(lines)
    return parsed is not None and table_lines(*parsed) == lines


def _parse(lines: list[str]) -> tuple[list[list[str]], list[str]] | None:
    """Rows and alignments of aligned lines; None when they are not a table."""
    if len(lines) < 2 or not all(line.startswith("| ") and line.endswith(" |") for line in lines):
        return None
    rows = [_split(line) for line in lines]
    rule = rows.pop(1)
    if any(len(row) != len(rule) for row in rows) or not all(_RULE.fullmatch(cell) for cell in rule):
        return None
    return rows, [_alignment(cell) for cell in rule]


def _split(line: str) -> list[str]:
    """The cells of one line, their bars unescaped as the Markdown parser does."""
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BREAK.split(line[1:-1])]


def _alignment(rule: str) -> str:
    """What the colons of one column say."""
    left, right = rule.startswith(":"), rule.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""
