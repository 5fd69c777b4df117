from __future__ import annotations

import signal
import threading

import psycopg
import psycopg_pool
import pytest

from sync.errors import StoreUnavailable, VersionTooNew
from sync.storage import postgres_store
from sync.storage.postgres_store import (
    LONG_SIZE_MIN,
    PostgresDatabase,
    connected,
    mapped,
    named,
)
from sync.storage.server_schema import STEPS
from tests.support.postgres import cluster

REASONS = {"locked", "no_space", "read_only", "damaged", "cannot_open", "unreachable", "io"}
META = "INSERT INTO meta(key, value) VALUES(?, ?)"


@pytest.fixture
def address():
    made = cluster().tables()
    yield made
    cluster().give_back(made)


@pytest.fixture
def db(address):
    made = PostgresDatabase.open(address, "one")
    yield made
    made.close()


def _every(kind):
    for below in kind.__subclasses__():
        yield below
        yield from _every(below)


def test_every_exception_of_the_driver_has_an_answer(db):
    kinds = {psycopg.Error, *_every(psycopg.Error)}
    assert {psycopg_pool.PoolTimeout, psycopg.errors.DiskFull, psycopg.errors.UniqueViolation} <= kinds
    for kind in kinds:
        answer = mapped(kind("why"), db.path)
        assert type(answer) in (StoreUnavailable, AssertionError), kind
        if isinstance(answer, StoreUnavailable):
            assert answer.reason in REASONS


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (psycopg.OperationalError, "unreachable"),
        (psycopg.errors.AdminShutdown, "unreachable"),
        (psycopg.errors.CannotConnectNow, "unreachable"),
        (psycopg.errors.IdleInTransactionSessionTimeout, "unreachable"),
        (psycopg.errors.DeadlockDetected, "locked"),
        (psycopg.errors.LockNotAvailable, "locked"),
        (psycopg_pool.PoolTimeout, "locked"),
        (psycopg.errors.DiskFull, "no_space"),
        (psycopg.errors.ReadOnlySqlTransaction, "read_only"),
        (psycopg.errors.DataCorrupted, "damaged"),
        (psycopg.errors.InvalidPassword, "cannot_open"),
    ],
)
def test_what_the_world_does_is_told_apart(db, kind, reason):
    assert mapped(kind("why"), db.path).reason == reason


def test_what_only_wrong_code_can_do_is_no_trouble_of_the_store(db):
    with pytest.raises(AssertionError, match="wrong use"):
        db.all("SELECT nothing FROM nowhere")
    db.write(META, ("a", "1"))
    with pytest.raises(AssertionError, match="constraint"):
        db.write(META, ("a", "1"))


def test_a_database_is_named_without_its_password():
    assert str(named("postgresql://me:secret@db.example.org/notes")) == "postgresql:notes@db.example.org"
    with pytest.raises(StoreUnavailable, match="cannot_open"):
        named("postgresql://[broken")


def test_what_cannot_be_reached_or_entered_is_said(address):
    for wrong in (address.replace("/commonplace?", "/nothing?"), address.replace("host=", "host=%2Fnowhere")):
        with pytest.raises(StoreUnavailable) as caught:
            PostgresDatabase.open(wrong, "one")
        assert caught.value.reason in ("cannot_open", "unreachable")


def test_a_database_in_another_encoding_is_refused():
    with cluster().connection() as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreUnavailable, match="encoding"):
        PostgresDatabase.open(cluster().address("latin"), "one")


def test_what_a_newer_server_wrote_is_left_alone(address, db):
    db.write("UPDATE schema_version SET version = ?", (len(STEPS) + 1,))
    try:
        with pytest.raises(VersionTooNew):
            PostgresDatabase.open(address, "two")
    finally:
        db.write("UPDATE schema_version SET version = ?", (len(STEPS),))


def test_processes_that_start_together_make_the_tables_once():
    address = cluster().tables(fresh=True)
    opened, failed = [], []

    def start():
        try:
            opened.append(PostgresDatabase.open(address, "one"))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert {db.place() for db in opened} == {0, 1, 2, 3}
    assert opened[0].one("SELECT count(*) FROM schema_version") == (1,)
    for db in opened:
        db.close()
    cluster().give_back(address)


def test_a_commit_is_on_disk_whatever_the_address_says(address):
    lax = address.replace("search_path", "synchronous_commit%3Doff%20-c%20search_path")
    db = PostgresDatabase.open(lax, "one")
    assert db.one("SELECT current_setting('synchronous_commit')") == ("on",)
    db.close()


def test_a_sign_without_a_place_in_texts_is_marked(db):
    db.write(META, ("a\0b", "\0"))
    assert db.all("SELECT key, value FROM meta WHERE key = ?", ("a\0b",)) == [("a\ufffdb", "\ufffd")]


