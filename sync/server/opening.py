"""
Open a server's store: the lock that keeps other processes out, the store, and the parts that work on it.

What it is not: serving (service.py). Invariants: one process at a time has a store in a folder open, whether
it serves or only administrates; one on PostgreSQL is open to any number; all that is made here is used on the
thread that made it.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from crdt import Delta, Document
from crdt.schema import validate_delta
from sync.errors import StoreUnavailable
from sync.model.versions import model_of
from sync.server import auth
from sync.server.blobs import Blobs
from sync.server.compatibility import Compatibility
from sync.server.core import Core
from sync.server.ingest import SERVER_ACCOUNT
from sync.server.people import People
from sync.server.roles import ROLES
from sync.server.sharing import Sharing
from sync.storage.account_store import AccountStore
from sync.storage.blob_files import BlobFiles
from sync.storage.blob_store import BlobStore
from sync.storage.log_store import LogStore
from sync.storage.model_store import ModelStore
from sync.storage.pace_store import PaceStore
from sync.storage.server_store import FILE_NAME, ServerStore
from sync.storage.sharing_store import SharingStore

if TYPE_CHECKING:
    from sync.storage.postgres_store import PostgresDatabase

LOCK_NAME: Final = "lock"

_log = logging.getLogger(__name__)

COPIED: Final = "copied"
"""Name of the fact that a store is a copy: whoever opens it to serve goes on from an older state."""

RESTORED_MS: Final = "restored_ms"
"""Name of the fact since when the server goes on from an older copy."""

PACES_KEPT_MS: Final = 3_600_000
"""After this time every bucket of tries is full again."""

SIGN_INS_KEPT_MS: Final = 30 * 24 * 3_600_000
"""How long after its end a sign-in is still told as expired or revoked, and not only as invalid."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that this process has open."""

    process: str
    """What this process is called among those that have it open."""
    store: ServerStore
    accounts: AccountStore
    core: Core
    people: People
    sharing: Sharing
    blobs: Blobs
    model: Compatibility
    server_id: str
    generation: int
    restored_ms: int | None
    """When it began to go on from an older copy; None: it never did."""

    def prune(self, now_ms: int) -> None:
        """Delete what nobody can ask for any more. Cheap; once at each start is enough."""
        self.store.prune(now_ms)
        ModelStore(self.store).prune(now_ms)
        self.accounts.prune(now_ms - SIGN_INS_KEPT_MS)
        PaceStore(self.store).prune(now_ms - PACES_KEPT_MS)
        self.sharing.prune(now_ms - SIGN_INS_KEPT_MS)

    def close(self) -> None:
        """Write what lags, then close. The lock is whoever's took it."""
        self.core.close()


def open_server(folder: Path, data_model: str | None = None, database: str | None = None) -> Opened:
    """
    Open the store of a server.

    Args:
        folder: Where its attachments are, and the store itself without a ``database``; then this process
            holds the folder's lock.
        data_model: What its data must be of; None: whatever it is, and the default when it is new.
        database: The address of a database on PostgreSQL.

    Raises:
        StoreUnavailable, VersionTooNew: It is as it was.
    """
    process = auth.new_id()
    store = _open_store(folder, database, process)
    try:
        model = Compatibility.stored(store, data_model, folder)
        accounts = AccountStore(store)
        if store.meta(COPIED) is not None:
            _begin_again(store)
        restored = store.meta(RESTORED_MS)
        server_id = store.settled("server", auth.new_id())
        generation = int(store.settled("generation", "1"))
        place = store.db.place()  # processes that write at the same time write as different replicas
        key = f"rid.{generation}.{place}" if place else "rid"
        rid = int(store.settled(key, str(auth.new_rid())))
        accounts.bind(rid, SERVER_ACCOUNT, 0)
        sharing_store = SharingStore(store, accounts, {role: at for at, role in enumerate(ROLES, 1)})
        people = People(accounts, sharing_store, model)
        sharing = Sharing(people, accounts, sharing_store)
        core = Core(store, rid, people.role_in, people.owner, check_delta)
        blobs = Blobs(core, people, BlobStore(store), BlobFiles(folder))
    except BaseException:
        store.close()
        raise
    restored_ms = None if restored is None else int(restored)
    return Opened(
        *(process, store, accounts, core, people, sharing, blobs, model, server_id, generation, restored_ms)
    )


def open_postgres(database: str, process: str) -> PostgresDatabase:
    """
    Open a database on PostgreSQL; its driver is no requirement of a server on SQLite.

    Raises:
        StoreUnavailable, VersionTooNew: It is as it was; or there is no driver.
    """
    try:
        from sync.storage.postgres_store import PostgresDatabase
    except ImportError as error:
        why = f"psycopg is not installed ({error}): pip install 'psycopg[binary,pool]'"
        raise StoreUnavailable(Path("postgresql"), "cannot_open", why) from error
    return PostgresDatabase.open(database, process)


def _open_store(folder: Path, database: str | None, process: str) -> ServerStore:
    if database is not None:
        return ServerStore(open_postgres(database, process))
    store = ServerStore.open(folder / FILE_NAME)
    for path in folder.glob(FILE_NAME + "*"):  # journals made later take the mode over
        path.chmod(0o600)
    return store


def _begin_again(store: ServerStore) -> None:
    """
    Go on from an older copy: clients must not mistake its logs for those they know.

    Every stream gets another epoch, so that all fetch it anew and send again what it lacks; the server gets
    another replica id, because the old one has written things that this copy does not know.
    """
    generation = int(store.meta("generation") or "1") + 1
    facts = {
        "generation": str(generation),
        "rid": str(auth.new_rid()),
        RESTORED_MS: str(time.time_ns() // 1_000_000),
        COPIED: None,
    }
    LogStore(store).begin_again(auth.new_epoch, facts)
    _log.warning("the data are an older copy", extra={"fields": {"generation": generation}})


def check_delta(model: str, collection: str, document: Document, delta: Delta) -> None:
    """Check a delta against a model's schema of a collection. Raises CrdtError, saying where and why."""
    validate_delta(model_of(model).SCHEMAS[collection], document, delta)


def make_folder(folder: Path) -> None:
    """
    Make a server's folder, for nobody else to read.

    Raises:
        StoreUnavailable: It cannot be made, or is no folder.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(folder, "cannot_open", str(error)) from error


class FolderLock:
    """A lock that ends with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Name the lock of a folder; take it with ``take``."""
        self._path: Final = folder / LOCK_NAME
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """
        Take the lock. False: another process has it.

        Raises:
            StoreUnavailable: The folder cannot be written.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnavailable(self._path, "cannot_open", str(error)) from error
        file = os.fdopen(descriptor, "r+b")
        if not _lock(file):
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let others have the folder."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> bool:
    """Lock an open file without waiting; False when somebody else has."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # only on Windows
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
