"""
The server's documents in memory: loaded from a state and the log behind it, kept while in use, written back
behind.

What it is not: the log (server_store.py) or decisions (ingest.py). Used on the store's thread only.
Invariants: the log is the truth, so a document may be forgotten at any time; what is encoded here holds
committed deltas only, because nothing is encoded between applying and committing; how often a state is
written grows with its size, so that a document that is typed into all day costs O(1) for each delta. Where
other processes write the same database, what is in memory is brought up to the log before it is used: by the
deltas that came, not by loading it again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from crdt import CrdtError, Delta, Document
from sync.errors import StoreUnavailable
from sync.model.versions import major_of
from sync.storage.server_store import DocumentRow, SavedState, ServerStore, StreamRow

KEPT_MAX: Final = 2_000
KEPT_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of encoded size; a document in memory takes some ten times as much."""

TRIM_TO: Final = 7 / 8
"""To what part of the bounds the memory is trimmed once it is beyond them."""

DUE_COUNT_MIN: Final = 32
"""A tail of fewer deltas is folded again faster than a state is written."""

DUE_PART: Final = 4
"""A state is written when a fourth of the document's log lies behind it: so often that little is ever folded
again, so seldom that writing costs O(1) for each delta, however long the log grows."""

DUE_BYTES: Final = 1024 * 1024
"""A tail of few, long deltas is written from here on."""


class NotHeld(Exception):
    """A document is in a stream that the group of the moment does not hold: others may write it meanwhile."""


class Folded:
    """One document in memory, and how far its written state lags behind."""

    __slots__ = (
        "document",
        "encoded",
        "last_seq",
        "log_bytes",
        "model",
        "round",
        "state_bytes",
        "stored_seq",
        "stream",
        "tail_bytes",
        "tail_count",
    )

    def __init__(self, document: Document, stream: int, model: str, row: DocumentRow | None) -> None:
        """Take a document as loaded from its row; None for one that is being made."""
        self.document: Final = document
        self.stream: Final = stream
        self.model: Final = model
        self.last_seq = row.last_seq if row else 0
        self.stored_seq = row.state_seq if row else 0
        self.state_bytes = row.state_bytes if row else 0
        self.tail_bytes = row.tail_bytes if row else 0
        self.tail_count = 0
        self.log_bytes = row.log_bytes if row else 0
        self.encoded: bytes | None = None
        self.round = 0  # of its stream, see ``Documents.hold``; 0: not looked at in any

    @property
    def weight(self) -> int:
        """Bytes that this counts for in memory, roughly, encoded."""
        return self.state_bytes + self.tail_bytes + 512

    @property
    def due(self) -> bool:
        """Whether the log behind the written state has grown long enough to write a new one at once."""
        many = self.tail_count > DUE_COUNT_MIN or self.tail_bytes > DUE_BYTES
        return many and self.tail_bytes * DUE_PART > self.log_bytes

    @property
    def worth_writing(self) -> bool:
        """Whether enough lies behind the written state to write a new one when nobody is typing."""
        return self.tail_count > DUE_COUNT_MIN or self.tail_bytes * DUE_PART > self.log_bytes


