"""Sidebar, list and note stay in step: places, search, drafts, the trash, late answers."""

import pytest
from PySide6.QtWidgets import QApplication

from app.models.scope import Kind, Scope
from app.open_note import BODY
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


@pytest.fixture
def desk(qt_app, tmp_path):
    with started(qt_app, tmp_path / "profile") as made:
        yield made


def fill(desk, *titles):
    ids = [desk.call(lambda library, t=title: library.new_note(title=t)) for title in titles]
    desk.browsing.reload()
    wait_for(lambda: set(titles) <= set(desk.titles()))
    return ids


def show(desk, note_id):
    desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)


def test_the_note_chosen_last_is_shown_however_the_answers_come(desk):
    ids = fill(desk, "a", "b", "c")
    for note_id in (*ids, ids[1]):
        desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note.id == ids[1])
    desk.call(lambda library: None)
    assert desk.browsing.note.id == ids[1]
    assert desk.window.pane.selected() == [ids[1]]
    assert desk.view.title.text() == "b"


def test_a_new_note_stands_on_top_until_it_is_left_untouched(desk):
    ids = fill(desk, "a")
    desk.browsing.new_note()
    assert desk.titles()[0] == ""
    assert desk.view.title.hasFocus() or not desk.window.isActiveWindow()
    show(desk, ids[0])
    assert "" not in desk.titles()


def test_a_new_note_is_kept_with_its_first_key_and_lists_its_words(desk):
    fill(desk, "a")
    desk.browsing.new_note()
    type_text(desk.view.edit, "Milk and bread")
    wait_for(lambda: "Milk and bread" in desk.titles())
    assert desk.titles().count("Milk and bread") == 1
    assert not desk.browsing.note.draft


def test_typing_moves_the_note_to_the_top_and_shows_its_words_in_the_list(desk):
    ids = fill(desk, "a", "b", "c")
    show(desk, ids[0])
    type_text(desk.view.edit, "fresh words")
    wait_for(lambda: desk.titles()[0] == "a")
    assert desk.notes.row_at(0).preview.startswith("fresh words")
    assert desk.window.pane.selected() == [ids[0]]


def test_searching_shows_hits_and_clearing_shows_the_place_again(desk):
    ids = fill(desk, "apples", "pears")
    desk.call(
        lambda library: library.edit(ids[1], lambda edit: edit.text(BODY).insert(0, "better than apples"))
    )
    box = desk.window.pane.search
    for text in ("a", "ap", "app", "apples"):
        box.setText(text)
    wait_for(
        lambda: desk.window.pane.title.text() == "Search" and sorted(desk.titles()) == ["apples", "pears"]
    )
    box.setText("better")
    wait_for(lambda: desk.titles() == ["pears"])
    box.setText("nowhere to be found")
    wait_for(lambda: desk.notes.rowCount() == 0)
    assert desk.window.pane.empty.isVisible()
    box.clear()
    wait_for(lambda: desk.window.pane.title.text() == "All notes" and len(desk.titles()) >= 2)


def test_trashing_the_shown_note_shows_the_next_and_restoring_brings_it_back(desk):
    ids = fill(desk, "a", "b", "c")
    show(desk, ids[2])
    before = desk.titles()
    desk.browsing.put_away([ids[2]], True)
    assert ids[2] not in [desk.notes.row_at(n).id for n in range(desk.notes.rowCount())]
    wait_for(lambda: desk.browsing.note.id != ids[2])
    desk.browsing.show_place(Scope(Kind.TRASH))
    wait_for(lambda: desk.titles() == ["c"])
    desk.browsing.put_away([ids[2]], False)
    desk.browsing.show_place(Scope())
    wait_for(lambda: sorted(desk.titles()) == sorted(before))


def test_places_list_their_own_notes(desk):
    ids = fill(desk, "a", "b")
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    folder = workspace.new_folder(notebook, "Work")
    workspace.set_folder([ids[0]], folder)
    workspace.set_pinned([ids[1]], True)
    desk.call(lambda library: None)
    desk.browsing.show_place(Scope(Kind.FOLDER, notebook, folder))
    wait_for(lambda: desk.titles() == ["a"])
    desk.browsing.new_note()
    type_text(desk.view.title, "in work")
    wait_for(lambda: "in work" in desk.titles())
    desk.browsing.show_place(Scope(Kind.PINNED))
    wait_for(lambda: desk.titles() == ["b"])
    desk.browsing.show_place(Scope(Kind.FOLDER, notebook, folder))
    wait_for(lambda: sorted(desk.titles()) == ["a", "in work"])


