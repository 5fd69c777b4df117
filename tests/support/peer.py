"""
A client for tests of the server: says exactly what it is told to, remembers what it was told.

Not the real client: it has no store, no engine, and can misbehave. `Author` makes the deltas of one replica
with their numbers and chain; `Peer` is one connection.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from crdt import Clock, Delta, Document
from sync.limits import FRAME_SIZE_MAX
from sync.model.versions import OLDEST, model_of
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import LoggedDelta, PushedDelta, Wanted

PASSWORD = "correct horse battery"
WAIT_S = 60.0
T = TypeVar("T")


def new_id() -> str:
    """A fresh id of a document or notebook."""
    return "T" + secrets.token_urlsafe(16)[1:]


class Author:
    """One replica: its clock, model and documents, and per stream the number and chain of its last delta."""

    def __init__(self, rid: int | None = None, model: str = OLDEST) -> None:
        self.rid = rid or secrets.randbits(62) + 1
        self.model = model
        self.clock = Clock(self.rid)
        self.documents: dict[str, Document] = {}
        self.chains: dict[str, list[bytes]] = {}

    def note(self, stream: str, title: str = "", document: str | None = None) -> tuple[str, PushedDelta]:
        """Make a note; return its id and the delta."""
        document = document or new_id()
        stamp = self.clock.tick(_now_ms())
        new_note = model_of(self.model).new_note
        self.documents[document], delta = new_note(self.rid, stamp, title=title, created_ms=stamp.ms)
        return document, self.numbered(stream, document, delta)

    def type(self, stream: str, document: str, text: str) -> PushedDelta:
        """Type at the end of a note."""
        return self.edit(stream, document, lambda e: e.text(("body",)).insert(len(e.text(("body",))), text))

    def edit(self, stream: str, document: str, intent: Callable[[Any], None], now_ms: int = 0) -> PushedDelta:
        """Edit a document in any way."""
        delta = self.documents[document].edit(self.clock.tick(now_ms or _now_ms()), intent)
        return self.numbered(stream, document, delta)

    def numbered(self, stream: str, document: str, delta: Delta) -> PushedDelta:
        """Give a delta the next number in its stream."""
        return self.numbered_bytes(stream, document, delta.encode())

    def numbered_bytes(self, stream: str, document: str, body: bytes) -> PushedDelta:
        """Give any bytes the next number."""
        chain = self.chains.setdefault(stream, [CHAIN_START])
        chain.append(chain_next(chain[-1], document, body))
        return PushedDelta(document, body)

    def take(self, rows: tuple[LoggedDelta, ...]) -> None:
        """Apply what others did."""
        for row in rows:
            document = self.documents.setdefault(row.document, Document(self.rid))
            document.apply(Delta.decode(row.body))

    def push(self, stream: str, *deltas: PushedDelta, batch: int = 1, n0: int | None = None) -> m.Push:
        """A push of the last deltas, or of those from n0 on."""
        chain = self.chains[stream]
        first = len(chain) - len(deltas) if n0 is None else n0
        return m.Push(stream, batch, self.model, first, chain[first - 1], deltas)


class Peer:
    """One connection. Everything received is kept in order in `heard`, less what `wait` took."""

    def __init__(self, socket: ClientConnection, author: Author) -> None:
        self.socket = socket
        self.author = author
        self.heard: list[m.Message] = []
        self.sizes: list[int] = []
        self.credit = True
        self.token = ""
        self.account = ""
        self.email = ""
        self.personal = ""
        self.closed = asyncio.Event()
        self._came = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, url: str, author: Author | None = None, **hello: Any) -> Peer:
        """Connect and say hello; the welcome is heard first."""
        peer = await cls.silent(url, author)
        await peer.hello(**hello)
        return peer

    @classmethod
    async def silent(cls, url: str, author: Author | None = None, path: str = "/v1/sync") -> Peer:
        """Connect and say nothing."""
        socket = await connect(
            url + path, compression=None, max_size=FRAME_SIZE_MAX, ping_interval=None, close_timeout=1
        )
        return cls(socket, author or Author())

    async def hello(self, **changed: Any) -> m.Welcome:
        """Say hello and wait for the welcome."""
        said: dict[str, Any] = {
            "proto": (1, 1), "app": "tests", "os": "any", "rid": self.author.rid,
            "inst": f"i{self.author.rid}",
            "model": self.author.model, **changed,
        }  # fmt: skip
        await self.say(m.Hello(**said))
        return await self.wait(m.Welcome)

    async def sign_up(self, email: str, name: str = "") -> m.Result:
        """Sign up; remembers token, account and personal notebook."""
        args = {"email": email, "password": PASSWORD, "name": name or email.partition("@")[0]}
        return await self._remember(await self.call("sign_up", **args))

    async def sign_in(self, email: str, password: str = PASSWORD) -> m.Result:
        """Sign in; remembers as `sign_up` does."""
        return await self._remember(await self.call("sign_in", email=email, password=password))

    async def _remember(self, result: m.Result) -> m.Result:
        if not result.code:
            await self.wait(m.AuthState)
            await self.wait(m.Notice)
            self.token = result.value["token"]
            self.account = result.value["account"]["id"]
            self.email = result.value["account"]["email"]
            self.personal = result.value["personal"]
        return result

    @property
    def notes(self) -> str:
        """The stream of notes of the personal notebook."""
        return self.personal + "/notes"

    async def call(self, name: str, /, **args: Any) -> m.Result:
        """Call and wait for the answer."""
        number = secrets.randbits(30)
        await self.say(m.Call(number, name, args))
        return await self.wait(m.Result, lambda result: result.id == number)

    async def subscribe(self, stream: str, **at: Any) -> m.Granted:
        """Follow one stream; return the answer's row."""
        at = {"want": "content", "epoch": 0, "cursor": 0, "last_n": 0, "chain": CHAIN_START, **at}
        await self.say(m.Subscribe((Wanted(stream, **at),)))
        answer = await self.wait(m.Subscribed)
        return answer.streams[0]

    async def push(self, stream: str, *deltas: PushedDelta, **options: Any) -> m.Ack | m.Nack:
        """Push and wait for the answer."""
        push = self.author.push(stream, *deltas, **options)
        await self.say(push)
        return await self.wait((m.Ack, m.Nack), lambda answer: answer.batch == push.batch)

    async def say(self, message: m.Message) -> None:
        """Send a message."""
        await self.socket.send(wire.encode(message))

    async def say_bytes(self, frame: bytes | str) -> None:
        """Send anything."""
        await self.socket.send(frame)

    async def wait(self, kind: Any, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
        """Wait for a message, and forget it; what came before it stays in `heard`."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for at, message in enumerate(self.heard):
                    if isinstance(message, kind) and wanted(message):
                        return self.heard.pop(at)
                if self.closed.is_set():
                    raise ConnectionError(f"closed while waiting for {kind}: {self.socket.close_code}")
                self._came.clear()
                await self._came.wait()

    async def wait_for_log(self, stream: str, to: int, cursor: int = 0) -> list[LoggedDelta]:
        """Collect the deltas of a stream up to a seq, checking that they are gapless."""
        rows: list[LoggedDelta] = []
        while cursor < to:
            came = await self.wait(m.Deltas, lambda deltas: deltas.stream == stream)
            assert came.from_ == cursor, f"{came.from_} is not where {cursor} ends"
            seqs = [row.seq for row in came.deltas] + [seq for a, b in came.own for seq in range(a, b)]
            assert sorted(seqs) == list(range(came.from_ + 1, came.to + 1))
            cursor = came.to
            rows += came.deltas
        return rows

    async def quiet(self) -> None:
        """Wait until the server has answered everything said so far."""
        mark = secrets.randbits(40)
        await self.say(m.Ping(mark))
        await self.wait(m.Pong, lambda pong: pong.t0 == mark)

    async def close(self) -> None:
        """Close the connection."""
        await self.socket.close()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def _listen(self) -> None:
        try:
            async for frame in self.socket:
                assert isinstance(frame, bytes)
                message = wire.decode(frame)
                assert not isinstance(message, m.Ignored)
                self.heard.append(message)
                self.sizes.append(len(frame))
                self._came.set()
                if self.credit and isinstance(message, (m.Deltas, m.State)):
                    await self.say(m.Received((), len(frame)))
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()
            self._came.set()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
