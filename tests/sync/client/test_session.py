"""The client as the app holds it, against a real server over real sockets on 127.0.0.1."""

import asyncio

import pytest

from sync.client.session import Client
from sync.client.state import Status
from sync.errors import AuthFailed
from sync.model import v1
from sync.storage.rows import LocalChange
from tests.support.library import Desk, ManualWall, named
from tests.support.running_server import run, running_server

EMAIL, PASSWORD = "ana@example.org", "correct horse battery"


class Seat:
    """A profile with its client, and what the client called back about."""

    def __init__(self, folder, seed):
        folder.mkdir()
        self.desk = Desk(folder / "library.sqlite3", seed=seed, wall=RealWall(), notebook=named(seed, "L"))
        self.statuses: list[Status] = []
        self.remote: list[str] = []
        self.resets: list[str] = []
        self.present: dict[str, list] = {}
        self.views = {}
        self.client = self.made_client()

    def made_client(self):
        return Client(
            self.desk.store,
            self.desk.ticker,
            on_status=self.statuses.append,
            on_remote=lambda document, bodies: self.remote.append(document),
            on_reset=self.resets.append,
            on_presence=self.present.__setitem__,
        )

    def write(self, document, text):
        """Type into a note as the window does: through the client."""
        note = self.desk.note(document)
        delta = note.edit(self.desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, text))
        self.client.submit([LocalChange(self.desk.store.load(document).stream, document, delta)])

    def new(self, title, body=""):
        """Make a note in the personal notebook."""
        document = named(next(self.desk.ids), self.desk.letter)
        note, delta = v1.new_note(
            self.desk.store.rid, self.desk.ticker.stamp(), title=title, created_ms=self.desk.ticker.now_ms()
        )
        stream = f"{self.desk.store.personal()}/notes"
        more = note.edit(self.desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, body))
        changes = [LocalChange(stream, document, one) for one in (delta, more) if not one.empty]
        self.client.submit(changes)
        return document

    async def close(self):
        await self.client.stop()
        self.desk.crash()


class RealWall(ManualWall):
    """The wall clock of this computer."""

    def __call__(self):
        import time

        return time.time_ns() // 1_000_000


async def until(condition, seconds=20.0):
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
def seats(tmp_path):
    made = []

    def make(name):
        seat = Seat(tmp_path / name, len(made) + 1)
        made.append(seat)
        return seat

    return make


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


def test_sync_once_drains_catches_up_and_hangs_up(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a"), seats("b")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            notes = [a.new(f"note {number}", "text") for number in range(300)]
            status = await a.client.sync_once(20)
            assert (status.outbox, status.link) == (0, "live")
            assert a.client.status().link == "off"
            await b.client.sign_in(server.url, EMAIL, PASSWORD)
            await b.client.sync_once(20)
            assert {row.id for row in b.desk.store.notes()} == set(notes)
            assert b.desk.store.dirty_count() == 0
            await a.close()
            await b.close()

    run(scene())


def test_sync_once_without_a_server_gives_up_soon_and_says_how_it_stands(tmp_path, seats):
    async def scene():
        a = seats("a")
        assert (await a.client.sync_once(20)).auth == "local_only"
        async with running_server(tmp_path / "server") as server:
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
        a.new("unsent")
        status = await a.client.sync_once(20)
        assert status.link == "waiting"
        assert status.outbox == 1
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
