"""
Token buckets: how often something may be done, without ever locking anybody out for good.

What it is not: a clock; the time is an argument. Invariants: a bucket never holds more than its burst; the
number of remembered buckets is bounded, the least recently used being forgotten (it would be full again
soon).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

KEYS_MAX: Final = 20_000


class Pace(NamedTuple):
    """How often: ``burst`` at once, then ``per_second``."""

    burst: float
    per_second: float


class Limiter:
    """Buckets of one pace, one for each key."""

    def __init__(self, pace: Pace) -> None:
        """Start with every bucket full."""
        self._pace: Final = pace
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, now_ms: int, amount: float = 1) -> int:
        """
        Take an amount out of a bucket.

        Returns:
            0 when it was there; otherwise nothing was taken, and the milliseconds until it will be. An amount
            beyond the burst is granted to a full bucket, which it leaves in debt.
        """
        left = self._now_in(key, now_ms)
        needed = min(amount, self._pace.burst)
        if left < needed:
            return max(1, round((needed - left) / self._pace.per_second * 1000))
        self._left[key] = (left - amount, now_ms)
        self._left.move_to_end(key)
        if len(self._left) > KEYS_MAX:
            self._left.popitem(last=False)
        return 0

    def give_back(self, key: str, now_ms: int, amount: float = 1) -> None:
        """Return what was taken for something that then counted for nothing."""
        self._left[key] = (min(self._pace.burst, self._now_in(key, now_ms) + amount), now_ms)

    def _now_in(self, key: str, now_ms: int) -> float:
        known = self._left.get(key)
        if known is None:
            return self._pace.burst
        left, at_ms = known
        return min(self._pace.burst, left + max(0, now_ms - at_ms) / 1000 * self._pace.per_second)
