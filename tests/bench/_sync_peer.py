"""
The peer of the sync bench: a server of pycrdt-websocket, and its clients, each step in a process of its own.

    python -m tests.bench._sync_peer serve
    python -m tests.bench._sync_peer STEP '{"url": …, …}'

A room of theirs is one document; a notebook of ours is one room, its notes texts in a map, which is the
cheapest way that their library has. It keeps everything in memory: no acks, no accounts or roles, no disk.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from pycrdt import (
    Doc,
    Map,
    Text,
    YMessageType,
    YSyncMessageType,
    create_sync_message,
    create_update_message,
    handle_sync_message,
    read_message,
)
from pycrdt.websocket import WebsocketServer
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.bench._sync_load import ROOM, Cost, on_schedule, percentiles, texts

SIZE_MAX = 1 << 28


class Served:
    """A connection as their server wants it."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.path = socket.request.path if socket.request is not None else "/"

    def __aiter__(self) -> Served:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await self.recv()
        except ConnectionClosed as error:
            raise StopAsyncIteration from error

    async def send(self, message: bytes) -> None:
        with suppress(ConnectionClosed):
            await self.socket.send(message)

    async def recv(self) -> bytes:
        frame = await self.socket.recv()
        assert isinstance(frame, bytes)
        return frame


async def run_server() -> None:
    """Serve until killed; the first line says where."""
    logging.disable(logging.CRITICAL)
    async with WebsocketServer(auto_clean_rooms=False) as server:

        async def one(socket: ServerConnection) -> None:
            channel: Any = Served(socket)
            await server.serve(channel)

        async with serve(one, "127.0.0.1", 0, compression=None, max_size=SIZE_MAX, ping_interval=None) as at:
            print(f"listening on ws://127.0.0.1:{at.sockets[0].getsockname()[1]}", flush=True)
            await asyncio.get_running_loop().create_future()


class Watch:
    """What all connections of this process saw."""

    def __init__(self) -> None:
        self.due: dict[bytes, float] = {}
        self.arrivals: list[float] = []
        self.received = 0
        self.disconnects = 0


class Line:
    """One connection to one room."""

    def __init__(self, socket: ClientConnection, watch: Watch) -> None:
        self.socket = socket
        self.watch = watch
        self.doc: Doc[Any] = Doc()
        self.applies = False
        self.mine: set[bytes] = set()  # what comes back to whoever sent it reaches nobody else
        self.bytes_in = self.bytes_out = 0
        self.synced = asyncio.Event()
        self.closing = False
        self.listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, room: str, watch: Watch) -> Line:
        socket = await connect(f"{url}/{room}", compression=None, max_size=SIZE_MAX, ping_interval=None)
        line = cls(socket, watch)
        line.listening = asyncio.create_task(line.listen())
        return line

    async def say(self, frame: bytes) -> None:
        self.bytes_out += len(frame)
        await self.socket.send(frame)

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
        if frame[0] != YMessageType.SYNC:
            return
        kind = frame[1]
        if kind == YSyncMessageType.SYNC_UPDATE:
            now = time.perf_counter()
            self.watch.received += 1
            due = self.watch.due.get(frame)
            if due is not None and frame not in self.mine:
                self.watch.arrivals.append(now - due)
        if self.applies:
            if kind == YSyncMessageType.SYNC_STEP1:
                answer = handle_sync_message(frame[1:], self.doc)
                if answer is not None:
                    await self.say(answer)
            else:
                self.doc.apply_update(read_message(frame[2:]))
                if kind == YSyncMessageType.SYNC_STEP2:
                    self.synced.set()

    async def close(self) -> None:
        self.closing = True
        await self.socket.close()
        assert self.listening is not None
        await self.listening


def typed(count: int, name: str) -> list[bytes]:
    """A text and so many letters typed into it, one update each."""
    doc: Doc[Any] = Doc()
    updates: list[bytes] = []
    doc.observe(lambda event: updates.append(create_update_message(event.update)))
    doc[name] = text = Text()
    for _ in range(count):
        text += "x"
    return updates


