from __future__ import annotations

import pytest

from sync.storage.server_store import HeadMoved
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.worlds import world_of

world = world_of(CoreWorld)


@pytest.fixture
def scene(world):
    """An account with two notebooks, and a note in the first."""
    ann, author = world.account("ann"), Author()
    streams = [f"{world.notebook(ann)}/notes" for _ in range(2)]
    note, made = author.note(streams[0], "Plan")
    world.push(ann, author, streams[0], made)
    return note, *[world.opened.store.stream(stream) for stream in streams]


def test_a_document_is_in_one_stream_and_its_log_forgets_what_it_was(world, scene):
    note, source, target = scene
    store, moving = world.opened.store, world.opened.core.moving
    row = store.document(note)
    moved = moving.move(row, source, target, b"state", 7, ["ab"], 9)
    assert moved == (source.head + 1, target.head + 1)
    now = store.document(note)
    assert (now.stream, now.last_seq, now.state_seq, now.tail_bytes) == (target.key, 1, 1, 0)
    assert store.state(now.key, now.model) == b"state"
    assert [(entry.document, entry.body) for entry in world.log(source.id)] == [(note, b""), (note, b"")]
    assert [(entry.document, entry.body) for entry in world.log(target.id)] == [(note, b"")]
    assert store.tail(now.key, 0) == []
    assert moving.departed(source.key, note) == target.key
    assert moving.departed(target.key, note) is None
    assert moving.stream_of(target.key).arrived == 1
    assert moving.departures(source.key, since=0, after="", limit=9) == [(note, 2)]
    assert moving.departures(source.key, since=2, after="", limit=9) == []
    assert moving.departures(source.key, since=0, after=note, limit=9) == []
    assert moving.stream_of(-1) is None


def test_a_document_that_comes_back_has_left_nothing(world, scene):
    note, source, target = scene
    store, moving = world.opened.store, world.opened.core.moving
    moving.move(store.document(note), source, target, b"state", 7, [], 9)
    source, target = store.stream(source.id), store.stream(target.id)
    moving.move(store.document(note), target, source, b"state", 7, [], 9)
    assert moving.departed(source.key, note) is None
    assert moving.departed(target.key, note) == source.key


@pytest.mark.parametrize("stale", ["document", "source", "target"])
def test_whatever_changed_meanwhile_stops_the_move(world, scene, stale):
    note, source, target = scene
    row = world.opened.store.document(note)
    given = {"document": row, "source": source, "target": target}
    if stale == "document":
        given["document"] = row._replace(last_seq=row.last_seq + 1)
    else:
        given[stale] = given[stale]._replace(head=given[stale].head + 1)
    with pytest.raises(HeadMoved):
        world.opened.core.moving.move(*given.values(), b"state", 7, [], 9)
    assert world.opened.store.document(note) == row
    assert [entry.body for entry in world.log(source.id)] != [b""]
