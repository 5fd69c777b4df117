"""
Links by name, written: `[[Roses]]`, `[[Roses#Red|the red ones]]`, `![[rose.png|a rose|300]]`.

An export that is to be opened as a vault has them where they mean the same there and when they are read
again; whatever names cannot say stays an ordinary link, which such programs follow too. Not here: reading
them (`wiki`, `markdown_rules`).

Source: Obsidian's help, "Internal links": a name alone where there is one file of it, else its path from the
top; no `# ^ [ ] |` in names.
"""

from __future__ import annotations

import mimetypes
import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from app.headings import Outline
from app.transfer.blocks import Marks, Span

Named = Mapping[str, str]
"""Addresses that have a name, and what stands between the brackets: "b/Roses.md#red" -> "Roses#Red"."""

_NAME: Final = re.compile(r"[^\[\]|#^\n\r\u2028]{1,400}")
_NO_PLACE: Final = re.compile(r"[\[\]|#^\n\r\u2028]")
_WORDS: Final = re.compile(r"[^\[\]|\n\r\u2028]{1,400}")
_SIZE: Final = re.compile(r"\d{1,5}(?:x\d{1,5})?")
_CLAIMS: Final = ("(", "[", ":")
"""What stands behind a link by name and would make another one of it."""


class NamesGiven:
    """What the files of an export are called in links."""

    def __init__(self, notes: Iterable[str]) -> None:
        """`notes`: the paths of all notes from the top of the export, with slashes and endings."""
        self._ways: Counter[str] = Counter()
        for path in notes:
            parts = _key(posixpath.splitext(path)[0]).split("/")
            self._ways.update("/".join(parts[start:]) for start in range(len(parts)))

    def note(self, path: str) -> str | None:
        """What a note is called: its file's name, or its way from the top; None where neither is clear."""
        way = posixpath.splitext(path)[0]
        for name in (posixpath.basename(way), way):
            if self._ways[_key(name)] == 1 and _NAME.fullmatch(name) and not _is_file_name(name):
                return name
        return None

    def file(self, path: str) -> str | None:
        """What a picture or another file is called, whose name no other file has."""
        name = posixpath.basename(path)
        if not self._ways[_key(name)] and _NAME.fullmatch(name) and _is_file_name(name):
            return name
        return None


def heading_by_name(outline: Outline, number: int) -> str | None:
    """What a heading is called behind the name of its note; None where another one would be found by that."""
    said = " ".join(_NO_PLACE.sub(" ", outline.headings[number].text).split())
    return said if said and outline.find(said) == number else None


def with_place(name: str | None, place: str | None) -> str | None:
    """A name and the heading in it, "" for the whole note; None where either is unknown or cannot be said."""
    if name is None or place is None or _NO_PLACE.search(place):
        return None
    return f"{name}#{place}" if place else name


def link_by_name(spans: list[Span], index: int, named: Named) -> str:
    """A span as a link by name; "" where it is none, or that cannot say all of it."""
    text, marks = spans[index]
    link = marks.get("link")
    name = named.get(link) if isinstance(link, str) else None
    if name is None or "embed" in marks or "code" in marks or not _WORDS.fullmatch(text):
        return ""
    around = spans[max(index - 1, 0) : index] + spans[index + 1 : index + 2]
    if any(other.get("link") == link for _, other in around) or _is_claimed(spans, index):
        return ""
    return f"[[{name}]]" if text == name else f"[[{name}|{text}]]"


def embed_by_name(spans: list[Span], index: int, named: Named) -> str:
    """A picture or a shown note by its name; "" where that cannot say all of it."""
    payload = spans[index][1]["embed"]
    source, width = payload.get("src"), payload.get("width")
    name = named.get(source) if isinstance(source, str) else None
    if name is None or not _is_sayable(payload, name) or _is_claimed(spans, index):
        return ""
    words = "" if payload["alt"] == name else f"|{payload['alt']}"
    return f"![[{name}{words}{'' if width is None else f'|{width}'}]]"


def _is_sayable(payload: Marks, name: str) -> bool:
    """Whether a picture is its name, its words and how wide it is, and reads back as that."""
    words, width = payload.get("alt"), payload.get("width", 1)
    return (
        set(payload) <= {"type", "src", "alt", "name", "width"}
        and payload.get("type") == "image"
        and isinstance(words, str)
        and _WORDS.fullmatch(words) is not None
        and _SIZE.fullmatch(words) is None
        and payload.get("name", name) == name
        and type(width) is int
        and 0 < width < 100_000
    )


def _is_claimed(spans: list[Span], index: int) -> bool:
    """Whether what follows begins with a sign that goes with the brackets."""
    return index + 1 < len(spans) and spans[index + 1][0].startswith(_CLAIMS)


def _is_file_name(name: str) -> bool:
    """Whether a name has the ending of a file, so that no note is meant by it."""
    return mimetypes.guess_type(name)[0] is not None


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
