"""
How a server's data goes from one model to the next: which documents still lack a state of the newer model,
the moment at which a stream is of it, and the archive of what was before.

What it is not: lenses (sync.model) or the order of things (sync.server.migration). In the file of a
ServerStore, on its thread. Invariants:
- States of a newer model are written beside the living ones and read by nobody, until ``switch`` makes them
  the living ones of a whole stream in one transaction; that is refused when any of them is missing or old.
- What was is kept: each document's last state of the older model, and what is pushed in it since.

Source: README, "Data models on the server".
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sync.storage.server_store import DOCUMENT_COLUMNS, DocumentRow, HeadMoved, ServerStore, StreamRow

ARCHIVE_KEPT_MS: Final = 180 * 24 * 3_600_000
"""How long what was before a migration is kept."""


class StreamCount(NamedTuple):
    """One stream in numbers."""

    stream: int
    documents: int
    prepared: int
    """Documents with a state of the newer model, which may lag."""
    size_bytes: int
    """Of its states, and of the log behind them."""


class DeviceModel(NamedTuple):
    """A signed-in device, and the model it spoke of when it was last here."""

    email: str
    key: int
    os: str
    app: str
    model: str
    seen_ms: int


class ModelStore:
    """What concerns data models, in the file of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's connection."""
        self._store: Final = store
        self._db: Final = store.db

    # --- documents ---------------------------------------------------------------------------------

    def lacking(self, stream: int, model: str, *, after: str, limit: int) -> list[DocumentRow]:
        """Return documents of a stream behind ``after``, by id, whose state of a model is missing or old."""
        columns = ", ".join(f"documents.{name}" for name in DOCUMENT_COLUMNS.split(", "))
        rows = self._db.all(
            f"SELECT {columns} FROM documents"
            " LEFT JOIN states ON states.document = documents.key AND states.model = ?"
            " WHERE documents.stream = ? AND documents.id > ?"
            " AND (states.seq IS NULL OR states.seq < documents.last_seq) ORDER BY documents.id LIMIT ?",
            (model, stream, after, limit),
        )
        return [DocumentRow(*row) for row in rows]

    def changed(self, stream: int, since: int, to: int, *, limit: int) -> list[DocumentRow]:
        """Return documents that changed last behind a seq and not behind another, in that order."""
        rows = self._db.all(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents"
            " WHERE stream = ? AND last_seq > ? AND last_seq <= ? ORDER BY last_seq LIMIT ?",
            (stream, since, to, limit),
        )
        return [DocumentRow(*row) for row in rows]

    def changed_count(self, stream: int, since: int) -> int:
        """Return how many documents of a stream changed behind a seq. Cost: O(them)."""
        row = self._db.one(
            "SELECT count(*) FROM documents WHERE stream = ? AND last_seq > ?", (stream, since)
        )
        return int(row[0]) if row else 0

    def counts(self, model: str) -> dict[int, StreamCount]:
        """Return every stream in numbers, with how much of it is prepared for a model. Cost: O(documents)."""
        rows = self._db.all(
            "SELECT documents.stream, count(*), count(states.seq), sum(state_bytes + tail_bytes)"
            " FROM documents LEFT JOIN states ON states.document = documents.key AND states.model = ?"
            " GROUP BY documents.stream",
            (model,),
        )
        return {row[0]: StreamCount(*[int(value) for value in row]) for row in rows}

    def archived(self, document: int, model: str) -> list[tuple[str, int, bytes]]:
        """Return (model, seq, state) of a document's states of other models than this one."""
        rows = self._db.all(
            "SELECT model, seq, state FROM states WHERE document = ? AND model <> ? ORDER BY seq",
            (document, model),
        )
        return [(row[0], row[1], bytes(row[2])) for row in rows]

    # --- streams -----------------------------------------------------------------------------------

    def switch(self, stream: StreamRow, model: str, epoch: int, at_ms: int) -> None:
        """
        Make a stream one of a newer model, in a transaction: all its documents have states of it.

        Raises:
            HeadMoved: Somebody has written to it since, or not all of its documents are prepared; nothing was
                changed.

        Cost: O(documents) rows, none of their bytes.
        """
        with self._db.transaction() as statements:
            moved = statements.execute(
                "UPDATE streams SET model = ?, epoch = ?, floor = head, writes = writes + 1"
                " WHERE key = ? AND epoch = ? AND head = ?",
                (model, epoch, stream.key, stream.epoch, stream.head),
            )
            if moved.rowcount != 1:
                raise HeadMoved(f"stream {stream.id} has moved on")
            statements.execute(
                "UPDATE documents SET model = ?, state_seq = last_seq, tail_bytes = 0, state_bytes ="
                " coalesce((SELECT length(states.state) FROM states WHERE states.document = documents.key"
                " AND states.model = ? AND states.seq >= documents.last_seq), -1) WHERE stream = ?",
                (model, model, stream.key),
            )
            if statements.execute(
                "SELECT 1 FROM documents WHERE stream = ? AND state_bytes < 0 LIMIT 1", (stream.key,)
            ).fetchone():
                raise HeadMoved(f"stream {stream.id} is not ready")
            statements.execute(
                "INSERT INTO breaks(stream, model, epoch, head, at_ms) VALUES(?, ?, ?, ?, ?)",
                (stream.key, stream.model, stream.epoch, stream.head, at_ms),
            )

    def rename(self, stream: StreamRow, model: str) -> None:
        """Make a stream one of another minor of its model: what is there stays as it is."""
        with self._db.transaction() as statements:
            statements.execute(
                "UPDATE streams SET model = ?, writes = writes + 1 WHERE key = ?", (model, stream.key)
            )
            statements.execute(
                "UPDATE states SET model = ? WHERE model = ? AND document IN"
                " (SELECT key FROM documents WHERE stream = ?)",
                (model, stream.model, stream.key),
            )
            statements.execute("UPDATE documents SET model = ? WHERE stream = ?", (model, stream.key))

    def behind(self, model: str) -> list[StreamRow]:
        """Return the streams that are of another model, in the order they were made."""
        return [row for row in self._store.streams() if row.model != model]

    def drop_prepared(self, model: str) -> None:
        """Forget the states of a model that no stream is of yet: they were made by another program."""
        self._db.write(
            "DELETE FROM states WHERE model = ? AND EXISTS"
            " (SELECT 1 FROM documents WHERE documents.key = states.document AND documents.model <> ?)",
            (model, model),
        )

    # --- the archive, and who is behind --------------------------------------------------------------

    def prune(self, now_ms: int) -> None:
        """Delete what was kept of migrations longer ago than ARCHIVE_KEPT_MS."""
        before_ms = now_ms - ARCHIVE_KEPT_MS
        with self._db.transaction() as statements:
            statements.execute("DELETE FROM originals WHERE at_ms < ?", (before_ms,))
            old = statements.execute(
                "SELECT stream, model FROM breaks WHERE at_ms < ?", (before_ms,)
            ).fetchall()
            for stream, model in old:
                statements.execute(
                    "DELETE FROM states WHERE model = ? AND document IN"
                    " (SELECT key FROM documents WHERE stream = ? AND model <> ?)",
                    (model, stream, model),
                )
                statements.execute("DELETE FROM breaks WHERE stream = ? AND model = ?", (stream, model))

    def archive_counts(self) -> tuple[int, int]:
        """Return how many older states are kept, and how many pushes of older models as they were pushed."""
        states = self._db.one(
            "SELECT count(*) FROM breaks JOIN documents ON documents.stream = breaks.stream"
            " JOIN states ON states.document = documents.key AND states.model = breaks.model"
        )
        originals = self._db.one("SELECT count(*) FROM originals")
        return (int(states[0]) if states else 0), (int(originals[0]) if originals else 0)

    def devices(self, now_ms: int) -> list[DeviceModel]:
        """Return the devices that are signed in, with their model, by e-mail."""
        rows = self._db.all(
            "SELECT accounts.email, devices.key, devices.os, devices.app, devices.model, devices.seen_ms"
            " FROM devices JOIN accounts ON accounts.id = devices.account WHERE EXISTS"
            " (SELECT 1 FROM sign_ins"
            " WHERE sign_ins.device = devices.key AND revoked = 0 AND expires_ms > ?)"
            " ORDER BY accounts.email, devices.key",
            (now_ms,),
        )
        return [DeviceModel(*row) for row in rows]
