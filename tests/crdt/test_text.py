"""The rich text as a whole: random histories against the oracle, convergence, and the face it shows."""

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.errors import CausalGap, LimitExceeded, MalformedOp, OutOfRange
from crdt.ops import EMBED, ERASE, INSERT, INSERT_LENGTH_MAX, KIND_LENGTH_MAX, SELF, TIME_MAX, TYPE
from crdt.patch import Deleted, Inserted
from crdt.replicas import Replicas
from crdt.text import RichText
from crdt.version import Version
from tests.support.builds import REFUSED, wrong_integers
from tests.support.effort import steps
from tests.support.meeting import FOX, reloaded, shown
from tests.support.text_world import TextWorld

seeds = st.integers(0, 2**32)


def run(world: TextWorld, count: int, every: int = 1) -> None:
    for number in range(count):
        world.step()
        if number % every == 0:
            for replica in world.replicas:
                world.check(replica)
    world.settle()


@given(seeds)
def test_the_fast_text_agrees_with_the_oracle_at_every_step(seed):
    run(TextWorld(seed, 2), steps(20))


@given(seeds)
def test_three_replicas_converge_to_the_same_bytes(seed):
    run(TextWorld(seed, 3), steps(45), every=15)


@given(seeds)
def test_saving_and_loading_at_any_step_changes_nothing(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(25)):
        world.step()
        world.reload(world.random.choice(world.replicas))
    world.settle()


@given(seeds)
def test_the_text_at_a_version_is_what_it_was_then(seed):
    world = TextWorld(seed, 2)
    then = []
    for _ in range(steps(25)):
        world.step()
        text = world.replicas[0].text
        then.append((text.version(), shown(text)))
    world.settle()
    text = reloaded(world.replicas[1].text, 5000)
    for version, expected in then:
        assert text.text_at(version) == expected[0]
        moment = text.at(version)
        assert (moment.text(), moment.spans(), moment.blocks()) == expected


@given(seeds)
def test_hearing_everything_again_in_any_batches_changes_nothing(seed):
    world = TextWorld(seed, 2)
    for _ in range(steps(25)):
        world.step()
    world.settle()
    text = world.replicas[0].text
    before = text.encode()
    for batches in world.sent.values():
        for batch in batches:
            assert text.apply(batch) == []
        assert text.apply([op for batch in batches for op in batch]) == []
    assert text.encode() == before


# The names that other programs use


def test_the_face_has_the_names_and_arguments_that_were_promised():
    promised = {
        "insert": ["index", "text", "marks"],
        "delete": ["index", "count"],
        "replace": ["index", "removed", "inserted", "marks"],
        "format": ["start", "end", "kind", "value"],
        "set_block": ["index", "attributes"],
        "insert_embed": ["index", "payload"],
        "apply": ["ops"],
        "merge": ["other"],
        "text": [],
        "spans": [],
        "blocks": [],
        "marks_at": ["index"],
        "block_at": ["index"],
        "new_group": [],
        "undo": [],
        "redo": [],
        "anchor": ["index", "side"],
        "index": ["anchor"],
        "version": [],
        "text_at": ["version"],
        "authors": [],
        "encode": [],
        "check": [],
    }
    for name, arguments in promised.items():
        found = list(inspect.signature(getattr(RichText, name)).parameters)
        assert found[1 : len(arguments) + 1] == arguments, name
    assert list(inspect.signature(RichText.decode).parameters) == ["data", "rid"]
    assert RichText(1).can_undo is False
    assert RichText(1).can_redo is False
    assert next(iter(inspect.signature(RichText).parameters)) == "rid"


def test_the_example_of_the_readme():
    a, b = RichText(rid=1), RichText(rid=2)
    b.apply(a.insert(0, "The fox jumped."))
    left, right = a.format(0, 7, "bold", True), b.insert(4, "quick ")
    a.apply(right)
    b.apply(left)
    assert a.spans() == b.spans() == [("The quick fox", {"bold": True}), (" jumped.", {})]
    b.undo()
    assert b.spans() == [("The fox", {"bold": True}), (" jumped.", {})]


def test_ops_are_plain_lists_of_plain_values():
    def plain(value):
        if isinstance(value, list):
            return all(plain(one) for one in value)
        if isinstance(value, dict):
            return all(type(key) is str and plain(one) for key, one in value.items())
        return value is None or type(value) in (bool, int, float, str, bytes)

    world = TextWorld(1, 2)
    for _ in range(200):
        world.step()
    ops = [op for batches in world.sent.values() for batch in batches for op in batch]
    assert {op[0] for op in ops} == set(range(7))
    assert all(type(op) is list and plain(op) for op in ops)


# Intents that cannot be carried out


def fox():
    text = RichText(1)
    text.insert(0, FOX)
    text.format(0, 3, "bold", True)
    text.set_block(0, {"kind": "quote"})
    return text


