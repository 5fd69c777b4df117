"""Settings, migrations, transactions and the error map of the one door to SQLite."""

import hashlib
import inspect
import sqlite3
import threading

import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage.database import (
    create_database,
    mapped,
    migrate,
    open_database,
    quick_check,
    run_script,
    transaction,
)

STEPS = ["CREATE TABLE a(x INTEGER);", "CREATE TABLE b(y INTEGER);\nINSERT INTO b VALUES (1);"]
APPLICATION = 0x434D4E50


@pytest.fixture
def path(tmp_path):
    return tmp_path / "library.sqlite3"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_connection_has_the_settings_that_durability_and_safety_need(path):
    db = open_database(path)
    pragma = {
        name: db.conn.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "recursive_triggers")
    }
    db.close()
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "recursive_triggers": 0,
    }


def test_each_step_commits_together_with_its_record(path):
    db = open_database(path)

    def breaks(db):
        run_script(db, "CREATE TABLE c(z);")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(db, [*STEPS, breaks])
    assert db.conn.execute("PRAGMA user_version").fetchone()[0] == 2
    assert set(db.table_names()) == {"a", "b"}
    assert migrate(db, [*STEPS, "CREATE TABLE c(z);"]) == 2
    assert set(db.table_names()) == {"a", "b", "c"}
    db.close()


def test_a_newer_file_is_refused_and_untouched(path):
    create_database(path, STEPS, application=APPLICATION)
    before = digest(path)
    with pytest.raises(VersionTooNew) as caught:
        open_database(path, application=APPLICATION, version_max=1)
    assert (caught.value.found, caught.value.known) == (2, 1)
    assert digest(path) == before
    db = open_database(path)
    with pytest.raises(VersionTooNew):
        migrate(db, STEPS[:1])
    db.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"just a text file that is longer than one header" * 10, "not_a_store"),
        (b"SQLite format 3\x00", "not_a_store"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_untouched(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable) as caught:
        open_database(path, application=APPLICATION)
    assert caught.value.reason == reason
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_untouched(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs(x)")
    other.commit()
    other.close()
    before = digest(path)
    with pytest.raises(StoreUnavailable) as caught:
        open_database(path, application=APPLICATION)
    assert caught.value.reason == "not_a_store"
    assert digest(path) == before


def test_a_folder_in_place_of_the_file_is_unavailable(path):
    path.mkdir()
    with pytest.raises(StoreUnavailable) as caught:
        open_database(path)
    assert caught.value.reason == "cannot_open"


def test_a_new_file_appears_only_when_it_is_whole(path):
    def breaks(db):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_database(path, [*STEPS, breaks])
    assert not path.exists()
    create_database(path, STEPS, application=APPLICATION)
    db = open_database(path, application=APPLICATION, version_max=2)
    assert set(db.table_names()) == {"a", "b"}
    db.close()


def test_a_transaction_is_stored_whole_or_not_at_all(path):
    db = open_database(path)
    migrate(db, STEPS)

    def half():
        with transaction(db) as connection:
            connection.execute("INSERT INTO a VALUES (1)")
            raise ValueError("mid-way")

    with pytest.raises(ValueError, match="mid-way"):
        half()
    with transaction(db) as connection:
        connection.execute("INSERT INTO a VALUES (2)")
    db.close()
    db = open_database(path)
    assert db.conn.execute("SELECT x FROM a").fetchall() == [(2,)]
    db.close()


def test_a_locked_file_is_reported_as_locked(path):
    db = open_database(path)
    migrate(db, STEPS)
    other = open_database(path)
    other.conn.execute("PRAGMA busy_timeout=1").fetchone()
    db.conn.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as caught, transaction(other):
        pass
    assert caught.value.reason == "locked"
    db.conn.execute("ROLLBACK")
    other.close()
    db.close()


def test_damage_inside_the_file_is_found_by_the_check(path):
    create_database(path, STEPS)
    db = open_database(path)
    with transaction(db) as connection:
        connection.executemany("INSERT INTO a VALUES (?)", [(n,) for n in range(5000)])
    db.close()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    path.write_bytes(content)
    db = open_database(path)
    with pytest.raises(StoreUnavailable) as caught:
        quick_check(db)
    db.close()
    assert caught.value.reason == "damaged"
    assert path.read_bytes() == content


def test_every_error_class_of_sqlite_has_an_answer(path):
    classes = [
        kind for _, kind in inspect.getmembers(sqlite3, inspect.isclass) if issubclass(kind, sqlite3.Error)
    ]
    assert len(classes) >= 8
    for kind in classes:
        assert isinstance(mapped(kind("x"), path), StoreUnavailable | AssertionError)


def test_use_by_another_thread_is_our_own_bug(path):
    db = open_database(path)
    seen = []

    def other():
        try:
            with transaction(db):
                seen.append("began")
        except AssertionError as error:
            seen.append(type(error))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    db.close()
    assert seen == [AssertionError]
