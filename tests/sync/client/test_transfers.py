"""Attachments between real stores through a real server."""

import hashlib
import random
from dataclasses import replace

import pytest

from sync.client.events import Connect, FilesChanged, Heard, Lost, Nudged, Opened, Send, Ticked
from sync.client.transfers import WINDOW, FileState, Leave, Transfers
from sync.limits import BLOB_CHUNK_SIZE_MAX, KIB
from sync.protocol import blobs as b
from sync.storage.rows import LocalChange
from tests.support.frames import EXAMPLES
from tests.support.running_server import run, running_server
from tests.support.seats import EMAIL, PASSWORD, until

SMALL = random.Random(1).randbytes(3_000)
LARGE = random.Random(2).randbytes(20 * BLOB_CHUNK_SIZE_MAX + 5)


def attach(seat, document, body):
    """Keep bytes and name them in a note, as the window does."""
    sha256 = seat.desk.store.save_attachment(body, "image/png")
    note = seat.desk.note(document)

    def intent(edit):
        edit.make(("attachments", sha256), "map")
        edit.text(("body",)).insert_embed(0, {"type": "image", "src": f"attachment:{sha256}"})

    delta = note.edit(seat.desk.ticker.stamp(), intent)
    seat.client.submit([LocalChange(seat.desk.store.load(document).stream, document, delta)])
    seat.desk.store.refresh_projections()
    return sha256


async def signed_in(seat, url, up=False):
    await seat.client.start()
    await seat.client.sign_in(url, EMAIL, PASSWORD, sign_up_name="Ana" if up else None)


def test_a_picture_of_one_profile_comes_to_the_other_byte_for_byte(tmp_path, seats):
    async def play():
        a, other = seats("a"), seats("b")
        note = a.new("With pictures")
        names = [attach(a, note, SMALL), attach(a, note, LARGE)]
        assert a.client.file_state(names[0]) == FileState("waiting")
        async with running_server(tmp_path / "server") as server:
            await signed_in(a, server.url, up=True)
            await until(lambda: all(a.client.file_state(name).state == "sent" for name in names))
            await signed_in(other, server.url)
            came = []
            other.client.on_file = came.append
            await until(lambda: other.desk.store.refresh_projections() or len(came) == 2)
            await until(lambda: len(came) == 2)
            for name, body in zip(names, (SMALL, LARGE), strict=True):
                assert other.desk.store.load_attachment(name) == body
                assert other.client.file_state(name) == FileState("sent", 100)
            assert other.client.status().files_wanted == 0
            assert a.client.status().files_waiting == 0
            await a.close()
            await other.close()

    run(play())


def test_one_sync_sends_and_fetches_files_too(tmp_path, seats):
    async def play():
        a, other = seats("a"), seats("b")
        name = attach(a, a.new("Note"), LARGE)
        async with running_server(tmp_path / "server") as server:
            await a.client.sign_in(server.url, EMAIL, PASSWORD, sign_up_name="Ana")
            assert (await a.client.sync_once(20)).files_waiting == 0
            await other.client.sign_in(server.url, EMAIL, PASSWORD)
            assert (await other.client.sync_once(20)).files_wanted == 0
            assert other.desk.store.load_attachment(name) == LARGE
            await a.close()
            await other.close()

    run(play())


def test_an_upload_goes_on_after_the_server_was_gone(tmp_path, seats):
    async def play():
        a = seats("a")
        name = attach(a, a.new("Note"), LARGE)
        async with running_server(tmp_path / "server") as server:
            await signed_in(a, server.url, up=True)
            port = server.service.port
            await until(lambda: a.client.file_state(name).percent >= 20)
        begun = next((tmp_path / "server" / "blobs" / "partial").iterdir()).stat().st_size
        assert 0 < begun < len(LARGE)
        async with running_server(tmp_path / "server", port=port) as server:
            a.client.nudge()
            await until(lambda: a.client.file_state(name).state == "sent")
            path = server.opened.blobs.files.path(name)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == name
            await a.close()

    run(play())


def test_the_text_is_there_before_the_picture_that_waits(tmp_path, seats):
    async def play():
        a = seats("a")
        async with running_server(tmp_path / "server") as server:
            await signed_in(a, server.url, up=True)
            await until(lambda: a.client.status().link == "live")
            note = a.new("Note")
            name = attach(a, note, LARGE)
            assert a.desk.store.load_attachment(name) == LARGE
            await until(lambda: a.client.status().outbox == 0)
            await until(lambda: a.client.file_state(name).state == "sent")
            await a.close()

    run(play())


# --- decisions, without sockets ------------------------------------------------------------------------

NAME = hashlib.sha256(LARGE).hexdigest()
HASH = bytes.fromhex(NAME)


