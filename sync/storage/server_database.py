"""
What a server's stores ask of a database, and SQLite's answer to it.

A statement of a server's store is written once, in SQL that both databases understand (README, "Two
databases"): ``?`` for values, RETURNING, ON CONFLICT with its columns, no functions of one database alone.
What differs is here and in postgres_store.py, behind one interface. What it is not: tables (server_schema.py)
or statements (server_store.py, account_store.py, blob_store.py).

Invariants:
- A transaction inside another is a part of it; what was read within it is what it wrote.
- A commit that returned is on disk.
- One thread at a time uses a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from sync.storage.database import (
    StoreFile,
    create_database,
    mapped_errors,
    migrate,
    open_database,
    quick_check,
    transaction,
)
from sync.storage.server_schema import APPLICATION, STEPS

Row = tuple[Any, ...]


class Rows(Protocol):
    """What came of a statement: a cursor of sqlite3 or of psycopg."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""

    def fetchone(self) -> Any:
        """Return the next row; None behind the last."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""


class Statements(Protocol):
    """Where statements of one transaction go."""

    def execute(self, sql: str, values: Sequence[object] = (), /) -> Rows:
        """Run a statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> object:
        """Run a statement for each row of values."""


class ServerDatabase(Protocol):
    """
    A server's database. All methods raise StoreUnavailable when it fails; nothing of what was under way is
    stored then.
    """

    @property
    def path(self) -> Path:
        """What it is called in errors: a file, or a database and its host."""

    @property
    def shared(self) -> bool:
        """Whether other processes write it at the same time: what is kept in memory may be old."""

    @property
    def locking(self) -> str:
        """What a SELECT ends with that keeps other writers from its rows until the transaction ends."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    def transaction(self, *, unwaited: bool = False) -> AbstractContextManager[Statements]:
        """
        One transaction, committed when the block ends, rolled back when it raises.

        Args:
            unwaited: Statements may be under way until something of them is fetched; there is no ``rowcount``
                then, and what is wrong with one may be raised by a later one.
        """

    def one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query."""

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""

    def write(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement in a transaction; return how many rows it wrote."""

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> list[Row]:
        """Run a statement with RETURNING for each row of values, inside a transaction; what each returned."""

    def place(self) -> int:
        """Return this process's number among those that have it open now: no other has the same."""

    def size_bytes(self) -> int:
        """Return what it takes on disk."""

    def check(self) -> None:
        """Read all there is and check its structure. Raises StoreUnavailable when it is damaged."""

    def close(self) -> None:
        """Let it go; committed is committed."""


class SqliteDatabase:
    """A server's database in a file of SQLite, which this process alone has open."""

    shared: Final = False
    locking: Final = ""  # the transaction has the whole file

    def __init__(self, file: StoreFile) -> None:
        """Use an opened and migrated file; see ``open``."""
        self.path: Final = file.path
        self.file: Final = file
        self._conn: Final = file.conn

    @classmethod
    def open(cls, path: Path) -> SqliteDatabase:
        """
        Open the file, making or migrating it.

        Raises:
            StoreUnavailable: It is damaged, foreign, locked or out of reach.
            VersionTooNew: A newer server wrote it.
        """
        if not path.exists():
            create_database(path, STEPS, application=APPLICATION)
        file = open_database(path, application=APPLICATION, version_max=len(STEPS))
        try:
            migrate(file, STEPS, application=APPLICATION)
        except BaseException:
            file.close()
            raise
        return cls(file)

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._conn.in_transaction

    @contextmanager
    def transaction(self, *, unwaited: bool = False) -> Iterator[Statements]:
        """One transaction; inside another, a part of it."""
        if self._conn.in_transaction:
            yield self._conn
        else:
            with transaction(self.file) as connection:
                yield connection

    def one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query."""
        with mapped_errors(self.path):
            row: Row | None = self._conn.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        with mapped_errors(self.path):
            return self._conn.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement in a transaction; return how many rows it wrote."""
        with self.transaction() as statements:
            return statements.execute(sql, values).rowcount

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> list[Row]:
        """Run a statement with RETURNING for each row of values; what each returned."""
        with self.transaction() as statements:
            return [statements.execute(sql, row).fetchone() for row in rows]

    def place(self) -> int:
        """Return 0: nobody else has the file open."""
        return 0

    def size_bytes(self) -> int:
        """Return the length of the file."""
        row = self.one("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return int(row[0]) if row else 0

    def check(self) -> None:
        """Read the whole file and check its structure."""
        quick_check(self.file)

    def close(self) -> None:
        """Close the file."""
        self.file.close()
