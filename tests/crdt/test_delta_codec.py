from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.codec import Writer
from crdt.delta_codec import FORMAT, MORE, STARTS, TIMED, decode_delta, encode_delta
from crdt.document import Document
from crdt.errors import CrdtError, MalformedOp
from crdt.object_ops import MAKE, SET, TEXT
from crdt.ops import ERASE, KINDS
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps

HEAD_BYTES = 8 + 8
"""The replica id and the stamp, which every delta has."""

KEYSTROKE_BYTES_MAX = 20


@given(st.integers(0, 2**32))
@settings(max_examples=examples(20))
def test_a_delta_decoded_and_encoded_again_is_the_same_bytes(seed):
    world = DocumentWorld(seed, 2)
    for _ in range(steps(30)):
        world.step(world.random.choice(world.holders))
    for bodies in world.sent.values():
        for body in bodies:
            fields = decode_delta(body)
            assert encode_delta(fields.rid, fields.start, fields.stamp, fields.ops) == body


def typing(text, author, where=None):
    """The sizes of the deltas of typing into another person's note."""
    owner = Document(1 << 62)
    made = owner.edit(Stamp(1_732_300_000_000, 0, 1 << 62), lambda edit: edit.make(("body",), "text"))
    writer = Document(author)
    writer.apply(made)
    if author == 1 << 62:
        writer = owner
    sizes = []
    for at, character in enumerate(text):
        stamp = Stamp(1_732_300_000_000 + at, 0, author)
        index = at if where is None else where(at)

        def keystroke(edit, index=index, character=character):
            edit.text(("body",)).insert(index, character)

        delta = writer.edit(stamp, keystroke)
        sizes.append(len(delta.encode()) - HEAD_BYTES)
    return sizes


@pytest.mark.parametrize("author", [1 << 62, (1 << 62) + 1])
def test_a_keystroke_takes_at_most_twenty_bytes_beyond_its_id_and_stamp(author):
    sizes = typing("The fox jumped over the lazy dog. " * 20, author)
    assert max(sizes[1:]) <= KEYSTROKE_BYTES_MAX
    assert max(typing("漢字😀é" * 50, author)[1:]) <= KEYSTROKE_BYTES_MAX
    assert sizes[0] <= KEYSTROKE_BYTES_MAX


def test_a_keystroke_at_a_new_place_stays_small():
    rng = Random(1)
    assert max(typing("x" * 300, 1 << 62, lambda at: rng.randint(0, at))) <= KEYSTROKE_BYTES_MAX


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x01" + b"\0" * 30)
def test_c2_hostile_bytes_raise_only_crdt_errors(data):
    for body in (data, b"\x01" + (7).to_bytes(8, "big") + data):
        try:
            fields = decode_delta(body)
        except CrdtError:
            continue
        assert encode_delta(fields.rid, fields.start, fields.stamp, fields.ops) == body


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=examples(100))
def test_c2_damaged_deltas_raise_only_crdt_errors(seed, data):
    world = DocumentWorld(seed % 50, 1)
    for _ in range(steps(6)):
        world.edit(world.holders[0])
    bodies = world.sent[world.holders[0].rid]
    if not bodies:
        return
    body = bytearray(data.draw(st.sampled_from(bodies)))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        action = data.draw(st.integers(0, 2))
        if action == 0:
            body[place] = data.draw(st.integers(0, 255))
        elif action == 1:
            del body[place:]
            body = body or bytearray(b"\x01")
        else:
            body.insert(place, data.draw(st.integers(0, 255)))
    try:
        fields = decode_delta(bytes(body))
        encoded = encode_delta(fields.rid, fields.start, fields.stamp, fields.ops)
        Document(999)
    except CrdtError:
        return
    assert encoded == bytes(body)


def test_deep_nesting_is_refused_without_recursion_beyond_the_bound():
    bomb = bytes((SET, 0, 2)) + b"k" + b"\x07\x01" * 100_000 + b"\x00"
    head = b"\x01" + (7).to_bytes(8, "big") + b"\0" + (5).to_bytes(8, "big") + b"\0"
    with pytest.raises(MalformedOp):
        decode_delta(head + bomb)


def encoded(ops, rid=5, start=0, time=9):
    return encode_delta(rid, start, Stamp.at(time, rid), ops)


def test_ops_of_unknown_kinds_travel_as_they_are():
    ops = [[kind, 5, place, "f", [1]] for place, kind in enumerate((23, 30, 31, 32, 1000))]
    ops.append([TEXT, 9, 9, [KINDS, 5, 5, 1]])
    ops.append([TEXT, 9, 9, [15, 5, 6]])
    assert decode_delta(encoded(ops)).ops == ops


