from hypothesis import example, given
from hypothesis import strategies as st

from crdt.bursts import PAUSE_MS, BurstLog, ReplicaTimes
from crdt.replicas import Replicas
from tests.support.effort import lengths

deltas = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3_000), st.booleans()), **lengths(20))


def noted(steps):
    times, start, ms = ReplicaTimes(), 0, 0
    for size, pause_ms, opens in steps:
        ms += pause_ms
        times.note(start, ms, opens)
        start += size
    return times, start


@given(deltas, st.integers(0, lengths(20)["max_size"]))
@example([(1, 0, True), (1, 3_000, True)], 1)
def test_whoever_has_seen_more_has_the_longer_log_and_joining_gives_it(steps, cut):
    whole, _ = noted(steps)
    part, end = noted(steps[:cut])
    if cut < len(steps):
        part.join(whole, end)
    assert (part.starts, part.times_ms, part.last_ms) == (whole.starts, whole.times_ms, whole.last_ms)


def test_a_pause_begins_a_burst_unless_an_edit_group_does():
    times, _ = noted([(1, 5, False), (1, PAUSE_MS, False), (1, PAUSE_MS + 1, False), (1, PAUSE_MS + 1, True)])
    assert (times.starts, times.times_ms) == ([0, 2], [5, 5 + PAUSE_MS + PAUSE_MS + 1])


def test_bursts_are_groups_and_pauses_together_by_time():
    replicas, log = Replicas(1), BurstLog()
    other = replicas.intern(2)
    replicas.start_group(0, 3, 50 << 16)
    replicas.start_group(other, 0, 20 << 16)
    replicas.advance(0, 8)
    replicas.advance(other, 4)
    log.of(1).note(0, 10, False)
    log.of(1).note(3, 50, True)
    log.of(1).note(5, 5_000, False)
    log.of(2).note(0, 20, True)
    assert log.bursts(replicas) == [(1, 0, 3, 10), (2, 0, 4, 20), (1, 3, 5, 50), (1, 5, 8, 5_000)]
    assert log.last_ms() == 5_000
    assert log.written_ms() == {1: 5_000, 2: 20}
    assert BurstLog().last_ms() == 0


def test_what_begins_at_one_time_is_one_burst():
    replicas, log = Replicas(1), BurstLog()
    replicas.start_group(0, 3, 10 << 16)
    replicas.advance(0, 8)
    log.of(1).note(0, 10, False)
    log.of(2)
    assert log.bursts(replicas) == [(1, 0, 8, 10)]
    assert log.written_ms() == {1: 10}, "whoever never wrote is not there"
