"""
The server as ``plan`` sees it in the middle of a group of batches: what is committed, and what the batches
before have planned.

What it is not: the core (core.py), whose parts it shows. Invariant: one for each group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sync.storage.server_store import Position, StreamRow

if TYPE_CHECKING:
    from sync.server.core import Core


class GroupView:
    """The core as ``plan`` sees it in the middle of a group: with the positions planned so far."""

    def __init__(self, core: Core) -> None:
        self.planned: Final[dict[tuple[int, int], Position]] = {}
        self._position = core.position
        self.role = core.role
        self.owner = core.owner
        self.check = core.check
        self.stream = core.stream
        self.rejections = core.rejections
        self.find = core.documents.find
        self.make = core.documents.make
        self.keep = core.documents.keep
        self.closing = core.closing
        self._moving = core.moving

    def moved_to(self, stream: int, document: str, where: int) -> StreamRow | None:
        """Return the stream ``where`` if a document was moved there from another one; None: it was not."""
        if self._moving.departed(stream, document) is None:
            return None
        moved = self._moving.stream_of(where)
        return None if moved is None else self.stream(moved.id)

    def position(self, stream: int, rid: int) -> Position:
        """Return how far a replica will be."""
        planned = self.planned.get((stream, rid))
        return self._position(stream, rid) if planned is None else planned
