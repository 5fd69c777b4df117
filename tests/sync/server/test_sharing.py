from __future__ import annotations

import pytest

from sync import limits
from sync.server.people import CallRefused, Identity
from tests.support.core_world import CoreWorld
from tests.support.peer import new_id
from tests.support.worlds import account_of, world_of

NOW = 1_795_000_000_000

world = world_of(CoreWorld)
ann = account_of("ann")
bob = account_of("bob")


@pytest.fixture
def notebook(world, ann):
    return world.notebook(ann)


def ask(world, who, call, **args):
    """Call as an account: the value, or the code of the refusal."""
    try:
        return world.opened.sharing.call(call, who.id, args, NOW).value
    except CallRefused as refused:
        return refused.code


def redeem(world, account, made, now_ms=NOW):
    args = {"id": made["id"], "secret": made["secret"]}
    try:
        return world.opened.sharing.redeem(account.id, args, now_ms).value["outcome"]
    except CallRefused as refused:
        return refused.code


def test_an_owner_shares_by_e_mail_and_sees_the_members(world, ann, bob, notebook):
    assert ask(world, ann, "share", notebook=notebook, email=" BOB@example.org", role="editor") == {
        "account": bob.id, "email": "bob@example.org", "role": "editor", "name": "bob",
    }  # fmt: skip
    members = ask(world, bob, "members", notebook=notebook)["members"]
    assert [row[1:3] for row in members] == [["ann@example.org", "owner"], ["bob@example.org", "editor"]]


@pytest.mark.parametrize(("args", "code"), [
    ({"email": "bob@example.org", "role": "king"}, "bad_args"),
    ({"email": "bob@example.org"}, "bad_args"),
    ({"email": "bob", "role": "viewer"}, "bad_email"),
    ({"email": "nobody@example.org", "role": "viewer"}, "no_account"),
    ({"email": "ann@example.org", "role": "viewer"}, "maker"),
])  # fmt: skip
def test_what_is_wrong_with_sharing_is_said_and_nothing_is_given(world, ann, bob, notebook, args, code):
    assert ask(world, ann, "share", notebook=notebook, **args) == code
    assert len(ask(world, ann, "members", notebook=notebook)["members"]) == 1


@pytest.mark.covers("refusal none", "refusal forbidden")
def test_only_owners_share_and_strangers_learn_nothing(world, ann, bob, notebook):
    owners = (
        *("share", "set_role", "rename_notebook", "hide_notebook"),
        *("create_invite", "invites", "revoke_invite"),
    )
    for name in (*owners, "members", "leave"):
        for wrong in (notebook, new_id(), None, 7):
            assert ask(world, bob, name, notebook=wrong) == "none"
    for role in ("viewer", "commenter", "editor"):
        world.opened.people.set_role(notebook, bob.id, role)
        for name in owners:
            assert ask(world, bob, name, notebook=notebook) == "forbidden"


@pytest.mark.covers("refusal maker", "refusal no_member")
def test_roles_are_changed_and_taken_away_but_never_the_makers(world, ann, bob, notebook):
    world.opened.people.set_role(notebook, bob.id, "owner")
    assert ask(world, bob, "set_role", notebook=notebook, account=ann.id, role="viewer") == "maker"
    assert ask(world, ann, "set_role", notebook=notebook, account=bob.id, role="viewer")["role"] == "viewer"
    assert ask(world, bob, "set_role", notebook=notebook, account=bob.id, role="owner") == "forbidden"
    assert ask(world, ann, "set_role", notebook=notebook, account=bob.id, role="none")["role"] == "none"
    assert world.opened.people.role(bob.id, notebook) is None
    assert ask(world, ann, "set_role", notebook=notebook, account=bob.id, role="editor") == "no_member"
    assert ask(world, ann, "leave", notebook=notebook) == "maker"


def test_a_collection_may_have_a_role_of_its_own(world, ann, bob, notebook):
    people = world.opened.people
    people.set_role(notebook, bob.id, "viewer")
    given = {"comments": "editor", "folders": "none"}
    said = ask(world, ann, "set_role", notebook=notebook, account=bob.id, collections=given)
    assert said == {"account": bob.id, "role": "viewer", "collections": given}
    found = [people.role_in(bob.id, f"{notebook}/{name}") for name in ("notes", "comments", "folders")]
    assert found == ["viewer", "editor", "none"]
    for wrong in ({"letters": "viewer"}, {"notes": "owner"}, {"notes": 7}, ["notes"]):
        said = ask(world, ann, "set_role", notebook=notebook, account=bob.id, collections=wrong)
        assert said == "bad_args"
    ask(world, ann, "set_role", notebook=notebook, account=bob.id, role="owner")
    assert people.role_in(bob.id, f"{notebook}/folders") == "owner"


