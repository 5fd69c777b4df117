"""
From a state back to ops: what a version has not seen, complete, in causal order, in as few ops as possible.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import MalformedOp
from crdt.ops import EMBED, ERASE, FLIP, INSERT, INSERT_LENGTH_MAX, MARK, SELF
from crdt.text import RichText
from crdt.text_ops import CausalOrder, needs, ops_since
from crdt.version import Version
from tests.support.effort import steps
from tests.support.meeting import reloaded, shown
from tests.support.restless_worlds import MeddlingWorld, SamePlaceWorld
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)
NOTHING = Version()


def test_a_conversation_of_two_can_be_merged():
    one, other = RichText(1), RichText(2)
    for number in range(4):
        other.apply(one.insert(2 * number, "a"))
        one.apply(other.insert(2 * number + 1, "b"))
    late = RichText(3)
    late.merge(one)
    assert late.text() == "abababab"
    assert late.encode() == one.encode()


@given(seeds, st.sampled_from([TextWorld, SamePlaceWorld, MeddlingWorld]))
def test_a_newcomer_who_merges_a_state_has_that_state(seed, kind):
    world = kind(seed, 3)
    for _ in range(steps(40)):
        world.step()
    text = world.replicas[0].text
    late = RichText(200)
    late.merge(text)
    late.check()
    assert late.encode() == text.encode()
    assert late.merge(text) == []


@given(seeds)
def test_merging_a_state_over_a_part_of_it_gives_the_rest(seed):
    world = TextWorld(seed, 3)
    for _ in range(steps(20)):
        world.step()
    partly = [reloaded(replica.text, 300 + number) for number, replica in enumerate(world.replicas)]
    for _ in range(steps(20)):
        world.step()
    world.settle()
    whole = world.replicas[0].text
    for text in partly:
        ops = ops_since(whole, text.version())
        assert not any(text.version().has(*op[1:3]) for op in ops)  # type: ignore[arg-type]  # both are ints
        text.merge(whole)
        assert text.encode() == whole.encode()
        text.check()


@given(seeds)
def test_replicas_that_merge_each_others_states_agree_as_if_they_had_exchanged_ops(seed):
    world = MeddlingWorld(seed, 3)
    for _ in range(steps(40)):
        world.step()
    texts = [reloaded(replica.text, 300 + number) for number, replica in enumerate(world.replicas)]
    for text in texts:
        for other in texts:
            text.merge(other)
    texts[0].merge(texts[1])
    world.settle()
    assert texts[-1].encode() == world.replicas[0].text.encode()


def test_typing_comes_back_as_one_insert_and_a_group_as_the_next():
    text = RichText(1)
    for number, letter in enumerate("one two"):
        if number == 4:
            text.new_group()
        text.insert(number, letter)
    assert ops_since(text, NOTHING) == [
        [INSERT, 1, 0, 1, "one ", -2, 0, -2, 1],
        [INSERT, 1, 4, 1, "two", SELF, 3, -2, 1],
    ]
    assert ops_since(text, Version({1: 2})) == [
        [INSERT, 1, 2, 0, "e ", SELF, 1, -2, 1],
        [INSERT, 1, 4, 1, "two", SELF, 3, -2, 1],
    ]
    assert ops_since(text, text.version()) == []


def test_what_deletes_and_inserts_cut_apart_comes_back_whole():
    text = RichText(1)
    text.insert(0, "abcdef")
    text.delete(3, 1)
    text.delete(1, 2)
    text.format(0, 2, "bold", True)
    kinds = [op[0] for op in ops_since(text, NOTHING)]
    assert kinds == [INSERT, ERASE, ERASE, MARK]
    again = RichText(2)
    again.merge(text)
    assert shown(again) == shown(text)


def test_deletes_key_by_key_come_back_one_by_one():
    text = RichText(1)
    text.insert(0, "abcdef")
    for _ in range(3):
        text.delete(1, 1)
    text.delete(2, 1)
    text.delete(1, 1)
    erased = [op[4:] for op in ops_since(text, Version({1: 6}))]
    assert erased == [[SELF, 1, 1], [SELF, 2, 1], [SELF, 3, 1], [SELF, 5, 1], [SELF, 4, 1]]
    assert [op[4:] for op in ops_since(text, Version({1: 8}))] == erased[2:]


def test_embeds_stand_between_the_pieces_of_a_run():
    text = RichText(1)
    text.insert(0, "ab")
    text.insert_embed(2, {"type": "divider"})
    text.insert(3, "cd")
    text.insert_embed(5, {"type": "image"})
    ops = ops_since(text, NOTHING)
    assert [op[0] for op in ops] == [INSERT, EMBED, INSERT, EMBED]
    assert [op[4] for op in ops] == ["ab", {"type": "divider"}, "cd", {"type": "image"}]
    again = RichText(2)
    again.apply(ops)
    assert again.encode() == text.encode()


def test_what_was_pasted_twice_in_a_row_comes_back_in_inserts_of_allowed_length():
    text = RichText(1)
    text.insert(0, "x" * INSERT_LENGTH_MAX)
    text.insert(INSERT_LENGTH_MAX, "y" * 10)
    again = RichText(2)
    again.merge(text)
    assert again.encode() == text.encode()


def test_flips_come_back_with_the_ops_of_their_author():
    one, other = RichText(1), RichText(2)
    other.apply(one.insert(0, "one"))
    flip = other.switch_group(1, 0, False)[0]
    other.switch_group(1, 0, True)
    ops = ops_since(other, NOTHING)
    assert [op[0] for op in ops] == [INSERT, FLIP, FLIP]
    assert ops[1] == flip
    assert ops_since(other, Version({1: 3, 2: 1})) == ops[2:]


def test_what_each_kind_of_op_builds_on():
    assert needs([INSERT, 1, 5, 0, "x", 2, 3, 3, 7]) == [(2, 4), (3, 8)]
    assert needs([INSERT, 1, 5, 0, "x", SELF, 3, -2, 1]) == []
    assert needs([ERASE, 1, 5, 0, 2, 3, 4]) == [(2, 7)]
    assert needs([MARK, 1, 5, 0, 9, "b", 1, 2, 3, 0, 3, 7, 1]) == [(2, 4), (3, 8)]
    assert needs([FLIP, 1, 5, 9, 2, 0, 6, 1]) == [(2, 6)]


def test_ops_that_build_on_each_other_in_a_circle_are_refused():
    queues = {
        1: [(0, [INSERT, 1, 0, 1, "x", 2, 0, -2, 1])],
        2: [(0, [INSERT, 2, 0, 1, "y", 3, 0, -2, 1])],
        3: [(0, [INSERT, 3, 0, 1, "z", 1, 0, -2, 1])],
    }
    with pytest.raises(MalformedOp, match="circle"):
        CausalOrder({rid: list(queue) for rid, queue in queues.items()}).run(needs)
    del queues[2]
    assert [op[1] for op in CausalOrder(queues).run(needs)] == [1, 3]
