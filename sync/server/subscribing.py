"""
What a subscribe is answered: for each stream, whether it may be followed and how the client catches up.

What it is not: delivery (hub.py). Runs on the store's thread, because it asks for roles and positions as they
are now. Invariants: no access and no such stream get the same answer; rejections that the client may not have
heard of are told again before the position that would hide them; who reads another major is told of no log
but its own.
"""

from __future__ import annotations

from typing import NamedTuple

from sync.limits import BATCH_DELTAS_MAX
from sync.model.versions import major_of
from sync.protocol.chain import CHAIN_START
from sync.protocol.messages import Ack, Pull, Reset
from sync.protocol.rows import Granted, Wanted
from sync.server import roles
from sync.server.core import Core
from sync.server.link import Feed, Transfer
from sync.server.people import People
from sync.server.state_pages import Place
from sync.storage.server_store import Position, StreamRow


class Decided(NamedTuple):
    """
    One stream's answer: the row, the feed to attach (None: none), what it starts from, and acks to say first.
    """

    granted: Granted
    feed: Feed | None = None
    head: int = 0
    acks: tuple[Ack, ...] = ()


def refused(wanted: Wanted, status: str) -> Decided:
    """Return the answer that says no."""
    return Decided(Granted(wanted.stream, status, "", 0, 0, 0, 0, CHAIN_START, "none"))


def decide(core: Core, people: People, account: str, rid: int, reads: str | None, wanted: Wanted) -> Decided:
    """
    Decide about one stream.

    Args:
        core: Streams and positions.
        people: Roles.
        account: Whose connection it is.
        rid: Its replica.
        reads: Its data model when its mode is ``full``; None: it is sent nothing.
        wanted: Where the client stands.
    """
    role = people.role_in(account, wanted.stream)
    stream = core.stream(wanted.stream)
    if stream is None or role is None or not roles.may_read(role):
        return refused(wanted, "none")
    position = core.position(stream.key, rid)
    if reads is None or major_of(reads) != major_of(stream.model):
        told = (wanted.epoch, max(stream.head, wanted.cursor), 0, position.last_n, position.chain, "none")
        acks = _lost_acks(core, stream, rid, wanted, position, states=False)
        return Decided(Granted(stream.id, "ok", role, *told), acks=acks)
    acks = _lost_acks(core, stream, rid, wanted, position, states=True)
    via, feed = _way(core, stream, wanted)
    granted = Granted(
        stream.id, "ok", role, stream.epoch, stream.head, stream.floor, position.last_n, position.chain, via
    )
    return Decided(granted, feed, stream.head, acks)


def catch_up(core: Core, stream: StreamRow, cursor: int, *, full: bool = False) -> Transfer | None:
    """Return the state transfer that serves a cursor, or None when the log serves it."""
    if full or core.cheaper_by_state(stream, cursor):
        return Transfer(to=stream.head, since=cursor)
    return None


def go_on(core: Core, pull: Pull) -> Reset | Transfer | None:
    """Return how a client that pulls a stream goes on: by a transfer, by the log (None), or from anew."""
    stream = core.stream(pull.stream)
    if stream is None or pull.epoch != stream.epoch:
        return Reset(pull.stream, stream.epoch if stream else 0, "epoch", stream.head if stream else 0)
    if pull.cursor > stream.head:
        return Reset(pull.stream, stream.epoch, "cursor", stream.head)
    return catch_up(core, stream, pull.cursor, full=pull.full)


def _way(core: Core, stream: StreamRow, wanted: Wanted) -> tuple[str, Feed | None]:
    """Return how the client catches up, and the feed for it."""
    cursor = wanted.cursor if wanted.epoch else 0
    if (wanted.epoch and wanted.epoch != stream.epoch) or cursor > stream.head:
        return "reset", None
    want = "content" if wanted.want == "content" else "head"
    feed = Feed(stream.id, want, stream.epoch, cursor, model=stream.model)
    if feed.want == "head":
        return "none", feed
    if wanted.epoch and wanted.to and stream.floor <= wanted.to <= stream.head:
        feed.transfer = Transfer(to=wanted.to, since=cursor, place=Place(wanted.after))
    else:
        feed.transfer = catch_up(core, stream, cursor)
    return ("log" if feed.transfer is None else "state"), feed


def _lost_acks(
    core: Core, stream: StreamRow, rid: int, wanted: Wanted, position: Position, *, states: bool
) -> tuple[Ack, ...]:
    """Return acks that repeat the rejections behind the client's last_n, in pieces that an ack can hold."""
    if position.last_n <= wanted.last_n:
        return ()
    lost = core.rejections(stream.key, rid, wanted.last_n, position.last_n)
    told = [core.rejected(stream, rejection, states=states) for rejection in lost]
    pieces = [told[at : at + BATCH_DELTAS_MAX] for at in range(0, len(told), BATCH_DELTAS_MAX)]
    return tuple([Ack(stream.id, 0, piece[-1].n, stream.head, tuple(piece)) for piece in pieces])
