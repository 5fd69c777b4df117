from __future__ import annotations

import asyncio

import pytest

from sync.protocol import messages as m
from sync.server.connected import Connected, Connection
from sync.server.hub import Hub
from sync.server.outcome import Outcome
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


@pytest.fixture
def everybody(world):
    """Ann twice and bob, as a process has them."""
    ann = world.signed_up("ann")
    talks = [ann, world.again(ann), world.signed_up("bob")]
    connected = Connected(Hub(), lambda: world.now_ms, _perform)
    for talk in talks:
        connected.enter(Connection(talk, talk.link, talk.session, asyncio.Event()))
        talk.heard()
    return connected, talks


def _perform(connection, effects):
    connection.socket.perform(effects)  # the talk stands in for its socket


def test_only_who_is_signed_in_by_what_ended_is_parked(world, everybody):
    connected, (ann, again, bob) = everybody
    connected.ended([ann.session.identity.sign_in])
    assert ann.heard().one(m.AuthState).state == "revoked"
    assert not bob.link.parked
    assert again.link.parked is (again.session.identity.sign_in == ann.session.identity.sign_in)


def test_whose_sign_in_may_have_changed_elsewhere_looks_whether_it_stands(world, everybody):
    connected, (ann, again, bob) = everybody
    connected.sign_ins_changed(ann.account)
    assert not ann.link.parked
    world.opened.accounts.revoke(account=ann.account)
    connected.sign_ins_changed(bob.account)
    assert not ann.link.parked
    connected.sign_ins_changed(ann.account)
    for talk in (ann, again):
        assert talk.heard().one(m.AuthState).state == "revoked"
    connected.sign_ins_changed(ann.account)
    assert ann.heard() == []  # once is enough


@pytest.mark.parametrize("state", ["disabled", "expired", "invalid"])
def test_every_way_in_which_a_sign_in_ends_is_told(world, everybody, state):
    connected, (ann, _, _) = everybody
    accounts, sign_in = world.opened.accounts, ann.session.identity.sign_in
    if state == "disabled":
        accounts.set_disabled(ann.account, True)
    elif state == "expired":
        accounts.extend(sign_in, world.now_ms)
    else:
        world.opened.store.db.write("DELETE FROM sign_ins WHERE key = ?", (sign_in,))
    connected.sign_ins_changed(ann.account)
    assert ann.heard().one(m.AuthState).state == state


def test_roles_are_told_to_all_connections_of_an_account_and_to_nobody_else(world, everybody):
    connected, (ann, again, bob) = everybody
    connected.told(Outcome(roles_changed=[ann.account]))
    assert [len(talk.heard().all(m.Notice)) for talk in (ann, again, bob)] == [1, 1, 0]


def test_sessions_look_at_the_clock_and_who_left_does_not(world, everybody):
    connected, (ann, again, bob) = everybody
    assert len(connected) == 3
    connected.leave(next(iter(connected)))
    connected.tick()
    assert again.closed is None
    world.now_ms += 3_600_000
    connected.tick()
    assert [talk.closed is None for talk in (ann, again, bob)] == [True, False, False]
