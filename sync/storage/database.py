"""
Open, migrate and write a SQLite file: the one door through which both stores reach SQLite.

What it is: connection settings, migrations that commit together with their record, transactions, and the
map from sqlite3's errors to ours. What it is not: tables (schema.py, server_schema.py) or statements.

Invariants:
- A commit that returned is on disk (WAL with synchronous=FULL): a delta may leave the machine after it.
- A file that is newer, foreign, empty or damaged is reported and left as it was, byte for byte.
- A new file appears under its name only when it is whole (made beside, then renamed).
- One writing connection per file: the SQLite that Python bundles can corrupt a WAL when two connections
  write (3.7.0-3.51.2), so a second process is kept out by the profile's lock, not by this file.

Source: sqlite.org/wal.html; sqlite.org/pragma.html (synchronous, trusted_schema, user_version).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from sync.errors import StoreUnavailable, VersionTooNew

Step = str | Callable[["StoreFile"], None]
"""One migration: SQL statements separated by semicolons, or a function that issues them on the database."""

# How long a statement waits for another connection (a backup, a shell) before the store counts as locked.
BUSY_MS_MAX = 5_000
# Prepared statements kept by the connection: more than either store has, so each is compiled once.
STATEMENTS_KEPT = 256
# WAL pages (4 KiB) before a checkpoint: 4 MiB keeps a commit short and the file small.
CHECKPOINT_PAGES = 1_000


class StoreFile(Database):
    """A database of sqlite-utils that knows which file it stands for, so that errors can name it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        # Plugins installed beside us must not run inside a person's library.
        super().__init__(connection, execute_plugins=False, recursive_triggers=False)
        self.path = path


_HEADER = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_REASONS = {
    4: "io",  # SQLITE_ABORT
    5: "locked",  # SQLITE_BUSY
    6: "locked",  # SQLITE_LOCKED
    8: "read_only",  # SQLITE_READONLY
    10: "io",  # SQLITE_IOERR
    11: "damaged",  # SQLITE_CORRUPT
    13: "no_space",  # SQLITE_FULL
    14: "cannot_open",  # SQLITE_CANTOPEN
    15: "locked",  # SQLITE_PROTOCOL
    23: "cannot_open",  # SQLITE_AUTH
    26: "not_a_store",  # SQLITE_NOTADB
}


def open_database(
    path: Path | str,
    *,
    application: int = 0,
    version_max: int | None = None,
    any_thread: bool = False,
    read_only: bool = False,
) -> StoreFile:
    """
    Open a SQLite file with our settings, making it when it does not exist.

    Args:
        path: The file; its folder must exist.
        application: The application_id that the file must carry; 0 accepts any. Set by `migrate`.
        version_max: The newest schema version this program knows; None accepts any.
        any_thread: True when the caller serialises the use by several threads itself.
        read_only: Leave the file as it is, byte for byte; it must exist.

    Raises:
        StoreUnavailable: The file is empty, foreign, damaged, locked or cannot be reached; it is unchanged.
        VersionTooNew: The file was written by a newer program; it is unchanged.
    """
    path = Path(path)
    with mapped_errors(path):
        if path.exists():
            _inspect(path, application, version_max)
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro" if read_only else str(path),
            uri=read_only,
            timeout=BUSY_MS_MAX / 1000,
            isolation_level=None,  # transactions begin and end where `transaction` says, never by themselves
            check_same_thread=not any_thread,
            cached_statements=STATEMENTS_KEPT,
        )
        try:
            if not read_only:
                connection.execute("PRAGMA journal_mode=WAL").fetchone()
            return _configured(connection, path)
        except BaseException:
            connection.close()
            raise


def _inspect(path: Path, application: int, version_max: int | None) -> None:
    """
    Look at the file's header without opening it as a database, so that a refused file is not touched.

    A header in the main file can be older than the one in a WAL left by a crash; the version is therefore
    checked again by `migrate`.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise StoreUnavailable(path, "cannot_open", str(error)) from error
    if not header:
        raise StoreUnavailable(path, "empty", "the file has no bytes")
    if header[: len(_HEADER)] != _HEADER:
        raise StoreUnavailable(path, "not_a_store", "the file is not an SQLite database")
    found = int.from_bytes(header[68:72], "big")
    if application and found != application:
        raise StoreUnavailable(path, "not_a_store", f"application id {found:#x} instead of {application:#x}")
    version = int.from_bytes(header[60:64], "big")
    if version_max is not None and version > version_max:
        raise VersionTooNew(path, version, version_max)


def _configured(connection: sqlite3.Connection, path: Path) -> StoreFile:
    """Apply our settings to a fresh connection and wrap it."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS_MAX}").fetchone()
    connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}").fetchone()
    connection.execute("PRAGMA cell_size_check=ON")
    return StoreFile(connection, path)


