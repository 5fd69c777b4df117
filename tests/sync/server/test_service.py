from __future__ import annotations

import asyncio
import json
import random
import ssl
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sync.errors import StoreUnavailable
from sync.limits import FRAME_SIZE_MAX
from sync.model.versions import OLDEST
from sync.protocol import messages as m
from sync.protocol import wire
from sync.server.blob_session import BlobSession
from sync.server.service import Service
from sync.server.session import Session
from sync.server.settings import Settings
from sync.server.turns import FRAMES_A_TURN
from tests.support.certificates import self_signed
from tests.support.peer import PASSWORD, Author, Peer, new_id
from tests.support.running_server import run, running_server


@pytest.mark.covers(
    "status ok",
    "via log",
    "message Subscribe",
    "message Subscribed",
    "message Push",
    "message Ack",
    "message Deltas",
)
def test_what_one_types_another_sees_and_after_a_restart_it_is_there(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            phone = await server.device(ann)
            await phone.subscribe(ann.notes)
            note, first = ann.author.note(ann.notes, "Hi")
            assert await ann.push(ann.notes, first) == m.Ack(ann.notes, 1, 1, 1)
            await ann.push(ann.notes, ann.author.type(ann.notes, note, "hello"))
            phone.author.take(tuple(await phone.wait_for_log(ann.notes, 2)))
            assert phone.author.documents[note].value(("body",)) == "hello"
            author, token, notes = ann.author, ann.token, ann.notes
        async with running_server(tmp_path) as server:
            again = await server.peer(author, token=token)
            granted = await again.subscribe(notes)
            assert (granted.last_n, granted.head) == (2, 2)
            assert granted.chain == author.chains[notes][2]
            assert len(await again.wait_for_log(notes, 2)) == 2

    run(play())


def test_many_people_in_one_notebook_all_see_all_of_it(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            owner = await server.signed_up("owner")
            people = [owner]
            for n in range(5):
                person = await server.signed_up(f"person{n}")
                await server.administer(
                    "role set", notebook=owner.personal, email=person.email, role="editor"
                )
                people.append(person)
            stream = owner.notes
            note, first = owner.author.note(stream)
            await owner.push(stream, first)
            for person in people:
                await person.subscribe(stream)
                person.author.take(tuple(await person.wait_for_log(stream, 1)))
            await asyncio.gather(*[_types(person, stream, note) for person in people])
            texts = set()
            for person in people:
                person.author.take(tuple(await person.wait_for_log(stream, 1 + 6 * 10, cursor=1)))
                texts.add(person.author.documents[note].value(("body",)))
            assert len(texts) == 1
            assert len(texts.pop().split()) == 60

    async def _types(person, stream, note):
        for n in range(10):
            delta = person.author.type(stream, note, f"{person.email}{n} ")
            assert isinstance(await person.push(stream, delta), m.Ack)

    run(play())


def test_pushes_are_pipelined_and_answered_in_order(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            pushes = [ann.author.push(ann.notes, first, batch=1)]
            for batch in range(2, 41):
                pushes.append(ann.author.push(ann.notes, ann.author.type(ann.notes, note, "x"), batch=batch))
            for push in pushes:
                await ann.say(push)
            acks = [await ann.wait(m.Ack) for _ in pushes]
            assert [ack.batch for ack in acks] == list(range(1, 41))
            assert acks[-1].n == 40

    run(play())


def test_an_administrators_edit_and_role_reach_open_windows_without_a_sweep(tmp_path, monkeypatch):
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 3_600_000)

    async def play():
        async with running_server(tmp_path) as server:
            ann, bob = await server.signed_up("ann"), await server.signed_up("bob")
            made = await server.administer("note add", notebook=ann.personal, title="From above", text="")
            await ann.subscribe(ann.notes)
            await ann.wait_for_log(ann.notes, 1)
            await server.administer("note append", note=made["id"], text="hello")
            await ann.wait_for_log(ann.notes, 2, cursor=1)
            await server.administer("role set", notebook=ann.personal, email=bob.email, role="viewer")
            await bob.wait(m.Notice)
            await bob.subscribe(ann.notes)
            await server.administer("role set", notebook=ann.personal, email=bob.email, role="none")
            assert (await bob.wait(m.Unsubscribe)).why == "revoked"
            await server.administer("session revoke", session=ann.email)
            assert (await ann.wait(m.AuthState)).state == "revoked"
            assert isinstance(await ann.push(ann.notes, ann.author.note(ann.notes)[1]), m.Nack)

    run(play())


@pytest.mark.covers("message Received")
def test_a_stalled_reader_delays_nobody_and_catches_up_when_it_reads_again(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            reader, slow = await server.device(ann), await server.device(ann)
            slow.credit = False
            for peer in (reader, slow):
                await peer.subscribe(ann.notes)
            for link in server.service.hub.links.values():
                link.credit = 50_000
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first)
            noise = random.Random(1)
            for _ in range(8):
                text = "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(14_000))
                await ann.push(ann.notes, ann.author.type(ann.notes, note, text))
            await reader.wait_for_log(ann.notes, 9)
            await slow.wait(m.Poke)
            slow.credit = True
            await slow.say(m.Received((), sum(slow.sizes)))
            await slow.wait_for_log(ann.notes, 9)

    run(play())


def test_presence_goes_round_and_says_goodbye(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            phone = await server.device(ann)
            for peer in (ann, phone):
                await peer.subscribe(ann.notes)
            for n in range(30):
                await phone.say(m.Presence(ann.notes, new_id(), (1, n, "after")))
            await ann.wait(m.Presence, lambda said: said.anchor == (1, 29, "after"))
            await phone.close()
            await ann.wait(m.Presence, lambda said: said.gone)

    run(play())


def test_a_whole_notebook_comes_as_states_when_its_log_is_long(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            notes = [ann.author.note(ann.notes, f"note {n}") for n in range(20)]
            await ann.push(ann.notes, *[delta for _, delta in notes])
            for n in range(1, 6):
                typed = [ann.author.type(ann.notes, notes[at % 20][0], "word ") for at in range(200)]
                ack = await ann.push(ann.notes, *typed)
                assert ack.n == 20 + 200 * n
            await server.in_store(lambda: server.opened.core.documents.save(everything=True))
            phone = await server.device(ann)
            assert (await phone.subscribe(ann.notes)).via == "state"
            got = {}
            while True:
                page = await phone.wait(m.State)
                got.update({chunk.document: chunk.chunk for chunk in page.documents})
                if page.end is not None:
                    break
            assert page.end.to == 1020
            assert got == {note: ann.author.documents[note].encode() for note, _ in notes}

    run(play())


# --- the door ---------------------------------------------------------------------------------------------


def test_plain_gets_are_answered_on_the_same_port(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            for path, body in (("/livez", "ok\n"), ("/readyz", "ok\n")):
                assert await _get(server, path) == (200, body)
            body = (await _get(server, "/version"))[1]
            assert json.loads(body)["model"] == "1.0"
            assert (await _get(server, "/etc/passwd"))[0] == 404
            assert (await _get(server, "/v1/sync"))[0] == 426

    async def _get(server, path):
        def fetch():
            try:
                with urllib.request.urlopen(server.url.replace("ws", "http") + path, timeout=10) as came:
                    return came.status, came.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    return error.code, error.read().decode()

        return await asyncio.to_thread(fetch)

    run(play())


def test_web_pages_of_strangers_are_refused_and_listed_ones_let_in(tmp_path):
    async def play():
        async with running_server(tmp_path, origins=("https://good.example",)) as server:
            with pytest.raises(InvalidStatus) as caught:
                await connect(server.url + "/v1/sync", origin="https://evil.example")
            assert caught.value.response.status_code == 403
            async with connect(server.url + "/v1/sync", origin="https://good.example"):
                pass

    run(play())


def test_other_paths_have_no_socket_and_a_query_is_not_read(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            with pytest.raises(InvalidStatus):
                await connect(server.url + "/")
            async with connect(server.url + f"/v1/sync?token={ann.token}") as socket:
                peer = Peer(socket, Author())
                assert (await peer.hello()).auth.state == ""
                await peer.close()

    run(play())


def test_frames_beyond_the_limit_and_broken_ones_close_only_their_own_connection(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            for frame in (b"\x00" * (FRAME_SIZE_MAX + 1), b"\x00\xc1", b"", "text", b"\x01" + b"x" * 50):
                peer = await server.peer()
                with suppress(ConnectionClosed):
                    await peer.say_bytes(frame)
                async with asyncio.timeout(10):
                    await peer.closed.wait()
            await ann.quiet()

    run(play())


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/blobs"])
def test_a_connection_that_sends_many_frames_at_once_lets_others_have_their_turn(tmp_path, monkeypatch, path):
    turn, taken = 0, Counter()

    def pace(session, now_ms):
        taken[turn] += 1
        return 0

    for kind in (Session, BlobSession):
        monkeypatch.setattr(kind, "pace", pace)

    async def play():
        nonlocal turn
        async with running_server(tmp_path) as server, deaf(server.url + path) as flood:
            await flood.send(wire.encode(m.Hello((1, 1), "a", "b", 2_000, "i", OLDEST)))
            await flood.recv()
            pings = [wire.encode(m.Ping(number)) for number in range(400)]
            flooding = asyncio.create_task(_sent(flood, pings))
            while taken.total() <= len(pings):
                await asyncio.sleep(0)
                turn += 1
            await flooding
        assert max(taken.values()) <= 2 * FRAMES_A_TURN

    run(play())


def deaf(url):
    """A connection whose answers nobody reads, however many there are."""
    return connect(url, compression=None, max_queue=None)


async def _sent(socket, frames):
    """Send frames as one piece, so that they come at once."""
    for frame in frames:
        socket.protocol.send_binary(frame)
    socket.transport.write(b"".join(socket.protocol.data_to_send()))


def test_who_says_nothing_holds_nothing_up(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            silent = [await Peer.silent(server.url) for _ in range(20)]
            server.peers += silent
            ann = await server.signed_up("ann")
            await ann.quiet()

    run(play())


def test_passwords_are_hashed_beside_the_loop(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            others = [await server.peer() for _ in range(8)]
            signing_in = [asyncio.ensure_future(other.sign_in(ann.email)) for other in others]
            waits = []
            while not all(task.done() for task in signing_in):
                start = time.monotonic()
                await ann.quiet()
                waits.append(time.monotonic() - start)
            assert len(waits) > 3, "nothing was answered while passwords were hashed"
            assert not any(task.result().code for task in signing_in)

    run(play())


# --- starting and stopping --------------------------------------------------------------------------------


@pytest.mark.covers("bye stopping", "message Bye", "close stopping")
def test_stopping_says_goodbye_and_what_was_acked_is_there(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note, first = ann.author.note(ann.notes)
            await ann.push(ann.notes, first)
            for batch in range(5):
                push = ann.author.push(ann.notes, ann.author.type(ann.notes, note, "x"), batch=batch)
                await ann.say(push)
            await ann.quiet()
            await server.service.stop()
            bye = await ann.wait(m.Bye)
            assert bye.code == "stopping"
            assert bye.after_ms is not None
            await ann.closed.wait()
            acked = max([message.n for message in ann.heard if isinstance(message, m.Ack)], default=1)
            author, token, notes = ann.author, ann.token, ann.notes
        async with running_server(tmp_path) as server:
            again = await server.peer(author, token=token)
            granted = await again.subscribe(notes)
            assert granted.last_n >= acked
            assert granted.chain == author.chains[notes][granted.last_n]

    run(play())


def test_a_folder_is_served_by_one_server(tmp_path):
    async def play():
        async with running_server(tmp_path):
            second = Service(Settings(tmp_path, port=0))
            with pytest.raises(StoreUnavailable) as caught:
                await second.start()
            assert caught.value.reason == "locked"

    run(play())


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind(tmp_path):
    async def play():
        async with running_server(tmp_path / "a") as server:
            second = Service(Settings(tmp_path / "b", port=server.service.port, data_model=OLDEST))
            with pytest.raises(OSError, match="address already in use"):
                await second.start()
        async with running_server(tmp_path / "b"):
            pass

    run(play())


def test_tls_is_served_when_there_is_aself_signed(tmp_path):
    cert, key = self_signed(tmp_path)

    async def play():
        async with running_server(tmp_path / "s", tls_cert=cert, tls_key=key) as server:
            assert server.url.startswith("wss://")
            trusted = ssl.create_default_context(cafile=str(cert))
            trusted.check_hostname = False
            async with connect(server.url + "/v1/sync", ssl=trusted) as socket:
                peer = Peer(socket, Author())
                assert (await peer.hello()).model.mode == "full"
                await peer.close()

    run(play())


@pytest.mark.covers("nack internal")
def test_what_breaks_our_own_code_is_refused_and_the_server_goes_on(tmp_path, expect_log, monkeypatch):
    expect_log("a group was not written")

    async def play():
        async with running_server(tmp_path) as server:
            ann, bob = await server.signed_up("ann"), await server.signed_up("bob")
            check = server.opened.core.check

            def breaks(model, collection, document, delta):
                if delta.rid == ann.author.rid:
                    raise AssertionError("planted")
                check(model, collection, document, delta)

            server.opened.core.check = breaks
            object.__setattr__(server.opened.core, "check", breaks)
            answers = await asyncio.gather(
                ann.push(ann.notes, ann.author.note(ann.notes)[1]),
                bob.push(bob.notes, bob.author.note(bob.notes)[1]),
            )
            assert (answers[0].code, answers[1].n) == ("internal", 1)

    run(play())


@pytest.mark.covers("close store")
def test_a_store_that_fails_closes_whoever_asked_and_nobody_else(tmp_path, expect_log, monkeypatch):
    expect_log("the store failed")

    async def play():
        async with running_server(tmp_path) as server:
            ann, bob = await server.signed_up("ann"), await server.signed_up("bob")
            with monkeypatch.context() as patch:
                patch.setattr(server.opened.people, "identify", _no_store)
                await ann.say(m.Auth(ann.token))
                await ann.socket.wait_closed()
            assert (ann.socket.close_code, ann.socket.close_reason) == (1011, "store")
            assert (await bob.push(bob.notes, bob.author.note(bob.notes)[1])).n == 1

    run(play())


def _no_store(*arguments):
    raise StoreUnavailable(Path("server.sqlite3"), "io", "planted")


@pytest.mark.covers("close internal")
def test_what_breaks_while_writing_closes_only_that_connection(tmp_path, expect_log, monkeypatch):
    expect_log("could not be written")

    async def play():
        async with running_server(tmp_path) as server:
            ann, bob = await server.signed_up("ann"), await server.signed_up("bob")
            following = server.service.hub.next

            def breaks(link):
                if link.account == ann.account:
                    raise AssertionError("planted")
                return following(link)

            server.service.hub.next = breaks
            await ann.say(m.Ping(1))
            async with asyncio.timeout(10):
                await ann.closed.wait()
            await bob.quiet()

    run(play())


def test_signing_up_over_the_wire_needs_no_administrator(tmp_path):
    async def play():
        async with running_server(tmp_path, sign_up="closed") as server:
            peer = await server.peer()
            assert (await peer.sign_up("ann@example.org")).code == "closed"
        async with running_server(tmp_path) as server:
            peer = await server.peer()
            assert (await peer.call("sign_up", email="ann@example.org", password=PASSWORD)).code == ""

    run(play())
