"""The periodic check and mending, as decisions: what is asked when, and what comes of the answers."""

from __future__ import annotations

import pytest

from crdt import Delta, Document, Stamp
from sync.client import events as e
from sync.client.checking import CHECK_DOCUMENTS, CHECK_EVERY_MS, PATIENCE_MS
from sync.client.events import Reset
from sync.client.pulling import CHECKED_ID
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.rows import LoggedDelta, StateChunk, StateEnd
from tests.support.engine_bench import EPOCH, NOTES, Bench
from tests.support.library import FOREIGN, foreign_note


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "library.sqlite3")
    yield made
    made.desk.close()


@pytest.fixture
def foreign(bench):
    """A bench that follows a note of somebody else; that note."""
    bench.live()
    note, bodies = foreign_note()
    rows = tuple(LoggedDelta(seq, FOREIGN, body) for seq, body in enumerate(bodies, 1))
    bench.hear(m.Deltas(NOTES, 0, len(rows), "1.0", rows))
    bench.sent()
    return note


def checks(bench) -> list[m.Call]:
    return [call for call in bench.sent(m.Call) if call.name == "check"]


def wait(bench, ms):
    """Let time pass on a connection that is alive."""
    while ms > 0:
        bench.wait(min(ms, 10_000))
        bench.hear(m.Pong())
        ms -= 10_000


def asked(bench) -> m.Call:
    """Wait for the check of the notes."""
    for _ in range(6):
        wait(bench, CHECK_EVERY_MS)
        for call in checks(bench):
            if call.args["stream"] == NOTES:
                return call
            answer(bench, call)
    raise AssertionError("the notes are never checked")


def answer(bench, call, differ=(), unknown=(), code=""):
    value = {"differ": list(differ), "unknown": list(unknown)}
    bench.hear(m.Result(call.id, code, value=None if code else value))


def state_of(note, message_id=CHECKED_ID):
    state = note.encode()
    digest = chain_next(CHAIN_START, FOREIGN, state)
    chunk = StateChunk(FOREIGN, 9, 0, len(state), state)
    return m.State(NOTES, EPOCH, 2, (chunk,), FOREIGN, StateEnd(2, 1, digest), message_id)


def test_now_and_then_a_page_of_digests_of_what_is_confirmed_is_sent(bench, foreign):
    bench.desk.notebook = NOTES.partition("/")[0]
    call = asked(bench)
    digest = chain_next(CHAIN_START, FOREIGN, foreign.encode())
    assert call.args["documents"] == [[FOREIGN, digest]]
    assert (call.args["epoch"], call.args["cursor"]) == (EPOCH, 2)
    assert (call.args["after"], call.args["upto"]) == ("", FOREIGN)
    answer(bench, call)
    assert asked(bench).args["after"] == FOREIGN


def test_every_stream_has_its_turn_and_a_large_one_is_gone_on_with(bench):
    bench.live()
    _, bodies = foreign_note()
    names = [f"n{number:05d}".ljust(22, "_") for number in range(CHECK_DOCUMENTS + 1)]
    rows = tuple(LoggedDelta(seq, name, bodies[0]) for seq, name in enumerate(names, 1))
    bench.hear(m.Deltas(NOTES, 0, len(rows), "1.0", rows))
    looked = []
    for _ in range(8):
        wait(bench, CHECK_EVERY_MS)
        for call in checks(bench):
            looked.append((call.args["stream"].partition("/")[2], call.args["after"]))
            answer(bench, call)
    assert {stream for stream, _ in looked} == {"notes", "folders", "comments"}
    assert ("notes", names[CHECK_DOCUMENTS - 1]) in looked


