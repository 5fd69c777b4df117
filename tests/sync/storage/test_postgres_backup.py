"""A copy of a PostgreSQL that is written all the while, and what comes back from it."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import threading

import psycopg
import pytest

from sync.errors import StoreUnavailable
from sync.server import admin
from sync.server.opening import COPIED
from sync.storage import postgres_backup
from sync.storage.postgres_backup import dump_database
from sync.storage.postgres_store import PostgresDatabase
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.postgres import DATABASES, cluster

pytestmark = pytest.mark.one_database


@pytest.fixture
def world(tmp_path):
    cluster()
    if shutil.which("pg_dump") is None or shutil.which("psql") is None:
        assert not os.environ.get("CI"), (
            "pg_dump and psql are not installed: apt-get install postgresql-client"
        )
        pytest.skip("pg_dump and psql are not installed")
    DATABASES.kind = "postgresql"
    made = CoreWorld(tmp_path / "server")
    yield made
    made.close()
    DATABASES.end()


@pytest.fixture
def address(world):
    return world.opened.store.db.address


def restored(copy, address):
    """Read a copy into an empty database, as an administrator would."""
    with cluster().connection() as connection:
        connection.execute("DROP DATABASE IF EXISTS restored")
        connection.execute("CREATE DATABASE restored TEMPLATE template0 LOCALE 'C.UTF-8'")
        schema = address.rpartition("%3D")[2]
    target = cluster().address("restored")
    read = subprocess.run(
        ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", target],
        input=gzip.decompress(copy.read_bytes()), capture_output=True, check=False,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    return cluster().address("restored", schema)


def written(world, count=3):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    world.push(ann, author, stream, *[author.note(stream, f"note {n}")[1] for n in range(count)])
    return ann, author, stream


def test_a_copy_is_read_back_and_says_that_it_is_one(world, address, tmp_path, expect_log):
    ann, author, stream = written(world)
    facts = dump_database(address, tmp_path / "copy.sql.gz", COPIED)
    assert (facts.documents, facts.deltas, facts.blobs) == (3, 3, set())
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".gz"] == ["copy.sql.gz"]
    assert (tmp_path / "copy.sql.gz").stat().st_mode & 0o777 == 0o600
    log, server_id, rid = world.log(stream), world.opened.server_id, world.opened.core.rid
    DATABASES._of[tmp_path / "second"] = restored(tmp_path / "copy.sql.gz", address)
    expect_log("older copy")
    again = CoreWorld(tmp_path / "second")
    try:
        assert again.log(stream) == log
        assert (again.opened.server_id, again.opened.generation) == (server_id, 2)
        assert again.opened.core.rid != rid
        assert admin.run(again.opened, "verify", {}, again.now_ms).error == ""
        made = author.note(stream, "written after the restore")[1]
        assert again.push(ann, author, stream, made).rejected == ()
    finally:
        again.close()
        del DATABASES._of[tmp_path / "second"]


def test_a_copy_of_the_schema_that_every_database_has_is_read_back_by_an_owner_who_is_nobody_else(
    world, tmp_path
):
    with cluster().connection() as connection:
        for database in ("usual", "restored"):
            connection.execute(f"DROP DATABASE IF EXISTS {database}")
        connection.execute("DROP ROLE IF EXISTS somebody")
        connection.execute("CREATE ROLE somebody LOGIN")
        for database in ("usual", "restored"):
            connection.execute(f"CREATE DATABASE {database} TEMPLATE template0 OWNER somebody")
    usual, target = (
        cluster().address(database).replace("//postgres@", "//somebody@")
        for database in ("usual", "restored")
    )
    db = PostgresDatabase.open(usual, "test")
    db.write("INSERT INTO meta(key, value) VALUES ('who', 'ann')")
    db.close()
    dump_database(usual, tmp_path / "copy.sql.gz", COPIED)
    read = subprocess.run(
        ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", target],
        input=gzip.decompress((tmp_path / "copy.sql.gz").read_bytes()), capture_output=True, check=False,
    )  # fmt: skip
    assert (read.returncode, read.stderr) == (0, b"")
    again = PostgresDatabase.open(target, "test")
    assert again.one("SELECT value FROM meta WHERE key = 'who'") == ("ann",)
    assert again.one("SELECT count(*) FROM meta WHERE key = ?", (COPIED,)) == (1,)
    again.close()


def test_what_is_written_while_it_is_copied_is_in_it_whole_or_not_at_all(world, address, tmp_path):
    ann, author, stream = written(world)
    ends, failed = threading.Event(), []

    def writes():
        try:
            while not ends.is_set():
                world.push(ann, author, stream, author.note(stream)[1], author.note(stream)[1])
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        counts = [dump_database(address, tmp_path / f"{n}.gz", COPIED).deltas for n in range(3)]
    finally:
        ends.set()
        writer.join()
    assert failed == []
    assert counts == sorted(counts)
    for number, count in enumerate(counts):
        with psycopg.connect(restored(tmp_path / f"{number}.gz", address)) as connection:
            assert count % 2 == 1, "batches of two after the first three"
            assert connection.execute("SELECT count(*) FROM log").fetchone() == (count,)
            assert connection.execute("SELECT value FROM meta WHERE key = %s", (COPIED,)).fetchone()


def test_a_log_with_a_gap_is_not_copied(world, address, tmp_path):
    _, _, stream = written(world)
    world.opened.store.db.write("DELETE FROM log WHERE seq = 2")
    with pytest.raises(StoreUnavailable) as refused:
        dump_database(address, tmp_path / "copy.gz", COPIED)
    assert (refused.value.reason, stream in refused.value.detail) == ("damaged", True)
    assert list(tmp_path.glob("copy*")) == []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 3", "io"),
        ('echo "no space" >&2; exit 1', "io"),
        ("printf 'CREATE TABLE meta'", "damaged"),
        ("true", "damaged"),
    ],
)
def test_what_pg_dump_did_not_finish_is_no_copy(world, address, tmp_path, monkeypatch, script, reason):
    written(world)
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(StoreUnavailable) as refused:
        dump_database(address, tmp_path / "copy.gz", COPIED)
    assert refused.value.reason == reason
    assert list(tmp_path.glob("copy*")) == []


def test_without_pg_dump_it_says_what_to_install(world, address, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreUnavailable, match="postgresql-client"):
        dump_database(address, tmp_path / "copy.gz", COPIED)


def test_a_password_is_told_to_pg_dump_and_to_nobody_else(tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "password $PGPASSWORD"\necho "line $*"\n')
    program.chmod(0o755)
    address = "postgresql://ann:secret@example.org/notes"
    postgres_backup._run(str(program), address, "public", "0001-1", tmp_path / "copy", "the end")
    password, line, *_, last = gzip.decompress((tmp_path / "copy").read_bytes()).decode().splitlines()
    assert (password, last) == ("password secret", "the end")
    assert line.startswith("line ")
    assert "secret" not in line
