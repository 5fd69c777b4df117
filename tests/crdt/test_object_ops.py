import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import CrdtError, LimitExceeded, MalformedOp
from crdt.object_ops import (
    ITEM_INSERT,
    ITEM_MOVE,
    ITEM_REMOVE,
    KEY_LENGTH_MAX,
    MAKE,
    REMOVE,
    SET,
    TEXT,
    author_of,
    check_body,
    check_name,
    container_of,
    field,
    inner_op,
    item_name,
    item_of,
    key_of,
    kind_at,
    name_at,
    opens_group,
    parse_item,
    size_of,
    time_of,
)
from crdt.ops import FLIP, MARK, plain

GOOD = (
    [SET, 1, 0, 5, 0, 0, "key", {"a": [1]}],
    [SET, 1, 0, 5, 3, 4, [3, 5], None],
    [MAKE, 1, 0, 5, 0, 0, "key", "map"],
    [REMOVE, 1, 0, 5, 0, 0, "key"],
    [ITEM_INSERT, 1, 0, 5, 3, 4, "V", 0, 7],
    [ITEM_INSERT, 1, 0, 5, 3, 4, "V", 1, "text"],
    [ITEM_MOVE, 1, 0, 5, 3, 4, 3, 5, "V"],
    [ITEM_REMOVE, 1, 0, 5, 3, 4, 3, 5],
)


@given(st.integers(0, (1 << 63) - 1), st.integers(0, 1 << 40))
def test_an_item_has_a_name_that_says_which_it_is(rid, counter):
    assert parse_item(item_name((rid, counter))) == (rid, counter)


@pytest.mark.parametrize(
    "name", ["", "-", "1-", "-1", "1-g", "01-1", "1-01", "1-1-1", "1-A", "²-1", "1--1", "9" * 20 + "-1"]
)
def test_what_is_no_name_of_an_item_is_malformed(name):
    with pytest.raises(MalformedOp):
        parse_item(name)


@pytest.mark.parametrize("op", GOOD)
def test_ops_as_lists_and_tuples_are_understood(op):
    for form in (op, tuple(op)):
        check_body(form)
        assert author_of(form) == (1, 0)
        assert size_of(form) == 1
        assert time_of(form) == 5


@given(
    st.sampled_from(GOOD),
    st.integers(0, 8),
    st.sampled_from([None, -1, 1.5, "x" * 300, [], [1], {}, b"", 1 << 70, True]),
)
def test_a_wrong_field_is_refused_or_harmless(op, place, wrong):
    changed = list(op)
    if place < len(changed):
        changed[place] = wrong
    else:
        changed.append(wrong)
    try:
        kind_at(changed)
        if changed[0] == op[0]:
            author_of(changed)
            check_body(changed)
    except CrdtError:
        pass


def test_what_an_op_names_can_be_read():
    assert container_of(GOOD[1]) == (3, 4)
    assert key_of(GOOD[0]) == "key"
    assert key_of(GOOD[1]) == (3, 5)
    assert item_of(GOOD[6]) == (3, 5)
    text = [TEXT, 3, 4, [MARK, 1, 2, 0, 99, "bold", True, -2, 0, 1, -2, 1, 0]]
    assert container_of(text) == (3, 4)
    assert (author_of(text), size_of(text), time_of(text)) == ((1, 2), 1, 99)
    assert size_of([TEXT, 3, 4, [0, 1, 2, 1, "four", -2, 0, -2, 1]]) == 4
    assert size_of([TEXT, 3, 4, [9, 1, 2]]) == 1
    assert time_of([FLIP, 1, 2, 77, 1, 0, 2, 0]) == 77
    assert time_of([99, 1, 2]) == 0


@pytest.mark.parametrize("op", [None, 5, [], [1, 2], ["x", 1, 2], [-1, 1, 2], [1 << 20, 1, 2], [True, 1, 2]])
def test_what_is_no_op_is_malformed(op):
    with pytest.raises(MalformedOp):
        kind_at(op)


def test_a_text_op_without_its_inner_op_is_malformed():
    for op in ([TEXT, 1, 2], [TEXT, 1, 2, 3], [TEXT, 1, 2, [0], 5]):
        with pytest.raises(MalformedOp):
            inner_op(op)
    with pytest.raises(MalformedOp):
        author_of([TEXT, 1, 2, [0]])
    with pytest.raises(MalformedOp):
        key_of([SET, 1, 0, 5, 0, 0, [1], 0])


def test_keys_are_bounded():
    assert check_name("k" * KEY_LENGTH_MAX)
    with pytest.raises(LimitExceeded):
        check_name("k" * (KEY_LENGTH_MAX + 1))
    for name in (5, None, "\ud800"):
        with pytest.raises(MalformedOp):
            check_name(name)


def test_a_plain_copy_shares_nothing_and_knows_no_tuples():
    given_value = {"a": (1, [2, {"b": b"x"}])}
    copy = plain(given_value)
    assert copy == {"a": [1, [2, {"b": b"x"}]]}
    copy["a"][1].append(3)
    assert given_value == {"a": (1, [2, {"b": b"x"}])}


def test_a_flip_counts_one_and_only_text_ops_that_say_so_open_a_group():
    flip = [FLIP, 1, 0, 9, 1, 0, 1, 0]
    assert size_of(flip) == 1
    assert size_of([TEXT, 1, 0, [0, 1, 5, 1, "word", -2, 0, -2, 1]]) == 4
    for inner, opens in (
        ([0, 1, 5, 1, "x", -2, 0, -2, 1], True),
        ([0, 1, 5, 0, "x", -2, 0, -2, 1], False),
        ([0, 1, 5, True, "x", -2, 0, -2, 1], False),
        ([1, 1, 5, "x"], False),
        ([9, 1, 5, 1, "of a newer version"], True),
        ([9, 1, 5], False),
    ):
        assert opens_group([TEXT, 1, 0, inner]) is opens
    assert not opens_group(flip)
    assert not opens_group(GOOD[0])


def test_fields_of_an_admitted_op():
    assert (field(GOOD[0], 3), name_at(GOOD[0], 6)) == (5, "key")
    with pytest.raises(MalformedOp):
        name_at(GOOD[0], 3)
