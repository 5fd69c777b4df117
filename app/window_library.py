"""
The library of a window: as any, and whoever lists its notes hears of every change.

Its client comes later than its store, so that the first note need not wait for what syncing needs.

Engine thread. Not here: what a library can do (`library`), deriving what lists show (`engine_room`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from app.library import Editor, Library
from sync.client.ticker import Ticker
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange

if TYPE_CHECKING:
    from sync.client.session import Client


class LaterClient:
    """The syncing client, made when somebody first needs it. Until then changes are stored and wait."""

    def __init__(self, store: ClientStore, make: Callable[[], Client]) -> None:
        """`make` loads the modules that syncing needs, and makes the client."""
        self._store = store
        self._make = make
        self._client: Client | None = None

    @property
    def is_made(self) -> bool:
        """Has anybody needed it?"""
        return self._client is not None

    def made(self) -> Client:
        """The client. Cost: some 100 ms at the first time."""
        if self._client is None:
            self._client = self._make()
        return self._client

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit, and have them sent once there is a client."""
        if self._client is None:
            self._store.append(changes)
        else:
            self._client.submit(changes)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the client can do."""
        return getattr(self.made(), name)


class WindowLibrary(Library):
    """A library that tells what is stored through it."""

    def __init__(
        self,
        store: ClientStore,
        client: LaterClient,
        ticker: Ticker,
        *,
        editor: Editor,
        stored: Callable[[set[str]], None],
    ) -> None:
        """As Library; `stored` is told the documents of each commit, after it."""
        super().__init__(store, client, ticker, editor=editor)
        self._stored = stored
        self.trash_answered: Callable[[], None] = lambda: None
        """The person has said what shall be of notes that others put into the trash."""

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit and have them sent. Raises StoreUnavailable: nothing was stored."""
        super().submit(changes)
        self._stored({change.document for change in changes})

    def carry(self, changes: Sequence[LocalChange]) -> None:
        """Store what others wrote, in one commit, and have it sent and shown. Raises as submit does."""
        super().carry(changes)
        self._stored({change.document for change in changes})
