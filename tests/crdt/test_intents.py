"""The workshop of ops: where typed text goes and which marks it gets."""

import pytest

from crdt.errors import LimitExceeded, OutOfRange
from crdt.ops import EDGE, INSERT, KIND_LENGTH_MAX, MARK, SELF, TYPE
from crdt.text import RichText
from tests.support.meeting import FOX, reloaded


def text_of(words, rid=1):
    text = RichText(rid)
    text.insert(0, words)
    return text


# Where typed text goes


def test_text_goes_right_behind_the_visible_letter_before_it_and_before_its_tombstones():
    text = text_of("abcd")
    text.delete(1, 2)
    assert text.insert(1, "X")[0][5:] == [SELF, 0, SELF, 1]
    assert text.insert(0, "Y")[0][5:] == [EDGE, 0, SELF, 0]
    assert text.insert(len(text), "Z")[0][5:] == [SELF, 3, EDGE, 1]


def test_behind_deleted_letters_of_a_link_text_goes_behind_the_tombstones():
    text = text_of("abcdef")
    text.format(0, 4, "link", "x")
    text.format(0, 5, "comment:1", 1)
    text.delete(2, 3)
    op = text.insert(2, "X")[0]
    assert op[5:] == [SELF, 4, SELF, 5]
    assert text.spans() == [("ab", {"comment:1": 1, "link": "x"}), ("Xf", {})]
    text.check()


def test_the_outer_side_of_a_mark_that_reaches_to_the_end_of_the_text_is_not_looked_for():
    text = text_of("abc")
    text.apply([[MARK, 9, 0, 1, 5, "unheard", 1, 1, 0, 0, EDGE, 1, 0]])
    text.delete(1, 2)
    text.insert(1, "X")
    assert text.spans() == [("aX", {"unheard": 1})]


def test_text_typed_before_the_last_visible_letter_of_a_link_stays_inside():
    text = text_of("abcdef")
    text.format(0, 5, "link", "x")
    text.delete(3, 1)
    text.insert(3, "X")
    assert text.spans() == [("abcXe", {"link": "x"}), ("f", {})]


# Which marks typed text gets


def test_with_given_marks_text_gets_these_and_loses_all_others_it_would_take():
    text = text_of(FOX)
    text.format(0, len(FOX), "bold", True)
    text.format(0, len(FOX), "comment:1", 1)
    ops = text.insert(4, "new ", {"italic": True, "comment:1": 1})
    assert [op[0] for op in ops] == [INSERT, MARK, MARK]
    assert [op[5:7] for op in ops[1:]] == [["bold", None], ["italic", True]]
    assert text.spans()[1] == ("new ", {"comment:1": 1, "italic": True})
    assert [op[0] for op in text.insert(6, "ly", {"italic": True, "comment:1": 1})] == [INSERT]


def test_at_the_start_of_a_paragraph_growing_kinds_come_from_the_letter_behind_and_others_from_before():
    text = text_of("one\ntwo")
    text.apply([[MARK, 9, 0, 1, 5, "unheard", 1, EDGE, 0, 1, EDGE, 1, 0]])
    text.format(0, 4, "bold", True)
    text.format(4, 7, "italic", True)
    text.format(4, 7, "link", "x")
    text.insert(4, "new ")
    assert text.spans()[1] == ("new ", {"italic": True, "unheard": 1})


def test_an_empty_paragraph_the_end_and_an_embed_have_no_letter_behind():
    text = text_of("one\n\ntwo")
    text.format(0, 3, "bold", True)
    text.format(5, 8, "italic", True)
    text.insert_embed(5, {"type": "divider"})
    for at in (4, 5):
        other = reloaded(text, 2)
        assert len(other.insert(at, "x")) == 1
    assert len(text.insert(len(text), "\n")) == 1
    assert len(text.insert(len(text), "x")) == 1


def test_a_newline_typed_into_a_paragraph_start_takes_the_letters_format_too():
    text = text_of("two")
    text.format(0, 3, "bold", True)
    text.insert(0, "\n")
    assert text.spans() == [("\ntwo", {"bold": True})]


# The smallest marks


def test_growing_marks_end_before_the_next_element_and_others_behind_their_last():
    text = text_of(FOX)
    text.delete(3, 1)
    assert text.format(0, 3, "bold", True)[0][7:] == [SELF, 0, 0, SELF, 3, 0]
    assert text.format(0, 3, "link", "x")[0][7:] == [SELF, 0, 0, SELF, 2, 1]
    assert text.format(0, len(text), "bold", None)[0][10:] == [EDGE, 1, 0]


def test_a_format_of_a_part_that_shows_it_already_still_covers_the_whole_range():
    text = text_of(FOX)
    text.format(0, 3, "bold", True)
    assert text.format(0, 7, "bold", True)[0][7:] == [SELF, 0, 0, SELF, 7, 0]


def test_typing_on_is_one_op_a_stroke_and_goes_behind_the_last():
    text = text_of("a")
    assert text.insert(1, "b") == [[TYPE, 1, 1, "b"]]
    assert text.insert(2, "c") == [[TYPE, 1, 2, "c"]]
    text.new_group()
    assert text.insert(3, "d") == [[INSERT, 1, 3, 1, "d", SELF, 2, EDGE, 1]]
    assert text.insert(4, "e") == [[TYPE, 1, 4, "e"]]
    assert text.text() == "abcde"
    text.check()


def test_each_kind_of_edit_opens_the_group_it_is_first_in():
    for edit in (
        lambda text: text.delete(0, 1),
        lambda text: text.format(0, 1, "bold", True),
        lambda text: text.set_block(0, {"kind": "quote"}),
        lambda text: text.insert(0, "x"),
    ):
        text = text_of("ab")
        text.new_group()
        assert edit(text)[0][3] == 1
        assert text.delete(0, 1)[0][3] == 0
        assert text._replicas.group_starts[0] == [0, 2]
        text.check()


def test_what_a_block_op_names_is_the_newline_of_the_block():
    text = text_of("one\ntwo")
    assert text.set_block(1, {"kind": "quote"})[0][5:] == [SELF, 3, {"kind": "quote"}]
    assert text.set_block(5, {"level": 1})[0][5:] == [EDGE, 1, {"level": 1}]


def test_places_outside_the_text_and_kinds_too_long_are_refused_and_change_nothing():
    text = text_of("abc")
    before = text.encode()
    for edit in (
        lambda: text.insert(4, "x"),
        lambda: text.insert(-1, "x"),
        lambda: text.set_block(4, {"kind": "quote"}),
        lambda: text.delete(2, 2),
        lambda: text.delete(-1, 1),
        lambda: text.format(2, 4, "bold", True),
        lambda: text.format(2, 1, "bold", True),
    ):
        with pytest.raises(OutOfRange):
            edit()
    with pytest.raises(LimitExceeded):
        text.insert(0, "x", {"k" * (KIND_LENGTH_MAX + 1): True})
    assert text.encode() == before
    assert text.insert(3, "x", {"k" * KIND_LENGTH_MAX: True})
