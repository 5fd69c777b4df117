"""
What the server allows this library while their data models may differ, and which model it has.

What it is not: what is done in each mode (subscribing, pushing), or words for people. Invariants:
- Only a `welcome` sets the mode.
- It is kept in the store, so that the next start knows it before it can connect; what was said of the library
  in another data model does not hold any more.
"""

from __future__ import annotations

from typing import Final

from sync.client.line import Line
from sync.client.state import MODES
from sync.protocol.messages import ModelSaid

KEPT: Final = "mode"


class Mode:
    """The mode of one engine."""

    def __init__(self, line: Line) -> None:
        """Start with what the store remembers of the last welcome."""
        self._line: Final = line
        self.name = "full"
        """One of MODES, or what a newer server calls another."""
        self.server_model: str | None = None
        """None: no server has said it yet."""
        kept = (line.store.meta(KEPT) or "").split()
        if len(kept) == 3 and kept[0] in MODES and kept[2] == line.store.model:
            self.name, self.server_model = kept[:2]

    def said(self, model: ModelSaid) -> bool:
        """Take over what a welcome says; whether the mode is another than before."""
        before, self.name, self.server_model = self.name, model.mode, model.version
        return self.name != before

    def keep(self) -> None:
        """Remember it for the next start. Raises StoreUnavailable."""
        store = self._line.store
        wanted = f"{self.name} {self.server_model} {store.model}"
        if store.meta(KEPT) != wanted:
            store.set_meta(KEPT, wanted)
