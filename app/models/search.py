"""
Search as you type: the newest question wins, older answers go nowhere.

A question runs on the engine thread at once; asking again cancels what runs. When the library changes, which
it does many times in a row, the question waits a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge import Bridge
from app.call import Call
from app.models.fuzzy import folded

if TYPE_CHECKING:
    from app.library import Library

# The letters of one turn of the event loop are one question.
TYPING_MS = 0
CHANGE_MS = 60
HITS_MAX = 200


def words_looked_for(text: str) -> list[str]:
    """The words of a query, without its filters, folded: what a list shows in its snippets."""
    # Loaded by then: the library has searched.
    from sync.storage.query import understood
    from sync.storage.search import words_of

    return [folded(word) for word in words_of(understood(text, date.today()).text)]


class Search(QObject):
    """One search box's questions to the library."""

    answered = Signal(str, list)
    """The question and its SearchHits, best first."""
    ended = Signal()
    """The box is empty again."""

    def __init__(
        self,
        bridge: Bridge,
        parent: QObject | None = None,
        seek: Callable[[Library, str], list[Any]] = lambda library, text: library.search(
            text, limit=HITS_MAX
        ),
    ) -> None:
        """`seek` asks the library; it runs on the engine thread."""
        super().__init__(parent)
        self._bridge = bridge
        self._seek = seek
        self._call: Call | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go)
        self.text = ""

    def warm(self, more: bool = True) -> None:
        """Have the library read what a first search would wait for, in pieces that are in nobody's way."""
        if more:
            self._bridge.call(lambda library: library.store.warm_search(), self.warm)

    def ask(self, text: str) -> None:
        """Look for a text; an empty one ends the search."""
        text = text.strip()
        if text == self.text:
            return
        self.text = text
        self._cancel()
        if text:
            self._timer.start(TYPING_MS)
        else:
            self._timer.stop()
            self.ended.emit()

    def again(self) -> None:
        """Ask the same question again: the library has changed."""
        self._cancel()
        self._timer.start(CHANGE_MS)

    @property
    def active(self) -> bool:
        """Is the list to show hits?"""
        return bool(self.text)

    def _go(self) -> None:
        text, seek = self.text, self._seek
        self._call = self._bridge.call(
            lambda library: seek(library, text), lambda hits: self.answered.emit(text, hits)
        )

    def _cancel(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None
