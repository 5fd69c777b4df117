"""
The server's I/O: sockets, the store's thread, the password pool, timers. The only file here with ``async`` in
it.

What it is not: decisions; those are in session.py, hub.py and ingest.py, and this file does what they say.
Invariants: the store is touched on one thread; passwords are hashed in a pool; a frame is read only when the
one before it has been taken care of, and only while few pushes are in flight; one task writes to each socket.

Source: README, "Delivery"; websockets.readthedocs.io.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Origin

from sync import limits
from sync.errors import StoreUnavailable
from sync.protocol.messages import Bye
from sync.server import metrics, plain_gets, roles
from sync.server.admin_service import AdminService, in_steps
from sync.server.blob_service import BlobService
from sync.server.bus import LocalBus, PostgresBus
from sync.server.calls import CALLS
from sync.server.connected import Connected, Connection
from sync.server.core import Gone, Segment
from sync.server.hub import Hub, ReadLog, ReadStates
from sync.server.link import Link
from sync.server.memory import give_long_blocks_back
from sync.server.neighbours import Neighbours
from sync.server.opening import FolderLock, Opened, make_folder, open_server
from sync.server.realm import Realm, realm_of
from sync.server.session import Close, Effect, Session, Submit, Work
from sync.server.settings import Settings
from sync.server.turns import Turns
from sync.server.upkeep import tidying
from sync.server.writer import Writer

T = TypeVar("T")

TICK_S: Final = limits.PRESENCE_INTERVAL_MS_MIN / 1000
TICKS_A_SECOND: Final = round(1 / TICK_S)
CONNECTIONS_OF_A_PLACE: Final = 2**32
"""Numbers of connections: no two processes of a server give the same."""

CONTROL_MAX: Final = 1_000
"""Answers a connection may leave unread before it is read no more."""

SETTLE_EVERY_S: Final = 10
"""How often states of documents that have come to rest are written behind the log."""

COLLECT_AFTER: Final = (50_000, 20, 50)
"""For the garbage collector: thousands of documents in memory live long; looking through them took a third
of the time."""

COMPACT_EVERY_S: Final = 6 * 3_600.0

CLOSE_WAIT_S: Final = 3.0
BACK_MS_MIN: Final = 1_000
BACK_MS_EACH: Final = 5
"""After a stop the clients come back spread over so much time for each of them, but at least BACK_MS_MIN."""

_log = logging.getLogger(__name__)

# The library reports every port scan as an error with a traceback; what matters is logged here.
_quiet = logging.Logger("sync.server.websockets", logging.CRITICAL + 1)


def now_ms() -> int:
    """Return the wall clock in milliseconds."""
    return time.time_ns() // 1_000_000


class Service:
    """One running server."""

    def __init__(self, settings: Settings, *, clock: Callable[[], int] = now_ms) -> None:
        """
        Prepare; nothing is opened yet.

        Args:
            settings: How to run.
            clock: Milliseconds since 1970.
        """
        self.settings: Final = settings
        self.port = settings.port
        self.hub: Final = Hub()
        self.counts: Final = metrics.Counts()
        self._clock: Final = clock
        self._lock: Final = FolderLock(settings.folder)
        self._store: Final = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._hashing: Final = ThreadPoolExecutor(2, thread_name_prefix="hash")
        self._numbers = count(1)
        self._connected: Final = Connected(self.hub, clock, self._perform_soon)
        self._crowd: Final = plain_gets.Crowd(settings.connections_per_address)
        self._pages: Final[dict[ReadLog, asyncio.Future[Segment | Gone | None]]] = {}
        self._writer: Final = Writer(self._in_store, clock, self.counts, self._connected.answered)
        self._tasks: Final[set[asyncio.Task[Any]]] = set()
        self._blobs: Final = BlobService(self._in_store, clock)
        self._opened: Opened | None = None
        self._realm: Realm | None = None
        self._server: Server | None = None
        self.admin: AdminService | None = None
        self._neighbours: Neighbours | None = None
        self._stopping = False
        self._healthy = True

    # --- starting and stopping ---------------------------------------------------------------------

    async def start(self) -> None:
        """
        Open the folder and listen.

        Raises:
            StoreUnavailable, VersionTooNew: The folder is in use (``locked``), damaged, newer or out of
                reach.
            OSError: The address cannot be listened on.
        """
        roles.check_tables(set(CALLS))
        folder, database = self.settings.folder, self.settings.database
        make_folder(folder)
        alone = self._lock.take()
        if not alone and database is None:
            raise StoreUnavailable(folder, "locked", "another server, or an administrator's command")
        try:
            self._opened = await self._in_store(
                partial(open_server, folder, self.settings.data_model, database)
            )
            await self._in_store(partial(self._opened.prune, self._clock()))
            self._realm = realm_of(
                self._opened,
                self.settings,
                CALLS,
                self._clock,
                ended=self._connected.ended,
                roles_changed=self._connected.roles_changed,
            )
            self._numbers = count(self._opened.store.db.place() * CONNECTIONS_OF_A_PLACE + 1)
            self._neighbours = self._meet(self._opened)
            self._server = await self._listen()
            self.port = self._server.sockets[0].getsockname()[1]
            self.admin = AdminService(self._opened, self._in_store, self._clock, self._connected.told)
            if alone:  # of several in one folder, the first
                await self.admin.listen(folder)
        except BaseException:
            await self.stop()
            raise
        self._spawn(self._writer.run(self._opened.core))
        self._spawn(self._tick())
        self._spawn(self._compact())
        _log.info("started", extra={"fields": {"port": self.port, "server": self._opened.server_id}})

    async def run(self, on_listening: Callable[[str], None]) -> None:
        """Serve until SIGTERM or SIGINT; ``on_listening`` gets the address once it is open."""
        await self.start()
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGINT"):
            with suppress(NotImplementedError):  # Windows has no such signals for a loop
                loop.add_signal_handler(getattr(signal, name), stopped.set)
        on_listening(self.settings.url(self.port))
        try:
            await stopped.wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Say goodbye, finish what was pushed, close everything. Idempotent."""
        if self._stopping:
            return
        self._stopping = True
        if self.admin is not None:
            self.admin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WAIT_S):
                while self._writer.waiting:  # what was read is committed and acked
                    await asyncio.sleep(TICK_S / 10)
        back_ms = max(BACK_MS_MIN, BACK_MS_EACH * len(self._connected))
        for connection in self._connected:
            connection.link.say(Bye("stopping", after_ms=random.randrange(back_ms)))
            self._close(connection, Close(1001, "stopping"))
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSE_WAIT_S):
                while self._connected:
                    await asyncio.sleep(TICK_S / 10)
        await self._blobs.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        if self.admin is not None:
            await self.admin.closed()
        if self._neighbours is not None:
            await asyncio.to_thread(self._neighbours.stop)
        if self._opened is not None:
            await self._in_store(self._opened.close)
        self._store.shutdown()
        self._hashing.shutdown()
        self._lock.release()
        _log.info("stopped")

    async def _listen(self) -> Server:
        return await serve(
            self._serve,
            self.settings.host,
            self.settings.port,
            ssl=self.settings.tls(),
            origins=[None, *[Origin(origin) for origin in self.settings.origins]],
            compression=None,
            max_size=limits.FRAME_SIZE_MAX,
            ping_interval=None,  # ours are messages, and clock samples besides
            open_timeout=limits.HELLO_WAIT_MS / 1000,
            close_timeout=CLOSE_WAIT_S,
            process_request=self._answer_get,
            server_header=None,
            logger=_quiet,
        )

    # --- plain requests ----------------------------------------------------------------------------

    def _answer_get(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer a plain GET; None lets a WebSocket through."""
        path = request.path.partition("?")[0]
        if path == plain_gets.METRICS_PATH:
            body = metrics.text(self.counts, self._now_there())
            said: plain_gets.Answer | None = plain_gets.metrics(body)
        else:
            said = self._plain(socket, path)
        if said is None:
            return None
        return Response(said.status.value, said.status.phrase, Headers(said.headers), said.content)

    def _plain(self, socket: ServerConnection, path: str) -> plain_gets.Answer | None:
        return plain_gets.answer(
            path,
            ready=self._is_ready(),
            stopping=self._stopping,
            crowded=self._crowd.is_full(_address(socket)),
            model=self._opened.model.version if self._opened is not None else "",
            server=self._opened.server_id if self._opened is not None else "",
        )

    def _now_there(self) -> dict[str, tuple[str, float]]:
        """Return how much of what there is at this moment."""
        links = self.hub.links.values()
        return {
            "connected": ("Connections open now.", len(links)),
            "signed_in": ("Accounts connected now.", len({link.account for link in links if link.account})),
            "queued": ("Pushes that wait for their commit.", self._writer.waiting),
            "behind": ("Streams that connections have not been sent yet.", sum(len(k.dirty) for k in links)),
            "healthy": ("1 while the store takes writes.", float(self._is_ready())),
        }

    def _is_ready(self) -> bool:
        reachable = self._neighbours is None or self._neighbours.reachable
        return self._writer.healthy and self._healthy and reachable

    # --- one connection ----------------------------------------------------------------------------

    async def _serve(self, socket: ServerConnection) -> None:
        assert self._realm is not None
        address = _address(socket)
        if plain_gets.is_for_blobs(socket.request):
            return await self._blobs.serve(socket, self._realm, address)
        wake = asyncio.Event()
        link = Link(next(self._numbers), wake.set)
        session = Session(self._realm, self.hub, link, address, self._clock())
        connection = Connection(socket, link, session, wake)
        self._connected.enter(connection)
        self.counts.connections += 1
        self._crowd.enter(address)
        connection.written = asyncio.create_task(self._write(connection))
        _log.info("connected", extra={"fields": {"conn": link.conn}})
        try:
            await self._read(connection)
        except ConnectionClosed:
            pass
        except Exception:
            _log.exception("a connection failed", extra={"fields": {"conn": link.conn}})
            await socket.close(1011, "internal")
        finally:
            self._connected.leave(connection)
            self._crowd.leave(address)
            connection.written.cancel()
            await asyncio.gather(connection.written, return_exceptions=True)
            ended = {"conn": link.conn, "account": link.account, "code": socket.close_code}
            _log.info("disconnected", extra={"fields": ended})

    async def _read(self, connection: Connection) -> None:
        """Take frames one after the other until the connection closes."""
        session, link, turns = connection.session, connection.link, Turns()
        async for frame in connection.socket:
            if connection.closing is not None or self._stopping:
                continue
            self.counts.frames_in += 1
            self.counts.bytes_in += len(frame)
            await turns.take(session.pace(self._clock()))  # a flood is read slowly, and delays nobody else
            effects = (
                session.refuse_text() if isinstance(frame, str) else session.receive(frame, self._clock())
            )
            await self._perform(connection, effects)
            written = connection.written
            while (session.full or len(link.control) > CONTROL_MAX) and written and not written.done():
                connection.room.clear()
                await connection.room.wait()

    def _perform_soon(self, connection: Connection, effects: Sequence[Effect]) -> None:
        self._spawn(self._perform(connection, effects, asked=False))

    async def _perform(
        self, connection: Connection, effects: Sequence[Effect], *, asked: bool = True
    ) -> None:
        """Do what a session said, and what follows from it; ``asked``: because its client said something."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            if isinstance(effect, Submit):
                self._writer.submit(effect.batch)
            elif isinstance(effect, Work):
                try:
                    pool = self._store if effect.where == "store" else self._hashing
                    came = await asyncio.get_running_loop().run_in_executor(pool, effect.call)
                except StoreUnavailable as error:
                    if not asked and self._neighbours is not None and self._neighbours.look_later():
                        return
                    _log.error("the store failed: %s", error)
                    effect = Close(1011, "store")
                else:
                    waiting[:0] = effect.then(came)
            if isinstance(effect, Close):
                self._close(connection, effect)
                return

    async def _write(self, connection: Connection) -> None:
        """Send what the hub names next, until the connection closes."""
        socket, link = connection.socket, connection.link
        try:
            while True:
                out = self.hub.next(link) if connection.closing is None or link.control else None
                if isinstance(out, bytes):
                    await socket.send(out)
                    self.counts.frames_out += 1
                    self.counts.bytes_out += len(out)
                    connection.room.set()
                elif isinstance(out, ReadLog):
                    await self._read_log(link, out)
                elif isinstance(out, ReadStates):
                    await self._read_states(link, out)
                elif connection.closing is not None:
                    await socket.close(connection.closing.code, connection.closing.reason)
                    return
                else:
                    connection.wake.clear()
                    await connection.wake.wait()
        except ConnectionClosed:
            pass
        except StoreUnavailable as error:
            _log.error("the store failed: %s", error)
            await socket.close(1011, "store")
        except Exception:
            _log.exception("a connection could not be written", extra={"fields": {"conn": link.conn}})
            await socket.close(1011, "internal")
        finally:
            connection.room.set()

    async def _read_log(self, link: Link, read: ReadLog) -> None:
        assert self._realm is not None
        reading = self._pages.get(read)  # of a hundred readers that come back at once, one asks the store
        if reading is None:
            page = partial(self._realm.core.log_page, read.stream, read.after)
            reading = self._pages[read] = asyncio.ensure_future(self._in_store(page))
            reading.add_done_callback(lambda _: self._pages.pop(read))
        self.hub.log_read(link, read, await asyncio.shield(reading))

    async def _read_states(self, link: Link, read: ReadStates) -> None:
        assert self._realm is not None
        of, core = read.transfer, self._realm.core
        page = partial(core.states.page, read.stream, of.since, of.place, of.documents, fresh=of.fresh)
        self.hub.states_read(link, read, await self._in_store(page))

    def _close(self, connection: Connection, close: Close) -> None:
        """Let the writer send what was said, then close; cut what does not drain."""
        if connection.closing is None:
            connection.closing = close
            connection.wake.set()
            self._spawn(self._cut(connection))

    async def _cut(self, connection: Connection) -> None:
        """Close a connection whose peer does not read its goodbye."""
        written = connection.written
        if written is not None:
            await asyncio.wait([written], timeout=CLOSE_WAIT_S)
            if not written.done():
                written.cancel()
                connection.socket.transport.abort()

    # --- groups, timers, and what happens to accounts ----------------------------------------------

    async def _tick(self) -> None:
        """Look at the clock ten times a second; at sessions once."""
        for tick in count():
            await asyncio.sleep(TICK_S)
            time_ms = self._clock()
            if self.hub.holds_presence or tick % TICKS_A_SECOND == 0:
                self.hub.tick(time_ms)
            if tick % TICKS_A_SECOND:
                continue
            if self._neighbours is not None:
                self._neighbours.look()
            self._connected.tick()
            if tick % (TICKS_A_SECOND * limits.SWEEP_EVERY_MS // 1000) == 0:
                self.hub.sweep()
                if self._neighbours is not None:
                    await self._neighbours.sweep()
            if (
                tick % (TICKS_A_SECOND * SETTLE_EVERY_S) == 0
                and self._realm is not None
                and not self._writer.waiting
            ):
                await self._in_store(partial(self._realm.core.idle, settle=True))

    async def _compact(self) -> None:
        """Let the old end of the logs go, a little at a time, now and again."""
        assert self._opened is not None
        while True:
            await asyncio.sleep(COMPACT_EVERY_S * random.uniform(0.8, 1.2))  # several processes, in turn
            outcome = tidying(self._opened, self._clock())
            assert self.admin is not None
            try:
                await in_steps(outcome.rest or iter(()), self._in_store, partial(self.admin.tell, outcome))
            except StoreUnavailable as error:  # the next time may be better
                _log.warning("compaction stopped: %s", error.reason)
            else:
                _log.info("compacted", extra={"fields": outcome.value})

    def _meet(self, opened: Opened) -> Neighbours:
        """Begin to tell the other processes of this server what happens here, and to hear of them."""
        database = self.settings.database
        neighbours = Neighbours(
            opened,
            LocalBus() if database is None else PostgresBus(database, opened.process),
            self.hub,
            self._in_store,
            self.counts,
            self._connected,
            self._clock,
        )
        neighbours.listen()
        return neighbours

    # --- threads and tasks -------------------------------------------------------------------------

    async def _in_store(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._store, call)

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended_task)

    def _ended_task(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._healthy = False
            _log.error("a task failed", exc_info=task.exception())


def _address(socket: ServerConnection) -> str:
    remote = socket.remote_address
    return str(remote[0]) if isinstance(remote, tuple) and remote else ""


def serve_until_stopped(settings: Settings, on_listening: Callable[[str], None]) -> None:
    """Run a server in this process until SIGTERM or SIGINT; see ``Service.start`` for what it raises."""
    give_long_blocks_back()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    asyncio.run(Service(settings).run(on_listening))
