"""
Where an administrator's command is done: here, or by the server that has the folder open.

What it is not: the command (admin.py) or its command line (commands.py). On a folder, a command takes the
folder's lock and works on the store itself; when a server holds the lock it is sent to that server, which
does the same and tells its connections. A database on PostgreSQL is open to any number of processes: there
the command is always done here, and every server is told what came of it. What a server may begin with makes
one; any other command takes a folder without one for mistyped, unless it is empty.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sync.server import admin
from sync.server.admin_path import reachable
from sync.server.opening import LOCK_NAME, FolderLock, make_folder, open_postgres, open_server
from sync.server.outcome import AdminError, Show
from sync.storage.postgres_filling import fill
from sync.storage.server_database import SqliteDatabase
from sync.storage.server_store import FILE_NAME

BUSY_WAIT_S: Final = 10.0
"""How long to wait for a folder that another command, or a server that is just starting, has locked."""

BEGINNINGS: Final = frozenset({"user add", "invite create"})
"""Commands that are said before a server has run."""


def execute(
    folder: Path,
    command: str,
    arguments: Mapping[str, Any],
    data_model: str | None = None,
    database: str | None = None,
    show: Show | None = None,
) -> Any:
    """
    Do a command.

    Args:
        folder: The server's.
        command: Of admin.COMMANDS.
        arguments: Its.
        data_model: See ``open_server``.
        database: The address of a database on PostgreSQL; None: the store is a file in the folder.
        show: Told how far it is, where it takes long.

    Raises:
        SyncError: It was not done; the message is for people.
    """
    if command in BEGINNINGS:
        make_folder(folder)
    elif not folder.is_dir():
        raise _no_server(folder)
    if database is not None:
        return _here(folder, command, arguments, data_model, database, show=show)
    until = time.monotonic() + BUSY_WAIT_S
    if not (folder / LOCK_NAME).exists():
        _check_is_server(folder, command)
    while True:
        lock = FolderLock(folder)
        if lock.take():
            try:
                _check_is_server(folder, command)
                return _here(folder, command, arguments, data_model, show=show)
            finally:
                lock.release()
        try:
            return _there(folder, command, arguments, show)
        except OSError as error:  # no server yet, or no longer
            if time.monotonic() > until:
                raise AdminError(f"the folder is in use, and nobody answers: {error}") from error
        time.sleep(0.05)


def _check_is_server(folder: Path, command: str) -> None:
    """Raises AdminError where a folder has no store, but other things, and the command does not make one."""
    if command in BEGINNINGS or (folder / FILE_NAME).exists():
        return
    if any(found.name != LOCK_NAME for found in folder.iterdir()):
        raise _no_server(folder)


def _no_server(folder: Path) -> AdminError:
    return AdminError(f"there is no server in {folder}: start one there first, or look at what --data names")


def fill_database(folder: Path, database: str) -> dict[str, int]:
    """
    Copy the store in a folder to an empty database on PostgreSQL.

    Returns:
        How many rows of each table.

    Raises:
        SyncError: There is no store, a server has it open, or the database is not empty; nothing was copied.
    """
    if not (folder / FILE_NAME).is_file():
        raise AdminError(f"there is no {FILE_NAME} in {folder}")
    lock = FolderLock(folder)
    if not lock.take():
        raise AdminError("a server has the folder open: stop it first")
    try:
        source = SqliteDatabase.open(folder / FILE_NAME)
        try:
            target = open_postgres(database, "filling")
            try:
                return fill(source, target)
            finally:
                target.close()
        finally:
            source.close()
    finally:
        lock.release()


def _here(
    folder: Path,
    command: str,
    arguments: Mapping[str, Any],
    data_model: str | None,
    database: str | None = None,
    *,
    show: Show | None = None,
) -> Any:
    """Do a command in this process, and tell the servers that have the same database open."""
    opened = open_server(folder, data_model, database)
    try:
        outcome = admin.run(opened, command, arguments, time.time_ns() // 1_000_000)
        if database is not None:
            # Only here: where nobody else has the store open, there is nobody to tell.
            from sync.server.bus import announce

            heads = {segment.stream: segment.last for segment in outcome.segments}
            announce(database, opened.process, heads)
        outcome.finish(show)
    finally:
        opened.close()
    if outcome.error:
        raise AdminError(outcome.error)
    return outcome.value


def _there(folder: Path, command: str, arguments: Mapping[str, Any], show: Show | None) -> Any:
    """
    Ask the running server, once: what was asked may be done although no answer comes.

    Raises:
        OSError: There is none; nothing was asked.
        AdminError: It refused, or went away before it answered.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise AdminError("on this system commands work only while the server is stopped")
    asked = {"command": command, "arguments": arguments, "progress": show is not None}
    line = json.dumps(asked).encode() + b"\n"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking, reachable(folder) as path:
        asking.connect(path)
        try:
            asking.sendall(line)
            with asking.makefile("rb") as answering:
                said = _heard(answering.readline())
                while "progress" in said:
                    if show is not None:
                        show(*said["progress"])
                    said = _heard(answering.readline())
        except OSError as error:
            raise AdminError("the server went away before it answered: look whether it was done") from error
    if "error" in said:
        raise AdminError(said["error"])
    return said["value"]


def _heard(line: bytes) -> dict[str, Any]:
    """What a line of the server says."""
    if not line:
        raise ConnectionError("the server closed the connection")
    said: dict[str, Any] = json.loads(line)
    return said
