"""
The client as the app and the command line use it: one object over store, engine, runner and token.

What it is not: decisions (engine) or I/O (runner). Used on one thread, that of the store's. Invariants:
- What `submit` was given is on disk when it returns; what is sent is never ahead of that.
- A token is kept before it is used, and forgotten only when a person signs out.
- Signing in or out removes nothing that was written here.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import random
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sync.client.engine import About, Engine
from sync.client.events import (
    Answered,
    Asked,
    Effect,
    Event,
    Moved,
    NotebooksChanged,
    Noted,
    Nudged,
    PresenceChanged,
    Remote,
    ReplicaChanged,
    Reset,
    Started,
    StatusChanged,
    TokenSet,
    Written,
)
from sync.client.runner import Runner, monotonic_ms
from sync.client.state import AUTHS_PARKED, Status
from sync.client.ticker import Ticker
from sync.errors import AuthFailed, SyncError
from sync.protocol.messages import Presence, Result
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange

POLL_SECONDS: Final = 0.02
"""Between two looks at whether everything is sent: what waits for it is a person or a command."""

CALL_SECONDS: Final = 30.0
"""For the answer to a call, the connection included."""

logger = logging.getLogger(__name__)


class Unreachable(SyncError):
    """
    A server did not answer; nothing changed here.

    Attributes:
        server: The address that was tried.
    """

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self.server = server


class TokenKeeper(Protocol):
    """Where the token of a profile lives."""

    def load(self) -> tuple[str, str] | None:
        """The token and where it was; None when there is none."""

    def save(self, token: str) -> str:
        """Keep a token; where it is now."""

    def forget(self) -> None:
        """Keep none any more."""


class MemoryTokens:
    """A token that lasts as long as the process: for tests, and where nothing may be written."""

    def __init__(self) -> None:
        """Start with none."""
        self._token: str | None = None

    def load(self) -> tuple[str, str] | None:
        """The token and "memory"; None when there is none."""
        return (self._token, "memory") if self._token is not None else None

    def save(self, token: str) -> str:
        """Keep a token."""
        self._token = token
        return "memory"

    def forget(self) -> None:
        """Keep none any more."""
        self._token = None


def _ignore(*_: object) -> None:
    """Nobody wants to know."""


class Client:
    """Syncing for one profile."""

    def __init__(
        self,
        store: ClientStore,
        ticker: Ticker,
        tokens: TokenKeeper | None = None,
        *,
        on_status: Callable[[Status], None] = _ignore,
        on_remote: Callable[[str, list[bytes]], None] = _ignore,
        on_reset: Callable[[str], None] = _ignore,
        on_notebooks: Callable[[], None] = _ignore,
        on_presence: Callable[[str, list[Presence]], None] = _ignore,
        about: About | None = None,
    ) -> None:
        """
        Take over an open store; nothing is connected before `start`.

        Args:
            store, ticker: Of one profile; neither is closed here.
            tokens: Where the token lives; None keeps it in memory.
            on_status: Told each change of an axis.
            on_remote: Told a document and the deltas of others, which are stored already.
            on_reset: Told a document that must be loaded again.
            on_notebooks: Told that notebooks came, went, or changed name or role.
            on_presence: Told a document and who else is in it.
            about: What hello says of this installation; None asks the system.
        """
        self._store: Final = store
        self._tokens: Final[TokenKeeper] = tokens if tokens is not None else MemoryTokens()
        self._on_status: Final = on_status
        self._on_remote: Final = on_remote
        self._on_reset: Final = on_reset
        self._on_notebooks: Final = on_notebooks
        self._on_presence: Final = on_presence
        self._engine: Final = Engine(
            store, ticker, about if about is not None else _about(store), random.random, _fresh_rid
        )
        self._runner: Final = Runner(self._engine, self._tell)
        self._answers: dict[int, asyncio.Future[Result]] = {}
        self._asked = 0
        self._is_running = False

    # Writing

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """
        Store changes in one commit, and have them sent.

        Raises:
            LimitExceeded, StoreUnavailable: Nothing was stored.
        """
        for document in self._store.append(changes):
            self._on_reset(document)
        self.post(Written())

    # Syncing

    async def start(self) -> None:
        """Connect whenever there is a server and a token that is not known to be bad."""
        self._is_running = True
        kept = self._tokens.load()
        if kept is not None:
            self._engine.token_kept(kept[1])
            self.post(TokenSet(None, kept[0]))
        self.post(Started())

    async def stop(self) -> None:
        """Close the connection. What is unsent stays for the next start."""
        if self._is_running:
            self._is_running = False
            await self._runner.stop()

    def nudge(self) -> None:
        """Try at once: the network came back, or a person asks."""
        self.post(Nudged())

    async def drained(self, seconds: float) -> bool:
        """Wait until everything is sent and received, for at most this long; whether it was."""
        deadline = monotonic_ms() + int(seconds * 1000)
        while not self._engine.drained:
            if monotonic_ms() >= deadline or self._is_hopeless():
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def sync_once(self, seconds: float) -> bool:
        """
        Connect, send and receive everything, and hang up; whether all of it was done within ``seconds``.
        """
        await self.start()
        try:
            return await self.drained(seconds)
        finally:
            await self.stop()

    def status(self) -> Status:
        """How syncing stands."""
        return self._engine.status

    # Signing in and out

    async def sign_in(
        self, server: str, email: str, password: str, sign_up_name: str | None = None
    ) -> Status:
        """
        Sign this profile in; with a name, make the account first.

        Args:
            server: ws:// or wss:// and host and port.
            sign_up_name: What others will see; None signs in to an account that exists.

        Returns:
            The status, connected and caught up with nothing yet.

        Raises:
            AuthFailed: The server refused, and says why. Nothing changed here.
            Unreachable: There was no answer.
        """
        before = (self._engine.status.server, self._tokens.load())
        name = "sign_in" if sign_up_name is None else "sign_up"
        args: dict[str, object] = {"email": email, "password": password}
        if sign_up_name is not None:
            args["name"] = sign_up_name
        if before[1] is not None:
            self.post(TokenSet(server, None))
        try:
            result = await self._ask(name, args, server)
        except (AuthFailed, Unreachable):
            if before[1] is not None:
                self.post(TokenSet(before[0], before[1][0]))
            raise
        value = result.value
        assert isinstance(value, dict), "the answer to a sign-in is a map"
        token = str(value["token"])
        where = await asyncio.to_thread(self._tokens.save, token)
        self._engine.token_kept(where)
        self.post(TokenSet(server, token, email))
        return self._engine.status

    async def sign_out(self) -> None:
        """End the sign-in here and, when it can be reached, on the server. Notes and unsent edits stay."""
        if self._engine.status.link == "live":
            try:
                await self._ask("sign_out", {}, None)
            except (AuthFailed, Unreachable) as error:
                logger.info("the server was not told of the sign-out: %s", type(error).__name__)
        await asyncio.to_thread(self._tokens.forget)
        self._engine.token_kept(None)
        self.post(TokenSet(None, None))

    async def call(self, name: str, args: dict[str, object]) -> Result:
        """
        Ask the server something by name and wait for the answer.

        Raises:
            AuthFailed: It refused; the code says why.
            Unreachable: There is no connection, or it broke.
        """
        return await self._ask(name, args, None)

    # Presence

    def set_presence(
        self,
        document: str | None,
        anchor: Sequence[object] | None = None,
        head: Sequence[object] | None = None,
    ) -> None:
        """Say where this person is: in a document with their selection, or (None) nowhere."""
        if document is None or not self._store.has(document):
            self.post(Moved(None))
        else:
            stream = self._store.load(document).stream
            self.post(Moved(stream, document, anchor, head))

    # Inside

    def post(self, event: Event) -> None:
        """Hand an event to the engine."""
        if self._is_running or not isinstance(event, Written | Moved | Nudged):
            self._runner.post(event)

    async def _ask(self, name: str, args: dict[str, object], server: str | None) -> Result:
        self._asked += 1
        number = self._asked
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self.post(Asked(number, name, args, server))
        try:
            result = await asyncio.wait_for(answer, CALL_SECONDS)
        except TimeoutError as error:
            raise Unreachable(server or self._engine.status.server or "") from error
        finally:
            self._answers.pop(number, None)
        if result.code == "offline":
            raise Unreachable(server or self._engine.status.server or "")
        if result.code:
            raise AuthFailed(result.code, result.message, after_ms=result.after_ms)
        return result

    def _is_hopeless(self) -> bool:
        """Whether waiting longer cannot help: nobody is signed in, or the sign-in is known to be bad."""
        status = self._engine.status
        return status.auth in AUTHS_PARKED or status.link == "off"

    def _tell(self, effect: Effect) -> None:
        match effect:
            case StatusChanged():
                self._on_status(effect.status)
            case Remote():
                self._on_remote(effect.document, list(effect.deltas))
            case Reset():
                self._on_reset(effect.document)
            case ReplicaChanged():
                logger.info("this library writes as another replica from now on")
            case NotebooksChanged():
                self._on_notebooks()
            case PresenceChanged():
                self._on_presence(effect.document, list(effect.present))
            case Answered():
                answer = self._answers.get(effect.id)
                if answer is not None and not answer.done():
                    answer.set_result(effect.result)
            case Noted():
                logger.info("%s %s", effect.what, effect.facts)


def _fresh_rid() -> int:
    return secrets.randbits(62) + 1


def _about(store: ClientStore) -> About:
    inst = store.meta("inst")
    if inst is None:
        inst = secrets.token_hex(8)
        store.set_meta("inst", inst)
    return About(app="commonplace", os=platform.system().lower(), inst=inst)
