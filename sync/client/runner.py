"""
The runner: carries out what the engine decides. The one place of the client with a socket, a timer and a
    task.

What it is not: decisions. Every event goes to `Engine.handle`, every effect is done in order, and nothing
    here looks into a message. Used on one event loop. Invariants: - There is at most one connection; what a
    former one still says is not heard any more. - Frames leave in the order in which the engine sent them. -
    A bug in the engine ends the connection and is logged; the store is as its last commit left it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from sync.client.engine import Engine
from sync.client.events import Close, Connect, Effect, Event, Heard, Lost, Opened, Send, Stopped, Ticked
from sync.client.line import NEVER
from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import FRAME_SIZE_MAX
from sync.protocol import wire

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

PATH: Final = "/v1/sync"

OPEN_SECONDS: Final = 15.0
"""For the handshake; less than the engine grants for the welcome behind it."""

CLOSE_SECONDS: Final = 1.0
"""For the closing handshake; the engine has said all it had to say."""

LATE_SECONDS: Final = 0.001
"""A timer may ring this much early by the clock it was set with."""

logger = logging.getLogger(__name__)


def monotonic_ms() -> int:
    """Milliseconds of a clock that never jumps."""
    return int(monotonic() * 1000)


class Runner:
    """One engine's hands and ears."""

    def __init__(self, engine: Engine, tell: Callable[[Effect], None]) -> None:
        """
        Args:
            engine: Handled here and nowhere else.
            tell: Called with each effect that is not about the connection, in order.
        """
        self._engine: Final = engine
        self._tell: Final = tell
        self._life: asyncio.Task[None] | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._timer: asyncio.TimerHandle | None = None
        self._ended: set[asyncio.Task[None]] = set()

    def post(self, event: Event) -> None:
        """Hand an event to the engine and do what it wants done."""
        for effect in self._engine.handle(event, monotonic_ms()):
            match effect:
                case Connect():
                    self._begin(effect.url)
                case Send():
                    self._send(effect)
                case Close():
                    self._end()
                case _:
                    self._tell(effect)
        self._set_timer()

    async def stop(self) -> None:
        """Want no connection any more, and wait until the last one is closed."""
        self.post(Stopped())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._ended:
            await asyncio.gather(*self._ended, return_exceptions=True)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wake_ms = self._engine.wake_ms
        if wake_ms < NEVER:
            delay = max(0.0, (wake_ms - monotonic_ms()) / 1000) + LATE_SECONDS
            self._timer = asyncio.get_running_loop().call_later(delay, self.post, Ticked())

    def _begin(self, url: str) -> None:
        self._end()
        self._outgoing = asyncio.Queue()
        self._life = asyncio.get_running_loop().create_task(
            self._live(url, self._outgoing), name="connection"
        )
        self._ended.add(self._life)
        self._life.add_done_callback(self._ended.discard)

    def _end(self) -> None:
        """Forget the connection; its task closes it."""
        life, self._life = self._life, None
        if life is not None and life is not asyncio.current_task():
            life.cancel()

    def _send(self, effect: Send) -> None:
        try:
            self._outgoing.put_nowait(wire.encode(effect.message))
        except LocalProtocolError:
            logger.exception("a message of ours does not fit on the wire")

    async def _live(self, url: str, outgoing: asyncio.Queue[bytes]) -> None:
        """One connection, from the attempt to the end; whatever ends it is told to the engine."""
        from websockets.exceptions import WebSocketException

        fault = ""
        try:
            await self._converse(url, outgoing)
        except (OSError, TimeoutError, WebSocketException, RemoteProtocolError) as error:
            fault = f"{type(error).__name__}: {error}"
        except asyncio.CancelledError:
            return
        except Exception:  # the runner's task: a bug must not end syncing for good
            logger.exception("the connection ended by our own fault")
            fault = "internal"
        if self._life is asyncio.current_task():
            self._life = None
            self.post(Lost(fault))

    async def _converse(self, url: str, outgoing: asyncio.Queue[bytes]) -> None:
        from websockets.asyncio.client import connect

        async with connect(
            url.rstrip("/") + PATH,
            compression=None,
            max_size=FRAME_SIZE_MAX,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            ping_interval=None,
        ) as socket:
            writer = asyncio.get_running_loop().create_task(_write(socket, outgoing), name="writer")
            try:
                self.post(Opened())
                async for frame in socket:
                    if isinstance(frame, str):
                        raise RemoteProtocolError("bad_frame", "a text frame")
                    self.post(Heard(wire.decode(frame), len(frame)))
                    if self._life is not asyncio.current_task():
                        return
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)


async def _write(socket: ClientConnection, outgoing: asyncio.Queue[bytes]) -> None:
    """Send frames until the connection ends, which the reader notices as well."""
    from websockets.exceptions import ConnectionClosed

    try:
        while True:
            await socket.send(await outgoing.get())
    except ConnectionClosed:
        return
