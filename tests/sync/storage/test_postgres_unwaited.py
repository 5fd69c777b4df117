"""Transactions that wait for their commit only, on a real PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from sync.storage.postgres_unwaited import begun
from tests.support.postgres import cluster


@pytest.fixture
def connection():
    address = cluster().tables(fresh=True)
    with psycopg.connect(address, autocommit=True) as made:
        yield made


def facts(connection):
    return connection.execute("SELECT key FROM facts ORDER BY key").fetchall()


def insert(connection, key):
    return connection.execute("INSERT INTO facts(key, value) VALUES(%s, 'v')", (key,))


@pytest.fixture(autouse=True)
def _table(connection):
    connection.execute("CREATE TABLE IF NOT EXISTS facts(key TEXT PRIMARY KEY, value TEXT)")


@pytest.mark.parametrize("unwaited", [True, False])
def test_what_was_written_is_there_for_others_when_the_block_has_ended(connection, unwaited):
    with begun(connection, unwaited):
        insert(connection, "a")
        insert(connection, "b")
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (2,)
        insert(connection, "c")
    with cluster().connection() as other:
        schema = connection.execute("SELECT current_schema()").fetchone()[0]
        assert other.execute(f"SELECT count(*) FROM {schema}.facts").fetchone() == (3,)


@pytest.mark.parametrize("unwaited", [True, False])
def test_what_is_raised_in_the_block_leaves_nothing_and_the_connection_goes_on(connection, unwaited):
    def breaks():
        with begun(connection, unwaited):
            insert(connection, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert facts(connection) == []
    with begun(connection, unwaited):
        insert(connection, "b")
    assert facts(connection) == [("b",)]


@pytest.mark.parametrize("unwaited", [True, False])
@pytest.mark.parametrize("then", ["nothing", "another statement", "a query"])
def test_a_statement_that_fails_is_told_at_the_latest_by_the_commit(connection, unwaited, then):
    def breaks():
        with begun(connection, unwaited):
            insert(connection, "a")
            insert(connection, "a")
            if then == "another statement":
                insert(connection, "b")
            elif then == "a query":
                facts(connection)

    with pytest.raises(psycopg.Error):
        breaks()
    assert facts(connection) == []


@pytest.mark.parametrize("unwaited", [True, False])
def test_a_connection_that_is_lost_in_the_block_is_an_error(connection, unwaited):
    pid = connection.info.backend_pid

    def breaks():
        with begun(connection, unwaited):
            insert(connection, "a")
            with cluster().connection() as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
            insert(connection, "b")
            facts(connection)

    with pytest.raises(psycopg.OperationalError):
        breaks()
    assert connection.closed
