"""
What lives on the engine thread: the store, the ticker, the client and the library over them.

Opened, used and closed there by the bridge; knows nothing of Qt. Not here: the queue between the threads
(`bridge`), what a profile can do (`library`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from app.portions import portions
from crdt import Clock, Delta, Edit
from sync.client.ticker import Ticker
from sync.errors import StoreUnavailable
from sync.storage.rows import FolderRow, LocalChange, NotebookRow, NoteRow, StoredDocument

if TYPE_CHECKING:
    from app.acquaintances import Acquaintances
    from app.errand import Errand
    from app.library import Library
    from app.paths import Profile
    from app.remote import Request, Say, WindowServer
    from app.trash_guard import TrashQuestion
    from sync.client.session import Client
    from sync.client.state import Status
    from sync.client.tokens import TokenStore
    from sync.storage.client_store import ClientStore

logger = logging.getLogger(__name__)

# What syncing needs is loaded when the first note is on screen; the two would wait for each other.
START_SECONDS = 0.15

# A copy of the library is looked after when the start is over, then every hour.
COPY_SECONDS_FIRST = 60.0
COPY_SECONDS = 3_600.0
COPIED = "copied"

# Links over which something may go out in the next seconds: there is a server, and it answers or may.
SENDING_LINKS = ("connecting", "greeting", "live")

# Documents derived in one go, before the loop looks at its sockets and keys again: about 20 ms.
PROJECT_MAX = 16


@dataclass(frozen=True)
class Outlets:
    """Where the engine's news go. All are called on the engine thread."""

    status: Callable[[Any], None]
    remote: Callable[[str, list[bytes]], None]
    reset: Callable[[str], None]
    notebooks: Callable[[], None]
    presence: Callable[[str, list[Any]], None]
    replica: Callable[[str], None]
    """The library is written as another replica, or in another data model, from now on: load everything
    again. Given the model."""
    raised: Callable[[Errand], None]
    """Somebody started the program again: come to the front."""
    changed: Callable[[], None]
    """Something that lists show has changed."""
    edit: Callable[[str, Callable[[Edit], None]], Delta]
    """Edit a document that a window may have open; comes back when the change is stored."""
    copied: Callable[[str, str], None] = lambda document, copy: None
    """Unsent edits of a note that may not be written (any more) are in a note of this person's own."""
    trash: Callable[[TrashQuestion], None] = lambda question: None
    """Others put much into the trash at once, or that has been answered."""
    file: Callable[[str], None] = lambda sha256: None
    """An attachment came from the server."""


class Opening(NamedTuple):
    """What the window gets when the library is open: all that its first paint needs."""

    ticker: Ticker
    """Thread-safe."""
    notebooks: list[NotebookRow]
    folders: dict[str, list[FolderRow]]
    first: tuple[str, StoredDocument] | None
    """The note that was shown last, loaded; None when there is none any more."""
    model: str
    """Of the notes; see `sync.model.versions`."""
    was_checked: bool = False
    """The program ended unexpectedly the last time, and the library was found whole."""


class Changes(NamedTuple):
    """What lists have to hear of."""

    rows: list[NoteRow]
    """Notes that changed, one by one."""
    many: bool
    """Too much to name: lists ask again."""
    more: bool
    """Not everything is derived yet."""


class Room(Protocol):
    """What the bridge asks of the engine's side; all of it on the engine thread."""

    @property
    def opening(self) -> Opening:
        """For the window's first paint."""

    @property
    def library(self) -> Library:
        """What a profile can do."""

    async def start(self) -> None:
        """Begin to sync."""

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit, then send them. Raises StoreUnavailable: nothing was stored."""

    def edit(self, document: str, intent: Callable[[Edit], None]) -> Delta:
        """Edit a document that no window has open, and store that. Raises CrdtError, StoreUnavailable."""

    def project(self) -> Changes:
        """Derive what lists show of some changed documents."""

    async def drain(self, seconds: float) -> None:
        """Send what is unsent, for at most this long."""

    async def close(self) -> int:
        """Stop syncing and close the store; how many deltas are still unsent."""


def client_of(library: Library) -> Client:
    """The client of a window's library; a window always has one. Engine thread."""
    client: Client = library.client.made()  # type: ignore[union-attr]  # a window's library has a LaterClient
    return client


