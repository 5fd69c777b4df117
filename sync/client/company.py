"""
Presence: saying where this person is, and knowing who else is there.

What it is not: drawing carets. Nothing here is stored. Invariants: at most one message per
PRESENCE_INTERVAL_MS_MIN, the latest place wins; a heartbeat while somewhere; whoever is silent for
PRESENCE_GONE_MS is gone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sync.client.events import Moved, PresenceChanged
from sync.client.line import NEVER, Line
from sync.limits import PRESENCE_HEARTBEAT_MS, PRESENCE_INTERVAL_MS_MIN
from sync.protocol.messages import Presence
from sync.protocol.presence import Roster


class Company:
    """This person's place, and the others'."""

    def __init__(self, line: Line) -> None:
        """Start nowhere, with nobody."""
        self._line: Final = line
        self._roster: Final = Roster()
        self._place: Moved = Moved(None)
        self._said: Moved = Moved(None)
        self._said_ms = -PRESENCE_HEARTBEAT_MS
        self._faded_ms = 0
        self.conn = 0
        self._streams: set[str] = set()  # in which somebody was heard

    def moved(self, place: Moved) -> None:
        """The person is elsewhere now."""
        self._place = place

    def begin(self, conn: int) -> None:
        """A connection is in working order; say again where we are."""
        self.conn = conn
        self._said = Moved(None)

    def leave(self) -> None:
        """Be nowhere for the others, and nobody here, while the connection stays."""
        if self._said.stream is not None:
            self._line.send(Presence(stream=self._said.stream, gone=True))
            self._said = Moved(None)
        self.lost()

    def lost(self) -> None:
        """The connection is gone, and with it everybody else."""
        documents = {
            (said.stream, said.document)
            for stream in self._streams
            for said in self._roster.in_stream(stream)
        }
        self._roster.clear()
        self._streams.clear()
        for stream, document in sorted(documents, key=str):
            self._tell(stream, document)

    def heard(self, said: Presence, now_ms: int) -> None:
        """Somebody else came, moved or left."""
        if said.conn == self.conn:
            return
        self._streams.add(said.stream)
        before = {other.document for other in self._roster.in_stream(said.stream) if other.conn == said.conn}
        if self._roster.take(said, now_ms):
            for document in sorted(before | {said.document}, key=str):
                self._tell(said.stream, document)

    def _tell(self, stream: str, document: str | None) -> None:
        if document is not None:
            present = self._roster.in_document(stream, document)
            self._line.add(PresenceChanged(document, tuple(present)))

    def wake_ms(self, *, live: bool) -> int:
        """When `pump` has something to do."""
        if not live:
            return NEVER
        if self._place != self._said:
            return self._said_ms + PRESENCE_INTERVAL_MS_MIN
        return min(
            self._said_ms + PRESENCE_HEARTBEAT_MS if self._place.stream is not None else NEVER,
            self._faded_ms + PRESENCE_HEARTBEAT_MS,
        )

    def _go_along(self) -> None:
        """The note that this person is in may be in another notebook since: adopted, moved, shared."""
        document, store = self._place.document, self._line.store
        if document is not None and store.has(document):
            self._place = replace(self._place, stream=store.stream_of(document))

    def pump(self, now_ms: int) -> None:
        """
        Say where we are when it changed or is due, and forget those who went silent.

        Cost: two look-ups by key, and a message when one is due.
        """
        if now_ms >= self._faded_ms + PRESENCE_HEARTBEAT_MS:
            self._faded_ms = now_ms
            for said in self._roster.fade(now_ms):
                self._tell(said.stream, said.document)
        self._go_along()
        place, due = self._place, self._said_ms + PRESENCE_INTERVAL_MS_MIN
        beat = place.stream is not None and now_ms >= self._said_ms + PRESENCE_HEARTBEAT_MS
        if (place == self._said or now_ms < due) and not beat:
            return
        if self._said.stream is not None and self._said.stream != place.stream:
            self._line.send(Presence(stream=self._said.stream, gone=True))
        if place.stream is not None:
            self._line.send(
                Presence(stream=place.stream, document=place.document, anchor=place.anchor, head=place.head)
            )
        self._said, self._said_ms = place, now_ms
