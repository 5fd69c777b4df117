from __future__ import annotations

import pytest

from sync.protocol import messages as m
from sync.server import admin
from tests.support.peer import PASSWORD, new_id
from tests.support.session_world import FAST, SessionWorld


@pytest.fixture
def world(tmp_path):
    made = SessionWorld(tmp_path)
    yield made
    made.close()


def _run(world, command, **arguments):
    """Do a command and tell the connections, as the service does."""
    outcome = admin.run(world.opened, command, arguments, world.now_ms)
    world.hub.committed(outcome.segments)
    for account in outcome.roles_changed:
        world.roles_changed(account)
    for sign_in, state in outcome.ended.items():
        world.ended([sign_in], state)
    outcome.finish()
    assert not outcome.error, outcome.error
    return outcome.value


def test_an_unknown_command_is_refused(world):
    with pytest.raises(admin.AdminError, match="make coffee"):
        _run(world, "make coffee")


# --- people ------------------------------------------------------------------------------------------------


def test_a_user_that_was_added_can_sign_in(world):
    made = _run(world, "user add", email="Ann@Example.org", name="Ann", password_hash=FAST.hash(PASSWORD))
    talk = world.hello()
    talk.enter("sign_in", email="ann@example.org", password=PASSWORD)
    assert (talk.account, talk.personal) == (made["id"], made["personal"])
    assert [row["email"] for row in _run(world, "user list")["users"]] == ["ann@example.org"]
    with pytest.raises(admin.AdminError, match="already"):
        _run(world, "user add", email="ann@example.org", password_hash="x")
    with pytest.raises(admin.AdminError, match="no e-mail"):
        _run(world, "user add", email="ann", password_hash="x")


def test_disabling_parks_open_connections_and_keeps_out_new_ones(world):
    ann = world.signed_up("ann")
    _run(world, "user disable", email=ann.email)
    assert ann.heard().one(m.AuthState).state == "disabled"
    assert world.talk(ann.author).hello(token=ann.token).auth.state == "disabled"
    _run(world, "user disable", email=ann.email, disabled=False)
    assert ann.say(m.Auth(ann.token)).one(m.AuthState).state == "ok"


def test_a_new_password_signs_every_device_out(world):
    ann = world.signed_up("ann")
    assert (
        _run(world, "user password", email=ann.email, password_hash=FAST.hash("another one"))["signed_out"]
        == 1
    )
    assert ann.heard().one(m.AuthState).state == "revoked"
    world.hello().enter("sign_in", email=ann.email, password="another one")


def test_sessions_are_listed_revoked_and_expired_by_number_or_person(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    rows = _run(world, "session list")["sessions"]
    assert [(row["email"], row["state"]) for row in rows] == [(ann.email, "ok"), (bob.email, "ok")]
    assert _run(world, "session revoke", session=str(rows[0]["id"])) == {"revoked": [rows[0]["id"]]}
    assert ann.heard().one(m.AuthState).state == "revoked"
    _run(world, "session expire", session=bob.email)
    assert bob.heard().one(m.AuthState).state == "expired"
    assert [row["state"] for row in _run(world, "session list", email=ann.email)["sessions"]] == ["revoked"]
    assert world.talk(bob.author).hello(token=bob.token).auth.state == "expired"
    for unknown in ("99", "nobody@example.org", "x"):
        with pytest.raises(admin.AdminError, match="there is no"):
            _run(world, "session revoke", session=unknown)


def test_a_role_reaches_open_connections_at_once(world):
    ann, bob = world.signed_up("ann"), world.signed_up("bob")
    ann.subscribe(ann.notes)
    _run(world, "role set", notebook=ann.personal, email=bob.email, role="editor")
    assert m.NotebookRow(ann.personal, "Personal", "editor") in bob.heard().one(m.Notice).notebooks
    assert bob.subscribe(ann.notes).role == "editor"
    bob.heard()
    _run(world, "role set", notebook=ann.personal, email=bob.email, role="none")
    heard = bob.heard()
    assert heard.one(m.Unsubscribe) == m.Unsubscribe(ann.notes, "revoked")
    members = {row["id"]: row["members"] for row in _run(world, "notebook list")["notebooks"]}[ann.personal]
    assert members == [{"email": ann.email, "role": "owner"}]


def test_a_role_that_makes_no_sense_is_refused(world):
    ann = world.signed_up("ann")
    for arguments in (
        {"notebook": new_id(), "email": ann.email, "role": "editor"},
        {"notebook": ann.personal, "email": "nobody@example.org", "role": "editor"},
        {"notebook": ann.personal, "email": ann.email, "role": "king"},
        {"notebook": ann.personal, "email": ann.email, "role": "viewer"},
    ):
        with pytest.raises(admin.AdminError):
            _run(world, "role set", **arguments)


# --- notes --------------------------------------------------------------------------------------------------


def test_an_administrators_edit_appears_in_open_windows(world):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    note, first = ann.author.note(ann.notes, "Shopping")
    ann.push(ann.notes, first)
    _run(world, "note append", note=note, text="milk")
    (deltas,) = ann.heard().all(m.Deltas)
    ann.author.take(deltas.deltas)
    assert ann.author.documents[note].value(("body",)) == "milk"
    _run(world, "note set", note=note[:9], text="bread")
    ann.author.take(ann.heard().one(m.Deltas).deltas)
    assert ann.author.documents[note].value(("body",)) == "bread"
    shown = _run(world, "note show", note=note)
    assert (shown["title"], shown["text"]) == ("Shopping", "bread")
    world.check()


def test_an_administrators_edit_merges_with_what_is_typed_meanwhile(world):
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first, ann.author.type(ann.notes, note, "one "))
    typed = ann.author.type(ann.notes, note, "two ")
    _run(world, "note append", note=note, text="three ")
    ann.push(ann.notes, typed)
    ann.subscribe(ann.notes)
    text = _run(world, "note show", note=note)["text"]
    assert sorted(text.split()) == ["one", "three", "two"]
    world.check()


