"""Ops of a text alone as bytes: read back as they were, small, and harmless when damaged."""

from __future__ import annotations

import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import CrdtError, LimitExceeded, MalformedOp, RichText, decode_ops, encode_ops
from crdt.codec import deflate
from crdt.ops import EDGE, EMBED, ERASE, FLIP, INSERT, INSERT_LENGTH_MAX, MARK, RID_MAX, SELF, TYPE
from crdt.ops_codec import COUNTER_SMALL_MAX, DEFLATED_MIN, SHORT_MAX
from tests.support.effort import steps
from tests.support.text_world import TextWorld

RID = 0x5EED_5EED_5EED_5EED
COUNTERS = [1, SHORT_MAX, SHORT_MAX + 1, COUNTER_SMALL_MAX - 1, COUNTER_SMALL_MAX, 1 << 39]
seeds = st.integers(0, 2**32)


@given(seeds)
def test_what_replicas_write_reads_back_op_by_op_batch_by_batch_and_all_together(seed):
    world = TextWorld(seed, 3)
    for _ in range(steps(20)):
        world.step()
    everything = []
    for batches in world.sent.values():
        for ops in batches:
            assert decode_ops(encode_ops(ops)) == ops
            for op in ops:
                assert decode_ops(encode_ops([op])) == [op]
            everything.extend(ops)
    assert decode_ops(encode_ops(everything)) == everything


@pytest.mark.parametrize(
    "counter", [1, SHORT_MAX, SHORT_MAX + 1, COUNTER_SMALL_MAX - 1, COUNTER_SMALL_MAX, 1 << 39]
)
@pytest.mark.parametrize("length", [1, DEFLATED_MIN - 1, DEFLATED_MIN, 9999])
def test_numbers_and_texts_of_every_size_read_back(counter, length):
    text = "ä" + "x" * length
    for rid in (0, 1, RID_MAX):
        for ops in (
            [[TYPE, rid, counter, text]],
            [[ERASE, rid, counter, 1, SELF, 0, length]],
            [[ERASE, rid, counter, 0, SELF, counter - 1, length]],
            [[INSERT, rid, counter, 1, text, SELF, 0, SELF, counter - 1]],
            [[INSERT, rid, counter, 0, text, EDGE, 0, EDGE, 1]],
            [[ERASE, rid, counter, 1, SELF, 0, 1], [ERASE, rid, counter + 1, 0, SELF, counter - 1, length]],
            [[ERASE, rid, counter, 0, SELF, 0, 1], [INSERT, rid, counter + 1, 0, text, SELF, 0, EDGE, 1]],
            [[ERASE, rid, counter, 0, 7 - (rid == 7), 0, 1], [ERASE, rid, counter + 1, 1, SELF, 0, 1]],
            [[ERASE, rid, counter, 0, SELF, 0, 1], [ERASE, rid, counter + 1, 1, SELF, 0, 1]],
            [[ERASE, rid, counter, 0, SELF, 0, 1], [INSERT, rid, counter + 1, 0, text, EDGE, 0, 7, 1]],
            [[FLIP, rid, counter, 5, rid, 0, counter, 0], [TYPE, rid, counter + 1, text]],
        ):
            assert decode_ops(encode_ops(ops)) == ops


def test_who_writes_in_turn_is_told_apart():
    for rid in (5, 6, 5, RID_MAX, 0, 0):
        assert decode_ops(encode_ops([[TYPE, rid, 9, "x"]])) == [[TYPE, rid, 9, "x"]]


def test_an_older_program_s_bytes_are_read():
    """Short texts were deflated once, and the hardest that can be."""
    text = "word " * 20
    head = b"\x14" + RID.to_bytes(8, "little") + b"\5\0\0"
    assert decode_ops(head + zlib.compress(text.encode(), 9)) == [[TYPE, RID, 5, text]]


def test_a_keystroke_takes_few_bytes():
    text = RichText(RID)
    assert len(encode_ops(text.insert(0, "a"))) == 17
    assert len(encode_ops(text.insert(1, "b"))) == 13
    assert len(encode_ops(text.delete(1, 1))) == 14
    assert encode_ops([]) == b"\0"
    assert decode_ops(b"\0") == []


GOLDEN = [
    ([[TYPE, RID, 70_000, "é"]], "10ed5eed5eed5eed5e701101c3a9"),
    ([[ERASE, RID, 9, 1, SELF, 4, 1]], "28ed5eed5eed5eed5e0900000500"),
    ([[ERASE, RID, 9, 0, SELF, 4, 300]], "30ed5eed5eed5eed5e09000005002c01"),
    ([[INSERT, RID, 9, 0, "x", SELF, 3, EDGE, 1]], "40ed5eed5eed5eed5e090000060000007 8".replace(" ", "")),
    (
        [[ERASE, RID, 9, 0, SELF, 4, 2], [INSERT, RID, 10, 0, "x", SELF, 3, SELF, 4]],
        "60ed5eed5eed5eed5e09000002000500020007000600" + "78",
    ),
    ([[MARK, 3, 5, 1, 8, "bold", True, SELF, 0, 0, 4, 1, 1]], None),
    ([[EMBED, 3, 5, 1, {"type": "image"}, SELF, 0, EDGE, 1]], None),
]


