"""
Taking an archive in: what it has and the library has not comes in under the names and times that it has.

Each document is merged: its history is handed to the store as deltas of those who wrote it
(`Document.deltas_since`), and so goes on to the server. Not here: the file (`archive`). Invariants: taking in
the same archive again changes nothing; a document that cannot be taken in is refused alone; attachments are
stored before the notes that show them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from app.portions import portions
from app.refusals import Refused
from app.transfer.archive import Archive, Entry
from app.transfer.report import Report, shown_path
from crdt import CrdtError, Delta, Document, Version
from sync.errors import StoreUnavailable
from sync.limits import CLOCK_AHEAD_MS_MAX
from sync.model.versions import chain, is_known, major_of
from sync.storage.rows import LocalChange

if TYPE_CHECKING:
    from app.library import Library
    from app.transfer.importing import Away, Progress


class Place(NamedTuple):
    """Where a document of an archive goes, and what the library has of it."""

    stream: str
    known: Version


async def take_archive(
    library: Library,
    path: Path,
    report: Report,
    *,
    notebook: str | None,
    progress: Progress | None,
    cancelled: Callable[[], bool],
    away: Away,
    batch: int,
    same_person: bool = False,
) -> None:
    """
    Merge an archive into the library.

    Args:
        report: Counts the notes; those that are here already, unchanged, too.
        notebook: Where notes go that are not here yet; by default the notebook of the same id, the personal
            one for the personal one, or else one of the same name.
        progress, cancelled, away, batch: As in `import_paths`.
        same_person: The archive is of this very person's library: notebooks keep their ids, and so
            are known again on the server.

    Raises:
        StoreUnavailable: the library cannot be written; what was committed before stays.
    """
    try:
        archive = await away(lambda: Archive(path))
    except (OSError, Refused) as error:
        report.refuse(shown_path(path), error)
        return
    job = _Taking(library, archive, report, shown_path(path), notebook, batch, same_person)
    try:
        if job.is_readable():
            await job.run(progress, cancelled, away)
    finally:
        archive.close()


class _Taking:
    """One archive on its way in."""

    def __init__(
        self,
        library: Library,
        archive: Archive,
        report: Report,
        path: str,
        notebook: str | None,
        batch: int,
        same_person: bool,
    ) -> None:
        self._library: Final = library
        self._archive: Final = archive
        self._report: Final = report
        self._path: Final = path
        self._notebook: Final = notebook
        self._batch: Final = batch
        self._same_person: Final = same_person
        self._notebooks: dict[str, str] = {}
        self._waiting: list[LocalChange] = []

    def is_readable(self) -> bool:
        """Whether this program knows the data model; refuses the archive otherwise."""
        model, ours = self._archive.model, self._library.store.model
        known = model.partition(".")[0].isdigit() and is_known(model) and major_of(model) <= major_of(ours)
        if not known:
            self._report.refuse(self._path, Refused("archive_newer"))
        return known

    async def run(self, progress: Progress | None, cancelled: Callable[[], bool], away: Away) -> None:
        """Take in all documents, in order."""
        await self._take_attachments(away)
        entries = self._archive.documents
        for number, entry in enumerate(entries):
            if cancelled():
                self._report.cancelled = True
                break
            try:
                place = self._place(entry)
                deltas = await away(partial(self._missing, entry, place.known))
            except (Refused, CrdtError, StoreUnavailable, OSError) as error:
                self._report.refuse(f"{self._path}: {entry.id}", error)
                continue
            self._take(entry, place, deltas)
            if progress is not None:
                progress(number + 1, len(entries), entry.id)
        self._commit()

    async def _take_attachments(self, away: Away) -> None:
        here = {row.sha256 for row in self._library.store.attachments()}
        for sha256, mime in self._archive.attachments:
            if sha256 in here:
                continue
            try:
                body = await away(partial(self._archive.attachment, sha256))
            except (Refused, OSError) as error:
                self._report.refuse(f"{self._path}: {sha256}", error)
                continue
            self._library.store.save_attachment(body, mime)

    def _place(self, entry: Entry) -> Place:
        """Where a document goes. Raises Refused where it may not be written."""
        store = self._library.store
        if store.has(entry.id):
            stored = store.load(entry.id)
            notebook, _, collection = stored.stream.partition("/")
            if collection != entry.collection:
                raise Refused("archive_damaged")
            self._library.check_writable(notebook)
            return Place(stored.stream, stored.build(self._library.ticker.rid).version())
        return Place(f"{self._target(entry.notebook)}/{entry.collection}", Version())

    def _target(self, notebook: str) -> str:
        """The notebook here that stands for one of the archive; made when there is none."""
        if notebook not in self._notebooks:
            self._notebooks[notebook] = self._notebook or self._counterpart(notebook)
            self._library.check_writable(self._notebooks[notebook])
        return self._notebooks[notebook]

    def _counterpart(self, notebook: str) -> str:
        row = next(row for row in self._archive.notebooks if row.id == notebook)
        here = self._library.store.notebooks()
        if any(known.id == notebook for known in here):
            return notebook
        if row.personal:
            return self._library.personal()
        if self._same_person:
            return self._library.new_notebook(row.name, notebook)
        named = [known.id for known in here if known.name == row.name]
        return named[0] if named else self._library.new_notebook(row.name)

    def _missing(self, entry: Entry, known: Version) -> list[Delta]:
        """What a document of the archive has that is not here. Any thread."""
        rid = self._library.ticker.rid
        document = Document.decode(self._archive.state(entry), rid)
        document = chain(entry.collection, self._archive.model, self._library.store.model).state(document)
        deltas = document.deltas_since(known)
        if any(delta.rid == rid for delta in deltas):
            raise Refused("archive_ahead")
        latest_ms = self._library.ticker.now_ms() + CLOCK_AHEAD_MS_MAX
        if any(delta.stamp.ms > latest_ms for delta in deltas):
            raise Refused("archive_future")
        return [part for delta in deltas for part in portions(delta)]

    def _take(self, entry: Entry, place: Place, deltas: list[Delta]) -> None:
        """Store what is missing with the next commit."""
        for delta in deltas:
            self._library.ticker.observe(delta.stamp)
            self._waiting.append(LocalChange(place.stream, entry.id, delta, carried=True))
        if entry.collection == "notes":
            self._report.done += 1
            if deltas:
                self._report.notes.append(entry.id)
        if len(self._waiting) >= self._batch:
            self._commit()

    def _commit(self) -> None:
        self._library.carry(self._waiting)
        self._waiting = []
