"""
What has been in the trash for too long, in the database of a ServerStore: how far streams were looked
through, the bins that such documents go to, and what is emptied of them in the end.

What it is not: deciding what goes (sync.server.purging), or the way into a bin (moving_store.py). Invariants:
- A bin is a stream of the same notebook and collection whose id nobody can say on the wire.
- A document that was emptied keeps its row, and the stream that it left its departure: both are what keeps an
  edit that comes years later from bringing back a piece of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sync.storage.server_store import DOCUMENT_COLUMNS, DocumentRow, ServerStore, StreamRow

BIN_MARK: Final = "-"


def bin_of(stream: str) -> str:
    """Return the id of the bin of a stream."""
    notebook, _, collection = stream.partition("/")
    return f"{notebook}/{BIN_MARK}{collection}"


def is_bin(stream: str) -> bool:
    """Whether a stream's id is that of a bin."""
    return f"/{BIN_MARK}" in stream


class PurgeStore:
    """Bins, in the database of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's database."""
        self._store: Final = store
        self._db: Final = store.db

    def looked(self, stream: int) -> int:
        """Return the seq up to which a stream's documents were looked at since they last changed."""
        row = self._db.one("SELECT looked FROM streams WHERE key = ?", (stream,))
        return 0 if row is None else int(row[0])

    def set_looked(self, stream: int, upto: int) -> None:
        """Note how far a stream was looked through."""
        self._db.write("UPDATE streams SET looked = ? WHERE key = ?", (upto, stream))

    def unchanged(self, stream: int, since: int, upto: int, *, after: str, limit: int) -> list[DocumentRow]:
        """Return documents that last changed behind ``since``, up to ``upto``, by id, behind ``after``."""
        rows = self._db.all(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents"
            " WHERE stream = ? AND last_seq > ? AND last_seq <= ? AND id > ? ORDER BY id LIMIT ?",
            (stream, since, upto, after, limit),
        )
        return [DocumentRow(*row) for row in rows]

    def bin(self, stream: StreamRow, epoch: Callable[[], int]) -> StreamRow:
        """Return the bin of a stream, made when there is none."""
        name = bin_of(stream.id)
        with self._store.holding([stream.id]):
            found = self._store.stream(name)
            if found is None:
                self._store.add_stream(name, stream.notebook, stream.collection, epoch(), stream.model)
                found = self._store.stream(name)
        assert found is not None
        return found

    def empty(self, documents: list[DocumentRow]) -> None:
        """Delete all that documents of a bin held; what says that they were there stays."""
        with self._db.transaction() as statements:
            keys = [(row.key,) for row in documents]
            statements.executemany("DELETE FROM states WHERE document = ?", keys)
            statements.executemany(
                "UPDATE documents SET state_seq = 0, state_bytes = 0, tail_bytes = 0, log_bytes = 0"
                " WHERE key = ?",
                keys,
            )

    def full(self, stream: int, upto: int, *, limit: int) -> list[DocumentRow]:
        """Return documents of a bin that came to it up to a seq and still hold something."""
        rows = self._db.all(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE stream = ? AND last_seq <= ? AND state_seq > 0"
            " ORDER BY id LIMIT ?",
            (stream, upto, limit),
        )
        return [DocumentRow(*row) for row in rows]
