"""
The periodic check: are the documents here the server's? What differs is pulled and merged, and reported as a
bug.

And mending: after the server was restored from a backup, the same check of a whole stream, before anything is
pushed on it, gives back what the server lost, whoever wrote it. What it is not: comparing (storage, server).

Invariants:
- One page at a time, and nothing while the last one is not dealt with.
- A check never takes anything away: states are merged.
- A document that differs again after it was healed is reported again, and harms nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from crdt import CrdtError
from sync.client.events import Reset
from sync.client.line import NEVER, Line
from sync.client.pulling import CHECKED_ID
from sync.limits import BATCH_DELTAS_MAX, BATCH_SIZE_MAX, CHECK_DOCUMENTS_MAX
from sync.protocol.messages import Call, Pull, Result

CHECK_EVERY_MS: Final = 60_000
CHECK_DOCUMENTS: Final = 32
"""Of one page of the periodic check: ten thousand notes are looked through in some five hours."""
PATIENCE_MS: Final = 30_000
"""After which a page without an answer is given up."""
CHECK_CALL_ID: Final = 1 << 40
"""Ids of calls from here on are of checks."""


@dataclass(slots=True)
class _Page:
    """One page that is being looked at."""

    stream: str
    upto: str  # "": the end of the stream
    mend: bool
    since_ms: int
    call: int = 0
    pulling: bool = False
    giving: deque[tuple[str, list[bytes]]] = field(default_factory=deque)
    """What the server lacks: document, deltas."""
    again: bool = False
    """Look at it once more: what was given back came out there as the server writes it."""


class Checking:
    """Looks through the streams that are followed, a page now and then."""

    def __init__(self, line: Line, may_write: Callable[[str], bool], mended: Callable[[str], None]) -> None:
        """
        Args:
            may_write: Whether a stream may be written by this account.
            mended: Called with a stream when everything that the server lacked was given back, or cannot be.
        """
        self._line: Final = line
        self._may_write: Final = may_write
        self._mended: Final = mended
        self._page: _Page | None = None
        self._calls = CHECK_CALL_ID
        self._after: dict[str, str] = {}
        self._repeated: set[str] = set()
        self._turn: deque[str] = deque()
        self._next_ms: int | None = None
        self._looked = self._compared_once = False  # on this connection
        self.mending: set[str] = set()

    def close(self) -> None:
        """The connection is gone; what was begun begins anew."""
        self._page, self._next_ms = None, None
        self._looked = self._compared_once = False
        self._repeated.clear()
        self.mending.clear()

    def forget(self, stream: str) -> None:
        """The stream is followed no more."""
        self.mending.discard(stream)
        self._after.pop(stream, None)
        if self._page is not None and self._page.stream == stream:
            self._page = None

    def mend(self, stream: str) -> None:
        """Look through a whole stream as soon as it is level, and give back what the server lacks."""
        self.mending.add(stream)
        self._after.pop(stream, None)

    def wake_ms(self) -> int:
        """When `pump` has something to do without another event."""
        if self._page is not None:
            return self._page.since_ms + PATIENCE_MS
        return self._next_ms if self._next_ms is not None else NEVER

    def pump(self, level: Callable[[], list[str]], now_ms: int) -> None:
        """
        Ask about the next page, when it is time.

        Args:
            level: Returns the streams whose content is followed and here; asked when it is time only.
        """
        if self._page is not None:
            if now_ms < self._page.since_ms + PATIENCE_MS:
                return
            self._line.note("a check was not answered", stream=self._page.stream)
            self._page = None
        urgent = [stream for stream in level() if stream in self.mending] if self.mending else []
        if urgent:
            self._ask(urgent[0], CHECK_DOCUMENTS_MAX, now_ms)
        elif self._next_ms is None:
            self._next_ms = now_ms + CHECK_EVERY_MS
        elif now_ms >= self._next_ms:
            self._next_ms = now_ms + CHECK_EVERY_MS
            self._look(level(), now_ms)

    def once(self, level: Callable[[], list[str]], now_ms: int) -> bool:
        """
        Ask about one page of a connection that will be too short for the periodic check.

        Returns:
            Whether one is dealt with.
        """
        if not self._compared_once and self._page is None:
            if not self._looked:
                self._look(level(), now_ms)
            self._compared_once = self._page is None
        return self._compared_once

    def _look(self, level: list[str], now_ms: int) -> None:
        self._looked = True
        self._line.store.forget_departed(self._line.ticker.now_ms())
        if level:
            self._ask(self._choose(level), CHECK_DOCUMENTS, now_ms)

    def _choose(self, level: list[str]) -> str:
        """Return the stream that was looked at longest ago, or the one that is not looked through yet."""
        self._turn = deque([stream for stream in self._turn if stream in level])
        self._turn.extend([stream for stream in level if stream not in self._turn])
        return self._turn[0]

    def _ask(self, stream: str, count: int, now_ms: int) -> None:
        row = self._line.store.stream(stream)
        after = self._after.get(stream, "")
        found = self._line.store.digests(stream, after, count=count)
        upto = found[-1][0] if found else ""
        self._calls += 1
        self._page = _Page(stream, upto, stream in self.mending, now_ms, self._calls)
        args = {"stream": stream, "epoch": row.epoch, "cursor": row.cursor, "after": after, "upto": upto}
        documents = [[name, digest] for name, digest in found]
        self._line.send(Call(self._calls, "check", {**args, "documents": documents}))

    # --- answers ---------------------------------------------------------------------------------

    def answered(self, result: Result, now_ms: int) -> None:
        """Take the answer to one of our calls."""
        page = self._page
        if page is None or result.id != page.call:
            return
        page.call, page.since_ms = 0, now_ms
        if result.code:
            self._line.note("a check was refused", stream=page.stream, code=result.code)
            if page.mend:  # an older server, or one that was not restored: nothing can be given back
                self._finish(page)
            self._page = None
            return
        value = result.value if isinstance(result.value, dict) else {}
        if "differ" in value:
            self._compared(page, _names(value.get("differ")), _names(value.get("unknown")))
        self._go_on(page)

    def _compared(self, page: _Page, differ: list[str], unknown: list[str]) -> None:
        """Pull what differs; what the server does not have at all may have to be given back."""
        if differ or unknown:
            self._line.note(
                "documents differ from the server's",
                bug=not page.mend,
                stream=page.stream,
                differ=len(differ),
                unknown=len(unknown),
            )
        for name in unknown:
            self._give_back(page, name, None)
        if differ:
            page.pulling = True
            row = self._line.store.stream(page.stream)
            pull = Pull(page.stream, row.epoch, row.cursor, documents=tuple(differ), id=CHECKED_ID)
            self._line.send(pull)

    def came(self, stream: str, states: list[tuple[str, bytes]], ended: bool, now_ms: int) -> None:
        """Take states that were pulled because they differed; ``ended``: these are the last."""
        page = self._page
        for document in self._line.store.take_states(stream, states, prefer=True):
            self._line.add(Reset(document))
        if page is None or page.stream != stream:
            return
        page.since_ms = now_ms
        for document, state in states:
            self._give_back(page, document, state)
        if ended:
            page.pulling = False
            self._go_on(page)

    def _give_back(self, page: _Page, document: str, state: bytes | None) -> None:
        """Have what a document has here and not on the server sent there."""
        if not self._may_write(page.stream):
            return
        try:
            deltas = self._line.store.lacking(page.stream, document, state)
        except CrdtError as error:
            self._line.note("a state cannot be compared", document=document, error=str(error))
            return
        part: list[bytes] = []
        for body in deltas:
            if part and (len(part) == BATCH_DELTAS_MAX or sum(map(len, part)) + len(body) > BATCH_SIZE_MAX):
                page.giving.append((document, part))
                part = []
            part.append(body)
        if part:
            page.giving.append((document, part))
            page.again = True

    def _go_on(self, page: _Page) -> None:
        """Give back the next piece; when nothing is left, the page is done."""
        if page.pulling or page.call:
            return
        if page.giving:
            document, deltas = page.giving.popleft()
            self._calls += 1
            page.call = self._calls
            args = {"stream": page.stream, "document": document, "deltas": deltas}
            self._line.send(Call(page.call, "give_back", args))
            return
        self._page = None
        if page.again and page.stream not in self._repeated:
            self._repeated.add(page.stream)
            return
        self._repeated.discard(page.stream)
        self._after[page.stream] = page.upto
        if not page.upto:
            self._after.pop(page.stream)
            if page.stream in self._turn:
                self._turn.remove(page.stream)
            if page.mend:
                self._finish(page)

    def _finish(self, page: _Page) -> None:
        self.mending.discard(page.stream)
        self._mended(page.stream)


def _names(value: Any) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
