"""Whatever is stored through the window's library is heard of by its lists."""

from app.open_note import BODY
from tests.support.waiting import wait_for


def test_notes_made_behind_the_windows_back_are_listed(desk):
    desk.call(lambda library: library.new_note(title="from a command"))
    wait_for(lambda: "from a command" in desk.titles())


def test_an_edit_of_a_closed_note_by_a_command_is_listed(desk):
    note_id = desk.call(lambda library: library.new_note(title="a"))
    desk.call(lambda library: library.edit(note_id, lambda edit: edit.text(BODY).insert(0, "new words")))
    wait_for(lambda: (row := desk.browsing.row(note_id)) is not None and row.preview == "new words")