class Scene:
    """One `Transfers` over a real store, spoken to by hand."""

    def __init__(self, seat):
        self.seat = seat
        self.store = seat.desk.store
        self.transfers = Transfers(self.store, lambda: 0.5)
        self.now_ms = 1_000
        self.transfers.allow(Leave("ws://x/v1/blobs", "token", lambda token: EXAMPLES["hello"]))

    def feed(self, event):
        return self.transfers.handle(event, self.now_ms)

    def live(self, **changed):
        effects = self.feed(Nudged())
        assert [type(effect) for effect in effects if isinstance(effect, Connect)] == [Connect]
        self.feed(Opened())
        welcome = replace(EXAMPLES["welcome"], limits={"frame": 262_144, **changed})
        return self.said(self.hear(welcome))

    def hear(self, message):
        return self.feed(Heard(message, 1))

    @staticmethod
    def said(effects):
        return [effect.message for effect in effects if isinstance(effect, Send)]


@pytest.fixture
def scene(seats):
    """A store whose one note, known to the server, names LARGE."""
    seat = seats("a")
    note = seat.new("Note")
    attach(seat, note, LARGE)
    with seat.desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 0")
        connection.execute("UPDATE streams SET acked_n = next_n - 1")
    return Scene(seat)


def test_no_more_is_in_the_air_than_the_window(scene):
    (offer,) = scene.live()
    assert (offer.hash, offer.size) == (HASH, len(LARGE))
    puts = scene.said(scene.hear(b.BlobHave(HASH, 0)))
    assert len(puts) == WINDOW
    more = scene.said(scene.hear(b.BlobHave(HASH, BLOB_CHUNK_SIZE_MAX)))
    assert [put.offset for put in more] == [WINDOW * BLOB_CHUNK_SIZE_MAX]
    assert scene.transfers.state(NAME) == FileState("sending", 4)


def test_it_goes_on_from_where_the_server_stands(scene):
    scene.live()
    puts = scene.said(scene.hear(b.BlobHave(HASH, len(LARGE) - 3)))
    assert [(put.offset, put.chunk) for put in puts] == [(len(LARGE) - 3, LARGE[-3:])]
    assert scene.said(scene.hear(b.BlobHave(HASH, len(LARGE)))) == [b.BlobDone(HASH)]
    scene.hear(b.BlobHave(HASH, len(LARGE), True))
    assert scene.transfers.state(NAME).state == "sent"
    assert scene.transfers.settled


def test_smaller_limits_of_the_server_are_obeyed(scene):
    scene.live(blob_chunk=10 * KIB)
    puts = scene.said(scene.hear(b.BlobHave(HASH, 0)))
    assert {len(put.chunk) for put in puts} == {10 * KIB}


def test_what_is_too_big_for_the_server_is_not_offered(scene):
    assert scene.live(blob=len(LARGE) - 1) == []
    assert scene.transfers.state(NAME) == FileState("refused", 0, "too_big")
    assert scene.transfers.counts.refused == 1
    assert scene.transfers.settled


def test_a_file_of_exactly_the_limit_is_offered(scene):
    assert [type(message) for message in scene.live(blob=len(LARGE))] == [b.BlobOffer]


def test_a_full_quota_is_told_and_not_tried_again_until_asked(scene):
    scene.live()
    scene.hear(b.BlobError(HASH, "quota"))
    assert scene.transfers.state(NAME) == FileState("refused", 0, "quota")
    scene.now_ms += 10_000_000
    assert scene.said(scene.feed(Ticked())) == []
    scene.store.retry_attachments()
    effects = scene.feed(Nudged())
    assert scene.said(effects) or any(isinstance(effect, Connect) for effect in effects)


def test_what_the_server_does_not_know_yet_is_tried_again_ever_more_seldom(scene):
    scene.live()
    waits = []
    for _ in range(4):
        scene.hear(b.BlobError(HASH, "none"))
        waits.append(scene.transfers.wake_ms - scene.now_ms)
        scene.now_ms = scene.transfers.wake_ms
        assert [type(message) for message in scene.said(scene.feed(Ticked()))] == [b.BlobOffer]
    assert waits == [2_000, 4_000, 8_000, 16_000]


def test_a_lost_connection_is_made_again_and_the_file_offered_again(scene):
    scene.live()
    scene.hear(b.BlobHave(HASH, 0))
    scene.feed(Lost("cut"))
    assert scene.transfers.state(NAME).state == "waiting"
    scene.now_ms = scene.transfers.wake_ms
    assert any(isinstance(effect, Connect) for effect in scene.feed(Ticked()))


def wanting(scene):
    """Take the bytes away: as on another computer."""
    with scene.store._writing() as connection:
        connection.execute("DELETE FROM attachments")
    return scene


