"""Runs by counter: found, cut, taken over, in pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.runs import END, ID_BITS, PAGE_RUNS_MAX, START, ReplicaRuns, Run, continues
from tests.support.effort import lengths

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
    assert here.all() == runs
    assert here.starts() == [one.start for one in runs]
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
    assert here.starts() == [1, 4]
    assert [here.find(counter) for counter in (3, 4)] == runs


SEVERAL = PAGE_RUNS_MAX + 9
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["append", "split", "join", "earlier", "later"]),
        st.integers(0, 4 * PAGE_RUNS_MAX),
        st.sampled_from([1, 1, SEVERAL]),
    ),
    **lengths(12),
)


@given(st.sampled_from([0, 1, 5, PAGE_RUNS_MAX // 2, 3 * PAGE_RUNS_MAX]), ACTIONS)
def test_pages_hold_the_runs_by_counter_whatever_happens_to_them(count, actions):
    """A list is the model: runs are appended, split, joined with the next, and move their borders."""
    here = ReplicaRuns()
    model = [run(3 * number, 3) for number in range(count)]
    here.fill(list(model))
    for action, number in [(action, number) for action, number, times in actions for _ in range(times)]:
        at = number % len(model) if model else 0
        if action == "append" or not model:
            start = model[-1].start + model[-1].length if model else 0
            model.append(run(start, 3))
            here.append(model[-1])
        elif action == "split" and model[at].length > 1:
            rest = model[at].part(1, model[at].length - 1)
            model[at].length = 1
            model.insert(at + 1, rest)
            here.add(rest)
        elif at + 1 < len(model):
            one, other = model[at], model[at + 1]
            if action == "join":
                here.forget(other)
                one.length += other.length
                del model[at + 1]
            elif action == "earlier" and one.length > 1:
                one.length -= 1
                other.length += 1
                here.move_start(other, other.start - 1)
            elif action == "later" and other.length > 1:
                one.length += 1
                other.length -= 1
                here.move_start(other, other.start + 1)
    assert here.all() == model
    assert here.starts() == [one.start for one in model]
    assert here.last() is (model[-1] if model else None)
    for one in model:
        assert here.find(one.start) is here.find(one.start + one.length - 1) is one
    end = model[-1].start + model[-1].length if model else 0
    assert here.find(end) is None
    assert here.overlapping(1, end) == [one for one in model if one.start + one.length > 1]


def test_what_differs_in_no_more_than_what_hides_it_goes_on_a_run():
    one = run(5, 3)
    assert continues(one, one.part(2, 1)) is False
    rest = one.part(1, 2)
    one.length = 1
    assert continues(one, rest)
    rest.hidden = 1
    assert continues(one, rest)
    assert not continues(one, Run(3, rest.start, 2, rest.left, rest.right, 1, rest.marks)), "replica"
    for name, other in (("marks", 7), ("right", START), ("left", START), ("start", 9)):
        was = getattr(rest, name)
        setattr(rest, name, other)
        assert not continues(one, rest), name
        setattr(rest, name, was)


def test_a_page_that_a_split_fills_is_halved_and_its_first_run_may_move():
    here = ReplicaRuns()
    runs = [run(4 * number, 4) for number in range(PAGE_RUNS_MAX)]
    here.fill(list(runs))
    rest = runs[3].part(2, 2)
    runs[3].length = 2
    here.add(rest)
    runs.insert(4, rest)
    assert here.all() == runs
    assert len(here._pages) == 2
    second = here._pages[1].runs[0]
    before = runs[runs.index(second) - 1]
    before.length -= 1
    second.length += 1
    here.move_start(second, second.start - 1)
    assert here.find(second.start) is second
    assert here.find(second.start - 1) is before
    assert here.starts() == [one.start for one in runs]


def test_the_first_runs_of_a_page_may_be_forgotten_one_after_the_other_until_it_is_gone():
    here = ReplicaRuns()
    runs = [run(4 * number, 4) for number in range(2 * PAGE_RUNS_MAX)]
    here.fill(list(runs))
    for one in list(here._pages[1].runs):
        before = runs[runs.index(one) - 1]
        here.forget(one)
        before.length += one.length
        runs.remove(one)
        assert here.find(one.start) is before
        assert here.starts() == [other.start for other in runs]
    assert here.all() == runs
    assert len(here._pages) == len(here._firsts)


def test_the_page_behind_one_that_is_gone_is_looked_for_where_that_was():
    here = ReplicaRuns()
    runs = [run(4 * number, 4) for number in range(2 * PAGE_RUNS_MAX)]
    here.fill(list(runs))
    before, behind = here._pages[0].runs[-1], here._pages[2].runs[3]
    for one in list(here._pages[1].runs):
        here.forget(one)
        before.length += one.length
    assert here._pages[1].runs[3] is behind
    assert here.find(behind.start + 1) is behind


@pytest.mark.parametrize("count", [PAGE_RUNS_MAX // 2, PAGE_RUNS_MAX, 2 * PAGE_RUNS_MAX])
def test_pages_that_were_never_asked_take_runs_at_their_end_and_in_their_middle(count):
    here = ReplicaRuns()
    runs = [run(4 * number, 4) for number in range(count)]
    here.fill(list(runs))
    for _ in range(PAGE_RUNS_MAX):
        runs.append(run(runs[-1].start + 4, 4))
        here.append(runs[-1])
    rest = runs[count // 2].part(2, 2)
    runs[count // 2].length = 2
    runs.insert(count // 2 + 1, rest)
    here.add(rest)
    assert all(here.find(one.start + one.length - 1) is one for one in runs)
    assert here.starts() == [one.start for one in runs]


def test_a_page_that_is_filled_from_within_is_halved():
    here = ReplicaRuns()
    whole = run(0, 3 * PAGE_RUNS_MAX)
    here.append(whole)
    for _ in range(2 * PAGE_RUNS_MAX):
        rest = whole.part(whole.length - 1, 1)
        whole.length -= 1
        here.add(rest)
        assert here.find(rest.start) is rest
    assert here.starts() == [0, *range(PAGE_RUNS_MAX, 3 * PAGE_RUNS_MAX)]
    assert max(len(page.runs) for page in here._pages) <= PAGE_RUNS_MAX
    assert here.find(PAGE_RUNS_MAX - 1) is whole