@pytest.mark.covers("refusal invite_spent")
def test_leaving_is_possible_and_so_is_coming_back(world, ann, bob, notebook):
    made = ask(world, ann, "create_invite", notebook=notebook, role="viewer")
    assert redeem(world, bob, made) == "joined"
    assert ask(world, bob, "leave", notebook=notebook) == {"left": notebook}
    assert world.opened.people.role(bob.id, notebook) is None
    assert redeem(world, bob, made) == "joined"
    ask(world, ann, "set_role", notebook=notebook, account=bob.id, role="none")
    assert redeem(world, bob, made) == "invite_spent"


@pytest.mark.covers("refusal invite_used", "refusal invite_expired")
def test_an_invite_has_a_role_an_expiry_and_uses(world, ann, bob, notebook):
    made = ask(world, ann, "create_invite", notebook=notebook, role="commenter", expires_in=60, uses=1)
    assert made["expires_ms"] == NOW + 60_000
    assert made["uses"] == 1
    assert redeem(world, bob, {**made, "secret": "guess"}) == "invite_none"
    assert redeem(world, bob, made, NOW + 60_000) == "invite_expired"
    assert redeem(world, bob, made, NOW + 59_999) == "joined"
    assert redeem(world, world.account("eve"), made) == "invite_used"
    assert world.opened.people.role(bob.id, notebook) == "commenter"
    (row,) = ask(world, ann, "invites", notebook=notebook)["invites"]
    assert row["state"] == "used"
    assert row["author"] == "ann@example.org"
    assert "secret" not in row


@pytest.mark.covers("refusal invite_revoked")
def test_a_revoked_invite_lets_nobody_in(world, ann, bob, notebook):
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor")
    other = world.notebook(ann)
    assert ask(world, ann, "revoke_invite", notebook=other, id=made["id"]) == "invite_none"
    assert ask(world, ann, "revoke_invite", notebook=notebook, id=made["id"]) == {"id": made["id"]}
    assert redeem(world, bob, made) == "invite_revoked"


