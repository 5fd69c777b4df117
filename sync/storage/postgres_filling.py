"""
A server's data from its file of SQLite into an empty database on PostgreSQL.

What it is not: a backup, or for a server that is running. Invariants: all of it arrives in one transaction,
or nothing; the file is only read; row counts are compared before the commit. Logs, epochs and positions stay
what they were, so that clients go on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sync.errors import StoreUnavailable
from sync.storage.server_database import Row, ServerDatabase, SqliteDatabase, Statements

ROWS_A_TIME: Final = 500


def fill(source: SqliteDatabase, target: ServerDatabase) -> dict[str, int]:
    """
    Copy every table.

    Args:
        source: Of which nobody has the file open.
        target: Just made, with tables of the same version.

    Returns:
        How many rows of each table.

    Raises:
        StoreUnavailable: ``not_a_store``: the target holds something already; or either of them failed.

    Cost: reading and writing everything once.
    """
    counts: dict[str, int] = {}
    with target.transaction() as statements:
        tables = list(_tables(source))
        for table, _ in tables:
            if target.one(f"SELECT 1 FROM {table} LIMIT 1") is not None:
                raise StoreUnavailable(target.path, "not_a_store", f"there is something in {table} already")
        for table, columns in tables:
            counts[table] = _copy(source, statements, table, columns)
            if "key" in columns and table not in _NAMED:
                target.one(
                    "SELECT setval(pg_get_serial_sequence(?, 'key'), coalesce(max(key), 0) + 1, false)"
                    f" FROM {table}",
                    (table,),
                )
        for table, count in counts.items():
            found = target.one(f"SELECT count(*) FROM {table}")
            assert found == (count,), f"{table}: {found} of {count} rows arrived"
    return counts


_NAMED: Final = ("meta", "paces")
"""Tables whose key is a text."""


def _tables(source: SqliteDatabase) -> Iterator[tuple[str, list[str]]]:
    """Yield (table, columns); what a table refers to comes before it."""
    names = [
        str(row[0])
        for row in source.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
        )
    ]
    done: list[str] = []
    while names:
        for name in names:
            needs = {str(row[2]) for row in source.all(f"PRAGMA foreign_key_list({name})")} - {name}
            if needs <= set(done):
                break
        else:
            raise AssertionError(f"{names} refer to each other in a circle")
        names.remove(name)
        done.append(name)
        yield name, [str(row[1]) for row in source.all(f"PRAGMA table_info({name})")]


def _copy(source: SqliteDatabase, statements: Statements, table: str, columns: list[str]) -> int:
    """Copy one table, some rows at a time; return how many."""
    listed = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    count = 0
    for rows in _pages(source, f"SELECT {listed} FROM {table}"):
        statements.executemany(f"INSERT INTO {table}({listed}) VALUES({marks})", rows)
        count += len(rows)
    return count


def _pages(source: SqliteDatabase, sql: str) -> Iterator[list[Row]]:
    cursor = source.file.conn.execute(sql)
    while rows := cursor.fetchmany(ROWS_A_TIME):
        yield rows
