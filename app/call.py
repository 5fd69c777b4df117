"""
Work that the GUI thread gives to the engine thread, as it crosses the bridge: what it is, and who is told.

Not here: the crossing (`bridge`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from app.engine_room import Outlets, Room
from crdt import CrdtError, Delta, Edit
from sync.errors import SyncError

if TYPE_CHECKING:
    from app.library import Library

# What the world may do to a piece of work on the engine thread. Anything else is our own bug.
WORLD = (SyncError, CrdtError, OSError)

Work = Callable[["Library"], Any]
Done = Callable[[Any], None]
Failed = Callable[[Exception], None]
RoomMaker = Callable[[Outlets], Room]

Intent = Callable[[Edit], None]
Editor = Callable[[str, Intent], Delta | None]
Standing = Literal["pending", "closed"]
"""Of a document that is not open in the window: its last changes still wait to be stored, or do not."""


class Call:
    """A piece of work given to the engine thread. `cancel` makes its answer go nowhere. GUI thread."""

    def __init__(self, work: Work, done: Done | None, failed: Failed | None) -> None:
        """Made by `Bridge.call`."""
        self.work = work
        self.cancelled = False
        self._done = done
        self._failed = failed

    def cancel(self) -> None:
        """From now on nobody wants the answer. Work that has not begun is left out."""
        self.cancelled = True

    def answer(self, result: Any) -> None:
        """Tell the result to whoever asked, if they still want it."""
        if not self.cancelled and self._done is not None:
            self._done(result)

    def answer_failed(self, error: Exception) -> bool:
        """Tell an error of the world. False when nobody takes it."""
        if self.cancelled:
            return True
        if self._failed is None:
            return False
        self._failed(error)
        return True
