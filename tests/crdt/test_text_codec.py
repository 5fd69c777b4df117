"""
Texts as bytes: canonical, readable at once, frozen; damage raises only CrdtError or does no harm.
"""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.codec import Reader, Writer, deflate
from crdt.errors import CausalGap, CrdtError, LimitExceeded, MalformedOp
from crdt.replicas import COUNTERS_MAX
from crdt.text import RichText
from crdt.text_codec import FORMAT, MAGIC, open_text
from tests.support import fuzz_text
from tests.support.effort import steps
from tests.support.fuzz_text import pack, unpack
from tests.support.golden_texts import MAKERS, expectation, expected, plain, saved
from tests.support.meeting import reloaded, shown
from tests.support.restless_worlds import MeddlingWorld, SamePlaceWorld
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)
worlds = st.sampled_from([TextWorld, SamePlaceWorld, MeddlingWorld])
GOLDEN = saved()


# Canonical


@given(seeds, worlds)
def test_the_bytes_depend_on_the_ops_alone(seed, kind):
    """Not on who holds the text, in which order ops came, how often it was saved, or what was looked at."""
    world = kind(seed, 3)
    for _ in range(steps(30)):
        world.step()
        if world.random.random() < 0.1:
            world.reload(world.random.choice(world.replicas))
    world.settle()
    random = Random(seed)
    expected_bytes = world.replicas[0].text.encode()
    text = RichText(500)
    queues = [[op for batch in batches for op in batch] for batches in world.sent.values()]
    while any(queues):
        queue = random.choice([queue for queue in queues if queue])
        try:
            text.apply(queue[:1])
        except CausalGap:
            continue
        del queue[0]
        if random.random() < 0.1:
            text = reloaded(text, random.choice((500, 501, *world.sent)))
        if random.random() < 0.2 and len(text):
            text.index(text.anchor(random.randrange(len(text))))
    assert text.encode() == expected_bytes
    merged = RichText(7000)
    merged.merge(text)
    assert merged.encode() == expected_bytes


@given(seeds, worlds)
def test_loading_restores_all_that_can_be_seen_and_checked(seed, kind):
    world = kind(seed, 2)
    for _ in range(steps(40)):
        world.step()
    for replica in world.replicas:
        text, again = replica.text, reloaded(replica.text)
        again.check()
        assert shown(again) == shown(text)
        assert again.authors() == text.authors()
        assert again.version() == text.version()
        assert again.encode() == text.encode()


def test_values_that_equal_themselves_or_each_other_only_by_chance_do_not_change_the_bytes():
    """1 and True are equal to Python and not to a reader of bytes."""
    for values in ((True, 1), (1, True), (0, False), (1.0, 1)):
        text = RichText(1)
        text.insert(0, "ab")
        for index, value in enumerate(values):
            text.format(index, index + 1, "x", value)
        assert reloaded(text).encode() == text.encode()


def test_a_tuple_shows_as_the_list_that_it_is_after_a_save():
    text = RichText(1)
    text.insert(0, "ab")
    text.format(0, 1, "x", (1, 2))
    text.format(1, 2, "x", [1, 2])
    assert reloaded(text).encode() == text.encode()
    assert reloaded(text).spans() == text.spans()


def test_not_a_number_is_refused_or_saved_the_same_each_time():
    text = RichText(1)
    text.insert(0, "ab")
    nan = float("nan")
    try:
        text.format(0, 1, "x", nan)
        text.format(1, 2, "x", nan)
    except MalformedOp:
        return
    assert reloaded(text).encode() == text.encode()


# Reading without the history


@given(seeds, worlds)
def test_text_spans_and_attributes_are_read_without_the_history(seed, kind):
    world = kind(seed, 2)
    for _ in range(steps(40)):
        world.step()
    text = world.replicas[0].text
    front_bytes, _ = unpack(text.encode())
    for data in (text.encode(), pack(front_bytes, b"damaged")):
        front, _ = open_text(data)
        assert front.text == text.text()
        assert front.spans == text.spans()
        attributes = [shown for _, shown in text.blocks()]
        assert (front.attributes or [{}] * len(attributes)) == attributes
    with pytest.raises(CrdtError):
        RichText.decode(pack(front_bytes, b"damaged"), 1)


