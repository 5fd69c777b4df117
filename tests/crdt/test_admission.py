"""
The gate: what comes in, what waits, what is refused; and that a refused batch has changed nothing.
"""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.admission import Arrivals
from crdt.errors import CausalGap, CrdtError, LimitExceeded, MalformedOp
from crdt.marks import AFTER, BEFORE
from crdt.ops import (
    BLOCK,
    COUNTER_MAX,
    EDGE,
    EMBED,
    ERASE,
    FLIP,
    INSERT,
    INSERT_LENGTH_MAX,
    KIND_LENGTH_MAX,
    KINDS,
    LENGTHS,
    MARK,
    RID_MAX,
    SELF,
    TIME_MAX,
    TYPE,
)
from crdt.replicas import COUNTERS_MAX, Replicas
from crdt.text import RichText
from tests.support.effort import steps
from tests.support.meeting import reloaded, shown
from tests.support.text_world import TextWorld

FROM_START, TO_END = (EDGE, 0), (EDGE, 1)
BEFORE_ALL, BEHIND_ALL = (EDGE, 0, AFTER), (EDGE, 1, BEFORE)


def base():
    """
    A text whose replica 1 wrote "one", a newline and "two" as 0-6, an embed as 7, a mark 8, a delete 9.

    Its second group starts at 7. Replica 2 has heard of it and wrote nothing yet.
    """
    text = RichText(1)
    text.insert(0, "one\ntwo")
    text.new_group()
    text.insert_embed(7, {"type": "divider"})
    text.format(0, 3, "bold", True)
    text.delete(1, 1)
    return text


def insert(*fields, at=0, starts=1):
    return [INSERT, 2, at, starts, *fields]


def assert_refused(text, ops, error):
    """Applying raises exactly this and leaves everything as it was."""
    before = shown(text), text.encode(), text.version()
    with pytest.raises(error) as caught:
        text.apply(ops)
    assert caught.type is error
    assert (shown(text), text.encode(), text.version()) == before
    text.check()


