"""
The command line: understand the words, get at the library, run the command, say how it went.

Without Qt and without a display. A library that a running window holds is reached through that window
(`remote`). Not here: what commands do (`commands`), the words (`commands.arguments`).

Invariants: with `--json`, standard output is one JSON document or nothing; the profile's lock is held from
before the library is opened until after it is closed.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

from app.commands.arguments import AskedForHelp, WrongUsage, parse
from app.commands.context import (
    DONE,
    INTERRUPTED,
    REFUSED,
    SIGNED_OUT,
    VERSION_BEHIND,
    WRONG_USAGE,
    Context,
    Streams,
)
from app.paths import Profile, profile_at

if TYPE_CHECKING:
    from app.library import Library

Command = Callable[[Context], Coroutine[Any, Any, int]]

NEEDS_SERVER: Final = frozenset({"sync", "share", "join", "leave", "devices"})
"""Commands that are nothing without the server: signed out, they end with a code of its own."""
NEEDS_LOOP: Final = NEEDS_SERVER | {"login", "logout", "status", "upgrade"}
"""Commands that talk to a server; the others never wait, and asyncio is not imported for them."""
WITHOUT_LIBRARY: Final = frozenset({"integrate"})
"""Commands about the program and not about notes: neither lock nor library is touched."""
LOGGED: Final = NEEDS_LOOP | {"import", "export", "doctor", "backup"}


def run_process(words: Sequence[str]) -> int:
    """
    Run a command as this process.

    Args:
        words: Without the program's name.

    Returns:
        The exit code.
    """
    _open_streams()
    streams = Streams(sys.stdout, sys.stderr, shows_progress=sys.stderr.isatty())
    try:
        code = run(words, streams)
        sys.stdout.flush()
    except BrokenPipeError as error:
        # Whoever read the output has gone; nothing may be flushed there when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _failed(error, streams)
    except KeyboardInterrupt:
        streams.err.write("Stopped.\n")
        return INTERRUPTED
    return code


def _open_streams() -> None:
    """Have streams that take every letter; what was closed before we came swallows what it is given."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # lives as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def run(words: Sequence[str], streams: Streams) -> int:
    """Run a command with these streams, in this process or through the window that has the library."""
    understood = _understood(words, streams)
    if isinstance(understood, int):
        return understood
    from crdt.errors import CrdtError
    from sync.errors import SyncError

    try:
        profile = profile_at(understood.profile, understood.data_model)
    except ValueError as error:  # of the environment; words were understood
        streams.err.write(f"commonplace: {error}\n")
        return WRONG_USAGE
    try:
        if understood.command in WITHOUT_LIBRARY:
            from app.commands.system import integrate

            return integrate(profile, understood, streams)
        return _run_with_lock(profile, understood, words, streams)
    except BrokenPipeError:
        raise
    except (SyncError, CrdtError, OSError) as error:
        return _failed(error, streams)


def _understood(words: Sequence[str], streams: Streams) -> Namespace | int:
    """The words as a command, or the exit code when that is all."""
    try:
        return parse(words)
    except AskedForHelp as asked:
        streams.out.write(str(asked))
        return DONE
    except WrongUsage as wrong:
        streams.err.write(f"{wrong.usage}commonplace: {wrong}\n")
        return WRONG_USAGE


def _run_with_lock(profile: Profile, arguments: Namespace, words: Sequence[str], streams: Streams) -> int:
    """Take the profile and run the command; where a window has it, have the window run it."""
    from app.profile_lock import WAIT_SECONDS, Held, ProfileLock
    from app.refusals import Refused

    profile.make()
    with ProfileLock(profile.lock) as lock:
        try:
            lock.take_within("command", WAIT_SECONDS)
        except Held as held:
            if held.by != "window":
                raise Refused("profile_held") from None
            from app.remote import forward

            code = forward(profile, words, arguments, streams)
            if code is not None:
                return code
            lock.take_within("command", WAIT_SECONDS)  # the window has ended meanwhile
        return _run_here(profile, arguments, streams)


