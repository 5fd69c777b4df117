"""
An engine on a bench: a real store behind it, and a server before it that says exactly what the test tells it
to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sync.client import events as e
from sync.client.about import About
from sync.client.engine import Engine
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import Granted, NotebookRow
from tests.support.library import Desk

URL = "ws://server/v1/sync"
ACCOUNT = m.AccountSaid("A" * 22, "ana@example.org", "Ana")
PERSONAL = "P" * 22
NOTES = f"{PERSONAL}/notes"
EPOCH = 7


class Bench:
    """One engine, its store, and what it wants done."""

    def __init__(self, path: Path, *, token: str | None = "token") -> None:
        self.desk = Desk(path)
        self.now = 1_000
        self.rids = iter(range(500, 600))
        self.effects: list[e.Effect] = []
        self.log: list[e.Effect] = []
        self.token = token
        self.make()

    @property
    def store(self):
        return self.desk.store

    def make(self) -> None:
        """Make the engine, as after a start of the program."""
        about = About(app="tests", os="any", inst="inst")
        self.engine = Engine(self.store, self.desk.ticker, about, lambda: 0.5, lambda: next(self.rids))
        if self.token is not None:
            self.feed(e.TokenSet(URL, self.token))

    def feed(self, event: e.Event) -> list[e.Effect]:
        """Give the engine an event; return what it wants done, and keep it."""
        effects = self.engine.handle(event, self.now)
        self.effects += effects
        self.log += effects
        return effects

    def wait(self, ms: int) -> None:
        """Let time pass, waking the engine whenever it asked to be."""
        end = self.now + ms
        while (wake := self.engine.wake_ms) <= end:
            self.now = max(self.now, wake)
            self.feed(e.Ticked())
            assert self.engine.wake_ms > self.now, "the engine asks for the same moment again"
        self.now = end

    def hear(self, *messages: Any) -> None:
        """Have the server say something."""
        for message in messages:
            frame = wire.encode(message)
            self.feed(e.Heard(wire.decode(frame), len(frame)))

    def sent(self, kind: Any = object) -> list[Any]:
        """What was sent since this was asked last, of one kind; the rest is forgotten."""
        messages = [one.message for one in self.effects if isinstance(one, e.Send)]
        found = [message for message in messages if isinstance(message, kind)]
        self.effects = [one for one in self.effects if not isinstance(one, e.Send)]
        return found

    def did(self, kind: Any) -> list[Any]:
        """The other effects of one kind since this was asked last."""
        found = [one for one in self.effects if isinstance(one, kind)]
        self.effects = [one for one in self.effects if not isinstance(one, kind)]
        return found

    # --- scenes ----------------------------------------------------------------------------------

    def welcome(self, state: str = "ok", *, mode: str = "full", server: str = "server") -> m.Welcome:
        return m.Welcome(
            proto=1, server=(server, 1), now=self.desk.wall.ms, conn=9, model=m.ModelSaid("1.0", "1.0", mode),
            auth=m.AuthSaid(state), limits={}, ping=15_000, account=ACCOUNT if state == "ok" else None,
            t0=self.desk.wall.ms,
        )  # fmt: skip

    def connect(self) -> m.Hello:
        """Start, and have the connection open."""
        self.feed(e.Started())
        self.now = max(self.now, self.engine.wake_ms if self.engine.status.link == "waiting" else self.now)
        self.feed(e.Ticked())
        assert self.did(e.Connect), self.engine.status
        self.feed(e.Opened())
        return self.sent(m.Hello)[0]

    def notice(self, *rows: NotebookRow) -> m.Notice:
        return m.Notice("account", rows or (NotebookRow(PERSONAL, "Personal", "owner"),), PERSONAL)

    def grant(self, **changed: Any) -> None:
        """Answer every stream that was asked for; changed fields are for the stream of notes."""
        for subscribe in self.sent(m.Subscribe):
            self.asked = {wanted.stream: wanted for wanted in subscribe.streams}
            rows = []
            for wanted in subscribe.streams:
                where = (wanted.cursor, 0, wanted.last_n, wanted.chain)
                row = Granted(wanted.stream, "ok", "owner", EPOCH, *where, "log")
                rows.append(row._replace(**changed) if wanted.stream == NOTES else row)
            self.hear(m.Subscribed(tuple(rows)))

    def live(self, **granted: Any) -> None:
        """Everything up to the granted subscriptions."""
        self.connect()
        self.hear(self.welcome(), self.notice())
        self.grant(**granted)

    def ack(self, push: m.Push, **changed: Any) -> m.Ack:
        n = push.n0 + len(push.deltas) - 1
        return m.Ack(**{"stream": push.stream, "batch": push.batch, "n": n, "head": 0, **changed})


def fresh(**changed: Any) -> dict[str, Any]:
    """What a server grants to a replica that it has never heard of."""
    return {"last_n": 0, "chain": CHAIN_START, **changed}
