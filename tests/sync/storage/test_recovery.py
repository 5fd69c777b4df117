"""Going on as another replica and giving new stamps: one transaction, nothing lost, nothing twice."""

from crdt import Delta, Stamp
from sync.model import v1
from sync.protocol.chain import CHAIN_START, chain_next
from sync.storage.rows import LocalChange, RemoteDelta
from tests.support.library import FOREIGN, NOTES, foreign_note

NEW = 4242


def rows(desk, after=0):
    return desk.store.unsent(NOTES, after, count=200, size=1 << 20)


def check_chain(desk):
    row = desk.store.stream(NOTES)
    chain = row.acked_chain
    for sent in rows(desk, row.acked_n):
        chain = chain_next(chain, sent.document, sent.body)
        assert desk.store.chain_at(NOTES, sent.n) == chain
    assert row.chain == chain


def test_what_is_unsent_is_renamed_and_numbered_from_one(desk):
    note = desk.new_note("note", "seen ")
    desk.store.acknowledge(NOTES, 2, [], 5)
    desk.type(note, "unseen")
    desk.type(note, " more")
    fresh = desk.new_note("fresh", "all new")
    changed = desk.store.rotate(NEW, {}, 7)
    assert set(changed) == {note, fresh}
    row = desk.store.stream(NOTES)
    assert (row.next_n, row.acked_n, row.acked_chain) == (5, 0, CHAIN_START)
    assert [Delta.decode(sent.body).rid for sent in rows(desk)] == [NEW] * 4
    assert [Delta.decode(sent.body).start for sent in rows(desk) if sent.document == note] == [0, 6]
    check_chain(desk)
    desk.crash()
    desk.open()
    assert desk.store.rid == NEW
    assert desk.body(note) == "seen unseen more"
    assert desk.body(fresh) == "all new"
    desk.note(note).check()


def test_what_the_server_turns_out_to_have_is_not_sent_again(desk):
    note = desk.new_note("note", "one")
    desk.type(note, " two")
    mine = [sent.body for sent in rows(desk)]
    desk.store.stage_deltas(NOTES, [RemoteDelta(note, body, n) for n, body in enumerate(mine[:2], 1)], 2)
    desk.store.rotate(NEW, {NOTES: (9, 2, 2)}, 7)
    assert [Delta.decode(sent.body).rid for sent in rows(desk)] == [NEW]
    row = desk.store.stream(NOTES)
    assert (row.epoch, row.cursor) == (9, 2)
    assert desk.body(note) == "one two"


def test_a_staged_state_that_holds_all_that_is_unsent_answers_for_it(desk):
    note = desk.new_note("note", "one")
    state = desk.note(note).encode()
    desk.store.stage_states(NOTES, [(note, state)], 5, note)
    desk.store.rotate(NEW, {NOTES: (9, 5, 2)}, 7)
    assert rows(desk) == []
    assert desk.body(note) == "one"


def test_two_copies_that_wrote_different_things_both_keep_them(desk):
    note = desk.new_note("note", "base ")
    desk.store.acknowledge(NOTES, 2, [], 5)
    twin = desk.note(note)
    theirs = twin.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(5, "theirs"))
    desk.type(note, "mine")
    desk.store.stage_deltas(NOTES, [RemoteDelta(note, theirs.encode(), 3)], 3)
    desk.store.rotate(NEW, {NOTES: (9, 3, 3)}, 7)
    assert sorted(desk.body(note).removeprefix("base ").replace("mine", "mine ").split()) == [
        "mine",
        "theirs",
    ]
    desk.note(note).check()


def test_a_view_that_goes_on_under_the_old_id_is_understood(desk):
    note = desk.new_note("note", "seen")
    other = desk.new_note("other", "quiet")
    desk.store.acknowledge(NOTES, 4, [], 5)
    view, still = desk.note(note), desk.note(other)

    def typed(document, name, text):
        end = len(document.text(("body",)))
        delta = document.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(end, text))
        return desk.store.append([LocalChange(NOTES, name, delta)])

    assert typed(view, note, " unsent") == []
    desk.store.rotate(NEW, {}, 7)
    assert typed(view, note, " late") == [note]
    assert typed(view, note, "r") == [note]
    assert typed(still, other, "!") == [other]
    assert typed(still, other, "?") == [other]
    assert desk.body(note) == "seen unsent later"
    assert desk.body(other) == "quiet!?"
    assert {Delta.decode(sent.body).rid for sent in rows(desk)} == {NEW}
    check_chain(desk)


