from __future__ import annotations

from sync.storage.database import create_database, open_database
from sync.storage.server_schema import APPLICATION, STEPS
from sync.storage.sharing_schema import SERVER_SHARING


def test_a_server_of_before_sharing_keeps_what_it_has(tmp_path):
    from sync.storage.database import migrate

    path = tmp_path / "server.sqlite3"
    before = STEPS[: STEPS.index(SERVER_SHARING)]
    create_database(path, before, application=APPLICATION)
    db = open_database(path, application=APPLICATION, version_max=len(STEPS))
    db.conn.execute("INSERT INTO accounts VALUES('a', 'a@b.c', 'A', 'h', 'n', 1, 0)")
    db.conn.execute("INSERT INTO notebooks(id, name, owner, created_ms) VALUES('n', 'N', 'a', 1)")
    db.conn.execute("INSERT INTO members VALUES('n', 'a', 'owner')")
    migrate(db, STEPS, application=APPLICATION)
    assert db.conn.execute("SELECT id, note FROM notebooks").fetchall() == [("n", "")]
    assert db.conn.execute("SELECT role, hidden FROM members").fetchall() == [("owner", 0)]
    assert db.conn.execute("SELECT count(*) FROM invites").fetchone() == (0,)
    db.close()
