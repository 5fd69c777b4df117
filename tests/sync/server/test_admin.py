from __future__ import annotations

import pytest

from sync.protocol import messages as m
from sync.server import admin
from sync.server.outcome import AdminError
from tests.support.peer import new_id
from tests.support.session_world import SessionWorld


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
    with pytest.raises(AdminError, match="make coffee"):
        _run(world, "make coffee")


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
        with pytest.raises(AdminError):
            _run(world, command, **arguments)
    note = _run(world, "note add", notebook=ann.personal, text="x")["id"]
    with pytest.raises(AdminError, match="cannot be written"):
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
    with pytest.raises(AdminError, match=second):
        _run(world, "verify")
