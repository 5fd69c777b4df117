"""
Open notes without a library: an outlet that keeps what is submitted, and another replica to write beside us.
"""

from __future__ import annotations

from collections.abc import Callable

from app.open_note import OpenNote
from crdt import Clock, Document, Edit, Stamp
from sync.model.v1 import new_note
from sync.storage.rows import LocalChange


class Kept:
    """An outlet that keeps what it gets."""

    def __init__(self, rid: int = 7) -> None:
        self.clock = Clock(rid)
        self.now_ms = 1_000
        self.changes: list[LocalChange] = []
        self.carets: list[tuple[object, ...]] = []

    def stamp(self) -> Stamp:
        """A stamp a millisecond after the one before."""
        self.now_ms += 1
        return self.clock.tick(self.now_ms)

    def submit(self, change: LocalChange) -> None:
        """Keep it."""
        self.changes.append(change)

    def show_caret(self, *caret: object) -> None:
        """Keep it."""
        self.carets.append(caret)


class Other:
    """Another replica of the same note; what it does is given as the bytes of deltas."""

    def __init__(self, note: OpenNote, rid: int = 99) -> None:
        self.document = Document.decode(note.document.encode(), rid)
        self.clock = Clock(rid)
        self.now_ms = 5_000

    def edit(self, intent: Callable[[Edit], None]) -> bytes:
        """Do something and give the delta."""
        self.now_ms += 1
        return self.document.edit(self.clock.tick(self.now_ms), intent).encode()


def open_note(outlet: Kept | None = None, title: str = "", body: str = "") -> OpenNote:
    """An open note with this title and text."""
    outlet = outlet or Kept()
    document, _ = new_note(outlet.clock.rid, outlet.stamp(), title=title, created_ms=1)
    note = OpenNote(outlet, "home/notes", "n1", document, "1.0")
    if body:
        note.edit(lambda edit: edit.text(("body",)).insert(0, body))
        note.break_group()
    outlet.changes.clear()
    return note
