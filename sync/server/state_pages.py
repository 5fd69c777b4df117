"""
States of documents in pages of one frame each, for whoever catches up by them.

What it is not: which transfers there are and who has credit (hub.py, link.py). Used on the store's thread
only. Invariants:
- A reader is remembered as a ``Place``: a few words, wherever it stands, also in the middle of a document.
- A document that is longer than a page is kept whole once for all readers of the same version of it; what is
  kept is bounded, however many readers and versions there are.
- All pieces of a document are of one version. Where that is neither kept any more nor what the store has, the
  document begins again, in a version that others are in the middle of if it is new enough: so those who read
  one document come to its end, however often it changes.
- A document that is not in the stream any more is sent to nobody, whatever is still kept of it.

Source: README, "Receiving" and "Delivery".
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from sync.limits import STATE_CHUNK_SIZE_MAX
from sync.protocol.rows import StateChunk
from sync.server.documents import Documents
from sync.storage.moving_store import MovingStore
from sync.storage.server_store import DocumentRow, ServerStore, StreamRow

PAGE_DOCUMENTS_MAX: Final = 500
PAGE_SIZE: Final = 160 * 1024
"""Bytes of states in one page: what its frame is made of fits, whatever the documents are."""

CHUNK_COST: Final = 64
"""Bytes that a piece counts for besides its own."""

KEPT_SIZE_MAX: Final = 4 * 1024 * 1024
"""Bytes of long documents kept for those who are in the middle of them; one is kept however long it is."""


class DocumentState(NamedTuple):
    """One document's encoded state, and the last seq that is in it; no bytes: it was moved away."""

    document: str
    seq: int
    state: bytes


class Place(NamedTuple):
    """
    How far a transfer has come: behind the document ``after``; then, where ``document`` is named, behind the
    first ``offset`` bytes of its state as of ``seq``.
    """

    after: str = ""
    document: str = ""
    seq: int = 0
    offset: int = 0


BEGINNING: Final = Place()


class StatePage(NamedTuple):
    """What fits a frame of some documents' states, by id; where to go on; ``last``: nothing follows."""

    chunks: tuple[StateChunk, ...]
    place: Place
    last: bool
    model: str = ""


class _Kept(NamedTuple):
    """A long document's state; ``head``: of its stream when that was the newest."""

    head: int
    state: bytes


_Name = tuple[int, int, str]  # a stream's key and epoch, a document


