"""
What going to a newer data model costs: translating old edits, migrating a server, and how long writers wait.

    python3 packaging/dev.py bench models [--documents N] [--deltas N] [--rounds N] [--notes N] [--keys N]

Old deltas go through three lenses one after the other, as the server translates them on arrival. A server
with one stream of N notes is migrated in its steps while somebody pushes to that stream between two of them
now and then; a writer's wait is the longest step. A window upgrades a library of N notes while somebody
writes in it; keys of somebody who is behind are waited for in a window that is not (`_models_upgrade`).
Times are of the processor, and of the clock, which says more on a quiet machine; medians of the rounds.
0 of anything leaves its part out.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from crdt import Delta, Document
from sync.server import migration
from sync.server.outcome import Outcome
from tests.bench._models_upgrade import arriving, upgrading
from tests.support.core_world import CoreWorld
from tests.support.lens_world import LENSES
from tests.support.old_notes import edited
from tests.support.peer import Author

GOALS = {
    "translated_a_second": (1_000, "at least"),
    "migration_s": (60, "at most"),
    "wait_s": (2, "at most"),
    "upgrade_s": (20, "at most"),
    "upgrade_pause_s": (1, "at most"),
    "behind_key_s": (1, "at most"),
}

WORDS = "The quick brown fox jumps over the lazy dog. " * 6


def measured(call: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the processor and of the clock."""
    began, processor = time.perf_counter(), time.process_time()
    call()
    return time.process_time() - processor, time.perf_counter() - began


def translating(count: int, rounds: int) -> dict[str, float]:
    """How many old deltas a second go through three lenses and are applied."""
    author, chance = Author(model="1.0"), Random(1)
    note, first = author.note("n/notes", "Plan")
    pushed = [first]
    while len(pushed) < count:
        pushed += edited(author, "n/notes", note, chance)
    deltas = [Delta.decode(one.body) for one in pushed]
    chain = LENSES["three in a row"]

    def all_of_them() -> None:
        document = chain.state(Document(9))
        for delta in deltas:
            translated = chain.delta(document, delta)
            translated.encode()
            document.apply(translated)

    found = [measured(all_of_them) for _ in range(rounds)]
    return {
        "translated_a_second": round(count / median([processor for processor, _ in found])),
        "translated_a_second_by_the_clock": round(count / median([clock for _, clock in found])),
    }


def server_of(folder: Path, documents: int) -> tuple[CoreWorld, Any, Author, str]:
    """A server of model 1 with one stream of notes, their states written."""
    world = CoreWorld(folder, "1.0")
    account, author = world.account("ann"), Author(model="1.0")
    stream = account.personal + "/notes"
    for at in range(0, documents, 100):
        pushed = []
        for number in range(at, min(at + 100, documents)):
            note, made = author.note(stream, f"Note {number}")
            pushed += [made, author.type(stream, note, WORDS)]
            if number:
                del author.documents[note]
        world.push(account, author, stream, *pushed)
    world.opened.core.documents.save(everything=True)
    return world, account, author, stream


def migrating(folder: Path, documents: int) -> dict[str, float]:
    """How long a migration takes, and how long somebody who pushes waits at most."""
    world, account, author, stream = server_of(folder, documents)
    note = next(iter(author.documents))
    progress, waits = migration.Progress(), []
    steps = migration.migrate(world.opened, "2.0", world.now_ms, progress, Outcome())
    began, processor = time.perf_counter(), time.process_time()
    done = False
    while not done:
        waits.append(measured(lambda: next(steps, None)))
        done = world.opened.model.version == "2.0"
        if len(waits) % 20 == 0 or done:
            world.push(account, author, stream, author.type(stream, note, "x"))
    seconds, busy = time.perf_counter() - began, time.process_time() - processor
    assert not progress.failed, progress.failed
    world.close()
    return {
        "documents": documents,
        "migration_s": round(busy, 1),
        "migration_s_by_the_clock": round(seconds, 1),
        "wait_s": round(max(processor for processor, _ in waits), 2),
        "wait_s_by_the_clock": round(max(clock for _, clock in waits), 2),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--deltas", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--keys", type=int, default=40)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, float] = translating(options.deltas, options.rounds) if options.deltas else {}
    with tempfile.TemporaryDirectory(prefix="commonplace-bench-") as folder:
        if options.documents:
            found |= migrating(Path(folder), options.documents)
        if options.notes:
            found |= upgrading(Path(folder), options.notes)
        if options.keys:
            place = Path(folder) / "arriving"
            place.mkdir()
            found |= arriving(place, options.keys)
    for name, value in found.items():
        goal, how = GOALS.get(name, (None, ""))
        print(f"{name:34}{value:>12}" + (f"   {how} {goal}" if goal is not None else ""))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
