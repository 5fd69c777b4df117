"""Keys that write and delete."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.editor.writing_keys import is_picture
from tests.support.editor_world import ALT, CTRL, SHIFT

Key = Qt.Key
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1f5\U0001f1f9"
THUMB = "\U0001f44d\U0001f3fd"
KEYCAP = "1\ufe0f\u20e3"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize("picture", [FAMILY, FLAG, THUMB, KEYCAP, WALES, "\U0001f600"])
def test_backspace_and_delete_take_a_picture_whole(one, picture):
    one.place(5)
    one.view.commands.type(picture)
    one.key(Key.Key_Backspace)
    assert one.text.startswith("Hello world")
    one.view.commands.type(picture)
    one.place(5)
    one.key(Key.Key_Delete)
    assert one.text.startswith("Hello world")


def test_backspace_takes_an_accent_and_delete_the_letter_with_it(one):
    one.place(5)
    one.view.commands.type("e\u0301")
    one.key(Key.Key_Backspace)
    assert one.text.startswith("Helloe world")
    one.view.commands.type("\u0301")
    one.place(5)
    one.key(Key.Key_Delete)
    assert one.text.startswith("Hello world")


def test_what_makes_one_picture():
    assert is_picture(FAMILY)
    assert is_picture(FLAG)
    assert not is_picture("e\u0301")
    assert not is_picture("\U0001f600")


def test_ctrl_backspace_and_ctrl_delete_take_a_word(one):
    one.place(11)
    one.key(Key.Key_Backspace, "", CTRL)
    assert one.text.startswith("Hello \n")
    one.place(0)
    one.key(Key.Key_Delete, "", CTRL)
    assert one.text.startswith("\n")


def test_word_deletions_at_the_border_of_a_block_join_it(one):
    one.place(12)
    one.key(Key.Key_Backspace, "", CTRL)
    assert one.text.startswith("Hello worldsecond")
    one.place(22)
    one.key(Key.Key_Delete, "", CTRL)
    assert one.text == "Hello worldsecond linethird"


def test_ctrl_shift_backspace_takes_the_start_of_the_line(one):
    one.place(6)
    one.key(Key.Key_Backspace, "", CTRL | SHIFT)
    assert one.text.startswith("world")


def test_typing_replaces_the_selection_and_takes_its_marks(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.type("J")
    assert one.spans()[0] == ("J", {"bold": True})


def test_a_deletion_takes_the_selection_alone(one):
    one.place(2, 14)
    one.key(Key.Key_Delete)
    assert one.text == "Hecond line\nthird"
    one.place(0, 2)
    one.key(Key.Key_Backspace, "", CTRL)
    assert one.text == "cond line\nthird"


def test_tab_indents_items_and_writes_itself_elsewhere(one):
    one.place(0, 20)
    one.view.commands.toggle_kind({"kind": "bullet", "level": 0})
    one.place(14)
    one.key(Key.Key_Tab, "\t")
    assert [attributes.get("level") for attributes in one.kinds()] == [0, 1, None]
    one.key(Key.Key_Backtab, "", SHIFT)
    assert one.kinds()[1]["level"] == 0
    one.place(len(one.text))
    one.key(Key.Key_Tab, "\t")
    assert one.text.endswith("third\t")


def test_shift_enter_begins_a_line_in_the_same_block(one):
    one.place(5)
    one.key(Key.Key_Return, "\r", SHIFT)
    assert one.text.startswith("Hello\u2028 world\n")


def test_enter_leaves_a_list_and_a_heading_ends(one):
    one.place(11)
    one.key(Key.Key_1, "", CTRL | ALT)
    one.key(Key.Key_Return, "\r")
    one.type("- a\n\nafter")
    assert one.text.startswith("Hello world\na\nafter\nsecond")
    assert one.kinds()[:3] == [{"kind": "heading", "level": 1}, {"kind": "bullet", "level": 0}, {}]


def test_enter_over_a_selection_replaces_it(one):
    one.place(5, 14)
    one.key(Key.Key_Enter, "\r", Qt.KeyboardModifier.KeypadModifier)
    assert one.text.startswith("Hello\ncond line")


@pytest.mark.parametrize("letter", ["ß", "\U0001f600", "\u200d", "\u200f", "é"])
def test_any_letter_can_be_typed(one, letter):
    one.place(0)
    one.type(letter)
    assert one.text.startswith(letter + "Hello")


def test_a_rule_typed_becomes_a_divider(one):
    one.place(len(one.text))
    one.type("\n---\nafter")
    assert one.text.endswith("third\n\ufffc\nafter")
    assert ("\ufffc", {"embed": {"type": "divider"}}) in one.spans()


def test_a_fence_typed_becomes_code_of_its_language(one):
    one.place(len(one.text))
    one.type("\n```python\nx = 1\ny = 2")
    assert one.text.endswith("third\nx = 1\ny = 2")
    assert one.kinds()[3:] == [{"kind": "code", "language": "python"}] * 2


def test_one_undo_gives_the_typed_markdown_back(one):
    one.place(len(one.text))
    one.type("\n# ")
    assert one.kinds()[3] == {"kind": "heading", "level": 1}
    one.key(Key.Key_Z, "z", CTRL)
    assert one.text.endswith("third\n# ")
    assert one.kinds()[3] == {}
