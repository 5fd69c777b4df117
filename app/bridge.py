"""
The one crossing between the GUI thread and the engine thread.

    GUI thread                                   engine thread (asyncio loop)
      submit(change) ─┐                            ┌─ Client.submit: one commit for all that waits
      call(work) ─────┼─ one queue, in order ──────┼─ work(library), its result goes back
      run(work) ──────┘  call_soon_threadsafe      └─ await work(library), as a task
      signals ◄──────── one queue, one queued signal, ≤ DRAIN_MS a turn ──── Status, remote deltas, results

The store, the client and the library are made, used and closed on the engine thread only. What crosses is
immutable, or given away for good. Not here: what is done with it (`workspace`, the engine).

Invariants:
- What is submitted or called first reaches the library first, and answers arrive in the order they were
  made: a document loaded after a submit contains it, and remote deltas that follow a load arrive after it.
- A change that could not be stored stays at the head of the queue and is tried again; nothing overtakes it.
- Both sides assert their thread.
- Shutting down: accept nothing new → store what was submitted → let the client send → stop it (close the
  socket) → close the store → stop the loop → join.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.call import WORLD, Call, Done, Editor, Failed, Intent, RoomMaker, Standing, Work
from app.engine_room import Outlets, Room
from app.question import Question, Unanswered
from app.refusals import Refused
from crdt import Delta
from sync.errors import StoreUnavailable
from sync.storage.rows import LocalChange

logger = logging.getLogger(__name__)

# One frame at 60 Hz is 16 ms: half of it for what came in, half for painting and keys.
DRAIN_MS = 8

# How long a full or locked disk is left alone before the same change is tried again.
RETRY_SECONDS = 1.0

# After the last change, before lists hear of it: long enough to coalesce a burst of typing.
PROJECT_SECONDS = 0.25

# But for so many times as long as it took the last time: deriving what lists show of a long note takes a
# third of a second in which the window gets the interpreter late, and nobody waits for it while typing.
PROJECT_REST = 20
PROJECT_SECONDS_MAX = 10.0

# How long a command waits for a window that is busy.
EDIT_SECONDS = 5.0

# Seconds that quitting may take: for sending what is unsent, and then for everything else.
DRAIN_SECONDS = 3.0
JOIN_SECONDS = 5.0


class Bridge(QObject):
    """Both ends of the crossing. Made, used and destroyed on the GUI thread."""

    opened = Signal(object)
    """An `Opening`: the library is there. Comes once, before anything else."""
    open_failed = Signal(object)
    """The SyncError or OSError that keeps the library shut. `stopped` follows."""
    status_changed = Signal(object)
    """sync.client.state.Status"""
    remote_deltas = Signal(str, list)
    """A document's id and the bytes of deltas that others made; they are stored already."""
    document_reset = Signal(str)
    """A document was rebuilt in the store: load it again."""
    replica_changed = Signal(str)
    """The library is written as another replica, or in another data model (this one), from now on: load
    everything that is open again."""
    copy_kept = Signal(str, str)
    """A note that may not be written (any more), and the person's own that has what was unsent of it."""
    trash_asked = Signal(object)
    file_came = Signal(str)
    """The SHA-256 of an attachment that came from the server."""
    rows_changed = Signal(list)
    """NoteRows of single notes that changed."""
    library_changed = Signal()
    """Notebooks, folders or many notes changed: ask again."""
    presence_changed = Signal(str, list)
    """A document's id and the peers in it."""
    raise_asked = Signal(object)
    """Somebody started the program again: come to the front."""
    saving_failed = Signal(object)
    """The StoreUnavailable that keeps changes from being stored. They are kept and tried again."""
    saving_recovered = Signal()
    """All that waited is stored."""
    stopped = Signal(int)
    """The engine thread has ended; how many deltas are still to be sent."""

    _woken = Signal()

    def __init__(self, make_room: RoomMaker, parent: QObject | None = None) -> None:
        """`make_room` opens the library; it is called on the engine thread."""
        super().__init__(parent)
        self._make_room = make_room
        self._gui = threading.get_ident()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="engine", daemon=True)
        self._outbound: deque[LocalChange | Call] = deque()
        self._inbound: deque[Callable[[], None]] = deque()
        self._waking = False
        self._working = False
        self._accepting = True
        self._saving = True
        self._on_bug: Callable[[BaseException], None] | None = None
        self._stop_asked: asyncio.Event | None = None
        self._drain_seconds = DRAIN_SECONDS
        self._room: Room | None = None
        self._projecting: asyncio.TimerHandle | None = None
        self._project_took = 0.0
        self._retrying: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.editor: Editor = lambda document, intent: None
        """Edits a document that is open in the window; None when it is not. Set by whoever has it open."""
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    # ---- GUI thread -------------------------------------------------------------------------------------

    def start(self, on_bug: Callable[[BaseException], None] | None = None) -> None:
        """
        Start the engine thread.

        Args:
            on_bug: Told, on the engine thread, of an exception there that is nobody's fault but ours.
        """
        self._assert_gui()
        self._on_bug = on_bug
        self._thread.start()

    def submit(self, change: LocalChange) -> None:
        """
        Give a change to the library: stored with the next commit, in a few milliseconds, then sent.

        After `stop` nothing is accepted; that is our own bug.
        """
        self._assert_gui()
        assert self._accepting, "a change after the end"
        self._send(change)

    def call(self, work: Work, done: Done | None = None, failed: Failed | None = None) -> Call:
        """
        Do something with the library on the engine thread, after all that was submitted before.

        Args:
            work: Called with the Library. An awaitable that it returns is awaited as a task of its own, and
                may outlast what is asked later.
            done: Called here with the result.
            failed: Called here with an error of the world (WORLD); without it the error is logged.
        """
        self._assert_gui()
        call = Call(work, done, failed)
        if self._accepting:
            self._send(call)
        return call

    @property
    def saving(self) -> bool:
        """False while changes wait for a disk that refuses them."""
        return self._saving

    @property
    def accepting(self) -> bool:
        """False from `stop` on."""
        return self._accepting

    def stop(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Begin the end: `stopped` comes when all is stored, sent as far as possible, and closed."""
        self._assert_gui()
        if not self._accepting:
            return
        self._accepting = False
        self._drain_seconds = drain_seconds
        self._ring(self._ask_stop)

    def stop_with_session(self, _: object) -> None:
        """Slot: the session will not wait; what is typed is stored, sending has time."""
        self.stop(0.2)

    def join(self, seconds: float = JOIN_SECONDS) -> bool:
        """Wait for the engine thread. True when it has ended; what it said last may still be to drain."""
        self._assert_gui()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _send(self, job: LocalChange | Call) -> None:
        self._outbound.append(job)
        if not self._working:
            self._working = True
            self._ring(self._work)

    def _ring(self, work: Callable[[], None]) -> None:
        """Have something run on the loop; after its end nobody is there any more."""
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def _drain(self) -> None:
        """Deliver what came in, for at most DRAIN_MS; the rest after Qt has seen to its own events."""
        self._assert_gui()
        self._waking = False
        deadline = time.perf_counter() + DRAIN_MS / 1000
        while self._inbound:
            self._inbound.popleft()()
            if time.perf_counter() >= deadline and self._inbound:
                QTimer.singleShot(0, self, self._drain)
                return

    def _answer_failed(self, call: Call, error: Exception) -> None:
        if not call.answer_failed(error):
            is_read_only = isinstance(error, StoreUnavailable) and error.reason == "newer"
            logger.log(
                logging.INFO if is_read_only else logging.ERROR, "nobody waits for this failure: %s", error
            )

    def _edit_open(self, document: str, intent: Intent) -> Delta | Standing:
        """Edit a document for the other side if it is open here."""
        delta = self.editor(document, intent)
        if delta is not None:
            return delta
        # It was open a moment ago: until its last changes are stored, nobody may build it from the store.
        waiting = any(not isinstance(job, Call) and job.document == document for job in list(self._outbound))
        return "pending" if waiting else "closed"

    def _mark_saving(self, error: StoreUnavailable | None) -> None:
        if error is not None:
            self._saving = False
            self.saving_failed.emit(error)
        elif not self._saving:
            self._saving = True
            self.saving_recovered.emit()

    def _assert_gui(self) -> None:
        assert threading.get_ident() == self._gui, "the GUI thread's side of the bridge"

    # ---- engine thread ----------------------------------------------------------------------------------

    def _assert_engine(self) -> None:
        assert threading.get_ident() == self._thread.ident, "the engine thread's side of the bridge"

    def post(self, deliver: Callable[[], None]) -> None:
        """Have something called on the GUI thread, after all that was posted before. Engine thread."""
        self._assert_engine()
        self._inbound.append(deliver)
        if not self._waking:
            self._waking = True
            self._woken.emit()

    def _live(self) -> None:
        """The whole life of the engine thread."""
        unsent = 0
        self._loop.set_exception_handler(self._report)
        try:
            unsent = self._loop.run_until_complete(self._open_and_serve())
        finally:
            self._loop.close()
            self.post(partial(self.stopped.emit, unsent))

    async def _open_and_serve(self) -> int:
        self._stop_asked = asyncio.Event()
        try:
            room = self._make_room(self._outlets())
        except WORLD as error:
            logger.error("the library cannot be opened: %s", error)
            self.post(partial(self.open_failed.emit, error))
            return 0
        self._room = room
        self.post(partial(self.opened.emit, room.opening))
        self._keep_task(room.start())
        self._loop.call_soon(self._work)
        self._project_soon()
        if self._accepting:
            await self._stop_asked.wait()
        return await self._finish(room)

    async def _finish(self, room: Room) -> int:
        """The ordered end, from storing what was submitted to closing the store."""
        await self._store_the_last()
        await self._end_tasks(list(self._tasks))
        for timer in (self._projecting, self._retrying):
            if timer is not None:
                timer.cancel()
        await room.drain(self._drain_seconds)
        unsent = await room.close()
        await self._end_tasks(asyncio.all_tasks() - {asyncio.current_task()})
        await self._loop.shutdown_default_executor()
        return unsent

    async def _end_tasks(self, tasks: Collection[asyncio.Task[Any] | None]) -> None:
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def _store_the_last(self) -> None:
        """Work off the queue; a disk that refuses is given the time that sending would have had."""
        deadline = self._loop.time() + max(self._drain_seconds, RETRY_SECONDS)
        self._loop.call_soon(self._work)
        await asyncio.sleep(0)
        while self._outbound and self._loop.time() < deadline:
            await asyncio.sleep(0.01)
        if self._outbound:
            logger.critical("%d changes could not be stored", len(self._outbound))

    def _ask_stop(self) -> None:
        if self._stop_asked is not None:
            self._stop_asked.set()

    def _outlets(self) -> Outlets:
        return Outlets(
            status=lambda status: self.post(partial(self.status_changed.emit, status)),
            remote=lambda document, deltas: self.post(partial(self.remote_deltas.emit, document, deltas)),
            reset=lambda document: self.post(partial(self.document_reset.emit, document)),
            notebooks=lambda: self.post(self.library_changed.emit),
            presence=lambda document, peers: self.post(partial(self.presence_changed.emit, document, peers)),
            raised=lambda errand: self.post(partial(self.raise_asked.emit, errand)),
            replica=lambda model: self.post(partial(self.replica_changed.emit, model)),
            changed=self._project_soon,
            edit=self._edit,
            copied=lambda document, copy: self.post(partial(self.copy_kept.emit, document, copy)),
            trash=lambda question: self.post(partial(self.trash_asked.emit, question)),
            file=lambda sha256: self.post(partial(self.file_came.emit, sha256)),
        )

    def _work(self) -> None:
        """Do what is queued, in order; neighbouring changes share one commit."""
        self._assert_engine()
        # Cleared first: whoever appends from now on asks for another turn.
        self._working = False
        if self._room is None:
            return
        refused = False
        try:
            while self._outbound and not refused:
                changes = self._waiting_changes()
                if changes:
                    refused = not self._store(changes)
                else:
                    job = self._outbound.popleft()
                    assert isinstance(job, Call)
                    self._do(job)
        finally:
            # A bug in one piece of work is reported; what is queued behind it still has its turn.
            if self._outbound and not refused:
                self._loop.call_soon(self._work)

    def _waiting_changes(self) -> list[LocalChange]:
        changes: list[LocalChange] = []
        while self._outbound:
            job = self._outbound[0]
            if isinstance(job, Call):
                break
            changes.append(job)
            self._outbound.popleft()
        return changes

    def _store(self, changes: Sequence[LocalChange]) -> bool:
        """One commit. False when the disk refuses; the changes are at the head of the queue again."""
        assert self._room is not None
        try:
            self._room.submit(changes)
        except StoreUnavailable as error:
            if self._retrying is None:
                logger.error("changes wait to be stored: %s", error)
            self._outbound.extendleft(reversed(changes))
            self.post(partial(self._mark_saving, error))
            if self._retrying is not None:
                self._retrying.cancel()
            self._retrying = self._loop.call_later(RETRY_SECONDS, self._work)
            return False
        if self._retrying is not None:
            self._retrying.cancel()
            self._retrying = None
            self.post(partial(self._mark_saving, None))
        self._project_soon()
        return True

    def _edit(self, document: str, intent: Intent) -> Delta:
        """
        Edit a document for somebody who is not the window: where it is open, if it is.

        Returns:
            The delta, stored.

        Raises:
            CrdtError: The intent asks for what cannot be.
            StoreUnavailable: It is not stored.
            Refused: The window does not answer.
        """
        assert self._room is not None
        answer: Delta | Standing = "pending"
        while answer == "pending":
            self._store_ahead()
            if not self._accepting:
                break
            question = Question(partial(self._edit_open, document, intent))
            self.post(partial(question.answer, WORLD))
            try:
                answer = question.wait(EDIT_SECONDS)
            except Unanswered:
                raise Refused("window_gone") from None
        if isinstance(answer, Delta):
            self._store_ahead()
            return answer
        return self._room.edit(document, intent)

    def _store_ahead(self) -> None:
        """Store all changes that are queued, whatever is called before them. Raises StoreUnavailable."""
        assert self._room is not None
        jobs = [self._outbound.popleft() for _ in range(len(self._outbound))]
        changes = [job for job in jobs if not isinstance(job, Call)]
        self._outbound.extendleft(job for job in reversed(jobs) if isinstance(job, Call))
        try:
            self._room.submit(changes)
        except StoreUnavailable:
            self._outbound.extendleft(reversed(changes))
            raise

    def _do(self, call: Call) -> None:
        assert self._room is not None
        if call.cancelled:
            return
        try:
            result = call.work(self._room.library)
        except WORLD as error:
            self.post(partial(self._answer_failed, call, error))
            return
        if inspect.isawaitable(result):
            self._keep_task(self._see_through(call, result))
        else:
            self.post(partial(call.answer, result))
        self._project_soon()

    async def _see_through(self, call: Call, result: Awaitable[Any]) -> None:
        try:
            answer = await result
        except WORLD as error:
            self.post(partial(self._answer_failed, call, error))
            return
        self.post(partial(call.answer, answer))
        self._project_soon()

    def _keep_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget_task)

    def _forget_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(self._loop, {"exception": error})

    def _project_soon(self) -> None:
        if self._projecting is None and self._room is not None:
            rest = min(self._project_took * PROJECT_REST, PROJECT_SECONDS_MAX)
            self._projecting = self._loop.call_later(max(PROJECT_SECONDS, rest), self._project)

    def _project(self) -> None:
        """Derive what lists show of the changed documents, and tell."""
        self._projecting = None
        assert self._room is not None
        begun = time.monotonic()
        try:
            found = self._room.project()
            self._project_took = time.monotonic() - begun
        except StoreUnavailable as error:
            logger.warning("lists are not up to date: %s", error)
            return
        if found.rows:
            self.post(partial(self.rows_changed.emit, found.rows))
        if found.many:
            self.post(self.library_changed.emit)
        if found.more:
            self._projecting = self._loop.call_later(0.01, self._project)

    def _report(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception that nobody on this thread expected."""
        error = context.get("exception")
        if error is None or self._on_bug is None:
            loop.default_exception_handler(context)
        else:
            self._on_bug(error)
