"""
Going on as another replica, and giving new stamps: rewriting what is unsent, in the caller's one transaction.

What it is not: deciding that it is needed (sync/client). Invariants:
- Only deltas that no ack covers are rewritten. Those that the server turns out to have, word for word, are
  kept as they are and not sent again.
- A document is its confirmed part plus the rewritten deltas; one that cannot be rewritten goes to the
  quarantine, and nothing is dropped.
- The order of the deltas of a stream stays; n and chain start again under the new id.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Final

from crdt import CrdtError, Delta, Document, Stamp
from sync.protocol.chain import CHAIN_START, chain_next
from sync.storage import catch_up, documents, outbox
from sync.storage.renaming import Renaming
from sync.storage.rows import LocalChange, StreamRow, apply_all

Rewritten = dict[tuple[str, int], Renaming]
"""(document, replica id given up) -> how deltas that still come under it are renamed."""

DIVERGED: Final = "diverged"
"""Code of quarantined deltas that the server had confirmed, then lost, and replaced by something else."""
UNPLACED: Final = "missing_ref"
"""Code of quarantined deltas that build on something that is not there."""


def rotate(
    connection: sqlite3.Connection,
    old_rid: int,
    new_rid: int,
    stands: Mapping[str, tuple[int, int, int]],
    now_ms: int,
) -> tuple[Rewritten, list[str]]:
    """
    Begin to write as another replica.

    Args:
        stands: stream -> (epoch, cursor, last_n): where what is staged leads to, and how much of the old
            replica's the server has.

    Returns:
        How late deltas are renamed, and the documents that changed otherwise than by deltas.
    """
    rewritten: Rewritten = {}
    changed: dict[str, None] = {}
    first_key = outbox.next_key(connection)  # while what is unsent is out of its table, its keys stay its own
    for stream in outbox.stream_rows(connection):
        _quarantine_diverged(connection, stream, stands, old_rid, now_ms)
        pending = _take_out(connection, stream)
        changed.update((row[1], None) for row in pending)
        fresh = _not_there(connection, stream, pending)
        if stream.id in stands:
            epoch, cursor, _ = stands[stream.id]
            taken = catch_up.take(connection, stream._replace(acked_n=0), first_key=first_key)
            connection.execute(
                "UPDATE streams SET epoch = ?, cursor = ?, staged_to = 0, staged_after = '' WHERE key = ?",
                (epoch, cursor, stream.key),
            )
            changed.update((name, None) for name in [*taken.documents, *taken.deltas])
        _put_back(connection, stream, _rename(connection, fresh, old_rid, new_rid, rewritten, stream, now_ms))
    return rewritten, list(changed)


_Pending = tuple[int, str, int, str, bytes, bytes]
"""(document key, document id, outbox key, model, stamp, body)"""


def _quarantine_diverged(
    connection: sqlite3.Connection,
    stream: StreamRow,
    stands: Mapping[str, tuple[int, int, int]],
    rid: int,
    now_ms: int,
) -> None:
    """Show what the server had confirmed and does not have any more; its state stays in the document."""
    last_n = stands[stream.id][2] if stream.id in stands else stream.acked_n
    if last_n < stream.acked_n:
        connection.execute(
            "INSERT INTO quarantine(stream, document, rid, n, code, message, at_ms, model, stamp, body)"
            " SELECT ?, d.id, ?, o.n, ?, '', ?, o.model, o.stamp, o.body FROM outbox o"
            " JOIN documents d ON d.key = o.document"
            " WHERE o.stream = ? AND o.n > ? AND o.n <= ? AND o.rejected = 0",
            (stream.id, rid, DIVERGED, now_ms, stream.key, last_n, stream.acked_n),
        )


def _take_out(connection: sqlite3.Connection, stream: StreamRow) -> list[_Pending]:
    """Empty a stream's outbox: what is acked moves to the documents, what is not is returned in its order."""
    connection.execute(
        "INSERT INTO deltas(key, document, body) SELECT key, document, body FROM outbox"
        " WHERE stream = ? AND n <= ? AND folded = 0 AND rejected = 0",
        (stream.key, stream.acked_n),
    )
    pending = connection.execute(
        "SELECT o.document, d.id, o.key, o.model, o.stamp, o.body FROM outbox o"
        " JOIN documents d ON d.key = o.document WHERE o.stream = ? AND o.n > ? AND o.rejected = 0 ORDER"
        " BY o.n",
        (stream.key, stream.acked_n),
    ).fetchall()
    connection.execute("DELETE FROM outbox WHERE stream = ?", (stream.key,))
    return pending


