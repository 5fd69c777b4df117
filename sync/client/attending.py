"""
What a client does about visits: it keeps the connection for whoever needs it, and sees to the rest when the
streams are level, before the engine hangs up.

What it is not: deciding when to connect or to hang up (driver), or the connection (engine, runner).
Invariant: whoever is given a connection says when it is not needed any more, whatever comes in between.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sync.client.driver import LIVE, Driver, driver_of
from sync.client.engine import Engine
from sync.client.events import Driven, Needed, Nudged, Parted
from sync.client.files import Files
from sync.client.runner import Runner
from sync.client.state import AUTHS_PARKED
from sync.errors import StoreUnavailable
from sync.storage.client_store import ClientStore

FILES_S: Final = 3_600.0
"""How long a visit waits for attachments; what is not over then goes on, from where it stands, next time."""
PROJECT_MAX: Final = 16
"""Documents derived in one go, so that the loop looks at other things again: some 20 ms."""
KEPT: Final = "driver"

_log = logging.getLogger(__name__)


def kept_driver(store: ClientStore) -> Driver:
    """Return what drives syncing of a profile; live, where nobody chose or what is kept makes no sense."""
    text = store.meta(KEPT)
    try:
        return driver_of(text) if text is not None else LIVE
    except ValueError as error:
        _log.warning("the connection stays: %s", error)
        return LIVE


def keep_driver(store: ClientStore, driver: Driver) -> None:
    """Keep what drives syncing of a profile. Raises StoreUnavailable."""
    store.set_meta(KEPT, None if driver == LIVE else driver.text)


class Attending:
    """The visits of one client. Used on its thread."""

    def __init__(self, store: ClientStore, engine: Engine, runner: Runner, files: Files) -> None:
        """Stand ready; `runner` carries the engine out."""
        self._store: Final = store
        self._engine: Final = engine
        self._runner: Final = runner
        self._files: Final = files
        self._holders = 0
        self._turn = 0
        self._seeing_off = False
        self.before_parting: Callable[[], Awaitable[None]] | None = None
        """Awaited at the end of a visit, while the connection still stands."""

    def drive(self, driver: Driver) -> None:
        """Go on as another driver says."""
        self._runner.feed(Driven(driver))

    # --- the connection for others -------------------------------------------------------------------

    def hold(self) -> None:
        """Have a connection, and keep it until `release`; no more than that where it stays anyway."""
        self._holders += 1
        if self._holders == 1:
            self._runner.feed(Needed())

    def release(self) -> None:
        """One of those who hold the connection needs it no more."""
        assert self._holders > 0, "nobody held it"
        self._holders -= 1
        if not self._holders:
            self._runner.feed(Needed(False))

    @contextmanager
    def held(self) -> Iterator[None]:
        """A connection, where it can be had, for the time of a block."""
        self.hold()
        try:
            yield
        finally:
            self.release()

    async def connected(self, timeout_s: float) -> bool:
        """
        Return whether there is a connection. Where it does not stay, one is made; held until then, it is
        there as long as it is held.
        """
        status = self._engine.status
        if status.link == "live" or status.driver == LIVE.text:
            return status.link == "live"
        with self.held():
            self._runner.feed(Nudged())
            await self._runner.settled(self._is_answered, timeout_s)
        return self._engine.status.link == "live"

    def _is_answered(self) -> bool:
        """Whether one attempt has led to something: a connection, or none."""
        status = self._engine.status
        return status.link not in ("connecting", "greeting") or status.auth in AUTHS_PARKED

    # --- the end of a visit --------------------------------------------------------------------------

    def see_off(self, turn: int) -> None:
        """The streams are level: see to the rest, then let the connection end."""
        self._turn = turn
        if not self._seeing_off:
            self._seeing_off = True
            self._runner.see_through(self._part())

    async def _part(self) -> None:
        """See to the rest, once more where the streams have had something to do meanwhile."""
        try:
            parted = 0
            while parted != self._turn:
                parted = self._turn
                await self._see_to_the_rest()
                self._runner.feed(Parted(parted))
        finally:
            self._seeing_off = False

    async def _see_to_the_rest(self) -> None:
        try:
            while self._store.refresh_projections(PROJECT_MAX):
                await self._runner.breathe()
        except StoreUnavailable as error:
            _log.info("what lists show is not up to date: %s", error)
        self._files.look()
        await self._files.settled(FILES_S)
        if self.before_parting is not None:
            await self.before_parting()
