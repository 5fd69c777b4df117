"""Notes and folders move by drop, by key and by menu, and each move can be taken back."""

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from app.models.scope import Kind, Scope
from app.wording import sentence
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for
from tests.support.whole_window import press, type_text


class Shop:
    """A window with two notes and two folders, one inside the other."""

    def __init__(self, desk):
        self.desk = desk
        self.workspace = desk.program.workspace
        self.notebook = self.workspace.shelf.notebooks[0].id
        self.notes = [desk.call(lambda library, t=t: library.new_note(title=t)) for t in ("One", "Two")]
        self.outer = self.workspace.new_folder(self.notebook, "Outer")
        self.inner = self.workspace.new_folder(self.notebook, "Inner", self.outer)
        wait_for(lambda: len(self.folders()) == 2 and {"One", "Two"} <= set(desk.titles()))
        desk.window.activateWindow()

    def folders(self):
        return {row.id: row for row in self.workspace.shelf.folders.get(self.notebook, ())}

    def row(self, number=0):
        return self.desk.call(lambda library: library.store.find_note(self.notes[number]))[0]

    def scope(self, folder):
        return Scope(Kind.FOLDER, self.notebook, folder)

    def show(self, number=0):
        self.desk.browsing.open(self.notes[number])
        wait_for(
            lambda: self.desk.browsing.note is not None and self.desk.browsing.note.id == self.notes[number]
        )

    def undo(self):
        assert self.desk.window.toast.can_undo
        self.desk.window.pane.list.setFocus()
        self.desk.window.actions_.undo.trigger()


@pytest.fixture
def shop(desk):
    return Shop(desk)


def test_notes_dropped_on_a_folder_go_there_and_back(shop):
    shop.desk.browsing.places.notes_dropped.emit(shop.notes, shop.scope(shop.inner))
    wait_for(lambda: shop.row(0).folder == shop.row(1).folder == shop.inner)
    assert shop.desk.window.toast.text.text() == "2 notes moved to “Inner”"
    shop.undo()
    wait_for(lambda: shop.row(0).folder is None and shop.row(1).folder is None)


def test_a_note_moves_by_keys_alone(shop):
    shop.show()
    QTest.keySequence(shop.desk.window, QKeySequence("Ctrl+Shift+M"))
    picker = shop.desk.window.going.picker
    assert [o.title for o in picker.model.offers] == [
        *("Personal", "Personal › Outer", "Personal › Outer › Inner"),
    ]
    type_text(picker.field, "inner")
    press(picker.field, "Return")
    wait_for(lambda: shop.row().folder == shop.inner)


def test_another_notebook_gets_the_note_and_it_comes_back(shop):
    shop.workspace.new_notebook("Work")
    wait_for(lambda: len(shop.workspace.shelf.notebooks) == 2)
    work = shop.workspace.shelf.notebooks[1].id
    shop.workspace.set_folder([shop.notes[0]], shop.outer)
    wait_for(lambda: shop.row().folder == shop.outer and shop.desk.browsing.row(shop.notes[0]).folder)
    shop.show()
    shop.desk.window.moving.move([shop.notes[0]], work, None)
    wait_for(lambda: shop.row().notebook == work)
    assert shop.row().folder is None
    wait_for(lambda: shop.desk.window.toast.can_undo)
    shop.undo()
    wait_for(lambda: shop.row().notebook == shop.notebook)
    assert shop.row().folder == shop.outer
    assert shop.desk.view.title.text() == "One"


def test_the_trash_can_be_taken_back_by_a_key_and_the_note_is_on_screen_again(shop):
    shop.show()
    shop.desk.window.actions_.trash.trigger()
    wait_for(lambda: shop.row().trashed_ms is not None)
    assert shop.desk.window.toast.text.text() == "1 note moved to the trash"
    shop.undo()
    wait_for(lambda: shop.desk.browsing.note.id == shop.notes[0] and shop.row().trashed_ms is None)
    shop.desk.browsing.places.notes_dropped.emit([shop.notes[0]], Scope(Kind.TRASH))
    wait_for(lambda: shop.row().trashed_ms is not None)
    shop.desk.window.moving.restore([shop.notes[0]])
    wait_for(lambda: shop.row().trashed_ms is None)


