"""
The command line and a running window: one library, reached through whoever has it.

A window listens on a socket in its profile (whose folder nobody else may enter). A command sends one line
of JSON (its words, its standard input, where it is); the window runs it on its engine thread and answers
with lines: output, messages, at last the exit code. A second start of the window sends `raise` instead.
Closing the connection cancels.

Only Unix so far; on Windows a command says that the window has the library.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import sys
import tempfile
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app.commands.context import Streams
from app.paths import Profile
from app.refusals import Refused

if TYPE_CHECKING:
    import asyncio

    from app.library import Library

PATH_SIZE_MAX: Final = 100
"""Bytes of a socket's path; systems take 104 to 108."""
LINE_SIZE_MAX: Final = 64 << 20
"""Bytes of one line: a note of 16 MiB as standard input, in base64, with room."""
CONNECT_SECONDS: Final = 10.0
"""How long a command waits for a window that is starting or ending."""
_TRY_SECONDS: Final = 0.05
WINDOW_BATCH: Final = 20
"""Notes stored in one commit while a window waits: about 40 ms."""


class Request(NamedTuple):
    """What a command asks the window to run."""

    words: list[str]
    stdin: bytes
    folder: Path


Say = Callable[[str, Any], None]
"""Sends one answer: its name ("out", "err") and its value."""
Run = Callable[[Request, Say, Callable[[], bool]], Awaitable[int]]


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


# --- the command's side
# ---------------------------------------------------------------------------------------


def forward(profile: Profile, words: Sequence[str], arguments: Namespace, streams: Streams) -> int | None:
    """
    Have the window that holds the profile run a command.

    Args:
        words: As the command got them.
        arguments: Understood; decides whether standard input is read.
        streams: Where the answers go.

    Returns:
        The exit code; None when the window has ended and the library is free.

    Raises:
        Refused: there is no way to reach the window, or it ended before it answered.
    """
    reads = getattr(arguments, "password_stdin", False) or getattr(arguments, "file", None) == "-"
    request = {
        "words": list(words),
        "stdin": base64.b64encode(streams.read()).decode("ascii") if reads else "",
        "folder": os.fsdecode(streams.folder.absolute()),
    }
    connection = _connect(profile)
    if connection is None:
        return None
    with connection:
        for answer in _answers(connection, request):
            if "code" in answer:
                return int(answer["code"])
            for name, stream in (("out", streams.out), ("err", streams.err)):
                if name in answer:
                    stream.write(answer[name])
    raise Refused("window_gone")


def _answers(connection: socket.socket, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask, and yield what is answered, until the window says no more."""
    try:
        connection.sendall(_line(request))
        with connection.makefile("rb") as lines:
            while line := lines.readline():
                answer: dict[str, Any] = json.loads(line)
                yield answer
    except (ConnectionError, ValueError):
        return


def raise_window(profile: Profile) -> bool:
    """Bring the window that holds the profile to the front; False when there is none to be reached."""
    try:
        connection = _connect(profile)
    except Refused:
        return False
    if connection is None:
        return False
    with connection:
        connection.sendall(_line({"raise": True}))
        return bool(connection.recv(64))


def _connect(profile: Profile) -> socket.socket | None:
    """
    A connection to the window; None when nobody holds the profile any more.

    Raises:
        Refused: somebody holds it and does not listen.
    """
    import time

    from app.profile_lock import Held, ProfileLock

    if not hasattr(socket, "AF_UNIX"):
        raise Refused("is_window")
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(socket_path(profile)))
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
        lock = ProfileLock(profile.lock)
        try:
            lock.take("command")
        except Held:
            if time.monotonic() >= deadline:
                raise Refused("is_window") from None
            time.sleep(_TRY_SECONDS)
        else:
            lock.release()
            return None


def _line(value: dict[str, Any]) -> bytes:
    """One line of JSON; ASCII, so that words with stray bytes in them survive."""
    return json.dumps(value).encode("ascii") + b"\n"


# --- the window's side
# ----------------------------------------------------------------------------------------


class WindowServer:
    """Listens for commands on a window's engine thread."""

    def __init__(self, profile: Profile, run: Run, raised: Callable[[], None]) -> None:
        """
        Name what to do; nothing listens yet.

        Args:
            profile: Its lock is held.
            run: Runs a request; called on the loop's thread.
            raised: Told that the window shall come to the front.
        """
        self._profile: Final = profile
        self._run: Final = run
        self._raised: Final = raised
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen from now on; where the system has no such sockets, do nothing."""
        if sys.platform == "win32":
            return
        import asyncio

        path = socket_path(self._profile)
        path.unlink(missing_ok=True)  # left by a window that was killed: we hold the lock
        self._server = await asyncio.start_unix_server(self._serve, str(path), limit=LINE_SIZE_MAX)
        path.chmod(0o600)

    async def stop(self) -> None:
        """Listen no more. Commands that are running are cancelled with their tasks."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            socket_path(self._profile).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request and its answers."""

        def say(name: str, value: Any) -> None:
            if not writer.is_closing():
                writer.write(_line({name: value}))

        try:
            asked = _understood(await reader.readline())
            if asked is None:
                self._raised()
                say("code", 0)
            else:
                say("code", await self._run(asked, say, reader.at_eof))
            await writer.drain()
        except (ValueError, KeyError, TypeError, ConnectionError):
            return  # not a request of ours, or nobody waits any more
        finally:
            writer.close()


def _understood(line: bytes) -> Request | None:
    """A line as a request; None for `raise`. Raises ValueError, KeyError or TypeError for anything else."""
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a request is an object")
    if value.get("raise"):
        return None
    words = value["words"]
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError("words are texts")
    return Request(words, base64.b64decode(value["stdin"]), Path(value["folder"]))


async def run_request(
    request: Request, profile: Profile, library: Library, say: Say, cancelled: Callable[[], bool]
) -> int:
    """
    Run a forwarded command on the engine thread.

    Args:
        request: From a command's process.
        library: The window's.
        say: Told what is written.
        cancelled: Whether the command's process has gone.

    Returns:
        The exit code.
    """
    import asyncio

    from app.cli import run_command
    from app.commands.arguments import WrongUsage, parse
    from app.commands.context import WRONG_USAGE, Context

    streams = Streams(_Teller(say, "out"), _Teller(say, "err"), lambda: request.stdin, request.folder)
    try:
        arguments = parse(request.words)
    except WrongUsage as wrong:
        say("err", f"commonplace: {wrong}\n")
        return WRONG_USAGE
    context = Context(
        profile,
        library,
        arguments,
        streams,
        away=asyncio.to_thread,
        batch=WINDOW_BATCH,
        cancelled=cancelled,
    )
    return await run_command(context)


class _Teller:
    """A stream whose text is sent as answers."""

    def __init__(self, say: Say, name: str) -> None:
        self._say = say
        self._name = name

    def write(self, text: str) -> int:
        """Send text."""
        self._say(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Everything is on its way already."""
