"""
Formatting, merged: what people expect of it, each case in both merge orders, under every delivery order, with
and without a save and load in between (`tests.support.meeting` plays them all).
"""

import pytest

from crdt.errors import LimitExceeded, MalformedOp
from crdt.marks import AFTER, BEFORE, Mark, MarkTable
from crdt.ops import EDGE, MARK, SELF
from crdt.patch import Formatted, Inserted, Marks
from crdt.text import RichText
from tests.support.meeting import (
    FOX,
    everybody,
    meet,
    place,
    put,
    reloaded,
    remove,
    then,
    type_before,
    type_behind,
)

BOLD: Marks = {"bold": True}
ITALIC: Marks = {"italic": True}
GROWING = ("bold", "italic", "underline", "strike", "code", "highlight", "colour")
STAYING = ("link", "comment:7", "unheard of")


def fox(*edits):
    """The sentence with these edits done to it by its first author."""
    return lambda text: [*text.insert(0, FOX), *then(*edits)(text)]


# The twelve published cases (Peritext): one person does this while another does that


def test_case_1_two_insertions_at_different_places_both_survive():
    for text in everybody(FOX, type_before("fox", "quick "), type_behind("jumped", " over the dog")):
        assert text.text() == "The quick fox jumped over the dog."
        assert text.spans() == [("The quick fox jumped over the dog.", {})]


def test_case_2_text_inserted_into_what_is_made_bold_is_bold():
    for text in everybody(FOX, put(FOX, "bold"), type_before("fox", "brown ")):
        assert text.spans() == [("The brown fox jumped.", BOLD)]


def test_case_3_overlapping_bold_makes_the_union_bold():
    for text in everybody(FOX, put("The fox", "bold"), put("fox jumped.", "bold")):
        assert text.spans() == [(FOX, BOLD)]


def test_case_4_overlapping_kinds_add_up():
    for text in everybody(FOX, put("The fox", "bold"), put("fox jumped.", "italic")):
        assert text.spans() == [("The ", BOLD), ("fox", BOLD | ITALIC), (" jumped.", ITALIC)]


def test_case_5_of_two_colours_one_wins_everywhere_and_a_later_colour_wins_over_it():
    for text in everybody(FOX, put("The fox", "colour", "red"), put("fox jumped", "colour", "blue")):
        spans = dict((words, marks.get("colour")) for words, marks in text.spans())
        assert spans in (
            {"The fox": "red", " jumped": "blue", ".": None},
            {"The ": "red", "fox jumped": "blue", ".": None},
        )
        text.format(*place(text, "fox"), "colour", "green")
        assert text.spans()[1] == ("fox", {"colour": "green"})
        assert reloaded(text).spans() == text.spans()


def test_case_5_the_greater_stamp_decides_between_two_colours():
    red, blue = put("The fox", "colour", "red"), put("fox jumped", "colour", "blue")
    assert ("The fox", {"colour": "red"}) in meet(FOX, red, blue, rids=(92, 11)).spans()
    assert ("fox jumped", {"colour": "blue"}) in meet(FOX, red, blue, rids=(11, 92)).spans()
    late = then(put(".", "italic"), red)
    for text in everybody(FOX, late, blue):
        assert ("The fox", {"colour": "red"}) in text.spans()


@pytest.mark.parametrize(
    ("before_it", "jumped"), [([], {}), ([put("The", "italic"), put("The", "italic", None)], BOLD)]
)
def test_case_6_a_word_unbolded_here_and_bolded_there_goes_by_the_greater_stamp(before_it, jumped):
    one = then(put(FOX, "bold"), put("fox jumped", "bold", None))
    other = then(*before_it, put("jumped", "bold"))
    for text in everybody(FOX, one, other):
        expected = [("The ", BOLD), ("fox ", {}), ("jumped", BOLD), (".", BOLD)]
        if not jumped:
            expected = [("The ", BOLD), ("fox jumped", {}), (".", BOLD)]
        else:
            expected[2:] = [("jumped.", BOLD)]
        assert text.spans() == expected


