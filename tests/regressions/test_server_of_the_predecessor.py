"""
What an earlier system of the same design got wrong on its server. Each was lost data, somebody else's data,
or a window that did not move; none may come back.
"""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect

from sync.protocol import messages as m
from tests.support.peer import Author, Peer, new_id
from tests.support.running_server import run, running_server
from tests.support.session_world import SessionWorld


@pytest.fixture
def world(tmp_path):
    made = SessionWorld(tmp_path)
    yield made
    made.close()


def test_an_edit_through_the_admin_script_reaches_open_windows(tmp_path, monkeypatch):
    """The HTTP path never woke the sockets."""
    monkeypatch.setattr("sync.limits.SWEEP_EVERY_MS", 3_600_000)

    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            await ann.subscribe(ann.notes)
            made = await server.administer("note add", notebook=ann.personal, text="hello")
            rows = await ann.wait_for_log(ann.notes, 2)
            assert {row.document for row in rows} == {made["id"]}

    run(play())


def test_people_of_one_server_see_each_other(world):
    """Every account had its own in-memory server over the same file."""
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    world.set_role(ann.personal, bob.account, "viewer")
    bob.subscribe(ann.notes)
    bob.heard()
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    assert bob.heard().bodies() == [first.body]


def test_a_late_close_of_an_old_socket_does_not_unregister_the_new_one(world):
    """It removed the account's entry, whichever socket that was by then."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    again = world.again(ann)
    again.heard()
    again.subscribe(ann.notes)
    again.heard()
    world.hub.disconnect(ann.link.conn)
    world.talks.remove(ann)
    delta = other.author.note(ann.notes)[1]
    other.push(ann.notes, delta)
    assert again.heard().bodies() == [delta.body]


def test_an_ack_says_nothing_about_another_windows_deltas(world):
    """Acks named the greatest stamp; the other window deleted what it had not sent yet."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    older = ann.author.note(ann.notes)[1]
    newer = other.author.note(ann.notes)[1]
    assert other.push(ann.notes, newer).one(m.Ack).n == 1
    assert ann.heard().all(m.Ack) == []
    assert ann.subscribe(ann.notes).last_n == 0
    assert ann.push(ann.notes, older).one(m.Ack).n == 1


def test_two_windows_with_one_identity_are_found_out_before_anything_is_merged(world):
    """They made equal stamps, and one overwrote the other."""
    ann = world.signed_up("ann")
    copy = Author(ann.author.rid)
    twin = world.again(ann)
    twin.author = copy
    twin.heard()
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    forked = copy.note(ann.notes)[1]
    heard = twin.push(ann.notes, forked)
    assert heard.one(m.Nack).code == "fork"
    assert [row.body for row in world.log(ann.notes)] == [first.body]


def test_history_that_was_folded_is_there_for_everybody_its_author_included(world):
    """Compacted rows had no session id, and `session != ?` is never true for NULL."""
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    for _ in range(3):
        ann.push(ann.notes, *[ann.author.type(ann.notes, note, "word ") for _ in range(200)])
    world.opened.core.documents.save(everything=True)
    for talk in (world.again(ann), world.device(ann)):
        talk.heard()
        assert talk.subscribe(ann.notes).via == "state"
        (chunk,) = talk.heard().one(m.State).documents
        assert chunk.chunk == ann.author.documents[note].encode()


def test_a_creator_who_lost_the_store_gets_the_own_writes_back_once(world):
    """The own session was filtered from catch-up, so the whole log was asked for again for ever."""
    ann = world.signed_up("ann")
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    again = world.again(ann)
    again.heard()
    again.subscribe(ann.notes)
    assert again.heard().bodies() == [first.body]
    assert again.heard() == []


def test_one_invalid_delta_does_not_block_those_behind_it(world):
    """The outbox stopped at it for good."""
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    invalid = ann.author.numbered_bytes(ann.notes, note, b"no delta")
    last = ann.author.type(ann.notes, note, "x")
    ack = ann.push(ann.notes, first, invalid, last).one(m.Ack)
    assert (ack.n, [rejected.n for rejected in ack.rejected]) == (3, [2])
    assert [row.body for row in world.log(ann.notes)] == [first.body, last.body]


def test_fifty_one_edits_are_sent_to_a_reader_as_fifty_one_deltas(world):
    """Every broadcast started again from the last acked cursor: 1,325 deltas."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    other.subscribe(ann.notes)
    other.heard()
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    for _ in range(50):
        ann.push(ann.notes, ann.author.type(ann.notes, note, "x"))
    rows = [row.seq for deltas in other.heard().all(m.Deltas) for row in deltas.deltas]
    assert rows == list(range(1, 52))


def test_a_clock_far_ahead_is_refused_and_nothing_of_it_stored(world):
    """The check was there and never called; one wrong clock won every conflict for years."""
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    world.now_ms = ann.author.documents[note].updated_ms()
    far = world.now_ms + 10 * 365 * 24 * 3_600_000
    future = ann.author.edit(ann.notes, note, lambda e: e.set(("pinned",), True), now_ms=far)
    nack = ann.push(ann.notes, first, future).one(m.Nack)
    assert (nack.code, nack.now) == ("clock_ahead", world.now_ms)
    assert world.log(ann.notes) == []


def test_a_token_in_an_address_is_not_looked_at(tmp_path):
    """It stood in the logs of every proxy on the way."""

    async def play():
        async with running_server(tmp_path) as server:
            ann = await server.signed_up("ann")
            async with connect(f"{server.url}/v1/sync?token={ann.token}") as socket:
                peer = Peer(socket, Author())
                await peer.hello()
                assert (await peer.call("devices")).code == "auth"
                await peer.close()

    run(play())


def test_nobody_receives_anothers_notes_by_using_their_replica_id(world):
    """The session id alone decided whose data was sent."""
    ann, eve = world.signed_up("ann"), world.signed_up("eve")
    ann.push(ann.notes, ann.author.note(ann.notes, "secret")[1])
    thief = world.talk(ann.author)
    thief.do(m.Hello((1, 1), "a", "b", ann.author.rid, "i", "1.0", eve.token))
    thief.heard()
    assert thief.closed is not None
    assert eve.subscribe(ann.notes).status == "none"
    assert eve.say(m.Pull(ann.notes, 0, 0, (new_id(),))).all(m.State) == []


def test_an_expired_sign_in_deletes_nothing_and_the_same_connection_goes_on(world):
    """A 401 wiped the login and replaced the program by a sign-in page."""
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    world.ended([ann.session.identity.sign_in], "expired")
    assert ann.heard().one(m.AuthState).state == "expired"
    assert ann.closed is None
    assert list(ann.link.feeds) == [ann.notes]
