"""
The other figures of the sync bench: steps for a server that lets anybody connect often, one process each.

    python -m tests.bench._sync_figures STEP '{"url": …, …}'
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from typing import Any

from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import Wanted
from tests.bench._sync_client import Line, Watch, typed
from tests.bench._sync_load import Cost, on_schedule, percentiles

KEYS = 100


async def readers(url: str, first: Line, count: int, watch: Watch) -> list[Line]:
    """Connections that follow what the first one writes."""
    found = []
    for _ in range(count):
        line = await Line.open(url, watch, first.token)
        await line.follow(first.stream)
        found.append(line)
    return found


async def typing(line: Line, queue: list[Any], place: int, count: int, watch: Watch) -> None:
    """Type so many letters, ten a second."""
    at = iter(range(place, place + count))

    async def key(due: float) -> None:
        n = next(at)
        watch.due[queue[n].body] = due
        await line.push([queue[n]], n + 1, due)

    await on_schedule(time.perf_counter(), count / 10, 0.1, 0.0, key)
    await asyncio.sleep(1.0)


async def crowd(given: dict[str, Any]) -> dict[str, Any]:
    """One types, a hundred read; then fifty more come and read nothing."""
    watch, silent = Watch(), Watch()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    await first.follow(first.stream)
    lines = await readers(given["url"], first, given["readers"], watch)
    queue = typed(first, 2 * KEYS + 2)
    await first.push(queue[:1], 1, time.perf_counter())
    await asyncio.sleep(1.0)
    await typing(first, queue, 1, KEYS, watch)
    alone = percentiles(watch.arrivals)
    count = len(watch.arrivals)
    cost = Cost(given["pid"])
    before_mb = cost.mb()
    stalled = await readers(given["url"], first, given["stalled"], silent)
    for line in stalled:
        line.socket.transport.pause_reading()
    watch.arrivals.clear()
    await typing(first, queue, KEYS + 1, KEYS, watch)
    found = {
        "commit_to_reader_ms": alone,
        "arrivals": count,
        "with_stalled_ms": percentiles(watch.arrivals),
        "stalled_mb": round(cost.mb() - before_mb, 1),
    }
    for line in stalled:
        line.closing = True
        line.socket.transport.abort()
    await asyncio.gather(*[line.close() for line in [first, *lines]])
    return found


async def idle(given: dict[str, Any]) -> dict[str, Any]:
    """Connections that follow a notebook in which nothing happens."""
    watch = Watch()
    cost = Cost(given["pid"])
    before_mb = cost.mb()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    lines = await readers(given["url"], first, given["clients"], watch)
    await asyncio.sleep(2.0)
    quiet = Cost(given["pid"])
    await asyncio.sleep(8.0)
    found = {"idle_cpu": quiet.cores(), "idle_mb": round(quiet.mb() - before_mb, 1), "mb": quiet.mb()}
    await asyncio.gather(*[line.close() for line in [first, *lines]])
    return found


async def come_back(given: dict[str, Any]) -> dict[str, Any]:
    """Everybody connects at once, as after a restart, until each follows its notebook again."""
    watch = Watch()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    began = time.perf_counter()

    async def one() -> Line:
        line = await Line.open(given["url"], watch, first.token)
        await line.say(m.Subscribe((Wanted(first.stream, "content", 0, 0, 0, CHAIN_START),)))
        await line.answer(m.Subscribed)
        return line

    lines = await asyncio.gather(*[one() for _ in range(given["clients"])])
    seconds = time.perf_counter() - began
    await asyncio.gather(*[line.close() for line in [first, *lines]])
    return {"all_live_s": round(seconds, 2)}


async def by_state(given: dict[str, Any]) -> dict[str, Any]:
    """Many deltas on few documents, then a client that wants it all: how soon it has the states, or the
    log."""
    watch = Watch()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    notes = [first.author.note(first.stream, "t") for _ in range(given["documents"])]
    deltas = [delta for _, delta in notes]
    for number in range(given["edits"]):
        deltas.append(first.author.type(first.stream, notes[number % len(notes)][0], "x"))
    for place in range(0, len(deltas), 200):
        while len(first.pushed) >= 8:
            first.room.clear()
            await first.room.wait()
        await first.push(deltas[place : place + 200], place + 1, time.perf_counter())
    while first.pushed:
        await asyncio.sleep(0.005)
    await asyncio.sleep(25.0)  # what has come to rest is written behind the log
    times = []
    for _ in range(5):
        line = await Line.open(given["url"], watch, first.token)
        received = watch.received
        began = time.perf_counter()
        await line.say(m.Subscribe((Wanted(first.stream, "content", 0, 0, 0, CHAIN_START),)))
        via = (await line.answer(m.Subscribed)).streams[0].via
        while True:
            if via == "log":
                if watch.received - received >= len(deltas):
                    break
                await asyncio.sleep(0.001)
                continue
            page = await line.answer(m.State)
            await line.say(m.Received((), 1 << 18))
            if page.end is not None:
                break
        times.append(time.perf_counter() - began)
        await line.close()
    await first.close()
    return {"seconds": round(sorted(times)[2], 2), "via": via}


async def paste(given: dict[str, Any]) -> dict[str, Any]:
    """Five megabytes in one go, cut into deltas as the program cuts them, until another client has them."""
    watch = Watch()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    await first.follow(first.stream)
    (reader,) = await readers(given["url"], first, 1, watch)
    note, made = first.author.note(first.stream, "p")
    text = "".join(chr(97 + (number * 7919) % 26) for number in range(1_000_000))
    document, pieces = first.author.documents[note], [made]
    for _ in range(given["size"] // len(text)):
        stamp = first.author.clock.tick(time.time_ns() // 1_000_000)
        delta = document.edit(stamp, lambda edit: edit.text(("body",)).insert(0, text))
        pieces += [first.author.numbered(first.stream, note, part) for part in delta.split(60_000)]
    await first.push(pieces[:1], 1, time.perf_counter())
    await asyncio.sleep(0.5)
    watch.received = 0
    began, cost, own = time.perf_counter(), Cost(given["pid"]), time.process_time()
    place = 1
    while place < len(pieces):
        while len(first.pushed) >= 8:
            first.room.clear()
            await first.room.wait()
        await first.push(pieces[place : place + 2], place + 1, time.perf_counter())
        place += 2
    while watch.received < len(pieces) - 1:
        await asyncio.sleep(0.002)
    seconds = time.perf_counter() - began
    await asyncio.gather(first.close(), reader.close())
    cpu_s = {"server": round(cost.busy_s(), 2), "clients": round(time.process_time() - own, 2)}
    return {
        "seconds": round(seconds, 2),
        "cpu_s": cpu_s,
        "deltas": len(pieces) - 1,
        "disconnects": watch.disconnects,
    }


STEPS = {
    "crowd": crowd,
    "idle": idle,
    "come_back": come_back,
    "by_state": by_state,
    "paste": paste,
}


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as the program does
    print(json.dumps(asyncio.run(STEPS[sys.argv[1]](json.loads(sys.argv[2])))))
