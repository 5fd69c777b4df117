"""
What the client's store tells of its documents to find out whether they are the server's: digests, and what a
server's state lacks.

What it is not: asking (sync/client/checking.py). Invariant: it speaks of what is confirmed, and of
nothing that is unsent: that is how a server can have the same.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from crdt import Document
from sync.limits import DELTA_SIZE_MAX
from sync.protocol.chain import CHAIN_START, chain_next
from sync.storage.documents import READER, confirmed_state, state_of
from sync.storage.rows import StreamRow

PAGE_SIZE_MAX: Final = 512 * 1024
"""Bytes of states looked at in one go, at least one document: some ten milliseconds."""


def digests(
    connection: sqlite3.Connection, stream: StreamRow, after: str, count: int
) -> list[tuple[str, bytes]]:
    """
    Return (document, digest of its confirmed state) by id, those behind ``after``; b"" for a document of
    which nothing is confirmed.

    Cost: O(bytes of the states); a document with a tail is built.
    """
    rows = connection.execute(
        "SELECT key, id FROM documents WHERE stream = ? AND left = 0 AND id > ? ORDER BY id LIMIT ?",
        (stream.key, after, count),
    ).fetchall()
    found: list[tuple[str, bytes]] = []
    size = 0
    for key, name in rows:
        state = confirmed_state(connection, key)
        found.append((name, b"" if state is None else chain_next(CHAIN_START, name, state)))
        size += len(state or b"")
        if size > PAGE_SIZE_MAX:
            break
    return found


def lacking(
    connection: sqlite3.Connection, stream: StreamRow, document: str, state: bytes | None
) -> list[bytes]:
    """
    Return encoded deltas that bring a server's state (None: it has no such document) to what is confirmed
    here: in ops so small that whoever has a part of it, server or client, can take the rest.

    Raises:
        CrdtError: The state makes no sense.
    """
    row = connection.execute(
        "SELECT key FROM documents WHERE id = ? AND stream = ?", (document, stream.key)
    ).fetchone()
    mine = None if row is None else confirmed_state(connection, row[0])
    if mine is None:
        return []
    theirs = Document(READER) if state is None else state_of(state)
    deltas = state_of(mine).deltas_since(theirs.version())
    return [part.encode() for delta in deltas for part in delta.fine().split(DELTA_SIZE_MAX)]
