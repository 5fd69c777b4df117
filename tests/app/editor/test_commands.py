"""What can be done to the text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.support.editor_world import World

BULLET = {"kind": "bullet", "level": 0}


def test_marks_of_a_selection_are_those_all_of_it_has(one):
    one.place(0, 8)
    one.view.commands.toggle("bold")
    one.place(3, 11)
    one.view.commands.toggle("italic")
    one.place(0, 11)
    assert one.view.commands.marks() == {}
    one.place(4, 7)
    assert one.view.commands.marks() == {"bold": True, "italic": True}
    one.place(9)
    assert one.view.commands.marks() == {"italic": True}


def test_a_mark_on_part_of_what_has_it_goes_on_before_it_goes_off(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.place(3, 8)
    one.view.commands.toggle("bold")
    assert one.spans()[0] == ("Hello wo", {"bold": True})
    one.view.commands.toggle("bold")
    assert one.spans()[0] == ("Hel", {"bold": True})


def test_a_pending_mark_can_be_taken_back(one):
    one.place(5)
    one.view.commands.toggle("bold")
    assert one.view.commands.marks() == {"bold": True}
    one.view.commands.toggle("bold")
    assert one.view.commands.marks() == {}
    one.type("x")
    assert one.spans()[0] == ("Hellox world", {})


@pytest.mark.parametrize("off", ["key", "sign"])
def test_a_mark_that_was_switched_off_at_the_end_of_a_line_stays_off_in_the_next(qt_app, off):
    with World(1, "") as world:
        one = world.windows[0]
        if off == "key":
            one.view.commands.toggle("bold")
            one.type("bold")
            one.view.commands.toggle("bold")
        else:
            one.type("**bold**")
        one.type("\nplain\n- item")
        assert one.spans() == [("bold", {"bold": True}), ("plain", {}), ("item", {})]


def test_text_typed_behind_bold_is_bold_and_behind_a_link_is_not(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.view.commands.set_link(0, 5, "https://example.org")
    one.place(5)
    one.type("!")
    assert one.spans()[:2] == [
        ("Hello", {"bold": True, "link": "https://example.org"}),
        ("!", {"bold": True}),
    ]


def test_text_typed_at_the_start_of_a_paragraph_is_like_what_follows(one):
    one.place(12, 18)
    one.view.commands.toggle("italic")
    one.place(12)
    assert one.view.commands.marks() == {"italic": True}
    one.type("x")
    assert ("xsecond", {"italic": True}) in one.spans()


def test_links_are_found_at_the_caret_and_taken_away(one):
    commands = one.view.commands
    commands.set_link(0, 5, "https://example.org")
    for place in (0, 3, 5):
        one.place(place)
        assert commands.link_here() == (0, 5, "https://example.org")
    one.place(1, 3)
    assert commands.link_here() == (1, 3, "https://example.org")
    one.place(9)
    assert commands.link_here() == (9, 9, "")
    commands.set_link(0, 5, None)
    assert one.spans()[0] == ("Hello world", {})
    assert not commands.set_link(3, 3, "x")


def test_kinds_are_set_for_all_selected_blocks_and_not_for_one_merely_touched(one):
    one.place(3, 12)
    one.view.commands.set_kind({"kind": "quote"})
    assert one.kinds() == [{"kind": "quote"}, {}, {}]
    one.place(3, 13)
    one.view.commands.toggle_kind({"kind": "quote"})
    assert one.kinds() == [{"kind": "quote"}, {"kind": "quote"}, {}]
    one.view.commands.toggle_kind({"kind": "quote"})
    assert one.kinds() == [{}, {}, {}]


def test_a_heading_toggled_with_another_level_changes_its_level(one):
    one.place(0)
    one.view.commands.toggle_kind({"kind": "heading", "level": 1})
    one.view.commands.toggle_kind({"kind": "heading", "level": 2})
    assert one.kinds()[0] == {"kind": "heading", "level": 2}


def test_an_item_that_changes_its_list_keeps_its_level(one):
    one.place(0)
    one.view.commands.set_kind({"kind": "bullet", "level": 2})
    one.view.commands.toggle_kind({"kind": "numbered", "level": 0})
    assert one.kinds()[0] == {"kind": "numbered", "level": 2}


def test_what_has_nothing_to_do_with_kinds_outlives_a_change_of_kind(one):
    one.note.edit(lambda edit: edit.text(("body",)).set_block(0, {"alignment": "center", "of the future": 1}))
    one.view.bound.show_note("edited beside the view")
    one.place(0)
    one.view.commands.set_kind({"kind": "heading", "level": 1})
    one.view.commands.set_kind({})
    assert one.kinds()[0] == {"alignment": "center", "of the future": 1}


@pytest.mark.parametrize(
    ("start", "end", "blocks", "text", "kinds"),
    [
        (5, 5, [([("X", {})], BULLET)], "HelloX world", [{}]),
        (5, 5, [([("X", {})], BULLET), ([("Y", {})], {})], "HelloX\nY world", [{}, {}]),
        (5, 5, [([("X", {})], {}), ([("Y", {})], BULLET), ([("Z", {})], {})],
         "HelloX\nY\nZ world", [{}, BULLET, {}]),
        (0, 11, [([("X", {})], BULLET), ([("Y", {})], BULLET)], "X\nY", [BULLET, BULLET]),
        (0, 0, [([("X", {})], BULLET), ([("Y", {})], {})], "X\nYHello world", [BULLET, {}]),
        (11, 11, [([("X", {})], BULLET), ([("Y", {})], BULLET)], "Hello worldX\nY", [{}, BULLET]),
    ],
)  # fmt: skip
def test_pasted_blocks_join_what_is_around_them(one, start, end, blocks, text, kinds):
    one.place(start, end)
    one.view.commands.insert_blocks(blocks)
    assert one.text == text + "\nsecond line\nthird"
    assert one.kinds()[: len(kinds)] == kinds
    assert one.caret == text.rindex(blocks[-1][0][-1][0]) + 1


def test_a_paste_into_an_empty_item_keeps_the_list_unless_it_brings_a_kind(qt_app):
    with World(1) as world:
        window = world.windows[0]
        window.view.commands.set_kind(BULLET)
        window.view.commands.insert_blocks([([("plain", {})], {})])
        assert window.kinds() == [BULLET]
        window.place(0, 5)
        window.view.commands.insert_blocks([([("said", {})], {"kind": "quote"})])
        assert window.kinds() == [{"kind": "quote"}]


def test_a_moved_stretch_keeps_its_marks_and_is_selected(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    assert one.view.commands.move(0, 6, 18)
    assert one.text == "world\nsecondHello  line\nthird"
    assert ("Hello", {"bold": True}) in one.spans()
    assert one.selection == (12, 18)
    assert not one.view.commands.move(0, 5, 3)


def test_a_divider_stands_alone_and_writing_goes_on_below(one):
    one.place(5)
    one.view.commands.insert_embed({"type": "divider"}, alone=True)
    assert one.text.startswith("Hello\n\ufffc\n world\n")
    one.type("!")
    assert one.text.startswith("Hello\n\ufffc\n! world")


def test_an_embed_may_stand_in_a_line(one):
    one.place(5)
    one.view.commands.insert_embed({"type": "note", "id": "x", "title": "T"})
    assert one.text.startswith("Hello\ufffc world")


def test_ticking_a_block_that_is_no_item_does_nothing(one):
    assert not one.view.commands.toggle_check(0)
    assert not one.view.commands.toggle_check(99)


def test_commands_on_a_note_that_takes_no_edits_do_nothing(one):
    one.note.writable = False
    one.place(0, 5)
    assert not one.view.commands.toggle("bold")
    one.place(3)
    assert not one.view.commands.toggle("bold")
    assert not one.view.commands.set_kind({"kind": "quote"})
    assert not one.view.commands.type("x")


def test_signs_around_a_word_become_its_mark_and_what_follows_is_plain(one):
    one.place(0)
    one.type("so **very** good ")
    assert one.spans()[:3] == [("so ", {}), ("very", {"bold": True}), (" good Hello world", {})]


def test_signs_inside_bold_text_leave_what_follows_bold(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.place(5)
    one.type(" *a*b")
    assert one.spans()[:3] == [
        ("Hello ", {"bold": True}),
        ("a", {"bold": True, "italic": True}),
        ("b", {"bold": True}),
    ]


def test_undo_gives_the_signs_back(one):
    one.place(0)
    one.type("`x` ")
    assert one.spans()[:2] == [("x", {"code": True}), (" Hello world", {})]
    one.view.undo()
    one.view.undo()
    assert one.spans()[0] == ("`x`Hello world", {})


def test_signs_in_code_mean_themselves(one):
    one.view.commands.set_kind({"kind": "code"})
    one.place(0)
    one.type("**a** https://example.org ")
    assert one.spans()[0] == ("**a** https://example.org Hello world", {})
    one.view.commands.set_kind({})
    one.place(0, 4)
    one.view.commands.toggle("code")
    one.place(3)
    one.type("_b_")
    assert one.spans()[0][0] == "**a_b_*"


@pytest.mark.parametrize("ending", [" ", "\n"])
def test_an_address_becomes_a_link_when_a_blank_or_enter_ends_it(one, ending):
    one.place(0)
    one.type("www.example.org")
    if ending == "\n":
        one.key(Qt.Key.Key_Return)
    else:
        one.type(ending)
    assert one.spans()[0] == ("www.example.org", {"link": "https://www.example.org"})
    assert not one.view.commands.marks()


def test_words_and_an_address_in_brackets_become_a_link(one):
    one.place(0)
    one.type("[the book](https://example.org/a) is ")
    assert one.spans()[:2] == [("the book", {"link": "https://example.org/a"}), (" is Hello world", {})]
