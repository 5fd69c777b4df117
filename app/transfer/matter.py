"""
What a note says of itself beside its body: out of a document, for every format that has a place for it.

Not here: how formats write and read it (`front_matter`, `page_head`, `note_json`).
"""

from __future__ import annotations

from app.transfer.front_matter import FrontMatter
from crdt import Document
from sync.model.versions import Model


def note_text(document: Document, name: str) -> str:
    """A text of a note as it was typed, "" when there is none."""
    text = document.value((name,))
    return text if isinstance(text, str) else ""


def matter_of(document: Document, model: Model) -> FrontMatter:
    """
    What a note says of itself.

    Args:
        document: Only read.
        model: The document's; what it does not know is absent.

    Cost: O(text).
    """
    summary = model.note_summary(document)
    return FrontMatter(
        title=note_text(document, "title"),
        tags=list(summary.tags),
        created_ms=summary.created_ms,
        pinned=summary.pinned,
        archived=summary.archived,
        icon=summary.icon,
        colours=dict(summary.tag_colours),
        ours=True,
    )
