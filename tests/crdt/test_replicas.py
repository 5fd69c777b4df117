"""The table of replicas: ids, edit groups, and which flip decides."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.check import check_replicas
from crdt.errors import LimitExceeded
from crdt.ops import RID_MAX
from crdt.replicas import WRITABLE_MAX, Flip, Replicas
from tests.support.builds import REFUSED, wrong_integers
from tests.support.effort import steps

seeds = st.integers(0, 2**32)


def test_replicas_are_small_integers_in_order_of_first_meeting():
    replicas = Replicas(70)
    assert [replicas.intern(rid) for rid in (9, 70, 30, 9)] == [1, 0, 2, 1]
    assert [replicas.find(rid) for rid in (70, 9, 30, 8)] == [0, 1, 2, -1]
    assert replicas.rids == [70, 9, 30]
    replicas.advance(1, 5)
    assert [replicas.end_of(rid) for rid in (70, 9, 8)] == [0, 5, 0]
    check_replicas(replicas)


@pytest.mark.parametrize("rid", [-1, RID_MAX + 1, *wrong_integers([True, "1", None, 1.0])])
def test_what_is_no_replica_id_is_refused(rid):
    with pytest.raises(REFUSED):
        Replicas(rid)
    assert Replicas(0).rids == [0]
    assert Replicas(RID_MAX).rids == [RID_MAX]


def test_groups_are_named_by_their_first_counter():
    replicas = Replicas(1)
    for start in (2, 5, 9):
        replicas.start_group(0, start, start * 10)
    replicas.advance(0, 12)
    assert [replicas.group_of(0, counter) for counter in (2, 4, 5, 8, 9, 11)] == [2, 2, 5, 5, 9, 9]
    assert [replicas.group_end(0, start) for start in (2, 5, 9)] == [5, 9, 12]
    assert [start for start in range(12) if replicas.has_group(0, start)] == [2, 5, 9]
    assert replicas.group_times[0] == [20, 50, 90]
    assert replicas.open
    check_replicas(replicas)


def test_only_a_group_of_the_holder_is_one_to_go_on_with():
    replicas = Replicas(1)
    other = replicas.intern(2)
    replicas.start_group(other, 0, 0)
    assert not replicas.open


@given(seeds)
def test_the_flip_with_the_greatest_stamp_among_those_that_reach_a_counter_decides(seed):
    random = Random(seed)
    replicas = Replicas(40)
    rids = [40, 7, 90]
    for rid in rids[1:]:
        replicas.intern(rid)
    replicas.start_group(0, 5, 0)
    replicas.advance(0, 25)
    live = dict.fromkeys(range(5, 25), True)
    made: list[Flip] = []
    for number in range(steps(random.randint(1, 10))):
        until, alive = random.randint(6, 25), random.random() < 0.5
        flip = Flip(random.randint(1, 4), random.randrange(3), number, until, alive)
        made.append(flip)
        for segment in replicas.flip(0, 5, flip):
            assert segment.replica == 0
            for counter in range(segment.start, segment.end):
                assert live[counter] != segment.live
                live[counter] = segment.live
        for counter in live:
            reaching = [one for one in made if one.until > counter]
            best = max(reaching, key=lambda one: (one.time, rids[one.replica], one.counter), default=None)
            assert live[counter] == replicas.is_live(0, counter) == (best is None or best.live)
            assert best is None or best in replicas.deciders[0, 5]
            assert replicas.deciding(replicas.deciders[0, 5], counter) is best
        check_replicas(replicas)


def test_of_flips_that_follow_on_each_other_only_the_last_decides():
    replicas = Replicas(1)
    replicas.start_group(0, 0, 0)
    for number in range(300):
        replicas.advance(0, number + 2)
        flip = Flip(number, 0, number + 1, number + 2, bool(number % 2))
        changed = replicas.flip(0, 0, flip)
        assert replicas.deciders[0, 0] == [flip]
        assert (changed[0].start, changed[-1].end) == (0, number + 1 + (not number % 2))
    assert len(replicas.flips[0, 0]) == 300
    check_replicas(replicas)


def test_flips_of_one_group_leave_the_others_alone():
    replicas = Replicas(1)
    other = replicas.intern(2)
    for replica in (0, other):
        for start in (0, 4):
            replicas.start_group(replica, start, 0)
        replicas.advance(replica, 8)
    assert all(replicas.is_live(replica, counter) for replica in (0, 1) for counter in range(8))
    replicas.flip(0, 4, Flip(1, other, 8, 8, False))
    assert [counter for counter in range(8) if not replicas.is_live(0, counter)] == [4, 5, 6, 7]
    assert all(replicas.is_live(other, counter) for counter in range(8))


def test_a_flip_says_which_stretch_it_changed():
    replicas = Replicas(1)
    replicas.start_group(0, 3, 0)
    replicas.advance(0, 20)

    def flipped(time, until, live):
        segments = replicas.flip(0, 3, Flip(time, 0, time, until, live))
        return [(segment.start, segment.end, segment.live) for segment in segments]

    assert flipped(5, 10, False) == [(3, 10, False)]
    assert flipped(4, 15, False) == [(10, 15, False)]
    assert flipped(6, 6, True) == [(3, 6, True)]
    assert flipped(3, 8, True) == []
    assert flipped(7, 15, False) == [(3, 6, False)]
    changed = flipped(8, 20, True)
    assert changed[0][0] == 3
    assert changed[-1][1] == 15
    assert flipped(9, 20, True) == []


def test_a_group_has_the_time_it_was_opened_at():
    replicas = Replicas(1)
    for start, time in ((2, 20), (5, 50)):
        replicas.start_group(0, start, time)
    replicas.advance(0, 9)
    assert [replicas.group_time(0, start) for start in (2, 5)] == [20, 50]


def test_the_holder_writes_up_to_the_bound_and_not_past_it():
    replicas = Replicas(1)
    replicas.advance(replicas.intern(2), WRITABLE_MAX - 5)
    replicas.advance(0, 5)
    replicas.check_writable()
    replicas.advance(0, 6)
    with pytest.raises(LimitExceeded, match=str(WRITABLE_MAX)):
        replicas.check_writable()
    assert replicas.total == WRITABLE_MAX + 1
