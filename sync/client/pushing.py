"""
The way out: which deltas are under way, which follow when, and what the server's answers mean.

What it is not: the outbox itself (storage) or subscribing (engine). Invariants:
- Only what the store holds on disk is sent, in the order of n, and only on streams opened by `open`.
- What is under way over all streams keeps within `bounds`, which the server says.
- A delta is on the server when an ack says so, and for no other reason.
- After a nack nothing of that stream is sent until all its batches are answered: what was sent behind the
  refused one has a gap before it and comes back too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sync.client.bounds import Bounds
from sync.client.events import Reset
from sync.client.keeping import Keeping, can_write
from sync.client.line import NEVER, Line
from sync.client.pulling import DOCUMENTS_ID
from sync.protocol.messages import Ack, Nack, Pull, Push
from sync.protocol.rows import PushedDelta
from sync.storage.rows import OutboxRow

QUIET_MS: Final = 25
"""After the last keystroke: shorter sends every letter alone, longer is felt by whoever reads along."""
HELD_MS_MAX: Final = 100
"""After the first unsent keystroke, however fast the typing goes on."""
PAUSE_MS: Final = 5_000
"""After a nack that names no time: the server's trouble is not over in an instant."""


@dataclass(slots=True)
class _Batch:
    """One push that is not answered yet."""

    number: int
    n0: int
    last_n: int
    size: int


@dataclass(slots=True)
class _Lane:
    """One stream's way out."""

    sent_n: int
    batches: deque[_Batch] = field(default_factory=deque)
    held: bool = False  # a nack came; wait until nothing is under way
    not_before_ms: int = 0