def test_case_7_comments_that_overlap_are_both_there():
    for text in everybody(FOX, put("The fox", "comment:a", "a"), put("fox jumped", "comment:b", "b")):
        a, b = {"comment:a": "a"}, {"comment:b": "b"}
        assert text.spans() == [("The ", a), ("fox", a | b), (" jumped", b), (".", {})]


@pytest.mark.parametrize("kind", GROWING)
def test_case_8_text_typed_before_a_growing_mark_is_plain_and_at_its_end_is_in_it(kind):
    base = fox(put("fox jumped", kind))
    for text in everybody(base, type_before("fox", "quick "), type_behind("jumped", " over the dog")):
        assert text.spans() == [
            ("The quick ", {}),
            ("fox jumped over the dog", {kind: True}),
            (".", {}),
        ]


def test_case_8_at_the_start_of_a_paragraph_text_takes_the_following_format():
    for base, at in (("One\nTwo", 4), ("Two", 0), ("One\n\nTwo", 5)):
        text = RichText(1)
        text.insert(0, base)
        text.format(*place(text, "Two"), "bold", True)
        text.format(*place(text, "Two"), "link", "https://a")
        text.insert(at, "New")
        assert text.spans()[-2:] == [("New", BOLD), ("Two", {"bold": True, "link": "https://a"})] or (
            text.spans()[-2:] == [(base[:at] + "New", BOLD), ("Two", {"bold": True, "link": "https://a"})]
        )
        assert text.marks_at(at + 3) == BOLD


@pytest.mark.parametrize("kind", STAYING)
def test_case_9_text_typed_at_either_end_of_a_link_or_a_comment_is_outside(kind):
    base = fox(put("fox jumped", kind, "x"))
    for text in everybody(base, type_before("fox", "quick "), type_behind("jumped", " over the dog")):
        assert text.spans() == [
            ("The quick ", {}),
            ("fox jumped", {kind: "x"}),
            (" over the dog.", {}),
        ]


def test_case_10_between_what_stays_bold_and_what_is_unbolded_new_text_is_bold():
    def bold_AC(text):
        return [*text.insert(0, "AC"), *text.format(0, 2, "bold", True)]

    for text in everybody(bold_AC, put("C", "bold", None), type_behind("A", "B")):
        assert text.spans() == [("AB", BOLD), ("C", {})]


def test_case_11_what_was_typed_inside_a_word_made_bold_survives_bold():
    def replace(text):
        return text.replace(place(text, "fox")[0] + 1, 1, "lami")

    for text in everybody(FOX, put("fox", "bold"), replace):
        assert text.spans() == [("The ", {}), ("flamix", BOLD), (" jumped.", {})]
    for text in everybody(FOX, put("The fox jumped", "bold"), lambda text: text.replace(4, 3, "cat")):
        assert text.spans() == [("The cat jumped", BOLD), (".", {})]


@pytest.mark.parametrize("kind", GROWING + STAYING)
def test_case_12_what_is_typed_where_a_whole_marked_span_was_deleted_is_plain(kind):
    for text in everybody(fox(put("fox", kind)), then(remove("fox"), type_behind("The ", "cat"))):
        assert text.spans() == [("The cat jumped.", {})]
    for text in everybody(fox(put("The", kind)), then(remove("The"), lambda text: text.insert(0, "A"))):
        assert text.spans() == [("A fox jumped.", {})]
    for text in everybody(fox(put(FOX, kind)), then(remove(FOX), lambda text: text.insert(0, "New"))):
        assert text.spans() == [("New", {})]


# Further cases of the same kinds


@pytest.mark.parametrize("kind", STAYING)
@pytest.mark.parametrize("typist", [0, 1])
def test_text_typed_behind_a_link_whose_last_letters_were_deleted_is_outside(kind, typist):
    base = fox(put("fox jumped", kind, "x"), remove("jumped"))
    edits = [type_behind("fox ", "ran"), put("The", "italic")]
    for text in everybody(base, *(edits if typist else reversed(edits))):
        assert text.spans() == [("The", ITALIC), (" ", {}), ("fox ", {kind: "x"}), ("ran.", {})]


