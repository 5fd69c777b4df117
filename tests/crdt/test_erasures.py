"""The log of deletes: few entries for much typing, and every op found again."""

from hypothesis import given
from hypothesis import strategies as st

from crdt.erasures import Erased, ErasureLog
from crdt.runs import ID_BITS
from tests.support.effort import lengths

OTHER = 1 << ID_BITS

# What one op deletes: (counters skipped before it, first target, count).
targets = st.integers(0, 12) | st.integers(OTHER, OTHER + 5)
deletes = st.lists(st.tuples(st.integers(0, 2), targets, st.integers(1, 3)), **lengths(30))


def recorded(ops):
    """A log of these ops, and each as (counter, targets)."""
    log, expected, counter = ErasureLog(), [], 0
    for skipped, target, count in ops:
        counter += skipped
        log.record(counter, target, count)
        expected.append((counter, list(range(target, target + count))))
        counter += 1
    return log, expected


def replayed(entries):
    """The ops of entries, each as (counter, targets)."""
    found = []
    for entry in entries:
        if not entry.step:
            found.append((entry.counter, list(range(entry.target, entry.target + entry.size))))
            continue
        for offset in range(entry.size):
            found.append((entry.counter + offset, [entry.target + entry.step * offset]))
    return found


@given(deletes)
def test_every_op_is_found_again_in_order(ops):
    log, expected = recorded(ops)
    assert replayed(log.between(0, 1 << ID_BITS)) == expected
    assert replayed([log.entry(place) for place in range(len(log.counters))]) == expected


@given(deletes, st.integers(0, 60), st.integers(0, 60))
def test_a_part_of_the_log_has_the_ops_of_that_part(ops, start, end):
    log, expected = recorded(ops)
    inside = [op for op in expected if start <= op[0] < end]
    assert replayed(log.between(start, end)) == inside


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from((-1, 1)), st.integers(1, 6)), **lengths(6)))
def test_keys_held_down_make_one_entry_each_and_their_parts_are_clipped(strokes):
    log, expected, counter, target = ErasureLog(), [], 0, 100
    for skipped, step, count in strokes:
        counter += skipped
        for _ in range(count):
            log.record(counter, target, 1)
            expected.append((counter, [target]))
            target += step
            counter += 1
        target += 50
    assert len(log.counters) <= len(strokes)
    for start in range(counter + 1):
        for end in range(start, counter + 1):
            inside = [op for op in expected if start <= op[0] < end]
            assert replayed(log.between(start, end)) == inside


def test_delete_and_backspace_held_down_are_one_entry_each():
    log = ErasureLog()
    for counter, target in enumerate((5, 6, 7)):
        log.record(counter, target, 1)
    assert (log.counters, log.targets, log.counts, log.steps) == ([0], [5], [3], [1])
    for counter, target in enumerate((20, 19, 18), start=3):
        log.record(counter, target, 1)
    assert (log.counters, log.targets, log.counts, log.steps) == ([0, 3], [5, 20], [3, 3], [1, -1])


def test_what_only_looks_like_going_on_is_an_entry_of_its_own():
    for second in ((2, 6, 1), (1, 7, 1), (1, 6, 2), (1, OTHER + 6, 1), (1, 5, 1)):
        log = ErasureLog()
        log.record(0, 5, 1)
        log.record(*second)
        assert len(log.counters) == 2, second
    log = ErasureLog()
    log.record(0, 5, 2)
    log.record(2, 7, 1)
    log.record(4, 8, 1)
    assert len(log.counters) == 3
    log = ErasureLog()
    for counter, target in ((0, 5), (1, 6), (2, 8)):
        log.record(counter, target, 1)
    assert len(log.counters) == 2


def test_neighbouring_ids_of_different_replicas_are_not_neighbours():
    log = ErasureLog()
    log.record(0, OTHER, 1)
    log.record(1, OTHER - 1, 1)
    assert len(log.counters) == 2
    log = ErasureLog()
    for counter, target in ((0, OTHER + 1), (1, OTHER), (2, OTHER - 1)):
        log.record(counter, target, 1)
    assert log.counts == [2, 1]


def test_the_lowest_element_and_the_number_of_ops_of_an_entry():
    assert (Erased(0, 5, 3, 0).lowest(), Erased(0, 5, 3, 0).ops()) == (5, 1)
    assert (Erased(0, 5, 3, 1).lowest(), Erased(0, 5, 3, 1).ops()) == (5, 3)
    assert (Erased(0, 5, 3, -1).lowest(), Erased(0, 5, 3, -1).ops()) == (3, 3)