def test_a_long_text_is_divided(world, monkeypatch):
    monkeypatch.setattr(admin, "PIECE_LENGTH_MAX", 10)
    ann = world.signed_up("ann")
    made = _run(world, "note add", notebook=ann.personal, title="Long", text="ab\0" * 20)
    assert made["deltas"] == 5
    assert _run(world, "note show", note=made["id"])["text"] == "ab" * 20
    assert [row["title"] for row in _run(world, "note list", notebook=ann.personal)["notes"]] == ["Long"]
    assert _run(world, "note list", notebook=new_id())["notes"] == []


def test_setting_the_same_text_again_is_fine_and_an_empty_one_too(world):
    ann = world.signed_up("ann")
    note = _run(world, "note add", notebook=ann.personal, text="x")["id"]
    _run(world, "note set", note=note, text="")
    _run(world, "note append", note=note, text="")
    assert _run(world, "note show", note=note)["text"] == ""


def test_edits_survive_a_restart_of_the_server(world):
    ann = world.signed_up("ann")
    note = _run(world, "note add", notebook=ann.personal, text="one ")["id"]
    world.restart()
    _run(world, "note append", note=note, text="two")
    assert _run(world, "note show", note=note)["text"] == "one two"
    world.check()


def test_a_note_that_is_none_is_refused(world):
    ann = world.signed_up("ann")
    for command, arguments in (
        ("note append", {"note": new_id(), "text": "x"}),
        ("note show", {"note": ""}),
        ("note add", {"notebook": new_id(), "text": "x"}),
        ("note append", {"note": new_id(), "text": "\ud800"}),
    ):
        with pytest.raises(admin.AdminError):
            _run(world, command, **arguments)
    note = _run(world, "note add", notebook=ann.personal, text="x")["id"]
    with pytest.raises(admin.AdminError, match="cannot be written"):
        _run(world, "note append", note=note, text="\ud800")


# --- the server -------------------------------------------------------------------------------------------


def test_stats_count_what_there_is(world):
    ann = world.signed_up("ann")
    _run(world, "note add", notebook=ann.personal, text="x")
    stats = _run(world, "stats")
    assert (stats["accounts"], stats["notebooks"], stats["documents"], stats["deltas"]) == (1, 1, 1, 2)


def test_verify_finds_a_state_that_is_not_its_log(world):
    ann = world.signed_up("ann")
    first = _run(world, "note add", notebook=ann.personal, text="one")["id"]
    second = _run(world, "note add", notebook=ann.personal, text="two")["id"]
    assert _run(world, "verify") == {"ok": True, "documents": 2}
    keys = [world.opened.store.document(note).key for note in (first, second)]
    world.opened.store.db.write(
        "UPDATE states SET state = (SELECT state FROM states WHERE document = ?) WHERE document = ?", keys
    )
    world.restart()
    with pytest.raises(admin.AdminError, match=second):
        _run(world, "verify")
