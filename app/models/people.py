"""
The people in a note besides me: one per connection, each with a colour that stays theirs.

Made from the peers that the engine reports; what the editor draws as carets and the presence strip as
circles.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

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
    """`number` picks the colour: the same for one account on every screen."""

    name: str
    number: int

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
