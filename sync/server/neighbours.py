"""
What this process does about the others of the same server: it listens to them, and looks by itself in case it
missed something.

What it is not: the way to them (bus.py) or what connections are told (connected.py, hub.py). On the loop's
thread; what it asks of the store it asks on the store's. Invariants: whatever another process has committed
reaches the connections here with the next sweep at the latest; a role or sign-in that ended there ends here
within a second, also while nobody can be heard.

Source: README, "Several processes".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from sync.errors import StoreUnavailable
from sync.protocol.messages import Presence
from sync.protocol.wire import decode
from sync.server.bus import Bus
from sync.server.connected import Connected
from sync.server.hub import Hub
from sync.server.metrics import Counts
from sync.server.opening import Opened

WAKE_GRACE_S: Final = 0.2
"""A wake that is this late is lost."""

_log = logging.getLogger(__name__)


class Neighbours:
    """The other processes of the server, as this one knows of them."""

    def __init__(
        self,
        opened: Opened,
        bus: Bus,
        hub: Hub,
        in_store: Callable[[Callable[[], Any]], Awaitable[Any]],
        counts: Counts,
        connected: Connected,
        now_ms: Callable[[], int],
    ) -> None:
        """
        Prepare.

        Args:
            opened: The store that is shared.
            bus: The way to them.
            hub: Of this process.
            in_store: Calls something on the store's thread; what is asked first is done first.
            counts: Added to.
            connected: Who is told.
            now_ms: Milliseconds since 1970.
        """
        self._opened: Final = opened
        self._bus: Final = bus
        self._hub: Final = hub
        self._in_store: Final = in_store
        self._counts: Final = counts
        self._connected: Final = connected
        self._now_ms: Final = now_ms
        self._waiting: Final[set[asyncio.Future[Any]]] = set()
        self._look_later = False
        self.reachable = True
        """Whether the store could be asked at the last sweep."""

    def listen(self) -> None:
        """Begin: tell the others what happens here, and hear what happens there."""
        loop = asyncio.get_running_loop()
        self._hub.tell = self._bus.wake
        self._hub.tell_presence = self._bus.present
        self._bus.start(self, loop.call_soon_threadsafe)

    def stop(self) -> None:
        """Tell what waits, then end."""
        self._bus.stop()

    # --- what is heard -----------------------------------------------------------------------------

    def heard_heads(self, heads: Mapping[str, int]) -> None:
        """Wake who follows streams that have grown elsewhere."""
        self._counts.wakes_heard += len(heads)
        self._hub.heard(heads)

    def heard_roles(self, account: str) -> None:
        """Forget what was known of an account's roles, then tell its connections."""
        self._ask(partial(self._opened.people.roles_changed, account))
        self._connected.roles_changed(account)

    def heard_sign_ins(self, account: str) -> None:
        """Let the connections of an account look whether they may stay."""
        self._connected.sign_ins_changed(account)

    def heard_notebook(self, notebook: str) -> None:
        """Tell every member what the notebook is called, and who is in it."""

        def told(members: list[tuple[Any, ...]]) -> None:
            for member in members:
                self._connected.roles_changed(member[0])

        self._ask(partial(self._opened.accounts.members, notebook), told)

    def heard_epoch(self, stream: str) -> None:
        """Let whoever follows a stream ask for it again."""
        self._hub.end(stream, "migrated")

    def heard_fact(self, key: str) -> None:
        """Take over what the server's data model is now."""
        if key in ("model", "min_push"):
            self._look_at_model()

    def heard_presence(self, frame: bytes) -> None:
        """Tell the connections here where somebody of another process is."""
        said = decode(frame)
        if isinstance(said, Presence):
            self._hub.heard_presence(said, self._now_ms())

    def missed(self) -> None:
        """Look at everything again, as if it had been told."""
        self._ask(partial(self._opened.people.roles_changed, None))
        self._look_at_model()
        for account in {link.account for link in self._hub.links.values() if link.account}:
            self._connected.roles_changed(account)
            self._connected.sign_ins_changed(account)

    # --- what it looks at by itself ----------------------------------------------------------------

    def look(self) -> None:
        """Once a second: while nobody can be heard, anything may have happened."""
        if self._look_later or not self._bus.hears:
            self._look_later = False
            self.missed()

    def look_later(self) -> bool:
        """Note that somebody could not be told something; False: there is no second try."""
        self._look_later = self._opened.store.db.shared
        return self._look_later

    async def sweep(self) -> None:
        """Find streams that have grown without a word."""
        if not self._opened.store.db.shared:
            return
        try:
            heads = await self._in_store(partial(self._heads, self._hub.followed()))
            if any(self._hub.behind(heads)):  # perhaps their wakes are on the way
                await asyncio.sleep(WAKE_GRACE_S)
                late = self._hub.behind(heads)
                self._counts.wakes_swept += len(late)
                self._hub.heard(late)
        except StoreUnavailable as error:
            _log.warning("the store cannot be asked what is new: %s", error.reason)
            self.reachable = False
        else:
            self.reachable = True

    def _heads(self, streams: list[str]) -> dict[str, int]:
        """Ask the store for heads, or at least for a sign of life. On its thread."""
        if not streams:
            self._opened.store.meta("server")
        return self._opened.store.heads(streams)

    def _look_at_model(self) -> None:
        def told(changed: bool) -> None:
            if changed:
                self._connected.remodelled()

        self._ask(partial(self._opened.model.look, self._opened.store), told)

    def _ask(self, call: Callable[[], Any], then: Callable[[Any], None] = lambda _: None) -> None:
        """Ask the store something; what is asked first is done first. What fails is looked at later."""

        async def ask() -> None:
            try:
                then(await self._in_store(call))
            except StoreUnavailable:
                self.look_later()

        asked = asyncio.ensure_future(ask())
        self._waiting.add(asked)
        asked.add_done_callback(self._waiting.discard)