@pytest.mark.parametrize("kind", GROWING)
def test_text_typed_behind_a_bold_span_whose_last_letters_were_deleted_is_bold(kind):
    base = fox(put("fox jumped", kind), remove("jumped"))
    for text in everybody(base, type_behind("fox ", "ran")):
        assert text.spans() == [("The ", {}), ("fox ran", {kind: True}), (".", {})]


def test_text_typed_before_a_link_whose_first_letters_were_deleted_is_outside():
    base = fox(put("fox jumped", "link", "x"), remove("fox "))
    for text in everybody(base, type_before("jumped", "it ")):
        assert text.spans() == [("The it ", {}), ("jumped", {"link": "x"}), (".", {})]


@pytest.mark.parametrize(("removed", "at"), [((), 4), (("e ",), 2), (("fo",), 4), (("e ", "fo"), 2)])
def test_text_typed_between_two_links_belongs_to_neither(removed, at):
    links = (put("The ", "link", "a"), put("fox", "link", "b"))
    for text in everybody(fox(*links, *map(remove, removed)), lambda text: text.insert(at, "-")):
        assert [marks for _, marks in text.spans()] == [{"link": "a"}, {}, {"link": "b"}, {}]
        assert text.text()[at] == "-"


def test_a_link_put_over_the_middle_of_another_splits_it():
    for text in everybody(fox(put("The fox jumped", "link", "a")), put("fox", "link", "b")):
        a, b = {"link": "a"}, {"link": "b"}
        assert text.spans() == [("The ", a), ("fox", b), (" jumped", a), (".", {})]


def test_two_people_link_overlapping_words_and_one_link_wins_where_they_overlap():
    for text in everybody(FOX, put("The fox", "link", "a"), put("fox jumped", "link", "b")):
        links = [marks.get("link") for _, marks in text.spans()]
        assert links in (["a", "b", None],)
        assert sum(len(words) for words, marks in text.spans() if marks) == len("The fox jumped")


def test_one_comment_put_on_two_places_is_on_both():
    for text in everybody(FOX, put("The", "comment:a", 1), put("jumped", "comment:a", 1)):
        assert [marks for _, marks in text.spans()] == [{"comment:a": 1}, {}, {"comment:a": 1}, {}]


def test_taking_one_comment_away_leaves_the_other_on_the_same_words():
    base = fox(put("fox", "comment:a", 1), put("fox", "comment:b", 2))
    for text in everybody(base, put("fox", "comment:a", None), type_behind("fo", "-")):
        assert text.spans()[1] == ("fo-x", {"comment:b": 2})


def test_a_mark_whose_ends_were_deleted_still_covers_what_is_left_between():
    for text in everybody(FOX, put("fox jumped", "bold"), then(remove("The fo"), remove("ed."))):
        assert text.spans() == [("x jump", BOLD)]
    for text in everybody(FOX, put("fox jumped", "link", "a"), then(remove("The fo"), remove("ed."))):
        assert text.spans() == [("x jump", {"link": "a"})]


def test_a_mark_put_on_words_that_another_deletes_shows_on_nothing():
    for text in everybody(FOX, put("fox", "bold"), remove("fox")):
        assert text.spans() == [("The  jumped.", {})]


def test_what_is_typed_into_words_that_another_deletes_keeps_the_format_of_the_place():
    for text in everybody(fox(put("The fox", "bold")), type_behind("fo", "-"), remove("fox")):
        assert text.spans() == [("The -", BOLD), (" jumped.", {})]


def test_formatting_nothing_makes_no_op_and_a_gap_of_no_width_covers_nothing():
    text = RichText(1)
    text.insert(0, FOX)
    assert text.format(4, 4, "bold", True) == []
    assert text.format(0, 0, "bold", True) == []
    assert text.format(len(text), len(text), "bold", True) == []
    for text in everybody(fox(put("fox", "link", "a"), remove("fox")), lambda text: text.insert(4, "cat")):
        assert text.spans() == [("The cat jumped.", {})]


def test_deleting_all_and_typing_again_is_plain_but_undoing_the_delete_brings_the_format_back():
    def again(text):
        ops = text.delete(0, len(text))
        text.new_group()
        ops += text.insert(0, "New")
        return [*ops, *text.undo(), *text.undo()]

    for text in everybody(fox(put(FOX, "bold")), again):
        assert text.spans() == [(FOX, BOLD)]


