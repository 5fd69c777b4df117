"""Runs by counter: found, cut, taken over; and the characters of a replica."""

from hypothesis import given
from hypothesis import strategies as st

from crdt.runs import END, ID_BITS, START, ReplicaRuns, Run

spans = st.lists(st.integers(1, 4), max_size=8)


def run(start, length, replica=2):
    return Run(replica, start, length, START, END, 0, 0)


def laid_out(lengths, gap):
    """Runs of these lengths, every other one behind a gap, entered in a shuffled order."""
    here, runs, start = ReplicaRuns(), [], 1
    for number, length in enumerate(lengths):
        runs.append(run(start, length))
        start += length + gap * (number % 2)
    for one in [*runs[1::2], *runs[::2]]:
        here.add(one)
    return here, runs


def test_the_ids_of_a_run():
    one = run(5, 3)
    assert (one.first_id(), one.last_id()) == (2 << ID_BITS | 5, 2 << ID_BITS | 7)


@given(spans, st.integers(0, 2))
def test_every_counter_finds_its_run_and_gaps_find_none(lengths, gap):
    here, runs = laid_out(lengths, gap)
    assert here.runs == runs
    assert here.starts == [one.start for one in runs]
    for counter in range(40):
        holding = [one for one in runs if one.start <= counter < one.start + one.length]
        assert here.find(counter) is (holding[0] if holding else None)


@given(spans, st.integers(0, 2), st.integers(0, 30), st.integers(0, 30))
def test_the_runs_that_overlap_a_stretch(lengths, gap, start, end):
    here, runs = laid_out(lengths, gap)
    expected = [one for one in runs if one.start < end and start < one.start + one.length and start < end]
    found = here.overlapping(start, end)
    if start < end:
        assert found == expected


def test_a_run_that_another_took_over_is_forgotten():
    here, runs = laid_out([2, 3, 2], 0)
    here.forget(runs[1])
    assert here.find(3) is None
    assert here.find(1) is runs[0]
    assert here.find(6) is runs[2]


def test_a_run_may_begin_earlier_or_later_between_its_neighbours():
    here, runs = laid_out([4, 3], 0)
    runs[0].length -= 1
    here.move_start(runs[1], 4)
    runs[1].length += 1
    assert here.starts == [1, 4]
    assert [here.find(counter) for counter in (3, 4)] == runs


def test_characters_are_kept_by_counter():
    here = ReplicaRuns()
    here.store(2, "ab")
    here.store(4, "c")
    here.store(7, "d")
    assert here.characters == ["", "", "a", "b", "c", "", "", "d"]
