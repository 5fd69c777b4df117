"""
Copies of a library from before it went to a newer data model: making, counting, forgetting them.

What it is not: going (crossing.py), or backups that are made again and again. Invariant: of what an upgrade
needs room for, nothing is made before there is enough.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from sync.storage.backup import copy_store

FOLDER: Final = "backups"
"""Beside the library: where copies of it are."""
COPIES_MAX: Final = 2
KEPT_DAYS: Final = 30
DAY_MS: Final = 24 * 3_600_000
SPACE_FACTOR: Final = 2.2
"""Room that an upgrade needs, in sizes of the library: a copy, the notes once more, and the journal."""


def has_room(library: Path) -> bool:
    """Whether there is enough room on the disk for an upgrade of the library."""
    return shutil.disk_usage(library.parent).free >= SPACE_FACTOR * library.stat().st_size


def copy_before_upgrade(library: Path, model: str, now_ms: int) -> Path:
    """
    Copy a library as it is before it goes to a newer data model; of such copies the newest COPIES_MAX stay.

    Args:
        library: Its file.
        model: The one that it has.
        now_ms: For the name.

    Raises:
        StoreUnavailable: There is no copy; the library is as it was.
    """
    folder = library.parent / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"library-model-{model}-{now_ms}.sqlite3"
    copy_store(library, path)
    for old in old_copies(library)[:-COPIES_MAX]:
        old.unlink(missing_ok=True)
    return path


def forget_old_copies(library: Path, now_ms: int) -> None:
    """Remove copies whose time is over."""
    for path in old_copies(library):
        if now_ms - _made_ms(path) > KEPT_DAYS * DAY_MS:
            path.unlink(missing_ok=True)


def old_copies(library: Path) -> list[Path]:
    """The copies of a library from before upgrades, oldest first."""
    found = (library.parent / FOLDER).glob("library-model-*.sqlite3")
    return sorted((path for path in found if _made_ms(path)), key=_made_ms)


def _made_ms(copy: Path) -> int:
    """When a copy was made, by its name; 0 for a name that is none of ours."""
    said = copy.stem.rpartition("-")[2]
    return int(said) if said.isdecimal() else 0
