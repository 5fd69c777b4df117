"""
How often something was tried, in the database that several server processes share.

What it is not: which pace is right (sync.server.auth). Invariants: numbers are whole, thousandths of a try;
two processes that count the same thing at once wait for each other; what is full again is forgotten.
"""

from __future__ import annotations

from typing import Final

from sync.storage.server_store import ServerStore

PARTS: Final = 1_000
"""Of one try."""


class PaceStore:
    """Buckets of tries, as limiter.Limiter keeps them in memory."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's database."""
        self._db: Final = store.db

    def take(self, key: str, burst: float, per_second: float, now_ms: int) -> int:
        """
        Take one try out of a bucket.

        Args:
            key: Of the bucket.
            burst: What a full one holds.
            per_second: What comes back each second.
            now_ms: The time.

        Returns:
            0 when it was there; otherwise nothing was taken, and the milliseconds until it will be.
        """
        with self._db.transaction():
            left = self._left(key, burst, per_second, now_ms)
            if left < PARTS:
                return max(1, round((PARTS - left) / per_second))
            self._db.write("UPDATE paces SET parts = ?, at_ms = ? WHERE key = ?", (left - PARTS, now_ms, key))
        return 0

    def give_back(self, key: str, burst: float, per_second: float, now_ms: int) -> None:
        """Return what was taken for something that then counted for nothing."""
        with self._db.transaction():
            left = min(round(burst * PARTS), self._left(key, burst, per_second, now_ms) + PARTS)
            self._db.write("UPDATE paces SET parts = ?, at_ms = ? WHERE key = ?", (left, now_ms, key))

    def prune(self, before_ms: int) -> None:
        """Forget buckets that nothing was taken from since a time; they are full again."""
        self._db.write("DELETE FROM paces WHERE at_ms < ?", (before_ms,))

    def _left(self, key: str, burst: float, per_second: float, now_ms: int) -> int:
        """Return what is in a bucket now; nobody else changes it until the transaction ends."""
        full = round(burst * PARTS)
        self._db.write(
            "INSERT INTO paces(key, parts, at_ms) VALUES(?, ?, ?) ON CONFLICT(key) DO NOTHING",
            (key, full, now_ms),
        )
        row = self._db.one(f"SELECT parts, at_ms FROM paces WHERE key = ?{self._db.locking}", (key,))
        assert row is not None
        return min(full, int(row[0]) + int(max(0, now_ms - int(row[1])) * per_second))
