"""
The rows of the note list: a sorted page of the library, kept right as single notes change.

The rows come from the engine thread as immutable `NoteRow`s. A change of one note moves or replaces one
row; nothing is asked again. In a search the order is the engine's and stays. At most one row is a draft: a
new note that has no edit yet and so is not in the library.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.models.scope import Scope
from sync.storage.rows import NoteRow

Order = Literal["updated", "created", "title"]
Index = QModelIndex | QPersistentModelIndex

NOTES_MIME = "application/x-commonplace-notes"
"""Ids of dragged notes, one per line."""

ROW_ROLE = Qt.ItemDataRole.UserRole
SNIPPET_ROLE = Qt.ItemDataRole.UserRole + 1
WORDS_ROLE = Qt.ItemDataRole.UserRole + 2

_KEYS: dict[Order, Callable[[NoteRow], Any]] = {
    "updated": lambda row: -row.updated_ms,
    "created": lambda row: -row.created_ms,
    "title": lambda row: row.title.casefold(),
}


@dataclass(frozen=True)
class Entry:
    """One line of the list. `snippet` is set in a search."""

    row: NoteRow
    snippet: str | None = None


class NoteListModel(QAbstractListModel):
    """A list of notes. GUI thread only."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Empty, showing all notes, newest edit first."""
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._draft: str | None = None
        self._searching = False
        self.words: tuple[str, ...] = ()
        self.scope = Scope()
        self.order: Order = "updated"

    def show(self, scope: Scope, rows: Sequence[NoteRow]) -> None:
        """Show these rows, all of the scope. A draft of the same scope is dropped. Cost: O(n log n)."""
        self.beginResetModel()
        self.scope, self._searching, self._draft = scope, False, None
        self.words = ()
        self._entries = sorted((Entry(row) for row in rows), key=self._key)
        self.endResetModel()

    def show_hits(self, hits: Iterable[tuple[NoteRow, str]], words: Sequence[str] = ()) -> None:
        """
        Show (row, snippet) pairs of a search in the order given.

        Args:
            words: What was looked for, folded as `fuzzy.folded` does: shown in the snippets.
        """
        self.beginResetModel()
        self.words = tuple(words)
        self._searching, self._draft = True, None
        self._entries = [Entry(row, snippet) for row, snippet in hits]
        self.endResetModel()

    def set_order(self, order: Order) -> None:
        """Sort by last edit, creation or title; the pinned stay on top."""
        self.order = order
        if not self._searching:
            self.show(self.scope, [entry.row for entry in self._entries])

    def add_draft(self, row: NoteRow) -> None:
        """Put a new, unsaved note on top. The one before it goes, if it is still a draft."""
        self.drop_draft()
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._entries.insert(0, Entry(row))
        self._draft = row.id
        self.endInsertRows()

    def drop_draft(self) -> None:
        """Take away the draft, if there is one."""
        if self._draft is not None:
            self.remove([self._draft])
            self._draft = None

    def update(self, rows: Iterable[NoteRow]) -> None:
        """Replace, move, add or take away the rows of notes that changed. Cost: O(n) each."""
        for row in rows:
            if row.id == self._draft:
                self._draft = None
            self._update_one(row)

    def remove(self, ids: Iterable[str]) -> None:
        """Take away rows of notes that are gone."""
        for note_id in ids:
            place = self.place(note_id)
            if place is not None:
                self._take(place)

    def place(self, note_id: str) -> int | None:
        """The row number of a note, None when it is not listed."""
        return next((i for i, entry in enumerate(self._entries) if entry.row.id == note_id), None)

    def row_at(self, place: int) -> NoteRow:
        """The note at a row number, 0 <= place < rowCount()."""
        return self._entries[place].row

    def _key(self, entry: Entry) -> Any:
        draft = entry.row.id == self._draft
        return not draft, not entry.row.pinned, _KEYS[self.order](entry.row)

    def _update_one(self, row: NoteRow) -> None:
        place = self.place(row.id)
        if self._searching:
            if place is not None:
                self._entries[place] = Entry(row, self._entries[place].snippet)
                self._changed(place)
            return
        if not self.scope.holds(row):
            if place is not None:
                self._take(place)
            return
        entry = Entry(row)
        if place is None:
            self._put(entry)
            return
        target = self._target(entry, skip=place)
        if target == place:
            self._entries[place] = entry
            self._changed(place)
            return
        self._move(place, target, entry)

    def _target(self, entry: Entry, skip: int | None = None) -> int:
        """Where the entry belongs, counted without the row `skip`."""
        others = self._entries if skip is None else self._entries[:skip] + self._entries[skip + 1 :]
        return bisect_left(others, self._key(entry), key=self._key)

    def _move(self, place: int, target: int, entry: Entry) -> None:
        # Qt counts the destination before the row is taken away.
        self.beginMoveRows(QModelIndex(), place, place, QModelIndex(), target + (target > place))
        del self._entries[place]
        self._entries.insert(target, entry)
        self.endMoveRows()
        self._changed(target)

    def _put(self, entry: Entry) -> None:
        place = self._target(entry)
        self.beginInsertRows(QModelIndex(), place, place)
        self._entries.insert(place, entry)
        self.endInsertRows()

    def _take(self, place: int) -> None:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._entries[place]
        self.endRemoveRows()

    def _changed(self, place: int) -> None:
        index = self.index(place)
        self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """How many notes are listed."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, accessible text, the row itself, its snippet."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ROW_ROLE:
            return entry.row
        if role == SNIPPET_ROLE:
            return entry.snippet
        if role == WORDS_ROLE:
            return self.words
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            who = f" {entry.row.who}." if entry.row.who else ""
            return f"{entry.row.title}.{who} {entry.row.preview}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen and dragged to a folder."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def mimeTypes(self) -> list[str]:
        """What a drag carries."""
        return [NOTES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The ids of the dragged notes."""
        mime = QMimeData()
        mime.setData(NOTES_MIME, "\n".join(self.row_at(i.row()).id for i in indexes).encode())
        return mime
