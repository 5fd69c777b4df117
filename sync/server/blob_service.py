"""
The I/O of ``/v1/blobs``: sockets for attachments beside those for notes, and threads for files.

What it is not: decisions (blob_session.py). Invariants: a frame is read only when the one before it has been
answered, so that whoever sends fast waits in the network, not in our memory; what is read from and written to
files never holds up the store's thread.

Source: README, "Attachments on the wire".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from sync.errors import StoreUnavailable
from sync.limits import BLOB_CONNECTIONS_PER_ACCOUNT
from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.protocol import wire
from sync.server.blob_session import BlobSession, Effect, Say, Work
from sync.server.realm import Realm
from sync.server.session import Close
from sync.server.turns import Turns

LOOK_EVERY_S: Final = 5.0
"""How often silent connections are looked for."""

_log = logging.getLogger(__name__)

InStore = Callable[[Callable[[], Any]], Awaitable[Any]]


class BlobService:
    """All connections for attachments of one server."""

    def __init__(self, in_store: InStore, clock: Callable[[], int]) -> None:
        """
        Prepare.

        Args:
            in_store: Calls something on the store's thread.
            clock: Milliseconds since 1970.
        """
        self._in_store: Final = in_store
        self._clock: Final = clock
        self._files: Final = ThreadPoolExecutor(2, thread_name_prefix="files")
        self._open: Final[dict[ServerConnection, BlobSession]] = {}
        self._telling: Final[set[asyncio.Task[None]]] = set()

    async def serve(self, socket: ServerConnection, realm: Realm, address: str) -> None:
        """Answer one connection until it ends."""
        session = BlobSession(realm, address, self._clock(), self._tell)
        self._open[socket] = session
        watch = asyncio.create_task(self._watch(socket, session))
        turns = Turns()
        try:
            async for frame in socket:
                await turns.take(session.pace(self._clock()))
                if not await self._perform(socket, session.receive(frame, self._clock())):
                    return
                if self._crowded(session):
                    await _say(socket, m.Error("connections", "too many of this account", "later"))
                    await socket.close(1008, "connections")
        except ConnectionClosed:
            pass
        except Exception:
            _log.exception("a connection for attachments failed")
            await socket.close(1011, "internal")
        finally:
            watch.cancel()
            del self._open[socket]

    async def stop(self) -> None:
        """Close all connections; what was put is kept, and goes on later."""
        for socket in list(self._open):
            with suppress(ConnectionClosed):
                await socket.send(wire.encode(m.Bye("stopping", after_ms=1_000)))
            await socket.close(1001, "stopping")
        self._files.shutdown(cancel_futures=True)

    async def _perform(self, socket: ServerConnection, effects: list[Effect]) -> bool:
        """Do what a session said; False when the connection is closed by it."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            if isinstance(effect, Say):
                await socket.send(wire.encode(effect.message))
            elif isinstance(effect, Work):
                try:
                    came = await self._work(effect)
                except StoreUnavailable as error:
                    _log.error("attachments cannot be kept: %s", error)
                    effect = Close(1011, "store")
                else:
                    waiting[:0] = effect.then(came)
            if isinstance(effect, Close):
                await socket.close(effect.code, effect.reason)
                return False
        return True

    async def _work(self, work: Work) -> Any:
        if work.where == "store":
            return await self._in_store(work.call)
        return await asyncio.get_running_loop().run_in_executor(self._files, work.call)

    def _crowded(self, session: BlobSession) -> bool:
        """Whether an account has more connections open than it may."""
        same = [other for other in self._open.values() if other.account == session.account]
        return bool(session.account) and len(same) > BLOB_CONNECTIONS_PER_ACCOUNT

    def _tell(self, sha256: str, notebook: str) -> None:
        """Tell those who asked for a blob in vain that it has come."""
        for socket, session in self._open.items():
            if (sha256, notebook) in session.watched:
                session.watched.discard((sha256, notebook))
                task = asyncio.create_task(_say(socket, b.BlobHave(bytes.fromhex(sha256), 0, True)))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)

    async def _watch(self, socket: ServerConnection, session: BlobSession) -> None:
        """Close a connection that says nothing."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if session.silent(self._clock()):
                await socket.close(1001, "silence")


async def _say(socket: ServerConnection, message: m.Message) -> None:
    with suppress(ConnectionClosed):
        await socket.send(wire.encode(message))
