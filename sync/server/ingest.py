"""
The one write path: what becomes of a batch of deltas, decided without I/O.

``plan`` answers for one batch: a nack (nothing consumed), or what is accepted and rejected and how far the
replica then is. What it is not: the transaction (core.py, server_store.py) or the wake (hub.py). App, command
line, importers and the administrator all come through here.

Invariants:
- Order of checks: role, model, duplicates and chain, body, clock, collection, translation, schema, document.
  A nack is decided before anything is applied.
- Every n of a batch that is not nacked is consumed: accepted, rejected with a code, or known already.
- A delta is applied only if its author may write at this moment and it bears its author's replica id, or one
  that is no other account's.
- What is applied but then not committed is forgotten by the caller (Documents.forget).
- The log holds what the stream's model says; position and chain count what was pushed, as it was pushed.

Source: README, "Ingest".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from crdt import CausalGap, CrdtError, Delta, Document, LimitExceeded, MalformedOp
from sync.limits import CLOCK_AHEAD_MS_MAX, DELTA_SIZE_MAX, DOCUMENT_SIZE_MAX
from sync.model.lenses import Chain
from sync.model.versions import chain, is_known, major_of
from sync.protocol.chain import chain_next
from sync.protocol.codes import NackCode, RejectCode
from sync.protocol.messages import Nack
from sync.protocol.rows import PushedDelta
from sync.server import roles
from sync.server.documents import Folded
from sync.storage.purge_store import is_bin
from sync.storage.server_store import Accepted, Original, Position, Rejection, StreamRow

CLOSING_WAIT_MS: Final = 500
"""When a client pushes again to a stream that is just going to a newer model."""

SERVER_ACCOUNT: Final = ""
"""The author of what the server itself writes: an administrator's edit."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One push, with who says so: the account and replica are those of the connection, not of the bytes."""

    stream: str
    account: str
    rid: int
    batch: int
    model: str
    n0: int
    prev: bytes
    deltas: Sequence[PushedDelta]
    conn: int = 0
    reads: str | None = None
    """The data model of what its connection is sent; None: it is sent no states."""
    returned: bool = False
    """Written by anybody, lost by this server, and given back by somebody who had it."""


class View(Protocol):
    """What ``plan`` looks at: the server as it will be after the batches planned before."""

    @property
    def closing(self) -> Collection[str]:
        """Streams that are just going to a newer model."""

    def stream(self, stream: str) -> StreamRow | None:
        """Return a stream; its head is not looked at."""

    def role(self, account: str, stream: str) -> str | None:
        """Return the role of an account in a stream now."""

    def owner(self, rid: int) -> str | None:
        """Return the account that writes as a replica; None: nobody did so far."""

    def position(self, stream: int, rid: int) -> Position:
        """Return how far a replica has come."""

    def rejections(self, stream: int, rid: int, after: int, to: int) -> list[Rejection]:
        """Return what was rejected earlier."""

    def find(self, document: str) -> Folded | None:
        """Return a document if it exists. Raises NotHeld where others may write it meanwhile."""

    def moved_to(self, stream: int, document: str, where: int) -> StreamRow | None:
        """Return the stream ``where`` if a document was moved there from another one; None: it was not."""

    def make(self, stream: StreamRow) -> Folded:
        """Return a new empty document, which nobody can find yet."""

    def keep(self, document: str, folded: Folded) -> object:
        """Let a new document be found by what follows in the same group."""

    def check(self, model: str, collection: str, document: Document, delta: Delta) -> None:
        """Check a delta against a model's schema of a collection. Raises CrdtError, saying where and why."""


@dataclass(slots=True)
class Plan:
    """What is to be committed for one batch."""

    stream: StreamRow
    position: Position
    accepted: list[Accepted] = field(default_factory=list)
    followed: list[tuple[StreamRow, Accepted]] = field(default_factory=list)  # to where a document was moved
    rejected: list[Rejection] = field(default_factory=list)
    known: list[Rejection] = field(default_factory=list)  # rejected by an earlier batch, to be told again
    stamp_time: int = 0  # the greatest crdt.Stamp.time accepted


