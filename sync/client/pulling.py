"""
The way in: deltas that follow a cursor, states where the log would be longer, and the credit that goes back.

What it is not: subscribing (engine) or storing (storage). Invariants:
- Deltas are taken only when they continue the cursor, and rows and cursor are one commit; anything else is
  dropped and pulled again.
- A state transfer becomes visible together with its cursor. The first one of a stream, in which there is
  nothing to be half of, becomes visible page by page; its cursor still moves only at the end.
- Credit for a frame goes back when what it brought is on disk.
- While a stream's own part is in doubt (`stage`), what comes is kept aside until the engine knows what to
  make of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from crdt import CrdtError, Delta, Stamp
from crdt.codec import Reader
from crdt.delta_codec import FORMAT
from sync.client.events import Remote, Reset
from sync.client.line import NEVER, Line
from sync.protocol.chain import CHAIN_START, chain_next
from sync.protocol.messages import Deltas, Poke, Pull, Received, State
from sync.protocol.rows import Cursor, Granted
from sync.storage.rows import RemoteDelta, StreamRow

CREDIT_OWED_MAX: Final = 64 * 1024
"""Bytes after which credit goes back at once; the server stops sending at sixteen times this."""
CREDIT_HELD_MS: Final = 500
"""Longest time that credit is held back: one small frame upward for many small ones downward."""
PULL_PATIENCE_MS: Final = 5_000
"""How long a pull may stay unanswered before it is repeated."""
DOCUMENTS_ID: Final = 1
"""Pull.id of pulls that name documents; the state frames that answer carry it."""
CHECKED_ID: Final = 2
"""Pull.id of pulls of documents that differed from the server's."""


@dataclass(slots=True)
class _Transfer:
    """A transfer of document states under way."""

    count: int = 0
    digest: bytes = CHAIN_START
    document: str = ""
    piece: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class _Lane:
    """One stream's way in."""

    epoch: int
    cursor: int
    head: int
    saved: int  # the cursor in the store; behind while only our own deltas have passed
    first: bool  # nothing of the stream was here when its transfer began
    stage: bool = False
    transfer: _Transfer | None = None
    states_expected: bool = False
    pulled_ms: int | None = None
    behind_ms: int | None = None  # since when a hint says that there is more, and nothing has come

    @property
    def level(self) -> bool:
        """Whether everything that the server was last known to have is here."""
        return self.cursor >= self.head and self.transfer is None and not self.states_expected


