"""
The command line and a running window: one library, reached through whoever has it.

A window listens where only the person's own programs get in (`window_socket`). A command sends one line of
JSON (its words, its standard input, where it is); the window runs it on its engine thread and answers with
lines: output, messages, at last the exit code. A second start of the window sends `raise` with its errand
instead. Closing the connection cancels.
"""

from __future__ import annotations

import base64
import json
import os
import socket
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from app import window_socket
from app.commands.context import Streams
from app.errand import Errand, decode
from app.paths import Profile
from app.refusals import Refused
from app.window_socket import NotListening

if TYPE_CHECKING:
    import asyncio

    from app.library import Library

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


def raise_window(profile: Profile, errand: Errand) -> bool:
    """
    Bring the window that holds the profile to the front, with an errand; False when there is none to be
    reached.
    """
    try:
        connection = _connect(profile)
    except Refused:
        return False
    if connection is None:
        return False
    with connection:
        connection.sendall(_line({"raise": errand.encode()}))
        return bool(connection.recv(64))


def _connect(profile: Profile) -> socket.socket | None:
    """
    A connection to the window; None when nobody holds the profile any more.

    Raises:
        Refused: somebody holds it and does not listen.
    """
    import time

    from app.profile_lock import Held, ProfileLock

    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        with suppress(NotListening):
            return window_socket.way.connect(profile)
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

    def __init__(self, profile: Profile, run: Run, raised: Callable[[Errand], None]) -> None:
        """
        Name what to do; nothing listens yet.

        Args:
            profile: Its lock is held.
            run: Runs a request; called on the loop's thread.
            raised: Told that the window shall come to the front, and what for.
        """
        self._profile: Final = profile
        self._run: Final = run
        self._raised: Final = raised
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen from now on."""
        self._server = await window_socket.way.listen(self._profile, self._serve, LINE_SIZE_MAX)

    async def stop(self) -> None:
        """Listen no more. Commands that are running are cancelled with their tasks."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            window_socket.way.forget(self._profile)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request and its answers."""

        def say(name: str, value: Any) -> None:
            if not writer.is_closing():
                writer.write(_line({name: value}))

        try:
            asked = _understood(await reader.readline())
            if isinstance(asked, Errand):
                self._raised(asked)
                say("code", 0)
            else:
                say("code", await self._run(asked, say, reader.at_eof))
            await writer.drain()
        except (ValueError, KeyError, TypeError, ConnectionError):
            return  # not a request of ours, or nobody waits any more
        finally:
            writer.close()


def _understood(line: bytes) -> Request | Errand:
    """
    A line as a request, or as the errand of another start.

    Raises:
        ValueError, KeyError, TypeError: It is anything else.
    """
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("a request is an object")
    if "raise" in value:
        return decode(value["raise"])
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
