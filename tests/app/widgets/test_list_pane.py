"""The middle pane shows the model, searches at every key, and leads from the search box to the notes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.models.note_list import NoteListModel
from app.models.scope import Scope
from app.widgets.list_pane import ListPane
from tests.support.rows import note_row


@pytest.fixture
def pane(appearance):
    made = ListPane(appearance, NoteListModel())
    made.resize(300, 500)
    made.notes.show(Scope(), [note_row(name, updated_ms=9 - n) for n, name in enumerate("abc")])
    made.show()
    yield made
    made.close()


def test_every_key_in_the_box_is_a_search_and_escape_ends_it(pane):
    seen = []
    pane.searched.connect(seen.append)
    pane.search.setFocus()
    QTest.keyClicks(pane.search, "ab")
    QTest.keyClick(pane.search, Qt.Key.Key_Escape)
    assert seen == ["a", "ab", ""]


def test_down_leads_from_the_box_to_the_first_note(pane):
    seen = []
    pane.note_chosen.connect(seen.append)
    QTest.keyClick(pane.search, Qt.Key.Key_Down)
    QTest.keyClick(pane.list, Qt.Key.Key_Down)
    assert seen == ["a", "b"]


def test_marking_the_shown_note_does_not_choose_it_again(pane):
    seen = []
    pane.note_chosen.connect(seen.append)
    pane.select("c")
    assert pane.selected() == ["c"]
    pane.select("gone")
    assert pane.selected() == []
    pane.select(None)
    assert seen == []


def test_enter_goes_on_to_the_text(pane):
    seen = []
    pane.note_activated.connect(seen.append)
    pane.select("b")
    pane.list.setFocus()
    QTest.keyClick(pane.list, Qt.Key.Key_Return)
    assert seen == ["b"]


def test_the_menu_is_about_all_selected_notes(pane):
    seen = []
    pane.menu_asked.connect(lambda ids, at: seen.append(ids))
    pane.list.customContextMenuRequested.emit(QPoint(5, 5))
    pane.list.selectAll()
    pane.list.customContextMenuRequested.emit(QPoint(5, 5))
    assert seen == [["a", "b", "c"]]


def test_the_count_and_the_empty_state_follow_the_model(pane):
    assert pane.count.text() == "3"
    pane.notes.show(Scope(), [])
    pane.show_empty()
    assert pane.count.text() == ""
    assert not pane.empty.isHidden()
    pane.notes.update([note_row("d")])
    assert not pane.list.isHidden()


def test_unsent_dots_can_be_switched(pane):
    pane.show_unsent(True)
    assert pane.list.itemDelegate().show_unsent
    pane.show_place("Home")
    assert pane.title.text() == "Home"
