import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.tree import Move, is_inside, place_all
from tests.support.effort import lengths
from tests.support.oracle_tree import tree_by_replay

names = st.sampled_from("abcde")
parents = st.sampled_from([None, "missing", *"abcdeabcde"])
histories = st.lists(st.tuples(names, parents), **{"min_size": 6, **lengths(30)})


def moves_of(history):
    return [Move(Stamp(n // 3, n % 3, n % 2 + 1), child, parent) for n, (child, parent) in enumerate(history)]


@given(histories, st.randoms(use_true_random=False))
def test_t1_every_order_of_arrival_gives_the_tree_of_the_replay(history, rng):
    moves = moves_of(history)
    expected = tree_by_replay([(m.stamp.time, m.stamp.rid, m.child, m.parent) for m in moves])
    rng.shuffle(moves)
    assert place_all(moves) == expected
    assert place_all(moves + moves[:3]) == expected


@given(histories)
def test_t1_one_parent_each_no_circles_no_orphans(history):
    placed = place_all(moves_of(history))
    assert list(placed) == sorted({child for child, _ in history} & set(placed))
    for child, parent in placed.items():
        assert parent is None or parent in placed
        assert parent is None or not is_inside(placed, parent, child)


def test_two_people_who_move_two_folders_into_each_other_see_the_earlier_move():
    made = [Move(Stamp(0, 0, 1), "a", None), Move(Stamp(0, 1, 1), "b", None)]
    into_b, into_a = Move(Stamp(5, 0, 1), "a", "b"), Move(Stamp(5, 0, 2), "b", "a")
    for order in ([into_a, into_b], [into_b, into_a]):
        assert place_all([*order, *made]) == {"a": "b", "b": None}


def test_a_folder_whose_move_is_skipped_stays_where_it_was():
    history = [("a", None), ("b", None), ("c", None), ("b", "c"), ("a", "b"), ("b", "a")]
    assert place_all(moves_of(history)) == {"a": "b", "b": "c", "c": None}


@pytest.mark.parametrize("depth", [2_000])
def test_a_deep_tree_needs_no_recursion(depth):
    history = [(f"{n:05}", f"{n - 1:05}" if n else None) for n in range(depth)]
    placed = place_all(moves_of(history))
    assert is_inside(placed, f"{depth - 1:05}", "00000")
