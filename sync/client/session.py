"""
The client: what the app and the command line hold of syncing. One object per profile, used on one thread.

What it is not: the engine's decisions or the socket. Invariants:
- `submit` stores before it tells the engine, and works without a server, a token or a running loop.
- A token is kept before it is used. Signing out forgets the token and nothing else.
"""

from __future__ import annotations

import logging
import platform
import secrets
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from crdt import Clock
from sync.client.about import About
from sync.client.address import address_of, blobs_address_of
from sync.client.engine import Engine
from sync.client.events import (
    Asked,
    CopyKept,
    Effect,
    FileCame,
    FilesChanged,
    Held,
    Moved,
    NotebooksChanged,
    Nudged,
    PresenceChanged,
    Remote,
    Renewed,
    ReplicaChanged,
    Reset,
    Started,
    StatusChanged,
    TokenSet,
    Written,
)
from sync.client.installation import installation
from sync.client.links import Link
from sync.client.runner import Runner, monotonic_ms
from sync.client.state import AUTHS_PARKED, Status
from sync.client.ticker import Ticker
from sync.client.tokens import Lent, TokenFile, TokenStore
from sync.client.transfers import FileState, Leave, Transfers
from sync.client.upgrade import Show, Upgrade
from sync.errors import AuthFailed
from sync.model.versions import NEWEST
from sync.protocol.messages import Presence, Result
from sync.storage.beside import BesideStore
from sync.storage.client_store import ClientStore
from sync.storage.old_copies import forget_old_copies
from sync.storage.profile_file import fresh_rid
from sync.storage.rows import LocalChange

TOKEN_S: Final = 6.0
"""How long a keyring may take; it may be waiting for somebody to unlock it."""
CALL_S: Final = 30.0
TIDY_S: Final = 3_600.0
"""How often the tail of the outbox is cut while the program runs."""
FAILURES_MAX: Final = 3
"""Attempts to connect in a row after which `sync_once` gives up before its time is over."""

_log = logging.getLogger(__name__)


