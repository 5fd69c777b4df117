"""The binding: remote patches, input methods, undo, refusals."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt

from app.editor.binding import FIRST_BLOCKS, HOLD_MS_MAX
from app.editor.jumping import jump_to_heading
from crdt.errors import LimitExceeded
from tests.support.editor_world import CTRL, SHIFT, World
from tests.support.waiting import wait_for

# ---- others' edits -------------------------------------------------------------------------------


def test_the_caret_stays_on_its_letter_while_others_type_before_it(two):
    one, other = two.windows
    one.place(8)
    other.place(0)
    other.type("Look! ")
    two.sync()
    assert one.caret == 14


def test_text_typed_by_another_at_my_caret_goes_behind_it(two):
    one, other = two.windows
    one.place(4)
    other.place(4)
    other.type("red ")
    two.sync()
    assert one.caret == 4


def test_a_selection_keeps_its_words_and_takes_in_no_neighbours(two):
    one, other = two.windows
    one.place(7, 4)
    other.place(4)
    other.type("red ")
    other.place(len("The red fox"))
    other.type("es")
    two.sync()
    assert one.selection == (11, 8)


def test_a_caret_in_deleted_text_stands_where_the_text_was(two):
    one, other = two.windows
    one.place(6)
    other.place(4, 8)
    other.key(Qt.Key.Key_Delete)
    two.sync()
    assert one.caret == 4


def test_a_pending_mark_outlives_others_edits(two):
    one, other = two.windows
    one.place(8)
    one.view.commands.toggle("bold")
    other.type("x")
    two.sync()
    one.type("B")
    assert ("B", {"bold": True}) in one.spans()


def test_the_first_visible_line_stays_while_others_write_above(qt_app):
    with World(2, "\n".join(f"line {number}" for number in range(200))) as world:
        one, other = world.windows
        one.view.show()
        world.turn()
        one.view.verticalScrollBar().setValue(2_000)
        before = one.view.cursorForPosition(one.view.viewport().rect().topLeft()).block().text()
        other.place(0)
        other.type("new\nlines\nabove\n")
        world.sync()
        world.turn()
        assert one.view.cursorForPosition(one.view.viewport().rect().topLeft()).block().text() == before
        one.view.hide()


def test_patches_far_apart_are_shown_and_agree(qt_app):
    with World(2, "\n".join(f"line {number}" for number in range(1_000))) as world:
        one, other = world.windows
        for place in (0, 4_000, len(other.text), 20):
            other.place(place)
            other.type("x\ny")
        world.sync()
        world.agree()
        assert one.text.count("x\ny") == 4


def test_deltas_of_a_burst_arriving_at_once_are_shown_in_order(two):
    one, other = two.windows
    other.place(0)
    other.type("# Head\n- item\n- [] todo\n")
    one.place(15)
    one.type(" And slept.")
    two.sync()
    assert one.kinds()[0] == {"kind": "heading", "level": 1}


# ---- input methods -------------------------------------------------------------------------------


def test_a_composition_is_no_part_of_the_note_until_it_is_committed(one):
    one.place(5)
    one.compose("に")
    one.compose("にほ")
    assert one.text.startswith("Hello world")
    one.compose("", "日本")
    assert one.text.startswith("Hello日本 world")
    assert one.caret == 7


def test_others_edits_wait_while_an_input_method_composes(two):
    one, other = two.windows
    one.place(8)
    one.compose("に")
    other.place(4)
    other.type("red ")
    two.sync()
    assert one.view.toPlainText().startswith("The fox")
    assert one.view.document().firstBlock().layout().preeditAreaText() == "に"
    one.compose("", "日")
    two.sync()
    assert one.text == other.text == "The red fox 日jumped.\nOver the dog."


def test_a_composition_given_up_lets_the_others_edits_in(two):
    one, other = two.windows
    one.place(8)
    one.compose("x")
    other.type("A ")
    two.sync()
    one.compose("")
    assert one.view.toPlainText().startswith("A The fox")


def test_a_long_composition_is_committed_in_place(two):
    one, other = two.windows
    one.place(8)
    one.compose("に")
    other.type("A ")
    two.sync()
    assert one.view.bound._hold_timer.isActive()
    assert one.view.bound._hold_timer.interval() == HOLD_MS_MAX
    one.view.bound._hold_timer.timeout.emit()
    two.sync()
    assert one.text == other.text == "A The fox にjumped.\nOver the dog."
    assert not one.view.is_composing


def test_a_composition_replaces_what_was_selected(one):
    one.place(0, 5)
    one.compose("や")
    assert one.text.startswith(" world")
    one.compose("", "やあ")
    assert one.text.startswith("やあ world")


def test_an_input_method_may_replace_text_beside_the_caret(one):
    one.place(5)
    one.compose("", "p!", -2, 2)
    assert one.text.startswith("Help! world")
    assert one.caret == 5


def test_a_pending_mark_lasts_through_a_composition(one):
    one.place(5)
    one.view.commands.toggle("italic")
    one.compose("に")
    one.compose("", "日")
    assert ("日", {"italic": True}) in one.spans()


def test_a_foreign_edit_while_patches_wait_is_carried_over(two):
    one, other = two.windows
    one.place(8)
    one.compose("に")
    other.place(0)
    other.type("A ")
    two.sync()
    one.cursor(15).insertText(" Twice.")
    one.compose("", "日")
    one.view.bound.settle()
    two.sync()
    assert one.text == other.text == "A The fox 日jumped. Twice.\nOver the dog."


# ---- undo ----------------------------------------------------------------------------------------


def test_undo_takes_back_mine_alone_and_goes_there(two):
    one, other = two.windows
    one.place(3)
    one.type(" red")
    other.place(0)
    other.type("See: ")
    two.sync()
    one.place(len(one.text))
    one.key(Qt.Key.Key_Z, "z", CTRL)
    assert one.text == "See: The fox jumped.\nOver the dog."
    assert one.caret == len("See: The")
    one.key(Qt.Key.Key_Z, "z", CTRL | SHIFT)
    assert one.text == "See: The red fox jumped.\nOver the dog."
    assert one.caret == len("See: The red")
    one.key(Qt.Key.Key_Z, "z", CTRL)
    one.key(Qt.Key.Key_Y, "y", CTRL)
    assert one.text == "See: The red fox jumped.\nOver the dog."


def test_undoing_a_deletion_brings_back_marks_too(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.place(2, 9)
    one.key(Qt.Key.Key_Backspace)
    assert one.text.startswith("Held")
    one.key(Qt.Key.Key_Z, "z", CTRL)
    assert one.spans()[:2] == [("Hello", {"bold": True}), (" world", {})]
    assert one.caret == 9


def test_undo_commits_a_composition_first(one):
    one.place(5)
    one.compose("に")
    one.key(Qt.Key.Key_Z, "z", CTRL)
    assert not one.view.is_composing
    assert one.text.startswith("Hello world")


# ---- refusals ------------------------------------------------------------------------------------


def test_what_the_note_refuses_leaves_the_view(one, monkeypatch):
    refused = []
    one.view.refused.connect(refused.append)

    def full(intent: object) -> None:
        raise LimitExceeded("the note is full")

    monkeypatch.setattr(one.note, "edit", full)
    one.type("x")
    one.cursor(3).insertText("foreign")
    one.view.bound.settle()
    assert len(refused) == 2
    assert one.view.toPlainText() == one.text == "Hello world\nsecond line\nthird"


def test_a_note_that_takes_no_edits_shows_them_to_nobody(one):
    one.note.writable = False
    one.view.set_writable(False)
    one.type("x")
    one.view.paste()
    one.view.commands.toggle("bold")
    one.key(Qt.Key.Key_Z, "z", CTRL)
    one.cursor(3).insertText("foreign")
    one.view.bound.settle()
    assert one.view.toPlainText() == one.text == "Hello world\nsecond line\nthird"


# ---- the whole -----------------------------------------------------------------------------------


def test_a_reload_keeps_caret_and_text(one):
    one.place(3, 8)
    one.view.bound.reload()
    assert one.selection == (3, 8)
    one.type("!")
    assert one.text.startswith("Hel!rld")


def test_where_the_caret_is_gets_told_as_anchors(one):
    one.place(2, 5)
    one.view.bound._report_caret()
    anchor, head = one.note.caret
    assert (one.note.body.index(anchor), one.note.body.index(head)) == (2, 5)
    one.place(5, 2)
    one.view.bound._report_caret()
    assert one.note.caret == (head, anchor)
    one.place(3)
    one.view.bound._report_caret()
    assert one.note.caret == (one.note.body.anchor(3), one.note.body.anchor(3))


def test_an_embed_of_an_unknown_kind_survives_an_edit_around_it(two):
    one, other = two.windows
    payload = {"type": "from the future", "raw": b"\x00\x01", "list": [1, None, 2.5]}
    one.note.edit(lambda edit: edit.text(("body",)).insert_embed(3, payload))
    two.deliver(1)
    one.view.bound.show_note("edited beside the view")
    other.place(4)
    other.type("x")
    other.key(Qt.Key.Key_Left)
    other.key(Qt.Key.Key_Left)
    other.type("y")
    two.sync()
    assert [marks["embed"] for _, marks in one.spans() if "embed" in marks] == [payload]


def test_a_megabyte_loads_and_takes_a_letter(qt_app):
    words = random.Random(1).choices(("alpha", "beta", "gamma", "delta"), k=180_000)
    text = "\n".join(" ".join(words[at : at + 9]) for at in range(0, len(words), 9))
    assert len(text) > 900_000
    with World(1, text) as world:
        window = world.windows[0]
        window.place(len(text) // 2)
        window.type("x")
        assert len(window.text) == len(text) + 1
        assert window.view.bound.check_idle()


LONG = "\n".join(f"line {number}" for number in range(FIRST_BLOCKS * 3))


def test_a_long_note_is_painted_with_its_first_blocks_and_completed_while_nobody_waits(qt_app):
    with World(1, LONG) as world:
        window = world.windows[0]
        binding = window.view.bound
        assert not binding.is_complete
        assert len(binding.mirror.blocks) == FIRST_BLOCKS == window.view.document().blockCount()
        completed = []
        binding.completed.connect(lambda: completed.append(binding.mirror.text()))
        wait_for(lambda: binding.is_complete)
        assert completed == [LONG]


@pytest.mark.parametrize(
    "do",
    [
        lambda window, world: window.type("x"),
        lambda window, world: window.key(Qt.Key.Key_End, "", CTRL),
        lambda window, world: window.view.commands.marks(),
        lambda window, world: window.compose("に", ""),
        lambda window, world: window.view.selectAll(),
        lambda window, world: window.view.undo(),
        lambda window, world: window.view.bound.check_idle(),
        lambda window, world: jump_to_heading(window.view, "x", ""),
    ],
    ids=["type", "end", "state", "compose", "all", "undo", "check", "jump"],
)
def test_whatever_needs_all_of_a_long_note_has_it(qt_app, do):
    with World(2, LONG) as world:
        window = world.windows[1]
        do(window, world)
        assert window.view.bound.is_complete
        assert window.view.document().blockCount() == FIRST_BLOCKS * 3
        window.view.end_composition()
        world.sync()
        world.agree()


def test_what_others_write_into_a_long_note_that_is_only_begun_is_shown(qt_app):
    with World(2, LONG) as world:
        other, window = world.windows
        window.place(5)
        for place in (len(LONG), len(LONG) // 2, 0):
            other.place(place)
            other.type("far\naway")
            world.sync()
        assert window.caret == 5 + len("far\naway")
        wait_for(lambda: window.view.bound.is_complete)
        world.agree()


def test_an_edit_that_nobody_announced_in_a_long_note_that_is_only_begun_is_kept(qt_app):
    with World(2, LONG) as world:
        window = world.windows[1]
        window.cursor(3).insertText("one\ntwo")
        window.view.bound.settle()
        assert window.text == LONG[:3] + "one\ntwo" + LONG[3:]
        world.sync()
        world.agree()


def test_a_long_note_may_be_closed_or_shown_anew_before_it_is_complete(qt_app):
    with World(1, LONG) as world:
        window = world.windows[0]
        window.view.bound.reload()
        assert not window.view.bound.is_complete
        window.place(FIRST_BLOCKS * 20)
        window.view.bound.settle()
        window.place(len(LONG))
        window.view.bound.reload()
        assert window.caret == len(LONG)
        window.view.close_note()
        window.open()
        window.view.close_note()
        world.turn()
        window.open()


def test_the_marks_at_a_caret_are_known_while_anothers_deletion_waits_for_a_composition(two):
    one, other = two.windows
    one.place(len(one.text))
    one.compose("に")
    other.place(3, len(other.text))
    other.key(Qt.Key.Key_Delete)
    two.deliver(0)
    assert one.view.bound.typing_marks(one.caret) == {}
    assert one.view.commands.toggle("bold")
    one.view.end_composition()
