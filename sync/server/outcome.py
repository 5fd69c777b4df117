"""
What comes of an administrator's command: the answer, what connections must hear of, and what is left to do.

What it is not: a command (admin.py, upkeep.py). Invariant: what takes long is done in steps, or beside the
store, so that nobody who writes waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.errors import SyncError
from sync.server.core import Segment

Arguments = Mapping[str, Any]
Show = Callable[[int, int], object]
"""Told how many of how many are done."""


class AdminError(SyncError):
    """A command that cannot be done; the message is for the person who gave it."""


@dataclass(slots=True)
class Outcome:
    """What a command answers, and what connections must hear of."""

    value: Any = None
    error: str = ""  # why it stopped half-way; what was done until then stands
    segments: list[Segment] = field(default_factory=list)
    roles_changed: list[str] = field(default_factory=list)
    ended: dict[int, str] = field(default_factory=dict)  # sign-in -> state
    migrated: list[str] = field(default_factory=list)
    """Streams that are of another model now: whoever reads them must ask again."""
    remodelled: bool = False
    """Whether what the server says of data models has changed."""
    rest: Iterator[None] | None = None
    """Short steps to be done on the store's thread, others between them; ``value`` is complete at their
    end."""
    progress: Callable[[], tuple[int, int]] | None = None
    """How many of how many the steps have done; for whoever watches."""
    aside: Callable[[], None] | None = None
    """To be done on any thread, the store's own going on meanwhile; ``value`` is complete at its end."""

    def finish(self, show: Show | None = None) -> None:
        """
        Do all that is left, here and now: where nobody else uses the store.

        Args:
            show: Told after each step how many of how many are done.

        Raises:
            SyncError: It failed; the message is for people.
        """
        for _ in self.rest or ():
            if show is not None and self.progress is not None:
                show(*self.progress())
        if self.aside is not None:
            self.aside()

    def heard(self) -> None:
        """Forget what connections were told of; more may come with the steps that are left."""
        self.segments, self.roles_changed, self.ended, self.migrated = [], [], {}, []
        self.remodelled = False

    def said(self) -> dict[str, Any]:
        """Return the answer for whoever asked: ``{"value"}`` or ``{"error"}``."""
        return {"error": self.error} if self.error else {"value": self.value}
