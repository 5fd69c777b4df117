import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.codec import Writer
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_codec import read_glance, read_texts, read_version, read_visible
from crdt.errors import CrdtError, MalformedOp
from crdt.object_ops import MAKE
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps
from tests.support.golden_documents import parts, whole


def damaged(part, data):
    changed = bytearray(part)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, max(len(changed) - 1, 0)))
        action = data.draw(st.integers(0, 3))
        if action == 0 and changed:
            changed[place] = data.draw(st.integers(0, 255))
        elif action == 1 and changed:
            changed[place] ^= 1 << data.draw(st.integers(0, 7))
        elif action == 2:
            changed.insert(place, data.draw(st.integers(0, 255)))
        else:
            del changed[place : place + data.draw(st.integers(1, 5))]
    return bytes(changed)


STATES = {}


def state_of(seed):
    if seed not in STATES:
        world = DocumentWorld(seed, 2)
        for _ in range(steps(25)):
            world.step(world.random.choice(world.holders))
        world.settle()
        STATES[seed] = world.holders[0].document.encode()
    return STATES[seed]


@given(st.integers(0, 20), st.data())
@settings(max_examples=examples(200))
def test_c2_a_damaged_document_raises_only_crdt_errors_and_a_loaded_one_is_sound(seed, data):
    front, history = parts(state_of(seed))
    if data.draw(st.booleans()):
        history = damaged(history, data)
    else:
        front = damaged(front, data)
    state = whole(front, history)
    for read in (read_visible, read_texts):
        with suppress(CrdtError):
            read(state)
    try:
        document = Document.decode(state, 1)
    except CrdtError:
        return
    document.encode()
    document.to_value()
    document.history()
    document.edit(Stamp(1 << 40, 0, 1), lambda edit: edit.set(("a",), 1))
    with suppress(CrdtError):
        Document.decode(state_of(seed), 2).merge(document)
        document.merge(Document.decode(state_of(seed), 2))


@given(st.integers(0, 20), st.integers(0, 10_000))
@settings(max_examples=examples(50))
def test_a_document_cut_short_is_refused(seed, cut):
    state = state_of(seed)
    with pytest.raises(CrdtError):
        Document.decode(state[: cut % len(state)], 1)
    with pytest.raises(CrdtError):
        Document.decode(state + b"\0", 1)


