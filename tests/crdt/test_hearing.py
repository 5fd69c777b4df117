"""What others do all day, heard in one step: the same as through the gate, and nothing else gets in."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import CausalGap, CrdtError, Deleted, Inserted, LimitExceeded, MalformedOp, RichText, encode_ops
from crdt.codec import deflate
from crdt.ops import EDGE, ERASE, INSERT, INSERT_LENGTH_MAX, MARK, SELF, TYPE
from crdt.replicas import COUNTERS_MAX
from tests.support.effort import steps
from tests.support.meeting import reloaded, shown
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def text_of(words, rid=1):
    text = RichText(rid)
    text.insert(0, words)
    return text


def joined(patches):
    """Patches with deletes at one place that follow on each other as one."""
    found = []
    for patch in patches:
        if (
            found
            and isinstance(patch, Deleted)
            and isinstance(found[-1], Deleted)
            and patch.index == found[-1].index
        ):
            patch = Deleted(patch.index, patch.count + found.pop().count)
        found.append(patch)
    return found


def hear(text, ops):
    """Apply ops as the bytes that are sent of them."""
    return text.apply_encoded(encode_ops(ops))


@given(seeds)
def test_what_is_heard_in_one_step_is_what_the_gate_lets_in(seed):
    """The same ops as bytes and as lists: the same patches, the same history."""
    random = Random(seed)
    world = TextWorld(seed, 3, formatting=random.random() < 0.5)
    for _ in range(steps(12)):
        world.step()
    writers = [reloaded(world.replicas[0].text, rid) for rid in (500, 600)]
    quick, slow = reloaded(writers[0], 700), reloaded(writers[0], 800)
    focus = 0
    for _ in range(steps(24)):
        writer, other = random.sample(writers, 2)
        # Most write where the last one did, so that they compete for places between one author's letters.
        if random.random() < 0.3:
            focus = random.randint(0, len(writer))
        at = min(focus + random.choice((0, 0, 1, 2)), len(writer))
        roll = random.random()
        if roll < 0.4:
            ops = writer.insert(at, random.choice(("a", "bcd", "words", "é", "\n", "\t")))
            ops += writer.insert(at + len(ops[0][-5 if ops[0][0] == INSERT else -1]), "d")
        elif roll < 0.8:
            ops = writer.delete(at, min(len(writer) - at, random.choice((1, 1, 3, 9))))
            ops += writer.insert(at, "x") if random.random() < 0.5 else []
            ops += writer.delete(0, 1) if len(writer) and random.random() < 0.3 else []
        elif roll < 0.9:
            ops = writer.undo()
        else:
            ops = writer.format(at, len(writer), random.choice(("bold", "link")), "x")
        cut = random.randint(0, len(ops))
        for batch in (ops[:cut], ops[cut:]) if random.random() < 0.5 else (ops,):
            assert joined(hear(quick, batch)) == joined(slow.apply(batch))
            assert hear(quick, batch) == []
        if random.random() < 0.4:
            other.merge(writer)
            writer.merge(other)
            quick.merge(other)
            slow.merge(other)
        quick.check()
    assert quick.encode() == slow.encode()
    assert shown(quick) == shown(slow)


def test_typing_is_heard_where_its_author_typed_last_and_marked_as_the_place_is():
    writer, listener = text_of("ab"), RichText(2)
    listener.merge(writer)
    writer.new_group()
    hear(listener, writer.format(0, 2, "bold", True))
    hear(listener, writer.insert(2, "c"))
    assert hear(listener, writer.insert(3, "d")) == [Inserted(3, "d", {"bold": True})]
    hear(listener, writer.format(2, 4, "link", "x"))
    assert hear(listener, writer.insert(4, "e")) == [Inserted(4, "e", {"bold": True})]
    assert shown(listener) == shown(writer)


def test_what_is_typed_behind_anothers_link_is_outside():
    writer = text_of("ab")
    listener = listener_of(writer)
    ops = listener.format(0, 2, "link", "x")
    assert hear(listener, writer.insert(2, "c")) == [Inserted(2, "c", {})]
    hear(writer, ops)
    assert shown(listener) == shown(writer)


def test_typing_on_behind_a_letter_that_another_deleted_goes_through_the_gate():
    writer, other, listener = text_of("ab"), RichText(2), RichText(3)
    for text in (other, listener):
        text.merge(writer)
    hear(listener, other.delete(1, 1))
    (op,) = writer.insert(2, "c")
    assert op == [TYPE, 1, 2, "c"]
    assert hear(listener, [op]) == [Inserted(1, "c", {})]
    hear(other, [op])
    assert shown(listener) == shown(other)
    assert listener.encode() == other.encode()


def test_two_who_type_in_turn_are_both_heard():
    one, other = text_of("ab"), RichText(3)
    other.merge(one)
    listener = listener_of(one)
    for letter in "xyz":
        for writer, reader in ((one, other), (other, one)):
            ops = writer.insert(len(writer) if writer is one else 0, letter)
            hear(listener, ops)
            hear(reader, ops)
    assert shown(listener) == shown(one) == shown(other)


def test_a_long_paste_is_heard_as_it_is():
    writer = text_of("ab")
    listener = listener_of(writer)
    long = "word " * 100
    assert hear(listener, writer.insert(2, long)) == [Inserted(2, long, {})]
    assert hear(listener, writer.insert(1, long)) == [Inserted(1, long, {})]
    assert shown(listener) == shown(writer)


@pytest.mark.parametrize(
    ("op", "error"),
    [
        ([TYPE, 1, 3, "x"], CausalGap),
        ([TYPE, 9, 0, "x"], CrdtError),
        ([TYPE, 1, 2, "\0"], MalformedOp),
        ([TYPE, 1, 2, ""], MalformedOp),
        ([TYPE, 1, 2, "x" * (INSERT_LENGTH_MAX + 1)], MalformedOp),
    ],
)
def test_what_is_not_plain_typing_goes_through_the_gate(op, error):
    text = RichText(2)
    text.merge(text_of("ab"))
    before = text.encode()
    with pytest.raises(error):
        hear(text, [op])
    assert text.encode() == before
    assert hear(text, [[TYPE, 1, 1, "b"]]) == []
    assert hear(text, [[TYPE, 1, 2, "\t"]]) == [Inserted(2, "\t", {})]
    assert hear(text, [[TYPE, 1, 3, "😀"]]) == [Inserted(3, "😀", {})]


def test_typing_of_somebody_who_wrote_only_marks_here_finds_no_place():
    text = text_of("ab")
    text.apply([[MARK, 5, 0, 1, 5, "bold", True, 1, 0, 0, 1, 1, 1]])
    with pytest.raises(MalformedOp):
        hear(text, [[TYPE, 5, 1, "x"]])
    assert hear(text, [[INSERT, 1, 2, 0, "c", SELF, 1, EDGE, 1]]) == [Inserted(2, "c", {})]
    with pytest.raises(MalformedOp):
        hear(text, [[TYPE, 5, 1, "x"]])
    text.check()


def listener_of(text):
    """Another replica that has seen what is in a text."""
    found = RichText(2)
    found.merge(text)
    return found


def test_deletes_and_an_insert_in_one_batch_are_heard_together():
    writer = text_of("abcdef")
    writer.insert(3, "-")
    listener = listener_of(writer)
    ops = [*writer.delete(1, 5), *writer.insert(1, "x")]
    assert len(ops) == 4
    assert hear(listener, ops) == [Deleted(1, 5), Inserted(1, "x", {})]
    assert hear(listener, writer.insert(2, "y")) == [Inserted(2, "y", {})]
    assert shown(listener) == shown(writer)


def test_deletes_at_several_places_are_told_apart():
    writer = text_of("abcdef")
    writer.insert(3, "-")
    listener = listener_of(writer)
    ops = [*writer.delete(5, 1), *writer.delete(1, 1)]
    assert hear(listener, ops) == [Deleted(5, 1), Deleted(1, 1)]
    assert shown(listener) == shown(writer)


def test_what_one_op_deletes_may_stand_apart_here():
    """The writer never saw what stands between."""
    writer = text_of("abcdef")
    listener = listener_of(writer)
    other = listener_of(writer)
    listener.apply(other.insert(3, "-"))
    assert hear(listener, writer.delete(1, 4)) == [Deleted(1, 2), Deleted(2, 2)]
    assert listener.text() == "a-f"
    listener.check()


@pytest.mark.parametrize(
    "last",
    [
        [ERASE, 1, 7, 0, SELF, 7, 1],
        [ERASE, 1, 7, 0, SELF, 5, 2],
        [ERASE, 1, 7, 0, SELF, 5, 0],
        [INSERT, 1, 7, 0, "\0", SELF, 4, SELF, 5],
        [INSERT, 1, 7, 0, "x", SELF, 5, SELF, 4],
        [INSERT, 1, 7, 0, "x", SELF, 6, EDGE, 1],
    ],
)
def test_a_batch_whose_last_op_is_bad_changes_nothing(last):
    listener = listener_of(text_of("abcdef"))
    before = listener.encode()
    with pytest.raises(CrdtError):
        hear(listener, [[ERASE, 1, 6, 0, SELF, 0, 1], last])
    assert listener.encode() == before
    listener.check()


@pytest.mark.parametrize("second", [1, 2])
def test_two_deletes_inside_one_run_go_through_the_gate(second):
    listener = listener_of(text_of("abcd"))
    ops = [[ERASE, 1, 4, 0, SELF, 1, 1], [ERASE, 1, 5, 0, SELF, second, 1]]
    assert joined(hear(listener, ops)) == [Deleted(1, second)]
    listener.check()


def test_an_insert_behind_what_its_batch_deletes_finds_its_place_again():
    for left, right in ((0, 1), (1, 2), (2, 3), (3, 4)):
        writer = text_of("abcdef")
        quick, slow = listener_of(writer), listener_of(writer)
        ops = [[ERASE, 1, 6, 0, SELF, 1, 2], [INSERT, 1, 7, 0, "x", SELF, left, SELF, right]]
        assert hear(quick, ops) == slow.apply(ops)
        quick.check()
        assert quick.encode() == slow.encode()


@pytest.mark.parametrize(
    ("op", "error"),
    [
        ([ERASE, 1, 7, 0, SELF, 0, 1], CausalGap),
        ([ERASE, 9, 1, 0, SELF, 0, 1], CrdtError),
        ([ERASE, 1, 6, 0, EDGE, 0, 1], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, 0, 0], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, 4, 5], CrdtError),
        ([ERASE, 1, 6, 0, 5, 0, 1], CausalGap),
        ([INSERT, 1, 6, 0, "", SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "\0", SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x" * (INSERT_LENGTH_MAX + 1), SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 1, SELF, 0], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 99, EDGE, 1], CrdtError),
        ([INSERT, 1, 6, 0, "x", 9, 0, SELF, 1], CausalGap),
        ([INSERT, 1, 6, 0, "x", 9, 0, SELF, 0], CausalGap),
    ],
)
def test_what_is_no_plain_delete_or_insert_goes_through_the_gate(op, error):
    listener = listener_of(text_of("abcdef"))
    before = listener.encode()
    with pytest.raises(error):
        hear(listener, [op])
    assert listener.encode() == before
    listener.check()


@pytest.mark.parametrize(
    "tail",
    [
        b"\x20" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\7\0",
        b"\x20" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\0\0",
        b"\x40" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\7\0\6\0x",
        b"\x40" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\1\0\7\0x",
        b"\x30" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\6\0\0",
        b"\x22" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\6\0",
        b"\x10" + (1).to_bytes(8, "little") + b"\6\0\0" + b"\xff",
        b"\x10" + (1).to_bytes(8, "little") + b"\6\0\0",
        b"\x14" + (1).to_bytes(8, "little") + b"\6\0\0" + deflate(b""),
    ],
)
def test_bytes_that_refer_to_nothing_change_nothing(tail):
    listener = listener_of(text_of("abcdef"))
    before = listener.encode()
    with pytest.raises(MalformedOp):
        listener.apply_encoded(tail)
    assert listener.encode() == before


def test_one_who_never_opened_an_edit_group_is_not_heard():
    listener = listener_of(text_of("ab"))
    for op in ([ERASE, 5, 0, 0, 1, 0, 1], [INSERT, 5, 0, 0, "x", 1, 0, 1, 1]):
        with pytest.raises(MalformedOp, match="no edit group"):
            hear(listener, [op])
    assert hear(listener, [[ERASE, 5, 0, 1, 1, 0, 1]]) == [Deleted(0, 1)]
    assert hear(listener, [[INSERT, 5, 1, 0, "x", 1, 0, 1, 1]]) == [Inserted(0, "x", {})]
    listener.check()


@pytest.mark.parametrize(
    ("size", "op"),
    [
        (2, [TYPE, 1, 6, "xy"]),
        (1, [ERASE, 1, 6, 1, SELF, 0, 2]),
        (2, [INSERT, 1, 6, 1, "xy", SELF, 2, SELF, 3]),
    ],
)
def test_what_is_heard_fills_a_document_and_no_more(size, op):
    for left in (size, size - 1):
        listener = listener_of(text_of("abcdef"))
        replicas = listener._replicas
        replicas.advance(replicas.intern(77), COUNTERS_MAX - 6 - left)
        if left == size:
            assert hear(listener, [op])
            assert replicas.total == COUNTERS_MAX
        else:
            with pytest.raises(LimitExceeded):
                hear(listener, [op])
            assert (listener.text(), replicas.total) == ("abcdef", COUNTERS_MAX - left)
        listener.check()


def test_a_delete_of_what_stands_apart_is_heard_while_the_document_has_room():
    for left in (1, 0):
        writer = text_of("abcdef")
        listener = listener_of(writer)
        listener.insert(3, "-")
        replicas = listener._replicas
        replicas.advance(replicas.intern(77), COUNTERS_MAX - 7 - left)
        (op,) = writer.delete(1, 4)
        if left:
            assert hear(listener, [op]) == [Deleted(1, 2), Deleted(2, 2)]
        else:
            with pytest.raises(LimitExceeded):
                hear(listener, [op])
            assert (listener.text(), replicas.total) == ("abc-def", COUNTERS_MAX)
        listener.check()
