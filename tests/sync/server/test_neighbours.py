"""Several processes of one server: here as services in one loop that share nothing but the database."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager

import pytest

from sync.protocol import messages as m
from sync.server import neighbours
from sync.server.execution import execute
from tests.support.peer import Author, new_id
from tests.support.postgres import cluster
from tests.support.running_server import run, running_server

pytestmark = pytest.mark.one_database


@pytest.fixture
def address():
    made = cluster().tables()
    yield made
    cluster().give_back(made)


@asynccontextmanager
async def two(folder, address, **settings):
    """Two processes; they share the folder as well."""
    async with (
        running_server(folder, database=address, **settings) as one,
        running_server(folder, database=address, **settings) as other,
    ):
        yield one, other


async def _joined(one, other):
    """Ann at one process, and another device of hers at the other, following her notes."""
    ann = await one.signed_up("ann")
    phone = await other.peer()
    assert not (await phone.sign_in(ann.email)).code
    await phone.subscribe(ann.notes)
    return ann, phone


def test_what_one_types_at_one_process_is_seen_at_the_other_by_a_wake(tmp_path, address, monkeypatch):
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 3_600_000)

    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            note, first = ann.author.note(ann.notes, "Hi")
            await ann.push(ann.notes, first)
            phone.author.take(tuple(await phone.wait_for_log(ann.notes, 1)))
            await ann.subscribe(ann.notes, epoch=0)
            answer = phone.author.type(ann.notes, note, "from the other")
            assert await phone.push(ann.notes, answer) == m.Ack(ann.notes, 1, 1, 2)
            ann.author.take(tuple(await ann.wait_for_log(ann.notes, 2, cursor=0))[1:])
            assert ann.author.documents[note].value(("body",)) == "from the other"
            assert other.service.counts.wakes_heard > 0
            assert other.service.counts.wakes_swept == one.service.counts.wakes_swept == 0

    run(play())


def test_a_process_at_which_somebody_wrote_shows_what_is_written_at_another_behind_it(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            await ann.subscribe(ann.notes)
            note, first = ann.author.note(ann.notes, "Hi")
            await ann.push(ann.notes, first)  # what is read of the stream at this process ends here
            phone.author.take(tuple(await phone.wait_for_log(ann.notes, 1)))
            await phone.push(ann.notes, phone.author.type(ann.notes, note, "from the other"))
            assert [row.seq for row in await ann.wait_for_log(ann.notes, 2)] == [2]

    run(play())


@pytest.mark.covers("limit SWEEP_EVERY_MS")
def test_a_lost_wake_is_found_by_the_sweep(tmp_path, address, monkeypatch):
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 1_000)

    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            monkeypatch.setattr(one.service.hub, "tell", lambda heads: None)
            await ann.push(ann.notes, ann.author.note(ann.notes)[1])
            assert len(await phone.wait_for_log(ann.notes, 1)) == 1
            assert other.service.counts.wakes_swept == 1

    run(play())


def test_two_who_type_into_one_note_at_two_processes_lose_nothing(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first)
            phone.author.take(tuple(await phone.wait_for_log(ann.notes, 1)))
            chance = random.Random(1)

            async def types(peer, letter):
                for _ in range(40):
                    said = peer.author.type(ann.notes, note, letter)
                    ack = await peer.push(ann.notes, said)
                    assert isinstance(ack, m.Ack), ack
                    assert not ack.rejected
                    if chance.random() < 0.2:
                        await asyncio.sleep(0)

            await asyncio.gather(types(ann, "a"), types(phone, "b"))
            states = []
            for server in (one, other):
                core = server.opened.core
                row, state = await server.in_store(lambda core=core: core.state_of(note))
                assert row.last_seq == 81
                states.append(state)
                assert state == await server.in_store(lambda core=core, row=row: core.documents.fold(row))
            assert states[0] == states[1]
            text = (await other.in_store(lambda: other.opened.core.documents.find(note))).document
            assert sorted(text.value(("body",))) == ["a"] * 40 + ["b"] * 40

    run(play())


def test_a_role_taken_at_one_process_ends_at_the_other_within_a_second(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann = await one.signed_up("ann")
            bob = await other.signed_up("bob")
            await one.administer("role set", notebook=ann.personal, email=bob.email, role="editor")
            await bob.wait(m.Notice, lambda notice: len(notice.notebooks) == 2)
            assert (await bob.subscribe(ann.notes)).status == "ok"
            ack = await bob.push(ann.notes, bob.author.note(ann.notes)[1])
            assert isinstance(ack, m.Ack)
            async with asyncio.timeout(1):
                await one.administer("role set", notebook=ann.personal, email=bob.email, role="none")
                assert (await bob.wait(m.Unsubscribe)).why == "revoked"
            refused = await bob.push(ann.notes, bob.author.note(ann.notes)[1])
            assert (type(refused), refused.code) == (m.Nack, "not_subscribed")

    run(play())


@pytest.mark.parametrize(
    ("command", "state"),
    [("session revoke", "revoked"), ("session expire", "expired"), ("user disable", "disabled")],
)
def test_a_sign_in_ended_at_one_process_ends_at_the_other_within_a_second(tmp_path, address, command, state):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            async with asyncio.timeout(1):
                await one.administer(command, session=ann.email, email=ann.email)
                assert (await phone.wait(m.AuthState)).state == state
                assert (await ann.wait(m.AuthState)).state == state
            nack = await phone.push(ann.notes, phone.author.note(ann.notes)[1])
            assert nack.code == "auth"

    run(play())


def test_a_role_is_current_within_a_second_also_while_nobody_can_be_heard(tmp_path, address, monkeypatch):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann = await one.signed_up("ann")
            bob = await other.signed_up("bob")
            await one.administer("role set", notebook=ann.personal, email=bob.email, role="editor")
            await bob.wait(m.Notice, lambda notice: len(notice.notebooks) == 2)
            await bob.subscribe(ann.notes)
            bus = other.service._neighbours._bus
            monkeypatch.setattr(type(bus), "hears", property(lambda self: False))
            monkeypatch.setattr(other.service._neighbours, "heard_roles", lambda account: None)
            await one.administer("role set", notebook=ann.personal, email=bob.email, role="none")
            assert (await bob.wait(m.Unsubscribe)).why == "revoked"

    run(play())


def test_attempts_at_one_account_count_at_all_processes(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            await one.signed_up("ann")
            codes = []
            for attempt in range(14):
                peer = await (one, other)[attempt % 2].peer()
                result = await peer.call("sign_in", email="ann@example.org", password="wrong password")
                codes.append(result.code)
                await peer.close()
            assert codes.count("bad_credentials") == 10  # the burst of one account from one address
            assert set(codes[10:]) == {"rate"}

    run(play())


def test_names_members_and_roles_of_one_collection_are_told_at_every_process(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann = await one.signed_up("ann")
            bob = await other.signed_up("bob")
            notebook = new_id()
            await ann.call("create_notebook", id=notebook, name="Plans")
            shared = await ann.call("share", notebook=notebook, email=bob.email, role="editor")
            assert not shared.code, shared
            await bob.wait(m.Notice, lambda notice: len(notice.notebooks) == 2)
            comments = f"{notebook}/comments"
            assert (await bob.subscribe(comments)).status == "ok"
            async with asyncio.timeout(1):
                await ann.call("rename_notebook", notebook=notebook, name="Better plans")
                await bob.wait(m.Notice, lambda said: "Better plans" in [row[1] for row in said.notebooks])
            changed = await ann.call(
                "set_role",
                notebook=notebook,
                account=bob.account,
                role="editor",
                collections={"comments": "none"},
            )
            assert not changed.code, changed
            async with asyncio.timeout(1):
                assert (await bob.wait(m.Unsubscribe)).stream == comments

    run(play())


def test_that_a_notebook_is_deleted_is_told_at_every_process(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann = await one.signed_up("ann")
            phone = await other.peer()
            await phone.sign_in(ann.email)
            notebook = new_id()
            await ann.call("create_notebook", id=notebook, name="Plans")
            await phone.wait(m.Notice, lambda notice: len(notice.notebooks) == 2)
            for hidden in (True, False):
                async with asyncio.timeout(1):
                    answer = await ann.call("hide_notebook", notebook=notebook, hidden=hidden)
                    assert not answer.code, answer
                    told = (notebook,) if hidden else ()
                    await phone.wait(m.Notice, lambda notice, told=told: notice.hidden == told)

    run(play())


def test_a_migration_beside_the_servers_is_told_at_every_process(tmp_path, address):
    async def play():
        async with two(tmp_path, address, data_model="1.0") as (one, other):
            ann, phone = await _joined(one, other)
            await ann.subscribe(ann.notes)
            for number in range(5):
                await ann.push(ann.notes, ann.author.note(ann.notes, str(number))[1])
            loop = asyncio.get_running_loop()
            done = await loop.run_in_executor(
                None, execute, tmp_path, "migrate run", {"to": "2.0"}, None, address
            )
            assert (done["ok"], done["documents"]) == (True, 5)
            for peer in (ann, phone):
                assert (await peer.wait(m.Unsubscribe)).why == "migrated"
                assert (await peer.wait(m.Welcome)).model.mode == "send_only"
            ack = await phone.push(ann.notes, phone.author.note(ann.notes, "late")[1])
            assert (type(ack), ack.rejected) == (m.Ack, ())

    run(play())


def test_people_see_each_other_across_processes(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            await ann.subscribe(ann.notes)
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first)
            await ann.say(m.Presence(ann.notes, note))
            here = await phone.wait(m.Presence)
            assert (here.document, here.account, here.name) == (note, ann.account, "ann")
            await phone.say(m.Presence(ann.notes, note))
            there = await ann.wait(m.Presence)
            assert there.conn != here.conn
            await ann.close()
            gone = await phone.wait(m.Presence)
            assert (gone.gone, gone.conn) == (True, here.conn)

    run(play())


def test_an_administrators_edit_beside_the_servers_reaches_open_windows_within_a_second(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann, phone = await _joined(one, other)
            await ann.subscribe(ann.notes)
            loop = asyncio.get_running_loop()
            arguments = {"notebook": ann.personal, "title": "Hi", "text": "one"}
            made = await loop.run_in_executor(None, execute, tmp_path, "note add", arguments, None, address)
            async with asyncio.timeout(1):
                for peer in (ann, phone):
                    assert len(await peer.wait_for_log(ann.notes, 2)) == 2
            for text in (" two", " three"):  # each in a process of its own, which writes as the server
                said = {"note": made["id"], "text": text}
                await loop.run_in_executor(None, execute, tmp_path, "note append", said, None, address)
            for peer in (ann, phone):
                await peer.wait_for_log(ann.notes, 4, cursor=2)
            shown = await other.administer("note show", note=made["id"])
            assert shown["text"] == "one two three"

    run(play())


def test_a_replica_belongs_to_one_account_wherever_it_comes_in(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            author = Author()
            await one.signed_up("ann", author)
            stranger = await other.peer(Author(author.rid))
            await stranger.call("sign_up", email="bob@example.org", password="correct horse", name="Bob")
            assert (await stranger.wait(m.Error)).code == "rid_taken"

    run(play())


def test_a_client_that_changes_process_goes_on_where_it_was(tmp_path, address):
    async def play():
        async with two(tmp_path, address) as (one, other):
            ann = await one.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first)
            for turn in range(6):
                server = (other, one)[turn % 2]
                ann.author.type(ann.notes, note, "lost with its ack ")
                peer = await server.peer(ann.author, token=ann.token)
                granted = await peer.subscribe(ann.notes)
                chain = ann.author.chains[ann.notes]
                assert granted.last_n == len(chain) - 2
                assert granted.chain == chain[granted.last_n]
                said = ann.author.type(ann.notes, note, f"{turn} ")
                missing = len(ann.author.chains[ann.notes]) - 1 - granted.last_n
                assert missing == 2
                await peer.close()
                del said
                ann.author.chains[ann.notes] = ann.author.chains[ann.notes][: granted.last_n + 1]
                ann.author.documents[note] = await server.in_store(
                    lambda server=server: _copy(server.opened.core, note, ann.author.rid)
                )
                again = await server.peer(ann.author, token=ann.token)
                ack = await again.push(ann.notes, ann.author.type(ann.notes, note, f"{turn} "))
                assert (ack.n, ack.rejected) == (turn + 2, ())

    run(play())


def _copy(core, note, rid):
    from crdt import Document

    return Document.decode(core.state_of(note)[1], rid)


@pytest.mark.covers("nack busy")
def test_without_the_database_a_server_says_so_and_goes_on_when_it_is_back(
    tmp_path, address, monkeypatch, expect_log, caplog
):
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 1_000)
    for expected in ("not stored", "cannot be asked", "heard|told"):
        expect_log(expected)

    async def play():
        async with running_server(tmp_path, database=address) as server:
            ann = await server.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            assert isinstance(await ann.push(ann.notes, first), m.Ack)
            cluster().stop()
            second = ann.author.type(ann.notes, note, "x")
            try:
                nack = await ann.push(ann.notes, second, n0=2)
                assert (nack.code, nack.after_ms > 0) == ("busy", True)
                while server.service._is_ready() or "cannot be asked" not in caplog.text:
                    await asyncio.sleep(0.02)
            finally:
                cluster().start()
            while not isinstance(await ann.push(ann.notes, second, n0=2), m.Ack):
                await asyncio.sleep(0.02)
            while not server.service._is_ready():
                await asyncio.sleep(0.02)
            row = await server.in_store(lambda: server.opened.store.stream(ann.notes))
            assert row.head == 2

    run(play())


def test_a_grace_is_shorter_than_the_time_between_sweeps():
    from sync.limits import SWEEP_EVERY_MS

    assert neighbours.WAKE_GRACE_S * 1000 < SWEEP_EVERY_MS / 2


def test_a_migration_at_one_process_changes_the_modes_at_the_other(tmp_path, address):
    async def play():
        async with two(tmp_path, address, data_model="1.0") as (one, other):
            ann = await one.signed_up("ann", Author(model="1.0"))
            note, first = ann.author.note(ann.notes, "Hi")
            await ann.push(ann.notes, first)
            old, new = await other.peer(Author(model="1.0")), await other.peer(Author(model="2.0"))
            for peer in (old, new):
                await peer.sign_in(ann.email)
            await old.subscribe(ann.notes)
            await old.wait_for_log(ann.notes, 1)
            assert (await one.administer("migrate run"))["ok"]
            assert (await new.wait(m.Welcome)).model.mode == "full"
            assert (await old.wait(m.Welcome)).model.mode == "send_only"
            assert (await old.wait(m.Unsubscribe)).why == "migrated"
            await new.subscribe(ann.notes)
            await new.wait(m.State, lambda page: page.end is not None)
            assert isinstance(await ann.push(ann.notes, ann.author.type(ann.notes, note, "x")), m.Ack)
            assert (await new.wait(m.Deltas)).model == "2.0"
            theirs = old.author.note(ann.notes, "of the older model")[1]
            assert isinstance(await old.push(ann.notes, theirs), m.Ack)
            await old.quiet()
            assert not [message for message in old.heard if isinstance(message, (m.Deltas, m.State))]

    run(play())


def test_before_it_has_heard_of_a_migration_a_process_sends_nothing_of_it_to_old_clients(
    tmp_path, address, monkeypatch
):
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 3_600_000)

    async def play():
        async with two(tmp_path, address, data_model="1.0") as (one, other):
            ann = await one.signed_up("ann", Author(model="1.0"))
            note, first = ann.author.note(ann.notes, "Hi")
            await ann.push(ann.notes, first)
            old = await other.peer(Author(model="1.0"))
            await old.sign_in(ann.email)
            await old.subscribe(ann.notes)
            await old.wait_for_log(ann.notes, 1)
            await one.administer("migrate run")
            assert isinstance(await ann.push(ann.notes, ann.author.type(ann.notes, note, "x")), m.Ack)
            assert (await old.wait(m.Unsubscribe)).why == "migrated"
            assert not [message for message in old.heard if isinstance(message, (m.Deltas, m.State))]

    run(play())
