"""
A server that dies, or loses its database, at any boundary of its write path loses nothing that it
acknowledged, and repeats nothing.

On PostgreSQL a process that dies looks to the database like a connection that ends, so here the connection is
cut before the k-th statement of a push, for every k there is, and after the commit before its answer is read.
"""

from __future__ import annotations

import pytest

from sync.errors import StoreUnavailable
from sync.protocol.messages import Ack, Nack
from sync.storage import postgres_store
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.postgres import DATABASES, cluster

pytestmark = pytest.mark.one_database


@pytest.fixture
def world(tmp_path, expect_log):
    expect_log("not stored|not written")
    cluster()
    DATABASES.kind = "postgresql"
    made = CoreWorld(tmp_path)
    yield made
    made.close()
    DATABASES.end()


class Cutter:
    """Cuts the connection before the k-th statement inside a transaction."""

    def __init__(self, monkeypatch, at):
        self.at, self.count = at, 0
        for name in ("execute", "executemany"):
            monkeypatch.setattr(postgres_store._Statements, name, self._cutting(name))
        each = postgres_store.PostgresDatabase.each

        def cutting_each(db, sql, rows):
            self._count(db._held.statements.connection)
            return each(db, sql, rows)

        monkeypatch.setattr(postgres_store.PostgresDatabase, "each", cutting_each)

    def _cutting(self, name):
        does = getattr(postgres_store._Statements, name)

        def cutting(statements, *arguments):
            if statements.connection.info.transaction_status.name in (
                "INTRANS",
                "ACTIVE",
            ):  # ACTIVE: unwaited
                self._count(statements.connection)
            return does(statements, *arguments)

        return cutting

    def _count(self, connection):
        self.count += 1
        if self.count == self.at:
            with cluster().connection() as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))


def test_cut_before_any_statement_of_a_push_nothing_is_there_and_the_next_try_is_taken(world, monkeypatch):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    at, n = 1, 2
    while True:
        deltas = [author.type(stream, note, f"<{n}>"), author.note(stream)[1]]
        deltas.append(author.numbered_bytes(stream, note, b"no delta"))
        with monkeypatch.context() as patched:
            cutter = Cutter(patched, at)
            answer = world.push(ann, author, stream, *deltas, n0=n)
            whole = cutter.count < at
        if not whole:
            assert isinstance(answer, Nack)
            assert answer.code in ("busy", "internal")
            assert (
                world.opened.store.position(world.opened.store.stream(stream).key, author.rid).last_n == n - 1
            )
            answer = world.push(ann, author, stream, *deltas, n0=n)
        assert isinstance(answer, Ack)
        assert (answer.n, [rejected.n for rejected in answer.rejected]) == (n + 2, [n + 2])
        n, at = n + 3, at + 1
        world.check()
        if whole:
            break
    assert at > 6  # a push is several statements
    text = world.opened.core.documents.find(note).document.value(("body",))
    assert [text.count(f"<{k}>") for k in range(2, n, 3)] == [1] * ((n - 2) // 3)


def test_a_commit_whose_answer_is_lost_is_not_done_twice(world, monkeypatch):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    second = author.type(stream, note, "once")
    db = world.opened.store.db
    transaction, lost = db.transaction, []

    class Lost:
        """A transaction that is committed, and then the connection ends."""

        def __init__(self, **how):
            self.how = how

        def __enter__(self):
            self.inner = transaction(**self.how)
            return self.inner.__enter__()

        def __exit__(self, *error):
            outer = not lost and error == (None, None, None)
            self.inner.__exit__(*error)
            if outer and not db.in_transaction:
                lost.append(1)
                raise StoreUnavailable(db.path, "unreachable", "planted")

    with monkeypatch.context() as patched:
        patched.setattr(db, "transaction", Lost)
        answer = world.push(ann, author, stream, second)
    assert (type(answer), lost) == (Nack, [1])
    assert world.opened.store.stream(stream).head == 2  # it is there
    again = world.push(ann, author, stream, second)
    assert (again.n, again.head, again.rejected) == (2, 2, ())
    third = author.type(stream, note, " and on")
    assert world.push(ann, author, stream, third) == Ack(stream, 1, 3, 3)
    assert world.opened.core.documents.find(note).document.value(("body",)) == "once and on"
    world.check()


def test_states_that_are_cut_while_they_are_written_are_written_later(world, monkeypatch):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    for _ in range(3):
        world.push(ann, author, stream, author.note(stream)[1])
    for at in range(1, 20):
        for note in list(author.documents):
            world.push(ann, author, stream, author.type(stream, note, "word "))
        with monkeypatch.context() as patched:
            cutter = Cutter(patched, at)
            world.opened.core.documents._due.update(author.documents)
            world.opened.core.idle()
            if cutter.count < at:
                break
        world.check()
    assert at > 3
    world.check()
