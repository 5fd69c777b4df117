"""
What drives syncing: a connection all the time, one every so many minutes, or one when somebody asks.

A *visit* is one connection of the latter two: it begins when it is due, asked for or needed, sends what
waits, fetches what is new, and hangs up. What it is not: connecting, sending or knowing when that is over
(engine).

Invariants:
- `live` wants a connection always; the others want one during a visit and for whoever needs it, and at no
  other time.
- A visit ends as `done`, `unreached` (so many attempts in a row led to nothing) or `unfinished` (connected,
  and nothing moves any more). While somebody needs the connection it does not end at all.
- The schedule counts from the end of a visit, so that visits never overlap, and by a clock that never jumps;
  where that clock stood still while the computer slept, the time of day decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sync.client.line import NEVER
from sync.limits import SYNC_MINUTES_MAX, SYNC_MINUTES_MIN

MINUTE_MS: Final = 60_000
ATTEMPTS_MAX: Final = 5
"""In a row, before a visit is given up: with the usual back-off some ten seconds where nothing answers."""
STILL_MS_MAX: Final = 60_000
"""A connection on which nothing was sent or fetched for so long is of no use to a visit."""
LOOK_EVERY_MS: Final = 60_000
"""How often the time of day is looked at between visits: after sleep the next one is no later than this."""
DRIVERS: Final = ("live", "every", "manual")


@dataclass(frozen=True, slots=True)
class Driver:
    """``live``, ``manual``, or ``every`` with a number of minutes between SYNC_MINUTES_MIN and _MAX."""

    kind: str = "live"
    minutes: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError with a sentence for people."""
        if self.kind not in DRIVERS:
            raise ValueError(f"syncing is live, manual, or every so many minutes, not “{self.kind[:40]}”")
        if self.kind != "every" and self.minutes:
            raise ValueError(f"“{self.kind}” has no minutes")
        if self.kind == "every" and not SYNC_MINUTES_MIN <= self.minutes <= SYNC_MINUTES_MAX:
            raise ValueError(
                f"every {SYNC_MINUTES_MIN} to {SYNC_MINUTES_MAX} minutes, not every {self.minutes}"
            )

    @property
    def text(self) -> str:
        """The driver as it is kept and told: ``live``, ``every 15``, ``manual``."""
        return f"every {self.minutes}" if self.kind == "every" else self.kind


LIVE: Final = Driver()
MANUAL: Final = Driver("manual")


def driver_of(text: str) -> Driver:
    """
    Read what `Driver.text` gives.

    Raises:
        ValueError: It is anything else, or the minutes are out of their bounds.
    """
    kind, _, minutes = text.partition(" ")
    if kind == "every" and minutes.isascii() and minutes.isdecimal() and len(minutes) <= 9:
        return Driver("every", int(minutes))
    if minutes or kind == "every":
        raise ValueError(f"syncing is live, manual, or every so many minutes, not “{text[:40]}”")
    return Driver(kind)


