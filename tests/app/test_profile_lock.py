"""One program at a time, across real processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.profile_lock import Held, ProfileLock

HOLD = """
import sys
from pathlib import Path
from app.profile_lock import ProfileLock
lock = ProfileLock(Path(sys.argv[1]))
lock.take(sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock; `holder("window")` starts it."""
    started = []

    def start(who):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path / "lock"), who],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_lock_that_is_held_says_by_whom(holder, tmp_path):
    holder("window")
    with pytest.raises(Held) as caught:
        ProfileLock(tmp_path / "lock").take("command")
    assert caught.value.by == "window"


def test_a_window_is_not_waited_for(holder, tmp_path):
    holder("window")
    with pytest.raises(Held):
        ProfileLock(tmp_path / "lock").take_within("command", 3_600)


def test_a_command_is_waited_for_until_it_is_done(holder, tmp_path):
    process = holder("command")
    with ProfileLock(tmp_path / "lock") as lock:
        with pytest.raises(Held) as caught:
            lock.take_within("command", 0.1)
        assert caught.value.by == "command"
        lock.take_within("command", 20, until=lambda: process.stdin.write("\n") and process.stdin.flush())


def test_a_process_that_is_killed_lets_go(holder, tmp_path):
    process = holder("command")
    process.kill()
    process.wait()
    with ProfileLock(tmp_path / "lock") as lock:
        lock.take_within("window", 20)
        assert (tmp_path / "lock").read_text().startswith("window ")


def test_the_end_of_the_block_lets_go(tmp_path):
    with ProfileLock(tmp_path / "lock") as lock:
        lock.take("command")
        with pytest.raises(Held):
            ProfileLock(tmp_path / "lock").take("window")
    other = ProfileLock(tmp_path / "lock")
    other.take("window")
    other.release()
    other.release()


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        ProfileLock(tmp_path / "missing" / "lock").take("command")
