"""
Who is here: the last presence of each connection, and when it fades. The same on both ends of a connection.

What it is not: sending (hub, engine) or names of colours (app). Nothing here is ever stored. Invariants: one
entry per (stream, connection), the latest; an entry that was not renewed for PRESENCE_GONE_MS is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.limits import PRESENCE_GONE_MS
from sync.protocol.messages import Presence


@dataclass(slots=True)
class _Seen:
    said: Presence
    at_ms: int


class Roster:
    """The people present in some streams, as last heard."""

    def __init__(self) -> None:
        """Start with nobody."""
        self._seen: dict[str, dict[int, _Seen]] = {}

    def take(self, said: Presence, now_ms: int) -> bool:
        """
        Take note of one message, ``conn`` being set by the server. Return whether anything visible changed.

        Cost: O(1).
        """
        here = self._seen.setdefault(said.stream, {})
        if said.gone:
            changed = here.pop(said.conn, None) is not None
            if not here:
                del self._seen[said.stream]
            return changed
        before = here.get(said.conn)
        here[said.conn] = _Seen(said, now_ms)
        return before is None or before.said != said

    def fade(self, now_ms: int) -> list[Presence]:
        """Forget whom nothing was heard of for PRESENCE_GONE_MS; return their last messages."""
        gone = [
            seen.said
            for here in self._seen.values()
            for seen in here.values()
            if now_ms - seen.at_ms >= PRESENCE_GONE_MS
        ]
        for said in gone:
            self._drop(said.stream, said.conn)
        return gone

    def leave(self, conn: int) -> list[Presence]:
        """Forget a connection in every stream; return its last messages."""
        gone = [here[conn].said for here in self._seen.values() if conn in here]
        for said in gone:
            self._drop(said.stream, conn)
        return gone

    def clear(self, stream: str | None = None) -> None:
        """Forget everybody, in one stream or in all."""
        if stream is None:
            self._seen.clear()
        else:
            self._seen.pop(stream, None)

    def in_stream(self, stream: str) -> list[Presence]:
        """Everybody in a stream, in the order of their connections."""
        here = self._seen.get(stream, {})
        return [here[conn].said for conn in sorted(here)]

    def in_document(self, stream: str, document: str) -> list[Presence]:
        """Everybody in a document, in the order of their connections."""
        return [said for said in self.in_stream(stream) if said.document == document]

    def _drop(self, stream: str, conn: int) -> None:
        here = self._seen[stream]
        del here[conn]
        if not here:
            del self._seen[stream]
