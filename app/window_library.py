"""
The library of a window: as any, and whoever lists its notes hears of every change.

Engine thread. Not here: what a library can do (`library`), deriving what lists show (`engine_room`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.library import Editor, Library
from sync.client.ticker import Ticker
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange


class WindowLibrary(Library):
    """A library that tells what is stored through it."""

    def __init__(
        self,
        store: ClientStore,
        client: Any,
        ticker: Ticker,
        *,
        editor: Editor,
        stored: Callable[[set[str]], None],
    ) -> None:
        """As Library; `stored` is told the documents of each commit, after it."""
        super().__init__(store, client, ticker, editor=editor)
        self._stored = stored

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit and have them sent. Raises StoreUnavailable: nothing was stored."""
        super().submit(changes)
        self._stored({change.document for change in changes})
