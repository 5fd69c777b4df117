from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CausalGap, CrdtError, LimitExceeded, MalformedOp
from crdt.object_ops import (
    DEPTH_MAX,
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    MAKE,
    REMOVE,
    SET,
    TEXT,
    size_of,
)
from crdt.patch import ValueSet
from crdt.version import Version
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, lengths, steps

UNKNOWN = 40


def delta_of(ops, rid=5, start=0, time=9, end=None):
    return Delta(rid, start, end if end is not None else start + len(ops), Stamp.at(time, rid), ops)


@pytest.fixture
def document():
    """A map, an array with one item, and a text "ab", made by replica 1 with the counters 0 to 5."""
    made = Document(1)

    def fill(edit):
        edit.make(("map",), "map")
        edit.make(("array",), "array")
        edit.make(("text",), "text")
        edit.append(("array",), 7)
        edit.text(("text",)).insert(0, "ab")

    made.edit(Stamp(1, 0, 1), fill)
    return made


GAPS = {
    "container": [SET, 5, 0, 9, 1, 99, "k", 1],
    "container of a stranger": [SET, 5, 0, 9, 8, 0, "k", 1],
    "item": [ITEM_MOVE, 5, 0, 9, 1, 1, 1, 99, "V"],
    "text": [TEXT, 1, 99, [1, 5, 0, "x"]],
    "element": [TEXT, 1, 2, [0, 5, 0, 1, "x", 1, 99, -2, 1]],
}

WRONG = {
    "a slot of a text": [SET, 5, 0, 9, 1, 2, "k", 1],
    "a string key in an array": [SET, 5, 0, 9, 1, 1, "k", 1],
    "an item key in a map": [SET, 5, 0, 9, 1, 0, [1, 3], 1],
    "an item of a map": [ITEM_INSERT, 5, 0, 9, 1, 0, "V", 0, 1],
    "an op that is no container": [SET, 5, 0, 9, 1, 3, "k", 1],
    "an op that is no item": [ITEM_REMOVE, 5, 0, 9, 1, 1, 1, 2],
    "text into a map": [TEXT, 1, 0, [0, 5, 0, 1, "x", -2, 0, -2, 1]],
    "a bare text op": [0, 5, 0, 1, "x", -2, 0, -2, 1],
    "a flip inside a text": [TEXT, 1, 2, [6, 5, 0, 9, 1, 4, 5, 0]],
    "an element of no text": [TEXT, 1, 2, [0, 5, 0, 1, "x", 1, 3, -2, 1]],
    "a bad order": [ITEM_INSERT, 5, 0, 9, 1, 1, "V-", 0, 1],
    "too short": [SET, 5, 0, 9, 0, 0, "k"],
    "too long": [REMOVE, 5, 0, 9, 0, 0, "k", 1],
    "younger than its delta": [SET, 5, 0, 10, 0, 0, "k", 1],
    "another replica's": [SET, 6, 0, 9, 0, 0, "k", 1],
    "another counter": [SET, 5, 1, 9, 0, 0, "k", 1],
    "no form": [ITEM_INSERT, 5, 0, 9, 1, 1, "V", 2, 1],
}


@pytest.mark.parametrize("case", GAPS)
def test_what_builds_on_something_missing_is_a_gap_and_changes_nothing(document, case):
    before = document.encode()
    with pytest.raises(CausalGap):
        document.apply(delta_of([[SET, 5, 0, 9, 0, 0, "good", 1], renumber(GAPS[case])]))
    assert document.encode() == before


def renumber(op):
    """The same op as the second of its delta."""
    if op[0] == TEXT:
        return [*op[:3], renumber(op[3])]
    return [*op[:2], 1, *op[3:]]


@pytest.mark.parametrize("case", WRONG)
def test_what_no_replica_writes_is_malformed_and_changes_nothing(document, case):
    before = document.encode()
    with pytest.raises(MalformedOp):
        document.apply(delta_of([WRONG[case]]))
    assert document.encode() == before


