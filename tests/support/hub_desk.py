"""A hub with a log behind it and no sockets: what each connection is sent next."""

from __future__ import annotations

from sync.limits import CREDIT_SIZE_MAX
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.rows import LoggedDelta
from sync.server.core import Segment
from sync.server.hub import Hub, ReadLog
from sync.server.link import Feed, Link
from tests.support.frames import DOCUMENT, STREAM


class Desk:
    """A hub with a log behind it, and connections that take what they are sent."""

    def __init__(self):
        self.hub = Hub()
        self.log = []
        self.links = []
        self.reads = 0

    def link(self, cursor=0, want="content", stream=STREAM, transfer=None):
        """Connect, and follow a stream from a cursor."""
        link = Link(len(self.links) + 1, lambda: None)
        link.account, link.name, link.parked = f"account {link.conn}", f"name {link.conn}", False
        self.links.append(link)
        self.hub.connect(link)
        self.hub.attach(link, Feed(stream, want, 1, cursor, transfer), self.head)
        return link

    @property
    def head(self):
        """The head of the log."""
        return len(self.log)

    def commit(self, count=1, body=b"body", conn=0):
        """Append to the log and wake."""
        first = self.head + 1
        rows = tuple(LoggedDelta(seq, DOCUMENT, body) for seq in range(first, first + count))
        self.log += rows
        if conn:
            self.hub.own(conn, STREAM, (first, first + count))
        self.hub.committed([Segment(STREAM, first, self.head, "1.0", rows)])

    def step(self, link):
        """What is sent next, with reads answered; None when there is nothing."""
        while True:
            out = self.hub.next(link)
            if isinstance(out, ReadLog):
                self.reads += 1
                rows = tuple(self.log[out.after : out.after + 4])
                page = Segment(STREAM, out.after + 1, out.after + len(rows), "1.0", rows) if rows else None
                self.hub.log_read(link, out, page)
            else:
                return None if out is None else wire.decode(out)

    def drain(self, link, credit=True):
        """Everything that is sent now."""
        told = []
        while (message := self.step(link)) is not None:
            told.append(message)
            if credit and isinstance(message, (m.Deltas, m.State)):
                self.hub.received(link, CREDIT_SIZE_MAX)
        return told


def seqs(told):
    """The seqs of the deltas among messages, own ones included."""
    found = []
    for deltas in told:
        if isinstance(deltas, m.Deltas):
            rows = [row.seq for row in deltas.deltas] + [s for a, b in deltas.own for s in range(a, b)]
            found += sorted(rows)
    return found
