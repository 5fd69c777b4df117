"""
Visits, for the engine: what the driver is told, and the moment up to which this store is known to have
everything.

What it is not: when a connection is wanted (driver), or making one (engine). Invariant: the moment is kept in
the store where connections are made now and then, so that the next start can say it; where the connection
stays it is not, for it would be older than the truth.
"""

from __future__ import annotations

from typing import Final

from sync.client.driver import LIVE, Driver, Driving
from sync.client.events import Drained
from sync.client.line import Line
from sync.protocol import messages as m
from sync.storage.client_store import ClientStore

CONTENT: Final = (m.Ack, m.Deltas, m.State)
MOVES: Final = (*CONTENT, m.Subscribed, m.Notice, m.Result, m.AuthState)
"""Messages by which a visit gets further; pings, and refusals that come back again and again, are none."""

MOMENT: Final = "synced_ms"


def synced_ms(store: ClientStore) -> int | None:
    """Return the moment that is kept in a store; None where none is."""
    kept = store.meta(MOMENT)
    return int(kept) if kept is not None else None


class Visiting:
    """The visits of one engine."""

    def __init__(self, line: Line) -> None:
        """Start without any: the connection is wanted all the time."""
        self._line: Final = line
        self.driving: Final = Driving()
        self.up_to_date_ms: int | None = None
        """When this store last had everything, by the corrected clock."""

    @property
    def is_live(self) -> bool:
        """Whether the connection is to stay."""
        return self.driving.driver == LIVE

    def drive(self, driver: Driver, now_ms: int) -> None:
        """Go on as another driver says."""
        self.driving.drive(driver, now_ms)
        kept_ms = synced_ms(self._line.store)
        if self.is_live and kept_ms is not None:
            self._line.store.set_meta(MOMENT, None)
        elif not self.is_live and self.up_to_date_ms is None:
            self.up_to_date_ms = kept_ms

    def look(self, now_ms: int, *, able: bool, live: bool) -> None:
        """See whether a visit begins or comes to nothing; see `Driving.look`."""
        self.driving.look(now_ms, self._line.ticker.now_ms(), able=able, live=live)

    def heard(self, message: m.Message | m.Ignored, now_ms: int) -> None:
        """Take note of what brings a visit further."""
        if isinstance(message, MOVES):
            self.driving.moved(now_ms, content=isinstance(message, CONTENT))

    def level(self) -> None:
        """This store has everything now."""
        self.up_to_date_ms = self._line.ticker.now_ms()

    def rest(self, *, drained: bool) -> None:
        """Say so when a visit has come to have nothing left to send or fetch."""
        if self.driving.rests(drained=drained):
            self._line.add(Drained(self.driving.turn))

    def part(self, turn: int, now_ms: int) -> None:
        """End a visit that has come to rest, and remember how far it came."""
        ended = self.driving.part(turn, now_ms, self._line.ticker.now_ms())
        if ended and self.up_to_date_ms is not None:
            self._line.store.set_meta(MOMENT, str(self.up_to_date_ms))