def test_a_place_is_kept_until_its_process_ends(address, db):
    assert db.place() == db.place() == 0
    other = PostgresDatabase.open(address, "two")
    assert other.place() == 1
    db.close()
    third = PostgresDatabase.open(address, "three")
    assert third.place() == 0
    for one in (other, third):
        one.close()


def test_a_place_that_somebody_else_took_is_not_used(address, db):
    assert db.place() == 0
    _cut()
    thief = PostgresDatabase.open(address, "thief")
    assert thief.place() == 0
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="locked"):
            db.place()
    thief.close()
    assert db.place() == 0


def test_a_lost_connection_is_said_once_and_replaced(address, db):
    db.write(META, ("a", "1"))
    _cut()
    with pytest.raises(StoreUnavailable) as caught:
        db.write(META, ("b", "2"))
    assert caught.value.reason == "unreachable"
    assert db.all("SELECT key FROM meta") == [("a",)]


def test_a_connection_lost_in_a_transaction_leaves_nothing(address, db):
    def write():
        with db.transaction() as statements:
            statements.execute(META, ("a", "1"))
            _cut()
            statements.execute(META, ("b", "2"))

    with pytest.raises(StoreUnavailable, match="unreachable"):
        write()
    assert not db.in_transaction
    assert db.all("SELECT key FROM meta") == []


def test_when_all_connections_are_taken_somebody_is_told_to_wait(address, monkeypatch):
    monkeypatch.setattr(postgres_store, "POOL_WAIT_S", 0.1)
    db = PostgresDatabase.open(address, "one", connections_max=1)
    taken, done = threading.Event(), threading.Event()

    def take():
        with db.transaction():
            taken.set()
            done.wait(20)

    holder = threading.Thread(target=take)
    holder.start()
    assert taken.wait(20)
    with pytest.raises(StoreUnavailable, match="locked"):
        db.one("SELECT 1")
    done.set()
    holder.join()
    assert db.one("SELECT 1") == (1,)
    db.close()


def test_a_row_that_another_process_holds_is_waited_for_and_not_for_ever(address, db, monkeypatch):
    monkeypatch.setattr(postgres_store, "LOCK_MS_MAX", 50)
    other = PostgresDatabase.open(address, "two")
    db.write(META, ("a", "1"))
    with db.transaction() as statements:
        statements.execute("UPDATE meta SET value = '2'")
        with pytest.raises(StoreUnavailable, match="locked"):
            other.write("UPDATE meta SET value = '3'")
    other.write("UPDATE meta SET value = '3'")
    assert db.one("SELECT value FROM meta") == ("3",)
    other.close()


def test_a_process_that_stands_still_in_a_transaction_does_not_hold_others_up(address, db, monkeypatch):
    monkeypatch.setattr(postgres_store, "IDLE_MS_MAX", 50)
    still = PostgresDatabase.open(address, "two")
    db.write(META, ("a", "1"))

    def stand():
        with still.transaction() as statements:
            statements.execute("UPDATE meta SET value = 'lost'")
            db.write("UPDATE meta SET value = '2'")  # waits until the other's transaction was ended for it

    with pytest.raises(StoreUnavailable, match="unreachable"):
        stand()
    assert still.one("SELECT value FROM meta") == ("2",)
    still.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_database_that_went_away_is_said_at_once_and_found_again(address, db, how):
    db.write(META, (how.name, "1"))
    cluster().stop(how)
    try:
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=r"unreachable|locked"):
                db.one("SELECT 1")
    finally:
        cluster().start()
    while True:  # until the pool has a connection again
        try:
            assert db.one("SELECT count(*) FROM meta WHERE key = ?", (how.name,)) == (1,)
            break
        except StoreUnavailable:
            continue


def test_a_connection_that_carried_a_long_value_is_replaced_by_a_fresh_one(address):
    db = PostgresDatabase.open(address, "one", connections_max=1)

    def backend():
        return db.one("SELECT pg_backend_pid()")[0]

    def used(statement, value):
        before = backend()
        with db.transaction() as statements:
            statements.execute(statement, (value,))
            assert statements.execute("SELECT pg_backend_pid()").fetchone()[0] == before, "one for the whole"
        return before

    db.write("CREATE TABLE long_ones(value BYTEA)")
    short, long = b"s" * (LONG_SIZE_MIN - 1), b"l" * LONG_SIZE_MIN
    sending = "INSERT INTO long_ones VALUES(?)"
    assert used(sending, short) == backend()
    assert used(sending, long) != backend()
    reading = "SELECT value FROM long_ones WHERE length(value) = ?"
    for value, replaced in ((short, False), (long, True)):
        before = backend()
        assert db.one(reading, (len(value),)) == (value,)
        assert (backend() != before) == replaced
    db.write("DROP TABLE long_ones")
    db.close()


def test_a_connection_beside_the_pool_has_the_same_settings(address):
    with connected(address, "me") as connection:
        assert connection.execute("SELECT current_setting('commonplace.process')").fetchone() == ("me",)


def _cut():
    """End every connection, as a network does."""
    with cluster().connection() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'commonplace-server'"
        )
