from __future__ import annotations

import pytest

from crdt import Delta, Document
from sync.limits import CHECK_DOCUMENTS_MAX
from sync.protocol.chain import CHAIN_START, chain_next
from sync.server.checking import compare, give_back
from tests.support.core_world import CoreWorld
from tests.support.peer import Author, new_id
from tests.support.worlds import world_of

world = world_of(CoreWorld)


class Scene:
    """A stream with three notes, and a client that has them."""

    def __init__(self, world):
        self.world = world
        self.ann, self.author = world.account("ann"), Author()
        self.id = self.ann.personal + "/notes"
        self.notes = []
        for _ in range(3):
            note, delta = self.author.note(self.id, "t")
            world.push(self.ann, self.author, self.id, delta)
            self.notes.append(note)
        self.notes.sort()

    @property
    def stream(self):
        return self.world.opened.core.stream(self.id)

    def digests(self):
        return {
            note: chain_next(CHAIN_START, note, self.author.documents[note].encode()) for note in self.notes
        }

    def compare(self, digests, cursor=3, after="", upto=""):
        return compare(self.world.opened.core, self.stream, cursor, after, upto, digests)


@pytest.fixture
def scene(world):
    return Scene(world)


def test_the_same_documents_do_not_differ(scene):
    assert scene.compare(scene.digests()) == ([], [])


def test_one_that_differs_and_one_that_is_missing_there_are_named(scene):
    digests = scene.digests()
    digests[scene.notes[0]] = b"otherwis"
    del digests[scene.notes[2]]
    assert scene.compare(digests) == ([scene.notes[0], scene.notes[2]], [])


def test_one_that_is_missing_here_is_told_apart_and_what_is_not_confirmed_is_no_matter(scene):
    extra, fresh = new_id(), new_id()
    assert scene.compare({**scene.digests(), extra: b"8 bytes.", fresh: b""}) == ([], [extra])


def test_what_changed_behind_the_cursor_is_not_compared(scene):
    typed = scene.author.type(scene.id, scene.notes[1], "x")
    digests = scene.digests() | {scene.notes[1]: b"older..."}
    scene.world.push(scene.ann, scene.author, scene.id, typed)
    assert scene.compare(digests, cursor=3) == ([], [])
    assert scene.compare(digests, cursor=4) == ([scene.notes[1]], [])


def test_only_documents_of_the_page_count(scene):
    assert scene.compare({}, after=scene.notes[0], upto=scene.notes[1]) == ([scene.notes[1]], [])
    assert scene.compare({}, after=scene.notes[1]) == ([scene.notes[2]], [])


def test_no_more_is_told_than_can_be_pulled_at_once(scene):
    for _ in range(CHECK_DOCUMENTS_MAX):
        scene.world.push(scene.ann, scene.author, scene.id, scene.author.note(scene.id)[1])
    assert len(scene.compare({}, cursor=1_000)[0]) == CHECK_DOCUMENTS_MAX


def test_a_document_of_another_stream_is_neither_told_nor_called_unknown(scene):
    bob = scene.world.account("bob")
    author = Author()
    note, delta = author.note(bob.personal + "/notes")
    scene.world.push(bob, author, bob.personal + "/notes", delta)
    assert scene.compare(scene.digests() | {note: b"8 bytes."}) == ([], [])


def test_what_is_given_back_is_in_the_log_once_and_of_its_author(scene):
    lost, note = Author(), new_id()
    deltas = [lost.note(scene.id, "lost", note)[1], lost.type(scene.id, note, "text")]
    core = scene.world.opened.core
    for _ in range(2):
        taken, written = give_back(core, scene.stream, note, [one.body for one in deltas], scene.world.now_ms)
        assert taken == 2
    assert [row.seq for segment in written.segments for row in segment.rows] == [6, 7]
    state = core.documents.state(scene.world.opened.store.document(note))
    assert state == lost.documents[note].encode()
    assert Document.decode(state, 1).version().end(lost.rid) == Delta.decode(deltas[1].body).end
    # Who wrote it goes on, and sends it again besides.
    assert scene.world.push(scene.ann, lost, scene.id, *deltas).n == 2
    scene.world.check()


def test_what_makes_no_sense_is_not_taken(scene):
    assert give_back(scene.world.opened.core, scene.stream, new_id(), [b"no"], scene.world.now_ms)[0] == 0