def _not_there(connection: sqlite3.Connection, stream: StreamRow, pending: list[_Pending]) -> list[_Pending]:
    """
    Return the unsent deltas that are not, word for word, in what was staged: those whose ack alone was lost.

    Stamps do not count: what was sent may have been given new ones after the copy was made that is in use
    now. In a staged state a document's deltas are all there, or else all of them are taken as not being
    there.
    """
    if not pending:
        return []
    bodies, states = catch_up.staged(connection, stream)
    deltas = {(name, _timeless(body)) for name, body in bodies}
    there: set[str] = set()
    for name in {row[1] for row in pending} & states.keys():
        if _is_whole(connection, [row for row in pending if row[1] == name], states[name]):
            there.add(name)
    return [row for row in pending if (row[1], _timeless(row[5])) not in deltas and row[1] not in there]


def _is_whole(connection: sqlite3.Connection, pending: list[_Pending], state: bytes) -> bool:
    """Whether a document's state on the server holds its unsent deltas, and these word for word."""
    try:
        whole = confirmed(connection, pending[0][0])
        apply_all(whole, [Delta.decode(row[5]) for row in pending])
        whole.merge(documents.state_of(state))
    except CrdtError:
        return False  # the same ids stand for something else there
    return whole.encode() == state


def _timeless(body: bytes) -> bytes:
    """Return a delta as if it had been written at the beginning of time; bytes that are none as they are."""
    try:
        delta = Delta.decode(body)
        return delta.restamped(Stamp(0, 0, delta.rid)).encode()
    except CrdtError:
        return body


def _rename(
    connection: sqlite3.Connection,
    pending: list[_Pending],
    old_rid: int,
    new_rid: int,
    rewritten: Rewritten,
    stream: StreamRow,
    now_ms: int,
) -> list[_Pending]:
    """Return unsent deltas under the new id; what cannot be renamed goes to the quarantine."""
    found: list[_Pending] = []
    bases: dict[int, Document] = {}
    for document, name, key, model, stamp, body in pending:
        try:
            delta = Delta.decode(body)
            if delta.rid != old_rid:  # carried for another replica, which saw nothing that is unsent
                found.append((document, name, key, model, stamp, body))
                continue
            if document not in bases:
                bases[document] = confirmed(connection, document)
                rewritten[(name, old_rid)] = Renaming(old_rid, new_rid, delta.start)
            made = rewritten[(name, old_rid)].renamed(delta, bases[document])
        except CrdtError as error:
            connection.execute(
                "INSERT INTO quarantine(stream, document, rid, n, code, message, at_ms, model, stamp, body)"
                " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
                (stream.id, name, old_rid, UNPLACED, str(error), now_ms, model, stamp, body),
            )
        else:
            found.append((document, name, key, model, made.stamp.pack(), made.encode()))
    return found


def _put_back(connection: sqlite3.Connection, stream: StreamRow, pending: list[_Pending]) -> None:
    """Fill a stream's outbox from n = 1; the keys stay, so the order in the documents does."""
    chain, n = CHAIN_START, 0
    for document, name, key, model, stamp, body in pending:
        n += 1
        chain = chain_next(chain, name, body)
        connection.execute(
            "INSERT INTO outbox(key, stream, n, document, size, model, stamp, chain, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, stream.key, n, document, len(body), model, stamp, chain, body),
        )
        outbox.forget_whole(connection, document)
    connection.execute(
        "UPDATE streams SET next_n = ?, chain = ?, acked_n = 0, acked_chain = ? WHERE key = ?",
        (n + 1, chain, CHAIN_START, stream.key),
    )


