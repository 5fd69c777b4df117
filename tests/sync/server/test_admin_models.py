"""The administrator's commands about data models, and what connections hear of them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sync.model import v1
from sync.model.versions import NEWEST, model_of
from sync.protocol import messages as m
from sync.server import admin, commands, migration
from sync.server.admin_models import MODELS
from sync.server.outcome import AdminError
from tests.support.peer import PASSWORD, Author
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld, data_model="1.0")


def signed_up(world, name="ann", model="1.0"):
    talk = world.hello(Author(model=model))
    talk.enter("sign_up", email=f"{name}@example.org", password=PASSWORD, name=name)
    return talk


def device(world, talk, model="1.0"):
    other = world.hello(Author(model=model))
    other.enter("sign_in", email=talk.email, password=PASSWORD)
    other.heard()
    return other


def notes(talk, count):
    made = [talk.author.note(talk.notes, f"note {n}") for n in range(count)]
    talk.push(talk.notes, *[delta for _, delta in made])
    return [note for note, _ in made]


def test_every_command_is_one_of_the_administrators():
    assert set(MODELS) <= set(admin.COMMANDS)


def test_a_plan_says_what_would_be_done_and_who_would_be_behind(world):
    ann = signed_up(world)
    notes(ann, 3)
    plan = world.administer("migrate plan")
    assert (plan["from"], plan["to"], plan["documents"]) == ("1.0", NEWEST, 3)
    assert {row["collection"]: row["changes"] for row in plan["streams"]} == {
        "notes": True, "folders": False, "comments": False,
    }  # fmt: skip
    assert [row["email"] for row in plan["devices_behind"]] == ["ann@example.org"]
    world.administer("migrate run")
    assert world.administer("migrate plan")["streams"] == []


def test_a_status_tells_how_far_it_is(world, monkeypatch):
    monkeypatch.setattr(migration, "DOCUMENTS_A_STEP", 2)
    ann = signed_up(world)
    notes(ann, 5)
    assert world.administer("migrate status")["state"] == "available"
    told = []

    def ask():
        told.append(world.administer("migrate status"))
        with pytest.raises(AdminError, match="under way"):
            world.administer("migrate run")

    assert world.administer("migrate run", between=ask)["ok"]
    assert {status["state"] for status in told} == {"running"}
    assert [status["documents_done"] for status in told][:4] == [0, 2, 4, 5]
    assert told[-1]["streams_done"] == 3
    after = world.administer("migrate status")
    assert (after["state"], after["model"], after["last"]["documents"]) == ("current", NEWEST, 5)
    assert after["archive_states"] == 5


def test_a_run_that_was_cut_off_is_told_as_such_and_goes_on(world):
    ann = signed_up(world)
    notes(ann, 5)
    steps = admin.run(world.opened, "migrate run", {}, world.now_ms).rest
    next(steps)
    next(steps)
    del steps
    world.reopen()
    assert world.administer("migrate status")["state"] == "interrupted"
    world.administer("migrate run")
    assert world.administer("migrate status")["state"] == "current"


def test_there_is_no_way_back_and_none_to_nowhere(world):
    world.administer("migrate run")
    with pytest.raises(AdminError, match="no way back"):
        world.administer("migrate run", to="1")
    with pytest.raises(AdminError, match="no data model"):
        world.administer("migrate plan", to="77")


@pytest.mark.covers("mode send_only", "via none")
def test_while_one_types_another_upgrades_and_sees_it_and_the_first_is_sent_nothing(world, monkeypatch):
    monkeypatch.setattr(migration, "DOCUMENTS_A_STEP", 2)
    ann = signed_up(world)
    note, *_ = notes(ann, 7)
    for talk in (ann, bob := device(world, ann)):
        talk.subscribe(ann.notes)
        bob.author.take([row for deltas in talk.heard().all(m.Deltas) for row in deltas.deltas])
    upgraded = device(world, ann, "2.0")
    assert upgraded.session.mode == "ahead"
    assert upgraded.subscribe(ann.notes).via == "none"
    typed = []

    def type_on():
        typed.append(bob.author.type(ann.notes, note, f"{len(typed)} "))
        assert bob.push(ann.notes, typed[-1]).one(m.Ack).rejected == ()

    world.administer("migrate run", between=type_on)
    welcome = upgraded.heard().one(m.Welcome)
    assert (welcome.model.version, welcome.model.mode) == (NEWEST, "full")
    assert upgraded.subscribe(ann.notes).via == "state"
    states = upgraded.heard().all(m.State)
    assert states[-1].end is not None
    heard = ann.heard()
    assert [one.why for one in heard.all(m.Unsubscribe)] == ["migrated"]
    assert heard.one(m.Welcome).model.mode == "send_only"
    bob.heard()
    type_on()
    tag = bob.author.edit(ann.notes, note, lambda edit: v1.add_tag(edit, "late", 1))
    assert [type(one) for one in bob.push(ann.notes, tag)] == [m.Ack]
    deltas = upgraded.heard().all(m.Deltas)
    assert len([row for one in deltas for row in one.deltas]) == 2
    assert {one.model for one in deltas} == {NEWEST}
    assert ann.heard() == []
    row, state = world.opened.core.state_of(note)
    summary = model_of(row.model).encoded_note_summary(state)
    assert summary.text == "".join(f"{n} " for n in range(len(typed)))
    assert summary.tags == ["late"]
    granted = bob.subscribe(ann.notes, epoch=5, cursor=3)
    assert (granted.last_n, granted.chain) == (len(typed) + 1, bob.author.chains[ann.notes][-1])
    world.check()


def test_a_notebook_that_is_made_in_the_middle_is_migrated_too(world, monkeypatch):
    ann = signed_up(world)
    notes(ann, 2)
    made = []

    def make():
        if not made:
            made.append(ann.call("create_notebook", id="N" * 22, name="New").one(m.Result))

    world.administer("migrate run", between=make)
    assert not made[0].code
    assert {row.model for row in world.opened.store.streams()} == {NEWEST}
    assert len(world.opened.store.streams()) == 6


def test_nobody_is_cut_off_before_it_was_said_who(world):
    ann = signed_up(world)
    world.administer("migrate run")
    fresh = device(world, ann, "2.0")
    asked = world.administer("migrate min-push", version="2")
    assert (asked["changed"], asked["min_push"], asked["wanted"]) == (False, "1.0", "2.0")
    assert [(row["email"], row["model"]) for row in asked["cut_off"]] == [("ann@example.org", "1.0")]
    assert fresh.heard() == []
    ann.heard()
    done = world.administer("migrate min-push", version="2", yes=True)
    assert (done["changed"], done["min_push"]) == (True, "2.0")
    assert ann.heard().one(m.Welcome).model == m.ModelSaid(NEWEST, "2.0", "blocked")
    assert fresh.heard().one(m.Welcome).model == m.ModelSaid(NEWEST, "2.0", "full")
    assert ann.push(ann.notes, ann.author.note(ann.notes)[1]).one(m.Nack).code == "migrating"
    world.reopen()
    assert world.opened.model.min_push == "2.0"
    assert world.administer("migrate min-push", version="1")["changed"]
    assert world.opened.model.mode_of("1.0") == "send_only"


@pytest.mark.parametrize("version", ["", "x", "-1", "1.x", "3", "0", "0.9", "１"])
def test_what_nobody_could_push_is_no_least_model(world, version):
    with pytest.raises(AdminError):
        world.administer("migrate min-push", version=version, yes=True)


# --- the command line ---------------------------------------------------------------------------------------


def run(folder, *arguments, stdin="", before=()):
    return CliRunner().invoke(commands.main, [*before, *arguments, "--data", str(folder)], input=stdin)


def read(folder, *arguments, code=0):
    result = run(folder, *arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "server"
    added = run(
        folder, "user", "add", "ann@example.org", "--password-stdin", "--json",
        stdin=PASSWORD + "\n", before=("--data-model", "1"),
    )  # fmt: skip
    personal = json.loads(added.stdout)["personal"]
    assert run(folder, "note", "add", personal, "words", "--title", "T").exit_code == 0
    return folder


def test_the_commands_lead_a_folder_to_the_newest_model(folder):
    assert read(folder, "migrate", "status")["state"] == "available"
    assert read(folder, "migrate", "plan")["documents"] == 1
    assert read(folder, "migrate", "dry-run")["ok"]
    assert read(folder, "migrate", "status")["model"] == "1.0"
    assert read(folder, "migrate", "run")["ok"]
    assert read(folder, "migrate", "status")["state"] == "current"
    assert read(folder, "verify")["ok"]
    assert [row["title"] for row in read(folder, "note", "list")["notes"]] == ["T"]
    assert read(folder, "migrate", "min-push", "2")["changed"]


def test_the_commands_have_words_for_people(folder):
    for arguments, words in (
        (("plan",), "from model 1.0 to 2.0: 3 streams, 1 documents"),
        (("dry-run",), "all well"),
        (("status",), "available: model 1.0"),
        (("run", "--to", "2"), "the data is of model 2.0; 1 documents"),
        (("status",), "current: model 2.0"),
        (("plan",), "nothing to do"),
        (("min-push", "2.0"), "from model 2.0 on"),
    ):
        result = run(folder, "migrate", *arguments)
        assert result.exit_code == 0, result.output
        assert words in result.output


def test_what_is_not_done_ends_with_one(folder, monkeypatch):
    def devices(self, now_ms):
        return [model_store.DeviceModel("ann@example.org", 1, "any", "old", "1.0", 5)]

    from sync.storage import model_store

    run(folder, "migrate", "run")
    monkeypatch.setattr(model_store.ModelStore, "devices", devices)
    result = run(folder, "migrate", "min-push", "2")
    assert result.exit_code == 1
    assert "1 devices could not send any more" in result.output
    assert "ann@example.org  any  old  model 1.0" in result.output
    assert read(folder, "migrate", "min-push", "2", code=1)["changed"] is False
    assert run(folder, "migrate", "run", "--to", "1").exit_code == 1
    assert run(folder, "migrate").exit_code in (0, 2)


def test_a_document_that_cannot_be_migrated_is_named(folder, monkeypatch):
    real = migration.Document.decode
    monkeypatch.setattr(migration.Document, "decode", _fails(real))
    result = run(folder, "migrate", "dry-run")
    assert result.exit_code == 1
    assert "1 documents cannot be migrated" in result.output
    assert read(folder, "migrate", "run", code=1)["failed_count"] == 1


def _fails(real):
    def decode(state, rid):
        raise migration.CrdtError("planted")

    return staticmethod(decode)


def test_a_folder_of_another_model_is_not_opened_by_mistake(folder):
    result = run(folder, "migrate", "status", before=("--data-model", "2"))
    assert result.exit_code == 1
    assert "migrate run" in result.output
    assert run(folder, "migrate", "status", before=("--data-model", "9")).exit_code == 2