END = len(FOX)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.insert(-1, "x"),
        lambda text: text.insert(END + 1, "x"),
        lambda text: text.insert_embed(-1, {}),
        lambda text: text.insert_embed(END + 1, {}),
        lambda text: text.delete(-1, 1),
        lambda text: text.delete(END, 1),
        lambda text: text.delete(3, -1),
        lambda text: text.delete(0, END + 1),
        lambda text: text.replace(3, -1, "x"),
        lambda text: text.replace(END, 1, "x"),
        lambda text: text.replace(-1, 0, "x"),
        lambda text: text.format(-1, 3, "bold", True),
        lambda text: text.format(3, 2, "bold", True),
        lambda text: text.format(3, END + 1, "bold", True),
        lambda text: text.set_block(-1, {"kind": "quote"}),
        lambda text: text.set_block(END + 1, {"kind": "quote"}),
        lambda text: text.anchor(-1),
        lambda text: text.anchor(END + 1),
    ],
)
def test_an_index_outside_the_text_is_refused_and_nothing_changes(edit):
    text = fox()
    before, stacks = text.encode(), (text.can_undo, text.can_redo)
    with pytest.raises(OutOfRange):
        edit(text)
    assert (text.encode(), (text.can_undo, text.can_redo)) == (before, stacks)
    text.check()


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        (lambda text: text.insert(0, "a\0b"), MalformedOp),
        (lambda text: text.insert(0, "\ud800"), MalformedOp),
        (lambda text: text.insert(END, "\0"), MalformedOp),
        (lambda text: text.insert(0, "x" * (INSERT_LENGTH_MAX + 1)), LimitExceeded),
        (lambda text: text.insert(0, "x", {"bold": object()}), MalformedOp),
        (lambda text: text.insert(0, "x", {"k" * (KIND_LENGTH_MAX + 1): 1}), LimitExceeded),
        (lambda text: text.replace(0, 3, "\0"), MalformedOp),
        (lambda text: text.replace(0, 3, "x", {"bold": {1}}), MalformedOp),
        (lambda text: text.insert_embed(0, {"type": object()}), MalformedOp),
        (lambda text: text.insert_embed(0, {"type": "image"}, {"bold": object()}), MalformedOp),
        (lambda text: text.set_block(0, {"kind": object()}), MalformedOp),
        (lambda text: text.set_block(0, {"k" * (KIND_LENGTH_MAX + 1): 1}), LimitExceeded),
    ],
)
def test_content_that_cannot_be_is_refused_and_nothing_changes(edit, error):
    text = fox()
    before = text.encode()
    with pytest.raises(error):
        edit(text)
    assert text.encode() == before
    text.check()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.insert(3, ""),
        lambda text: text.delete(3, 0),
        lambda text: text.replace(3, 0, ""),
        lambda text: text.format(3, 3, "bold", True),
        lambda text: text.format(0, 3, "bold", True),
        lambda text: text.set_block(0, {}),
        lambda text: text.redo(),
        lambda text: text.apply([]),
    ],
)
def test_intents_that_change_nothing_make_no_ops(edit):
    text = fox()
    before = text.encode()
    assert edit(text) == []
    assert text.encode() == before


# The holder's strokes


def test_typing_on_makes_the_smallest_ops_and_one_run():
    text = RichText(1)
    ops = [text.insert(index, letter)[0] for index, letter in enumerate("héllo\n😀")]
    assert [op[0] for op in ops] == [INSERT, *[TYPE] * 6]
    assert len(text._sequence.chunks[0].runs) == 3
    text.check()


def test_typing_is_cut_off_by_a_caret_jump_a_mark_and_a_new_group_only_where_it_must():
    text = RichText(1)
    text.insert(0, "ab")
    assert text.insert(2, "c")[0][0] == TYPE
    assert text.insert(0, "x")[0][0] == INSERT
    assert text.insert(4, "d")[0][0] == INSERT
    text.new_group()
    assert text.insert(5, "e")[0][:4] == [INSERT, 1, 5, 1]
    text.format(5, 6, "link", "x")
    assert text.insert(6, "f")[0][0] == INSERT
    text.format(6, 7, "bold", True)
    assert [op[0] for op in text.insert(7, "g")] == [INSERT]
    assert text.insert(8, "h")[0][0] == TYPE
    assert text.spans() == [("xabcd", {}), ("e", {"link": "x"}), ("fgh", {"bold": True})]
    text.check()


def test_several_letters_may_be_typed_on_at_once():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "ab"))
    ops = text.insert(2, "cd")
    assert ops == [[TYPE, 1, 2, "cd"]]
    assert other.apply(ops) == [Inserted(2, "cd", {})]
    text.delete(3, 1)
    assert text.insert(3, "e")[0][0] == INSERT


