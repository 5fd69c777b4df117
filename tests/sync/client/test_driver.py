"""When a connection is wanted: which drivers there are, and how visits begin and end."""

import pytest

from sync.client.driver import (
    ATTEMPTS_MAX,
    LIVE,
    LOOK_EVERY_MS,
    MANUAL,
    MINUTE_MS,
    STILL_MS_MAX,
    Driver,
    Driving,
    driver_of,
)
from sync.client.line import NEVER
from sync.limits import SYNC_MINUTES_MAX, SYNC_MINUTES_MIN

WALL = 1_700_000_000_000
QUARTER = Driver("every", 15)


class Clock:
    """A `Driving` whose two clocks go together, unless the computer sleeps."""

    def __init__(self, driver=LIVE):
        self.driving = Driving()
        self.now = 1_000
        self.slept = 0
        self.able = True
        self.live = False
        self.driving.drive(driver, self.now)
        self.driving.start(self.now)
        self.look()

    @property
    def wall(self):
        return WALL + self.now + self.slept

    def look(self):
        self.driving.look(self.now, self.wall, able=self.able, live=self.live)
        return self.driving.wanted

    def wait(self, ms):
        """Let time pass, looking whenever that was asked for."""
        end = self.now + ms
        while (wake := self.driving.wake_ms()) <= end:
            assert wake > self.now, "it asks for the same moment again"
            self.now = wake
            self.look()
        self.now = end
        return self.look()

    def finish(self):
        """Have a visit come to its end."""
        assert self.driving.rests(drained=True)
        return self.driving.part(self.driving.turn, self.now, self.wall)


@pytest.mark.parametrize("minutes", [SYNC_MINUTES_MIN, 15, SYNC_MINUTES_MAX])
def test_a_schedule_within_its_bounds_is_kept_and_read_as_it_is(minutes):
    assert (SYNC_MINUTES_MIN, SYNC_MINUTES_MAX) == (1, 1_440)
    assert driver_of(Driver("every", minutes).text) == Driver("every", minutes)


@pytest.mark.parametrize("minutes", [SYNC_MINUTES_MIN - 1, SYNC_MINUTES_MAX + 1])
@pytest.mark.covers("limit SYNC_MINUTES_MIN", "limit SYNC_MINUTES_MAX")
def test_a_schedule_one_past_its_bounds_is_refused_with_a_sentence(minutes):
    with pytest.raises(ValueError, match=f"every 1 to 1440 minutes, not every {minutes}"):
        Driver("every", minutes)
    with pytest.raises(ValueError, match="every 1 to 1440 minutes"):
        driver_of(f"every {minutes}")


@pytest.mark.parametrize(
    "text",
    ["", "sometimes", "every", "every ", "every x", "every -5", "every ٣", "every " + "9" * 40, "live 5"],
)
def test_what_is_no_driver_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"live, manual, or every so many minutes|every 1 to 1440"):
        driver_of(text)


def test_minutes_belong_to_a_schedule_alone():
    assert [driver_of("live"), driver_of("manual")] == [LIVE, MANUAL]
    with pytest.raises(ValueError, match="“manual” has no minutes"):
        Driver("manual", 5)


def test_live_wants_a_connection_always_and_has_no_visits():
    at = Clock()
    assert at.look()
    at.able = False
    assert at.look()
    at.driving.ask(at.now)
    assert at.driving.visit is None
    assert at.driving.wake_ms() == NEVER
    assert not at.driving.rests(drained=True)


def test_manual_wants_one_when_asked_until_all_is_over():
    at = Clock(MANUAL)
    assert not at.wait(10 * 24 * 60 * MINUTE_MS)
    at.driving.nudge(at.now)
    assert not at.look()
    at.driving.ask(at.now)
    assert at.look()
    assert at.driving.visit == "under_way"
    assert at.finish()
    assert not at.wait(24 * 60 * MINUTE_MS)
    assert (at.driving.visit, at.driving.next_ms) == ("done", None)


@pytest.mark.parametrize("minutes", [SYNC_MINUTES_MIN, 15, SYNC_MINUTES_MAX])
def test_a_schedule_begins_with_a_visit_and_counts_from_the_end_of_each(minutes):
    at = Clock(Driver("every", minutes))
    assert at.driving.wanted
    at.now += 7_000
    assert at.finish()
    assert at.driving.next_ms == at.wall + minutes * MINUTE_MS
    assert not at.wait(minutes * MINUTE_MS - 1)
    assert at.wait(1)
    assert at.driving.next_ms is None


def test_a_visit_that_was_due_while_the_computer_slept_is_made_soon_after():
    at = Clock(QUARTER)
    at.finish()
    at.slept = 60 * MINUTE_MS
    assert at.wait(LOOK_EVERY_MS)


def test_a_clock_that_is_put_back_does_not_hold_a_schedule_up():
    at = Clock(QUARTER)
    at.finish()
    at.slept = -400 * 24 * 60 * MINUTE_MS
    assert at.wait(15 * MINUTE_MS)


