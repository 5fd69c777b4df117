"""
A library's one step into a newer data model: everything in the caller's one transaction.

What a server has comes from a library beside (beside.py), fetched in the newer model; what no server has is
brought over by the lenses (reshaping.py). Everything else that a library keeps stays where it is.

Invariants:
- Before the commit nothing has changed, behind it everything has: there is no library that is half of each.
- Every document that was here is here; what has no counterpart in the newer model is in the quarantine.
- The replica, the numbers of its deltas and the chain up to what was confirmed go on; what was not confirmed
  keeps its order.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from crdt import CrdtError, Delta
from sync.model.lenses import Chain
from sync.model.versions import chain
from sync.protocol.chain import chain_next
from sync.storage import documents, outbox
from sync.storage.profile_file import write_meta
from sync.storage.reshaping import Lost, Made, Reshaped, reshaped, translated
from sync.storage.rows import FetchedDocument, FetchedStream, StreamRow, apply_all

UNTRANSLATABLE: Final = "untranslatable"
"""Code of quarantined deltas that have no counterpart in the newer model."""

Mark = tuple[int, int]
"""What tells that a document is as it was: the number of its last delta, and what is confirmed."""

Prepared = dict[int, tuple[Mark, Reshaped]]
"""By the key of the document: what was worked out ahead of the step."""

_log = logging.getLogger(__name__)


class Crossed(NamedTuple):
    """What a step did."""

    carried: int
    """Deltas that are still to be sent, in the newer model."""
    lost: int
    """Deltas that went to the quarantine."""
    notes: int
    """How many there are now, the trash and the archive included."""
    quarantined: int
    """How many deltas are in the quarantine now."""


class _Row(NamedTuple):
    """An unsent delta as it stood in the outbox."""

    document: int
    name: str
    model: str
    stamp: bytes
    body: bytes


def marks(connection: sqlite3.Connection) -> dict[int, Mark]:
    """Return how far each document is that is not empty. Cost: one pass over the tails."""
    rows = connection.execute(
        "SELECT d.key, max(t.key), s.acked_n FROM documents d JOIN streams s ON s.key = d.stream JOIN"
        " (SELECT document, key FROM deltas UNION ALL SELECT document, key FROM outbox) t"
        " ON t.document = d.key GROUP BY d.key"
    )
    return {key: (last, acked_n) for key, last, acked_n in rows}


def to_prepare(connection: sqlite3.Connection, prepared: Prepared, ways: tuple[str, str, int]) -> list[int]:
    """Return the keys of the documents that the lenses bring over and that are not worked out as they are."""
    known = marks(connection)
    changing = {
        row.key: row.acked_n
        for row in outbox.stream_rows(connection)
        if not chain(row.collection, *ways[:2]).is_empty
    }
    rows = connection.execute("SELECT key, stream FROM documents ORDER BY key").fetchall()
    return [
        key
        for key, stream in rows
        if stream in changing
        and (key not in prepared or prepared[key][0] != known.get(key, (0, changing[stream])))
    ]


def prepare(
    connection: sqlite3.Connection, prepared: Prepared, ways: tuple[str, str, int], keys: Sequence[int]
) -> None:
    """
    Work out ahead what becomes of documents that the lenses bring over; nothing is written.

    Cost: decoding each document, and the lenses: about 1 ms.
    """
    for key in keys:
        collection, acked_n, last = connection.execute(
            "SELECT s.collection, s.acked_n, (SELECT max(key) FROM (SELECT key FROM deltas WHERE document ="
            " :key UNION ALL SELECT key FROM outbox WHERE document = :key)) FROM documents d"
            " JOIN streams s ON s.key = d.stream WHERE d.key = :key",
            {"key": key},
        ).fetchone()
        made = _reshaped(connection, key, chain(collection, *ways[:2]))
        if made is not None:
            prepared[key] = (last or 0, acked_n), made


def _reshaped(connection: sqlite3.Connection, key: int, way: Chain) -> Reshaped | None:
    """A document by the lenses; None for one that cannot be read, which stays as it is."""
    (snapshot,) = connection.execute("SELECT snapshot FROM documents WHERE key = ?", (key,)).fetchone()
    confirmed = documents.confirmed_tail(connection, key)
    unsent = connection.execute(
        "SELECT body FROM outbox WHERE document = ? AND rejected = 0"
        " AND n > (SELECT acked_n FROM streams WHERE streams.key = outbox.stream) ORDER BY key",
        (key,),
    ).fetchall()
    try:
        return reshaped(snapshot, [body for _, body in confirmed], [row[0] for row in unsent], way)
    except CrdtError as error:
        _log.error("document %d cannot be brought to the newer model: %s", key, error)
        return None


def cross(
    connection: sqlite3.Connection,
    ways: tuple[str, str, int],
    fetched: Iterable[FetchedStream],
    *,
    prepared: Prepared,
    short: Collection[str],
    now_ms: int,
) -> Crossed:
    """
    Bring a library to a newer model.

    Args:
        ways: The old and the new model, and this replica.
        fetched: The streams as a server has them in the new model; empty where there is no server.
        prepared: What was worked out ahead; what is not in it, or is no longer true, is worked out now.
        short: Documents of which not everything that was confirmed is in what was fetched.
        now_ms: For what goes to the quarantine.
    """
    crossing = _Crossing(connection, ways, prepared, now_ms)
    known = {row.id: row for row in outbox.stream_rows(connection)}
    for stream in fetched:
        # A notebook that came a moment ago is not known here yet: it comes the ordinary way.
        if stream.id in known:
            crossing.take(known[stream.id], stream, short)
    for row in known.values():
        crossing.bring(row)
    write_meta(connection, "model", ways[1])
    quarantined = int(connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])
    return Crossed(crossing.carried, crossing.lost, notes_count(connection), quarantined)


def notes_count(connection: sqlite3.Connection) -> int:
    """Return how many notes there are, the trash and the archive included."""
    row = connection.execute(
        "SELECT count(*) FROM documents d JOIN streams s ON s.key = d.stream WHERE s.collection = 'notes'"
    ).fetchone()
    return int(row[0])


class _Crossing:
    """One step under way."""

    def __init__(
        self, connection: sqlite3.Connection, ways: tuple[str, str, int], prepared: Prepared, now_ms: int
    ) -> None:
        self._connection: Final = connection
        self._ways: Final = ways
        self._prepared: Final = prepared
        self._now_ms: Final = now_ms
        self._marks: Final[Mapping[int, Mark]] = marks(connection)
        self._taken: set[int] = set()
        self.carried = 0
        self.lost = 0

    # --- what the server has -------------------------------------------------------------------------

    def take(self, row: StreamRow, stream: FetchedStream, short: Collection[str]) -> None:
        """Take over a stream as the server has it."""
        connection = self._connection
        for fetched in stream.documents:
            key = documents.receiving(connection, row.key, fetched.id, comes=True)
            if key is None:
                continue  # it claims a document of another stream
            if fetched.id in short:
                fetched = self._joined(key, row, fetched)
            self._taken.add(key)
            documents.replace_confirmed(connection, key, fetched.snapshot)
            first = outbox.next_key(connection) if fetched.deltas else 0
            connection.executemany(
                "INSERT INTO deltas(key, document, body) VALUES (?, ?, ?)",
                [(first + place, key, body) for place, body in enumerate(fetched.deltas)],
            )
        connection.execute("DELETE FROM staging WHERE stream = ?", (row.key,))
        connection.execute(
            "UPDATE streams SET epoch = ?, cursor = ?, staged_to = 0, staged_after = '' WHERE key = ?",
            (stream.epoch, stream.cursor, row.key),
        )

    def _joined(self, key: int, row: StreamRow, fetched: FetchedDocument) -> FetchedDocument:
        """A document with what is confirmed here and missing there, as after a restored backup."""
        made = self._brought(key, row)
        if made is None or made.confirmed is None:
            return fetched
        state = documents.state_of(fetched.snapshot)
        apply_all(state, [Delta.decode(body) for body in fetched.deltas])
        state.merge(documents.state_of(made.confirmed))
        return FetchedDocument(fetched.id, state.encode(), [])

    # --- what the lenses bring over ------------------------------------------------------------------

    def bring(self, row: StreamRow) -> None:
        """Bring over what is left of a stream: documents that no server gave, and what is unsent."""
        connection = self._connection
        way = chain(row.collection, *self._ways[:2])
        rows = self._take_out(row)
        made: dict[int, list[Made]] = {}
        if not way.is_empty:
            pending = dict.fromkeys(one.document for one in rows)
            here = connection.execute(
                "SELECT key, id FROM documents WHERE stream = ? ORDER BY key", (row.key,)
            ).fetchall()
            names = dict(here)
            for key in names:
                if key not in self._taken and (found := self._bring(key, names[key], row)) is not None:
                    made[key] = found
            for key in pending:
                if key in self._taken:
                    bodies = [one.body for one in rows if one.document == key]
                    made[key] = self._translate(key, names[key], row, bodies)
        if way.is_empty:
            rows = [one._replace(model=self._ways[1]) for one in rows]
        self._put_back(row, rows, made)

    def _bring(self, key: int, name: str, row: StreamRow) -> list[Made] | None:
        """Bring over a document; returns what of it is unsent, None for one that stays as it is."""
        found = self._brought(key, row)
        if found is None:
            return None
        if found.confirmed is not None:
            documents.replace_confirmed(self._connection, key, found.confirmed)
        else:
            outbox.forget_whole(self._connection, key)
        self._quarantine(row, name, found.lost)
        return found.unsent

    def _brought(self, key: int, row: StreamRow) -> Reshaped | None:
        """What becomes of a document, worked out ahead or now."""
        mark = self._marks.get(key, (0, row.acked_n))
        known = self._prepared.get(key)
        if known is not None and known[0] == mark:
            return known[1]
        return _reshaped(self._connection, key, chain(row.collection, *self._ways[:2]))

    def _translate(self, key: int, name: str, row: StreamRow, bodies: list[bytes]) -> list[Made]:
        """Translate what is unsent of a document that the server gave."""
        (snapshot,) = self._connection.execute(
            "SELECT snapshot FROM documents WHERE key = ?", (key,)
        ).fetchone()
        document = documents.state_of(snapshot)
        tail = self._connection.execute("SELECT body FROM deltas WHERE document = ? ORDER BY key", (key,))
        apply_all(document, [Delta.decode(body) for (body,) in tail])
        made, lost = translated(document, bodies, chain(row.collection, *self._ways[:2]))
        self._quarantine(row, name, lost)
        return made

    # --- the outbox ----------------------------------------------------------------------------------

    def _take_out(self, row: StreamRow) -> list[_Row]:
        """The unsent deltas of a stream in their order; they stay until `_put_back`."""
        rows = self._connection.execute(
            "SELECT o.document, d.id, o.model, o.stamp, o.body FROM outbox o JOIN documents d ON d.key ="
            " o.document"
            " WHERE o.stream = ? AND o.n > ? AND o.rejected = 0 ORDER BY o.n",
            (row.key, row.acked_n),
        )
        return [_Row._make(one) for one in rows]

    def _put_back(self, row: StreamRow, rows: list[_Row], made: dict[int, list[Made]]) -> None:
        """Number the unsent deltas of a stream anew behind the confirmed ones, in the newer model."""
        connection = self._connection
        if not rows:
            return
        key = outbox.next_key(connection)
        connection.execute("DELETE FROM outbox WHERE stream = ? AND n > ?", (row.key, row.acked_n))
        names = {one.document: one.name for one in rows}
        chain_now, n = row.acked_chain, row.acked_n
        for document, model, stamp, body in _in_order(rows, made, self._ways[1]):
            n += 1
            chain_now = chain_next(chain_now, names[document], body)
            connection.execute(
                "INSERT INTO outbox(key, stream, n, document, size, model, stamp, chain, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, row.key, n, document, len(body), model, stamp, chain_now, body),
            )
            key += 1
        self.carried += n - row.acked_n
        for document in names:
            outbox.forget_whole(connection, document)
        connection.execute(
            "UPDATE streams SET next_n = ?, chain = ? WHERE key = ?", (n + 1, chain_now, row.key)
        )

    def _quarantine(self, row: StreamRow, name: str, lost: list[Lost]) -> None:
        """Keep what has no counterpart where the person sees it."""
        self.lost += len(lost)
        self._connection.executemany(
            "INSERT INTO quarantine(stream, document, rid, n, code, message, at_ms, model, stamp, body)"
            " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
            [
                (
                    row.id, name, self._ways[2], UNTRANSLATABLE, one.why, self._now_ms, self._ways[0],
                    one.stamp.pack(), one.body,
                )
                for one in lost
            ],
        )  # fmt: skip


def _in_order(
    rows: list[_Row], made: dict[int, list[Made]], model: str
) -> Iterable[tuple[int, str, bytes, bytes]]:
    """
    The deltas to be numbered: (document, model, stamp, body), each document's where its first one stood.

    The order among documents says nothing; that within one does. What could not be read goes as it was: the
    server may know what to make of it.
    """
    done: set[int] = set()
    for one in rows:
        if one.document not in made:
            yield one.document, one.model, one.stamp, one.body
        elif one.document not in done:
            done.add(one.document)
            for delta in made[one.document]:
                yield one.document, model, delta.stamp.pack(), delta.body
