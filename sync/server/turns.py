"""
Whose turn it is: a connection that sends many frames at once lets others in between.

What it is not: how fast a connection may send (limiter.py). Why it is needed: frames that have come already
are handed out without a wait, so that a task which takes them one after the other keeps the loop to itself
until it has taken all. Others would wait for that with each step of theirs; and the longer a turn takes, the
more frames the pace allows in the next.
"""

from __future__ import annotations

import asyncio
from typing import Final

FRAMES_A_TURN: Final = 16
"""Frames of one connection that are taken before others have their turn."""


class Turns:
    """Of one connection."""

    def __init__(self) -> None:
        """Begin."""
        self._taken = 0

    async def take(self, wait_ms: int) -> None:
        """
        Wait until the next frame may be taken.

        Args:
            wait_ms: What the connection's pace says.
        """
        self._taken += 1
        if wait_ms or self._taken % FRAMES_A_TURN == 0:
            await asyncio.sleep(wait_ms / 1000)
