"""
The client: what the app and the command line hold of syncing. One object per profile, used on one thread.

What it is not: the engine's decisions or the socket. Invariants:
- `submit` stores before it tells the engine, and works without a server, a token or a running loop.
- A token is kept before it is used. Signing out forgets the token and nothing else.
- Where the driver makes connections now and then, whatever asks the server makes one, and keeps it as long as
  it takes.
"""

from __future__ import annotations

import logging
import platform
import secrets
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final

from crdt import Clock
from sync.client.about import About
from sync.client.address import address_of
from sync.client.attending import Attending, keep_driver, kept_driver
from sync.client.driver import Driver
from sync.client.engine import Engine
from sync.client.events import (
    Asked,
    CopyKept,
    Drained,
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
from sync.client.files import Files
from sync.client.installation import installation
from sync.client.links import Link
from sync.client.once import Once
from sync.client.runner import Runner, monotonic_ms
from sync.client.state import Status
from sync.client.ticker import Ticker
from sync.client.token_care import TokenCare
from sync.client.tokens import Lent, TokenFile, TokenStore
from sync.client.transfers import FileState
from sync.client.upgrade import Show, Upgrade
from sync.errors import AuthFailed
from sync.model.versions import NEWEST
from sync.protocol.messages import Presence, Result
from sync.storage.beside import BesideStore
from sync.storage.client_store import ClientStore
from sync.storage.old_copies import forget_old_copies
from sync.storage.profile_file import fresh_rid
from sync.storage.rows import LocalChange

CALL_S: Final = 30.0
SIGN_OUT_S: Final = 5.0
"""How long signing out waits for a connection on which to tell the server."""
TIDY_S: Final = 3_600.0
"""How often the tail of the outbox is cut while the program runs."""

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
        driven: bool = False,
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
            driven: Connect as the profile's driver says, and not all the time from `start` to `stop`.
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
        self._ticker: Final = ticker
        self._engine: Final = Engine(
            store,
            ticker,
            About(app=app, os=platform.system()[:64], inst=installation(store), newest=newest),
            secrets.SystemRandom().random,
            lambda: fresh_rid(secrets.randbits),
        )
        self._runner: Final = Runner(self._engine, self._perform, now_ms=now_ms, tls=tls)
        self._files: Final = Files(store, self._engine, self._perform_files, now_ms=now_ms, tls=tls)
        self._attending: Final = Attending(store, self._engine, self._runner, self._files)
        self._once: Final = Once(self._engine, self._runner)
        place = tokens if tokens is not None else TokenFile(store.path.parent / "token")
        self._token: Final = TokenCare(place, self._engine, self._runner)
        self._driven: Final = driven
        self._tls: Final = tls
        self.upgrading = False
        """Whether an upgrade is under way."""
        self._call_id = 0
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

    def rename_notebook(self, notebook: str, name: str) -> None:
        """Give a notebook another name here, and on the server when it can be reached."""
        self._store.rename_notebook(notebook, name)
        self._runner.feed(Written(now=True))

    def move(self, documents: Sequence[str], notebook: str) -> None:
        """Have notes in another notebook: shown there at once, moved as soon as the server can be asked."""
        self._store.move(documents, notebook, self._engine.now_ms())
        self._runner.feed(Written(now=True))
        for document in documents:
            self._perform(Reset(document))

    # --- connecting --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to sync, if somebody is signed in, and keep at it, or come back to it, until `stop`."""
        if self._store.read_only:
            return  # nothing that came could be kept
        self._runner.begin()
        self._files.begin()
        if not self._started:
            self._started = True
            if self._driven:
                self._attending.drive(kept_driver(self._store))
            await self._token.load()
            self._runner.repeat(self._tidy, TIDY_S)
        self._runner.feed(Started())

    async def stop(self) -> None:
        """Hang up. What is unsent stays in the store for next time."""
        self._started = False
        await self._runner.break_off()
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
        """Try now, where the driver wants a connection: the network is up, the window was activated."""
        self._runner.feed(Nudged())

    def sync_now(self) -> None:
        """Sync now, whatever drives it: somebody asked."""
        self._runner.feed(Nudged(asked=True))

    def drive(self, driver: Driver) -> None:
        """
        Sync as another driver says, now and after the next start.

        Raises:
            StoreUnavailable: It cannot be kept; all is as before.
        """
        keep_driver(self._store, driver)
        if self._driven:
            self._attending.drive(driver)

    def held(self) -> AbstractContextManager[None]:
        """A connection, where it can be had, for the time of a block."""
        return self._attending.held()

    def hold(self) -> None:
        """Have a connection, where it can be had, until `release` was called as often as this."""
        self._attending.hold()

    def release(self) -> None:
        """Whoever held the connection needs it no more."""
        self._attending.release()

    async def connected(self, timeout_s: float = CALL_S) -> bool:
        """Return whether there is a connection; where the driver makes them now and then, make one."""
        return await self._attending.connected(timeout_s)

    def before_parting(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have something done at the end of each visit, while there is a connection still."""
        self._attending.before_parting = work

    async def drained(self, timeout_s: float, also: Callable[[], bool] = lambda: True) -> bool:
        """
        Wait until everything here is on the server and everything there is here; False when time is over
        first.

        Args:
            also: What must hold besides: something that the server has done and not told of yet.
        """
        with self.held():
            return await self._runner.settled(lambda: also() and self._engine.drained, timeout_s)

    async def reached(self, timeout_s: float) -> Status:
        """
        Begin to sync, and wait until both sides have everything or waiting longer cannot help.

        Returns:
            How far it came; never raises for a server that cannot be reached or does not let us in.
        """
        self._once.begin()
        with self.held():
            await self.start()
            await self._once.reached(timeout_s)
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
                self._files.look()
                await self._files.settled(max(0.0, timeout_s - (monotonic_ms() - began_ms) / 1000))
                status = self.status()
        finally:
            await self.stop()
        return status

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
        # With the library's account another one is refused before it has a device there.
        args: dict[str, Any] = {"email": email, "password": password, "account": self._store.meta("account")}
        if sign_up_name is not None:
            args["name"] = sign_up_name
            if invite is not None:
                args["invite"] = invite.plain()
        if args["account"] is None:
            self._store.set_meta("adopt", None if adopt else "no")
        self._runner.begin()
        with self.held():
            await self._sign_in("sign_in" if sign_up_name is None else "sign_up", args, url)
        return self._engine.status

    async def _sign_in(self, name: str, args: dict[str, Any], url: str) -> None:
        before = self._engine.status.server
        try:
            result = await self.call(name, args, server=url)
        except AuthFailed:
            if before not in (None, url):
                await self._token.return_to(before)
            raise
        token = result.value["token"]
        await self._token.keep(token)
        known = result.value["account"].get("email") or args["email"]
        self._runner.feed(TokenSet(url, token, known, shown=True))
        if self._started:
            self._runner.feed(Started())

    async def sign_out(self) -> None:
        """
        Forget the token, here and, where it can be reached, on the server. Notes, outbox and cursors stay.
        """
        with self.held():
            if await self.connected(SIGN_OUT_S):
                try:
                    await self.call("sign_out", {})
                except AuthFailed as error:
                    _log.info("the server was not told of the sign-out: %s", error.code)
            await self._token.forget()

    async def call(self, name: str, args: dict[str, Any], *, server: str | None = None) -> Result:
        """
        Ask the server for something by name.

        Raises:
            AuthFailed: Its code when it refused, ``offline`` when there is no connection, ``timeout``.
        """
        with self.held():
            if server is None:
                await self.connected()
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
        stream = self._store.stream_of(document) if document is not None else None
        self._runner.feed(Moved(stream, document, anchor, head))

    def status(self) -> Status:
        """Return how syncing stands."""
        waiting, wanted, refused = self._files.counts
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
        self._files.want(sha256)

    def retry_files(self) -> None:
        """Try again what the server refused."""
        self._files.retry()

    def file_state(self, sha256: str) -> FileState:
        """Return where an attachment stands."""
        return self._files.state(sha256)

    # --- a newer data model ------------------------------------------------------------------------

    def upgrade(self, show: Show | None = None) -> Upgrade:
        """An attempt to bring the library to the newer data model; `show` is told how far it is."""
        return Upgrade(self, self._store, self._engine, self._runner, show)

    def beside(self, store: BesideStore) -> Client:
        """A client for a library beside this one, signed in as this one is."""
        engine = self._engine
        return Client(
            store,
            Ticker(Clock(store.rid, store.clock_high_water()), self._ticker.wall_ms),
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
                self._once.follow(effect.status.link)
                self._files.follow(effect.status)
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
            case Drained():
                self._attending.see_off(effect.turn)

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


def _tell(callback: Callable[..., None] | None, *facts: Any) -> None:
    if callback is not None:
        callback(*facts)
