"""Anchors: places that follow the text."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.anchor import END_ANCHOR, START_ANCHOR
from crdt.errors import CausalGap, MalformedOp, OutOfRange
from crdt.ops import COUNTER_MAX, EDGE, RID_MAX
from crdt.text import RichText
from tests.support.effort import steps
from tests.support.meeting import FOX, reloaded
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def fox():
    text = RichText(7)
    text.insert(0, FOX)
    return text


def test_after_sticks_to_the_character_before_and_before_to_the_one_at_the_index():
    text = fox()
    after, before = text.anchor(4, "after"), text.anchor(4, "before")
    assert (after, before) == ((7, 3, "after"), (7, 4, "before"))
    text.insert(4, "quick ")
    assert (text.index(after), text.index(before)) == (4, 10)
    text.insert(0, "Oh. ")
    assert (text.index(after), text.index(before)) == (8, 14)


def test_the_edges_of_the_text_stay_its_edges():
    text = fox()
    start, end = text.anchor(0, "after"), text.anchor(len(text), "before")
    assert (start, end) == (START_ANCHOR, END_ANCHOR)
    text.insert(0, "a")
    text.insert(len(text), "z")
    assert (text.index(start), text.index(end)) == (0, len(text))
    first, last = text.anchor(0, "before"), text.anchor(len(text), "after")
    text.insert(0, "a")
    text.insert(len(text), "z")
    assert (text.index(first), text.index(last)) == (1, len(text) - 1)
    empty = RichText(1)
    assert (empty.index(empty.anchor(0, "after")), empty.index(empty.anchor(0, "before"))) == (0, 0)


def test_an_anchor_at_something_deleted_stands_where_it_was_and_comes_back_with_it():
    text = fox()
    inside = [text.anchor(index, side) for index in (5, 6) for side in ("after", "before")]
    places = [text.index(anchor) for anchor in inside]
    text.new_group()
    text.delete(4, 4)
    assert [text.index(anchor) for anchor in inside] == [4, 4, 4, 4]
    text.undo()
    assert [text.index(anchor) for anchor in inside] == places


@given(seeds)
def test_an_anchor_names_the_same_gap_after_a_save_and_on_every_replica(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(30)):
        world.step()
    world.settle()
    one, other = (replica.text for replica in world.replicas)
    for index in range(len(one) + 1):
        for side in ("after", "before"):
            anchor = one.anchor(index, side)
            assert one.index(anchor) == other.index(anchor) == reloaded(one, 3).index(list(anchor)) == index
            assert other.anchor(index, side) == anchor


@given(seeds)
def test_an_anchor_moves_with_its_character_through_others_edits(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(20)):
        world.step()
    world.settle()
    replica, random = world.replicas[0], Random(seed)
    if not len(replica.text):
        return
    index = random.randrange(len(replica.text))
    element = replica.oracle.visible()[index]
    before, after = replica.text.anchor(index, "before"), replica.text.anchor(index + 1, "after")
    assert before == (*element, "before")
    assert after == (*element, "after")
    for _ in range(steps(15)):
        world.step()
    visible = replica.oracle.visible()
    order = replica.oracle.order()
    hidden_at = sum(1 for id in visible if order.index(id) < order.index(element))
    assert replica.text.index(before) == hidden_at
    assert replica.text.index(after) == hidden_at + (element in visible)


def test_an_anchor_at_what_has_not_arrived_waits():
    text, other = fox(), RichText(8)
    anchor = text.anchor(4)
    with pytest.raises(CausalGap):
        other.index(anchor)
    with pytest.raises(CausalGap):
        text.index((7, len(FOX), "after"))
    other.merge(text)
    assert other.index(anchor) == 4


@pytest.mark.parametrize(
    "anchor",
    [
        (),
        (7, 3),
        (7, 3, "after", 0),
        (7, 3, "beside"),
        (7, 3, None),
        (7, 3, ["after"]),
        ("7", 3, "after"),
        (7, 3.0, "after"),
        (True, 3, "after"),
        (7, False, "after"),
        (-1, 3, "after"),
        (7, -1, "after"),
        (RID_MAX + 1, 0, "after"),
        (7, COUNTER_MAX + 1, "after"),
        (7, len(FOX), "after"),
    ],
)
def test_what_is_no_anchor_is_refused(anchor):
    text = fox()
    text.delete(0, 1)
    with pytest.raises(MalformedOp):
        text.index(anchor)


def test_making_an_anchor_needs_an_index_inside_and_a_known_side():
    text = fox()
    for index in (-1, len(FOX) + 1):
        with pytest.raises(OutOfRange):
            text.anchor(index)
    with pytest.raises(MalformedOp):
        text.anchor(0, "left")
    assert text.index((EDGE, 0, "after")) == 0
    assert text.index((EDGE, 1, "before")) == len(FOX)
