"""The right pane shows one note, its people and its state, and lets go of the one before."""

import pytest

from app.open_note import BODY, TITLE
from app.widgets.note_view import NoteView
from sync.protocol.messages import Presence
from tests.support.open_notes import Other, open_note
from tests.support.rows import note_row
from tests.support.whole_window import type_text


@pytest.fixture
def view(appearance):
    made = NoteView(appearance)
    made.resize(900, 600)
    made.show()
    yield made
    made.show_nothing("pin", "", "")
    made.close()


def here(note, name="Ana Ruiz", at=0):
    anchor = note.body.anchor(at)
    return Presence("home/notes", note.id, anchor, anchor, conn=1, account="a", name=name)


def test_title_and_text_of_a_note_are_shown_and_edited(view):
    note = open_note(title="Title", body="text")
    view.show_note(note)
    assert view.title.text() == "Title"
    assert view.edit.toPlainText() == "text"
    type_text(view.edit, "my ")
    type_text(view.title, "A ")
    assert (note.title.text(), note.body.text()) == ("A Title", "my text")


def test_the_note_before_is_let_go(view):
    first, second = open_note(title="first"), open_note(title="second")
    view.show_note(first)
    other = Other(first)
    view.show_note(second)
    first.apply([other.edit(lambda edit: edit.text(TITLE).insert(0, "x"))])
    assert view.title.text() == "second"
    view.show_note(second)
    view.show_nothing("pin", "No note", "Choose one.")
    assert view.note is None
    assert view.edit.isReadOnly()
    assert view.empty.isVisible()


def test_people_are_shown_in_the_strip_and_as_carets(view):
    note = open_note(body="hello world")
    view.show_note(note)
    seen = []
    note.presence.connect(seen.append)
    note.peers.emit([here(note, at=5)])
    assert view.company.strip.accessibleName() == "Also here: Ana Ruiz"
    assert [caret.name for caret in seen[-1]] == ["Ana Ruiz"]
    assert note.body.index(seen[-1][0].anchor) == 5
    note.peers.emit([])
    assert view.company.strip.isHidden()


def test_a_replaced_document_is_shown_from_scratch(view):
    note = open_note(body="before")
    view.show_note(note)
    from crdt import Document

    other = Other(note)
    other.edit(lambda edit: edit.text(BODY).insert(0, "long "))
    note.replace(Document.decode(other.document.encode(), 7), note.model)
    assert view.edit.toPlainText() == "long before"
    type_text(view.edit, "x")
    assert note.body.text() == view.edit.toPlainText()


def test_a_note_that_may_only_be_read_is_shown_so_everywhere(view):
    note = open_note(body="a")
    view.show_note(note)
    note.set_writable(False)
    view.show_row(note_row())
    assert view.edit.isReadOnly()
    assert view.title.isReadOnly()
    assert "read only" in view.meta.text()
    note.set_writable(True)
    assert not view.edit.isReadOnly()


def test_where_and_when_is_said_under_the_title(view):
    view.show_note(open_note(title="a"))
    view.show_row(note_row(notebook_name="Kitchen"))
    assert view.meta.text().startswith("Kitchen")
    view.show_row(None)
    assert view.meta.text() == ""


def test_the_title_begins_where_the_text_does_at_every_width(view, qt_app):
    view.show_note(open_note(title="a", body="b"))
    for width in (500, 900, 1400):
        view.resize(width, 600)
        qt_app.processEvents()
        text = view.edit.viewport().mapTo(view, view.edit.cursorRect().topLeft()).x()
        title = view.title.mapTo(view, view.title.cursorRect().topLeft()).x()
        assert abs(text - title) <= 6, width


def test_undo_belongs_to_the_note(view):
    note = open_note(body="a")
    view.show_note(note)
    type_text(view.edit, "b")
    view.undo()
    assert note.body.text() == "a"
    view.redo()
    assert "b" in note.body.text()


def test_enter_in_the_title_goes_to_the_text(view):
    view.show_note(open_note(title="a"))
    view.activateWindow()
    view.begin_writing()
    type_text(view.title, "\n")
    assert view.focusWidget() is view.edit


def test_links_to_notes_open_here_and_only_harmless_ones_go_to_the_system(view, monkeypatch):
    opened, asked = [], []
    monkeypatch.setattr(
        "app.widgets.note_view.QDesktopServices.openUrl", lambda url: opened.append(url.toString())
    )
    view.note_asked.connect(lambda *target: asked.append(target))
    for address in (
        "note:abc",
        "note:abc#A b",
        "https://example.org/",
        "file:///etc/passwd",
        "javascript:1",
        "mailto:a@b.c",
    ):
        view.edit.link_activated.emit(address)
    view.edit.embed_activated.emit({"type": "note", "id": "xyz", "title": "t"})
    view.edit.embed_activated.emit({"type": "note", "id": "xyz", "title": "t", "place": "A"})
    view.edit.embed_activated.emit({"type": "divider"})
    assert asked == [("abc", ""), ("abc", "A b"), ("xyz", ""), ("xyz", "A")]
    assert opened == ["https://example.org/", "mailto:a@b.c"]


def test_what_the_note_does_not_take_is_said(view):
    from crdt import LimitExceeded

    view.show_note(open_note(body="a"))
    view.edit.refused.emit(LimitExceeded("too much"))
    assert view.banners.first() is not None


def test_finding_in_the_note_opens_its_bar(view):
    view.show_note(open_note(body="find me, find me"))
    view.edit.find_wanted.emit()
    assert view.find_bar.isVisible()
    view.find_bar.query.setText("find")
    view.find_bar.search()
    assert "2" in view.find_bar.count.text()
