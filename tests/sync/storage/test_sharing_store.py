from __future__ import annotations

import pytest

from sync.server.auth import new_id, token_hash
from sync.server.roles import ROLES
from sync.storage.account_store import AccountRow, NewNotebook
from sync.storage.sharing_store import InviteRow, SharingStore
from tests.support.core_world import CoreWorld
from tests.support.worlds import account_of, world_of

SECRET = token_hash("secret")

world = world_of(CoreWorld)


@pytest.fixture
def sharing(world):
    strength = {role: at for at, role in enumerate(ROLES, 1)}
    return SharingStore(world.opened.store, world.opened.accounts, strength)


ann = account_of("ann")
bob = account_of("bob")


def invite(notebook, role="editor", *, expires_ms=0, uses=0):
    return InviteRow(new_id(), SECRET, notebook, role, "", 1_000, expires_ms, uses)


def test_an_invite_gives_its_role_once_for_each_use(world, sharing, ann, bob):
    notebook = world.notebook(ann)
    row = invite(notebook, uses=1)
    sharing.add_invite(row)
    assert sharing.redeem(row.id, SECRET, bob.id, 2_000) == ("joined", notebook)
    assert sharing.invite(row.id).uses == 1
    assert sharing.redeem(row.id, SECRET, world.account("eve").id, 2_000).outcome == "used"
    members = {email: role for _, email, role, _ in world.opened.accounts.members(notebook)}
    assert members == {"ann@example.org": "owner", "bob@example.org": "editor"}


def test_a_replayed_invite_counts_no_second_use(world, sharing, ann, bob):
    row = invite(world.notebook(ann), uses=2)
    sharing.add_invite(row)
    outcomes = [sharing.redeem(row.id, SECRET, bob.id, 2_000).outcome for _ in range(3)]
    assert outcomes == ["joined", "already", "already"]
    assert sharing.invite(row.id).uses == 1


def test_whoever_was_taken_out_does_not_come_back_by_the_same_invite(world, sharing, ann, bob):
    notebook = world.notebook(ann)
    row = invite(notebook)
    sharing.add_invite(row)
    sharing.redeem(row.id, SECRET, bob.id, 2_000)
    world.opened.accounts.set_role(notebook, bob.id, None)
    assert sharing.redeem(row.id, SECRET, bob.id, 3_000).outcome == "spent"
    sharing.forget_redemption(notebook, bob.id)  # left by themselves
    assert sharing.redeem(row.id, SECRET, bob.id, 4_000).outcome == "joined"


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("viewer", "raised", "editor"),
        ("editor", "already", "editor"),
        ("owner", "already", "owner"),
    ],
)
def test_an_invite_never_lowers_a_role(world, sharing, ann, bob, before, outcome, after):
    notebook = world.notebook(ann)
    world.opened.accounts.set_role(notebook, bob.id, before)
    row = invite(notebook)
    sharing.add_invite(row)
    assert sharing.redeem(row.id, SECRET, bob.id, 2_000).outcome == outcome
    found = {row.notebook: row.role for row in world.opened.accounts.memberships(bob.id)}
    assert found[notebook] == after


def test_why_an_invite_is_none_is_told_only_with_its_secret(world, sharing, ann, bob):
    notebook = world.notebook(ann)
    late, ended = invite(notebook, expires_ms=1_500), invite(notebook)
    for row in (late, ended):
        sharing.add_invite(row)
    sharing.revoke_invite(ended.id)
    assert sharing.redeem(late.id, SECRET, bob.id, 1_499).outcome == "joined"
    world.opened.accounts.set_role(notebook, bob.id, None)
    assert sharing.redeem(late.id, SECRET, bob.id, 1_500).outcome == "expired"
    assert sharing.redeem(ended.id, SECRET, bob.id, 1_400).outcome == "revoked"
    for row in (late, ended):
        assert sharing.redeem(row.id, token_hash("guess"), bob.id, 2_000).outcome == "none"
    assert sharing.redeem(new_id(), SECRET, bob.id, 2_000).outcome == "none"


def test_an_account_and_its_invite_are_made_together_or_not_at_all(world, sharing, ann):
    row = invite(None, "", uses=1)
    sharing.add_invite(row)

    def made(name):
        personal = new_id()
        account = AccountRow(new_id(), f"{name}@b.c", name, "h", personal, 1, 0)
        streams = [(f"{personal}/notes", "notes", 1, "1.0")]
        return sharing.add_invited(account, NewNotebook(personal, "P", streams), row.id, SECRET, 2_000)

    assert made("bob") == ("joined", None)
    assert made("bob") is None
    assert made("eve").outcome == "used"
    assert [a.email for a in world.opened.accounts.accounts()] == ["ann@example.org", "bob@b.c"]
    assert sharing.redeem(row.id, SECRET, ann.id, 2_000).outcome == "already"


def test_overrides_end_with_the_membership(world, sharing, ann, bob):
    notebook = world.notebook(ann)
    world.opened.accounts.set_role(notebook, bob.id, "viewer")
    sharing.set_overrides(notebook, bob.id, {"comments": "editor", "folders": "none"})
    assert sharing.overrides(bob.id) == {notebook: {"comments": "editor", "folders": "none"}}
    assert sharing.overrides_in(notebook) == {bob.id: {"comments": "editor", "folders": "none"}}
    world.opened.accounts.set_role(notebook, bob.id, "editor")
    assert sharing.overrides(bob.id), "another role keeps them"
    world.opened.accounts.set_role(notebook, bob.id, None)
    assert sharing.overrides(bob.id) == {}


def test_old_invites_are_forgotten(world, sharing, ann):
    notebook = world.notebook(ann)
    kept = invite(notebook)
    for row in (kept, invite(notebook, expires_ms=1_500)):
        sharing.add_invite(row)
    sharing.prune(1_600)
    assert [row.id for row in sharing.invites(notebook)] == [kept.id] == [row.id for row in sharing.invites()]
    sharing.revoke_invite(kept.id)
    sharing.prune(1_600)
    assert sharing.invites() == []


def test_a_notebook_may_be_made_for_one_note_and_renamed(world, sharing, ann, bob):
    notebook = world.notebook(ann)
    assert sharing.notes(ann.id)[notebook] == ("", 1)
    sharing.set_note(notebook, "note")
    world.opened.accounts.set_role(notebook, bob.id, "viewer")
    assert sharing.notes(bob.id)[notebook] == ("note", 2)
    sharing.rename(notebook, "Garden")
    assert world.opened.accounts.notebook(notebook) == ("Garden", ann.id)


def test_who_has_deleted_a_notebook_is_noted_of_each_member_and_counts_while_there_is_no_other(
    world, sharing, ann, bob
):
    notebook, other = world.notebook(ann), world.notebook(ann)
    assert sharing.hidden(ann.id) == []
    for one in (notebook, other):
        sharing.set_hidden(one, ann.id, True)
    sharing.set_hidden(notebook, bob.id, True)
    assert sharing.hidden(ann.id) == sorted([notebook, other])
    assert sharing.hidden(bob.id) == []
    world.opened.accounts.set_role(notebook, bob.id, "viewer")
    assert sharing.hidden(ann.id) == [other]
    world.opened.accounts.set_role(notebook, bob.id, None)
    sharing.set_hidden(other, ann.id, False)
    assert sharing.hidden(ann.id) == [notebook]