def test_a_plain_text_names_no_spans_and_no_blocks_in_front():
    text = RichText(1)
    text.insert(0, "one\ntwo")
    front, _ = open_text(text.encode())
    assert (front.text, front.spans, front.attributes) == ("one\ntwo", [("one\ntwo", {})], [])
    assert open_text(RichText(1).encode())[0] == ("", [], [])


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ([("string", "abc"), ("uint", 1), ("uint", 2), ("value", {}), ("uint", 0)], "cover"),
        ([("string", "abc"), ("uint", 1), ("uint", 4), ("value", {}), ("uint", 0)], "range"),
        ([("string", "abc"), ("uint", 1), ("uint", 3), ("value", []), ("uint", 0)], "mapping"),
        ([("string", "a\nc"), ("uint", 0), ("uint", 1), ("value", {})], "blocks"),
        ([("string", "abc"), ("uint", 0), ("uint", 0), ("uint", 0)], "follow"),
        ([("string", "abc"), ("uint", 0)], "early"),
    ],
)
def test_a_front_that_contradicts_itself_is_refused(front, reason):
    writer = Writer()
    for method, argument in front:
        getattr(writer, method)(argument)
    with pytest.raises(MalformedOp, match=reason):
        open_text(pack(writer.written(), b""))


def test_other_formats_and_other_bytes_are_refused():
    data = RichText(1).encode()
    for wrong in (b"", b"C", b"CT", b"XX" + data[2:], MAGIC + bytes([FORMAT + 1]) + data[3:], data + b"\0"):
        with pytest.raises(MalformedOp):
            RichText.decode(wrong, 1)


# Replicas, groups, flips


def with_history(write):
    """An empty front and a history that ``write`` writes."""
    writer = Writer()
    write(writer)
    return pack(unpack(RichText(1).encode())[0], writer.written())


def replicas(*entries, flips=()):
    """Writes a table: each entry (rid, end, [(start step, time step)…]), each flip seven numbers."""

    def write(writer):
        writer.uint(len(entries))
        for rid, end, groups in entries:
            writer.raw(rid.to_bytes(8, "big"))
            writer.uint(end)
            writer.uint(len(groups))
            for start, time in groups:
                writer.uint(start)
                writer.sint(time)
        writer.uint(len(flips))
        for fields in flips:
            writer.uints(list(fields))

    return with_history(write)


ONE_GROUP = (5, 4, [(0, 0)])
TOO_MUCH = [(5, COUNTERS_MAX, []), (6, 1, [])]


@pytest.mark.parametrize(
    ("table", "error"),
    [
        pytest.param([(5, 0, [])], MalformedOp, id="wrote nothing"),
        pytest.param([(5, 1, []), (5, 1, [])], MalformedOp, id="twice"),
        pytest.param([(5, 1, []), (4, 1, [])], MalformedOp, id="out of order"),
        pytest.param([(1 << 63, 1, [])], MalformedOp, id="rid too large"),
        pytest.param([(5, 1 << 40, [])], MalformedOp, id="end too large"),
        pytest.param([(5, COUNTERS_MAX + 1, [])], LimitExceeded, id="claims too much"),
        pytest.param(TOO_MUCH, LimitExceeded, id="claim too much together"),
        pytest.param([(5, 4, [(4, 0)])], MalformedOp, id="group behind the end"),
        pytest.param([(5, 4, [(1, 0), (0, 0)])], MalformedOp, id="group twice"),
        pytest.param([(5, 4, [(1, -1)])], MalformedOp, id="time before all"),
        pytest.param([(5, 4, [(1, 1 << 64)])], MalformedOp, id="time too late"),
    ],
)
def test_a_table_of_replicas_that_cannot_be_is_refused(table, error):
    with pytest.raises(error) as caught:
        RichText.decode(replicas(*table), 1)
    assert caught.type is error


