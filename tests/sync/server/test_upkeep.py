from __future__ import annotations

from pathlib import Path

import pytest

from sync.server import admin
from sync.server.outcome import AdminError
from sync.server.upkeep import BACKUPS_FOLDER, UPKEEP
from tests.support.session_world import SessionWorld


@pytest.fixture
def world(tmp_path):
    made = SessionWorld(tmp_path / "server")
    yield made
    made.close()


def _run(world, command, **arguments):
    outcome = admin.run(world.opened, command, arguments, world.now_ms)
    outcome.finish()
    assert not outcome.error
    return outcome.value


@pytest.fixture
def ann(world):
    talk = world.signed_up("ann")
    note, first = talk.author.note(talk.notes)
    talk.push(talk.notes, first, *[talk.author.type(talk.notes, note, "a ") for _ in range(59)])
    return talk


def test_every_command_for_the_server_is_one_of_the_administrators():
    assert set(UPKEEP) <= set(admin.COMMANDS)


def test_counts_are_those_of_what_is_there(world, ann):
    told = _run(world, "stats")
    assert (told["accounts"], told["documents"], told["deltas"], told["blobs"]) == (1, 1, 60, 0)
    assert told["generation"] == 1


def test_compacting_says_what_went_and_verifying_still_holds(world, ann):
    told = _run(world, "compact", keep_days=0, keep_deltas=10)
    assert (told["streams"], told["deltas_removed"], told["blobs_removed"]) == (1, 50, 0)
    assert _run(world, "verify") == {"ok": True, "documents": 1}
    assert _run(world, "compact", keep_days=0, keep_deltas=10)["deltas_removed"] == 0


@pytest.mark.parametrize("wrong", [{"keep_days": -1}, {"keep_deltas": -1}])
def test_less_than_nothing_cannot_be_kept(world, ann, wrong):
    with pytest.raises(AdminError):
        _run(world, "compact", **wrong)


def test_a_state_that_lacks_what_is_still_in_its_log_is_found(world, ann):
    _run(world, "verify")
    conn = world.opened.store.db.file.conn
    early = conn.execute("SELECT state FROM states").fetchone()[0]
    note = world.opened.store.documents(world.opened.store.stream(ann.notes).key)[0].id
    ann.push(ann.notes, ann.author.type(ann.notes, note, "lost"))
    _run(world, "verify")
    _run(world, "compact", keep_days=0, keep_deltas=10)
    conn.execute("UPDATE states SET state = ?", (early,))
    world.reopen()
    with pytest.raises(AdminError, match=note):
        _run(world, "verify")


def test_a_backup_without_a_place_goes_into_the_servers_folder(world, ann):
    path = Path(_run(world, "backup")["path"])
    assert path.parent == world.folder / BACKUPS_FOLDER
    assert [file.name for file in path.iterdir()] in (["server.sqlite3"], ["server.sql.gz"])


def test_what_the_administrator_says_was_restored_begins_new_logs(world, ann, expect_log):
    before = {row.id: row.epoch for row in world.opened.store.streams()}
    rid = world.opened.core.rid
    _run(world, "restored")
    expect_log("older copy")
    world.restart()
    assert world.opened.generation == 2
    assert world.opened.core.rid != rid
    assert not {row.id: row.epoch for row in world.opened.store.streams()}.items() & before.items()
    world.restart()
    assert world.opened.generation == 2