class Documents:
    """All documents of a server; the recently used ones in memory."""

    def __init__(self, store: ServerStore, rid: int, *, kept_max: int = KEPT_MAX) -> None:
        """
        Start with none in memory.

        Args:
            store: Where the log and the states are.
            rid: The server's own replica.
            kept_max: How many to keep in memory.
        """
        self._store: Final = store
        self._rid: Final = rid
        self._kept_max: Final = kept_max
        self._kept: OrderedDict[str, Folded] = OrderedDict()
        self._weight = 0
        self._due: set[str] = set()
        self._current: set[str] = set()
        self._held: Mapping[int, int] = {}
        self._lagged: dict[str, int] = {}

    def find(self, document: str) -> Folded | None:
        """
        Return a document that exists.

        Raises:
            NotHeld: Between ``hold`` and ``release``: it is in a stream that is not held.
            StoreUnavailable: ``damaged``: its log does not fold.

        Cost: O(1) while it is kept; otherwise its state is decoded and the log behind it applied.
        """
        folded = self._kept.get(document)
        if folded is not None and (document in self._current or not self._store.db.shared):
            self._kept.move_to_end(document)
            return folded
        row = self._store.document(document)
        if row is not None and self._held and row.stream not in self._held:
            raise NotHeld(document)
        return None if row is None else self._brought_to(row)

    def hold(self, documents: Collection[str], held: Mapping[int, int]) -> None:
        """
        Take these for current until ``release``, because nobody else can write their streams.

        Args:
            documents: Their ids; what does not exist may be made.
            held: Key of a stream -> in which round it is: how often it was found that others had written it.
                A document in memory is looked at again once in each round of its stream.

        Raises:
            NotHeld: One is in a stream that is not held.
            StoreUnavailable: ``damaged``: a log does not fold.
        """
        self._held = held
        kept = {name: self._kept[name] for name in documents if name in self._kept}
        behind = [name for name, folded in kept.items() if folded.round != held.get(folded.stream)]
        for row in self._store.documents_named(behind):
            if row.stream not in held:
                raise NotHeld(row.id)
            self._brought_to(row).round = held[row.stream]
        self._current = set(documents)

    def release(self) -> None:
        """Let others write again what was held."""
        self._current = set()
        self._held = {}

    def make(self, stream: StreamRow) -> Folded:
        """Return a new empty document, not kept yet."""
        return Folded(Document(self._rid), stream.key, stream.model, None)

    def keep(self, document: str, folded: Folded) -> Folded:
        """Keep a document in memory; return it."""
        self._kept[document] = folded
        self._weight += folded.weight
        folded.round = self._held.get(folded.stream, 0)
        return folded

    def forget(self, documents: Iterable[str]) -> None:
        """Drop documents to which something was applied that was not committed."""
        for document in documents:
            folded = self._kept.pop(document, None)
            if folded is not None:
                self._weight -= folded.weight
            self._due.discard(document)

    def forget_stream(self, stream: int) -> None:
        """Drop the documents of a stream: their states are others now."""
        self.forget([name for name, folded in self._kept.items() if folded.stream == stream])

    def committed(self, document: str, seq: int, size_bytes: int, count: int = 1) -> None:
        """Take note that so many deltas applied to a document are in the log, up to a seq."""
        folded = self._kept.get(document)
        if folded is None:  # evicted within its own group of commits
            return
        folded.last_seq = seq
        folded.tail_bytes += size_bytes
        folded.tail_count += count
        folded.log_bytes += size_bytes
        folded.encoded = None
        self._weight += size_bytes
        if folded.due:
            self._due.add(document)

    def state(self, row: DocumentRow) -> bytes:
        """
        Return the encoded state of a document as of its last committed delta.

        Cost: O(its size); reading only, when the written state is the newest.
        """
        if row.state_seq == row.last_seq:
            stored = self._store.state(row.key, row.model)
            if stored is not None:
                return stored
        return self._encode(row.id, self._brought_to(row))

    def save(self, *, everything: bool = False, count_max: int = 64) -> int:
        """
        Write states behind the log: those that are due, or all that lag.

        Returns:
            How many were written.

        Cost: one commit, and O(size) for each.
        """
        names = [name for name, f in self._kept.items() if f.tail_bytes] if everything else list(self._due)
        saved = []
        for name in sorted(names[: None if everything else count_max]):
            row = self._store.document(name) if name in self._kept else None
            if row is None or row.state_seq >= row.last_seq:
                self._due.discard(name)
                continue
            folded = self._brought_to(row)
            saved.append(SavedState(row.key, folded.last_seq, self._encode(name, folded), folded.model))
            self._weight += len(saved[-1].state) - folded.state_bytes - folded.tail_bytes
            folded.stored_seq, folded.state_bytes = folded.last_seq, len(saved[-1].state)
            folded.tail_bytes = folded.tail_count = 0
            folded.encoded = None
            self._due.discard(name)
        if saved:
            self._store.save_states(saved)
        return len(saved)

    def write(self, rows: Iterable[DocumentRow]) -> None:
        """
        Write the states of these documents now, as of their last committed delta.

        Raises:
            StoreUnavailable: ``damaged``: a log does not fold.
        """
        for row in rows:
            self.find(row.id)
            self._due.add(row.id)
        self.save(count_max=len(self._due))

    def settle(self) -> int:
        """
        Write the states of documents that have not changed since the last call; return how many.

        Called every few seconds, it leaves little to fold when a document is next asked for: a new device is
        sent states that lie ready.
        """
        lagging = {name: f.last_seq for name, f in self._kept.items() if f.worth_writing}
        self._due.update([name for name, seq in lagging.items() if self._lagged.get(name) == seq])
        self._lagged = lagging
        return self.save()

    def trim(self) -> None:
        """
        Forget the least recently used beyond the bounds, some more at once, so that the states of those where
        it pays are written first in one commit.
        """
        if len(self._kept) <= self._kept_max and (self._weight <= KEPT_BYTES_MAX or len(self._kept) < 2):
            return
        leaving: list[str] = []
        count, weight = len(self._kept), self._weight
        for name, folded in self._kept.items():
            enough = count <= self._kept_max * TRIM_TO and weight <= KEPT_BYTES_MAX * TRIM_TO
            if enough or count == 1:
                break
            leaving.append(name)
            count, weight = count - 1, weight - folded.weight
            if folded.worth_writing:
                self._due.add(name)
        if self._due:
            self.save(count_max=len(self._due))
        self.forget(leaving)

    def fold(self, row: DocumentRow) -> bytes:
        """
        Return the state of a document folded from its log, for comparing.

        Of a log that was cut, or began in an older model, all that is left is folded into the written state:
        what it holds already changes nothing, and what it should hold and does not shows.
        """
        bodies = [
            body for model, body in self._store.bodies(row.key) if major_of(model) == major_of(row.model)
        ]
        is_whole = sum([len(body) for body in bodies]) == row.log_bytes
        state = None if is_whole else self._store.state(row.key, row.model)
        document = Document(self._rid) if state is None else Document.decode(state, self._rid)
        for body in bodies:
            document.apply(Delta.decode(body))
        return document.encode()

    def _encode(self, name: str, folded: Folded) -> bytes:
        if folded.encoded is None:
            folded.encoded = folded.document.encode()
            if folded.tail_bytes:
                self._due.add(name)  # encoded once, it may as well be written
        return folded.encoded

    def _brought_to(self, row: DocumentRow) -> Folded:
        """Return a document with at least what its row counts: from memory, brought up to it, or loaded."""
        folded = self._kept.get(row.id)
        if folded is not None and (folded.stream, folded.model) != (row.stream, row.model):
            self.forget([row.id])  # moved, and counted there anew; or become one of a newer model
        elif folded is not None and folded.last_seq < row.last_seq and row.state_seq > folded.last_seq:
            self.forget([row.id])  # what lies between may be compacted
        elif folded is not None and folded.last_seq >= row.last_seq:
            self._kept.move_to_end(row.id)
            return folded
        while True:
            try:
                folded = self._read(row)
            except StoreUnavailable:
                now = self._changed(row)
                if now is None:
                    raise
            else:
                now = self._changed(row)
                if now is None:
                    return folded
            self.forget([row.id])
            row = now

    def _read(self, row: DocumentRow) -> Folded:
        """Bring what is in memory up to a row, or load it."""
        folded = self._kept.get(row.id)
        if folded is None:
            return self.keep(row.id, self._load(row))
        self._catch_up(folded, row)
        self._kept.move_to_end(row.id)
        return folded

    def _changed(self, row: DocumentRow) -> DocumentRow | None:
        """
        Return the row of a document that another process moved, or wrote the state of, while it was read: it
        was read in pieces, and they may be of two streams. None: they fit.
        """
        if not self._store.db.shared or row.stream in self._held:
            return None
        now = self._store.document(row.id)
        if now is None or (now.stream, now.state_seq, now.model) == (row.stream, row.state_seq, row.model):
            return None
        return now

    def _catch_up(self, folded: Folded, row: DocumentRow) -> None:
        """Apply what other processes wrote since a document was last looked at."""
        tail = self._store.tail(row.key, folded.last_seq)
        try:
            for _, body in tail:
                folded.document.apply(Delta.decode(body))
        except CrdtError as error:
            self.forget([row.id])
            raise self._damaged(row, error) from error
        before = folded.weight
        folded.last_seq = tail[-1][0] if tail else row.last_seq
        folded.encoded = None
        folded.tail_count += len(tail)
        folded.stored_seq, folded.state_bytes = row.state_seq, row.state_bytes
        folded.tail_bytes, folded.log_bytes = row.tail_bytes, row.log_bytes
        self._weight += folded.weight - before
        if folded.due:
            self._due.add(row.id)

    def _load(self, row: DocumentRow) -> Folded:
        """Decode the written state and apply the log behind it."""
        written = self._store.written(row.key, row.model)  # perhaps a newer one than the row knows of
        after, state = written or (0, b"")
        tail = self._store.tail(row.key, after)
        try:
            document = Document.decode(state, self._rid) if written else Document(self._rid)
            for _, body in tail:
                document.apply(Delta.decode(body))
        except CrdtError as error:
            raise self._damaged(row, error) from error
        folded = Folded(document, row.stream, row.model, row)
        folded.last_seq = tail[-1][0] if tail else max(after, row.last_seq)
        folded.stored_seq = after
        folded.tail_count = len(tail)
        if folded.due:
            self._due.add(row.id)
        return folded

    def _damaged(self, row: DocumentRow, error: CrdtError) -> StoreUnavailable:
        return StoreUnavailable(self._store.db.path, "damaged", f"document {row.id}: {error}")