def test_a_visit_is_given_up_after_so_many_attempts_and_the_schedule_goes_on():
    at = Clock(QUARTER)
    for _ in range(ATTEMPTS_MAX - 1):
        at.driving.failed()
        assert at.look()
    at.driving.failed()
    assert not at.look()
    assert at.driving.visit == "unreached"
    at.driving.nudge(at.now)
    assert at.look(), "something says that trying now is worthwhile"
    assert at.finish()
    at.driving.nudge(at.now)
    assert not at.look(), "the last visit was a success: the next is when it is due"


def test_attempts_count_in_a_row_only():
    at = Clock(QUARTER)
    for _ in range(3 * ATTEMPTS_MAX):
        at.driving.failed()
        at.driving.moved(at.now, content=True)
        assert at.look()
    for _ in range(ATTEMPTS_MAX):
        at.driving.failed()
        at.driving.moved(at.now, content=False)
    assert not at.look(), "being welcomed and thrown out again is no progress"


def test_whoever_asks_again_gives_fresh_patience():
    at = Clock(MANUAL)
    at.driving.ask(at.now)
    for _ in range(ATTEMPTS_MAX - 1):
        at.driving.failed()
    at.driving.ask(at.now)
    at.driving.failed()
    assert at.look()


def test_a_connection_on_which_nothing_moves_is_given_up():
    at = Clock(MANUAL)
    at.driving.ask(at.now)
    at.now += 5 * STILL_MS_MAX
    assert at.look(), "still connecting"
    at.live = True
    assert at.look()
    assert at.wait(STILL_MS_MAX - 1)
    at.driving.moved(at.now, content=False)
    assert at.wait(STILL_MS_MAX - 1)
    assert not at.wait(1)
    assert at.driving.visit == "unfinished"


def test_a_visit_that_waits_for_attachments_is_not_called_still():
    at = Clock(MANUAL)
    at.live = True
    at.driving.ask(at.now)
    at.look()
    assert at.driving.rests(drained=True)
    assert at.wait(60 * STILL_MS_MAX)


def test_something_that_comes_up_at_the_end_is_seen_to_first():
    at = Clock(MANUAL)
    at.driving.ask(at.now)
    assert at.driving.rests(drained=True)
    first = at.driving.turn
    assert not at.driving.rests(drained=True), "it is told once"
    assert not at.driving.rests(drained=False)
    assert not at.driving.part(first, at.now, at.wall)
    assert at.driving.rests(drained=True)
    assert not at.driving.part(first, at.now, at.wall), "that was before"
    assert at.driving.part(at.driving.turn, at.now, at.wall)


def test_whoever_needs_the_connection_has_it_until_they_need_it_no_more():
    at = Clock(MANUAL)
    at.driving.need(at.now, needed=True)
    assert at.look()
    assert not at.driving.rests(drained=True)
    at.live = True
    for _ in range(3 * ATTEMPTS_MAX):
        at.driving.failed()
        assert at.wait(2 * STILL_MS_MAX)
    at.driving.moved(at.now, content=True)
    at.now += 2 * STILL_MS_MAX
    at.driving.need(at.now, needed=False)
    assert at.look(), "what was written meanwhile is sent"
    assert at.finish()
    assert not at.look()


def test_without_a_sign_in_nothing_is_wanted_and_a_schedule_waits_for_one():
    at = Clock(QUARTER)
    at.able = False
    assert not at.look()
    assert at.driving.wake_ms() == NEVER
    at.now += 60 * MINUTE_MS
    assert not at.look()
    at.able = True
    assert at.look()


def test_after_the_end_nothing_is_wanted_until_the_next_beginning():
    at = Clock(QUARTER)
    at.driving.stop()
    assert not at.look()
    assert (at.driving.wake_ms(), at.driving.next_ms) == (NEVER, None)
    at.driving.start(at.now)
    assert at.look()


def test_other_minutes_move_what_is_due():
    at = Clock(QUARTER)
    at.finish()
    ended = at.wall
    at.driving.drive(Driver("every", 30), at.now)
    assert at.driving.next_ms == ended + 30 * MINUTE_MS
    assert not at.wait(30 * MINUTE_MS - 1)
    at.driving.drive(Driver("every", 45), at.now)
    assert not at.wait(15 * MINUTE_MS)
    at.driving.drive(Driver("every", 5), at.now)
    assert at.look(), "that was due long ago"
    at.driving.drive(Driver("every", 1), at.now)
    at.finish()
    assert at.driving.next_ms == at.wall + MINUTE_MS, (
        "in a visit nothing is due: the next counts from its end"
    )


def test_another_driver_takes_effect_at_once():
    at = Clock()
    at.driving.drive(MANUAL, at.now)
    assert at.look(), "what waits is sent before the connection ends"
    at.finish()
    assert not at.look()
    at.driving.drive(QUARTER, at.now)
    assert at.look(), "a schedule begins now"
    at.finish()
    at.driving.drive(QUARTER, at.now)
    assert not at.look(), "the same again is no change"
    at.driving.ask(at.now)
    at.driving.drive(MANUAL, at.now)
    assert at.look(), "a visit under way goes on to its end"
    at.finish()
    at.driving.drive(LIVE, at.now)
    assert at.look()
    assert (at.driving.visit, at.driving.next_ms) == (None, None)
