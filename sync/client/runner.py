"""
The client's I/O: one socket, one timer. It does what the engine says and tells the engine what happens.

What it is not: decisions. Invariants:
- Events are handled one after the other; what an effect causes waits its turn, so messages leave in the order
  in which the engine decided on them.
- One connection at a time; one that was closed is not heard any more.
- websockets is imported when the first connection is made: the command line and a start without a server go
  without.

Source: websockets.readthedocs.io, "asyncio client".
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from sync.client.address import is_loopback, pinned
from sync.client.events import (
    Answered,
    Asked,
    Close,
    Connect,
    Effect,
    Event,
    Heard,
    Lost,
    Noted,
    Opened,
    Send,
    Stopped,
    Ticked,
)
from sync.client.line import NEVER
from sync.client.pinning import check_pin, unverified
from sync.errors import LocalProtocolError, RemoteProtocolError
from sync.limits import FRAME_SIZE_MAX
from sync.protocol import wire
from sync.protocol.messages import Result

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

T = TypeVar("T")

OPEN_S: Final = 15.0
"""From the first packet to the WebSocket's handshake."""
CLOSE_S: Final = 2.0
"""How long a connection may take to say goodbye."""

_log = logging.getLogger(__name__)


def monotonic_ms() -> int:
    """Return milliseconds of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


class _Connection:
    """One connection: its task and what waits to be sent."""

    def __init__(self) -> None:
        self.outgoing: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None


class Decider(Protocol):
    """What a runner carries out: the engine, or the one for attachments."""

    @property
    def wake_ms(self) -> int:
        """When it wants to hear `Ticked`."""

    def handle(self, event: Event, now_ms: int) -> list[Effect]:
        """Take an event; return what is to be done."""


class Runner:
    """Carries an engine out on the running event loop. All methods on its thread."""

    def __init__(
        self,
        engine: Decider,
        perform: Callable[[Effect], None],
        *,
        now_ms: Callable[[], int] = monotonic_ms,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Args:
            perform: Called with every effect that is not about the connection.
            now_ms: Milliseconds of a clock that never jumps.
            tls: For wss; None verifies certificates as the system does.
        """
        self._engine: Final = engine
        self._perform: Final = perform
        self._now_ms: Final = now_ms
        self._tls: Final = tls
        self._events: Final[deque[Event]] = deque()
        self._feeding = False
        self._connection: _Connection | None = None
        self._closing: Final[set[asyncio.Task[None]]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._answers: Final[dict[int, asyncio.Future[Result]]] = {}
        self._chore: asyncio.TimerHandle | None = None
        self._works: Final[set[asyncio.Task[None]]] = set()

    def feed(self, event: Event) -> None:
        """
        Tell the engine what happened and do what it says.

        Raises:
            StoreUnavailable, AssertionError: From the engine or a callback; the engine's state is as it was
            left.
        """
        self._events.append(event)
        if self._feeding:
            return
        self._feeding = True
        try:
            while self._events:
                for effect in self._engine.handle(self._events.popleft(), self._now_ms()):
                    self._do(effect)
        finally:
            self._feeding = False
            self._set_timer()
            self._changed.set()

    def begin(self) -> None:
        """Use the running loop from now on."""
        self._loop = asyncio.get_running_loop()
        self._set_timer()

    async def end(self) -> None:
        """Stop: hang up, say goodbye, leave no task behind."""
        if self._chore is not None:
            self._chore.cancel()
            self._chore = None
        self.feed(Stopped())
        self._close()
        if self._closing:
            _, late = await asyncio.wait(self._closing, timeout=CLOSE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._loop = None
        self._set_timer()

    def see_through(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something as a task of its own, until `break_off`."""
        task = asyncio.get_running_loop().create_task(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)
        task.add_done_callback(_say_bug)

    async def break_off(self) -> None:
        """End what `see_through` has begun."""
        works = list(self._works)
        for task in works:
            task.cancel()
        await asyncio.gather(*works, return_exceptions=True)

    async def settled(self, is_done: Callable[[], bool], timeout_s: float) -> bool:
        """Wait until `is_done` after some event; False when the time is over first."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not is_done():
                    self._changed.clear()
                    await self._changed.wait()
        return is_done()

    async def ask(self, asked: Asked, timeout_s: float) -> Result | None:
        """Feed a question and wait for its answer; None when none came in time."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._answers[asked.id] = answer
        try:
            self.feed(asked)
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            return None
        finally:
            del self._answers[asked.id]

    async def threaded(self, call: Callable[[], T], timeout_s: float) -> T | None:
        """Make a blocking call on a worker thread; None when it does not return in time."""
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.to_thread(call)
        except TimeoutError:
            return None

    def repeat(self, call: Callable[[], object], every_s: float) -> None:
        """Make a call now and again and again until `end`."""
        call()
        self._chore = asyncio.get_running_loop().call_later(every_s, self.repeat, call, every_s)

    @staticmethod
    async def forever() -> None:
        """Wait until this task is cancelled."""
        await asyncio.get_running_loop().create_future()

    @staticmethod
    async def breathe() -> None:
        """Let others have the loop."""
        await asyncio.sleep(0)

    @staticmethod
    async def moment(seconds: float) -> None:
        """Let a moment pass."""
        await asyncio.sleep(seconds)

    @staticmethod
    async def away(call: Callable[[], T]) -> T:
        """Make a blocking call on a worker thread, however long it takes."""
        return await asyncio.to_thread(call)

    # --- effects ---------------------------------------------------------------------------------

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send():
                self._send(effect)
            case Connect():
                self._connect(effect.url)
            case Close():
                self._close()
            case Noted():
                level = logging.WARNING if effect.facts.get("bug") else logging.INFO
                _log.log(level, "%s %s", effect.what, effect.facts)
            case Answered():
                answer = self._answers.get(effect.id)
                if answer is not None and not answer.done():
                    answer.set_result(effect.result)
            case _:
                self._perform(effect)

    def _send(self, effect: Send) -> None:
        if self._connection is None:
            return
        try:
            frame = wire.encode(effect.message)
        except LocalProtocolError as error:
            _log.error("a message cannot be sent: %s", error)
            return
        self._connection.outgoing.put_nowait(frame)

    def _connect(self, url: str) -> None:
        self._close()
        if self._loop is None:
            self._events.append(Lost("no loop"))
            return
        connection = self._connection = _Connection()
        connection.task = self._loop.create_task(self._converse(connection, url))
        self._closing.add(connection.task)
        connection.task.add_done_callback(self._closing.discard)

    def _close(self) -> None:
        """Let the connection send what waits, then close; it is not heard any more."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.outgoing.put_nowait(None)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wake_ms = self._engine.wake_ms
        if self._loop is not None and wake_ms < NEVER:
            delay_s = max(0.0, (wake_ms - self._now_ms()) / 1000)
            self._timer = self._loop.call_later(delay_s, self.feed, Ticked())

    # --- the socket ------------------------------------------------------------------------------

    async def _converse(self, connection: _Connection, url: str) -> None:
        """Open a connection, pass on what comes until it ends, and say that it ended."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import WebSocketException

        fault = ""
        url, pin = pinned(url)
        host = urlsplit(url).hostname or ""
        tls = (self._tls or True) if pin is None else unverified()  # True: as the system verifies
        opening = connect(
            url,
            compression=None,
            max_size=FRAME_SIZE_MAX,
            ping_interval=None,  # ours are messages, and clock samples besides
            open_timeout=OPEN_S,
            close_timeout=CLOSE_S,
            proxy=None if is_loopback(host) else True,
            ssl=tls if url.startswith("wss:") else None,
        )
        try:
            async with opening as socket:
                if pin is not None:
                    check_pin(socket.transport.get_extra_info("ssl_object"), pin)
                await self._exchange(connection, socket)
        except (OSError, WebSocketException, TimeoutError, RemoteProtocolError) as error:
            fault = f"{type(error).__name__}: {error}"
        except Exception:
            _log.exception("the engine failed")
            fault = "our own"
        if self._connection is connection:
            self._connection = None
            self.feed(Lost(fault))

    async def _exchange(self, connection: _Connection, socket: ClientConnection) -> None:
        """Read until the connection ends, while another task writes."""
        if self._connection is not connection:
            return
        writing = asyncio.create_task(_write(connection.outgoing, socket))
        try:
            self.feed(Opened())
            async for frame in socket:
                if self._connection is not connection:
                    continue
                self._hear(frame)
                await asyncio.sleep(0)  # a long catch-up leaves room for keys and timers
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    def _hear(self, frame: Any) -> None:
        if not isinstance(frame, bytes):
            raise RemoteProtocolError("bad_frame", "a text frame")
        try:
            message = wire.decode(frame)
        except RemoteProtocolError as error:
            if error.code != "unknown_kind":
                raise
            _log.info("a message of an unknown kind was left out: %s", error)
            return
        self.feed(Heard(message, len(frame)))


def _say_bug(task: asyncio.Task[None]) -> None:
    """An exception that nobody expected goes where the loop's go."""
    if not task.cancelled() and (error := task.exception()) is not None:
        task.get_loop().call_exception_handler({"message": "a task failed", "exception": error})


async def _write(outgoing: asyncio.Queue[bytes | None], socket: ClientConnection) -> None:
    """Send frames in their order; None closes the connection."""
    from websockets.exceptions import ConnectionClosed

    with suppress(ConnectionClosed):
        while True:
            frame = await outgoing.get()
            if frame is None:
                await socket.close()
                return
            await socket.send(frame)