def test_what_differs_is_pulled_merged_shown_and_reported_as_a_bug(bench, foreign):
    call = asked(bench)
    foreign.edit(Stamp(1_760_000_000_002, 0, 99), lambda e: e.text(("body",)).insert(0, "lost on the way: "))
    answer(bench, call, differ=[FOREIGN])
    (noted,) = [one for one in bench.log if getattr(one, "what", "") == "documents differ from the server's"]
    assert noted.facts["bug"] is True
    (pull,) = bench.sent(m.Pull)
    assert (pull.documents, pull.id) == ((FOREIGN,), CHECKED_ID)
    bench.hear(state_of(foreign))
    assert bench.desk.body(FOREIGN) == "lost on the way: from elsewhere"
    assert Reset(FOREIGN) in bench.log
    assert bench.sent(m.Call) == []  # nothing here that is not there


def test_what_the_server_lacks_is_offered_once_and_its_refusal_harms_nobody(bench, foreign):
    call = asked(bench)
    answer(bench, call, unknown=[FOREIGN])
    (given,) = bench.sent(m.Call)
    assert (given.name, given.args["document"]) == ("give_back", FOREIGN)
    made = Document(5)
    for body in given.args["deltas"]:
        made.apply(Delta.decode(body))
    assert made.to_value() == foreign.to_value()
    bench.hear(m.Result(given.id, "none"))
    assert asked(bench) is not None


def test_nothing_is_asked_while_the_last_page_is_not_answered_but_not_for_ever(bench, foreign):
    first = asked(bench)
    wait(bench, PATIENCE_MS - 1)
    assert checks(bench) == []
    second = asked(bench)
    answer(bench, first, differ=[FOREIGN])  # too late
    assert bench.sent(m.Pull) == []
    answer(bench, second)


@pytest.mark.parametrize("code", ["moved", "unknown_call", "none"])
def test_a_refused_check_is_left_at_that(bench, foreign, code):
    answer(bench, asked(bench), code=code)
    assert bench.sent(m.Pull) == []
    assert bench.engine.status.link == "live"


def test_after_a_restore_nothing_is_pushed_before_the_server_was_given_back_what_it_lost(bench, foreign):
    mine = bench.desk.type(FOREIGN, "and mine ")
    assert mine is not None
    bench.feed(e.Written(True))
    (push,) = bench.sent(m.Push)
    bench.hear(bench.ack(push))
    again(bench, last_n=0, epoch=EPOCH + 1)
    bench.hear(m.State(NOTES, EPOCH + 1, 0, (), "", StateEnd(0, 0, CHAIN_START)))
    said: list[m.Message] = []
    while fresh := bench.sent(m.Call | m.Push):
        said += fresh
        for call in [one for one in fresh if isinstance(one, m.Call)]:
            if call.name == "check":
                lost = [name for name, _ in call.args["documents"]]
                given = [one for one in said if isinstance(one, m.Call) and one.name == "give_back"]
                answer(bench, call, unknown=[] if given else lost)
            else:
                bench.hear(m.Result(call.id, value={"taken": 1}))
    kinds = [one.name if isinstance(one, m.Call) else "push" for one in said]
    assert kinds.index("give_back") < kinds.index("push")
    (given,) = [one for one in said if isinstance(one, m.Call) and one.name == "give_back"]
    made = Document(5)
    for body in given.args["deltas"]:
        made.apply(Delta.decode(body))
    assert made.value(("body",)) == bench.desk.body(FOREIGN)  # what builds on what was lost included
    assert [one.deltas for one in said if isinstance(one, m.Push)] == [push.deltas]


def again(bench, *, last_n, epoch):
    """Connect again to a server that goes on from an older copy."""
    bench.feed(e.Lost("restart"))
    bench.now = bench.engine.wake_ms
    bench.feed(e.Ticked())
    bench.feed(e.Opened())
    bench.sent()
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(epoch=epoch, via="reset", head=0, last_n=last_n, chain=CHAIN_START)
    bench.wait(1_000)
    bench.grant(epoch=epoch, via="state", head=0, last_n=last_n, chain=CHAIN_START)
