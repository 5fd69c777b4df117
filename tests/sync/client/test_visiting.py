"""The engine where connections are made now and then: connecting, draining, hanging up, and when again."""

import pytest

from sync.client import events as e
from sync.client.driver import ATTEMPTS_MAX, LIVE, MANUAL, MINUTE_MS, STILL_MS_MAX, Driver
from sync.client.line import NEVER
from sync.client.visiting import MOMENT
from sync.protocol import messages as m
from sync.protocol.rows import LoggedDelta
from tests.support.engine_bench import NOTES, URL, fresh
from tests.support.library import FOREIGN, foreign_note

QUARTER = Driver("every", 15)
DAY_MS = 24 * 60 * MINUTE_MS


@pytest.fixture
def manual(bench):
    """An engine that syncs when somebody asks, started and at rest."""
    bench.feed(e.Driven(MANUAL))
    bench.feed(e.Started())
    assert bench.engine.status.link == "off"
    return bench


def begin(bench, event=None, **granted):
    """Have a visit begin and come as far as the granted subscriptions."""
    bench.feed(event or e.Nudged(asked=True))
    assert bench.did(e.Connect) == [e.Connect(URL)]
    greet(bench, **granted)


def greet(bench, **granted):
    """The connection opens, and the server says where all stands."""
    bench.feed(e.Opened())
    assert bench.sent(m.Hello)[0].token == "token"
    bench.hear(bench.welcome(), bench.notice())
    bench.grant(**granted)


def checked(bench):
    """Answer the one page that each visit has compared."""
    (call,) = bench.sent(m.Call)
    assert call.name == "check"
    bench.hear(m.Result(id=call.id, value={"differ": [], "unknown": []}))


def end(bench):
    """Have a visit that has come to rest end."""
    checked(bench)
    (drained,) = bench.did(e.Drained)
    bench.feed(e.Parted(drained.turn))
    assert bench.did(e.Close) == [e.Close()]


def test_manual_does_nothing_until_somebody_asks(manual):
    manual.desk.new_note("waits")
    manual.feed(e.Written(now=True))
    manual.feed(e.Nudged())
    manual.wait(30 * DAY_MS)
    assert manual.did(e.Connect) == []
    assert manual.engine.wake_ms == NEVER
    status = manual.engine.status
    assert (status.driver, status.link, status.visit, status.outbox) == ("manual", "off", None, 1)


def test_asked_it_sends_what_waits_fetches_what_is_new_and_hangs_up_in_order(manual):
    manual.desk.new_note("mine")
    begin(manual, **fresh(head=1))
    assert manual.engine.status.visit == "under_way"
    (push,) = manual.sent(m.Push)
    manual.hear(manual.ack(push, head=3))
    assert manual.did(e.Drained) == [], "something is still to come"
    _, bodies = foreign_note(rid=99)
    rows = tuple(LoggedDelta(seq, FOREIGN, body) for seq, body in enumerate(bodies, 1))
    manual.hear(m.Deltas(NOTES, 0, len(rows) + 1, "1.0", rows, own=((3, 4),)))
    assert manual.store.has(FOREIGN)
    end(manual)
    status = manual.engine.status
    assert (status.link, status.auth, status.visit, status.outbox) == ("off", "ok", "done", 0)
    assert status.up_to_date_ms == manual.desk.wall.ms
    assert manual.did(e.Connect) == []
    assert manual.engine.wake_ms == NEVER, "hanging up is no failure: nothing is tried again"


def test_a_schedule_begins_at_once_and_comes_back_when_it_is_due(bench):
    bench.feed(e.Driven(QUARTER))
    begin(bench, e.Started())
    end(bench)
    assert bench.engine.status.next_ms == bench.engine.now_ms() + 15 * MINUTE_MS
    bench.desk.new_note("waits")
    bench.feed(e.Written(now=True))
    bench.wait(15 * MINUTE_MS - 1)
    assert bench.did(e.Connect) == []
    assert bench.engine.status.outbox == 1
    bench.wait(1)
    assert bench.did(e.Connect) == [e.Connect(URL)]
    greet(bench)
    assert len(bench.sent(m.Push)) == 1


def test_a_visit_that_reaches_nobody_backs_off_gives_up_and_waits_for_the_next(bench):
    bench.feed(e.Driven(QUARTER))
    bench.feed(e.Started())
    delays = []
    for _ in range(ATTEMPTS_MAX - 1):
        bench.feed(e.Lost("no network"))
        assert bench.engine.status.link == "waiting"
        delays.append(bench.engine.wake_ms - bench.now)
        bench.wait(delays[-1])
    assert delays == [250, 500, 1_000, 2_000]
    assert len(bench.did(e.Connect)) == ATTEMPTS_MAX
    bench.feed(e.Lost("no network"))
    status = bench.engine.status
    assert (status.link, status.auth, status.visit, status.retry_ms) == ("off", "unknown", "unreached", None)
    bench.wait(15 * MINUTE_MS - 1)
    assert bench.did(e.Connect) == []
    bench.wait(1)
    assert bench.did(e.Connect) == [e.Connect(URL)]


