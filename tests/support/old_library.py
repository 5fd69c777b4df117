"""
A library of the first data model that belongs to an account, some of it unsent, and its client.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from crdt import Clock
from sync.client.session import Client
from sync.client.ticker import Ticker
from sync.model import v1
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.support.library import named

EMAIL, PASSWORD = "ana@example.org", "correct horse battery"
NOTES = 5


class Seat:
    """One library in use, until it is closed or killed."""

    def __init__(self, folder: Path, newest: str = "2.0", *, driven: bool = False) -> None:
        self.store = ClientStore.open(folder / "library.sqlite3", newest=newest)
        self.ticker = Ticker(
            Clock(self.store.rid, self.store.clock_high_water()), lambda: time.time_ns() // 1_000_000
        )
        self.client = Client(self.store, self.ticker, newest=newest, driven=driven)

    def new(self, number: int) -> None:
        note, delta = v1.new_note(self.store.rid, self.ticker.stamp(), title=f"{number}", created_ms=1)
        typed = note.edit(self.ticker.stamp(), lambda edit: edit.text(("body",)).insert(0, f"text {number}"))
        stream = f"{self.store.personal()}/notes"
        self.client.submit([LocalChange(stream, named(number, "n"), one) for one in (delta, typed)])

    def bodies(self) -> dict[str, str]:
        """What every note says."""
        names = [name for row in self.store.streams() for name in self.store.document_ids(row.id)]
        return {name: self.store.document(name, 5).text(("body",)).text() for name in names}


def prepared(folder: Path, url: str) -> Seat:
    """An old library of an account, some of it unsent."""
    folder.mkdir()
    seat = Seat(folder, "1.0")
    seat.store.add_notebook(named(1, "b"), "Personal")
    seat.store.set_personal(named(1, "b"))

    async def begin() -> None:
        for number in range(NOTES - 1):
            seat.new(number)
        await seat.client.sign_in(url, EMAIL, PASSWORD, sign_up_name="Ana")
        await seat.client.start()
        assert await seat.client.drained(20)
        await seat.client.stop()

    asyncio.run(begin())
    seat.new(NOTES - 1)
    return seat
