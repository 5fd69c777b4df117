"""What is appended, acknowledged, refused, sent again and cut."""

from sync.protocol.chain import CHAIN_START, chain_next
from tests.support.library import NOTES


def test_outbox_is_contiguous_and_chained(desk):
    note = desk.new_note("a", "b")
    desk.new_note("c")
    rows = desk.store.unsent(NOTES, 0, count=100, size=1 << 20)
    assert [row.n for row in rows] == [1, 2, 3]
    assert rows[0].document == note
    chain = CHAIN_START
    for row in rows:
        chain = chain_next(chain, row.document, row.body)
        assert desk.store.chain_at(NOTES, row.n) == chain
    assert desk.store.stream(NOTES).chain == chain


def test_unsent_keeps_to_count_and_size_but_gives_at_least_one(desk):
    for number in range(5):
        desk.new_note(f"note {number}")
    size = len(desk.store.unsent(NOTES, 0, count=1, size=1)[0].body)
    assert len(desk.store.unsent(NOTES, 0, count=3, size=1 << 20)) == 3
    assert len(desk.store.unsent(NOTES, 0, count=100, size=2 * size + 1)) == 2
    assert [row.n for row in desk.store.unsent(NOTES, 2, count=2, size=1 << 20)] == [3, 4]


def test_ack_moves_what_counts_as_sent_and_nothing_else(desk):
    note = desk.new_note("one", "two")
    other = desk.new_note("three")
    assert desk.store.outbox_documents() == {note: 2, other: 1}
    desk.store.acknowledge(NOTES, 2, [], 10)
    assert desk.store.outbox_documents() == {other: 1}
    assert desk.store.outbox_count() == 1
    assert desk.body(note) == "two"
    desk.store.acknowledge(NOTES, 3, [], 11)
    assert desk.store.outbox_count() == 0
    assert desk.store.chain_at(NOTES, 3) == desk.store.stream(NOTES).acked_chain


def test_a_refused_delta_goes_to_the_quarantine_and_the_rest_flows(desk):
    note = desk.new_note("kept")
    desk.type(note, "refused")
    other = desk.new_note("later")
    concerned, refused, _ = desk.store.acknowledge(NOTES, 3, [(2, "schema", "no such key")], 10)
    assert set(concerned) == {note, other}
    assert refused == [note]
    assert desk.body(note) == ""
    assert desk.store.quarantine_count() == 1
    row = desk.store.quarantine()[0]
    assert (row.document, row.n, row.code, row.message) == (note, 2, "schema", "no such key")
    assert desk.store.outbox_count() == 0
    desk.store.drop_quarantined(row.key)
    assert desk.store.quarantine_count() == 0


def test_the_tail_of_acked_deltas_is_cut_by_age_and_nothing_is_lost(desk):
    note = desk.new_note("tail", "kept")
    desk.store.acknowledge(NOTES, 2, [], 0)
    week = 7 * 24 * 3_600_000
    assert desk.store.tidy(1_000) == 0
    desk.type(note, "!")
    assert desk.store.tidy(1_000 + week) == 0
    assert desk.store.tidy(1_002 + week) == 2
    assert desk.store.chain_at(NOTES, 1) is None
    assert desk.store.chain_at(NOTES, 2) is not None
    assert desk.body(note) == "kept!"
    assert desk.store.outbox_count() == 1


def test_rewinding_sends_the_tail_again_refused_rows_included(desk):
    note = desk.new_note("again")
    desk.type(note, "refused")
    desk.new_note("third")
    desk.store.acknowledge(NOTES, 3, [(2, "schema", "")], 10)
    desk.store.rewind(NOTES, 1)
    assert [row.n for row in desk.store.unsent(NOTES, 1, count=9, size=1 << 20)] == [2, 3]
    assert desk.store.outbox_count() == 2
