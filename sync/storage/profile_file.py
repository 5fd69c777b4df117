"""
The file of a profile: opening, closing, one transaction per call, and small values under names.

What it is not: the library in it (shelf.py, client_store.py). Invariants:
- Used on the thread that opened it, and on no other.
- After an unclean exit the file is checked before it is used; one that fails is left as it is.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Final, Self

from sync.storage import outbox
from sync.storage.database import (
    StoreFile,
    create_database,
    mapped_errors,
    migrate,
    open_database,
    quick_check,
    transaction,
)
from sync.storage.schema import APPLICATION, STEPS

if TYPE_CHECKING:
    from crdt import Stamp

FILE_NAME: Final = "library.sqlite3"

Randomness = Callable[[int], int]
"""bits -> that many random bits, as secrets.randbits."""

RID_BITS: Final = 63


class ProfileFile:
    """An open library file. Made by `open`."""

    def __init__(self, db: StoreFile, rid: int) -> None:
        """Use `open`."""
        self._db: Final = db
        self._rid = rid
        self._thread: Final = threading.get_ident()

    @classmethod
    def open(cls, path: Path | str, *, randomness: Randomness = secrets.randbits) -> Self:
        """
        Open the library in the file `path`, making it when there is none; its folder must exist.

        After an unclean exit the file is checked first.

        Raises:
            StoreUnavailable: The file is damaged, foreign, empty or out of reach. It is unchanged.
            VersionTooNew: A newer program wrote it. It is unchanged.
        """
        path = Path(path)
        if not path.exists():
            create_database(path, STEPS, application=APPLICATION)
        db = open_database(path, application=APPLICATION, version_max=len(STEPS))
        try:
            migrate(db, STEPS)
            return cls(db, _begin(db, randomness))
        except BaseException:
            db.close()
            raise

    def close(self) -> None:
        """Say that the file was left in order, and close it."""
        with self._writing() as connection:
            connection.execute("DELETE FROM meta WHERE key = 'open'")
        self._db.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._db.path

    @property
    def rid(self) -> int:
        """The replica id under which this store writes; `ClientStore.rotate` changes it."""
        return self._rid

    def clock_high_water(self) -> Stamp | None:
        """
        Return the greatest stamp stored, for `Clock(rid, high_water)`; None when nothing was written yet.
        """
        with self._reading() as connection:
            return outbox.clock_mark(connection)

    def meta(self, key: str) -> str | None:
        """Return the text kept under a name, or None."""
        with self._reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row is not None and isinstance(row[0], str) else None

    def set_meta(self, key: str, value: str | None) -> None:
        """Keep a text under a name, or forget it (None)."""
        with self._writing() as connection:
            write_meta(connection, key, value)

    def _writing(self) -> AbstractContextManager[Connection]:
        """One write transaction."""
        assert threading.get_ident() == self._thread, "the store belongs to the thread that opened it"
        return transaction(self._db)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """The connection, for reading: nobody else writes, so what one method reads is one state."""
        assert threading.get_ident() == self._thread, "the store belongs to the thread that opened it"
        with mapped_errors(self._db.path):
            yield self._db.conn


def _begin(db: StoreFile, randomness: Randomness) -> int:
    """
    Check the file if it was not closed, mark it as open, and return its replica id, made when it is new.
    """
    with mapped_errors(db.path):
        if db.conn.execute("SELECT 1 FROM meta WHERE key = 'open'").fetchone() is not None:
            quick_check(db)
        found = db.conn.execute("SELECT value FROM meta WHERE key = 'rid'").fetchone()
    rid = int(found[0]) if found is not None else fresh_rid(randomness)
    with transaction(db) as connection:
        write_meta(connection, "open", "1")
        write_meta(connection, "rid", str(rid))
    return rid


def fresh_rid(randomness: Randomness) -> int:
    """Return a random replica id, never 0."""
    return randomness(RID_BITS) or 1


def write_meta(connection: Connection, key: str, value: str | None) -> None:
    """Keep a text under a name, or forget it (None), in the caller's transaction."""
    if value is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (key,))
    else:
        connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", (key, value))
