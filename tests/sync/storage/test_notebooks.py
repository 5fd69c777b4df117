"""Notebooks, the account that adopts them, and roles that come and go."""

from sync.model import v1
from sync.storage.notebooks import COLLECTIONS
from sync.storage.rows import LocalChange, NotebookRow
from tests.support.library import NOTEBOOK, NOTES, named

PERSONAL, SHARED, MINE = ("P" * 22, "S" * 22, "M" * 22)


def adopt(desk, *, everything=True):
    desk.store.adopt(server="server", account="ana", personal=PERSONAL, everything=everything)


def test_a_notebook_has_its_streams_at_once(desk):
    assert [row.id for row in desk.store.streams()] == [f"{NOTEBOOK}/{name}" for name in v1.SCHEMAS]
    assert desk.store.notebooks() == [NotebookRow(NOTEBOOK, "Personal", "owner", True, 0)]


def test_adoption_renames_the_local_notebook_and_keeps_every_id(desk):
    note = desk.new_note("mine", "text")
    desk.store.add_notebook(MINE, "Mine")
    before = desk.store.unsent(NOTES, 0, count=9, size=1 << 20)
    adopt(desk)
    assert [(row.id, row.local) for row in desk.store.notebooks()] == [(PERSONAL, False), (MINE, True)]
    assert desk.store.notebooks_to_make() == [(MINE, "Mine", "")]
    assert desk.store.unsent(f"{PERSONAL}/notes", 0, count=9, size=1 << 20) == before
    assert desk.body(note) == "text"
    assert desk.store.personal() == PERSONAL
    assert desk.store.meta("account") == "ana"


def test_a_writer_that_has_not_heard_of_the_adoption_writes_to_the_right_place(desk):
    adopt(desk)
    note, delta = v1.new_note(desk.store.rid, desk.ticker.stamp(), title="late", created_ms=1)
    desk.store.append([LocalChange(NOTES, named(7), delta)])
    assert desk.store.load(named(7)).stream == f"{PERSONAL}/notes"
    assert note.rid == desk.store.rid


def test_what_shall_stay_on_this_computer_stays(desk):
    desk.new_note("mine")
    adopt(desk, everything=False)
    assert desk.store.notebooks_to_make() == []
    assert [row.id for row in desk.store.notebooks() if row.local] == [NOTEBOOK]


def test_adoption_into_an_account_whose_notebook_is_here_already_makes_another(desk):
    desk.store.set_account_notebooks([(PERSONAL, "Personal", "owner")])
    adopt(desk)
    assert desk.store.notebooks_to_make() == [(NOTEBOOK, "Personal", "")]


def test_roles_come_change_and_go_and_the_notes_stay(desk):
    changed, lost = desk.store.set_account_notebooks([(SHARED, "Shared", "editor")])
    assert (changed, lost) == ([SHARED], [])
    assert desk.store.stream(f"{SHARED}/notes").role == "editor"
    assert desk.store.set_account_notebooks([(SHARED, "Shared", "viewer")]) == ([SHARED], [])
    assert desk.store.set_account_notebooks([(SHARED, "New name", "viewer")]) == ([], [])
    assert desk.store.set_account_notebooks([]) == ([], [SHARED])
    assert desk.store.set_account_notebooks([]) == ([], [])
    row = next(row for row in desk.store.notebooks() if row.id == SHARED)
    assert (row.name, row.role) == ("New name", "none")
    assert desk.store.set_account_notebooks([(SHARED, "Shared", "owner")]) == ([SHARED], [])


def test_what_is_special_about_a_notebook_is_kept_and_taken_back(desk):
    adopt(desk)
    special = (SHARED, 3, "n" * 22, (("comments", "none"),))
    desk.store.set_account_notebooks([(SHARED, "Shared", "editor")], [special])
    row = next(row for row in desk.store.notebooks() if row.id == SHARED)
    assert (row.members, row.note) == (3, "n" * 22)
    roles = {name: desk.store.stream(f"{SHARED}/{name}").role for name in COLLECTIONS}
    assert roles == {"notes": "editor", "folders": "editor", "comments": "none"}
    desk.store.set_account_notebooks([(SHARED, "Shared", "owner")], [special])
    assert desk.store.stream(f"{SHARED}/comments").role == "owner", "an owner is one everywhere"
    desk.store.set_account_notebooks([(SHARED, "Shared", "editor")])
    row = next(row for row in desk.store.notebooks() if row.id == SHARED)
    assert (row.members, row.note) == (1, "")
    assert desk.store.stream(f"{SHARED}/comments").role == "editor"


def test_a_notebook_made_on_the_server_is_local_no_more(desk):
    adopt(desk)
    desk.store.add_notebook(MINE, "Mine")
    desk.store.notebook_made(MINE)
    assert desk.store.notebooks_to_make() == []
    desk.store.rename_notebook(MINE, "Renamed")
    assert [row.name for row in desk.store.notebooks()] == ["Personal", "Renamed"]


def test_the_names_that_stand_here_are_those_of_the_model():
    assert tuple(v1.SCHEMAS) == COLLECTIONS
