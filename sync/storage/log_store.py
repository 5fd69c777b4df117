"""
Cutting the old end of the logs of a server: how far one may cut, which states must be written before, the
cut itself.

What it is not: deciding what is old (sync.server.compaction). In the file of a ServerStore, on its thread.
Invariants:
- A delta is deleted only when the written state of its document holds it.
- ``streams.floor`` moves before the rows behind it go, so that a reader who is further back is sent states;
  a kill in between leaves rows that nobody reads, and the next cut takes them.
- What is left keeps its seq, its replica and its n: a cursor at the floor or later receives what it would
  have received.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sync.storage.server_store import DOCUMENT_COLUMNS, DocumentRow, ServerStore


class LogStore:
    """The logs of all streams, in the file of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's connection."""
        self._db: Final = store.db

    def logged(self, stream: int, *, after: int = 0) -> int:
        """Return how many deltas a stream's log holds behind a seq. Cost: O(them)."""
        row = self._db.one("SELECT count(*) FROM log WHERE stream = ? AND seq > ?", (stream, after))
        return int(row[0]) if row else 0

    def accepted_before(self, stream: int, head: int, at_ms: int) -> int:
        """
        Return the last seq of a stream that was accepted before a time; 0 when none was.

        Seqs and times grow together, but for a clock that was set back, which costs a few rows more or less.

        Cost: O(log head) looks at one row.
        """
        low, high = 0, head
        while low < high:
            middle = (low + high + 1) // 2
            found = self._db.all(
                "SELECT at_ms FROM log WHERE stream = ? AND seq >= ? ORDER BY seq LIMIT 1", (stream, middle)
            )
            if found and found[0][0] >= at_ms:
                high = middle - 1
            else:
                low = middle
        return low

    def lagging(self, stream: int, floor: int, upto: int, *, limit: int) -> list[DocumentRow]:
        """Return documents that changed behind ``floor`` and whose state may lack a delta up to ``upto``."""
        rows = self._db.all(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE stream = ? AND last_seq > ?"
            " AND state_seq < last_seq AND state_seq < ? ORDER BY last_seq LIMIT ?",
            (stream, floor, upto, limit),
        )
        return [DocumentRow(*row) for row in rows]

    def raise_floor(self, stream: int, floor: int) -> None:
        """Say that the log is there behind this seq only; it never falls. On disk when this returns."""
        with self._db.transaction() as statements:
            statements.execute(
                "UPDATE streams SET floor = ?, writes = writes + 1 WHERE key = ? AND floor < ?",
                (floor, stream, floor),
            )

    def cut(self, stream: int, floor: int, *, limit: int) -> tuple[int, int]:
        """
        Delete rows of a log up to its floor, the oldest first.

        Returns:
            How many, at most ``limit``, and the bytes of their bodies. 0: there are none left.
        """
        with self._db.transaction() as statements:
            rows = statements.execute(
                "SELECT seq, length(body) FROM log WHERE stream = ? AND seq <= ? ORDER BY seq LIMIT ?",
                (stream, floor, limit),
            ).fetchall()
            if rows:
                statements.execute("DELETE FROM log WHERE stream = ? AND seq <= ?", (stream, rows[-1][0]))
        return len(rows), sum([row[1] for row in rows])

    def begin_again(self, epoch: Callable[[], int], meta: Mapping[str, str | None]) -> None:
        """
        Give every stream another epoch, because its log goes on from an older copy; in one transaction.

        Args:
            epoch: Makes a fresh one.
            meta: Facts about the server that change with it; None: forgotten.
        """
        with self._db.transaction() as statements:
            keys = [row[0] for row in statements.execute("SELECT key FROM streams").fetchall()]
            statements.executemany(
                "UPDATE streams SET epoch = ?, writes = writes + 1 WHERE key = ?",
                [(epoch(), k) for k in keys],
            )
            for name, value in meta.items():
                statements.execute("DELETE FROM meta WHERE key = ?", (name,))
                if value is not None:
                    statements.execute("INSERT INTO meta(key, value) VALUES(?, ?)", (name, value))
