"""The two laws of compaction, and what it leaves alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Delta, Document
from sync.errors import StoreUnavailable
from sync.protocol import messages as m
from sync.server import compaction
from sync.server.compaction import Compacted, compact
from sync.server.core import Gone
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.session_world import SessionWorld
from tests.support.worlds import world_of

FEWER = settings(max_examples=max(10, settings.default.max_examples // 4), deadline=None)


def _compacted(world, **keep) -> Compacted:
    done = Compacted()
    for _ in compact(world.opened.core, world.now_ms, done, **{"keep_ms": 0, **keep}):
        pass
    return done


def _received(world, stream, cursor):
    """What a reader at a cursor is sent of the log: every row, with whose it is."""
    key = world.opened.store.stream(stream).key
    return world.opened.store.db.all(
        "SELECT seq, document, rid, n, body FROM log WHERE stream = ? AND seq > ? ORDER BY seq", (key, cursor)
    )


def _folded(world, stream):
    """What each document is, from the whole log."""
    documents: dict[str, Document] = {}
    for row in world.log(stream):
        documents.setdefault(row.document, Document(1)).apply(Delta.decode(row.body))
    return {name: document.encode() for name, document in documents.items()}


def _states(world, stream):
    key = world.opened.store.stream(stream).key
    return {row.id: world.opened.core.documents.state(row) for row in world.opened.store.documents(key)}


@FEWER
@given(seed=st.integers(0, 1 << 30), keep=st.integers(0, 40), twice=st.booleans())
def test_what_the_log_folds_to_and_what_cursors_receive_is_the_same(seed, keep, twice, tmp_path_factory):
    dice = random.Random(seed)
    world = CoreWorld(tmp_path_factory.mktemp("w"))
    try:
        ann = world.account("ann")
        stream = ann.personal + "/notes"
        authors = [Author(), Author()]
        notes: dict[int, list[str]] = {0: [], 1: []}
        whole: dict[str, bytes] = {}
        for step in range(2 if twice else 1):
            for _ in range(dice.randint(1, 40)):
                who = dice.randrange(2)
                author = authors[who]
                if not notes[who] or dice.random() < 0.2:
                    note, delta = author.note(stream)
                    notes[who].append(note)
                else:
                    delta = author.type(stream, dice.choice(notes[who]), "word ")
                world.push(ann, author, stream, delta)
            if step == 0:
                whole = _folded(world, stream)
            before = {
                cursor: _received(world, stream, cursor) for cursor in range(len(world.log(stream)) + 99)
            }
            states = _states(world, stream)
            _compacted(world, keep_deltas=keep)
            row = world.opened.store.stream(stream)
            assert row.floor == max(0, row.head - keep)
            assert len(world.log(stream)) == row.head - row.floor
            for cursor in range(row.floor, row.head + 1):
                assert _received(world, stream, cursor) == before[cursor]
            if dice.random() < 0.5:
                world.reopen()
            assert _states(world, stream) == states
            if step == 0:
                assert states == whole
            for one in world.opened.store.documents(row.key):
                assert world.opened.core.documents.fold(one) == states[one.id]
    finally:
        world.close()


world = world_of(SessionWorld)


def _typed(world, count=300):
    """A note with so many deltas; the person who wrote it."""
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first)
    for start in range(1, count, 100):
        ann.push(ann.notes, *[ann.author.type(ann.notes, note, "a ") for _ in range(min(100, count - start))])
    return ann, note


def test_the_newest_deltas_stay_whatever_their_age_and_the_young_whatever_their_number(world):
    ann, _ = _typed(world)
    day = 24 * 3_600_000
    assert _compacted(world, keep_deltas=300).deltas_removed == 0
    assert _compacted(world, keep_deltas=0, keep_ms=day).deltas_removed == 0
    world.now_ms += 2 * day
    assert _compacted(world, keep_deltas=299, keep_ms=day).deltas_removed == 1
    assert _compacted(world, keep_deltas=100, keep_ms=day).deltas_removed == 199
    assert world.opened.store.stream(ann.notes).floor == 200


def test_the_defaults_keep_a_month_and_ten_thousand(world):
    _typed(world)
    assert (compaction.KEEP_MS, compaction.KEEP_DELTAS) == (30 * 24 * 3_600_000, 10_000)
    assert _compacted(world, keep_ms=compaction.KEEP_MS).deltas_removed == 0


def test_a_client_before_the_floor_is_sent_states_and_one_behind_it_the_log(world):
    ann, note = _typed(world)
    _compacted(world, keep_deltas=50)
    for cursor, via in ((0, "state"), (249, "state"), (250, "log"), (300, "log")):
        phone = world.device(ann)
        epoch = world.opened.store.stream(ann.notes).epoch
        assert phone.subscribe(ann.notes, epoch=epoch, cursor=cursor).via == via
    phone = world.device(ann)
    phone.subscribe(ann.notes)
    (chunk,) = phone.heard().one(m.State).documents
    assert chunk.chunk == ann.author.documents[note].encode()


def test_a_reader_whose_place_is_cut_while_it_reads_goes_on_with_states(world):
    ann, note = _typed(world, 120)
    phone = world.device(ann)
    phone.subscribe(ann.notes)  # from the log, of which nothing was read yet
    world.hub._tails.clear()
    _compacted(world, keep_deltas=10)
    heard = phone.heard()
    assert not heard.all(m.Deltas)
    state = heard.one(m.State)
    assert state.documents[0].chunk == ann.author.documents[note].encode()
    assert state.end.to == 120
    last = ann.author.type(ann.notes, note, "!")
    ann.push(ann.notes, last)
    assert phone.heard().bodies() == [last.body]


def test_a_page_that_was_cut_is_not_sent_with_a_gap(world):
    ann, _ = _typed(world, 120)
    _compacted(world, keep_deltas=10)
    assert world.opened.core.log_page(ann.notes, 50) == Gone(120)
    assert world.opened.core.log_page(ann.notes, 110).first == 111
    assert world.opened.core.log_page(ann.notes, 120) is None


def test_positions_survive_so_that_a_replica_goes_on_where_it_was(world):
    ann, note = _typed(world)
    _compacted(world, keep_deltas=0)
    granted = ann.subscribe(ann.notes)
    assert (granted.last_n, granted.chain) == (300, ann.author.chains[ann.notes][-1])
    assert ann.push(ann.notes, ann.author.type(ann.notes, note, "x")).one(m.Ack).n == 301


def test_a_kill_between_two_steps_leaves_everything_readable_and_the_next_run_goes_on(world):
    ann, note = _typed(world)
    whole = ann.author.documents[note].encode()
    for steps in range(1, 5):
        running = compact(world.opened.core, world.now_ms, Compacted(), keep_ms=0, keep_deltas=10)
        for _ in range(steps):
            next(running, None)
        world.reopen()
        assert _states(world, ann.notes) == {note: whole}
    _compacted(world, keep_deltas=10)
    assert len(world.log(ann.notes)) == 10


def test_others_write_between_the_steps(world, monkeypatch):
    monkeypatch.setattr(compaction, "ROWS_A_STEP", 20)
    ann, note = _typed(world)
    done = Compacted()
    for steps, _ in enumerate(compact(world.opened.core, world.now_ms, done, keep_ms=0, keep_deltas=10)):
        assert ann.push(ann.notes, ann.author.type(ann.notes, note, "x")).one(m.Ack).n == 301 + steps
    assert done.deltas_removed == 290
    assert done.streams == 1
    assert _states(world, ann.notes)[note] == ann.author.documents[note].encode()


def test_a_log_that_does_not_fold_is_not_cut(world):
    ann, _ = _typed(world)
    world.opened.store.db.file.conn.execute("UPDATE log SET body = x'00' WHERE seq = 5")
    world.reopen()
    with pytest.raises(StoreUnavailable):
        _compacted(world, keep_deltas=10)
    assert len(world.log(ann.notes)) == 300
