from __future__ import annotations

import hashlib

import pytest

from sync.server import backup
from sync.server.backup import back_up
from sync.server.opening import COPIED
from sync.server.outcome import AdminError
from sync.storage.blob_files import BlobFiles
from sync.storage.blob_store import BlobRow, BlobStore
from sync.storage.server_store import ServerStore
from tests.support.core_world import CoreWorld
from tests.support.peer import Author


@pytest.fixture
def world(tmp_path):
    made = CoreWorld(tmp_path / "server")
    yield made
    made.close()


@pytest.fixture
def ann(world):
    account, author = world.account("ann"), Author()
    world.push(account, author, account.personal + "/notes", author.note(account.personal + "/notes")[1])
    return account


def _blob(world, account, content=b"picture"):
    sha256 = hashlib.sha256(content).hexdigest()
    path = world.opened.blobs.files.path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    BlobStore(world.opened.store).add(BlobRow(sha256, account.personal, len(content), account.id, 1, 0))
    return sha256


def test_a_folder_holds_everything_and_serves_as_a_server_of_its_own(world, ann, tmp_path, expect_log):
    sha256 = _blob(world, ann)
    told = back_up(world.folder, tmp_path / "copy")
    assert told["path"] == str(tmp_path / "copy")
    assert (told["documents"], told["deltas"], told["blobs"], told["verified"]) == (1, 1, 1, True)
    assert told["bytes"] == (tmp_path / "copy" / "server.sqlite3").stat().st_size
    expect_log("older copy")
    copy = CoreWorld(tmp_path / "copy")
    assert copy.log(ann.personal + "/notes") == world.log(ann.personal + "/notes")
    assert copy.opened.server_id == world.opened.server_id
    assert copy.opened.generation == 2
    assert copy.opened.blobs.files.path(sha256).read_bytes() == b"picture"
    copy.close()


def test_a_file_holds_the_database_alone(world, ann, tmp_path):
    _blob(world, ann)
    told = back_up(world.folder, tmp_path / "new" / "copy.sqlite3")
    assert told["blobs"] == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["copy.sqlite3"]
    store = ServerStore.open(tmp_path / "new" / "copy.sqlite3")
    assert store.meta(COPIED) == "backup"
    assert world.opened.store.meta(COPIED) is None
    store.close()


def test_what_exists_is_not_written_over(world, ann, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(AdminError, match="exists"):
        back_up(world.folder, tmp_path / "there")


def test_an_attempt_that_was_cut_short_is_in_nobodys_way(world, ann, tmp_path):
    (tmp_path / "copy.new" / "blobs").mkdir(parents=True)
    back_up(world.folder, tmp_path / "copy")
    assert not (tmp_path / "copy.new").exists()


def test_a_copy_with_a_gap_is_no_backup(world, ann, tmp_path):
    world.opened.store.db.file.conn.execute("DELETE FROM log")
    with pytest.raises(AdminError, match="gap"):
        back_up(world.folder, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_an_attachment_that_is_missing_is_said(world, ann, tmp_path):
    world.opened.blobs.files.path(_blob(world, ann)).unlink()
    with pytest.raises(AdminError, match="missing"):
        back_up(world.folder, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_on_another_file_system_attachments_are_copied(world, ann, tmp_path, monkeypatch):
    sha256 = _blob(world, ann)

    def elsewhere(*_):
        raise OSError(18, "cross-device")

    monkeypatch.setattr(backup.os, "link", elsewhere)
    back_up(world.folder, tmp_path / "copy")
    assert (tmp_path / "copy" / "blobs" / sha256[:2] / sha256).read_bytes() == b"picture"


def test_a_place_that_cannot_be_written_is_said(world, ann, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AdminError, match="cannot be written"):
        back_up(world.folder, tmp_path / "file" / "copy")


def test_servers_on_postgresql_are_copied_with_their_attachments(tmp_path, monkeypatch):
    from sync.storage import postgres_backup

    folder, named = tmp_path / "server", hashlib.sha256(b"picture").hexdigest()
    path = BlobFiles(folder).path(named)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"picture")

    def dumped(address, target, mark):
        assert (address, mark) == ("postgresql://host/notes", COPIED)
        target.write_bytes(b"dump")
        return postgres_backup.Dumped(3, 7, {named})

    monkeypatch.setattr(postgres_backup, "dump_database", dumped)
    told = backup.dump(folder, "postgresql://host/notes", tmp_path / "copy")
    assert (told["documents"], told["deltas"], told["blobs"], told["bytes"]) == (3, 7, 1, 4)
    assert (tmp_path / "copy" / "server.sql.gz").read_bytes() == b"dump"
    assert BlobFiles(tmp_path / "copy").path(named).read_bytes() == b"picture"
    alone = backup.dump(folder, "postgresql://host/notes", tmp_path / "alone.sql.gz")
    assert alone["blobs"] == 0
    assert (tmp_path / "alone.sql.gz").is_file()
    with pytest.raises(AdminError, match="exists already"):
        backup.dump(folder, "postgresql://host/notes", tmp_path / "copy")
