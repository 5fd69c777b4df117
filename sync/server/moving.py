"""
Moving a note to another notebook: by one transaction, with its ids and its history. On the store's thread.

What it is not: SQL (moving_store.py) or connections. Invariants: whoever moves may write where it was and
where it goes; followers of both streams are told by the streams themselves; a note that is moved again while
it is on its way ends where the last move put it.

Source: README, "Moving a note".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sync.model.references import attachments_named
from sync.model.versions import major_of
from sync.protocol.rows import LoggedDelta
from sync.server import roles
from sync.server.core import Core, Segment
from sync.server.people import CallRefused, People
from sync.storage.server_store import HeadMoved

TRIES: Final = 3
"""How often a move is looked at again because somebody wrote in between."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a move came to, and what connections must hear of."""

    value: dict[str, object]
    segments: tuple[Segment, ...] = ()


class Moving:
    """Moves documents. All methods on the store's thread."""

    def __init__(self, core: Core, people: People) -> None:
        """
        Serve a store.

        Args:
            core: Streams and documents.
            people: For roles as they are now.
        """
        self._core: Final = core
        self._people: Final = people
        self._store: Final = core.moving

    def move(self, account: str, document: object, notebook: object, now_ms: int) -> Move:
        """
        Move a document of the collection that it is in to the same one of another notebook.

        Returns:
            ``{document, notebook, outcome}``, outcome ``moved``, or ``already`` when it is there.

        Raises:
            CallRefused: ``bad_args``; ``none``: no such document or notebook, or no access to it;
                ``forbidden``: not with this role; ``migrating``: the streams are of two data models;
                ``busy``: others write there without a pause.
            StoreUnavailable: Nothing was moved.
        """
        if not isinstance(document, str) or not isinstance(notebook, str):
            raise CallRefused("bad_args", "a document and a notebook")
        for _ in range(TRIES):
            try:
                return self._move(account, document, notebook, now_ms)
            except HeadMoved:
                self._core.forget_streams()
                self._core.documents.forget([document])
        raise CallRefused("busy", "others are writing there")

    def _move(self, account: str, document: str, notebook: str, now_ms: int) -> Move:
        core = self._core
        row = core.store.document(document)
        source = self._store.stream_of(row.stream) if row is not None else None
        if row is None or source is None or not roles.may_read(self._people.role_in(account, source.id)):
            raise CallRefused("none", "no access, or no such document")
        target = core.store.stream(f"{notebook}/{source.collection}")
        if target is None or not roles.may_read(self._people.role_in(account, target.id)):
            raise CallRefused("none", "no access, or no such notebook")
        for stream in (source, target):
            if not roles.may_write(self._people.role_in(account, stream.id), stream.collection):
                raise CallRefused("forbidden", "not with this role")
        value: dict[str, object] = {"document": document, "notebook": notebook, "outcome": "moved"}
        if source.key == target.key:
            return Move({**value, "outcome": "already"})
        if major_of(source.model) != major_of(target.model):
            raise CallRefused("migrating", "the two notebooks are of different data models")
        folded = core.documents.find(document)
        assert folded is not None, "a document with a row exists"
        state = core.documents.state(row)
        blobs = attachments_named(folded.document)
        moved = self._store.move(row, source, target, state, core.rid, blobs, now_ms)
        core.documents.forget([document])
        core.forget_streams()
        gone = LoggedDelta(moved.left, document, b"")
        return Move(
            value,
            (
                Segment(source.id, moved.left, moved.left, source.model, (gone,)),
                Segment(target.id, moved.came, moved.came, target.model, (), by_state=True),
            ),
        )
