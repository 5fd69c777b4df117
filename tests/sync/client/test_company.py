"""Who is here: said at most ten times a second, renewed, and forgotten."""

import pytest

from sync.client.company import Company
from sync.client.events import Moved, PresenceChanged
from sync.client.line import Line
from sync.limits import PRESENCE_HEARTBEAT_MS
from sync.protocol.messages import Presence
from tests.support.engine_bench import NOTES

DOCUMENT = "d" * 22


def made(bench):
    line = Line(bench.store, bench.desk.ticker)
    company = Company(line)
    company.begin(9)
    return company, line


def said(line):
    return [effect.message for effect in line.take() if hasattr(effect, "message")]


def test_the_latest_place_wins_and_is_said_at_most_ten_times_a_second(bench):
    company, line = made(bench)
    for at in range(5):
        company.moved(Moved(NOTES, DOCUMENT, [1, at, "after"]))
    company.pump(1_000)
    assert [one.anchor for one in said(line)] == [[1, 4, "after"]]
    company.moved(Moved(NOTES, DOCUMENT, [1, 9, "after"]))
    company.pump(1_050)
    assert said(line) == []
    assert company.wake_ms(live=True) == 1_100
    company.pump(1_100)
    assert [one.anchor for one in said(line)] == [[1, 9, "after"]]


@pytest.mark.covers("limit PRESENCE_HEARTBEAT_MS")
def test_a_place_is_renewed_and_leaving_it_is_said(bench):
    company, line = made(bench)
    company.moved(Moved(NOTES, DOCUMENT))
    company.pump(1_000)
    said(line)
    company.pump(1_000 + PRESENCE_HEARTBEAT_MS - 1)
    assert said(line) == []
    company.pump(1_000 + PRESENCE_HEARTBEAT_MS)
    assert len(said(line)) == 1
    company.moved(Moved(None))
    company.pump(17_000)
    assert [one.gone for one in said(line)] == [True]
    company.pump(60_000)
    assert said(line) == []


def test_others_come_move_and_go(bench):
    company, line = made(bench)
    other = Presence(NOTES, DOCUMENT, conn=4, account="a", name="Ben")
    company.heard(other, 0)
    company.heard(Presence(NOTES, DOCUMENT, conn=9), 0)
    assert line.take() == [PresenceChanged(DOCUMENT, (other,))]
    company.heard(Presence(NOTES, "e" * 22, conn=4, account="a", name="Ben"), 10)
    assert [(one.document, len(one.present)) for one in line.take()] == [(DOCUMENT, 0), ("e" * 22, 1)]
    company.pump(60_000)
    assert line.take() == [PresenceChanged("e" * 22, ())]


def test_without_a_connection_nobody_is_here(bench):
    company, line = made(bench)
    company.heard(Presence(NOTES, DOCUMENT, conn=4), 0)
    line.take()
    company.lost()
    assert line.take() == [PresenceChanged(DOCUMENT, ())]
    assert company.wake_ms(live=False) > 10**15