class TokenOnceKnown:
    """A token's place that is left alone where nobody ever signed in: asking a keyring takes time."""

    def __init__(self, place: TokenStore, known: bool) -> None:
        """`known`: somebody has signed in here before."""
        self._place = place
        self._known = known

    def load(self) -> tuple[str, str] | None:
        """The token and what its place is called; None when there is none."""
        return self._place.load() if self._known else None

    def save(self, token: str) -> str:
        """Keep a token; what its place is called."""
        self._known = True
        return self._place.save(token)

    def forget(self) -> None:
        """Keep none any more."""
        self._place.forget()


class EngineRoom:
    """The engine's side of one profile. Made, used and closed on the engine thread."""

    def __init__(self, profile: Profile, first: str, outlets: Outlets, tokens: TokenStore) -> None:
        """
        Open the library.

        Args:
            profile: Its lock is held.
            first: The note that was shown last, to be loaded at once; "" for none.
            outlets: Where news go.
            tokens: Where the token of a sign-in lives.

        Raises:
            StoreUnavailable, VersionTooNew: The library cannot be opened; it is unchanged.
        """
        # Imported here, on the engine thread, while the GUI thread paints the empty window.
        from app.trash_guard import TrashGuard
        from app.window_library import LaterClient, WindowLibrary
        from sync.storage.client_store import ClientStore

        self._profile = profile
        self._outlets = outlets
        self._changed: set[str] = set()
        self._unsent: set[str] = set()
        self._acked_ms: int | None = None
        self._many = False
        store = ClientStore.open(profile.library, newest=profile.data_model)
        self._store = store
        self._ticker = Ticker(Clock(store.rid, store.clock_high_water()), wall_ms)
        # Notes that were unsent before this run are not in `_unsent`: all of them are told when all are sent.
        self._unsent_before = store.outbox_count() > 0
        self._tokens = tokens
        self._later = LaterClient(store, self._make_client)
        self._server: WindowServer | None = None
        self._acquaintances: Acquaintances | None = None
        self._copying: asyncio.Task[None] | None = None
        self.library = WindowLibrary(
            store, self._later, self._ticker, editor=outlets.edit, stored=self._note_stored
        )
        self.guard = TrashGuard(store, self._ticker, outlets.trash)
        self.library.trash_answered = self.guard.answered
        if not store.read_only:
            self.library.personal()
        self.opening = self._open(first)

    def _open(self, first: str) -> Opening:
        notebooks = notebooks_of(self._store)
        folders = {row.id: self._store.folders(row.id) for row in notebooks}
        loaded = (first, self._store.load(first)) if first and self._store.has(first) else None
        return Opening(self._ticker, notebooks, folders, loaded, self._store.model, self._store.was_checked)

    async def start(self) -> None:
        """Begin to sync, if somebody is signed in, and to answer the command line."""
        await asyncio.sleep(START_SECONDS)
        client = self._later.made()
        from app.acquaintances import Acquaintances

        self._acquaintances = Acquaintances(self._store, client, self._take_people)
        client.before_parting(self._acquaintances.ask)
        await client.start()
        self._outlets.status(client.status())
        self._outlets.trash(self.guard.open_question())
        from app.remote import WindowServer

        self._server = WindowServer(self._profile, self._run, self._outlets.raised)
        await self._server.start()
        self._copying = asyncio.create_task(self._keep_copies())

    async def _keep_copies(self) -> None:
        """Copy the library now and then, while nobody waits."""
        await asyncio.sleep(COPY_SECONDS_FIRST)
        while True:
            await self.copy_if_due()
            await asyncio.sleep(COPY_SECONDS)

    async def copy_if_due(self) -> bool:
        """Copy the library if the last copy is old and something was written since; whether it did."""
        from app.backups import is_due, make_copy

        mark = self._store.mark()
        if self._store.read_only or not is_due(self._profile.backups, wall_ms()):
            return False
        if mark == self._store.meta(COPIED):
            return False
        try:
            await asyncio.to_thread(make_copy, self._profile, wall_ms())
        except (StoreUnavailable, OSError) as error:
            logger.error("the library was not copied: %s", error)
            return False
        self._store.set_meta(COPIED, mark)
        return True

    def _make_client(self) -> Client:
        from sync.client.session import Client

        return Client(
            self._store,
            self._ticker,
            tokens=TokenOnceKnown(self._tokens, self._store.meta("server_url") is not None),
            newest=self._profile.data_model,
            driven=True,
            on_status=self._take_status,
            on_remote=self._take_remote,
            on_reset=self._take_reset,
            on_notebooks=self._take_notebooks,
            on_presence=self._outlets.presence,
            on_replica=lambda rid: self._take_replica(),
            on_file=self._outlets.file,
            on_copy=self._outlets.copied,
        )

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit, then send them. Raises StoreUnavailable: nothing was stored."""
        self.library.submit(changes)

    def _note_stored(self, documents: set[str]) -> None:
        self._changed |= documents
        self._unsent |= documents
        self._outlets.changed()

    def edit(self, document: str, intent: Callable[[Edit], None]) -> Delta:
        """Edit a document that no window has open, and store that. Raises CrdtError, StoreUnavailable."""
        stored, stamp = self._store.load(document), self._ticker.stamp()
        delta = stored.build(stamp.rid).edit(stamp, intent)
        if not delta.empty:
            self.submit([LocalChange(stored.stream, document, part) for part in portions(delta)])
        return delta

    def project(self) -> Changes:
        """Derive what lists show of some changed documents."""
        done = self._store.refresh_projections(PROJECT_MAX)
        self.guard.look(finished=done < PROJECT_MAX)
        changed, self._changed = self._changed, set()
        many, self._many = self._many, False
        if many or done > len(changed) or len(changed) > PROJECT_MAX:
            return Changes([], True, done == PROJECT_MAX)
        rows = [row for name in changed for row in self._store.find_note(name) if row.id == name]
        self._unsent -= {row.id for row in rows if not row.unsent}
        # What has no row is a folder: the tree asks again.
        return Changes(rows, len(rows) < len(changed), done == PROJECT_MAX)

    async def drain(self, seconds: float) -> None:
        """Send what is unsent, for at most this long; not at all where nothing can be sent now."""
        if self._later.is_made and can_send(self._later.made().status()):
            self._later.made().flush()
            await self._later.made().drained(seconds)

    async def close(self) -> int:
        """Stop syncing and close the store; how many deltas are still unsent."""
        if self._copying is not None:
            self._copying.cancel()
            await asyncio.wait([self._copying])
        if self._server is not None:
            await self._server.stop()
        if self._later.is_made:
            await self._later.made().stop()
        unsent = self._store.outbox_count()
        self._store.close()
        return unsent

    async def _run(self, request: Request, say: Say, cancelled: Callable[[], bool]) -> int:
        """Run a command that was given on the command line; its exit code."""
        from app.remote import run_request

        before = self._store.notebooks()
        code = await run_request(request, self._profile, self.library, say, cancelled)
        if [row[:2] for row in self._store.notebooks()] != [row[:2] for row in before]:
            self._outlets.notebooks()
        return code

    def _take_status(self, status: Status) -> None:
        if status.last_ack_ms != self._acked_ms:
            # The server has confirmed something: what was unsent may be no more.
            self._acked_ms = status.last_ack_ms
            self._changed |= self._unsent
            if self._unsent_before and not status.outbox:
                self._unsent_before, self._many = False, True
            self._outlets.changed()
        self._outlets.status(status)
        if status.inbound == "up_to_date":
            self._meet()

    def _take_notebooks(self) -> None:
        self._outlets.notebooks()
        self._meet()

    def _take_people(self) -> None:
        self._outlets.notebooks()
        self.guard.tell_again()

    def _meet(self) -> None:
        if self._acquaintances is not None:
            self._acquaintances.ask_soon()

    def _take_replica(self) -> None:
        self._many = True
        self._outlets.replica(self._store.model)
        self._outlets.changed()

    def _take_remote(self, document: str, deltas: list[bytes]) -> None:
        self.guard.heard(document)
        self._changed.add(document)
        self._outlets.remote(document, deltas)
        self._meet()
        self._outlets.changed()

    def _take_reset(self, document: str) -> None:
        self.guard.heard(document)
        self._changed.add(document)
        self._outlets.reset(document)
        self._outlets.changed()


def notebooks_of(store: ClientStore) -> list[NotebookRow]:
    """The notebooks; in a library that can only be read nobody is more than a viewer."""
    rows = store.notebooks()
    return [row._replace(role="viewer") for row in rows] if store.read_only else rows


def can_send(status: Status) -> bool:
    """Whether something may go out in the next seconds."""
    from sync.client.state import AUTHS_PARKED

    return (
        status.link in SENDING_LINKS
        and status.auth not in AUTHS_PARKED
        and status.mode in ("full", "send_only")
    )


def open_room(profile: Profile, first: str, outlets: Outlets) -> EngineRoom:
    """The engine's side of a profile with the person's own keyring; as EngineRoom."""
    from app.tokens import TokenStore as Keyring

    return EngineRoom(profile, first, outlets, Keyring(profile.token_file))


def wall_ms() -> int:
    """Milliseconds since 1970, as this computer believes."""
    return time.time_ns() // 1_000_000
