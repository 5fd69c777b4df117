"""
Rescue: what can still be read of a damaged library, as an archive that any library takes in.

No Qt. Not here: reading damaged files (`sync.storage.salvage`), taking archives in (`transfer.carrying`).
Invariants: the damaged file is only read; what was read is on the disk before anything else happens.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from app.transfer.archive import COLLECTIONS, ArchiveWriter, Entry, Notebook
from sync.storage.salvage import Found, Salvage

if TYPE_CHECKING:
    from crdt import Stamp
    from sync.model.versions import Model

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_OLDEST: Final = "1.0"


class Rescued(NamedTuple):
    """What came of it."""

    notes: int
    """Notes that are in the archive, with their history."""
    texts: int
    """Notes of which only title and text could be read; they are in it as new notes."""
    lost: int
    """Rows that are known to have been there and could not be read."""


def rescue(
    library: Path, archive: Path, now_ms: int, progress: Callable[[int], object] | None = None
) -> Rescued:
    """
    Read what can be read of a library, into a new archive.

    Args:
        progress: Told how many documents were read so far.

    Raises:
        OSError: the library cannot be copied, or the archive cannot be written; there is none then.

    Cost: about 1 ms a note.
    """
    beside = archive.with_name(f"{archive.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
            salvage = Salvage(library, Path(folder))
            try:
                with beside.open("wb") as file, closing(ArchiveWriter(file)) as writer:
                    made = _Rescue(salvage, writer, now_ms).run(progress)
            finally:
                salvage.close()
        beside.replace(archive)
        return made
    finally:
        beside.unlink(missing_ok=True)


class _Rescue:
    """One library on its way into an archive."""

    def __init__(self, salvage: Salvage, writer: ArchiveWriter, now_ms: int) -> None:
        from crdt import Clock
        from sync.model.versions import is_known, model_of

        model = salvage.meta("model") or _OLDEST
        whole = re.fullmatch(r"\d{1,4}\.\d{1,4}", model) is not None and is_known(model)
        self._version: Final = model if whole else _OLDEST
        self._model: Final[Model] = model_of(self._version)
        self._salvage: Final = salvage
        self._writer: Final = writer
        self._now_ms: Final = now_ms
        self._clock: Final = Clock(secrets.randbits(62) | 1)
        self._personal: Final = self._personal_id()
        self._notebooks: dict[str, Notebook] = {}

    def _personal_id(self) -> str:
        found = self._salvage.meta("personal") or ""
        return found if _ID.fullmatch(found) else "rescued" + "A" * 15

    def run(self, progress: Callable[[int], object] | None) -> Rescued:
        """Read everything, then write the manifest."""
        for notebook, name in self._salvage.notebooks():
            if _ID.fullmatch(notebook):
                self._notebooks[notebook] = Notebook(notebook, name, notebook == self._personal)
        notes = texts = 0
        seen: set[str] = set()
        for number, found in enumerate(self._salvage.documents()):
            if not _ID.fullmatch(found.id) or found.id in seen or found.collection not in COLLECTIONS:
                continue
            seen.add(found.id)
            entry = Entry(self._home(found), found.collection, found.id)
            state = found.state
            if state is None:
                state = self._from_words(found)
                texts += 1
            elif found.collection == "notes":
                notes += 1
            self._writer.add_document(entry, state)
            if progress is not None:
                progress(number + 1)
        for sha256, mime, body in self._salvage.attachments():
            self._writer.add_attachment(sha256, mime, body)
        self._writer.finish(self._version, list(self._notebooks.values()), self._now_ms)
        return Rescued(notes, texts, self._salvage.lost)

    def _home(self, found: Found) -> str:
        """The notebook of a document; the personal one where that cannot be read."""
        home = found.notebook if _ID.fullmatch(found.notebook) else self._personal
        if home not in self._notebooks:
            self._notebooks[home] = Notebook(home, "", home == self._personal)
        return home

    def _stamp(self) -> Stamp:
        return self._clock.tick(self._now_ms)

    def _from_words(self, found: Found) -> bytes:
        """A new note of a title and a text."""
        from app.transfer.body import fill_body
        from app.transfer.importing import plain_blocks

        stamp = self._stamp()
        document, _ = self._model.new_note(stamp.rid, stamp, title=found.title, created_ms=self._now_ms)
        fill_body(document, self._stamp, plain_blocks(found.text.replace("\x00", "")))
        return document.encode()
