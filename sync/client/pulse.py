"""
The pulse of a connection: when it was heard last, when to ping, and what the answers say of the clock.

What it is not: the socket, or what follows from silence (engine).
"""

from __future__ import annotations

from typing import Final

from sync.client.line import Line
from sync.limits import PING_EVERY_MS, SILENCE_MS_MAX
from sync.protocol.messages import Ping

PING_EVERY_MS_MIN: Final = 1_000
"""Whatever a server asks for."""


class Pulse:
    """One connection's after the other."""

    def __init__(self, line: Line) -> None:
        """Start before the first connection."""
        self._line: Final = line
        self._heard_ms = 0
        self._pinged_ms = 0
        self._every_ms = PING_EVERY_MS
        self._best_round_ms: int | None = None

    def heard(self, now_ms: int) -> None:
        """Something came, whatever it was."""
        self._heard_ms = now_ms

    def begin(self, every_ms: int, now_ms: int) -> None:
        """The server welcomed us, and says how often to ping."""
        self._pinged_ms = now_ms
        self._every_ms = max(PING_EVERY_MS_MIN, every_ms)

    def lost(self) -> None:
        """The connection is gone; the next one may be a faster one."""
        self._best_round_ms = None

    @property
    def wake_ms(self) -> int:
        """When there is silence to notice, or a ping to be sent."""
        return min(self._heard_ms + SILENCE_MS_MAX, self._pinged_ms + self._every_ms)

    def is_silent(self, now_ms: int) -> bool:
        """Whether nothing came for so long that the connection counts as dead."""
        return now_ms >= self._heard_ms + SILENCE_MS_MAX

    def beat(self, now_ms: int) -> None:
        """Ping if it is time."""
        if now_ms >= self._pinged_ms + self._every_ms:
            self.ping(now_ms)

    def ping(self, now_ms: int) -> None:
        """Ask whether the server is there, and for its clock."""
        self._pinged_ms = now_ms
        self._line.send(Ping(t0=self._line.ticker.wall_ms()))

    def sample(self, t0: int, server_ms: int) -> None:
        """
        Take a sample of the server's clock; the one with the shortest round trip of a connection counts.
        """
        now = self._line.ticker.wall_ms()
        round_ms = now - t0
        if round_ms < 0 or (self._best_round_ms is not None and round_ms > self._best_round_ms):
            return
        self._best_round_ms = round_ms
        self._line.ticker.correct(server_ms + round_ms // 2 - now)
