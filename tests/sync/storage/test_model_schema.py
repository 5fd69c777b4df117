"""The step with which a server's store learns of data models."""

from __future__ import annotations

from sync.storage import database, model_schema, server_schema
from sync.storage.server_store import ServerStore


def test_the_step_is_plain_sql_and_taken():
    assert model_schema.SERVER_MODELS in server_schema.STEPS
    text = model_schema.SERVER_MODELS.upper()
    assert not any(word in text for word in ("WITHOUT ROWID", "OR IGNORE", "OR REPLACE", "AUTOINCREMENT"))


def test_what_a_server_had_before_is_of_the_first_model(tmp_path):
    path = tmp_path / "server.sqlite3"
    before = server_schema.STEPS[: server_schema.STEPS.index(model_schema.SERVER_MODELS)]
    database.create_database(path, before, application=server_schema.APPLICATION)
    db = database.open_database(path)
    db.conn.executescript(
        "INSERT INTO accounts VALUES('a', 'e', 'n', 'p', 'b', 1, 0);"
        "INSERT INTO devices VALUES(1, 'a', 'i', 'o', 'p', 1, 1);"
        "INSERT INTO notebooks(id, name, owner, created_ms) VALUES('b', 'n', 'a', 1);"
        "INSERT INTO streams(key, id, notebook, collection, epoch, model)"
        " VALUES(1, 'b/notes', 'b', 'notes', 7, '1.0');"
        "INSERT INTO documents VALUES(4, 'd', 1, 3, 2, 5, 0, 10);"
        "INSERT INTO states VALUES(4, 2, x'0102');"
    )
    db.close()
    store = ServerStore.open(path)
    row = store.document("d")
    assert row is not None
    assert (row.model, row.state_seq, store.state(4, "1.0"), store.state(4, "2.0")) == (
        "1.0",
        2,
        b"\1\2",
        None,
    )
    assert store.db.all("SELECT model FROM devices") == [("1.0",)]
    store.close()
