"""
Moving a document from one stream of a server to another, in one transaction.

What it is not: who may (sync.server.moving). In the database of a ServerStore, on its thread. Invariants:
- A document is in one stream. The one it left keeps a row in its log that says so, and ``moved_to``; of the
  document's deltas there only the places stay, so that whoever comes later is not sent what was moved away.
- Its state, ids and all, is written at the seq under which it came; what is behind that is in the log.
- In the log, a row without a body says that the document left, or came: readers are sent states then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sync.storage.server_store import DocumentRow, HeadMoved, ServerStore, StreamRow


class Moved(NamedTuple):
    """At which seqs a document left one stream and came to another."""

    left: int
    came: int


class MovingStore:
    """Where documents were moved to, in the database of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's database."""
        self._store: Final = store
        self._db: Final = store.db

    def departed(self, stream: int, document: str) -> int | None:
        """Return the key of the stream to which a document of another stream was moved; None: it was not."""
        row = self._db.one(
            "SELECT moved_to FROM departures WHERE stream = ? AND document = ?", (stream, document)
        )
        return None if row is None else int(row[0])

    def departures(self, stream: int, *, since: int, after: str, limit: int) -> list[tuple[str, int]]:
        """Return (document, seq) of what left a stream behind ``since``, by document, behind ``after``."""
        rows = self._db.all(
            "SELECT document, seq FROM departures WHERE stream = ? AND seq > ? AND document > ?"
            " ORDER BY document LIMIT ?",
            (stream, since, after, limit),
        )
        return [(str(document), int(seq)) for document, seq in rows]

    def homes(self, documents: Sequence[str]) -> set[str]:
        """Return the ids of the streams that these documents are in, those that exist."""
        keys = sorted({row.stream for row in self._store.documents_named(documents)})
        found = [self.stream_of(key) for key in keys]
        return {stream.id for stream in found if stream is not None}

    def stream_of(self, key: int) -> StreamRow | None:
        """Return a stream by its key."""
        row = self._db.one("SELECT id FROM streams WHERE key = ?", (key,))
        return None if row is None else self._store.stream(row[0])

    def move(
        self,
        row: DocumentRow,
        source: StreamRow,
        target: StreamRow,
        state: bytes,
        rid: int,
        blobs: Iterable[str],
        now_ms: int,
    ) -> Moved:
        """
        Move a document.

        Args:
            row: The document, in ``source``.
            source, target: Streams as they were looked at.
            state: Of the document, as of its last delta.
            rid: The server's own replica.
            blobs: SHA-256 of the attachments that it names: the target has what the source has.
            now_ms: The time.

        Raises:
            HeadMoved: A stream or the document changed meanwhile; nothing was stored.
            StoreUnavailable: Nothing was stored.
        """
        left, came = source.head + 1, target.head + 1
        with self._store.holding([source.id, target.id]) as held:
            there = {stream.key: stream for stream in held}
            found = self._store.document(row.id)
            if found != row or there[source.key].head != source.head or there[target.key].head != target.head:
                raise HeadMoved(f"document {row.id} or its stream has moved on")
            self._write_log(row, source, target, rid, now_ms)
            self._db.write("DELETE FROM states WHERE document = ?", (row.key,))
            self._db.write(
                "INSERT INTO states(document, seq, state, model) VALUES(?, ?, ?, ?)",
                (row.key, came, state, row.model),
            )
            self._db.write(
                "UPDATE documents SET stream = ?, last_seq = ?, state_seq = ?, state_bytes = ?,"
                " tail_bytes = 0 WHERE key = ?",
                (target.key, came, came, len(state), row.key),
            )
            self._db.write(
                "DELETE FROM departures WHERE document = ? AND stream IN (?, ?)",
                (row.id, source.key, target.key),
            )
            self._db.write(
                "INSERT INTO departures(stream, document, seq, moved_to) VALUES(?, ?, ?, ?)",
                (source.key, row.id, left, target.key),
            )
            self._share_blobs(blobs, source.notebook, target.notebook)
        return Moved(left, came)

    def _write_log(
        self, row: DocumentRow, source: StreamRow, target: StreamRow, rid: int, now_ms: int
    ) -> None:
        """Take the document's deltas out of the one log, and note in both what happened."""
        self._db.write(
            "UPDATE log SET body = ? WHERE stream = ? AND document = ?", (b"", source.key, row.key)
        )
        for stream in (source, target):
            self._db.write(
                "INSERT INTO log(stream, seq, document, rid, n, model, at_ms, body)"
                " VALUES(?, ?, ?, ?, 0, ?, ?, ?)",
                (stream.key, stream.head + 1, row.key, rid, stream.model, now_ms, b""),
            )
        self._db.write("UPDATE streams SET head = head + 1, writes = writes + 1 WHERE key = ?", (source.key,))
        self._db.write(
            "UPDATE streams SET head = head + 1, writes = writes + 1, arrived = head + 1 WHERE key = ?",
            (target.key,),
        )

    def _share_blobs(self, blobs: Iterable[str], source: str, target: str) -> None:
        for sha256 in sorted(set(blobs)):
            self._db.write(
                "INSERT INTO blobs(sha256, notebook, size_bytes, account, created_ms, unused_ms)"
                " SELECT sha256, ?, size_bytes, account, created_ms, 0 FROM blobs"
                " WHERE sha256 = ? AND notebook = ? ON CONFLICT (sha256, notebook) DO NOTHING",
                (target, sha256, source),
            )
