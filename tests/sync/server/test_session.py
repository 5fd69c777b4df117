from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import limits
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.messages import KINDS
from sync.protocol.pack import pack
from sync.server import auth, roles
from sync.server.session import Close
from tests.support.frames import EXAMPLES
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


# --- hello ---------------------------------------------------------------------------------------------


@pytest.mark.covers("mode full", "message Hello", "limit PING_EVERY_MS", "sign_in ")
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


@pytest.mark.covers("close unexpected", "error unexpected")
def test_hello_may_come_only_once(world):
    talk = world.hello()
    assert talk.say(EXAMPLES["hello"]).one(m.Error).code == "unexpected"
    assert talk.closed == Close(1002, "unexpected")


@pytest.mark.covers("error too_big")
def test_the_first_frame_has_a_limit_of_its_own(world):
    talk = world.talk()
    talk.do_bytes(wire.encode(EXAMPLES["hello"]) + bytes(limits.HELLO_SIZE_MAX))
    assert talk.heard().one(m.Error).code == "too_big"
    assert talk.closed is not None


@pytest.mark.covers("close hello", "limit HELLO_WAIT_MS")
def test_who_does_not_say_hello_in_time_is_closed(world):
    talk = world.talk()
    world.now_ms += limits.HELLO_WAIT_MS - 1
    talk.tick()
    assert talk.closed is None
    world.now_ms += 1
    talk.tick()
    assert talk.closed == Close(1008, "hello")


@pytest.mark.covers("close protocol", "error protocol")
def test_a_program_of_another_protocol_is_told_to_upgrade(world):
    talk = world.talk()
    talk.do(m.Hello((2, 3), "a", "b", 1, "c", "1.0"))
    error = talk.heard().one(m.Error)
    assert (error.code, error.retry) == ("protocol", "upgrade")
    assert talk.closed is not None


# --- what may be said when --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS.values())
def test_what_only_servers_say_is_not_heard_from_clients(world, kind):
    if roles.MESSAGE_RIGHTS[kind] != roles.NEVER:
        return
    talk = world.signed_up("ann")
    talk.say(next(message for message in EXAMPLES.values() if type(message) is kind))
    assert talk.closed == Close(1002, "unexpected")


@pytest.mark.covers("status parked", "nack auth", "error auth", "retry auth")
def test_before_signing_in_nothing_is_done_that_needs_it(world):
    for kind in KINDS.values():
        if roles.MESSAGE_RIGHTS[kind] in (roles.SIGNED_IN, roles.MEMBER, roles.WRITER):
            _needs_a_sign_in(world, kind)


def _needs_a_sign_in(world, kind):
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
@pytest.mark.covers("refusal auth")
def test_before_signing_in_no_call_is_done_that_needs_it(world, call):
    assert world.hello().call(call).one(m.Result).code == "auth"


@pytest.mark.covers("refusal unknown_call", "message Call")
def test_an_unknown_call_is_answered_as_such(world):
    assert world.signed_up("ann").call("make_coffee").one(m.Result).code == "unknown_call"


@pytest.mark.covers("error unknown_kind", "message Error", "retry never")
def test_an_unknown_kind_is_answered_and_the_connection_goes_on(world):
    talk = world.hello()
    talk.do_bytes(b"\x00" + b"\x92\x7f\x80")
    error = talk.heard().one(m.Error)
    assert (error.code, error.about) == ("unknown_kind", 127)
    assert talk.closed is None
    talk.do_bytes(b"\x00" + b"\x92\xcc\x80\x80")
    assert talk.heard() == []


@pytest.mark.covers("close unknown_kind")
def test_an_unknown_kind_ends_a_connection_that_has_not_said_hello(world):
    talk = world.talk()
    talk.do_bytes(b"\x00" + pack([127, {}]))
    assert talk.closed == Close(1002, "unknown_kind")


@pytest.mark.covers("close bad_frame", "error bad_frame")
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


@pytest.mark.covers("sign_in ok")
def test_a_token_in_hello_signs_in(world):
    ann = world.signed_up("ann")
    talk = world.talk(ann.author)
    talk.do(m.Hello((1, 1), "a", "b", ann.author.rid, f"i{ann.author.rid}", "1.0", ann.token))
    heard = talk.heard()
    assert heard.kinds() == [m.Welcome, m.Notice]
    assert heard.one(m.Welcome).auth.state == "ok"
    assert heard.one(m.Welcome).account.id == ann.account


@pytest.mark.parametrize("token", ["", "wrong", "\0", "x" * limits.TOKEN_LENGTH_MAX])
@pytest.mark.covers("sign_in invalid")
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


@pytest.mark.covers("sign_in wrong_account")
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