async def type_(given: dict[str, Any]) -> dict[str, Any]:
    """As ours: everybody in a room sees what is typed."""
    watch = Watch()
    everybody = [
        await Line.open(given["url"], f"{given['name']}{number // ROOM}", watch)
        for number in range(given["clients"])
    ]
    spread = max(1, len(everybody) // given["typists"])
    typists = everybody[::spread][: given["typists"]]
    every_s = 1 / given["rate"]
    count = int(given["seconds"] * given["rate"]) + 2
    queues = {line: typed(count, f"n{number}") for number, line in enumerate(typists)}

    def typing(line: Line) -> Callable[[float], Coroutine[Any, Any, None]]:
        at = iter(queues[line])

        async def key(due: float) -> None:
            frame = next(at)
            watch.due[frame] = due
            line.mine.add(frame)
            await line.say(frame)

        return key

    await asyncio.sleep(1.0)
    cost, begin = Cost(given["pid"]), time.perf_counter() + 0.2
    await asyncio.gather(
        *[
            on_schedule(begin, given["seconds"], every_s, every_s * number / len(typists), typing(line))
            for number, line in enumerate(typists)
        ]
    )
    await asyncio.sleep(1.0)
    found = {
        "edit_to_ack_ms": percentiles([]),
        "edit_to_peer_ms": percentiles(watch.arrivals),
        "disconnects": watch.disconnects,
        "server_cpu": cost.cores(),
        "server_mb": cost.mb(),
        "arrivals": len(watch.arrivals),
    }
    await asyncio.gather(*[line.close() for line in everybody])
    return found


async def saturate(given: dict[str, Any]) -> dict[str, Any]:
    """One writes and one reads in each room; what counts is what the readers got."""
    watch, echo = Watch(), Watch()
    pushers, readers = [], []
    for number in range(given["rooms"]):
        pushers.append(await Line.open(given["url"], f"{given['name']}{number}", echo))
        readers.append(await Line.open(given["url"], f"{given['name']}{number}", watch))
    queues = {line: typed(given["each"], "n") for line in pushers}
    cost, begin = Cost(given["pid"]), time.perf_counter()
    end = begin + given["seconds"]
    sent = 0

    async def pour(line: Line) -> None:
        nonlocal sent
        for count, frame in enumerate(queues[line]):
            if time.perf_counter() > end:
                return
            sent += 1
            await line.say(frame)
            if count % 20 == 0:
                await asyncio.sleep(0)

    await asyncio.gather(*[pour(line) for line in pushers])
    while watch.received < sent and time.perf_counter() < end + 60:
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - begin
    found = {"edits_per_second": round(watch.received / seconds), "cores": cost.cores()}
    await asyncio.gather(*[line.close() for line in [*pushers, *readers]])
    return found


async def bytes_(given: dict[str, Any]) -> dict[str, Any]:
    """As ours: what the writer sends and one reader gets."""
    watch, echo = Watch(), Watch()
    writer = await Line.open(given["url"], given["name"], echo)
    reader = await Line.open(given["url"], given["name"], watch)
    queue = typed(given["count"] + 1, "n")
    await writer.say(queue[0])
    await asyncio.sleep(0.5)
    before = writer.bytes_out + reader.bytes_in
    for frame in queue[1 : given["count"] + 1]:
        here = watch.received
        await writer.say(frame)
        while watch.received == here:
            await asyncio.sleep(0.001)
    count = writer.bytes_out + reader.bytes_in - before
    await asyncio.gather(writer.close(), reader.close())
    return {"bytes_per_char": round(count / given["count"], 1)}


async def upload(given: dict[str, Any]) -> dict[str, Any]:
    """Put a library into a room."""
    line = await Line.open(given["url"], given["name"], Watch())
    line.applies = True
    notes: Map[Any] = Map()
    line.doc["notes"] = notes
    began = time.perf_counter()
    for number, (title, body) in enumerate(texts(given["notes"])):
        notes[f"n{number}"] = Map({"title": Text(title), "body": Text(body)})
    written = time.perf_counter()
    await line.say(create_update_message(line.doc.get_update()))
    check = await Line.open(given["url"], given["name"], Watch())
    check.applies = True
    await check.say(create_sync_message(check.doc))
    await check.synced.wait()
    seconds = time.perf_counter() - written
    await asyncio.gather(line.close(), check.close())
    return {"write_s": round(written - began, 2), "upload_s": round(seconds, 2)}


async def catch_up(given: dict[str, Any]) -> dict[str, Any]:
    """A device that comes for the first time; then, after it missed edits, once more with what it had."""
    line = await Line.open(given["url"], given["name"], Watch())
    line.applies = True
    began = time.perf_counter()
    await line.say(create_sync_message(line.doc))
    await line.synced.wait()
    seconds = time.perf_counter() - began
    notes = line.doc.get("notes", type=Map)
    assert len(notes) >= given["notes"], len(notes)
    await line.close()
    writer = await Line.open(given["url"], given["name"], Watch())
    writer.doc.apply_update(line.doc.get_update())
    frames: list[bytes] = []
    writer.doc.observe(lambda event: frames.append(create_update_message(event.update)))
    there = writer.doc.get("notes", type=Map)
    for number in range(given["edits"]):
        there[f"n{number % given['documents']}"]["body"] += "x"
    for frame in frames:
        await writer.say(frame)
    await writer.say(create_sync_message(Doc()))  # answered when all before it was taken
    writer.applies = True
    await writer.synced.wait()
    await writer.close()
    back = await Line.open(given["url"], given["name"], Watch())
    back.doc, back.applies = line.doc, True
    began = time.perf_counter()
    await back.say(create_sync_message(back.doc))
    await back.synced.wait()
    away_s = time.perf_counter() - began
    await back.close()
    return {"seconds": round(seconds, 2), "away_s": round(away_s, 2)}


STEPS = {"type": type_, "saturate": saturate, "bytes": bytes_, "upload": upload, "catch_up": catch_up}


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(run_server())
    else:
        print(json.dumps(asyncio.run(STEPS[sys.argv[1]](json.loads(sys.argv[2])))))
