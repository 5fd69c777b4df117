"""What others do to a bound QTextDocument: every row of the table of traps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextListFormat

from tests.support.editor_world import check_window

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def test_a_foreign_hand_types_and_the_note_has_it(one):
    one.cursor(5).insertText(", dear")
    assert one.text == "Hello, dear world\nsecond line\nthird"


def test_a_foreign_hand_ends_a_block(one):
    one.cursor(5).insertBlock()
    assert one.text == "Hello\n world\nsecond line\nthird"


def test_a_foreign_hand_deletes_over_blocks(one):
    one.cursor(6, 19).removeSelectedText()
    assert one.text == "Hello line\nthird"


def test_a_letter_deleted_from_a_row_of_equal_ones_is_the_one_at_the_caret(two):
    one, other = two.windows
    one.view.commands.insert_blocks([([("aaaa", {})], {})])
    two.sync()
    one.place(2)
    one.view.textCursor().deleteChar()
    other.view.commands.toggle("bold")  # a pending mark must not matter
    other.place(3)
    other.type("x")
    two.sync()
    assert one.text.startswith("aaxa")


def test_bold_on_a_selection_by_qt_becomes_a_mark(one):
    format_ = QTextCharFormat()
    format_.setFontWeight(QFont.Weight.Bold)
    one.cursor(0, 5).mergeCharFormat(format_)
    assert one.spans()[:2] == [("Hello", {"bold": True}), (" world", {})]


def test_a_format_set_again_changes_nothing(one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    edits = len(one.note.deltas)
    format_ = QTextCharFormat()
    format_.setFontWeight(QFont.Weight.Bold)
    one.cursor(0, 5).mergeCharFormat(format_)
    assert len(one.note.deltas) == edits


def test_links_and_colours_by_qt_become_marks(one):
    format_ = QTextCharFormat()
    format_.setAnchor(True)
    format_.setAnchorHref("https://example.org")
    one.cursor(0, 5).mergeCharFormat(format_)
    format_ = QTextCharFormat()
    format_.setForeground(QColor("#ff0102"))
    one.cursor(6, 11).mergeCharFormat(format_)
    assert one.spans()[0] == ("Hello", {"link": "https://example.org"})
    assert one.spans()[2] == ("world", {"colour": "#ff0102"})


def test_bold_without_a_selection_by_qt_is_pending_for_the_next_letter(one):
    one.place(5)
    one.view.setFontWeight(QFont.Weight.Bold)
    one.type("!")
    one.type("?")
    assert one.spans()[:3] == [("Hello", {}), ("!?", {"bold": True}), (" world", {})]


def test_a_heading_by_qt_becomes_one_even_in_the_last_block(one):
    format_ = QTextBlockFormat()
    format_.setHeadingLevel(2)
    one.cursor(len(one.text)).mergeBlockFormat(format_)
    assert one.kinds() == [{}, {}, {"kind": "heading", "level": 2}]


def test_an_alignment_by_qt_becomes_an_attribute(one):
    format_ = QTextBlockFormat()
    format_.setAlignment(Qt.AlignmentFlag.AlignRight)
    one.cursor(14).mergeBlockFormat(format_)
    assert one.kinds()[1] == {"alignment": "right"}


def test_a_list_made_grown_and_left_by_qt_becomes_items(one):
    cursor = one.cursor(0, 14)
    listed = cursor.createList(QTextListFormat.Style.ListDecimal)
    item = {"kind": "numbered", "level": 0}
    assert one.kinds() == [item, item, {}]
    check_window(one)
    del listed
    one.cursor(20).createList(QTextListFormat.Style.ListDisc)
    assert one.kinds() == [item, {"kind": "bullet", "level": 0}, {}]


def test_a_tick_box_by_qt_becomes_a_check_item(one):
    format_ = QTextBlockFormat()
    format_.setMarker(QTextBlockFormat.MarkerType.Checked)
    one.cursor(0).mergeBlockFormat(format_)
    assert one.kinds()[0] == {"kind": "check", "level": 0, "checked": True}


def test_html_inserted_by_qt_is_read_as_it_fell(one):
    one.cursor(5).insertHtml("<h2>Title</h2><ul><li>one</li></ul><p>tail <b>bold</b></p>")
    assert "Title" in one.text
    assert "one" in one.text
    assert ("bold", {"bold": True}) in one.spans()


@pytest.mark.parametrize("text", ["\U0001f600", FAMILY, "e\u0301", "中文", "שלום", "\U00020000"])
def test_any_script_is_counted_in_code_points(one, text):
    one.cursor(5).insertText(text)
    one.place(5 + len(text))
    one.type("!")
    assert one.text.startswith("Hello" + text + "!")


def test_a_letter_typed_inside_a_surrogate_pair_leaves_no_half_behind(two):
    one, other = two.windows
    one.place(3)
    one.type("\U0001f600")
    cursor = one.cursor(3)
    cursor.setPosition(cursor.position() + 1)
    cursor.insertText("Z")
    assert "Z" in one.text
    two.turn()
    two.sync()
    assert other.text == one.text == "TheZ fox jumped.\nOver the dog."


def test_a_caret_never_stands_inside_a_surrogate_pair(one):
    one.place(5)
    one.type("\U0001f600")
    cursor = one.view.textCursor()
    cursor.setPosition(6)
    one.view.setTextCursor(cursor)
    assert one.view.textCursor().position() == 5
    one.type("!")
    assert one.text.startswith("Hello!\U0001f600 world")


def test_distant_edits_in_one_edit_block_touch_nothing_between(two):
    one, other = two.windows
    cursor = one.cursor(0)
    cursor.beginEditBlock()
    cursor.insertText("First. ")
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText(" Last.")
    cursor.endEditBlock()
    other.place(8)
    other.type("quick ")
    two.sync()
    assert one.text == "First. The fox quick jumped.\nOver the dog. Last."


def test_a_move_by_qt_deletes_nothing_of_a_colleague(two):
    one, other = two.windows
    cursor = one.cursor(4, 8)
    cursor.beginEditBlock()
    moved = cursor.selectedText()
    cursor.removeSelectedText()
    cursor.setPosition(len("The jumped.\nOver the "))
    cursor.insertText(moved)
    cursor.endEditBlock()
    other.place(15)
    other.type("!!")
    two.sync()
    assert one.text == "The jumped.!!\nOver the fox dog."


def test_an_edit_inside_a_slot_is_not_lost(one):
    document = one.view.document()

    def slot(*_: int) -> None:
        document.contentsChange.disconnect(slot)
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(" (from a slot)")

    document.contentsChange.connect(slot)
    one.place(5)
    one.type("!")
    one.view.bound.settle()
    assert one.text == "Hello! world\nsecond line\nthird (from a slot)"


def test_an_edit_in_a_slot_of_text_changed_during_a_remote_patch_is_not_lost(two):
    one, other = two.windows
    done = []

    def slot() -> None:
        if not done:
            done.append(True)
            QTextCursor(one.view.document()).insertText("slot: ")

    one.view.textChanged.connect(slot)
    other.place(15)
    other.type("!")
    two.sync()
    assert one.text == "slot: The fox jumped.!\nOver the dog."


def test_the_idle_check_finds_and_mends_what_nobody_announced(one, expect_log):
    expect_log("held an edit that was missed")
    listener = one.view.bound._listener
    one.view.document().contentsChange.disconnect(listener._take_contents_change)
    one.view.document().contentsChanged.disconnect(listener._take_contents_changed)
    one.cursor(5).insertText(" unheard")
    one.view.document().contentsChange.connect(listener._take_contents_change)
    one.view.document().contentsChanged.connect(listener._take_contents_changed)
    assert not one.view.bound.check_idle()
    assert one.text.startswith("Hello unheard world")
    assert one.view.bound.check_idle()


def test_the_idle_check_shows_the_note_again_where_the_view_does_not(one, expect_log):
    expect_log("did not show the note")
    one.note.document.edit(one.note._stamp(), lambda edit: edit.text(("body",)).insert(0, "unseen "))
    assert not one.view.bound.check_idle()
    assert one.view.toPlainText().startswith("unseen Hello")


def test_qts_own_undo_is_off(one):
    one.type("x")
    assert not one.view.document().isUndoRedoEnabled()
    assert not one.view.document().isUndoAvailable()


def test_characters_qt_cannot_hold_show_as_a_stand_in_and_stay_themselves(two):
    one, other = two.windows
    one.note.edit(lambda edit: edit.text(("body",)).insert(3, "\r\u2029\ufdd0"))
    two.deliver(1)
    one.view.bound.show_note("edited beside the view")
    assert one.text == other.text
    other.place(3)
    other.type("x")
    other.place(7)
    other.type("y")
    two.sync()
    assert one.text == "Thex\r\u2029\ufdd0y fox jumped.\nOver the dog."
