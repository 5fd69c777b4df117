"""
Copies of the library: when one is due, which are kept, and going back to one.

Copies are whole SQLite files in `backups/`, named after their time. No Qt. Not here: making a copy
(`sync.storage.backup`), asking the person (`dialogs.recovery`). Invariants: nothing is ever deleted that is
not a copy which newer copies stand for; a library that is replaced is set aside, not overwritten.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from datetime import UTC, datetime
from itertools import chain
from itertools import count as counted
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from app.paths import Profile

EVERY_MS: Final = 24 * 3_600_000
"""Between two copies that are made by themselves."""
NEWEST_KEPT: Final = 3
DAYS_KEPT: Final = 7
"""Of each of the last days that have copies, the newest is kept."""
WEEKS_KEPT: Final = 5

_ASIDE: Final = "library-damaged"
_NAME: Final = re.compile(r"library-(\d{8})-(\d{6})-(\d{3})\.sqlite3")


class Copy(NamedTuple):
    """One copy of the library."""

    path: Path
    made_ms: int
    size_bytes: int


def name_of(now_ms: int) -> str:
    """The file name of a copy that is made now."""
    made = datetime.fromtimestamp(now_ms / 1000, UTC)
    return f"library-{made:%Y%m%d-%H%M%S}-{made.microsecond // 1000:03d}.sqlite3"


def copies(folder: Path) -> list[Copy]:
    """The copies in a folder, the newest first; none when there is no such folder."""
    found: list[Copy] = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return []
    for entry in entries:
        name = _NAME.fullmatch(entry.name)
        if name is not None and entry.is_file(follow_symlinks=False):
            made = datetime.strptime(f"{name[1]}{name[2]}", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            made_ms = int(made.timestamp()) * 1000 + int(name[3])
            found.append(Copy(Path(entry.path), made_ms, entry.stat().st_size))
    return sorted(found, key=lambda copy: copy.made_ms, reverse=True)


def is_due(folder: Path, now_ms: int) -> bool:
    """Whether the newest copy is a day old, or from the future, or there is none."""
    known = copies(folder)
    return not known or not 0 <= now_ms - known[0].made_ms < EVERY_MS


def superseded(known: list[Copy]) -> list[Copy]:
    """
    The copies that newer ones stand for.

    Kept are the newest few, the newest of each of the last days and of each of the last weeks that have any.
    """
    kept = {copy.path for copy in known[:NEWEST_KEPT]}
    for period_ms, count in ((86_400_000, DAYS_KEPT), (7 * 86_400_000, WEEKS_KEPT)):
        newest: dict[int, Path] = {}
        for copy in known:
            newest.setdefault(copy.made_ms // period_ms, copy.path)
        kept.update(list(newest.values())[:count])
    return [copy for copy in known if copy.path not in kept]


def make_copy(profile: Profile, now_ms: int) -> Path:
    """
    Copy the library, and drop the copies that are superseded. Any thread.

    Raises:
        StoreUnavailable: the library is damaged or cannot be read, or the disk is full.
        OSError: the folder cannot be made.
    """
    from sync.storage.backup import copy_store

    profile.backups.mkdir(mode=0o700, exist_ok=True)
    path = profile.backups / name_of(now_ms)
    copy_store(profile.library, path)
    for copy in superseded(copies(profile.backups)):
        copy.path.unlink(missing_ok=True)
    return path


def set_aside(profile: Profile, now_ms: int) -> Path | None:
    """
    Move the library and its journal out of the way; returns where, None when there is none.

    Raises:
        OSError: it cannot be moved; it is where it was.
    """
    if not profile.library.exists():
        return None
    made = datetime.fromtimestamp(now_ms / 1000, UTC)
    stem = f"{_ASIDE}-{made:%Y%m%d-%H%M%S}"
    free = (profile.folder / f"{stem}{more}.sqlite3" for more in chain([""], map("-{}".format, counted(2))))
    aside = next(path for path in free if not path.exists())
    os.rename(profile.library, aside)
    for ending in ("-wal", "-shm"):
        journal = Path(f"{profile.library}{ending}")
        if journal.exists():
            os.rename(journal, f"{aside}{ending}")
    return aside


def libraries_aside(folder: Path) -> list[Path]:
    """The libraries that were set aside in a profile's folder."""
    return sorted(folder.glob(f"{_ASIDE}-*.sqlite3"))


def restore(profile: Profile, copy: Path, now_ms: int) -> Path | None:
    """
    Go back to a copy; the library as it is now is set aside. The profile is held by the caller, closed.

    What is written from now on is written as another replica: the copy's own may have gone on elsewhere.

    Returns:
        Where the library was set aside.

    Raises:
        StoreUnavailable: the copy is damaged; nothing was changed.
        OSError: it cannot be copied; the library is where it was, or set aside.
    """
    from sync.storage.backup import check_store
    from sync.storage.client_store import ClientStore
    from sync.storage.profile_file import fresh_rid

    check_store(copy)
    fresh = profile.library.with_name("library.restored")
    shutil.copyfile(copy, fresh)
    aside = set_aside(profile, now_ms)
    os.replace(fresh, profile.library)
    store = ClientStore.open(profile.library, newest=profile.data_model)
    try:
        if not store.read_only:
            store.rotate(fresh_rid(secrets.randbits), {}, now_ms)
    finally:
        store.close()
    return aside
