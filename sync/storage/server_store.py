"""
The server's streams on disk: one log for each, the documents folded from it, and how far every replica has
come.

What it is not: decisions (sync.server.ingest) or people (account_store.py). It works on either database
(server_database.py), on one thread.

Invariants:
- ``append`` is one transaction: heads, log, positions and documents change together or not at all, and it
returns
  after the commit is on disk: only then may an ack be sent. Inside ``holding`` that is when the block ends.
- Nobody else appended in between: a head other than the planned one raises ``HeadMoved`` and stores nothing.
- A state is written behind the log, never ahead of it.

Source: README, "Storage".
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from sync.errors import SyncError
from sync.limits import DOCUMENT_SIZE_WARN
from sync.protocol.chain import CHAIN_START
from sync.protocol.codes import RejectCode
from sync.protocol.rows import LoggedDelta
from sync.storage.server_database import Rows, ServerDatabase, SqliteDatabase, Statements

FILE_NAME: Final = "server.sqlite3"

FOLDING_COST: Final = 4
"""What a byte of log costs that is sent as a part of a state, against one that is sent as it is."""

NAMES_MAX: Final = 400
"""Names looked up by one statement."""

REJECTIONS_KEPT_MS: Final = 180 * 24 * 3_600_000
"""How long a replica may be away and still hear which of its deltas were rejected when their ack was lost."""


class HeadMoved(SyncError):
    """Somebody else appended to the stream since the plan was made; plan again. Nothing was stored."""


class StreamRow(NamedTuple):
    """One stream as stored."""

    key: int
    id: str
    notebook: str
    collection: str
    epoch: int
    model: str
    head: int
    floor: int
    size_bytes: int
    writes: int
    """Grows with every transaction that wrote to it: what is kept of it in memory is current or not."""
    arrived: int
    """The last seq at which a document came from another stream: readers behind it are sent states."""


class Position(NamedTuple):
    """How far one replica has come in one stream."""

    last_n: int
    chain: bytes


NOWHERE: Final = Position(0, CHAIN_START)


class DocumentRow(NamedTuple):
    """One document as stored; its state is apart."""

    key: int
    id: str
    stream: int
    last_seq: int
    state_seq: int
    state_bytes: int
    tail_bytes: int
    log_bytes: int
    model: str


class Original(NamedTuple):
    """What was pushed, when it was of another model than its stream."""

    model: str
    body: bytes


class Accepted(NamedTuple):
    """One delta to be appended, in the stream's model."""

    document: str
    rid: int
    n: int
    model: str
    body: bytes
    original: Original | None = None


class Rejection(NamedTuple):
    """One delta that consumed its n and was not accepted; told again when an ack was lost."""

    rid: int
    n: int
    code: RejectCode
    message: str
    document: str


class StreamAppend(NamedTuple):
    """What one transaction adds to one stream of an epoch; seqs run from head + 1."""

    stream: int
    epoch: int
    head: int
    accepted: Sequence[Accepted]
    positions: dict[int, Position]
    rejections: Sequence[Rejection] = ()


class SavedState(NamedTuple):
    """A document's state, folded from the log up to seq."""

    document: int
    seq: int
    state: bytes
    model: str


