"""
The headings of notes that are not on screen, for links to them.

Read from the library when first asked for, and again once the note has changed. GUI thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.headings import headings_of
from sync.storage.rows import NoteRow

if TYPE_CHECKING:
    from app.library import Library


class Outlines(QObject):
    """What was read of headings so far."""

    changed = Signal()
    """Headings that were asked for are there, or others than before: ask again."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        """Hold nothing yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._texts: dict[str, list[str]] = {}
        bridge.library_changed.connect(self._texts.clear)
        bridge.rows_changed.connect(self._forget)

    def of(self, note_id: str) -> list[str]:
        """The texts of a note's headings, in order; none while they are not known, and `changed` follows."""
        if note_id not in self._texts:
            self._texts[note_id] = []
            self._bridge.call(
                lambda library: _read_headings(library, note_id),
                lambda texts: self._take(note_id, texts),
                lambda error: None,  # a note that cannot be read has none, and says so where it is opened
            )
        return self._texts[note_id]

    def _take(self, note_id: str, texts: list[str]) -> None:
        if texts:
            self._texts[note_id] = texts
            self.changed.emit()

    def _forget(self, rows: Iterable[NoteRow]) -> None:
        known = [row.id for row in rows if row.id in self._texts]
        for note_id in known:
            del self._texts[note_id]
        if known:
            self.changed.emit()


def _read_headings(library: Library, note_id: str) -> list[str]:
    from app.transfer.body import read_body

    return [heading.text for heading in headings_of(read_body(library.document(note_id)))]