def test_the_order_inside_a_delta_counts(document):
    made = [MAKE, 5, 0, 9, 0, 0, "new", "array"]
    item = [ITEM_INSERT, 5, 1, 9, 5, 0, "V", 1, "text"]
    typed = [TEXT, 5, 1, [0, 5, 2, 1, "x", -2, 0, -2, 1]]
    more = [TEXT, 5, 1, [1, 5, 3, "y"]]
    moved = [ITEM_MOVE, 5, 4, 9, 5, 0, 5, 1, "k"]
    document.apply(delta_of([made, item, typed, more, moved]))
    assert document.value(("new",)) == ["xy"]
    with pytest.raises((CausalGap, MalformedOp)):
        document.apply(
            delta_of([[SET, 5, 5, 9, 5, 6, "k", 1], [MAKE, 5, 6, 9, 0, 0, "late", "map"]], start=5)
        )


def test_containers_are_bounded_in_depth():
    document = Document(1)
    ops = []
    for depth in range(DEPTH_MAX):
        ops.append([MAKE, 5, depth, 9, *((5, depth - 1) if depth else (0, 0)), "k", "map"])
    document.apply(delta_of(ops))
    deepest = [MAKE, 5, DEPTH_MAX, 9, 5, DEPTH_MAX - 1, "k", "map"]
    with pytest.raises(LimitExceeded):
        document.apply(delta_of([deepest], start=DEPTH_MAX))
    document.check()


UNKNOWNS = (
    [UNKNOWN, 5, 0, "any", ["fields", {"at": None}], b"all", 1.5],
    [MAKE, 5, 1, 9, 0, 0, "count", "counter"],
    [UNKNOWN + 1, 5, 2, 5, 1],
    [SET, 5, 3, 9, 5, 1, "inside", 1],
    [TEXT, 5, 1, [0, 5, 4, 1, "x", -2, 0, -2, 1]],
    [SET, 5, 5, 9, 5, 0, "in what an unknown op may have made", 1],
)


def test_g9_what_only_a_newer_version_knows_is_kept_and_passed_on_byte_for_byte():
    delta = delta_of(UNKNOWNS)
    body = delta.encode()
    assert Delta.decode(body).encode() == body
    document = Document(1)
    assert document.apply(Delta.decode(body)) == [((), ValueSet("count", None))]
    assert document.to_value() == {}
    assert document.kind(("count",)) == "counter"
    assert not document.has(("count",))
    again = Document.decode(document.encode(), 2)
    merged = Document(3)
    merged.merge(again)
    assert again.encode() == merged.encode() == document.encode()
    assert list(merged._tree.unknown.values()) == [list(op) for op in UNKNOWNS if op[:3] != [MAKE, 5, 1]]
    assert merged.version().end(5) == 6
    merged.check()


value = st.integers(-9, 9) | st.text(max_size=3) | st.binary(max_size=3) | st.just([1, {"a": None}])
plain = st.none() | value
newer = st.lists(
    st.one_of(
        st.tuples(st.just("op"), st.integers(23, 90), st.lists(plain, max_size=4)),
        st.tuples(st.just("in text"), st.integers(7, 15), st.lists(plain, max_size=3)),
        st.tuples(st.just("container"), st.sampled_from(["counter", "table"]), st.just([])),
        st.tuples(st.just("inside"), st.integers(0, 5), value.map(lambda one: [one])),
        st.tuples(st.just("known"), st.integers(0, 5), value.map(lambda one: [one])),
    ),
    **lengths(12),
)


