"""
A note as JSON: the shape that `show --format json` and `export --format json` promise.

Canonical: keys sorted, letters as they are, blocks and spans tidied, so that two replicas which have seen
the same deltas write the same bytes.
"""

from __future__ import annotations

from typing import Any

from app.transfer.blocks import Block, encode_value, tidy
from app.transfer.body import read_body
from app.transfer.matter import matter_of
from crdt import Document
from sync.model.versions import Model


def note_value(note: str, notebook: str, document: Document, model: Model) -> dict[str, Any]:
    """
    A note as plain values.

    Args:
        note: Its id.
        notebook: The name of its notebook.
        document: Only read.
        model: The document's.
    """
    matter = matter_of(document, model)
    return {
        "id": note,
        "title": matter.title,
        "notebook": notebook,
        "icon": matter.icon,
        "tags": matter.tags,
        "tag_colours": matter.colours,
        "pinned": matter.pinned,
        "archived": matter.archived,
        "created_ms": matter.created_ms,
        "blocks": blocks_value(read_body(document)),
    }


def blocks_value(blocks: list[Block]) -> list[dict[str, Any]]:
    """Blocks as plain values: attributes beside `spans`, the kind always named."""
    return [
        {
            "kind": "paragraph",
            **attributes,
            "spans": [{"text": text, "marks": marks} for text, marks in spans],
        }
        for spans, attributes in tidy(blocks)
    ]


def canonical(value: Any) -> str:
    """The one way to write a value as JSON."""
    return encode_value(value)
