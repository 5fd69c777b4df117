"""
The power is cut, or the process killed, at every write boundary of a session of two hundred edits: of the
server's store, and of the client's. A few boundaries each run; all of them with POWER_CUTS=all.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crdt import Delta, Document
from sync.protocol import messages as m
from sync.protocol.rows import PushedDelta
from sync.server.compaction import Compacted, compact
from sync.storage.database import StoreFile
from tests.support.core_world import CoreWorld
from tests.support.library import NOTES, Desk
from tests.support.peer import Author
from tests.support.power import Disk, recorded

EDITS = 200
CUTS = int(os.environ["POWER_CUTS"]) if os.environ.get("POWER_CUTS", "").isdigit() else 12
EVERY_CUT = os.environ.get("POWER_CUTS") == "all"
LOST = ("nothing", "all", "some")


def boundaries(disk: Disk, lost: str) -> list[int]:
    """Where the power is cut in this run."""
    places = disk.boundaries
    return places if EVERY_CUT else sorted(random.Random(f"{lost}{len(places)}").sample(places, CUTS))


class Session:
    """Two people push to one server; the disk under it is recorded."""

    def __init__(self, folder: Path) -> None:
        world = CoreWorld(folder)
        self.ann = world.account("ann")
        self.stream = self.ann.personal + "/notes"
        world.close()
        self.authors = {author.rid: author for author in (Author(), Author())}
        self.bodies: dict[int, list[PushedDelta]] = {rid: [] for rid in self.authors}

    def play(self, world: CoreWorld, disk: Disk) -> None:
        """Two hundred edits, each batch acked when it is said to be; states and a compaction between."""
        dice = random.Random(7)
        made = 0
        while made < EDITS:
            rid = dice.choice(list(self.authors))
            author, bodies = self.authors[rid], self.bodies[rid]
            deltas: list[PushedDelta] = []
            for _ in range(min(dice.randint(1, 4), EDITS - made)):
                notes = list(author.documents)
                fresh = not notes or dice.random() < 0.1
                deltas.append(
                    author.note(self.stream)[1]
                    if fresh
                    else author.type(self.stream, dice.choice(notes), "word ")
                )
            made += len(deltas)
            bodies += deltas
            ack = world.push(self.ann, author, self.stream, *deltas)
            assert isinstance(ack, m.Ack)
            assert ack.rejected == ()
            disk.mark((rid, ack.n))
            if dice.random() < 0.1:
                world.opened.core.documents.save(everything=True)
            if made == EDITS // 2:
                for _ in compact(world.opened.core, world.now_ms, Compacted(), keep_ms=0, keep_deltas=60):
                    pass

    def lost_at(self, folder: Path, disk: Disk, upto: int) -> int:
        """Open what a cut left, check it, and let both go on to the end; how many acked edits were lost."""
        acked = dict.fromkeys(self.authors, 0) | dict(disk.marks(upto))
        world = CoreWorld(folder)
        try:
            key = world.opened.store.stream(self.stream).key
            there = {rid: world.opened.store.position(key, rid).last_n for rid in self.authors}
            lost = sum(max(0, n - there[rid]) for rid, n in acked.items())
            if not lost:
                self.go_on(world, there)
            return lost
        finally:
            world.close()

    def go_on(self, world: CoreWorld, there: dict[int, int]) -> None:
        """Push what is not acked, as clients do after they connect again; then everything is there once."""
        for rid, author in self.authors.items():
            for place in range(there[rid], len(self.bodies[rid]), 100):
                deltas = self.bodies[rid][place : place + 100]
                ack = world.push(self.ann, author, self.stream, *deltas, n0=place + 1)
                assert isinstance(ack, m.Ack), ack
                assert ack.rejected == ()
        store = world.opened.store
        stream = store.stream(self.stream)
        rows = store.db.all(
            "SELECT seq, rid, n, body FROM log WHERE stream = ? AND seq > ? ORDER BY seq",
            (stream.key, stream.floor),
        )
        assert stream.head == EDITS, "an edit is there twice, or not at all"
        assert [row[0] for row in rows] == list(range(stream.floor + 1, EDITS + 1))
        for _, rid, n, body in rows:
            assert body == self.bodies[rid][n - 1].body
        for row in store.documents(stream.key):
            whole = Document(1)
            for author in self.authors.values():
                if row.id in author.documents:
                    whole.merge(author.documents[row.id])
            assert world.opened.core.documents.state(row) == whole.encode()


@contextmanager
def synchronous(mode: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let databases be opened with another promise than ours."""
    real = StoreFile.__init__

    def init(self, connection, path):
        connection.execute(f"PRAGMA synchronous={mode}")
        real(self, connection, path)

    with monkeypatch.context() as patch:
        patch.setattr(StoreFile, "__init__", init)
        yield


