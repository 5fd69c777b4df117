from __future__ import annotations

import asyncio

import pytest

from sync import limits
from sync.protocol import messages as m
from sync.server import auth, roles
from sync.server.calls import CALLS
from tests.support.peer import PASSWORD, Author, new_id
from tests.support.running_server import run, running_server
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


def test_calls_are_those_that_have_rights():
    assert set(CALLS) == set(roles.CALL_RIGHTS)


# --- signing up and in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param({}, "bad_email", marks=pytest.mark.covers("refusal bad_email")),
        ({"email": "ann"}, "bad_email"),
        ({"email": ["ann@example.org"], "password": PASSWORD}, "bad_email"),
        pytest.param(
            {"email": "ann@example.org"}, "weak_password", marks=pytest.mark.covers("refusal weak_password")
        ),
        ({"email": "ann@example.org", "password": "short"}, "weak_password"),
        ({"email": "ann@example.org", "password": "x" * (limits.PASSWORD_SIZE_MAX + 1)}, "weak_password"),
        ({"email": "ann@example.org", "password": 12345678}, "weak_password"),
    ],
)
def test_signing_up_says_what_is_wrong_and_makes_nothing(world, args, code):
    assert world.hello().call("sign_up", **args).one(m.Result).code == code
    assert world.opened.accounts.accounts() == []


def test_extra_fields_give_nobody_a_role(world):
    talk = world.hello()
    talk.enter("sign_up", email="ann@example.org", password=PASSWORD, role="owner", is_admin=True, id="x")
    assert world.opened.accounts.account_of("ann@example.org").id == talk.account != "x"


@pytest.mark.covers("refusal taken")
def test_one_e_mail_is_one_account_however_it_is_written(world):
    world.signed_up("ann")
    for email in ("ann@example.org", " ANN@example.org ", "ａｎｎ@example.org"):
        result = world.hello().call("sign_up", email=email, password=PASSWORD, name="x").one(m.Result)
        assert result.code == "taken"


WRITINGS = (
    "irene@example.org",
    "IRENE@Example.org",
    " irene@example.org ",
    "ｉｒｅｎｅ@example.org",
    "İrene@example.org",
)


def test_of_sign_ups_at_the_same_moment_one_makes_the_account(tmp_path):
    async def play():
        async with running_server(tmp_path) as server:
            peers = [await server.peer() for _ in WRITINGS]
            results = await asyncio.gather(
                *(peer.sign_up(email) for peer, email in zip(peers, WRITINGS, strict=True))
            )
            assert sorted(result.code for result in results) == ["", *["taken"] * (len(WRITINGS) - 1)]
            (made,) = await server.in_store(server.opened.accounts.accounts)
            assert made.email == "irene@example.org"
            for email in WRITINGS:
                peer = await server.peer()
                assert (await peer.sign_in(email)).code == ""
                assert peer.account == made.id

    run(play())


@pytest.mark.covers("refusal closed")
def test_a_closed_server_takes_no_sign_ups_and_still_signs_in(tmp_path):
    world = SessionWorld(tmp_path, sign_up="closed")
    assert world.hello().call("sign_up", email="a@b.c", password=PASSWORD).one(m.Result).code == "closed"
    account = world.account("ann")
    world.opened.accounts.set_password(account.id, world.realm.passwords.hash(PASSWORD))
    world.hello().enter("sign_in", email="ann@example.org", password=PASSWORD)
    world.close()


@pytest.mark.covers("refusal bad_credentials")
def test_a_wrong_password_and_an_unknown_account_are_answered_alike(world):
    ann = world.signed_up("ann")
    wrong = world.hello().call("sign_in", email=ann.email, password="wrong password")
    absent = world.hello().call("sign_in", email="nobody@example.org", password=PASSWORD)
    short = world.hello().call("sign_in", email=ann.email, password="x")
    assert wrong == absent == short == [m.Result(1, "bad_credentials")]


def test_an_unknown_account_is_checked_against_a_password_all_the_same(world, monkeypatch):
    checked = []
    monkeypatch.setattr(
        type(world.realm.passwords), "check", lambda self, *given: bool(checked.append(given))
    )
    world.hello().call("sign_in", email="nobody@example.org", password=PASSWORD)
    assert checked == [(None, PASSWORD)]


@pytest.mark.covers("refusal disabled", "sign_in disabled")
def test_a_disabled_account_is_told_so_only_with_the_right_password(world):
    ann = world.signed_up("ann")
    world.opened.accounts.set_disabled(ann.account, True)
    assert (
        world.hello().call("sign_in", email=ann.email, password="wrong one").one(m.Result).code
        == "bad_credentials"
    )
    assert world.hello().call("sign_in", email=ann.email, password=PASSWORD).one(m.Result).code == "disabled"
    assert world.talk(ann.author).hello(token=ann.token).auth.state == "disabled"


@pytest.mark.covers("refusal wrong_account")
def test_whoever_is_not_the_librarys_account_is_told_so_and_gets_no_device(world):
    ann, eve = world.signed_up("ann"), world.signed_up("eve")
    before = world.opened.accounts.sessions()
    wanted = {"password": PASSWORD, "account": ann.account}
    assert world.hello().call("sign_in", email=eve.email, **wanted) == [m.Result(1, "wrong_account")]
    assert world.hello().call("sign_up", email="new@example.org", **wanted) == [m.Result(1, "wrong_account")]
    wrong = world.hello().call("sign_in", email=eve.email, password="wrong one", account=ann.account)
    assert wrong == [m.Result(1, "bad_credentials")]
    assert world.opened.accounts.sessions() == before
    assert len(world.opened.accounts.accounts()) == 2
    world.hello().enter("sign_in", email=ann.email, **wanted)


