"""
One connection as the hub sees it: what it follows, how far it was sent what, and how much it may still be
sent.

What it is not: a socket or a session. Invariants: of deltas and states there is never a queue here, only
cursors and the set of streams that have something; a peer that does not read costs one frame and a few ints.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from sync.limits import CREDIT_SIZE_MAX
from sync.protocol.chain import CHAIN_START, link_begun
from sync.protocol.messages import Message, Presence
from sync.protocol.rows import StateChunk
from sync.protocol.wire import encode
from sync.server.state_pages import BEGINNING, Place, StatePage

OWN_RANGES_MAX: Final = 256
"""Ranges of own seqs remembered for one stream; what is forgotten is sent back to its author, harmlessly."""


@dataclass(slots=True)
class Transfer:
    """A state transfer under way."""

    to: int  # the cursor at its end
    since: int = 0
    place: Place = BEGINNING  # sent up to here
    documents: tuple[str, ...] | None = None  # only these: the answer to a pull
    id: int = 0
    head: int = 0  # when a pull was asked for
    page: StatePage | None = None  # read, and sent next
    sent: int = 0
    sent_after: str = ""  # the last document that was sent whole
    digest: bytes = CHAIN_START
    link: blake2b = field(default_factory=blake2b)  # of the digest, for the document under way

    @property
    def fresh(self) -> int:
        """A head: what came up to it must be in the states."""
        return max(self.to, self.head)

    def count(self, chunk: StateChunk) -> None:
        """Take note that a piece of a document is sent."""
        if chunk.offset == 0:
            self.link = link_begun(self.digest, chunk.document)
        self.link.update(chunk.chunk)
        if chunk.offset + len(chunk.chunk) == chunk.total:
            self.sent += 1
            self.sent_after = chunk.document
            self.digest = self.link.digest()

    def drop(self, documents: Set[str]) -> None:
        """Forget what was read of documents that are elsewhere now: it must not be sent after that."""
        if self.page is not None and any(chunk.document in documents for chunk in self.page.chunks):
            self.page = None
        if self.place.document in documents:
            self.place = Place(self.place.after)


@dataclass(slots=True)
class Feed:
    """One stream that a connection follows."""

    stream: str
    want: str  # content or head
    epoch: int
    cursor: int  # sent up to here
    transfer: Transfer | None = None  # catching up by states; the cursor stands still meanwhile
    pulls: deque[Transfer] = field(default_factory=deque)
    own: list[tuple[int, int]] = field(default_factory=list)
    poked: bool = False  # told, since credit ran out, that there is more
    model: str = ""  # of what is sent; "": any

    def forget_pages(self) -> None:
        """Forget what was read and not sent; it is read again when there is credit."""
        for transfer in (*self.pulls, *([self.transfer] if self.transfer else [])):
            transfer.page = None

    def is_of(self, model: str) -> bool:
        """Whether something of a model may be sent."""
        return model == self.model or not model or not self.model

    def add_own(self, first: int, end: int) -> None:
        """Remember seqs [first, end) that this very connection pushed."""
        if self.own and self.own[-1][1] == first:
            self.own[-1] = (self.own[-1][0], end)
        else:
            self.own.append((first, end))
            if len(self.own) > OWN_RANGES_MAX:
                del self.own[0]

    def own_between(self, first: int, last: int) -> list[tuple[int, int]]:
        """Return the own ranges within seqs first to last (inclusive), forgetting those before."""
        while self.own and self.own[0][1] <= first:
            del self.own[0]
        return [(max(a, first), min(b, last + 1)) for a, b in self.own if a <= last]


class Link:
    """One connection."""

    def __init__(self, conn: int, wake: Callable[[], None]) -> None:
        """
        Start with nothing to send.

        Args:
            conn: The number of the connection, never used twice.
            wake: Called when there may be something to send; must be cheap.
        """
        self.conn: Final = conn
        self.wake: Final = wake
        self.account = ""
        self.name = ""
        self.parked = True
        self.credit = CREDIT_SIZE_MAX
        self.feeds: Final[dict[str, Feed]] = {}
        self.control: Final[deque[bytes]] = deque()
        self.presence: Final[OrderedDict[tuple[str, int], bytes]] = OrderedDict()
        self.pokes: Final[dict[str, int]] = {}
        self.dirty: Final[OrderedDict[str, None]] = OrderedDict()
        self.presence_ms: Final[dict[str, int]] = {}
        self.presence_held: Final[dict[str, Presence]] = {}

    def say(self, *messages: Message) -> None:
        """Put messages into the lane that goes first."""
        for message in messages:
            self.control.append(encode(message))
        if messages:
            self.wake()

    def touch(self, stream: str) -> None:
        """Note that a stream has something for this connection."""
        self.dirty[stream] = None
        self.wake()
