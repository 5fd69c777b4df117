"""
The shelf of an upgrade: what a library tells and does on its way to a newer data model.

What it is not: the steps (sync.client.upgrade) or what the one transaction does (crossing.py). Invariant:
what was worked out ahead is in memory alone, and is used only for documents that are as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sync.storage import documents, outbox
from sync.storage.database import StoreFile
from sync.storage.profile_file import write_meta
from sync.storage.rows import FetchedStream
from sync.storage.shelf import Shelf

if TYPE_CHECKING:
    from crdt import Version
    from sync.storage.crossing import Crossed, Prepared


class UpgradeShelf(Shelf):
    """A library file that can go to a newer data model."""

    def __init__(self, db: StoreFile, rid: int, model: str, *, read_only: bool = False) -> None:
        """Use `open`."""
        super().__init__(db, rid, model, read_only=read_only)
        self._prepared: Prepared = {}

    def notes_count(self) -> int:
        """Return how many notes are here, the trash and the archive included."""
        from sync.storage import crossing

        with self._reading() as connection:
            return crossing.notes_count(connection)

    def confirmed_version(self, document: str) -> Version:
        """Return what a server has of a document, as far as is known here. Cost: its version and its tail."""
        from crdt import Delta, Version, read_version

        with self._reading() as connection:
            key, snapshot = connection.execute(
                "SELECT key, snapshot FROM documents WHERE id = ?", (document,)
            ).fetchone()
            tail = documents.confirmed_tail(connection, key)
        version = Version() if snapshot is None else read_version(snapshot)
        for _, body in tail:
            delta = Delta.decode(body)
            version = version.join(Version({delta.rid: delta.end}))
        return version

    def to_prepare(self, model: str) -> list[int]:
        """Return the keys of documents to be given to `prepare` ahead of `cross`."""
        from sync.storage import crossing

        with self._reading() as connection:
            return crossing.to_prepare(connection, self._prepared, (self._model, model, self._rid))

    def prepare(self, model: str, keys: Sequence[int]) -> None:
        """Work out ahead, in memory, what `cross` makes of documents that no server gives; 1 ms each."""
        from sync.storage import crossing

        with self._reading() as connection:
            crossing.prepare(connection, self._prepared, (self._model, model, self._rid), keys)

    def acked_since(self, after: Mapping[str, int]) -> set[str]:
        """
        Return the documents of which deltas of this replica were confirmed.

        Args:
            after: stream -> n: behind which; streams that are not named are left out.
        """
        found: set[str] = set()
        with self._reading() as connection:
            for row in outbox.stream_rows(connection):
                rows = connection.execute(
                    "SELECT DISTINCT d.id FROM outbox o JOIN documents d ON d.key = o.document"
                    " WHERE o.stream = ? AND o.n > ? AND o.n <= ?",
                    (row.key, after.get(row.id, row.acked_n), row.acked_n),
                )
                found.update(name for (name,) in rows)
        return found

    def cross(
        self,
        model: str,
        fetched: Iterable[FetchedStream],
        *,
        short: Collection[str],
        now_ms: int,
        keep: Callable[[Crossed], Mapping[str, str | None]],
    ) -> Crossed:
        """
        Go over to a newer data model, in one commit.

        Args:
            fetched: What a server has, in that model; empty where there is no server.
            short: Documents of which not all that was confirmed is in what was fetched.
            keep: Given what came of it, small values that are committed with it.
        """
        from sync.storage import crossing

        ways = (self._model, model, self._rid)
        with self._writing() as connection:
            crossed = crossing.cross(
                connection, ways, fetched, prepared=self._prepared, short=short, now_ms=now_ms
            )
            for key, value in keep(crossed).items():
                write_meta(connection, key, value)
        self._model = model
        self._prepared = {}
        self._projections.forget()
        return crossed
