"""Clients that connect now and then, against a real server: what is seen to in each visit."""

import asyncio
import random

import pytest

from sync.client.attending import KEPT, keep_driver, kept_driver
from sync.client.driver import LIVE, MANUAL, MINUTE_MS, Driver
from sync.client.runner import monotonic_ms
from sync.client.session import Client
from sync.errors import AuthFailed
from sync.limits import BLOB_CHUNK_SIZE_MAX
from tests.support.running_server import run, running_server
from tests.support.seats import EMAIL, PASSWORD, Seat, until
from tests.sync.client.test_transfers import attach

LARGE = random.Random(3).randbytes(20 * BLOB_CHUNK_SIZE_MAX + 5)
QUARTER = Driver("every", 15)


class Driven(Seat):
    """A seat whose connections are made as its profile says, on a clock that the test puts forward."""

    driver = MANUAL

    def made_client(self):
        keep_driver(self.desk.store, self.driver)
        self.ahead_ms = 0
        self.connected = 0
        return Client(
            self.desk.store,
            self.desk.ticker,
            driven=True,
            now_ms=lambda: monotonic_ms() + self.ahead_ms,
            on_status=self.take,
        )

    def take(self, status):
        """Count connections."""
        if status.link == "live" and (not self.statuses or self.statuses[-1].link != "live"):
            self.connected += 1
        self.statuses.append(status)

    async def visited(self, outcome="done"):
        """Wait until a visit has ended."""
        await until(lambda: self.client.status().link == "off" and self.client.status().visit == outcome)


class Scheduled(Driven):
    driver = QUARTER


async def signed_in(seat, url, up=False):
    """Sign in, and begin to count connections when the visit that this leads to is over."""
    await seat.client.start()
    await seat.client.sign_in(url, EMAIL, PASSWORD, sign_up_name="Ana" if up else None)
    if isinstance(seat, Driven):
        await seat.visited()
        seat.connected = 0


def test_what_is_kept_of_a_driver_is_read_again_and_nonsense_is_live(seats, expect_log):
    store = seats("a", Seat).desk.store
    assert kept_driver(store) == LIVE
    for driver in (MANUAL, QUARTER, LIVE):
        keep_driver(store, driver)
        assert kept_driver(store) == driver
    assert store.meta(KEPT) is None
    expect_log("the connection stays: every 1 to 1440 minutes")
    store.set_meta(KEPT, "every 1441")
    assert kept_driver(store) == LIVE


