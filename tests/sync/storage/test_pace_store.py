from __future__ import annotations

import pytest

from sync.server.limiter import Limiter, Pace
from sync.storage.pace_store import PaceStore
from tests.support.postgres import opened_store

PACE = Pace(burst=3, per_second=0.5)


@pytest.fixture
def paces(tmp_path):
    store = opened_store(tmp_path)
    yield PaceStore(store)
    store.close()


def test_a_bucket_is_counted_as_one_in_memory_is(paces):
    memory, now_ms = Limiter(PACE), 1_000
    for step in (0, 0, 0, 0, 500, 1_500, 0, 10_000, 0, 0, 0, 0, 1_990, 10, 0):
        now_ms += step
        assert paces.take("a", *PACE, now_ms) == memory.take("a", now_ms), now_ms


def test_buckets_do_not_know_each_other_and_give_back_what_counted_for_nothing(paces):
    for _ in range(3):
        assert paces.take("a", *PACE, 0) == 0
    assert paces.take("a", *PACE, 0) == 2_000
    assert paces.take("b", *PACE, 0) == 0
    paces.give_back("a", *PACE, 0)
    assert paces.take("a", *PACE, 0) == 0
    for _ in range(9):
        paces.give_back("b", *PACE, 0)
    assert [paces.take("b", *PACE, 0) for _ in range(4)] == [0, 0, 0, 2_000]


def test_a_clock_that_goes_back_gives_nothing(paces):
    for _ in range(3):
        paces.take("a", *PACE, 10_000)
    assert paces.take("a", *PACE, 5_000) > 0


def test_what_is_full_again_is_forgotten(paces):
    paces.take("old", *PACE, 1)
    paces.take("new", *PACE, 100)
    paces.prune(50)
    assert paces._db.all("SELECT key FROM paces") == [("new",)]
