from __future__ import annotations

import pytest

from tests.support.postgres import opened_store

META = "INSERT INTO meta(key, value) VALUES(?, ?)"


@pytest.fixture
def db(tmp_path):
    made = opened_store(tmp_path).db
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
                inner.executemany(META, [("d", "4"), ("e", "5")])
            assert [row[0] for row in db.all("SELECT key FROM meta ORDER BY key")] == list("abcde")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert db.one("SELECT key FROM meta") is None


def test_each_returns_what_every_row_of_values_returned(db):
    sql = META + " ON CONFLICT(key) DO UPDATE SET value = excluded.value RETURNING key, value"
    rows = [("b", "1"), ("a", "2"), ("b", "3")]
    with db.transaction():
        assert db.each(sql, rows) == rows
        assert db.each(sql, []) == []
    assert db.all("SELECT key, value FROM meta ORDER BY key") == [("a", "2"), ("b", "3")]


def test_texts_are_in_the_order_of_their_bytes(db):
    names = ["a", "B", "_", "-", "ä", "Z", "é", "z", "\U0001f600", "\ue000", "0"]
    with db.transaction() as statements:
        statements.executemany(META, [(name, "") for name in names])
    assert [row[0] for row in db.all("SELECT key FROM meta ORDER BY key")] == sorted(names)
    assert [row[0] for row in db.all("SELECT key FROM meta WHERE key > ? ORDER BY key", ("Z",))] == sorted(
        name for name in names if name > "Z"
    )


def test_numbers_flags_and_sums_are_whole_numbers(db):
    db.write("INSERT INTO replicas(rid, account, device) VALUES(?, ?, ?)", (2**63 - 1, "a", True))
    db.write("INSERT INTO replicas(rid, account, device) VALUES(?, ?, ?)", (0, "a", False))
    found = db.one("SELECT max(rid), sum(device), count(*), coalesce(sum(device), 0) FROM replicas")
    assert found == (2**63 - 1, 1, 2, 1)
    assert [type(value) for value in found] == [int] * 4


def test_it_says_what_it_takes_on_disk_and_is_whole(db):
    assert db.size_bytes() > 0
    assert db.place() == 0
    db.check()
