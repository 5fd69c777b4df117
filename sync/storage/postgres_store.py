"""
A server's database on PostgreSQL, which any number of server processes have open at once.

The only file that knows psycopg, and imported only by who was told to use PostgreSQL. What it is: a pool of
connections behind the interface of server_database.py, and the map from psycopg's exceptions to ours. What it
is not: statements (server_store.py, account_store.py), their translation (postgres_dialect.py) or what
processes tell each other (postgres_telling.py).

Invariants:
- A commit that returned is on disk: synchronous_commit is never off.
- Text is compared byte by byte, whatever the database's locale: both databases list in one order.
- A process that is stopped in the middle of a transaction holds others up for IDLE_MS_MAX at most.
- What a connection in the pool keeps of what went over it is below LONG_SIZE_MIN each way: libpq's buffers
  grow to the longest message and never shrink, so one that carried a long value is replaced by a fresh one.

Source: postgresql.org/docs: explicit-locking, runtime-config-client; psycopg.org/psycopg3/docs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import NumericBinaryLoader
from psycopg.types.string import StrDumperUnknown
from psycopg_pool import ConnectionPool, PoolTimeout

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage.postgres_dialect import translated, translated_tables
from sync.storage.postgres_unwaited import begun
from sync.storage.server_database import Row, Statements
from sync.storage.server_schema import STEPS, TOLD

logging.getLogger("psycopg").setLevel(logging.ERROR)  # what it warns of is raised to whoever asks

CONNECTIONS_MAX: Final = 4
"""Of one process, besides the two that listen and speak: the store's thread needs one, an upkeep another."""

POOL_WAIT_S: Final = 5.0
"""How long to wait for a connection that others use."""

DOWN_WAIT_S: Final = 0.5
"""And when the database was out of reach the last time; between two such waits the answer comes at once."""

RECONNECT_S: Final = 1.0
"""How long the pool tries by itself; whoever asks next makes it try again."""

CONNECT_WAIT_S: Final = 5
LOCK_MS_MAX: Final = 5_000
"""How long a statement waits for another process, as BUSY_MS_MAX of a file."""

IDLE_MS_MAX: Final = 10_000
"""How long a transaction may do nothing before the database ends it."""

LONG_SIZE_MIN: Final = 512 * 1024
"""Bytes of one value from which on its connection is replaced; only states of long notes have so many."""

LOCK_CLASS: Final = 0x434D
"""Our advisory locks, "CM"; the second key says which."""

MIGRATION_LOCK: Final = -1
PLACES_MAX: Final = 1_000
_TELL: Final = """
CREATE OR REPLACE FUNCTION commonplace_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('commonplace.' || TG_TABLE_SCHEMA, TG_ARGV[0] || ' '
        || coalesce(nullif(current_setting('commonplace.process', true), ''), '-') || ' '
        || (CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[1]));
    RETURN NULL;
END $$;
"""


class _TextDumper(StrDumperUnknown):
    """PostgreSQL's texts have no U+0000; a sign that something was there stands in for it."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class _FlagDumper(Dumper):
    """Flags are numbers in our tables, as SQLite has them."""

    oid = psycopg.adapters.types["int2"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class _WholeLoader(NumericBinaryLoader):
    """Sums of our numbers are whole numbers."""

    def load(self, data: Any) -> Any:
        return int(super().load(data))


class _Statements:
    """Statements on one connection; ``carried_long``: a long value went over it, one way or the other."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection: Final = connection
        self.carried_long = False

    def execute(self, sql: str, values: Sequence[object] = (), /) -> psycopg.Cursor[Row]:
        """Run a statement."""
        self.look_at(values)
        return self.connection.execute(translated(sql), values, binary=True)

    def look_at(self, values: Iterable[object]) -> None:
        """Take note whether one of the values of a row is long."""
        for value in values:
            if isinstance(value, bytes) and len(value) >= LONG_SIZE_MIN:
                self.carried_long = True

    def executemany(self, sql: str, rows: Iterable[Sequence[object]], /) -> None:
        """Run a statement for each row of values, without waiting for each."""
        rows = list(rows)
        if len(rows) == 1:  # what somebody types: one round trip instead of three
            self.execute(sql, rows[0])
            return
        with self.connection.cursor(binary=True) as cursor:
            cursor.executemany(translated(sql), rows)


