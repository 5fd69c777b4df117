import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.clock import COUNT_MAX, DRIFT_MS_MAX, MS_MAX, Clock, Stamp
from crdt.errors import ClockAhead, MalformedOp
from tests.support.builds import REFUSED, wrong_integers
from tests.support.effort import lengths

NOW = 1_732_300_000_000
walls = st.one_of(
    st.integers(NOW - 400_000, NOW + 400_000),
    st.sampled_from([0, -1, -(10**30), 10**30, MS_MAX, MS_MAX + 1, 4_102_444_800_000]),
    st.integers(),
)
rids = st.integers(1, (1 << 63) - 1)
stamps = st.builds(Stamp, st.integers(0, (1 << 48) - 1), st.integers(0, COUNT_MAX), rids)


@given(rids, st.lists(st.tuples(st.booleans(), walls, stamps), **lengths(30)))
def test_h1_tick_exceeds_everything_ticked_or_observed_across_restarts(rid, steps):
    clock = Clock(rid)
    greatest = 0
    for restart, now_ms, seen in steps:
        if restart:
            clock = Clock(rid, clock.high_water)
        try:
            clock.observe(seen, now_ms)
            greatest = max(greatest, seen.time)
        except ClockAhead:
            pass
        ticked = clock.tick(now_ms)
        assert ticked.time > greatest
        assert ticked.rid == rid
        greatest = ticked.time


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.lists(walls, min_size=3, max_size=3)),
        **lengths(30),
    )
)
def test_h2_what_happened_before_has_the_smaller_stamp(messages):
    clocks = [Clock(rid) for rid in (1, 2, 3)]
    causes = [Stamp(0, 0, 0)] * 3
    for sender, receiver, times in messages:
        sent = clocks[sender].tick(times[sender])
        assert sent > causes[sender]
        causes[sender] = sent
        try:
            clocks[receiver].observe(sent, times[receiver])
        except ClockAhead:
            continue
        causes[receiver] = max(causes[receiver], sent)
        assert clocks[receiver].tick(times[receiver]).time > sent.time


@given(walls, st.lists(st.integers(1, 4), **lengths(30)))
def test_h3_no_ties_between_replicas(now_ms, order):
    clocks = {rid: Clock(rid) for rid in range(1, 5)}
    ticked = [clocks[rid].tick(now_ms) for rid in order]
    assert len(set(ticked)) == len(ticked)
    assert sorted(ticked, key=Stamp.pack) == sorted(ticked)


full = st.builds(
    Stamp, walls.map(lambda ms: min(max(ms, 0), MS_MAX)), st.integers(COUNT_MAX - 9, COUNT_MAX), rids
)


@given(rids, full, st.lists(walls, **lengths(50)))
def test_h4_a_local_edit_is_never_refused_whatever_the_wall_clock_does(rid, high, times):
    clock = Clock(rid, high)
    ticked = [clock.tick(now_ms) for now_ms in times]
    assert ticked == sorted(set(ticked))
    assert all(stamp.time > high.time for stamp in ticked)


def test_h4_a_full_count_spills_into_the_next_millisecond():
    clock = Clock(1, Stamp(NOW, COUNT_MAX - 1, 9))
    assert clock.tick(NOW) == Stamp(NOW, COUNT_MAX, 1)
    assert clock.tick(NOW) == Stamp(NOW + 1, 0, 1)
    assert clock.tick(NOW) == Stamp(NOW + 1, 1, 1)


def test_h4_ticking_at_the_end_of_time_goes_on():
    clock = Clock(1, Stamp(MS_MAX, COUNT_MAX, 1))
    assert clock.tick(10**30) == Stamp(MS_MAX + 1, 0, 1)


def test_a_wall_clock_that_moves_on_is_followed():
    clock = Clock(1)
    assert clock.tick(NOW) == Stamp(NOW, 0, 1)
    assert clock.tick(NOW + 7) == Stamp(NOW + 7, 0, 1)


@given(stamps, st.lists(st.tuples(stamps, walls), **lengths(30)))
def test_h5_h6_observe_never_moves_the_clock_past_the_drift_and_a_refusal_changes_nothing(high, messages):
    clock = Clock(1, high)
    for seen, now_ms in messages:
        before = clock.high_water
        believed = min(max(now_ms, 0), MS_MAX)
        try:
            clock.observe(seen, now_ms)
        except ClockAhead:
            assert clock.high_water == before
            assert seen.ms > believed + DRIFT_MS_MAX
        else:
            assert clock.high_water.time == max(before.time, seen.time)
            assert clock.high_water.ms <= max(before.ms, believed + DRIFT_MS_MAX)


def test_h6_the_drift_is_met_exactly():
    clock = Clock(1)
    clock.observe(Stamp(NOW + DRIFT_MS_MAX, 0, 2), NOW)
    with pytest.raises(ClockAhead):
        clock.observe(Stamp(NOW + DRIFT_MS_MAX + 1, 0, 2), NOW)
    assert clock.high_water == Stamp(NOW + DRIFT_MS_MAX, 0, 1)


def test_h7_restamping_at_a_corrected_time_keeps_the_order():
    wrong = Clock(1)
    pending = [wrong.tick(NOW + 10**10) for _ in range(5)]
    healed = Clock(1, Stamp(NOW - 50, 0, 1))
    restamped = [healed.tick(NOW) for _ in pending]
    assert restamped == sorted(restamped)
    assert all(stamp.ms <= NOW + DRIFT_MS_MAX for stamp in restamped)


@given(stamps, stamps)
def test_packed_and_written_stamps_sort_as_stamps_do_and_come_back(one, other):
    assert Stamp.unpack(one.pack()) == one
    assert Stamp.parse(str(one)) == one
    assert Stamp.at(one.time, one.rid) == one
    assert (one < other) == (one.pack() < other.pack()) == (str(one) < str(other))
    assert (one <= other, one > other, one >= other) == (
        one == other or one < other,
        other < one,
        not one < other,
    )
    assert (one == other) == (hash(one) == hash(other) and one.pack() == other.pack())


def test_a_stamp_is_written_for_people():
    assert str(Stamp(1_732_300_000, 0, 7)) == "000001732300000:00000:0000000000000000007"
    assert Stamp(5, 6, 7).time == 5 << 16 | 6
    assert Stamp(5, 6, 7) != "5:6:7"
    assert repr(Stamp(5, 6, 7)) == "Stamp(5, 6, 7)"


@pytest.mark.parametrize(
    "text", ["", "1:2", "1:2:3:4", "a:2:3", "1: 2:3", "-1:2:3", "²:2:3", "1:2:" + "9" * 5000]
)
def test_what_is_no_written_stamp_is_malformed(text):
    with pytest.raises(MalformedOp):
        Stamp.parse(text)


@pytest.mark.parametrize("packed", [b"", b"\0" * 15, b"\0" * 17, b"\xff" * 16])
def test_what_is_no_packed_stamp_is_malformed(packed):
    with pytest.raises(MalformedOp):
        Stamp.unpack(packed)


@pytest.mark.parametrize("fields", [(-1, 0, 1), (1 << 48, 0, 1), (0, 1 << 16, 1), (0, 0, 1 << 63)])
def test_a_field_out_of_its_range_is_malformed(fields):
    with pytest.raises(MalformedOp):
        Stamp(*fields)


@pytest.mark.parametrize("count", wrong_integers([0.5, "1", None, True]))
def test_a_field_that_is_no_integer_is_refused(count):
    with pytest.raises(REFUSED):
        Stamp(0, count, 1)
