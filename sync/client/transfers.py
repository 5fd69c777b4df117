"""
Attachments on their way: everything the client decides about sending and fetching them, as
`handle(event, now_ms) -> effects`, like the engine's, for a second connection.

What it is not: I/O, or the queue itself, which follows from the store. Invariants:
- A connection is wanted exactly when the engine's is live and signed in and there is something to do.
- One file is under way at a time, so that small ones are not held up by many large ones beside them.
- "sent" is said of what the server has verified and put on disk, and of nothing else.
- What cannot be done now is tried again later, ever more seldom; what the server refuses for good is told
  with its reason, and not tried again until somebody asks.

The link: off -> waiting -> connecting -> greeting -> live, and back on Lost, idleness or when not allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sync import limits
from sync.client.backoff import Backoff
from sync.client.events import (
    Close,
    Connect,
    Effect,
    Event,
    FileCame,
    FilesChanged,
    Heard,
    Lost,
    Noted,
    Nudged,
    Opened,
    Send,
    Stopped,
    Ticked,
)
from sync.client.line import NEVER
from sync.errors import StoreUnavailable
from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.storage.attachments import Due, FileCounts
from sync.storage.client_store import ClientStore

WINDOW: Final = 8
"""Puts in the air: half a megabyte keeps a line of 50 ms busy at 80 Mbit/s, and is what a cut may repeat."""

PIECE_SIZE: Final = 1024 * 1024
"""Bytes fetched between two commits."""

IDLE_MS: Final = 60_000
"""A connection with nothing to do is kept for so long: what was absent may come."""

LATER_MS_FIRST: Final = 2_000
LATER_MS_LONGEST: Final = 300_000

GREETING_MS_MAX: Final = 20_000

FOR_GOOD: Final = frozenset({"too_big", "quota"})
"""Refusals that trying again does not change."""

FAILURES_MAX: Final = 2
"""Failed attempts to connect after which `settled` no longer waits."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Where one attachment stands."""

    state: str
    """
    Here: waiting, sending, sent or refused, or local where no server is to have it. Not here: wanted,
    fetching once it begins to come, missing where the server did not give it when it was asked, or absent
    where none could.
    """
    percent: int = 0
    why: str = ""
    """The server's code, of what is missing or refused."""


@dataclass(slots=True)
class _Job:
    """The file that is under way."""

    due: Due
    sending: bool
    hash: bytes
    body: bytes = b""
    """What is sent, or what was fetched and is not stored yet."""
    offset: int = 0
    """Bytes the server has, or bytes that are stored here."""
    said: int = 0
    """Bytes that were put."""
    size: int = 0

    @property
    def key(self) -> tuple[str, str, bool]:
        """What it is about: a file, a notebook, and which way."""
        return self.due.sha256, self.due.notebook, self.sending

    @property
    def percent(self) -> int:
        """How much of it is over."""
        done = self.offset if self.sending else self.offset + len(self.body)
        return done * 100 // self.size if self.size else 0


@dataclass(slots=True)
class _Later:
    """Something to be tried again."""

    at_ms: int
    """0: now."""
    delay_ms: int
    code: str
    """What the server said."""


@dataclass(slots=True)
class Leave:
    """What the engine's connection allows."""

    url: str | None = None
    token: str | None = None
    hello: Callable[[str], m.Hello] | None = field(default=None, compare=False)


