"""
The outbox of the client's store: appending what was written here, and what the server says about it.

What it is not: transactions (client_store.py opens them around these functions) or deciding what to send
(the engine). Invariants:
- n is contiguous per stream, and each row carries the hash chain after it.
- A row is unsent exactly when n > acked_n; only an ack of the server moves acked_n.
- A refused row keeps its place, because its n is spent; its body also goes to the quarantine.
- Acked rows stay as a tail, to be sent again to a server that was restored from a backup.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sync.limits import DELTA_SIZE_MAX
from sync.protocol.chain import CHAIN_START, chain_next
from sync.storage.rows import LocalChange, OutboxRow, QuarantineRow, StreamRow

if TYPE_CHECKING:
    from crdt import Stamp

TAIL_MS_MAX: Final = 7 * 24 * 3_600_000
"""A server restored from a backup older than this cannot be repaired from here; keeping more costs disk."""
TAIL_ROWS_MAX: Final = 10_000
TAIL_SIZE_MAX: Final = 32 * 1024 * 1024

_STREAM_COLUMNS: Final = (
    "key, id, notebook, collection, epoch, cursor, role, next_n, chain, acked_n, acked_chain,"
    " staged_to, staged_after"
)


def stream_row(connection: sqlite3.Connection, stream: str) -> StreamRow:
    """
    Return where the store stands in a stream, also under the name it had before an account adopted it.

    Raises AssertionError when there is no such stream.
    """
    row = connection.execute(f"SELECT {_STREAM_COLUMNS} FROM streams WHERE id = ?", (stream,)).fetchone()
    if row is None:
        notebook, _, collection = stream.partition("/")
        moved = connection.execute("SELECT value FROM meta WHERE key = 'moved:' || ?", (notebook,)).fetchone()
        assert moved is not None, f"no stream {stream}"
        return stream_row(connection, f"{moved[0]}/{collection}")
    return StreamRow._make(row)


def stream_rows(connection: sqlite3.Connection) -> list[StreamRow]:
    """Return where the store stands in all streams, oldest first."""
    rows = connection.execute(f"SELECT {_STREAM_COLUMNS} FROM streams ORDER BY key")
    return [StreamRow._make(row) for row in rows]


def make_streams(
    connection: sqlite3.Connection, notebook: str, collections: Iterable[str], role: str
) -> None:
    """Make the streams of a notebook that are not there yet."""
    connection.executemany(
        "INSERT OR IGNORE INTO streams(id, notebook, collection, role, chain, acked_chain)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(f"{notebook}/{name}", notebook, name, role, CHAIN_START, CHAIN_START) for name in collections],
    )


def next_key(connection: sqlite3.Connection) -> int:
    """Return the first number of the sequence that deltas and outbox share which is not taken."""
    row = connection.execute(
        "SELECT max(coalesce((SELECT max(key) FROM deltas), 0), coalesce((SELECT max(key) FROM outbox), 0))"
    ).fetchone()
    return int(row[0]) + 1


def append(
    connection: sqlite3.Connection, changes: Sequence[LocalChange], model: str
) -> dict[str, tuple[int, bool]]:
    """
    Append deltas of this replica: outbox rows, document rows, next_n, chain and clock mark.

    Returns:
        The key of each document, and whether it was made here and now.

    Raises:
        LimitExceeded: A delta is too long to be sent.

    Cost: four small statements per delta; the streams and the clock once.
    """
    streams: dict[str, StreamRow] = {}
    homes: dict[str, str] = {}
    documents: dict[str, tuple[int, bool]] = {}
    key = next_key(connection)
    latest = b""
    for change in changes:
        home = homes.get(change.document) or homes.setdefault(change.document, _home(connection, change))
        row = streams.get(home) or stream_row(connection, home)
        body, stamp = change.delta.encode(), change.delta.stamp
        if len(body) > DELTA_SIZE_MAX:
            from crdt import LimitExceeded

            raise LimitExceeded(f"a delta of {len(body)} bytes; at most {DELTA_SIZE_MAX} can be sent")
        chain = chain_next(row.chain, change.document, body)
        if change.document not in documents:
            documents[change.document] = _document(connection, row.key, change.document, stamp.ms)
        document = documents[change.document][0]
        connection.execute(
            "INSERT INTO outbox(key, stream, n, document, size, model, stamp, chain, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, row.key, row.next_n, document, len(body), model, stamp.pack(), chain, body),
        )
        streams[home] = row._replace(next_n=row.next_n + 1, chain=chain)
        latest = max(latest, stamp.pack())
        key += 1
    for row in streams.values():
        connection.execute(
            "UPDATE streams SET next_n = ?, chain = ? WHERE key = ?", (row.next_n, row.chain, row.key)
        )
    raise_clock(connection, latest)
    return documents


def _home(connection: sqlite3.Connection, change: LocalChange) -> str:
    """Return the stream of a change: where its document is, if that was moved since it was opened."""
    row = connection.execute(
        "SELECT s.id FROM documents d JOIN streams s ON s.key = d.stream WHERE d.id = ?", (change.document,)
    ).fetchone()
    return change.stream if row is None else str(row[0])


def _document(connection: sqlite3.Connection, stream: int, document: str, ms: int) -> tuple[int, bool]:
    """Return the key of a document that changed, and whether it had to be made."""
    found = connection.execute("SELECT key, stream FROM documents WHERE id = ?", (document,)).fetchone()
    if found is None:
        cursor = connection.execute(
            "INSERT INTO documents(id, stream, updated_ms) VALUES (?, ?, ?)", (document, stream, ms)
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid, True
    assert found[1] == stream, f"document {document} belongs to another stream"
    connection.execute(
        "UPDATE documents SET updated_ms = max(updated_ms, ?), dirty = 1 WHERE key = ?", (ms, found[0])
    )
    return int(found[0]), False


def raise_clock(connection: sqlite3.Connection, packed: bytes) -> None:
    """Store a clock mark unless a greater one is stored; packed stamps sort as stamps do."""
    if packed:
        connection.execute(
            "INSERT INTO meta(key, value) VALUES ('clock', ?)"
            " ON CONFLICT(key) DO UPDATE SET value = excluded.value WHERE excluded.value > value",
            (packed,),
        )


def clock_mark(connection: sqlite3.Connection) -> Stamp | None:
    """Return the greatest stamp stored, or None in a store in which nothing was written yet."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone()
    if row is None:
        return None
    from crdt import Stamp

    return Stamp.unpack(row[0])


