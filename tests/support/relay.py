"""
A relay between client and server that counts frames, and does something at exactly one of them.

Real sockets on both sides. What is done happens before the frame is passed on, so that every boundary between
two messages of a session can be met once. Connections can be cut as a network does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


class Relay:
    """One address that leads to another. `frames` has "up" or "down" for each frame since `arm`."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url: str = ""
        self.frames: list[str] = []
        self.connections = 0
        self.met = False
        self.down = False
        """While it is, whoever connects is cut off at once."""
        self._at = 0
        self._action: Callable[[], Any] | None = None
        self._loop = asyncio.new_event_loop()
        self._open: set[ServerConnection] = set()
        self._ending = asyncio.Event()
        self._up = threading.Event()

    def arm(self, at: int, action: Callable[[], Any]) -> None:
        """Count from now on, and do something before frame number `at` (from 1) is passed on."""
        self.frames, self.connections, self.met = [], 0, False
        self._at, self._action = at, action

    def disarm(self) -> None:
        """Only pass on."""
        self._action = None

    def cut(self) -> None:
        """Break all connections, as a network does."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    async def _cut(self) -> None:
        for client in list(self._open):
            client.transport.abort()

    async def _live(self) -> None:
        async with serve(self._serve, "127.0.0.1", 0, compression=None, max_size=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            self.url = f"ws://127.0.0.1:{port}"
            self._up.set()
            await self._ending.wait()
            await self._cut()

    async def _serve(self, client: ServerConnection) -> None:
        self.connections += 1
        if self.down:
            client.transport.abort()
            return
        self._open.add(client)
        path = client.request.path if client.request is not None else ""
        try:
            async with connect(self.target + path, compression=None, max_size=None, proxy=None) as server:
                ways = [
                    asyncio.create_task(self._pass(client, server, "up")),
                    asyncio.create_task(self._pass(server, client, "down")),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            await client.close()
        finally:
            self._open.discard(client)

    async def _pass(self, source: Any, sink: Any, direction: str) -> None:
        with suppress(ConnectionClosed):
            async for frame in source:
                self.frames.append(direction)
                if self._action is not None and len(self.frames) == self._at:
                    self.met = True
                    await asyncio.to_thread(self._action)
                await sink.send(frame)

    def run(self) -> None:
        """The relay's life; ends after `end`."""
        self._loop.run_until_complete(self._live())
        self._loop.close()

    def end(self) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._ending.set)


@contextmanager
def relayed(target: str) -> Iterator[Relay]:
    """A relay to a server's address, for the time of the block."""
    relay = Relay(target)
    thread = threading.Thread(target=relay.run, name="relay")
    thread.start()
    try:
        assert relay._up.wait(10)
        yield relay
    finally:
        relay.end()
        thread.join(20)
