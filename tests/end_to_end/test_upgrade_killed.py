"""
A kill between any two commits of an upgrade leaves a library that opens, with nothing lost, and that goes on.

A real server and real stores; the kill is an exception at a commit that nothing catches, after which no store
writes any more and the files stay as a killed process leaves them.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from crdt import Clock
from sync.client.session import Client
from sync.client.ticker import Ticker
from sync.errors import UpgradeStopped
from sync.model import v1
from sync.storage import profile_file
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.support.library import named
from tests.support.whole_window import served

EMAIL, PASSWORD = "ana@example.org", "correct horse battery"
NOTES, COMMITS_MAX = 5, 200
STEP = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 4


class Killed(BaseException):
    """The process is no more."""


class Seat:
    """One library in use, until it is closed or killed."""

    def __init__(self, folder: Path, newest: str = "2.0") -> None:
        self.store = ClientStore.open(folder / "library.sqlite3", newest=newest)
        self.ticker = Ticker(
            Clock(self.store.rid, self.store.clock_high_water()), lambda: time.time_ns() // 1_000_000
        )
        self.client = Client(self.store, self.ticker, newest=newest)

    def new(self, number: int) -> None:
        note, delta = v1.new_note(self.store.rid, self.ticker.stamp(), title=f"{number}", created_ms=1)
        typed = note.edit(self.ticker.stamp(), lambda edit: edit.text(("body",)).insert(0, f"text {number}"))
        stream = f"{self.store.personal()}/notes"
        self.client.submit([LocalChange(stream, named(number, "n"), one) for one in (delta, typed)])

    def bodies(self) -> dict[str, str]:
        """What every note says."""
        names = [name for row in self.store.streams() for name in self.store.document_ids(row.id)]
        return {name: self.store.document(name, 5).text(("body",)).text() for name in names}


async def upgraded(seat: Seat) -> None:
    """Start, upgrade unless it has been done, and send what is left."""
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    await seat.client.start()
    with suppress(UpgradeStopped):  # there is no need any more
        await seat.client.upgrade().run()
    assert seat.store.model == "2.0"
    assert await seat.client.drained(20)
    await seat.client.stop()


async def until_killed(seat: Seat, commits: list[int], at: int) -> bool:
    """Whether the upgrade came to its end before the kill."""
    task = asyncio.ensure_future(upgraded(seat))
    while not task.done() and commits[0] < at:
        await asyncio.sleep(0.005)
    if commits[0] >= at:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return False
    await task
    return True


@contextmanager
def killing(monkeypatch, at: int):
    """Kill behind commit number `at`; yields the count of commits."""
    count, real = [0], profile_file.transaction

    @contextmanager
    def transaction(db):
        if count[0] >= at:
            raise Killed
        with real(db) as connection:
            yield connection
        count[0] += 1
        if count[0] >= at:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(profile_file, "transaction", transaction)
        yield count


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


def test_a_kill_behind_any_commit_loses_nothing_and_the_upgrade_goes_on(tmp_path, monkeypatch):
    with served(tmp_path / "server", data_model="1.0") as server:
        seat = prepared(tmp_path / "old", server.url)
        expected = seat.bodies()
        assert len(expected) == NOTES
        seat.store.close()
        server.administer("migrate run", to="2.0")
        at, ended = 1, False
        while not ended:
            assert at < COMMITS_MAX
            folder = tmp_path / f"round {at}"
            shutil.copytree(tmp_path / "old", folder)
            seat = Seat(folder)
            with killing(monkeypatch, at) as commits, suppress(Killed):
                ended = asyncio.run(until_killed(seat, commits, at))
            seat.store._db.close()
            again = Seat(folder)
            assert again.bodies() == expected
            asyncio.run(upgraded(again))
            assert again.bodies() == expected
            assert again.store.quarantine_count() == 0
            again.store.close()
            shutil.rmtree(folder)
            at += STEP
        assert at > 12