def unsent(
    connection: sqlite3.Connection, stream: StreamRow, after_n: int, count: int, size: int
) -> list[OutboxRow]:
    """
    Return the next deltas to push, in order: at most `count`, and at most `size` bytes unless the first alone
    is more.

    Args:
        after_n: The last n that needs no sending, >= stream.acked_n.
    """
    sizes = connection.execute(
        "SELECT n, size FROM outbox WHERE stream = ? AND n > ? ORDER BY n LIMIT ?",
        (stream.key, after_n, count),
    ).fetchall()
    last, total = after_n, 0
    for n, size_bytes in sizes:
        total += size_bytes
        if total > size and last != after_n:
            break
        last = n
    rows = connection.execute(
        "SELECT o.n, d.id, o.model, o.body FROM outbox o JOIN documents d ON d.key = o.document"
        " WHERE o.stream = ? AND o.n > ? AND o.n <= ? ORDER BY o.n",
        (stream.key, after_n, last),
    )
    return [OutboxRow._make(row) for row in rows]


def chain_at(connection: sqlite3.Connection, stream: StreamRow, n: int) -> bytes | None:
    """
    Return the chain after delta n of this replica, or None when n is not known here any more, or not yet.
    """
    if n == 0:
        return CHAIN_START
    if n == stream.next_n - 1:
        return stream.chain
    if n == stream.acked_n:
        return stream.acked_chain
    row = connection.execute(
        "SELECT chain FROM outbox WHERE stream = ? AND n = ?", (stream.key, n)
    ).fetchone()
    return None if row is None else row[0]


def acknowledge(connection: sqlite3.Connection, stream: StreamRow, n: int) -> list[str]:
    """
    Note that the server has everything up to n; returns the documents concerned.

    Args:
        n: stream.acked_n <= n < stream.next_n.
    """
    chain = chain_at(connection, stream, n)
    assert stream.acked_n <= n < stream.next_n, f"ack of {n} in {stream}"
    assert chain is not None, f"no chain at {n} in {stream}"
    rows = connection.execute(
        "SELECT DISTINCT d.id FROM outbox o JOIN documents d ON d.key = o.document"
        " WHERE o.stream = ? AND o.n > ? AND o.n <= ?",
        (stream.key, stream.acked_n, n),
    ).fetchall()
    connection.execute(
        "UPDATE streams SET acked_n = ?, acked_chain = ? WHERE key = ?", (n, chain, stream.key)
    )
    return [row[0] for row in rows]


