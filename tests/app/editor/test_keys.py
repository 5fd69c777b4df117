"""Marks and attributes as canonical strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.editor.keys import key_of, values_of

plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.binary(max_size=8)
values = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    ),
    max_size=4,
)


@given(values)
def test_a_key_gives_its_values_back(found):
    assert values_of(key_of(found)) == found


@given(values)
def test_the_order_in_which_values_were_set_is_of_no_account(found):
    assert key_of(dict(reversed(list(found.items())))) == key_of(found)


def test_nothing_is_the_empty_key():
    assert key_of({}) == ""
    assert values_of("") == {}


def test_what_no_op_can_carry_is_refused():
    with pytest.raises(TypeError, match="holds a set"):
        key_of({"bold": {1, 2}})


def test_a_string_that_is_no_key_is_refused():
    with pytest.raises(ValueError, match="JSON object"):
        values_of("[1]")
