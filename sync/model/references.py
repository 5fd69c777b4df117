"""
What a note refers to and what it has: attachments (naming one is what gives somebody who may read the
document a right to it), other notes, and the traits that a search asks for.

What it is not: the attachments themselves. Invariant: reading never raises for what a newer version, or a
stranger, may have put where something else is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from crdt import Glance
from crdt.document import Document

SCHEME: Final = "attachment:"
NOTE_SCHEME: Final = "note:"
"""An address of a note of ours: its document id follows, and behind a "#" perhaps a place in it."""
NAME_LENGTH_MAX: Final = 64
"""Code points of a document id that a link may name; ours have 22."""
_HEX: Final = frozenset("0123456789abcdef")
_EMBED: Final = "\ufffc"


def is_sha256(text: object) -> bool:
    """Whether something is a SHA-256 as we write it: 64 small hexadecimal digits."""
    return isinstance(text, str) and len(text) == 64 and _HEX.issuperset(text)


def attachments_named(document: Document) -> set[str]:
    """
    The SHA-256 of every attachment that a note's ``attachments`` or an embed in its body names.

    Cost: O(text) where the body has embeds, otherwise O(attachments).
    """
    named = document.value(("attachments",))
    found = {key for key in named if is_sha256(key)} if isinstance(named, dict) else set()
    if document.kind(("body",)) != "text":
        return found
    body = document.text(("body",))
    return found | _embedded(body.text(), body.spans())


def attachments_glanced(note: Glance) -> set[str]:
    """The same of an encoded note."""
    named = note.value.get("attachments")
    found = {key for key in named if is_sha256(key)} if isinstance(named, dict) else set()
    body = note.texts.get(("body",))
    return found if body is None else found | _embedded(body.text, body.spans)


def _embedded(text: str, spans: Iterable[tuple[str, Mapping[str, Any]]]) -> set[str]:
    """The attachments that embeds show."""
    found: set[str] = set()
    if _EMBED not in text:
        return found
    for _, marks in spans:
        embed = marks.get("embed")
        source = embed.get("src") if isinstance(embed, dict) else None
        if isinstance(source, str) and source.startswith(SCHEME) and is_sha256(source[len(SCHEME) :]):
            found.add(source[len(SCHEME) :])
    return found


class Content(NamedTuple):
    """What a search asks about a note beside its words."""

    links: frozenset[str] = frozenset()
    """The ids of the notes that it links to or shows."""
    traits: frozenset[str] = frozenset()
    """Of: image file attachment link note task open done code table quote."""


def content_of(document: Document) -> Content:
    """What a note's body has. Cost: O(text)."""
    if document.kind(("body",)) != "text":
        return Content()
    return content_of_blocks(document.text(("body",)).blocks())


def content_glanced(note: Glance) -> Content:
    """The same of an encoded note. Cost: O(spans)."""
    body = note.texts.get(("body",))
    if body is None:
        return Content()
    return content_of_blocks([(body.spans, {}), *[((), attributes) for attributes in body.attributes]])


def content_of_blocks(
    blocks: Iterable[tuple[Iterable[tuple[str, Mapping[str, Any]]], Mapping[str, Any]]],
) -> Content:
    """The same for a body as blocks."""
    links: set[str] = set()
    traits: set[str] = set()
    ticks: set[bool] = set()
    for spans, attributes in blocks:
        kind = attributes.get("kind")
        if kind == "check":
            ticks.add(attributes.get("checked") is True)
        elif kind == "code":
            traits.add("table" if attributes.get("language") == "table" else "code")
        elif kind == "quote":
            traits.add("quote")
        for _, marks in spans:
            if marks:
                _read_marks(marks, links, traits)
    if ticks:
        traits |= {"task", "open" if False in ticks else "done"}
    if traits & {"image", "file"}:
        traits.add("attachment")
    return Content(frozenset(links), frozenset(traits))


def _read_marks(marks: Mapping[str, Any], links: set[str], traits: set[str]) -> None:
    link, embed = marks.get("link"), marks.get("embed")
    if isinstance(link, str) and link:
        traits.add("link")
        if link.startswith(NOTE_SCHEME):
            _name(link.removeprefix(NOTE_SCHEME).partition("#")[0], links, traits)
    if isinstance(embed, dict):
        if embed.get("type") in ("image", "file"):
            traits.add(embed["type"])
        elif embed.get("type") == "note":
            _name(embed.get("id"), links, traits)


def _name(note: object, links: set[str], traits: set[str]) -> None:
    if isinstance(note, str) and 0 < len(note) <= NAME_LENGTH_MAX:
        links.add(note)
        traits.add("note")
