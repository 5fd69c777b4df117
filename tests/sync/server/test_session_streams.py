from __future__ import annotations

import pytest

from sync import limits
from sync.protocol import messages as m
from sync.protocol.rows import Wanted
from sync.server import auth
from sync.server.session import Close
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


# --- streams --------------------------------------------------------------------------------------------


@pytest.mark.covers("status none")
def test_no_access_and_no_such_stream_look_the_same(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    there = bob.subscribe(ann.notes)
    nowhere = bob.subscribe(new_id() + "/notes")
    assert there._replace(stream="") == nowhere._replace(stream="")
    assert there.status == "none"
    assert bob.link.feeds == {}


def test_the_own_session_is_not_told_its_own_deltas_and_another_one_is(world):
    ann, other = _two_devices(world)
    first = ann.author.note(ann.notes)[1]
    assert ann.push(ann.notes, first).bodies() == []
    assert other.heard().bodies() == [first.body]


@pytest.mark.covers("end revoked", "message Unsubscribe", "error not_subscribed")
def test_a_revocation_reaches_an_open_connection_and_nothing_after_it(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    notebook = new_id()
    ann.call("create_notebook", id=notebook, name="Shared")
    stream = f"{notebook}/notes"
    world.set_role(notebook, bob.account, "editor")
    assert m.NotebookRow(notebook, "Shared", "editor") in bob.heard().one(m.Notice).notebooks
    ann.subscribe(stream)
    bob.subscribe(stream)
    note, first = ann.author.note(stream)
    ann.push(stream, first)
    world.set_role(notebook, bob.account, None)
    ann.push(stream, ann.author.type(stream, note, "secret"))
    heard = bob.heard()
    assert heard.bodies() == []
    assert heard.one(m.Unsubscribe) == m.Unsubscribe(stream, "revoked")
    assert notebook not in [row.id for row in heard.one(m.Notice).notebooks]
    own = Author()
    assert bob.say(m.Presence(stream)) == []
    assert bob.say(m.Pull(stream, 1, 0)).one(m.Error).code == "not_subscribed"
    bob.author = own
    assert bob.push(stream, own.note(stream)[1]).one(m.Nack).code == "not_subscribed"


def test_a_lowered_role_keeps_reading_and_stops_writing(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    notebook = new_id()
    ann.call("create_notebook", id=notebook, name="Shared")
    stream = f"{notebook}/notes"
    world.set_role(notebook, bob.account, "editor")
    bob.subscribe(stream)
    world.set_role(notebook, bob.account, "viewer")
    assert bob.heard().all(m.Unsubscribe) == []
    ack = bob.push(stream, bob.author.note(stream)[1]).one(m.Ack)
    assert ack.rejected[0].code == "forbidden"


def test_a_rejection_whose_ack_was_lost_is_told_again_before_the_position_that_hides_it(world):
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    bad = ann.author.numbered_bytes(ann.notes, note, b"no delta")
    world.commits = False
    ann.push(ann.notes, first, bad)
    world.commit()
    world.restart()
    again = world.again(ann)
    again.heard()
    again.do(m.Subscribe((Wanted(ann.notes, "content", 0, 0, 0, bytes(8)),)))
    heard = again.heard()
    kinds = heard.kinds()
    assert kinds.index(m.Ack) < kinds.index(m.Subscribed)
    ack = heard.one(m.Ack)
    assert (ack.batch, ack.n, [rejected.n for rejected in ack.rejected]) == (0, 2, [2])
    assert heard.one(m.Subscribed).streams[0].last_n == 2


@pytest.mark.covers("reset cursor", "reset epoch", "via reset", "message Reset")
def test_another_epoch_or_a_cursor_ahead_of_the_log_is_a_reset(world):
    ann = world.signed_up("ann")
    granted = ann.subscribe(ann.notes)
    assert ann.subscribe(ann.notes, epoch=granted.epoch + 1).via == "reset"
    assert ann.subscribe(ann.notes, epoch=granted.epoch, cursor=1).via == "reset"
    assert ann.subscribe(ann.notes, epoch=granted.epoch, cursor=0).via == "log"
    assert ann.say(m.Pull(ann.notes, granted.epoch, 5)).one(m.Reset).why == "cursor"
    ann.subscribe(ann.notes)
    assert ann.say(m.Pull(ann.notes, granted.epoch + 1, 0)).one(m.Reset).why == "epoch"


def test_a_creator_who_lost_the_store_gets_the_own_writes_back(world):
    ann = world.signed_up("ann")
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    again = world.again(ann)
    again.heard()
    granted = again.subscribe(ann.notes)
    assert granted.last_n == 1
    assert again.heard().bodies() == [first.body]
    caught_up = world.again(ann)
    caught_up.heard()
    assert caught_up.subscribe(ann.notes, epoch=granted.epoch, cursor=1).last_n == 1
    assert caught_up.heard().bodies() == []


def test_a_pull_goes_on_from_any_cursor(world):
    ann = world.signed_up("ann")
    granted = ann.subscribe(ann.notes)
    note, first = ann.author.note(ann.notes)
    deltas = [first, *[ann.author.type(ann.notes, note, "x") for _ in range(3)]]
    ann.push(ann.notes, *deltas)
    heard = ann.say(m.Pull(ann.notes, granted.epoch, 2))
    rows = [row for came in heard.all(m.Deltas) for row in came.deltas]
    assert [row.seq for row in rows] == [3, 4]


def test_a_pull_of_documents_answers_with_their_states_only(world):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    notes = [ann.author.note(ann.notes, f"note {n}") for n in range(3)]
    ann.push(ann.notes, *[delta for _, delta in notes])
    wanted = (notes[0][0], notes[2][0], new_id())
    heard = ann.say(m.Pull(ann.notes, 0, 0, wanted, id=5))
    states = heard.one(m.State)
    assert {chunk.document for chunk in states.documents} == {notes[0][0], notes[2][0]}
    assert (states.id, states.end.documents) == (5, 2)


@pytest.mark.covers("message Pull", "message State")
def test_a_full_pull_sends_states_where_the_log_would_do(world):
    ann = world.signed_up("ann")
    granted = ann.subscribe(ann.notes)
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    heard = ann.say(m.Pull(ann.notes, granted.epoch, 0, full=True))
    assert heard.one(m.State).end.to == 1


@pytest.mark.covers("via state")
def test_an_interrupted_transfer_is_resumed_behind_the_last_whole_document(world):
    ann = world.signed_up("ann")
    granted = ann.subscribe(ann.notes)
    notes = sorted(ann.author.note(ann.notes, f"note {n}") for n in range(4))
    ann.push(ann.notes, *[delta for _, delta in notes], n0=1)
    again = world.again(ann)
    again.heard()
    row = again.subscribe(ann.notes, epoch=granted.epoch, cursor=0, after=notes[1][0], to=4)
    assert row.via == "state"
    state = again.heard().one(m.State)
    assert [chunk.document for chunk in state.documents] == [notes[2][0], notes[3][0]]
    assert state.end.to == 4


@pytest.mark.covers("status limit")
def test_subscriptions_have_a_bound(world, monkeypatch):
    monkeypatch.setattr(limits, "CONTENT_SUBSCRIPTIONS_MAX", 2)
    ann = world.signed_up("ann")
    statuses = [ann.subscribe(f"{ann.personal}/{name}").status for name in ("notes", "folders", "comments")]
    assert statuses == ["ok", "ok", "limit"]
    assert ann.subscribe(ann.notes).status == "ok"


# --- pushing -----------------------------------------------------------------------------------------------


@pytest.mark.covers("nack rate")
def test_a_push_over_the_pace_is_refused_without_closing_and_passes_later(world, monkeypatch):
    ann = world.signed_up("ann")
    monkeypatch.setattr(world.realm.paces, "_pace", auth.Pace(3, 1))
    note, first = ann.author.note(ann.notes)
    deltas = [first, *[ann.author.type(ann.notes, note, "x") for _ in range(2)]]
    assert ann.push(ann.notes, *deltas).one(m.Ack).n == 3
    more = ann.author.type(ann.notes, note, "x")
    nack = ann.push(ann.notes, more).one(m.Nack)
    assert nack.code == "rate"
    assert ann.closed is None
    world.now_ms += nack.after_ms
    assert ann.push(ann.notes, more).one(m.Ack).n == 4


def test_a_batch_over_its_limit_is_refused(world):
    ann = world.signed_up("ann")
    note = new_id()
    deltas = [ann.author.numbered_bytes(ann.notes, note, bytes(60_000)) for _ in range(3)]
    assert ann.push(ann.notes, *deltas).one(m.Error).code == "too_big"
    assert ann.closed == Close(1008, "too_big")


@pytest.mark.covers("limit IN_FLIGHT_BATCHES_MAX")
def test_a_connection_may_have_only_so_much_in_flight(world):
    ann = world.signed_up("ann")
    world.commits = False
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    for _ in range(limits.IN_FLIGHT_BATCHES_MAX - 2):
        ann.push(ann.notes, ann.author.type(ann.notes, note, "x"))
    assert not ann.session.full
    ann.push(ann.notes, ann.author.type(ann.notes, note, "x"))
    assert ann.session.full
    world.commit()
    assert not ann.session.full
    assert ann.heard().all(m.Ack)[-1].n == limits.IN_FLIGHT_BATCHES_MAX


def _two_devices(world):
    """Two connections of one account that both follow its notes and have heard everything."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    for talk in (ann, other):
        talk.subscribe(ann.notes)
        talk.heard()
    return ann, other