def test_a_window_that_comes_to_the_front_makes_good_a_visit_that_failed_and_begins_none(bench):
    bench.feed(e.Driven(QUARTER))
    begin(bench, e.Started())
    end(bench)
    bench.feed(e.Nudged())
    assert bench.did(e.Connect) == []
    bench.wait(15 * MINUTE_MS)
    for _ in range(ATTEMPTS_MAX):
        bench.feed(e.Lost("no network"))
        bench.wait(10_000)
    assert bench.engine.status.visit == "unreached"
    bench.did(e.Connect)
    bench.feed(e.Nudged())
    assert bench.did(e.Connect) == [e.Connect(URL)]


def test_a_cut_in_the_middle_of_a_visit_is_made_good_within_it(manual):
    manual.desk.new_note("mine")
    begin(manual, **fresh())
    assert manual.sent(m.Push)
    manual.feed(e.Lost("cut"))
    assert (manual.engine.status.link, manual.engine.status.visit) == ("waiting", "under_way")
    manual.wait(manual.engine.wake_ms - manual.now)
    greet(manual, **fresh())
    (push,) = manual.sent(m.Push)
    manual.hear(manual.ack(push))
    end(manual)


def test_what_is_written_at_the_very_end_is_sent_before_the_connection_ends(manual):
    begin(manual)
    checked(manual)
    (drained,) = manual.did(e.Drained)
    manual.desk.new_note("late")
    manual.feed(e.Written(now=True))
    manual.feed(e.Parted(drained.turn))
    assert manual.engine.status.link == "live"
    (push,) = manual.sent(m.Push)
    manual.hear(manual.ack(push))
    (again,) = manual.did(e.Drained)
    manual.feed(e.Parted(drained.turn))
    assert manual.engine.status.link == "live", "that was said of what was there before"
    manual.feed(e.Parted(again.turn))
    assert (manual.engine.status.link, manual.engine.status.outbox) == ("off", 0)


def test_a_server_that_takes_nothing_does_not_keep_the_connection(manual):
    manual.desk.new_note("over the quota")
    begin(manual, **fresh())
    for _ in range(20):
        for push in manual.sent(m.Push):
            manual.hear(m.Nack(push.stream, push.batch, "quota", after_ms=5_000))
        manual.hear(m.Pong(0, 0))
        manual.wait(5_000)
    assert STILL_MS_MAX < 20 * 5_000
    status = manual.engine.status
    assert (status.link, status.visit, status.outbox) == ("off", "unfinished", 1)


def test_nobody_is_seen_and_nobody_sees_us_where_connections_end(manual):
    manual.feed(e.Moved(NOTES, "n" * 22))
    begin(manual)
    manual.hear(m.Presence(NOTES, "n" * 22, conn=5, account="b" * 22, name="Bob"))
    manual.wait(1_000)
    assert manual.sent(m.Presence) == []
    assert manual.did(e.PresenceChanged) == []


def test_going_from_live_to_manual_says_goodbye_drains_and_hangs_up(bench):
    bench.live()
    bench.feed(e.Moved(NOTES, "n" * 22))
    bench.hear(m.Presence(NOTES, "n" * 22, conn=5, account="b" * 22, name="Bob"))
    bench.wait(1_000)
    bench.sent()
    bench.did(e.PresenceChanged)
    bench.desk.new_note("typed a moment ago")
    bench.feed(e.Written())
    bench.feed(e.Driven(MANUAL))
    assert bench.did(e.PresenceChanged)[-1].present == ()
    bench.wait(100)
    leaving, push = bench.sent((m.Presence, m.Push))
    assert leaving == m.Presence(NOTES, gone=True)
    bench.hear(bench.ack(push))
    end(bench)


def test_going_back_to_live_stays_connected_and_is_seen_again(manual):
    manual.feed(e.Moved(NOTES, "n" * 22))
    begin(manual)
    checked(manual)
    (drained,) = manual.did(e.Drained)
    manual.feed(e.Driven(LIVE))
    manual.feed(e.Parted(drained.turn))
    assert (manual.engine.status.link, manual.engine.status.visit) == ("live", None)
    manual.wait(200)
    assert [said.document for said in manual.sent(m.Presence)] == ["n" * 22]
    manual.feed(e.Lost("cut"))
    assert manual.engine.status.link == "waiting"


def test_going_back_to_live_connects_at_once(manual):
    manual.feed(e.Driven(LIVE))
    assert manual.did(e.Connect) == [e.Connect(URL)]


