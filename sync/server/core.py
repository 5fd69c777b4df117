"""
Everything of the server that touches its store, in one place and on one thread: writing in groups, reading
pages.

What it is not: connections (hub.py, session.py), people (people.py) or I/O other than the store's.
Invariants:
- A batch is answered only after the commit that holds it; seqs are given in the order of commits.
- What was applied in memory but not committed is forgotten.
- A group holds its streams from the moment it looks at them. Where other processes write the same database,
  only documents are remembered, and they are brought up to the log before they are used.

Cost: a group of batches is one fsync, however many connections it came from.

Source: README, "Ingest" and "Delivery".
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from crdt import Clock, CrdtError, Delta, Document, Stamp
from sync.errors import StoreUnavailable
from sync.model.versions import major_of
from sync.protocol.codes import NackCode
from sync.protocol.messages import Ack, Nack
from sync.protocol.rows import LoggedDelta, Rejected
from sync.server.documents import Documents, NotHeld
from sync.server.group_view import GroupView
from sync.server.ingest import Batch, Plan, plan
from sync.server.state_pages import StatePages
from sync.storage.moving_store import MovingStore
from sync.storage.server_store import (
    NOWHERE,
    Accepted,
    DocumentRow,
    HeadMoved,
    Position,
    Rejection,
    ServerStore,
    StreamAppend,
    StreamRow,
)

STATE_IN_ACK_MAX: Final = 32 * 1024
"""A state this long rides in the ack that rejects a delta; a longer one is pulled."""

HEAD_TRIES: Final = 3
"""How often a group is planned again because somebody else appended in between."""

SEGMENT_SIZE_MAX: Final = 96 * 1024
SEGMENT_ROWS_MAX: Final = 1_000
"""A segment is one frame for its readers: it must fit with the longest delta on top."""

LOG_ALWAYS_MAX: Final = 200
"""A client at most this far behind gets the log without counting."""

LOG_ROW_COST: Final = 90
STATE_ROW_COST: Final = 120
"""Bytes that a row counts for besides its body: what it costs both ends to handle it."""

RETRY_MS: Final = 2_000
"""When a client tries again after our store failed."""

POSITIONS_KEPT_MAX: Final = 20_000

_log = logging.getLogger(__name__)

Check = Callable[[str, str, Document, Delta], None]
"""(model, collection, document, delta): raises CrdtError when the collection's schema forbids the delta."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one commit added to one stream, or a page of its log: seqs first to last (inclusive), gapless."""

    stream: str
    first: int
    last: int
    model: str
    rows: tuple[LoggedDelta, ...]
    by_state: bool = False
    """A document came from elsewhere: whoever has not got so far is sent states."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What follows a cursor is not in the log, or not any more: states lead to ``head``."""

    head: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell the connection of one batch, and which seqs [first, end) are its own."""

    conn: int
    message: Ack | Nack
    own: tuple[int, int] | None = None


@dataclass(slots=True)
class Written:
    """What came of one group of batches."""

    answers: list[Answer] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    @staticmethod
    def together(parts: Iterable[Written]) -> Written:
        """Return what came of several groups, in their order."""
        known = list(parts)
        answers = [answer for part in known for answer in part.answers]
        return Written(answers, [segment for part in known for segment in part.segments])


@dataclass(slots=True)
class _Growth:
    """What a group adds to one stream so far."""

    stream: StreamRow
    accepted: list[Accepted] = field(default_factory=list)
    positions: dict[int, Position] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)


class Core:
    """One server's streams and documents. All methods on one thread."""

    def __init__(
        self,
        store: ServerStore,
        rid: int,
        role: Callable[[str, str], str | None],
        owner: Callable[[int], str | None],
        check: Check,
    ) -> None:
        """
        Serve a store.

        Args:
            store: Open, on this thread.
            rid: The server's own replica.
            role: (account, stream) -> role now; asked for each batch when it is decided.
            owner: replica -> the account that writes as it; asked for what a batch carries for others.
            check: Of the data model, see ``Check``.
        """
        self.store: Final = store
        self.rid: Final = rid
        self.moving: Final = MovingStore(store)
        self.documents: Final = Documents(store, rid)
        self.states: Final = StatePages(store, self.moving, self.documents, self.stream)
        self.clock: Final = Clock(rid)
        self.role: Final = role
        self.owner: Final = owner
        self.check: Final = check
        self.closing: Final[set[str]] = set()
        """Streams whose writers are asked to wait, because they are just going to a newer model."""
        self._shared: Final = store.db.shared
        self.trouble: StoreUnavailable | None = None
        """Why the last group was not stored; None: it was."""
        self._streams: dict[str, StreamRow] = {}
        self._kinds: dict[int, tuple[int, str]] = {}
        self._writes: dict[int, int] = {}
        self._rounds: dict[int, int] = {}
        self._positions: dict[tuple[int, int], Position] = {}
        self._growths: dict[str, _Growth] = {}

    # --- what plan looks at ------------------------------------------------------------------------

    def stream(self, stream: str) -> StreamRow | None:
        """Return a stream as committed."""
        row = self._streams.get(stream)
        if row is None:
            row = self.store.stream(stream)
            if row is not None:
                self._recognise(row)
                if not self._shared:
                    self._streams[stream] = row
        return row

    def position(self, stream: int, rid: int) -> Position:
        """Return how far a replica has come, what this group has planned included."""
        position = self._positions.get((stream, rid))
        if position is None:
            position = self.store.position(stream, rid)
            if len(self._positions) >= POSITIONS_KEPT_MAX:
                self._positions.pop(next(iter(self._positions)))
            if position is not NOWHERE and not self._shared:
                self._positions[(stream, rid)] = position
        return position

    def rejections(self, stream: int, rid: int, after: int, to: int) -> list[Rejection]:
        """Return what of a replica's n behind ``after`` up to ``to`` (inclusive) was rejected."""
        return self.store.rejections(stream, rid, after, to)

    # --- writing -----------------------------------------------------------------------------------

    def write(self, batches: Sequence[Batch], now_ms: int) -> Written:
        """
        Decide and commit a group of batches; on disk when this returns.

        Never raises for what is wrong with a batch or with the disk: each batch has its answer.
        """
        is_wide = False
        for _ in range(HEAD_TRIES):
            try:
                written = self._write(batches, now_ms, is_wide=is_wide)
                self.trouble = None
                return written
            except HeadMoved:  # another writer came in between; look again
                self._forget(batches)
            except NotHeld:  # something was moved, and its edits follow it: to be held there, too
                self._forget(batches)
                is_wide = True
            except StoreUnavailable as error:
                _log.warning("a group of %d batches was not stored: %s", len(batches), error.reason)
                self.trouble = error
                self._forget(batches)
                if error.reason in ("unreachable", "locked"):  # each by itself would wait as long
                    return self.give_up(batches, "busy")
                break
        if (
            len(batches) > 1
        ):  # one of them may name a document that cannot be loaded; the others shall not suffer
            return Written.together([self.write([batch], now_ms) for batch in batches])
        return self.give_up(batches)

    def give_up(self, batches: Sequence[Batch], code: NackCode = "internal") -> Written:
        """Forget what batches may have changed in memory, and answer that nothing of them was consumed."""
        self._forget(batches)
        nacks = [Answer(b.conn, Nack(b.stream, b.batch, code, after_ms=RETRY_MS)) for b in batches]
        return Written(nacks)

    def _write(self, batches: Sequence[Batch], now_ms: int, *, is_wide: bool) -> Written:
        """Decide and commit a group; ``is_wide``: hold also the streams that its documents are in now."""
        streams = {batch.stream for batch in batches}
        if is_wide:
            streams |= self.moving.homes([pushed.document for b in batches for pushed in b.deltas])
        try:
            with self.store.holding(streams, unwaited=True) as rows:
                self._look(rows, batches)
                decided, growths = self._plan(batches, now_ms)
                self._append(growths, now_ms)
            self._committed(growths)
            self._observe(decided, now_ms)
            answers = [self._answer(*decision) for decision in decided]
        finally:
            if self._shared:
                self._look_away()
        return Written(answers, [segment for growth in growths.values() for segment in _segments(growth)])

    def _look(self, rows: Sequence[StreamRow], batches: Sequence[Batch]) -> None:
        """Remember streams that are held; where others write them too, what a group needs, as it is now."""
        for row in rows:
            self._recognise(row)
            self._streams[row.id] = row
            if self._writes.get(row.key) != row.writes:  # others wrote: any document of it may have changed
                self._rounds[row.key] = self._rounds.get(row.key, 0) + 1
            self._writes[row.key] = row.writes
        if self._shared:
            keys = {row.id: row.key for row in rows}
            writers = {(keys[batch.stream], batch.rid) for batch in batches if batch.stream in keys}
            self._positions.update(self.store.positions(sorted(writers)))
            names = {pushed.document for batch in batches for pushed in batch.deltas}
            self.documents.hold(names, {row.key: self._rounds[row.key] for row in rows})

    def _look_away(self) -> None:
        """Forget what was true only while streams were held."""
        self._streams.clear()
        self._positions.clear()
        self.documents.release()

    def _recognise(self, row: StreamRow) -> None:
        """Forget the documents of a stream that became another one: another log, or another data model."""
        before, now = self._kinds.get(row.key), (row.epoch, row.model)
        if before is not None and before != now:
            self.documents.forget_stream(row.key)
        self._kinds[row.key] = now

    def _plan(
        self, batches: Sequence[Batch], now_ms: int
    ) -> tuple[list[tuple[Batch, Plan | Nack, int]], dict[str, _Growth]]:
        """Decide a group; what it adds, by stream."""
        growths: dict[str, _Growth] = {}
        decided: list[tuple[Batch, Plan | Nack, int]] = []
        view = GroupView(self)
        for batch in batches:
            made = plan(batch, view, now_ms)
            first = 0
            if isinstance(made, Plan):
                growth = growths.setdefault(batch.stream, _Growth(made.stream))
                first = made.stream.head + len(growth.accepted) + 1
                growth.accepted += made.accepted
                growth.rejections += made.rejected
                growth.positions[batch.rid] = made.position
                for moved, accepted in made.followed:
                    growths.setdefault(moved.id, _Growth(moved)).accepted.append(accepted)
                view.planned[(made.stream.key, batch.rid)] = made.position
            decided.append((batch, made, first))
        return decided, growths

    def _append(self, growths: dict[str, _Growth], now_ms: int) -> None:
        """Write what a group adds, in the transaction that holds its streams."""
        if growths:
            self.store.append(
                [
                    StreamAppend(
                        g.stream.key, g.stream.epoch, g.stream.head, g.accepted, g.positions, g.rejections
                    )
                    for g in growths.values()
                ],
                now_ms,
            )

    def _committed(self, growths: dict[str, _Growth]) -> None:
        """Take over into memory what is on disk now."""
        for growth in growths.values():
            head = growth.stream.head
            for seq, accepted in enumerate(growth.accepted, head + 1):
                self.documents.committed(accepted.document, seq, len(accepted.body))
            size = sum([len(accepted.body) for accepted in growth.accepted])
            self._streams[growth.stream.id] = growth.stream._replace(
                head=head + len(growth.accepted),
                size_bytes=growth.stream.size_bytes + size,
                writes=growth.stream.writes + 1,
            )
            self._writes[growth.stream.key] = growth.stream.writes + 1
            for rid, position in growth.positions.items():
                self._positions[(growth.stream.key, rid)] = position
        self.documents.trim()

    def forget_streams(self) -> None:
        """Look at the streams anew: something about them has changed on disk."""
        self._streams.clear()

    def _forget(self, batches: Iterable[Batch]) -> None:
        """Forget all that a failed group may have changed in memory."""
        self._streams.clear()
        self._positions.clear()
        for batch in batches:
            self.documents.forget([pushed.document for pushed in batch.deltas])

    def _observe(self, decided: Iterable[tuple[Batch, Plan | Nack, int]], now_ms: int) -> None:
        """Keep the server's own clock behind none that it accepted, so that an administrator's edit wins."""
        latest = max((made.stamp_time for _, made, _ in decided if isinstance(made, Plan)), default=0)
        if latest:
            try:
                self.clock.observe(Stamp.at(latest, self.rid), now_ms)
            except CrdtError as error:
                raise AssertionError("a stamp was accepted beyond the bound") from error

    def _answer(self, batch: Batch, made: Plan | Nack, first: int) -> Answer:
        if isinstance(made, Nack):
            return Answer(batch.conn, made)
        stream = self._streams.get(batch.stream, made.stream)
        states = batch.reads is not None and major_of(batch.reads) == major_of(stream.model)
        told = (*made.known, *made.rejected)
        rejected = [self.rejected(stream, rejection, states=states) for rejection in told]
        ack = Ack(batch.stream, batch.batch, made.position.last_n, stream.head, tuple(rejected))
        return Answer(batch.conn, ack, (first, first + len(made.accepted)) if made.accepted else None)

    def rejected(self, stream: StreamRow, rejection: Rejection, *, states: bool) -> Rejected:
        """
        Return what a client is told of a rejected delta.

        Args:
            states: Whether it reads the stream's model: then with the document's state, when that is short.
        """
        told = Rejected(rejection.n, rejection.code, rejection.message, rejection.document)
        row = self.store.document(rejection.document)
        if row is None or row.stream != stream.key:  # what is elsewhere is nobody's business here
            return told
        told = told._replace(seq=row.last_seq)
        if not states or row.state_bytes + row.tail_bytes > STATE_IN_ACK_MAX:
            return told
        state = self.documents.state(row)
        return told._replace(state=state) if len(state) <= STATE_IN_ACK_MAX else told

    # --- reading -----------------------------------------------------------------------------------

    def log_page(self, stream: str, after: int) -> Segment | Gone | None:
        """Return what follows a seq of a stream, at most a page; None when nothing does."""
        row = self.stream(stream)
        if row is None or after >= row.head:
            return None
        if after < row.arrived:
            return Gone(row.head)
        rows = self.store.log(row.key, after, count_max=SEGMENT_ROWS_MAX, size_max=SEGMENT_SIZE_MAX)
        if not rows or rows[0].seq != after + 1:  # what follows was cut, perhaps by another process just now
            return Gone(row.head)
        return Segment(stream, after + 1, rows[-1].seq, row.model, tuple(rows))

    def state_of(self, document: str) -> tuple[DocumentRow, bytes] | None:
        """Return a document's row and encoded state, as of its last committed delta."""
        row = self.store.document(document)
        return None if row is None else (row, self.documents.state(row))

    def cheaper_by_state(self, stream: StreamRow, since: int) -> bool:
        """
        Whether a client at a cursor is served better with states than with the log.

        Cost: O(1) for a client that is nearly up to date, else O(documents changed), bounded.
        """
        behind = stream.head - since
        if since < max(stream.floor, stream.arrived):
            return True
        if behind <= LOG_ALWAYS_MAX:
            return False
        log_bytes = behind * (stream.size_bytes // max(1, stream.head) + LOG_ROW_COST)
        documents, state_bytes = self.store.state_cost(stream.key, since, behind)
        return state_bytes + documents * STATE_ROW_COST < log_bytes

    def idle(self, *, settle: bool = False) -> int:
        """
        Write a few states behind the log; return how many. For moments in which nobody waits.

        Args:
            settle: Now and then: write what has come to rest, too.
        """
        try:
            written = self.documents.settle() if settle else self.documents.save()
            self.documents.trim()
        except StoreUnavailable as error:  # the log has it all; the next commit says what is wrong
            _log.warning("states were not written: %s", error.reason)
            return 0
        return written

    def close(self) -> None:
        """Write every state that lags, then close the store."""
        self.documents.save(everything=True)
        self.store.close()


def _segments(growth: _Growth) -> Iterator[Segment]:
    """Divide what a stream grew by into pieces that fit a frame each."""
    rows: list[LoggedDelta] = []
    size = 0
    for seq, accepted in enumerate(growth.accepted, growth.stream.head + 1):
        if rows and (size + len(accepted.body) > SEGMENT_SIZE_MAX or len(rows) == SEGMENT_ROWS_MAX):
            yield _segment(growth.stream, rows)
            rows, size = [], 0
        rows.append(LoggedDelta(seq, accepted.document, accepted.body))
        size += len(accepted.body)
    if rows:
        yield _segment(growth.stream, rows)


def _segment(stream: StreamRow, rows: list[LoggedDelta]) -> Segment:
    return Segment(stream.id, rows[0].seq, rows[-1].seq, stream.model, tuple(rows))
