"""
Documents in the client's store: loading, deltas from a server, folding a long tail into a snapshot.

What it is not: transactions (client_store.py) or what lists show (projections.py). Invariants:
- Deltas come out in the order in which this store learnt of them, so causes stand before effects.
- A snapshot holds confirmed deltas only; `whole` is a cache of everything and is dropped when that changes.
- A delta from a server never changes a document of another stream than the one it came in; a state does: what
  a server has in a stream is there, wherever it was before (moves.py).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sync.storage import moves
from sync.storage.rows import RemoteDelta, StoredDocument, StreamRow, apply_all

if TYPE_CHECKING:
    from crdt import Document

FOLD_DELTAS_MIN: Final = 64
"""Confirmed deltas beside a snapshot before they are folded in: fewer rewrites the snapshot too often, more
makes opening slow."""
FOLD_SIZE_MIN: Final = 64 * 1024
WHOLE_DELTAS_MIN: Final = 256
WHOLE_SIZE_MIN: Final = 128 * 1024
"""
Unsent deltas, and bytes of them, before the whole state is cached: neither a day of typing offline nor a book
that was imported may make a note slow to open.
"""

_log = logging.getLogger(__name__)

_TAIL: Final = (
    "SELECT key, body FROM deltas WHERE document = :document AND key > :after"
    " UNION ALL SELECT key, body FROM outbox"
    " WHERE document = :document AND folded = 0 AND rejected = 0 AND key > :after ORDER BY key"
)


READER: Final = 1
"""Replica id of documents that are only read here; states do not depend on who holds them."""


def state_of(snapshot: bytes | None) -> Document:
    """Return a document decoded to be read; an empty one for None."""
    from crdt import Document

    return Document(READER) if snapshot is None else Document.decode(snapshot, READER)


def key_of(connection: sqlite3.Connection, document: str) -> int | None:
    """Return the key of a document, or None when the store does not hold it."""
    row = connection.execute("SELECT key FROM documents WHERE id = ?", (document,)).fetchone()
    return None if row is None else int(row[0])


def load(connection: sqlite3.Connection, document: str) -> StoredDocument | None:
    """Return what is stored of a document, unsent deltas included, or None when there is no such document."""
    row = connection.execute(
        "SELECT d.key, s.id, d.snapshot, d.whole, d.whole_key FROM documents d"
        " JOIN streams s ON s.key = d.stream WHERE d.id = ?",
        (document,),
    ).fetchone()
    if row is None:
        return None
    key, stream, snapshot, whole, whole_key = row
    tail = connection.execute(_TAIL, {"document": key, "after": whole_key if whole is not None else 0})
    return StoredDocument(stream, whole if whole is not None else snapshot, [body for _, body in tail])


def tail_after(connection: sqlite3.Connection, document: int, key: int) -> list[tuple[int, bytes]]:
    """Return (key, body) of the deltas of a document that are in no snapshot and come after `key`."""
    return connection.execute(_TAIL, {"document": document, "after": key}).fetchall()


def insert_remote(
    connection: sqlite3.Connection, stream: StreamRow, rows: Sequence[RemoteDelta], key: int
) -> dict[str, list[bytes]]:
    """
    Store deltas that a server ordered.

    What this store already holds as its own (the ack was lost, or the store went back in time and the rows
    came home) is not stored twice, and what claims a document of another stream is left out.

    Args:
        key: The first free key of the sequence.

    Returns:
        The bodies that are new here, by document, in order; none for a document that has left.
    """
    fresh: dict[str, list[bytes]] = {}
    for row in rows:
        if not row.body:  # it was moved away
            if moves.depart(connection, stream.key, row.document):
                fresh.setdefault(row.document, [])
            continue
        document = receiving(connection, stream.key, row.document)
        if document is None or _is_own(connection, document, row.body):
            continue
        connection.execute(
            "INSERT INTO deltas(key, document, body) VALUES (?, ?, ?)", (key, document, row.body)
        )
        fresh.setdefault(row.document, []).append(row.body)
        key += 1
    return fresh


def receiving(
    connection: sqlite3.Connection, stream: int, document: str, *, comes: bool = False
) -> int | None:
    """
    Return the key of the document that takes a delta of this stream, made or marked as changed; None:
    foreign.

    Args:
        comes: It is a state: what a server has in a stream is there now, wherever it was before.
    """
    found = connection.execute(
        "SELECT key, stream, dirty, left FROM documents WHERE id = ?", (document,)
    ).fetchone()
    if found is None:
        cursor = connection.execute("INSERT INTO documents(id, stream) VALUES (?, ?)", (document, stream))
        return cursor.lastrowid
    key, owner, dirty, left = found
    if owner != stream:
        if not comes:
            return None
        moves.come(connection, key, stream)
    elif dirty != 1 or left:
        connection.execute("UPDATE documents SET dirty = 1, left = 0 WHERE key = ?", (key,))
    return int(key)


def _is_own(connection: sqlite3.Connection, document: int, body: bytes) -> bool:
    """Whether exactly these bytes stand in the outbox for this document."""
    row = connection.execute(
        "SELECT 1 FROM outbox WHERE document = ? AND size = ? AND body = ? LIMIT 1",
        (document, len(body), body),
    ).fetchone()
    return row is not None


def insert_state(
    connection: sqlite3.Connection, stream: StreamRow, document: str, state: bytes, *, prefer: bool = False
) -> bool:
    """
    Take over a document's state as the server has it; what is here and not there stays.

    Args:
        prefer: Where both sides have seen the same, the server's bytes count: they may differ in what was
            superseded and in when somebody paused, after a server was given back what it had lost.

    Returns:
        Whether anything about the document may be new here; not so for a state that makes no sense.

    Cost: one statement for a document that is new or unchanged; otherwise two states are decoded and merged.
    """
    if not state:  # it was moved away
        return moves.depart(connection, stream.key, document)
    if key_of(connection, document) is None:
        connection.execute(
            "INSERT INTO documents(id, stream, snapshot) VALUES (?, ?, ?)", (document, stream.key, state)
        )
        return True
    key = receiving(connection, stream.key, document, comes=True)
    if key is None:
        return False
    (mine,) = connection.execute("SELECT snapshot FROM documents WHERE key = ?", (key,)).fetchone()
    if mine == state:
        return False
    confirmed = confirmed_tail(connection, key)
    if mine is None and not confirmed:
        _save_snapshot(connection, key, state, [])
        return True
    from crdt import CrdtError, Delta

    try:
        ours, theirs = state_of(mine), state_of(state)
        late = apply_all(ours, [Delta.decode(body) for _, body in confirmed])
        ours.merge(theirs)
    except CrdtError as error:
        # Of a newer kind, or damaged: what is here stays, and nothing else waits for it.
        _log.error("the state of %s cannot be merged: %s", document, error)
        return False
    # What still waits for its cause stays in the tail; applying the rest of the tail again changes nothing.
    folded = [] if apply_all(ours, late) else [number for number, _ in confirmed]
    merged = state if prefer and ours.version() == theirs.version() else ours.encode()
    _save_snapshot(connection, key, merged, folded)
    return True


def confirmed_tail(connection: sqlite3.Connection, document: int) -> list[tuple[int, bytes]]:
    """Return (key, body) of what the server has of a document and its snapshot has not."""
    return connection.execute(
        "SELECT key, body FROM deltas WHERE document = ? UNION ALL SELECT key, body FROM outbox"
        " WHERE document = ? AND folded = 0 AND rejected = 0"
        " AND n <= (SELECT acked_n FROM streams WHERE streams.key = outbox.stream) ORDER BY key",
        (document, document),
    ).fetchall()


def confirmed_state(connection: sqlite3.Connection, document: int) -> bytes | None:
    """
    Return the encoded state of what is confirmed of a document, as a server has it; None: nothing is.

    A delta whose cause is missing is left out, as the server leaves it out.

    Cost: one row for a document without a tail; otherwise it is built.
    """
    (snapshot,) = connection.execute("SELECT snapshot FROM documents WHERE key = ?", (document,)).fetchone()
    tail = confirmed_tail(connection, document)
    if not tail:
        return None if snapshot is None else bytes(snapshot)
    from crdt import Delta

    state = state_of(snapshot)
    apply_all(state, [Delta.decode(body) for _, body in tail])
    return state.encode()


def _save_snapshot(connection: sqlite3.Connection, document: int, state: bytes, keys: list[int]) -> None:
    """Store a snapshot and mark the rows it includes."""
    connection.execute(
        "UPDATE documents SET snapshot = ?, whole = NULL, whole_key = 0 WHERE key = ?", (state, document)
    )
    connection.executemany("DELETE FROM deltas WHERE key = ?", [(key,) for key in keys])
    connection.executemany("UPDATE outbox SET folded = 1 WHERE key = ?", [(key,) for key in keys])


def save_snapshot(connection: sqlite3.Connection, document: int, state: bytes) -> None:
    """
    Store `state` as the snapshot of a document.

    Args:
        state: The encoded state of everything confirmed and nothing else.
    """
    keys = [key for key, _ in confirmed_tail(connection, document)]
    _save_snapshot(connection, document, state, keys)


def replace_confirmed(connection: sqlite3.Connection, document: int, state: bytes | None) -> None:
    """Put a state in place of all that is confirmed of a document, and have it projected again."""
    connection.execute("DELETE FROM deltas WHERE document = ?", (document,))
    connection.execute(
        "UPDATE outbox SET folded = 1 WHERE document = ? AND folded = 0"
        " AND n <= (SELECT acked_n FROM streams WHERE streams.key = outbox.stream)",
        (document,),
    )
    connection.execute(
        "UPDATE documents SET snapshot = ?, whole = NULL, whole_key = 0, dirty = 1 WHERE key = ?",
        (state, document),
    )


def fold(connection: sqlite3.Connection, document: int) -> bool:
    """
    Fold the confirmed tail of a document into its snapshot when it has become long; returns whether it did.

    A delta whose cause is missing keeps the tail as it is.
    """
    confirmed = confirmed_tail(connection, document)
    if len(confirmed) < FOLD_DELTAS_MIN and sum(len(body) for _, body in confirmed) < FOLD_SIZE_MIN:
        return False
    (snapshot,) = connection.execute("SELECT snapshot FROM documents WHERE key = ?", (document,)).fetchone()
    from crdt import Delta

    state = state_of(snapshot)
    if apply_all(state, [Delta.decode(body) for _, body in confirmed]):
        return False
    _save_snapshot(connection, document, state.encode(), [key for key, _ in confirmed])
    return True


def shorten(connection: sqlite3.Connection, document: int, state: Document, last: int) -> None:
    """
    Keep a document quick to open: when its tail has become long, store the state that somebody has in hand.

    Args:
        state: The document with everything up to the key `last`, which is everything there is.
    """
    (whole_key,) = connection.execute("SELECT whole_key FROM documents WHERE key = ?", (document,)).fetchone()
    after = {"document": document, "after": whole_key}
    length, size = connection.execute(
        f"SELECT count(*), coalesce(sum(length(body)), 0) FROM ({_TAIL})", after
    ).fetchone()
    if length < WHOLE_DELTAS_MIN and size < WHOLE_SIZE_MIN:
        return
    unsent = connection.execute(
        "SELECT 1 FROM outbox WHERE document = ? AND rejected = 0"
        " AND n > (SELECT acked_n FROM streams WHERE streams.key = outbox.stream) LIMIT 1",
        (document,),
    ).fetchone()
    if unsent is None:
        save_snapshot(connection, document, state.encode())
    else:
        # Unsent deltas must not be in the snapshot: they may be given other ids or stamps.
        keep_whole(connection, document, state.encode(), last)


def keep_whole(connection: sqlite3.Connection, document: int, state: bytes, last: int) -> None:
    """Cache the state of a document with everything up to the key `last`."""
    connection.execute("UPDATE documents SET whole = ?, whole_key = ? WHERE key = ?", (state, last, document))


def keep_new(connection: sqlite3.Connection, document: int, state: bytes) -> None:
    """Cache the state of a document of which there is nothing but what was made here just now."""
    (last,) = connection.execute("SELECT max(key) FROM outbox WHERE document = ?", (document,)).fetchone()
    keep_whole(connection, document, state, last)
