"""What both sides of the sync bench share: times on a schedule, percentiles, what a process costs, notes."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

ROOM = 10
"""People who share one notebook, and see each other's typing."""

WORDS = [
    *("note", "list", "plan", "week", "call", "paper", "table", "river", "garden", "window", "letter"),
    *("budget", "summer", "travel", "kitchen", "music", "because", "however", "through", "between"),
    *("remember", "together", "question", "answer", "second", "number"),
]

BODY_WORDS = (40, 240)
"""Of a note: some 800 characters, as those of a page of a manual or of a diary."""


def texts(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Titles and bodies of notes."""
    dice = random.Random(seed)
    for number in range(count):
        body = " ".join(dice.choices(WORDS, k=dice.randint(*BODY_WORDS)))
        yield f"{dice.choice(WORDS)} {number}", body


def percentiles(seconds: list[float]) -> dict[str, float | None]:
    """The median and the 99th of a hundred, in milliseconds; None of nothing."""
    if not seconds:
        return {"p50": None, "p99": None}
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)

    return {"p50": at(0.5), "p99": at(0.99)}


class Cost:
    """What a process used between two looks."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.began = time.perf_counter()
        self.cpu_s = self._cpu_s()

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def busy_s(self) -> float:
        """Seconds of one core since the first look."""
        return self._cpu_s() - self.cpu_s

    def cores(self) -> float:
        """Cores that were busy since the first look."""
        return round(self.busy_s() / (time.perf_counter() - self.began), 3)

    def mb(self) -> float:
        """Memory now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)


async def on_schedule(
    begin: float, seconds: float, every_s: float, offset_s: float, do: Callable[[float], Awaitable[None]]
) -> None:
    """
    Call ``do`` with the time at which it was due, at fixed times whatever the calls take: who waits for an
    answer before asking again does not see the queue.
    """
    due = begin + offset_s
    while due < begin + seconds:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await do(due)
        due += every_s
