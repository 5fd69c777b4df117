"""
Ops that were sent once, of each frozen text: they are read as they were, and no truncation and no flipped
byte of them does harm.
"""

import pytest

from crdt.codec import inflate
from crdt.errors import CrdtError
from crdt.ops_codec import DEFLATED, STRETCHES, decode_ops, encode_ops
from crdt.text import RichText
from tests.support.golden_texts import MAKERS, expectation, expected, plain, saved_ops

GOLDEN = saved_ops()
MASKS = (1, 2, 4, 8, 16, 32, 64, 128, 255)


def take_or_refuse(data):
    """Read and apply hostile bytes: they are refused, or what they give holds together."""
    try:
        ops = decode_ops(data)
        text = RichText(1000)
        text.apply(ops)
    except CrdtError:
        return False
    text.check()
    assert decode_ops(encode_ops(ops)) == ops
    return True


def test_the_ops_of_every_frozen_text_are_there():
    assert set(GOLDEN) == set(MAKERS)


@pytest.mark.parametrize("name", GOLDEN)
def test_frozen_ops_make_the_text_that_they_were_written_for(name):
    seen = expectation(name)
    text = RichText(seen["holder"])
    text.apply(decode_ops(GOLDEN[name]))
    text.check()
    assert plain(expected(text)) == seen


@pytest.mark.parametrize("name", GOLDEN)
def test_every_truncation_and_every_flipped_byte_of_frozen_ops_does_no_harm(name):
    data = GOLDEN[name]
    for size in range(1, len(data)):
        assert not take_or_refuse(data[:size])
    for place in range(len(data)):
        for mask in MASKS:
            take_or_refuse(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])


@pytest.mark.parametrize("name", ["fox", "scripts"])
def test_every_truncation_and_every_flipped_byte_inside_their_packing_does_no_harm(name):
    packed = GOLDEN[name]
    body = inflate(packed[1:]) if packed[0] & DEFLATED else packed[1:]
    head = bytes((STRETCHES,))
    assert take_or_refuse(head + body)
    for size in range(len(body)):
        take_or_refuse(head + body[:size])
    for place in range(len(body)):
        for mask in MASKS:
            take_or_refuse(head + body[:place] + bytes([body[place] ^ mask]) + body[place + 1 :])
