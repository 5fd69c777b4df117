"""Bringing a server's data to a newer model while others write, and being killed at any moment of it."""

from __future__ import annotations

import itertools
import random
import shutil
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Document
from sync.errors import StoreUnavailable
from sync.model import v1
from sync.model.versions import chain, model_of
from sync.protocol.messages import Ack
from sync.server import migration
from sync.server.outcome import Outcome
from sync.storage.model_store import ARCHIVE_KEPT_MS, ModelStore
from tests.support.core_world import CoreWorld
from tests.support.old_notes import edited
from tests.support.peer import Author, new_id

WAY = chain("notes", "1.0", "2.0")

# Each example is a folder with a real store.
FEWER = settings(max_examples=max(8, settings.default.max_examples // 5))


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Let a few notes take many steps."""
    monkeypatch.setattr(migration, "DOCUMENTS_A_STEP", 2)
    monkeypatch.setattr(migration, "REHEARSED_A_STEP", 2)
    monkeypatch.setattr(migration, "REST_MAX", 2)


class Old:
    """A server of model 1 with an account and two authors; what they wrote is known here, too."""

    def __init__(self, folder, seed: int = 1) -> None:
        self.world = CoreWorld(folder, "1.0")
        self.chance = random.Random(seed)
        self.ann = self.world.account("ann")
        self.stream = self.ann.personal + "/notes"
        self.authors = [Author(model="1.0"), Author(model="1.0")]
        self.folder = new_id()
        author = self.authors[0]
        stamp = author.clock.tick(self.world.now_ms)
        author.documents[self.folder], made = v1.new_folder(author.rid, stamp, name="F", order="a")
        folders = self.ann.personal + "/folders"
        self.world.push(self.ann, author, folders, author.numbered(folders, self.folder, made))

    def write(self, notes: int = 0) -> None:
        """Have somebody make notes, or write in one of theirs."""
        author = self.chance.choice(self.authors)
        pushed = [author.note(self.stream, f"note {n}")[1] for n in range(notes)]
        if not notes and (mine := [note for note in author.documents if note != self.folder]):
            pushed = edited(author, self.stream, self.chance.choice(mine), self.chance)
        if pushed:
            answer = self.world.push(self.ann, author, self.stream, *pushed)
            assert isinstance(answer, Ack)
            assert not answer.rejected

    def steps(self, outcome: Outcome | None = None, model: str = "2.0"):
        """A migration, step by step."""
        self.progress = migration.Progress()
        return migration.migrate(
            self.world.opened, model, self.world.now_ms, self.progress, outcome or Outcome()
        )

    def check(self) -> None:
        """Everything that was written is there, in the newer model, and so is what it was before."""
        self.world.check()
        opened = self.world.opened
        assert opened.model.version == "2.0"
        assert {row.model for row in opened.store.streams()} == {"2.0"}
        assert opened.store.meta(migration.UNDER_WAY) is None
        for author in self.authors:
            row = opened.store.stream(self.stream)
            last = opened.core.position(row.key, author.rid)
            written = author.chains.get(self.stream, [b""])
            assert last.last_n == len(written) - 1
            assert last.last_n == 0 or last.chain == written[-1]
            for note, document in author.documents.items():
                lens = chain("folders", "1.0", "2.0") if note == self.folder else WAY
                expected = lens.state(Document.decode(document.encode(), 1)).encode()
                assert opened.core.state_of(note)[1] == expected


@FEWER
@given(seed=st.integers(0, 2**32))
def test_others_write_and_the_server_dies_in_the_middle_and_nothing_is_lost(tmp_path_factory, seed):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(migration, "DOCUMENTS_A_STEP", 2)
        patched.setattr(migration, "REST_MAX", 2)
        old = Old(tmp_path_factory.mktemp("migration"), seed)
        chance = random.Random(seed)
        try:
            for _ in range(chance.randrange(1, 4)):
                old.write(notes=chance.randrange(1, 6))
            steps = old.steps()
            for _ in range(400):
                for _ in range(chance.choice((0, 0, 1, 3))):
                    old.write(notes=chance.choice((0, 0, 0, 1)))
                if chance.random() < 0.15:
                    old.world.reopen()
                    steps = old.steps()
                if next(steps, "done") == "done":
                    break
            for _ in range(4):
                old.write()
            old.check()
            old.world.reopen()
            old.check()
        finally:
            old.world.close()


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(opened, number: int, *, before: bool):
    """Die at a write boundary: just before, or just after, the commit of that number."""
    count = itertools.count(1)
    real = opened.store.db.transaction

    @contextmanager
    def transaction(**how):
        if opened.store.db.in_transaction:
            with real(**how) as statements:
                yield statements
            return
        mine = next(count)
        with real(**how) as statements:
            yield statements
            if before and mine == number:
                raise Killed
        if mine == number:
            raise Killed

    opened.store.db.transaction = transaction
    try:
        yield count
    finally:
        del opened.store.db.transaction


@pytest.mark.parametrize("before", [True, False], ids=["before the commit", "after it"])
def test_a_kill_at_every_write_boundary_loses_nothing_and_another_run_finishes(tmp_path, before):
    old = Old(tmp_path / "made")
    for notes in (3, 2, 0, 0):
        old.write(notes=notes)
    old.world.opened.core.documents.save(everything=True)
    old.write()  # so that a state lags
    old.world.close()
    for number in itertools.count(1):
        folder = tmp_path / "killed"
        shutil.copytree(tmp_path / "made", folder)
        old.world.folder = folder
        old.world.opened = migration_world = CoreWorld(folder).opened
        done = True
        with killed_at(migration_world, number, before=before):
            try:
                for _ in old.steps():
                    pass
            except Killed:
                done = False
        old.world.reopen()
        for note in (note for author in old.authors for note in author.documents):
            row, state = old.world.opened.core.state_of(note)
            assert model_of(row.model).summarise(Document.decode(state, 1).to_value()).title is not None
        old.world.check()
        for _ in old.steps():
            pass
        old.check()
        old.world.close()
        shutil.rmtree(folder)
        if done:
            break
    assert number > 10


def test_a_stream_has_another_epoch_and_serves_states_to_whoever_comes(tmp_path):
    old = Old(tmp_path)
    old.write(notes=3)
    before = old.world.opened.store.stream(old.stream)
    outcome = Outcome()
    for _ in old.steps(outcome):
        pass
    after = old.world.opened.store.stream(old.stream)
    assert after.epoch != before.epoch
    assert (after.head, after.floor, after.model) == (before.head, before.head, "2.0")
    assert len(outcome.migrated) == len(old.world.opened.store.streams())
    assert outcome.remodelled
    assert old.world.opened.core.cheaper_by_state(after, 0)
    old.world.close()


def test_what_was_before_is_kept_for_half_a_year(tmp_path):
    old = Old(tmp_path)
    old.write(notes=3)
    opened = old.world.opened
    note = next(note for author in old.authors for note in author.documents if note != old.folder)
    before = opened.core.state_of(note)
    for _ in old.steps():
        pass
    old.write()
    models = ModelStore(opened.store)
    assert models.archived(before[0].key, "2.0") == [("1.0", before[0].last_seq, before[1])]
    assert models.archive_counts()[0] == 4
    opened.prune(old.world.now_ms + ARCHIVE_KEPT_MS)
    assert models.archive_counts()[0] == 4
    opened.prune(old.world.now_ms + ARCHIVE_KEPT_MS + 1)
    assert models.archive_counts() == (0, 0)
    assert old.world.opened.core.state_of(note)[0].model == "2.0"
    old.world.close()


def test_writers_who_never_pause_are_asked_to_wait_for_one_round(tmp_path, monkeypatch):
    monkeypatch.setattr(migration, "ROUNDS_MAX", 2)
    old = Old(tmp_path)
    old.write(notes=12)
    author = next(author for author in old.authors if len(author.documents) > 2)
    waited = False
    for _ in old.steps():
        if old.stream in old.world.opened.core.closing:
            waited = True
        elif not waited:
            for note in [note for note in author.documents if note != old.folder][:5]:
                old.world.push(old.ann, author, old.stream, author.type(old.stream, note, "x"))
    assert waited
    assert not old.world.opened.core.closing
    old.check()
    old.world.close()


def test_a_note_that_cannot_be_read_keeps_its_stream_as_it_is(tmp_path):
    old = Old(tmp_path)
    old.write(notes=3)
    opened = old.world.opened
    opened.core.documents.save(everything=True)
    key = opened.store.documents(opened.store.stream(old.stream).key)[0].key
    opened.store.db.write("UPDATE states SET state = ? WHERE document = ?", (b"damaged", key))
    old.world.reopen()
    outcome = Outcome()
    for _ in old.steps(outcome):
        pass
    assert [failure.stream for failure in old.progress.failed] == [old.stream]
    assert old.world.opened.store.stream(old.stream).model == "1.0"
    assert not outcome.remodelled
    assert old.world.opened.model.version == "1.0"
    rehearsed = migration.Progress()
    for _ in migration.rehearse(old.world.opened, "2.0", rehearsed):
        pass
    assert [failure.document for failure in rehearsed.failed] == [old.progress.failed[0].document]
    old.world.close()


def test_a_note_damaged_meanwhile_stops_the_run(tmp_path):
    old = Old(tmp_path)
    old.write(notes=5)
    steps = old.steps()
    for _ in range(3):
        next(steps)
    prepared = (
        "SELECT id FROM documents JOIN states ON states.document = documents.key AND states.model = '2.0'"
    )
    note = old.world.opened.store.db.one(prepared)[0]
    author = next(author for author in old.authors if note in author.documents)
    old.world.push(old.ann, author, old.stream, author.type(old.stream, note, "x"))
    state = old.world.opened.core.documents.state
    old.world.opened.core.documents.state = lambda row: b"damaged" if row.id == note else state(row)
    with pytest.raises(StoreUnavailable, match=note):
        list(steps)
    del old.world.opened.core.documents.state
    list(old.steps())
    old.check()
    old.world.close()


def test_a_rehearsal_writes_nothing(tmp_path):
    old = Old(tmp_path)
    for notes in (3, 0, 0):
        old.write(notes=notes)
    before = "\n".join(old.world.opened.store.db.file.conn.iterdump())
    progress = migration.Progress()
    list(migration.rehearse(old.world.opened, "2.0", progress))
    assert (progress.documents, progress.failed) == (4, [])
    assert "\n".join(old.world.opened.store.db.file.conn.iterdump()) == before
    old.world.close()


def test_what_another_program_prepared_is_made_anew(tmp_path, monkeypatch):
    old = Old(tmp_path)
    old.write(notes=4)
    steps = old.steps()
    next(steps)
    next(steps)
    key = old.world.opened.store.db.one("SELECT document FROM states WHERE model = '2.0'")
    old.world.opened.store.db.write("UPDATE states SET state = ? WHERE model = '2.0'", (b"of a wrong lens",))
    assert key is not None
    monkeypatch.setattr(migration, "VERSION", "9.9")
    list(old.steps())
    old.check()
    old.world.close()


def test_another_minor_is_but_another_name(tmp_path):
    old = Old(tmp_path)
    old.write(notes=2)
    opened = old.world.opened
    before = opened.store.stream(old.stream)
    opened.core.documents.save(everything=True)
    list(old.steps(model="1.3"))
    after = opened.store.stream(old.stream)
    assert (after.model, after.epoch, after.floor) == ("1.3", before.epoch, 0)
    assert opened.model.version == "1.3"
    old.world.check()
    old.world.reopen()
    old.write()
    old.world.check()
    old.world.close()
