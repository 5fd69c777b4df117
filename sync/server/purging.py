"""
What has been in the trash for thirty days leaves it, with the comments on it; on the store's thread, in
steps.

A note leaves by a move to the bin of its notebook, so that followers, those who come later, and edits that
come late are all dealt with as they are for any note that moves; only that nobody has a role in a bin. There
it lies for half a year, and an administrator can bring it back. Then it is emptied.

What it is not: SQL (purge_store.py, moving_store.py) or a timer (service.py). Invariants:
- Days are counted by the server's clock from the last change that it took of the note, whatever stamps and
  ``trashed_ms`` say: a clock that is years off purges nothing, and any edit begins the days anew.
- What is changed while it is looked at stays.
- Whoever still has unsent edits of it loses none: refused as ``forbidden``, they become a private copy.

Source: README, "Trash".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Final

from crdt import Document
from sync.protocol.rows import LoggedDelta
from sync.server.auth import new_epoch
from sync.server.core import Core, Segment
from sync.storage.log_store import LogStore
from sync.storage.purge_store import BIN_MARK, PurgeStore, is_bin
from sync.storage.server_store import DocumentRow, HeadMoved, StreamRow

DAY_MS: Final = 24 * 3_600_000
TRASH_MS: Final = 30 * DAY_MS
"""How long a note stays in the trash."""

TOMBSTONE_MS: Final = 180 * DAY_MS
"""How long a purged note lies in the bin of its notebook before it is emptied."""

DOCUMENTS_A_STEP: Final = 20
TRIES: Final = 3
"""How often a note is looked at again because others write in its stream at this very moment."""


@dataclass(slots=True)
class Purged:
    """What was done so far."""

    notes_purged: int = 0
    comments_purged: int = 0
    tombstones_emptied: int = 0


def purge(core: Core, now_ms: int, done: Purged, tell: Callable[[Segment], object]) -> Iterator[None]:
    """
    Look through all streams; each step of the iterator is short, and others may write between any two.

    Args:
        core: Streams and documents.
        now_ms: The time.
        done: Counts what is done.
        tell: Gets what followers must hear of.

    Raises:
        StoreUnavailable: The store failed; what was done until then is whole.

    Cost: each document is decoded once for every time that it has not changed for TRASH_MS.
    """
    log, store = LogStore(core.store), PurgeStore(core.store)
    for stream in core.store.streams():
        if is_bin(stream.id):
            old = log.accepted_before(stream.key, stream.head, now_ms - TOMBSTONE_MS + 1)
            while full := store.full(stream.key, old, limit=DOCUMENTS_A_STEP):
                store.empty(full)
                core.documents.forget([row.id for row in full])
                done.tombstones_emptied += len(full)
                yield
        elif stream.collection == "notes":
            old = log.accepted_before(stream.key, stream.head, now_ms - TRASH_MS + 1)
            if old <= store.looked(stream.key):
                continue
            looking = _Look(core, store, now_ms, tell)
            for row in looking.through(stream, old):
                if row is not None and _is_trashed(core, row):
                    done.notes_purged += looking.away(row)
                yield
            if looking.gone:
                done.comments_purged += yield from _comments(looking, stream)
            if looking.is_complete:
                store.set_looked(stream.key, old)


class _Look:
    """One look through one stream."""

    def __init__(self, core: Core, store: PurgeStore, now_ms: int, tell: Callable[[Segment], object]) -> None:
        self.core: Final = core
        self._store: Final = store
        self._now_ms: Final = now_ms
        self._tell: Final = tell
        self._stream = ""
        self.gone: Final[set[str]] = set()
        self.is_complete = True
        """Whether all that was to go is gone: others may have written all the while, or be migrating."""

    def through(self, stream: StreamRow, upto: int, *, anew: bool = False) -> Iterator[DocumentRow | None]:
        """Yield each document that has not changed since ``upto``, and None after some."""
        self._stream = stream.id
        after, since = "", 0 if anew else self._store.looked(stream.key)
        while rows := self._store.unchanged(stream.key, since, upto, after=after, limit=DOCUMENTS_A_STEP):
            yield from rows
            self.core.documents.trim()
            after = rows[-1].id
            yield None

    def away(self, row: DocumentRow) -> bool:
        """Move a document into the bin; False when that cannot be done now."""
        for _ in range(TRIES):
            source = self.core.store.stream(self._stream)
            assert source is not None, "nobody deletes streams"
            target = self._store.bin(source, new_epoch)
            if self.core.store.document(row.id) != row:  # somebody has just written in it: it stays
                return False
            if target.model != source.model:
                break
            state = self.core.documents.state(row)
            try:
                moved = self.core.moving.move(row, source, target, state, self.core.rid, (), self._now_ms)
            except HeadMoved:
                continue
            finally:
                self.core.documents.forget([row.id])
                self.core.forget_streams()
            self.gone.add(row.id)
            gone = LoggedDelta(moved.left, row.id, b"")
            self._tell(Segment(source.id, moved.left, moved.left, source.model, (gone,)))
            return True
        self.is_complete = False
        return False


def recover(core: Core, row: DocumentRow, source: StreamRow, now_ms: int) -> Segment:
    """
    Bring a document back out of a bin, to where it was; a note is in the trash there, for thirty more days.

    Returns:
        What followers must hear of.

    Raises:
        HeadMoved: Somebody wrote there at this very moment.
    """
    collection = source.id.rpartition(BIN_MARK)[2]
    target = core.store.stream(f"{source.notebook}/{collection}")
    assert target is not None, "a bin is that of a stream"
    try:
        moved = core.moving.move(row, source, target, core.documents.state(row), core.rid, (), now_ms)
    finally:
        core.documents.forget([row.id])
        core.forget_streams()
    return Segment(target.id, moved.came, moved.came, target.model, (), by_state=True)


def _comments(looking: _Look, notes: StreamRow) -> Generator[None, None, int]:
    """Move the comments on notes that are gone; return how many."""
    stream = looking.core.store.stream(f"{notes.notebook}/comments")
    count, gone = 0, set(looking.gone)
    if stream is not None:
        for row in looking.through(stream, stream.head, anew=True):
            if row is not None and _document(looking.core, row).value(("note",)) in gone:
                count += looking.away(row)
            yield
    return count


def _document(core: Core, row: DocumentRow) -> Document:
    folded = core.documents.find(row.id)
    assert folded is not None, "a document with a row exists"
    return folded.document


def _is_trashed(core: Core, row: DocumentRow) -> bool:
    return _document(core, row).value(("trashed_ms",)) is not None
