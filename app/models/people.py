"""
The people in a note besides me: one per connection, each with a colour that stays theirs.

Made from the peers that the engine reports; what the editor draws as carets and the presence strip as
circles. `Colours` keeps those apart who are here together, `Attention` knows who has not moved for a while.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

IDLE_MS = 60_000
"""Whoever has not moved for so long is dimmed: shorter and readers flicker, longer and it says nothing."""

Anchor = tuple[int, int, str]


class Peer(Protocol):
    """What the engine says of somebody in a document."""

    @property
    def account(self) -> str:
        """The account's id."""

    @property
    def name(self) -> str:
        """What they call themselves."""

    @property
    def conn(self) -> int:
        """Their connection: one person may have two windows."""

    @property
    def anchor(self) -> Anchor | None:
        """Where their selection begins."""

    @property
    def head(self) -> Anchor | None:
        """Where their caret is."""


@dataclass(frozen=True)
class Person:
    """`number` stands for the account: it is the same on every screen, and picks the colour."""

    name: str
    number: int
    place: int | None = field(default=None, compare=False)
    """Picks the colour in its stead, where somebody who is here too has that one."""

    @property
    def hue(self) -> int:
        """The number that picks the colour."""
        return self.number if self.place is None else self.place

    @property
    def initials(self) -> str:
        """One or two letters for a small circle; a dot for somebody without a name."""
        words = self.name.split()
        letters = [word[0] for word in (words[:1] + words[1:][-1:])]
        return "".join(letters).upper() or "·"


def number_of(account: str) -> int:
    """The number that picks an account's colour."""
    return zlib.crc32(account.encode())


def person_of(peer: Peer) -> Person:
    """Who a peer is."""
    return Person(peer.name, number_of(peer.account))


def people_of(peers: Iterable[Peer]) -> list[Person]:
    """Everybody once, in the order they came."""
    return list(dict.fromkeys(person_of(peer) for peer in peers))


class Colours:
    """
    Which colour each of those has who are in one note, me among them: no two the same while there are enough.

    Each has the colour of their number, or the next one that is free. Who came first chooses first, and the
    server numbers connections as they come: so whoever looks finds the same. Nobody changes while they stay,
    also when the one who had their colour leaves.
    """

    def __init__(self, count: int) -> None:
        """`count`: how many colours there are."""
        self._count = count
        self._given: dict[str, int] = {}

    def give(self, present: Iterable[tuple[int, str]]) -> dict[str, int]:
        """The colour of each account, from 0; `present` are connections and their accounts."""
        accounts = list(dict.fromkeys(account for _, account in sorted(present)))
        self._given = {account: self._given[account] for account in accounts if account in self._given}
        for account in accounts:
            if account not in self._given:
                self._given[account] = self._free_from(number_of(account) % self._count)
        return dict(self._given)

    def _free_from(self, wanted: int) -> int:
        taken = set(self._given.values())
        places = ((wanted + step) % self._count for step in range(self._count))
        return next((place for place in places if place not in taken), wanted)


class Attention:
    """Since when each connection in one note stands where it is. Times are of any clock that only rises."""

    def __init__(self) -> None:
        """Nobody is here."""
        self._stands: dict[int, tuple[object, int]] = {}

    def take(self, peers: Iterable[Peer], now_ms: int) -> None:
        """Hear where everybody is; who is not among them has gone."""
        before = self._stands
        self._stands = {}
        for peer in peers:
            place = (peer.anchor, peer.head)
            known = before.get(peer.conn)
            self._stands[peer.conn] = known if known is not None and known[0] == place else (place, now_ms)

    def moved_ms(self, peer: Peer) -> int:
        """When a peer moved last, or came."""
        return self._stands[peer.conn][1]

    def is_idle(self, peer: Peer, now_ms: int) -> bool:
        """Has it stood still for IDLE_MS?"""
        return now_ms - self.moved_ms(peer) >= IDLE_MS

    def next_ms(self, now_ms: int) -> int | None:
        """How long until the next of them is idle; None when nobody is left who could be."""
        left = [moved + IDLE_MS - now_ms for _, moved in self._stands.values()]
        return min((one for one in left if one > 0), default=None)