@given(newer, st.integers(0, 2**32))
@settings(max_examples=examples(25))
def test_g9_any_mix_of_what_is_known_and_unknown_is_kept_and_passed_on_byte_for_byte(made, seed):
    base, ops, made_here = Document(1), [], []
    first = base.edit(Stamp(1, 0, 1), lambda edit: edit.make(("text",), "text"))
    for counter, (what, number, fields) in enumerate(made):
        if what == "op":
            ops.append([number, 5, counter, *fields])
        elif what == "in text":
            ops.append([TEXT, 1, 0, [number, 5, counter, 1, *fields]])
        elif what == "container":
            made_here.append(counter)
            ops.append([MAKE, 5, counter, 9, 0, 0, f"k{counter}", number])
        elif what == "inside" and made_here:
            into = made_here[number % len(made_here)]
            ops.append([SET, 5, counter, 9, 5, into, "inside", *fields])
        else:
            ops.append([SET, 5, counter, 9, 0, 0, f"known{number}", *fields])
    kept = [op for op in ops if op[0] >= 23 or op[0] == TEXT or (op[0] == SET and op[4])]
    random, document, at = Random(seed), Document(2), 0
    document.apply(first)
    while at < len(ops):
        size = random.randint(1, 4)
        delta = delta_of(ops[at : at + size], start=at)
        body = delta.encode()
        assert Delta.decode(body).encode() == body
        document.apply(Delta.decode(body))
        if random.random() < 0.3:
            document = Document.decode(document.encode(), 2)
        at += size
    again, merged = Document.decode(document.encode(), 3), Document(4)
    merged.merge(again)
    assert again.encode() == merged.encode() == document.encode()
    assert list(merged._tree.unknown.values()) == [list(op) for op in kept]
    assert {key: value for key, value in merged.to_value().items() if key.startswith("k")} == {
        op[6]: op[7] for op in ops if op[0] == SET and not op[4]
    }
    passed_on = [list(op) for delta in merged.deltas_since(Version({1: first.end})) for op in delta.ops]
    assert [op for op in passed_on if op in kept] == kept
    merged.check()


def test_an_unknown_op_inside_a_text_is_kept(document):
    op = [TEXT, 1, 2, [9, 5, 0, 1, "whatever"]]
    words = "in the group that the unknown op opened"
    typed = [TEXT, 1, 2, [0, 5, 1, 0, words, -2, 0, 1, 4]]
    body = delta_of([op, typed], end=1 + size_of(typed)).encode()
    document.apply(Delta.decode(body))
    assert document.value(("text",)) == words + "ab"
    again, merged = Document.decode(document.encode(), 3), Document(4)
    merged.merge(again)
    assert again._tree.unknown == merged._tree.unknown == {(5, 0): op}
    assert merged.encode() == document.encode()


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=examples(60))
def test_a_changed_op_is_refused_whole_or_applied_whole(seed, data):
    world = DocumentWorld(seed, 2)
    for _ in range(steps(8)):
        world.edit(world.holders[0])
    bodies = world.sent[world.holders[0].rid]
    if not bodies:
        return
    document = Document(500)
    for body in bodies[:-1]:
        document.apply(Delta.decode(body))
    delta = Delta.decode(bodies[-1])
    ops = [mutate(op, data) for op in delta.ops]
    before = document.encode()
    try:
        document.apply(Delta(delta.rid, delta.start, delta.end, delta.stamp, ops))
    except CrdtError:
        assert document.encode() == before
    document.check()


def mutate(op, data):
    if op[0] == TEXT and data.draw(st.booleans()):
        return [*op[:3], mutate(op[3], data)]
    changed = list(op)
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(
            st.one_of(st.integers(-3, 30), st.text(max_size=2), st.none(), st.just([1, 2]), st.just({}))
        )
    return changed


@pytest.mark.parametrize("kind", [SET, UNKNOWN])
def test_of_a_delta_known_in_part_only_the_rest_is_applied(document, kind):
    ops = [[kind, 5, place, 9, 0, 0, f"k{place}", place] for place in range(2)]
    document.apply(delta_of(ops[:1]))
    before = document.version().end(5)

    document.apply(delta_of(ops))

    assert (before, document.version().end(5)) == (1, 2)
    assert document.apply(delta_of(ops)) == []
    document.check()
