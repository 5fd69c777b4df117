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


def test_whose_a_notebook_is_is_kept_and_ones_own_is_nobody_elses(desk):
    desk.store.set_account_notebooks([(NOTEBOOK, "Personal", "owner"), (SHARED, "Team", "viewer")])
    assert [row.owner for row in desk.store.notebooks()] == [None, ""]
    desk.store.save_owner(SHARED, "Ana")
    desk.store.save_owner(NOTEBOOK, "Ana")
    assert [row.owner for row in desk.store.notebooks()] == [None, "Ana"]
    desk.store.set_account_notebooks([(NOTEBOOK, "Personal", "owner")])
    assert [(row.role, row.owner) for row in desk.store.notebooks()] == [("owner", None), ("none", "Ana")]


def test_a_notebook_made_on_the_server_is_local_no_more(desk):
    adopt(desk)
    desk.store.add_notebook(MINE, "Mine")
    desk.store.notebook_made(MINE, "Mine")
    assert desk.store.notebooks_to_make() == []
    desk.store.rename_notebook(MINE, "Renamed")
    assert [row.name for row in desk.store.notebooks()] == ["Personal", "Renamed"]


def test_a_name_given_here_stays_until_the_server_has_it_or_refuses_it(desk):
    adopt(desk)
    store, server = desk.store, [(PERSONAL, "Personal", "owner"), (SHARED, "Team", "owner")]
    store.set_account_notebooks(server)
    store.rename_notebook(SHARED, "Crew")
    store.rename_notebook(SHARED, "Gang")
    assert store.notebooks_to_rename() == [(SHARED, "Gang")]
    store.set_account_notebooks(server)
    assert [row.name for row in store.notebooks()] == ["Personal", "Gang"], "what the server says is older"
    store.notebook_named(SHARED, "Crew")
    assert store.notebooks_to_rename() == [(SHARED, "Gang")], "it was named again meanwhile"
    store.notebook_named(SHARED, "Gang")
    assert store.notebooks_to_rename() == []
    store.rename_notebook(SHARED, "Other")
    store.keep_server_name(SHARED)
    assert [row.name for row in store.notebooks()] == ["Personal", "Gang"]
    store.keep_server_name(PERSONAL)
    assert store.notebooks_to_rename() == []
    store.rename_notebook(SHARED, "There")
    store.set_account_notebooks([server[0], (SHARED, "There", "owner")])
    assert store.notebooks_to_rename() == [], "somebody else gave it the same name"


def test_a_deleted_notebook_is_shown_again_with_a_note_that_is_in_it(desk):
    adopt(desk)
    desk.store.add_notebook(MINE, "Mine")
    desk.store.set_hidden(MINE, True)
    (row,) = [row for row in desk.store.notebooks() if row.id == MINE]
    assert row.hidden
    assert not row.is_shown
    assert row._replace(notes=1).is_shown
    assert not row._replace(notes=1, role="none").is_shown
    desk.store.set_hidden(MINE, False)
    assert all(row.is_shown for row in desk.store.notebooks())


def told(desk, *hidden):
    """Take a notice of the server."""
    rows = [(PERSONAL, "Personal", "owner"), (MINE, "Mine", "owner"), (SHARED, "Team", "editor")]
    desk.store.set_account_notebooks(rows, (), hidden)


def hidden(desk):
    return [row.id for row in desk.store.notebooks() if row.hidden]


def test_what_the_server_has_for_deleted_is_deleted_here_and_comes_back_with_its_word(desk):
    adopt(desk)
    told(desk, MINE)
    assert hidden(desk) == [MINE]
    assert desk.store.notebooks_to_hide() == []
    told(desk, MINE)
    told(desk)
    assert hidden(desk) == []
    assert desk.store.notebooks_to_hide() == []


def test_what_was_deleted_or_taken_back_here_stands_until_the_server_has_it_or_refuses_it(desk):
    adopt(desk)
    store = desk.store
    told(desk)
    for hides in (True, False):
        store.set_hidden(MINE, hides)
        assert store.notebooks_to_hide() == [(MINE, hides)]
        told(desk, *([] if hides else [MINE]))
        assert hidden(desk) == ([MINE] if hides else []), "what the server says is older"
        store.notebook_hidden(MINE, hides)
        assert store.notebooks_to_hide() == []
        assert hidden(desk) == ([MINE] if hides else [])
    store.set_hidden(MINE, True)
    store.keep_server_hidden(MINE)
    assert (hidden(desk), store.notebooks_to_hide()) == ([], [])
    told(desk, MINE)
    store.set_hidden(MINE, False)
    store.keep_server_hidden(MINE)
    assert (hidden(desk), store.notebooks_to_hide()) == ([MINE], [])


def test_what_was_taken_back_before_the_server_had_it_is_not_told_and_after_it_is(desk):
    adopt(desk)
    store = desk.store
    told(desk)
    store.set_hidden(MINE, True)
    store.set_hidden(MINE, False)
    assert store.notebooks_to_hide() == []
    store.notebook_hidden(MINE, True)
    assert store.notebooks_to_hide() == [(MINE, False)], "it was on its way"
    store.set_hidden(MINE, True)
    assert store.notebooks_to_hide() == []
    store.set_hidden(MINE, False)
    told(desk)
    assert (hidden(desk), store.notebooks_to_hide()) == ([], []), "another device said so too"


def test_only_what_is_on_the_server_and_ones_own_is_told_as_deleted(desk):
    adopt(desk)
    store = desk.store
    store.add_notebook(MINE, "Mine")
    store.set_hidden(MINE, True)
    store.set_account_notebooks([(PERSONAL, "Personal", "owner"), (SHARED, "Team", "editor")])
    store.set_hidden(SHARED, True)
    assert store.notebooks_to_hide() == []
    store.notebook_made(MINE, "Mine")
    assert store.notebooks_to_hide() == [(MINE, True)]
    store.set_account_notebooks([(PERSONAL, "Personal", "owner")])
    assert store.notebooks_to_hide() == []
    assert hidden(desk) == [MINE, SHARED], "what was lost stays away"


def test_what_an_older_program_deleted_is_told(desk):
    adopt(desk)
    told(desk)
    desk.store.set_meta(f"hidden:{MINE}", "1")
    told(desk)
    assert desk.store.notebooks_to_hide() == [(MINE, True)]


def test_the_names_that_stand_here_are_those_of_the_model():
    assert tuple(v1.SCHEMAS) == COLLECTIONS


def test_a_name_given_while_the_server_makes_the_notebook_is_told_behind_it(desk):
    adopt(desk)
    store = desk.store
    store.add_notebook(MINE, "New notebook")
    store.rename_notebook(MINE, "Work")
    store.notebook_made(MINE, "New notebook")
    assert store.notebooks_to_rename() == [(MINE, "Work")]
    store.set_account_notebooks([(PERSONAL, "Personal", "owner"), (MINE, "New notebook", "owner")])
    assert [row.name for row in store.notebooks()] == ["Personal", "Work"]


def test_a_name_given_after_an_answer_that_was_lost_is_told(desk):
    adopt(desk)
    store = desk.store
    store.add_notebook(MINE, "New notebook")
    store.rename_notebook(MINE, "Work")
    store.set_account_notebooks([(PERSONAL, "Personal", "owner"), (MINE, "New notebook", "owner")])
    assert store.notebooks_to_rename() == [(MINE, "Work")]
    assert [row.name for row in store.notebooks()] == ["Personal", "Work"]