class _Refused(Exception):
    """One delta is rejected."""

    def __init__(self, code: RejectCode, message: str) -> None:
        super().__init__(message)
        self.code: Final = code


def plan(batch: Batch, view: View, now_ms: int) -> Plan | Nack:
    """
    Decide one batch, applying what is accepted to the documents of the view.

    Raises:
        NotHeld, StoreUnavailable: A document could not be loaded; forget the documents touched.

    Cost: O(deltas) applications; nothing grows with the history.
    """
    stream = view.stream(batch.stream)
    role = "owner" if batch.account == SERVER_ACCOUNT else view.role(batch.account, batch.stream)
    if stream is None or not roles.may_read(role):
        return _nack(batch, "not_subscribed")  # the same for no access as for no such stream
    if major_of(batch.model) > major_of(stream.model):
        return _nack(batch, "migrating")
    if stream.id in view.closing:
        return _nack(batch, "migrating", after_ms=CLOSING_WAIT_MS)
    position = view.position(stream.key, batch.rid)
    fresh = _fresh(batch, position)
    if isinstance(fresh, Nack):
        return fresh
    made = Plan(stream, position)
    if fresh.start:  # a repeated push: the ack, and what it rejected, may have been lost
        made.known = view.rejections(stream.key, batch.rid, batch.n0 - 1, batch.n0 - 1 + fresh.start)
    decoded = [_decoded(batch, pushed, view) for pushed in batch.deltas[fresh.start :]]
    latest_ms = now_ms + CLOCK_AHEAD_MS_MAX
    if any(isinstance(delta, Delta) and delta.stamp.ms > latest_ms for delta in decoded):
        return _nack(batch, "clock_ahead", now=now_ms)
    for n, delta in enumerate(decoded, position.last_n + 1):
        pushed = batch.deltas[n - batch.n0]
        try:
            if not isinstance(delta, Delta):
                raise delta
            where, logged = _accept(batch, stream, role, _Pushed(n, batch.model, pushed, delta), view)
            if where is stream:
                made.accepted += logged
            else:
                made.followed += [(where, accepted) for accepted in logged]
            made.stamp_time = max(made.stamp_time, delta.stamp.time)
        except _Refused as refused:
            made.rejected.append(Rejection(batch.rid, n, refused.code, str(refused)[:200], pushed.document))
    made.position = Position(position.last_n + len(decoded), fresh.chain)
    return made


@dataclass(frozen=True, slots=True)
class _Fresh:
    """From which place on a batch is new, and the chain after its last delta."""

    start: int
    chain: bytes


def _fresh(batch: Batch, position: Position) -> _Fresh | Nack:
    """Find what of a batch is new: leave out what is known, refuse gaps and forks."""
    if batch.n0 > position.last_n + 1:
        return _nack(batch, "gap", want_n=position.last_n + 1)
    start = min(position.last_n + 1 - batch.n0, len(batch.deltas))
    chain = batch.prev
    for pushed in batch.deltas[:start]:
        chain = chain_next(chain, pushed.document, pushed.body)
    if batch.n0 + start == position.last_n + 1:
        if chain != position.chain:
            return _nack(batch, "fork", want_n=position.last_n + 1)
    else:
        # All of it lies in the past, of which no links are kept; a client compares chains when it subscribes.
        return _Fresh(start, position.chain)
    for pushed in batch.deltas[start:]:
        chain = chain_next(chain, pushed.document, pushed.body)
    return _Fresh(start, chain)


def _decoded(batch: Batch, pushed: PushedDelta, view: View) -> Delta | _Refused:
    """
    Decode one body and check whose it is; a fault is returned, because the clock of the others comes first.

    What another replica wrote may be carried (out of an archive) if nobody else writes as that replica here.
    """
    if len(pushed.body) > DELTA_SIZE_MAX:
        return _Refused("too_big", f"a delta of {len(pushed.body)} bytes; at most {DELTA_SIZE_MAX}")
    try:
        delta = Delta.decode(pushed.body)
    except CrdtError as error:
        return _Refused("schema", str(error))
    is_foreign = delta.rid != batch.rid and view.owner(delta.rid) not in (None, batch.account)
    if is_foreign and not batch.returned:
        return _Refused("forbidden", "a delta of another person's replica")
    return delta


