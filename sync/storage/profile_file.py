"""
The file of a profile: opening, closing, one transaction per call, and small values under names.

What it is not: the library in it (shelf.py, client_store.py). Invariants:
- Used on the thread that opened it, and on no other.
- After an unclean exit the file is checked before it is used; one that fails is left as it is.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Final, Self

from sync.errors import StoreUnavailable, VersionTooNew
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

ENDINGS: Final = ("", "-wal", "-shm")
"""Of the files that a library is made of."""

FIRST_MODEL: Final = "1.0"
"""Of stores that do not say it: they were made before there was another."""
DEFAULT_MODEL: Final = "2.0"
"""That of sync.model.versions, named here because listing needs no model."""

Randomness = Callable[[int], int]
"""bits -> that many random bits, as secrets.randbits."""

RID_BITS: Final = 63


class ProfileFile:
    """An open library file. Made by `open`."""

    def __init__(self, db: StoreFile, rid: int, model: str, *, read_only: bool = False) -> None:
        """Use `open`."""
        self._db: Final = db
        self._rid = rid
        self._model = model
        self._thread: Final = threading.get_ident()
        self.read_only: Final = read_only
        """Whether a newer program wrote the file: it can be read, and `StoreUnavailable` answers all else."""
        self.was_checked = False
        """Whether the file was not closed the last time, and was found whole."""

    @classmethod
    def open(
        cls, path: Path | str, *, newest: str = DEFAULT_MODEL, randomness: Randomness = secrets.randbits
    ) -> Self:
        """
        Open the library in the file `path`, making it when there is none; its folder must exist.

        After an unclean exit the file is checked first. What a newer program wrote is opened to be read.

        Args:
            newest: The newest data model that the program uses; a new file is made for it.

        Raises:
            StoreUnavailable: The file is damaged, foreign, empty or out of reach. It is unchanged.
            VersionTooNew: A newer program wrote it, in a way that this one cannot even read. It is unchanged.
        """
        path = Path(path)
        if not path.exists():
            create_database(path, STEPS, application=APPLICATION)
        try:
            db = open_database(path, application=APPLICATION, version_max=len(STEPS))
        except VersionTooNew as error:
            return cls._open_to_read(path, error)
        try:
            model = _model_in(db) or newest
            if _major(model) <= _major(newest):
                migrate(db, STEPS)
                rid, was_open = _begin(db, randomness, model)
                store = cls(db, rid, model)
                store.was_checked = was_open
                return store
        except BaseException:
            db.close()
            raise
        db.close()
        return cls._open_to_read(path, VersionTooNew(path, _major(model), _major(newest)))

    @classmethod
    def _open_to_read(cls, path: Path, why: VersionTooNew) -> Self:
        """Open what a newer program wrote without writing a byte. Raises `why` when it cannot be read."""
        db = open_database(path, application=APPLICATION, read_only=True)
        try:
            with mapped_errors(path):
                rid = db.conn.execute("SELECT value FROM meta WHERE key = 'rid'").fetchone()
            return cls(db, int(rid[0]), _model_in(db) or FIRST_MODEL, read_only=True)
        except (StoreUnavailable, AssertionError, TypeError, ValueError) as error:
            db.close()
            raise why from error

    def close(self) -> None:
        """Say that the file was left in order, and close it."""
        if not self.read_only:
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

    @property
    def model(self) -> str:
        """The version of the data model that is written here, see `sync.model.versions`."""
        return self._model

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

    def inherit(self, values: Mapping[str, str | None]) -> None:
        """Keep several texts under names, in one commit."""
        with self._writing() as connection:
            for key, value in values.items():
                write_meta(connection, key, value)

    def _writing(self) -> AbstractContextManager[Connection]:
        """One write transaction."""
        assert threading.get_ident() == self._thread, "the store belongs to the thread that opened it"
        if self.read_only:
            raise StoreUnavailable(self.path, "newer", "a newer program wrote it")
        return transaction(self._db)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """The connection, for reading: nobody else writes, so what one method reads is one state."""
        assert threading.get_ident() == self._thread, "the store belongs to the thread that opened it"
        with mapped_errors(self._db.path):
            yield self._db.conn


def _model_in(db: StoreFile) -> str | None:
    """Which data model a file is for; None for one that was made a moment ago."""
    with mapped_errors(db.path):
        rows = db.conn.execute("SELECT key, value FROM meta WHERE key IN ('model', 'rid')").fetchall()
    known = dict(rows)
    return str(known.get("model", FIRST_MODEL)) if "rid" in known else None


def _major(model: str) -> int:
    """The major of ``major.minor``."""
    return int(model.partition(".")[0])


def _begin(db: StoreFile, randomness: Randomness, model: str) -> tuple[int, bool]:
    """
    Check the file if it was not closed, and mark it as open.

    Returns:
        Its replica id, made when it is new, and whether it was not closed.
    """
    with mapped_errors(db.path):
        was_open = db.conn.execute("SELECT 1 FROM meta WHERE key = 'open'").fetchone() is not None
        if was_open:
            quick_check(db)
        found = db.conn.execute("SELECT value FROM meta WHERE key = 'rid'").fetchone()
    rid = int(found[0]) if found is not None else fresh_rid(randomness)
    with transaction(db) as connection:
        write_meta(connection, "open", "1")
        write_meta(connection, "rid", str(rid))
        write_meta(connection, "model", model)
    return rid, was_open


def fresh_rid(randomness: Randomness) -> int:
    """Return a random replica id, never 0."""
    return randomness(RID_BITS) or 1


def write_meta(connection: Connection, key: str, value: str | None) -> None:
    """Keep a text under a name, or forget it (None), in the caller's transaction."""
    if value is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (key,))
    else:
        connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)", (key, value))
