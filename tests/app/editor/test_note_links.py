"""`[[` offers names; a choice is a link to the note's id, and everything else stays text."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.editor.note_links import NAME_LENGTH_MAX, Name, NoteLinks
from tests.support.waiting import wait_for

NAMES = [
    Name("id1", "Apple pie", "Kitchen"),
    Name("id2", "Pear"),
    Name("id3", "pear tart 🍐"),
    Name("id4", "Twin"),
    Name("id5", "twin"),
]


def seek(text, limit):
    wanted = text.strip().casefold()
    return [name for name in NAMES if wanted in name.title.casefold()][:limit]


@pytest.fixture
def links(one):
    one.view.show()
    one.view.activateWindow()
    one.view.setFocus()
    wait_for(one.view.hasFocus)
    made = NoteLinks(one.view)
    made.seek = seek
    one.place(11)
    yield made
    one.view.hide()


def typed(one, links, text):
    one.type(text)
    turn()
    return links.isVisible()


def turn():
    """Let the list look at what was typed."""
    for _ in range(3):
        QApplication.processEvents()


def test_typing_narrows_and_enter_links_by_id(one, links):
    assert typed(one, links, " [[")
    assert len(links.names) == 5
    assert typed(one, links, "pie")
    assert [n.title for n in links.names] == ["Apple pie"]
    links.grab()
    one.key(Qt.Key.Key_Return)
    assert not links.isVisible()
    assert one.text.split("\n")[0] == "Hello world Apple pie"
    assert one.spans()[1] == ("Apple pie", {"link": "note:id1"})
    typed(one, links, " on")
    assert one.text.startswith("Hello world Apple pie on")
    assert ("Apple pie", {"link": "note:id1"}) in one.spans()


def test_arrows_choose_and_go_round_and_a_click_does_too(one, links):
    typed(one, links, "[[pear")
    one.key(Qt.Key.Key_Up)
    assert links.list.currentIndex().row() == 1
    one.key(Qt.Key.Key_Down)
    one.key(Qt.Key.Key_Down)
    one.key(Qt.Key.Key_Tab)
    assert ("pear tart 🍐", {"link": "note:id3"}) in one.spans()
    typed(one, links, " [[pea")
    index = links.model.index(0, 0)
    place = links.list.visualRect(index).center()
    QTest.mouseClick(links.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ("Pear", {"link": "note:id2"}) in one.spans()


def test_escape_leaves_the_brackets_and_asks_no_more_there(one, links):
    assert typed(one, links, "[[pe")
    one.key(Qt.Key.Key_Escape)
    assert not links.isVisible()
    assert not typed(one, links, "ar")
    assert "[[pear" in one.text
    assert typed(one, links, " [[pe")


def test_closing_brackets_behind_a_whole_name_link_it_if_there_is_one_such_note(one, links):
    for part in ("[[apple PIE", "]", "]"):
        typed(one, links, part)
    assert ("Apple pie", {"link": "note:id1"}) in one.spans()
    typed(one, links, " [[twin")
    typed(one, links, "]]")
    assert "[[twin]]" in one.text
    typed(one, links, " [[nobody")
    typed(one, links, "]]")
    assert "[[nobody]]" in one.text


def test_a_choice_takes_brackets_that_were_closed_already(one, links):
    one.type("[[]]")
    one.place(13)
    turn()
    typed(one, links, "pear")
    one.key(Qt.Key.Key_Return)
    assert "Hello worldPear\n" in one.text


def test_a_name_that_is_missing_can_be_made(one, links):
    made = []
    links.make = lambda title: made.append(title) or "new-id"
    typed(one, links, "[[Plum  cake")
    assert links.names[-1] == Name(None, "Plum cake")
    one.key(Qt.Key.Key_Return)
    assert made == ["Plum cake"]
    assert ("Plum cake", {"link": "note:new-id"}) in one.spans()
    links.make = lambda title: None
    typed(one, links, " [[zzz")
    one.key(Qt.Key.Key_Return)
    assert "[[zzz" in one.text


def test_a_heading_behind_a_whole_name_is_led_to(one, links):
    assert typed(one, links, "[[apple pie#Filling")
    assert links.names == [Name("id1", "Apple pie", "Kitchen", "Filling")]
    one.key(Qt.Key.Key_Return)
    assert ("Apple pie › Filling", {"link": "note:id1#Filling"}) in one.spans()
    typed(one, links, " [[pear#Core")
    typed(one, links, "]]")
    assert ("Pear › Core", {"link": "note:id2#Core"}) in one.spans()
    assert not typed(one, links, " [[app#Filling"), "part of a name is none"
    assert not typed(one, links, " [[twin#x]]"), "nobody knows which"


def test_headings_of_another_note_are_offered_behind_its_whole_name(one, links):
    known = {"id1": ["Filling", "Crust", "Crust  ", "", "Filling the tin"], "id2": []}
    links.headings = lambda note: known[note]
    assert typed(one, links, "[[apple pie#")
    assert [name.heading for name in links.names] == ["Filling", "Crust", "Filling the tin"]
    assert typed(one, links, "CRU")
    assert links.names == [Name("id1", "Apple pie", "Kitchen", "Crust")]
    one.key(Qt.Key.Key_Return)
    assert ("Apple pie › Crust", {"link": "note:id1#Crust"}) in one.spans()
    typed(one, links, " [[apple pie#filling")
    assert len(links.names) == 2
    typed(one, links, "]]")
    assert ("Apple pie › Filling", {"link": "note:id1#Filling"}) in one.spans(), "the one that is called so"
    assert typed(one, links, " [[apple pie#Other")
    assert [name.heading for name in links.names] == ["Other"], "one that is not there yet"
    typed(one, links, "]] [[pear#")
    known["id2"] = ["Core"]
    links.names_changed()
    turn()
    assert [name.heading for name in links.names] == ["Core"], "they come later"


def test_headings_of_the_note_itself_are_offered_behind_the_sign_alone(one, links):
    for words in ("second", "third"):
        one.place(one.text.index(words))
        one.view.commands.set_kind({"kind": "heading", "level": 2})
    one.place(11)
    links.make = lambda title: "new-id"
    assert typed(one, links, " [[#")
    assert [name.heading for name in links.names] == ["second line", "third"]
    assert typed(one, links, "THI")
    links.grab()
    one.key(Qt.Key.Key_Return)
    assert ("third", {"link": "#third"}) in one.spans()
    typed(one, links, " [[#Second Line")
    typed(one, links, "]]")
    assert ("second line", {"link": "#second line"}) in one.spans()
    typed(one, links, " [[#sec")
    typed(one, links, "]]")
    assert "[[#sec]]" in one.text


def test_undo_gives_the_brackets_back(one, links):
    typed(one, links, "[[pear")
    one.key(Qt.Key.Key_Return)
    one.view.undo()
    assert "[[pear" in one.text


@pytest.mark.parametrize("text", ["[", "[[pear\n", "[[ pear", "[[x]", "[[" + "p" * (NAME_LENGTH_MAX + 1)])
def test_what_is_no_beginning_of_a_link_opens_nothing(one, links, text):
    assert not typed(one, links, text)


def test_code_is_left_alone(one, links):
    one.view.commands.set_kind({"kind": "code"})
    assert not typed(one, links, "[[pear")


def test_it_goes_when_the_caret_or_the_focus_does(one, links):
    assert typed(one, links, "[[pe")
    one.place(0)
    turn()
    assert not links.isVisible()
    one.place(15)
    turn()
    assert links.isVisible()
    QApplication.sendEvent(one.view, QFocusEvent(QEvent.Type.FocusOut))
    assert not links.isVisible()


def test_new_names_show_while_it_is_open(one, links):
    assert typed(one, links, "[[pe")
    links.seek = lambda text, limit: [Name("late", "Pears, late")]
    links.names_changed()
    turn()
    assert [n.note for n in links.names] == ["late"]
