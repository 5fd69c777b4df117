from __future__ import annotations

import pytest

from sync.errors import AuthFailed
from sync.server import auth
from sync.server.people import CallRefused, Device
from tests.support.core_world import CoreWorld
from tests.support.peer import new_id
from tests.support.worlds import world_of

DEVICE = Device("inst", "linux", "1", 7, "127.0.0.1")

world = world_of(CoreWorld)


@pytest.fixture
def people(world):
    return world.opened.people


def test_a_token_stands_for_its_account_until_it_is_revoked(world, people):
    ann = world.account("ann")
    token, identity = people.sign_in(ann, DEVICE, world.now_ms)
    found = people.identify(token, DEVICE, world.now_ms)
    assert found == identity
    assert (found.account, found.email, found.personal) == (ann.id, ann.email, ann.personal)
    assert people.sign_out(identity) == [identity.sign_in]
    with pytest.raises(AuthFailed, match="revoked"):
        people.identify(token, DEVICE, world.now_ms)


def test_a_token_expires_when_it_is_not_used_and_lives_on_when_it_is(world, people):
    token, _ = people.sign_in(world.account("ann"), DEVICE, world.now_ms)
    now = world.now_ms
    for _ in range(5):
        now += auth.TOKEN_LIFE_MS - 1
        assert people.identify(token, DEVICE, now).expires_ms > now
    with pytest.raises(AuthFailed, match="expired"):
        people.identify(token, DEVICE, now + auth.TOKEN_LIFE_MS)


def test_using_a_token_often_writes_seldom(world, people, monkeypatch):
    token, _ = people.sign_in(world.account("ann"), DEVICE, world.now_ms)
    written = []
    for name in ("extend", "device"):
        monkeypatch.setattr(world.opened.accounts, name, lambda *args: written.append(args))
    for minute in range(100):
        people.identify(token, DEVICE, world.now_ms + minute * 60_000)
    assert written == []


@pytest.mark.parametrize("token", ["", "x", "\ud800", "A" * 43])
def test_of_an_unknown_token_nothing_is_told(people, token):
    with pytest.raises(AuthFailed, match="invalid"):
        people.identify(token, DEVICE, 0)


def test_several_sign_ins_of_one_installation_live_side_by_side(world, people):
    ann = world.account("ann")
    first, _ = people.sign_in(ann, DEVICE, world.now_ms)
    second, _ = people.sign_in(ann, DEVICE, world.now_ms)
    assert (
        people.identify(first, DEVICE, world.now_ms).device
        == people.identify(second, DEVICE, world.now_ms).device
    )


def test_roles_change_at_once_and_survive_a_restart(world, people):
    ann, bob = world.account("ann"), world.account("bob")
    notebook = world.notebook(ann)
    assert people.role(bob.id, notebook) is None
    people.set_role(notebook, bob.id, "commenter")
    assert people.role(bob.id, notebook) == "commenter"
    world.reopen()
    assert world.opened.people.role(bob.id, notebook) == "commenter"
    world.opened.people.set_role(notebook, bob.id, None)
    assert world.opened.people.role(bob.id, notebook) is None


def test_asking_for_a_role_again_asks_no_store(world, people, monkeypatch):
    ann = world.account("ann")
    people.role(ann.id, ann.personal)
    monkeypatch.setattr(world.opened.accounts, "memberships", None)
    assert people.role(ann.id, ann.personal) == "owner"


def test_an_account_has_a_bound_of_notebooks(world, people, monkeypatch):
    monkeypatch.setattr("sync.server.people.NOTEBOOKS_PER_ACCOUNT", 2)
    ann = world.account("ann")
    people.create_notebook(ann.id, new_id(), "one more", world.now_ms)
    with pytest.raises(CallRefused, match="limit"):
        people.create_notebook(ann.id, new_id(), "too many", world.now_ms)


def test_epochs_of_streams_differ(world, people):
    ann = world.account("ann")
    epochs = {
        world.opened.store.stream(f"{ann.personal}/{name}").epoch for name in ("notes", "folders", "comments")
    }
    assert len(epochs) == 3
    assert 0 not in epochs
