"""
Undo U1-U8: only mine, back and forth, the same elements again, through saves, for anybody's groups.
"""

import pytest

from crdt.errors import CausalGap, MalformedOp, OutOfRange
from crdt.ops import FLIP
from crdt.replicas import Flip, Replicas
from crdt.text import RichText
from crdt.undo import UndoStacks
from tests.support.meeting import (
    FOX,
    everybody,
    meet,
    put,
    reloaded,
    remove,
    shown,
    then,
    type_behind,
    undo_all,
)

BOLD = {"bold": True}


def stacks(text):
    """What undo and redo would switch next, without switching it."""
    return text.can_undo, text._stacks.next_undo(), text.can_redo, text._stacks.next_redo()


def test_U8_redo_of_a_group_between_live_ones_puts_it_back_at_its_place():
    sam, ann = RichText(1), RichText(2)
    for number in range(3):
        sam.new_group()
        ann.apply(sam.insert(number, "abc"[number]))
    ann.apply([*sam.undo(), *sam.undo()])
    sam.apply(ann.switch_group(1, 2, True))
    assert sam.text() == "ac"
    sam.redo()
    assert sam.text() == "abc"
    assert stacks(sam) == stacks(reloaded(sam))


# Cases


def test_going_back_and_forth_over_one_burst_leaves_one_switch_that_decides_however_often_it_is_done():
    """Every switch is kept, and each undo, redo, load and look into the past still takes a moment."""
    text = RichText(1)
    text.insert(0, "word")
    for _ in range(3_000):
        text.undo()
        text.redo()
    again = reloaded(text)
    for one in (text, again):
        assert len(one._replicas.flips[0, 0]) == 6_000
        assert [flip.live for flip in one._replicas.deciders[0, 0]] == [True]
        assert one.text() == one.text_at(one.version()) == "word"
    assert again.encode() == text.encode()


def test_undo_takes_back_a_burst_and_redo_brings_it_again():
    text = RichText(1)
    assert not text.can_undo
    assert not text.can_redo
    assert text.undo() == []
    assert text.redo() == []
    text.insert(0, "one")
    text.insert(3, " more")
    text.new_group()
    text.insert(8, ", and two")
    assert [text.undo()[0][0], text.text()] == [FLIP, "one more"]
    assert [text.undo()[0][0], text.text()] == [FLIP, ""]
    assert not text.can_undo
    assert text.can_redo
    text.redo()
    text.redo()
    assert text.text() == "one more, and two"
    assert not text.can_redo


def test_a_new_edit_clears_redo_and_opens_a_group_of_its_own():
    text = RichText(1)
    text.insert(0, "one")
    text.new_group()
    text.insert(3, "two")
    text.undo()
    text.insert(3, "X")
    assert not text.can_redo
    assert text.redo() == []
    text.undo()
    assert text.text() == "one"
    text.redo()
    assert text.text() == "oneX"
    text.insert(0, "last")
    for edit in (
        lambda text: text.delete(0, 1),
        lambda text: text.format(0, 1, "bold", True),
        lambda text: text.set_block(0, {"kind": "quote"}),
        lambda text: text.insert_embed(0, {"type": "divider"}),
    ):
        text.undo()
        assert text.can_redo
        edit(text)
        assert not text.can_redo


def test_typing_after_a_redo_does_not_join_the_redone_group():
    text = RichText(1)
    text.insert(0, "one")
    text.undo()
    text.redo()
    text.insert(3, "two")
    text.undo()
    assert text.text() == "one"


def test_what_others_write_does_not_clear_redo():
    text, other = RichText(1), RichText(2)
    other.apply(text.insert(0, "one"))
    text.undo()
    text.apply(other.insert(3, "!"))
    assert text.can_redo
    text.redo()
    assert text.text() == "one!"


def test_U3_comments_carets_and_what_others_typed_inside_come_back_with_a_deleted_word():
    def commented(text):
        return [*text.insert(0, FOX), *put("fox", "comment:a", "why?")(text)]

    def delete_and_undo(text):
        return [*remove("The fox")(text), *text.undo()]

    for text in everybody(commented, delete_and_undo, then(put("fo", "bold"), type_behind("fo", "-"))):
        a = {"comment:a": "why?"}
        assert text.spans() == [("The ", {}), ("fo-", a | BOLD), ("x", a), (" jumped.", {})]


