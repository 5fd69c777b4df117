"""
Notes that move between notebooks, in the client's store: those that shall, those that have left, those that
have come. In the caller's one transaction.

What it is not: asking the server (sync/client/moving.py). Invariants:
- A note is where a server said last; a move that it has not confirmed yet changes what lists show, nothing
  else. Edits go where the note is, and follow it on the server.
- A note that left for a place that this account does not see, or left the trash, is shown nowhere; it stays
  in the file for half a year, and as long as anything of it is unsent.
- What is unsent of a moved note stays in the outbox of the stream in which it was written.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from sync.storage import search

KEPT_MS: Final = 180 * 24 * 3_600_000
"""How long a document that has left stays in the file; as long as a server keeps what left the trash."""


class PendingMove(NamedTuple):
    """A note that shall be in another notebook."""

    document: str
    stream: str
    """Where it is."""
    notebook: str
    """Where it shall be."""


def plan(connection: sqlite3.Connection, documents: list[str], notebook: str, at_ms: int) -> None:
    """Note that documents shall be in a notebook; one that is there already shall stay."""
    for document in documents:
        connection.execute(
            "DELETE FROM moves WHERE document = (SELECT key FROM documents WHERE id = ?)", (document,)
        )
        connection.execute(
            "INSERT INTO moves(document, notebook, at_ms) SELECT d.key, ?, ? FROM documents d"
            " JOIN streams s ON s.key = d.stream WHERE d.id = ? AND s.notebook <> ?",
            (notebook, at_ms, document, notebook),
        )


def pending(connection: sqlite3.Connection) -> list[PendingMove]:
    """Return the moves that no server has confirmed, oldest first."""
    rows = connection.execute(
        "SELECT d.id, s.id, m.notebook FROM moves m JOIN documents d ON d.key = m.document"
        " JOIN streams s ON s.key = d.stream ORDER BY m.at_ms, d.key"
    )
    return [PendingMove._make(row) for row in rows]


def forget(connection: sqlite3.Connection, document: str) -> None:
    """Give a move up: the note is shown where it is."""
    connection.execute(
        "DELETE FROM moves WHERE document = (SELECT key FROM documents WHERE id = ?)", (document,)
    )


def depart(connection: sqlite3.Connection, stream: int, document: str) -> bool:
    """Take note that a document has left a stream; returns whether that is new here."""
    left = connection.execute(
        "UPDATE documents SET left = 1, left_ms = 0, dirty = 1 WHERE id = ? AND stream = ? AND left = 0",
        (document, stream),
    )
    return left.rowcount > 0


def come(connection: sqlite3.Connection, document: int, stream: int) -> None:
    """Take note that a document that is here is in another stream now."""
    # What is confirmed is so whatever the numbers of the new stream say: it leaves the old one's counting.
    connection.execute(
        "INSERT INTO deltas(key, document, body) SELECT o.key, o.document, o.body FROM outbox o"
        " JOIN streams s ON s.key = o.stream"
        " WHERE o.document = ? AND o.n <= s.acked_n AND o.folded = 0 AND o.rejected = 0",
        (document,),
    )
    connection.execute(
        "UPDATE outbox SET folded = 1 WHERE document = ?"
        " AND n <= (SELECT acked_n FROM streams WHERE key = outbox.stream)",
        (document,),
    )
    connection.execute(
        "UPDATE documents SET stream = ?, left = 0, dirty = 1 WHERE key = ?", (stream, document)
    )
    connection.execute("DELETE FROM moves WHERE document = ?", (document,))


def forget_departed(connection: sqlite3.Connection, now_ms: int) -> int:
    """
    Delete what documents held that left KEPT_MS ago, when nothing of them is in the outbox any more; their
    ids stay. Returns how many.

    Cost: O(documents that have left).
    """
    connection.execute("UPDATE documents SET left_ms = ? WHERE left = 1 AND left_ms = 0", (now_ms,))
    rows = connection.execute(
        "SELECT d.key FROM documents d WHERE d.left = 1 AND d.left_ms BETWEEN 1 AND ?"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.document = d.key AND o.folded = 0)"
        " AND (d.snapshot IS NOT NULL OR EXISTS (SELECT 1 FROM deltas t WHERE t.document = d.key))",
        (now_ms - KEPT_MS,),
    ).fetchall()
    for (key,) in rows:
        connection.execute("DELETE FROM deltas WHERE document = ?", (key,))
        connection.execute("UPDATE documents SET snapshot = NULL, whole = NULL WHERE key = ?", (key,))
    return len(rows)


def unlist(connection: sqlite3.Connection, document: int) -> None:
    """Take a document that has left out of all that lists and search show."""
    shown = connection.execute(
        "SELECT n.title, t.body, n.tags FROM notes n JOIN texts t ON t.document = n.document"
        " WHERE n.document = ?",
        (document,),
    ).fetchone()
    if shown is not None:
        search.remove(connection, document, *shown)
    for table in ("notes", "texts", "folders", "attachment_uses", "links", "traits"):
        connection.execute(f"DELETE FROM {table} WHERE document = ?", (document,))
