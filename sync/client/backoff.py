"""
When to try again: full jitter, doubling from half a second to a minute, forgotten after half a minute of
calm.

What it is not: a timer. Randomness is an argument, so that a simulation can replay it.
Source: AWS Architecture Blog, "Exponential Backoff And Jitter", full jitter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FIRST_MS: Final = 500
"""The span of the first delay. Less would hammer a server that restarts; more is felt after a short drop."""
LONGEST_MS: Final = 60_000
CALM_MS: Final = 30_000
"""A connection that lasted this long was no failure: the next delay starts from the first again."""


class Backoff:
    """Delays between attempts to connect."""

    def __init__(self, fraction: Callable[[], float]) -> None:
        """Take a source of random numbers, 0 <= fraction() < 1."""
        self._fraction: Final = fraction
        self._failures = 0
        self._live_since: int | None = None

    def delay_ms(self) -> int:
        """Count one more failure and return how long to wait before the next attempt."""
        span = min(LONGEST_MS, FIRST_MS << min(self._failures, 16))
        self._failures += 1
        return int(self._fraction() * span)

    def live(self, now_ms: int) -> None:
        """A connection is in full working order from now on."""
        self._live_since = now_ms

    def lost(self, now_ms: int) -> None:
        """The connection has ended; forget earlier failures if it had been calm for long enough."""
        if self._live_since is not None and now_ms - self._live_since >= CALM_MS:
            self._failures = 0
        self._live_since = None

    def reset(self) -> None:
        """Forget all failures: something says that trying now is worthwhile."""
        self._failures = 0
