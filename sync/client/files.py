"""
The attachments of one client: the queue's decisions (transfers) and the connection that carries them out.

What it is not: deciding what is sent and fetched when. Invariant: there is a connection for attachments only
while the engine's is live and signed in.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable
from typing import Final

from sync.client.address import blobs_address_of
from sync.client.engine import Engine
from sync.client.events import Effect, Nudged
from sync.client.runner import Runner
from sync.client.state import Status
from sync.client.transfers import FileState, Leave, Transfers
from sync.storage.attachments import FileCounts
from sync.storage.client_store import ClientStore


class Files:
    """Used on the client's thread."""

    def __init__(
        self,
        store: ClientStore,
        engine: Engine,
        perform: Callable[[Effect], None],
        *,
        now_ms: Callable[[], int],
        tls: ssl.SSLContext | None,
    ) -> None:
        """
        Args:
            engine: Whose connection and sign-in count.
            perform: Told of attachments that came, and of changes.
            now_ms: Milliseconds of a clock that never jumps.
            tls: For wss; None verifies certificates as the system does.
        """
        self._store: Final = store
        self._engine: Final = engine
        self._transfers: Final = Transfers(store, secrets.SystemRandom().random)
        self._runner: Final = Runner(self._transfers, perform, now_ms=now_ms, tls=tls)
        store.on_uses = self.look

    def begin(self) -> None:
        """Use the running loop from now on."""
        self._runner.begin()

    async def end(self) -> None:
        """Hang up; what was begun goes on next time."""
        await self._runner.end()

    @property
    def counts(self) -> FileCounts:
        """How many wait, are wanted, were refused."""
        return self._transfers.counts

    def want(self, sha256: str) -> None:
        """Fetch an attachment before all others: somebody looks at its note."""
        self._transfers.want(sha256)
        self.look()

    def retry(self) -> None:
        """Try again what the server refused."""
        self._store.retry_attachments()
        self.look()

    def state(self, sha256: str) -> FileState:
        """Return where an attachment stands."""
        return self._transfers.state(sha256)

    def look(self) -> None:
        """Send and fetch what is due: notes, the sign-in or the connection changed."""
        self._transfers.allow(self._leave(self._engine.status))
        self._runner.feed(Nudged())

    def follow(self, status: Status) -> None:
        """Look, if what the engine says makes a difference."""
        sent = status.outbox == 0 and self._transfers.counts.waiting > 0
        if self._transfers.allow(self._leave(status)) or sent:
            self._runner.feed(Nudged())

    async def settled(self, timeout_s: float) -> bool:
        """Wait until waiting longer cannot help; False when the time is over first."""
        return await self._runner.settled(lambda: self._transfers.settled, timeout_s)

    def _leave(self, status: Status) -> Leave:
        """Whether there may be a connection for attachments, as the engine's connection stands."""
        live = status.link == "live" and status.auth in ("ok", "expiring")
        url = blobs_address_of(status.server) if live and status.mode in ("full", "send_only") else None
        token = self._engine.token
        return Leave(url, token, self._engine.hello) if url and token else Leave()
