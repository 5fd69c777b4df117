from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Delta, Document
from sync.limits import CREDIT_SIZE_MAX, FRAME_SIZE_MAX, STATE_CHUNK_SIZE_MAX
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START, chain_next
from sync.server import core as core_module
from sync.server import state_pages
from sync.server.state_pages import Place
from tests.support.core_world import CoreWorld
from tests.support.held import bytes_held
from tests.support.peer import Author, new_id
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

# Each example is a folder with a real store.
FEWER = settings(max_examples=max(10, settings.default.max_examples // 4))


def noise(count, seed=1):
    """Text that does not become shorter by being packed."""
    chance = random.Random(seed)
    return "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(count))


class Reader:
    """Somebody who is sent a transfer, a page at a time, and puts together what a client would."""

    def __init__(self, world, stream, since=0, documents=None):
        self.world, self.stream, self.since, self.documents = world, stream, since, documents
        self.fresh = world.opened.core.stream(stream).head
        self.place, self.last = Place(), False
        self.whole, self.piece, self.begun = {}, b"", 0

    def read(self):
        """Take the next page."""
        states = self.world.opened.core.states
        page = states.page(self.stream, self.since, self.place, self.documents, fresh=self.fresh)
        for chunk in page.chunks:
            if chunk.offset == 0:
                self.piece, self.begun = b"", self.begun + 1
            assert chunk.offset == len(self.piece), "a piece does not follow the one before it"
            self.piece += chunk.chunk
            if len(self.piece) == chunk.total:
                self.whole[chunk.document] = self.piece
        self.place, self.last = page.place, page.last
        return page

    def all(self):
        """Take what is left."""
        while not self.last:
            self.read()
        return self.whole


world = world_of(CoreWorld)


@pytest.fixture
def small(monkeypatch):
    """Pages of a hundred bytes, of which one long document is kept."""
    monkeypatch.setattr(state_pages, "PAGE_SIZE", 100)
    monkeypatch.setattr(state_pages, "KEPT_SIZE_MAX", 0)


class Desk:
    """An account with notes."""

    def __init__(self, world):
        self.world, self.account, self.author = world, world.account("ann"), Author()
        self.stream = self.account.personal + "/notes"

    def note(self, text=""):
        """Write a note."""
        note, delta = self.author.note(self.stream, "note")
        self.world.push(self.account, self.author, self.stream, delta)
        self.type(note, text)
        return note

    def type(self, note, text):
        """Type into a note."""
        self.world.push(self.account, self.author, self.stream, self.author.type(self.stream, note, text))

    def state(self, note):
        """The note, encoded."""
        return self.author.documents[note].encode()


@pytest.fixture
def ann(world):
    return Desk(world)


def test_pages_give_every_document_that_changed_once_and_whole(world, ann, monkeypatch):
    monkeypatch.setattr(state_pages, "PAGE_DOCUMENTS_MAX", 3)
    for n in range(10):
        ann.note(f"text {n}")
    since = ann.world.opened.core.stream(ann.stream).head // 2
    changed = {row.document for row in world.log(ann.stream)[since:]}
    states = world.states(ann.stream, since)
    assert states == {note: ann.state(note) for note in sorted(changed)}
    assert list(states) == sorted(states)


def test_a_page_fits_a_frame_whatever_the_documents_are(world, ann):
    long = noise(14_000)
    for text in ("", long, "", long):
        ann.note(text)
    note = ann.note(long)
    for _ in range(5):
        ann.type(note, long)
    reader = Reader(world, ann.stream)
    while not reader.last:
        page = reader.read()
        assert len(wire.encode(m.State(ann.stream, 1, 1, page.chunks, "x" * 22))) <= FRAME_SIZE_MAX
        assert all(len(chunk.chunk) <= STATE_CHUNK_SIZE_MAX for chunk in page.chunks)
    assert reader.whole == {note: ann.state(note) for note in sorted(ann.author.documents)}


def test_a_document_that_fits_a_page_is_neither_cut_nor_kept_and_one_byte_more_is(world, ann, monkeypatch):
    notes = sorted(ann.note(noise(100 + 20 * n, n)) for n in range(3))
    longest = max(len(ann.state(note)) for note in notes)
    monkeypatch.setattr(state_pages, "PAGE_SIZE", longest)
    reader = Reader(world, ann.stream)
    for note in notes:
        (chunk,) = reader.read().chunks
        assert (chunk.document, chunk.chunk) == (note, ann.state(note))
    assert reader.last
    assert world.opened.core.states.kept_size == 0
    monkeypatch.setattr(state_pages, "PAGE_SIZE", longest - 1)
    assert Reader(world, ann.stream).all() == reader.whole
    assert world.opened.core.states.kept_size == longest


def test_only_the_documents_that_were_named_come_and_only_those_of_the_stream(world, ann):
    notes = sorted(ann.note("x") for _ in range(3))
    bob = world.account("bob")
    foreign = Author().note(bob.personal + "/notes")
    author = Author()
    foreign, delta = author.note(bob.personal + "/notes")
    world.push(bob, author, bob.personal + "/notes", delta)
    wanted = [notes[0], notes[2], foreign, new_id()]
    assert list(Reader(world, ann.stream, documents=wanted).all()) == [notes[0], notes[2]]


def test_a_stream_that_does_not_exist_has_no_states(world):
    assert world.states(new_id() + "/notes") == {}


def test_readers_of_one_version_share_its_bytes(world, ann):
    note = ann.note()
    for seed in range(10):
        ann.type(note, noise(14_000, seed))
    world.opened.core.documents.save(everything=True)
    readers = [Reader(world, ann.stream) for _ in range(20)]
    for reader in readers:
        reader.read()
    states = world.opened.core.states
    assert states.kept_size == len(ann.state(note))
    assert bytes_held(states._kept) < 1.1 * len(ann.state(note))
    assert {reader.all()[note] for reader in readers} == {ann.state(note)}


def test_what_is_kept_is_bounded_however_many_versions_are_under_way(world, ann, monkeypatch):
    monkeypatch.setattr(state_pages, "PAGE_SIZE", 1_000)
    monkeypatch.setattr(state_pages, "KEPT_SIZE_MAX", 10_000)
    note = ann.note(noise(800))
    readers = []
    for _ in range(10):
        readers.append(Reader(world, ann.stream))
        readers[-1].read()
        ann.type(note, "more ")
    states = world.opened.core.states
    assert 0 < states.kept_size <= 10_000
    assert states.kept_size == sum(len(kept.state) for kept in states._kept.values())
    assert bytes_held(states._kept) < 11_000
    for reader in readers:
        reader.all()
    assert states._newest.keys() <= {name for name, _ in states._kept}


def test_who_comes_back_goes_on_in_the_version_that_was_begun_while_it_is_kept(world, ann, monkeypatch):
    monkeypatch.setattr(state_pages, "PAGE_SIZE", 100)
    note = ann.note(noise(100))
    before = ann.state(note)
    reader = Reader(world, ann.stream)
    reader.read()
    ann.type(note, "more")
    assert reader.all() == {note: before}
    assert reader.begun == 1


def test_a_document_that_did_not_change_goes_on_though_it_is_not_kept_any_more(world, ann, small):
    first, second = sorted(ann.note(noise(100)) for _ in range(2))
    reader, other = Reader(world, ann.stream), Reader(world, ann.stream, documents=[second])
    while not reader.last:
        reader.read()
        other.read()
    assert reader.whole == {note: ann.state(note) for note in (first, second)}
    assert reader.begun == 2


def test_a_document_that_changed_and_is_not_kept_any_more_begins_again_as_it_is_now(world, ann, small):
    first, second = sorted(ann.note(noise(100)) for _ in range(2))
    reader, other = Reader(world, ann.stream), Reader(world, ann.stream, documents=[second])
    reader.read()
    other.read()
    ann.type(first, "more")
    assert reader.all() == {note: ann.state(note) for note in (first, second)}
    assert reader.begun == 3


def test_however_often_a_document_changes_all_who_keep_reading_come_to_its_end(world, ann, small):
    """One version is kept, everybody has begun with another, and somebody types before each page."""
    note = ann.note(noise(100))
    readers = []
    for _ in range(5):
        ann.type(note, "typing ")
        readers.append(Reader(world, ann.stream))
        readers[-1].read()
    pages = 0
    while any(not reader.last for reader in readers):
        for reader in readers:
            if not reader.last:
                ann.type(note, "typing ")
                reader.read()
                pages += 1
        assert pages < 500
    assert max(reader.begun for reader in readers) <= 2


def test_the_newest_version_may_be_forgotten_before_an_older_one(world, ann, monkeypatch):
    monkeypatch.setattr(state_pages, "PAGE_SIZE", 100)
    first, second, third = sorted(ann.note(noise(150)) for _ in range(3))
    monkeypatch.setattr(state_pages, "KEPT_SIZE_MAX", 5 * len(ann.state(first)) // 2)
    old = Reader(world, ann.stream)
    old.read()
    ann.type(first, "more")
    new = Reader(world, ann.stream)
    others = [Reader(world, ann.stream, documents=[note]) for note in (second, third)]
    for reader in (new, old, *others):
        reader.read()
    for reader in (old, new, *others):
        assert reader.all() == {note: ann.state(note) for note in reader.documents or (first, second, third)}


def test_a_version_that_is_older_than_the_transfer_is_not_begun_with(world, ann, small):
    note = ann.note(noise(100))
    Reader(world, ann.stream).read()
    ann.type(note, "more")
    now = ann.state(note)
    late = Reader(world, ann.stream)
    ann.type(note, "still more")
    late.read()
    assert late.all()[note] == ann.state(note) != now


def test_a_document_that_left_the_stream_is_not_sent_on_though_it_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(state_pages, "PAGE_SIZE", 100)
    world = SessionWorld(tmp_path)
    ann = world.signed_up("ann")
    notebook = new_id()
    ann.call("create_notebook", id=notebook, name="Garden")
    note, delta = ann.author.note(ann.notes)
    ann.push(ann.notes, delta)
    ann.push(ann.notes, ann.author.type(ann.notes, note, noise(100)))
    reader, away = Reader(world, ann.notes), Reader(world, ann.notes, since=1)
    reader.read()
    away.read()
    assert ann.call("move", document=note, notebook=notebook).one(m.Result).code == ""
    assert reader.all() == {}
    assert away.all() == {note: b""}
    world.close()


@FEWER
@given(seed=st.integers(0, 2**32))
def test_states_and_what_the_log_says_behind_them_are_the_documents_whoever_types_meanwhile(
    tmp_path_factory, seed
):
    chance = random.Random(seed)
    world = CoreWorld(tmp_path_factory.mktemp("world"))
    ann = Desk(world)
    notes = [ann.note(noise(chance.randrange(150))) for _ in range(3)]
    readers = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_pages, "PAGE_SIZE", chance.choice([70, 100, 300]))
        patch.setattr(state_pages, "KEPT_SIZE_MAX", chance.choice([0, 500, 1_000_000]))
        patch.setattr(state_pages, "PAGE_DOCUMENTS_MAX", chance.choice([1, 2, 500]))
        for _ in range(chance.randrange(10, 60)):
            match chance.randrange(8):
                case 0:
                    notes.append(ann.note(noise(chance.randrange(150))))
                case 1 | 2:
                    ann.type(chance.choice(notes), "typing ")
                case 3:
                    world.opened.core.documents.save(everything=chance.random() < 0.5)
                case 4:
                    some = (
                        chance.sample(notes, chance.randrange(len(notes))) if chance.random() < 0.3 else None
                    )
                    readers.append(Reader(world, ann.stream, documents=some))
                case _ if readers:
                    reader = chance.choice(readers)
                    if not reader.last:
                        reader.read()
        for reader in readers:
            reader.all()
    for reader in readers:
        documents = {name: Document.decode(state, 1) for name, state in reader.whole.items()}
        for row in world.log(ann.stream)[reader.fresh :]:
            if reader.documents is None or row.document in documents:
                documents.setdefault(row.document, Document(1)).apply(Delta.decode(row.body))
        wanted = notes if reader.documents is None else reader.documents
        assert {name: one.encode() for name, one in documents.items()} == {
            note: ann.state(note) for note in wanted
        }
    world.close()


def test_fifty_readers_that_stall_in_a_long_note_cost_one_copy_of_it_and_get_it_all_later(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(core_module, "LOG_ALWAYS_MAX", 0)
    world = SessionWorld(tmp_path, connections_per_account=100)
    ann = world.signed_up("ann")
    note, delta = ann.author.note(ann.notes)
    ann.push(ann.notes, delta)
    for seed in range(50):
        ann.push(ann.notes, ann.author.type(ann.notes, note, noise(14_000, seed)))
    world.opened.core.documents.save(everything=True)
    size = len(ann.author.documents[note].encode())
    before = bytes_held(world.hub)
    stalled = []
    for _ in range(50):
        phone = world.again(ann)
        phone.credit = False
        assert phone.subscribe(ann.notes).via == "state"
        heard = phone.heard()
        assert heard.all(m.State)
        assert heard.one(m.Poke).heads[0].stream == ann.notes
        stalled.append((phone, heard.all(m.State)))
    assert bytes_held(world.hub) - before < size / 2
    assert bytes_held(world.opened.core.states._kept) < 1.1 * size
    phone, told = stalled[-1]
    while told[-1].end is None:
        world.hub.received(phone.link, CREDIT_SIZE_MAX)
        told += phone.heard().all(m.State)
    whole = b"".join(chunk.chunk for state in told for chunk in state.documents)
    assert whole == ann.author.documents[note].encode()
    assert told[-1].end.digest == chain_next(CHAIN_START, note, whole)
    world.close()
