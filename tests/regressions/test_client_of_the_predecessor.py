"""
What an earlier system of the same design got wrong on people's computers. Each was lost or doubled text, or a
person locked out of it; none may come back.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.models.notices import Axes, Topic, due
from crdt import Document, Stamp
from sync.client import events as e
from sync.protocol import messages as m
from sync.protocol.rows import LoggedDelta, Rejected
from sync.server.compaction import Compacted, compact
from sync.storage.rows import LocalChange
from tests.support.engine_bench import NOTES, Bench
from tests.support.library import FOREIGN, Desk, foreign_note
from tests.support.session_world import SessionWorld


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "library.sqlite3")
    yield made
    made.desk.close()


def pushed(bench) -> list[m.Push]:
    bench.feed(e.Written(True))
    return [push for push in bench.sent(m.Push) if push.stream == NOTES]


def test_fifty_one_edits_are_sent_as_fifty_one_deltas_however_late_the_acks(bench):
    """Every edit sent the whole outbox again: 1,325 deltas."""
    note = bench.desk.new_note("n")
    bench.live()
    pushes = pushed(bench)
    for number in range(50):
        bench.desk.type(note, "x")
        pushes += pushed(bench)
        if number % 10 == 9:
            bench.hear(bench.ack(pushes[-1]))
            pushes += pushed(bench)
    bench.hear(bench.ack(pushes[-1]))
    pushes += pushed(bench)
    numbers = [push.n0 + at for push in pushes for at in range(len(push.deltas))]
    assert numbers == list(range(1, 52))
    assert bench.engine.status.outbox == 0


def test_a_refused_delta_is_set_aside_and_what_stands_behind_it_is_sent(bench):
    """One that the schema forbade blocked the outbox for good."""
    note = bench.desk.new_note("n")
    bench.desk.type(note, "x")
    bench.live()
    (push,) = pushed(bench)
    bench.hear(bench.ack(push, rejected=(Rejected(2, "schema", "no"),)))
    bench.desk.edit(note, lambda edit: edit.set(("pinned",), True))
    (behind,) = pushed(bench)
    assert behind.n0 == 3
    assert (bench.engine.status.outbox, bench.engine.status.quarantine) == (1, 1)


def test_an_ack_says_nothing_about_what_was_written_since(bench):
    """Acks named the greatest stamp, and deleted what another window had not sent."""
    note = bench.desk.new_note("n")
    bench.live()
    (push,) = pushed(bench)
    bench.desk.type(note, "not sent yet")
    bench.hear(bench.ack(push))
    assert bench.engine.status.outbox == 1
    assert bench.desk.body(note) == "not sent yet"


def test_a_stamp_of_years_to_come_does_not_move_the_clock(bench):
    """The check for it was there and never called."""
    bench.live()
    before = bench.desk.ticker.stamp()
    far = Stamp(before.ms + 10 * 365 * 24 * 3_600_000, 0, 99)
    note, _ = foreign_note()
    late = note.edit(far, lambda edit: edit.set(("pinned",), True))
    bodies = [*foreign_note()[1], late.encode()]
    rows = tuple(LoggedDelta(seq, FOREIGN, body) for seq, body in enumerate(bodies, 1))
    bench.hear(m.Deltas(NOTES, 0, 3, "1.0", rows))
    assert bench.desk.ticker.stamp().ms < before.ms + 60_000


@pytest.mark.parametrize("state", ["expired", "invalid", "revoked", "disabled"])
def test_a_sign_in_that_ends_takes_nothing_away_and_writing_goes_on(bench, state):
    """A 401 wiped the login and put a sign-in page in the place of the program."""
    note = bench.desk.new_note("n", "kept")
    bench.live()
    bench.hear(m.AuthState(state))
    bench.desk.type(note, " and more")
    assert bench.desk.body(note) == "kept and more"
    assert bench.store.outbox_count() == 3
    assert bench.engine.status.auth == state


def test_signing_out_keeps_the_notes_and_what_was_not_sent(bench):
    """It deleted the databases without looking at the outbox."""
    note = bench.desk.new_note("n", "not sent")
    bench.live()
    bench.feed(e.TokenSet(None, None))
    assert bench.engine.status.auth == "local_only"
    assert bench.store.outbox_count() == 2
    bench.desk.close()
    bench.desk.open()
    assert bench.desk.body(note) == "not sent"


def test_a_library_takes_nothing_from_another_account(bench):
    """One account received another's data by using its session id."""
    bench.desk.new_note("mine")
    bench.live()
    bench.feed(e.Lost("reset"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    welcome = bench.welcome()
    other = m.AccountSaid("B" * 22, "eve@example.org", "Eve")
    fields = {name: getattr(welcome, name) for name in welcome.__slots__} | {"account": other}
    bench.hear(m.Welcome(**fields), bench.notice())
    assert bench.engine.status.auth == "wrong_account"
    assert bench.sent(m.Push | m.Subscribe) == []


def test_undo_goes_back_through_its_group_is_still_there_after_a_restart_and_can_be_redone(tmp_path):
    """It ran its group forwards, lived in memory, and had no redo."""
    desk = Desk(tmp_path / "library.sqlite3")
    note = desk.new_note("n")
    desk.type(note, "one two")
    document = desk.note(note)
    document.new_group()
    stream = f"{desk.notebook}/notes"

    for intent in (
        lambda edit: edit.text(("body",)).delete(0, 4),
        lambda edit: edit.text(("body",)).insert(0, "three "),
        lambda edit: edit.text(("body",)).delete(0, 2),
    ):
        desk.store.append([LocalChange(stream, note, document.edit(desk.ticker.stamp(), intent))])
    assert desk.body(note) == "ree two"
    desk.close()
    desk.open()
    again = desk.note(note)
    desk.store.append([LocalChange(stream, note, again.undo(desk.ticker.stamp()))])
    assert desk.body(note) == "one two"
    desk.close()
    desk.open()
    again = desk.note(note)
    desk.store.append([LocalChange(stream, note, again.redo(desk.ticker.stamp()))])
    assert desk.body(note) == "ree two"
    desk.close()


def test_what_was_deleted_does_not_come_back_with_a_merged_state():
    """A state that still had the children brought them back."""
    one = Document(1)
    one.edit(Stamp(1, 0, 1), lambda edit: (edit.make(("m",), "map"), edit.set(("m", "child"), 1)))
    stale = Document.decode(one.encode(), 2)
    one.edit(Stamp(2, 0, 1), lambda edit: edit.remove(("m", "child")))
    one.merge(stale)
    stale.merge(one)
    assert one.to_value() == stale.to_value() == {"m": {}}


def test_a_log_that_was_cut_keeps_whose_each_delta_is_and_sends_everybody_everything(tmp_path):
    """Compacted rows lost their session, and `session != ?` is never true for NULL."""
    world = SessionWorld(tmp_path)
    ann = world.signed_up("ann")
    note, first = ann.author.note(ann.notes)
    ann.push(ann.notes, first, *[ann.author.type(ann.notes, note, "x") for _ in range(99)])
    for _ in compact(world.opened.core, world.now_ms, Compacted(), keep_ms=0, keep_deltas=10):
        pass
    key = world.opened.store.stream(ann.notes).key
    rows = world.opened.store.db.all("SELECT rid, n FROM log WHERE stream = ? ORDER BY seq", (key,))
    assert rows == [(ann.author.rid, n) for n in range(91, 101)]
    for talk in (world.again(ann), world.device(ann)):  # the author's own computer, and another
        talk.heard()
        talk.subscribe(ann.notes)
        (chunk,) = talk.heard().one(m.State).documents
        assert chunk.chunk == ann.author.documents[note].encode()
    world.close()


def test_the_notice_of_an_update_stays_while_there_is_one():
    """It vanished after six seconds."""
    axes = Axes(link="live", auth="ok", version="send_only")
    for passing in (axes, replace(axes, link="waiting"), replace(axes, outbox=9), replace(axes, link="off")):
        assert Topic.LIBRARY_BEHIND in [notice.topic for notice in due(passing)]
