"""
The client's store: one profile's library in one SQLite file, behind one object.

What it is not: SQL (the modules beside this one) or decisions about syncing (sync/client). Invariants:
- Every public method is one transaction: it is stored whole when it returns, or not at all when it raises.
- Nothing a person wrote is deleted here. A refused delta goes to the quarantine; a lost notebook keeps its
  notes.
- The barrier: `append` returns when the delta, its outbox row, next_n, chain and clock mark are on disk, and
  only what `unsent` returns afterwards may be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Connection
from typing import TYPE_CHECKING

from sync.errors import StoreUnavailable
from sync.storage import catch_up, documents, moves, outbox, projections, traits
from sync.storage.catch_up import Taken
from sync.storage.database import StoreFile
from sync.storage.moves import PendingMove
from sync.storage.profile_file import write_meta
from sync.storage.rows import (
    LocalChange,
    OutboxRow,
    QuarantineRow,
    RemoteDelta,
    StoredDocument,
    StreamRow,
)
from sync.storage.upgrade_shelf import UpgradeShelf

if TYPE_CHECKING:
    from crdt import Document, Stamp
    from sync.storage.private_copies import Copier, Kept, Withdrawn
    from sync.storage.recovery import Rewritten


class ClientStore(UpgradeShelf):
    """One profile's library. Made by `open`."""

    def __init__(self, db: StoreFile, rid: int, model: str, *, read_only: bool = False) -> None:
        """Use `open`."""
        super().__init__(db, rid, model, read_only=read_only)
        self._rewritten: Rewritten = {}

    # --- what is written here --------------------------------------------------------------------

    def append(self, changes: Sequence[LocalChange]) -> list[str]:
        """
        Store deltas made here: each with its outbox row, next_n and chain, and the clock mark, in one commit.

        A delta made under a replica id that was given up in the meantime is rewritten as the others were.

        Returns:
            The documents for which that happened: whoever shows them must load them again.

        Raises:
            LimitExceeded: A delta is longer than DELTA_SIZE_MAX; nothing was stored. Split the edit.
            StoreUnavailable: Nothing was stored.
        """
        if not changes:
            return []
        with self._writing() as connection:
            current, late = self._brought_up_to_date(connection, changes)
            made = outbox.append(connection, current, self._model)
            # Only of a document that was made here and now is it certain that nobody else has written in it.
            last = {change.document: change for change in current}
            for document, (key, is_new) in made.items():
                summary, content = last[document].summary, last[document].content
                if is_new and summary is not None and content is not None:
                    projections.save_note(connection, key, summary, self._projections.vocabulary)
                    traits.save(connection, key, content, {self._rid: last[document].delta.stamp.ms})
                    connection.execute("UPDATE documents SET dirty = 0 WHERE key = ?", (key,))
                    state = last[document].state
                    if state is not None and document not in late:
                        documents.keep_new(connection, key, state)
        return late

    def _brought_up_to_date(
        self, connection: Connection, changes: Sequence[LocalChange]
    ) -> tuple[list[LocalChange], list[str]]:
        """Return changes in the present model under the present replica id, and where any was another's."""
        current: list[LocalChange] = []
        late: dict[str, None] = {}
        for change in changes:
            made = [change]
            if change.model not in (None, self._model):
                from sync.storage import reshaping

                made = reshaping.reshaped_late(connection, change, self._model, current)
            if not change.carried and change.delta.rid != self._rid:
                from sync.storage import recovery

                made[-1] = recovery.brought_up_to_date(connection, made[-1], self._rid, self._rewritten)
            if made[-1] is not change:
                late[change.document] = None
            current += made
        return current, list(late)

    # --- documents -------------------------------------------------------------------------------

    def load(self, document: str) -> StoredDocument:
        """
        Return what is stored of a document.

        Raises:
            StoreUnavailable: There is no such document (reason "missing").
        """
        with self._reading() as connection:
            found = documents.load(connection, document)
        if found is None:
            raise StoreUnavailable(self.path, "missing", f"document {document}")
        return found

    def has(self, document: str) -> bool:
        """Whether the store holds anything of a document."""
        with self._reading() as connection:
            return documents.key_of(connection, document) is not None

    def stream_of(self, document: str) -> str:
        """Return the stream that a document is in, without reading the document. Raises as `load` does."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT s.id FROM documents d JOIN streams s ON s.key = d.stream WHERE d.id = ?", (document,)
            ).fetchone()
        if row is None:
            raise StoreUnavailable(self.path, "missing", f"document {document}")
        return str(row[0])

    def document(self, document: str, rid: int) -> Document:
        """Return a document, decoded, to be edited as replica `rid`. Raises as `load` does."""
        return self.load(document).build(rid)

    def document_ids(self, stream: str) -> list[str]:
        """Return the ids of all documents of a stream."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT d.id FROM documents d JOIN streams s ON s.key = d.stream WHERE s.id = ? ORDER BY"
                " d.key",
                (stream,),
            ).fetchall()
        return [row[0] for row in rows]

    def snapshot(self, document: str, state: bytes) -> None:
        """
        Store `state`, which holds everything confirmed of a document and nothing unsent, instead of its tail.
        """
        with self._writing() as connection:
            key = documents.key_of(connection, document)
            assert key is not None, f"no document {document}"
            documents.save_snapshot(connection, key, state)

    # --- from the server -------------------------------------------------------------------------

    def append_remote(self, stream: str, rows: Sequence[RemoteDelta], cursor: int) -> dict[str, list[bytes]]:
        """
        Store deltas of other replicas and the cursor behind them, in one commit.

        Returns:
            The bodies that are new here, by document.
        """
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            fresh = documents.insert_remote(connection, where, rows, outbox.next_key(connection))
            connection.execute("UPDATE streams SET cursor = ? WHERE key = ?", (cursor, where.key))
        return fresh

    def save_cursors(self, cursors: Mapping[str, int]) -> None:
        """Store cursors that moved without bringing anything new, in one commit."""
        with self._writing() as connection:
            connection.executemany(
                "UPDATE streams SET cursor = ? WHERE id = ?", [(at, id) for id, at in cursors.items()]
            )

    def stage_states(self, stream: str, states: Sequence[tuple[str, bytes]], to: int, after: str) -> None:
        """Keep complete document states, invisibly, until `take_staged`."""
        with self._writing() as connection:
            catch_up.stage_states(connection, outbox.stream_row(connection, stream), states, to, after)

    def stage_deltas(self, stream: str, rows: Sequence[RemoteDelta], to: int) -> None:
        """Keep deltas, invisibly, until `take_staged`."""
        with self._writing() as connection:
            catch_up.stage_deltas(connection, outbox.stream_row(connection, stream), rows, to)

    def take_staged(self, stream: str, *, epoch: int, cursor: int) -> Taken:
        """
        Make visible what is staged for a stream.

        Args:
            epoch: Of the log that it came from.
            cursor: Where it leads to, committed with it.
        """
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            taken = catch_up.take(connection, where)
            connection.execute(
                "UPDATE streams SET epoch = ?, cursor = ?, staged_to = 0, staged_after = '' WHERE key = ?",
                (epoch, cursor, where.key),
            )
        if taken.documents:
            self._projections.forget()
        return taken

    def take_page(self, stream: str, states: Sequence[tuple[str, bytes]], to: int, after: str) -> list[str]:
        """
        Make a page of the first transfer of a stream visible, in one commit with where it goes on.

        Args:
            states, to, after: As for `stage_states`.

        Returns:
            The documents that may be new here.
        """
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            known = [name for name, _ in states if documents.key_of(connection, name) is not None]
            changed = [
                name for name, state in states if documents.insert_state(connection, where, name, state)
            ]
            catch_up.note_place(connection, where, to, after)
        if known:
            self._projections.forget()
        return changed

    def drop_staged(self, stream: str) -> None:
        """Forget what is staged for a stream."""
        with self._writing() as connection:
            catch_up.drop(connection, outbox.stream_row(connection, stream))

    def take_states(
        self, stream: str, states: Sequence[tuple[str, bytes]], *, prefer: bool = False
    ) -> list[str]:
        """
        Merge states of single documents; returns those that may have changed. The cursor stays.

        Args:
            prefer: Where both sides have seen the same, the server's bytes count.
        """
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            changed = [
                name
                for name, state in states
                if documents.insert_state(connection, where, name, state, prefer=prefer)
            ]
        if changed:
            self._projections.forget()
        return changed

    def set_epoch(self, stream: str, epoch: int, cursor: int) -> None:
        """Stand at `cursor` of the log `epoch` from now on; what is staged is forgotten, documents stay."""
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            catch_up.drop(connection, where)
            connection.execute(
                "UPDATE streams SET epoch = ?, cursor = ? WHERE key = ?", (epoch, cursor, where.key)
            )

    # --- checking --------------------------------------------------------------------------------

    def digests(self, stream: str, after: str, *, count: int) -> list[tuple[str, bytes]]:
        """Return (document, digest of what is confirmed of it) by id, those behind ``after``."""
        from sync.storage import checking

        with self._reading() as connection:
            return checking.digests(connection, outbox.stream_row(connection, stream), after, count)

    def lacking(self, stream: str, document: str, state: bytes | None) -> list[bytes]:
        """
        Return encoded deltas that bring a server's state of a document (None: it has none) to what is
        confirmed here.

        Raises:
            CrdtError: The state makes no sense.
        """
        from sync.storage import checking

        with self._reading() as connection:
            return checking.lacking(connection, outbox.stream_row(connection, stream), document, state)

    # --- outbox ----------------------------------------------------------------------------------

    def streams(self) -> list[StreamRow]:
        """Return where the store stands in all streams."""
        with self._reading() as connection:
            return outbox.stream_rows(connection)

    def stream(self, stream: str) -> StreamRow:
        """Return where the store stands in one stream."""
        with self._reading() as connection:
            return outbox.stream_row(connection, stream)

    def unsent(self, stream: str, after_n: int, *, count: int, size: int) -> list[OutboxRow]:
        """
        Return the next deltas to push after `after_n`: at most `count`, at most `size` bytes, at least one.
        """
        with self._reading() as connection:
            return outbox.unsent(connection, outbox.stream_row(connection, stream), after_n, count, size)

    def chain_at(self, stream: str, n: int) -> bytes | None:
        """Return the chain after delta n of this replica, or None when it is not known here."""
        with self._reading() as connection:
            return outbox.chain_at(connection, outbox.stream_row(connection, stream), n)

    def acknowledge(
        self,
        stream: str,
        n: int,
        rejected: Sequence[tuple[int, str, str]],
        now_ms: int,
        *,
        copier: Copier | None = None,
    ) -> tuple[list[str], list[str], list[Kept]]:
        """
        Note that the server has everything up to n, some of it refused.

        Args:
            n: acked_n <= n < next_n.
            rejected: (n, code, message) of what was refused; it goes to the quarantine, once.
            copier: Makes private copies of notes that this account may not write, instead.

        Returns:
            The documents concerned, those of them from which a refused delta was taken, and what was copied.
        """
        kept: list[Kept] = []
        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            personal = self._personal_notes(connection)
            forbidden = [
                number for number, code, _ in rejected if code == "forbidden" and number > where.acked_n
            ]
            if forbidden and copier is not None and personal is not None and where.collection == "notes":
                from sync.storage import private_copies

                kept = private_copies.keep_refused(connection, where, forbidden, personal, copier)
            refused: list[str | None] = [document for document, copy in kept if copy != document]
            refused += [
                outbox.reject(connection, where, number, code, message, self._rid, now_ms)
                for number, code, message in rejected
                if number > where.acked_n
            ]
            concerned = outbox.acknowledge(connection, where, n)
        if refused or kept:
            self._projections.forget()
        return concerned, [name for name in dict.fromkeys(refused) if name is not None], kept

    def withdraw(self, stream: str, copier: Copier, now_ms: int) -> Withdrawn | None:
        """
        Take everything unsent out of a stream that may not be written (any more), and keep it: see
        private_copies.py. None: there is no notebook to keep it in.
        """
        from sync.storage import private_copies

        with self._writing() as connection:
            where = outbox.stream_row(connection, stream)
            personal = self._personal_notes(connection)
            if personal is None or personal.notebook == where.notebook:
                return None
            kept = private_copies.withdraw(connection, where, personal, copier, now_ms)
        self._projections.forget()
        return kept

    def move(self, documents: Sequence[str], notebook: str, now_ms: int) -> None:
        """
        Have documents in another notebook: shown there at once, moved when the server is asked. Back where
        they are, a move that was not made yet is given up.
        """
        with self._writing() as connection:
            moves.plan(connection, list(documents), notebook, now_ms)

    def moves(self) -> list[PendingMove]:
        """Return the moves that no server has confirmed, oldest first."""
        with self._reading() as connection:
            return moves.pending(connection)

    def forget_departed(self, now_ms: int) -> int:
        """Delete what documents held that left half a year ago, and of which nothing is unsent; how many."""
        with self._writing() as connection:
            return moves.forget_departed(connection, now_ms)

    def forget_move(self, document: str) -> None:
        """Give a move up."""
        with self._writing() as connection:
            moves.forget(connection, document)

    def _personal_notes(self, connection: Connection) -> StreamRow | None:
        """Return the stream in which a private copy lands."""
        row = connection.execute("SELECT value FROM meta WHERE key = 'personal'").fetchone()
        return None if row is None else outbox.stream_row(connection, f"{row[0]}/notes")

    def rewind(self, stream: str, n: int) -> None:
        """Have everything after n sent again; `chain_at(stream, n)` must be known."""
        with self._writing() as connection:
            outbox.rewind(connection, outbox.stream_row(connection, stream), n)

    def mark(self) -> str:
        """Return a text that is another one after anything was written to or received in a document."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM notebooks),"
                " coalesce(sum(next_n), 0), coalesce(sum(cursor), 0), coalesce(sum(epoch), 0) FROM streams"
            ).fetchone()
        return f"{self._rid}/" + "/".join(str(number) for number in row)

    def outbox_count(self) -> int:
        """Return how many deltas are not on the server."""
        with self._reading() as connection:
            row = connection.execute("SELECT coalesce(sum(next_n - 1 - acked_n), 0) FROM streams").fetchone()
        return int(row[0])

    def outbox_documents(self) -> dict[str, int]:
        """Return how many deltas of each document are not on the server; only documents that have some."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT d.id, count(*) FROM streams s JOIN outbox o ON o.stream = s.key AND o.n > s.acked_n"
                " JOIN documents d ON d.key = o.document GROUP BY d.key ORDER BY d.key"
            ).fetchall()
        return dict(rows)

    def unsent_marks(self) -> dict[str, str]:
        """
        Return, for each document with deltas that are not on the server, the chain after the last of them.

        The chain stands for all that was written up to there, so that a document whose mark is what it was
        has nothing unsent that is new. Keys and n would not do: both are given out again.
        """
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT d.id, hex(o.chain), max(o.key) FROM streams s"
                " JOIN outbox o ON o.stream = s.key AND o.n > s.acked_n"
                " JOIN documents d ON d.key = o.document GROUP BY d.key ORDER BY d.key"
            ).fetchall()
        return {name: chain for name, chain, _ in rows}

    def quarantine(self) -> list[QuarantineRow]:
        """Return the deltas that the server refused, oldest first."""
        with self._reading() as connection:
            return outbox.quarantined(connection)

    def quarantine_count(self) -> int:
        """Return how many deltas the server refused and nobody has dealt with."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM quarantine").fetchone()[0])

    def drop_quarantined(self, key: int) -> None:
        """Forget one refused delta, because the person said so."""
        with self._writing() as connection:
            connection.execute("DELETE FROM quarantine WHERE key = ?", (key,))

    def tidy(self, now_ms: int) -> int:
        """Cut the tail of acked deltas to its limits; returns how many were cut."""
        with self._writing() as connection:
            return outbox.tidy(connection, now_ms)

    # --- another replica id, other stamps --------------------------------------------------------

    def rotate(self, rid: int, stands: Mapping[str, tuple[int, int, int]], now_ms: int) -> list[str]:
        """
        Begin to write as replica `rid`: what is unsent is renamed and numbered anew, what is staged taken
        over.

        Args:
            stands: stream -> (epoch, cursor, last_n): where what is staged leads to, and how much of the
                present replica's the server has.

        Returns:
            The documents that changed otherwise than by deltas; whoever shows them must load them again.
        """
        from sync.storage import recovery

        with self._writing() as connection:
            rewritten, changed = recovery.rotate(connection, self._rid, rid, stands, now_ms)
            write_meta(connection, "rid", str(rid))
        self._rid = rid
        self._rewritten.update(rewritten)
        self._projections.forget()
        return changed

    def restamp(self, tick: Callable[[], Stamp]) -> list[str]:
        """
        Give everything unsent new stamps, in its order; returns the documents that must be loaded again.
        """
        from sync.storage import recovery

        with self._writing() as connection:
            changed = recovery.restamp(connection, self._rid, tick)
        self._projections.forget()
        return changed

    def latest_acked(self) -> Stamp | None:
        """Return the greatest stamp of ours that the server has, as far as is known here."""
        from sync.storage import recovery

        with self._reading() as connection:
            return recovery.latest_acked(connection)