class Pulling:
    """What comes from the server."""

    def __init__(
        self, line: Line, checked: Callable[[str, list[tuple[str, bytes]], bool, int], None]
    ) -> None:
        """
        Start with no stream.

        Args:
            checked: Called with (stream, states, whether they are the last, now) of a pull of CHECKED_ID.
        """
        self._line: Final = line
        self._checked: Final = checked
        self._lanes: dict[str, _Lane] = {}
        self._single: dict[str, _Transfer] = {}
        self._owed = 0
        self._owed_since: int | None = None
        self._moved: set[str] = set()

    def open(self, row: StreamRow, granted: Granted, *, stage: bool) -> None:
        """Take what follows on a stream whose subscription was granted; `stage` keeps it aside."""
        self._lanes[row.id] = _Lane(
            epoch=granted.epoch,
            cursor=row.cursor,
            head=granted.head,
            saved=row.cursor,
            first=row.cursor == 0,
            stage=stage,
            states_expected=granted.via == "state",
        )

    def close(self, stream: str | None = None) -> None:
        """Stop taking anything, on one stream or all."""
        if stream is None:
            self._lanes.clear()
            self._single.clear()
            self._owed, self._owed_since = 0, None
            self._moved.clear()
        else:
            self._lanes.pop(stream, None)
            self._single.pop(stream, None)
            self._moved.discard(stream)

    @property
    def level(self) -> bool:
        """Whether every open stream has all that the server was last known to have."""
        return all(lane.level for lane in self._lanes.values())

    def is_level(self, stream: str) -> bool:
        """Whether one open stream has all that the server was last known to have."""
        lane = self._lanes.get(stream)
        return lane is not None and lane.level

    def stand(self, stream: str) -> tuple[int, int]:
        """Return (epoch, cursor) that what is kept aside leads to."""
        lane = self._lanes[stream]
        return lane.epoch, lane.cursor

    # --- the log ---------------------------------------------------------------------------------

    def deltas(self, message: Deltas, size: int, now_ms: int) -> None:
        """Take deltas that continue the cursor; drop and pull otherwise."""
        lane = self._lanes.get(message.stream)
        if lane is None:
            self._owe(size, now_ms)
            return
        lane.head = max(lane.head, message.to)
        if message.from_ == lane.cursor and lane.transfer is None:
            self._append(message, lane)
            lane.cursor, lane.pulled_ms = message.to, None
            lane.states_expected = False
            lane.behind_ms = now_ms if lane.behind_ms is not None and lane.head > lane.cursor else None
            self._moved.add(message.stream)
        elif message.to > lane.cursor:
            self._pull(message.stream, lane, now_ms)
        self._owe(size, now_ms)

    def _append(self, message: Deltas, lane: _Lane) -> None:
        """Store the rows and the cursor behind them, observe their stamps, and show them."""
        rows = [RemoteDelta(delta.document, delta.body, delta.seq) for delta in message.deltas]
        if lane.stage:
            self._line.store.stage_deltas(message.stream, rows, message.to)
            return
        if not rows:
            return  # only our own: not worth a commit of its own, see `pump`
        fresh = self._line.store.append_remote(message.stream, rows, message.to)
        lane.saved = message.to
        self._observe([body for bodies in fresh.values() for body in bodies])
        for document, bodies in fresh.items():
            self._line.add(Remote(document, tuple(bodies)) if bodies else Reset(document))

    def _observe(self, bodies: list[bytes]) -> None:
        """Move the clock past the stamps of others, so that what is written from now on is later (H2)."""
        latest = max((stamp for stamp in map(stamp_of, bodies) if stamp is not None), default=None)
        if latest is None or self._line.ticker.observe(latest):
            return
        for body in bodies:  # one that nobody believes must not hide the others
            stamp = stamp_of(body)
            if stamp is not None and not self._line.ticker.observe(stamp):
                self._line.note("a stamp is too far ahead to be believed", stamp=str(stamp))

    def poked(self, message: Poke, now_ms: int) -> None:
        """
        Take note of streams that have grown.

        What they grew by comes by itself when we have returned credit; asking at once would have everything
        that is under way sent again. `pump` asks when nothing has come for a while.
        """
        for head in message.heads:
            lane = self._lanes.get(head.stream)
            if lane is not None and head.head > lane.head:
                lane.head = head.head
            if lane is not None and head.head > lane.cursor and lane.behind_ms is None:
                lane.behind_ms = now_ms

    def _pull(self, stream: str, lane: _Lane, now_ms: int) -> None:
        """Ask for what follows the cursor, unless the answer to the same question is under way."""
        if lane.pulled_ms is not None and now_ms - lane.pulled_ms < PULL_PATIENCE_MS:
            return
        if lane.transfer is not None:
            return
        lane.pulled_ms = now_ms
        self._line.send(Pull(stream=stream, epoch=lane.epoch, cursor=lane.cursor))

    # --- states ----------------------------------------------------------------------------------

    def state(self, message: State, size: int, now_ms: int) -> bool:
        """
        Take a page of document states.

        Returns:
            False when the transfer turned out wrong at its end and must start again from nothing.
        """
        lane = self._lanes.get(message.stream)
        if lane is None:
            self._owe(size, now_ms)
            return True
        fine = self._single_states(message, now_ms) if message.id else self._page(message, lane)
        self._owe(size, now_ms)
        return fine

    def _page(self, message: State, lane: _Lane) -> bool:
        """Take a page of the transfer of a whole stream."""
        store, stream = self._line.store, message.stream
        lane.pulled_ms = None
        if lane.transfer is None:
            lane.transfer = _Transfer()
        lane.states_expected = False
        complete = _assemble(lane.transfer, message)
        if complete and lane.first and not lane.stage and message.end is None:
            self._show(store.take_page(stream, complete, message.to, message.after))
        elif complete:
            store.stage_states(stream, complete, message.to, message.after)
        if message.end is None:
            return True
        transfer, lane.transfer = lane.transfer, None
        if message.end[1] != transfer.count or message.end.digest != transfer.digest:
            self._line.note("a transfer of states did not add up", stream=stream, count=transfer.count)
            store.drop_staged(stream)
            return False
        lane.epoch, lane.cursor = message.epoch, message.end.to
        lane.saved = lane.cursor
        lane.head = max(lane.head, lane.cursor)
        lane.behind_ms = None
        self._moved.add(stream)
        if not lane.stage:
            taken = store.take_staged(stream, epoch=lane.epoch, cursor=lane.cursor)
            self._show(taken.documents)
        return True

    def _single_states(self, message: State, now_ms: int) -> bool:
        """Take states of documents that were asked for by name; the cursor stays where it is."""
        transfer = self._single.setdefault(message.stream, _Transfer())
        complete = _assemble(transfer, message)
        if message.end is not None:
            del self._single[message.stream]
        if message.id == CHECKED_ID:
            self._checked(message.stream, complete, message.end is not None, now_ms)
        elif complete:
            self._show(self._line.store.take_states(message.stream, complete))
        return True

    def _show(self, documents: list[str]) -> None:
        for document in documents:
            self._line.add(Reset(document))

    # --- credit ----------------------------------------------------------------------------------

    def _owe(self, size: int, now_ms: int) -> None:
        """Count the bytes of a frame whose contents are on disk, or were dropped."""
        self._owed += size
        if self._owed_since is None:
            self._owed_since = now_ms

    def wake_ms(self) -> int:
        """When `pump` has something to do without another event."""
        wakes = [
            lane.behind_ms + PULL_PATIENCE_MS for lane in self._lanes.values() if lane.behind_ms is not None
        ]
        if self._owed_since is not None:
            wakes.append(self._owed_since + CREDIT_HELD_MS)
        return min(wakes, default=NEVER)

    def pump(self, now_ms: int) -> None:
        """
        Return credit when enough has gathered or it has waited long enough; ask for what a hint promised.
        """
        for stream, lane in self._lanes.items():
            if lane.behind_ms is not None and now_ms >= lane.behind_ms + PULL_PATIENCE_MS:
                lane.behind_ms = now_ms
                self._pull(stream, lane, now_ms)
        if self._owed_since is None:
            return
        if self._owed < CREDIT_OWED_MAX and now_ms < self._owed_since + CREDIT_HELD_MS:
            return
        self._save()
        cursors = tuple(
            Cursor(stream, self._lanes[stream].cursor)
            for stream in sorted(self._moved)
            if stream in self._lanes
        )
        self._line.send(Received(cursors=cursors, bytes=self._owed))
        self._owed, self._owed_since = 0, None
        self._moved.clear()

    def _save(self) -> None:
        """Store the cursors that moved past our own deltas alone, all in one commit."""
        behind = {
            stream: lane
            for stream, lane in self._lanes.items()
            if lane.saved < lane.cursor and not lane.stage
        }
        if behind:
            self._line.store.save_cursors({stream: lane.cursor for stream, lane in behind.items()})
            for lane in behind.values():
                lane.saved = lane.cursor


