"""What is staged is invisible until it is taken over."""

from crdt import Stamp
from sync.storage.rows import RemoteDelta
from tests.support.library import FOREIGN, NOTES, foreign_note


def test_states_stay_invisible_until_they_are_taken_with_their_cursor(desk):
    theirs, _ = foreign_note()
    desk.store.stage_states(NOTES, [(FOREIGN, theirs.encode())], 40, FOREIGN)
    assert not desk.store.has(FOREIGN)
    row = desk.store.stream(NOTES)
    assert (row.staged_to, row.staged_after, row.cursor) == (40, FOREIGN, 0)
    taken = desk.store.take_staged(NOTES, epoch=7, cursor=40)
    assert taken.documents == [FOREIGN]
    row = desk.store.stream(NOTES)
    assert (row.staged_to, row.staged_after, row.cursor, row.epoch) == (0, "", 40, 7)
    assert desk.body(FOREIGN) == "from elsewhere"


def test_a_state_is_merged_with_what_is_here_and_unsent(desk):
    theirs, bodies = foreign_note("world")
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, n) for n, body in enumerate(bodies, 1)], 2)
    desk.type(FOREIGN, "hello ", 0)
    theirs.edit(Stamp(1_760_000_000_002, 0, 99), lambda e: e.text(("body",)).insert(5, "!"))
    assert desk.store.take_states(NOTES, [(FOREIGN, theirs.encode())]) == [FOREIGN]
    assert desk.store.take_states(NOTES, [(FOREIGN, theirs.encode())]) == []
    assert desk.body(FOREIGN) == "hello world!"
    assert desk.store.outbox_count() == 1


def test_a_state_that_makes_no_sense_is_left_out_and_the_others_are_taken(desk, expect_log):
    expect_log("cannot be merged")
    note = desk.new_note("mine", "text")
    desk.store.acknowledge(NOTES, 2, [], 5)
    theirs, _ = foreign_note()
    desk.store.stage_states(NOTES, [(note, b"\xff" * 40), (FOREIGN, theirs.encode())], 9, FOREIGN)
    assert desk.store.take_staged(NOTES, epoch=1, cursor=9).documents == [FOREIGN]
    assert desk.body(note) == "text"
    assert desk.body(FOREIGN) == "from elsewhere"


def test_a_page_of_a_first_transfer_is_visible_at_once_and_says_where_it_goes_on(desk):
    note, _ = foreign_note()
    assert desk.store.take_page(NOTES, [(FOREIGN, note.encode())], 9, FOREIGN) == [FOREIGN]
    assert desk.body(FOREIGN) == "from elsewhere"
    row = desk.store.stream(NOTES)
    assert (row.cursor, row.staged_to, row.staged_after) == (0, 9, FOREIGN)
    assert desk.store.take_page(NOTES, [(FOREIGN, note.encode())], 9, FOREIGN) == []
