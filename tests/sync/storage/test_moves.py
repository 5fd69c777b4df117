from __future__ import annotations

import pytest

from crdt import Clock, Document
from sync.storage.moves import KEPT_MS
from sync.storage.rows import RemoteDelta
from tests.support.library import NOTEBOOK, NOTES

OTHER = "S" * 22
THERE = f"{OTHER}/notes"


@pytest.fixture
def note(desk):
    """A note whose two deltas are on the server, and another notebook."""
    desk.store.set_account_notebooks([(NOTEBOOK, "Personal", "owner"), (OTHER, "Shared", "editor")])
    made = desk.new_note("Plan", "beans ")
    desk.store.acknowledge(NOTES, 2, [], 5)
    return made


def listed(desk, notebook):
    return [row.id for row in desk.store.notes(notebook=notebook)]


def state_of(desk, note):
    return desk.note(note).encode()


def arrive(desk, note):
    desk.store.stage_states(THERE, [(note, state_of(desk, note))], 1, note)
    return desk.store.take_staged(THERE, epoch=4, cursor=1)


def test_a_note_that_shall_move_is_shown_there_at_once(desk, note):
    desk.store.move([note], OTHER, 9)
    assert (listed(desk, NOTEBOOK), listed(desk, OTHER)) == ([], [note])
    (row,) = desk.store.find_note(note)
    assert (row.notebook, row.notebook_name) == (OTHER, "Shared")
    assert {row.id: row.notes for row in desk.store.notebooks()} == {NOTEBOOK: 0, OTHER: 1}
    assert desk.store.moves() == [(note, NOTES, OTHER)]
    assert desk.store.load(note).stream == NOTES, "it is where it was until a server says otherwise"


def test_a_move_back_and_a_move_that_was_refused_leave_nothing(desk, note):
    desk.store.move([note], OTHER, 9)
    desk.store.move([note], NOTEBOOK, 10)
    assert desk.store.moves() == []
    desk.store.move([note], OTHER, 11)
    desk.store.forget_move(note)
    assert (listed(desk, NOTEBOOK), desk.store.moves()) == ([note], [])


def test_a_note_that_came_is_there_with_all_that_was_written(desk, note):
    desk.store.move([note], OTHER, 9)
    desk.type(note, "unsent ")
    assert arrive(desk, note).documents == [note]
    assert desk.store.moves() == []
    assert desk.store.load(note).stream == THERE
    assert desk.body(note) == "beans unsent "
    (row,) = desk.store.find_note(note)
    assert (row.notebook, row.unsent) == (OTHER, 1)
    desk.type(note, "later ")  # by a view that was opened before
    assert desk.store.stream(THERE).next_n == 2
    assert desk.body(note) == "beans unsent later "
    desk.store.acknowledge(NOTES, 3, [], 9)
    assert desk.body(note) == "beans unsent later "
    assert desk.store.find_note(note)[0].unsent == 1


def test_departure_and_arrival_may_come_in_either_order(desk, note):
    state = state_of(desk, note)
    assert desk.store.append_remote(NOTES, [RemoteDelta(note, b"", 3)], 3) == {note: []}
    assert (listed(desk, NOTEBOOK), listed(desk, OTHER)) == ([], [])
    desk.store.stage_states(THERE, [(note, state)], 1, note)
    desk.store.take_staged(THERE, epoch=4, cursor=1)
    assert listed(desk, OTHER) == [note]
    assert desk.store.append_remote(NOTES, [RemoteDelta(note, b"", 3)], 3) == {}, "it is not there any more"
    assert listed(desk, OTHER) == [note]


def test_a_note_that_left_for_where_nobody_sees_it_is_shown_nowhere(desk, note):
    desk.store.stage_states(NOTES, [(note, b"")], 3, note)
    assert desk.store.take_staged(NOTES, epoch=4, cursor=3).documents == [note]
    assert desk.store.notes() == []
    assert desk.store.search("beans") == []
    assert desk.store.find_note("Plan") == []
    assert desk.body(note) == "beans ", "it is kept"
    assert desk.store.digests(NOTES, "", count=9) == []
    desk.type(note, "by a view that was open ")
    assert desk.store.notes() == []
    arrive(desk, note)
    assert listed(desk, OTHER) == [note]
    assert [hit.row.id for hit in desk.store.search("beans")] == [note]


def test_what_was_acknowledged_before_stays_confirmed_whatever_the_new_numbers_say(desk, note):
    for number in range(80):
        desk.type(note, f"{number} ")
    desk.store.acknowledge(NOTES, 82, [], 5)
    desk.type(note, "unsent ")
    arrive(desk, note)
    confirmed = dict(desk.store.digests(THERE, "", count=9))
    assert confirmed[note] != b""
    before = desk.body(note)
    desk.store.tidy(10)
    desk.store.refresh_projections()
    assert desk.body(note) == before
    assert desk.store.unsent(NOTES, 82, count=9, size=1 << 20)[0].document == note


def holds(desk, note):
    """Whether anything of a note's content is in the file."""
    row = desk.store._db.conn.execute(
        "SELECT d.snapshot IS NOT NULL OR d.whole IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM deltas t WHERE t.document = d.key)"
        " OR EXISTS (SELECT 1 FROM outbox o WHERE o.document = d.key AND o.folded = 0)"
        " FROM documents d WHERE d.id = ?",
        (note,),
    ).fetchone()
    return bool(row[0])


def gone(desk, note, cursor=1):
    """A note that others have, and that has left."""
    desk.store.append_remote(NOTES, [RemoteDelta(note, b"", cursor)], cursor)


@pytest.fixture
def theirs(desk):
    """A note that came from the server."""
    desk.store.set_account_notebooks([(NOTEBOOK, "Personal", "owner")])
    made = Document(7)
    delta = made.edit(Clock(7).tick(5), lambda edit: edit.set(("title",), "Plan"))
    desk.store.append_remote(NOTES, [RemoteDelta("t" * 22, delta.encode(), 1)], 1)
    return "t" * 22


def test_what_has_left_stays_in_the_file_for_half_a_year_and_is_deleted_then(desk, theirs):
    gone(desk, theirs, 2)
    assert desk.store.forget_departed(1_000) == 0, "it is known from now on"
    assert desk.store.forget_departed(1_000 + KEPT_MS - 1) == 0
    assert holds(desk, theirs)
    assert desk.store.forget_departed(1_000 + KEPT_MS) == 1
    assert not holds(desk, theirs)
    assert desk.store.forget_departed(1_000 + 9 * KEPT_MS) == 0


def test_what_has_unsent_edits_is_never_deleted(desk):
    note = desk.new_note("Mine", "unsent ")
    gone(desk, note, 3)
    desk.store.forget_departed(1_000)
    assert desk.store.forget_departed(1_000 + 9 * KEPT_MS) == 0
    assert desk.body(note) == "unsent "


def test_what_comes_back_before_or_after_is_whole(desk, theirs):
    state = desk.store.load(theirs).build(1).encode()
    for later_ms in (KEPT_MS - 1, KEPT_MS):
        gone(desk, theirs, 2)
        desk.store.forget_departed(1_000)
        desk.store.forget_departed(1_000 + later_ms)
        assert desk.store.take_states(NOTES, [(theirs, state)])
        assert desk.store.load(theirs).build(1).encode() == state
        assert desk.store.forget_departed(1_000 + 99 * KEPT_MS) == 0
