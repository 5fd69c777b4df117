"""The workspace opens each document once, keeps it true, and loses nothing of what happens around it."""

from app.open_note import BODY
from app.workspace import KEPT_MAX
from crdt import CrdtError
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for


def made(desk, title="", text=""):
    """A note that exists in the library and is open nowhere; its id."""
    note = desk.call(lambda library: library.new_note(title=title))
    if text:
        desk.call(lambda library: library.edit(note, lambda edit: edit.text(BODY).insert(0, text)))
    return note


def opened(desk, note_id):
    seen = []
    desk.program.workspace.open(note_id, seen.append)
    return wait_for(lambda: seen)[0]


def test_a_note_is_opened_once_however_often_it_is_asked_for(desk):
    note_id = made(desk, "a")
    seen = []
    for _ in range(3):
        desk.program.workspace.open(note_id, seen.append)
    wait_for(lambda: len(seen) == 3)
    assert seen[0] is seen[1] is seen[2]
    assert opened(desk, note_id) is seen[0]


def test_a_note_that_is_not_there_is_told_to_whoever_asked(desk):
    failures = []
    desk.program.workspace.open("x" * 22, lambda note: None, failures.append)
    wait_for(lambda: failures)
    assert isinstance(failures[0], StoreUnavailable)


def test_a_command_edits_an_open_note_through_its_window(desk):
    note_id = made(desk, "a", "hello")
    note, seen = opened(desk, note_id), []
    note.patched.connect(seen.extend)
    note.edit(lambda edit: edit.text(BODY).insert(5, " there"))
    desk.call(lambda library: library.edit(note_id, lambda edit: edit.text(BODY).insert(0, "Oh, ")))
    assert note.body.text() == "Oh, hello there"
    assert seen
    stored = desk.call(lambda library: library.store.load(note_id))
    assert stored.build(5).text(BODY).text() == "Oh, hello there"


def test_a_command_that_asks_for_the_impossible_hears_so(desk):
    note_id = made(desk, "a", "hello")
    opened(desk, note_id)
    answer = desk.call(lambda library: library.edit(note_id, lambda edit: edit.text(BODY).insert(99, "x")))
    assert isinstance(answer, CrdtError)


def test_a_command_edits_a_closed_note_in_the_library(desk):
    note_id = made(desk, "a", "hello")
    assert not desk.program.workspace.is_open(note_id)
    note = opened(desk, note_id)
    assert note.body.text() == "hello"


def test_what_nobody_shows_is_closed_after_a_while_and_comes_back_whole(desk):
    ids = [made(desk, f"n{number}") for number in range(KEPT_MAX + 3)]
    for note_id in ids:
        note = opened(desk, note_id)
        note.edit(lambda edit: edit.text(BODY).insert(0, "typed"))
    assert not desk.program.workspace.is_open(ids[0])
    again = opened(desk, ids[0])
    assert again.body.text() == "typed"
    again.edit(lambda edit: edit.text(BODY).insert(5, " on"))
    stored = desk.call(lambda library: library.store.load(ids[0]))
    assert stored.build(5).text(BODY).text() == "typed on"


def test_nothing_is_closed_while_the_disk_refuses(desk, monkeypatch):
    ids = [made(desk, f"n{number}") for number in range(KEPT_MAX + 3)]
    monkeypatch.setattr(type(desk.program.bridge), "saving", property(lambda self: False))
    for note_id in ids:
        opened(desk, note_id)
    assert all(desk.program.workspace.is_open(note_id) for note_id in ids)


def test_a_reset_document_is_loaded_again_with_what_was_typed_meanwhile(desk):
    note_id = made(desk, "a", "hello")
    note, told = opened(desk, note_id), []
    note.replaced.connect(lambda: told.append(note.body.text()))
    desk.program.bridge.document_reset.emit(note_id)
    note.edit(lambda edit: edit.text(BODY).insert(5, "!"))
    wait_for(lambda: told)
    assert told == ["hello!"]


def test_trash_pin_and_folder_are_edits_of_the_note(desk):
    note_id = made(desk, "a")
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    folder = workspace.new_folder(notebook, "Work")
    workspace.set_pinned([note_id], True)
    workspace.set_folder([note_id], folder)
    wait_for(
        lambda: (row := desk.call(lambda library: library.find(note_id))).pinned and row.folder == folder
    )
    workspace.set_trashed([note_id], True)
    wait_for(lambda: desk.call(lambda library: library.store.notes(trashed=True)))
    workspace.set_trashed([note_id], False)
    wait_for(lambda: [row.id for row in desk.call(lambda library: library.store.notes())] == [note_id])


def test_setting_what_is_set_already_is_no_edit(desk):
    note_id = made(desk, "a")
    opened(desk, note_id)
    before = desk.call(lambda library: library.store.outbox_count())
    desk.program.workspace.set_pinned([note_id], False)
    assert desk.call(lambda library: library.store.outbox_count()) == before


def test_folders_and_notebooks_are_made_and_renamed(desk):
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    folder = workspace.new_folder(notebook, "Wrok")
    wait_for(lambda: [row.name for row in workspace.shelf.folders[notebook]] == ["Wrok"])
    workspace.rename_folder(folder, "Work")
    wait_for(lambda: [row.name for row in workspace.shelf.folders[notebook]] == ["Work"])
    workspace.new_notebook("Team")
    wait_for(lambda: [row.name for row in workspace.shelf.notebooks] == ["Personal", "Team"])
    workspace.rename_notebook(notebook, "Mine")
    wait_for(lambda: workspace.shelf.notebooks[0].name == "Mine")


def test_a_notebook_that_may_only_be_read_makes_its_notes_so(desk):
    note_id = made(desk, "a")
    note = opened(desk, note_id)
    workspace = desk.program.workspace
    row = workspace.shelf.notebooks[0]
    workspace._take_shelf(workspace.shelf._replace(notebooks=[row._replace(role="viewer")]))
    assert not note.writable
    workspace._take_shelf(workspace.shelf._replace(notebooks=[row]))
    assert note.writable


def test_a_document_that_cannot_be_read_is_an_error_and_no_crash(desk, expect_log, monkeypatch):
    expect_log("cannot be read")
    note_id = made(desk, "a")
    from sync.storage.rows import StoredDocument

    def broken(self, rid):
        raise CrdtError("damaged")

    monkeypatch.setattr(StoredDocument, "build", broken)
    failures = []
    desk.program.workspace.open(note_id, lambda note: None, failures.append)
    wait_for(lambda: failures)


def test_a_key_is_committed_before_the_librarys_thread_does_anything_else(desk):
    note_id, done = made(desk, "a"), []
    note = opened(desk, note_id)
    for number in range(20):
        note.edit(lambda edit, number=number: edit.text(BODY).insert(number, "x"))
        desk.program.bridge.call(lambda library: library.document(note_id).text(BODY).text(), done.append)
    wait_for(lambda: len(done) == 20)
    assert done == ["x" * number for number in range(1, 21)]