class ServerStore:
    """The streams of one server."""

    def __init__(self, db: ServerDatabase) -> None:
        """Use a database that was opened and migrated."""
        self.db: Final = db

    @classmethod
    def open(cls, path: Path) -> ServerStore:
        """
        Open a file of SQLite, making or migrating it.

        Raises:
            StoreUnavailable: It is damaged, foreign, locked or out of reach.
            VersionTooNew: A newer server wrote it.
        """
        return cls(SqliteDatabase.open(path))

    def close(self) -> None:
        """Close the database; committed is committed."""
        self.db.close()

    # --- meta ------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Return a stored fact about the server itself."""
        row = self.db.one("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Store a fact about the server itself, in a transaction of its own."""
        self.db.write(
            "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def settled(self, key: str, fresh: str) -> str:
        """Return a fact about the server itself, settling it the first time, whoever comes first."""
        self.db.write("INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO NOTHING", (key, fresh))
        return self.meta(key) or fresh

    # --- reading ---------------------------------------------------------------------------------

    def stream(self, stream: str) -> StreamRow | None:
        """Return a stream by its id."""
        row = self.db.one(f"SELECT {_STREAM} FROM streams WHERE id = ?", (stream,))
        return None if row is None else StreamRow(*row)

    def streams(self) -> list[StreamRow]:
        """Return all streams, in the order they were made."""
        rows = self.db.all(f"SELECT {_STREAM} FROM streams ORDER BY key")
        return [StreamRow(*row) for row in rows]

    def position(self, stream: int, rid: int) -> Position:
        """Return how far a replica has come; NOWHERE when it never wrote there."""
        row = self.db.one("SELECT last_n, chain FROM positions WHERE stream = ? AND rid = ?", (stream, rid))
        return NOWHERE if row is None else Position(*row)

    def rejections(self, stream: int, rid: int, after: int, to: int) -> list[Rejection]:
        """Return what of a replica's n behind ``after`` up to ``to`` (inclusive) was rejected."""
        rows = self.db.all(
            "SELECT rid, n, code, message, document FROM rejections"
            " WHERE stream = ? AND rid = ? AND n > ? AND n <= ? ORDER BY n LIMIT 1000",
            (stream, rid, after, to),
        )
        return [Rejection(*row) for row in rows]

    def document(self, document: str) -> DocumentRow | None:
        """Return a document by its id."""
        row = self.db.one(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (document,))
        return None if row is None else DocumentRow(*row)

    def documents_named(self, names: Sequence[str]) -> list[DocumentRow]:
        """Return the documents with these ids, those that exist."""
        found: list[DocumentRow] = []
        for at in range(0, len(names), NAMES_MAX):
            some = names[at : at + NAMES_MAX]
            sql = f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id IN ({_marks(len(some))})"
            found += [DocumentRow(*row) for row in self.db.all(sql, some)]
        return found

    def positions(self, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Position]:
        """Return the positions of these (stream, rid), those that exist."""
        found: dict[tuple[int, int], Position] = {}
        for at in range(0, len(wanted), NAMES_MAX):
            some = wanted[at : at + NAMES_MAX]
            pairs = ", ".join(["(?, ?)"] * len(some))
            rows = self.db.all(
                f"SELECT stream, rid, last_n, chain FROM positions WHERE (stream, rid) IN (VALUES {pairs})",
                [number for pair in some for number in pair],
            )
            found.update({(row[0], row[1]): Position(*row[2:]) for row in rows})
        return found

    def heads(self, streams: Sequence[str]) -> dict[str, int]:
        """Return the heads of streams, those that exist."""
        found: dict[str, int] = {}
        for at in range(0, len(streams), NAMES_MAX):
            some = streams[at : at + NAMES_MAX]
            found.update(self.db.all(f"SELECT id, head FROM streams WHERE id IN ({_marks(len(some))})", some))
        return found

    def documents(
        self, stream: int, *, after: str = "", since: int = 0, limit: int = sys.maxsize
    ) -> list[DocumentRow]:
        """Return the documents of a stream that changed behind ``since``, by id, those after ``after``."""
        rows = self.db.all(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents INDEXED BY documents_id"
            " WHERE stream = ? AND id > ? AND last_seq > ? ORDER BY id LIMIT ?",
            (stream, after, since, limit),
        )
        return [DocumentRow(*row) for row in rows]

    def documents_like(self, beginning: str) -> list[tuple[DocumentRow, StreamRow]]:
        """Return at most ten documents whose ids begin so, with their streams."""
        columns = [f"documents.{name}" for name in DOCUMENT_COLUMNS.split(", ")]
        columns += [f"streams.{name}" for name in _STREAM.split(", ")]
        rows = self.db.all(
            f"SELECT {', '.join(columns)} FROM documents JOIN streams ON streams.key = documents.stream"
            " WHERE documents.id >= ? AND documents.id < ? LIMIT 10",
            (beginning, beginning + "\U0010ffff"),
        )
        width = len(DocumentRow._fields)
        return [(DocumentRow(*row[:width]), StreamRow(*row[width:])) for row in rows]

    def state(self, document: int, model: str) -> bytes | None:
        """Return a document's stored state of a model; ``state_seq`` is that of its living one."""
        row = self.db.one("SELECT state FROM states WHERE document = ? AND model = ?", (document, model))
        return None if row is None else bytes(row[0])

    def written(self, document: int, model: str) -> tuple[int, bytes] | None:
        """Return a document's stored state of a model and the seq that it reaches."""
        row = self.db.one("SELECT seq, state FROM states WHERE document = ? AND model = ?", (document, model))
        return None if row is None else (int(row[0]), bytes(row[1]))

    def tail(self, document: int, after: int) -> list[tuple[int, bytes]]:
        """Return (seq, body) of a document's deltas behind a seq, in order."""
        return self.db.all(
            "SELECT seq, body FROM log WHERE document = ? AND seq > ? AND length(body) > 0 ORDER BY seq",
            (document, after),
        )

    def bodies(self, document: int) -> list[tuple[str, bytes]]:
        """Return (model, body) of all that the log has of a document, in order."""
        rows = self.db.all(
            "SELECT model, body FROM log WHERE document = ? AND length(body) > 0 ORDER BY seq", (document,)
        )
        return [(row[0], bytes(row[1])) for row in rows]

    def log(self, stream: int, after: int, *, count_max: int, size_max: int) -> list[LoggedDelta]:
        """
        Return what follows a seq, in order: at most count_max deltas and size_max bytes, but at least one.

        Cost: O(what is returned).
        """
        rows = self.db.all(
            "SELECT seq, id, body FROM (SELECT log.seq, documents.id, log.body,"
            " sum(length(log.body)) OVER (ORDER BY log.seq) AS size FROM log"
            " JOIN documents ON documents.key = log.document"
            " WHERE log.stream = ? AND log.seq > ? ORDER BY log.seq LIMIT ?) AS page"
            " WHERE size <= ? OR size = length(body) ORDER BY seq",
            (stream, after, count_max, size_max),
        )
        return [LoggedDelta(*row) for row in rows]

    def state_cost(self, stream: int, since: int, limit: int) -> tuple[int, int]:
        """
        Return (documents, bytes) of what changed behind ``since``, as states; bytes are an estimate.

        What is not in a written state yet counts FOLDING_COST times: it has to be folded before it can be
            sent.

        Args:
            stream: Its key.
            since: A cursor.
            limit: Documents looked at, at most; beyond, the answer is a lower bound.
        """
        row = self.db.one(
            f"SELECT count(*), coalesce(sum(state_bytes + {FOLDING_COST} * tail_bytes), 0)"
            " FROM (SELECT state_bytes, tail_bytes, log_bytes"
            " FROM documents INDEXED BY documents_seq WHERE stream = ? AND last_seq > ? LIMIT ?) AS changed",
            (stream, since, limit),
        )
        assert row is not None
        return int(row[0]), int(row[1])

    def stored(self) -> dict[str, int]:
        """Return how many of everything there are, for people. Cost: O(documents)."""
        tables = ("accounts", "notebooks", "streams", "documents")
        asked = {table: f"count(*) FROM {table}" for table in tables}
        asked["documents_large"] = f"count(*) FROM documents WHERE state_bytes > {DOCUMENT_SIZE_WARN}"
        for name, column in (("deltas", "head"), ("delta_bytes", "size_bytes")):
            asked[name] = f"coalesce(sum({column}), 0) FROM streams"
        rows = {name: self.db.one(f"SELECT {what}") for name, what in asked.items()}
        return {name: int(row[0]) for name, row in rows.items() if row} | {"file_bytes": self.db.size_bytes()}

    def quick_check(self) -> None:
        """Read the whole database and check its structure. Raises StoreUnavailable when it is damaged."""
        self.db.check()

    # --- writing ---------------------------------------------------------------------------------

    def append(self, additions: Sequence[StreamAppend], at_ms: int) -> None:
        """
        Append to any number of streams in one transaction; on disk when this returns.

        Raises:
            HeadMoved: A stream's head is not what the plan started from.
            StoreUnavailable: Nothing was stored.

        Cost: one fsync, and O(deltas + documents touched + replicas).
        """
        additions = sorted(additions, key=lambda addition: addition.stream)
        with self.db.transaction() as statements:
            moved = [self._advance(statements, addition) for addition in additions]
            self._append_log(statements, additions, at_ms)
            if not all([rows.fetchone() for rows in moved]):  # asked only now: one wait for all
                raise HeadMoved("a stream is not where it was")
            statements.executemany(
                "INSERT INTO positions(stream, rid, last_n, chain) VALUES(?, ?, ?, ?)"
                " ON CONFLICT(stream, rid) DO UPDATE SET last_n = excluded.last_n, chain = excluded.chain",
                [
                    (addition.stream, rid, *position)
                    for addition in additions
                    for rid, position in addition.positions.items()
                ],
            )
            rejected = [
                (addition.stream, *rejection, at_ms)
                for addition in additions
                for rejection in addition.rejections
            ]
            if rejected:
                statements.executemany(
                    "INSERT INTO rejections(stream, rid, n, code, message, document, at_ms)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(stream, rid, n) DO UPDATE SET"
                    " code = excluded.code, message = excluded.message, document = excluded.document,"
                    " at_ms = excluded.at_ms",
                    rejected,
                )

    def save_states(self, states: Iterable[SavedState]) -> None:
        """
        Write states behind the log, in one transaction. A state older than the stored one is left out.

        Args:
            states: In the order of their documents' ids, as ``append`` writes documents.
        """
        with self.db.transaction() as statements:
            for saved in states:
                statements.execute(
                    "INSERT INTO states(document, seq, state, model) VALUES(?, ?, ?, ?)"
                    " ON CONFLICT(document, model) DO UPDATE"
                    " SET seq = excluded.seq, state = excluded.state WHERE excluded.seq > states.seq",
                    saved,
                )
                document, seq, state, model = saved
                statements.execute(
                    "UPDATE documents SET state_seq = ?, state_bytes = ?"
                    " WHERE key = ? AND model = ? AND state_seq < ?",
                    (seq, len(state), document, model, seq),
                )
                statements.execute(  # by itself: now nobody else adds to the log of this document
                    "UPDATE documents SET tail_bytes ="
                    " coalesce((SELECT sum(length(body)) FROM log WHERE document = ? AND seq > ?), 0)"
                    " WHERE key = ? AND state_seq = ? AND model = ?",
                    (document, seq, document, seq, model),
                )

    def prune(self, now_ms: int) -> None:
        """Delete what nobody can ask for any more: old rejections."""
        self.db.write("DELETE FROM rejections WHERE at_ms < ?", (now_ms - REJECTIONS_KEPT_MS,))

    def add_stream(self, stream: str, notebook: str, collection: str, epoch: int, model: str) -> None:
        """Make a stream, inside the transaction of whoever makes the notebook."""
        assert self.db.in_transaction
        self.db.write(
            "INSERT INTO streams(id, notebook, collection, epoch, model) VALUES(?, ?, ?, ?, ?)",
            (stream, notebook, collection, epoch, model),
        )

    @contextmanager
    def holding(self, streams: Collection[str], *, unwaited: bool = False) -> Iterator[list[StreamRow]]:
        """
        One transaction around what is done with some streams, which nobody else can write until it ends.

        Args:
            streams: Their ids; what is not one is left out.
            unwaited: As of ``ServerDatabase.transaction``.

        Yields:
            The rows as they are now. Streams are taken in the order of their keys, so that no two writers
            wait for each other.
        """
        with self.db.transaction(unwaited=unwaited):
            rows = self.db.all(
                f"SELECT {_STREAM} FROM streams WHERE id IN ({_marks(len(streams))})"
                f" ORDER BY key{self.db.locking}",
                list(streams),
            )
            yield [StreamRow(*row) for row in rows]

    def _advance(self, statements: Statements, addition: StreamAppend) -> Rows:
        """Move a stream's head by what is added, if it is still where the plan saw it: else it has no row."""
        size = sum([len(accepted.body) for accepted in addition.accepted])
        return statements.execute(
            "UPDATE streams SET head = head + ?, size_bytes = size_bytes + ?, writes = writes + 1"
            " WHERE key = ? AND head = ? AND epoch = ? RETURNING key",
            (len(addition.accepted), size, addition.stream, addition.head, addition.epoch),
        )

    def _append_log(self, statements: Statements, additions: Sequence[StreamAppend], at_ms: int) -> None:
        """Write the rows of the log and what they say about their documents."""
        last: dict[str, tuple[int, int, str]] = {}
        sizes: dict[str, int] = {}
        for addition in additions:
            for seq, accepted in enumerate(addition.accepted, addition.head + 1):
                last[accepted.document] = (addition.stream, seq, accepted.model)
                sizes[accepted.document] = sizes.get(accepted.document, 0) + len(accepted.body)
        if not last:
            return
        names = sorted(last)  # whoever locks several documents does it in this order
        rows = self.db.each(
            "INSERT INTO documents(id, stream, last_seq, model, tail_bytes, log_bytes)"
            " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET last_seq = excluded.last_seq,"
            " tail_bytes = documents.tail_bytes + excluded.tail_bytes,"
            " log_bytes = documents.log_bytes + excluded.log_bytes RETURNING key, stream",
            [(name, *last[name], sizes[name], sizes[name]) for name in names],
        )
        keys = {}
        for name, (key, stream) in zip(names, rows, strict=True):
            if stream != last[name][0]:  # another process made it, elsewhere, since the plan
                raise HeadMoved(f"document {name} is of another stream")
            keys[name] = key
        statements.executemany(
            "INSERT INTO log(stream, seq, document, rid, n, model, at_ms, body)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (addition.stream, seq, keys[it.document], it.rid, it.n, it.model, at_ms, it.body)
                for addition in additions
                for seq, it in enumerate(addition.accepted, addition.head + 1)
            ],
        )
        originals = [
            (addition.stream, seq, it.original.model, at_ms, it.original.body)
            for addition in additions
            for seq, it in enumerate(addition.accepted, addition.head + 1)
            if it.original is not None
        ]
        if originals:
            statements.executemany(
                "INSERT INTO originals(stream, seq, model, at_ms, body) VALUES(?, ?, ?, ?, ?)", originals
            )


def _marks(count: int) -> str:
    return ", ".join("?" * count)


_STREAM: Final = "key, id, notebook, collection, epoch, model, head, floor, size_bytes, writes, arrived"
DOCUMENT_COLUMNS: Final = "key, id, stream, last_seq, state_seq, state_bytes, tail_bytes, log_bytes, model"
