from __future__ import annotations

import pytest

from sync.protocol import messages as m
from sync.server.outcome import AdminError
from tests.support.peer import PASSWORD, new_id
from tests.support.session_world import FAST, SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


def test_a_user_that_was_added_can_sign_in(world):
    made = world.administer(
        "user add", email="Ann@Example.org", name="Ann", password_hash=FAST.hash(PASSWORD)
    )
    talk = world.hello()
    talk.enter("sign_in", email="ann@example.org", password=PASSWORD)
    assert (talk.account, talk.personal) == (made["id"], made["personal"])
    assert [row["email"] for row in world.administer("user list")["users"]] == ["ann@example.org"]
    with pytest.raises(AdminError, match="already"):
        world.administer("user add", email="ann@example.org", password_hash="x")
    with pytest.raises(AdminError, match="no e-mail"):
        world.administer("user add", email="ann", password_hash="x")


def test_disabling_parks_open_connections_and_keeps_out_new_ones(world):
    ann = world.signed_up("ann")
    world.administer("user disable", email=ann.email)
    assert ann.heard().one(m.AuthState).state == "disabled"
    assert world.talk(ann.author).hello(token=ann.token).auth.state == "disabled"
    world.administer("user disable", email=ann.email, disabled=False)
    assert ann.say(m.Auth(ann.token)).one(m.AuthState).state == "ok"


def test_a_new_password_signs_every_device_out(world):
    ann = world.signed_up("ann")
    assert (
        world.administer("user password", email=ann.email, password_hash=FAST.hash("another one"))[
            "signed_out"
        ]
        == 1
    )
    assert ann.heard().one(m.AuthState).state == "revoked"
    world.hello().enter("sign_in", email=ann.email, password="another one")


def test_sessions_are_listed_revoked_and_expired_by_number_or_person(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    rows = world.administer("session list")["sessions"]
    assert [(row["email"], row["state"]) for row in rows] == [(ann.email, "ok"), (bob.email, "ok")]
    assert world.administer("session revoke", session=str(rows[0]["id"])) == {"revoked": [rows[0]["id"]]}
    assert ann.heard().one(m.AuthState).state == "revoked"
    world.administer("session expire", session=bob.email)
    assert bob.heard().one(m.AuthState).state == "expired"
    assert [row["state"] for row in world.administer("session list", email=ann.email)["sessions"]] == [
        "revoked"
    ]
    assert world.talk(bob.author).hello(token=bob.token).auth.state == "expired"
    for unknown in ("99", "nobody@example.org", "x"):
        with pytest.raises(AdminError, match="there is no"):
            world.administer("session revoke", session=unknown)
    with pytest.raises(AdminError, match="there is no account"):
        world.administer("session list", email="nobody@example.org")


def test_a_role_reaches_open_connections_at_once(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    ann.subscribe(ann.notes)
    world.administer("role set", notebook=ann.personal, email=bob.email, role="editor")
    assert m.NotebookRow(ann.personal, "Personal", "editor") in bob.heard().one(m.Notice).notebooks
    assert bob.subscribe(ann.notes).role == "editor"
    bob.heard()
    world.administer("role set", notebook=ann.personal, email=bob.email, role="none")
    heard = bob.heard()
    assert heard.one(m.Unsubscribe) == m.Unsubscribe(ann.notes, "revoked")
    members = {row["id"]: row["members"] for row in world.administer("notebook list")["notebooks"]}[
        ann.personal
    ]
    assert members == [{"email": ann.email, "role": "owner"}]


def test_a_role_that_makes_no_sense_is_refused(world):
    ann = world.signed_up("ann")
    for arguments in (
        {"notebook": new_id(), "email": ann.email, "role": "editor"},
        {"notebook": ann.personal, "email": "nobody@example.org", "role": "editor"},
        {"notebook": ann.personal, "email": ann.email, "role": "king"},
        {"notebook": ann.personal, "email": ann.email, "role": "viewer"},
    ):
        with pytest.raises(AdminError):
            world.administer("role set", **arguments)


def test_a_collection_has_a_role_of_its_own_until_it_is_given_that_of_the_notebook(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    given = {"notebook": ann.personal, "email": bob.email}
    with pytest.raises(AdminError, match="only a member"):
        world.administer("role set", **given, role="editor", collection="comments")
    world.administer("role set", **given, role="viewer")
    world.administer("role set", **given, role="editor", collection="comments")
    people = world.opened.people
    assert people.role_in(bob.account, f"{ann.personal}/comments") == "editor"
    assert people.role_in(bob.account, ann.notes) == "viewer"
    world.administer("role set", **given, role="viewer", collection="comments")
    assert people.roles(bob.account)[ann.personal].collections == {}
    with pytest.raises(AdminError, match="collections are"):
        world.administer("role set", **given, role="editor", collection="letters")
    given["email"] = ann.email
    with pytest.raises(AdminError, match="an owner is one in every collection"):
        world.administer("role set", **given, role="viewer", collection="comments")


# --- invites -----------------------------------------------------------------------------------------------


def test_an_administrator_makes_lists_and_ends_invites(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    given = {
        "notebook": ann.personal,
        "role": "viewer",
        "days": 2,
        "uses": 3,
        "url": "https://n.example.org/",
    }
    made = world.administer("invite create", **given)
    assert made["link"] == f"https://n.example.org/i/{made['id']}#{made['secret']}"
    assert made["expires_ms"] == world.now_ms + 2 * 24 * 3_600_000
    assert bob.call("redeem", id=made["id"], secret=made["secret"]).one(m.Result).value["role"] == "viewer"
    world.now_ms += 1
    with pytest.raises(AdminError, match="how others reach"):
        world.administer("invite create", url="https://")
    server = world.administer("invite create", url="u")
    rows = world.administer("invite list")["invites"]
    assert [(row["id"], row["used"], row["state"]) for row in rows] == [
        (made["id"], 1, "ok"), (server["id"], 0, "ok"),
    ]  # fmt: skip
    assert [row["id"] for row in world.administer("invite list", notebook=ann.personal)["invites"]] == [
        made["id"]
    ]
    assert world.administer("invite revoke", invite=made["id"]) == {"id": made["id"], "state": "revoked"}
    with pytest.raises(AdminError, match="there is no notebook"):
        world.administer("invite list", notebook=new_id())
    eve = world.signed_up("eve")
    assert eve.call("redeem", id=made["id"], secret=made["secret"]).one(m.Result).code == "invite_revoked"


def test_an_invite_that_makes_no_sense_is_refused(world):
    ann = world.signed_up("ann")
    for arguments in ({"notebook": new_id(), "role": "viewer"}, {"notebook": ann.personal, "role": "owner"}):
        with pytest.raises(AdminError):
            world.administer("invite create", **arguments)
    with pytest.raises(AdminError, match="there is no invite"):
        world.administer("invite revoke", invite="x")
