"""Find and replace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.editor.find_bar import FindBar, find_in
from tests.support.editor_world import CTRL, NONE, SHIFT


@pytest.mark.parametrize(
    ("query", "match_case", "found"),
    [
        ("o", False, [(4, 5), (7, 8)]),
        ("WORLD", False, [(6, 11)]),
        ("WORLD", True, []),
        ("", False, []),
        (".", False, []),
        ("o w", False, [(4, 7)]),
    ],
)
def test_a_query_is_found_letter_by_letter(query, match_case, found):
    assert find_in("Hello world", query, match_case=match_case) == found


def test_places_are_code_points_and_matches_do_not_overlap():
    assert find_in("\U0001f600aaa", "aa", match_case=False) == [(1, 3)]
    assert find_in("中文 中文", "中文", match_case=False) == [(0, 2), (3, 5)]
    assert len(find_in("a" * 100, "a", match_case=False, most=10)) == 10


@pytest.fixture
def bar(one):
    one.view.show()
    made = FindBar(one.view)
    yield made
    made.leave()
    one.view.hide()


def press(bar: FindBar, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    """A key in the query's field."""
    QApplication.sendEvent(bar.query, QKeyEvent(QEvent.Type.KeyPress, int(key), held))


def test_ctrl_f_asks_with_what_is_selected(bar, one):
    one.place(0, 5)
    one.key(Qt.Key.Key_F, "", CTRL)
    assert bar.isVisible()
    assert bar.query.text() == "Hello"
    assert bar.count.text() == "1/1"
    assert len(one.view.extraSelections()) == 1


def test_enter_steps_through_the_matches_and_around(bar, one):
    one.place(0)
    bar.ask()
    bar.query.setText("l")
    places = []
    for _ in range(5):
        press(bar, Qt.Key.Key_Return)
        places.append(one.selection)
    assert places == [(2, 3), (3, 4), (9, 10), (19, 20), (2, 3)]
    press(bar, Qt.Key.Key_Return, SHIFT)
    assert one.selection == (19, 20)
    assert bar.count.text() == "4/4"


def test_escape_goes_back_to_the_text(bar, one):
    bar.ask()
    bar.query.setText("world")
    press(bar, Qt.Key.Key_Enter)
    press(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert one.selection == (6, 11)
    assert one.view.extraSelections() == []


def test_replacing_keeps_the_marks_of_what_it_replaces(bar, one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.place(0)
    bar.ask()
    bar.query.setText("hello")
    bar.replacement.setText("Goodbye")
    press(bar, Qt.Key.Key_Return)
    bar.replace_button.click()
    assert one.spans()[0] == ("Goodbye", {"bold": True})
    assert bar.count.text() == "none"


def test_replacing_all_is_undone_at_once(bar, one):
    bar.ask()
    bar.query.setText("L")
    bar.replacement.setText("\U0001f600")
    bar.search()
    bar.replace_all_button.click()
    assert one.text == "He\U0001f600\U0001f600o wor\U0001f600d\nsecond \U0001f600ine\nthird"
    one.view.undo()
    assert one.text == "Hello world\nsecond line\nthird"
    bar.replacement.setText("")
    bar.search()
    bar.replace_all_button.click()
    assert one.text == "Heo word\nsecond ine\nthird"


def test_marking_matches_is_no_edit(bar, one):
    edits = len(one.note.deltas)
    bar.ask()
    bar.query.setText("l")
    bar.search()
    assert len(one.view.extraSelections()) == 4
    assert len(one.note.deltas) == edits
    bar.match_case.setChecked(True)
    bar.query.setText("h")
    bar.search()
    assert bar.count.text() == "1"


def test_what_changes_meanwhile_is_looked_at_again(bar, one):
    bar.ask()
    bar.query.setText("third")
    bar.search()
    one.cursor(0).insertText("third ")
    assert bar._search_timer.isActive()
    bar.search()
    assert bar.count.text() == "2"


def test_where_nothing_can_be_written_nothing_is_replaced(bar, one):
    one.view.set_writable(False)
    bar.ask()
    assert not bar.replace_all_button.isVisible()
    bar.query.setText("Hello")
    bar.replace_all()
    bar.step(1)
    bar.replace()
    assert one.text.startswith("Hello world")


def test_the_bar_stays_in_the_corner(bar, one):
    bar.ask()
    one.view.resize(900, 400)
    QApplication.processEvents()
    assert 880 < bar.geometry().right() < 900


def test_every_control_has_a_name(bar):
    for widget in (bar.query, bar.replacement, bar.next_button, bar.previous_button, bar.close_button):
        assert widget.accessibleName()


def test_without_a_note_nobody_is_asked(bar, one):
    one.view.close_note()
    bar.ask()
    bar.search()
    assert not bar.isVisible()
    one.view.open(one.note)


def test_the_bar_makes_room_for_the_match_that_it_would_hide(bar, one):
    one.view.resize(300, 400)
    one.place(0)
    bar.ask()
    above = bar.y()
    bar.query.setText("world")
    press(bar, Qt.Key.Key_Return)
    corner = one.view.viewport().mapTo(one.view, one.view.rect_at(6).center())
    assert not bar.geometry().contains(corner)
    assert bar.y() > above
    one.view.resize(300, 399)
    assert not bar.geometry().contains(corner)
    one.place(0)
    bar.ask()
    assert bar.y() == above


def test_escape_closes_the_bar_from_every_control(bar, one):
    for control in (bar.next_button, bar.match_case, bar.replace_all_button, bar.query, bar.replacement):
        bar.ask()
        QTest.keyClick(control, Qt.Key.Key_Escape)
        assert not bar.isVisible()
