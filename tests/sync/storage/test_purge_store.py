from __future__ import annotations

import pytest

from sync.protocol import rows
from sync.protocol.fields import Malformed
from sync.storage.purge_store import PurgeStore, bin_of, is_bin
from sync.storage.server_store import SavedState
from tests.support.frames import STREAM
from tests.support.peer import Author
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

world = world_of(SessionWorld)


@pytest.fixture
def notes(world):
    """A stream with three notes."""
    ann = world.account("ann")
    stream = ann.personal + "/notes"
    author = Author()
    world.push(ann, author, stream, *[author.note(stream)[1] for _ in range(3)])
    return world.opened.store.stream(stream)


def test_no_frame_can_name_a_bin():
    assert is_bin(bin_of(STREAM))
    assert not is_bin(STREAM)
    with pytest.raises(Malformed):
        rows.check_stream(bin_of(STREAM))


def test_a_bin_is_made_once_and_is_of_its_streams_notebook_collection_and_model(world, notes):
    store = PurgeStore(world.opened.store)
    made = store.bin(notes, lambda: 7)
    assert (made.id, made.notebook, made.collection, made.model, made.epoch) == (
        bin_of(notes.id), notes.notebook, notes.collection, notes.model, 7,
    )  # fmt: skip
    assert store.bin(notes, lambda: 8) == made


def test_what_was_looked_at_is_left_out_until_it_changes(world, notes):
    store = PurgeStore(world.opened.store)
    everything = store.unchanged(notes.key, store.looked(notes.key), notes.head, after="", limit=9)
    assert len(everything) == 3
    assert store.unchanged(notes.key, 0, notes.head, after=everything[1].id, limit=9) == everything[2:]
    store.set_looked(notes.key, 2)
    rest = store.unchanged(notes.key, store.looked(notes.key), notes.head, after="", limit=9)
    assert [row.last_seq for row in rest] == [3]


def test_what_is_emptied_holds_nothing_and_is_not_emptied_again(world, notes):
    store = PurgeStore(world.opened.store)
    (row, *_) = world.opened.store.documents(notes.key)
    world.opened.store.save_states([SavedState(row.key, row.last_seq, b"state", row.model)])
    (full,) = store.full(notes.key, notes.head, limit=9)
    assert full.id == row.id
    store.empty([full])
    assert store.full(notes.key, notes.head, limit=9) == []
    assert world.opened.store.state(row.key, row.model) is None