def confirmed(connection: sqlite3.Connection, document: int) -> Document:
    """Return a document as it was handed over: what is in the snapshot and in `deltas`."""
    (snapshot,) = connection.execute("SELECT snapshot FROM documents WHERE key = ?", (document,)).fetchone()
    found = documents.state_of(snapshot)
    rows = connection.execute("SELECT body FROM deltas WHERE document = ? ORDER BY key", (document,))
    apply_all(found, [Delta.decode(body) for (body,) in rows])
    return found


def restamp(connection: sqlite3.Connection, rid: int, tick: Callable[[], Stamp]) -> list[str]:
    """
    Give everything unsent new stamps, in the order in which it was written; returns the documents concerned.

    What is carried for other replicas keeps theirs.

    Args:
        rid: Of this replica.
        tick: The next stamp.
    """
    rows = connection.execute(
        "SELECT o.key, o.document, d.id, o.body FROM streams s JOIN outbox o ON o.stream = s.key AND o.n"
        " > s.acked_n"
        " JOIN documents d ON d.key = o.document WHERE o.rejected = 0 ORDER BY o.key"
    ).fetchall()
    changed: dict[str, None] = {}
    latest = b""
    for key, document, name, body in rows:
        delta = Delta.decode(body)
        if delta.rid != rid:
            continue
        stamp = tick()
        latest = stamp.pack()
        made = delta.restamped(stamp).encode()
        connection.execute(
            "UPDATE outbox SET body = ?, size = ?, stamp = ? WHERE key = ?", (made, len(made), latest, key)
        )
        connection.execute("UPDATE documents SET updated_ms = ? WHERE key = ?", (stamp.ms, document))
        outbox.forget_whole(connection, document)
        changed[name] = None
    for stream in outbox.stream_rows(connection):
        _chain_again(connection, stream)
    if latest:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'clock'", (latest,))
    return list(changed)


def _chain_again(connection: sqlite3.Connection, stream: StreamRow) -> None:
    """Compute the chain of a stream's unsent rows anew."""
    rows = connection.execute(
        "SELECT o.key, d.id, o.body FROM outbox o JOIN documents d ON d.key = o.document"
        " WHERE o.stream = ? AND o.n > ? ORDER BY o.n",
        (stream.key, stream.acked_n),
    ).fetchall()
    chain = stream.acked_chain
    for key, name, body in rows:
        chain = chain_next(chain, name, body)
        connection.execute("UPDATE outbox SET chain = ? WHERE key = ?", (chain, key))
    connection.execute("UPDATE streams SET chain = ? WHERE key = ?", (chain, stream.key))


def latest_acked(connection: sqlite3.Connection) -> Stamp | None:
    """Return the greatest stamp of ours that the server has, as far as the tail knows."""
    row = connection.execute(
        "SELECT max(o.stamp) FROM streams s JOIN outbox o ON o.stream = s.key AND o.n <= s.acked_n"
    ).fetchone()
    return None if row[0] is None else Stamp.unpack(row[0])


def brought_up_to_date(
    connection: sqlite3.Connection, change: LocalChange, rid: int, rewritten: Rewritten
) -> LocalChange:
    """
    Return a change under the present replica id, if it was made under one that has been given up since.

    A view goes on editing under the old id until it has loaded the document again.
    """
    while change.delta.rid != rid:
        old = change.delta.rid
        renaming = rewritten.get((change.document, old))
        key = documents.key_of(connection, change.document)
        before = Document(rid) if key is None else confirmed(connection, key)
        if renaming is None:
            renaming = rewritten[(change.document, old)] = Renaming(old, rid, change.delta.start)
        change = change._replace(delta=renaming.renamed(change.delta, before))
    return change