class Transfers:
    """One profile's decisions about attachments. Used on the engine's thread."""

    def __init__(self, store: ClientStore, fraction: Callable[[], float]) -> None:
        """
        Args:
            store: Open.
            fraction: Random numbers, 0 <= fraction() < 1, for back-off.
        """
        self._store: Final = store
        self._backoff: Final = Backoff(fraction)
        self._leave = Leave()
        self._link = "off"
        self._retry_ms = NEVER
        self._since_ms = 0
        self._heard_ms = 0
        self._busy_ms = 0
        self._failures = 0
        self._asked_first: dict[str, None] = {}
        self._later: dict[tuple[str, str, bool], _Later] = {}
        self._job: _Job | None = None
        self._todo: list[tuple[bool, Due]] | None = None
        self._size_max = limits.BLOB_SIZE_MAX
        self._chunk = limits.BLOB_CHUNK_SIZE_MAX
        self._effects: list[Effect] = []
        self.counts = FileCounts()

    # --- what others ask ---------------------------------------------------------------------------

    def allow(self, leave: Leave) -> bool:
        """Say whether there may be a connection, and with which token; returns whether that changed."""
        changed = leave != self._leave
        self._leave = leave
        if changed:
            self._later.clear()
            self._failures = 0
            self._backoff.reset()
        return changed

    def want(self, sha256: str) -> None:
        """Fetch an attachment before all others, and now: somebody looks at its note."""
        self._asked_first.pop(sha256, None)
        self._asked_first = {sha256: None, **self._asked_first}
        for key in [key for key in self._later if key[0] == sha256]:
            del self._later[key]

    def state(self, sha256: str) -> FileState:
        """Return where an attachment stands."""
        job = self._job
        refusals = [later.code for key, later in self._later.items() if key[0] == sha256 and not key[2]]
        # Asked for is not under way: the server may have nothing to give.
        if job is not None and job.due.sha256 == sha256 and job.size:
            return FileState("sending" if job.sending else "fetching", job.percent)
        state, why = self._store.attachment_standing(sha256)
        if state == "wanted" and refusals:
            return FileState("missing", 0, refusals[0])
        return FileState(state, 100 if state == "sent" else 0, why)

    @property
    def settled(self) -> bool:
        """Whether waiting longer cannot help: nothing is under way, and nothing can be begun now."""
        if self._leave.url is None or self._failures >= FAILURES_MAX:
            return True
        return self._job is None and self._todo == []

    @property
    def wake_ms(self) -> int:
        """When to call with `Ticked`, if nothing happens before."""
        later = min((entry.at_ms for entry in self._later.values() if entry.at_ms), default=NEVER)
        if self._link == "waiting":
            return self._retry_ms
        if self._link in ("connecting", "greeting"):
            return self._since_ms + GREETING_MS_MAX
        if self._link == "off":
            return later if self._leave.url is not None else NEVER
        ends = self._heard_ms + limits.SILENCE_MS_MAX if self._job is not None else self._busy_ms + IDLE_MS
        return min(later, ends) if self._job is None else ends

    def handle(self, event: Event, now_ms: int) -> list[Effect]:
        """
        Take note of an event and return what is to be done, in order.

        `Nudged`: look again: the store, the sign-in or the engine's connection changed.
        """
        before = self._shown()
        try:
            self._take(event, now_ms)
            self._go_on(now_ms)
        except StoreUnavailable as error:
            self._note("attachments cannot be kept", reason=error.reason)
            self._drop(now_ms)
        if before != self._shown():
            self._effects.append(FilesChanged())
        effects, self._effects = self._effects, []
        return effects

    def _shown(self) -> tuple[FileCounts, tuple[str, str, bool] | None, int]:
        """What somebody may be shown: when it changes, that is told."""
        job = self._job
        return self.counts, job.key if job is not None else None, job.percent if job is not None else 0

    # --- events ------------------------------------------------------------------------------------

    def _take(self, event: Event, now_ms: int) -> None:
        match event:
            case Heard():
                self._heard_ms = now_ms
                self._heard(event.message, now_ms)
            case Opened() if self._link == "connecting" and self._leave.hello is not None:
                self._set_link("greeting", now_ms)
                self._effects.append(Send(self._leave.hello(str(self._leave.token))))
            case Lost():
                self._lost(now_ms)
            case Stopped():
                self._leave = Leave()
            case Nudged():
                self._look()
            case Ticked():
                self._ticked(now_ms)

    def _ticked(self, now_ms: int) -> None:
        silent = self._job is not None and now_ms >= self._heard_ms + limits.SILENCE_MS_MAX
        stuck = self._link in ("connecting", "greeting") and now_ms >= self._since_ms + GREETING_MS_MAX
        if (self._link == "live" and silent) or stuck:
            self._drop(now_ms)
        for entry in self._later.values():
            if 0 < entry.at_ms <= now_ms:
                entry.at_ms = 0
                self._todo = None

    def _look(self) -> None:
        """Read the queue again when it is needed next."""
        self._todo = None
        self.counts = self._store.file_counts()

    # --- the connection ----------------------------------------------------------------------------

    def _go_on(self, now_ms: int) -> None:
        """Do what the state asks for: connect, hang up, begin the next file."""
        if self._leave.url is None:
            if self._link != "off":
                self._hang_up(now_ms)
            return
        if self._todo is None and self._job is None:
            self._todo = self._due_now(now_ms)
        if self._link == "off" and self._todo:
            self._retry_ms = now_ms
            self._set_link("waiting", now_ms)
        if self._link == "waiting" and now_ms >= self._retry_ms:
            self._set_link("connecting", now_ms)
            self._effects.append(Connect(self._leave.url))
        while self._link == "live" and self._job is None:
            if self._todo is None:
                self._todo = self._due_now(now_ms)
            if not self._todo:
                if now_ms >= self._busy_ms + IDLE_MS:
                    self._hang_up(now_ms)
                return
            sending, due = self._todo.pop(0)
            self._begin(sending, due, now_ms)

    def _due_now(self, now_ms: int) -> list[tuple[bool, Due]]:
        """Return what can be begun now: what somebody looks at, then what is here alone, then the rest."""
        fetch = self._store.attachments_to_fetch()
        order = list(self._asked_first)
        fetch.sort(key=lambda due: order.index(due.sha256) if due.sha256 in order else len(order))
        first = [due for due in fetch if due.sha256 in self._asked_first]
        rest = [due for due in fetch if due.sha256 not in self._asked_first]
        found = [
            *((False, due) for due in first),
            *((True, due) for due in self._store.attachments_to_send()),
            *((False, due) for due in rest),
        ]
        return [
            (sending, due)
            for sending, due in found
            if (later := self._later.get((due.sha256, due.notebook, sending))) is None
            or later.at_ms <= now_ms
        ]

    def _set_link(self, link: str, now_ms: int) -> None:
        self._link, self._since_ms = link, now_ms

    def _hang_up(self, now_ms: int) -> None:
        self._end_job()
        self._effects.append(Close())
        self._set_link("off", now_ms)

    def _drop(self, now_ms: int) -> None:
        self._effects.append(Close())
        self._lost(now_ms)

    def _lost(self, now_ms: int) -> None:
        if self._link in ("off", "waiting"):
            return
        self._failures = 0 if self._link == "live" else self._failures + 1
        self._backoff.lost(now_ms)
        self._end_job()
        self._retry_ms = now_ms + self._backoff.delay_ms()
        self._set_link("waiting", now_ms)

    def _end_job(self) -> None:
        """Let go of what is under way, keeping what was fetched of it."""
        job, self._job = self._job, None
        self._todo = None
        if job is not None and not job.sending and job.body:
            self._store.save_attachment_piece(job.due.sha256, job.offset, job.body)

    # --- messages ----------------------------------------------------------------------------------

    def _heard(self, message: m.Message | m.Ignored, now_ms: int) -> None:
        if self._link == "greeting":
            self._greeted(message, now_ms)
            return
        match message:
            case m.Ping():
                self._effects.append(Send(m.Pong(message.t0)))
            case m.Bye() | m.Error():
                self._note("the server ends the connection for attachments", code=message.code)
                self._drop(now_ms)
            case b.BlobHave():
                self._have(message, now_ms)
            case b.BlobChunk():
                self._chunked(message, now_ms)
            case b.BlobError():
                self._refused(message, now_ms)

    def _greeted(self, message: m.Message | m.Ignored, now_ms: int) -> None:
        if isinstance(message, m.Welcome) and message.auth.state in ("ok", "expiring"):
            self._set_link("live", now_ms)
            self._busy_ms = now_ms
            self._backoff.live(now_ms)
            self._failures = 0
            self._size_max = _said(message, "blob", limits.BLOB_SIZE_MAX)
            self._chunk = min(_said(message, "blob_chunk", self._chunk), limits.BLOB_CHUNK_SIZE_MAX)
        else:
            self._drop(now_ms)

    # --- one file ----------------------------------------------------------------------------------

    def _begin(self, sending: bool, due: Due, now_ms: int) -> None:
        self._busy_ms = self._heard_ms = now_ms
        hash = bytes.fromhex(due.sha256)
        if not sending:
            offset = self._store.attachment_fetched(due.sha256)
            self._job = _Job(due, False, hash, offset=offset)
            self._effects.append(Send(b.BlobGet(hash, due.stream, due.document, offset)))
            return
        if due.size_bytes > self._size_max:
            self._refuse(due, "too_big")
            return
        body = self._store.load_attachment(due.sha256)
        if not body:  # an empty file has nothing to send
            self._store.attachment_placed(due.sha256, due.notebook, "sent")
            self.counts = self._store.file_counts()
            return
        self._job = _Job(due, True, hash, body, size=len(body))
        self._effects.append(Send(b.BlobOffer(hash, len(body), due.stream, due.document)))

    def _have(self, have: b.BlobHave, now_ms: int) -> None:
        job = self._job
        if job is None or job.hash != have.hash:
            self._came_elsewhere(have.hash.hex())
            return
        if not job.sending:
            return
        if have.stored:
            self._store.attachment_placed(job.due.sha256, job.due.notebook, "sent")
            self._over(now_ms)
            return
        if job.said == 0:
            job.said = have.offset
        elif have.offset < job.offset or have.offset > job.said:
            self._drop(now_ms)  # it stands elsewhere: offer again
            return
        job.offset = have.offset
        if job.offset >= job.size:
            self._effects.append(Send(b.BlobDone(job.hash)))
            return
        while job.said < job.size and job.said - job.offset < WINDOW * self._chunk:
            chunk = job.body[job.said : job.said + self._chunk]
            self._effects.append(Send(b.BlobPut(job.hash, job.said, chunk)))
            job.said += len(chunk)

    def _chunked(self, chunk: b.BlobChunk, now_ms: int) -> None:
        job = self._job
        if job is None or job.sending or job.hash != chunk.hash:
            return
        if chunk.offset != job.offset + len(job.body):
            self._drop(now_ms)
            return
        job.size = chunk.size
        job.body += chunk.chunk
        sha256 = job.due.sha256
        if job.offset + len(job.body) >= job.size:
            whole = self._store.finish_attachment(sha256, job.due.notebook, job.body)
            job.body = b""
            if whole:
                self._asked_first.pop(sha256, None)
                self._effects.append(FileCame(sha256))
                self._over(now_ms)
            else:
                self._put_off(job, "mismatch", now_ms)
        elif len(job.body) >= PIECE_SIZE:
            self._store.save_attachment_piece(sha256, job.offset, job.body)
            job.offset, job.body = job.offset + len(job.body), b""

    def _refused(self, error: b.BlobError, now_ms: int) -> None:
        job = self._job
        if job is None or job.hash != error.hash:
            return
        self._note("an attachment", sha256=job.due.sha256, code=error.code)
        if error.code in FOR_GOOD and job.sending:
            self._refuse(job.due, error.code)
            self._over(now_ms)
        else:
            if error.code == "offset" and not job.sending:  # more is here than it has: begin anew
                self._store.finish_attachment(job.due.sha256, job.due.notebook, b"")
            self._put_off(job, error.code, now_ms)

    def _refuse(self, due: Due, why: str) -> None:
        self._store.attachment_placed(due.sha256, due.notebook, "refused", why)
        self._look()

    def _over(self, now_ms: int) -> None:
        """The file is where it shall be."""
        job, self._job = self._job, None
        self._busy_ms = now_ms
        if job is not None:
            self._later.pop(job.key, None)
        self.counts = self._store.file_counts()
        if not self._todo:
            self._todo = None

    def _put_off(self, job: _Job, code: str, now_ms: int) -> None:
        """Try a file again later, for what the server said."""
        self._job = None
        known = self._later.get(job.key)
        delay_ms = min(known.delay_ms * 2, LATER_MS_LONGEST) if known is not None else LATER_MS_FIRST
        self._later[job.key] = _Later(now_ms + delay_ms, delay_ms, code)

    def _came_elsewhere(self, sha256: str) -> None:
        """What was absent has come: fetch it now."""
        for key in [key for key in self._later if key[0] == sha256 and not key[2]]:
            del self._later[key]
            self._todo = None

    def _note(self, what: str, **facts: object) -> None:
        self._effects.append(Noted(what, dict(facts)))


def _said(welcome: m.Welcome, name: str, otherwise: int) -> int:
    """Return a limit that the server said."""
    value = welcome.limits.get(name)
    return value if isinstance(value, int) and value > 0 else otherwise
