"""
One connection as the hub sees it: what it follows, how far it was sent what, and how much it may still be
sent.

What it is not: a socket or a session. Invariants: of deltas and states there is never a queue here, only
cursors and the set of streams that have something; a peer that does not read costs one frame, one page of
states and a few ints.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import Final

from sync.limits import CREDIT_SIZE_MAX
from sync.protocol.chain import CHAIN_START
from sync.protocol.messages import Message, Presence
from sync.protocol.wire import encode
from sync.server.core import DocumentState

OWN_RANGES_MAX: Final = 256
"""Ranges of own seqs remembered for one stream; what is forgotten is sent back to its author, harmlessly."""


@dataclass(slots=True)
class Transfer:
    """A state transfer under way."""

    to: int  # the cursor at its end
    since: int = 0
    after: str = ""  # read up to this document
    documents: tuple[str, ...] | None = None  # only these: the answer to a pull
    id: int = 0
    pending: deque[DocumentState] = field(default_factory=deque)
    offset: int = 0  # of the first pending one: bytes already sent
    read_all: bool = False
    sent: int = 0
    sent_after: str = ""  # the last document that was sent whole
    digest: bytes = CHAIN_START

    def drop(self, documents: Set[str]) -> None:
        """Forget what waits of documents that are elsewhere now: their states must not come after that."""
        if self.pending and self.pending[0].document in documents:
            self.offset = 0
        kept = [state for state in self.pending if state.document not in documents]
        self.pending.clear()
        self.pending.extend(kept)


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
