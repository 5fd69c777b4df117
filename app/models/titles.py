"""
The names of all notes, to find one by a few letters: for the quick switcher and for `[[`.

Read from the library when first wanted, and kept right by its news from then on. GUI thread. Not here: what
is in the notes (`search`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.models.fuzzy import Match, best, folded
from app.notebook_names import shown_names
from sync.storage.rows import NoteRow, TitleRow

if TYPE_CHECKING:
    from app.library import Library

# Hits looked at again when some of them are recent: a recent note may stand further down.
LOOKED_AT = 200


class Named(NamedTuple):
    """One note, and which letters of its title are what was looked for."""

    row: TitleRow
    match: Match


class _Read(NamedTuple):
    """What the library says."""

    rows: list[TitleRow]
    paths: dict[str, str]
    """Of folders."""
    notebooks: dict[str, str]
    """What each is called."""


class Titles(QObject):
    """The names, once somebody has asked for them."""

    changed = Signal()
    """The names are there, or others than before: look again."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        """Hold nothing yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._wanted = False
        self._rows: list[TitleRow] = []
        self._places: dict[str, int] = {}
        self._folded: list[str] = []
        self._paths: dict[str, str] = {}
        self._notebooks: dict[str, str] = {}
        bridge.library_changed.connect(self._read_again)
        bridge.rows_changed.connect(self._take_changed)

    def want(self) -> None:
        """Have the names from now on; `changed` comes when they are there."""
        if not self._wanted:
            self._wanted = True
            self._read()

    def find(self, query: str, limit: int, recent: Sequence[str] = ()) -> list[Named]:
        """
        The notes whose names fit, the best first, recent ones before equals. Cost: 10 ms for 11,024.

        Args:
            query: As it was typed.
            limit: How many are wanted.
            recent: Ids of notes that were open lately, the last first.
        """
        rank = {note_id: number for number, note_id in enumerate(recent)}
        found = [
            Named(self._rows[number], match)
            for number, match in best(query, self._folded, max(limit, LOOKED_AT))
        ]
        found.sort(key=lambda one: (-(one.match.score // 50), rank.get(one.row.id, len(rank))))
        return found[:limit]

    def latest(self, limit: int, recent: Sequence[str] = ()) -> list[TitleRow]:
        """The notes that were open lately, then those edited last."""
        known = [self._rows[self._places[note_id]] for note_id in recent if note_id in self._places]
        seen = {row.id for row in known}
        for row in self._rows:
            if len(known) >= limit:
                break
            if row.id not in seen:
                known.append(row)
        return known[:limit]

    def named(self, title: str) -> list[TitleRow]:
        """The notes of exactly this name, whatever its case and accents."""
        wanted = folded(" ".join(title.split()))
        return [row for row, name in zip(self._rows, self._folded, strict=True) if name == wanted]

    def title_of(self, note_id: str) -> str | None:
        """What a note is called now; None where there is none."""
        place = self._places.get(note_id)
        return self._rows[place].title if place is not None else None

    def place_of(self, row: TitleRow) -> str:
        """Where a note is: its notebook, then its folders."""
        path = self._paths.get(row.folder or "", "")
        notebook = self._notebooks.get(row.notebook, row.notebook_name)
        return " › ".join([notebook, *path.split("/")] if path else [notebook])

    def _read_again(self) -> None:
        if self._wanted:
            self._read()

    def _read(self) -> None:
        self._bridge.call(_read_titles, self._take)

    def _take(self, read: _Read) -> None:
        self._paths, self._notebooks = read.paths, read.notebooks
        self._show(read.rows)

    def _show(self, rows: Sequence[TitleRow]) -> None:
        self._rows = list(rows)
        self._folded = [folded(row.title) for row in rows]
        self._places = {row.id: place for place, row in enumerate(rows)}
        self.changed.emit()

    def _take_changed(self, rows: Iterable[NoteRow]) -> None:
        """Single notes changed: those that were edited come first."""
        if not self._wanted:
            return
        changed = {row.id: row for row in rows}
        kept = [row for row in self._rows if row.id not in changed]
        kept += [_named_so(row) for row in changed.values() if row.trashed_ms is None]
        # Sorted but for the few at the end: that costs little.
        kept.sort(key=lambda row: -row.updated_ms)
        self._show(kept)


def _named_so(row: NoteRow) -> TitleRow:
    return TitleRow(row.id, row.title, row.notebook_name, row.folder, row.updated_ms, row.notebook)


def _read_titles(library: Library) -> _Read:
    return _Read(library.store.titles(), library.folder_paths(), shown_names(library.store.notebooks()))
