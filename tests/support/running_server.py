"""A real server on 127.0.0.1 with a real store, in the event loop of the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sync.model.versions import OLDEST
from sync.server.outcome import AdminError
from sync.server.service import Service
from sync.server.settings import Settings
from tests.support.peer import Author, Peer
from tests.support.postgres import DATABASES


class RunningServer:
    """One server, and the peers that were opened through it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.peers: list[Peer] = []

    @property
    def url(self) -> str:
        """Where to connect."""
        return self.service.settings.url(self.service.port)

    @property
    def opened(self) -> Any:
        """The open folder; touch it only through `in_store`."""
        return self.service._opened

    async def peer(self, author: Author | None = None, **hello: Any) -> Peer:
        """Open a connection and say hello."""
        peer = await Peer.open(self.url, author, **hello)
        self.peers.append(peer)
        return peer

    async def signed_up(self, name: str, author: Author | None = None) -> Peer:
        """Open a connection of a new account."""
        peer = await self.peer(author)
        result = await peer.sign_up(f"{name}@example.org", name)
        assert not result.code, result
        return peer

    async def again(self, peer: Peer) -> Peer:
        """Open another connection of the same replica, with its token."""
        other = await self.peer(peer.author, token=peer.token)
        other.token, other.account, other.email, other.personal = (
            peer.token,
            peer.account,
            peer.email,
            peer.personal,
        )
        return other

    async def device(self, peer: Peer) -> Peer:
        """Open a connection of another device of the same account."""
        other = await self.peer()
        result = await other.sign_in(peer.email)
        assert not result.code, result
        return other

    async def in_store(self, call: Callable[[], Any]) -> Any:
        """Run something on the store's thread."""
        return await self.service._in_store(call)

    async def administer(self, command: str, **arguments: Any) -> Any:
        """Give a command as the administrator's socket would."""
        line = json.dumps({"command": command, "arguments": arguments}).encode()
        answer = await self.service.admin.answer(line)
        if "error" in answer:
            raise AdminError(answer["error"])
        return answer["value"]


@asynccontextmanager
async def running_server(folder: Path, **settings: Any) -> AsyncIterator[RunningServer]:
    """Run a server for the time of the block; its peers are closed first."""
    usual: dict[str, Any] = {"port": 0, "database": DATABASES.of(folder), "data_model": OLDEST}
    service = Service(Settings(folder, **{**usual, **settings}))
    await service.start()
    server = RunningServer(service)
    try:
        yield server
    finally:
        for peer in server.peers:
            await peer.close()
        await service.stop()


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine in a fresh loop."""
    asyncio.run(coroutine)
