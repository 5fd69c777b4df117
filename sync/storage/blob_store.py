"""
What a server knows of attachments: which notebook has which, whose quota they count for, what is on its way.

What it is not: their bytes (blob_files.py) or rights (sync.server.blobs). In the file of a ServerStore, on
its thread. Invariant: a row of ``blobs`` is written after its bytes are on disk, and deleted before they are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sync.storage.server_store import ServerStore


class BlobRow(NamedTuple):
    """One attachment in one notebook."""

    sha256: str
    notebook: str
    size_bytes: int
    account: str
    created_ms: int
    unused_ms: int


_BLOB: Final = "sha256, notebook, size_bytes, account, created_ms, unused_ms"


class BlobStore:
    """The rows of attachments, in the file of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's database."""
        self._db: Final = store.db

    def blob(self, sha256: str, notebook: str) -> BlobRow | None:
        """Return an attachment that a notebook has."""
        rows = self._db.all(
            f"SELECT {_BLOB} FROM blobs WHERE sha256 = ? AND notebook = ?", (sha256, notebook)
        )
        return BlobRow(*rows[0]) if rows else None

    def blobs(self) -> list[BlobRow]:
        """Return all attachments of all notebooks."""
        return [BlobRow(*row) for row in self._db.all(f"SELECT {_BLOB} FROM blobs ORDER BY notebook, sha256")]

    def used(self, account: str, *, but: str) -> int:
        """Return what counts for an account's quota, in bytes, without one upload under way."""
        whole = self._db.all("SELECT COALESCE(SUM(size_bytes), 0) FROM blobs WHERE account = ?", (account,))
        begun = self._db.all(
            "SELECT COALESCE(SUM(size_bytes), 0) FROM blob_uploads WHERE account = ? AND sha256 <> ?",
            (account, but),
        )
        return int(whole[0][0]) + int(begun[0][0])

    def begin(self, account: str, sha256: str, size_bytes: int, now_ms: int) -> None:
        """Note that an upload is under way; its size counts from now on."""
        with self._db.transaction() as statements:
            statements.execute(
                "INSERT INTO blob_uploads(account, sha256, size_bytes, begun_ms) VALUES(?, ?, ?, ?)"
                " ON CONFLICT (account, sha256) DO UPDATE SET size_bytes = excluded.size_bytes",
                (account, sha256, size_bytes, now_ms),
            )

    def end(self, account: str, sha256: str) -> None:
        """Forget an upload."""
        with self._db.transaction() as statements:
            statements.execute("DELETE FROM blob_uploads WHERE account = ? AND sha256 = ?", (account, sha256))

    def add(self, row: BlobRow) -> None:
        """Note that a notebook has an attachment, whose bytes are on disk; its upload has ended."""
        with self._db.transaction() as statements:
            statements.execute(
                f"INSERT INTO blobs({_BLOB}) VALUES(?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (sha256, notebook) DO UPDATE SET unused_ms = 0",
                row,
            )
            statements.execute(
                "DELETE FROM blob_uploads WHERE account = ? AND sha256 = ?", (row.account, row.sha256)
            )

    def mark(self, sha256: str, notebook: str, unused_ms: int) -> None:
        """Note since when no document of a notebook names an attachment; 0: one does."""
        with self._db.transaction() as statements:
            statements.execute(
                "UPDATE blobs SET unused_ms = ? WHERE sha256 = ? AND notebook = ?",
                (unused_ms, sha256, notebook),
            )

    def remove(self, sha256: str, notebook: str) -> bool:
        """Take an attachment from a notebook; return whether no other notebook has it."""
        with self._db.transaction() as statements:
            statements.execute("DELETE FROM blobs WHERE sha256 = ? AND notebook = ?", (sha256, notebook))
            left = statements.execute("SELECT COUNT(*) FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
        return int(left[0]) == 0

    def forget_old(self, before_ms: int) -> None:
        """Forget uploads that were begun before a time."""
        with self._db.transaction() as statements:
            statements.execute("DELETE FROM blob_uploads WHERE begun_ms < ?", (before_ms,))
