from __future__ import annotations

import json
import queue
import threading

import pytest

from sync.server.bus import (
    HEADS_EACH,
    PAYLOAD_LENGTH_MAX,
    LocalBus,
    PostgresBus,
    announce,
    heads_said,
    understood,
)
from sync.storage.postgres_store import PostgresDatabase
from sync.storage.postgres_telling import Speaking
from tests.support.frames import STREAM
from tests.support.postgres import cluster

WAIT_S = 20.0


class Ears:
    """Remembers what is heard; called on the bus's thread, as a loop without one."""

    def __init__(self):
        self.heard = queue.Queue()

    def heard_heads(self, heads):
        self.heard.put(("heads", dict(heads)))

    def heard_roles(self, account):
        self.heard.put(("roles", account))

    def heard_sign_ins(self, account):
        self.heard.put(("sign_ins", account))

    def heard_notebook(self, notebook):
        self.heard.put(("notebook", notebook))

    def heard_epoch(self, stream):
        self.heard.put(("epoch", stream))

    def heard_fact(self, key):
        self.heard.put(("fact", key))

    def heard_presence(self, frame):
        self.heard.put(("presence", frame))

    def missed(self):
        self.heard.put(("missed", None))

    def next(self):
        return self.heard.get(timeout=WAIT_S)


@pytest.fixture
def address():
    made = cluster().tables()
    PostgresDatabase.open(made, "setup").close()
    yield made
    cluster().give_back(made)


@pytest.fixture
def buses(address):
    """Two processes on one database, both listening."""
    found = []
    for name in ("one", "two"):
        bus, ears = PostgresBus(address, name), Ears()
        bus.start(ears, lambda told: told())
        assert ears.next() == ("missed", None)
        found.append((bus, ears))
    yield found
    for bus, _ in found:
        bus.stop()


def test_what_is_told_is_heard_by_the_other_and_not_by_oneself(buses):
    (one, mine), (two, theirs) = buses
    one.wake({STREAM: 3})
    assert theirs.next() == ("heads", {STREAM: 3})
    two.present(b"\0frame")
    assert mine.next() == ("presence", b"\0frame")
    assert theirs.heard.empty()
    assert mine.heard.empty()


def test_of_a_stream_that_grows_fast_only_the_latest_head_is_told_in_the_end(buses):
    (one, _), (_, theirs) = buses
    for head in range(1, 500):
        one.wake({STREAM: head})
    told = 0
    while theirs.next() != ("heads", {STREAM: 499}):
        told += 1
    assert told < 498  # while one is on its way, the others wait together
    assert theirs.heard.empty()


def test_a_head_told_late_is_no_older_one(address):
    bus = PostgresBus(address, "one")
    bus.wake({STREAM: 5})
    bus.wake({STREAM: 4})
    ears, other = Ears(), PostgresBus(address, "two")
    other.start(ears, lambda told: told())
    assert ears.next() == ("missed", None)
    bus.start(Ears(), lambda told: None)
    assert ears.next() == ("heads", {STREAM: 5})
    for one in (bus, other):
        one.stop()


def test_a_program_that_ends_at_once_is_heard(buses, address):
    (_, mine), (_, theirs) = buses
    announce(address, "command", {STREAM: 9})
    assert mine.next() == theirs.next() == ("heads", {STREAM: 9})
    announce("postgresql://nobody@127.0.0.1:1/", "command", {})  # there is nothing to tell


def test_after_a_cut_everything_is_looked_at_again_and_heads_are_told_late(buses, expect_log):
    expect_log("not told|heard no more")
    (one, mine), (_, theirs) = buses
    one.wake({STREAM: 1})
    assert theirs.next() == ("heads", {STREAM: 1})
    with cluster().connection() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'commonplace-server'"
        )
    assert mine.next() == theirs.next() == ("missed", None)
    one.wake({STREAM: 2})
    assert theirs.next() == ("heads", {STREAM: 2})
    assert one.hears


def test_without_a_database_it_goes_on_trying_and_ends_when_told_to(expect_log):
    expect_log("cannot be heard")
    expect_log("not told")
    bus = PostgresBus("postgresql://nobody@127.0.0.1:1/nothing", "one")
    bus.wake({STREAM: 1})
    bus.start(Ears(), lambda told: told())
    assert not bus.hears
    bus.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bus-")]


def test_many_heads_fit_into_payloads():
    heads = {f"{'n' * 22}/{number:09d}": 2**53 - number for number in range(1_000)}
    said = heads_said("p" * 22, heads)
    assert len(said) == -(-1_000 // HEADS_EACH)
    assert all(len(payload.encode()) <= PAYLOAD_LENGTH_MAX for payload in said)
    found = {}
    for payload in said:
        found.update(json.loads(payload.split(" ", 2)[2]))
    assert found == heads


@pytest.mark.parametrize(
    "payload", ["", "heads", "news one x", "heads me {}", "heads x [1]", "presence x %%", "roles me a"]
)
def test_what_makes_no_sense_or_is_ones_own_is_ignored(payload):
    assert understood(payload, "me", Ears()) is None


def test_a_process_alone_has_nobody_to_tell():
    bus = LocalBus()
    bus.start(Ears(), lambda told: told())
    bus.wake({STREAM: 1})
    bus.present(b"x")
    assert bus.hears
    bus.stop()


def test_a_stranger_on_the_channel_breaks_nothing(buses, address):
    _, (_, theirs) = buses
    speaking = Speaking(address, "stranger")
    speaking.say(["heads x {broken", "presence x %%", "unknown x y", "heads x [1]"])
    speaking.say([f"roles stranger {'a' * 22}"])
    speaking.close()
    assert theirs.next() == ("roles", "a" * 22)
