"""What others do all day, heard in one step: the same as through the gate, and nothing else gets in."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import CausalGap, CrdtError, Deleted, Inserted, MalformedOp, RichText
from crdt.ops import EDGE, ERASE, INSERT, MARK, SELF, TYPE
from tests.support.effort import steps
from tests.support.meeting import reloaded, shown
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def text_of(words, rid=1):
    text = RichText(rid)
    text.insert(0, words)
    return text


@given(seeds)
def test_what_is_heard_in_one_step_is_what_the_gate_lets_in(seed):
    """Behind an op that is known already nothing is heard in one step; the rest is the same history."""
    random = Random(seed)
    world = TextWorld(seed, 3, formatting=random.random() < 0.5)
    for _ in range(steps(12)):
        world.step()
    writers = [reloaded(world.replicas[0].text, rid) for rid in (500, 600)]
    quick, slow = reloaded(writers[0], 700), reloaded(writers[0], 800)
    known = writers[0].insert(0, "k")
    for text in (writers[1], quick, slow):
        text.apply(known)
    for _ in range(steps(16)):
        writer, other = random.sample(writers, 2)
        at = random.randint(0, len(writer))
        roll = random.random()
        if roll < 0.4:
            ops = writer.insert(at, random.choice(("a", "bc", "é", "\n")))
            ops += writer.insert(at + len(ops[0][-5 if ops[0][0] == INSERT else -1]), "d")
        elif roll < 0.8:
            ops = writer.delete(at, min(len(writer) - at, random.choice((1, 1, 3, 9))))
            ops += writer.insert(at, "x") if random.random() < 0.3 else []
        elif roll < 0.9:
            ops = writer.undo()
        else:
            ops = writer.format(at, len(writer), random.choice(("bold", "link")), "x")
        cut = random.randint(0, len(ops))
        for batch in (ops[:cut], ops[cut:]) if random.random() < 0.5 else (ops,):
            assert quick.apply(batch) == slow.apply([known[0], *batch])
        if random.random() < 0.7:
            other.merge(writer)
            writer.merge(other)
            quick.merge(other)
            slow.merge(other)
        quick.check()
    assert quick.encode() == slow.encode()
    assert shown(quick) == shown(slow)


@given(seeds)
def test_one_op_alone_does_what_it_does_among_others(seed):
    """A lone TYPE may take a short way; in a batch with a known op it may not."""
    world = TextWorld(seed, 2)
    for _ in range(steps(20)):
        world.step()
    random = Random(seed)
    writer = world.replicas[0].text
    alone, among = reloaded(writer, 500), reloaded(writer, 500)
    known = writer.insert(0, "k")
    for text in (alone, among):
        text.apply(known)
    at = random.randint(0, len(writer))
    for _ in range(steps(12)):
        if random.random() < 0.3:
            at = random.randint(0, len(writer))
        roll = random.random()
        if roll < 0.1:
            ops = writer.undo()
        elif roll < 0.2:
            ops = writer.format(at, len(writer), "link", random.choice("xy"))
        else:
            ops = writer.insert(at, random.choice(("a", "é", "\n", "ab")))
            at += 1
        if random.random() < 0.3:
            hidden = alone.delete(0, 1) if len(alone) else []
            assert (among.delete(0, 1) if len(among) else []) == hidden
        for op in ops:
            assert alone.apply([op]) == among.apply([known[0], op])
        at = min(at, len(writer))
        alone.check()
    assert alone.encode() == among.encode()
    assert shown(alone) == shown(among)


def test_typing_is_heard_where_its_author_typed_last_and_marked_as_the_place_is():
    writer, listener = text_of("ab"), RichText(2)
    listener.merge(writer)
    writer.new_group()
    listener.apply(writer.format(0, 2, "bold", True))
    listener.apply(writer.insert(2, "c"))
    assert listener.apply(writer.insert(3, "d")) == [Inserted(3, "d", {"bold": True})]
    listener.apply(writer.format(2, 4, "link", "x"))
    assert listener.apply(writer.insert(4, "e")) == [Inserted(4, "e", {"bold": True})]
    assert shown(listener) == shown(writer)


@pytest.mark.parametrize(
    ("op", "error"),
    [
        ([TYPE, 1, 3, "x"], CausalGap),
        ([TYPE, 9, 0, "x"], CrdtError),
        ([TYPE, 1, 2, "\0"], MalformedOp),
        ([TYPE, 1, 2, "\ud800"], MalformedOp),
        ([TYPE, 1, 2, ""], MalformedOp),
        ([TYPE, 1, 2, None], MalformedOp),
        ([TYPE, None, 2, "x"], MalformedOp),
        ([TYPE, 1, True, "x"], MalformedOp),
        ([True, 1, 2, "x"], MalformedOp),
    ],
)
def test_what_is_not_plain_typing_goes_through_the_gate(op, error):
    text = RichText(2)
    text.merge(text_of("ab"))
    before = text.encode()
    with pytest.raises(error):
        text.apply([op])
    assert text.encode() == before
    assert text.apply([[TYPE, 1, 1, "b"]]) == []
    assert text.apply([[TYPE, 1, 2, "\t"]]) == [Inserted(2, "\t", {})]
    assert text.apply([[TYPE, 1, 3, "😀"]]) == [Inserted(3, "😀", {})]


def test_typing_of_somebody_who_wrote_only_marks_here_finds_no_place():
    text = text_of("ab")
    text.apply([[MARK, 5, 0, 1, 5, "bold", True, 1, 0, 0, 1, 1, 1]])
    with pytest.raises(MalformedOp):
        text.apply([[TYPE, 5, 1, "x"]])
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
    assert listener.apply(ops) == [Deleted(1, 2), Deleted(1, 1), Deleted(1, 2), Inserted(1, "x", {})]
    assert listener.apply(writer.insert(2, "y")) == [Inserted(2, "y", {})]
    assert shown(listener) == shown(writer)


@pytest.mark.parametrize("last", [[ERASE, 1, 8, 0, SELF, 99, 1], [ERASE, 1, 9, 0, SELF, 0, 1], [MARK], 5, []])
def test_a_batch_whose_last_op_is_bad_changes_nothing(last):
    listener = listener_of(text_of("abcdef"))
    before = listener.encode()
    with pytest.raises(CrdtError):
        listener.apply([[ERASE, 1, 6, 0, SELF, 0, 1], [ERASE, 1, 7, 0, SELF, 2, 1], last])
    assert listener.encode() == before


def test_an_element_that_a_batch_deletes_twice_is_hidden_for_two_reasons():
    listener = listener_of(text_of("abc"))
    ops = [[ERASE, 1, 3, 0, SELF, 1, 1], [ERASE, 1, 4, 0, SELF, 1, 1]]
    assert listener.apply(ops) == [Deleted(1, 1)]
    listener.check()


@pytest.mark.parametrize(
    ("op", "error"),
    [
        ([ERASE, 1, 7, 0, SELF, 0, 1], CausalGap),
        ([ERASE, 9, 0, 0, SELF, 0, 1], CrdtError),
        ([ERASE, 1, 6, 2, SELF, 0, 1], MalformedOp),
        ([ERASE, 1, 6, None, SELF, 0, 1], MalformedOp),
        ([ERASE, 1, 6, 0, None, 0, 1], MalformedOp),
        ([ERASE, 1, 6, 0, EDGE, 0, 1], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, -1, 1], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, None, 1], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, 0, 0], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, 0, True], MalformedOp),
        ([ERASE, 1, 6, 0, SELF, 4, 5], CrdtError),
        ([ERASE, 1, 6, 0, 5, 0, 1], CausalGap),
        ([INSERT, 1, 6, 0, "", SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "\0", SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, None, SELF, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", EDGE, 1, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 1, SELF, 0], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 0, EDGE, 0], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 99, EDGE, 1], CrdtError),
        ([INSERT, 1, 6, 0, "x", SELF, None, EDGE, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", SELF, 0, None, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", None, 0, SELF, 1], MalformedOp),
        ([INSERT, 1, 6, 0, "x", 9, 0, SELF, 1], CausalGap),
        ([INSERT, 1, 6, 0, "x", 9, 0, SELF, 0], CausalGap),
        ([TYPE, 1, 6, 0, "x", SELF, 0, SELF, 1], MalformedOp),
        ([TYPE, 1, 6, 0, "x", SELF, 0], MalformedOp),
    ],
)
def test_what_is_no_plain_delete_or_insert_goes_through_the_gate(op, error):
    listener = listener_of(text_of("abcdef"))
    before = listener.encode()
    with pytest.raises(error):
        listener.apply([op])
    assert listener.encode() == before
    listener.check()


def test_one_who_never_opened_an_edit_group_is_not_heard():
    listener = listener_of(text_of("ab"))
    for op in ([ERASE, 5, 0, 0, 1, 0, 1], [INSERT, 5, 0, 0, "x", 1, 0, 1, 1]):
        with pytest.raises(MalformedOp, match="no edit group"):
            listener.apply([op])
    assert listener.apply([[ERASE, 5, 0, 1, 1, 0, 1]]) == [Deleted(0, 1)]
    assert listener.apply([[INSERT, 5, 1, 0, "x", 1, 0, 1, 1]]) == [Inserted(0, "x", {})]
    listener.check()