def test_in_the_text_undo_is_of_the_text(shop):
    shop.show()
    shop.desk.window.actions_.trash.trigger()
    wait_for(lambda: shop.desk.browsing.note is not None and shop.desk.browsing.note.id != shop.notes[0])
    shop.desk.view.focus_text()
    type_text(shop.desk.view.edit, "word")
    shop.desk.window.actions_.undo.trigger()
    assert shop.desk.view.edit.toPlainText() == ""
    assert shop.desk.window.toast.can_undo


def test_tags_are_given_and_taken_by_keys_listed_in_the_sidebar_and_take_drops(shop):
    shop.show()
    QTest.keySequence(shop.desk.window, QKeySequence("Ctrl+Alt+T"))
    picker = shop.desk.window.going.picker
    type_text(picker.field, "#Garden ")
    press(picker.field, "Return")
    wait_for(lambda: shop.row().tags == ("Garden",))
    scope = Scope(Kind.TAG, tag="Garden")
    wait_for(lambda: shop.desk.browsing.places.index_of(scope).isValid())
    shop.desk.browsing.places.notes_dropped.emit([shop.notes[1]], scope)
    wait_for(lambda: shop.row(1).tags == ("Garden",))
    shop.desk.browsing.show_place(scope)
    wait_for(lambda: sorted(shop.desk.titles()) == ["One", "Two"])
    shop.show()
    QTest.keySequence(shop.desk.window, QKeySequence("Ctrl+Alt+T"))
    assert picker.model.offers[0].icon == "check"
    type_text(picker.field, "gard")
    press(picker.field, "Return")
    wait_for(lambda: shop.row().tags == ())
    wait_for(lambda: shop.desk.titles() == ["Two"])
    shop.undo()
    wait_for(lambda: shop.row().tags == ("Garden",))


def test_a_tag_that_a_note_has_keeps_its_colour_when_others_get_it_or_it_is_taken_back(shop):
    shop.workspace.set_tag(shop.notes[:1], "Garden", True)
    shop.workspace.set_tag_colour(shop.notes[:1], "Garden", "green")
    scope = Scope(Kind.TAG, tag="Garden")
    wait_for(lambda: dict(shop.row().tag_colours) == {"Garden": "green"})
    wait_for(lambda: shop.desk.browsing.places.index_of(scope).isValid())
    wait_for(lambda: shop.desk.browsing.row(shop.notes[0]).tag_colours)
    shop.desk.browsing.places.notes_dropped.emit(shop.notes, scope)
    wait_for(lambda: shop.row(1).tags == ("Garden",))
    assert dict(shop.row().tag_colours) == {"Garden": "green"}
    shop.undo()
    wait_for(lambda: shop.row(1).tags == ())
    assert dict(shop.row().tag_colours) == {"Garden": "green"}
    shop.show()
    shop.desk.window.moving.tag(shop.notes[:1], "Garden", False)
    wait_for(lambda: shop.row().tags == ())
    shop.undo()
    wait_for(lambda: dict(shop.row().tag_colours) == {"Garden": "green"})


def test_pinned_takes_drops(shop):
    shop.desk.browsing.places.notes_dropped.emit([shop.notes[0]], Scope(Kind.PINNED))
    wait_for(lambda: shop.row().pinned)
    shop.undo()
    wait_for(lambda: not shop.row().pinned)


def test_a_folder_goes_into_another_and_never_into_itself(shop):
    places = shop.desk.browsing.places
    places.folder_dropped.emit(shop.scope(shop.inner), Scope(Kind.NOTEBOOK, shop.notebook))
    wait_for(lambda: shop.folders()[shop.inner].parent is None)
    shop.undo()
    wait_for(lambda: shop.folders()[shop.inner].parent == shop.outer)
    places.folder_dropped.emit(shop.scope(shop.outer), shop.scope(shop.inner))
    places.folder_dropped.emit(shop.scope(shop.outer), shop.scope(shop.outer))
    shop.desk.call(lambda library: None)
    assert shop.folders()[shop.outer].parent is None


def test_a_move_that_cannot_be_is_said(shop):
    gone = "A" * 22
    shop.desk.window.moving._go_to(shop.notebook, [gone])
    wait_for(lambda: shop.desk.window.toast.isVisible())
    library = shop.desk.profile.library
    assert shop.desk.window.toast.text.text() == sentence(
        StoreUnavailable(library, "missing", f"document {gone}")
    )
