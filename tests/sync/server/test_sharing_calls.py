from __future__ import annotations

import pytest

from sync import limits
from sync.protocol import messages as m
from sync.protocol.rows import SharedRow
from sync.server import realm
from tests.support.peer import PASSWORD, new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


def notebook_of(talk):
    notebook = new_id()
    talk.call("create_notebook", id=notebook, name="Garden")
    return notebook


def value(talk, name, /, **args):
    result = talk.call(name, **args).one(m.Result)
    assert not result.code, result
    return result.value


@pytest.mark.covers("call redeem")
def test_whoever_joins_is_told_at_once_and_so_are_the_others(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    notebook = notebook_of(ann)
    made = value(ann, "create_invite", notebook=notebook, role="editor")
    ann.heard()
    heard = bob.call("redeem", id=made["id"], secret=made["secret"])
    assert heard.one(m.Result).value == {
        "outcome": "joined", "notebook": notebook, "name": "Garden", "role": "editor",
    }  # fmt: skip
    notice = heard.one(m.Notice)
    assert m.NotebookRow(notebook, "Garden", "editor") in notice.notebooks
    assert notice.shared == ann.heard().one(m.Notice).shared == (SharedRow(notebook, 2, "", ()),)
    assert bob.subscribe(f"{notebook}/notes").role == "editor"


def test_a_share_appears_on_every_open_connection_and_ends_there(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    phone = world.device(bob)
    notebook = notebook_of(ann)
    value(ann, "share", notebook=notebook, email=bob.email, role="viewer")
    for talk in (bob, phone):
        assert m.NotebookRow(notebook, "Garden", "viewer") in talk.heard().all(m.Notice)[-1].notebooks
        assert talk.subscribe(f"{notebook}/notes").status == "ok"
    value(ann, "set_role", notebook=notebook, account=bob.account, role="none")
    for talk in (bob, phone):
        heard = talk.heard()
        assert heard.all(m.Unsubscribe) == [m.Unsubscribe(f"{notebook}/notes", "revoked")]
        assert notebook not in [row.id for row in heard.one(m.Notice).notebooks]
        assert talk.subscribe(f"{notebook}/notes").status == "none"


def test_a_collection_that_may_not_be_read_ends_alone(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    notebook = notebook_of(ann)
    value(ann, "share", notebook=notebook, email=bob.email, role="viewer")
    for name in ("notes", "comments"):
        bob.subscribe(f"{notebook}/{name}")
    bob.heard()
    given = {"comments": "none"}
    value(ann, "set_role", notebook=notebook, account=bob.account, collections=given)
    heard = bob.heard()
    assert heard.all(m.Unsubscribe) == [m.Unsubscribe(f"{notebook}/comments", "revoked")]
    assert SharedRow(notebook, 2, "", (("comments", "none"),)) in heard.one(m.Notice).shared


@pytest.mark.covers("refusal no_account", "refusal rate")
def test_asking_about_others_is_slowed(world):
    ann = world.signed_up("ann")
    notebook = notebook_of(ann)
    burst = int(realm.ASKING_PACE.burst)
    codes = [
        ann.call("share", notebook=notebook, email=f"p{n}@example.org", role="viewer").one(m.Result).code
        for n in range(burst + 1)
    ]
    assert codes == ["no_account"] * burst + ["rate"]
    refused = ann.call("redeem", id=new_id(), secret="guess").one(m.Result)
    assert refused.code == "rate"
    assert refused.after_ms > 0


# --- signing up by invite --------------------------------------------------------------------------


@pytest.fixture
def private(tmp_path):
    made = SessionWorld(tmp_path, sign_up="invite")
    account = made.account("ann")
    made.opened.accounts.set_password(account.id, made.realm.passwords.hash(PASSWORD))
    yield made
    made.close()


def test_where_sign_up_is_by_invite_one_is_needed_and_it_is_used(private):
    ann = private.hello()
    ann.enter("sign_in", email="ann@example.org", password=PASSWORD)
    notebook = notebook_of(ann)
    made = value(ann, "create_invite", notebook=notebook, role="editor", uses=1)
    given = {"id": made["id"], "secret": made["secret"]}
    said = {"email": "bob@example.org", "password": PASSWORD, "name": "Bob"}
    bob = private.hello()
    assert bob.call("sign_up", **said).one(m.Result).code == "closed"
    for wrong in ({**given, "secret": "guess"}, "a link", {"id": 7}):
        assert bob.call("sign_up", **said, invite=wrong).one(m.Result).code == "invite_none"
    assert private.opened.people.account_of("bob@example.org") is None
    ann.heard()
    heard = bob.enter("sign_up", **said, invite=given)
    assert m.NotebookRow(notebook, "Garden", "editor") in heard.all(m.Notice)[-1].notebooks
    assert ann.heard().one(m.Notice).shared == (SharedRow(notebook, 2, "", ()),)
    eve = private.hello()
    refused = eve.call("sign_up", **{**said, "email": "eve@example.org"}, invite=given).one(m.Result)
    assert refused.code == "invite_used"
    assert private.opened.people.account_of("eve@example.org") is None


def test_an_open_server_takes_an_invite_with_the_sign_up_too(world):
    ann = world.signed_up("ann")
    notebook = notebook_of(ann)
    made = value(ann, "create_invite", notebook=notebook, role="viewer")
    bob = world.hello()
    heard = bob.enter(
        "sign_up",
        email="bob@example.org",
        password=PASSWORD,
        invite={"id": made["id"], "secret": made["secret"]},
    )
    assert notebook in [row.id for row in heard.all(m.Notice)[-1].notebooks]


def test_a_closed_server_takes_no_invite_either(tmp_path):
    world = SessionWorld(tmp_path, sign_up="closed")
    made = world.opened.sharing.invite(None, None, author="", life_ms=None, uses=None, now_ms=world.now_ms)
    invite = {"id": made.row.id, "secret": made.secret}
    said = world.hello().call("sign_up", email="a@b.c", password=PASSWORD, invite=invite)
    assert said.one(m.Result).code == "closed"
    world.close()


# --- passwords ---------------------------------------------------------------------------------------


@pytest.mark.covers("call change_password")
def test_a_new_password_ends_every_other_sign_in(world):
    ann = world.signed_up("ann")
    phone = world.device(ann)
    assert value(ann, "change_password", old=PASSWORD, new="another password") == {"ended": 1}
    assert ann.session.signed_in
    assert phone.heard().all(m.AuthState)[-1].state == "revoked"
    assert (
        world.hello().call("sign_in", email=ann.email, password=PASSWORD).one(m.Result).code
        == "bad_credentials"
    )
    world.hello().enter("sign_in", email=ann.email, password="another password")
    assert world.again(ann).session.signed_in


@pytest.mark.parametrize(("args", "code"), [
    ({"old": "wrong password", "new": "another password"}, "bad_credentials"),
    ({"old": 7, "new": "another password"}, "bad_credentials"),
    ({"old": PASSWORD, "new": "short"}, "weak_password"),
    ({"old": PASSWORD, "new": "x" * (limits.PASSWORD_SIZE_MAX + 1)}, "weak_password"),
    ({"old": PASSWORD, "new": "x" * 4096}, "weak_password"),
    ({}, "bad_credentials"),
])  # fmt: skip
def test_a_password_is_not_changed_by_whoever_has_only_the_device(world, args, code):
    ann = world.signed_up("ann")
    assert ann.call("change_password", **args).one(m.Result).code == code
    world.hello().enter("sign_in", email=ann.email, password=PASSWORD)


def test_trying_passwords_of_an_open_device_is_slowed(world):
    ann = world.signed_up("ann")
    codes = {
        ann.call("change_password", old="wrong one", new="another password").one(m.Result).code
        for _ in range(40)
    }
    assert codes == {"bad_credentials", "rate"}


def test_a_password_may_be_as_long_as_the_limit_and_any_letters(world):
    ann = world.signed_up("ann")
    longest = "é" * (limits.PASSWORD_SIZE_MAX // 2)
    value(ann, "change_password", old=PASSWORD, new=longest)
    world.hello().enter("sign_in", email=ann.email, password=longest)


def test_a_new_name_of_a_notebook_reaches_every_members_open_connections_and_nobody_else(world):
    ann, bob, cai = (world.signed_up(name) for name in ("ann", "bob", "cai"))
    phone, notebook = world.device(bob), notebook_of(ann)
    world.set_role(notebook, bob.account, "viewer")
    for talk in (ann, bob, cai, phone):
        talk.heard()
    assert value(ann, "rename_notebook", notebook=notebook, name=" Orchard ") == {"name": "Orchard"}
    for talk in (bob, phone):
        assert "Orchard" in {row.name for row in talk.heard().one(m.Notice).notebooks}
    assert cai.heard() == []
    assert bob.call("rename_notebook", notebook=notebook, name="Mine").one(m.Result).code == "forbidden"
    assert ann.call("rename_notebook", notebook=notebook, name="\x07 ").one(m.Result).code == "bad_args"


def test_that_a_notebook_is_deleted_reaches_the_other_devices_of_the_account_and_nobody_else(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    phone, notebook = world.device(ann), notebook_of(ann)
    for talk in (ann, phone, bob):
        talk.heard()
    for hidden in (True, False):
        heard = ann.call("hide_notebook", notebook=notebook, hidden=hidden)
        assert heard.one(m.Result).value == {"hidden": hidden}
        told = (notebook,) if hidden else ()
        assert heard.one(m.Notice).hidden == phone.heard().one(m.Notice).hidden == told
    ann.call("hide_notebook", notebook=notebook, hidden=True)
    late = world.hello()
    assert late.enter("sign_in", email=ann.email, password=PASSWORD).one(m.Notice).hidden == (notebook,)
    assert bob.heard() == []
