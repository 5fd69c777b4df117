"""A server's folder without connections: for tests of what happens on the store's thread."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from crdt import Delta, Document
from sync.model.versions import OLDEST, chain, major_of
from sync.protocol.messages import Ack, Nack
from sync.protocol.rows import LoggedDelta, PushedDelta
from sync.server.auth import new_epoch
from sync.server.core import Written
from sync.server.ingest import Batch
from sync.server.opening import Opened, make_folder, open_server
from sync.server.state_pages import Place
from sync.storage.account_store import AccountRow, NewNotebook
from sync.storage.model_store import ModelStore
from sync.storage.server_store import DocumentRow, StreamRow
from tests.support.peer import Author, new_id
from tests.support.postgres import DATABASES


class CoreWorld:
    """One folder, opened; accounts are made without hashing passwords."""

    def __init__(self, folder: Path, data_model: str | None = None) -> None:
        self.folder = folder
        make_folder(folder)
        self.opened: Opened = open_server(folder, data_model or OLDEST, DATABASES.of(folder))
        self.now_ms = time.time_ns() // 1_000_000

    def reopen(self) -> None:
        """As after a kill: what is in memory is lost, what was committed is there."""
        self.opened.store.close()
        self.opened = open_server(self.folder, database=DATABASES.of(self.folder))

    def close(self) -> None:
        """Close the file."""
        self.opened.store.close()

    def account(self, name: str) -> AccountRow:
        """Make an account."""
        return self.opened.people.sign_up(f"{name}@example.org", name, "no hash", self.now_ms)

    def notebook(self, owner: AccountRow, *collections: str) -> str:
        """Make a notebook with the usual collections, or with others."""
        notebook = new_id()
        streams = [
            (f"{notebook}/{name}", name, new_epoch(), self.opened.model.version)
            for name in collections or ("notes", "folders", "comments")
        ]
        self.opened.accounts.add_notebook(NewNotebook(notebook, "N", streams), owner.id, self.now_ms)
        self.opened.people._roles.clear()
        return notebook

    def batch(
        self,
        account: AccountRow,
        author: Author,
        stream: str,
        deltas: Sequence[PushedDelta],
        n0: int,
        conn: int = 1,
    ) -> Batch:
        """A push of an account."""
        return Batch(
            stream, account.id, author.rid, 1, author.model, n0, author.chains[stream][n0 - 1], deltas, conn,
            author.model,
        )  # fmt: skip

    def write(self, *batches: Batch) -> Written:
        """Commit a group."""
        return self.opened.core.write(batches, self.now_ms)

    def push(
        self, account: AccountRow, author: Author, stream: str, *deltas: PushedDelta, n0: int | None = None
    ) -> Ack | Nack:
        """Push the last deltas of an author alone."""
        n0 = len(author.chains[stream]) - len(deltas) if n0 is None else n0
        return self.write(self.batch(account, author, stream, deltas, n0)).answers[0].message

    def log(self, stream: str) -> list[LoggedDelta]:
        """The whole log of a stream."""
        row = self.opened.store.stream(stream)
        assert row is not None
        return self.opened.store.log(row.key, 0, count_max=1_000_000, size_max=1 << 60)

    def states(self, stream: str, since: int = 0, documents: Sequence[str] | None = None) -> dict[str, bytes]:
        """The states that a transfer would send, whole, in its order."""
        whole: dict[str, bytes] = {}
        place, last = Place(), False
        while not last:
            page = self.opened.core.states.page(stream, since, place, documents, fresh=1 << 62)
            for chunk in page.chunks:
                assert chunk.offset == len(whole.get(chunk.document, b""))
                whole[chunk.document] = whole.get(chunk.document, b"") + chunk.chunk
            place, last = page.place, page.last
        return whole

    def check(self) -> None:
        """Check what must hold after every commit: gapless logs, states that are their folded log."""
        store, documents = self.opened.store, self.opened.core.documents
        for stream in store.streams():
            log = self.log(stream.id)
            assert [row.seq for row in log] == list(range(1, stream.head + 1))
            rows = store.documents(stream.key)
            folded, last = self.archived(stream, rows)
            for row in log[stream.floor :]:
                folded.setdefault(row.document, Document(1)).apply(Delta.decode(row.body))
                last[row.document] = row.seq
            assert {row.id: row.last_seq for row in rows} == last
            for row in rows:
                assert documents.state(row) == folded[row.id].encode(), "a state is not its log, folded"
                assert row.tail_bytes == sum(len(body) for _, body in store.tail(row.key, row.state_seq))

    def archived(
        self, stream: StreamRow, rows: list[DocumentRow]
    ) -> tuple[dict[str, Document], dict[str, int]]:
        """What a migrated stream began with, brought to its model: documents, and their last seqs."""
        folded, last = {}, {}
        for row in rows:
            for model, seq, state in ModelStore(self.opened.store).archived(row.key, row.model):
                if major_of(model) < major_of(stream.model):
                    way = chain(stream.collection, model, stream.model)
                    folded[row.id], last[row.id] = way.state(Document.decode(state, 1)), seq
        return folded, last


def bodies(log: Sequence[LoggedDelta]) -> list[bytes]:
    """The bodies of log rows."""
    return [row.body for row in log]