GOOD = {
    INSERT: insert("x", 1, 0, 1, 1),
    ERASE: [ERASE, 2, 0, 1, 1, 4, 3],
    MARK: [MARK, 2, 0, 1, 5, "bold", None, 1, 0, BEFORE, 1, 2, AFTER],
    BLOCK: [BLOCK, 2, 0, 1, 5, 1, 3, {"kind": "quote"}],
    EMBED: [EMBED, 2, 0, 1, {"type": "image"}, 1, 7, EDGE, 1],
    FLIP: [FLIP, 2, 0, 5, 1, 0, 7, 0],
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_op_of_each_kind_comes_in(kind):
    text = base()
    assert text.apply([GOOD[kind]])
    assert text.version().end(2) == 1
    text.check()
    assert text.apply([tuple(GOOD[kind])]) == []


NOT_INTEGERS = (None, True, False, 1.0, "1", b"1", [1], {}, -3, 1 << 64, 10**40)


@pytest.mark.parametrize("kind", GOOD)
def test_every_field_that_is_no_integer_in_range_is_refused(kind):
    op = GOOD[kind]
    for place, value in enumerate(op):
        if type(value) is int:
            for wrong in NOT_INTEGERS:
                assert_refused(base(), [[*op[:place], wrong, *op[place + 1 :]]], MalformedOp)


@pytest.mark.parametrize("kind", [*GOOD, TYPE])
def test_an_op_of_another_length_is_refused(kind):
    op = [*GOOD.get(kind, [TYPE, 2, 0, "x"])]
    for wrong in (op[:-1], [*op, 0], op[:3], op[:1]):
        assert_refused(base(), [wrong], MalformedOp)


@pytest.mark.parametrize(
    "op",
    [
        None,
        7,
        dict.fromkeys("abcd"),
        "insert",
        "type",
        b"type",
        {},
        [],
        (),
        [[]],
        [None],
        [True, 2, 0],
        [KINDS, 2, 0, 1],
        [TYPE, "1", 10, "x"],
        [TYPE, 1, 10, b"x"],
    ],
)
def test_what_is_no_op_is_refused_alone_and_among_others(op):
    assert_refused(base(), [GOOD[INSERT], op], MalformedOp)
    assert_refused(base(), [op], MalformedOp)


LOOP: list = []
LOOP.append(LOOP)
DEEP: object = True
for _ in range(40):
    DEEP = [DEEP]
NOT_PLAIN = (
    object(),
    {1: 2},
    {"a": {None: 1}},
    {1},
    1 << 64,
    -(1 << 63) - 1,
    "\ud800",
    {"\udc00": 1},
    DEEP,
    LOOP,
    1j,
)


@pytest.mark.parametrize("value", NOT_PLAIN, ids=lambda value: type(value).__name__)
def test_values_that_are_not_plain_are_refused(value):
    assert_refused(base(), [[*GOOD[MARK][:6], value, *GOOD[MARK][7:]]], MalformedOp)
    assert_refused(base(), [[*GOOD[BLOCK][:7], {"kind": value}]], MalformedOp)
    assert_refused(base(), [[*GOOD[EMBED][:4], {"type": [value]}, *GOOD[EMBED][5:]]], MalformedOp)


@pytest.mark.parametrize(
    "op",
    [
        pytest.param(insert("", *FROM_START, *TO_END), id="no text"),
        pytest.param(insert(7, *FROM_START, *TO_END), id="text is a number"),
        pytest.param(insert("a\0", *FROM_START, *TO_END), id="NUL"),
        pytest.param(insert("\ud800", *FROM_START, *TO_END), id="lone surrogate"),
        pytest.param(insert("x", *FROM_START, *TO_END, starts=0), id="belongs to no group"),
        pytest.param(insert("x", EDGE, 1, EDGE, 1), id="left of it the end"),
        pytest.param(insert("x", EDGE, 0, EDGE, 0), id="right of it the start"),
        pytest.param(insert("x", 1, 8, *TO_END), id="left of it a mark"),
        pytest.param(insert("x", *FROM_START, 1, 9), id="right of it a delete"),
        pytest.param(insert("x", 1, 2, 1, 2), id="between one element"),
        pytest.param(insert("x", 1, 3, 1, 2), id="origins the wrong way round"),
        pytest.param(insert("x", *FROM_START, *TO_END, at=COUNTER_MAX), id="the last counter"),
        pytest.param([TYPE, 1, 10, "x"], id="typed behind a delete"),
        pytest.param([TYPE, 1, 10, ""], id="nothing typed"),
        pytest.param([TYPE, 1, 10, 5], id="a number typed"),
        pytest.param([ERASE, 2, 0, 1, 1, 7, 2], id="erases more than elements"),
        pytest.param([ERASE, 2, 0, 1, 1, 8, 1], id="erases a mark"),
        pytest.param([ERASE, 2, 0, 1, 1, 0, 0], id="erases nothing"),
        pytest.param([MARK, 2, 0, 1, 5, "\ud800", 1, *BEFORE_ALL, *BEHIND_ALL], id="surrogate kind"),
        pytest.param([MARK, 2, 0, 1, 5, 7, 1, *BEFORE_ALL, *BEHIND_ALL], id="kind is a number"),
        pytest.param([MARK, 2, 0, 1, 5, "x" * (KIND_LENGTH_MAX + 1), 1, *BEFORE_ALL, *BEHIND_ALL], id="kind"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, *BEHIND_ALL, *BEHIND_ALL], id="mark from the end"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, *BEFORE_ALL, *BEFORE_ALL], id="mark to the start"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, EDGE, 0, BEFORE, *BEHIND_ALL], id="mark before the start"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, *BEFORE_ALL, EDGE, 1, AFTER], id="mark behind the end"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, 1, 8, BEFORE, *BEHIND_ALL], id="mark at a mark"),
        pytest.param([BLOCK, 2, 0, 1, 5, 1, 0, {}], id="block of a letter"),
        pytest.param([BLOCK, 2, 0, 1, 5, 1, 7, {}], id="block of an embed"),
        pytest.param([BLOCK, 2, 0, 1, 5, 1, 9, {}], id="block of a delete"),
        pytest.param([BLOCK, 2, 0, 1, 5, EDGE, 0, {}], id="block of the start"),
        pytest.param([BLOCK, 2, 0, 1, 5, EDGE, 1, [("a", 1)]], id="block attributes a list"),
        pytest.param([EMBED, 2, 0, 1, None, *FROM_START, *TO_END], id="embeds nothing"),
        pytest.param([FLIP, 2, 0, 5, 1, 1, 7, 0], id="no group starts there"),
        pytest.param([FLIP, 2, 0, 5, 1, 0, 8, 0], id="until beyond the group"),
        pytest.param([FLIP, 2, 0, 5, 1, 0, 0, 0], id="until before the group"),
        pytest.param([FLIP, 2, 0, 5, 1, 0, 7, 2], id="neither off nor on"),
    ],
)
def test_ops_that_no_replica_of_ours_writes_are_refused(op):
    assert_refused(base(), [op], MalformedOp)


