"""
How a command reaches the window that holds a profile: a socket in the profile, or a port of this computer.

Where the system has sockets with a path, the folder that nobody else may enter keeps others out. Windows has
none that Python knows: there the window listens on a port of the loopback, and a file in the profile says
which, with a key. Whoever connects must know the key, and so must whoever listens: a port that a killed
window had may belong to another program by now, and another person may connect to any. Not here: what is
said (`remote`). No Qt, and asyncio for the window alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from app.paths import Profile

if TYPE_CHECKING:
    import asyncio

PATH_SIZE_MAX: Final = 100
"""Bytes of a socket's path; systems take 104 to 108."""
SECONDS: Final = 5.0
"""How long either side waits for the other to show that it knows the key."""
LOOPBACK: Final = "127.0.0.1"
KEY_SIZE: Final = 32
"""Bytes of the key, of what each side asks, and of each answer."""
_ADDRESS_SIZE_MAX: Final = 100

Serve = Callable[["asyncio.StreamReader", "asyncio.StreamWriter"], Awaitable[None]]


class NotListening(Exception):
    """No window listens, or something else than it does."""


class Way(Protocol):
    """One way to reach a window."""

    async def listen(self, profile: Profile, serve: Serve, limit: int) -> asyncio.Server:
        """
        Listen from now on; the profile's lock is held.

        Args:
            serve: Given each connection.
            limit: Bytes of a line.

        Raises:
            OSError: It cannot be listened.
        """

    def forget(self, profile: Profile) -> None:
        """Nobody listens any more. Raises OSError."""

    def connect(self, profile: Profile) -> socket.socket:
        """
        A connection to the window; the caller closes it.

        Raises:
            NotListening: There is none.
            OSError: It is there and cannot be reached.
        """


class ByPath:
    """A socket of Unix."""

    async def listen(self, profile: Profile, serve: Serve, limit: int) -> asyncio.Server:
        """As in `Way`."""
        import asyncio

        path = socket_path(profile)
        path.unlink(missing_ok=True)  # left by a window that was killed: we hold the lock
        server = await asyncio.start_unix_server(serve, str(path), limit=limit)
        path.chmod(0o600)
        return server

    def forget(self, profile: Profile) -> None:
        """As in `Way`."""
        socket_path(profile).unlink(missing_ok=True)

    def connect(self, profile: Profile) -> socket.socket:
        """As in `Way`."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(socket_path(profile)))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            raise NotListening from None
        except BaseException:
            connection.close()
            raise
        return connection


def socket_path(profile: Profile) -> Path:
    """
    Where a profile's window listens: in the profile, or where that name is too long, in a folder of the
    person's.

    Raises:
        OSError: that folder belongs to somebody else.
    """
    if len(os.fsencode(profile.socket)) <= PATH_SIZE_MAX:
        return profile.socket
    folder = Path(tempfile.gettempdir(), f"commonplace-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    if facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise PermissionError(1, "the folder is not yours alone", str(folder))
    return folder / hashlib.sha256(os.fsencode(profile.folder)).hexdigest()[:24]


class ByPort:
    """
    A port of the loopback, and a file that says which.

    A connection begins with parts of KEY_SIZE bytes: the command's question; the window's answer and its own
    question; the command's answer. An answer is the question under the key, each side's in its own way.
    """

    async def listen(self, profile: Profile, serve: Serve, limit: int) -> asyncio.Server:
        """As in `Way`."""
        import asyncio

        key = os.urandom(KEY_SIZE)

        async def serve_known(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                known = await asyncio.wait_for(_is_known(reader, writer, key), SECONDS)
            except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
                known = False
            if known:
                await serve(reader, writer)
            else:
                writer.close()

        server = await asyncio.start_server(serve_known, LOOPBACK, 0, limit=limit)
        _write_address(profile.address, server.sockets[0].getsockname()[1], key)
        return server

    def forget(self, profile: Profile) -> None:
        """As in `Way`."""
        profile.address.unlink(missing_ok=True)

    def connect(self, profile: Profile) -> socket.socket:
        """As in `Way`."""
        port, key = _read_address(profile.address)
        try:
            connection = socket.create_connection((LOOPBACK, port), SECONDS)
        except OSError:
            raise NotListening from None
        try:
            _show_key(connection, key)
        except OSError:
            connection.close()
            raise NotListening from None
        connection.settimeout(None)
        return connection


async def _is_known(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: bytes) -> bool:
    """The window's side: show that we know the key, and see whether they do."""
    asked = os.urandom(KEY_SIZE)
    writer.write(_answer(key, b"window", await reader.readexactly(KEY_SIZE)) + asked)
    return hmac.compare_digest(await reader.readexactly(KEY_SIZE), _answer(key, b"command", asked))


def _show_key(connection: socket.socket, key: bytes) -> None:
    """
    The command's side.

    Raises:
        OSError: Something else than the window listens, or nothing more.
    """
    asked = os.urandom(KEY_SIZE)
    connection.sendall(asked)
    answered = bytearray()
    while len(answered) < 2 * KEY_SIZE:
        part = connection.recv(2 * KEY_SIZE - len(answered))
        if not part:
            raise ConnectionAbortedError
        answered += part
    if not hmac.compare_digest(answered[:KEY_SIZE], _answer(key, b"window", asked)):
        raise ConnectionRefusedError
    connection.sendall(_answer(key, b"command", bytes(answered[KEY_SIZE:])))


def _answer(key: bytes, who: bytes, asked: bytes) -> bytes:
    return hmac.digest(key, who + asked, "sha256")


def _write_address(path: Path, port: int, key: bytes) -> None:
    """Say where we listen, in a file that is whole whenever it is read, and the person's alone."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, f"{port} {key.hex()}\n".encode("ascii"))
    finally:
        os.close(file)
    os.replace(beside, path)


def _read_address(path: Path) -> tuple[int, bytes]:
    """
    The port and the key.

    Raises:
        NotListening: There is no such file, or it makes no sense.
        OSError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            port, key = file.read(_ADDRESS_SIZE_MAX).decode("ascii").split()
        return int(port), bytes.fromhex(key)
    except (FileNotFoundError, ValueError):
        raise NotListening from None


way: Way = ByPort() if sys.platform == "win32" else ByPath()
"""That of this system."""
