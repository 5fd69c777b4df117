"""
A kill between any two commits of an upgrade leaves a library that opens, with nothing lost, and that goes on.

A real server and real stores; the kill is an exception at a commit that nothing catches, after which no store
writes any more and the files stay as a killed process leaves them.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from contextlib import contextmanager, suppress

import pytest

from sync.errors import UpgradeStopped
from sync.storage import profile_file
from tests.support.old_library import NOTES, Seat, prepared
from tests.support.whole_window import served

COMMITS_MAX = 200
STEP = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 4


class Killed(BaseException):
    """The process is no more."""


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


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # whoever is killed closes nothing
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
        gc.collect()  # what the killed left open goes here, and in no other test