def test_a_fetch_keeps_its_pieces_and_goes_on_behind_them(scene):
    (get,) = wanting(scene).live()
    assert (get.hash, get.offset) == (HASH, 0)
    scene.hear(b.BlobChunk(HASH, 0, len(LARGE), LARGE[:70_000]))
    assert scene.transfers.state(NAME) == FileState("fetching", 5)
    scene.feed(Lost("cut"))
    assert scene.store.attachment_fetched(NAME) == 70_000
    scene.now_ms = scene.transfers.wake_ms
    scene.feed(Ticked())
    scene.feed(Opened())
    (get,) = scene.said(scene.hear(EXAMPLES["welcome"]))
    assert get.offset == 70_000
    scene.hear(b.BlobChunk(HASH, 70_000, len(LARGE), LARGE[70_000:]))
    assert scene.store.load_attachment(NAME) == LARGE
    assert scene.transfers.counts.wanted == 0


def test_other_bytes_than_asked_for_are_not_kept(scene):
    wanting(scene).live()
    scene.hear(b.BlobChunk(HASH, 0, 5, b"wrong"))
    assert scene.store.load_attachment(NAME) is None
    assert scene.store.attachment_fetched(NAME) == 0
    assert scene.transfers.state(NAME) == FileState("missing", 0, "mismatch")


def test_what_nobody_has_sent_is_missing_until_it_comes(scene):
    wanting(scene).live()
    scene.hear(b.BlobError(HASH, "absent"))
    assert scene.transfers.state(NAME) == FileState("missing", 0, "absent")
    assert [type(message) for message in scene.said(scene.hear(b.BlobHave(HASH, 0, True)))] == [b.BlobGet]


def test_what_is_asked_for_is_wanted_or_missing_until_it_begins_to_come(scene):
    wanting(scene).live()
    assert scene.transfers.state(NAME).state == "wanted"
    scene.hear(b.BlobError(HASH, "absent"))
    scene.now_ms = scene.transfers.wake_ms
    assert [type(message) for message in scene.said(scene.feed(Ticked()))] == [b.BlobGet]
    assert scene.transfers.state(NAME).state == "missing"
    scene.hear(b.BlobChunk(HASH, 0, len(LARGE), LARGE[:70_000]))
    assert scene.transfers.state(NAME) == FileState("fetching", 5)


def test_each_change_of_what_is_under_way_is_told(seats):
    """Also that one file is missing and the next one is asked for: both are at their first byte."""
    seat = seats("a")
    names = [attach(seat, seat.new("Note"), bytes([n]) * 10) for n in range(2)]
    with seat.desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 0")
        connection.execute("DELETE FROM attachments")
    scene = Scene(seat)
    (get,) = scene.live()
    effects = scene.hear(b.BlobError(get.hash, "absent"))
    (other,) = scene.said(effects)
    assert {get.hash.hex(), other.hash.hex()} == set(names)
    assert FilesChanged() in effects
    assert FilesChanged() in scene.hear(b.BlobError(other.hash, "absent"))


def test_an_empty_file_has_nothing_to_send_and_does_not_wait(seats):
    seat = seats("a")
    name = attach(seat, seat.new("Note"), b"")
    with seat.desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 0")
        connection.execute("UPDATE streams SET acked_n = next_n - 1")
    scene = Scene(seat)
    assert scene.live() == []
    assert scene.transfers.state(name).state == "sent"
    assert scene.transfers.counts.waiting == 0


def test_what_somebody_looks_at_comes_first(seats):
    seat = seats("a")
    names = [attach(seat, seat.new("Note"), bytes([n]) * 10) for n in range(5)]
    with seat.desk.store._writing() as connection:
        connection.execute("UPDATE notebooks SET local = 0")
        connection.execute("DELETE FROM attachments")
    scene = Scene(seat)
    scene.transfers.want(names[3])
    (get,) = scene.live()
    assert get.hash.hex() == names[3]


def test_an_idle_connection_is_given_back(scene):
    scene.live()
    scene.hear(b.BlobHave(HASH, len(LARGE), True))
    scene.now_ms = scene.transfers.wake_ms
    scene.feed(Ticked())
    assert scene.transfers.wake_ms > scene.now_ms + 10**9


def test_a_silent_server_is_left(scene):
    scene.live()
    scene.now_ms = scene.transfers.wake_ms
    scene.feed(Ticked())
    assert scene.transfers.state(NAME).state == "waiting"


def test_without_leave_there_is_no_connection(scene):
    scene.live()
    scene.transfers.allow(Leave())
    scene.feed(Nudged())
    assert scene.transfers.settled
    assert not scene.said(scene.feed(Ticked()))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_no_message_of_a_server_breaks_it(scene, name):
    scene.live()
    scene.hear(EXAMPLES[name])
    assert scene.transfers.wake_ms >= 0