def reject(
    connection: sqlite3.Connection, stream: StreamRow, n: int, code: str, message: str, rid: int, now_ms: int
) -> str | None:
    """
    Move a delta that the server refused to the quarantine; returns its document, None when it was there
    already.

    What the document shows no longer includes it: the caches are dropped, the projection will be made again.
    """
    row = connection.execute(
        "SELECT o.document, d.id, o.model, o.stamp, o.body FROM outbox o JOIN documents d ON d.key ="
        " o.document"
        " WHERE o.stream = ? AND o.n = ? AND o.rejected = 0",
        (stream.key, n),
    ).fetchone()
    if row is None:
        return None
    document, name, model, stamp, body = row
    connection.execute(
        "INSERT INTO quarantine(stream, document, rid, n, code, message, at_ms, model, stamp, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (stream.id, name, rid, n, code, message, now_ms, model, stamp, body),
    )
    connection.execute("UPDATE outbox SET rejected = 1 WHERE stream = ? AND n = ?", (stream.key, n))
    forget_whole(connection, document)
    return str(name)


def forget_whole(connection: sqlite3.Connection, document: int) -> None:
    """Drop the cached state of a document whose unsent deltas have changed, and have it projected again."""
    connection.execute(
        "UPDATE documents SET whole = NULL, whole_key = 0, dirty = 1 WHERE key = ?", (document,)
    )


def quarantined(connection: sqlite3.Connection) -> list[QuarantineRow]:
    """Return what the server refused and nobody has dealt with, oldest first."""
    rows = connection.execute(
        "SELECT key, stream, document, n, code, message, at_ms, body FROM quarantine ORDER BY key"
    )
    return [QuarantineRow._make(row) for row in rows]


def rewind(connection: sqlite3.Connection, stream: StreamRow, n: int) -> int:
    """
    Have everything after n sent again, because the server has lost it; returns the n it was possible from.

    The server then continues its chain at n; rows that the tail no longer holds cannot be sent again.
    """
    chain = chain_at(connection, stream, n)
    assert chain is not None
    assert n <= stream.acked_n
    connection.execute(
        "UPDATE streams SET acked_n = ?, acked_chain = ? WHERE key = ?", (n, chain, stream.key)
    )
    connection.execute("UPDATE outbox SET seen_ms = NULL WHERE stream = ? AND n > ?", (stream.key, n))
    return n


def tidy(connection: sqlite3.Connection, now_ms: int) -> int:
    """
    Cut the tail of acked rows to its limits; what was not yet folded into a snapshot moves to `deltas`.

    Returns:
        Rows removed.
    """
    acked = "stream = ? AND n <= ?"
    removed = 0
    for stream in stream_rows(connection):
        where = (stream.key, stream.acked_n)
        connection.execute(
            f"UPDATE outbox SET seen_ms = ? WHERE {acked} AND seen_ms IS NULL", (now_ms, *where)
        )
        floor = _tail_floor(connection, stream, now_ms)
        connection.execute(
            "INSERT INTO deltas(key, document, body) SELECT key, document, body FROM outbox"
            " WHERE stream = ? AND n <= ? AND folded = 0 AND rejected = 0",
            (stream.key, floor),
        )
        removed += connection.execute(f"DELETE FROM outbox WHERE {acked}", (stream.key, floor)).rowcount
    return removed


def _tail_floor(connection: sqlite3.Connection, stream: StreamRow, now_ms: int) -> int:
    """Return the greatest n of a stream that the tail need not hold."""
    old = connection.execute(
        "SELECT max(n) FROM outbox WHERE stream = ? AND n <= ? AND seen_ms < ?",
        (stream.key, stream.acked_n, now_ms - TAIL_MS_MAX),
    ).fetchone()[0]
    floor, rows, size = int(old or 0), 0, 0
    newest_first = connection.execute(
        "SELECT n, size FROM outbox WHERE stream = ? AND n <= ? ORDER BY n DESC", (stream.key, stream.acked_n)
    )
    for n, size_bytes in newest_first:
        rows, size = rows + 1, size + size_bytes
        if rows > TAIL_ROWS_MAX or size > TAIL_SIZE_MAX:
            return max(floor, int(n))
    return floor
