"""
What the parts of the engine share: the store, the clock, and the list of effects that an event leads to.

What it is not: decisions. Invariant: effects leave in the order in which they were decided on.
"""

from __future__ import annotations

from typing import Final

from sync.client.events import Effect, Noted, Send
from sync.client.ticker import Ticker
from sync.protocol.messages import Message
from sync.storage.client_store import ClientStore

NEVER: Final = 1 << 62
"""A time that does not come."""


class Line:
    """The outward side of the engine, handed to each of its parts."""

    def __init__(self, store: ClientStore, ticker: Ticker) -> None:
        """Take the store and the clock; both belong to the engine's thread."""
        self.store: Final = store
        self.ticker: Final = ticker
        self._effects: list[Effect] = []

    def send(self, message: Message) -> None:
        """Have a message sent."""
        self._effects.append(Send(message))

    def add(self, effect: Effect) -> None:
        """Have something done."""
        self._effects.append(effect)

    def note(self, what: str, **facts: object) -> None:
        """Have something logged."""
        self._effects.append(Noted(what, dict(facts)))

    def take(self) -> list[Effect]:
        """Return what was decided since the last call."""
        effects, self._effects = self._effects, []
        return effects
