"""
Calls by name: what the app asks of the server, and the answers.

What it is not: what the calls mean. Invariants: each question is answered once; one that was under way when
the connection broke is answered `offline`, because nobody knows whether it was done; one that was not sent
yet waits for the next connection only if it is a sign-in, which is what that connection is for.
"""

from __future__ import annotations

from typing import Final

from sync.client.events import Answered, Asked
from sync.client.line import Line
from sync.protocol.messages import Call, Result

INTERNAL_ID: Final = 1 << 32
"""Ids from here on are the engine's own calls."""

TAKE_BACK_CALL_ID: Final = INTERNAL_ID << 3


class Calls:
    """Questions that wait to be sent, and those under way."""

    def __init__(self, line: Line) -> None:
        """Start with none."""
        self._line: Final = line
        self._waiting: list[Asked] = []
        self._under_way: set[int] = set()
        self.live = False

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for a connection or an answer to a sign-in."""
        return bool(self._waiting or self._under_way)

    def ask(self, asked: Asked) -> None:
        """
        Take a question; it is sent by the next `pump`, or answered `offline` where there is no connection.
        """
        if self.live or asked.server is not None:
            self._waiting.append(asked)
        else:
            self._answer(asked.id, "offline")

    def pump(self) -> None:
        """Send what waits."""
        for asked in self._waiting:
            self._under_way.add(asked.id)
            self._line.send(Call(id=asked.id, name=asked.name, args=asked.args))
        self._waiting.clear()

    def answered(self, result: Result) -> None:
        """Pass on an answer, once."""
        if result.id in self._under_way:
            self._under_way.discard(result.id)
            self._line.add(Answered(result.id, result))

    def turn_away(self, result: Result) -> None:
        """
        Answer a sign-in that was taken, and is another account's, as refused, and have it ended there.

        Servers look themselves before they take one; those of an earlier day did not.
        """
        self.answered(Result(id=result.id, code="wrong_account"))
        self._line.send(Call(id=TAKE_BACK_CALL_ID, name="sign_out", args={}))

    def lost(self) -> None:
        """The connection is gone."""
        self.live = False
        for asked_id in sorted(self._under_way):
            self._answer(asked_id, "offline")
        self._under_way.clear()

    def fail(self, code: str) -> None:
        """Answer everything that waits: there will be no connection."""
        for asked in self._waiting:
            self._answer(asked.id, code)
        self._waiting.clear()
        self.lost()

    def _answer(self, asked_id: int, code: str) -> None:
        self._line.add(Answered(asked_id, Result(id=asked_id, code=code)))
