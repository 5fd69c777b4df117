from __future__ import annotations

import contextlib

import pytest

from sync.errors import StoreUnavailable
from sync.limits import DOCUMENT_SIZE_WARN
from sync.protocol.chain import CHAIN_START
from sync.storage.log_store import LogStore
from sync.storage.server_store import (
    FOLDING_COST,
    NOWHERE,
    REJECTIONS_KEPT_MS,
    Accepted,
    HeadMoved,
    Position,
    Rejection,
    SavedState,
    ServerStore,
    StreamAppend,
)
from tests.support.frames import DOCUMENT, NOTEBOOK, OTHER, STREAM
from tests.support.postgres import opened_store

CHAIN = b"8 bytes!"


@pytest.fixture
def store(tmp_path):
    made = opened_store(tmp_path)
    with made.db.transaction() as connection:
        connection.execute("INSERT INTO accounts VALUES('a', 'a@b', 'A', '', 'p', 0, 0)")
        connection.execute(
            "INSERT INTO notebooks(id, name, owner, created_ms) VALUES(?, 'N', 'a', 0)", (NOTEBOOK,)
        )
        made.add_stream(STREAM, NOTEBOOK, "notes", 5, "1.0")
    yield made
    made.close()


def _append(store, *documents, rid=7, body=b"body", rejections=()):
    """Append one delta for each document id."""
    stream = store.stream(STREAM)
    last = store.position(stream.key, rid).last_n
    accepted = [Accepted(name, rid, n, "1.0", body) for n, name in enumerate(documents, last + 1)]
    position = Position(last + len(documents), CHAIN)
    store.append(
        [StreamAppend(stream.key, stream.epoch, stream.head, accepted, {rid: position}, rejections)], 1_000
    )


def test_an_append_moves_head_log_position_and_documents_together(store):
    _append(store, DOCUMENT, OTHER, DOCUMENT)
    stream = store.stream(STREAM)
    assert (stream.head, stream.size_bytes, stream.epoch) == (3, 12, 5)
    assert [row.seq for row in store.log(stream.key, 0, count_max=9, size_max=999)] == [1, 2, 3]
    assert store.position(stream.key, 7) == Position(3, CHAIN)
    row = store.document(DOCUMENT)
    assert (row.last_seq, row.state_seq, row.tail_bytes) == (3, 0, 8)
    assert LogStore(store).logged(stream.key) == 3


def test_a_failing_append_leaves_nothing(store):
    stream = store.stream(STREAM)
    bad = [Accepted(DOCUMENT, 7, 1, "1.0", None)]
    with pytest.raises((AssertionError, TypeError)):
        store.append([StreamAppend(stream.key, stream.epoch, stream.head, bad, {7: Position(1, CHAIN)})], 0)
    assert store.stream(STREAM).head == 0
    assert store.position(stream.key, 7) is NOWHERE
    assert store.document(DOCUMENT) is None


def test_a_head_that_moved_is_noticed_and_nothing_of_the_group_is_stored(store):
    stream = store.stream(STREAM)
    good = StreamAppend(
        stream.key, stream.epoch, 0, [Accepted(OTHER, 7, 1, "1.0", b"x")], {7: Position(1, CHAIN)}
    )
    stale = StreamAppend(
        stream.key, stream.epoch, 4, [Accepted(DOCUMENT, 7, 2, "1.0", b"x")], {7: Position(2, CHAIN)}
    )
    with pytest.raises(HeadMoved):
        store.append([good, stale], 0)
    assert store.stream(STREAM).head == 0


def test_pages_of_the_log_are_bounded_by_count_and_bytes_but_never_empty(store):
    _append(store, *[DOCUMENT] * 10, body=b"x" * 100)
    key = store.stream(STREAM).key
    assert [row.seq for row in store.log(key, 2, count_max=3, size_max=10_000)] == [3, 4, 5]
    assert [row.seq for row in store.log(key, 2, count_max=99, size_max=250)] == [3, 4]
    assert [row.seq for row in store.log(key, 2, count_max=99, size_max=1)] == [3]
    assert store.log(key, 10, count_max=99, size_max=99) == []


def test_documents_are_listed_by_id_behind_a_cursor(store):
    _append(store, OTHER, DOCUMENT, OTHER)
    key = store.stream(STREAM).key
    assert [row.id for row in store.documents(key)] == [DOCUMENT, OTHER]
    assert [row.id for row in store.documents(key, since=2)] == [OTHER]
    assert [row.id for row in store.documents(key, after=DOCUMENT)] == [OTHER]
    assert [row.id for row in store.documents(key, limit=1)] == [DOCUMENT]


