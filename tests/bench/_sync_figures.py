"""
The other figures of the sync bench: steps for a server that lets anybody connect often, one process each.

    python -m tests.bench._sync_figures STEP '{"url": …, …}'
"""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import statistics
import sys
import time
from typing import Any

from sync.limits import DELTAS_BURST, DELTAS_PER_SECOND
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import Wanted
from tests.bench._sync_client import Line, Watch, typed
from tests.bench._sync_load import Cost, on_schedule, percentiles

KEYS = 100
TURNS = 5
MISSED = 200
"""Notes with a paste of 16,000 letters: packed, half as much again as the credit of who does not read."""


async def readers(
    url: str, first: Line, count: int, watch: Watch, *, cursor: int | None = None
) -> list[Line]:
    """Connections that follow what the first one writes, from its head unless told otherwise."""
    found = []
    for _ in range(count):
        line = await Line.open(url, watch, first.token)
        await line.follow(first.stream, cursor=cursor)
        found.append(line)
    return found


async def idle_again(pid: int) -> None:
    """Wait until a server has nothing more to do."""
    while True:
        cost = Cost(pid)
        await asyncio.sleep(1.0)
        if cost.cores() < 0.05:
            return


async def typing(line: Line, queue: list[Any], place: int, count: int, watch: Watch) -> None:
    """Type so many letters, ten a second."""
    at = iter(range(place, place + count))

    async def key(due: float) -> None:
        n = next(at)
        watch.due[queue[n].body] = due
        await line.push([queue[n]], n + 1, due)

    await on_schedule(time.perf_counter(), (count - 0.5) / 10, 0.1, 0.0, key)
    await asyncio.sleep(1.0)


async def crowd(given: dict[str, Any]) -> dict[str, Any]:
    """
    One types, a hundred read; then fifty more come, are sent what they missed as long as they take anything,
    and read nothing. By turns, because the slowest of a hundred letters is a matter of luck.
    """
    watch, silent = Watch(), Watch()
    first = await Line.open(given["url"], watch)
    await first.sign_up(given["name"])
    granted = await first.follow(first.stream)
    lines = await readers(given["url"], first, given["readers"], watch)
    queue = []
    for _ in range(MISSED):
        note, made = first.author.note(first.stream, "pasted")
        queue += [made, first.author.type(first.stream, note, secrets.token_hex(8_000))]
    for place in range(0, len(queue), 2):
        await first.push(queue[place : place + 2], place + 1, time.perf_counter())
        await asyncio.sleep(0.02)
    place = len(queue)
    queue += typed(first, 2 * TURNS * KEYS + 2)
    await first.push(queue[place : place + 1], place + 1, time.perf_counter())
    await asyncio.sleep(2.0)
    alone: list[dict[str, float]] = []
    among: list[dict[str, float]] = []
    cost = Cost(given["pid"])
    grown_mb = 0.0
    for turn in range(TURNS):
        watch.arrivals.clear()
        await typing(first, queue, place + 1 + 2 * turn * KEYS, KEYS, watch)
        alone.append(percentiles(watch.arrivals))
        before_mb = cost.mb()
        stalled = await readers(given["url"], first, given["stalled"], silent, cursor=granted.head)
        for line in stalled:
            line.socket.transport.pause_reading()
        await idle_again(given["pid"])
        watch.arrivals.clear()
        await typing(first, queue, place + 1 + (2 * turn + 1) * KEYS, KEYS, watch)
        among.append(percentiles(watch.arrivals))
        grown_mb = max(grown_mb, cost.mb() - before_mb) if turn else grown_mb
        for line in stalled:
            line.closing = True
            line.socket.transport.abort()
        await asyncio.sleep(0.5)
    found = {
        "commit_to_reader_ms": _middle(alone),
        "with_stalled_ms": _middle(among),
        "stalled_mb": round(grown_mb, 1),
    }
    await asyncio.gather(*[line.close() for line in [first, *lines]])
    return found


def _middle(turns: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: round(statistics.median(turn[name] for turn in turns), 2) for name in turns[0]}


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
        if place > DELTAS_BURST * 9 // 10:
            await asyncio.sleep(250 / DELTAS_PER_SECOND)  # within the pace of an account
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
        chunks = size = 0
        while True:
            if via == "log":
                if watch.received - received >= len(deltas):
                    break
                await asyncio.sleep(0.001)
                continue
            page = await line.answer(m.State)
            chunks, size = chunks + len(page.documents), size + sum(len(one.chunk) for one in page.documents)
            await line.say(m.Received((), 1 << 18))
            if page.end is not None:
                break
        times.append(time.perf_counter() - began)
        await line.close()
    await first.close()
    assert via == "log" or chunks >= given["documents"]
    return {"seconds": round(sorted(times)[2], 3), "via": via, "kb": size // 1000}


async def administered(given: dict[str, Any]) -> dict[str, Any]:
    """An administrator appends to a note over the server's own socket, until who has it open hears of it."""
    watch = Watch()
    reader = await Line.open(given["url"], watch)
    await reader.sign_up(given["name"])
    await reader.follow(reader.stream)
    note, made = reader.author.note(reader.stream, "t")
    await reader.push([made], 1, time.perf_counter())
    await asyncio.sleep(0.5)
    for number in range(given["edits"]):
        received = watch.received
        line = {"command": "note append", "arguments": {"note": note, "text": f"line {number}"}}
        began = time.perf_counter()
        _, writer = await asyncio.open_unix_connection(given["socket"])
        writer.write(json.dumps(line).encode() + b"\n")
        while watch.received == received:
            await asyncio.sleep(0.0005)
        watch.arrivals.append(time.perf_counter() - began)
        writer.close()
        await asyncio.sleep(0.05)
    await reader.close()
    return {"admin_to_reader_ms": percentiles(watch.arrivals)}


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
    "administered": administered,
    "paste": paste,
}


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as the program does
    print(json.dumps(asyncio.run(STEPS[sys.argv[1]](json.loads(sys.argv[2])))))
