from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage import database
from sync.storage.server_schema import APPLICATION, STEPS
from sync.storage.server_store import ServerStore

TABLES = {
    "meta", "accounts", "devices", "sign_ins", "replicas", "notebooks", "members", "streams", "positions",
    "rejections", "documents", "states", "log", "blobs", "blob_uploads", "overrides", "paces", "invites",
    "redemptions", "departures", "breaks", "originals",
}  # fmt: skip


def test_a_new_store_has_every_table_and_knows_its_version(tmp_path):
    store = ServerStore.open(tmp_path / "server.sqlite3")
    names = {
        row[0] for row in store.db.file.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    assert names == TABLES
    assert store.db.file.conn.execute("PRAGMA user_version").fetchone()[0] == len(STEPS)
    assert store.db.file.conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
    store.close()


def test_a_store_of_a_newer_server_is_refused_and_unchanged(tmp_path):
    path = tmp_path / "server.sqlite3"
    database.create_database(path, [*STEPS, "CREATE TABLE newer(x);"], application=APPLICATION)
    before = path.read_bytes()
    with pytest.raises(VersionTooNew):
        ServerStore.open(path)
    assert path.read_bytes() == before


def test_a_persons_library_is_no_server(tmp_path):
    path = tmp_path / "server.sqlite3"
    database.create_database(path, ["CREATE TABLE x(y);"], application=APPLICATION + 1)
    with pytest.raises(StoreUnavailable) as caught:
        ServerStore.open(path)
    assert caught.value.reason == "not_a_store"


def test_no_table_has_a_place_for_a_password_or_token_in_the_clear(tmp_path):
    store = ServerStore.open(tmp_path / "server.sqlite3")
    sql = "\n".join(row[0] or "" for row in store.db.file.conn.execute("SELECT sql FROM sqlite_master"))
    assert "Argon2id hash" in sql
    assert "SHA-256" in sql
    store.close()
