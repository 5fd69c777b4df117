"""
The history of one note, read aside: from the store, on a thread of its own, away from typing and syncing.

One question is worked on at a time; of those asked meanwhile the last one is. Answers come as signals on the
GUI thread. Not here: what the past looks like (`models.past`), showing it (`widgets.history_panel`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.models.past import (
    BODY,
    Blocks,
    Sitting,
    authors_at,
    changes_between,
    sittings,
)
from app.models.people import Person, number_of
from crdt import Burst, Document, Version
from sync.model.lenses import written_by_people

if TYPE_CHECKING:
    from app.library import Library
    from sync.storage.rows import StoredDocument


class Timeline(NamedTuple):
    """What is known of a note's past."""

    note: str
    bursts: list[Burst]
    sittings: list[Sitting]
    people: dict[int, Person]
    """By replica; this person's name is "", a stranger is not in it."""


class History(QObject):
    """Answers questions about the past of one note. GUI thread; the work is done elsewhere."""

    read = Signal(object)
    """A Timeline."""
    shown = Signal(object)
    """The Past that was asked for last."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        """About no note yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._note: str | None = None
        self._document: Document | None = None
        self._busy = False
        self._next: Callable[[], None] | None = None

    def open(self, note: str | None) -> None:
        """Read the history of a note, or again what has come to it since; None for no note."""
        if note != self._note:
            self._document = None
        self._note = note
        if note is not None:
            self._ask(lambda library: _read(library, note), self._take)

    def ask_changes(self, old: Version, new: Version) -> None:
        """Have the text at a version, with what differs from another tinted."""
        self._work(lambda document: changes_between(document, old, new), self.shown.emit)

    def ask_authors(self, version: Version) -> None:
        """Have the text at a version, tinted by who wrote it."""
        self._work(lambda document: authors_at(document, version), self.shown.emit)

    def ask_blocks(self, version: Version, then: Callable[[Blocks], object]) -> None:
        """Have the body at a version as plain blocks."""

        def blocks(document: Document) -> Blocks:
            moment = document.text(BODY).at(version)
            return [(list(spans), dict(attributes)) for spans, attributes in moment.blocks()]

        self._work(blocks, then)

    def _take(self, found: tuple[Document, Timeline]) -> None:
        document, timeline = found
        if timeline.note == self._note:
            self._document = document
            self.read.emit(timeline)

    def _work(self, work: Callable[[Document], Any], then: Callable[[Any], object]) -> None:
        """Do something with the document on a thread of its own."""

        def ask() -> None:
            document, note = self._document, self._note
            if document is None:
                return

            def answered(answer: Any) -> None:
                if note == self._note:
                    then(answer)

            self._ask_now(lambda library: asyncio.to_thread(work, document), answered)

        self._queue(ask)

    def _ask(self, work: Callable[[Library], Any], done: Callable[[Any], None]) -> None:
        self._queue(lambda: self._ask_now(work, done))

    def _queue(self, ask: Callable[[], None]) -> None:
        """Ask now, or when the question in work is answered; of those that wait the last one counts."""
        if self._busy:
            self._next = ask
        else:
            ask()

    def _ask_now(self, work: Callable[[Library], Any], done: Callable[[Any], None]) -> None:
        self._busy = True

        def answered(answer: Any) -> None:
            self._busy = False
            done(answer)
            self._go_on()

        def failed(error: Exception) -> None:
            # The note has gone, or cannot be read: there is nothing to show of it.
            self._busy = False
            self._go_on()

        self._bridge.call(work, answered, failed)

    def _go_on(self) -> None:
        following, self._next = self._next, None
        if following is not None and not self._busy:
            following()


def _read(library: Library, note: str) -> Any:
    """Engine thread: load what is stored, and have it built and read elsewhere."""
    stored, store = library.store.load(note), library.store
    account = store.meta("account")
    people = {
        row.rid: Person("" if row.account == account else row.name, number_of(row.account))
        for row in store.people().values()
        if row.name
    }
    people[store.rid] = Person("", number_of(account or str(store.rid)))
    return asyncio.to_thread(_build, note, stored, store.rid, people)


def _build(
    note: str, stored: StoredDocument, rid: int, people: dict[int, Person]
) -> tuple[Document, Timeline]:
    document = stored.build(rid)
    bursts = written_by_people(document)
    return document, Timeline(note, bursts, sittings(bursts), people)