class PostgresDatabase:
    """A server's database; see ``server_database.ServerDatabase``."""

    shared: Final = True
    locking: Final = " FOR NO KEY UPDATE"

    def __init__(self, address: str, process: str, *, connections_max: int = CONNECTIONS_MAX) -> None:
        """
        Prepare; ``open`` connects.

        Args:
            address: ``postgresql://user:password@host/database?…``, as libpq takes it.
            process: What this process calls itself to others, without spaces.
            connections_max: How many connections its statements may use.
        """
        self.address: Final = address
        self.process: Final = process
        self.path: Final = named(address)
        self._held: Final = threading.local()
        self._down_s: float | None = None
        self._place = -1
        self._placed: psycopg.Connection[Row] | None = None
        self._pool: Final[ConnectionPool[psycopg.Connection[Row]]] = ConnectionPool(
            address, min_size=1, max_size=connections_max, open=False, configure=self._configure,
            reconnect_timeout=RECONNECT_S, kwargs=_options(autocommit=True), name=process, num_workers=1,
        )  # fmt: skip

    @classmethod
    def open(cls, address: str, process: str, *, connections_max: int = CONNECTIONS_MAX) -> PostgresDatabase:
        """
        Connect, making or migrating the tables.

        Raises:
            StoreUnavailable: It cannot be reached or entered, or is not in UTF-8.
            VersionTooNew: A newer server wrote it.
        """
        db = cls(address, process, connections_max=connections_max)
        with mapped_errors(db.path):
            db._placed = psycopg.connect(address, **_options(autocommit=True))
            try:
                _migrate(db._placed, db.path)
                db._pool.open()
            except BaseException:
                db.close()
                raise
        return db

    # --- statements ------------------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Whether this thread has a transaction open."""
        return getattr(self._held, "statements", None) is not None

    @contextmanager
    def transaction(self, *, unwaited: bool = False) -> Iterator[Statements]:
        """One transaction; inside another, a part of it."""
        if self.in_transaction:
            yield self._held.statements
            return
        with self._lent() as statements, begun(statements.connection, unwaited):
            self._held.statements = statements
            try:
                yield statements
            finally:
                self._held.statements = None

    def one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query."""
        with self._reading() as statements:
            row: Row | None = statements.execute(sql, values).fetchone()
            statements.look_at(row or ())
        return row

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._reading() as statements:
            return statements.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement in a transaction; return how many rows it wrote."""
        with self._reading() as statements:  # a statement alone is a transaction
            return statements.execute(sql, values).rowcount

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> list[Row]:
        """Run a statement with RETURNING for each row of values; what each returned."""
        found: list[Row | None] = []
        with self._reading() as statements, statements.connection.cursor(binary=True) as cursor:
            if len(rows) < 2:
                found = [statements.execute(sql, row).fetchone() for row in rows]
            else:
                cursor.executemany(translated(sql), rows, returning=True)
                for _ in rows:
                    found.append(cursor.fetchone())
                    cursor.nextset()
        assert None not in found, "the statement returns a row for each"
        return [row for row in found if row is not None]

    @contextmanager
    def _reading(self) -> Iterator[_Statements]:
        """The open transaction, or a connection for one statement."""
        if self.in_transaction:
            with mapped_errors(self.path):
                yield self._held.statements
        else:
            with self._lent() as statements:
                yield statements

    @contextmanager
    def _lent(self) -> Iterator[_Statements]:
        """A connection of the pool, with errors mapped."""
        with mapped_errors(self.path):
            statements = _Statements(connection := self._taken())
            try:
                yield statements
            finally:
                lost = connection.closed
                if statements.carried_long:
                    connection.close()  # the pool makes another one at once, beside whoever asks
                self._pool.putconn(connection)
                if lost:  # the others were probably lost with it; whoever comes next gets a good one
                    self._down_s = time.monotonic()
                    self._pool.check()

    def _taken(self) -> psycopg.Connection[Row]:
        """Take a connection from the pool; while the database is away, not everybody waits for it."""
        down_s = self._down_s
        if down_s is not None and time.monotonic() < down_s:
            raise StoreUnavailable(self.path, "unreachable", "a moment ago")
        try:
            connection = self._pool.getconn(POOL_WAIT_S if down_s is None else DOWN_WAIT_S)
        except PoolTimeout as error:
            if down_s is None and self._is_there():
                raise
            self._down_s = time.monotonic() + DOWN_WAIT_S
            raise StoreUnavailable(self.path, "unreachable", str(error)) from error
        self._down_s = None
        return connection

    def _is_there(self) -> bool:
        """Whether the database answers, though the pool has nothing to give."""
        try:
            psycopg.connect(self.address, **_options(autocommit=True)).close()
        except psycopg.Error:
            return False
        return True

    def _configure(self, connection: psycopg.Connection[Row]) -> None:
        """Apply our settings to a fresh connection."""
        _settle(connection, self.process)

    # --- the whole -------------------------------------------------------------------------------

    def place(self) -> int:
        """
        Return this process's number among those that have the database open: no other has the same.

        Raises:
            StoreUnavailable: ``locked``: the connection that kept the place was lost, and somebody else has
                it now; or the database is out of reach.
        """
        with mapped_errors(self.path):
            if self._placed is not None and self._place >= 0:
                try:
                    self._placed.execute("SELECT 1")
                    return self._place
                except psycopg.OperationalError:
                    self._placed.close()
                    self._placed = None
            if self._placed is None:
                self._placed = psycopg.connect(self.address, **_options(autocommit=True))
            for place in range(PLACES_MAX) if self._place < 0 else (self._place,):
                if _try_lock(self._placed, place):
                    self._place = place
                    return place
            self._placed.close()
            self._placed = None
        raise StoreUnavailable(self.path, "locked", "another process took this one's place")

    def size_bytes(self) -> int:
        """Return what the database takes on disk."""
        row = self.one("SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0

    def check(self) -> None:
        """Read every row of every table: a damaged page raises StoreUnavailable."""
        for (table,) in self.all(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        ):
            self.one(f"SELECT count(*), sum(hashtext(t::text)::BIGINT) FROM {table} AS t")

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        if self._placed is not None:
            self._placed.close()


# --- connecting, tables ------------------------------------------------------------------------------------


def named(address: str) -> Path:
    """Return what errors call a database: its name and host, and never its password."""
    try:
        parts = conninfo_to_dict(address)
    except psycopg.Error as error:
        raise StoreUnavailable(
            Path("postgresql"), "cannot_open", "the address is not one of PostgreSQL"
        ) from error
    return Path(f"postgresql:{parts.get('dbname') or parts.get('user') or ''}@{parts.get('host') or 'local'}")


def without_password(address: str) -> tuple[str, str]:
    """Return an address for a command line, and the password that must not be on it; "": it has none."""
    parts = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
    password = parts.pop("password", "")
    return make_conninfo(**parts), password


def _options(**more: Any) -> dict[str, Any]:
    """How to connect: notice a dead peer within seconds instead of hours."""
    return {
        "connect_timeout": CONNECT_WAIT_S, "application_name": "commonplace-server", "keepalives_idle": 10,
        "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000, **more,
    }  # fmt: skip


def connected(address: str, process: str) -> psycopg.Connection[Row]:
    """Return a connection beside the pool. Raises StoreUnavailable when the database is out of reach."""
    with mapped_errors(named(address)):
        connection: psycopg.Connection[Row] = psycopg.connect(address, **_options(autocommit=True))
        try:
            _settle(connection, process)
        except BaseException:
            connection.close()
            raise
        return connection


def channel(connection: psycopg.Connection[Row]) -> str:
    """Return the channel on which all that use the tables of a connection tell each other what happened."""
    row = connection.execute("SELECT 'commonplace.' || current_schema()").fetchone()
    assert row is not None
    return str(row[0])


def _settle(connection: psycopg.Connection[Row], process: str) -> None:
    """Apply our settings to a fresh connection."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.adapters.register_dumper(bool, _FlagDumper)
    connection.adapters.register_loader("numeric", _WholeLoader)
    connection.execute(
        "SELECT set_config('commonplace.process', %s, false), set_config('lock_timeout', %s, false),"
        " set_config('idle_in_transaction_session_timeout', %s, false),"
        " set_config('default_transaction_isolation', 'read committed', false),"
        " CASE current_setting('synchronous_commit') WHEN 'off' THEN"
        " set_config('synchronous_commit', 'on', false) END",
        (process, str(LOCK_MS_MAX), str(IDLE_MS_MAX)),
    )


def _migrate(connection: psycopg.Connection[Any], path: Path) -> None:
    """Bring the tables to version len(STEPS), in one transaction; one process at a time."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreUnavailable(path, "not_a_store", f"its encoding is {encoding} instead of UTF8")
    with connection.transaction():
        connection.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()) # %s)", (LOCK_CLASS, MIGRATION_LOCK)
        )
        known = connection.execute("SELECT to_regclass('schema_version') IS NOT NULL").fetchone()
        if known is None or not known[0]:
            connection.execute("CREATE TABLE schema_version(version BIGINT NOT NULL, told TEXT NOT NULL)")
            connection.execute("INSERT INTO schema_version VALUES(0, '')")
        found, told = connection.execute("SELECT version, told FROM schema_version").fetchone() or (0, "")
        if found > len(STEPS):
            raise VersionTooNew(path, found, len(STEPS))
        for step in STEPS[found:]:
            connection.execute(translated_tables(step).encode())
        telling = telling_sql()
        if told != telling:
            connection.execute(telling.encode())
        if (found, told) != (len(STEPS), telling):
            connection.execute("UPDATE schema_version SET version = %s, told = %s", (len(STEPS), telling))


