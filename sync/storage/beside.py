"""
A library beside a library: where its notes are fetched in a newer data model while the old one is in use.

What it is not: fetching (sync.client.upgrade) or taking over what was fetched (crossing.py). It is an
ordinary library of another replica, signed in as the old one is. Invariants:
- One that was made for something else (another account, another model) or cannot be opened is made anew.
- What is in it is on a server: it may be removed at any time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage.client_store import ClientStore
from sync.storage.profile_file import ENDINGS
from sync.storage.rows import FetchedDocument, FetchedStream

if TYPE_CHECKING:
    from crdt import Version

BESIDE_NAME: Final = "library-upgrade.sqlite3"
_FOR: Final = "beside_for"
_INHERITED: Final = ("account", "server_id", "server_url", "email", "personal", "inst")
"""What a library beside knows of the sign-in; the token is given to whoever connects for it."""

_log = logging.getLogger(__name__)


def beside_path(library: Path) -> Path:
    """The file beside a library's file."""
    return library.with_name(BESIDE_NAME)


class BesideStore(ClientStore):
    """A library that is fetched into, and read once."""

    def fetched(self) -> Iterator[FetchedStream]:
        """Yield the streams that were fetched from their beginning, whole."""
        for row in self.streams():
            if row.cursor:
                yield FetchedStream(row.id, row.epoch, row.cursor, self._documents(row.key))

    def _documents(self, stream: int) -> list[FetchedDocument]:
        with self._reading() as connection:
            tails: dict[int, list[bytes]] = {}
            rows = connection.execute(
                "SELECT t.document, t.body FROM deltas t JOIN documents d ON d.key = t.document"
                " WHERE d.stream = ? ORDER BY t.key",
                (stream,),
            )
            for document, body in rows:
                tails.setdefault(document, []).append(body)
            found = connection.execute(
                "SELECT key, id, snapshot FROM documents WHERE stream = ? ORDER BY key", (stream,)
            ).fetchall()
        return [FetchedDocument(name, snapshot, tails.get(key, [])) for key, name, snapshot in found]

    def document_count(self) -> int:
        """Return how many documents are here."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def seen(self, document: str) -> Version | None:
        """Return what is here of a document; None when nothing is. Cost: its version and its tail."""
        from crdt import Delta, Version, read_version

        with self._reading() as connection:
            row = connection.execute(
                "SELECT key, snapshot FROM documents WHERE id = ?", (document,)
            ).fetchone()
            if row is None:
                return None
            tail = connection.execute("SELECT body FROM deltas WHERE document = ?", (row[0],)).fetchall()
        version = Version() if row[1] is None else read_version(row[1])
        for (body,) in tail:
            delta = Delta.decode(body)
            version = version.join(Version({delta.rid: delta.end}))
        return version


def open_beside(library: ClientStore, model: str) -> BesideStore:
    """
    Open the library beside, or make it.

    Args:
        library: The one that is in use; it belongs to an account.
        model: The data model to fetch in.

    Raises:
        StoreUnavailable: It cannot be made.
    """
    path = beside_path(library.path)
    purpose = json.dumps([library.meta("account"), library.meta("server_id"), library.rid, model])
    try:
        if path.exists():
            known = BesideStore.open(path, newest=model)
            if known.meta(_FOR) == purpose and known.model == model:
                return known
            known.close()
    except (StoreUnavailable, VersionTooNew) as error:
        _log.info("the library beside is made anew: %s", error)
    remove_beside(library.path)
    made = BesideStore.open(path, newest=model)
    made.inherit({name: library.meta(name) for name in _INHERITED} | {_FOR: purpose})
    return made


def remove_beside(library: Path) -> None:
    """Remove the library beside a library's file, if there is one. Nobody has it open."""
    path = beside_path(library)
    for ending in ENDINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)
