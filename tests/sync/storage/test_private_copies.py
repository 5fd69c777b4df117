from __future__ import annotations

import itertools

import pytest

from sync.storage.private_copies import Copier
from tests.support.library import named

THEIRS = "S" * 22


@pytest.fixture
def copier(desk):
    ids = itertools.count()
    return Copier(desk.store.rid, desk.ticker.stamp, lambda: named(next(ids), "c"), desk.store.model)


@pytest.fixture
def note(desk):
    """A note in a notebook of others; its first two deltas are on the server, the third is not."""
    desk.store.set_account_notebooks([(THEIRS, "Shared", "editor")])
    desk.notebook = THEIRS
    made = desk.new_note("Plan", "beans ")
    desk.store.acknowledge(f"{THEIRS}/notes", 2, [], 5)
    desk.edit(made, lambda edit: edit.set(("folder",), "f" * 22))
    return made


def test_a_copy_has_what_is_here_and_the_note_what_others_have(desk, note, copier):
    found = desk.store.withdraw(f"{THEIRS}/notes", copier, 9)
    assert found.changed == [note]
    ((where, copy),) = found.notes
    assert where == note
    assert desk.body(copy) == "beans "
    assert desk.note(copy).value(("folder",)) is None
    assert desk.note(note).value(("folder",)) is None
    assert [row.id for row in desk.store.find_note(copy)] == [copy]
    row = desk.store.stream(f"{THEIRS}/notes")
    assert (row.next_n, row.chain) == (row.acked_n + 1, row.acked_chain)


def test_withdrawing_again_finds_nothing(desk, note, copier):
    desk.store.withdraw(f"{THEIRS}/notes", copier, 9)
    assert desk.store.withdraw(f"{THEIRS}/notes", copier, 9).notes == []
    assert len(desk.store.document_ids(f"{desk.store.personal()}/notes")) == 1


def test_a_note_that_nobody_else_has_is_moved_as_it_is(desk, note, copier):
    fresh = desk.new_note("New", "words")
    found = desk.store.withdraw(f"{THEIRS}/notes", copier, 9)
    assert (fresh, fresh) in found.notes
    assert desk.body(fresh) == "words"
    (row,) = desk.store.find_note(fresh)
    assert (row.notebook, row.unsent) == (desk.store.personal(), 2)


def test_a_kill_in_the_middle_leaves_everything_as_it_was(desk, note, copier, monkeypatch):
    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.store.withdraw(f"{THEIRS}/notes", copier._replace(tick=killed), 9)
    assert desk.store.stream(f"{THEIRS}/notes").next_n == 4
    assert desk.store.document_ids(f"{desk.store.personal()}/notes") == []


def test_without_a_notebook_of_ones_own_everything_waits(desk, note, copier):
    desk.store.set_meta("personal", None)
    assert desk.store.withdraw(f"{THEIRS}/notes", copier, 9) is None
    desk.store.set_meta("personal", THEIRS)
    assert desk.store.withdraw(f"{THEIRS}/notes", copier, 9) is None
    assert desk.store.stream(f"{THEIRS}/notes").next_n == 4


def test_refused_edits_are_copied_and_leave_the_note(desk, note, copier):
    desk.type(note, "and peas ")
    rejected = [(3, "forbidden", "")]
    _, refused, kept = desk.store.acknowledge(f"{THEIRS}/notes", 3, rejected, 9, copier=copier)
    ((where, copy),) = kept
    assert (where, refused) == (note, [note])
    assert desk.body(copy) == "beans and peas "
    assert desk.body(note) == "beans "
    assert desk.store.quarantine() == []


def test_a_refused_note_that_nobody_else_has_is_moved_and_leaves_no_empty_one(desk, note, copier):
    theirs = f"{THEIRS}/notes"
    desk.store.acknowledge(theirs, 3, [], 8)
    fresh = desk.new_note("New", "words ")
    desk.type(fresh, "and more ")
    titles = [row.title for row in desk.store.notes()]
    _, refused, kept = desk.store.acknowledge(theirs, 4, [(4, "forbidden", "")], 9, copier=copier)
    assert (refused, kept) == ([], [(fresh, fresh)])
    later = [(5, "missing_ref", ""), (6, "missing_ref", "")]
    assert desk.store.acknowledge(theirs, 6, later, 9, copier=copier)[1:] == ([], [])
    assert desk.body(fresh) == "words and more "
    (row,) = desk.store.find_note(fresh)
    assert (row.notebook, row.unsent) == (desk.store.personal(), 3)
    assert sorted(row.title for row in desk.store.notes()) == sorted(titles)
    assert desk.store.quarantine() == []
    assert desk.store.document_ids(theirs) == [note]


def test_a_note_whose_first_edits_the_server_took_is_copied(desk, note, copier):
    theirs = f"{THEIRS}/notes"
    desk.store.acknowledge(theirs, 3, [], 8)
    fresh = desk.new_note("New", "words ")
    _, refused, ((where, copy),) = desk.store.acknowledge(theirs, 5, [(5, "forbidden", "")], 9, copier=copier)
    assert (where, refused) == (fresh, [fresh])
    assert copy != fresh
    assert desk.body(copy) == "words "


def test_other_refusals_go_to_the_quarantine_as_ever(desk, note, copier):
    _, _, kept = desk.store.acknowledge(f"{THEIRS}/notes", 3, [(3, "schema", "")], 9, copier=copier)
    assert kept == []
    assert [row.code for row in desk.store.quarantine()] == ["schema"]
