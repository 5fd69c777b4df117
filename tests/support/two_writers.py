"""
A note in a profile that this person and Ana have written in, in turns; there is no window on it yet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.cli import open_library
from app.paths import Profile
from crdt import Clock, Document
from sync.model.v1 import new_note
from sync.storage.rows import LocalChange, PersonRow, RemoteDelta

NOTE = "h" * 22
ANA = 99
BEGUN_MS = 1_760_000_000_000
HOUR_MS = 3_600_000


class TwoWriters:
    """Makes the note, an edit at a time; each edit is an hour after the one before."""

    def __init__(self, folder: Path) -> None:
        """In the profile in `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._library = open_library(Profile(folder))
        self.store = self._library.store
        self._stream = f"{self._library.personal()}/notes"
        self._clocks = {self.store.rid: Clock(self.store.rid), ANA: Clock(ANA)}
        self._now_ms = BEGUN_MS
        self._seq = 0
        mine, delta = new_note(
            self.store.rid, self._tick(self.store.rid), title="Holiday", created_ms=BEGUN_MS
        )
        self.mine, self.hers = mine, Document(ANA)
        self.hers.apply(delta)
        self.store.append([LocalChange(self._stream, NOTE, delta)])
        self.store.save_people([PersonRow(ANA, "a" * 22, "Ana Ruiz")])

    def _tick(self, rid: int):
        self._now_ms += HOUR_MS
        return self._clocks[rid].tick(self._now_ms)

    def i_write(self, intent: Callable) -> None:
        """An edit of the body by this person."""
        self.mine.new_group()
        delta = self.mine.edit(self._tick(self.store.rid), lambda e: intent(e.text(("body",))))
        self.hers.apply(delta)
        self.store.append([LocalChange(self._stream, NOTE, delta)])

    def ana_writes(self, intent: Callable) -> None:
        """An edit of the body by Ana."""
        self.hers.new_group()
        delta = self.hers.edit(self._tick(ANA), lambda e: intent(e.text(("body",))))
        self.mine.apply(delta)
        self._seq += 1
        self.store.append_remote(self._stream, [RemoteDelta(NOTE, delta.encode(), self._seq)], self._seq)

    def look(self) -> None:
        """This person has seen the note as it is."""
        self.store.save_look(NOTE, self._now_ms, self.mine.version().encode())

    def close(self) -> None:
        """Let a window have the profile."""
        while self.store.refresh_projections():
            pass
        self.store.close()


def holiday(folder: Path) -> Path:
    """A profile with the usual note: mine, hers, a look, hers; gives the folder."""
    writers = TwoWriters(folder)
    writers.i_write(lambda body: body.insert(0, "We fly on the 3rd"))
    writers.ana_writes(lambda body: (body.delete(14, 3), body.insert(14, "12th")))
    writers.look()
    writers.ana_writes(lambda body: body.insert(len(body), " of May"))
    writers.close()
    return folder
