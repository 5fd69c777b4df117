"""
Which notes a list shows: everything, the pinned, the archive, the trash, one notebook, one folder, or one
tag.

A scope is a plain value; the sidebar chooses one, the note list asks the library for its rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

from sync.storage.rows import NoteRow


class Kind(Enum):
    """What a scope is of. The values are what settings remember."""

    ALL = "all"
    PINNED = "pinned"
    ARCHIVE = "archive"
    TRASH = "trash"
    NOTEBOOK = "notebook"
    FOLDER = "folder"
    TAG = "tag"


@dataclass(frozen=True)
class Scope:
    """
    `notebook` is set for NOTEBOOK and FOLDER, `folder` (a document id) for FOLDER, `tag` for TAG.
    """

    kind: Kind = Kind.ALL
    notebook: str | None = None
    folder: str | None = None
    tag: str | None = None

    def holds(self, row: NoteRow) -> bool:
        """Does this note belong in the list?"""
        if self.kind is Kind.TRASH:
            return row.trashed_ms is not None
        if row.trashed_ms is not None:
            return False
        if row.archived or self.kind is Kind.ARCHIVE:
            return row.archived and self.kind is Kind.ARCHIVE
        if self.kind is Kind.PINNED:
            return row.pinned
        if self.kind is Kind.NOTEBOOK:
            return row.notebook == self.notebook
        if self.kind is Kind.FOLDER:
            return row.notebook == self.notebook and row.folder == self.folder
        if self.kind is Kind.TAG:
            return self.tag in row.tags
        return True

    def to_text(self) -> str:
        """For settings: "kind", "kind notebook", "kind notebook folder" or "tag name"."""
        tag = quote(self.tag, safe="") if self.tag else None
        return " ".join(part for part in (self.kind.value, self.notebook, self.folder, tag) if part)

    @staticmethod
    def from_text(text: str) -> Scope:
        """The scope that `to_text` wrote; all notes for anything else."""
        parts = text.split(" ")
        known = {kind.value: kind for kind in Kind}
        sizes = {Kind.NOTEBOOK: 2, Kind.FOLDER: 3, Kind.TAG: 2}
        kind = known.get(parts[0])
        if kind is None or len(parts) != sizes.get(kind, 1):
            return Scope()
        return Scope(kind, tag=unquote(parts[1])) if kind is Kind.TAG else Scope(kind, *parts[1:])
