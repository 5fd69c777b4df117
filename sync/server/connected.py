"""
Everybody who is connected to this process, and what they are told of what happened elsewhere.

What it is not: sockets (service.py) or what a session makes of it (session.py). On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from websockets.asyncio.server import ServerConnection

from sync.server.core import Written
from sync.server.hub import Hub
from sync.server.ingest import Batch
from sync.server.link import Link
from sync.server.outcome import Outcome
from sync.server.session import Close, Effect, Session, Work


@dataclass(slots=True)
class Connection:
    """One socket with its session and what its tasks wait for."""

    socket: ServerConnection
    link: Link
    session: Session
    wake: asyncio.Event  # there may be something to send
    room: asyncio.Event = field(default_factory=asyncio.Event)  # something was answered or sent
    closing: Close | None = None
    written: asyncio.Task[None] | None = None


class Connected:
    """The connections of one process."""

    def __init__(
        self,
        hub: Hub,
        now_ms: Callable[[], int],
        perform: Callable[[Connection, Sequence[Effect]], object],
    ) -> None:
        """
        Start with nobody.

        Args:
            hub: Delivery to them.
            now_ms: Milliseconds since 1970.
            perform: Does what a session says, sooner or later.
        """
        self._hub: Final = hub
        self._now_ms: Final = now_ms
        self._perform: Final = perform
        self._all: Final[dict[int, Connection]] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all)

    def __iter__(self) -> Iterator[Connection]:
        """Everybody who is here now; some may leave meanwhile."""
        return iter(list(self._all.values()))

    def enter(self, connection: Connection) -> None:
        """Take a connection in."""
        self._hub.connect(connection.link)
        self._all[connection.link.conn] = connection

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._hub.disconnect(connection.link.conn)
        self._all.pop(connection.link.conn, None)

    # --- what they are told ------------------------------------------------------------------------

    def answered(self, group: Sequence[Batch], written: Written) -> None:
        """Answer the authors of a group, then wake everybody else."""
        for batch, answer in zip(group, written.answers, strict=True):
            connection = self._all.get(batch.conn)
            if connection is not None:
                connection.session.answered(batch, answer)
                connection.room.set()
        self._hub.committed(written.segments)

    def ended(self, sign_ins: list[int], state: str = "revoked") -> None:
        """Park the connections of sign-ins that were ended."""
        for connection in self:
            connection.session.end(sign_ins, state)

    def roles_changed(self, account: str) -> None:
        """Tell the connections of an account its notebooks, and stop what it may no longer follow."""
        for connection in self._of(account):
            self._perform(connection, connection.session.refresh())

    def sign_ins_changed(self, account: str) -> None:
        """Let the connections of an account look whether their sign-ins still stand."""
        for connection in self._of(account):
            self._perform(connection, _look_again(connection.session, self._now_ms()))

    def told(self, outcome: Outcome) -> None:
        """Tell what an administrator's command did."""
        self._hub.committed(outcome.segments)
        for account in outcome.roles_changed:
            self.roles_changed(account)
        for sign_in, state in outcome.ended.items():
            self.ended([sign_in], state)
        for stream in outcome.migrated:
            self._hub.end(stream, "migrated")
        if outcome.remodelled:
            self.remodelled()

    def remodelled(self) -> None:
        """Tell what the server says of data models now."""
        for connection in self:
            connection.session.remodel(self._now_ms())

    def tick(self) -> None:
        """Let every session look at the clock: once a second."""
        time_ms = self._now_ms()
        for connection in self:
            effects = connection.session.tick(time_ms)
            if effects:
                self._perform(connection, effects)

    def _of(self, account: str) -> list[Connection]:
        return [self._all[link.conn] for link in self._hub.everyone(account)]


def _look_again(session: Session, now_ms: int) -> list[Effect]:
    """Return what lets a session lapse if its sign-in was ended where it could not be told."""
    identity = session.identity
    if identity is None or session.link.parked:
        return []
    people = session.realm.people

    def found(state: str) -> list[Effect]:
        if state != "ok" and session.identity is identity and not session.link.parked:
            session.lapse(state)
        return []

    return [Work("store", lambda: people.standing(identity.sign_in, now_ms), found)]