def telling_sql() -> str:
    """Return the triggers by which a transaction tells every process what it changed; see TOLD."""
    triggers = [
        f"CREATE OR REPLACE TRIGGER {table}_tell_{kind} AFTER {what} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION commonplace_tell('{kind}', '{column}');"
        for table, column, what, kind in TOLD
    ]
    return _TELL + "".join(triggers)


def _try_lock(connection: psycopg.Connection[Any], place: int) -> bool:
    """Take a place until the connection ends; False: somebody has it."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(%s, (hashtext(current_schema()) & -1024) | %s)", (LOCK_CLASS, place)
    ).fetchone()
    return bool(row and row[0])


# --- errors ------------------------------------------------------------------------------------------------

_BUSY: Final = (
    *(errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable, errors.QueryCanceled),
    *(errors.TooManyConnections, PoolTimeout),
)
_REASONS: Final[tuple[tuple[tuple[type[psycopg.Error], ...], str], ...]] = (
    (_BUSY, "locked"),
    ((errors.DiskFull,), "no_space"),
    ((errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege), "read_only"),
    ((errors.DataCorrupted, errors.IndexCorrupted), "damaged"),
    (
        (errors.InvalidCatalogName, errors.InvalidAuthorizationSpecification, errors.InvalidPassword),
        "cannot_open",
    ),
)


@contextmanager
def mapped_errors(path: Path) -> Iterator[None]:
    """
    Turn psycopg's exceptions into ours.

    What the database, the network or another process did becomes StoreUnavailable; what only wrong code can
    cause becomes AssertionError.
    """
    try:
        yield
    except psycopg.Error as error:
        raise mapped(error, path) from error


def mapped(error: psycopg.Error, path: Path) -> Exception:
    """Return our exception for one of psycopg's. Total: every subclass of psycopg.Error has an answer."""
    for kinds, reason in _REASONS:
        if isinstance(error, kinds):
            return StoreUnavailable(path, reason, str(error))
    if isinstance(error, psycopg.IntegrityError):
        return AssertionError(f"a constraint of {path.name} was violated: {error}")
    if isinstance(error, errors.IdleInTransactionSessionTimeout):
        return StoreUnavailable(path, "unreachable", str(error))
    state = error.sqlstate or ""
    if isinstance(
        error, psycopg.OperationalError
    ):  # lost, refused, shutting down, out of memory, of disk's will
        return StoreUnavailable(path, "io" if state[:2] in ("53", "58") else "unreachable", str(error))
    if isinstance(error, psycopg.InternalError) and state != errors.InFailedSqlTransaction.sqlstate:
        return StoreUnavailable(path, "damaged", str(error))
    return AssertionError(f"wrong use of {path.name}: {error}")
