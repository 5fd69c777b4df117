"""
The time of this replica: its hybrid clock, moved by the wall clock and corrected by the server's.

What it is not: the clock itself (crdt.clock) or where its mark is kept (the store, with each delta). Used
from several threads: the GUI stamps what is typed, the engine what arrives. Invariants:
- H1 every stamp exceeds all that were given or observed, except after `reset`, which the engine calls when
  the server refused our stamps as too far ahead, in the same breath as it gives what is unsent new ones.
- The correction changes what is called now, never a stamp that was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from crdt import Clock, ClockAhead, Stamp


class Ticker:
    """A thread-safe clock of one replica with the server's correction."""

    def __init__(self, clock: Clock, wall: Callable[[], int]) -> None:
        """
        Start from a clock that knows the store's high-water mark.

        Args:
            clock: Owned by the ticker from now on.
            wall: Returns milliseconds since 1970 as this computer believes; may jump.
        """
        self._lock: Final = threading.Lock()
        self._clock = clock
        self._wall: Final = wall
        self._offset_ms = 0
        self._observed: Stamp | None = None

    @property
    def rid(self) -> int:
        """The replica whose stamps are given."""
        return self._clock.rid

    @property
    def offset_ms(self) -> int:
        """How far the server's clock is ahead of this computer's."""
        return self._offset_ms

    def wall_ms(self) -> int:
        """Return what this computer believes, uncorrected: for samples of the offset."""
        return self._wall()

    def now_ms(self) -> int:
        """Return milliseconds since 1970, corrected by the server's clock."""
        return self._wall() + self._offset_ms

    def correct(self, offset_ms: int) -> None:
        """Take over what the server's clock was found to be ahead by."""
        self._offset_ms = offset_ms

    def stamp(self) -> Stamp:
        """Return the stamp of an edit made now. Never refuses."""
        with self._lock:
            return self._clock.tick(self.now_ms())

    def observe(self, stamp: Stamp) -> bool:
        """
        Take note of a stamp that came from elsewhere.

        Returns:
            False when it lies too far ahead to be believed; the clock is then as it was.
        """
        with self._lock:
            try:
                self._clock.observe(stamp, self.now_ms())
            except ClockAhead:
                return False
            if self._observed is None or stamp > self._observed:
                self._observed = stamp
            return True

    def high_water(self) -> Stamp:
        """Return what the next stamp will exceed."""
        with self._lock:
            return self._clock.high_water

    def rotate(self, rid: int) -> None:
        """Go on as another replica; what was given or observed stays below what will be given."""
        with self._lock:
            self._clock = Clock(rid, self._clock.high_water)

    def reset(self, acked: Stamp | None) -> None:
        """
        Come down from stamps that the server called too far ahead, to the greatest one that anybody else has
        seen.

        After this the caller must give new stamps to everything unsent.

        Args:
            acked: The greatest stamp of ours that the server has.
        """
        with self._lock:
            seen = [stamp for stamp in (acked, self._observed) if stamp is not None]
            self._clock = Clock(self._clock.rid, max(seen, default=None))
