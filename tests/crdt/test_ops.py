"""Ops as plain lists: their lengths, their fields, and what a value may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import LimitExceeded, MalformedOp
from crdt.ops import (
    EMBED,
    ERASE,
    FLIP,
    INSERT,
    INSERT_LENGTH_MAX,
    KINDS,
    LENGTHS,
    TYPE,
    VALUE_DEPTH_MAX,
    check_text,
    check_value,
    counters_of,
    integer,
    kind_of,
    mapping,
    plain,
    string,
)

plain_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 63), (1 << 64) - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.binary(),
    ),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def op(kind, **fields):
    found = [kind, *[0] * (LENGTHS[kind] - 1)]
    for place, value in fields.items():
        found[int(place[1:])] = value
    return found


def test_an_op_takes_as_many_counters_as_it_inserts_characters():
    assert counters_of(op(INSERT, f4="word")) == 4
    assert counters_of(op(TYPE, f3="é😀")) == 2
    assert counters_of(op(INSERT, f4="")) == 0
    assert [counters_of(op(kind)) for kind in range(ERASE, KINDS)] == [1] * (KINDS - ERASE)


def test_the_kind_of_an_op_is_known_by_number_and_length():
    for kind in range(KINDS):
        assert kind_of(op(kind)) == kind_of(tuple(op(kind))) == kind
        for wrong in (op(kind)[:-1], [*op(kind), 0]):
            with pytest.raises(MalformedOp):
                kind_of(wrong)
    for wrong in ([KINDS], [-1], [True, 0, 0, ""], [None], [], (), "insert", None, {0: 1}):
        with pytest.raises(MalformedOp):
            kind_of(wrong)  # type: ignore[arg-type]  # hostile on purpose


def test_fields_are_read_within_bounds_and_of_their_very_type():
    fields = [0, 5, "abc", {"a": 1}]
    assert integer(fields, 1, 5, 5) == 5
    assert string(fields, 2, 3) == "abc"
    assert mapping(fields, 3) == {"a": 1}
    for low, high in ((6, 9), (0, 4)):
        with pytest.raises(MalformedOp):
            integer(fields, 1, low, high)
    with pytest.raises(MalformedOp):
        string(fields, 2, 2)
    for place in (1, 2):
        with pytest.raises(MalformedOp):
            mapping(fields, place)
    for no_integer in (True, 1.0, "1", None):
        with pytest.raises(MalformedOp):
            integer([no_integer], 0, 0, 9)
    for no_string in (b"abc", 5, None, ["a"]):
        with pytest.raises(MalformedOp):
            string([no_string], 0, 9)
    with pytest.raises(MalformedOp):
        mapping([{"a": object()}], 0)


@given(plain_values)
def test_plain_values_pass(value):
    check_value(value)


@pytest.mark.parametrize("value", [object(), {1}, 1j, bytearray(b"x"), range(3), -(1 << 63) - 1, 1 << 64])
def test_other_values_do_not_wherever_they_stand(value):
    for wrong in (value, [value], {"a": value}, ({"a": [value]},), [1, 2, [3, value]]):
        with pytest.raises(MalformedOp):
            check_value(wrong)


def test_keys_are_strings_that_utf_8_can_carry():
    for wrong in ({1: 2}, {None: 1}, {b"a": 1}, {"\ud800": 1}, {"a": {"\udfff": 1}}, "\ud800", ["a\udc00"]):
        with pytest.raises(MalformedOp):
            check_value(wrong)
    check_value({"": {"é": "😀\0"}})


def test_values_may_be_nested_to_a_limit():
    value: object = None
    for _ in range(VALUE_DEPTH_MAX - 1):
        value = [value]
    check_value(value)
    with pytest.raises(MalformedOp):
        check_value([value])
    loop: list = []
    loop.append({"again": loop})
    with pytest.raises(MalformedOp):
        check_value(loop)


def test_text_is_what_an_editor_can_show():
    check_text("")
    check_text("x" * INSERT_LENGTH_MAX)
    check_text("é漢😀\n\u2028\ufffc")
    for wrong in ("\0", "a\0b", "\ud800", "a\udfff", "é\udc00"):
        with pytest.raises(MalformedOp):
            check_text(wrong)
    with pytest.raises(LimitExceeded):
        check_text("x" * (INSERT_LENGTH_MAX + 1))


def test_lengths_of_text_are_checked_where_counters_are_counted():
    for wrong in (op(INSERT, f4="x" * (INSERT_LENGTH_MAX + 1)), op(TYPE, f3=7), op(INSERT, f4=None)):
        with pytest.raises(MalformedOp):
            counters_of(wrong)
    assert counters_of(op(EMBED)) == counters_of(op(FLIP)) == 1


def test_a_copy_shares_nothing_that_can_change():
    value = {"a": [1, (2, b"3")], "b": {"c": [None, True, 1.5]}}
    copy = plain(value)
    assert copy == {"a": [1, [2, b"3"]], "b": {"c": [None, True, 1.5]}}
    value["a"].append(4)
    value["b"]["c"].clear()
    assert copy == {"a": [1, [2, b"3"]], "b": {"c": [None, True, 1.5]}}


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_not_finite_is_no_value(number):
    check_value([0.0, -1.5e308])
    with pytest.raises(MalformedOp):
        check_value([number])