def test_what_cannot_be_renamed_goes_to_the_quarantine(desk):
    note = desk.new_note("note", "seen")
    desk.store.acknowledge(NOTES, 2, [], 5)
    desk.type(note, "x")
    with desk.store._writing() as connection:
        connection.execute("UPDATE outbox SET body = x'00' WHERE n = 3")
    desk.store.rotate(NEW, {}, 7)
    assert rows(desk) == []
    assert [(row.document, row.code) for row in desk.store.quarantine()] == [(note, "missing_ref")]


def test_what_the_server_confirmed_and_lost_is_shown(desk):
    note = desk.new_note("note", "confirmed")
    desk.store.acknowledge(NOTES, 2, [], 5)
    desk.store.rotate(NEW, {NOTES: (3, 0, 1)}, 7)
    assert [(row.n, row.code) for row in desk.store.quarantine()] == [(2, "diverged")]
    assert desk.body(note) == "confirmed"


def test_new_stamps_keep_the_order_and_what_the_notes_show(desk):
    note = desk.new_note("note", "text")
    desk.store.acknowledge(NOTES, 1, [], 5)
    desk.edit(note, lambda e: e.set(("pinned",), True))
    desk.edit(note, lambda e: e.set(("pinned",), False))
    before = desk.note(note).to_value()
    acked = desk.store.latest_acked()
    assert acked is not None
    ticks = iter(range(1, 100))
    changed = desk.store.restamp(lambda: Stamp(500, next(ticks), desk.store.rid))
    assert changed == [note]
    stamps = [Delta.decode(sent.body).stamp for sent in rows(desk, 1)]
    assert [stamp.count for stamp in stamps] == [1, 2, 3]
    assert desk.store.clock_high_water() == stamps[-1]
    assert desk.note(note).to_value() == before
    check_chain(desk)


def test_latest_acked_is_none_in_a_store_that_never_sent(desk):
    desk.new_note("note")
    assert desk.store.latest_acked() is None
    assert v1.MODEL == "1.0"


def test_what_is_taken_over_never_takes_the_place_of_what_is_unsent(desk):
    note = desk.new_note("note", "seen ")
    desk.store.acknowledge(NOTES, 2, [], 5)
    desk.type(note, "unseen")
    _, bodies = foreign_note()
    desk.store.stage_deltas(NOTES, [RemoteDelta(FOREIGN, body, n) for n, body in enumerate(bodies, 3)], 4)
    desk.store.rotate(NEW, {NOTES: (9, 4, 2)}, 7)
    desk.store.acknowledge(NOTES, 1, [], 8)
    week = 8 * 24 * 3_600_000
    desk.store.tidy(10)
    assert desk.store.tidy(week) == 1
    assert desk.body(note) == "seen unseen"
    assert desk.body(FOREIGN) == "from elsewhere"


def test_what_the_server_has_under_newer_stamps_is_not_sent_again(desk):
    note = desk.new_note("note", "one")
    ticks = iter(range(1, 100))
    before = [sent.body for sent in rows(desk)]
    sent = [Delta.decode(body).restamped(Stamp(9, next(ticks), desk.store.rid)).encode() for body in before]
    desk.store.stage_deltas(NOTES, [RemoteDelta(note, body, n) for n, body in enumerate(sent, 1)], 2)
    desk.store.rotate(NEW, {NOTES: (9, 2, 2)}, 7)
    assert rows(desk) == []
    assert desk.body(note) == "one"


def test_what_is_carried_for_another_replica_keeps_its_name_and_its_time(desk):
    stamp = Stamp(5, 0, 77)
    _, delta = v1.new_note(77, stamp, title="from an archive", created_ms=5)
    desk.store.append([LocalChange(NOTES, "carried", delta, carried=True)])
    desk.new_note("mine", "new")
    desk.store.restamp(desk.ticker.stamp)
    check_chain(desk)
    assert Delta.decode(rows(desk)[0].body) == delta
    desk.store.rotate(NEW, {}, 7)
    check_chain(desk)
    assert [Delta.decode(sent.body).rid for sent in rows(desk)] == [77, NEW, NEW]
    assert Delta.decode(rows(desk)[0].body) == delta
