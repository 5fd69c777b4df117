"""
A copy of a server's PostgreSQL as of one commit, made with PostgreSQL's own pg_dump while servers write.

What it is not: when, where, or the attachments (sync.server.backup). Invariants:
- What is checked is what is copied: both are read in one snapshot of the database.
- The copy appears under its name when pg_dump has ended well, all of it was read again, and is on the disk.
- Its last statement says of the data that they are a copy, so that a server which opens them finds out.
- A password is never on a command line.

Source: postgresql.org/docs/current/app-pgdump.html (--snapshot).
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

from sync.errors import StoreUnavailable
from sync.storage.database import sync_folder
from sync.storage.postgres_store import connected, mapped_errors, named, without_password

_FACTS: Final = (
    "SELECT current_schema(), pg_export_snapshot(),"
    " format('INSERT INTO %%I.meta(key, value) VALUES (%%L, %%L);', current_schema(), %s::text, 'backup')"
)
_END: Final = b"-- PostgreSQL database dump complete"
_SCHEMA: Final = (b"\nCREATE SCHEMA ", b"\nCREATE SCHEMA IF NOT EXISTS ")
"""The first statement of what pg_dump writes, and what stands there instead."""

_READ_SIZE: Final = 1024 * 1024
_TAIL_SIZE: Final = 4 * 1024
"""At the end of what pg_dump writes, its last line stands within this."""


class Dumped(NamedTuple):
    """What is in a copy."""

    documents: int
    deltas: int
    blobs: set[str]
    """SHA-256 of the attachments that it names."""


def dump_database(address: str, target: Path, mark: str) -> Dumped:
    """
    Copy the tables of a server into a file of SQL, packed with gzip: psql reads it into an empty database.

    Args:
        address: Of the database, with the schema that the tables are in.
        target: A new file; its folder exists.
        mark: The fact about the server that says that its data are a copy.

    Raises:
        StoreUnavailable: ``cannot_open``: there is no pg_dump; ``damaged``: the logs have gaps, or the copy
            is not whole; ``unreachable`` or ``io``. There is no file ``target`` then.

    Cost: reading everything twice, about 1 s per 20 MB; nobody who writes waits for it.
    """
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreUnavailable(target, "cannot_open", "pg_dump is not installed (package postgresql-client)")
    beside = target.with_name(target.name + ".new")
    try:
        with mapped_errors(named(address)), connected(address, "backup") as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            facts = _checked(connection, address)
            schema, snapshot, last = _one(connection, _FACTS, mark)
            _run(program, address, schema, snapshot, beside, last)
            connection.execute("COMMIT")
        _read_again(beside)
        beside.chmod(0o600)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(beside, target)
        sync_folder(target.parent)
    except (OSError, EOFError) as error:
        raise StoreUnavailable(target, "io", str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
    return facts


def _checked(connection: Any, address: str) -> Dumped:
    """Check in the snapshot that no log has a gap; return what is in it."""
    gap = connection.execute(
        "SELECT id FROM streams WHERE head - floor <>"
        " (SELECT count(*) FROM log WHERE stream = streams.key AND seq > streams.floor) LIMIT 1"
    ).fetchone()
    if gap is not None:
        raise StoreUnavailable(named(address), "damaged", f"the log of {gap[0]} has a gap")
    documents, deltas = _one(
        connection, "SELECT (SELECT count(*) FROM documents), (SELECT coalesce(sum(head), 0) FROM streams)"
    )
    blobs = {str(row[0]) for row in connection.execute("SELECT DISTINCT sha256 FROM blobs")}
    return Dumped(int(documents), int(deltas), blobs)


def _one(connection: Any, query: str, *values: str) -> tuple[Any, ...]:
    row = connection.execute(query, values or None).fetchone()
    assert row is not None, "it always has a row"
    return tuple(row)


def _run(program: str, address: str, schema: str, snapshot: str, target: Path, last: str) -> None:
    """
    Run pg_dump on a snapshot; ``last`` is the last statement of what is written.

    An empty database has the schema ``public``, and whoever reads the copy need not own it: pg_dump would
    make it, and comment on it.
    """
    place, password = without_password(address)
    command = [
        program, "--format=plain", "--no-owner", "--no-privileges", "--no-comments", "--no-password",
        f"--schema={schema}", f"--snapshot={snapshot}", f"--dbname={place}",
    ]  # fmt: skip
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    with (
        TemporaryFile() as said,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=said) as dumping,
        gzip.open(target, "wb", compresslevel=6) as file,
    ):
        assert dumping.stdout is not None
        piece = dumping.stdout.read(_READ_SIZE).replace(*_SCHEMA, 1)
        while piece:
            file.write(piece)
            piece = dumping.stdout.read(_READ_SIZE)
        if dumping.wait():
            said.seek(0)
            why = " ".join(said.read().decode(errors="replace").split())[-500:]
            raise StoreUnavailable(named(address), "io", f"pg_dump: {why or dumping.returncode}")
        file.write(f"\n{last}\n".encode())


def _read_again(path: Path) -> None:
    """Read a copy to its end, which checks every byte of it."""
    tail = b""
    with gzip.open(path, "rb") as file:
        while piece := file.read(_READ_SIZE):
            tail = (tail + piece)[-_TAIL_SIZE:]
    if _END not in tail:
        raise StoreUnavailable(path, "damaged", "pg_dump has not written all of it")
