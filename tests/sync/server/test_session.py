from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import limits
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.messages import KINDS
from sync.protocol.rows import Wanted
from sync.server import auth, roles
from sync.server.session import Close, mode_of
from tests.support.frames import EXAMPLES
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld


@pytest.fixture
def world(tmp_path):
    made = SessionWorld(tmp_path)
    yield made
    made.close()


# --- hello ---------------------------------------------------------------------------------------------


def test_hello_is_answered_with_who_the_server_is_and_what_it_allows(world):
    welcome = world.talk().hello(t0=7)
    assert welcome.server == (world.opened.server_id, 1)
    assert (welcome.now, welcome.t0, welcome.ping) == (world.now_ms, 7, limits.PING_EVERY_MS)
    assert welcome.model == m.ModelSaid("1.0", "1.0", "full")
    assert welcome.auth == m.AuthSaid("")
    assert welcome.limits == limits.LIMITS_SAID
    assert welcome.account is None


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind is not m.Hello])
def test_nothing_but_hello_may_come_first(world, kind):
    talk = world.talk()
    heard = talk.say(next(message for message in EXAMPLES.values() if type(message) is kind))
    assert heard.one(m.Error).code in ("unexpected", "too_big")
    assert talk.closed is not None


def test_hello_may_come_only_once(world):
    talk = world.hello()
    assert talk.say(EXAMPLES["hello"]).one(m.Error).code == "unexpected"
    assert talk.closed == Close(1002, "unexpected")


def test_the_first_frame_has_a_limit_of_its_own(world):
    talk = world.talk()
    talk.do_bytes(wire.encode(EXAMPLES["hello"]) + bytes(limits.HELLO_SIZE_MAX))
    assert talk.heard().one(m.Error).code == "too_big"
    assert talk.closed is not None


def test_who_does_not_say_hello_in_time_is_closed(world):
    talk = world.talk()
    world.now_ms += limits.HELLO_WAIT_MS - 1
    talk.tick()
    assert talk.closed is None
    world.now_ms += 1
    talk.tick()
    assert talk.closed == Close(1008, "hello")


def test_a_program_of_another_protocol_is_told_to_upgrade(world):
    talk = world.talk()
    talk.do(m.Hello((2, 3), "a", "b", 1, "c", "1.0"))
    error = talk.heard().one(m.Error)
    assert (error.code, error.retry) == ("protocol", "upgrade")
    assert talk.closed is not None


@pytest.mark.parametrize(
    ("client", "server", "mode"),
    [("1.0", "1.0", "full"), ("1.9", "1.0", "full"), ("1.0", "2.0", "send_only"), ("2.0", "1.3", "ahead")],
)
def test_the_mode_follows_from_the_major_versions(client, server, mode):
    assert mode_of(client, server) == mode


# --- what may be said when --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values())
def test_what_only_servers_say_is_not_heard_from_clients(world, kind):
    if roles.MESSAGE_RIGHTS[kind] != roles.NEVER:
        return
    talk = world.signed_up("ann")
    talk.say(next(message for message in EXAMPLES.values() if type(message) is kind))
    assert talk.closed == Close(1002, "unexpected")


@pytest.mark.parametrize("kind", KINDS.values())
def test_before_signing_in_nothing_is_done_that_needs_it(world, kind):
    if roles.MESSAGE_RIGHTS[kind] not in (roles.SIGNED_IN, roles.MEMBER, roles.WRITER):
        return
    talk = world.hello()
    heard = talk.say(next(message for message in EXAMPLES.values() if type(message) is kind))
    if kind is m.Push:
        assert heard.one(m.Nack).code == "auth"
    elif kind is m.Subscribe:
        assert {row.status for row in heard.one(m.Subscribed).streams} == {"parked"}
    else:
        assert (heard.one(m.Error).code, heard.one(m.Error).retry) == ("auth", "auth")
    assert talk.closed is None
    assert world.queue == []
    assert talk.link.feeds == {}


@pytest.mark.parametrize("call", [name for name, right in roles.CALL_RIGHTS.items() if right != roles.ANYONE])
def test_before_signing_in_no_call_is_done_that_needs_it(world, call):
    assert world.hello().call(call).one(m.Result).code == "auth"


def test_an_unknown_call_is_answered_as_such(world):
    assert world.signed_up("ann").call("make_coffee").one(m.Result).code == "unknown_call"


def test_an_unknown_kind_is_answered_and_the_connection_goes_on(world):
    talk = world.hello()
    talk.do_bytes(b"\x00" + b"\x92\x7f\x80")
    assert talk.heard().one(m.Error).code == "unknown_kind"
    assert talk.closed is None
    talk.do_bytes(b"\x00" + b"\x92\xcc\x80\x80")
    assert talk.heard() == []


def test_a_text_frame_is_a_bad_frame(world):
    talk = world.hello()
    talk.perform(talk.session.refuse_text())
    assert talk.heard().one(m.Error).code == "bad_frame"
    assert talk.closed == Close(1002, "bad_frame")


