"""
One measurement in a process of its own: ``_crdt_worker.py LIBRARY JOB TRACE`` prints a JSON object.

``{"median_us", "bytes", "peak_mb"}``; what a job does not measure is null. Run with the folder of the build
to measure first on the path. Fails when the text at the end is not the trace's.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

from tests.bench._crdt_libraries import LIBRARIES, Ours
from tests.bench._crdt_traces import Trace, deliver, growth_patches, load_trace


def timed(act: Callable[[], object]) -> float:
    """Seconds that one call takes, with no collection of garbage in between."""
    gc.collect()
    gc.disable()
    begun = perf_counter()
    act()
    spent = perf_counter() - begun
    gc.enable()
    return spent


def all_edits(library, patches) -> None:
    edit = library.edit
    for position, deleted, inserted in patches:
        edit(position, deleted, inserted)


def all_sent(library, patches) -> list[bytes]:
    edit = library.edit_and_encode
    return [edit(position, deleted, inserted) for position, deleted, inserted in patches]


def local(make, trace: Trace, patches) -> dict:
    library = make()
    spent = timed(lambda: all_edits(library, patches))
    trace.check(library.content())
    return {"median_us": spent / len(patches) * 1e6}


def local_encode(make, trace: Trace, patches) -> dict:
    library, sent = make(), []
    spent = timed(lambda: sent.extend(all_sent(library, patches)))
    trace.check(library.content())
    return {"median_us": spent / len(patches) * 1e6, "bytes": sum(map(len, sent)) / len(sent)}


def remote(make, trace: Trace, patches, is_watched: bool = False) -> dict:
    writer, library = make(), make(2)
    sent, author = all_sent(writer, patches), writer.rid
    if is_watched:
        library.watch()

    def act() -> None:
        for one in sent:
            library.apply(one, author)

    spent = timed(act)
    trace.check(library.content())
    return {"median_us": spent / len(sent) * 1e6}


def history(make, trace: Trace, patches) -> dict:
    library, data = make(), []
    all_edits(library, patches)
    spent = timed(lambda: data.append(library.save()))
    return {"median_us": spent * 1e6, "bytes": len(data[0])}


def load(make, trace: Trace, patches, how: str) -> dict:
    library = make()
    all_edits(library, patches)
    data, found = library.save(), []
    fresh = make(3)
    spent = timed(lambda: found.append(getattr(fresh, how)(data)))
    trace.check(found[0])
    return {"median_us": spent * 1e6}


def concurrent(make, trace: Trace, patches) -> dict:
    sent = trace.play_concurrently(make)
    library = make(99)

    def act() -> None:
        for one, author in sent:
            library.apply(one, author)

    spent = timed(act)
    trace.check(library.content())
    return {"median_us": spent / len(sent) * 1e6, "bytes": sum(len(one) for one, _ in sent) / len(sent)}


def orders(make, trace: Trace, patches) -> dict:
    """Ours ends in the same text and the same bytes in every order of delivery; nothing is timed."""
    sent = trace.play_concurrently(make)
    states = set()
    for random in (None, *[Random(seed) for seed in range(5)]):
        library = make(99)
        deliver(library, sent, random)
        trace.check(library.content())
        states.add(library.save())
    if len(states) > 1:
        raise SystemExit(f"{trace.name}: the order of delivery changed the state")
    return {"median_us": 0.0}


def growth(name: str, size: int) -> dict:
    """One job of the growth table at one size, for our own text."""
    return {"median_us": timed(growth_patches(Ours, name, size)) * 1e6}


JOBS = {
    "local": local,
    "local+encode": local_encode,
    "remote": remote,
    "remote+changes": lambda make, trace, patches: remote(make, trace, patches, True),
    "history": history,
    "read": lambda make, trace, patches: load(make, trace, patches, "read"),
    "load": lambda make, trace, patches: load(make, trace, patches, "load"),
    "concurrent": concurrent,
    "orders": orders,
}


def peak_mb() -> float:
    """The most memory that this process ever held, in megabytes; what it was forked from does not count."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def main() -> None:
    """Measure what the arguments name and print it."""
    library, job, name = sys.argv[1:4]
    if job.startswith("growth:"):
        found = growth(job.removeprefix("growth:"), int(name))
    else:
        trace = load_trace(name)
        patches = trace.patches if library != "pycrdt" else trace.in_bytes()
        found = JOBS[job](LIBRARIES[library], trace, patches)
    print(json.dumps({"median_us": None, "bytes": None, "peak_mb": peak_mb()} | found))


if __name__ == "__main__":
    main()