@pytest.mark.parametrize(("ops", "expected"), GOLDEN)
def test_the_bytes_are_what_they_were(ops, expected):
    data = encode_ops(ops)
    assert decode_ops(data) == ops
    if expected is not None:
        assert data.hex() == expected
        assert decode_ops(bytes.fromhex(expected)) == ops


@given(seeds, st.integers(0, 255))
def test_damaged_bytes_raise_only_errors_of_the_core(seed, value):
    random = Random(seed)
    samples = [encode_ops(ops) for ops, _ in GOLDEN] + [encode_ops([op for ops, _ in GOLDEN for op in ops])]
    for data in samples:
        place = random.randrange(len(data))
        flipped = data[:place] + bytes((value,)) + data[place + 1 :]
        for damaged in (data[:place], flipped, data + bytes((value,)), bytes((value,)) + data[1:]):
            try:
                ops = decode_ops(damaged)
            except CrdtError:
                continue
            try:
                RichText(1).apply(ops)
            except CrdtError:
                continue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 30,
        b"\x02" + bytes(30),
        b"\x18" + bytes(30),
        b"\x12" + bytes(30),
        b"\x10" + bytes(5),
        b"\x10" + b"\xff" * 8 + bytes(3) + b"x",
        b"\x10" + bytes(11) + b"\xff",
        b"\x14" + bytes(11) + b"no zlib",
        b"\x20" + bytes(11),
        b"\x20" + bytes(11) + b"\1\0",
        b"\x20" + bytes(8) + b"\5\0\0" + b"\1\0\1",
        b"\x30" + bytes(8) + b"\5\0\0" + b"\1\0",
        b"\x24" + bytes(8) + b"\5\0\0" + b"\1\0",
        b"\x40" + bytes(8) + b"\5\0\0" + b"\1\0",
        b"\x40" + bytes(8) + b"\5\0\0" + b"\6\0\1\0x",
        b"\x50" + bytes(8) + b"\5\0\0",
        b"\x50" + bytes(8) + b"\5\0\0" + b"\2\0" + b"\1\0\1\0",
        b"\x50" + bytes(8) + b"\5\0\0" + b"\1\0" + b"\1\0\1\0x",
        b"\x54" + bytes(8) + b"\5\0\0" + b"\1\0" + b"\1\0\1\0",
        b"\x60" + bytes(8) + b"\5\0\0" + b"\0\0",
        b"\0" + b"\x0b" + b"\xff" * 8 + bytes(3),
        b"\x04" + b"no zlib",
    ],
)
def test_bytes_that_nothing_writes_are_refused(data):
    with pytest.raises(MalformedOp):
        decode_ops(data)


def test_a_text_that_unpacks_to_more_than_any_op_holds_is_refused():
    bomb = b"\x14" + bytes(11) + deflate(b"x" * (4 * INSERT_LENGTH_MAX + 1))
    with pytest.raises(LimitExceeded):
        decode_ops(bomb)


@pytest.mark.parametrize(
    "ops",
    [
        [[TYPE, 1, 2]],
        [[99, 1, 2, "x"]],
        [[TYPE, None, 2, "x"]],
        [[TYPE, 1, -1, "x"]],
        [[TYPE, 1, 2, None]],
        [[ERASE, 1, 2, 0, SELF, None, 1]],
        [[ERASE, 1, 2, 0, SELF, 5, 1]],
        [[ERASE, 1, 2, 0, SELF, 1, None]],
        [[INSERT, 1, 2, 0, None, SELF, 0, SELF, 1]],
        [[INSERT, 1, 2, 0, "", EDGE, 0, EDGE, 1]],
        [[ERASE, 1, 2, 0, SELF, 1, 1], [ERASE, 1, 3, 0, SELF, 5, 1]],
        [[ERASE, 1, 2, 0, SELF, 1, 1], [ERASE, 1, 3, 0, SELF, 1, None]],
        [[ERASE, 1, 2, 0, SELF, 1, 1], [INSERT, 1, 3, 0, None, SELF, 1, SELF, 2]],
        [[ERASE, 1, 2, 0, SELF, 1, 1], [INSERT, 1, 3, 0, "x", SELF, 7, SELF, 2]],
    ],
)
def test_what_is_no_op_of_a_text_has_no_bytes(ops):
    with pytest.raises(CrdtError):
        encode_ops(ops)
