"""
What can still be read of a damaged library, row by row.

Works on a copy, so that the damaged file stays as it is. What it is not: what is made of it (the app), or any
promise about a file that opens in order. Invariants: nothing raises but what the copy itself meets (no such
file, no space); a row that cannot be read costs that row; a document whose history cannot be read is given as
the text that lists showed of it, if that is there.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sync.storage.documents import READER
from sync.storage.rows import StoredDocument

PAGE_ROWS: Final = 100
"""Rows read at once where nothing is wrong."""
MISSES_MAX: Final = 400
"""Keys tried one by one behind a row that cannot be read, before whole stretches are skipped."""
KEY_MAX: Final = 1 << 40

_log = logging.getLogger(__name__)

Row = tuple[Any, ...]


class Found(NamedTuple):
    """One document that was read: its encoded state, or only its words."""

    id: str
    notebook: str
    collection: str
    state: bytes | None
    title: str
    text: str


class Salvage:
    """A damaged library, opened as far as it can be. Any thread, one at a time."""

    def __init__(self, path: Path, folder: Path) -> None:
        """
        Copy the file and what lies in its journal.

        Args:
            path: The library.
            folder: An empty one to work in.

        Raises:
            OSError: It cannot be copied.
        """
        copy = folder / "salvage.sqlite3"
        shutil.copyfile(path, copy)
        journal = Path(f"{path}-wal")
        if journal.exists():
            shutil.copyfile(journal, f"{copy}-wal")
        self._connection: Final = sqlite3.connect(copy, isolation_level=None)
        self._connection.text_factory = _text
        self._try("PRAGMA writable_schema=ON")  # a damaged schema is read as far as it makes sense
        self._try("PRAGMA trusted_schema=OFF")
        self.lost = 0
        """Rows and documents that are known to be there and could not be read."""

    def close(self) -> None:
        """Let the copy go."""
        self._connection.close()

    def meta(self, key: str) -> str | None:
        """What is kept under a name, as far as it can be read."""
        found = self._try("SELECT value FROM meta WHERE key = ?", (key,))
        return str(found[0][0]) if found and found[0][0] is not None else None

    def notebooks(self) -> list[tuple[str, str]]:
        """(id, name) of the notebooks."""
        return [(str(row[0]), str(row[1])) for row in self._try("SELECT id, name FROM notebooks")]

    def documents(self) -> Iterator[Found]:
        """Every document that can be read, as its state or as its words."""
        streams = {row[0]: str(row[1]) for row in self._rows("streams", ("id",))}
        for key, name, stream, snapshot in self._rows("documents", ("id", "stream", "snapshot")):
            notebook, _, collection = streams.get(stream, "").partition("/")
            title, text = self._words(key)
            state = self._state(key, snapshot)
            if state is None and not (title or text):
                self.lost += 1
                continue
            yield Found(str(name), notebook, collection or "notes", state, title, text)

    def attachments(self) -> Iterator[tuple[str, str, bytes]]:
        """(sha256, mime, bytes) of the attachments that can be read."""
        for _, sha256, mime, body in self._rows("attachments", ("sha256", "mime", "body"), key="rowid"):
            if isinstance(body, bytes):
                yield str(sha256), str(mime), body

    def _state(self, key: int, snapshot: object) -> bytes | None:
        """A document's state with everything that was written since; None when its history makes no sense."""
        from crdt import CrdtError

        where = f"document = {int(key)}"
        tail = [(row[0], row[1]) for row in self._try(f"SELECT key, body FROM deltas WHERE {where}")]
        tail += self._try(f"SELECT key, body FROM outbox WHERE {where} AND folded = 0 AND rejected = 0")
        bodies = [body for _, body in sorted(tail, key=lambda row: int(row[0])) if isinstance(body, bytes)]
        if snapshot is None and not bodies:
            return None
        try:
            return self._built(snapshot if isinstance(snapshot, bytes) else None, bodies)
        except (CrdtError, zlib.error):
            return None

    def _built(self, snapshot: bytes | None, bodies: list[bytes]) -> bytes | None:
        from crdt import CrdtError, Delta

        whole = []
        for body in bodies:
            try:
                Delta.decode(body)
            except CrdtError:
                self.lost += 1
            else:
                whole.append(body)
        document = StoredDocument("", snapshot, whole).build(READER)
        return document.encode() if document.to_value() else None

    def _words(self, key: int) -> tuple[str, str]:
        """The title and text of a note as lists and search had them."""
        title = self._try("SELECT title FROM notes WHERE document = ?", (key,))
        text = self._try("SELECT body FROM texts WHERE document = ?", (key,))
        return str(title[0][0]) if title else "", str(text[0][0]) if text else ""

    def _rows(self, table: str, columns: Sequence[str], key: str = "key") -> Iterator[Row]:
        """(key, columns…) of every row of a table that can be read, by key."""
        names = ", ".join((key, *columns))
        page = f"SELECT {names} FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT {PAGE_ROWS}"
        after = -1
        while True:
            rows, broken = self._cautious(page, (after,))
            yield from rows
            after = rows[-1][0] if rows else after
            if not broken:
                if len(rows) < PAGE_ROWS:
                    return
                continue
            beyond = self._beyond(table, names, key, after)
            if beyond is None:
                return
            yield beyond
            after = beyond[0]

    def _beyond(self, table: str, names: str, key: str, after: int) -> Row | None:
        """The next row behind one that cannot be read; None when there is none to be found."""
        step = 1
        place = after
        self.lost += 1
        for misses in range(MISSES_MAX * 2):
            place += step
            if misses > MISSES_MAX:
                step *= 2
            if place > KEY_MAX:
                break
            rows, _ = self._cautious(f"SELECT {names} FROM {table} WHERE {key} = ?", (place,))
            if rows:
                return rows[0]
        return None

    def _cautious(self, sql: str, values: Sequence[object]) -> tuple[list[Row], bool]:
        """The rows that came before an error, and whether there was one."""
        rows: list[Row] = []
        try:
            for row in self._connection.execute(sql, values):
                rows.append(row)
        except (sqlite3.Error, OverflowError) as error:
            _log.info("a row cannot be read: %s", error)
            return rows, True
        return rows, False

    def _try(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._cautious(sql, values)[0]


def _text(body: bytes) -> str:
    """Text whose bytes may be damaged."""
    return body.decode("utf-8", "replace")
