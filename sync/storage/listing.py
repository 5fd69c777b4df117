"""
What the library holds, as lists: notes, one note by what a person calls it, folders, search hits.

What it is not: making these rows (projections.py). It reads only derived tables and never decodes a document.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import date
from types import EllipsisType
from typing import Any, Final

from sync.storage import search, traits
from sync.storage.query import understood
from sync.storage.rows import FolderRow, NoteRow, SearchHit, TitleRow
from sync.storage.vocabulary import Vocabulary

_NOTES: Final = (
    "SELECT d.id, d.stream, n.title, n.preview, n.tags, n.folder, n.pinned, n.created_ms, d.updated_ms,"
    " n.trashed_ms, n.document, n.words, n.archived, n.icon, n.colours"
    " FROM notes n JOIN documents d ON d.key = n.document"
)
_NOBODY: Final = ("", True)
_FEW: Final = 500
"""Rows of which single ones are asked for: more, and all of them cost less."""
_DOCUMENT: Final = 10
"""Where the document's key stands in these rows."""
_ORDERS: Final[dict[str, Callable[[NoteRow], Any]]] = {
    "updated": lambda row: -row.updated_ms,
    "created": lambda row: -row.created_ms,
    "title": lambda row: row.title.casefold(),
}
PREFIX_LENGTH_MIN: Final = 4
"""Characters of an id that may stand for it: fewer would take an ordinary word for an id."""


def notes(
    connection: sqlite3.Connection,
    *,
    notebook: str | None = None,
    folder: str | EllipsisType | None = ...,
    tag: str | None = None,
    trashed: bool = False,
    archived: bool | None = None,
    pinned_first: bool = True,
    order: str = "updated",
) -> list[NoteRow]:
    """
    Return notes.

    Args:
        notebook: Its id; None for all.
        folder: A folder's id; None for notes in no folder; `...` for all.
        tag: Only notes with this tag.
        trashed: Only what is in the trash instead of only what is not.
        archived: Only what is in the archive (True), only what is not (False), or both (None). The trash has
            both.
        pinned_first: Pinned notes before the others.
        order: updated, created (latest first) or title.

    Cost: at most 100 ms for 11,024 notes.
    """
    conditions = ["n.trashed_ms IS " + ("NOT NULL" if trashed else "NULL")]
    values: list[Any] = []
    if archived is not None and not trashed:
        conditions.append("n.archived = ?")
        values.append(int(archived))
    if notebook is not None:
        conditions.append(
            "(d.key IN (SELECT document FROM moves WHERE notebook = ?)"
            " OR d.stream IN (SELECT key FROM streams WHERE notebook = ?)"
            " AND d.key NOT IN (SELECT document FROM moves))"
        )
        values += [notebook, notebook]
    if folder is not ...:
        conditions.append("n.folder IS ?")
        values.append(folder)
    if tag is not None:
        conditions.append("instr(char(10) || n.tags || char(10), char(10) || ? || char(10)) > 0")
        values.append(tag)
    rows = connection.execute(f"{_NOTES} WHERE {' AND '.join(conditions)} ORDER BY d.key", values).fetchall()
    found = _noted(connection, rows, unsent_by_document(connection))
    # Sorting wide rows costs SQLite four times what it costs here; sorts are stable, so the oldest is first
    # of equals.
    found.sort(key=_ORDERS[order])
    if pinned_first:
        found.sort(key=_unpinned)
    return found


def _unpinned(row: NoteRow) -> bool:
    return not row.pinned


def _noted(
    connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], unsent: dict[int, int]
) -> list[NoteRow]:
    """
    Make rows of what `_NOTES` selects. The few streams are joined here: four tables cost SQLite twice the
    time.
    """
    streams = {
        key: (stream, notebook, name)
        for key, stream, notebook, name in connection.execute(
            "SELECT s.key, s.id, b.id, b.name FROM streams s JOIN notebooks b ON b.id = s.notebook"
        )
    }
    keys = [row[_DOCUMENT] for row in rows] if len(rows) <= _FEW else None
    writers = traits.last_writers(connection, keys)
    # A note that shall be elsewhere is shown there at once, whatever a server has said so far.
    elsewhere = {
        document: (notebook, name)
        for document, notebook, name in connection.execute(
            "SELECT m.document, b.id, b.name FROM moves m JOIN notebooks b ON b.id = m.notebook"
        )
    }
    return [
        NoteRow(
            id, streams[stream][0], *elsewhere.get(document, streams[stream][1:]), title, preview,
            tuple(tags.split("\n")) if tags else (), folder, pinned == 1, created_ms, updated_ms, trashed_ms,
            unsent.get(document, 0), words, archived == 1, icon,
            tuple(json.loads(colours).items()) if colours else (), *writers.get(document, _NOBODY),
        )
        for id, stream, title, preview, tags, folder, pinned, created_ms, updated_ms, trashed_ms, document,
            words, archived, icon, colours in rows
    ]  # fmt: skip


