from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable
from sync.storage.postgres_filling import fill
from sync.storage.postgres_store import PostgresDatabase
from sync.storage.server_database import SqliteDatabase
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.postgres import DATABASES, cluster

pytestmark = pytest.mark.one_database


@pytest.fixture
def target():
    address = cluster().tables()
    db = PostgresDatabase.open(address, "filling")
    yield db
    db.close()
    cluster().give_back(address)


def _written(folder):
    """A server's file with some history."""
    world = CoreWorld(folder)
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    notes = []
    for number in range(5):
        note, delta = author.note(stream, f"ä{number}")
        notes.append(note)
        world.push(ann, author, stream, delta)
    world.push(ann, author, stream, *[author.type(stream, notes[0], "word ") for _ in range(40)])
    world.push(ann, author, stream, author.numbered_bytes(stream, notes[0], b"no delta"))
    world.opened.core.documents.save(everything=True)
    world.push(ann, author, stream, author.type(stream, notes[1], "tail"))
    server_id = world.opened.server_id
    pages = [world.opened.core.log_page(stream, 0), world.states(stream)]
    world.close()
    return ann, author, stream, notes, server_id, pages


def test_everything_arrives_and_clients_go_on(tmp_path, target):
    ann, author, stream, notes, server_id, pages = _written(tmp_path)
    source = SqliteDatabase.open(tmp_path / "server.sqlite3")
    counts = fill(source, target)
    source.close()
    assert (counts["log"], counts["documents"], counts["accounts"], counts["rejections"]) == (46, 5, 1, 1)
    DATABASES.kind = "postgresql"
    DATABASES._of[tmp_path] = target.address
    world = CoreWorld(tmp_path)
    try:
        assert world.opened.server_id == server_id
        core = world.opened.core
        assert [core.log_page(stream, 0), world.states(stream)] == pages
        ack = world.push(ann, author, stream, author.type(stream, notes[0], "on"), author.note(stream)[1])
        assert (ack.rejected, ack.head) == ((), 48)
        world.account("bob")  # keys go on where they were
        world.check()
    finally:
        world.close()
        DATABASES._of.clear()
        DATABASES.end()


def test_a_database_that_holds_something_is_left_alone(tmp_path, target):
    _written(tmp_path)
    target.write("INSERT INTO replicas(rid, account, device) VALUES(1, 'a', 1)")
    source = SqliteDatabase.open(tmp_path / "server.sqlite3")
    with pytest.raises(StoreUnavailable, match="replicas"):
        fill(source, target)
    assert target.one("SELECT count(*) FROM accounts") == (0,)
    source.close()


def test_what_breaks_in_the_middle_leaves_nothing(tmp_path, target, monkeypatch):
    _written(tmp_path)
    source = SqliteDatabase.open(tmp_path / "server.sqlite3")
    one = target.one

    def breaks(sql, values=()):
        if "count(*) FROM log" in sql:
            raise StoreUnavailable(target.path, "unreachable")
        return one(sql, values)

    with monkeypatch.context() as patched:
        patched.setattr(target, "one", breaks)
        with pytest.raises(StoreUnavailable):
            fill(source, target)
    assert target.one("SELECT count(*) FROM accounts") == (0,)
    source.close()