def create_database(path: Path | str, steps: Sequence[Step], *, application: int = 0) -> None:
    """
    Make a new file at the newest version: written beside, made durable, then renamed into place.

    A power cut leaves either no file under `path` or a whole one, so that an empty file always means damage.

    Raises:
        StoreUnavailable: The folder cannot be written.
    """
    path = Path(path)
    beside = path.with_name(path.name + ".new")
    try:
        for leftover in (beside, Path(f"{beside}-wal"), Path(f"{beside}-shm")):
            leftover.unlink(missing_ok=True)  # an earlier attempt that never got its name
    except OSError as error:
        raise StoreUnavailable(path, "read_only", str(error)) from error
    db = open_database(beside)
    try:
        migrate(db, steps, application=application)
    finally:
        db.close()
    try:
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreUnavailable(path, "io", str(error)) from error


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable, where the system can (Windows cannot open a directory)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def migrate(db: StoreFile, steps: Sequence[Step], *, application: int = 0) -> int:
    """
    Bring the schema to version len(steps); each step and its record (PRAGMA user_version) commit together.

    Args:
        db: From `open_database`.
        steps: All steps since version 0, oldest first; step i leads from version i to i + 1.
            A step that was shipped is never edited.
        application: Stored as application_id in the same commit, when it is not 0.

    Returns:
        The version found before.

    Raises:
        VersionTooNew: The file is newer than len(steps); nothing was written.
        StoreUnavailable: A step could not be committed; the version is that of the last one which was.
    """
    with mapped_errors(db.path):
        found = int(db.conn.execute("PRAGMA user_version").fetchone()[0])
    if found > len(steps):
        raise VersionTooNew(db.path, found, len(steps))
    for number in range(found, len(steps)):
        step = steps[number]
        with transaction(db):
            if callable(step):
                step(db)
            else:
                run_script(db, step)
            if application:
                db.conn.execute(f"PRAGMA application_id={application:d}")
            db.conn.execute(f"PRAGMA user_version={number + 1:d}")
    return found


def run_script(db: StoreFile, sql: str) -> None:
    """
    Execute statements separated by semicolons inside the open transaction.

    sqlite3's own executescript commits first, which would part a migration from its record.
    """
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.conn.execute(statement)
            statement = ""
    assert not statement.strip(), f"unfinished statement: {statement!r}"


@contextmanager
def transaction(db: StoreFile) -> Iterator[sqlite3.Connection]:
    """
    One write transaction: BEGIN IMMEDIATE, then COMMIT, or ROLLBACK when anything raises. Does not nest.

    After this returns normally the commit is on disk. Errors of SQLite come out mapped.

    Raises:
        StoreUnavailable: Begin, a statement or the commit failed; nothing of it is stored.
    """
    connection = db.conn
    assert not connection.in_transaction, "transactions do not nest"
    with mapped_errors(db.path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # Some failures (a full disk) have already rolled back by themselves.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def mapped_errors(path: Path) -> Iterator[None]:
    """
    Turn sqlite3's exceptions into ours.

    What the file or the disk did becomes StoreUnavailable; what only wrong code can cause (a bad statement,
    another thread, a closed connection) becomes AssertionError.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise mapped(error, path) from error


def mapped(error: sqlite3.Error, path: Path) -> Exception:
    """Return our exception for one of sqlite3's. Total: every subclass of sqlite3.Error has an answer."""
    if isinstance(error, sqlite3.IntegrityError):
        return AssertionError(f"a constraint of {path.name} was violated: {error}")
    reason = _REASONS.get((getattr(error, "sqlite_errorcode", None) or 0) & 0xFF)
    if reason is not None:
        return StoreUnavailable(path, reason, str(error))
    if isinstance(
        error, (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)
    ):
        return AssertionError(f"wrong use of {path.name}: {error}")
    return StoreUnavailable(path, "damaged", str(error))


def quick_check(db: StoreFile) -> None:
    """
    Read the whole file once and check its structure.

    Raises:
        StoreUnavailable: The file is damaged (reason "damaged", with SQLite's first findings).

    Cost: about 1 s per GB; only after an unclean exit.
    """
    with mapped_errors(db.path):
        rows = db.conn.execute("PRAGMA quick_check(10)").fetchall()
    findings = [str(row[0]) for row in rows]
    if findings != ["ok"]:
        raise StoreUnavailable(db.path, "damaged", "; ".join(findings))
