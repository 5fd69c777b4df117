"""The schema of a library: what it holds, and that old files stay readable."""

import sqlite3

from sync.storage.database import create_database, migrate, open_database
from sync.storage.schema import APPLICATION, STEPS

TABLES = {
    "meta", "notebooks", "streams", "documents", "deltas", "outbox", "quarantine", "staging", "attachments",
    "undo", "notes", "texts", "folders",
}  # fmt: skip


def test_every_table_is_there(tmp_path):
    path = tmp_path / "library.sqlite3"
    create_database(path, STEPS, application=APPLICATION)
    connection = sqlite3.connect(path)
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    marks = (
        connection.execute("PRAGMA application_id").fetchone()[0],
        connection.execute("PRAGMA user_version").fetchone()[0],
    )
    connection.close()
    assert names >= TABLES
    assert marks == (APPLICATION, len(STEPS))


def test_each_step_leads_from_a_file_of_the_version_before(tmp_path):
    path = tmp_path / "library.sqlite3"
    create_database(path, STEPS[:1], application=APPLICATION)
    db = open_database(path, application=APPLICATION)
    assert migrate(db, STEPS) == 1
    assert migrate(db, STEPS) == len(STEPS)
    db.close()
