"""
The bytes of attachments on a server: one file each under its SHA-256, and beginnings of what is under way.

What it is not: who may have them (sync.server.blobs) or what is known of them (blob_store.py). Thread-safe
as long as one file is written by one thread at a time.

Invariants:
- A file stands under its name only when its bytes are whole, verified and on disk (written beside, synced,
  renamed).
- What a cut leaves is a beginning, which goes on where it ends, or is sent again when it proves to be wrong.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sync.errors import StoreUnavailable
from sync.storage.database import sync_folder

_READ_SIZE: Final = 1024 * 1024


class BlobFiles:
    """The folder ``blobs`` of a server."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made with the first blob. ``folder`` is the server's."""
        self.folder: Final = folder / "blobs"
        self._partial: Final = self.folder / "partial"

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a hash stand when they are whole."""
        return self.folder / sha256[:2] / sha256

    def size(self, sha256: str) -> int | None:
        """Return the size of a whole blob; None when it is not here."""
        try:
            return self.path(sha256).stat().st_size
        except OSError:
            return None

    def begun(self, sha256: str, account: str) -> int:
        """Return how many bytes of an upload are here."""
        try:
            return self._beginning(sha256, account).stat().st_size
        except OSError:
            return 0

    def append(self, sha256: str, account: str, offset: int, chunk: bytes) -> int:
        """
        Add bytes to an upload where it ends; a chunk that begins elsewhere is left out.

        Returns:
            How many bytes are here now.

        Raises:
            StoreUnavailable: The disk does not take them; what was there before is.
        """
        path = self._beginning(sha256, account)
        with _mapped(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("ab") as file:
                size = file.tell()
                if size == offset:
                    file.write(chunk)
                    size += len(chunk)
            return size

    def finish(self, sha256: str, account: str) -> bool:
        """
        Give an upload its name if its bytes are what the hash says; otherwise it is dropped.

        Returns:
            Whether it is whole and on disk now.

        Raises:
            StoreUnavailable: The disk refuses; the upload stays as it is.
        """
        path, to = self._beginning(sha256, account), self.path(sha256)
        if not path.exists():
            return False
        with _mapped(path):
            if digest_of(path) != sha256:
                path.unlink()
                return False
            with path.open("r+b") as file:
                os.fsync(file.fileno())
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(path, to)
            sync_folder(to.parent)
            sync_folder(self.folder)
        return True

    def drop(self, sha256: str, account: str) -> None:
        """Forget an upload that was begun."""
        with _mapped(self.folder):
            self._beginning(sha256, account).unlink(missing_ok=True)

    def read(self, sha256: str, offset: int, size: int) -> bytes:
        """
        Return at most ``size`` bytes of a whole blob from an offset on.

        Raises:
            StoreUnavailable: ``missing``: it is not here; or the disk does not give it.
        """
        path = self.path(sha256)
        with _mapped(path), path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def remove(self, sha256: str) -> int:
        """Delete a whole blob; return its size, 0 when there was none."""
        size = self.size(sha256) or 0
        with _mapped(self.folder):
            self.path(sha256).unlink(missing_ok=True)
        return size

    def whole(self) -> Iterator[str]:
        """Return the hashes of all whole blobs."""
        for path in sorted(self.folder.glob("??/*")):
            if len(path.name) == 64 and path.name.startswith(path.parent.name):
                yield path.name

    def forget_old(self, before_s: float) -> int:
        """Delete beginnings that nobody went on with since a time (seconds since 1970); return how many."""
        gone = 0
        with _mapped(self._partial):
            for path in self._partial.glob("*"):
                if path.stat().st_mtime < before_s:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _beginning(self, sha256: str, account: str) -> Path:
        # An account is told apart by a hash: its id may differ from another's in the case of a letter only.
        whose = hashlib.blake2b(account.encode(), digest_size=8).hexdigest()
        return self._partial / f"{sha256}-{whose}"


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_READ_SIZE):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """Turn what the system says into StoreUnavailable."""
    try:
        yield
    except FileNotFoundError as error:
        raise StoreUnavailable(path, "missing", str(error)) from error
    except PermissionError as error:
        raise StoreUnavailable(path, "read_only", str(error)) from error
    except OSError as error:
        raise StoreUnavailable(path, "no_space" if error.errno == 28 else "io", str(error)) from error
