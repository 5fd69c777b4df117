"""
Which data model a server has, which one it still takes edits of, and what a connection of another may do.

What it is not: the models (``sync.model``) or the way from one to the next (migration.py). Invariants: a
server that knows nothing of its model yet is of the oldest, because only such a server never wrote it down;
``version`` is what every stream has reached, so that it moves when the last of them has.

Source: README, "Data models".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sync.errors import StoreUnavailable, VersionTooNew
from sync.model.versions import DEFAULT, MODELS, OLDEST, is_known, major_of, parsed
from sync.protocol.messages import ModelSaid
from sync.storage.server_store import ServerStore

MODES: Final = ("full", "send_only", "blocked", "ahead")
"""
full: the same major. send_only: behind, may push and gets nothing. blocked: behind what is still taken.
ahead: of a newer major than the server.
"""


class Compatibility:
    """The data model of one server. Changed on the store's thread; read anywhere."""

    def __init__(self, version: str = DEFAULT, min_push: str = OLDEST) -> None:
        """
        State a model.

        Args:
            version: What every stream has reached.
            min_push: The oldest model of which edits are taken.
        """
        self.version = version
        self.min_push = min_push
        self.migrating = False
        """Whether this process is just bringing the data to a newer model."""

    @classmethod
    def stored(cls, store: ServerStore, wanted: str | None, path: Path) -> Compatibility:
        """
        Return the model of a store, settling that of a new one.

        Args:
            store: Open.
            wanted: What the person who starts the server asks for; None: what there is, else the default.
            path: Of the store, for errors.

        Raises:
            VersionTooNew: The store is of a model that this program does not know.
            StoreUnavailable: ``other_model``: it is not the wanted one.
        """
        version = store.meta("model")
        if version is None:
            version = (wanted or DEFAULT) if store.meta("server") is None else OLDEST
            store.set_meta("model", version)
        if not is_known(version):
            raise VersionTooNew(path, major_of(version), len(MODELS))
        if wanted is not None and major_of(wanted) != major_of(version):
            raise StoreUnavailable(
                path, "other_model", f"its data is of model {version}; to a newer one leads: migrate run"
            )
        return cls(version, store.meta("min_push") or OLDEST)

    def look(self, store: ServerStore) -> bool:
        """Look whether another process has changed it; return whether."""
        before = (self.version, self.min_push)
        self.version = store.meta("model") or self.version
        self.min_push = store.meta("min_push") or OLDEST
        return (self.version, self.min_push) != before

    def mode_of(self, client: str) -> str:
        """Return what a connection of a model may do, one of MODES."""
        theirs, ours = major_of(client), major_of(self.version)
        if theirs > ours:
            return "ahead"
        if parsed(client) < parsed(self.min_push):
            return "blocked"
        return "full" if theirs == ours else "send_only"

    def said(self, client: str) -> ModelSaid:
        """Return what a connection of a model is told."""
        return ModelSaid(self.version, self.min_push, self.mode_of(client))