@pytest.mark.parametrize(("args", "code"), [
    ({"role": "owner"}, "bad_args"),
    ({}, "bad_args"),
    ({"role": "editor", "uses": 0}, "bad_args"),
    ({"role": "editor", "uses": limits.INVITE_USES_MAX + 1}, "bad_args"),
    ({"role": "editor", "uses": "many"}, "bad_args"),
    ({"role": "editor", "expires_in": -1}, "bad_args"),
    ({"role": "editor", "expires_in": limits.INVITE_LIFE_MS_MAX // 1000 + 1}, "bad_args"),
    ({"role": "editor", "expires_in": True}, "bad_args"),
])  # fmt: skip
def test_an_invite_that_makes_no_sense_is_none(world, ann, notebook, args, code):
    assert ask(world, ann, "create_invite", notebook=notebook, **args) == code
    assert ask(world, ann, "invites", notebook=notebook) == {"invites": []}


@pytest.mark.covers("limit INVITE_LIFE_MS", "limit INVITE_LIFE_MS_MAX")
def test_an_invite_lives_for_a_week_unless_said_and_for_a_year_at_most(world, ann, notebook):
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor")
    assert made["expires_ms"] == NOW + limits.INVITE_LIFE_MS
    longest = limits.INVITE_LIFE_MS_MAX // 1000
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor", expires_in=longest)
    assert made["expires_ms"] == NOW + limits.INVITE_LIFE_MS_MAX


@pytest.mark.covers(
    "refusal limit",
    "limit INVITES_PER_NOTEBOOK",
    "limit MEMBERS_PER_NOTEBOOK",
    "limit NOTEBOOKS_PER_ACCOUNT",
    "limit INVITE_USES_MAX",
)
def test_invites_and_members_have_bounds(world, ann, bob, notebook, monkeypatch):
    monkeypatch.setattr(limits, "INVITES_PER_NOTEBOOK", 1)
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor", uses=limits.INVITE_USES_MAX)
    assert ask(world, ann, "create_invite", notebook=notebook, role="editor") == "limit"
    ask(world, ann, "revoke_invite", notebook=notebook, id=made["id"])
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor", expires_in=0)
    assert made["expires_ms"] is None
    monkeypatch.setattr(limits, "MEMBERS_PER_NOTEBOOK", 1)
    assert redeem(world, bob, made) == "limit"
    assert ask(world, ann, "share", notebook=notebook, email=bob.email, role="editor") == "limit"
    monkeypatch.setattr(limits, "MEMBERS_PER_NOTEBOOK", 2)
    monkeypatch.setattr(limits, "NOTEBOOKS_PER_ACCOUNT", 1)
    assert redeem(world, bob, made) == "limit"
    assert ask(world, ann, "share", notebook=notebook, email=bob.email, role="editor") == "limit"
    monkeypatch.setattr(limits, "NOTEBOOKS_PER_ACCOUNT", 2)
    assert redeem(world, bob, made) == "joined"


@pytest.mark.parametrize(
    "args", [{}, {"id": 7, "secret": "s"}, {"id": "x" * 22}, {"id": "x", "secret": None}]
)
@pytest.mark.covers("refusal invite_none")
def test_a_made_up_invite_is_none(world, bob, args):
    with pytest.raises(CallRefused) as refused:
        world.opened.sharing.redeem(bob.id, args, NOW)
    assert refused.value.code == "invite_none"


def test_a_notebook_is_renamed_for_everybody(world, ann, bob, notebook):
    world.opened.people.set_role(notebook, bob.id, "viewer")
    shared = world.opened.sharing.call(
        "rename_notebook", ann.id, {"notebook": notebook, "name": " Garden "}, NOW
    )
    assert shared.value == {"name": "Garden"}
    assert set(shared.changed) == {ann.id, bob.id}
    assert ask(world, ann, "rename_notebook", notebook=notebook, name=" ") == "bad_args"


@pytest.mark.covers("refusal shared")
def test_a_notebook_is_deleted_and_taken_back_but_not_what_others_are_in_nor_where_new_notes_go(
    world, ann, bob, notebook
):
    sharing = world.opened.sharing
    for hidden in (True, True, False, False):
        shared = sharing.call("hide_notebook", ann.id, {"notebook": notebook, "hidden": hidden}, NOW)
        assert (shared.value, shared.changed) == ({"hidden": hidden}, (ann.id,))
        assert _hidden(world, ann) == ((notebook,) if hidden else ())
    for wrong in (None, 1, "true"):
        assert ask(world, ann, "hide_notebook", notebook=notebook, hidden=wrong) == "bad_args"
    assert ask(world, ann, "hide_notebook", notebook=ann.personal, hidden=True) == "bad_args"
    world.opened.people.set_role(notebook, bob.id, "owner")
    assert ask(world, ann, "hide_notebook", notebook=notebook, hidden=True) == "shared"
    assert ask(world, ann, "hide_notebook", notebook=notebook, hidden=False) == {"hidden": False}
    assert _hidden(world, ann) == ()


def test_a_deleted_notebook_is_there_again_while_somebody_else_is_in_it(world, ann, bob, notebook):
    made = ask(world, ann, "create_invite", notebook=notebook, role="editor")
    ask(world, ann, "hide_notebook", notebook=notebook, hidden=True)
    assert redeem(world, bob, made) == "joined"
    assert _hidden(world, ann) == _hidden(world, bob) == ()
    ask(world, bob, "leave", notebook=notebook)
    assert _hidden(world, ann) == (notebook,)


def _hidden(world, account):
    identity = Identity(account.id, account.email, account.name, account.personal, 1, 1, 0)
    return world.opened.people.notice(identity).hidden


@pytest.mark.covers("limit AUTHORS_ASKED_MAX")
def test_members_learn_whose_the_replicas_are_that_wrote_here_and_of_no_others(world, ann, bob, notebook):
    tables = world.opened.accounts._db
    for rid, account in ((5, ann), (6, bob), (7, bob)):
        device = world.opened.accounts.device(account.id, "i", "linux", "1", NOW)
        assert world.opened.accounts.bind(rid, account.id, device)
    key = tables.one("SELECT key FROM streams WHERE id = ?", (f"{notebook}/notes",))[0]
    for rid in (5, 6):
        row = (key, rid, b"")
        tables.write("INSERT INTO positions(stream, rid, last_n, chain) VALUES (?, ?, 1, ?)", row)
    rows = ask(world, ann, "authors", notebook=notebook, rids=[5, 6, 7, 8])["authors"]
    assert rows == [[5, ann.id, "ann"], [6, bob.id, "bob"]]
    assert ask(world, bob, "authors", notebook=notebook, rids=[5]) == "none"
    many = list(range(1, limits.AUTHORS_ASKED_MAX + 2))
    assert ask(world, ann, "authors", notebook=notebook, rids=many) == "bad_args"
    assert ask(world, ann, "authors", notebook=notebook, rids=many[:-1])["authors"][0][0] == 5
    assert ask(world, ann, "authors", notebook=notebook, rids=["5", -1, 1 << 63, True])["authors"] == []
    assert ask(world, ann, "authors", notebook=notebook, rids=7) == "bad_args"
