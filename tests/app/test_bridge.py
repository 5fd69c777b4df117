"""The crossing between the two threads keeps its order, its patience and its manners at the end."""

import threading
import time

import pytest

from app.bridge import Bridge
from app.engine_room import Changes
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for

pytestmark = pytest.mark.usefixtures("qt_app")


class FakeLibrary:
    """Says what was done, in order."""

    def __init__(self):
        self.log = []


class FakeRoom:
    """An engine's side that stores into a list and can refuse to."""

    opening = "open"

    def __init__(self, outlets, tmp_path):
        self.outlets = outlets
        self.library = FakeLibrary()
        self.refusals = 0
        self.commits = []
        self.path = tmp_path
        self.thread = threading.get_ident()
        self.ended = []

    async def start(self):
        self.ended.append("started")

    def submit(self, changes):
        assert threading.get_ident() == self.thread
        if self.refusals:
            self.refusals -= 1
            raise StoreUnavailable(self.path, "no_space")
        self.commits.append(list(changes))
        self.library.log += changes

    def project(self):
        return Changes([], False, False)

    async def drain(self, seconds):
        self.ended.append(f"drained {seconds:.0f}")

    async def close(self):
        self.ended.append("closed")
        return 7


@pytest.fixture
def rooms():
    return []


@pytest.fixture
def bridge(rooms, tmp_path, monkeypatch):
    monkeypatch.setattr("app.bridge.RETRY_SECONDS", 0.02)

    def make(outlets):
        rooms.append(FakeRoom(outlets, tmp_path))
        return rooms[0]

    made = Bridge(make)
    opened = []
    made.opened.connect(opened.append)
    made.start()
    wait_for(lambda: opened)
    yield made
    made.stop(0)
    assert made.join()


def finish(bridge: Bridge) -> list[int]:
    unsent = []
    bridge.stopped.connect(unsent.append)
    bridge.stop(1)
    wait_for(lambda: unsent)
    assert bridge.join()
    return unsent


def test_what_is_submitted_first_is_there_for_what_is_called_after(bridge, rooms):
    seen = []
    for number in range(50):
        bridge.submit(number)
        bridge.call(lambda library: list(library.log), seen.append)
    wait_for(lambda: len(seen) == 50)
    assert [len(log) for log in seen] == list(range(1, 51))


def test_a_burst_of_keys_shares_commits_and_loses_none(bridge, rooms):
    busy = threading.Event()
    bridge.call(lambda library: busy.wait(5))
    for number in range(200):
        bridge.submit(number)
    busy.set()
    wait_for(lambda: len(rooms[0].library.log) == 200)
    assert rooms[0].library.log == list(range(200))
    assert len(rooms[0].commits) < 5


def test_a_refusing_disk_keeps_changes_in_order_until_it_takes_them(bridge, rooms, expect_log):
    expect_log("wait to be stored")
    failures, recoveries, seen = [], [], []
    bridge.saving_failed.connect(failures.append)
    bridge.saving_recovered.connect(lambda: recoveries.append(bridge.saving))
    rooms[0].refusals = 3
    bridge.submit("a")
    wait_for(lambda: failures)
    assert not bridge.saving
    bridge.submit("b")
    bridge.call(lambda library: list(library.log), seen.append)
    wait_for(lambda: seen)
    assert seen == [["a", "b"]]
    wait_for(lambda: recoveries)
    assert recoveries == [True]
    assert failures[0].reason == "no_space"


def test_an_error_of_the_world_reaches_whoever_asked(bridge, tmp_path):
    errors = []

    def work(library):
        raise StoreUnavailable(tmp_path, "missing")

    bridge.call(work, None, errors.append)
    wait_for(lambda: errors)
    assert errors[0].reason == "missing"


