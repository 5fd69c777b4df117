"""Two windows of one program on one note: each shows what the other writes, and undo is the person's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.editor.note_edit import NoteEdit
from app.note_seat import NoteSeat
from app.open_note import BODY
from tests.support.open_notes import Other, open_note
from tests.support.whole_window import type_text

pytestmark = pytest.mark.usefixtures("appearance")


@pytest.fixture
def appearance(qt_app):
    from tests.support.looks import worn

    with worn(qt_app) as made:
        yield made


class Pair:
    """A note, a seat beside it, and an editor on each."""

    def __init__(self, body=""):
        self.note = open_note(title="t", body=body)
        self.seat = NoteSeat(self.note)
        self.views = [NoteEdit(), NoteEdit()]
        for view, note in zip(self.views, (self.note, self.seat), strict=True):
            view.open(note)

    def close(self):
        for view in self.views:
            view.close_note()
            view.deleteLater()
        self.seat.leave()

    def agree(self):
        text = self.note.body.text()
        assert [view.toPlainText() for view in self.views] == [text, text]
        assert [view.bound.mirror.text() for view in self.views] == [text, text]


@pytest.fixture
def pair():
    made = Pair("hello")
    yield made
    made.close()


def test_what_is_written_in_one_is_shown_in_the_other(pair):
    type_text(pair.views[0], "A ")
    pair.agree()
    type_text(pair.views[1], "B ")
    pair.agree()
    pair.views[1].selectAll()
    pair.views[1].commands.toggle("bold")
    assert pair.note.body.spans()[0][1] == {"bold": True}
    pair.agree()


def test_undo_takes_back_what_the_person_did_last_wherever(pair):
    type_text(pair.views[0], "A")
    pair.note.break_group()
    type_text(pair.views[1], "B")
    pair.views[0].undo()
    assert "B" not in pair.note.body.text()
    pair.agree()
    pair.views[1].undo()
    assert pair.note.body.text() == "hello"
    pair.agree()
    pair.views[1].redo()
    pair.agree()


def test_what_others_write_comes_to_both_and_a_replacement_too(pair):
    other = Other(pair.note)
    pair.note.apply([other.edit(lambda edit: edit.text(BODY).insert(0, "from afar "))])
    pair.agree()
    told = []
    pair.seat.replaced.connect(lambda: told.append(1))
    pair.note.set_writable(False)
    assert told == [1]
    assert not pair.seat.writable
    pair.note.set_writable(True)


def test_a_seat_is_the_note_in_everything_but_its_signals(pair):
    assert pair.seat.id == pair.note.id
    assert pair.seat.document is pair.note.document
    assert pair.seat.title.text() == "t"
    assert pair.seat.draft is pair.note.draft
    assert pair.seat.folder is None


def test_after_leaving_nothing_is_told_and_no_copy_is_kept():
    pair = Pair()
    pair.close()
    heard = []
    pair.seat.patched.connect(heard.append)
    pair.note.edit(lambda edit: edit.text(BODY).insert(0, "x"))
    assert heard == []
    assert pair.note._shadow is None


steps = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["type", "delete", "undo", "newline", "away"])), max_size=25
)


@settings(max_examples=15)
@given(steps)
def test_whatever_two_windows_do_they_show_the_same(taken):
    pair = Pair("some text\nand more")
    other = Other(pair.note)
    for who, what in taken:
        view = pair.views[who]
        if what == "type":
            type_text(view, "ab")
        elif what == "newline":
            type_text(view, "\n")
        elif what == "undo":
            view.undo()
        elif what == "away":
            pair.note.apply([other.edit(lambda edit: edit.text(BODY).insert(0, "z"))])
        else:
            cursor = view.textCursor()
            cursor.setPosition(0)
            cursor.movePosition(cursor.MoveOperation.Right, cursor.MoveMode.KeepAnchor, 2)
            view.setTextCursor(cursor)
            type_text(view, "-")
        pair.agree()
    pair.close()
