"""The title and the CRDT say the same, whatever is typed, composed or received."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.open_note import TITLE
from app.widgets.title_edit import LENGTH_MAX, TitleEdit, carried, splice_between
from crdt import Deleted, Inserted
from tests.support.open_notes import Other, open_note

pytestmark = pytest.mark.usefixtures("qt_app")


def bound(title=""):
    note = open_note(title=title)
    line = TitleEdit()
    line.bind(note)
    return line, note


def type_text(line, text):
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        line.event(QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, text))


def stand(line, offset_u16):
    cursor = line.textCursor()
    cursor.setPosition(offset_u16)
    line.setTextCursor(cursor)


def put(at, text):
    return lambda edit: edit.text(TITLE).insert(at, text)


@given(st.text("aab🙂é", max_size=8), st.integers(0, 8), st.integers(0, 8), st.text("aab🙂", max_size=4))
def test_a_splice_is_exactly_what_was_done(old, start, end, inserted):
    start, end = sorted((min(start, len(old)), min(end, len(old))))
    new = old[:start] + inserted + old[end:]
    splice = splice_between(old, new, start + len(inserted))
    assert old[: splice.start] + splice.inserted + old[splice.start + splice.removed :] == new
    assert splice.removed <= end - start
    if start == end:
        assert splice.start == start
        assert splice.removed == 0


def test_typing_in_a_run_of_equal_letters_happens_at_the_caret():
    assert splice_between("aaa", "aaaa", 2) == (1, 0, "a")


def test_indexes_are_carried_over_patches():
    patches = [Inserted(0, "xx", {}), Deleted(3, 2)]
    assert carried(0, patches) == 0
    assert carried(0, patches, sticks=True) == 2
    assert carried(1, patches) == 3
    assert carried(2, patches) == 3
    assert carried(4, patches) == 4


def test_typing_edits_the_title():
    line, note = bound("cd")
    stand(line, 0)
    for letter in "ab🙂":
        type_text(line, letter)
    assert note.title.text() == line.text() == "ab🙂cd"
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert note.title.text() == "abcd"


def test_others_edits_move_the_caret_with_its_letters():
    line, note = bound("hello🙂world")
    stand(line, 7)
    note.apply([Other(note).edit(put(0, "🙂"))])
    assert line.text() == "🙂hello🙂world"
    assert line.textCursor().position() == 9
    type_text(line, "-")
    assert note.title.text() == "🙂hello🙂-world"


def test_patches_wait_while_something_is_composed_and_nothing_of_them_is_lost():
    line, note = bound("ab")
    stand(line, 2)
    line.inputMethodEvent(QInputMethodEvent("か", []))
    note.apply([Other(note).edit(put(0, "xy"))])
    assert line.text() == "ab"
    commit = QInputMethodEvent("", [])
    commit.setCommitString("漢")
    line.inputMethodEvent(commit)
    assert note.title.text() == line.text() == "xyab漢"
    assert line.textCursor().position() == 5


def test_a_composition_that_is_given_up_shows_what_waited():
    line, note = bound("ab")
    line.inputMethodEvent(QInputMethodEvent("か", []))
    note.apply([Other(note).edit(put(2, "c"))])
    line.inputMethodEvent(QInputMethodEvent("", []))
    assert line.text() == "abc"


def test_undo_is_the_notes_own():
    line, note = bound("a")
    stand(line, 1)
    type_text(line, "b")
    note.apply([Other(note).edit(put(0, "x"))])
    QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == "xa"
    QTest.keyClick(
        line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert line.text() == "xab"


def test_enter_and_down_go_on_to_the_text():
    line, note = bound("a")
    asked = []
    line.body_asked.connect(lambda: asked.append("Enter"))
    line.left_below.connect(lambda _: asked.append("Down"))
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert asked == ["Enter", "Down"]
    assert note.title.text() == "a"


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\u2029", "\u2028", "\t"])
def test_what_is_pasted_stays_one_line(breaks):
    line, note = bound("<>")
    stand(line, 1)
    QGuiApplication.clipboard().setText(f"one{breaks}two 🙂{breaks}three")
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert note.title.text() == line.text() == "<one two 🙂 three>"
    assert line.document().blockCount() == 1
    type_text(line, "!")
    assert note.title.text() == "<one two 🙂 three!>"


def test_what_is_pasted_brings_no_looks():
    line, note = bound()
    mime = QMimeData()
    mime.setHtml("<h1>Big <b>words</b></h1>")
    mime.setText("Big words")
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert note.title.text() == "Big words"
    assert line.textCursor().charFormat().font().weight() == line.font().weight()


def test_what_an_input_method_writes_stays_one_line():
    line, note = bound("ab")
    stand(line, 1)
    line.inputMethodEvent(QInputMethodEvent("か", []))
    note.apply([Other(note).edit(put(0, "xy"))])
    commit = QInputMethodEvent("", [])
    commit.setCommitString("漢\n字")
    line.inputMethodEvent(commit)
    assert note.title.text() == line.text() == "xya漢 字b"
    assert line.textCursor().position() == 6


def test_breaks_that_came_from_elsewhere_stay_in_the_title():
    line, note = bound("one\ntwo\u2028three")
    assert line.text() == "one two three"
    stand(line, 4)
    type_text(line, "2")
    assert note.title.text() == "one\n2two\u2028three"


def test_a_title_takes_so_much_and_one_that_is_longer_is_not_cut():
    line, note = bound("ab")
    stand(line, 1)
    line.insertPlainText("x" * LENGTH_MAX)
    assert note.title.text() == line.text() == "a" + "x" * (LENGTH_MAX - 2) + "b"
    assert line.textCursor().position() == LENGTH_MAX - 1
    note.apply([Other(note).edit(put(0, "y" * 50))])
    type_text(line, "!")
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert note.title.text() == line.text() == "y" * 50 + "a" + "x" * (LENGTH_MAX - 3) + "b"


def test_a_selection_stays_with_its_letters():
    line, note = bound("one two")
    stand(line, 4)
    QTest.keyClick(line, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    note.apply([Other(note).edit(put(0, "🙂"))])
    assert line.textCursor().selectedText() == "two"
    QTest.keyClick(line, Qt.Key.Key_Delete)
    assert note.title.text() == "🙂one "


def test_undo_and_redo_in_the_menu_are_the_notes():
    line, note = bound("a")
    stand(line, 1)
    type_text(line, "b")
    for name, wanted in (("edit-undo", "a"), ("edit-redo", "ab")):
        line.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint()))
        (menu,) = line.findChildren(QMenu)
        menu.findChild(QAction, name).trigger()
        assert note.title.text() == line.text() == wanted
        menu.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    note.set_writable(False)
    QTest.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert note.title.text() == "ab"


def test_a_note_that_is_left_is_not_heard_any_more():
    line, note = bound("old")
    other = Other(note)
    line.bind(open_note(title="new"))
    note.apply([other.edit(put(0, "x"))])
    assert line.text() == "new"
    line.bind(None)
    assert line.isReadOnly()
    assert line.text() == ""


def test_a_note_that_may_only_be_read_is_shown_so():
    line, note = bound("a")
    note.set_writable(False)
    assert line.isReadOnly()
