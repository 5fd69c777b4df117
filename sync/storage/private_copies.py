"""
What becomes of unsent edits of a person who may not write (any more): a note of their own, never nothing. In
the caller's one transaction.

What it is not: deciding that it is so (sync/client). Invariants:
- A note that somebody else has, too, is copied as it is here, unsent edits included, into the person's own
  notebook; here it then shows what the server has.
- A note that nobody else has seen is moved there, as what it is.
- Edits of folders and comments go to the quarantine.
- Afterwards the stream has nothing unsent, and its numbers go on from what was acknowledged: what the server
  may have taken all the same is found out when it says where it stands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from sync.storage import documents, outbox
from sync.storage.rows import LocalChange, StreamRow

if TYPE_CHECKING:
    from crdt import Stamp

LEFT_OUT: Final = frozenset({"folder", "trashed_ms"})
"""What a copy does not take along: its folder is in the other notebook, and somebody else threw it away."""

FORBIDDEN: Final = "forbidden"
"""Code in the quarantine of what may not be written."""


class Kept(NamedTuple):
    """One note whose unsent edits are kept."""

    document: str
    """Where they were made."""
    copy: str
    """Where they are now: another note, or the same one, moved."""


class Withdrawn(NamedTuple):
    """What was taken out of a stream."""

    notes: list[Kept]
    changed: list[str]
    """Documents that show something else now; whoever shows them loads them again."""


class Copier(NamedTuple):
    """What a copy is made with."""

    rid: int
    tick: Callable[[], Stamp]
    """The next stamp of this replica."""
    new_id: Callable[[], str]
    """A fresh document id."""
    model: str
    """Of the store."""


def withdraw(
    connection: sqlite3.Connection, stream: StreamRow, personal: StreamRow, copier: Copier, now_ms: int
) -> Withdrawn:
    """Take everything unsent out of a stream that may not be written, keeping it."""
    unsent = connection.execute(
        "SELECT o.document, d.id, o.n, o.model, o.stamp, o.body, o.rejected FROM outbox o"
        " JOIN documents d ON d.key = o.document WHERE o.stream = ? AND o.n > ? ORDER BY o.n",
        (stream.key, stream.acked_n),
    ).fetchall()
    by_document: dict[tuple[int, str], list[tuple[int, str, bytes, bytes]]] = {}
    for key, name, n, model, stamp, body, rejected in unsent:
        rows = by_document.setdefault((key, name), [])
        if not rejected:
            rows.append((n, model, stamp, body))
    kept: list[Kept] = []
    for (key, name), rows in by_document.items():
        if rows and stream.collection != "notes":
            _set_aside(connection, stream, name, rows, copier.rid, now_ms)
        elif rows and _is_ours_alone(connection, key, stream):
            kept.append(_moved(connection, name, key, rows, personal, copier))
        elif rows:
            kept.append(_copied(connection, name, personal, copier))
    connection.execute("DELETE FROM outbox WHERE stream = ? AND n > ?", (stream.key, stream.acked_n))
    connection.execute(
        "UPDATE streams SET next_n = acked_n + 1, chain = acked_chain WHERE key = ?", (stream.key,)
    )
    for key, _ in by_document:
        outbox.forget_whole(connection, key)
    return Withdrawn(kept, [name for _, name in by_document])


def keep_refused(
    connection: sqlite3.Connection, stream: StreamRow, numbers: list[int], personal: StreamRow, copier: Copier
) -> list[Kept]:
    """
    Keep the notes of which the server has refused deltas, as they are here, before they are taken out: one
    whose first delta was refused is nowhere else, and is moved; others are copied.

    Everything unsent of such a note is taken out with them: it builds on what was refused, and what is kept
    has it.
    """
    marks = ", ".join("?" * len(numbers))
    found = connection.execute(
        "SELECT DISTINCT o.document, d.id FROM outbox o JOIN documents d ON d.key = o.document"
        f" WHERE o.stream = ? AND o.rejected = 0 AND o.n IN ({marks})",
        (stream.key, *numbers),
    ).fetchall()
    kept: list[Kept] = []
    for key, name in found:
        rows = connection.execute(
            "SELECT n, model, stamp, body FROM outbox"
            " WHERE stream = ? AND document = ? AND rejected = 0 AND n > ? ORDER BY n",
            (stream.key, key, stream.acked_n),
        ).fetchall()
        is_new = rows[0][0] in numbers and _is_ours_alone(connection, key, stream)
        if not is_new:
            kept.append(_copied(connection, name, personal, copier))
        connection.execute(
            "UPDATE outbox SET rejected = 1 WHERE stream = ? AND document = ? AND n > ?",
            (stream.key, key, stream.acked_n),
        )
        outbox.forget_whole(connection, key)
        if is_new:
            kept.append(_moved(connection, name, key, rows, personal, copier))
    return kept


def _is_ours_alone(connection: sqlite3.Connection, document: int, stream: StreamRow) -> bool:
    """Whether nobody but this replica has anything of a document, as far as is known here."""
    row = connection.execute(
        "SELECT snapshot IS NULL AND NOT EXISTS (SELECT 1 FROM deltas WHERE document = :key)"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE document = :key AND (n <= :acked OR rejected = 1))"
        " FROM documents WHERE key = :key",
        {"key": document, "acked": stream.acked_n},
    ).fetchone()
    return bool(row[0])


def _moved(
    connection: sqlite3.Connection,
    name: str,
    document: int,
    rows: list[tuple[int, str, bytes, bytes]],
    personal: StreamRow,
    copier: Copier,
) -> Kept:
    """Give a note that nobody else has to the person's own notebook, as what it is."""
    from crdt import Delta

    connection.execute("UPDATE documents SET stream = ? WHERE key = ?", (personal.key, document))
    changes = [LocalChange(personal.id, name, Delta.decode(body), model=model) for _, model, _, body in rows]
    outbox.append(connection, changes, copier.model)
    return Kept(name, name)


def _copied(connection: sqlite3.Connection, name: str, personal: StreamRow, copier: Copier) -> Kept:
    """Write a note as it is here into a new one of the person's own."""
    from sync.model.copying import copied

    stored = documents.load(connection, name)
    assert stored is not None, f"no document {name}"
    _, deltas = copied(stored.build(copier.rid), copier.rid, copier.tick, without=LEFT_OUT)
    made = copier.new_id()
    outbox.append(connection, [LocalChange(personal.id, made, delta) for delta in deltas], copier.model)
    return Kept(name, made)


def _set_aside(
    connection: sqlite3.Connection,
    stream: StreamRow,
    name: str,
    rows: list[tuple[int, str, bytes, bytes]],
    rid: int,
    now_ms: int,
) -> None:
    """Put deltas into the quarantine."""
    connection.executemany(
        "INSERT INTO quarantine(stream, document, rid, n, code, message, at_ms, model, stamp, body)"
        " VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?)",
        [(stream.id, name, rid, n, FORBIDDEN, now_ms, model, stamp, body) for n, model, stamp, body in rows],
    )
