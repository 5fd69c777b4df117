"""
The network of the simulation: connections that deliver in order, late, twice or not at all, and that are cut.

A connection is two queues. What is under way when it is cut may still reach the server: that is how acks are
lost.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.world import World

After = Callable[[int, Callable[[], None]], None]
"""(ms from now, what happens then)"""


class Wire:
    """One connection between a device and the server."""

    def __init__(
        self, after: After, dice: Random, delay_ms_max: int, on_down: Callable[[bytes], None]
    ) -> None:
        self._after = after
        self._dice = dice
        self._delay_ms_max = delay_ms_max
        self._on_down = on_down
        self.up_open = self.down_open = True
        self._busy = {"up": 0, "down": 0}
        self._now = 0

    def send_up(self, now: int, arrive: Callable[[], None]) -> None:
        """Something leaves the device for the server."""
        self._later("up", now, lambda: arrive() if self.up_open else None)

    def send_down(self, now: int, frame: bytes, *, twice: bool = False) -> None:
        """A frame leaves the server for the device."""
        for _ in range(2 if twice else 1):
            self._later("down", now, lambda: self._on_down(frame) if self.down_open else None)

    def cut(self, *, drain_up: bool) -> None:
        """Nothing reaches the device any more; what is under way to the server may."""
        self.down_open = False
        if not drain_up:
            self.up_open = False

    def _later(self, way: str, now: int, arrive: Callable[[], None]) -> None:
        at = max(self._busy[way], now + self._dice.randint(0, self._delay_ms_max))
        self._busy[way] = at
        self._after(at - now, arrive)


def wire_of(world: World, on_down: Callable[[bytes], None]) -> Wire:
    """A connection in a world."""
    return Wire(world.after, world.dice["network"], world.faults.delay_ms_max, on_down)
