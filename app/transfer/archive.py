"""
Our archive: a whole library in one file, with the history of every note, to be kept or merged in again.

A zip: `manifest.json` says what there is, `documents/<notebook>/<collection>/<id>` is each document's encoded
state, `attachments/<sha256>` the bytes of each attachment. Not here: what a state is (`crdt`), other formats
(`exporting`). Invariants: the archive appears under its name only when it is whole; names inside an archive
are never used as paths; what is read from one is checked against its manifest and under limits.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from app import VERSION
from app.refusals import Refused
from app.transfer.report import Report
from app.transfer.sources import ARCHIVE
from crdt import CrdtError
from sync.errors import StoreUnavailable
from sync.limits import BLOB_SIZE_MAX, DOCUMENT_SIZE_MAX

if TYPE_CHECKING:
    from app.library import Library
    from app.transfer.importing import Away, Progress
    from sync.storage.rows import StoredDocument

FILE_NAME: Final = f"library{ARCHIVE}"
FORMAT: Final = "commonplace-archive"
LAYOUT: Final = 1
"""Of the files inside; another number is another layout, which this program does not read."""

MANIFEST: Final = "manifest.json"
MANIFEST_SIZE_MAX: Final = 64 << 20
"""Bytes: a quarter of a million documents and their titles."""
ENTRIES_MAX: Final = 500_000
STATE_SIZE_MAX: Final = 4 * DOCUMENT_SIZE_MAX
"""Bytes of one state: a note that never met a server may be larger than a server takes."""

COLLECTIONS: Final = ("folders", "notes", "comments")
"""In the order in which they are written and taken in: what is referred to comes first."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Entry(NamedTuple):
    """One document of an archive."""

    notebook: str
    collection: str
    id: str

    @property
    def name(self) -> str:
        """What its file is called inside."""
        return f"documents/{self.notebook}/{self.collection}/{self.id}"


class Notebook(NamedTuple):
    """One notebook of an archive."""

    id: str
    name: str
    personal: bool


# --- writing ---------------------------------------------------------------------------------------------