def test_a_state_goes_forward_only_and_shortens_the_tail(store):
    _append(store, DOCUMENT, DOCUMENT, DOCUMENT)
    row = store.document(DOCUMENT)
    store.save_states([SavedState(row.key, 2, b"state at 2", "1.0")])
    store.save_states([SavedState(row.key, 1, b"state at 1", "1.0")])
    row = store.document(DOCUMENT)
    assert store.state(row.key, "1.0") == b"state at 2"
    assert (row.state_seq, row.state_bytes, row.tail_bytes) == (2, 10, 4)
    assert store.tail(row.key, row.state_seq) == [(row.last_seq, b"body")]


def test_the_cost_by_state_counts_what_changed(store):
    _append(store, DOCUMENT, OTHER, OTHER)
    key = store.stream(STREAM).key
    assert store.state_cost(key, 0, 100) == (2, 12 * FOLDING_COST)
    assert store.state_cost(key, 1, 100) == (1, 8 * FOLDING_COST)
    row = store.document(OTHER)
    store.save_states([SavedState(row.key, 3, b"state", "1.0")])
    assert store.state_cost(key, 1, 100) == (1, 5)
    assert store.state_cost(key, 0, 1)[0] == 1
    assert store.state_cost(key, 3, 100) == (0, 0)


def test_rejections_are_kept_with_the_position_that_hides_them(store):
    _append(store, DOCUMENT, rejections=[Rejection(7, 1, "schema", "why", DOCUMENT)])
    key = store.stream(STREAM).key
    assert store.rejections(key, 7, 0, 9) == [Rejection(7, 1, "schema", "why", DOCUMENT)]
    assert store.rejections(key, 7, 1, 9) == []
    assert store.rejections(key, 8, 0, 9) == []


def test_rejections_are_forgotten_after_half_a_year(store):
    _append(store, DOCUMENT, rejections=[Rejection(7, 1, "schema", "why", DOCUMENT)])
    key = store.stream(STREAM).key
    store.prune(1_000 + REJECTIONS_KEPT_MS)
    assert len(store.rejections(key, 7, 0, 9)) == 1
    store.prune(1_001 + REJECTIONS_KEPT_MS)
    assert store.rejections(key, 7, 0, 9) == []


def test_documents_are_found_by_the_beginning_of_their_id(store):
    _append(store, DOCUMENT, OTHER)
    assert len(store.documents_like(DOCUMENT[:5])) == 2
    ((row, stream),) = store.documents_like(DOCUMENT)
    assert (row.id, stream.id) == (DOCUMENT, STREAM)
    assert store.documents_like("nothing like it") == []


def test_facts_about_the_server_survive(store, tmp_path):
    store.set_meta("server", "me")
    again = opened_store(tmp_path)
    assert again.meta("server") == "me"
    assert again.meta("unknown") is None
    again.close()


def test_the_counts_for_people_are_right(store):
    _append(store, DOCUMENT, OTHER)
    counts = store.stored()
    assert (counts["streams"], counts["documents"], counts["deltas"], counts["delta_bytes"]) == (1, 2, 2, 8)


@pytest.mark.covers("limit DOCUMENT_SIZE_WARN")
def test_a_document_is_counted_as_large_from_one_byte_past_the_limit_on(store):
    _append(store, DOCUMENT, OTHER)
    for document, size in ((DOCUMENT, DOCUMENT_SIZE_WARN), (OTHER, DOCUMENT_SIZE_WARN + 1)):
        row = store.document(document)
        store.save_states([SavedState(row.key, row.last_seq, bytes(size), "1.0")])
    assert store.stored()["documents_large"] == 1


@pytest.mark.one_database
def test_a_damaged_file_is_reported(store, tmp_path):
    _append(store, *[DOCUMENT] * 200, body=b"x" * 3_000)
    store.close()
    path = tmp_path / "server.sqlite3"
    content = bytearray(path.read_bytes())
    content[150_000:300_000] = b"\xff" * 150_000  # in the middle of the log
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable) as caught, contextlib.closing(ServerStore.open(path)) as damaged:
        damaged.quick_check()
    assert caught.value.reason == "damaged"


def test_a_new_replica_starts_at_the_start_of_the_chain(store):
    assert store.position(store.stream(STREAM).key, 1) == Position(0, CHAIN_START)
