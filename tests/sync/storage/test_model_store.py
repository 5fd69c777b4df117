"""What a server's store keeps while its data goes to another model; see test_migration.py for the going."""

from __future__ import annotations

import pytest

from sync.storage.model_store import ARCHIVE_KEPT_MS, ModelStore
from sync.storage.server_store import Accepted, HeadMoved, Original, Position, SavedState, StreamAppend
from tests.support.core_world import CoreWorld
from tests.support.worlds import world_of

NAMES = ["A" * 22, "B" * 22, "C" * 22]

world = world_of(CoreWorld, data_model="1.0")


@pytest.fixture
def models(world):
    return ModelStore(world.opened.store)


@pytest.fixture
def stream(world):
    """A stream of three documents with a delta each."""
    row = world.opened.store.stream(world.account("ann").personal + "/notes")
    accepted = [Accepted(name, 7, n, "1.0", b"x") for n, name in enumerate(NAMES, 1)]
    append(world, row, accepted)
    return row.id


def append(world, row, accepted):
    position = {7: Position(accepted[-1].n, bytes(8))}
    world.opened.store.append([StreamAppend(row.key, row.epoch, row.head, accepted, position)], 1_000)


def row_of(world, stream):
    return world.opened.store.stream(stream)


def prepare(world, names, model="2.0"):
    rows = [world.opened.store.document(name) for name in names]
    world.opened.store.save_states([SavedState(row.key, row.last_seq, b"new state", model) for row in rows])


def names(rows):
    return [row.id for row in rows]


def test_what_lacks_a_state_of_a_model_is_found_by_id(world, models, stream):
    key = row_of(world, stream).key
    assert names(models.lacking(key, "2.0", after="", limit=2)) == NAMES[:2]
    prepare(world, NAMES[:1])
    assert names(models.lacking(key, "2.0", after="", limit=9)) == NAMES[1:]
    assert names(models.lacking(key, "2.0", after=NAMES[1], limit=9)) == NAMES[2:]
    append(world, row_of(world, stream), [Accepted(NAMES[0], 7, 4, "1.0", b"y")])
    assert names(models.lacking(key, "2.0", after="", limit=9)) == NAMES, "an older state is no state"


def test_what_changed_is_found_in_the_order_of_change(world, models, stream):
    append(world, row_of(world, stream), [Accepted(NAMES[0], 7, 4, "1.0", b"y")])
    key = row_of(world, stream).key
    assert names(models.changed(key, 2, 4, limit=9)) == [NAMES[2], NAMES[0]]
    assert names(models.changed(key, 2, 3, limit=9)) == [NAMES[2]]
    assert names(models.changed(key, 0, 4, limit=1)) == [NAMES[1]]
    assert models.changed_count(key, 2) == 2


def test_a_prepared_state_changes_nothing_that_is_read(world, models, stream):
    before = world.opened.store.document(NAMES[0])
    prepare(world, NAMES)
    assert world.opened.store.document(NAMES[0]) == before
    count = models.counts("2.0")[row_of(world, stream).key]
    assert (count.documents, count.prepared, count.size_bytes) == (3, 3, 3)


def test_a_stream_is_switched_only_when_every_document_is_ready(world, models, stream):
    prepare(world, NAMES[:2])
    row = row_of(world, stream)
    with pytest.raises(HeadMoved):
        models.switch(row, "2.0", 99, 5)
    assert row_of(world, stream) == row
    prepare(world, NAMES)
    with pytest.raises(HeadMoved):
        models.switch(row._replace(head=2), "2.0", 99, 5)
    models.switch(row, "2.0", 99, 5)
    after = row_of(world, stream)
    assert (after.model, after.epoch, after.head, after.floor) == ("2.0", 99, 3, 3)
    assert after.writes > row.writes
    document = world.opened.store.document(NAMES[1])
    assert (document.model, document.state_seq, document.state_bytes, document.tail_bytes) == ("2.0", 2, 9, 0)
    assert [one.id for one in models.behind("2.0")] == [
        one.id for one in world.opened.store.streams() if one.id != stream
    ]


def test_an_append_that_was_planned_before_the_switch_is_refused(world, models, stream):
    row = row_of(world, stream)
    prepare(world, NAMES)
    models.switch(row, "2.0", 99, 5)
    with pytest.raises(HeadMoved):
        append(world, row, [Accepted(NAMES[0], 7, 4, "1.0", b"y")])


def test_the_archive_goes_after_its_time_and_the_living_states_stay(world, models, stream):
    rows = [world.opened.store.document(name) for name in NAMES]
    world.opened.store.save_states([SavedState(row.key, row.last_seq, b"old", "1.0") for row in rows])
    prepare(world, NAMES)
    models.switch(row_of(world, stream), "2.0", 99, 1_000)
    original = Original("1.0", b"as it was pushed")
    append(world, row_of(world, stream), [Accepted(NAMES[0], 7, 4, "2.0", b"y", original)])
    assert models.archive_counts() == (3, 1)
    assert models.archived(rows[0].key, "2.0") == [("1.0", 1, b"old")]
    models.prune(1_000 + ARCHIVE_KEPT_MS)
    assert models.archive_counts() == (3, 1)
    models.prune(1_001 + ARCHIVE_KEPT_MS)
    assert models.archive_counts() == (0, 0)
    assert world.opened.store.state(rows[0].key, "2.0") == b"new state"


def test_what_was_prepared_can_be_dropped(world, models, stream):
    prepare(world, NAMES)
    models.drop_prepared("2.0")
    assert len(models.lacking(row_of(world, stream).key, "2.0", after="", limit=9)) == 3


def test_another_minor_moves_nothing(world, models, stream):
    prepare(world, NAMES, "1.0")
    before = row_of(world, stream)
    models.rename(before, "1.1")
    after = row_of(world, stream)
    assert (after.model, after.epoch, after.floor) == ("1.1", before.epoch, before.floor)
    document = world.opened.store.document(NAMES[0])
    assert world.opened.store.state(document.key, document.model) == b"new state"


def test_devices_are_told_with_the_model_they_spoke_last(world, models):
    ann = world.account("ann")
    accounts = world.opened.accounts
    key = accounts.device(ann.id, "inst", "any", "tests", 5)
    accounts.add_sign_in(b"t" * 32, ann.id, key, 5, 100)
    accounts.spoke(key, "2.1")
    assert [(one.email, one.model) for one in models.devices(99)] == [("ann@example.org", "2.1")]
    assert models.devices(100) == []