def history_of(replica_count, *numbers, burst=()):
    """A history of replicas that wrote 9 ops each; ``burst``: steps and times of the first one's bursts."""
    writer = Writer()
    writer.uint(replica_count)
    for rid in range(replica_count):
        writer.raw((rid + 1).to_bytes(8, "big"))
        writer.uint(9)
        writer.uint(0)
    writer.uint(0)
    for rid in range(replica_count):
        times = [] if rid else list(burst)
        writer.uint(len(times) // 2)
        for start, ms in zip(times[::2], times[1::2], strict=False):
            writer.uint(start)
            writer.sint(ms)
        writer.sint(times[-1] if times else 0)
    writer.uints(list(numbers))
    return writer.written()


def letters(text):
    return [len(text), *text.encode()]


EMPTY_FRONT = [8, 0, 0]

MAP_AT_0 = [0, 0, *letters("map")]
SLOT_WITH_0 = [1, *letters("k"), 1, 2, 0, 0, 0]
ARRAY_AT_0 = [0, 0, *letters("array")]


def item(counter):
    """An item of an array with a plain value."""
    return [0, counter, *letters("V"), 0, 0, 1, 1, 0, 0, counter, 1]


WRONG = {
    "a container in no slot": [1, *MAP_AT_0, 0, 0, 0],
    "a container in itself": [1, *MAP_AT_0, 0, *SLOT_WITH_0, 0],
    "a container in two slots": [1, *MAP_AT_0, 2, *SLOT_WITH_0[1:], *letters("l"), *SLOT_WITH_0[3:], 0, 0],
    "a slot without a write": [0, 1, *letters("k"), 0, 0],
    "keys out of order": [0, 2, *letters("l"), 1, 0, 0, 0, 1, *letters("k"), 1, 0, 0, 0, 2, 0],
    "a plain loser": [0, 1, *letters("k"), 2, 0, 2, 0, 1, 0, 1, 0, 0, 0],
    "writes out of order": [
        2,
        *MAP_AT_0,
        0,
        1,
        *letters("map"),
        1,
        *letters("k"),
        2,
        2,
        0,
        0,
        0,
        2,
        0,
        0,
        1,
        0,
        0,
        0,
    ],
    "a write that is yet to come": [0, 1, *letters("k"), 1, 0, 0, 0, 9, 0],
    "a write of nobody": [0, 1, *letters("k"), 1, 0, 0, 1, 0, 0],
    "a write of nothing": [0, 1, *letters("k"), 1, 1, 0, 0, 0, 0, 0],
    "containers out of order": [2, 0, 1, *letters("map"), *MAP_AT_0, 0, 0, 0, 0],
    "an unknown op that is no list": [0, 0, 1, 0],
    "an unknown op yet to come": [0, 0, 1, 7, 3, 3, 80, 3, 2, 3, 18],
    "items out of order": [1, *ARRAY_AT_0, *SLOT_WITH_0, 2, *item(2), *item(1), 0],
    "an item twice": [1, *ARRAY_AT_0, *SLOT_WITH_0, 2, *item(2), *item(2), 0],
    "a text without a front": [1, 0, 0, *letters("text"), *SLOT_WITH_0, 0, 0],
    "bytes behind the end": [0, 0, 0, 0],
}


@pytest.mark.parametrize("case", WRONG)
def test_a_history_that_contradicts_itself_is_refused(case):
    state = whole(bytes(EMPTY_FRONT), history_of(1, *WRONG[case]))
    with pytest.raises(MalformedOp):
        Document.decode(state, 7)


def test_the_hand_made_history_is_good_where_it_is_not_wrong():
    for history in (
        [0, 0, 0],
        [1, *MAP_AT_0, *SLOT_WITH_0, 0, 0],
        [0, 1, *letters("k"), 1, 1, 0, 0, 0, 1, 0],
        [1, *ARRAY_AT_0, *SLOT_WITH_0, 2, *item(1), *item(2), 0],
    ):
        document = Document.decode(whole(bytes(EMPTY_FRONT), history_of(1, *history)), 7)
        document._tree.path_of(document._tree.root)
    state = whole(bytes(EMPTY_FRONT), history_of(1, 1, *MAP_AT_0, *SLOT_WITH_0, 0, 0))
    assert Document.decode(state, 7).to_value() == {"k": {}}


def test_replica_zero_holds_no_document():
    writer = Writer()
    writer.uint(1)
    writer.raw(bytes(8))
    writer.uints([1, 0, 0, 0, 0, 0, 0, 0])
    with pytest.raises(MalformedOp):
        Document.decode(whole(bytes(EMPTY_FRONT), writer.written()), 7)


def test_a_bomb_is_refused_before_it_takes_the_memory():
    bomb = zlib.compress(bytes(300 << 20), 9)
    writer = Writer()
    writer.raw(b"CD\x01")
    writer.block(bomb)
    with pytest.raises(CrdtError):
        read_visible(writer.written())


def test_what_was_loaded_goes_on():
    world = DocumentWorld(3, 2)
    for _ in range(20):
        world.step(world.random.choice(world.holders))
    world.settle()
    loaded = Document.decode(world.holders[0].document.encode(), world.holders[0].rid)
    delta = loaded.edit(Stamp(1 << 40, 0, loaded.rid), lambda edit: edit.make(("z",), "text"))
    for holder in world.holders[1:]:
        holder.document.apply(Delta.decode(delta.encode()))
        assert holder.document.encode() == loaded.encode()


@pytest.mark.parametrize(
    "burst", [(9, 5, 0), (0, -1, 0), (0, 5, 0, 5, 0), (0, 1 << 48, 0), (0, 5, -6), (0, 5, 1 << 48)]
)
def test_a_burst_lies_within_what_was_written_and_after_the_beginning_of_time(burst):
    nothing = [0, 0, 0]
    Document.decode(whole(bytes(EMPTY_FRONT), history_of(1, *nothing, burst=(0, 5, 3))), 7)
    with pytest.raises(MalformedOp):
        Document.decode(whole(bytes(EMPTY_FRONT), history_of(1, *nothing, burst=burst)), 7)


def test_unknown_ops_and_who_wrote_are_loaded():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.set(("k",), 1))
    ops = [[40, 5, 0, "a"], [40, 5, 1, "b"], [MAKE, 5, 2, 9, 0, 0, "g", "gauge"]]
    document.apply(Delta(5, 0, 3, Stamp.at(9, 5), ops))
    state = document.encode()
    loaded = Document.decode(state, 2)
    assert loaded._tree.unknown == {(5, 0): ops[0], (5, 1): ops[1]}
    assert loaded.kind(("g",)) == "gauge"
    assert loaded.encode() == state
    assert read_version(state) == document.version()
    assert read_glance(state).written_ms == document.written_ms() == {1: 1, 5: 0}


def unknown(*ops):
    """The numbers of a history that holds nothing but these unknown ops."""
    writer = Writer()
    writer.uint(len(ops))
    for op in ops:
        writer.value(op)
    return [0, 0, *writer.written()]


@pytest.mark.parametrize(
    "ops",
    [
        pytest.param([[40, 1, 1], [40, 1, 0]], id="out of order"),
        pytest.param([[40, 1, 1], [40, 1, 1]], id="twice"),
        pytest.param([[40, 1, 9]], id="yet to come"),
        pytest.param([[40, 8, 0]], id="of a stranger"),
        pytest.param([7], id="no list"),
    ],
)
def test_unknown_ops_stand_in_order_and_were_written(ops):
    document = Document.decode(whole(bytes(EMPTY_FRONT), history_of(1, *unknown([40, 1, 0], [40, 1, 8]))), 7)
    assert list(document._tree.unknown) == [(1, 0), (1, 8)]
    with pytest.raises(MalformedOp):
        Document.decode(whole(bytes(EMPTY_FRONT), history_of(1, *unknown(*ops))), 7)


@pytest.mark.parametrize("time", [-1, -(1 << 60), 1 << 64])
def test_a_write_at_no_time_is_refused(time):
    writer = Writer()
    writer.sint(time)
    history = history_of(1, 0, 1, *letters("k"), 1, 0) + writer.written() + bytes(4)
    with pytest.raises(MalformedOp, match="time"):
        Document.decode(whole(bytes(EMPTY_FRONT), history), 7)
