from itertools import permutations
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st

from crdt.objects import CONTAINER, NOTHING, PLAIN, MapNode, Slot, TextNode, UnknownNode, Write
from crdt.text import RichText
from tests.support.effort import lengths

writes = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 3), st.sampled_from([NOTHING, PLAIN, CONTAINER])),
    **{"min_size": 1, **lengths(8)},
)


def make(fields):
    return [
        Write(time, rid, counter, form, {NOTHING: None, PLAIN: counter, CONTAINER: "map"}[form])
        for counter, (time, rid, form) in enumerate(fields)
    ]


@given(writes, st.randoms(use_true_random=False))
@example([(1, 2, PLAIN), (1, 1, PLAIN)], Random(0))
def test_m1_m2_the_greatest_stamp_shows_whatever_the_order_of_arrival(fields, rng):
    made = make(fields)
    expected = sorted(made, key=lambda write: (write.time, write.rid, write.counter), reverse=True)
    rng.shuffle(made)
    slot = Slot(made[0])
    for write in made[1:]:
        assert slot.add(write) == (slot.winner is write)
    assert slot.winner is expected[0]
    assert slot.losers == [write for write in expected[1:] if write.form == CONTAINER]


def test_a_stale_write_never_resurrects():
    removal, stale = Write(5, 1, 1, NOTHING, None), Write(4, 9, 9, PLAIN, "old")
    for order in permutations((removal, stale)):
        node = MapNode((0, 0), None, "")
        for write in order:
            node.add("k", write)
        assert node.shown_keys() == []


def test_what_a_write_shows_at_first():
    shown = {kind: Write(1, 1, 1, CONTAINER, kind).shown() for kind in ("map", "array", "text", "counter")}
    assert shown == {"map": {}, "array": [], "text": "", "counter": None}
    assert Write(1, 1, 1, NOTHING, None).shown() is None
    value: dict = {"a": []}
    copy = Write(1, 1, 1, PLAIN, value).shown()
    assert copy == value
    value["a"].append(1)
    assert copy == {"a": []}


def test_a_node_knows_its_place():
    root = MapNode((0, 0), None, "")
    first, second = Write(1, 1, 1, CONTAINER, "map"), Write(2, 1, 2, CONTAINER, "counter")
    root.add("k", first)
    child, unknown = MapNode(first.node_id(), root, "k"), UnknownNode(second.node_id(), "counter", root, "k")
    assert (root.depth, child.depth) == (0, 1)
    assert root.holds(child)
    assert root.add("k", second)
    assert not root.holds(child)
    assert root.holds(unknown)
    assert unknown.slot("any") is None
    assert root.shown_keys() == []


def test_a_slot_keeps_the_winner_and_the_containers_that_lost():
    first, plain, last = make([(1, 1, CONTAINER), (2, 1, PLAIN), (3, 1, CONTAINER)])
    slot = Slot(plain)
    assert slot.add(last)
    assert not slot.add(first)
    assert slot.writes() == [last, first]


def test_a_text_has_no_slots():
    root = MapNode((0, 0), None, "")
    node = TextNode((1, 1), root, "t", RichText(1))
    assert (node.kind, node.key, node.depth, node.slot("k")) == ("text", "t", 1, None)
