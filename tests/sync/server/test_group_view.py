from __future__ import annotations

from sync.server.group_view import GroupView
from sync.storage.server_store import Position
from tests.support.core_world import CoreWorld
from tests.support.peer import Author, new_id
from tests.support.worlds import world_of

world = world_of(CoreWorld)


def test_what_was_planned_before_counts(world):
    view = GroupView(world.opened.core)
    assert view.position(1, 7).last_n == 0
    view.planned[(1, 7)] = Position(3, bytes(8))
    assert view.position(1, 7).last_n == 3


def test_where_a_document_was_moved_to_is_told_only_of_the_stream_it_left(world):
    ann, author = world.account("ann"), Author()
    streams = [f"{world.notebook(ann)}/notes" for _ in range(2)]
    note, made = author.note(streams[0])
    world.push(ann, author, streams[0], made)
    store = world.opened.store
    source, target = [store.stream(stream) for stream in streams]
    view = GroupView(world.opened.core)
    assert view.moved_to(source.key, note, target.key) is None
    state = world.opened.core.state_of(note)[1]
    world.opened.core.moving.move(store.document(note), source, target, state, 7, [], 9)
    assert view.moved_to(source.key, note, target.key).id == target.id
    assert view.moved_to(target.key, note, source.key) is None
    assert view.moved_to(source.key, new_id(), target.key) is None