@pytest.mark.parametrize(
    "flips",
    [
        pytest.param([(1, 3, 0, 0, 3, 0, 1)], id="of a stranger"),
        pytest.param([(0, 3, 1, 0, 3, 0, 1)], id="of a stranger's group"),
        pytest.param([(0, 4, 0, 0, 3, 0, 1)], id="still to come"),
        pytest.param([(0, 3, 0, 0, 5, 0, 1)], id="until something to come"),
        pytest.param([(0, 3, 0, 0, 0, 0, 1)], id="until its start"),
        pytest.param([(0, 3, 0, 1, 3, 0, 1)], id="no group starts there"),
        pytest.param([(0, 3, 0, 0, 3, 2, 1)], id="half alive"),
        pytest.param([(0, 3, 0, 0, 3, 0, 1 << 64)], id="too late"),
        pytest.param([(0, 3, 0, 0, 3, 0, 1), (0, 3, 0, 0, 3, 0, 1)], id="twice"),
        pytest.param([(0, 3, 0, 0, 3, 0, 1), (0, 2, 0, 0, 3, 0, 1)], id="out of order"),
    ],
)
def test_a_flip_that_cannot_be_is_refused(flips):
    with pytest.raises(MalformedOp):
        RichText.decode(replicas(ONE_GROUP, flips=flips), 1)


def test_a_flip_that_reaches_beyond_its_group_is_refused():
    two_groups = (5, 5, [(0, 0), (2, 0)])
    with pytest.raises(MalformedOp, match="beyond"):
        RichText.decode(replicas(two_groups, flips=[(0, 4, 0, 0, 3, 0, 1)]), 1)


# Frozen texts


@pytest.mark.parametrize("name", GOLDEN)
def test_a_frozen_text_reads_as_it_did(name):
    expected_now = expectation(name)
    text = RichText.decode(GOLDEN[name], expected_now["holder"])
    text.check()
    assert plain(expected(text)) == expected_now


@pytest.mark.parametrize("name", GOLDEN)
def test_a_frozen_text_is_written_as_it_was(name):
    """Compared unpacked: another build of zlib may pack the same bytes in another way."""
    assert unpack(RichText.decode(GOLDEN[name], 1).encode()) == unpack(GOLDEN[name])


def test_every_text_that_was_to_be_frozen_is():
    assert set(MAKERS) <= set(GOLDEN)


# Damage


def take_or_refuse(data):
    """Decode hostile bytes: they do no harm when they are refused, or when what they give holds together."""
    try:
        text = RichText.decode(data, 1)
    except CrdtError:
        return False
    text.check()
    assert shown(reloaded(text)) == shown(text)
    text.insert(0, "x")
    text.undo()
    text.check()
    return True


@pytest.mark.parametrize("name", GOLDEN)
def test_every_truncation_and_every_flipped_byte_of_a_frozen_text_is_refused(name):
    data = GOLDEN[name]
    for size in range(len(data)):
        assert not take_or_refuse(data[:size])
    for place in range(len(data)):
        for mask in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            take_or_refuse(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])


@pytest.mark.parametrize("name", ["empty", "fox", "scripts"])
def test_every_truncation_and_every_flipped_byte_inside_the_packing_does_no_harm(name):
    front, history = unpack(GOLDEN[name])
    for part in (front, history):
        for size in range(len(part)):
            cut = part[:size]
            assert not take_or_refuse(pack(cut, history) if part is front else pack(front, cut))
        for place in range(len(part)):
            for mask in (1, 2, 4, 128, 255):
                other = part[:place] + bytes([part[place] ^ mask]) + part[place + 1 :]
                take_or_refuse(pack(other, history) if part is front else pack(front, other))


def test_damaged_snapshots_forged_batches_and_damaged_bytes_of_ops_do_no_harm():
    counts, harm = fuzz_text.run(1500, 1_000_000)
    assert harm == []
    assert counts["snapshot accepted"] > 50
    assert counts["ops accepted"] > 20
    assert counts["bytes accepted"] > 40


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_in_both_parts_are_refused_or_harmless(front, history):
    take_or_refuse(pack(front, history))
    with pytest.raises(CrdtError):
        RichText.decode(front, 1)
    with pytest.raises(CrdtError):
        RichText.decode(MAGIC + bytes([FORMAT]) + front, 1)


def test_the_reader_stands_behind_the_front_when_a_text_is_opened():
    data = reloaded(RichText(1)).encode()
    _, reader = open_text(data)
    assert isinstance(reader, Reader)
    assert reader.raw(reader.left()) == deflate(unpack(data)[1])
