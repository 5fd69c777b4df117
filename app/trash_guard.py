"""
The guard against mass deletion: when somebody puts much of a notebook into the trash at once, this person
is asked.

What others did is applied as always, for replicas may not differ; the notes are in the trash, and the
question waits, over a restart too, until it is answered. Engine thread. Not here: the banner
(`models.notices`), the answer (`dialogs.trash_question`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sync.client.ticker import Ticker
from sync.storage.client_store import ClientStore

COUNT_MAX: Final = 20
"""As many notes may go without a question: a folder that is tidied up."""
PART_MAX: Final = 0.25
"""So much of a notebook may go without one."""
BURST_MS: Final = 60_000
"""What goes within so long after what went before belongs to the same deletion."""
KEY: Final = "trash_question"
NOTES_MAX: Final = 20_000
"""Notes that a question remembers."""


class TrashQuestion(NamedTuple):
    """Notes that somebody put into the trash together."""

    notes: tuple[str, ...] = ()
    total: int = 0
    """How many the notebook had before."""
    by: str = ""
    """Who; "" when that is not known."""


class TrashGuard:
    """Watches what comes from others. `heard` before lists are derived anew, `look` afterwards."""

    def __init__(self, store: ClientStore, ticker: Ticker, tell: Callable[[TrashQuestion], None]) -> None:
        """`tell` hears of a question, when it grows, and with an empty one when it is answered."""
        self._store: Final = store
        self._ticker: Final = ticker
        self._tell: Final = tell
        self._listed: dict[str, str] = {}
        """Notes that something came for, and the notebook in which they were listed before."""
        self._gone: dict[str, list[str]] = {}
        self._last_ms: dict[str, int] = {}

    def open_question(self) -> TrashQuestion:
        """What was asked and not answered yet; an empty one for nothing."""
        said = self._store.meta(KEY)
        if said is None:
            return TrashQuestion()
        value: dict[str, Any] = json.loads(said)
        person = self._store.people().get(value["rid"])
        return TrashQuestion(tuple(value["notes"]), value["total"], person.name if person is not None else "")

    def tell_again(self) -> None:
        """More is known of people: name the one who did it."""
        question = self.open_question()
        if question.notes:
            self._tell(question)

    def answered(self) -> None:
        """The person has said what shall be."""
        self._store.set_meta(KEY, None)
        self._gone.clear()
        self._tell(TrashQuestion())

    def heard(self, document: str) -> None:
        """Something came for a document. Cost: one look-up by key."""
        if document not in self._listed:
            notebook = self._store.listed_in(document)
            if notebook is not None:
                self._listed[document] = notebook

    def look(self, *, finished: bool) -> None:
        """
        See which of them are in no list any more.

        Args:
            finished: Every document that has changed is derived by now.
        """
        now_ms, grown = self._ticker.now_ms(), set()
        for document, notebook in list(self._listed.items()):
            if self._store.listed_in(document) is None and self._store.has(document):
                del self._listed[document]
                if now_ms - self._last_ms.get(notebook, now_ms) > BURST_MS:
                    self._gone.pop(notebook, None)
                self._last_ms[notebook] = now_ms
                self._gone.setdefault(notebook, []).append(document)
                grown.add(notebook)
        if finished:
            self._listed.clear()
        for notebook in grown:
            self._judge(notebook)

    def _judge(self, notebook: str) -> None:
        gone = self._gone[notebook]
        row = next((row for row in self._store.notebooks() if row.id == notebook), None)
        if row is None or row.role not in ("owner", "editor"):
            return  # this person could not bring them back
        total = row.notes + len(gone)
        if len(gone) <= COUNT_MAX or len(gone) <= PART_MAX * total:
            return
        known = self.open_question()
        notes = list(dict.fromkeys((*known.notes, *gone)))[:NOTES_MAX]
        value = {"notes": notes, "total": max(total, known.total), "rid": self._author(gone[-1])}
        self._store.set_meta(KEY, json.dumps(value))
        self.tell_again()

    def _author(self, document: str) -> int:
        """The replica that wrote last in a document: by now the one that put it into the trash."""
        bursts = self._store.document(document, self._store.rid).history()
        return bursts[-1].rid if bursts else 0
