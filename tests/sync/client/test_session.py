"""The client as the app holds it, against a real server over real sockets on 127.0.0.1."""

import asyncio

import pytest

from sync.errors import AuthFailed
from sync.server.purging import TOMBSTONE_MS, TRASH_MS, Purged, purge
from tests.support.running_server import run, running_server
from tests.support.seats import EMAIL, PASSWORD, RealWall, until


async def purged(server, later_ms):
    """As the server does a few times a day, so much later."""
    core, segments = server.opened.core, []
    now_ms = RealWall()() + later_ms
    await server.in_store(lambda: list(purge(core, now_ms, Purged(), segments.append)))
    server.service.hub.committed(segments)


def test_two_devices_of_one_person_hold_the_same_bytes(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            first = a.new("Before signing in", "adopted")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            assert await a.client.drained(20)
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.start()
            await until(lambda: b.desk.store.has(first))
            second = b.new("From b", "b")
            await until(lambda: a.desk.store.has(second))
            for number in range(20):
                a.write(first, f"a{number} ")
                b.write(first, f"b{number} ")
            assert await a.client.drained(20)
            assert await b.client.drained(20)
            await until(lambda: a.desk.note(first).encode() == b.desk.note(first).encode())
            for document in (first, second):
                assert a.desk.note(document).encode() == b.desk.note(document).encode()
            assert a.client.status().outbox == b.client.status().outbox == 0
            assert a.client.status().inbound == "up_to_date"
            assert first in b.remote
            assert (tmp_path / "a" / "token").stat().st_mode & 0o777 == 0o600
            await a.close()
            await b.close()

    run(scene())


def test_what_is_written_while_the_server_is_away_is_sent_when_it_is_back(tmp_path, seats):
    async def scene():
        a = seats("a")
        async with running_server(tmp_path / "server") as server:
            port = server.service.port
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            note = a.new("note")
            assert await a.client.drained(20)
        await until(lambda: a.client.status().link == "waiting")
        a.write(note, "offline")
        assert a.client.status().outbox == 1
        assert a.client.status().auth == "ok"
        async with running_server(tmp_path / "server", port=port):
            a.client.nudge()
            assert await a.client.drained(20)
            assert a.client.status().outbox == 0
            await a.close()

    run(scene())


def test_refusals_to_sign_in_are_told_apart(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            for args, code in [
                ((server.url, EMAIL, "a wrong password"), "bad_credentials"),
                ((server.url, "nobody", PASSWORD), "bad_email"),
                (("ws://127.0.0.1:1", EMAIL, PASSWORD), "offline"),
                (("ws://notes.example.org", EMAIL, PASSWORD), "insecure"),
            ]:
                with pytest.raises(AuthFailed) as caught:
                    await b.client.sign_in(*args)
                assert caught.value.code == code
            with pytest.raises(AuthFailed) as caught:
                await b.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Again")
            assert caught.value.code == "taken"
            assert b.client.status().auth == "local_only"
            assert b.desk.store.meta("account") is None
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await a.close()
            await b.close()

    run(scene())


def test_another_account_on_a_library_that_belongs_to_one_is_refused(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            assert await a.client.drained(20)
            await a.client.sign_out()
            other = seats("b")
            await other.client.sign_in(server.url, "eve@example.org", PASSWORD, sign_up_name="Eve")
            note = a.new("Ana's", "private")
            with pytest.raises(AuthFailed) as caught:
                await a.client.sign_in(server.url, "eve@example.org", PASSWORD)
            assert caught.value.code == "wrong_account"
            assert a.client.status().outbox == 2
            await a.client.sign_in(server.url, EMAIL, PASSWORD)
            assert await a.client.drained(20)
            await other.client.sync_once(20)
            assert not other.desk.store.has(note)
            await a.close()
            await other.close()

    run(scene())


def test_a_refused_account_has_no_device_and_no_account_afterwards(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            accounts = server.opened.accounts
            a, other = seats("a"), seats("b")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await other.client.sign_in(server.url, "eve@example.org", PASSWORD, sign_up_name="Eve")
            before = await server.in_store(accounts.sessions)
            await a.client.sign_out()
            for email, name in (("eve@example.org", None), ("nova@example.org", "Nova")):
                with pytest.raises(AuthFailed) as caught:
                    await a.client.sign_in(server.url, email, PASSWORD, sign_up_name=name)
                assert caught.value.code == "wrong_account"
            assert [one[0] for one in await server.in_store(accounts.sessions)] == [one[0] for one in before]
            assert len(await server.in_store(accounts.accounts)) == 2
            await a.close()
            await other.close()

    run(scene())


def test_signing_out_keeps_notes_outbox_and_cursors_and_forgets_the_token(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            note = a.new("kept", "text")
            assert await a.client.drained(20)
            cursors = [(row.id, row.cursor) for row in a.desk.store.streams()]
            await a.client.sign_out()
            assert a.client.status().auth == "local_only"
            assert a.client.status().email == EMAIL
            assert not (tmp_path / "a" / "token").exists()
            a.write(note, "later ")
            assert [(row.id, row.cursor) for row in a.desk.store.streams()] == cursors
            assert a.desk.body(note) == "later text"
            await a.client.sign_in(server.url, EMAIL, PASSWORD)
            assert await a.client.drained(20)
            await a.close()

    run(scene())


def test_a_token_that_lapses_parks_and_a_new_one_resumes(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            note = a.new("note")
            assert await a.client.drained(20)
            await server.administer("session expire", session=EMAIL)
            await until(lambda: a.client.status().auth == "expired")
            a.write(note, "while expired")
            await asyncio.sleep(0.3)
            assert (a.client.status().outbox, a.client.status().auth) == (1, "expired")
            await a.client.sign_in(server.url, EMAIL, PASSWORD)
            assert await a.client.drained(20)
            assert a.client.status().outbox == 0
            await a.close()

    run(scene())


def test_others_see_where_somebody_is(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            note = a.new("note", "text")
            assert await a.client.drained(20)
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.start()
            assert await b.client.drained(20)
            anchor = a.desk.note(note).text(("body",)).anchor(2)
            a.client.set_presence(note, anchor, anchor)
            await until(lambda: bool(b.present.get(note)))
            (seen,) = b.present[note]
            assert (seen.name, seen.document, tuple(seen.anchor)) == ("Ana", note, tuple(anchor))
            a.client.set_presence(None)
            await until(lambda: b.present[note] == [])
            await a.close()
            await b.close()

    run(scene())


def test_somebody_who_was_in_a_note_before_it_became_the_accounts_is_seen_there(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            await b.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await b.client.start()
            note = a.new("note", "text")
            await a.client.start()
            a.client.set_presence(note)
            await a.client.sign_in(server.url, EMAIL, PASSWORD)
            await until(lambda: bool(b.present.get(note)))
            await a.close()
            await b.close()

    run(scene())


def test_a_notebook_added_while_signed_in_is_made_on_the_server(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            a.desk.store.add_notebook("W" * 22, "Work")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            assert await a.client.drained(20)
            a.client.add_notebook("V" * 22, "Travel")
            await until(lambda: not any(row.local for row in a.desk.store.notebooks()))
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.start()
            await until(lambda: len([row for row in b.desk.store.notebooks() if not row.local]) == 3)
            assert {row.name for row in b.desk.store.notebooks()} >= {"Work", "Travel"}
            await a.close()
            await b.close()

    run(scene())


def test_submitting_needs_neither_server_nor_loop(seats):
    a = seats("a")
    note = a.new("quiet", "text")
    assert a.client.status().outbox == 2
    assert a.desk.body(note) == "text"
    a.desk.crash()


@pytest.mark.parametrize("later_ms", [TRASH_MS, 3 * TOMBSTONE_MS])
def test_what_leaves_the_trash_is_gone_everywhere_and_unsent_edits_of_it_are_kept(tmp_path, seats, later_ms):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            note = a.new("Plan", "beans ")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            await a.client.start()
            assert await a.client.drained(20)
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.sync_once(20)
            assert b.desk.body(note) == "beans "
            a.trash(note, 5)
            assert await a.client.drained(20)
            b.write(note, "and peas, written far away ")  # b does not know, and is offline for long
            await purged(server, later_ms)
            await purged(server, later_ms + TOMBSTONE_MS)
            await until(lambda: a.listed(trashed=True) == [])
            assert a.listed() == []
            await b.client.sync_once(20)
            (copy,) = b.listed()
            assert copy != note
            assert b.desk.body(copy) == "and peas, written far away beans "
            assert b.listed(trashed=True) == []
            assert b.client.status().outbox == 0
            await until(lambda: a.listed() == [copy])
            assert a.desk.body(copy) == b.desk.body(copy)
            for seat in (a, b):
                await seat.close()

    run(scene())