def stamp_of(body: bytes) -> Stamp | None:
    """
    Return the stamp in front of an encoded delta without decoding its ops; None for bytes that are no delta.

    Cost: a hundredth of decoding it, which for a cold fetch is seconds.
    """
    try:
        reader = Reader(body)
        if reader.raw(1)[0] & 15 != FORMAT:
            return Delta.decode(body).stamp
        rid = int.from_bytes(reader.raw(8), "big")
        reader.uint()
        return Stamp.at(int.from_bytes(reader.raw(8), "big"), rid)
    except CrdtError:
        return None  # of a newer kind, or damaged: kept as it is, and no reason to stop


def _assemble(transfer: _Transfer, message: State) -> list[tuple[str, bytes]]:
    """Add the chunks of a page to a transfer; return the documents that are complete now."""
    complete: list[tuple[str, bytes]] = []
    for chunk in message.documents:
        if chunk.offset == 0:
            transfer.document, transfer.piece = chunk.document, bytearray()
        if chunk.document != transfer.document or chunk.offset != len(transfer.piece):
            continue  # the middle of something whose beginning was not seen: the digest will tell
        transfer.piece += chunk.chunk
        if len(transfer.piece) == chunk.total:
            state = bytes(transfer.piece)
            complete.append((chunk.document, state))
            transfer.count += 1
            transfer.digest = chain_next(transfer.digest, chunk.document, state)
            transfer.document, transfer.piece = "", bytearray()
    return complete