class StatePages:
    """The states of a server's documents, a page at a time."""

    def __init__(
        self,
        store: ServerStore,
        moving: MovingStore,
        documents: Documents,
        stream: Callable[[str], StreamRow | None],
    ) -> None:
        """
        Start with nothing kept.

        Args:
            store: Where the documents are.
            moving: What left which stream.
            documents: Their states.
            stream: id -> its row as committed.
        """
        self._store: Final = store
        self._moving: Final = moving
        self._documents: Final = documents
        self._stream: Final = stream
        self._kept: Final[OrderedDict[tuple[_Name, int], _Kept]] = OrderedDict()
        self._newest: Final[dict[_Name, int]] = {}
        self._kept_size = 0

    @property
    def kept_size(self) -> int:
        """Bytes of long documents in memory, for all readers together."""
        return self._kept_size

    def page(
        self, stream: str, since: int, place: Place, documents: Sequence[str] | None = None, *, fresh: int
    ) -> StatePage:
        """
        Return a page of documents with their states.

        Args:
            stream: Its id.
            since: A cursor: documents that did not change behind it are left out.
            place: Where the page before this one ended.
            documents: When given, only these, and whether they changed does not matter.
            fresh: A head: what came up to it must be in the states; what came later may be.

        Cost: O(page); a long document is read once for its readers while it is kept, else for each page.
        """
        row = self._stream(stream)
        if row is None:
            return StatePage((), place, True)
        filling = _Filling(place)
        under_way = self._under_way(row, place)
        if under_way is not None:
            self._put(row, filling, under_way, place.offset)
            if filling.place.document:
                return StatePage(tuple(filling.chunks), filling.place, False, row.model)
        found = self._behind(row, since, filling.place.after, documents)
        filling.place = Place(filling.place.after)
        for one in found[:PAGE_DOCUMENTS_MAX]:
            if filling.room <= 0 or filling.place.document:
                break
            state = self._beginning(row, one, fresh)
            if filling.chunks and filling.room < len(state.state) <= PAGE_SIZE:
                break  # it fits a page of its own: only what does not is cut, and kept
            self._put(row, filling, state, 0)
        self._documents.trim()
        last = not filling.place.document and (not found or filling.place.after == _name(found[-1]))
        return StatePage(tuple(filling.chunks), filling.place, last, row.model)

    def _under_way(self, stream: StreamRow, place: Place) -> DocumentState | None:
        """Return the document in whose middle a place is, in that version; None: there is none (any more)."""
        row = self._store.document(place.document) if place.document else None
        if row is None or row.stream != stream.key:
            return None
        kept = self._kept.get(((stream.key, stream.epoch, place.document), place.seq))
        if kept is not None:
            return DocumentState(place.document, place.seq, kept.state)
        return self._as_of_now(row) if row.last_seq == place.seq else None

    def _beginning(self, stream: StreamRow, found: DocumentRow | DocumentState, fresh: int) -> DocumentState:
        """Return a document to begin with: a version that is kept, if that will do, or else the newest."""
        if isinstance(found, DocumentState):
            return found
        name = (stream.key, stream.epoch, found.id)
        seq = self._newest.get(name)
        kept = None if seq is None else self._kept[(name, seq)]
        if seq is not None and kept is not None and (kept.head >= fresh or seq == found.last_seq):
            return DocumentState(found.id, seq, kept.state)
        return self._as_of_now(found)

    def _as_of_now(self, row: DocumentRow) -> DocumentState:
        return DocumentState(row.id, row.last_seq, self._documents.state(row))

    def _behind(
        self, stream: StreamRow, since: int, after: str, documents: Sequence[str] | None
    ) -> Sequence[DocumentRow | DocumentState]:
        """Return the documents that come next, by id; one more than a page holds, when there are so many."""
        if documents is not None:
            known = [self._store.document(name) for name in sorted(documents) if name > after]
            return [row for row in known if row is not None and row.stream == stream.key]
        limit = PAGE_DOCUMENTS_MAX + 1
        rows: list[DocumentRow | DocumentState] = [
            *self._store.documents(stream.key, after=after, since=since, limit=limit)
        ]
        if since:  # whoever has nothing need not hear what left
            gone = self._moving.departures(stream.key, since=since, after=after, limit=limit)
            rows += [DocumentState(document, seq, b"") for document, seq in gone]
            rows = sorted(rows, key=_name)[:limit]
        return rows

    def _put(self, stream: StreamRow, filling: _Filling, state: DocumentState, offset: int) -> None:
        """Fill a page with a document from an offset on; keep the document when it does not fit."""
        filling.put(state, offset)
        if filling.place.document:
            self._keep((stream.key, stream.epoch, state.document), state.seq, _Kept(stream.head, state.state))

    def _keep(self, name: _Name, seq: int, found: _Kept) -> None:
        """Keep a version for its readers, as the last to be forgotten."""
        if (name, seq) not in self._kept:
            self._kept[(name, seq)] = found
            self._kept_size += len(found.state)
            self._newest[name] = max(seq, self._newest.get(name, 0))
        self._kept.move_to_end((name, seq))
        while self._kept_size > KEPT_SIZE_MAX and len(self._kept) > 1:
            (old, old_seq), left = self._kept.popitem(last=False)
            self._kept_size -= len(left.state)
            if self._newest.get(old) == old_seq:
                del self._newest[old]


class _Filling:
    """A page that is being filled."""

    def __init__(self, place: Place) -> None:
        self.chunks: Final[list[StateChunk]] = []
        self.place = place
        self.room = PAGE_SIZE

    def put(self, state: DocumentState, offset: int) -> None:
        """Add a document's bytes from an offset on, as far as there is room."""
        total = len(state.state)
        while True:
            chunk = state.state[offset : offset + min(STATE_CHUNK_SIZE_MAX, self.room)]
            self.chunks.append(StateChunk(state.document, state.seq, offset, total, chunk))
            offset += len(chunk)
            self.room -= len(chunk) + CHUNK_COST
            if offset >= total:
                self.place = Place(state.document)
                return
            if self.room <= 0:
                self.place = Place(self.place.after, state.document, state.seq, offset)
                return


def _name(row: DocumentRow | DocumentState) -> str:
    return row.id if isinstance(row, DocumentRow) else row.document
