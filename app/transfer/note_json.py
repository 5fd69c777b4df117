"""
A note as JSON: the shape that `show --format json` and `export --format json` promise.

Canonical: keys sorted, letters as they are, blocks and spans tidied, so that two replicas which have seen
the same deltas write the same bytes.
"""

from __future__ import annotations

from typing import Any

from app.transfer.blocks import Block, encode_value, tidy
from app.transfer.body import read_body
from crdt import Document, Value


def note_value(note: str, notebook: str, document: Document) -> dict[str, Any]:
    """
    A note as plain values.

    Args:
        note: Its id.
        notebook: The name of its notebook.
        document: Only read.
    """
    tags = document.value(("tags",))
    return {
        "id": note,
        "title": note_text(document, "title"),
        "notebook": notebook,
        "tags": sorted(tag for tag, on in tags.items() if _is_on(on)) if isinstance(tags, dict) else [],
        "blocks": blocks_value(read_body(document)),
    }


def _is_on(tag: Value) -> bool:
    """Whether a tag is one: a flag in the first data model, an object since the second."""
    return tag is True or isinstance(tag, dict)


def note_text(document: Document, name: str) -> str:
    """A text of a note as it was typed, "" when there is none."""
    text = document.value((name,))
    return text if isinstance(text, str) else ""


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