def test_too_long_an_insert_is_refused_and_the_longest_is_not():
    text = RichText(1)
    assert_refused(text, [insert("x" * (INSERT_LENGTH_MAX + 1), *FROM_START, *TO_END)], MalformedOp)
    with pytest.raises(LimitExceeded):
        text.insert(0, "x" * (INSERT_LENGTH_MAX + 1))
    text.apply([insert("x" * INSERT_LENGTH_MAX, *FROM_START, *TO_END)])
    assert len(text) == INSERT_LENGTH_MAX


def test_the_greatest_replica_id_and_time_come_in_and_one_more_does_not():
    text = base()
    text.apply(
        [[INSERT, RID_MAX, 0, 1, "x", *FROM_START, *TO_END], [*GOOD[MARK][:4], TIME_MAX, *GOOD[MARK][5:]]]
    )
    assert_refused(text, [[INSERT, RID_MAX + 1, 0, 1, "x", *FROM_START, *TO_END]], MalformedOp)
    assert_refused(base(), [[*GOOD[MARK][:4], TIME_MAX + 1, *GOOD[MARK][5:]]], MalformedOp)
    text.check()


@pytest.mark.parametrize(
    "op",
    [
        pytest.param(insert("x", *FROM_START, *TO_END, at=1), id="its predecessor"),
        pytest.param(insert("x", 1, 10, *TO_END), id="left origin"),
        pytest.param(insert("x", *FROM_START, 3, 0), id="right origin"),
        pytest.param([TYPE, 2, 0, "x"], id="what it was typed behind"),
        pytest.param([ERASE, 2, 0, 1, 1, 7, 4], id="erased elements"),
        pytest.param([MARK, 2, 0, 1, 5, "b", 1, *BEFORE_ALL, 1, 11, AFTER], id="the end of a mark"),
        pytest.param([BLOCK, 2, 0, 1, 5, 1, 12, {}], id="a newline"),
        pytest.param([FLIP, 2, 0, 5, 1, 7, 11, 0], id="the rest of a group"),
        pytest.param([FLIP, 2, 0, 5, 3, 0, 1, 0], id="a group of a stranger"),
    ],
)
def test_an_op_that_builds_on_what_is_missing_waits(op):
    if op[0] == TYPE:
        assert_refused(base(), [op], MalformedOp if op[2] == 0 else CausalGap)
    else:
        assert_refused(base(), [op], CausalGap)


# Batches


def good_batch():
    """One op after the other, each building on those before it in the same batch; group 2 starts at 6."""
    return [
        insert("ab\nc", 1, 6, 1, 7),
        [TYPE, 2, 4, "de"],
        [EMBED, 2, 6, 1, {"type": "divider"}, SELF, 5, 1, 7],
        [TYPE, 2, 7, "f"],
        [INSERT, 2, 8, 0, "g", SELF, 0, SELF, 1],
        [ERASE, 2, 9, 0, SELF, 3, 2],
        [MARK, 2, 10, 0, 5, "link", "x", SELF, 1, BEFORE, SELF, 8, AFTER],
        [BLOCK, 2, 11, 0, 6, SELF, 2, {"kind": "quote"}],
        [FLIP, 2, 12, 7, 2, 0, 6, 0],
        [FLIP, 2, 13, 8, 2, 6, 14, 0],
    ]


def test_ops_may_build_on_ops_of_the_same_batch():
    batch = good_batch()[:-1]
    at_once, one_by_one = base(), base()
    at_once.apply(batch)
    for op in batch:
        one_by_one.apply([op])
    assert at_once.encode() == one_by_one.encode()
    at_once.check()
    assert at_once.blocks() == one_by_one.blocks()


@pytest.mark.parametrize(
    "op",
    [
        [BLOCK, 2, 12, 0, 6, SELF, 1, {"kind": "quote"}],
        [BLOCK, 2, 12, 0, 6, 2, 4, {"kind": "quote"}],
        [BLOCK, 2, 12, 0, 6, SELF, 9, {"kind": "quote"}],
        [ERASE, 2, 12, 0, SELF, 7, 3],
        [ERASE, 2, 12, 0, 2, 9, 1],
        [TYPE, 2, 12, "x"],
        [FLIP, 2, 12, 9, 2, 0, 7, 0],
        [FLIP, 2, 12, 9, 2, 1, 6, 0],
        [INSERT, 2, 11, 0, "xy", 2, 4, 1, 7],
        [INSERT, 2, 12, 0, "x", SELF, 9, 1, 7],
    ],
)
def test_a_bad_reference_into_the_same_batch_is_refused_with_the_whole_batch(op):
    assert_refused(base(), [*good_batch()[:8], op], MalformedOp)


