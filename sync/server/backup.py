"""
A whole copy of a server's data, made while it runs: the database as of one commit, and the attachments.

What it is not: a schedule. Invariants:
- The copy appears under its name when it is whole and was checked, and not before.
- The copy says of itself that it is one: a server that opens it begins new logs (opening.py), so that clients
  find out and send again what the copy lacks.
- Attachments are copied after the database: what it names is there. They never change, so that on one file
  system a copy is a second name of the same file.

Source: README, "Backup and restore".
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sync.server.opening import COPIED
from sync.server.outcome import AdminError
from sync.storage.backup import copy_store
from sync.storage.blob_files import BlobFiles
from sync.storage.blob_store import BlobStore
from sync.storage.database import StoreFile, sync_folder, transaction
from sync.storage.log_store import LogStore
from sync.storage.server_store import FILE_NAME, ServerStore

DATABASE_ENDINGS: Final = frozenset({".sqlite3", ".sqlite", ".db", ".gz"})
"""A target with one of these is the database alone; any other is a folder for everything."""

DUMP_NAME: Final = "server.sql.gz"
"""In a backup of servers on PostgreSQL: the database, packed; its last statement says that it is a copy."""


def back_up(folder: Path, target: Path) -> dict[str, Any]:
    """
    Copy a server's folder, which may be in use.

    Args:
        folder: The server's.
        target: A folder, or a file of DATABASE_ENDINGS for the database alone. Must not exist yet.

    Returns:
        ``path``, ``bytes`` of the database, ``documents``, ``deltas``, ``blobs``, ``verified``.

    Raises:
        AdminError: The target exists, or the copy is not what it should be; there is no file then.
        StoreUnavailable: The disk is full or out of reach.

    Cost: about 1 s per 100 MB; nobody who writes waits for it.
    """

    def copied(database: Path) -> dict[str, Any]:
        copy_store(folder / FILE_NAME, database, mark=_mark)
        database.chmod(0o600)
        return _checked(database)

    return _backed_up(folder, target, FILE_NAME, copied)


def dump(folder: Path, address: str, target: Path) -> dict[str, Any]:
    """
    Copy the data of servers on PostgreSQL, which may be running: as ``back_up`` does, but the database is a
    file of SQL, ``DUMP_NAME``, that psql reads into an empty database.

    Args:
        folder: The servers', where the attachments are.
        address: Of the database.
        target: A folder, or a file that ends in ``.gz`` for the database alone. Must not exist yet.
    """
    # Only here: the driver is no requirement of a server on SQLite.
    from sync.storage.postgres_backup import dump_database

    def copied(database: Path) -> dict[str, Any]:
        dumped = dump_database(address, database, COPIED)
        size = database.stat().st_size
        return {"bytes": size, "documents": dumped.documents, "deltas": dumped.deltas, "named": dumped.blobs}

    return _backed_up(folder, target, DUMP_NAME, copied)


def _backed_up(
    folder: Path, target: Path, name: str, copied: Callable[[Path], dict[str, Any]]
) -> dict[str, Any]:
    """Have the database copied, and then the attachments that the copy names; return what is in it."""
    target = target.absolute()
    if target.exists():
        raise AdminError(f"{target} exists already: name a new file or folder")
    alone = target.suffix in DATABASE_ENDINGS
    beside = target if alone else target.with_name(target.name + ".new")
    try:
        if not alone and beside.exists():
            shutil.rmtree(beside)  # of an attempt that was cut short
        (target.parent if alone else beside).mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = copied(beside if alone else beside / name)
        named = facts.pop("named")
        blobs = 0 if alone else _copy_blobs(folder, beside, named)
        if not alone:
            os.replace(beside, target)
            sync_folder(target.parent)
    except OSError as error:
        raise AdminError(f"{target} cannot be written: {error}") from error
    finally:
        if not alone:
            with suppress(OSError):
                shutil.rmtree(beside)
    return {"path": str(target), **facts, "blobs": blobs, "verified": True}


def _mark(db: StoreFile) -> None:
    """Let a copy say that it is one."""
    with transaction(db) as connection:
        connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES(?, 'backup')", (COPIED,))


def _checked(database: Path) -> dict[str, Any]:
    """Check that the logs of a copy are gapless; return what is in it."""
    store = ServerStore.open(database)
    try:
        for stream in store.streams():
            logged = LogStore(store).logged(stream.key, after=stream.floor)
            if logged != stream.head - stream.floor:
                raise AdminError(f"the copy has a gap: {stream.id} has {logged} deltas behind {stream.floor}")
        stored = store.stored()
        named = {row.sha256 for row in BlobStore(store).blobs()}
    finally:
        store.close()
    size = database.stat().st_size
    return {"bytes": size, "documents": stored["documents"], "deltas": stored["deltas"], "named": named}


def _copy_blobs(folder: Path, beside: Path, named: set[str]) -> int:
    """Copy the attachments that the copied database names; return how many."""
    source, copies = BlobFiles(folder), BlobFiles(beside)
    for sha256 in sorted(named):
        path = copies.path(sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source.path(sha256), path)
        except FileNotFoundError as error:
            raise AdminError(f"the attachment {sha256} is missing: see `verify`") from error
        except OSError:  # another file system, or one without links
            shutil.copyfile(source.path(sha256), path)
    return len(named)