class ArchiveWriter:
    """An archive on its way to the disk: add, `finish`, `close`. Any thread, one at a time."""

    def __init__(self, file: BinaryIO) -> None:
        """Write into an empty file; the caller closes it."""
        self._file: Final = file
        self._zip: Final = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._documents: list[Entry] = []
        self._attachments: list[dict[str, str]] = []

    def add_document(self, entry: Entry, state: bytes) -> None:
        """Add a document's encoded state."""
        self._zip.writestr(entry.name, state)
        self._documents.append(entry)

    def add_attachment(self, sha256: str, mime: str, body: bytes) -> None:
        """Add the bytes of an attachment."""
        self._zip.writestr(f"attachments/{sha256}", body)
        self._attachments.append({"sha256": sha256, "mime": mime})

    def finish(self, model: str, notebooks: list[Notebook], now_ms: int) -> None:
        """Write what there is into the manifest, and have it all on the disk."""
        manifest = {
            "format": FORMAT,
            "layout": LAYOUT,
            "model": model,
            "app": VERSION,
            "made_ms": now_ms,
            "notebooks": [notebook._asdict() for notebook in notebooks],
            "documents": [list(entry) for entry in self._documents],
            "attachments": self._attachments,
        }
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False))
        self.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write no more; without `finish` it is no archive."""
        self._zip.close()


async def write_archive(
    library: Library,
    folder: Path,
    report: Report,
    *,
    progress: Progress | None,
    cancelled: Callable[[], bool],
    away: Away,
) -> None:
    """
    Write everything that the library holds, the trash included, into one file of a folder.

    Args:
        report: Counts the notes; what cannot be read is refused there, and the rest is written.
        progress, cancelled, away: As in `export_notes`. A cancelled archive is not kept.

    Raises:
        OSError: the file cannot be written; there is none then.

    Cost: one document at a time in memory.
    """
    target, beside = folder / FILE_NAME, folder / f"{FILE_NAME}.part"
    try:
        with beside.open("wb") as file, closing(ArchiveWriter(file)) as writer:
            await _add_documents(library, writer, report, progress, cancelled, away)
            if not report.cancelled:
                await _add_attachments(library, writer, away)
                names = _notebooks(library)
                await away(partial(writer.finish, library.store.model, names, library.ticker.now_ms()))
        if not report.cancelled:
            os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


async def _add_documents(
    library: Library,
    writer: ArchiveWriter,
    report: Report,
    progress: Progress | None,
    cancelled: Callable[[], bool],
    away: Away,
) -> None:
    """Add every document of the library."""
    entries = list(_entries(library))
    for number, entry in enumerate(entries):
        if cancelled():
            report.cancelled = True
            return
        try:
            stored = library.store.load(entry.id)
            state = await away(partial(_state, stored, library.ticker.rid))
        except (StoreUnavailable, CrdtError) as error:
            report.refuse(entry.id, error)
            continue
        await away(partial(writer.add_document, entry, state))
        if entry.collection == "notes":
            report.done += 1
            report.notes.append(entry.id)
        if progress is not None:
            progress(number + 1, len(entries), entry.id)


async def _add_attachments(library: Library, writer: ArchiveWriter, away: Away) -> None:
    """Add every attachment that is on this computer."""
    for row in library.store.attachments():
        body = library.store.load_attachment(row.sha256)
        if body is not None:
            await away(partial(writer.add_attachment, row.sha256, row.mime, body))


def _entries(library: Library) -> Iterator[Entry]:
    """Every document of the library."""
    for collection in COLLECTIONS:
        for stream in library.store.streams():
            if stream.collection == collection:
                for document in library.store.document_ids(stream.id):
                    yield Entry(stream.notebook, collection, document)


def _notebooks(library: Library) -> list[Notebook]:
    """The notebooks as the manifest says them."""
    personal = library.store.personal()
    return [Notebook(row.id, row.name, row.id == personal) for row in library.store.notebooks()]


def _state(stored: StoredDocument, rid: int) -> bytes:
    """The encoded state of a document, what is unsent included."""
    return stored.build(rid).encode()


# --- reading ---------------------------------------------------------------------------------------------


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Refuse a zip that is damaged, encrypted, or packed in a way that we never use."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EINVAL:  # a damaged offset leads before the file's beginning
            raise
        raise Refused("archive_damaged") from error
    except (zipfile.BadZipFile, zlib.error, LookupError, NotImplementedError, RuntimeError) as error:
        raise Refused("archive_damaged") from error
    except (EOFError, ValueError, struct.error) as error:
        raise Refused("archive_damaged") from error


class Archive:
    """An archive that is open for reading. Any thread, one at a time."""

    def __init__(self, path: Path) -> None:
        """
        Open it and read its manifest.

        Raises:
            OSError: it cannot be read.
            Refused: it is no archive of ours, damaged, or of a newer program.
        """
        with _damage_refused():
            self._zip: Final = zipfile.ZipFile(path)
        self.model = ""
        self.notebooks: list[Notebook] = []
        self.documents: list[Entry] = []
        self.attachments: list[tuple[str, str]] = []
        """(sha256, mime)."""
        try:
            self._take(self._manifest())
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        """Let the file go."""
        self._zip.close()

    def state(self, entry: Entry) -> bytes:
        """The encoded state of a document. Raises Refused when it is missing, damaged or too large."""
        return self._read(entry.name, STATE_SIZE_MAX)

    def attachment(self, sha256: str) -> bytes:
        """The bytes of an attachment. Raises Refused when they are missing, others, or too many."""
        body = self._read(f"attachments/{sha256}", BLOB_SIZE_MAX)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise Refused("archive_damaged")
        return body

    def _manifest(self) -> dict[str, Any]:
        if len(self._zip.infolist()) > ENTRIES_MAX:
            raise Refused("archive_damaged")
        try:
            found = json.loads(self._read(MANIFEST, MANIFEST_SIZE_MAX))
        except (ValueError, RecursionError) as error:
            raise Refused("archive_damaged") from error
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise Refused("archive_damaged")
        if found.get("layout") != LAYOUT:
            raise Refused("archive_newer")
        return found

    def _take(self, manifest: dict[str, Any]) -> None:
        """Take from a manifest what has the right shape; anything else is damage."""
        try:
            self.model = str(manifest["model"])
            self.notebooks = [
                Notebook(_id(row["id"]), str(row["name"]), row["personal"] is True)
                for row in manifest["notebooks"]
            ]
            known = {row.id for row in self.notebooks}
            self.documents = [
                Entry(notebook, collection, _id(document))
                for notebook, collection, document in manifest["documents"]
                if collection in COLLECTIONS and notebook in known
            ]
            self.attachments = [(_hash(row["sha256"]), str(row["mime"])) for row in manifest["attachments"]]
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("archive_damaged") from error

    def _read(self, name: str, size_max: int) -> bytes:
        """The bytes of one file inside, never more than allowed whatever it claims."""
        with _damage_refused(), self._zip.open(name) as file:
            body = file.read(size_max + 1)
        if len(body) > size_max:
            size = self._zip.getinfo(name).file_size
            raise Refused("too_large", size_bytes=size, size_bytes_max=size_max)
        return body


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("no id")
    return value


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError("no hash")
    return value