def test_the_next_op_of_an_author_a_known_one_an_early_one_and_an_overlapping_one_are_told_apart():
    replicas = Replicas(1)
    replicas.ends[0] = 5
    arrivals = Arrivals(replicas)
    assert arrivals.is_new(1, 5, 3)
    assert not arrivals.is_new(1, 2, 3)
    with pytest.raises(CausalGap):
        arrivals.is_new(1, 6, 1)
    with pytest.raises(MalformedOp):
        arrivals.is_new(1, 4, 2)
    assert arrivals.is_new(9, 0, 1)


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_a_batch_whose_kth_op_is_bad_changes_nothing(seed, random):
    world = TextWorld(seed, 2)
    for _ in range(steps(20)):
        world.step()
    text = world.replicas[0].text
    before = shown(text), text.encode()
    other = reloaded(world.replicas[1].text)
    ops = [op for batch in world.sent[world.replicas[1].rid] for op in batch]
    ops = [op for op in ops if op[2] >= text.version().end(op[1])]
    ops += other.insert(0, "tail")
    place = random.randint(0, len(ops))
    unheard_of = [INSERT, 1000, 0, 1, "x", 1000, 0, EDGE, 1]
    early = [INSERT, 1000, 7, 1, "x", EDGE, 0, EDGE, 1]
    bad = random.choice(([KINDS], unheard_of, early))
    with pytest.raises(CrdtError):
        text.apply([*ops[:place], bad, *ops[place:]])
    assert (shown(text), text.encode()) == before
    text.check()


# Known ops


def test_what_is_known_already_is_passed_over_even_beside_what_is_new():
    text = base()
    batch = good_batch()[:9]
    text.apply(batch)
    before = text.encode()
    assert text.apply(batch) == []
    assert text.apply([batch[0], batch[0]]) == []
    assert text.encode() == before
    assert text.apply([*batch, [INSERT, 3, 0, 1, "x", *FROM_START, *TO_END], batch[2]])


def test_an_op_that_overlaps_a_known_one_is_refused():
    text = base()
    text.apply([insert("abc", *FROM_START, *TO_END)])
    assert_refused(text, [insert("bcd", *FROM_START, *TO_END, at=1)], MalformedOp)
    assert_refused(text, [insert("x", *FROM_START, *TO_END, at=4)], CausalGap)


def test_the_first_op_of_a_replica_may_come_twice_in_one_batch():
    text = RichText(1)
    op = insert("ab", *FROM_START, *TO_END)
    assert len(text.apply([op, list(op), [TYPE, 2, 2, "c"]])) == 2
    assert text.text() == "abc"


# Origins that nobody can have seen side by side


HOSTILE_ORIGINS = [
    [INSERT, 1, 0, 1, "abcd", *FROM_START, *TO_END],
    [INSERT, 2, 0, 1, "x", 1, 1, 1, 1],
    [INSERT, 3, 0, 1, "y", *FROM_START, 1, 2],
    [INSERT, 4, 0, 1, "z", 2, 0, 1, 0],
]


def test_origins_nobody_can_have_seen_together_do_no_harm_in_a_batch():
    kept = 0
    for order in permutations(HOSTILE_ORIGINS[1:3]):
        for cut in range(4):
            text = RichText(9)
            batch = [HOSTILE_ORIGINS[0], *order, HOSTILE_ORIGINS[3]]
            for part in (batch[:cut], batch[cut:]):
                try:
                    text.apply(part)
                except MalformedOp:
                    break
            else:
                text.check()
                assert reloaded(text).encode() == text.encode()
                kept += 1
    assert kept > 0


def test_every_kind_has_its_length():
    assert len(LENGTHS) == KINDS
    assert all(len(op) == LENGTHS[op[0]] for op in (*GOOD.values(), *good_batch()))


def test_a_batch_fills_a_document_and_no_more():
    for left in (4, 3):
        text = base()
        replicas = text._replicas
        replicas.advance(replicas.intern(77), COUNTERS_MAX - replicas.total - left)
        batch = [[INSERT, 3, 0, 1, "ab", *FROM_START, *TO_END], [TYPE, 3, 2, "cd"]]
        if left == 4:
            assert text.apply(batch)
        else:
            with pytest.raises(LimitExceeded):
                text.apply(batch)
            assert replicas.total == COUNTERS_MAX - left
        text.check()
