from __future__ import annotations

import pytest

from sync.storage.server_database import SqliteDatabase

META = "INSERT INTO meta(key, value) VALUES(?, ?)"


@pytest.fixture
def db(tmp_path):
    made = SqliteDatabase.open(tmp_path / "server.sqlite3")
    yield made
    made.close()


def test_a_transaction_that_raises_leaves_nothing(db):
    def write():
        with db.transaction() as statements:
            statements.execute(META, ("a", "1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert db.all("SELECT key FROM meta") == []
    assert not db.in_transaction


def test_a_transaction_inside_another_is_a_part_of_it(db):
    def write():
        with db.transaction() as outer:
            outer.execute(META, ("a", "1"))
            assert db.write(META, ("b", "2")) == 1
            with db.transaction() as inner:
                inner.execute(META, ("c", "3"))
            assert db.all("SELECT key FROM meta ORDER BY key") == [("a",), ("b",), ("c",)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert db.one("SELECT key FROM meta") is None


def test_each_returns_what_every_row_of_values_returned(db):
    sql = META + " ON CONFLICT(key) DO UPDATE SET value = excluded.value RETURNING key, value"
    rows = [("b", "1"), ("a", "2"), ("b", "3")]
    with db.transaction():
        assert db.each(sql, rows) == rows
    assert db.all("SELECT key, value FROM meta ORDER BY key") == [("a", "2"), ("b", "3")]


def test_it_says_what_it_takes_on_disk(db, tmp_path):
    assert db.size_bytes() > 0
    with db.snapshot():
        db.check()
