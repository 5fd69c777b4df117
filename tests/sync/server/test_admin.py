from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable
from sync.protocol import messages as m
from sync.server import admin
from sync.server.outcome import AdminError
from tests.support.peer import new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


def test_an_unknown_command_is_refused(world):
    with pytest.raises(AdminError, match="make coffee"):
        world.administer("make coffee")


@pytest.mark.parametrize(
    ("command", "arguments", "named"),
    [
        ("note show", {"note": "\udcff"}, "note"),
        ("user add", {"email": "ann@example.org", "name": "\udcff", "password_hash": "x"}, "name"),
        ("backup", {"target": "/nowhere/\udcff"}, "target"),
    ],
)
def test_what_is_not_text_is_refused_and_named(world, command, arguments, named):
    with pytest.raises(AdminError, match=f"the {named} is not in UTF-8"):
        world.administer(command, **arguments)


# --- notes --------------------------------------------------------------------------------------------------


def test_an_administrators_edit_appears_in_open_windows(world):
    ann = world.signed_up("ann")
    ann.subscribe(ann.notes)
    note, first = ann.author.note(ann.notes, "Shopping")
    ann.push(ann.notes, first)
    world.administer("note append", note=note, text="milk")
    (deltas,) = ann.heard().all(m.Deltas)
    ann.author.take(deltas.deltas)
    assert ann.author.documents[note].value(("body",)) == "milk"
    world.administer("note set", note=note[:9], text="bread")
    ann.author.take(ann.heard().one(m.Deltas).deltas)
    assert ann.author.documents[note].value(("body",)) == "bread"
    shown = world.administer("note show", note=note)
    assert (shown["title"], shown["text"]) == ("Shopping", "bread")
    world.check()


def test_an_administrators_edit_merges_with_what_is_typed_meanwhile(world):
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first, ann.author.type(ann.notes, note, "one "))
    typed = ann.author.type(ann.notes, note, "two ")
    world.administer("note append", note=note, text="three ")
    ann.push(ann.notes, typed)
    ann.subscribe(ann.notes)
    text = world.administer("note show", note=note)["text"]
    assert sorted(text.split()) == ["one", "three", "two"]
    world.check()


def test_a_long_text_is_divided(world, monkeypatch):
    monkeypatch.setattr(admin, "PIECE_LENGTH_MAX", 10)
    ann = world.signed_up("ann")
    made = world.administer("note add", notebook=ann.personal, title="Long", text="ab\0" * 20)
    assert made["deltas"] == 5
    assert world.administer("note show", note=made["id"])["text"] == "ab" * 20
    assert [row["title"] for row in world.administer("note list", notebook=ann.personal)["notes"]] == ["Long"]
    with pytest.raises(AdminError, match="there is no notebook"):
        world.administer("note list", notebook=new_id())


def test_a_text_is_replaced_whole_or_stays_and_what_hinders_it_is_said(world, monkeypatch, expect_log):
    expect_log("not stored")
    monkeypatch.setattr(admin, "PIECE_LENGTH_MAX", 10)
    ann = world.signed_up("ann")
    note = world.administer("note add", notebook=ann.personal, text="as it was")["id"]
    append, left = world.opened.store.append, 0

    def filling(additions, at_ms):
        nonlocal left
        if not left:
            raise StoreUnavailable(world.folder, "no_space", "the disk is full")
        left -= 1
        append(additions, at_ms)

    monkeypatch.setattr(world.opened.store, "append", filling)
    given = {"note": note, "text": "other " * 10}
    assert "the disk is full" in admin.run(world.opened, "note set", given, world.now_ms).error
    assert world.administer("note show", note=note)["text"] == "as it was"
    left = 1
    world.administer("note set", **given)
    assert world.administer("note show", note=note)["text"] == "other " * 10
    world.check()


def test_setting_the_same_text_again_is_fine_and_an_empty_one_too(world):
    ann = world.signed_up("ann")
    note = world.administer("note add", notebook=ann.personal, text="x")["id"]
    world.administer("note set", note=note, text="")
    world.administer("note append", note=note, text="")
    assert world.administer("note show", note=note)["text"] == ""


def test_edits_survive_a_restart_of_the_server(world):
    ann = world.signed_up("ann")
    note = world.administer("note add", notebook=ann.personal, text="one ")["id"]
    world.restart()
    world.administer("note append", note=note, text="two")
    assert world.administer("note show", note=note)["text"] == "one two"
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
            world.administer(command, **arguments)
    note = world.administer("note add", notebook=ann.personal, text="x")["id"]
    with pytest.raises(AdminError, match="the text is not in UTF-8"):
        world.administer("note append", note=note, text="\ud800")


# --- the server -------------------------------------------------------------------------------------------


def test_stats_count_what_there_is(world):
    ann = world.signed_up("ann")
    world.administer("note add", notebook=ann.personal, text="x")
    stats = world.administer("stats")
    assert (stats["accounts"], stats["notebooks"], stats["documents"], stats["deltas"]) == (1, 1, 1, 2)


def test_verify_finds_a_state_that_is_not_its_log(world):
    ann = world.signed_up("ann")
    first = world.administer("note add", notebook=ann.personal, text="one")["id"]
    second = world.administer("note add", notebook=ann.personal, text="two")["id"]
    assert world.administer("verify") == {"ok": True, "documents": 2}
    keys = [world.opened.store.document(note).key for note in (first, second)]
    world.opened.store.db.write(
        "UPDATE states SET state = (SELECT state FROM states WHERE document = ?) WHERE document = ?", keys
    )
    world.restart()
    with pytest.raises(AdminError, match=second):
        world.administer("verify")