def test_a_mark_of_an_undone_group_shows_nothing_while_the_mark_beneath_shows_again():
    def red_and_back(text):
        ops = text.format(*place(text, "fox"), "colour", "red")
        return [*ops, *text.undo()]

    for text in everybody(fox(put("The fox", "colour", "blue")), red_and_back, type_behind("fo", "-")):
        assert text.spans() == [("The fo-x", {"colour": "blue"}), (" jumped.", {})]


def test_text_typed_at_the_end_of_an_undone_bold_is_plain_until_it_is_redone():
    def bold_undone(text):
        text.new_group()
        ops = text.format(*place(text, "fox"), "bold", True)
        return [*ops, *text.undo()]

    for text in everybody(FOX, bold_undone, type_behind("fox", "es")):
        assert text.spans() == [("The foxes jumped.", {})]
    bolder = RichText(1)
    bolder.insert(0, FOX)
    bold_undone(bolder)
    typist = reloaded(bolder, 2)
    bolder.apply(typist.insert(7, "es"))
    bolder.redo()
    assert bolder.spans() == [("The ", {}), ("foxes", BOLD), (" jumped.", {})]


@pytest.mark.parametrize("value", [None, False, 0, 1.5, "x", b"x", [1, [2]], {"a": {"b": None}}])
def test_a_kind_nobody_knows_is_kept_with_its_value(value):
    for text in everybody(FOX, put("fox", "x-new", value), put("fox", "bold")):
        expected = BOLD if value is None else BOLD | {"x-new": value}
        assert text.spans()[1] == ("fox", expected)


def test_marking_what_is_marked_already_makes_no_op():
    text = RichText(1)
    text.insert(0, FOX)
    text.format(0, 7, "bold", True)
    assert text.format(2, 5, "bold", True) == []
    assert text.format(8, 9, "bold", None) == []
    assert len(text.format(2, 9, "bold", True)) == 1


def test_typing_with_given_marks_shows_exactly_these():
    text = RichText(1)
    text.insert(0, FOX)
    text.format(0, len(FOX), "bold", True)
    text.format(0, len(FOX), "link", "a")
    text.insert(4, "slow ", {"italic": True, "link": "b"})
    text.insert(4, "plain ", {})
    assert text.spans()[1:3] == [("plain ", {}), ("slow ", {"italic": True, "link": "b"})]
    assert text.insert(4, "-", text.marks_at(4))[1:] == []


def test_the_end_of_a_paragraph_does_not_take_the_next_paragraphs_format():
    text = RichText(1)
    text.insert(0, "One\nTwo")
    text.format(4, 7, "bold", True)
    text.insert(3, "!")
    assert text.spans() == [("One!\n", {}), ("Two", BOLD)]


def test_an_empty_paragraph_between_bold_ones_continues_the_one_before():
    text = RichText(1)
    text.insert(0, "One\n\nTwo")
    text.format(0, 4, "bold", True)
    text.insert(4, "x")
    assert text.spans()[0] == ("One\nx", BOLD)


def test_the_paragraph_start_rule_leaves_an_embed_and_a_link_alone():
    text = RichText(1)
    text.insert(0, "Two")
    text.insert_embed(0, {"type": "divider"})
    text.format(0, 4, "bold", True)
    text.insert(0, "x")
    assert text.spans()[0] == ("x", {})


# The table of marks, and marks as others may write them


def mark_op(*fields):
    return [MARK, 9, 0, 1, 5, "bold", True, *fields]


def test_a_mark_whose_end_does_not_stand_behind_its_start_covers_nothing_and_is_kept():
    for start, end in (
        ((1, 5, BEFORE), (1, 2, AFTER)),
        ((1, 3, AFTER), (1, 3, BEFORE)),
        ((1, 3, AFTER), (1, 3, AFTER)),
    ):
        text = RichText(1)
        text.insert(0, FOX)
        assert text.apply([mark_op(*start, *end)]) == []
        text.check()
        assert text.spans() == [(FOX, {})]
        again = reloaded(text, 3)
        assert again.encode() == text.encode()
        assert again.switch_group(9, 0, False)
        assert again.spans() == [(FOX, {})]
        again.check()