def test_dropping_notes_on_a_place_moves_them(desk):
    ids = fill(desk, "a", "b")
    show(desk, ids[0])
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    folder = workspace.new_folder(notebook, "Work")
    desk.call(lambda library: None)
    desk.browsing.places.notes_dropped.emit([ids[0]], Scope(Kind.FOLDER, notebook, folder))
    desk.browsing.places.notes_dropped.emit([ids[1]], Scope(Kind.TRASH))
    wait_for(lambda: desk.call(lambda library: library.find(ids[0])).folder == folder)
    wait_for(lambda: desk.titles() == ["a"])


def test_renaming_in_the_tree_renames_the_place(desk):
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    scope = Scope(Kind.NOTEBOOK, notebook)
    desk.browsing.places.setData(desk.browsing.places.index_of(scope), "Mine")
    wait_for(
        lambda: desk.browsing.places.name_of(scope) == "Mine" and workspace.shelf.notebooks[0].name == "Mine"
    )


def test_stepping_goes_through_the_list_and_stops_at_its_ends(desk):
    ids = fill(desk, "a", "b")
    show(desk, ids[0])
    order = [desk.notes.row_at(n).id for n in range(2)]
    show(desk, order[0])
    desk.browsing.step(-1)
    assert desk.browsing.note.id == order[0]
    desk.browsing.step(1)
    wait_for(lambda: desk.browsing.note.id == order[1])
    assert set(order) == set(ids)


def test_sorting_keeps_the_shown_note_marked(desk):
    ids = fill(desk, "b", "a")
    show(desk, ids[0])
    desk.browsing.sort("title")
    assert desk.titles() == ["a", "b"]
    assert desk.window.pane.selected() == [ids[0]]


def test_every_empty_place_says_what_to_do(desk):
    from PySide6.QtWidgets import QLabel

    for scope in (Scope(), Scope(Kind.PINNED), Scope(Kind.TRASH)):
        desk.browsing.show_place(scope)
        desk.call(lambda library: None)
        if desk.notes.rowCount() == 0:
            said = [label.text() for label in desk.window.pane.empty.findChildren(QLabel) if label.text()]
            assert len(said) == 2


def test_a_note_outside_the_list_is_known_too(desk):
    ids = fill(desk, "a")
    desk.browsing.show_place(Scope(Kind.TRASH))
    wait_for(lambda: desk.notes.rowCount() == 0)
    show(desk, ids[0])
    wait_for(lambda: desk.browsing.row(ids[0]) is not None)
    wait_for(lambda: desk.view.meta.text().startswith("Personal"))


def test_links_to_what_is_selected_are_copied_for_other_programs_and_for_notes(desk):
    clipboard = QApplication.clipboard()
    clipboard.setText("kept")
    desk.browsing.show_nothing()
    desk.window.pane.list.clearSelection()
    desk.window.actions_.copy_link.trigger()
    assert clipboard.text() == "kept"
    one, two = fill(desk, "Bread & <b>", "")
    show(desk, one)
    desk.window.actions_.copy_link.trigger()
    assert clipboard.text() == f"commonplace://note/{one}"
    show(desk, two)
    desk.window.pane.list.selectAll()
    desk.window.actions_.copy_link.trigger()
    assert clipboard.text().splitlines() == [
        f"commonplace://note/{note}" for note in desk.window.pane.selected()
    ]
    desk.browsing.new_note()
    desk.view.edit.setFocus()
    desk.view.edit.paste()
    marks = [marks.get("link") for spans, _ in desk.view.note.body.blocks() for _, marks in spans]
    assert {f"note:{one}", f"note:{two}"} <= set(marks)
    assert "Bread & <b>" in desk.view.note.body.text()


def test_the_window_bears_the_name_that_its_note_has_now(desk):
    assert desk.window.windowTitle() == "Commonplace"
    type_text(desk.view.title, "Big plan")
    wait_for(lambda: desk.window.windowTitle() == "Big plan – Commonplace")
    note = desk.browsing.note.id
    desk.call(lambda library: library.edit(note, lambda edit: edit.text(("title",)).insert(0, "A\n")))
    wait_for(lambda: desk.window.windowTitle() == "A Big plan – Commonplace")
    desk.browsing.new_note()
    assert desk.window.windowTitle() == "Commonplace"
    desk.browsing.open(note)
    wait_for(lambda: desk.window.windowTitle() == "A Big plan – Commonplace")
    desk.browsing.show_nothing()
    assert desk.window.windowTitle() == "Commonplace"
