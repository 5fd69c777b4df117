"""Notebooks and folders are made, named in the tree, and deleted; what was in them is in the trash."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.models.scope import Kind, Scope
from sync.storage.rows import NotebookRow
from tests.support.two_people import sign_up, two_people
from tests.support.waiting import wait_for
from tests.support.whole_window import press, served, started, type_text


def names(desk):
    return [name for scope, name in desk.browsing.places.named_places() if scope.kind is Kind.NOTEBOOK]


def shown(desk):
    return [scope.notebook for scope, _ in desk.browsing.places.named_places()]


def notebook(desk, name) -> NotebookRow:
    (row,) = wait_for(lambda: [row for row in desk.program.workspace.shelf.notebooks if row.name == name])
    return row


def naming_field(desk):
    tree = desk.window.sidebar.tree
    wait_for(lambda: tree.state() == tree.State.EditingState)
    return tree.viewport().findChild(QLineEdit)


def made(desk, name):
    """Make a notebook by the menu and type its name in the tree."""
    desk.window.actions_.new_notebook.trigger()
    field = naming_field(desk)
    assert field.text() == "New notebook"
    field.selectAll()
    type_text(field, name)
    press(field, "Return")
    return notebook(desk, name)


def select(desk, row):
    desk.browsing.show_place(Scope(Kind.NOTEBOOK, row.id))
    desk.window.sidebar.tree.setFocus()


def note_in(desk, row, title):
    note = desk.call(lambda library: library.new_note(row.id, title=title))
    wait_for(lambda: title in desk.titles())
    return note


def trashed(desk, note):
    return desk.call(lambda library: library.store.find_note(note))[0].trashed_ms is not None


def undo(desk):
    assert desk.window.toast.can_undo
    desk.window.toast.button.click()


def test_a_notebook_is_made_and_named_in_the_tree_and_renamed_by_a_key(desk):
    desk.window.activateWindow()
    row = made(desk, "Work")
    select(desk, row)
    desk.window.actions_.rename.trigger()
    field = naming_field(desk)
    field.selectAll()
    type_text(field, "Works")
    press(field, "Return")
    assert notebook(desk, "Works").id == row.id


def test_a_deleted_notebook_takes_its_notes_to_the_trash_and_both_come_back(desk):
    desk.window.activateWindow()
    row = made(desk, "Work")
    select(desk, row)
    note, other = note_in(desk, row, "Plan"), note_in(desk, row, "Draft")
    desk.browsing.open(note)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note)
    QTest.keyClick(desk.window.sidebar.tree, Qt.Key.Key_Delete)
    wait_for(lambda: names(desk) == ["Personal"] and trashed(desk, note) and trashed(desk, other))
    assert desk.window.toast.text.text() == "“Work” deleted. 2 notes moved to the trash"
    assert desk.browsing.note is None
    undo(desk)
    wait_for(lambda: names(desk) == ["Personal", "Work"] and not trashed(desk, note))
    wait_for(lambda: not trashed(desk, other))


def test_a_note_restored_from_the_trash_brings_its_deleted_notebook_back(desk):
    row = made(desk, "Work")
    select(desk, row)
    note = note_in(desk, row, "Plan")
    desk.window.actions_.delete_place.trigger()
    wait_for(lambda: names(desk) == ["Personal"] and trashed(desk, note))
    desk.browsing.show_place(Scope(Kind.TRASH))
    wait_for(lambda: desk.titles() == ["Plan"])
    desk.browsing.open(note)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note)
    desk.window.actions_.restore.trigger()
    wait_for(lambda: not trashed(desk, note))
    desk.program.workspace.read_shelf()
    wait_for(lambda: names(desk) == ["Personal", "Work"])


def test_the_notebook_of_new_notes_stays_and_it_is_said_why(desk):
    select(desk, notebook(desk, "Personal"))
    desk.window.actions_.delete_place.trigger()
    wait_for(lambda: desk.window.toast.isVisible())
    assert desk.window.toast.text.text().startswith("New notes go to “Personal”")
    assert names(desk) == ["Personal"]


def test_a_deleted_folder_takes_its_notes_to_the_trash_and_both_come_back(desk):
    workspace, home = desk.program.workspace, notebook(desk, "Personal").id
    note, other = (
        note_in(desk, notebook(desk, "Personal"), "One"),
        note_in(desk, notebook(desk, "Personal"), "Two"),
    )
    outer = workspace.new_folder(home, "Outer")
    inner = workspace.new_folder(home, "Inner", outer)
    wait_for(lambda: len(workspace.shelf.folders.get(home, ())) == 2)
    workspace.set_folder([note], inner)
    wait_for(lambda: desk.call(lambda library: library.store.find_note(note))[0].folder == inner)
    desk.browsing.show_place(Scope(Kind.FOLDER, home, outer))
    desk.window.actions_.delete_place.trigger()
    wait_for(lambda: not workspace.shelf.folders.get(home) and trashed(desk, note))
    assert not trashed(desk, other)
    undo(desk)
    wait_for(lambda: len(workspace.shelf.folders[home]) == 2 and not trashed(desk, note))
    assert {row.name for row in workspace.shelf.folders[home]} == {"Outer", "Inner"}


def test_a_shared_notebook_is_renamed_for_everybody_by_its_owner(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, _):
        shared = notebook(ana, "Personal")
        ana.program.workspace.rename_notebook(shared.id, "Our garden")
        wait_for(lambda: "Our garden" in names(ana))
        wait_for(lambda: "Our garden" in names(bob))
        theirs = notebook(bob, "Our garden")
        index = bob.browsing.places.index_of(Scope(Kind.NOTEBOOK, theirs.id))
        assert not index.flags() & Qt.ItemFlag.ItemIsEditable, "its owner names it"


def test_a_notebook_that_others_are_in_is_not_deleted_but_its_members_are_shown(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (_, bob, note):
        theirs = wait_for(
            lambda: [row for row in bob.program.workspace.shelf.notebooks if row.role != "owner"]
        )[0]
        select(bob, theirs)
        bob.window.actions_.delete_place.trigger()
        dialog = wait_for(lambda: bob.window.sharing.sharing)
        assert "belongs to others" in bob.window.toast.text.text()
        wait_for(lambda: dialog.leave.isVisible())
        dialog.leave.click()
        dialog.leave.click()
        wait_for(lambda: any(row.role == "none" for row in bob.program.workspace.shelf.notebooks))
        assert note in [row.id for row in bob.call(lambda library: library.store.notes())], "they stay here"
        select(bob, theirs)
        bob.window.actions_.delete_place.trigger()
        wait_for(lambda: theirs.id not in shown(bob))
        undo(bob)
        wait_for(lambda: theirs.id in shown(bob))


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_notebook_of_ones_own_is_deleted_signed_in_or_not(qt_app, tmp_path, signed_in):
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a") as desk:
        if signed_in:
            sign_up(desk, server, "Ana")
        row = made(desk, "Work")
        if signed_in:
            wait_for(lambda: not notebook(desk, "Work").local)
        select(desk, row)
        note = note_in(desk, row, "Plan")
        desk.window.actions_.delete_place.trigger()
        wait_for(lambda: "Work" not in names(desk) and trashed(desk, note))


def test_closing_the_window_right_behind_a_deletion_leaves_every_note_whole(qt_app, tmp_path):
    with started(qt_app, tmp_path / "a") as desk:
        row = made(desk, "Work")
        select(desk, row)
        notes = [note_in(desk, row, f"Plan {number}") for number in range(9)]
        desk.window.actions_.delete_place.trigger()
        wait_for(lambda: desk.window.toast.isVisible())
    with started(qt_app, tmp_path / "a") as desk:
        assert len([trashed(desk, note) for note in notes]) == 9
        kept = [note for note in notes if not trashed(desk, note)]
        assert ("Work" in names(desk)) == bool(kept), "what is not in the trash can be seen"
