from __future__ import annotations

import itertools

import pytest

from sync.storage.log_store import LogStore
from sync.storage.server_store import Accepted, Position, StreamAppend
from tests.support.core_world import CoreWorld
from tests.support.worlds import world_of

AT_MS = [10, 20, 20, 30, 40]

world = world_of(CoreWorld)


@pytest.fixture
def stream(world):
    """A stream whose five deltas came at AT_MS."""
    key, epoch = (row := world.opened.store.stream(world.account("ann").personal + "/notes")).key, row.epoch
    for head, at_ms in enumerate(AT_MS):
        accepted = Accepted("D" * 22, 1, head + 1, "1.0", b"x" * (head + 1))
        world.opened.store.append(
            [StreamAppend(key, epoch, head, [accepted], {1: Position(head + 1, bytes(8))})], at_ms
        )
    return key


@pytest.mark.parametrize(("at_ms", "seq"), [(0, 0), (10, 0), (11, 1), (20, 1), (21, 3), (40, 4), (99, 5)])
def test_the_last_one_before_a_time_is_found(world, stream, at_ms, seq):
    assert LogStore(world.opened.store).accepted_before(stream, len(AT_MS), at_ms) == seq


def test_a_cut_takes_the_oldest_first_and_says_how_much(world, stream):
    log = LogStore(world.opened.store)
    assert log.cut(stream, 4, limit=3) == (3, 1 + 2 + 3)
    assert log.cut(stream, 4, limit=3) == (1, 4)
    assert log.cut(stream, 4, limit=3) == (0, 0)
    assert LogStore(world.opened.store).logged(stream) == 1
    assert LogStore(world.opened.store).logged(stream, after=5) == 0


def test_a_floor_only_rises(world, stream):
    log = LogStore(world.opened.store)
    for floor in (3, 2):
        log.raise_floor(stream, floor)
    assert [row.floor for row in world.opened.store.streams() if row.key == stream] == [3]


def test_documents_lag_until_their_state_is_written(world, stream):
    log = LogStore(world.opened.store)
    assert [row.id for row in log.lagging(stream, 0, 5, limit=9)] == ["D" * 22]
    assert log.lagging(stream, 5, 5, limit=9) == []


def test_beginning_again_changes_every_epoch_and_the_named_facts(world, stream):
    store = world.opened.store
    before = [row.epoch for row in store.streams()]
    store.set_meta("gone", "x")
    epochs = itertools.count(max(before) + 1)
    LogStore(store).begin_again(lambda: next(epochs), {"generation": "7", "gone": None})
    assert (store.meta("generation"), store.meta("gone")) == ("7", None)
    assert not set(before) & {row.epoch for row in store.streams()}
