"""Pings keep a connection, silence ends it, and the fastest answer says most about the clock."""

import pytest

from sync.client.events import Send
from sync.client.line import Line
from sync.client.pulse import PING_EVERY_MS_MIN, Pulse
from sync.limits import SILENCE_MS_MAX
from sync.protocol.messages import Ping
from tests.support.library import Desk


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "library.sqlite3")
    yield made
    made.crash()


def test_it_pings_when_it_is_time_and_no_faster_than_is_sensible(desk):
    line = Line(desk.store, desk.ticker)
    pulse = Pulse(line)
    pulse.begin(1, 5_000)
    pulse.heard(5_000)
    assert pulse.wake_ms == 5_000 + PING_EVERY_MS_MIN
    pulse.beat(pulse.wake_ms - 1)
    assert line.take() == []
    pulse.beat(pulse.wake_ms)
    assert line.take() == [Send(Ping(t0=desk.ticker.wall_ms()))]
    assert pulse.wake_ms == 5_000 + 2 * PING_EVERY_MS_MIN


def test_silence_is_noticed_at_its_bound_and_not_before(desk):
    pulse = Pulse(Line(desk.store, desk.ticker))
    pulse.heard(1_000)
    assert not pulse.is_silent(1_000 + SILENCE_MS_MAX - 1)
    assert pulse.is_silent(1_000 + SILENCE_MS_MAX)


def test_the_shortest_round_trip_of_a_connection_says_the_clock(desk):
    pulse = Pulse(Line(desk.store, desk.ticker))
    now = desk.wall.ms
    pulse.sample(now - 100, now + 10_000)
    assert desk.ticker.offset_ms == 10_050
    pulse.sample(now - 400, now + 99_000)
    assert desk.ticker.offset_ms == 10_050
    pulse.sample(now + 1, now)
    assert desk.ticker.offset_ms == 10_050, "an answer before the question says nothing"
    pulse.lost()
    pulse.sample(now - 400, now + 20_000)
    assert desk.ticker.offset_ms == 20_200