def test_a_mark_may_reach_from_the_start_to_the_end_and_takes_in_all_that_comes():
    text = RichText(1)
    text.insert(0, FOX)
    patches = text.apply([mark_op(EDGE, 0, AFTER, EDGE, 1, BEFORE)])
    assert patches == [Formatted(0, len(FOX), BOLD)]
    text.insert(0, "A")
    text.insert(len(text), "Z")
    assert text.spans() == [("A" + FOX + "Z", BOLD)]
    assert text.marks_at(0) == BOLD
    text.check()


def test_a_mark_may_start_behind_an_element_and_then_grows_at_its_start():
    text = RichText(1)
    text.insert(0, FOX)
    text.apply([mark_op(1, 3, AFTER, 1, 6, AFTER)])
    other = reloaded(text, 2)
    text.apply(other.insert(4, "big "))
    assert text.spans() == [("The ", {}), ("big fox", BOLD), (" jumped.", {})]
    text.check()


def test_marks_refer_to_the_authors_own_elements_by_self():
    text = RichText(1)
    text.insert(0, FOX)
    text.new_group()
    op = text.format(4, 7, "bold", True)[0]
    assert op[7:10] == [SELF, 4, BEFORE]
    assert op[10:] == [SELF, 7, BEFORE]


def test_a_patch_covers_neighbouring_runs_that_show_the_same():
    text = RichText(1)
    text.insert(0, FOX)
    text.format(0, 3, "comment:a", 1)
    other = reloaded(text, 2)
    assert text.apply(other.format(3, len(FOX), "comment:a", 1)) == [Formatted(3, len(FOX), {"comment:a": 1})]
    assert text.apply(other.insert(2, "-")) == [Inserted(2, "-", {"comment:a": 1})]


def test_embeds_keep_their_payload_in_the_patches_of_marks():
    text = RichText(1)
    text.insert(0, "ab")
    text.insert_embed(1, {"type": "divider"})
    other = reloaded(text, 2)
    embed = {"type": "divider"}
    assert text.apply(other.format(0, 3, "bold", True)) == [
        Formatted(0, 1, BOLD),
        Formatted(1, 2, {"bold": True, "embed": embed}),
        Formatted(2, 3, BOLD),
    ]


def test_a_mark_with_too_long_a_kind_or_a_value_that_is_not_plain_is_refused():
    text = RichText(1)
    text.insert(0, FOX)
    before = text.encode()
    with pytest.raises(LimitExceeded):
        text.format(0, 1, "x" * 257, True)
    for value in (object(), {1: 2}, 1 << 64, "\ud800", {"\ud800": 1}):
        with pytest.raises(MalformedOp):
            text.format(0, 1, "bold", value)
    with pytest.raises(MalformedOp):
        text.insert(0, "x", {"bold": {1}})
    assert text.encode() == before
    assert text.format(0, 1, "x" * 256, True)


def test_equal_times_go_to_the_greater_replica_and_then_to_the_later_counter():
    table = MarkTable([7, 3])
    fields = {"start": 0, "start_side": BEFORE, "end": 1, "end_side": BEFORE}
    older = Mark(0, 1, 5, "colour", "a", **fields)
    other = Mark(1, 9, 5, "colour", "b", **fields)
    newer = Mark(0, 2, 5, "colour", "c", **fields)
    for mark in (newer, other, older):
        table.add(mark)
    assert table.show([older, other]) == {"colour": "a"}
    assert table.show([newer, older, other]) == {"colour": "c"}
    newer.live = False
    assert table.show([newer, older, other]) == {"colour": "a"}


def test_a_set_has_one_number_and_shows_anew_when_a_mark_is_switched():
    table = MarkTable([7])
    mark = Mark(0, 1, 5, "bold", True, 3, BEFORE, 8, BEFORE)
    table.add(mark)
    number = table.including(0, mark)
    assert table.including(0, mark) == number
    assert table.resolve(number) == BOLD
    table.set_live(mark, False)
    assert table.resolve(number) == {}
    table.set_live(mark, True)
    assert table.resolve(number) == BOLD
