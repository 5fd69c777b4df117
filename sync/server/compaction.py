"""
Compaction: the old end of each log gives way to the states that hold it, a little at a time.

What it is not: SQL (log_store.py) or a timer (service.py). On the store's thread, in steps, so that whoever
writes waits for one step at most. The two laws, which the tests hold it to:

1. What the log folds to is the same before and after, for every document.
2. What a cursor at the new floor or later receives is the same before and after, whoever asks: rows keep
   their seq, replica and n. A cursor before the floor is sent states.

Source: README, "Compaction".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sync.server.core import Core
from sync.storage.log_store import LogStore
from sync.storage.server_store import StreamRow

KEEP_MS: Final = 30 * 24 * 3_600_000
KEEP_DELTAS: Final = 10_000
"""A delta stays while it is younger than KEEP_MS or among the last KEEP_DELTAS of its stream."""

STATES_A_STEP: Final = 32
ROWS_A_STEP: Final = 2_000
"""What one step does at most: some ten milliseconds."""


@dataclass(slots=True)
class Compacted:
    """What was done so far."""

    streams: int = 0
    """Logs that became shorter."""
    deltas_removed: int = 0
    bytes_removed: int = 0
    states_written: int = 0


def compact(
    core: Core,
    now_ms: int,
    done: Compacted,
    *,
    keep_ms: int = KEEP_MS,
    keep_deltas: int = KEEP_DELTAS,
) -> Iterator[None]:
    """
    Cut every log; each step of the iterator is short, and others may write between any two.

    Args:
        core: Streams and documents.
        now_ms: The time.
        done: Counts what is done.
        keep_ms: How old a delta must be to go.
        keep_deltas: How many of the newest of each stream stay whatever their age.

    Raises:
        StoreUnavailable: The store failed; what was done until then is whole.
    """
    log = LogStore(core.store)
    for stream in core.store.streams():
        old = log.accepted_before(stream.key, stream.head, now_ms - keep_ms + 1)
        floor = max(stream.floor, min(stream.head - keep_deltas, old))
        if floor > stream.floor:
            yield from _write_states(core, log, stream, floor, done)
            log.raise_floor(stream.key, floor)
            core.forget_streams()
            yield
        shorter = False
        while True:
            removed, size = log.cut(stream.key, floor, limit=ROWS_A_STEP)
            shorter = shorter or removed > 0
            done.deltas_removed += removed
            done.bytes_removed += size
            yield
            if removed < ROWS_A_STEP:
                break
        done.streams += shorter


def _write_states(
    core: Core, log: LogStore, stream: StreamRow, floor: int, done: Compacted
) -> Iterator[None]:
    """Write the states of all documents of which a delta up to the floor is in the log alone."""
    while lagging := log.lagging(stream.key, stream.floor, floor, limit=STATES_A_STEP):
        core.documents.write(lagging)
        core.documents.trim()
        done.states_written += len(lagging)
        yield