def test_a_manual_client_sends_and_receives_when_asked_and_not_before(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a", Driven), seats("b", Seat)
            first = a.new("Mine")
            await signed_in(a, server.url, up=True)
            await signed_in(b, server.url)
            await until(lambda: b.desk.store.has(first))
            a.write(first, "waits ")
            second = b.new("Theirs")
            await until(lambda: b.client.status().outbox == 0)
            assert (a.connected, a.client.status().outbox) == (0, 1)
            assert not a.desk.store.has(second)
            a.client.sync_now()
            await a.visited()
            assert a.desk.store.has(second)
            await until(lambda: b.desk.note(first).encode() == a.desk.note(first).encode())
            status = a.client.status()
            assert (a.connected, status.outbox, status.auth, status.retry_ms) == (1, 0, "ok", None)
            await a.close()
            await b.close()

    run(scene())


def test_attachments_go_both_ways_before_a_visit_ends(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a", Driven), seats("b", Driven)
            name = attach(a, a.new("With a picture"), LARGE)
            await signed_in(a, server.url, up=True)
            assert a.client.file_state(name).state == "sent"
            await signed_in(b, server.url)
            assert b.desk.store.load_attachment(name) == LARGE
            await a.close()
            await b.close()

    run(scene())


def test_an_attachment_that_cannot_be_had_yet_holds_no_visit_and_comes_with_another(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, b = seats("a", Driven), seats("b", Driven)
            await signed_in(a, server.url, up=True)
            name = attach(a, a.new("With a picture"), LARGE)
            a.desk.store.attachment_placed(name, a.desk.store.personal(), "refused", "quota")
            a.client.sync_now()
            await until(lambda: a.client.status().outbox == 0)
            await a.visited()
            await signed_in(b, server.url)
            assert (b.client.status().files_wanted, b.client.file_state(name).state) == (1, "wanted")
            a.client.retry_files()
            assert a.client.status().link == "off"
            a.client.sync_now()
            await a.visited()
            assert a.client.file_state(name).state == "sent"
            b.client.sync_now()
            await until(lambda: b.desk.store.load_attachment(name) == LARGE)
            await b.visited()
            await a.close()
            await b.close()

    run(scene())


def test_a_scheduled_client_comes_back_when_it_is_due_by_its_clock(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a", Scheduled)
            note = a.new("note")
            await signed_in(a, server.url, up=True)
            a.write(note, "waits ")
            a.ahead_ms += 14 * MINUTE_MS
            a.client.flush()
            assert (a.client.status().link, a.client.status().outbox) == ("off", 1)
            a.ahead_ms += MINUTE_MS
            a.client.flush()
            assert a.client.status().visit == "under_way"
            await a.visited()
            assert (a.connected, a.client.status().outbox) == (1, 0)
            await a.close()

    run(scene())


def test_a_question_makes_a_connection_of_its_own_and_lets_it_go(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a", Driven)
            await signed_in(a, server.url, up=True)
            devices = (await a.client.call("devices", {})).value["devices"]
            assert len(devices) == 1
            await a.visited()
            assert a.connected == 1
            with a.client.held():
                assert await a.client.connected()
                for _ in range(3):
                    await a.client.call("devices", {})
                assert await a.client.drained(20)
                assert a.client.status().link == "live"
            await a.visited()
            assert a.connected == 2
            await a.close()

    run(scene())


def test_waiting_for_everything_connects_and_signing_out_tells_the_server(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a", Driven)
            await signed_in(a, server.url, up=True)
            note = a.new("note")
            assert await a.client.drained(20)
            assert a.client.status().outbox == 0
            await a.visited()
            a.write(note, "kept")
            await a.client.sign_out()
            assert (a.client.status().auth, a.client.status().link) == ("local_only", "off")
            assert a.desk.store.has(note)
            peer = await server.peer()
            await peer.sign_in(EMAIL, PASSWORD)
            assert len((await peer.call("devices")).value["devices"]) == 1
            await a.close()

    run(scene())


def test_where_nobody_answers_a_question_is_told_soon_and_a_visit_gives_up(tmp_path, seats):
    async def scene():
        a = seats("a", Driven)
        async with running_server(tmp_path / "server") as server:
            await signed_in(a, server.url, up=True)
        with pytest.raises(AuthFailed) as caught:
            await a.client.call("devices", {})
        assert caught.value.code == "offline"
        a.new("unsent")
        a.client.sync_now()
        await a.visited("unreached")
        assert (a.client.status().auth, a.client.status().outbox) == ("ok", 1)
        await a.close()

    run(scene())


def test_what_else_is_to_be_done_is_done_while_there_is_a_connection(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, asked = seats("a", Driven), []

            async def ask():
                if not asked:
                    asked.append((await a.client.call("devices", {})).value)

            await signed_in(a, server.url, up=True)
            a.client.before_parting(ask)
            a.client.sync_now()
            await a.visited()
            assert (len(asked), a.connected) == (1, 1)
            await a.close()

    run(scene())


def test_another_driver_takes_effect_at_once_and_at_the_next_start(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a", Driven)
            await signed_in(a, server.url, up=True)
            known = a.client.status().up_to_date_ms
            a.client.drive(LIVE)
            await until(lambda: a.client.status().link == "live")
            a.client.drive(QUARTER)
            await a.visited()
            assert a.client.status().next_ms is not None
            await a.client.stop()
            a.driver = kept_driver(a.desk.store)
            assert a.driver == QUARTER
            a.client = a.made_client()
            await a.client.start()
            assert a.client.status().driver == "every 15"
            assert a.client.status().up_to_date_ms >= known
            await a.visited()
            await a.close()

    run(scene())


def test_the_end_of_the_program_does_not_wait_for_the_end_of_a_visit(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a, begun = seats("a", Driven), asyncio.Event()

            async def for_ever():
                begun.set()
                await asyncio.get_running_loop().create_future()

            await signed_in(a, server.url, up=True)
            a.client.before_parting(for_ever)
            a.client.sync_now()
            await begun.wait()
            ours = {task for task in asyncio.all_tasks() if "Attending" in repr(task.get_coro())}
            assert len(ours) == 1
            await a.close()
            assert all(task.cancelled() for task in ours)

    run(scene())


def test_a_client_that_nobody_drives_is_live_whatever_is_kept(tmp_path, seats):
    async def scene():
        async with running_server(tmp_path / "server") as server:
            a = seats("a", Seat)
            keep_driver(a.desk.store, MANUAL)
            a.new("note")
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            assert (await a.client.sync_once(20)).outbox == 0
            a.client.drive(QUARTER)
            assert kept_driver(a.desk.store) == QUARTER
            assert a.client.status().driver == "live"
            await a.close()

    run(scene())