def test_ten_thousand_attempts_are_slowed_and_nobody_is_locked_out(world):
    ann = world.signed_up("ann")
    attacker = world.hello()
    codes = [
        attacker.call("sign_in", email=ann.email, password="wrong one").one(m.Result).code for _ in range(40)
    ]
    assert codes.count("bad_credentials") <= auth.ATTEMPTS_EACH.burst
    assert set(codes) == {"bad_credentials", "rate"}
    elsewhere = world.talk(Author(), address="9.9.9.9")
    elsewhere.hello()
    elsewhere.enter("sign_in", email=ann.email, password=PASSWORD)


def test_the_right_password_is_not_counted_as_an_attempt(world):
    ann = world.signed_up("ann")
    for _ in range(2 * int(auth.ATTEMPTS_EACH.burst)):
        talk = world.hello()
        talk.enter("sign_in", email=ann.email, password=PASSWORD)
        talk.call("sign_out")


@pytest.mark.covers("refusal unexpected")
def test_who_is_signed_in_signs_in_no_second_time(world):
    ann = world.signed_up("ann")
    assert ann.call("sign_in", email=ann.email, password=PASSWORD).one(m.Result).code == "unexpected"
    assert ann.call("sign_up", email="b@c.d", password=PASSWORD).one(m.Result).code == "unexpected"


@pytest.mark.covers("call sign_in")
def test_a_lapsed_connection_can_sign_in_again_with_the_password(world):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    world.ended([ann.session.identity.sign_in], "expired")
    ann.heard()
    ann.enter("sign_in", email=ann.email, password=PASSWORD)
    assert ann.session.signed_in
    assert ann.notes in ann.link.feeds


@pytest.mark.covers("call sign_up")
def test_tokens_are_not_stored(world, tmp_path):
    ann = world.signed_up("ann")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert ann.token.encode() not in content
    assert PASSWORD.encode() not in content


# --- signing out and devices ------------------------------------------------------------------------------


def test_signing_out_ends_the_token_and_the_streams(world):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    heard = ann.call("sign_out")
    assert heard.one(m.Result).value == {"ended": 1}
    assert heard.one(m.AuthState).state == ""
    assert ann.link.feeds == {}
    assert world.talk(ann.author).hello(token=ann.token).auth.state == "revoked"


@pytest.mark.covers("call devices", "call sign_out", "message Result")
def test_another_device_can_be_signed_out_while_it_is_connected(world):
    ann = world.signed_up("ann")
    phone = world.device(ann)
    phone.subscribe(ann.notes)
    rows = ann.call("devices").one(m.Result).value["devices"]
    assert [row[-1] for row in rows] == [True, False]
    other = next(row[0] for row in rows if not row[-1])
    assert ann.call("sign_out", device=other).one(m.Result).value == {"ended": 1}
    assert phone.heard().one(m.AuthState).state == "revoked"
    assert ann.session.signed_in
    assert ann.push(ann.notes, ann.author.note(ann.notes)[1]).one(m.Ack)
    assert phone.heard() == []


def test_a_device_of_somebody_else_is_not_ended(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    theirs = bob.session.identity.device
    assert ann.call("sign_out", device=theirs).one(m.Result).value == {"ended": 0}
    assert ann.call("sign_out", device="1").one(m.Result).code == "bad_args"
    assert bob.session.signed_in


# --- notebooks ---------------------------------------------------------------------------------------------


@pytest.mark.covers("call create_notebook", "message Notice")
def test_a_notebook_is_made_under_the_clients_id_and_every_device_hears_of_it(world):
    ann = world.signed_up("ann")
    phone = world.device(ann)
    phone.heard()
    notebook = new_id()
    heard = ann.call("create_notebook", id=notebook, name="Work")
    assert heard.one(m.Result).value == [notebook, "Work", "owner"]
    assert m.NotebookRow(notebook, "Work", "owner") in heard.one(m.Notice).notebooks
    assert m.NotebookRow(notebook, "Work", "owner") in phone.heard().one(m.Notice).notebooks
    for collection in ("notes", "folders", "comments"):
        assert ann.subscribe(f"{notebook}/{collection}").status == "ok"


def test_making_ones_own_notebook_again_is_no_fault_and_somebody_elses_is_taken(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    notebook = new_id()
    ann.call("create_notebook", id=notebook, name="Work")
    again = ann.call("create_notebook", id=notebook, name="Other").one(m.Result)
    assert again.value == [notebook, "Work", "owner"]
    assert bob.call("create_notebook", id=notebook, name="Mine").one(m.Result).code == "taken"
    assert bob.subscribe(f"{notebook}/notes").status == "none"


@pytest.mark.parametrize("notebook", [None, "", "short", 7, "x" * 23, "../" + "x" * 19])
@pytest.mark.covers("refusal bad_args")
def test_a_notebook_needs_an_id(world, notebook):
    assert (
        world.signed_up("ann").call("create_notebook", id=notebook, name="x").one(m.Result).code == "bad_args"
    )


def test_members_are_told_to_members_only(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    members = ann.call("members", notebook=ann.personal).one(m.Result).value["members"]
    assert members == [[ann.account, "ann@example.org", "owner", "ann", []]]
    for notebook in (ann.personal, new_id(), None, 7):
        assert bob.call("members", notebook=notebook).one(m.Result).code == "none"
