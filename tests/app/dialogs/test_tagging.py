"""A tag is renamed and deleted in all its notes at once, from the sidebar, and that can be taken back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.models.scope import Kind, Scope
from tests.support.waiting import wait_for
from tests.support.whole_window import press, type_text


@pytest.fixture
def notes(desk):
    """Three notes with the tag red: one has blue as well, one is in the trash."""
    made = [desk.call(lambda library, t=t: library.new_note(title=t)) for t in ("One", "Two", "Three")]
    workspace = desk.program.workspace
    workspace.set_tag(made, "red", True)
    workspace.set_tag_colour(made[:1], "red", "green")
    workspace.set_tag(made[1:2], "blue", True)
    workspace.set_trashed(made[2:], True)
    wait_for(lambda: tags(desk, made) == [["red"], ["blue", "red"], ["red"]])
    workspace.read_shelf()
    wait_for(lambda: desk.browsing.places.index_of(Scope(Kind.TAG, tag="red")).isValid())
    desk.window.activateWindow()
    return made


def row(desk, note):
    return desk.call(lambda library: library.store.find_note(note))[0]


def tags(desk, notes):
    return [sorted(row(desk, note).tags) for note in notes]


def choose(desk, tag):
    desk.browsing.show_place(Scope(Kind.TAG, tag=tag))
    desk.window.sidebar.tree.setFocus()


def rename(desk, text):
    desk.window.actions_.rename.trigger()
    tree = desk.window.sidebar.tree
    wait_for(lambda: tree.state() == tree.State.EditingState)
    field = tree.viewport().findChild(QLineEdit)
    field.selectAll()
    type_text(field, text)
    press(field, "Return")


def test_a_tag_is_renamed_in_every_note_with_its_colour_and_back(desk, notes):
    choose(desk, "red")
    rename(desk, "#crimson")
    wait_for(lambda: tags(desk, notes) == [["crimson"], ["blue", "crimson"], ["crimson"]])
    assert dict(row(desk, notes[0]).tag_colours) == {"crimson": "green"}
    assert desk.window.toast.text.text() == "#red is #crimson now, 3 notes"
    assert desk.browsing.scope == Scope(Kind.TAG, tag="crimson")
    desk.window.toast.button.click()
    wait_for(lambda: tags(desk, notes) == [["red"], ["blue", "red"], ["red"]])
    assert dict(row(desk, notes[0]).tag_colours) == {"red": "green"}


def test_a_tag_renamed_to_another_becomes_one_with_it_and_undo_parts_them_again(desk, notes):
    choose(desk, "red")
    rename(desk, "blue")
    wait_for(lambda: tags(desk, notes) == [["blue"], ["blue"], ["blue"]])
    desk.window.toast.button.click()
    wait_for(lambda: tags(desk, notes) == [["red"], ["blue", "red"], ["red"]])


def test_a_tag_is_deleted_by_a_key_and_comes_back(desk, notes):
    choose(desk, "red")
    QTest.keyClick(desk.window.sidebar.tree, Qt.Key.Key_Delete)
    wait_for(lambda: tags(desk, notes) == [[], ["blue"], []])
    assert desk.window.toast.text.text() == "#red deleted, 3 notes"
    assert row(desk, notes[0]).trashed_ms is None, "the notes stay"
    desk.window.toast.button.click()
    wait_for(lambda: tags(desk, notes) == [["red"], ["blue", "red"], ["red"]])
    assert dict(row(desk, notes[0]).tag_colours) == {"red": "green"}


@pytest.mark.parametrize("text", ["red", "#", "  "])
def test_a_name_that_is_none_or_the_same_changes_nothing(desk, notes, text):
    choose(desk, "red")
    rename(desk, text)
    desk.call(lambda library: None)
    assert tags(desk, notes) == [["red"], ["blue", "red"], ["red"]]
    wait_for(lambda: desk.browsing.places.name_of(Scope(Kind.TAG, tag="red")) == "red")
