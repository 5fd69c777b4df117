"""Attachments over real sockets."""

from __future__ import annotations

import os
import random
import time

import pytest

from sync.limits import BLOB_CHUNK_SIZE_MAX, BLOB_CONNECTIONS_PER_ACCOUNT
from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.server.blob_session import UPLOADS_MAX
from sync.server.blobs import GRACE_MS, Blobs
from tests.support.blob_peer import Picture, blob_peer, fetch, name_in_note, send
from tests.support.running_server import run, running_server

PICTURE = Picture(random.Random(1).randbytes(3 * BLOB_CHUNK_SIZE_MAX + 17))


@pytest.mark.covers(
    "message BlobOffer", "message BlobHave", "message BlobPut", "message BlobDone", "message BlobChunk"
)
def test_what_one_device_sends_another_gets_byte_for_byte(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            sent = await send(await blob_peer(server, ann), PICTURE, ann.notes, note)
            assert sent == b.BlobHave(PICTURE.hash, len(PICTURE.body), True)
            phone = await blob_peer(server, await server.device(ann))
            assert await fetch(phone, PICTURE, ann.notes, note) == PICTURE.body
            assert await fetch(phone, PICTURE, ann.notes, note, 100_000) == PICTURE.body[100_000:]
            again = await send(phone, PICTURE, ann.notes, note)
            assert again.stored
            assert (await server.administer("stats"))["blobs"] == 1
            await server.administer("verify")

    run(play())


def test_an_upload_goes_on_where_a_cut_and_a_restart_left_it(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            peer = await blob_peer(server, ann)
            await peer.say(b.BlobOffer(PICTURE.hash, len(PICTURE.body), ann.notes, note))
            assert (await peer.wait(b.BlobHave)).offset == 0
            for put in PICTURE.chunks()[:2]:
                await peer.say(put)
                await peer.wait(b.BlobHave)
            peer.socket.transport.abort()
            token, author, notes = ann.token, ann.author, ann.notes
        async with running_server(tmp_path) as server:
            ann = await server.peer(author, token=token)
            ann.token = token
            peer = await blob_peer(server, ann)
            await peer.say(b.BlobOffer(PICTURE.hash, len(PICTURE.body), notes, note))
            assert (await peer.wait(b.BlobHave)).offset == 2 * BLOB_CHUNK_SIZE_MAX
            for put in PICTURE.chunks(2 * BLOB_CHUNK_SIZE_MAX):
                await peer.say(put)
                await peer.wait(b.BlobHave)
            await peer.say(b.BlobDone(PICTURE.hash))
            assert (await peer.wait(b.BlobHave)).stored
            assert await fetch(peer, PICTURE, notes, note) == PICTURE.body

    run(play())


@pytest.mark.covers("blob none", "message BlobGet")
def test_knowing_a_hash_is_no_right(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann, eve = await server.signed_up("ann"), await server.signed_up("eve")
            note = await name_in_note(ann, PICTURE)
            await send(await blob_peer(server, ann), PICTURE, ann.notes, note)
            peer = await blob_peer(server, eve)
            assert await fetch(peer, PICTURE, ann.notes, note) == "none"
            own = await name_in_note(eve, PICTURE)  # she names it in a note of her own
            assert await fetch(peer, PICTURE, eve.notes, own) == "absent"
            assert await fetch(peer, PICTURE, eve.notes, note) == "none"
            assert (await send(peer, PICTURE, ann.notes, note)).code == "none"
            other = Picture(b"another")
            assert await fetch(peer, other, eve.notes, own) == "none"
            await peer.say(b.BlobOffer(PICTURE.hash, len(PICTURE.body), eve.notes, own))
            assert (await peer.wait(b.BlobHave)).offset == 0  # not even that it is here

    run(play())


@pytest.mark.parametrize(("role", "sends"), [("viewer", False), ("commenter", False), ("editor", True)])
def test_who_may_read_gets_it_and_who_may_write_may_send_it(tmp_path, role, sends):
    async def play():
        async with running_server(tmp_path) as server:
            ann, ben = await server.signed_up("ann"), await server.signed_up("ben")
            note = await name_in_note(ann, PICTURE)
            await send(await blob_peer(server, ann), PICTURE, ann.notes, note)
            await server.administer("role set", notebook=ann.personal, email=ben.email, role=role)
            peer = await blob_peer(server, ben)
            assert await fetch(peer, PICTURE, ann.notes, note) == PICTURE.body
            answer = await send(peer, PICTURE, ann.notes, note)
            assert isinstance(answer, b.BlobHave) is sends

    run(play())


def test_whoever_loses_the_role_or_the_sign_in_gets_and_gives_nothing_more(tmp_path, monkeypatch):
    monkeypatch.setattr("sync.server.blob_session.CHECK_EVERY_MS", 0)

    async def play():
        async with running_server(tmp_path) as server:
            ann, ben = await server.signed_up("ann"), await server.signed_up("ben")
            await server.administer("role set", notebook=ann.personal, email=ben.email, role="editor")
            note = await name_in_note(ann, PICTURE)
            peer, mine = await blob_peer(server, ben), await blob_peer(server, ann)
            for one in (peer, mine):
                await one.say(b.BlobOffer(PICTURE.hash, len(PICTURE.body), ann.notes, note))
                await one.wait(b.BlobHave)
            await server.administer("role set", notebook=ann.personal, email=ben.email, role="none")
            await peer.say(PICTURE.chunks()[0])
            assert (await peer.wait(b.BlobError)).code == "none"
            await server.administer("session revoke", session=ann.email)
            await mine.say(PICTURE.chunks()[0])
            assert (await mine.wait(b.BlobError)).code == "none"

    run(play())


@pytest.mark.covers("blob mismatch", "blob offset", "message BlobError")
def test_other_bytes_than_promised_are_refused_and_the_next_try_begins_anew(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            peer = await blob_peer(server, ann)
            forged = Picture(PICTURE.body[:-1] + b"!")
            forged.hash = PICTURE.hash
            assert (await send(peer, forged, ann.notes, note)).code == "mismatch"
            assert (await send(peer, PICTURE, ann.notes, note)).stored
            await peer.say(b.BlobPut(PICTURE.hash, 0, b"x"))
            assert (await peer.wait(b.BlobError)).code == "offset"

    run(play())


def test_more_bytes_than_offered_are_refused(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            peer = await blob_peer(server, ann)
            await peer.say(b.BlobOffer(PICTURE.hash, 10, ann.notes, note))
            await peer.wait(b.BlobHave)
            await peer.say(b.BlobPut(PICTURE.hash, 0, b"eleven bytes"))
            assert (await peer.wait(b.BlobError)).code == "mismatch"

    run(play())


def limited(server, **bounds):
    """Serve with smaller bounds."""
    old = server.opened.blobs
    blobs = Blobs(old._core, old._people, old._store, old.files, **bounds)
    object.__setattr__(server.service._realm, "blobs", blobs)


@pytest.mark.covers("blob too_big")
def test_a_blob_at_the_limit_is_taken_and_one_byte_more_is_not(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            limited(server, size_max=1_000)
            ann = await server.signed_up("ann")
            peer = await blob_peer(server, ann)
            full, over = Picture(os.urandom(1_000)), Picture(os.urandom(1_001))
            assert (await send(peer, full, ann.notes, await name_in_note(ann, full))).stored
            assert (await send(peer, over, ann.notes, await name_in_note(ann, over))).code == "too_big"

    run(play())


@pytest.mark.covers("blob quota")
def test_the_quota_is_taken_to_its_last_byte_and_not_beyond(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            limited(server, quota=1_000)
            ann = await server.signed_up("ann")
            peer = await blob_peer(server, ann)
            first, fits, over = Picture(os.urandom(600)), Picture(os.urandom(400)), Picture(b"1")
            assert (await send(peer, first, ann.notes, await name_in_note(ann, first))).stored
            assert (await send(peer, fits, ann.notes, await name_in_note(ann, fits))).stored
            assert (await send(peer, over, ann.notes, await name_in_note(ann, over))).code == "quota"
            ben = await server.signed_up("ben")  # another account has its own
            other = await blob_peer(server, ben)
            assert (await send(other, over, ben.notes, await name_in_note(ben, over))).stored

    run(play())


@pytest.mark.covers("limit BLOB_CONNECTIONS_PER_ACCOUNT", "close connections")
def test_an_account_has_as_many_connections_as_the_limit_and_not_one_more(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann, ben = await server.signed_up("ann"), await server.signed_up("ben")
            peers = [await blob_peer(server, ann) for _ in range(BLOB_CONNECTIONS_PER_ACCOUNT)]
            over = await blob_peer(server, ann)
            error = await over.wait(m.Error)
            assert (error.code, error.retry) == ("connections", "later")
            await over.socket.wait_closed()
            assert over.socket.close_code == 1008
            await blob_peer(server, ben)  # another account has its own
            picture = Picture(b"a picture")
            assert (await send(peers[0], picture, ann.notes, await name_in_note(ann, picture))).stored

    run(play())


@pytest.mark.covers("blob busy")
def test_uploads_under_way_on_one_connection_have_a_bound(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            peer = await blob_peer(server, ann)
            pictures = [Picture(f"picture {n}".encode()) for n in range(UPLOADS_MAX + 1)]
            for picture in pictures:
                note = await name_in_note(ann, picture)
                await peer.say(b.BlobOffer(picture.hash, len(picture.body), ann.notes, note))
            for _ in range(UPLOADS_MAX):
                assert (await peer.wait(b.BlobHave)).offset == 0
            refused = await peer.wait(b.BlobError)
            assert (refused.hash, refused.code) == (pictures[-1].hash, "busy")

    run(play())


@pytest.mark.covers("error upgrade", "retry upgrade")
def test_another_model_says_that_it_must_be_upgraded(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            picture = Picture(b"a picture")
            note = await name_in_note(ann, picture)
            peer = await blob_peer(server, ann, model="9.0")
            await peer.say(b.BlobOffer(picture.hash, len(picture.body), ann.notes, note))
            error = await peer.wait(m.Error)
            assert (error.code, error.retry, error.about) == ("upgrade", "upgrade", b.BlobOffer.TYPE)

    run(play())


@pytest.mark.covers("blob absent")
def test_whoever_waits_for_a_blob_is_told_when_it_comes(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            phone = await blob_peer(server, await server.device(ann))
            assert await fetch(phone, PICTURE, ann.notes, note) == "absent"
            await send(await blob_peer(server, ann), PICTURE, ann.notes, note)
            assert (await phone.wait(b.BlobHave)).stored
            assert await fetch(phone, PICTURE, ann.notes, note) == PICTURE.body

    run(play())


def test_what_no_document_names_is_deleted_when_its_time_is_over(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            note = await name_in_note(ann, PICTURE)
            peer = await blob_peer(server, ann)
            await send(peer, PICTURE, ann.notes, note)
            blobs, now_ms = server.opened.blobs, time.time_ns() // 1_000_000
            assert (await server.in_store(lambda: blobs.collect(now_ms))).kept == 1
            gone = ann.author.edit(ann.notes, note, lambda e: e.remove(("attachments", PICTURE.sha256)))
            await ann.push(ann.notes, gone)
            assert (await server.in_store(lambda: blobs.collect(now_ms))).unused == 1
            assert (await server.in_store(lambda: blobs.collect(now_ms + GRACE_MS - 1))).unused == 1
            assert blobs.files.size(PICTURE.sha256) is not None
            done = await server.in_store(lambda: blobs.collect(now_ms + GRACE_MS))
            assert (done.removed, done.removed_bytes) == (1, len(PICTURE.body))
            assert blobs.files.size(PICTURE.sha256) is None
            assert await fetch(peer, PICTURE, ann.notes, note) == "none"

    run(play())


def test_a_damaged_file_is_found_by_verify(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            await send(await blob_peer(server, ann), PICTURE, ann.notes, await name_in_note(ann, PICTURE))
            path = server.opened.blobs.files.path(PICTURE.sha256)
            path.write_bytes(b"!" + PICTURE.body[1:])
            assert await server.in_store(server.opened.blobs.verify) == [PICTURE.sha256]

    run(play())


@pytest.mark.parametrize(
    "message", [b.BlobHave(PICTURE.hash, 1), m.Poke(()), m.Hello((1, 1), "a", "b", 1, "c", "1.0")]
)
def test_what_does_not_belong_on_this_connection_ends_it(tmp_path, message):
    async def play():
        async with running_server(tmp_path) as server:
            peer = await blob_peer(server, await server.signed_up("ann"))
            await peer.say(message)
            assert (await peer.wait(m.Error)).code == "unexpected"
            await peer.closed.wait()

    run(play())


@pytest.mark.parametrize(
    "message",
    [b.BlobOffer(PICTURE.hash, 1, "N" * 22 + "/notes", "D" * 22), b.BlobPut(PICTURE.hash, 0, b"x"),
     b.BlobDone(PICTURE.hash), b.BlobGet(PICTURE.hash, "N" * 22 + "/notes", "D" * 22)],
)  # fmt: skip
def test_on_the_connection_for_notes_a_blob_is_unexpected_and_without_a_sign_in_refused(tmp_path, message):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            stranger = await blob_peer(server, ann, token=None)
            await stranger.say(message)
            assert (await stranger.wait(m.Error)).code == "auth"
            await ann.say(message)
            assert (await ann.wait(m.Error)).code == "unexpected"
            await ann.closed.wait()

    run(play())


def test_an_upload_never_delays_a_keystroke(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            big = Picture(os.urandom(100 * BLOB_CHUNK_SIZE_MAX))
            note = await name_in_note(ann, big)
            peer = await blob_peer(server, ann)
            await peer.say(b.BlobOffer(big.hash, len(big.body), ann.notes, note))
            await peer.wait(b.BlobHave)
            for put in big.chunks():
                await peer.say(put)
            await ann.push(ann.notes, ann.author.type(ann.notes, note, "k"))
            await peer.wait(b.BlobHave, lambda have: have.offset == len(big.body))

    run(play())


def test_a_server_that_stops_says_goodbye(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            peer = await blob_peer(server, await server.signed_up("ann"))
            await server.service.stop()
            assert (await peer.wait(m.Bye)).code == "stopping"

    run(play())