def test_whoever_needs_the_connection_has_one_made_and_kept(manual):
    begin(manual, e.Needed())
    checked(manual)
    for _ in range(10):
        manual.hear(m.Pong(0, 0))
        manual.wait(40_000)
    assert (manual.engine.status.link, manual.did(e.Drained)) == ("live", [])
    manual.feed(e.Asked(1, "members", {}))
    assert [call.name for call in manual.sent(m.Call) if call.id == 1] == ["members"]
    manual.feed(e.Needed(False))
    assert manual.did(e.Drained) == [], "the question is not answered yet"
    manual.hear(m.Result(id=1, value={}))
    (drained,) = manual.did(e.Drained)
    manual.feed(e.Parted(drained.turn))
    assert manual.engine.status.link == "off"


def test_whoever_needs_it_goes_on_trying_where_a_visit_would_give_up(manual):
    manual.feed(e.Needed())
    for _ in range(3 * ATTEMPTS_MAX):
        manual.feed(e.Lost("no network"))
        manual.wait(60_000)
    assert len(manual.did(e.Connect)) > 3 * ATTEMPTS_MAX
    manual.feed(e.Lost("no network"))
    manual.feed(e.Needed(False))
    assert manual.engine.status.link == "off"


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_a_lapsed_sign_in_ends_a_visit_and_a_new_one_begins_another(manual, state):
    manual.desk.new_note("kept")
    manual.feed(e.Nudged(asked=True))
    manual.did(e.Connect)
    manual.feed(e.Opened())
    manual.hear(manual.welcome(state))
    assert (manual.engine.status.link, manual.engine.status.auth) == ("off", state)
    manual.feed(e.Nudged(asked=True))
    manual.wait(DAY_MS)
    assert manual.did(e.Connect) == []
    manual.sent()
    manual.feed(e.TokenSet(URL, "token", shown=True))
    assert manual.did(e.Connect) == [e.Connect(URL)]
    greet(manual, **fresh())
    assert len(manual.sent(m.Push)) == 1


def test_a_schedule_goes_on_after_a_sign_in_that_lapsed(bench):
    bench.feed(e.Driven(QUARTER))
    begin(bench, e.Started())
    bench.hear(m.AuthState("expired"))
    assert bench.engine.status.link == "off"
    bench.wait(DAY_MS)
    assert bench.did(e.Connect) == []
    bench.feed(e.TokenSet(URL, "token"))
    assert bench.did(e.Connect) == [e.Connect(URL)]


def test_signing_in_connects_and_syncs_whatever_drives_it(tmp_path, bench):
    bench.feed(e.TokenSet(None, None))
    bench.feed(e.Driven(MANUAL))
    bench.feed(e.Started())
    bench.feed(e.Asked(1, "sign_in", {}, server=URL))
    assert bench.did(e.Connect) == [e.Connect(URL)]
    bench.feed(e.Opened())
    assert bench.sent(m.Hello)[0].token is None
    bench.hear(bench.welcome(""), m.AuthState("ok", 100, bench.welcome().account))
    bench.hear(m.Result(id=1, value={"token": "token"}))
    assert bench.engine.status.link == "live"
    bench.feed(e.TokenSet(URL, "token", "ana@example.org", shown=True))
    bench.hear(bench.notice())
    bench.grant(**fresh())
    end(bench)
    assert (bench.engine.status.auth, bench.engine.status.visit) == ("ok", "done")


@pytest.mark.parametrize("mode", ["send_only", "blocked", "ahead"])
def test_another_mode_is_no_reason_to_stay(manual, mode):
    manual.feed(e.Nudged(asked=True))
    manual.feed(e.Opened())
    manual.sent(m.Hello)
    manual.hear(manual.welcome(mode=mode), manual.notice())
    manual.grant(**fresh())
    (drained,) = manual.did(e.Drained)
    manual.feed(e.Parted(drained.turn))
    assert (manual.engine.status.link, manual.engine.status.mode) == ("off", mode)


def test_stopping_in_the_middle_of_a_visit_hangs_up_and_nothing_comes_of_it(bench):
    bench.feed(e.Driven(QUARTER))
    begin(bench, e.Started())
    bench.feed(e.Stopped())
    assert bench.did(e.Close)
    bench.wait(DAY_MS)
    assert bench.did(e.Connect) == []
    assert (bench.engine.status.visit, bench.engine.status.next_ms) == (None, None)


def test_what_everything_was_known_up_to_is_remembered_over_a_start(manual):
    begin(manual)
    end(manual)
    known = manual.engine.status.up_to_date_ms
    assert known is not None
    manual.make()
    assert manual.engine.status.up_to_date_ms is None
    manual.feed(e.Driven(MANUAL))
    assert manual.engine.status.up_to_date_ms == known
    manual.feed(e.Driven(LIVE))
    assert manual.store.meta(MOMENT) is None


def test_a_page_is_compared_in_each_visit_for_none_lasts_until_the_periodic_check(manual):
    for _ in range(2):
        begin(manual)
        (call,) = manual.sent(m.Call)
        assert manual.did(e.Drained) == [], "the answer may say that something differs"
        manual.hear(m.Result(id=call.id, code="unknown_call"))
        (drained,) = manual.did(e.Drained)
        manual.feed(e.Parted(drained.turn))
    assert manual.engine.status.visit == "done"