@pytest.mark.covers("close rid_taken", "error rid_taken", "retry now")
def test_a_token_with_a_taken_replica_id_is_turned_away_at_hello(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    talk = world.talk(ann.author)
    talk.do(m.Hello((1, 1), "a", "b", ann.author.rid, "i", "1.0", bob.token))
    assert talk.heard().kinds() == [m.Welcome, m.Error]
    assert talk.closed == Close(1008, "rid_taken")


@pytest.mark.covers("error connections")
def test_an_account_has_a_bound_of_connections(tmp_path):
    world = SessionWorld(tmp_path, connections_per_account=2)
    ann = world.signed_up("ann")
    world.device(ann)
    third = world.hello()
    heard = third.call("sign_in", email=ann.email, password="correct horse battery")
    assert (heard.one(m.Error).code, heard.one(m.Error).retry) == ("connections", "later")
    assert third.closed == Close(1008, "connections")
    world.close()


@pytest.mark.covers("limit CONNECTIONS_PER_ACCOUNT")
def test_an_account_has_as_many_connections_as_the_limit_and_not_one_more(world):
    ann = world.signed_up("ann")
    for _ in range(limits.CONNECTIONS_PER_ACCOUNT - 1):
        assert world.again(ann).closed is None
    talk = world.talk(ann.author)
    talk.do(m.Hello((1, 1), "a", "b", ann.author.rid, f"i{ann.author.rid}", "1.0", ann.token))
    assert talk.heard().one(m.Error).code == "connections"
    assert talk.closed == Close(1008, "connections")


@pytest.mark.covers("sign_in expiring", "sign_in expired", "message Auth", "message AuthState", "nack auth")
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


@pytest.mark.parametrize(
    "state",
    [pytest.param("revoked", marks=pytest.mark.covers("sign_in revoked")), "expired", "disabled"],
)
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


# --- the rest ---------------------------------------------------------------------------------------------


@pytest.mark.covers("message Ping", "message Pong")
def test_a_ping_is_a_clock_sample(world):
    assert world.hello().say(m.Ping(5)) == [m.Pong(5, world.now_ms)]


@pytest.mark.covers("close bye")
def test_a_client_that_says_goodbye_is_closed(world):
    talk = world.hello()
    talk.say(m.Bye("closing"))
    assert talk.closed == Close(1000, "bye")


@pytest.mark.covers("close silence", "limit SILENCE_MS_MAX")
def test_a_silent_client_is_closed_after_more_than_it_waits_itself(world):
    talk = world.hello()
    world.now_ms += limits.SILENCE_MS_MAX
    talk.tick()
    assert talk.closed is None
    world.now_ms += limits.SILENCE_MS_MAX
    talk.tick()
    assert talk.closed == Close(1001, "silence")


@pytest.mark.covers("message Presence")
def test_presence_is_seen_by_the_others_with_the_senders_name(world):
    ann, other = _two_devices(world)
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    other.heard()
    ann.say(m.Presence(ann.notes, note, (1, 2, "after"), (1, 2, "after"), name="Mallory", account="x"))
    seen = other.heard().one(m.Presence)
    assert (seen.name, seen.account, seen.document) == ("ann", ann.account, note)


def test_a_flood_of_frames_is_slowed_and_a_busy_window_is_not(world):
    busy, flooding = world.hello().session, world.hello().session
    for tick in range(1_000):
        assert busy.pace(tick * 10) == 0
    waits = [flooding.pace(0) for _ in range(3_000)]
    assert waits.count(0) == 2_000
    assert max(waits) <= 10


@pytest.mark.covers("limit PRESENCE_SIZE_MAX")
def test_presence_has_a_size_and_more_of_it_is_refused_without_closing(world):
    ann, other = _two_devices(world)
    said = [m.Presence.TYPE, {"stream": ann.notes, "filler": ""}]
    overhead = len(pack(said)) + 1
    for size, seen in ((limits.PRESENCE_SIZE_MAX, 1), (limits.PRESENCE_SIZE_MAX + 1, 0)):
        said[1]["filler"] = "x" * (size - overhead - 2)  # a longer text has a longer head
        frame = b"\x00" + pack(said)
        assert len(frame) == size
        ann.do_bytes(frame)
        assert len(other.heard().all(m.Presence)) == seen
        world.now_ms += 1_000
    assert ann.heard().one(m.Error).code == "too_big"
    assert ann.closed is None


def _two_devices(world):
    """Two connections of one account that both follow its notes and have heard everything."""
    ann = world.signed_up("ann")
    other = world.device(ann)
    for talk in (ann, other):
        talk.subscribe(ann.notes)
        talk.heard()
    return ann, other