def test_an_error_that_nobody_waits_for_is_logged(bridge, tmp_path, expect_log):
    expect_log("nobody waits for this failure")
    done = []

    def work(library):
        raise StoreUnavailable(tmp_path, "missing")

    bridge.call(work)
    bridge.call(lambda library: None, lambda _: done.append(1))
    wait_for(lambda: done)


def test_a_bug_on_the_engine_thread_is_reported_and_the_thread_lives_on(rooms, tmp_path):
    bugs, done = [], []
    made = Bridge(lambda outlets: FakeRoom(outlets, tmp_path))
    made.start(bugs.append)

    def bug(library):
        raise AssertionError("ours")

    async def late_bug():
        raise AssertionError("ours, later")

    made.call(bug)
    made.call(lambda library: late_bug())
    made.call(lambda library: 1, done.append)
    wait_for(lambda: done and len(bugs) == 2)
    assert finish(made) == [7]


def test_a_cancelled_call_answers_nobody(bridge):
    answers, done = [], []
    hold = threading.Event()
    bridge.call(lambda library: hold.wait(5))
    call = bridge.call(lambda library: 1, answers.append)
    call.cancel()
    hold.set()
    bridge.call(lambda library: 2, done.append)
    wait_for(lambda: done)
    assert answers == []


def test_an_awaited_answer_comes_back_too(bridge):
    answers = []

    async def later():
        return 5

    bridge.call(lambda library: later(), answers.append)
    wait_for(lambda: answers)
    assert answers == [5]


def test_draining_many_news_leaves_room_for_the_window(bridge, rooms, qt_app):
    """No turn of the event loop delivers for much longer than DRAIN_MS."""
    turns, seen = [], []

    def slow(document, deltas):
        time.sleep(0.001)
        seen.append(document)

    bridge.remote_deltas.connect(slow)
    for number in range(60):
        bridge.call(lambda library, n=number: rooms[0].outlets.remote(str(n), []))
    while len(seen) < 60:
        before = len(seen)
        qt_app.processEvents()
        if len(seen) > before:
            turns.append(len(seen) - before)
    assert seen == [str(n) for n in range(60)]
    assert max(turns) < 60


def test_both_sides_assert_their_thread(bridge):
    caught = []

    def wrong():
        try:
            bridge.submit("x")
        except AssertionError as error:
            caught.append(str(error))

    thread = threading.Thread(target=wrong)
    thread.start()
    thread.join()
    assert caught == ["the GUI thread's side of the bridge"]
    with pytest.raises(AssertionError, match="engine thread"):
        bridge.post(print)


def test_the_end_stores_what_was_submitted_drains_and_closes_in_order(bridge, rooms):
    hold = threading.Event()
    bridge.call(lambda library: hold.wait(5))
    bridge.submit("last words")
    bridge.stop(3)
    hold.set()
    assert bridge.join()
    assert rooms[0].library.log == ["last words"]
    assert rooms[0].ended == ["started", "drained 3", "closed"]
    with pytest.raises(AssertionError, match="after the end"):
        bridge.submit("too late")


def test_the_end_is_told_with_what_is_still_unsent(bridge):
    assert finish(bridge) == [7]


def test_a_library_that_does_not_open_is_told_and_the_thread_ends(tmp_path, expect_log):
    expect_log("cannot be opened")
    failures, ends = [], []

    def make(outlets):
        raise StoreUnavailable(tmp_path, "damaged")

    made = Bridge(make)
    made.open_failed.connect(failures.append)
    made.stopped.connect(ends.append)
    made.start()
    wait_for(lambda: ends)
    assert failures[0].reason == "damaged"
    assert made.join()


def test_a_disk_that_refuses_to_the_very_end_is_told_in_the_log(bridge, rooms, expect_log, monkeypatch):
    expect_log("wait to be stored")
    expect_log("1 changes could not be stored")
    rooms[0].refusals = 10_000
    bridge.submit("lost")
    bridge.stop(0)
    assert bridge.join()
    assert rooms[0].ended[-1] == "closed"
