"""
The YAML that stands above notes: names with a text or a list of texts.

What programs for notes and people write is understood: names of any letters, quoted or not; values on one
line or on several, quoted, folded (`>`), as they stand (`|`); lists in brackets or with dashes; comments.
What is nested deeper has a name here and no value. Not a YAML parser: no anchors, tags or documents.
"""

from __future__ import annotations

import json
import re
from typing import Final

Fields = dict[str, str | list[str]]
"""{name in lower case: a text, or the texts of a list}; "" where nothing stands."""

_QUOTED: Final = r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'"""
_KEY: Final = re.compile(
    rf"""({_QUOTED}|[^\s\-?:,\[\]{{}}#&*!|>'"%@`](?:[^:]|:(?!\s|$)){{0,99}}?)[ \t]*:(?:[ \t]+(.*)|)$"""
)
_ITEM: Final = re.compile(r"\s*-(?:[ \t]+(.*)|)$")
_WORDS: Final = re.compile(rf"(?:{_QUOTED})(?=\s*$|\s+#)")
_BLOCK: Final = re.compile(r"([|>])[-+0-9]{0,2}(?:\s+#.*)?$")
_COMMENT: Final = re.compile(r"\s+#")
_TOKEN: Final = re.compile(rf"""\s*({_QUOTED}|[\[\],]|[^\s,\[\]][^,\[\]]*)""")


def read_fields(lines: list[str]) -> Fields | None:
    """
    Names and what stands behind them; None when the lines are no list of names.

    Args:
        lines: Without their ends.

    Cost: linear.
    """
    fields: Fields = {}
    place = 0
    while place < len(lines):
        key = _KEY.match(lines[place])
        place += 1
        if key is not None:
            first, start = (key[2] or "").strip(), place
            place = _end(first, lines, start)
            fields.setdefault(_scalar(key[1]).strip().lower(), _value(first, lines[start:place]))
        elif lines[place - 1].strip() and not lines[place - 1].startswith((" ", "\t", "#")):
            return None
    return fields if fields or not any(line.strip() for line in lines) else None


def _end(first: str, lines: list[str], start: int) -> int:
    """Where the lines end that go on with a value which begins with `first`."""
    if first.startswith("["):
        stop = start
        while stop < len(lines) and not _KEY.match(lines[stop]):
            stop += 1
        text = "\n".join([first, *lines[start:stop]])
        closed = _closed(text)
        if closed:
            return start + text.count("\n", 0, closed)
    inside = (" ", "\t") if _BLOCK.match(first) else (" ", "\t", "#")
    is_block = len(inside) == 2
    stop = start
    while stop < len(lines) and (
        not lines[stop].strip()
        or lines[stop].startswith(inside)
        or (not is_block and _ITEM.match(lines[stop]))
    ):
        stop += 1
    return stop


def _closed(text: str) -> int:
    """The place behind the bracket that closes the one which the text begins with; 0 where none does."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"[": 1, "]": -1}.get(token[1], 0)
        if not depth:
            return token.end()
    return 0


def _value(first: str, more: list[str]) -> str | list[str]:
    """A value whose first line is `first`, and which the others go on with."""
    block = _BLOCK.match(first)
    if block:
        return ("\n" if block[1] == "|" else " ").join(line.strip() for line in more).strip()
    said = [line.strip() for line in (first, *more) if line.strip() and not line.lstrip().startswith("#")]
    if not first and said and _ITEM.match(said[0]):
        items = (_ITEM.match(line) for line in said)
        return [_scalar((item[1] or "").strip()) for item in items if item]
    text = " ".join([first, *said[1:]] if first else said)
    if not text.startswith("["):
        return _scalar(text)
    tokens = (token[1].strip() for token in _TOKEN.finditer(text[: _closed(text) or len(text)]))
    return [_scalar(token) for token in tokens if token not in ("[", "]", ",")]


def _scalar(text: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    words = _WORDS.match(text)
    if words is None:
        return text.strip('"') if text.startswith('"') else _COMMENT.split(text, maxsplit=1)[0]
    if words[0].startswith("'"):
        return words[0][1:-1].replace("''", "'")
    try:
        known = json.loads(words[0])
    except ValueError:
        return words[0][1:-1]
    return str(known)
