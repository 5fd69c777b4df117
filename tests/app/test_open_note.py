"""An open note: every edit is submitted once, others' edits become patches, nothing is lost on the way."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import open_note as module
from app.open_note import BODY, TITLE, OpenNote, edit_beside
from crdt import Clock, CrdtError, Document, Inserted
from tests.support.open_notes import Kept, Other, open_note

pytestmark = pytest.mark.usefixtures("qt_app")


def typed(text, at=0, path=BODY):
    return lambda edit: edit.text(path).insert(at, text)


def replayed(note: OpenNote, start: Document, changes) -> str:
    copy = Document.decode(start.encode(), 55)
    for change in changes:
        copy.apply(change.delta)
    return copy.text(BODY).text()


def test_an_edit_is_in_the_document_and_submitted_in_the_same_call():
    outlet = Kept()
    note = open_note(outlet)
    start = Document.decode(note.document.encode(), 55)
    note.edit(typed("hello"))
    assert note.body.text() == "hello"
    assert [c.document for c in outlet.changes] == ["n1"]
    assert replayed(note, start, outlet.changes) == "hello"


def test_an_edit_that_changes_nothing_submits_nothing():
    outlet = Kept()
    note = open_note(outlet, body="a")
    note.edit(lambda edit: edit.set(("pinned",), False))
    note.edit(lambda edit: None)
    assert outlet.changes == []


def test_a_draft_is_stored_with_its_first_edit_and_not_before():
    outlet, begun = Kept(), []
    note = open_note(outlet)
    marker = note.document.edit(outlet.stamp(), lambda edit: edit.set(("pinned",), True))
    note.begin_as_draft([marker], lambda: begun.append(1))
    note.edit(lambda edit: None)
    assert note.draft
    assert outlet.changes == []
    note.edit(typed("a"))
    note.edit(typed("b"))
    assert not note.draft
    assert begun == [1]
    assert [c.delta.start for c in outlet.changes] == sorted(c.delta.start for c in outlet.changes)
    assert outlet.changes[0].delta is marker


def test_others_edits_are_told_as_patches_and_what_is_known_is_not():
    note = open_note(body="hello")
    other, seen = Other(note), []
    note.patched.connect(seen.extend)
    delta = other.edit(typed(" world", 5))
    note.apply([delta])
    note.apply([delta])
    assert note.body.text() == "hello world"
    assert [(tuple(path), patch.text) for path, patch in seen if isinstance(patch, Inserted)] == [
        (BODY, " world")
    ]


def test_a_pause_ends_what_is_undone_together(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    note = open_note()
    for pause, letter in ((0, "a"), (0.4, "b"), (1.6, "c")):
        now[0] += pause
        note.edit(typed(letter, len(note.body)))
    seen = []
    note.patched.connect(seen.extend)
    assert note.undo()
    assert note.body.text() == "ab"
    assert seen
    assert note.undo()
    assert note.body.text() == ""
    assert note.redo()
    assert note.redo()
    assert note.body.text() == "abc"
    assert not note.redo()


def test_undo_leaves_what_others_wrote():
    note = open_note()
    note.edit(typed("mine"))
    note.apply([Other(note).edit(typed(" theirs", 4))])
    assert note.undo()
    assert note.body.text() == " theirs"


def test_a_note_that_may_only_be_read_takes_no_edit_and_no_undo():
    note = open_note(body="a")
    told = []
    note.replaced.connect(lambda: told.append(note.writable))
    note.set_writable(False)
    note.set_writable(False)
    assert told == [False]
    assert not note.undo()
    with pytest.raises(AssertionError):
        note.edit(typed("x"))


def test_a_replacement_keeps_what_was_typed_and_received_while_it_was_loaded():
    outlet = Kept()
    note = open_note(outlet, body="base ")
    stored = note.document.encode()
    other = Other(note)
    note.await_replacement()
    note.edit(typed("mine", 5))
    note.apply([other.edit(typed("theirs ", 0))])
    told = []
    note.replaced.connect(lambda: told.append(note.body.text()))
    note.replace(Document.decode(stored, 7), "1.0")
    assert told == ["theirs base mine"]
    note.edit(typed("!", len(note.body)))
    assert note.body.text() == "theirs base mine!"


def test_a_replacement_without_a_refused_edit_leaves_out_what_was_built_on_it():
    outlet = Kept()
    note = open_note(outlet, body="base")
    stored = note.document.encode()
    note.edit(typed("refused"))
    note.await_replacement()
    note.edit(typed("on it"))
    note.replace(Document.decode(stored, 7), "1.0")
    assert note.body.text() == "base"


def test_a_library_that_became_another_replica_gets_edits_under_the_former_id_until_it_is_loaded_again():
    outlet = Kept(7)
    note = open_note(outlet, body="a")
    stored = note.document.encode()
    outlet.clock = Clock(8, outlet.clock.high_water)
    first = note.await_replacement()
    note.edit(typed("b", 1))
    assert outlet.changes[-1].delta.rid == 7
    # What was loaded lacks it: built from that, the document would give its counters out again.
    assert note.missed_own_of_before(8, "1.0")
    second = note.await_replacement()
    assert not note.is_awaiting(first)
    assert note.is_awaiting(second)
    assert not note.missed_own_of_before(8, "1.0")
    note.replace(Document.decode(stored, 8), "1.0")
    assert note.body.text() == "a"
    note.edit(typed("c", 1))
    assert outlet.changes[-1].delta.rid == 8


def test_what_is_written_in_a_model_that_is_no_more_says_so_and_is_waited_for():
    outlet = Kept()
    note = open_note(outlet, body="a")
    note.await_replacement()
    assert not note.missed_own_of_before(7, "2.0")
    note.edit(typed("b", 1))
    assert outlet.changes[-1].model == "1.0"
    assert note.missed_own_of_before(7, "2.0")
    assert not note.missed_own_of_before(7, "1.0")


def test_a_place_stays_on_its_letter_while_the_note_is_replaced_by_one_that_knows_more():
    note = open_note(Kept(), body="base")
    other = Other(note)
    other.edit(typed("theirs ", 0))
    places = []
    note.replaced.connect(lambda: places.append([note.carried(index) for index in (0, 2, 4)]))
    note.replace(Document.decode(other.document.encode(), 7), "2.0")
    assert places == [[0, 9, 11]]
    assert note.carried(2) == 2
    assert note.model == "2.0"


def test_an_edit_from_beside_reaches_the_views_as_patches_and_the_store_as_a_delta():
    outlet, seen = Kept(), []
    note = open_note(outlet, body="hello")
    note.patched.connect(seen.extend)
    delta = edit_beside(note, outlet.stamp(), typed("!", 5))
    assert note.body.text() == "hello!"
    assert outlet.changes[-1].delta == delta
    assert [patch.text for _, patch in seen if isinstance(patch, Inserted)] == ["!"]


def test_an_impossible_edit_from_beside_changes_nothing():
    outlet = Kept()
    note = open_note(outlet, body="hello")
    with pytest.raises(CrdtError):
        edit_beside(note, outlet.stamp(), typed("!", 99))
    assert note.body.text() == "hello"
    assert outlet.changes == []


def test_only_the_gui_thread_edits():
    note, caught = open_note(), []

    def wrong():
        for act in (lambda: note.edit(typed("x")), lambda: note.apply([]), note.undo):
            try:
                act()
            except AssertionError as error:
                caught.append(str(error))

    note.edit(typed("a"))
    thread = threading.Thread(target=wrong)
    thread.start()
    thread.join()
    assert caught == ["an open document belongs to the GUI thread"] * 3


def test_a_caret_is_told_only_of_notes_that_exist():
    outlet = Kept()
    note = open_note(outlet, body="abc")
    anchor = note.body.anchor(1)
    note.set_caret(anchor, anchor)
    assert outlet.carets == [("n1", anchor, anchor)]
    draft = open_note(outlet)
    draft.begin_as_draft([draft.document.edit(outlet.stamp(), typed("x"))], lambda: None)
    draft.set_caret(anchor, anchor)
    assert len(outlet.carets) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["mine", "theirs", "undo", "redo"]),
            st.text("ab\n", max_size=3),
            st.integers(0, 9),
        )
    )
)
def test_what_is_submitted_and_received_rebuilds_the_note(steps):
    outlet = Kept()
    note = open_note(outlet, title="t")
    start = Document.decode(note.document.encode(), 55)
    other, log = Other(note), []
    for kind, text, at in steps:
        done = len(outlet.changes)
        if kind == "mine":
            note.edit(lambda edit, text=text, at=at: edit.text(BODY).insert(min(at, len(note.body)), text))
        elif kind == "theirs":
            body = other.edit(
                lambda edit, text=text, at=at: edit.text(TITLE).insert(min(at, len(edit.text(TITLE))), text)
            )
            note.apply([body])
            log.append(body)
        elif kind == "undo":
            note.undo()
        else:
            note.redo()
        log += [change.delta.encode() for change in outlet.changes[done:]]
    from crdt import Delta

    for body in log:
        delta = Delta.decode(body)
        if not delta.empty:
            start.apply(delta)
    assert start.to_value() == note.document.to_value()