class Client:
    """Syncing of one profile. Callbacks may be set after construction; all are called on this thread."""

    def __init__(
        self,
        store: ClientStore,
        ticker: Ticker,
        *,
        tokens: TokenStore | None = None,
        app: str = "commonplace",
        newest: str = NEWEST,
        tls: ssl.SSLContext | None = None,
        now_ms: Callable[[], int] = monotonic_ms,
        on_status: Callable[[Status], None] | None = None,
        on_remote: Callable[[str, list[bytes]], None] | None = None,
        on_reset: Callable[[str], None] | None = None,
        on_notebooks: Callable[[], None] | None = None,
        on_presence: Callable[[str, list[Presence]], None] | None = None,
        on_replica: Callable[[int], None] | None = None,
        on_file: Callable[[str], None] | None = None,
        on_copy: Callable[[str, str], None] | None = None,
    ) -> None:
        """
        Stand ready over an open store; nothing is sent before `start`.

        Args:
            tokens: Where the token lives; a file beside the store unless given.
            app: Name and version, for the server's list of devices.
            newest: The newest data model that the program uses.
            tls: For wss; None verifies certificates as the system does.
            now_ms: Milliseconds of a clock that never jumps.
            on_status: An axis of the status changed.
            on_remote: (document, encoded deltas): in the store now; a view that shows the document applies
                them.
            on_reset: (document): a view that shows it loads it again.
            on_notebooks: Notebooks came, went, or changed name or role.
            on_presence: (document, who is in it).
            on_replica: (rid): the store writes as another replica; views load what they show before the next
                edit.
            on_file: (sha256): an attachment was fetched; a view that waits for it may show it.
            on_copy: (document, copy): unsent edits that may not be written (any more) are in a note of this
                person's own now.
        """
        self.on_copy = on_copy
        self.on_file = on_file
        self.on_status, self.on_remote, self.on_reset = on_status, on_remote, on_reset
        self.on_notebooks, self.on_presence, self.on_replica = on_notebooks, on_presence, on_replica
        self._store: Final = store
        self._tokens: Final = tokens if tokens is not None else TokenFile(store.path.parent / "token")
        self._engine: Final = Engine(
            store,
            ticker,
            About(app=app, os=platform.system()[:64], inst=installation(store), newest=newest),
            secrets.SystemRandom().random,
            lambda: fresh_rid(secrets.randbits),
        )
        self._runner: Final = Runner(self._engine, self._perform, now_ms=now_ms, tls=tls)
        self._transfers: Final = Transfers(store, secrets.SystemRandom().random)
        self._files: Final = Runner(self._transfers, self._perform_files, now_ms=now_ms, tls=tls)
        store.on_uses = self.look_at_files
        self._tls: Final = tls
        self.upgrading = False
        """Whether an upgrade is under way."""
        self._call_id = 0
        self._failures = 0
        self._link = "off"
        self._started = False

    # --- what is written here ----------------------------------------------------------------------

    def submit(self, changes: Sequence[LocalChange], *, now: bool = False) -> None:
        """
        Store changes in one commit, then have them sent.

        Args:
            now: Send without waiting for the typing to pause: on blur and close.

        Raises:
            StoreUnavailable, LimitExceeded: Nothing was stored.
        """
        late = self._store.append(changes)
        self._runner.feed(Written(now))
        for document in late:
            self._perform(Reset(document))

    def carry(self, changes: Sequence[LocalChange]) -> None:
        """
        Store changes that other replicas wrote, which came in an archive, and have them sent and shown.

        Raises:
            StoreUnavailable, LimitExceeded: Nothing was stored.
        """
        self.submit(changes)
        for document in dict.fromkeys(change.document for change in changes):
            bodies = [change.delta.encode() for change in changes if change.document == document]
            self._perform(Remote(document, tuple(bodies)))

    def flush(self) -> None:
        """Send what waits for the typing to pause."""
        self._runner.feed(Written(now=True))

    def add_notebook(self, notebook: str, name: str, note: str = "") -> None:
        """Add a notebook here, and on the server when it can be reached; ``note``: the one it is made for."""
        self._store.add_notebook(notebook, name, note)
        self._engine.make_notebooks()
        self._runner.feed(Written(now=True))

    def move(self, documents: Sequence[str], notebook: str) -> None:
        """Have notes in another notebook: shown there at once, moved as soon as the server can be asked."""
        self._store.move(documents, notebook, self._engine.now_ms())
        self._runner.feed(Written(now=True))
        for document in documents:
            self._perform(Reset(document))

    # --- connecting --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to sync, if somebody is signed in, and keep at it until `stop`."""
        if self._store.read_only:
            return  # nothing that came could be kept
        self._runner.begin()
        self._files.begin()
        if not self._started:
            self._started = True
            await self._load_token()
            self._runner.repeat(self._tidy, TIDY_S)
        self._runner.feed(Started())

    async def stop(self) -> None:
        """Hang up. What is unsent stays in the store for next time."""
        self._started = False
        await self._files.end()
        await self._runner.end()

    async def run(self) -> None:
        """Sync until this task is cancelled."""
        await self.start()
        try:
            await self._runner.forever()
        finally:
            await self.stop()

    def nudge(self) -> None:
        """Try now: the network is up, the computer woke, the window was activated, somebody asked."""
        self._runner.feed(Nudged())

    async def drained(self, timeout_s: float, also: Callable[[], bool] = lambda: True) -> bool:
        """
        Wait until everything here is on the server and everything there is here; False when time is over
        first.

        Args:
            also: What must hold besides: something that the server has done and not told of yet.
        """
        return await self._runner.settled(lambda: also() and self._engine.drained, timeout_s)

    async def reached(self, timeout_s: float) -> Status:
        """
        Begin to sync, and wait until both sides have everything or waiting longer cannot help.

        Returns:
            How far it came; never raises for a server that cannot be reached or does not let us in.
        """
        self._failures = 0
        await self.start()
        await self._runner.settled(self._is_over, timeout_s)
        return self.status()

    async def sync_once(self, timeout_s: float) -> Status:
        """
        Send what is unsent, fetch what is new, then hang up.

        Returns:
            How far it came; never raises for a server that cannot be reached or does not let us in.
        """
        try:
            began_ms = monotonic_ms()
            status = await self.reached(timeout_s)
            while self._store.refresh_projections():
                await self._runner.breathe()
            if self._engine.drained:
                self.look_at_files()
                left_s = max(0.0, timeout_s - (monotonic_ms() - began_ms) / 1000)
                await self._files.settled(lambda: self._transfers.settled, left_s)
                status = self.status()
        finally:
            await self.stop()
        return status

    def _is_over(self) -> bool:
        """Whether waiting longer cannot help."""
        status = self._engine.status
        return (
            self._engine.drained
            or status.link == "off"
            or status.auth in AUTHS_PARKED
            or self._failures >= FAILURES_MAX
            or status.store != "ok"
        )

    # --- who is signed in --------------------------------------------------------------------------

    async def sign_in(
        self,
        server: str,
        email: str,
        password: str,
        *,
        sign_up_name: str | None = None,
        adopt: bool = True,
        invite: Link | None = None,
    ) -> Status:
        """
        Sign in to a server, or make an account there; a library that belongs to nobody yet becomes the
        account's.

        Args:
            server: As a person names it, see `address_of`.
            sign_up_name: The name under which a new account is made; None signs in to one that exists.
            adopt: False leaves the notebooks that are here on this computer.
            invite: To sign up with, where that takes one.

        Raises:
            AuthFailed: The server's code; or ``wrong_account`` when the library is another account's,
                ``wrong_server``, ``offline``, ``timeout``, ``insecure``. Nothing is different from before.
        """
        url = address_of(server)
        args: dict[str, Any] = {"email": email, "password": password}
        if sign_up_name is not None:
            args["name"] = sign_up_name
            if invite is not None:
                args["invite"] = invite.plain()
        if self._store.meta("account") is None:
            self._store.set_meta("adopt", None if adopt else "no")
        self._runner.begin()
        before = self._engine.status.server
        try:
            result = await self.call("sign_in" if sign_up_name is None else "sign_up", args, server=url)
        except AuthFailed:
            if before not in (None, url):
                await self._return_to(before)
            raise
        token = result.value["token"]
        where = await self._keep(token)
        self._engine.token_kept(where)
        self._runner.feed(TokenSet(url, token, result.value["account"].get("email") or email, shown=True))
        if self._started:
            self._runner.feed(Started())
        return self._engine.status

    async def sign_out(self) -> None:
        """
        Forget the token, here and, where it can be reached, on the server. Notes, outbox and cursors stay.
        """
        if self._engine.status.link == "live":
            try:
                await self.call("sign_out", {})
            except AuthFailed as error:
                _log.info("the server was not told of the sign-out: %s", error.code)
        await self._runner.threaded(self._tokens.forget, TOKEN_S)
        self._engine.token_kept(None)
        self._runner.feed(TokenSet(None, None))

    async def call(self, name: str, args: dict[str, Any], *, server: str | None = None) -> Result:
        """
        Ask the server for something by name.

        Raises:
            AuthFailed: Its code when it refused, ``offline`` when there is no connection, ``timeout``.
        """
        self._call_id += 1
        result = await self._runner.ask(Asked(self._call_id, name, args, server), CALL_S)
        if result is None:
            raise AuthFailed("timeout")
        if result.code:
            raise AuthFailed(result.code, result.message, after_ms=result.after_ms)
        return result

    # --- presence and status -----------------------------------------------------------------------

    def set_presence(self, document: str | None, anchor: Any = None, head: Any = None) -> None:
        """Say where this person's caret is, as anchors of the body; None: in no document."""
        stream = self._store.load(document).stream if document is not None else None
        self._runner.feed(Moved(stream, document, anchor, head))

    def status(self) -> Status:
        """Return how syncing stands."""
        waiting, wanted, refused = self._transfers.counts
        said = self._engine.status
        return replace(
            said,
            files_waiting=waiting,
            files_wanted=wanted,
            files_refused=refused,
            store="newer" if self._store.read_only else said.store,
        )

    # --- attachments -------------------------------------------------------------------------------

    def want_file(self, sha256: str) -> None:
        """Fetch an attachment before all others: somebody looks at its note."""
        self._transfers.want(sha256)
        self.look_at_files()

    def retry_files(self) -> None:
        """Try again what the server refused."""
        self._store.retry_attachments()
        self.look_at_files()

    def file_state(self, sha256: str) -> FileState:
        """Return where an attachment stands: waiting, sending, sent, wanted, fetching, missing, refused."""
        return self._transfers.state(sha256)

    def look_at_files(self) -> None:
        """Send and fetch what is due: notes, the sign-in or the connection changed."""
        status = self._engine.status
        self._transfers.allow(self._leave(status))
        self._files.feed(Nudged())

    def _leave(self, status: Status) -> Leave:
        """Whether there may be a connection for attachments, as the engine's connection stands."""
        live = status.link == "live" and status.auth in ("ok", "expiring")
        url = blobs_address_of(status.server) if live and status.mode in ("full", "send_only") else None
        token = self._engine.token
        return Leave(url, token, self._engine.hello) if url and token else Leave()

    # --- a newer data model ------------------------------------------------------------------------

    def upgrade(self, show: Show | None = None) -> Upgrade:
        """An attempt to bring the library to the newer data model; `show` is told how far it is."""
        return Upgrade(self, self._store, self._engine, self._runner, show)

    def beside(self, store: BesideStore) -> Client:
        """A client for a library beside this one, signed in as this one is."""
        engine = self._engine
        return Client(
            store,
            Ticker(Clock(store.rid, store.clock_high_water()), engine.wall_ms),
            tokens=Lent(lambda: engine.token),
            app=engine.about.app,
            newest=engine.about.newest,
            tls=self._tls,
        )

    @property
    def settled(self) -> bool:
        """Whether everything there is here, and everything that can be sent is there."""
        return self._engine.drained

    def crossed(self) -> None:
        """The library has another data model: greet the server with it; views load what they show again."""
        _tell(self.on_replica, self._store.rid)
        _tell(self.on_notebooks)
        self._runner.feed(Held(False))
        self._runner.feed(Renewed())

    # --- inside -----------------------------------------------------------------------------------

    def _perform(self, effect: Effect) -> None:
        match effect:
            case StatusChanged():
                self._count_failures(effect.status.link)
                sent = effect.status.outbox == 0 and self._transfers.counts.waiting > 0
                if self._transfers.allow(self._leave(effect.status)) or sent:
                    self._files.feed(Nudged())
                _tell(self.on_status, self.status())
            case Remote():
                _tell(self.on_remote, effect.document, list(effect.deltas))
            case Reset():
                _tell(self.on_reset, effect.document)
            case NotebooksChanged():
                _tell(self.on_notebooks)
            case CopyKept():
                _tell(self.on_copy, effect.document, effect.copy)
            case PresenceChanged():
                _tell(self.on_presence, effect.document, list(effect.present))
            case ReplicaChanged():
                _tell(self.on_replica, effect.rid)

    def _perform_files(self, effect: Effect) -> None:
        match effect:
            case FileCame():
                _tell(self.on_file, effect.sha256)
            case FilesChanged():
                _tell(self.on_status, self.status())

    def _tidy(self) -> None:
        now_ms = self._engine.now_ms()
        self._store.tidy(now_ms)
        forget_old_copies(self._store.path, now_ms)

    def _count_failures(self, link: str) -> None:
        """Count attempts in a row that did not lead to a connection in working order."""
        if link == "live":
            self._failures = 0
        elif link == "waiting" and self._link != "waiting":
            self._failures += 1
        self._link = link

    async def _load_token(self) -> None:
        kept = await self._runner.threaded(self._tokens.load, TOKEN_S)
        server = self._engine.status.server
        if kept is not None and server is not None:
            self._engine.token_kept(kept[1])
            self._runner.feed(TokenSet(server, kept[0]))

    async def _return_to(self, server: str | None) -> None:
        """A sign-in elsewhere came to nothing: be signed in as before."""
        kept = await self._runner.threaded(self._tokens.load, TOKEN_S)
        self._runner.feed(TokenSet(server, kept[0] if kept is not None else None))

    async def _keep(self, token: str) -> str:
        """Keep a token; where no place takes it, in memory, which the status says."""
        try:
            where = await self._runner.threaded(lambda: self._tokens.save(token), TOKEN_S)
        except OSError as error:
            _log.warning("the token cannot be kept: %s", error)
            where = None
        return where or "memory"


def _tell(callback: Callable[..., None] | None, *facts: Any) -> None:
    if callback is not None:
        callback(*facts)
