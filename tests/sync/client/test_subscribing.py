"""Which streams are followed, and going on where the server and this store do not agree."""

import pytest

from crdt import Delta
from sync.client import events as e
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import LoggedDelta, NotebookRow, Rejected, StateEnd
from sync.storage import outbox
from tests.support.engine_bench import ACCOUNT, EPOCH, NOTES, PERSONAL, Bench
from tests.support.library import NOTEBOOK, foreign_note

SHARED = "S" * 22


def reconnect(bench, **granted):
    """The connection broke; it is there again."""
    bench.feed(e.Lost("reset"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    hello = bench.sent(m.Hello)[0]
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(**granted)
    return hello


def prepared(bench, acked=1):
    """A note whose first deltas are on the server, and some that are not."""
    bench.live()
    note = bench.desk.new_note("note", "one ")
    bench.desk.type(note, "two ")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    if acked:
        bench.hear(bench.ack(push, n=acked))
    return note, push


def chain_of(rows):
    link = CHAIN_START
    for row in rows:
        link = chain_next(link, row.document, row.body)
    return link


def test_the_first_sign_in_adopts_the_library_before_anything_is_asked(bench):
    note = bench.desk.new_note("local", "text")
    bench.store.add_notebook("O" * 22, "Other")
    bench.connect()
    bench.hear(bench.welcome())
    assert bench.sent() == []
    bench.hear(bench.notice())
    calls = bench.sent(m.Call)
    assert [(call.name, call.args["id"]) for call in calls] == [("create_notebook", "O" * 22)]
    assert bench.store.load(note).stream == NOTES
    assert bench.store.meta("account") == ACCOUNT.id
    bench.hear(m.Result(calls[0].id, value=["O" * 22, "Other", "owner"]))
    assert [row.stream for one in bench.sent(m.Subscribe) for row in one.streams] == [
        f"{'O' * 22}/{name}" for name in ("notes", "folders", "comments")
    ]


def test_a_library_that_shall_stay_here_is_not_sent(bench):
    bench.desk.new_note("private")
    bench.store.set_meta("adopt", "no")
    bench.live()
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push) == []
    assert bench.sent(m.Call) == []
    assert [row.id for row in bench.store.notebooks() if row.local] == [NOTEBOOK]


def test_a_share_appears_live_and_goes_live(bench):
    bench.live()
    bench.did(e.NotebooksChanged)
    mine, theirs = NotebookRow(PERSONAL, "Personal", "owner"), NotebookRow(SHARED, "Shared", "editor")
    bench.hear(bench.notice(mine, theirs))
    assert bench.did(e.NotebooksChanged)
    assert [row.stream[:22] for one in bench.sent(m.Subscribe) for row in one.streams] == [SHARED] * 3
    bench.hear(m.Unsubscribe(f"{SHARED}/notes", "revoked"), bench.notice(mine))
    assert [row.role for row in bench.store.notebooks() if row.id == SHARED] == ["none"]
    bench.hear(bench.notice(mine, theirs))
    assert len([row for one in bench.sent(m.Subscribe) for row in one.streams]) == 3


def test_a_new_note_in_a_notebook_that_was_lost_becomes_ones_own(bench):
    bench.live()
    mine, theirs = NotebookRow(PERSONAL, "Personal", "owner"), NotebookRow(SHARED, "Shared", "editor")
    bench.hear(bench.notice(mine, theirs))
    bench.grant()
    bench.hear(bench.notice(mine))
    bench.desk.notebook = SHARED
    note = bench.desk.new_note("kept")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    assert (push.stream, push.deltas[0].document) == (f"{PERSONAL}/notes", note)
    bench.hear(bench.notice(mine, theirs))
    bench.grant()
    assert bench.sent(m.Push) == [], "the role came back; the note is where it is"


def test_a_lost_ack_is_made_good_by_the_subscription(bench):
    _, push = prepared(bench, acked=0)
    reconnect(bench, last_n=3, chain=chain_of(push.deltas))
    assert bench.engine.status.outbox == 0
    assert bench.sent(m.Push) == []


def test_what_was_refused_while_the_ack_was_lost_is_still_quarantined(bench):
    note, push = prepared(bench, acked=1)
    bench.feed(e.Lost("reset"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.hear(m.Ack(NOTES, 0, 3, 2, (Rejected(3, "schema", "no"),)))
    bench.grant(last_n=3, chain=chain_of(push.deltas))
    assert bench.asked[NOTES].last_n == 1
    assert (bench.engine.status.outbox, bench.engine.status.quarantine) == (0, 1)
    assert bench.desk.body(note) == "one "


def test_the_rest_is_pushed_from_where_the_server_stands(bench):
    _, push = prepared(bench, acked=0)
    reconnect(bench, last_n=2, chain=chain_of(push.deltas[:2]))
    assert [(one.n0, one.deltas) for one in bench.sent(m.Push)] == [(3, push.deltas[2:])]


def test_a_server_restored_from_a_backup_gets_the_tail_again(bench):
    _, push = prepared(bench, acked=3)
    assert bench.engine.status.outbox == 0
    reconnect(bench, last_n=1, chain=chain_of(push.deltas[:1]))
    pushes: list[m.Push] = []
    while said := bench.sent(m.Call | m.Push):
        pushes += [one for one in said if isinstance(one, m.Push)]
        for call in [one for one in said if isinstance(one, m.Call)]:  # is anything of others lost, too?
            bench.hear(m.Result(call.id, value={"differ": [], "unknown": []}))
    assert [(one.n0, one.deltas) for one in pushes] == [(2, push.deltas[1:])]


def test_a_server_restored_from_before_the_tail_is_written_to_under_a_new_id(bench):
    note, _ = prepared(bench, acked=3)
    old = bench.store.rid
    with bench.store._writing() as connection:  # as a week later
        assert outbox.tidy(connection, bench.desk.ticker.now_ms()) == 0
        assert outbox.tidy(connection, bench.desk.ticker.now_ms() + outbox.TAIL_MS_MAX + 1) == 3
    reconnect(bench, last_n=1, chain=bytes(range(8)), epoch=EPOCH + 1, head=1, via="reset")
    bench.wait(1_000)
    bench.grant(last_n=1, chain=bytes(range(8)), epoch=EPOCH + 1, head=1, via="state")
    bench.hear(m.State(NOTES, EPOCH + 1, 1, (), end=StateEnd(1, 0, CHAIN_START)))
    assert bench.store.rid != old
    assert bench.desk.body(note) == "one two ", "nothing here is taken away"
    assert bench.engine.status.quarantine == 0


def test_a_store_that_was_rolled_back_takes_a_new_id_and_loses_nothing(bench):
    note, push = prepared(bench, acked=1)
    old = bench.store.rid
    # n 2 and 3 reached the server before the file went back
    with bench.store._writing() as connection:
        connection.execute("DELETE FROM outbox WHERE n > 1")
        connection.execute("UPDATE streams SET next_n = 2, chain = acked_chain WHERE id = ?", (NOTES,))
        connection.execute("UPDATE documents SET whole = NULL, dirty = 1")
    bench.make()
    fresh = bench.desk.new_note("after the restore", "new")
    bench.feed(e.Started())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(last_n=3, chain=chain_of(push.deltas), head=3)
    # n 2 and 3 are taken on the server by what was lost here, so the new note is not pushed under them
    assert bench.sent(m.Push) == []
    rows = tuple(LoggedDelta(seq, row.document, row.body) for seq, row in enumerate(push.deltas, 1))
    bench.hear(m.Deltas(NOTES, 0, 3, "1.0", rows))
    new = bench.store.rid
    assert new != old
    assert bench.did(e.ReplicaChanged) == [e.ReplicaChanged(new)]
    assert bench.did(e.Close)
    assert bench.desk.ticker.rid == new
    assert bench.desk.body(note) == "one two "
    assert bench.desk.body(fresh) == "new"
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    assert bench.sent(m.Hello)[0].rid == new
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(last_n=0, chain=CHAIN_START, head=3)
    (again,) = bench.sent(m.Push)
    assert (again.n0, {delta.document for delta in again.deltas}) == (1, {fresh})
    assert {Delta.decode(delta.body).rid for delta in again.deltas} == {new}


def test_a_fork_takes_an_id_that_follows_from_what_diverged(tmp_path):
    rids = []
    for name in ("a", "b"):
        bench = Bench(tmp_path / f"{name}.sqlite3")
        note, push = prepared(bench, acked=1)
        theirs = foreign_note("theirs", rid=bench.store.rid)[1]
        rows = [push.deltas[0], push.deltas[1]._replace(body=theirs[1])]
        reconnect(bench, last_n=2, chain=chain_of(rows), head=0)
        rids.append(bench.store.rid)
        assert bench.desk.body(note) == "one two "
        assert bench.engine.status.outbox == 2
        bench.desk.crash()
    assert rids[0] == rids[1] != 500


def test_nothing_is_pushed_anywhere_while_one_stream_is_in_doubt(bench):
    prepared(bench, acked=1)
    bench.feed(e.Lost("reset"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(last_n=9, chain=bytes(8), head=12)
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push) == []
    assert bench.store.rid != 500


def test_an_id_that_is_taken_is_given_up_after_looking_at_what_is_there(bench):
    note = bench.desk.new_note("mine", "text")
    bench.connect()
    bench.hear(bench.welcome(""), m.Error("rid_taken", "", "now"))
    bench.feed(e.Lost("closed"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    assert bench.sent(m.Hello)[0].rid == 500
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(last_n=0, chain=CHAIN_START)
    assert bench.store.rid == 500
    assert bench.desk.body(note) == "text"


@pytest.mark.parametrize("change", [{"epoch": 99}, {"via": "reset"}])
def test_another_log_is_fetched_from_nothing_and_what_is_here_stays(bench, change):
    note, push = prepared(bench, acked=3)
    bench.hear(m.Deltas(NOTES, 0, 5, "1.0", ()))
    bench.wait(600)
    bench.sent()
    reconnect(bench, **change)
    bench.wait(1_000)
    bench.grant(last_n=3, chain=chain_of(push.deltas), epoch=99)
    assert (bench.asked[NOTES].epoch, bench.asked[NOTES].cursor) == (0, 0)
    assert bench.store.stream(NOTES).epoch == 99
    assert bench.desk.body(note) == "one two "


def test_a_reset_in_mid_sync_starts_that_stream_again(bench):
    bench.live()
    bench.hear(m.Reset(NOTES, 99, "epoch", 4))
    bench.wait(600)
    bench.grant(epoch=99)
    assert bench.store.stream(NOTES).epoch == 99
    assert EPOCH != 99
