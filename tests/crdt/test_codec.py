"""Bytes: one way to write each value, and nothing but CrdtError from any others."""

import math
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.codec import (
    INFLATED_MAX,
    INFLATED_RATIO_MAX,
    KNOWN_MAX,
    Reader,
    Writer,
    deflate,
    deflate_quickly,
    inflate,
)
from crdt.errors import CrdtError, LimitExceeded, MalformedOp
from crdt.ops import VALUE_DEPTH_MAX, check_value

small = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.binary(),
)
values = st.recursive(
    small, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


def written(*calls):
    """The bytes after these calls of a writer, each (method, argument)."""
    writer = Writer()
    for method, argument in calls:
        getattr(writer, method)(argument)
    return writer.written()


def same(one, other):
    """Equal, and of the same types all the way down."""
    return one == other and repr(one) == repr(other)


@given(values)
def test_a_value_comes_back_as_it_was(value):
    reader = Reader(written(("value", value)))
    assert same(reader.value(), in_order(value))
    reader.finish()


def in_order(value):
    """The value with the keys of all its mappings in order, as reading makes them."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(), values, max_size=5), st.randoms())
def test_a_mapping_has_one_encoding_whatever_the_order_of_its_keys(mapping, random):
    keys = list(mapping)
    random.shuffle(keys)
    assert written(("value", mapping)) == written(("value", {key: mapping[key] for key in keys}))


def test_tuples_are_written_as_lists_and_minus_zero_survives():
    assert written(("value", (1, (2,)))) == written(("value", [1, [2]]))
    assert str(Reader(written(("value", -0.0))).value()) == "-0.0"


@given(st.lists(st.integers(0, (1 << 70) - 1)), st.lists(st.integers(-(1 << 68), 1 << 68)))
def test_columns_of_integers_come_back(numbers, signed):
    data = written(
        ("uints", numbers), *[("sint", number) for number in signed], *[("uint", n) for n in numbers]
    )
    reader = Reader(data)
    assert reader.uints(len(numbers)) == numbers
    assert [reader.sint() for _ in signed] == signed
    assert [reader.uint() for _ in numbers] == numbers
    reader.finish()
    reader = Reader(data)
    reader.uints(len(numbers))
    assert reader.sints(len(signed)) == signed


def test_signed_integers_are_short_near_zero():
    for number, data in ((0, b"\0"), (-1, b"\1"), (1, b"\2"), (-64, b"\x7f"), (64, b"\x80\1")):
        assert written(("sint", number)) == data
        assert Reader(data).sint() == number


@pytest.mark.parametrize("data", [b"\x80\0", b"\x81\x80\0", b"\x80", b"", b"\xff" * 9, b"\xff" * 10 + b"\1"])
def test_an_integer_that_is_longer_than_needed_too_large_or_cut_off_is_refused(data):
    for read in (Reader.uint, Reader.sint, lambda reader: reader.uints(1), lambda reader: reader.bounded(5)):
        with pytest.raises(MalformedOp):
            read(Reader(data))


def test_a_column_that_ends_too_early_is_refused():
    for data, count in ((b"\1\2", 3), (b"\1\x80", 2), (b"\x80\1\x80\1", 3), (b"", 1 << 60), (b"\x80\0\1", 2)):
        with pytest.raises(MalformedOp):
            Reader(data).uints(count)
    assert Reader(b"\1\x80\1").uints(2) == [1, 128]


def test_bounds_hold_at_the_limit_and_one_past_it():
    assert Reader(b"\5").bounded(5) == 5
    with pytest.raises(MalformedOp):
        Reader(b"\6").bounded(5)
    assert Reader(b"\2ab").count() == 2
    with pytest.raises(MalformedOp):
        Reader(b"\4ab").count()
    assert Reader(b"ab").raw(2) == b"ab"
    with pytest.raises(MalformedOp):
        Reader(b"ab").raw(3)
    assert Reader(b"\2ab").block() == b"ab"
    with pytest.raises(MalformedOp):
        Reader(b"\3ab").block()
    assert Reader(b"ab").left() == 2


def test_bytes_behind_the_end_are_refused():
    reader = Reader(b"\1\2")
    reader.uint()
    with pytest.raises(MalformedOp):
        reader.finish()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x09", id="no known kind"),
        pytest.param(b"\x05\1\xff", id="not UTF-8"),
        pytest.param(b"\x05\3\xed\xa0\x80", id="lone surrogate"),
        pytest.param(b"\4\0\0", id="half a float"),
        pytest.param(written(("value", math.nan)), id="not a number"),
        pytest.param(written(("value", -math.inf)), id="infinite"),
        pytest.param(b"\7\5\0", id="more items than bytes"),
        pytest.param(b"\x08\2\1b\0\1a\0", id="keys out of order"),
        pytest.param(b"\x08\2\1a\0\1a\0", id="a key twice"),
        pytest.param(b"\3" + written(("sint", 1 << 64)), id="integer too large"),
        pytest.param(b"\3" + written(("sint", -(1 << 63) - 1)), id="integer too small"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_value_is_refused(data):
    with pytest.raises(MalformedOp):
        Reader(data).value()


def nested(depth, kind):
    value: object = None
    for _ in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


@pytest.mark.parametrize("kind", [list, dict])
def test_values_as_deep_as_allowed_are_read_and_deeper_ones_refused(kind):
    deepest = nested(VALUE_DEPTH_MAX - 1, kind)
    check_value(deepest)
    assert Reader(written(("value", deepest))).value() == deepest
    with pytest.raises(MalformedOp):
        check_value(nested(VALUE_DEPTH_MAX, kind))
    with pytest.raises(MalformedOp):
        Reader(written(("value", nested(VALUE_DEPTH_MAX, kind)))).value()
    with pytest.raises(MalformedOp):
        Reader((b"\7\1" if kind is list else b"\x08\1\0") * 100_000).value()


def test_a_mapping_is_demanded_where_one_belongs():
    assert Reader(written(("value", {"a": 1}))).marks() == {"a": 1}
    for value in (None, [], "a", 1):
        with pytest.raises(MalformedOp):
            Reader(written(("value", value))).marks()


@given(st.binary(max_size=60))
def test_reading_any_bytes_gives_a_plain_value_or_an_error_of_ours(data):
    try:
        value = Reader(data).value()
    except CrdtError:
        return
    check_value(value)
    assert data.startswith(written(("value", value)))


# Packing


@given(st.binary())
def test_packed_bytes_come_back(data):
    assert inflate(deflate(data)) == inflate(deflate_quickly(data)) == data


@given(st.binary(min_size=1), st.randoms())
def test_damaged_packed_bytes_are_refused(data, random):
    packed = deflate(data)
    with pytest.raises(MalformedOp):
        inflate(packed[: random.randrange(len(packed))])
    with pytest.raises(MalformedOp):
        inflate(packed + b"\0")
    broken = bytearray(packed)
    broken[random.randrange(len(packed))] ^= 1 << random.randrange(8)
    with suppress(CrdtError):
        assert inflate(bytes(broken)) == data


def test_a_bomb_is_refused_before_it_goes_off():
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range((INFLATED_MAX >> 20) + 1)) + packer.flush()
    assert len(bomb) * INFLATED_RATIO_MAX < INFLATED_MAX
    with pytest.raises(LimitExceeded):
        inflate(bomb)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 1 << 40)), max_size=20))
def test_references_are_a_code_and_behind_most_codes_a_counter(pairs):
    numbers = []
    for code, counter in pairs:
        numbers += [code, counter] if code > 1 else [code]
    bases, limits = [code << 41 for code in range(301)], [(1 << 40) + 1] * 301
    reader = Reader(written(("uints", numbers)))
    assert reader.references(len(pairs), bases, limits) == [
        bases[code] + (counter if code > 1 else 0) for code, counter in pairs
    ]
    reader.finish()


@pytest.mark.parametrize("counter", [127, 128, 16_383, 16_384, (1 << 21) - 1, 1 << 21])
def test_counters_of_every_length_are_read(counter):
    data, bases = written(("uints", [2, counter, 0])), [-1, -2, 1 << 40]
    assert Reader(data).references(2, bases, [1, 1, counter + 1]) == [(1 << 40) + counter, -1]
    with pytest.raises(MalformedOp, match="an element"):
        Reader(data).references(2, bases, [1, 1, counter])
    with pytest.raises(MalformedOp, match="a replica"):
        Reader(data).references(2, bases[:2], [1, 1])


def test_mappings_that_come_again_are_read_as_they_were_and_are_ones_own():
    flat = [{"kind": f"k{number}"} for number in range(KNOWN_MAX + 2)]
    flat += [{}, {"kind": "k1", "level": 1}, {"kind": "k1", "level": 11}, {"level": 1.5, "on": True}]
    nested = {"embed": {"type": "image"}, "rows": [1]}
    mappings = [*flat, nested, *reversed(flat), nested, *flat]
    writer = Writer()
    for mapping in mappings:
        writer.value(mapping)
    reader = Reader(writer.written())
    read = []
    for mapping in mappings:
        read.append(reader.marks())
        assert read[-1] == mapping
        read[-1]["kind"] = "mine"  # changes nobody else's
        if "rows" in read[-1]:
            read[-1]["rows"].append(2)
    reader.finish()
    assert len({id(mapping) for mapping in read}) == len(read)


def test_a_mapping_whose_bytes_begin_as_those_of_one_that_is_known_is_another():
    short, cut = Writer(), Writer()
    for mapping in ({"a": 1}, {"a": 128}):
        short.value(mapping)
    reader = Reader(short.written())
    assert [reader.marks(), reader.marks()] == [{"a": 1}, {"a": 128}]
    cut.value({"a": 1})
    reader = Reader(cut.written() + cut.written()[:-1])
    assert reader.marks() == {"a": 1}
    with pytest.raises(MalformedOp):
        reader.marks()
