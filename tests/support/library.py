"""
A library to test with: a store on a real file, a clock that goes when it is told to, and notes made in one
line.
"""

import itertools
import random
from pathlib import Path

from crdt import Clock, Delta, Document, Stamp
from sync.client.ticker import Ticker
from sync.model import v1
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange

NOTEBOOK = "N" * 22
NOTES = f"{NOTEBOOK}/notes"
FOLDERS = f"{NOTEBOOK}/folders"


class ManualWall:
    """A wall clock that stands still until it is moved."""

    def __init__(self, ms: int = 1_760_000_000_000) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


def named(number: int, letter: str = "d") -> str:
    """An id of the right form that can be read in a failing test."""
    return f"{letter}{number:05d}".ljust(22, "_")


FOREIGN = named(1, "f")
"""The id of `foreign_note`."""


def foreign_note(text: str = "from elsewhere", rid: int = 99) -> tuple[Document, list[bytes]]:
    """A note of another replica, and the two deltas that make it."""
    note, first = v1.new_note(rid, Stamp(1_760_000_000_000, 0, rid), title="Foreign", created_ms=5)
    second = note.edit(Stamp(1_760_000_000_001, 0, rid), lambda e: e.text(("body",)).insert(0, text))
    return note, [first.encode(), second.encode()]


class Desk:
    """One profile in use: its store and its clock."""

    def __init__(
        self, path: Path, *, seed: int = 1, wall: ManualWall | None = None, notebook: str = NOTEBOOK
    ):
        self.path = path
        self.random = random.Random(seed)
        self.wall = wall or ManualWall()
        self.ids = itertools.count()
        self.letter = chr(ord("a") + seed % 26)
        self.open()
        if notebook not in [row.id for row in self.store.notebooks()]:
            self.store.add_notebook(notebook, "Personal")
            self.store.set_personal(notebook)
        self.notebook = notebook

    def open(self) -> None:
        """Open the file, or open it again, as a program of the first data model."""
        self.open_as(v1.MODEL)

    def open_as(self, newest: str) -> None:
        """The same, as a program that uses a data model."""
        self.store = ClientStore.open(self.path, newest=newest, randomness=self.random.getrandbits)
        self.ticker = Ticker(Clock(self.store.rid, self.store.clock_high_water()), self.wall)

    def close(self) -> None:
        self.store.close()

    def crash(self) -> None:
        """Leave the file as a killed process does: nothing is said to it."""
        self.store._db.close()

    def new_note(self, title: str, body: str = "", *, document: str | None = None) -> str:
        """Make and store a note; return its id."""
        document = document or named(next(self.ids), self.letter)
        note, delta = v1.new_note(
            self.store.rid, self.ticker.stamp(), title=title, created_ms=self.ticker.now_ms()
        )
        changes = [LocalChange(f"{self.notebook}/notes", document, delta)]
        if body:
            more = note.edit(self.ticker.stamp(), lambda edit: edit.text(("body",)).insert(0, body))
            changes.append(LocalChange(f"{self.notebook}/notes", document, more))
        self.store.append(changes)
        return document

    def new_notes(self, count: int) -> list[str]:
        """Make and store many notes in one commit; return their ids."""
        changes = []
        for number in range(count):
            _, delta = v1.new_note(self.store.rid, self.ticker.stamp(), title=f"note {number}", created_ms=1)
            changes.append(LocalChange(f"{self.notebook}/notes", named(next(self.ids), self.letter), delta))
        self.store.append(changes)
        return [change.document for change in changes]

    def note(self, document: str) -> Document:
        """Load a note to be edited here."""
        return self.store.document(document, self.store.rid)

    def edit(self, document: str, intent) -> Delta:
        """Load a note, edit it, store the delta."""
        note = self.note(document)
        delta = note.edit(self.ticker.stamp(), intent)
        if not delta.empty:
            self.store.append([LocalChange(f"{self.notebook}/notes", document, delta)])
        return delta

    def type(self, document: str, text: str, index: int | None = None) -> Delta:
        """Type into the body of a note, at its end unless told otherwise."""
        length = len(self.note(document).text(("body",)))
        place = length if index is None else min(index, length)
        return self.edit(document, lambda edit: edit.text(("body",)).insert(place, text))

    def body(self, document: str) -> str:
        """The visible body of a note."""
        return self.note(document).text(("body",)).text()
