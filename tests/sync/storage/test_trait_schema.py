"""The migration adds its tables and has every note read again."""

from sync.storage.database import create_database, migrate, open_database
from sync.storage.schema import APPLICATION, STEPS
from sync.storage.trait_schema import TRAITS


def test_notes_of_an_older_library_are_read_again(tmp_path):
    path = tmp_path / "library.sqlite3"
    before = STEPS.index(TRAITS)
    create_database(path, STEPS[:before], application=APPLICATION)
    db = open_database(path, application=APPLICATION)
    db.conn.execute("INSERT INTO notebooks VALUES ('n', 'N', 'owner', 1, 1)")
    db.conn.execute("INSERT INTO streams(key, id, notebook, collection, chain, acked_chain)"
                    " VALUES (1, 'n/notes', 'n', 'notes', x'', x'')")  # fmt: skip
    db.conn.execute("INSERT INTO documents(key, id, stream, dirty) VALUES (1, 'a', 1, 0), (2, 'b', 1, 2)")
    migrate(db, STEPS[: before + 1])
    rows = db.conn.execute("SELECT key, dirty FROM documents ORDER BY key").fetchall()
    tables = {row[0] for row in db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    assert rows == [(1, 1), (2, 2)]
    assert {"links", "traits", "authors", "people", "looks"} <= tables
