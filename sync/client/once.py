"""
The driver "once": begin to sync, and stop when both sides have everything or waiting longer cannot help.

What it is not: the client's own start and stop, which it is given. Used where no window is open.
"""

from __future__ import annotations

from typing import Final

from sync.client.engine import Engine
from sync.client.runner import Runner
from sync.client.state import Status

FAILURES_MAX: Final = 3
"""Attempts to connect in a row after which waiting is given up before its time is over."""


class Once:
    """How far one go has come. Used on the client's thread."""

    def __init__(self, engine: Engine, runner: Runner) -> None:
        """Watch an engine that a runner carries out."""
        self._engine: Final = engine
        self._runner: Final = runner
        self._failures = 0
        self._link = "off"

    def begin(self) -> None:
        """Count from here."""
        self._failures = 0

    def follow(self, link: str) -> None:
        """Count attempts in a row that did not lead to a connection in working order."""
        if link == "live":
            self._failures = 0
        elif link == "waiting" and self._link != "waiting":
            self._failures += 1
        self._link = link

    async def reached(self, timeout_s: float) -> Status:
        """Wait until both sides have everything, or waiting longer cannot help; how far it came."""
        await self._runner.settled(self._is_over, timeout_s)
        return self._engine.status

    def _is_over(self) -> bool:
        """Whether waiting longer cannot help."""
        status = self._engine.status
        return (
            self._engine.drained
            or status.link == "off"
            or self._engine.parked
            or self._failures >= FAILURES_MAX
            or status.store != "ok"
        )
