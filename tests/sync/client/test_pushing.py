"""The way out: batches, windows, acks, refusals and nacks."""

import pytest

from crdt import Delta
from sync.client import events as e
from sync.protocol import messages as m
from sync.protocol.rows import Rejected
from tests.support.engine_bench import NOTES


def write(bench, count=1):
    ids = bench.desk.new_notes(count)
    bench.feed(e.Written(now=True))
    return ids


def test_typing_is_gathered_for_25_ms_and_held_for_100_at_most(bench):
    bench.live()
    note = bench.desk.new_note("note")
    bench.feed(e.Written())
    assert bench.sent(m.Push) == []
    bench.wait(24)
    assert bench.sent(m.Push) == []
    bench.wait(2)
    (push,) = bench.sent(m.Push)
    bench.hear(bench.ack(push))
    sent_at = None
    for _ in range(10):
        bench.desk.type(note, "x")
        bench.feed(e.Written())
        bench.wait(20)
        sent_at = sent_at or (bench.now if bench.sent(m.Push) else None)
    assert sent_at is not None


def test_a_batch_carries_the_numbers_and_the_chain_before_it(bench):
    bench.live()
    write(bench, 3)
    (push,) = bench.sent(m.Push)
    assert (push.stream, push.n0, len(push.deltas), push.model) == (NOTES, 1, 3, "1.0")
    assert push.prev == bench.store.chain_at(NOTES, 0)
    write(bench, 1)
    (push,) = bench.sent(m.Push)
    assert (push.n0, push.prev) == (4, bench.store.chain_at(NOTES, 3))


def test_no_more_than_eight_batches_are_under_way(bench):
    bench.live()
    write(bench, 1_801)
    pushes = bench.sent(m.Push)
    assert [push.n0 for push in pushes] == [1 + 200 * number for number in range(8)]
    bench.hear(bench.ack(pushes[0]))
    assert [push.n0 for push in bench.sent(m.Push)] == [1_601]
    for push in pushes[1:]:
        bench.hear(bench.ack(push))
    assert [push.n0 for push in bench.sent(m.Push)] == [1_801]


def test_an_ack_is_cumulative_and_only_an_ack_counts(bench):
    bench.live()
    write(bench, 401)
    pushes = bench.sent(m.Push)
    assert bench.engine.status.outbox == 401
    bench.hear(bench.ack(pushes[1]))
    assert bench.engine.status.outbox == 1
    bench.hear(bench.ack(pushes[0]))
    assert bench.engine.status.outbox == 1
    bench.hear(bench.ack(pushes[2]), bench.ack(pushes[2]))
    assert bench.engine.status.outbox == 0
    assert bench.engine.status.last_ack_ms == bench.desk.wall.ms


def test_an_ack_beyond_what_was_written_is_not_believed(bench):
    bench.live()
    write(bench)
    bench.sent()
    bench.hear(m.Ack(NOTES, 1, 50, 50))
    assert bench.engine.status.outbox == 1
    bench.wait(1_000)
    assert [row.stream for one in bench.sent(m.Subscribe) for row in one.streams] == [NOTES]


def test_a_refused_delta_is_quarantined_and_shown_and_the_rest_flows(bench):
    bench.live()
    first, second = write(bench, 2)
    (push,) = bench.sent(m.Push)
    bench.hear(bench.ack(push, rejected=(Rejected(1, "schema", "no"),)))
    status = bench.engine.status
    assert (status.outbox, status.quarantine) == (0, 1)
    assert bench.did(e.Reset) == [e.Reset(first)]
    (pull,) = bench.sent(m.Pull)
    assert (pull.documents, pull.id) == ((first,), 1)
    bench.desk.type(second, "more")
    bench.feed(e.Written(now=True))
    assert bench.sent(m.Push)[0].n0 == 3


@pytest.mark.parametrize(
    "code", ["busy", pytest.param("quota", marks=pytest.mark.covers("nack quota")), "migrating", "internal"]
)
def test_a_stream_that_is_held_goes_on_when_told(bench, code):
    bench.live()
    write(bench)
    (push,) = bench.sent(m.Push)
    bench.hear(m.Nack(NOTES, push.batch, code, after_ms=3_000))
    bench.wait(2_900)
    assert bench.sent(m.Push) == []
    bench.wait(200)
    assert bench.sent(m.Push)[0].deltas == push.deltas


def test_after_a_nack_everything_that_was_behind_it_goes_again_in_order(bench):
    bench.live()
    write(bench, 500)
    pushes = bench.sent(m.Push)
    assert len(pushes) == 3
    bench.hear(m.Nack(NOTES, pushes[0].batch, "rate", after_ms=1_000))
    bench.hear(m.Nack(NOTES, pushes[1].batch, "gap", want_n=1))
    bench.wait(2_000)
    assert bench.sent(m.Push) == []  # the third is not answered yet
    bench.hear(m.Nack(NOTES, pushes[2].batch, "gap", want_n=1))
    bench.wait(10)
    assert [push.n0 for push in bench.sent(m.Push)] == [1, 201, 401]


def test_stamps_too_far_ahead_are_renewed_once_nothing_is_under_way(bench):
    bench.live()
    bench.desk.wall.ms += 400 * 86_400_000
    note = bench.desk.new_note("from the future", "text")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    server_ms = bench.desk.wall.ms - 400 * 86_400_000
    bench.hear(m.Nack(NOTES, push.batch, "clock_ahead", now=server_ms))
    (again,) = bench.sent(m.Push)
    stamps = [Delta.decode(delta.body).stamp for delta in again.deltas]
    assert stamps == sorted(stamps)
    assert all(abs(stamp.ms - server_ms) < 1_000 for stamp in stamps)
    assert bench.did(e.Reset) == [e.Reset(note)]
    bench.hear(bench.ack(again))
    assert bench.engine.status.outbox == 0
    assert bench.desk.ticker.stamp() > stamps[-1]
    assert bench.desk.ticker.stamp().ms - server_ms < 1_000
    assert bench.desk.body(note) == "text"


def test_waiting_for_answers_before_stamps_are_renewed_is_no_busy_waiting(bench):
    bench.live()
    write(bench, 300)
    pushes = bench.sent(m.Push)
    assert len(pushes) == 2
    bench.hear(m.Nack(NOTES, pushes[0].batch, "clock_ahead", now=bench.desk.wall.ms))
    bench.desk.new_note("meanwhile")
    bench.feed(e.Written())
    bench.wait(500)  # asserts that the engine never asks for the same moment twice
    assert bench.sent(m.Push) == []
    bench.hear(m.Nack(NOTES, pushes[1].batch, "gap", want_n=1))
    bench.wait(10)
    assert [len(push.deltas) for push in bench.sent(m.Push)] == [200, 101]


@pytest.mark.parametrize("code", ["fork", "not_subscribed", "something_new"])
def test_a_refusal_that_puts_the_stream_in_doubt_asks_where_it_stands(bench, code):
    bench.live()
    write(bench)
    (push,) = bench.sent(m.Push)
    bench.hear(m.Nack(NOTES, push.batch, code))
    assert bench.sent(m.Push) == []
    bench.wait(600)
    bench.grant()
    assert bench.sent(m.Push)[0].deltas == push.deltas


def test_a_reader_pushes_nothing(bench):
    bench.live()
    bench.store.set_account_notebooks([(NOTES[:22], "Personal", "viewer")])
    write(bench)
    assert bench.sent(m.Push) == []
    assert bench.engine.status.outbox == 1