@given(seed=st.integers(0, 2**32))
def test_mutated_frames_never_break_a_session(tmp_path_factory, seed):
    chance = random.Random(seed)
    world = _shared(tmp_path_factory)
    talk = world.hello()
    for _ in range(6):
        frame = bytearray(wire.encode(chance.choice(list(EXAMPLES.values()))))
        for _ in range(chance.randrange(3)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        talk.do_bytes(bytes(frame))
    talk.heard()
    world.hub.disconnect(talk.link.conn)
    world.talks.remove(talk)


_worlds: list[SessionWorld] = []


def _shared(tmp_path_factory):
    if not _worlds:
        _worlds.append(SessionWorld(tmp_path_factory.mktemp("fuzz")))
    return _worlds[0]


# --- signing in -----------------------------------------------------------------------------------------


def test_signing_up_gives_a_token_an_account_and_a_personal_notebook(world):
    talk = world.hello()
    heard = talk.enter("sign_up", email="Ann@Example.org", password="correct horse battery", name="Ann")
    assert heard.kinds() == [m.Result, m.AuthState, m.Notice]
    assert heard.one(m.AuthState).state == "ok"
    assert heard.one(m.AuthState).account == m.AccountSaid(talk.account, "ann@example.org", "Ann")
    notice = heard.one(m.Notice)
    assert notice.notebooks == (m.NotebookRow(talk.personal, "Personal", "owner"),)
    assert (notice.kind, notice.personal) == ("account", talk.personal)


def test_a_token_in_hello_signs_in(world):
    ann = world.signed_up("ann")
    talk = world.talk(ann.author)
    talk.do(m.Hello((1, 1), "a", "b", ann.author.rid, f"i{ann.author.rid}", "1.0", ann.token))
    heard = talk.heard()
    assert heard.kinds() == [m.Welcome, m.Notice]
    assert heard.one(m.Welcome).auth.state == "ok"
    assert heard.one(m.Welcome).account.id == ann.account


@pytest.mark.parametrize("token", ["", "wrong", "\0", "x" * limits.TOKEN_LENGTH_MAX])
def test_an_unknown_token_is_invalid_and_the_connection_stays(world, token):
    talk = world.talk()
    assert talk.hello(token=token).auth == m.AuthSaid("invalid")
    assert talk.closed is None
    assert not talk.session.signed_in


def test_a_token_may_come_at_any_time(world):
    ann = world.signed_up("ann")
    talk = world.hello(ann.author, inst=f"i{ann.author.rid}")
    heard = talk.say(m.Auth(ann.token))
    assert heard.one(m.AuthState).state == "ok"
    assert talk.session.signed_in


def test_a_token_of_another_account_is_not_taken_by_this_connection(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    assert ann.say(m.Auth(bob.token)).one(m.AuthState).state == "wrong_account"
    assert ann.session.signed_in
    assert ann.session.identity.account == ann.account


def test_a_replica_id_belongs_to_the_account_and_device_that_used_it_first(world):
    ann = world.signed_up("ann")
    thief = world.hello(ann.author, inst="another")
    heard = thief.call("sign_up", email="eve@example.org", password="correct horse battery", name="Eve")
    assert (heard.one(m.Error).code, heard.one(m.Error).retry) == ("rid_taken", "now")
    assert thief.closed == Close(1008, "rid_taken")
    same_person = world.hello(ann.author, inst="another")
    heard = same_person.call("sign_in", email=ann.email, password="correct horse battery")
    assert heard.one(m.Error).code == "rid_taken"


def test_a_token_with_a_taken_replica_id_is_turned_away_at_hello(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    talk = world.talk(ann.author)
    talk.do(m.Hello((1, 1), "a", "b", ann.author.rid, "i", "1.0", bob.token))
    assert talk.heard().kinds() == [m.Welcome, m.Error]
    assert talk.closed == Close(1008, "rid_taken")


def test_an_account_has_a_bound_of_connections(tmp_path):
    world = SessionWorld(tmp_path, connections_per_account=2)
    ann = world.signed_up("ann")
    world.device(ann)
    third = world.hello()
    heard = third.call("sign_in", email=ann.email, password="correct horse battery")
    assert (heard.one(m.Error).code, heard.one(m.Error).retry) == ("connections", "later")
    assert third.closed == Close(1008, "connections")
    world.close()


def test_a_sign_in_that_ends_is_announced_parks_its_streams_and_resumes_after_auth(world):
    ann, other = _two_devices(world)
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    assert other.heard().bodies() == [first.body]
    world.now_ms += auth.TOKEN_LIFE_MS - auth.TOKEN_EXPIRING_MS
    for talk in (ann, other):
        talk.session._heard_ms = world.now_ms
        talk.tick()
        assert talk.heard().one(m.AuthState).state == "expiring"
        talk.tick()
        assert talk.heard() == []
    world.now_ms += auth.TOKEN_EXPIRING_MS
    other.session._heard_ms = world.now_ms
    other.tick()
    assert other.heard().one(m.AuthState).state == "expired"
    world.opened.accounts.extend(ann.session.identity.sign_in, world.now_ms + 10**9)
    second = ann.author.type(ann.notes, note, "x")
    assert isinstance(ann.push(ann.notes, second)[0], m.Ack)
    assert other.heard() == []
    nack = other.push(other.notes, other.author.note(other.notes)[1])
    assert nack.one(m.Nack).code == "auth"
    world.opened.accounts.extend(other.session.identity.sign_in, world.now_ms + 10**9)
    heard = other.say(m.Auth(other.token))
    assert heard.one(m.AuthState).state == "ok"
    assert heard.bodies() == [second.body]


@pytest.mark.parametrize("state", ["revoked", "expired", "disabled"])
def test_what_ends_a_sign_in_elsewhere_reaches_the_open_connection(world, state):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    world.ended([ann.session.identity.sign_in], state)
    assert ann.heard().one(m.AuthState).state == state
    assert not ann.session.signed_in


def test_signing_a_connection_out_lets_another_account_in_and_shows_it_nothing_of_the_first(world):
    ann = world.signed_up("ann")
    bob = world.signed_up("bob")
    ann.subscribe(ann.notes)
    first = ann.author.note(ann.notes, "secret")[1]
    ann.push(ann.notes, first)
    assert ann.say(m.Auth(None)).one(m.AuthState).state == ""
    assert ann.link.feeds == {}
    heard = ann.say(m.Auth(bob.token))
    assert heard.one(m.Error).code == "rid_taken"


# --- streams --------------------------------------------------------------------------------------------


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


def test_a_full_pull_sends_states_where_the_log_would_do(world):
    ann = world.signed_up("ann")
    granted = ann.subscribe(ann.notes)
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    heard = ann.say(m.Pull(ann.notes, granted.epoch, 0, full=True))
    assert heard.one(m.State).end.to == 1


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


def test_subscriptions_have_a_bound(world, monkeypatch):
    monkeypatch.setattr(limits, "CONTENT_SUBSCRIPTIONS_MAX", 2)
    ann = world.signed_up("ann")
    statuses = [ann.subscribe(f"{ann.personal}/{name}").status for name in ("notes", "folders", "comments")]
    assert statuses == ["ok", "ok", "limit"]
    assert ann.subscribe(ann.notes).status == "ok"


# --- pushing -----------------------------------------------------------------------------------------------


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


def test_a_program_ahead_of_the_server_may_only_wait(world):
    talk = world.hello(model="2.0")
    talk.enter("sign_up", email="ann@example.org", password="correct horse battery", name="Ann")
    assert talk.push(talk.notes, talk.author.note(talk.notes)[1]).one(m.Nack).code == "migrating"
    assert talk.subscribe(talk.notes).via == "none"


def test_a_program_behind_the_server_may_send_and_is_sent_nothing(world, monkeypatch):
    ann = world.signed_up("ann")
    monkeypatch.setattr("sync.server.session.mode_of", lambda client, server: "send_only")
    old = world.hello()
    old.enter("sign_in", email=ann.email, password="correct horse battery")
    assert old.subscribe(ann.notes).via == "none"
    first = ann.author.note(ann.notes)[1]
    ann.push(ann.notes, first)
    assert old.heard().bodies() == []
    assert old.push(ann.notes, old.author.note(ann.notes)[1]).one(m.Ack).n == 1


# --- the rest ---------------------------------------------------------------------------------------------


def test_a_ping_is_a_clock_sample(world):
    assert world.hello().say(m.Ping(5)) == [m.Pong(5, world.now_ms)]


def test_a_client_that_says_goodbye_is_closed(world):
    talk = world.hello()
    talk.say(m.Bye("closing"))
    assert talk.closed == Close(1000, "bye")


def test_a_silent_client_is_closed_after_more_than_it_waits_itself(world):
    talk = world.hello()
    world.now_ms += limits.SILENCE_MS_MAX
    talk.tick()
    assert talk.closed is None
    world.now_ms += limits.SILENCE_MS_MAX
    talk.tick()
    assert talk.closed == Close(1001, "silence")


def test_presence_is_seen_by_the_others_with_the_senders_name(world):
    ann, other = _two_devices(world)
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    other.heard()
    ann.say(m.Presence(ann.notes, note, (1, 2, "after"), (1, 2, "after"), name="Mallory", account="x"))
    seen = other.heard().one(m.Presence)
    assert (seen.name, seen.account, seen.document) == ("ann", ann.account, note)


def _two_devices(world):
    """Two connections of one account that both follow its notes and have heard everything."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    for talk in (ann, other):
        talk.subscribe(ann.notes)
        talk.heard()
    return ann, other
