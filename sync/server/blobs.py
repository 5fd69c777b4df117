"""
Attachments as the server decides about them: who may send one, who may have one, which ones nobody needs.

What it is not: bytes (blob_files.py), a connection (blob_session.py) or sockets. On the store's thread,
beside core.py. Invariants:
- Knowing a hash is no right. A blob is given to somebody who may read a document that names it, and only
  where somebody sent all of its bytes for the notebook of that document: whoever merely writes a foreign hash
  into a note of their own gets nothing.
- What a person must not learn is answered like what does not exist.
- A blob is deleted only when no document of its notebook has named it for GRACE_MS: undo, an old device and a
  restored note find it again.

Source: README, "Attachments on the wire".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sync import limits
from sync.errors import SyncError
from sync.model.references import attachments_named
from sync.protocol.codes import BlobCode
from sync.server import roles
from sync.server.core import Core
from sync.server.people import People
from sync.storage.blob_files import BlobFiles, digest_of
from sync.storage.blob_store import BlobRow, BlobStore

GRACE_MS: Final = 30 * 24 * 3_600_000
"""As long as a deleted note stays in the trash."""

UPLOADS_KEPT_MS: Final = 7 * 24 * 3_600_000
"""How long a beginning waits for the rest."""


class BlobRefused(SyncError):
    """A blob is not taken or not given; ``code`` says why."""

    def __init__(self, code: BlobCode, message: str = "") -> None:
        super().__init__(message or code)
        self.code: Final = code


@dataclass(frozen=True, slots=True)
class Asked:
    """Which blob, through which document."""

    sha256: str
    stream: str
    document: str

    @property
    def notebook(self) -> str:
        """The notebook of the stream."""
        return self.stream.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection of garbage found."""

    removed: int = 0
    removed_bytes: int = 0
    unused: int = 0
    """Named by no document, and kept until their time is over."""
    kept: int = 0


