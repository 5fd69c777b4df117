"""A title of several lines above its text: as high as it has to be, and crossed by arrows."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.editor.note_links import Name
from app.open_note import TITLE
from app.widgets.note_view import TITLE_PART_MAX, NoteView
from tests.support.open_notes import Other, open_note
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text

LONG = "Everything that was said about the water supply of the old mill in spring"
ARABIC = "كل ما قيل عن إمدادات المياه في الطاحونة القديمة في الربيع الماضي قبل العيد"
BODY = "The first line of the text\nand the second"


@pytest.fixture
def view(appearance):
    made = NoteView(appearance)
    made.resize(420, 900)
    made.show()
    made.activateWindow()
    yield made
    made.show_nothing("pin", "", "")
    made.close()


def shown(view, title, body=BODY):
    note = open_note(title=title, body=body)
    view.show_note(note)
    QApplication.processEvents()
    return note


def resized(view, width, height=900):
    view.resize(width, height)
    QApplication.processEvents()
    return view.title


def lines(view):
    return view.title.document().firstBlock().layout().lineCount()


def wholly_seen(view):
    """Whether the last letter is where it is painted, and nothing is to scroll."""
    title = view.title
    cursor = title.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    return title.viewport().rect().contains(title.cursorRect(cursor).center()) and (
        title.verticalScrollBar().maximum() == 0
    )


@pytest.mark.parametrize("text", [LONG, ARABIC, "長い題名" * 20, "w" * 100])
def test_all_of_a_title_is_seen_at_every_width(view, text):
    shown(view, text)
    heights = []
    for width in (360, 520, 1400, 520, 360):
        resized(view, width)
        assert wholly_seen(view), width
        heights.append(view.title.height())
    assert heights == heights[::-1]
    assert heights[0] > heights[2]
    below = view.edit.mapTo(view, QPoint()).y()
    assert below > view.title.mapTo(view, view.title.rect().bottomLeft()).y()


def test_it_grows_and_shrinks_with_what_is_written_here_and_elsewhere(view):
    note = shown(view, "Short")
    single = view.title.height()
    stand_at_end(view.title)
    type_text(view.title, " but not for long, because more and more is written")
    wait_for(lambda: view.title.height() >= 2 * single and wholly_seen(view))
    other = Other(note)
    note.apply([other.edit(lambda edit: edit.text(TITLE).delete(5, len(note.title.text()) - 5))])
    wait_for(lambda: view.title.height() == single)


def test_a_title_leaves_the_text_its_room_and_scrolls_then(view):
    shown(view, "word " * 95)
    title = resized(view, 360, 500)
    line = title.cursorRect().height()
    wait_for(lambda: title.height() == 500 * TITLE_PART_MAX // 100 // line * line)
    stand_at_end(title)
    assert title.viewport().rect().contains(title.cursorRect().center())
    resized(view, 1600, 1000)
    wait_for(lambda: wholly_seen(view))


def test_arrows_go_through_the_lines_of_the_title_into_the_text_and_back(view):
    shown(view, LONG)
    view.begin_writing()
    count = lines(view)
    assert count > 2
    for _ in range(4):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Right)
    x = view.title.cursorRect().x()
    for _ in range(count - 1):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Down)
        assert view.focusWidget() is view.title
    assert view.title.cursorRect().x() == pytest.approx(x, abs=14)
    QTest.keyClick(view.focusWidget(), Qt.Key.Key_Down)
    assert view.focusWidget() is view.edit
    first = view.edit.textCursor()
    assert first.blockNumber() == 0
    assert 0 < first.positionInBlock() < 16
    QTest.keyClick(view.focusWidget(), Qt.Key.Key_Down)
    assert view.edit.textCursor().blockNumber() == 1
    for _ in range(2):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Up)
    assert view.focusWidget() is view.title
    assert view.title.cursorRect().bottom() > view.title.height() - 20
    assert view.title.cursorRect().x() == pytest.approx(x, abs=20)
    for _ in range(count + 2):
        QTest.keyClick(view.focusWidget(), Qt.Key.Key_Up)
    assert view.focusWidget() is view.title
    assert view.title.cursorRect().top() < 10


def test_down_shows_the_first_line_of_a_text_that_is_scrolled(view):
    shown(view, "Title", "\n".join(["line"] * 80))
    view.edit.verticalScrollBar().setValue(600)
    view.begin_writing()
    QTest.keyClick(view.focusWidget(), Qt.Key.Key_Down)
    assert view.edit.textCursor().blockNumber() == 0
    assert view.edit.verticalScrollBar().value() == 0


def test_up_in_a_list_of_names_chooses_among_them(view):
    shown(view, "Title", "")
    view.links.seek = lambda text, limit: [Name("id1", "Apple"), Name("id2", "Pear")]
    view.edit.setFocus()
    type_text(view.edit, "[[")
    wait_for(lambda: len(view.links.names) == 2 and view.links.isVisible())
    QTest.keyClick(view.edit, Qt.Key.Key_Up)
    assert view.focusWidget() is view.edit
    assert view.links.list.currentIndex().row() == 1


def test_a_selection_and_a_composition_do_not_leave_the_text(view):
    note = shown(view, "Title", "text")
    view.edit.setFocus()
    QTest.keyClick(view.edit, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QApplication.sendEvent(view.edit, QInputMethodEvent("か", []))
    QTest.keyClick(view.edit, Qt.Key.Key_Up)
    assert view.focusWidget() is view.edit
    view.edit.end_composition()
    assert note.title.text() == "Title"


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_title_stands_on_the_side_where_its_script_begins(view, direction):
    view.setLayoutDirection(direction)
    for width, text, is_right in ((380, ARABIC, True), (380, LONG, False), (1300, ARABIC, True)):
        resized(view, width)
        shown(view, text, text)
        title = view.title
        assert (title.cursorRect().x() > title.width() / 2) is is_right
        texts = view.edit.viewport().mapTo(view, view.edit.rect_at(0).topLeft()).x()
        assert title.viewport().mapTo(view, title.cursorRect().topLeft()).x() == pytest.approx(texts, abs=6)
        before = title.textCursor().position()
        QTest.keyClick(title, Qt.Key.Key_Left if is_right else Qt.Key.Key_Right)
        assert title.textCursor().position() == before + 1
    shown(view, "", "")
    is_rtl = direction == Qt.LayoutDirection.RightToLeft
    assert (view.title.cursorRect().x() > view.title.width() / 2) is is_rtl
    assert (inked(view.title) > view.title.width() / 2) is is_rtl  # the word for an empty one


def stand_at_end(title):
    cursor = title.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    title.setTextCursor(cursor)


def inked(title):
    """The middle of what is painted, from left to right."""
    seen = title.grab().toImage()
    paper = seen.pixelColor(seen.width() // 2, 2)
    columns = [
        x
        for x in range(seen.width())
        if any(seen.pixelColor(x, y) != paper for y in range(4, seen.height(), 3))
    ]
    return (columns[0] + columns[-1]) / 2
