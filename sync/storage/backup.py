"""
Whole copies of a store, and a look at its structure, through a connection of their own that only reads.

What it is not: when copies are made or how many are kept (the app). Invariants: a copy appears under its
name only when it is whole and was checked; the store that is copied is not written.

Source: sqlite.org/lang_vacuum.html#vacuuminto.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sync.errors import StoreUnavailable
from sync.storage.database import StoreFile, mapped_errors, open_database, quick_check, sync_folder


def copy_store(path: Path, target: Path, *, mark: Callable[[StoreFile], None] | None = None) -> None:
    """
    Copy a store, compacted, as of its last commit.

    Args:
        path: The store's file; it may be open elsewhere in this process.
        target: A new file; its folder exists.
        mark: Called with the open copy, to write into it what tells it from the original.

    Raises:
        StoreUnavailable: the store cannot be read, is damaged, or the disk is full; there is no file
        `target`.

    Cost: reading and writing the whole file, about 1 s per 100 MB.
    """
    beside = target.with_name(target.name + ".new")
    try:
        beside.unlink(missing_ok=True)
        db = open_database(path)
        try:
            with mapped_errors(path):
                db.conn.execute("VACUUM INTO ?", (str(beside),))
        except StoreUnavailable as error:
            if error.reason == "no_space":  # there, not here
                raise StoreUnavailable(target, error.reason, error.detail) from error
            raise
        finally:
            db.close()
        if mark is not None:
            copy = open_database(beside)
            try:
                mark(copy)
            finally:
                copy.close()
        check_store(beside)
        _make_durable(beside)
        os.replace(beside, target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreUnavailable(target, "io", str(error)) from error
    finally:
        for leftover in (beside, Path(f"{beside}-wal"), Path(f"{beside}-shm")):
            leftover.unlink(missing_ok=True)


def check_store(path: Path) -> None:
    """
    Read the whole file once and check its structure.

    Raises:
        StoreUnavailable: it is damaged (reason "damaged"), or cannot be read.
    """
    db = open_database(path)
    try:
        quick_check(db)
    finally:
        db.close()


def _make_durable(path: Path) -> None:
    """Have the file's bytes on the disk."""
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
