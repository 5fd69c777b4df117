"""The step into a newer data model: one commit, nothing lost, numbers and chain going on."""

import pytest

from crdt import Document
from sync.model import v1, v2
from sync.model.versions import chain
from sync.protocol.chain import chain_next
from sync.storage.rows import FetchedDocument, FetchedStream, LocalChange
from tests.support.library import FOREIGN, NOTES, foreign_note

WAY = chain(v1.NOTES, "1.0", "2.0")


def lensed(state):
    return WAY.state(Document.decode(state, 5)).encode()


def cross(desk, fetched=(), behind=(), keep=lambda crossed: {"said": "yes"}):
    return desk.store.cross("2.0", fetched, short=behind, now_ms=9, keep=keep)


def confirmed(desk, note):
    """Have the server confirm everything, and return what it then has, in the newer model."""
    row = desk.store.stream(NOTES)
    desk.store.acknowledge(NOTES, row.next_n - 1, [], 5)
    return FetchedDocument(note, lensed(desk.note(note).encode()), [])


def rows(desk):
    with desk.store._reading() as connection:
        return connection.execute(
            "SELECT n, model, chain, body FROM outbox WHERE rejected = 0 ORDER BY n"
        ).fetchall()


def test_what_the_server_has_replaces_what_is_here_and_what_is_unsent_follows_it(desk):
    note = desk.new_note("N", "text")
    theirs = confirmed(desk, note)
    chain_then = desk.store.stream(NOTES).acked_chain
    desk.edit(note, lambda edit: v1.set_pinned(edit, True))
    desk.type(note, " more")
    expected = lensed(desk.note(note).encode())
    other = foreign_note()[0]
    fetched = FetchedStream(NOTES, 77, 12, [theirs, FetchedDocument(FOREIGN, lensed(other.encode()), [])])
    crossed = cross(desk, [fetched])
    assert (crossed.carried, crossed.lost, crossed.notes) == (2, 0, 2)
    assert desk.note(note).encode() == expected
    assert desk.note(FOREIGN).encode() == lensed(other.encode())
    row = desk.store.stream(NOTES)
    assert (row.epoch, row.cursor, row.acked_n, row.next_n) == (77, 12, 2, 5)
    for n, model, found, body in rows(desk)[2:]:
        chain_then = chain_next(chain_then, note, body)
        assert (n > 2, model, found) == (True, "2.0", chain_then)
    assert row.chain == chain_then
    assert desk.store.meta("said") == "yes"
    desk.close()
    desk.open_as("2.0")
    assert desk.note(note).encode() == expected
    assert desk.store.model == "2.0"


def test_what_was_confirmed_and_not_fetched_is_merged_in(desk):
    note = desk.new_note("N", "text")
    stale = confirmed(desk, note)
    desk.type(note, " and what the server lost")
    confirmed(desk, note)
    expected = lensed(desk.note(note).encode())
    cross(desk, [FetchedStream(NOTES, 7, 3, [stale])], behind={note})
    assert desk.note(note).encode() == expected


def test_a_document_that_no_server_gives_is_brought_over_with_all_that_is_confirmed(desk):
    note = desk.new_note("N", "text")
    confirmed(desk, note)
    desk.type(note, " unsent")
    expected = lensed(desk.note(note).encode())
    crossed = cross(desk, [FetchedStream(NOTES, 7, 3, [])])
    assert crossed.carried == 1
    assert desk.note(note).encode() == expected


def test_what_was_worked_out_ahead_is_used_unless_the_document_has_changed(desk):
    notes = [desk.new_note(f"note {number}", "text") for number in range(4)]
    desk.store.prepare("2.0", desk.store.to_prepare("2.0"))
    assert desk.store.to_prepare("2.0") == []
    desk.type(notes[2], " changed")
    assert len(desk.store.to_prepare("2.0")) == 1
    expected = [lensed(desk.note(note).encode()) for note in notes]
    cross(desk)
    assert [desk.note(note).encode() for note in notes] == expected
    desk.edit(notes[0], lambda edit: v2.set_archived(edit, True))


def test_a_step_that_does_not_come_to_its_commit_has_changed_nothing(desk):
    note = desk.new_note("N", "text")
    before = desk.note(note).encode()

    def fail(crossed):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross(desk, keep=fail)
    assert (desk.store.model, desk.store.meta("model")) == ("1.0", "1.0")
    assert desk.note(note).encode() == before
    desk.type(note, " goes on")
    assert rows(desk)[-1][1] == "1.0"


def test_a_refused_delta_stays_where_it_is_seen_and_its_number_is_spent(desk):
    note = desk.new_note("N", "text")
    desk.store.acknowledge(NOTES, 2, [(2, "schema", "no")], 5)
    state = lensed(desk.note(note).encode())
    crossed = cross(desk, [FetchedStream(NOTES, 7, 3, [FetchedDocument(note, state, [])])])
    assert crossed.quarantined == 1
    assert desk.body(note) == ""
    assert desk.store.stream(NOTES).next_n == 3


def test_a_document_that_cannot_be_read_is_left_as_it_is(desk, expect_log):
    expect_log("cannot be brought")
    note = desk.new_note("N", "text")
    with desk.store._writing() as connection:
        connection.execute("UPDATE documents SET snapshot = x'00'")
    before = [(model, body) for _, model, _, body in rows(desk)]
    desk.new_note("M", "fine")
    cross(desk)
    with desk.store._reading() as connection:
        assert connection.execute("SELECT snapshot FROM documents WHERE id = ?", (note,)).fetchone() == (
            b"\0",
        )
    assert [(model, body) for _, model, _, body in rows(desk)][:2] == before
    assert {model for _, model, _, _ in rows(desk)[2:]} == {"2.0"}


def test_folders_have_no_lens_and_only_change_their_model(desk):
    stamp = desk.ticker.stamp()
    folder, delta = v1.new_folder(stamp.rid, stamp, name="F")
    stream = f"{desk.notebook}/folders"
    desk.store.append([LocalChange(stream, "f" * 22, delta)])
    cross(desk)
    assert desk.note("f" * 22).encode() == folder.encode()
    (row,) = desk.store.unsent(stream, 0, count=9, size=999)
    assert (row.n, row.model, row.body) == (1, "2.0", delta.encode())
