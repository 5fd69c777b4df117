"""
One connection of the bench to our server: as little client as possible: the server is what is
measured.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from sync.limits import FRAME_SIZE_MAX
from sync.model.v2 import MODEL
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import PushedDelta, Wanted
from tests.support.peer import Author

PASSWORD = "correct horse battery"


class Watch:
    """What all connections of this process saw: when each delta was due, acked and received."""

    def __init__(self) -> None:
        self.due: dict[bytes, float] = {}  # body -> when it was due to be sent
        self.acks: list[float] = []
        self.arrivals: list[float] = []
        self.acked = 0
        self.received = 0
        self.disconnects = 0
        self._frames: dict[bytes, Any] = {}

    def decoded(self, frame: bytes) -> Any:
        """A frame's message; the same frame goes to many, and is decoded once."""
        found = self._frames.get(frame)
        if found is None:
            if len(self._frames) > 2_000:
                self._frames.clear()
            found = self._frames[frame] = wire.decode(frame)
        return found


class Line:
    """One connection of one replica."""

    def __init__(self, socket: ClientConnection, watch: Watch) -> None:
        self.socket = socket
        self.watch = watch
        self.author = Author()
        self.stream = ""
        self.token = ""
        self.bytes_in = 0
        self.bytes_out = 0
        self.batch = 0
        self.owed = 0
        self.pushed: dict[int, tuple[float, int]] = {}  # batch -> (due, deltas)
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self.room = asyncio.Event()
        self.closing = False
        self.listening: asyncio.Task[None] | None = None
        self.pinging: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, watch: Watch, token: str | None = None) -> Line:
        """Connect and say hello."""
        socket = await connect(
            url + "/v1/sync", compression=None, max_size=FRAME_SIZE_MAX, ping_interval=None
        )
        line = cls(socket, watch)
        line.listening = asyncio.create_task(line.listen())
        rid = line.author.rid
        await line.say(m.Hello((1, 1), "bench", "any", rid, f"i{rid}", MODEL, token))
        welcome = await line.answer(m.Welcome)
        line.pinging = asyncio.create_task(line.ping(welcome.ping / 1000))
        return line

    async def sign_up(self, name: str) -> str:
        """Make an account; return its token."""
        args = {"email": f"{name}@example.org", "password": PASSWORD, "name": name}
        return await self.enter(m.Call(1, "sign_up", args))

    async def sign_in(self, name: str) -> str:
        """Sign in to one."""
        return await self.enter(m.Call(1, "sign_in", {"email": f"{name}@example.org", "password": PASSWORD}))

    async def enter(self, call: m.Call) -> str:
        await self.say(call)
        result = await self.answer(m.Result)
        assert not result.code, result
        self.token, self.stream = result.value["token"], result.value["personal"] + "/notes"
        return self.token

    async def follow(self, stream: str, *, cursor: int | None = None) -> m.Granted:
        """Subscribe, from the head unless told otherwise."""
        self.stream = stream
        wanted = Wanted(stream, "head", 0, 0, 0, CHAIN_START)
        await self.say(m.Subscribe((wanted,)))
        granted = (await self.answer(m.Subscribed)).streams[0]
        at = granted.head if cursor is None else cursor
        await self.say(m.Subscribe((Wanted(stream, "content", granted.epoch, at, 0, CHAIN_START),)))
        return (await self.answer(m.Subscribed)).streams[0]

    async def push(self, deltas: list[PushedDelta], n0: int, due: float) -> None:
        """Push deltas n0, n0 + 1, …; the ack is counted when it comes."""
        self.batch += 1
        self.pushed[self.batch] = (due, len(deltas))
        chain = self.author.chains[self.stream]
        await self.say(m.Push(self.stream, self.batch, MODEL, n0, chain[n0 - 1], tuple(deltas)))

    async def say(self, message: Any) -> None:
        frame = wire.encode(message)
        self.bytes_out += len(frame)
        await self.socket.send(frame)

    async def answer(self, kind: Any) -> Any:
        """Wait for a message of a kind."""
        async with asyncio.timeout(60):
            while True:
                message = await self.answers.get()
                if isinstance(message, kind):
                    return message

    async def ping(self, every_s: float) -> None:
        """Say that this end is there, as every client does: who is silent is cut off."""
        try:
            while True:
                await asyncio.sleep(every_s)
                await self.say(m.Ping())
        except ConnectionClosed:
            pass

    async def listen(self) -> None:
        try:
            async for frame in self.socket:
                assert isinstance(frame, bytes)
                self.bytes_in += len(frame)
                await self.hear(frame)
        except ConnectionClosed:
            pass
        if not self.closing:
            self.watch.disconnects += 1

    async def hear(self, frame: bytes) -> None:
        watch = self.watch
        message = watch.decoded(frame)
        now = time.perf_counter()
        if isinstance(message, m.Ack):
            due, count = self.pushed.pop(message.batch)
            watch.acks.append(now - due)
            watch.acked += count
            assert not message.rejected, message.rejected
            self.room.set()
        elif isinstance(message, m.Deltas):
            watch.received += len(message.deltas)
            for row in message.deltas:
                due_at = watch.due.get(row.body)
                if due_at is not None:
                    watch.arrivals.append(now - due_at)
            self.owed += len(frame)
            if self.owed > 64 * 1024:
                await self.say(m.Received((), self.owed))
                self.owed = 0
        elif isinstance(message, m.Nack):
            raise AssertionError(f"refused: {message}")
        elif isinstance(message, m.Ping):
            await self.say(m.Pong(message.t0))
        else:
            self.answers.put_nowait(message)

    async def close(self) -> None:
        self.closing = True
        assert self.listening is not None
        assert self.pinging is not None
        self.pinging.cancel()
        await self.socket.close()
        await self.listening


def typed(line: Line, count: int) -> list[PushedDelta]:
    """A note and so many letters typed into it, one delta each."""
    note, first = line.author.note(line.stream, secrets.token_hex(4))
    return [first, *[line.author.type(line.stream, note, "x") for _ in range(count)]]