def test_U4_undoing_an_insert_leaves_what_others_typed_inside_it():
    writer, other = RichText(1), RichText(2)
    other.apply(writer.insert(0, "ab"))
    writer.new_group()
    other.apply(writer.insert(1, "1234"))
    writer.apply(other.insert(3, "-other-"))
    other.apply(writer.undo())
    assert writer.text() == other.text() == "a-other-b"
    other.apply(writer.redo())
    assert writer.text() == other.text() == "a12-other-34b"


def test_U4_undoing_an_insert_and_somebodys_delete_inside_it_do_not_add_up():
    def undone(text):
        text.new_group()
        ops = text.insert(4, "sly ")
        return [*ops, *text.undo(), *text.redo()]

    for text in everybody(FOX, undone, remove("fox ")):
        assert text.text() == "The sly jumped."


def test_U5_undoing_a_mark_or_a_block_lets_the_one_beneath_show_again():
    def twice(text):
        ops = [
            *text.insert(0, FOX),
            *put("fox", "colour", "red")(text),
            *text.set_block(0, {"kind": "quote"}),
        ]
        text.new_group()
        ops += put(FOX, "colour", "blue")(text)
        return [*ops, *text.set_block(0, {"kind": "bullet", "level": 1})]

    text = RichText(1)
    twice(text)
    assert text.blocks() == [([(FOX, {"colour": "blue"})], {"kind": "bullet", "level": 1})]
    text.undo()
    assert text.blocks() == [
        ([("The ", {}), ("fox", {"colour": "red"}), (" jumped.", {})], {"kind": "quote"}),
    ]
    text.redo()
    assert text.block_at(0) == {"kind": "bullet", "level": 1}


def test_U7_anybodys_groups_can_be_switched_off_and_on():
    sam, ann = RichText(1), RichText(2)
    ops = sam.insert(0, "Sam was here. ")
    sam.new_group()
    ops += sam.insert(0, "Twice. ")
    ann.apply(ops)
    said = ann.insert(len(ann), "Ann too.")
    said += ann.switch_group(1, 0, False)
    assert ann.text() == "Twice. Ann too."
    said += ann.switch_group(1, 14, False)
    assert ann.text() == "Ann too."
    said += ann.switch_group(1, 0, True)
    assert ann.text() == "Sam was here. Ann too."
    sam.apply(said)
    assert sam.text() == ann.text()
    assert sam.encode() == ann.encode()


def test_U7_after_somebody_switched_my_group_off_undo_goes_on_with_the_one_before():
    sam, ann = RichText(1), RichText(2)
    ops = sam.insert(0, "one ")
    sam.new_group()
    ops += sam.insert(4, "two ")
    ann.apply(ops)
    sam.apply(ann.switch_group(1, 4, False))
    assert sam.text() == "one "
    assert not sam.can_redo
    sam.undo()
    assert sam.text() == ""
    sam.redo()
    assert sam.text() == "one "


def test_what_is_typed_after_a_switch_was_decided_is_not_caught_by_it():
    sam, ann = RichText(1), RichText(2)
    ann.apply(sam.insert(0, "one"))
    more = sam.insert(3, " more")
    flip = ann.switch_group(1, 0, False)
    sam.apply(flip)
    assert sam.text() == " more"
    ann.apply(more)
    assert ann.text() == " more"
    assert sam.encode() == ann.encode()
    later = sam.insert(5, "!")
    ann.apply(later)
    assert ann.text() == sam.text() == " more!"
    ann.check()
    sam.check()


def test_marks_blocks_and_deletes_typed_after_the_switch_are_not_caught_either():
    sam, ann = RichText(1), RichText(2)
    ann.apply(sam.insert(0, "one"))
    more = [*sam.format(0, 3, "bold", True), *sam.set_block(0, {"kind": "quote"}), *sam.delete(2, 1)]
    flip = ann.switch_group(1, 0, False)
    flip += ann.switch_group(1, 0, True)
    sam.apply(flip)
    ann.apply(more)
    assert sam.blocks() == ann.blocks() == [([("on", BOLD)], {"kind": "quote"})]
    sam.apply(ann.switch_group(1, 0, False))
    assert shown(sam) == shown(ann) == ("", [], [([], {})])
    assert sam.encode() == ann.encode()