class _Pushed(NamedTuple):
    """One delta to be accepted: its number, its model, and what was pushed, decoded."""

    n: int
    model: str
    row: PushedDelta
    delta: Delta


def _accept(
    batch: Batch, stream: StreamRow, role: str | None, pushed: _Pushed, view: View
) -> tuple[StreamRow, list[Accepted]]:
    """
    Apply one delta; return the stream whose log it goes into, and what goes into it: another stream than it
    was pushed to where the document was moved there. Raises _Refused; the document is then as before.
    """
    folded = view.find(pushed.row.document)
    known = folded is not None
    if folded is not None and folded.stream != stream.key:
        moved = view.moved_to(stream.key, pushed.row.document, folded.stream)
        if moved is None:
            raise _Refused("forbidden", "a document of another stream")
        if is_bin(moved.id):
            raise _Refused("forbidden", "it was in the trash for too long, and has left it")
        stream = moved
        role = "owner" if batch.account == SERVER_ACCOUNT else view.role(batch.account, moved.id)
    if stream.collection not in roles.WRITE_ROLE:
        raise _Refused("unknown_collection", stream.collection)
    if not roles.may_write(role, stream.collection):
        raise _Refused("forbidden", f"the role {role} may not write {stream.collection}")
    way = _way(stream, pushed.model)
    logged: list[Accepted] = []
    if folded is None:
        folded = view.make(stream)
        logged = _begun(folded.document, stream, pushed.row.document, way)
    if folded.weight > DOCUMENT_SIZE_MAX:
        raise _Refused("too_big", f"a document of more than {DOCUMENT_SIZE_MAX} bytes")
    delta, body = _translated(folded.document, pushed, way)
    try:
        view.check(stream.model, stream.collection, folded.document, delta)
        folded.document.apply(delta)
    except CausalGap as error:
        raise _Refused("missing_ref", str(error)) from error
    except LimitExceeded as error:
        raise _Refused("too_big", str(error)) from error
    except CrdtError as error:
        raise _Refused("schema", str(error)) from error
    if not known:  # only now: a refused delta makes no document
        view.keep(pushed.row.document, folded)
    original = None if body == pushed.row.body else Original(pushed.model, pushed.row.body)
    logged.append(Accepted(pushed.row.document, delta.rid, pushed.n, stream.model, body, original))
    return stream, logged


def _way(stream: StreamRow, model: str) -> Chain:
    """Return the way from a delta's model to the stream's. Raises _Refused when there is none."""
    if not is_known(model):
        raise _Refused("untranslatable", f"a delta of model {model}")
    return chain(stream.collection, model, stream.model)


def _begun(document: Document, stream: StreamRow, name: str, way: Chain) -> list[Accepted]:
    """Begin a new document the way one of an older model begins in the stream's; return the log of that."""
    for delta in way.beginnings:
        document.apply(delta)
    return [Accepted(name, delta.rid, 0, stream.model, delta.encode()) for delta in way.beginnings]


def _translated(document: Document, pushed: _Pushed, way: Chain) -> tuple[Delta, bytes]:
    """Return a delta in the stream's model, and its bytes. Raises _Refused."""
    if way.is_empty:
        return pushed.delta, pushed.row.body
    try:
        delta = way.delta(document, pushed.delta)
        return delta, delta.encode()
    except MalformedOp as error:
        raise _Refused("schema", str(error)) from error
    except CrdtError as error:
        raise _Refused("untranslatable", str(error)) from error


def _nack(
    batch: Batch,
    code: NackCode,
    *,
    after_ms: int | None = None,
    want_n: int | None = None,
    now: int | None = None,
) -> Nack:
    return Nack(batch.stream, batch.batch, code, after_ms, want_n, now)
