"""
Bringing a server's data to a newer model, stream by stream, while everybody goes on pushing.

For each stream: every document's state of the newer model is written beside the living one, a few documents a
step; what changed meanwhile is done again until little is left; then, in one step, the rest is done and the
stream switched, in one transaction, to the newer model and another epoch. When no stream is left behind, the
server itself is of the newer model, and says so to every connection.

What it is not: SQL (model_store.py), the lenses (sync.model) or the commands (migrate_admin.py). On the
store's thread, in steps; whoever writes waits for one step, or is told ``migrating`` while the last is done.
Invariants:
- A kill at any moment leaves each stream in one model or the other, whole; running it again goes on.
- Nothing that was pushed is lost: a switch is refused when a document has changed since it was prepared.
- What was stays in the archive: each document's last state of the older model.

Source: README, "Data models on the server".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crdt import CrdtError, Document
from crdt.schema import validate_value
from sync import VERSION
from sync.errors import StoreUnavailable
from sync.model.lenses import Chain
from sync.model.versions import chain, major_of, model_of
from sync.server import auth
from sync.server.opening import Opened
from sync.server.outcome import Outcome
from sync.storage.model_store import ModelStore
from sync.storage.server_store import DocumentRow, SavedState, StreamRow

DOCUMENTS_A_STEP: Final = 64
BYTES_A_STEP: Final = 192 * 1024
"""What one step migrates: some fifty milliseconds, so that whoever types notices nothing."""

REHEARSED_A_STEP: Final = 16
"""A rehearsal does three times as much with each."""

REST_MAX: Final = 128
"""Documents that the last step of a stream may have to do besides: together with the switch of a stream of
100,000 documents it keeps its writers waiting for less than two seconds."""

ROUNDS_MAX: Final = 8
"""After so many rounds in which more documents changed than REST_MAX, writers are asked to wait for one."""

UNDER_WAY: Final = "migration"
"""The fact of a server that a migration has begun and is not done: {from, to, started_ms, program}."""

LAST: Final = "migrated"
"""The fact of a server that says of its last migration: {from, to, started_ms, done_ms, documents}."""


@dataclass(slots=True)
class Failure:
    """A document that cannot be brought to the newer model."""

    document: str
    stream: str
    why: str


@dataclass(slots=True)
class Progress:
    """What a migration, or a rehearsal, has done so far."""

    documents: int = 0
    total: int = 0
    """Documents there are to do."""
    streams: int = 0
    failed: list[Failure] = field(default_factory=list)

    def counted(self) -> tuple[int, int]:
        """Of how many documents how many are done; some are done twice while others write."""
        return min(self.documents, self.total), self.total


def rehearse(opened: Opened, model: str, progress: Progress) -> Iterator[None]:
    """
    Bring every document to a newer model, check it, and write nothing.

    A document passes when it can be loaded again, fits the newer schema, and shows the same text.
    """
    for stream in ModelStore(opened.store).behind(model):  # of the same major: nothing becomes another
        way, after = chain(stream.collection, stream.model, model), ""
        while rows := opened.store.documents(stream.key, after=after, limit=REHEARSED_A_STEP):
            for row in rows:
                try:
                    _check(stream, model, opened.core.documents.state(row), way, opened.core.rid)
                except (CrdtError, StoreUnavailable) as error:
                    progress.failed.append(Failure(row.id, stream.id, str(error)))
                progress.documents += 1
            opened.core.documents.trim()
            after = rows[-1].id
            yield
        progress.streams += 1


def migrate(opened: Opened, model: str, now_ms: int, progress: Progress, outcome: Outcome) -> Iterator[None]:
    """
    Bring all streams to a newer model.

    Args:
        opened: The server's folder.
        model: To which.
        now_ms: The time at which it begins.
        progress: Counts what is done; a stream with a document that failed stays as it is.
        outcome: Gets the streams whose readers must go, and whether all is done.

    Raises:
        StoreUnavailable: The store failed; what was done until then is whole.
    """
    store, models = opened.store, ModelStore(opened.store)
    under_way = _begin(opened, models, model, now_ms)
    yield
    failed: set[int] = set()
    while behind := [row for row in models.behind(model) if row.key not in failed]:
        for stream in behind:  # and then the ones that were made meanwhile
            if major_of(stream.model) == major_of(model):
                models.rename(stream, model)
                opened.core.forget_streams()
                opened.core.documents.forget_stream(stream.key)
                continue
            before, crossing = len(progress.failed), _Crossing(opened, models, stream, model)
            yield from crossing.prepare(progress)
            if len(progress.failed) > before:
                failed.add(stream.key)
                continue
            yield from crossing.finish(now_ms)
            outcome.migrated.append(stream.id)
            progress.streams += 1
            yield
    if progress.failed:
        return
    with store.db.transaction():  # what is made from now on is of the newer model
        store.set_meta("model", model)
        store.set_meta(LAST, json.dumps({**under_way, "done_ms": now_ms, "documents": progress.documents}))
        store.db.write("DELETE FROM meta WHERE key = ?", (UNDER_WAY,))
    opened.model.version = model
    outcome.remodelled = True


def _begin(opened: Opened, models: ModelStore, model: str, now_ms: int) -> dict[str, object]:
    """Note that a migration is under way; what another program prepared is made anew."""
    noted = json.loads(opened.store.meta(UNDER_WAY) or "{}")
    if (noted.get("to"), noted.get("program")) == (model, VERSION):
        return dict(noted)
    models.drop_prepared(model)
    fresh = {"from": opened.model.version, "to": model, "started_ms": now_ms, "program": VERSION}
    opened.store.set_meta(UNDER_WAY, json.dumps(fresh))
    return fresh


class _Crossing:
    """One stream on its way to a newer model."""

    def __init__(self, opened: Opened, models: ModelStore, stream: StreamRow, model: str) -> None:
        self._opened: Final = opened
        self._models: Final = models
        self._stream: Final = stream
        self._model: Final = model
        self._way: Final = chain(stream.collection, stream.model, model)
        self._since = stream.head
        """What changed up to here is prepared, once ``prepare`` is through."""

    def prepare(self, progress: Progress) -> Iterator[None]:
        """Prepare every document that is not prepared yet, as it is when its turn comes."""
        after = ""
        while rows := self._models.lacking(
            self._stream.key, self._model, after=after, limit=DOCUMENTS_A_STEP
        ):
            done = self._write(rows, progress)
            progress.documents += done
            after = rows[done - 1].id
            yield

    def finish(self, now_ms: int) -> Iterator[None]:
        """Prepare what changed meanwhile, again and again; then switch the stream."""
        stream, closing, rounds = self._stream, self._opened.core.closing, 0
        try:
            while self._models.changed_count(stream.key, self._since) > REST_MAX:
                rounds += 1
                if rounds > ROUNDS_MAX:
                    closing.add(stream.id)
                yield from self._catch_up()
            with self._opened.store.holding([stream.id]) as held:  # against other processes, too
                for _ in self._catch_up():
                    pass
                self._models.switch(held[0], self._model, auth.new_epoch(), now_ms)
        finally:
            closing.discard(stream.id)
        self._opened.core.forget_streams()
        self._opened.core.documents.forget_stream(stream.key)

    def _catch_up(self) -> Iterator[None]:
        """Prepare what has changed since, as far as the log goes now; what was readable once is again."""
        progress = Progress()
        now = self._opened.store.stream(self._stream.id)
        assert now is not None, "nobody deletes a stream"
        head = now.head
        while rows := self._models.changed(self._stream.key, self._since, head, limit=DOCUMENTS_A_STEP):
            done = self._write(rows, progress)
            self._since = rows[done - 1].last_seq
            yield
        self._since = head
        for failure in progress.failed:
            raise StoreUnavailable(
                self._opened.store.db.path, "damaged", f"{failure.document}: {failure.why}"
            )

    def _write(self, rows: list[DocumentRow], progress: Progress) -> int:
        """
        Write the states of the newer model for the first of some documents, in one commit.

        Their living states are written, too, where these lag: they are what will be in the archive.

        Returns:
            For how many.
        """
        documents, rid = self._opened.core.documents, self._opened.core.rid
        saved: list[SavedState] = []
        size, done = 0, 0
        for row in rows:
            done += 1
            try:
                old = documents.state(row)
                new = old if self._way.is_empty else self._way.state(Document.decode(old, rid)).encode()
            except (CrdtError, StoreUnavailable) as error:
                progress.failed.append(Failure(row.id, self._stream.id, str(error)))
                continue
            if row.state_seq < row.last_seq:
                saved.append(SavedState(row.key, row.last_seq, old, row.model))
            saved.append(SavedState(row.key, row.last_seq, new, self._model))
            size += len(old) + len(new)
            if size >= BYTES_A_STEP:
                break
        self._opened.store.save_states(saved)
        documents.trim()
        return done


def _check(stream: StreamRow, model: str, old: bytes, way: Chain, rid: int) -> None:
    """Check what a document becomes. Raises CrdtError, saying what is wrong with it."""
    document = Document.decode(old, rid)
    if not document.to_value():  # emptied, long after it left the trash
        return
    new = way.state(document).encode()
    loaded = Document.decode(new, rid)
    if loaded.encode() != new:
        raise CrdtError("it is not read as it was written")
    validate_value(model_of(model).SCHEMAS[stream.collection], loaded.to_value())
    if stream.collection == "notes":
        before = model_of(stream.model).encoded_note_summary(old)
        after = model_of(model).encoded_note_summary(new)
        if (before.title, before.text) != (after.title, after.text):
            raise CrdtError("its text would be another")