def test_an_earlier_time_is_written_out():
    ops = [[SET, 5, 0, 9, 0, 0, "k", 1], [MAKE, 5, 1, 4, 0, 0, "m", "map"]]
    body = encoded(ops)
    assert decode_delta(body).ops == ops
    assert bytes((MAKE | TIMED, 5)) in body
    assert not STARTS & MAKE
    assert MORE & STARTS == 0


@pytest.mark.parametrize(
    "op",
    [
        [SET, 5, 1, 9, 0, 0, "k", 1],
        [SET, 6, 0, 9, 0, 0, "k", 1],
        [SET, 5, 0, 10, 0, 0, "k", 1],
        [SET, 5, 0, 9, 0, 0, "k"],
        [SET, 5, 0, 9, 5, 0, "k", 1],
        [SET, 5, 0, "9", 0, 0, "k", 1],
        [MAKE, 5, 0, 9, 0, 0, "k", 7],
        [0, 5, 0, 1, "x", -2, 0, -2, 1],
        [TEXT, 9, 9, [0, 5, 0, 1, "", -2, 0, -2, 1]],
        [TEXT, 9, 9, [0, 5, 0, 1, "x", -2, 2, -2, 1]],
        [TEXT, 9, 9, [6, 5, 0, 9, 5, 0, 1, 0]],
        [TEXT, 9, 9, [SET, 5, 0, 9, 0, 0, "k", 1]],
        [TEXT, 9, 9, 7],
        "op",
    ],
)
def test_what_is_no_op_of_the_delta_cannot_be_encoded(op):
    with pytest.raises(MalformedOp):
        encoded([op])


OTHERS = 20


def head(*table, replicas=None):
    """The bytes before the ops of a delta of replica 5 at the time 9."""
    size = len(table) if replicas is None else replicas
    numbers = b"".join(rid.to_bytes(8, "big") for rid in table)
    return bytes((FORMAT | size << 4,)) + (5).to_bytes(8, "big") + b"\0" + (9).to_bytes(8, "big") + numbers


def test_a_delta_may_refer_to_more_replicas_than_its_first_byte_can_count():
    ops = [[SET, 5, place, 9, place + 100, 0, "k", 1] for place in range(OTHERS)]
    fields = decode_delta(encoded(ops))
    assert fields.ops == ops


def test_a_text_is_named_once_and_a_table_holds_what_is_used():
    first, second = ([TEXT, 9, 9, [0, 5, place, 1, "x", -2, 0, -2, 1]] for place in range(2))
    body = encoded([first])
    again = encoded([second], start=1)[len(head(9)) :]
    assert body.startswith(head(9))
    assert decode_delta(body + again[2:]).ops == [first, second]
    for wrong in (
        body + again,
        head(9),
        head(9, 9) + body[len(head(9)) :],
        body.replace(b"\x01x", b"\x00"),
        head() + bytes((SET, 1)),
        head() + bytes((SET, 2, 0)),
        head() + bytes((MORE, 40 - MORE)) + written_block(3),
    ):
        with pytest.raises(MalformedOp):
            decode_delta(wrong)
    assert decode_delta(head() + bytes((MORE, 40 - MORE)) + written_block([3])).ops == [[40, 5, 0, 3]]


def written_block(value):
    inner, outer = Writer(), Writer()
    inner.value(value)
    outer.block(inner.written())
    return outer.written()


def test_a_key_that_is_no_utf_8_is_refused():
    body = encoded([[SET, 5, 0, 9, 0, 0, "kk", 1]])
    with pytest.raises(MalformedOp, match="UTF-8"):
        decode_delta(body.replace(b"kk", b"\xff\xff"))


def test_a_time_stands_only_where_it_differs_and_an_op_has_one():
    body = encoded([[SET, 5, 0, 4, 0, 0, "k", 1]])
    assert body.startswith(head() + bytes((SET | TIMED, 5)))
    assert decode_delta(body).ops == [[SET, 5, 0, 4, 0, 0, "k", 1]]
    for wrong in (
        body.replace(bytes((SET | TIMED, 5)), bytes((SET | TIMED, 0))),
        head() + bytes((ERASE | TIMED, 3)) + bytes(9),
    ):
        with pytest.raises(MalformedOp, match="a time of no op"):
            decode_delta(wrong)
