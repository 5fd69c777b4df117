"""
The I/O of the administrator's socket: a line of JSON in, a line of JSON out; and what takes long, in steps,
with a line ``{"progress": [done, total]}`` after each where that was asked for.

What it is not: the commands (admin.py, upkeep.py) or their command line (commands.py). Invariant: a command
runs on the store's thread as everything does; a long one lets others write between its steps.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from sync.errors import SyncError
from sync.server import admin
from sync.server.admin_path import ANSWER_SIZE_MAX, reachable
from sync.server.opening import Opened
from sync.server.outcome import AdminError, Outcome, Show

InStore = Callable[[Callable[[], Any]], Awaitable[Any]]

_DONE: Final = object()


class AdminService:
    """The socket in a server's folder."""

    def __init__(
        self, opened: Opened, in_store: InStore, clock: Callable[[], int], tell: Callable[[Outcome], None]
    ) -> None:
        """
        Prepare.

        Args:
            opened: The folder.
            in_store: Calls something on the store's thread.
            clock: Milliseconds since 1970.
            tell: Called with what connections must hear of.
        """
        self._opened: Final = opened
        self._in_store: Final = in_store
        self._clock: Final = clock
        self._tell: Final = tell
        self._server: asyncio.Server | None = None
        self._closing = False
        self._answering: Final[set[asyncio.Task[Any]]] = set()

    async def listen(self, folder: Path) -> None:
        """Listen in a folder, for its owner only. Where there are no local sockets, nothing happens."""
        if not hasattr(asyncio, "start_unix_server"):
            return  # Windows: commands work while the server is stopped
        with reachable(folder) as path:
            with suppress(FileNotFoundError):  # of a server that was killed; the lock says that it is gone
                os.unlink(path)
            before = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(self._serve, path, limit=ANSWER_SIZE_MAX)
            finally:
                os.umask(before)

    def close(self) -> None:
        """Take no more commands, and end those that take long."""
        self._closing = True
        if self._server is not None:
            self._server.close()

    async def closed(self) -> None:
        """
        Wait until nobody is being answered: whoever gave a command is told what came of it.

        Not ``Server.wait_closed``: it does not wait before Python 3.12, and from then on for those, too, who
        have said nothing yet.
        """
        await asyncio.gather(*self._answering, return_exceptions=True)

    async def answer(self, line: bytes, show: Show | None = None) -> dict[str, Any]:
        """Do the command of a line; return ``{"value"}`` or ``{"error"}``. ``show`` is told how far it is."""
        if self._closing:
            return {"error": "the server is stopping; nothing was done"}
        try:
            return (await self._done(line, show)).said()
        except SyncError as error:
            return {"error": str(error)}

    async def _done(self, line: bytes, show: Show | None) -> Outcome:
        """Do the command of a line, to its end."""
        outcome: Outcome = await self._in_store(partial(admin.answer, self._opened, line, self._clock()))
        self.tell(outcome)
        if outcome.rest is not None:
            steps = self._until_closed(outcome.rest)
            await in_steps(steps, self._in_store, partial(self._after_step, outcome, show))
        if outcome.aside is not None:
            await asyncio.to_thread(outcome.aside)
        return outcome

    def tell(self, outcome: Outcome) -> None:
        """Tell connections what they must hear of so far."""
        self._tell(outcome)
        outcome.heard()

    def _after_step(self, outcome: Outcome, show: Show | None) -> None:
        self.tell(outcome)
        if show is not None and outcome.progress is not None:
            show(*outcome.progress())

    def _until_closed(self, steps: Iterator[None]) -> Iterator[None]:
        """Go through the steps of a long command, as long as the server is not stopping."""
        for _ in steps:
            if self._closing:
                raise AdminError("the server is stopping; what was done until now stands")
            yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            try:
                line = await reader.readline()
            except ValueError:  # it is too long
                return
            self._answering.add(task)
            show = partial(_say_progress, writer) if _wants_progress(line) else None
            writer.write(json.dumps(await self.answer(line, show)).encode() + b"\n")
            await writer.drain()
        except ConnectionError:  # it went away
            pass
        except Exception:
            writer.write(json.dumps({"error": "the server failed at it; its log says how"}).encode() + b"\n")
            raise
        finally:
            self._answering.discard(task)
            writer.close()


def _wants_progress(line: bytes) -> bool:
    """Whether whoever asked wants to be told how far it is."""
    try:
        return json.loads(line).get("progress") is True
    except (ValueError, AttributeError):
        return False


def _say_progress(writer: asyncio.StreamWriter, done: int, total: int) -> None:
    """Tell whoever asked how far it is; the answer comes behind."""
    writer.write(json.dumps({"progress": [done, total]}).encode() + b"\n")


async def in_steps(
    steps: Iterator[None], in_store: InStore, after_each: Callable[[], None] = lambda: None
) -> None:
    """
    Do something long on the store's thread; whoever writes waits for one step at most.

    Args:
        steps: What to do.
        in_store: Calls something on the store's thread.
        after_each: Called here, after each step and after the last.
    """
    done = False
    while not done:
        done = await in_store(partial(next, steps, _DONE)) is _DONE
        after_each()
