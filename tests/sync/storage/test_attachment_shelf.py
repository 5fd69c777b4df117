"""What is to be sent and fetched follows from the notes and from what the server said."""

from __future__ import annotations

import hashlib

import pytest

from sync.model import v1
from sync.storage.rows import LocalChange
from tests.support.library import Desk, named

BODY = b"some bytes of a file"
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3", seed=1)
    yield made
    made.crash()


def note_that_names(desk, *names):
    store = desk.store
    note, delta = v1.new_note(store.rid, desk.ticker.stamp(), created_ms=1)
    document = named(next(desk.ids), "A")
    stream = next(row.id for row in store.streams() if row.id.endswith("/notes"))

    def intent(edit):
        for name in names:
            edit.make(("attachments", name), "map")

    more = note.edit(desk.ticker.stamp(), intent)
    store.append([LocalChange(stream, document, one) for one in (delta, more) if not one.empty])
    store.refresh_projections()
    return document


def on_server(desk, role="owner"):
    with desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 0")
        connection.execute("UPDATE streams SET acked_n = next_n - 1, role = ?", (role,))


def test_nothing_is_sent_before_its_note_is(desk):
    desk.store.save_attachment(BODY, "text/plain")
    document = note_that_names(desk, SHA)
    assert desk.store.attachments_to_send() == []
    assert desk.store.file_counts().waiting == 1
    on_server(desk)
    (due,) = desk.store.attachments_to_send()
    assert (due.sha256, due.size_bytes, due.document) == (SHA, len(BODY), document)


def test_what_no_note_names_stays_here(desk):
    desk.store.save_attachment(BODY, "text/plain")
    note_that_names(desk)
    on_server(desk)
    assert desk.store.attachments_to_send() == []
    assert desk.store.file_counts() == (0, 0, 0)


def test_who_may_not_write_sends_nothing(desk):
    desk.store.save_attachment(BODY, "text/plain")
    note_that_names(desk, SHA)
    on_server(desk, "viewer")
    assert desk.store.attachments_to_send() == []


def test_what_is_sent_or_refused_is_not_sent_again(desk):
    desk.store.save_attachment(BODY, "text/plain")
    note_that_names(desk, SHA)
    on_server(desk)
    (due,) = desk.store.attachments_to_send()
    desk.store.attachment_placed(SHA, due.notebook, "refused", "quota")
    assert desk.store.attachments_to_send() == []
    assert desk.store.attachment_standing(SHA) == ("refused", "quota")
    desk.store.retry_attachments()
    assert desk.store.attachments_to_send() == [due]
    desk.store.attachment_placed(SHA, due.notebook, "sent")
    assert desk.store.attachments_to_send() == []
    assert desk.store.attachment_standing(SHA) == ("sent", "")


def test_what_no_server_is_to_have_does_not_wait_for_one(desk):
    standing = desk.store.attachment_standing
    desk.store.save_attachment(BODY, "text/plain")
    assert standing(SHA) == ("local", "")
    note_that_names(desk, SHA)
    assert standing(SHA) == ("waiting", "")
    on_server(desk)
    assert standing(SHA) == ("waiting", "")
    on_server(desk, "viewer")
    assert standing(SHA) == ("local", "")
    with desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 2")
        connection.execute("UPDATE streams SET role = 'owner'")
    assert standing(SHA) == ("local", "")


def test_what_is_sent_waits_again_when_another_notebook_names_it(desk):
    desk.store.save_attachment(BODY, "text/plain")
    note_that_names(desk, SHA)
    on_server(desk)
    (due,) = desk.store.attachments_to_send()
    desk.store.attachment_placed(SHA, "n" * 22, "sent")
    assert desk.store.attachment_standing(SHA) == ("waiting", "")
    desk.store.attachment_placed(SHA, due.notebook, "sent")
    assert desk.store.attachment_standing(SHA) == ("sent", "")


def test_what_is_not_here_is_wanted_where_a_server_could_give_it(desk):
    standing = desk.store.attachment_standing
    note_that_names(desk, SHA)
    assert standing(SHA) == ("absent", "")
    on_server(desk, "viewer")
    assert standing(SHA) == ("wanted", "")
    on_server(desk, "none")
    assert standing(SHA) == ("absent", "")


def test_what_is_named_and_not_here_is_fetched_piece_by_piece(desk):
    note_that_names(desk, SHA)
    on_server(desk)
    (due,) = desk.store.attachments_to_fetch()
    desk.store.save_attachment_piece(SHA, 0, BODY[:5])
    desk.close()
    desk.open()
    assert desk.store.attachment_fetched(SHA) == 5
    assert desk.store.finish_attachment(SHA, due.notebook, BODY[5:])
    assert desk.store.load_attachment(SHA) == BODY
    assert desk.store.attachments_to_fetch() == []
    assert desk.store.attachments_to_send() == []


def test_wrong_pieces_are_dropped(desk):
    note_that_names(desk, SHA)
    on_server(desk)
    desk.store.save_attachment_piece(SHA, 0, b"wrong")
    assert not desk.store.finish_attachment(SHA, "N" * 22, BODY)
    assert desk.store.attachment_fetched(SHA) == 0


def test_uses_follow_the_note(desk):
    told = []
    desk.store.on_uses = lambda: told.append(True)
    document = note_that_names(desk, SHA)
    assert told == [True]
    note = desk.store.load(document).build(desk.store.rid)
    delta = note.edit(desk.ticker.stamp(), lambda e: e.remove(("attachments", SHA)))
    desk.store.append([LocalChange(desk.store.load(document).stream, document, delta)])
    desk.store.refresh_projections()
    assert told == [True, True]
    assert desk.store.file_counts().wanted == 0