class Driving:
    """When a connection is wanted, as one driver after the other says."""

    def __init__(self) -> None:
        """Start with `LIVE`, as long as nobody says anything else."""
        self.driver = LIVE
        self.outcome: str | None = None
        """How the last visit ended: done, unreached or unfinished."""
        self.next_ms: int | None = None
        """When the next visit is due, by the corrected clock."""
        self.turn = 0
        """Of the last time that a visit had nothing left to do; see `rests`."""
        self._on = False
        self._visiting = False
        self._needed = False
        self._able = False
        self._live = False
        self._resting = False
        self._due_ms = NEVER
        self._looked_ms = 0
        self._moved_ms = 0
        self._attempts = 0

    # --- what is asked -------------------------------------------------------------------------------

    @property
    def wanted(self) -> bool:
        """Whether there shall be a connection."""
        return self.driver == LIVE or self._visiting or self._needed

    @property
    def visit(self) -> str | None:
        """``under_way``, or how the last one ended; None where there are none, or there was none yet."""
        return "under_way" if self._visiting else self.outcome

    def wake_ms(self) -> int:
        """When to `look` again without another event."""
        if self.driver == LIVE:
            return NEVER
        if self._visiting:
            still = self._live and not self._needed and not self._resting
            return self._moved_ms + STILL_MS_MAX if still else NEVER
        if not self._able or self._due_ms == NEVER:
            return NEVER
        return min(self._due_ms, self._looked_ms + LOOK_EVERY_MS)

    # --- what happens --------------------------------------------------------------------------------

    def start(self, now_ms: int) -> None:
        """Syncing is wanted from now on; a schedule begins with a visit."""
        self._on = True
        if self.driver.kind == "every":
            self._due_ms = now_ms

    def stop(self) -> None:
        """Syncing is not wanted any more; a visit that is under way is none."""
        self._on = self._visiting = self._resting = False
        self._due_ms, self.next_ms = NEVER, None

    def drive(self, driver: Driver, now_ms: int) -> None:
        """
        Go on as another driver says: a schedule begins at once, and what was live sends what waits first.
        Other minutes only move what is due.
        """
        before, self.driver = self.driver, driver
        if driver.kind == before.kind == "every":
            self._move((driver.minutes - before.minutes) * MINUTE_MS)
        elif driver != before:
            self._due_ms, self.next_ms = NEVER, None
            if driver == LIVE:
                self._visiting = self._resting = False
                self.outcome = None
            elif self._on and (before == LIVE or driver.kind == "every"):
                self.ask(now_ms)

    def _move(self, by_ms: int) -> None:
        if self._due_ms != NEVER:
            self._due_ms += by_ms
        if self.next_ms is not None:
            self.next_ms += by_ms

    def ask(self, now_ms: int) -> None:
        """Somebody asks to sync: a visit begins, or the one under way gets fresh patience."""
        if self.driver != LIVE:
            self._visiting = True
            self._moved_ms, self._attempts = now_ms, 0
            self._due_ms, self.next_ms = NEVER, None

    def need(self, now_ms: int, *, needed: bool) -> None:
        """Somebody needs the connection, or nobody does any more: a visit goes on to its end."""
        self._needed = needed
        self._moved_ms = now_ms

    def nudge(self, now_ms: int) -> None:
        """Trying now is worthwhile: for a schedule whose last visit came to nothing it is."""
        if self.driver.kind == "every" and self._due_ms != NEVER and self.outcome != "done":
            self._due_ms = now_ms

    def failed(self) -> None:
        """An attempt to connect, or a connection, came to nothing."""
        self._attempts += 1

    def moved(self, now_ms: int, *, content: bool) -> None:
        """Something came from the server; `content`: something was sent or fetched by it."""
        self._moved_ms = now_ms
        if content:
            self._attempts = 0

    def look(self, now_ms: int, wall_ms: int, *, able: bool, live: bool) -> None:
        """
        Begin a visit that is due or needed; end one that leads to nothing.

        Args:
            wall_ms: The time of day by the corrected clock.
            able: Whether there is a server and a sign-in that is not known to be bad.
            live: Whether a connection is in working order.
        """
        if live and not self._live:
            self._moved_ms = now_ms
        self._looked_ms, self._able, self._live = now_ms, able, live
        if self.driver == LIVE:
            return
        if self._visiting:
            if not able:
                self._end("unfinished", now_ms, wall_ms)
            elif not self._needed and self._attempts >= ATTEMPTS_MAX:
                self._end("unreached", now_ms, wall_ms)
            elif now_ms >= self.wake_ms():
                self._end("unfinished", now_ms, wall_ms)
        elif able and self._on:
            overslept = self.next_ms is not None and wall_ms >= self.next_ms
            if self._needed or now_ms >= self._due_ms or overslept:
                self.ask(now_ms)

    def rests(self, *, drained: bool) -> bool:
        """
        Whether a visit has just come to have nothing left to send or fetch, and nobody needs it: `turn` is
        another then. It ends when `part` names that turn.
        """
        before = self._resting
        self._resting = self._visiting and drained and not self._needed
        if self._resting and not before:
            self.turn += 1
            return True
        return False

    def part(self, turn: int, now_ms: int, wall_ms: int) -> bool:
        """Whatever else a visit is for is over: hang up, unless something came up since `turn`."""
        if not self._resting or turn != self.turn:
            return False
        self._end("done", now_ms, wall_ms)
        return True

    def _end(self, outcome: str, now_ms: int, wall_ms: int) -> None:
        self._visiting = self._resting = False
        self.outcome = outcome
        if self.driver.kind == "every" and self._on:
            wait_ms = self.driver.minutes * MINUTE_MS
            self._due_ms, self.next_ms = now_ms + wait_ms, wall_ms + wait_ms
