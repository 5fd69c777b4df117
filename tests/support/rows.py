"""
Rows as the store makes them, with everything that a test does not care about filled in.
"""

from __future__ import annotations

from typing import Any

from sync.storage.rows import FolderRow, NotebookRow, NoteRow


def note_row(name: str = "a", **given: Any) -> NoteRow:
    """A note called `name`, in the notebook "home"."""
    row: dict[str, Any] = {
        "id": name,
        "stream": "home/notes",
        "notebook": "home",
        "notebook_name": "Home",
        "title": name,
        "preview": f"about {name}",
        "tags": (),
        "folder": None,
        "pinned": False,
        "created_ms": 1_700_000_000_000,
        "updated_ms": 1_700_000_000_000,
        "trashed_ms": None,
        "unsent": 0,
        "words": 2,
    }
    return NoteRow(**(row | given))


def notebook_row(name: str = "home", **given: Any) -> NotebookRow:
    """A notebook of one's own that no server knows."""
    row: dict[str, Any] = {"id": name, "name": name.title(), "role": "owner", "local": True, "notes": 0}
    return NotebookRow(**(row | given))


def folder_row(name: str, parent: str | None = None, order: str = "") -> FolderRow:
    """A folder called `name`."""
    return FolderRow(name, name.title(), parent, order)