class Blobs:
    """Who may send and have which attachments. All methods on the store's thread."""

    def __init__(
        self,
        core: Core,
        people: People,
        store: BlobStore,
        files: BlobFiles,
        *,
        quota: int = limits.BLOB_QUOTA,
        size_max: int = limits.BLOB_SIZE_MAX,
    ) -> None:
        """
        Serve a store.

        Args:
            core: For documents.
            people: For roles.
            store: The rows.
            files: The bytes.
            quota: Bytes that one account may keep.
            size_max: Bytes of one attachment.
        """
        self._core: Final = core
        self._people: Final = people
        self._store: Final = store
        self.files: Final = files
        self.quota: Final = quota
        self.size_max: Final = size_max

    def offered(self, account: str, asked: Asked, size: int, now_ms: int) -> bool:
        """
        Decide about an offer; an upload that may begin is noted.

        Returns:
            Whether the notebook has the blob already.

        Raises:
            BlobRefused: ``none``, ``too_big`` or ``quota``.
        """
        self.check(account, asked, write=True)
        if self._store.blob(asked.sha256, asked.notebook) is not None:
            return True
        if size > self.size_max:
            raise BlobRefused("too_big", f"at most {self.size_max} bytes")
        if self._store.used(account, but=asked.sha256) + size > self.quota:
            raise BlobRefused("quota", f"at most {self.quota} bytes of one account")
        self._store.begin(account, asked.sha256, size, now_ms)
        return False

    def came(self, account: str, asked: Asked, size: int, now_ms: int) -> None:
        """
        Note that a notebook has a blob whose bytes are whole, verified and on disk.

        Raises:
            BlobRefused: ``none``: the right to send it went away meanwhile.
        """
        self.check(account, asked, write=True)
        self._store.add(BlobRow(asked.sha256, asked.notebook, size, account, now_ms, 0))

    def failed(self, account: str, sha256: str) -> None:
        """Forget an upload whose bytes were wrong."""
        self._store.end(account, sha256)

    def wanted(self, account: str, asked: Asked) -> int:
        """
        Return the size of a blob that somebody may have.

        Raises:
            BlobRefused: ``none``, or ``absent``: nobody has sent it (yet).
        """
        self.check(account, asked, write=False)
        row = self._store.blob(asked.sha256, asked.notebook)
        if row is None:
            raise BlobRefused("absent", "nobody has sent it yet")
        return row.size_bytes

    def check(self, account: str, asked: Asked, *, write: bool) -> None:
        """
        Check the right to a blob now: a role in the notebook, and a document there that names it.

        Raises:
            BlobRefused: ``none``, whatever of it is missing.
        """
        role = self._people.role_in(account, asked.stream)
        collection = asked.stream.partition("/")[2]
        may = roles.may_write(role, collection) if write else roles.may_read(role)
        stream = self._core.stream(asked.stream) if may else None
        found = self._core.documents.find(asked.document) if stream is not None else None
        if stream is None or found is None or found.stream != stream.key:
            raise BlobRefused("none", "no such document, or it names no such attachment")
        if asked.sha256 not in attachments_named(found.document):
            raise BlobRefused("none", "no such document, or it names no such attachment")

    # --- upkeep ------------------------------------------------------------------------------------

    def collect(self, now_ms: int, *, grace_ms: int = GRACE_MS) -> Collected:
        """
        Delete what no document names any more since ``grace_ms``, and beginnings that nobody went on with.

        Cost: every document of a notebook that has attachments is read once.
        """
        removed = removed_bytes = unused = kept = 0
        named: dict[str, set[str]] = {}
        for row in self._store.blobs():
            if row.notebook not in named:
                named[row.notebook] = self._named(row.notebook)
            if row.sha256 in named[row.notebook]:
                kept += 1
                if row.unused_ms:
                    self._store.mark(row.sha256, row.notebook, 0)
            elif not row.unused_ms and grace_ms > 0:
                unused += 1
                self._store.mark(row.sha256, row.notebook, now_ms)
            elif row.unused_ms + grace_ms > now_ms:
                unused += 1
            else:
                removed += 1
                if self._store.remove(row.sha256, row.notebook):
                    removed_bytes += self.files.remove(row.sha256)
        self._store.forget_old(now_ms - UPLOADS_KEPT_MS)
        self.files.forget_old((now_ms - UPLOADS_KEPT_MS) / 1000)
        self._remove_strays(now_ms - UPLOADS_KEPT_MS)
        return Collected(removed, removed_bytes, unused, kept)

    def verify(self) -> list[str]:
        """Return the hashes whose file is missing or holds other bytes. Cost: reads every file once."""
        wrong = []
        for sha256 in sorted({row.sha256 for row in self._store.blobs()}):
            path = self.files.path(sha256)
            if not path.is_file() or digest_of(path) != sha256:
                wrong.append(sha256)
        return wrong

    def stored(self) -> dict[str, int]:
        """Return how many attachments there are, and their bytes, each counted once."""
        sizes = {row.sha256: row.size_bytes for row in self._store.blobs()}
        return {"blobs": len(sizes), "blob_bytes": sum(sizes.values())}

    def _named(self, notebook: str) -> set[str]:
        """Return what the documents of a notebook name."""
        found: set[str] = set()
        for collection in roles.WRITE_ROLE:
            stream = self._core.stream(f"{notebook}/{collection}")
            if stream is None:
                continue
            for row in self._core.store.documents(stream.key):
                folded = self._core.documents.find(row.id)
                if folded is not None:
                    found |= attachments_named(folded.document)
                self._core.documents.trim()
        return found

    def _remove_strays(self, before_ms: int) -> None:
        """Delete files that no row knows: their server was killed between the rename and the commit."""
        known = {row.sha256 for row in self._store.blobs()}
        for sha256 in list(self.files.whole()):
            path = self.files.path(sha256)
            if sha256 not in known and path.stat().st_mtime < before_ms / 1000:
                self.files.remove(sha256)