def served(folder: Path) -> tuple[Session, Disk]:
    """A session and its recording."""
    folder.mkdir()
    session = Session(folder)
    with recorded(folder) as disk:
        world = CoreWorld(folder)
        session.play(world, disk)
        world.close()
    assert len(disk.marks(len(disk.events))) > 50
    return session, disk


def cut(subject: Any, disk: Disk, lost: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut the power at the boundaries of this run; how many edits were lost at each."""
    found = []
    with synchronous("OFF", monkeypatch):  # what is looked at afterwards need not last
        for upto in boundaries(disk, lost):
            disk.after(upto, target, lost)
            found.append(subject.lost_at(target, disk, upto))
            shutil.rmtree(target)
    return found


@pytest.mark.parametrize("lost", LOST)
def test_the_server_loses_no_acked_edit_and_doubles_none_wherever_it_is_killed(lost, tmp_path, monkeypatch):
    session, disk = served(tmp_path / "server")
    assert not any(cut(session, disk, lost, tmp_path / "left", monkeypatch))


def test_with_a_weaker_promise_of_the_disk_acked_edits_are_lost(tmp_path, monkeypatch):
    """The canary: were the cuts harmless, they would be so here, too."""
    with synchronous("NORMAL", monkeypatch):
        session, disk = served(tmp_path / "server")
    lost = cut(session, disk, "all", tmp_path / "left", monkeypatch)
    assert sum(1 for count in lost if count) > len(lost) // 4


class Writing:
    """One person writes into a library, and a server acks some of it; the disk under it is recorded."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "library.sqlite3"
        self.desk = Desk(self.path)
        self.desk.crash()
        self.bodies: list[bytes] = []
        self.left: int = 0
        self.acked = 0

    def play(self, disk: Disk) -> None:
        dice = random.Random(3)
        desk = self.desk
        desk.open()
        notes: list[str] = []
        while len(self.bodies) < EDITS:
            if not notes or dice.random() < 0.1:
                notes.append(desk.new_note("t"))
            else:
                desk.type(dice.choice(notes), "word ")
            store = desk.store
            rows = store.unsent(NOTES, len(self.bodies), count=9, size=1 << 20)
            self.bodies += [row.body for row in rows]
            disk.mark(("written", len(self.bodies)))  # and may have left for the server
            if dice.random() < 0.2:
                self.acked = dice.randint(self.acked, len(self.bodies))
                store.acknowledge(NOTES, self.acked, [], 1)
                disk.mark(("acked", self.acked))
            if dice.random() < 0.05:
                store.refresh_projections()
            if dice.random() < 0.02:
                store.tidy(1)
        desk.close()

    def lost_at(self, folder: Path, disk: Disk, upto: int) -> int:
        """Open what a cut left; how many edits that had been saved are not there."""
        told = {"written": 0, "acked": 0} | dict(disk.marks(upto))
        desk = Desk(folder / self.path.name)
        try:
            row = desk.store.stream(NOTES)
            lost = max(0, told["written"] - (row.next_n - 1))
            if lost:
                return lost
            assert row.acked_n >= told["acked"]
            outbox = desk.store.unsent(NOTES, row.acked_n, count=1_000, size=1 << 30)
            assert [one.body for one in outbox] == self.bodies[row.acked_n : row.next_n - 1]
            whole: dict[str, Document] = {}
            for one in desk.store.document_ids(NOTES):
                whole[one] = desk.store.document(one, 1)
            words = sum(note.value(("body",), "").count("word ") for note in whole.values())
            assert words + len(whole) == row.next_n - 1, "an edit shows twice, or not at all"
            latest = max((Delta.decode(body).stamp for body in self.bodies[: row.next_n - 1]), default=None)
            assert latest is None or desk.store.clock_high_water() >= latest
            return 0
        finally:
            desk.close()


@pytest.mark.parametrize("lost", LOST)
def test_the_client_loses_nothing_that_was_saved_wherever_it_is_killed(lost, tmp_path, monkeypatch):
    writing = Writing(tmp_path / "profile")
    with recorded(tmp_path / "profile") as disk:
        writing.play(disk)
    assert not any(cut(writing, disk, lost, tmp_path / "left", monkeypatch))


def test_with_a_weaker_promise_of_the_disk_saved_edits_are_lost(tmp_path, monkeypatch):
    with synchronous("NORMAL", monkeypatch):
        writing = Writing(tmp_path / "profile")
        with recorded(tmp_path / "profile") as disk:
            writing.play(disk)
    lost = cut(writing, disk, "all", tmp_path / "left", monkeypatch)
    assert sum(1 for count in lost if count) > len(lost) // 4
