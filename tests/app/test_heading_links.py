"""A link to a heading is clicked: its note is shown at that heading."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.errand import Errand
from app.transfer.importing import import_paths
from tests.support.libraries import at_once
from tests.support.waiting import wait_for

PARTS = "".join(f"\n## Part {number}\n\n" + "Words upon words. " * 60 + "\n" for number in range(30))
ONE = """# One

[far](two.md#part-20) [same](#part-25) [gone](two.md#no-such) [title](two.md#two) [two](two.md)
"""


@pytest.fixture
def book(desk, tmp_path):
    """Two long notes; the first is on screen."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "one.md").write_text(ONE + PARTS, encoding="utf-8")
    (folder / "two.md").write_text("# Two\n" + PARTS, encoding="utf-8")
    desk.call(lambda library: at_once(import_paths(library, [folder])))
    wait_for(lambda: set(desk.titles()) >= {"One", "Two"})
    ids = {row.title: row.id for row in desk.call(lambda library: library.store.notes())}
    desk.browsing.open(ids["One"])
    wait_for(lambda: shown(desk) == "One")
    return ids


def shown(desk):
    return desk.browsing.note.title.text() if desk.browsing.note is not None else ""


def click_on(desk, words):
    """Click on a link of the note on screen."""
    view = desk.view.edit
    place = view.rect_at(view.bound.mirror.text().index(words) + 1).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def heading(desk):
    """What the caret stands before, if that is the first line on screen."""
    cursor = desk.view.edit.textCursor()
    near = 0 <= desk.view.edit.cursorRect().top() < 40
    return cursor.block().text() if near and cursor.atBlockStart() else ""


def test_a_link_opens_the_other_note_at_its_heading_and_a_plain_one_at_its_top(desk, book):
    click_on(desk, "far")
    wait_for(lambda: shown(desk) == "Two" and heading(desk) == "Part 20")
    assert not desk.window.toast.isVisible()
    desk.browsing.open(book["One"])
    wait_for(lambda: shown(desk) == "One")
    click_on(desk, "two")
    wait_for(lambda: shown(desk) == "Two")
    assert desk.view.edit.verticalScrollBar().value() == 0


def test_a_link_within_the_note_goes_there(desk, book):
    click_on(desk, "same")
    assert (shown(desk), heading(desk)) == ("One", "Part 25")


def test_a_link_to_the_title_leads_to_the_top(desk, book):
    click_on(desk, "title")
    wait_for(lambda: shown(desk) == "Two")
    assert desk.view.edit.verticalScrollBar().value() == 0
    assert not desk.window.toast.isVisible()


def test_where_the_heading_is_gone_the_note_is_shown_from_its_top_with_a_word(desk, book):
    click_on(desk, "gone")
    wait_for(lambda: shown(desk) == "Two")
    wait_for(lambda: desk.window.toast.isVisible())
    assert desk.window.toast.text.text() == "The heading “no-such” is not here any more"
    assert desk.view.edit.verticalScrollBar().value() == 0


def test_a_link_to_a_note_that_is_nowhere_says_so_and_changes_nothing(desk, book):
    desk.view.edit.link_activated.emit("note:" + "x" * 22)
    wait_for(lambda: desk.window.toast.isVisible())
    assert desk.window.toast.text.text().startswith("That is not in the library any more.")
    assert shown(desk) == "One"
    assert desk.window.pane.selected() == [book["One"]]


def test_a_link_from_another_program_leads_to_the_heading_too(desk, book):
    desk.program.bridge.raise_asked.emit(Errand(note=book["Two"], place="Part 7"))
    wait_for(lambda: shown(desk) == "Two" and heading(desk) == "Part 7")
    desk.program.bridge.raise_asked.emit(Errand(note=book["Two"], place="Part 9"))
    wait_for(lambda: heading(desk) == "Part 9")


def test_what_links_to_a_heading_links_to_the_note(desk, book):
    found = desk.call(lambda library: library.store.backlinks(book["Two"]))
    assert [row.title for row in found] == ["One"]
