"""The note of the first steps: it is there at the first start, can be edited, else leaves no trace."""

from PySide6.QtGui import QKeySequence

from app.dialogs.first_steps import COMMANDS, WRITTEN
from app.paths import Profile
from app.settings import Settings
from tests.support.two_people import sign_up
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

TITLE = "Welcome to Commonplace"


def stored(desk):
    return desk.call(lambda library: [row.title for row in library.store.notes()])


def text_of(desk):
    return desk.view.note.body.text()


def test_the_first_start_shows_it_with_the_caret_in_its_text_and_nothing_is_stored(qt_app, tmp_path):
    for _ in range(2):
        with started(qt_app, tmp_path / "p", first=True) as desk:
            desk.window.activateWindow()
            wait_for(lambda: desk.view.note is not None)
            assert desk.view.note.title.text() == TITLE
            assert desk.titles() == [TITLE]
            assert desk.notes.row_at(0).preview.startswith("This is a note like any other")
            assert desk.view.edit.hasFocus()
            kinds = [attributes.get("kind") for _, attributes in desk.view.note.body.blocks()]
            assert {"heading", "check", "bullet"} < set(kinds)
            assert not desk.view.note.undo(), "nothing of it was this person's doing"
            assert stored(desk) == []


def test_the_first_edit_keeps_all_of_it_and_the_next_start_shows_it_again(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p", first=True) as desk:
        before = text_of(desk)
        type_text(desk.view.edit, "Hello. ")
        wait_for(lambda: stored(desk) == [TITLE])
        desk.view.undo()
        assert text_of(desk) == before, "undo takes back what was typed and no more"
        desk.view.redo()
        assert text_of(desk) == "Hello. " + before
    with started(qt_app, tmp_path / "p", first=True) as desk:
        wait_for(lambda: desk.view.note is not None and desk.view.note.title.text() == TITLE)
        assert text_of(desk) == "Hello. " + before
        assert desk.titles() == [TITLE]


def test_boxes_can_be_ticked_and_keys_are_those_of_this_person(qt_app, tmp_path):
    (tmp_path / "p").mkdir()
    Settings(tmp_path / "p").set("shortcuts", {"palette": "Ctrl+Alt+J", "search": ""})
    with started(qt_app, tmp_path / "p", first=True) as desk:
        text = text_of(desk)
        assert "Ctrl+Alt+J finds every command" in text
        assert "Search all notes searches all notes" in text
        for name in COMMANDS:
            keys = desk.window.shortcuts.keys(name).toString(QKeySequence.SequenceFormat.NativeText)
            assert keys in text
        assert "|" not in text
        assert "{" not in text
        boxes = [
            place
            for place, (_, attributes) in enumerate(desk.view.note.body.blocks())
            if attributes.get("kind") == "check"
        ]
        desk.view.edit.commands.toggle_check(boxes[0])
        assert desk.view.note.body.blocks()[boxes[0]][1]["checked"]
        wait_for(lambda: stored(desk) == [TITLE])


def test_whoever_begins_a_note_of_their_own_does_not_see_it_again_but_in_the_menu(qt_app, tmp_path):
    profile = Profile(tmp_path / "p")
    with started(qt_app, profile, first=True) as desk:
        desk.window.actions_.new_note.trigger()
        type_text(desk.view.title, "Mine")
        wait_for(lambda: stored(desk) == ["Mine"])
        wait_for(lambda: desk.titles() == ["Mine"])
        assert Settings(profile.folder).get(WRITTEN)
        note = desk.view.note.id
        desk.window.actions_.trash.trigger()
        wait_for(lambda: desk.call(lambda library: library.store.find_note(note))[0].trashed_ms)
    with started(qt_app, profile, first=True) as desk:
        wait_for(lambda: desk.view.note is not None)
        assert desk.view.note.title.text() == ""
        desk.window.actions_.first_steps.trigger()
        assert desk.view.note.title.text() == TITLE
        assert stored(desk) == []


def test_signing_in_takes_no_untouched_first_steps_along(qt_app, tmp_path):
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a", first=True) as desk:
        sign_up(desk, server, "Ana")
        assert server.administer("stats")["documents"] == 0
        assert desk.view.note.title.text() == TITLE, "it stays on screen meanwhile"
        type_text(desk.view.edit, "Hello. ")
        wait_for(lambda: stored(desk) == [TITLE] and desk.status.outbox == 0)
        assert server.administer("stats")["documents"] == 1
