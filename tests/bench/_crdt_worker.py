"""
One step of the bench in a process of its own: ``main LIBRARY STEP SUBJECT SCRATCH`` prints a JSON list.

A step measures one job or several that share their set-up: ``{"job", "median_us", "bytes", "peak_mb"}`` each.
Times are processor time, which others on the machine do not lengthen, without garbage collections. ``write``
and ``send`` leave in the folder SCRATCH what the other steps begin with. A text that is not the trace's in
the end is an error. Run with the folder of the build to measure first on the path.
"""

from __future__ import annotations

import gc
import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import process_time

from tests.bench._crdt_growth import growth_job
from tests.bench._crdt_libraries import LIBRARIES
from tests.bench._crdt_traces import BrokenPromise, Trace, deliver, load_trace

BURST_KEYS = 50
"""Keystrokes of an edit group in the history that is asked questions: people pause."""


def timed(act: Callable[[], object]) -> float:
    """Microseconds of the processor that one call takes."""
    gc.collect()
    gc.disable()
    begun = process_time()
    act()
    spent = process_time() - begun
    gc.enable()
    return spent * 1e6


def row(job: str, median_us: float, size: float | None = None) -> dict:
    """What one job came to; the peak is that of the process so far."""
    return {"job": job, "median_us": median_us, "bytes": size, "peak_mb": peak_mb()}


def peak_mb() -> float:
    """The most memory that this process ever held, in megabytes; what it was forked from does not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


class Steps:
    """The steps on one trace with one library."""

    def __init__(self, library: str, trace: Trace, scratch: Path) -> None:
        self.make, self.trace = LIBRARIES[library], trace
        self.counts_bytes = library == "pycrdt"
        self.saved, self.sent = scratch / "saved", scratch / "sent"

    def patches(self) -> list:
        """The keystrokes in the library's unit."""
        return self.trace.in_bytes() if self.counts_bytes else self.trace.patches

    def write(self) -> list[dict]:
        """Replay locally, then save the whole history."""
        library, patches, data = self.make(), self.patches(), []

        def act() -> None:
            edit = library.edit
            for position, deleted, inserted in patches:
                edit(position, deleted, inserted)

        spent = timed(act)
        self.trace.check(library.content())
        found = [row("local", spent / len(patches))]
        spent = timed(lambda: data.append(library.save()))
        self.saved.write_bytes(data[0])
        return [*found, row("save history", spent, len(data[0]))]

    def send(self) -> list[dict]:
        """Replay locally, each keystroke as the bytes that go to others."""
        library, patches, sent = self.make(), self.patches(), []

        def act() -> None:
            edit = library.edit_and_encode
            for position, deleted, inserted in patches:
                sent.append(edit(position, deleted, inserted))

        spent = timed(act)
        self.trace.check(library.content())
        self.sent.write_bytes(pickle.dumps(sent))
        return [row("local+encode", spent / len(patches), sum(map(len, sent)) / len(sent))]

    def remote(self, job: str = "remote", watched: bool = False) -> list[dict]:
        """Apply each keystroke at another replica, which may be watched for what changes."""
        library, sent = self.make(99), pickle.loads(self.sent.read_bytes())
        if watched:
            library.watch()

        def act() -> None:
            apply = library.apply
            for one in sent:
                apply(one)

        spent = timed(act)
        self.trace.check(library.content())
        return [row(job, spent / len(sent))]

    def watched(self) -> list[dict]:
        return self.remote("remote+changes", True)

    def read(self) -> list[dict]:
        """From the saved bytes to the text, for reading alone."""
        library, data, found = self.make(3), self.saved.read_bytes(), []
        spent = timed(lambda: found.append(library.read(data)))
        self.trace.check(found[0])
        return [row("read", spent)]

    def load(self) -> list[dict]:
        """From the saved bytes to the first letter typed."""
        library, data = self.make(3), self.saved.read_bytes()
        spent = timed(lambda: library.load(data))
        if library.content() != "x" + self.trace.end:
            raise BrokenPromise(f"{self.trace.name}: what was loaded is not the trace's endContent")
        return [row("load", spent)]

    def concurrent(self) -> list[dict]:
        """Apply everybody's keystrokes at one replica, in the order of the log."""
        if not self.sent.exists():
            sent = self.trace.play_concurrently(self.make, self.counts_bytes)
            self.sent.write_bytes(pickle.dumps(sent))
        library, sent = self.make(99), [one for one, _ in pickle.loads(self.sent.read_bytes())]

        def act() -> None:
            apply = library.apply
            for one in sent:
                apply(one)

        spent = timed(act)
        self.trace.check(library.content())
        return [row("concurrent", spent / len(sent), sum(map(len, sent)) / len(sent))]

    def orders(self) -> list[dict]:
        """End in the same text and the same bytes in other orders of delivery; nothing is timed."""
        sent = pickle.loads(self.sent.read_bytes())
        states = set()
        for random in (None, *[Random(seed) for seed in range(5)]):
            library = self.make(99)
            deliver(library, sent, random)
            self.trace.check(library.content())
            states.add(library.save())
        if len(states) > 1:
            raise BrokenPromise(f"{self.trace.name}: the order of delivery changed the state")
        return []

    def questions(self) -> list[dict]:
        """What a history answers, once it was written in bursts: at half, and between half and the end."""
        from crdt.history import versions

        library = self.make()
        text = library.text
        for number, patch in enumerate(self.trace.patches):
            if number % BURST_KEYS == 0:
                text.new_group()
            library.edit(*patch)
        everything = versions(text._replicas)
        half, end = everything[len(everything) // 2][1], text.version()
        return [
            row("document at a version", timed(lambda: text.at(half).blocks())),
            row("versions by burst", timed(lambda: versions(text._replicas))),
            row("authors", timed(text.authors)),
            row("difference", timed(lambda: text.difference(half, end))),
        ]


def main() -> None:
    """Measure what the arguments name and print it."""
    library, step, subject, scratch = sys.argv[1:5]
    try:
        if step.startswith("growth:"):
            found = [row(step, timed(growth_job(step.removeprefix("growth:"), int(subject))))]
        else:
            found = getattr(Steps(library, load_trace(subject), Path(scratch)), step)()
    except BrokenPromise as broken:
        sys.exit(str(broken))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
