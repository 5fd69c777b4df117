"""
The clients of the sync bench on our server: one step in a process of its own, its findings as JSON on stdout.

    python -m tests.bench._sync_ours STEP '{"url": …, …}'
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from crdt import Clock
from sync.client.session import Client
from sync.client.ticker import Ticker
from sync.model import v2
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.bench._sync_client import PASSWORD, Line, Watch, typed
from tests.bench._sync_load import ROOM, Cost, on_schedule, percentiles, texts
from tests.support.peer import new_id

BATCH = 20
IN_FLIGHT = 8
WAIT_S = 600.0


async def rooms(url: str, clients: int, name: str, watch: Watch, size: int = ROOM) -> list[list[Line]]:
    """Connect so many clients in rooms: people who follow one notebook."""
    found: list[list[Line]] = []
    for number in range((clients + size - 1) // size):
        first = await Line.open(url, watch)
        await first.sign_up(f"{name}{number}")
        lines = [first]
        for _ in range(min(size, clients - number * size) - 1):
            lines.append(await Line.open(url, watch, first.token))
        for line in lines:
            await line.follow(first.stream)
        found.append(lines)
    return found


async def type_(given: dict[str, Any]) -> dict[str, Any]:
    """People type at their pace, everybody in a room sees it."""
    watch = Watch()
    groups = await rooms(given["url"], given["clients"], given["name"], watch)
    everybody = [line for lines in groups for line in lines]
    spread = max(1, len(everybody) // given["typists"])
    typists = everybody[::spread][: given["typists"]]
    every_s = 1 / given["rate"]
    queues = {line: typed(line, int(given["seconds"] * given["rate"]) + 2) for line in typists}
    for line in typists:
        await line.push(queues[line][:1], 1, time.perf_counter())
    await asyncio.sleep(1.0)
    watch.acks.clear()

    def typing(line: Line) -> Callable[[float], Coroutine[Any, Any, None]]:
        at = iter(range(1, len(queues[line])))

        async def key(due: float) -> None:
            place = next(at)
            delta = queues[line][place]
            watch.due[delta.body] = due
            await line.push([delta], place + 1, due)

        return key

    cost, begin = Cost(given["pid"]), time.perf_counter() + 0.2
    await asyncio.gather(
        *[
            on_schedule(begin, given["seconds"], every_s, every_s * number / len(typists), typing(line))
            for number, line in enumerate(typists)
        ]
    )
    await asyncio.sleep(1.0)
    found = {
        "edit_to_ack_ms": percentiles(watch.acks),
        "edit_to_peer_ms": percentiles(watch.arrivals),
        "disconnects": watch.disconnects,
        "server_cpu": cost.cores(),
        "server_mb": cost.mb(),
        "edits": len(watch.acks),
        "arrivals": len(watch.arrivals),
    }
    await asyncio.gather(*[line.close() for line in everybody])
    return found


async def saturate(given: dict[str, Any]) -> dict[str, Any]:
    """Everybody pushes as fast as answers come, in batches as a busy client makes them; others read along."""
    watch = Watch()
    groups = await rooms(given["url"], 2 * given["rooms"], given["name"], watch, size=2)
    pushers = [lines[0] for lines in groups]
    queues = {line: typed(line, given["each"]) for line in pushers}
    end = time.perf_counter() + given["seconds"]
    cost, begin = Cost(given["pid"]), time.perf_counter()

    async def pour(line: Line) -> None:
        for place in range(0, len(queues[line]), given["batch"]):
            while len(line.pushed) >= IN_FLIGHT:
                line.room.clear()
                await line.room.wait()
            if time.perf_counter() > end:
                return
            await line.push(queues[line][place : place + given["batch"]], place + 1, time.perf_counter())

    await asyncio.gather(*[pour(line) for line in pushers])
    while any(line.pushed for line in pushers):
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - begin
    while watch.received < watch.acked:
        await asyncio.sleep(0.01)
    found = {
        "edits_per_second": round(watch.acked / seconds),
        "cores": cost.cores(),
        "edit_to_ack_ms": percentiles(watch.acks),
    }
    await asyncio.gather(*[line.close() for lines in groups for line in lines])
    return found


async def bytes_(given: dict[str, Any]) -> dict[str, Any]:
    """What a letter costs on the wire: what its writer sends and one reader gets, each letter by itself."""
    watch = Watch()
    ((writer, reader),) = await rooms(given["url"], 2, given["name"], watch, size=2)
    queue = typed(writer, given["count"])
    await writer.push(queue[:1], 1, time.perf_counter())
    await asyncio.sleep(0.5)
    before = writer.bytes_out + reader.bytes_in
    for place in range(1, len(queue)):
        watch.due[queue[place].body] = time.perf_counter()
        await writer.push([queue[place]], place + 1, time.perf_counter())
        while len(watch.arrivals) < place:
            await asyncio.sleep(0.001)
    count = writer.bytes_out + reader.bytes_in - before
    await asyncio.gather(writer.close(), reader.close())
    return {"bytes_per_char": round(count / given["count"], 1)}


def opened(folder: str) -> tuple[ClientStore, Client]:
    """A profile as the program has it."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    store = ClientStore.open(path / "library.sqlite3", newest=v2.MODEL)
    if not store.notebooks():
        local = new_id()
        store.add_notebook(local, "Personal")
        store.set_personal(local)
    ticker = Ticker(Clock(store.rid, store.clock_high_water()), lambda: time.time_ns() // 1_000_000)
    return store, Client(store, ticker)


async def upload(given: dict[str, Any]) -> dict[str, Any]:
    """Write a library, then sign up: its first upload, by the real client."""
    store, client = opened(given["profile"])
    stream, now_ms = f"{store.personal()}/notes", time.time_ns() // 1_000_000
    clock = Clock(store.rid)
    began = time.perf_counter()
    changes: list[LocalChange] = []
    for title, body in texts(given["notes"]):
        document = new_id()
        note, made = v2.new_note(store.rid, clock.tick(now_ms), title=title, created_ms=now_ms)
        filled = note.edit(clock.tick(now_ms), lambda edit, body=body: edit.text(("body",)).insert(0, body))
        changes += [LocalChange(stream, document, made), LocalChange(stream, document, filled)]
        if len(changes) >= 400:
            store.append(changes)
            changes.clear()
    store.append(changes)
    written = time.perf_counter()
    cost, own = Cost(given["pid"]), time.process_time()
    await client.sign_in(given["url"], f"{given['name']}@example.org", PASSWORD, sign_up_name="Ana")
    status = await client.sync_once(WAIT_S)
    assert status.outbox == 0, status
    found = {
        "write_s": round(written - began, 2),
        "upload_s": round(time.perf_counter() - written, 2),
        "client_cpu_s": round(time.process_time() - own, 2),
        "server_cpu_s": round(cost.busy_s(), 2),
    }
    store.close()
    return found


async def catch_up(given: dict[str, Any]) -> dict[str, Any]:
    """A device comes: for the first time, or back after a while. By the real client."""
    store, client = opened(given["profile"])
    began, own = time.perf_counter(), time.process_time()
    first: list[float] = []

    def came(*_: Any) -> None:
        if not first:
            first.append(time.perf_counter() - began)

    client.on_reset, client.on_remote = came, came
    if store.meta("account") is None:
        await client.sign_in(given["url"], f"{given['name']}@example.org", PASSWORD)
    status = await client.sync_once(WAIT_S)
    seconds = time.perf_counter() - began
    assert status.inbound == "up_to_date" or status.link == "off", status
    notes = sum(row.notes for row in store.notebooks())
    assert notes == given["notes"], f"{notes} notes instead of {given['notes']}"
    store.close()
    return {
        "seconds": round(seconds, 2),
        "first_s": round(first[0], 2) if first else None,
        "client_cpu_s": round(time.process_time() - own, 2),
    }


async def edit(given: dict[str, Any]) -> dict[str, Any]:
    """Type letters into some of an account's notes: what somebody misses who is away."""
    watch = Watch()
    line = await Line.open(given["url"], watch)
    await line.sign_in(given["name"])
    granted = await line.follow(line.stream, cursor=0)
    await line.close()
    del granted
    line = await Line.open(given["url"], watch)
    await line.sign_in(given["name"])
    notes = [line.author.note(line.stream, "t") for _ in range(given["documents"])]
    deltas = [delta for _, delta in notes]
    for number in range(given["edits"]):
        deltas.append(line.author.type(line.stream, notes[number % len(notes)][0], "x"))
    began = time.perf_counter()
    for place in range(0, len(deltas), 200):
        while len(line.pushed) >= IN_FLIGHT:
            line.room.clear()
            await line.room.wait()
        await line.push(deltas[place : place + 200], place + 1, time.perf_counter())
    while line.pushed:
        await asyncio.sleep(0.005)
    seconds = time.perf_counter() - began
    await line.close()
    return {"backlog_s": round(seconds, 2)}


STEPS = {
    "type": type_,
    "saturate": saturate,
    "bytes": bytes_,
    "upload": upload,
    "catch_up": catch_up,
    "edit": edit,
}


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as the program does
    print(json.dumps(asyncio.run(STEPS[sys.argv[1]](json.loads(sys.argv[2])))))