def test_deleting_backwards_and_forwards_erases_what_stands_there():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "abcdef"))
    for at, expected in ((5, "abcde"), (4, "abcd"), (3, "abc"), (0, "bc"), (0, "c"), (0, "")):
        ops = text.delete(at, 1)
        assert [op[0] for op in ops] == [ERASE]
        assert other.apply(ops) == [Deleted(at, 1)]
        assert text.text() == other.text() == expected
        text.check()
    assert text.encode() == other.encode()


def test_a_delete_of_what_several_wrote_is_one_op_for_each_stretch():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "abcd"))
    text.apply(other.insert(2, "XY"))
    assert [op[4:] for op in text.delete(1, 4)] == [[SELF, 1, 1], [2, 0, 2], [SELF, 2, 1]]
    assert text.text() == "ad"


def test_replacing_is_one_group():
    text = fox()
    text.new_group()
    text.replace(4, 3, "cat", {"italic": True})
    assert text.spans()[1:3] == [(" ", {}), ("cat", {"italic": True})]
    text.undo()
    assert text.text() == FOX


def test_an_embed_takes_the_place_of_one_character():
    text = fox()
    payload = {"type": "image", "src": "a"}
    ops = text.insert_embed(4, payload, {"link": "x"})
    payload["src"] = "changed later"
    assert ops[0][0] == EMBED
    assert text.spans()[2] == ("\ufffc", {"embed": {"type": "image", "src": "a"}, "link": "x"})
    assert len(text) == END + 1
    text.insert(5, "!")
    assert text.text()[4:6] == "\ufffc!"
    text.check()


def test_marks_after_the_last_possible_time_can_still_be_saved_and_sent():
    text, other = RichText(1), RichText(2)
    ops = text.insert(0, FOX)
    ops.append([3, 9, 0, 1, TIME_MAX, "bold", True, 1, 0, 0, 1, 3, 0])
    text.apply(ops[1:])
    ops += text.format(4, 7, "bold", True)
    ops += text.set_block(0, {"kind": "quote"})
    ops += text.undo()
    other.apply(ops)
    assert reloaded(text).encode() == text.encode() == other.encode()


# A text among others in a document


def test_a_text_of_a_document_shares_its_replicas_and_takes_no_ops_alone():
    replicas = Replicas(4)
    one, other = RichText(4, replicas), RichText(4, replicas)
    one.insert(0, "one")
    other.insert(0, "other")
    one.insert(3, "!")
    assert (one.text(), other.text()) == ("one!", "other")
    assert replicas.ends == [9]
    with pytest.raises(AssertionError):
        one.apply([])


def test_the_time_of_the_document_stamps_marks_and_blocks():
    replicas = Replicas(4)
    text = RichText(4, replicas)
    replicas.time = 77
    text.insert(0, "one")
    assert text.format(0, 1, "bold", True)[0][4] == 77
    assert text.set_block(0, {"kind": "quote"})[0][4] == 77


def test_a_version_says_what_has_been_seen():
    text, other = RichText(1), RichText(2)
    assert text.version() == Version()
    ops = text.insert(0, "abc") + text.delete(0, 1)
    assert text.version() == Version({1: 4})
    with pytest.raises(CausalGap):
        other.apply(ops[1:])
    assert other.version() == Version()
    other.apply(ops)
    assert other.version() == text.version()


def test_a_replica_id_is_a_positive_integer_of_63_bits():
    wrong_ids: tuple[Any, ...] = (-1, 1 << 63, *wrong_integers([True, "1", None]))
    for wrong in wrong_ids:
        with pytest.raises(REFUSED):
            RichText(wrong)
        with pytest.raises(REFUSED):
            RichText.decode(RichText(1).encode(), wrong)


def test_places_are_followed_through_merges():
    text, other = RichText(1), RichText(2)
    text.insert(0, "abcd")
    assert other.merge(text) == [Inserted(0, "abcd", {})]
    assert other.merge(text) == []
    behind, before = other.anchor(2), other.anchor(2, "before")
    assert (behind, before) == ((1, 1, "after"), (1, 2, "before"))
    text.insert(2, "XY")
    other.merge(text)
    assert (other.index(behind), other.index(before)) == (2, 4)
    for index in (-1, 7):
        with pytest.raises(OutOfRange):
            other.anchor(index)
    with pytest.raises(CausalGap):
        other.index((9, 0, "after"))


def test_only_a_group_that_is_there_can_be_switched():
    text = RichText(1)
    text.insert(0, "abc")
    before = text.encode()
    for rid, start in ((2, 0), (1, 1), (1, 3)):
        with pytest.raises(OutOfRange):
            text.switch_group(rid, start, False)
    assert text.encode() == before
    assert text.switch_group(1, 0, False)[0][4:] == [1, 0, 3, 0]
    assert text.text() == ""