def test_of_two_switches_the_greater_stamp_decides_everywhere():
    def off(text):
        return text.switch_group(50, 0, False)

    def off_and_on(text):
        return [*text.switch_group(50, 0, False), *text.switch_group(50, 0, True)]

    for text in everybody(FOX, off, off_and_on):
        assert text.text() == FOX
    for text in everybody(FOX, off, off):
        assert text.text() == ""
    assert meet(FOX, off, lambda text: text.switch_group(50, 0, True), rids=(11, 92)).text() == FOX
    assert meet(FOX, off, lambda text: text.switch_group(50, 0, True), rids=(92, 11)).text() == ""


def test_an_op_of_a_group_that_was_switched_off_before_it_came_follows_the_switch():
    sam, ann, late = RichText(1), RichText(2), RichText(3)
    ops = [*sam.insert(0, FOX), *sam.format(0, 3, "bold", True), *sam.set_block(0, {"kind": "quote"})]
    ops += sam.delete(0, 4)
    ann.apply(ops)
    flip = ann.switch_group(1, 0, False)
    with pytest.raises(CausalGap):
        late.apply(flip)
    for op in ops[:-1]:
        late.apply([op])
        with pytest.raises(CausalGap):
            late.apply(flip)
    late.apply([ops[-1]])
    late.apply(flip)
    assert shown(late) == shown(ann) == ("", [], [([], {})])


def test_switching_a_group_that_is_not_there_is_refused():
    text = RichText(1)
    text.insert(0, "one")
    for rid, start in ((1, 1), (2, 0), (1, 7)):
        with pytest.raises(OutOfRange):
            text.switch_group(rid, start, False)
    flip = text.switch_group(1, 0, False)[0]
    other = RichText(2)
    other.apply([[0, 1, 0, 1, "one", -2, 0, -2, 1]])
    with pytest.raises(MalformedOp):
        other.apply([[*flip[:5], 1, *flip[6:]]])


def test_a_group_switched_twice_to_the_same_shows_nothing_new():
    sam, ann = RichText(1), RichText(2)
    ann.apply(sam.insert(0, "one"))
    sam.apply(ann.switch_group(1, 0, False))
    assert sam.apply(ann.switch_group(1, 0, False)) == []
    assert sam.text() == ""


def test_undo_of_one_hundred_bursts_and_back():
    text = RichText(1)
    stages = []
    for number in range(100):
        stages.append(shown(text))
        text.new_group()
        if number % 3 == 2:
            text.delete(0, 2)
        else:
            text.insert(number % 5 if len(text) > 5 else 0, f"{number} ", BOLD if number % 2 else None)
    stages.append(shown(text))
    assert undo_all(text) == stages[1:]
    assert shown(text) == stages[0]
    for stage in stages[1:]:
        text.redo()
        assert shown(text) == stage
    text.check()


# The stacks


def test_the_stacks_are_read_off_groups_and_flips():
    replicas = Replicas(1)
    stacks = UndoStacks(replicas)
    assert stacks.next_undo() is stacks.next_redo() is None
    for start in (0, 4, 9):
        replicas.start_group(0, start, 0)
    replicas.advance(0, 12)
    assert stacks.next_undo() == 9
    replicas.flip(0, 9, Flip(1, 0, 12, 12, False))
    replicas.flip(0, 4, Flip(2, 0, 13, 9, False))
    replicas.advance(0, 14)
    replicas.stacks_valid = False
    assert (stacks.next_undo(), stacks.next_redo()) == (0, 4)
    stacks.redone()
    assert (stacks.next_undo(), stacks.next_redo()) == (4, 9)
    stacks.undone()
    assert (stacks.next_undo(), stacks.next_redo()) == (0, 4)


def test_groups_that_others_switched_off_are_not_mine_to_redo():
    replicas = Replicas(1)
    other = replicas.intern(2)
    for start in (0, 4):
        replicas.start_group(0, start, 0)
    replicas.advance(0, 8)
    replicas.flip(0, 4, Flip(1, other, 70, 8, False))
    stacks = UndoStacks(replicas)
    assert (stacks.next_undo(), stacks.next_redo()) == (0, None)
