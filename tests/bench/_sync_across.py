"""
Two processes of our server on one database: people type at one, others see it at the other.

    python -m tests.bench._sync_across '{"url": …, "other": …, …}'
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench._sync_client import Line, Watch, typed
from tests.bench._sync_load import Cost, on_schedule, percentiles


def swept(url: str) -> int:
    """Wakes of a process that only its sweep has found."""
    with urllib.request.urlopen(url.replace("ws", "http", 1) + "/metrics", timeout=10) as answer:
        found = re.search(r"^commonplace_wakes_swept(?:_total)? (\S+)", answer.read().decode(), re.MULTILINE)
    assert found is not None, "the server has no such number"
    return int(float(found[1]))


async def across(given: dict[str, Any]) -> dict[str, Any]:
    """Pairs: one types at the one process, the other follows at the other."""
    here, there = Watch(), Watch()
    there.due = here.due
    before = swept(given["url"]) + swept(given["other"])
    pairs = []
    for number in range(given["pairs"]):
        writer = await Line.open(given["url"], here)
        await writer.sign_up(f"{given['name']}{number}")
        await writer.follow(writer.stream)
        reader = await Line.open(given["other"], there, writer.token)
        await reader.follow(writer.stream)
        pairs.append((writer, reader))
    every_s = 1 / given["rate"]
    queues = {writer: typed(writer, int(given["seconds"] * given["rate"]) + 2) for writer, _ in pairs}
    for writer, queue in queues.items():
        await writer.push(queue[:1], 1, time.perf_counter())
    await asyncio.sleep(2.0)
    here.acks.clear()

    def typing(writer: Line) -> Callable[[float], Coroutine[Any, Any, None]]:
        at = iter(range(1, len(queues[writer])))

        async def key(due: float) -> None:
            place = next(at)
            here.due[queues[writer][place].body] = due
            await writer.push([queues[writer][place]], place + 1, due)

        return key

    cost, begin = Cost(given["pid"]), time.perf_counter() + 0.2
    await asyncio.gather(
        *[
            on_schedule(begin, given["seconds"], every_s, every_s * number / len(pairs), typing(writer))
            for number, (writer, _) in enumerate(pairs)
        ]
    )
    await asyncio.sleep(1.0)
    found = {
        "across_to_ack_ms": percentiles(here.acks),
        "across_to_peer_ms": percentiles(there.arrivals),
        "arrivals": len(there.arrivals),
        "swept": swept(given["url"]) + swept(given["other"]) - before,
        "server_cpu": cost.cores(),
    }
    await asyncio.gather(*[line.close() for pair in pairs for line in pair])
    return found


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # as the program does
    print(json.dumps(asyncio.run(across(json.loads(sys.argv[2])))))