def _run_here(profile: Profile, arguments: Namespace, streams: Streams) -> int:
    """Open the library, run the command, close the library."""
    with ExitStack() as cleanup:
        if arguments.command in LOGGED:
            from app.logs import start_log, stop_log

            log = start_log(profile.log)
            if log is not None:
                cleanup.callback(stop_log, log)
        context = Context(profile, open_library(profile), arguments, streams)
        cleanup.callback(context.library.store.close)
        work = run_command(context)
        if arguments.command in NEEDS_LOOP:
            import asyncio

            code = asyncio.run(work)
        else:
            code = run_at_once(work)
    if context.removes_library:
        from app.removal import remove_library

        remove_library(profile)
    return code


def open_library(profile: Profile) -> Library:
    """
    Open a profile's library for one command. The lock is held; the caller closes the store.

    Raises:
        StoreUnavailable, VersionTooNew: it cannot be opened; it is unchanged.
    """
    import time

    from app.library import Library
    from crdt.clock import Clock
    from sync.client.ticker import Ticker
    from sync.storage.client_store import ClientStore

    store = ClientStore.open(profile.library, newest=profile.data_model)
    ticker = Ticker(Clock(store.rid, store.clock_high_water()), lambda: time.time_ns() // 1_000_000)
    return Library(store, None, ticker)


async def run_command(context: Context) -> int:
    """
    Run the command that the arguments name.

    Returns:
        The exit code. Errors of the world have been told by then.
    """
    from crdt.errors import CrdtError
    from sync.errors import SyncError

    try:
        return await command_named(context.arguments.command)(context)
    except BrokenPipeError:
        raise
    except (SyncError, CrdtError, OSError) as error:
        return _failed(error, context.streams, needs_server=context.arguments.command in NEEDS_SERVER)


def command_named(name: str) -> Command:
    """What carries out a command; imports only the module that it is in."""
    if name in ("list", "show", "search", "notebooks", "history"):
        from app.commands import notes

        return notes.COMMANDS[name]
    if name in ("new", "append", "edit", "format", "restore", "trash"):
        from app.commands import writing

        return writing.COMMANDS[name]
    if name in ("archive", "icon", "tag"):
        from app.commands import adorning

        return adorning.COMMANDS[name]
    if name in ("import", "export"):
        from app.commands import transfer

        return transfer.COMMANDS[name]
    if name in ("share", "join", "leave", "devices", "move"):
        from app.commands import sharing

        return sharing.COMMANDS[name]
    if name == "upgrade":
        from app.commands import upgrade

        return upgrade.COMMANDS[name]
    if name in NEEDS_LOOP:
        from app.commands import account

        return account.COMMANDS[name]
    from app.commands import upkeep

    return upkeep.COMMANDS[name]


def run_at_once(work: Coroutine[Any, Any, int]) -> int:
    """Run what is written as a coroutine but never waits, without an event loop."""
    try:
        work.send(None)
    except StopIteration as done:
        code: int = done.value
        return code
    work.close()
    raise AssertionError("this command waits for something: it needs an event loop")


def _failed(error: BaseException, streams: Streams, *, needs_server: bool = False) -> int:
    """Say what went wrong in a sentence; returns the exit code."""
    from app.refusals import Refused
    from app.wording import sentence
    from sync.errors import AuthFailed, StoreUnavailable, VersionTooNew

    streams.err.write(sentence(error) + "\n")
    if isinstance(error, Refused) and error.code == "wrong_value":
        return WRONG_USAGE
    if isinstance(error, VersionTooNew) or (isinstance(error, StoreUnavailable) and error.reason == "newer"):
        return VERSION_BEHIND
    is_signed_out = isinstance(error, AuthFailed) and error.code in (
        "expired",
        "invalid",
        "revoked",
        "disabled",
        "wrong_account",
        "local_only",
    )
    return SIGNED_OUT if is_signed_out and needs_server else REFUSED
