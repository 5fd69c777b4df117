"""
Private copies: what becomes of unsent edits when this account may not write (any more) where they were made.

What it is not: the copying itself (storage). Invariants:
- Nothing is taken out of a stream while the answer to something sent there is under way: what the server has
  taken is no private matter.
- What is kept is on disk, in the same transaction that takes it out of where it was.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from sync.client.events import CopyKept, Reset
from sync.client.line import Line
from sync.storage.private_copies import Copier, Kept
from sync.storage.rows import StreamRow

WRITERS: Final = ("owner", "editor", "commenter")


def can_write(row: StreamRow) -> bool:
    """Whether the role in a stream allows writing to it, as far as this store knows."""
    return row.role in WRITERS and (row.role != "commenter" or row.collection == "comments")


class Keeping:
    """Makes private copies."""

    def __init__(self, line: Line, numbers: Callable[[], int]) -> None:
        """`numbers` gives random ones of 63 bits, for the ids of copies."""
        self._line: Final = line
        self._numbers: Final = numbers

    def copier(self) -> Copier:
        """Return what a copy is made with now."""
        store = self._line.store
        return Copier(store.rid, self._line.ticker.stamp, self._new_id, store.model)

    def withdraw(self, may: Callable[[StreamRow], bool]) -> list[str]:
        """
        Take unsent edits out of the streams that may not be written, as far as `may` says that it is time.

        Returns:
            The streams from which something was taken.
        """
        store = self._line.store
        taken = []
        for row in store.streams():
            if row.next_n - 1 > row.acked_n and not can_write(row) and may(row):
                kept = store.withdraw(row.id, self.copier(), self._line.ticker.now_ms())
                if kept is None:
                    continue  # there is no notebook to keep it in
                taken.append(row.id)
                self._line.note("unsent edits are kept as copies", stream=row.id, notes=len(kept.notes))
                for document in kept.changed:
                    self._line.add(Reset(document))
                self.tell(kept.notes)
        return taken

    def tell(self, notes: list[Kept]) -> None:
        """Have it told what is kept where."""
        for document, copy in notes:
            self._line.add(Reset(copy))
            self._line.add(CopyKept(document, copy))

    def _new_id(self) -> str:
        """Return a fresh id of a document; it never begins with a dash."""
        number = self._numbers() << 64 | self._numbers()
        return base64.urlsafe_b64encode(number.to_bytes(16, "big")).decode("ascii")[:22]