def unsent_by_document(connection: sqlite3.Connection, keys: Sequence[int] | None = None) -> dict[int, int]:
    """
    Return how many deltas of each document (by key) are not on the server; of all, unless keys are given.
    """
    if keys is None:
        rows = connection.execute(
            "SELECT o.document, count(*) FROM streams s JOIN outbox o ON o.stream = s.key AND o.n > s.acked_n"
            " GROUP BY o.document"
        )
    else:
        marks = ", ".join("?" * len(keys))
        rows = connection.execute(
            "SELECT o.document, count(*) FROM outbox o JOIN streams s ON s.key = o.stream AND o.n > s.acked_n"
            f" WHERE o.document IN ({marks}) GROUP BY o.document",
            keys,
        )
    return dict(rows.fetchall())


def titles(connection: sqlite3.Connection) -> list[TitleRow]:
    """
    Return the names of all notes outside the trash, the latest edited first.

    Cost: about 25 ms for 11,024 notes, a third of what `notes` takes.
    """
    homes = {
        key: (id, name)
        for key, id, name in connection.execute(
            "SELECT s.key, b.id, b.name FROM streams s JOIN notebooks b ON b.id = s.notebook"
        )
    }
    rows = connection.execute(
        "SELECT d.id, n.title, d.stream, n.folder, d.updated_ms FROM notes n"
        " JOIN documents d ON d.key = n.document WHERE n.trashed_ms IS NULL ORDER BY d.updated_ms DESC, d.key"
    )
    return [
        TitleRow(id, title, homes[stream][1], folder, updated_ms, homes[stream][0])
        for id, title, stream, folder, updated_ms in rows
    ]


def find_note(connection: sqlite3.Connection, text: str) -> list[NoteRow]:
    """
    Return the notes that a person may mean: by id, else by the beginning of an id, else by title.

    More than one means that the text is ambiguous. The trash is looked through last.
    """
    escaped = text.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
    attempts: list[tuple[str, str]] = [("d.id = ?", text)]
    if len(text) >= PREFIX_LENGTH_MIN:
        attempts.append(("d.id LIKE ? ESCAPE '\\'", escaped + "%"))
    attempts.append(("n.title = ? COLLATE NOCASE", text))
    for condition, value in attempts:
        rows = connection.execute(f"{_NOTES} WHERE {condition} ORDER BY d.key", (value,)).fetchall()
        found = _noted(connection, rows, unsent_by_document(connection, [row[_DOCUMENT] for row in rows]))
        # LIKE takes no notice of case; ids do.
        if condition.startswith("d.id LIKE"):
            found = [row for row in found if row.id.startswith(text)]
        kept = [row for row in found if row.trashed_ms is None] or found
        if kept:
            return kept
    return []


def hits(
    connection: sqlite3.Connection, vocabulary: Vocabulary, query: str, limit: int, *, trashed: bool
) -> list[SearchHit]:
    """Return the notes that answer a query, the best first, each with the line that does."""
    asked = understood(query, date.today())
    keys = search.matching(connection, vocabulary, asked, limit, trashed=trashed)
    if not keys:
        return []
    marks = ", ".join("?" * len(keys))
    rows = connection.execute(f"{_NOTES} WHERE n.document IN ({marks})", keys).fetchall()
    listed = _noted(connection, rows, unsent_by_document(connection, keys))
    by_key = {row[_DOCUMENT]: note for row, note in zip(rows, listed, strict=True)}
    bodies = dict(
        connection.execute(f"SELECT document, body FROM texts WHERE document IN ({marks})", keys).fetchall()
    )
    return [SearchHit(by_key[key], search.snippet(bodies.get(key, ""), asked.text)) for key in keys]


def folders(connection: sqlite3.Connection, notebook: str) -> list[FolderRow]:
    """Return the folders of a notebook, in their order. One without a name has been deleted."""
    rows = connection.execute(
        "SELECT d.id, f.name, f.parent, f.position FROM folders f JOIN documents d ON d.key = f.document"
        " JOIN streams s ON s.key = d.stream WHERE s.notebook = ? AND f.name <> ''"
        " ORDER BY f.position, f.name, d.id",
        (notebook,),
    )
    return [FolderRow._make(row) for row in rows]
