"""A real library in a temporary folder, as one command has it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from app.library import Library
from crdt import Clock
from sync.client.ticker import Ticker
from sync.storage.client_store import ClientStore

T = TypeVar("T")

NOW_MS = 1_763_000_000_000


@contextmanager
def library_in(
    folder: Path, *, now_ms: Callable[[], int] = lambda: NOW_MS, client: Any = None
) -> Iterator[Library]:
    """Open the library of a folder, close it afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    store = ClientStore.open(folder / "library.sqlite3")
    try:
        yield Library(store, client, Ticker(Clock(store.rid, store.clock_high_water()), now_ms))
    finally:
        store.close()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise AssertionError("it waits")
