"""
Moving notes: asking the server for the moves that this person has made, one after the other.

What it is not: the move itself, which is the server's; that a note is elsewhere comes by its streams.
Invariants:
- A note is moved when nothing that was written in it here is on its way, and the notebook that it goes to is
  on the server.
- A move that the server refuses for good is given up: the note is shown where it is. What may be done later
  is asked for again on the next connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sync.client.calls import INTERNAL_ID
from sync.client.events import NotebooksChanged, Reset
from sync.client.line import Line
from sync.protocol.messages import Call, Result

MOVE_CALL_ID: Final = INTERNAL_ID << 2
"""Ids from here on are moves."""

LATER: Final = frozenset({"rate", "busy", "internal", "migrating", "auth"})
"""Refusals that may be otherwise next time."""

UNDER_WAY_MAX: Final = 8


class Moving:
    """The moves that are asked for on one connection."""

    def __init__(self, line: Line, may: Callable[[str], bool]) -> None:
        """`may` says of a stream that it is followed, and nothing about it is in doubt."""
        self._line: Final = line
        self._may: Final = may
        self._asked: dict[int, str] = {}
        self._put_off: set[str] = set()
        self._made: set[str] = set()
        self._calls = MOVE_CALL_ID

    def close(self) -> None:
        """The connection is gone: what was asked for is asked for again."""
        self._asked.clear()
        self._put_off.clear()
        self._made.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be asked for that can be done now."""
        return not self._asked and not self._due()

    @property
    def arrived(self) -> bool:
        """Whether every note that was moved has come by the stream it was moved to."""
        return not self._made or not any(move.document in self._made for move in self._line.store.moves())

    def _due(self) -> list[tuple[str, str]]:
        """Return (document, notebook) of what may be asked for now."""
        store = self._line.store
        pending = store.moves()
        if not pending:
            return []
        on_server = {row.id for row in store.notebooks() if not row.local and row.role != "none"}
        unsent = store.outbox_documents()
        busy = {*self._asked.values(), *self._put_off, *self._made}
        return [
            (move.document, move.notebook)
            for move in pending
            if move.document not in busy
            and move.document not in unsent
            and move.notebook in on_server
            and self._may(move.stream)
        ]

    def pump(self) -> None:
        """Ask for what is due."""
        if len(self._asked) >= UNDER_WAY_MAX:
            return
        for document, notebook in self._due()[: UNDER_WAY_MAX - len(self._asked)]:
            self._calls += 1
            self._asked[self._calls] = document
            self._line.send(Call(self._calls, "move", {"document": document, "notebook": notebook}))

    def answered(self, result: Result) -> None:
        """Take the answer to one of our calls. A move that was made shows by the streams."""
        document = self._asked.pop(result.id, None)
        if document is None:
            return
        if not result.code:
            self._made.add(document)
            return
        self._line.note("a note was not moved", document=document, code=result.code)
        if result.code in LATER:
            self._put_off.add(document)
            return
        self._line.store.forget_move(document)
        self._line.add(Reset(document))
        self._line.add(NotebooksChanged())