class Pushing:
    """The deltas under way to the server."""

    def __init__(
        self,
        line: Line,
        keeping: Keeping,
        resubscribe: Callable[[str], None],
        clock_ahead: Callable[[int | None], None],
    ) -> None:
        """
        Args:
            keeping: Makes copies of what this account may not write.
            resubscribe: Called with a stream whose standing is in doubt.
            clock_ahead: Called with the server's time when it refuses our stamps and nothing is under way.
        """
        self._line: Final = line
        self._keeping: Final = keeping
        self._resubscribe: Final = resubscribe
        self._clock_ahead: Final = clock_ahead
        self._lanes: dict[str, _Lane] = {}
        self._batches = 0
        self._first_ms: int | None = None  # the oldest keystroke that may still be held back
        self._last_ms = 0
        self._not_before_ms = 0  # all streams: the account's rate
        self._ahead: Nack | None = None  # our stamps are refused; wait until nothing at all is under way
        self.bounds = Bounds()
        self.last_ack_ms: int | None = None
        self.held = False
        """Whether nothing more shall be sent for now."""

    def open(self, stream: str) -> None:
        """Begin to send what the store has of a stream beyond what was acknowledged."""
        self._lanes[stream] = _Lane(self._line.store.stream(stream).acked_n)

    def close(self, stream: str | None = None) -> None:
        """Stop sending, on one stream or all; what is under way counts as not sent."""
        if stream is None:
            self._lanes.clear()
            self._ahead = None
            self._not_before_ms = 0
        else:
            self._lanes.pop(stream, None)

    def is_open(self, stream: str) -> bool:
        """Whether the stream's deltas are being sent."""
        return stream in self._lanes

    def written(self, now_ms: int, *, now: bool) -> None:
        """Take note that deltas were written; they are sent when the typing pauses, or at once."""
        self._first_ms = (
            now_ms - HELD_MS_MAX if now else (self._first_ms if self._first_ms is not None else now_ms)
        )
        self._last_ms = now_ms

    def _due_ms(self) -> int:
        """When what is held back must go."""
        if self._first_ms is None:
            return 0
        return min(self._last_ms + QUIET_MS, self._first_ms + HELD_MS_MAX)

    def wake_ms(self, now_ms: int) -> int:
        """When `pump` has something to do next without another event."""
        if self.held or (self._ahead is not None and not self.idle):
            return NEVER  # nothing goes before what is under way has been answered
        wakes = [lane.not_before_ms for lane in self._lanes.values() if lane.not_before_ms > now_ms]
        if self._lanes and self._first_ms is not None:
            wakes.append(max(self._due_ms(), self._not_before_ms))
        if self._not_before_ms > now_ms:
            wakes.append(self._not_before_ms)
        return min(wakes, default=NEVER)

    def pump(self, now_ms: int) -> None:
        """Send what may be sent now."""
        if self.held or now_ms < self._due_ms() or now_ms < self._not_before_ms or not self._lanes:
            return
        if self._ahead is not None:
            if not self.idle:
                return
            self._clock_ahead(self._ahead.now)
            self._ahead = None
        self._first_ms = None
        progress = True
        while progress:  # one batch per stream and round: a long import in one notebook holds up no other
            progress = False
            for stream, lane in self._lanes.items():
                if not lane.held and now_ms >= lane.not_before_ms and self._room():
                    progress |= self._push(stream, lane)

    def _room(self) -> bool:
        """Whether another batch may go under way."""
        if self._ahead is not None:
            return False
        flying = [batch for lane in self._lanes.values() for batch in lane.batches]
        return len(flying) < self.bounds.in_flight_batches and sum(batch.size for batch in flying) <= max(
            0, self.bounds.in_flight - self.bounds.batch
        )

    def _push(self, stream: str, lane: _Lane) -> bool:
        """Send the next batch of a stream; False when there is none."""
        store = self._line.store
        row = store.stream(stream)
        if lane.sent_n >= row.next_n - 1 or not can_write(row):
            return False
        deltas = store.unsent(stream, lane.sent_n, count=self.bounds.batch_deltas, size=self.bounds.batch)
        deltas = _of_one_model(deltas)
        prev = store.chain_at(stream, lane.sent_n)
        assert prev is not None, f"no chain in {stream} at {lane.sent_n}"
        assert deltas[0].n == lane.sent_n + 1, f"the outbox of {stream} has a gap"
        self._batches += 1
        batch = _Batch(self._batches, deltas[0].n, deltas[-1].n, sum(len(delta.body) for delta in deltas))
        lane.batches.append(batch)
        lane.sent_n = batch.last_n
        self._line.send(
            Push(
                stream=stream,
                batch=batch.number,
                model=deltas[0].model,
                n0=batch.n0,
                prev=prev,
                deltas=tuple(PushedDelta(delta.document, delta.body) for delta in deltas),
            )
        )
        return True

    def acked(self, ack: Ack, now_ms: int) -> None:
        """Take note of what is on the server; refused deltas go to the quarantine and the rest flows on."""
        lane = self._lanes.get(ack.stream)
        if lane is None:
            return  # of a time before the stream was closed here; the next subscribed says it again
        row = self._line.store.stream(ack.stream)
        if ack.n >= row.next_n:
            self._doubt(ack.stream, "an ack beyond what was written", n=ack.n)
            return
        while lane.batches and lane.batches[0].last_n <= ack.n:
            lane.batches.popleft()
        if ack.n > row.acked_n:
            self.settle(ack)
        self._drained(ack.stream, lane)

    def settle(self, ack: Ack) -> None:
        """Store an ack and show again what it took something from."""
        rejected = [(entry.n, entry.code, entry.message) for entry in ack.rejected]
        now_ms = self._line.ticker.now_ms()
        copier = self._keeping.copier()
        _, refused, kept = self._line.store.acknowledge(ack.stream, ack.n, rejected, now_ms, copier=copier)
        self._keeping.tell(kept)
        self.last_ack_ms = now_ms
        for entry in ack.rejected:
            self._line.note("refused", stream=ack.stream, n=entry.n, code=entry.code, message=entry.message)
        states = [
            (entry.document, entry.state)
            for entry in ack.rejected
            if entry.document is not None and entry.state is not None
        ]
        if states:
            self._line.store.take_states(ack.stream, states)
        missing = sorted(set(refused) - {document for document, _ in states})
        if missing:
            epoch, cursor = (row := self._line.store.stream(ack.stream)).epoch, row.cursor
            self._line.send(
                Pull(stream=ack.stream, epoch=epoch, cursor=cursor, documents=tuple(missing), id=DOCUMENTS_ID)
            )
        for document in refused:
            self._line.add(Reset(document))

    def nacked(self, nack: Nack, now_ms: int) -> None:
        """Nothing of a batch was consumed: find out why, and when to go on."""
        lane = self._lanes.get(nack.stream)
        if lane is None:
            return
        lane.batches = deque(batch for batch in lane.batches if batch.number != nack.batch)
        lane.held = True
        pause_ms = nack.after_ms if nack.after_ms is not None else PAUSE_MS
        if nack.code == "rate":
            self._not_before_ms = max(self._not_before_ms, now_ms + pause_ms)
        elif nack.code in ("busy", "quota", "migrating", "internal"):
            lane.not_before_ms = max(lane.not_before_ms, now_ms + pause_ms)
            self._line.note("held", stream=nack.stream, code=nack.code, after_ms=pause_ms)
        elif nack.code == "clock_ahead":
            self._ahead = nack
        elif nack.code != "gap":  # fork, auth, not_subscribed, and what a newer server may say
            self._doubt(nack.stream, "a push was refused", code=nack.code)
            return
        self._drained(nack.stream, lane)

    def _drained(self, stream: str, lane: _Lane) -> None:
        """Go on after a nack, once everything that was under way has been answered."""
        if not lane.held or lane.batches:
            return
        lane.held = False
        lane.sent_n = self._line.store.stream(stream).acked_n

    def _doubt(self, stream: str, what: str, **facts: object) -> None:
        """Stop a stream and ask the server where it stands."""
        self._line.note(what, stream=stream, **facts)
        self.close(stream)
        self._resubscribe(stream)

    def under_way(self, stream: str) -> bool:
        """Whether something that was sent on a stream is not answered yet."""
        lane = self._lanes.get(stream)
        return lane is not None and bool(lane.batches)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not any(lane.batches for lane in self._lanes.values())


def _of_one_model(deltas: list[OutboxRow]) -> list[OutboxRow]:
    """Return the first deltas that are of one model version: a push names only one."""
    for place, delta in enumerate(deltas):
        if delta.model != deltas[0].model:
            return deltas[:place]
    return deltas
