from __future__ import annotations

import math

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import ARRAY_LENGTH_MAX, DEPTH_MAX, MAP_LENGTH_MAX, STRING_SIZE_MAX
from sync.protocol.pack import pack, unpack

_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_PLAIN)
def test_plain_values_come_back_as_they_were(value):
    assert unpack(pack(value)) == value


@pytest.mark.covers(
    "limit DEPTH_MAX", "limit ARRAY_LENGTH_MAX", "limit MAP_LENGTH_MAX", "limit STRING_SIZE_MAX"
)
def test_limits_hold_at_the_limit_and_one_past_it():
    for value, past in (
        (_nested(DEPTH_MAX), _nested(DEPTH_MAX + 1)),
        ([0] * ARRAY_LENGTH_MAX, [0] * (ARRAY_LENGTH_MAX + 1)),
        (_keys(MAP_LENGTH_MAX), _keys(MAP_LENGTH_MAX + 1)),
        ("x" * STRING_SIZE_MAX, "x" * (STRING_SIZE_MAX + 1)),
    ):
        assert unpack(pack(value)) == value
        _refused(pack(past))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\x91" * 1025 + b"\xc0",
        b"\x91" * 100_000 + b"\xc0",
        b"\x90" * (1024 * 1024),
        b"\xd4\x01\x00",
        b"\xd6\xff\x00\x00\x00\x00",
        b"\xc7\x00\x05",
        b"\x82\xa1a\x01\xa1a\x02",
        b"\x81\x01\x02",
        b"\x81\xc4\x01a\x02",
        b"\xa2\xff\xfe",
        b"\xa3\xed\xa0\x80",
        msgpack.packb(math.nan),
        msgpack.packb({"a": [math.inf]}),
    ],
)
def test_hostile_bytes_are_one_bad_frame(packed):
    _refused(packed)


@pytest.mark.parametrize("value", [object(), {1, 2}, 2**64, -(2**63) - 1, "\ud800"])
def test_what_the_wire_cannot_carry_is_our_own_fault(value):
    with pytest.raises(LocalProtocolError) as caught:
        pack(value)
    assert caught.value.code == "unsayable"


def _refused(packed):
    with pytest.raises(RemoteProtocolError) as caught:
        unpack(packed)
    assert caught.value.code == "bad_frame"


def _nested(depth):
    value: list = []
    for _ in range(depth - 1):
        value = [value]
    return value


def _keys(count):
    return {str(key): key for key in range(count)}
