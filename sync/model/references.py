"""
Which attachments a document names: that is what gives somebody who may read the document a right to them.

What it is not: the attachments themselves. Invariant: reading never raises for what a newer version, or a
stranger, may have put where something else is expected.
"""

from __future__ import annotations

from typing import Final

from crdt.document import Document

SCHEME: Final = "attachment:"
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
    if _EMBED not in body.text():
        return found
    for _, marks in body.spans():
        embed = marks.get("embed")
        source = embed.get("src") if isinstance(embed, dict) else None
        if isinstance(source, str) and source.startswith(SCHEME) and is_sha256(source[len(SCHEME) :]):
            found.add(source[len(SCHEME) :])
    return found
