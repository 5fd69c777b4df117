"""
Getting a library that cannot be opened going again: from a copy, from what can be read of it, or anew.

The profile is held by the caller, and nothing has the library open. Any thread. No Qt. Not here: asking
(`dialogs.recovery`). Invariant: the library that cannot be opened is set aside and never deleted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.backups import set_aside
from app.rescue import Rescued, rescue

if TYPE_CHECKING:
    from app.paths import Profile
    from app.transfer.report import Report

RESCUED = "rescued.commonplace"
"""What was read, beside the library; kept until somebody deletes it."""


class Recovered(NamedTuple):
    """What the new library has."""

    read: Rescued
    taken: int
    """Notes that the new library has now."""
    aside: Path | None
    """Where the old library is."""


def rescue_library(profile: Profile, now_ms: int, progress: Callable[[int], object]) -> Recovered:
    """
    Read what can be read, set the library aside, and make a new one of what was read.

    Args:
        progress: Told how many documents were read so far.

    Raises:
        OSError, StoreUnavailable: It went no further; what was read lies in RESCUED, and the library where it
            was, or set aside.
    """
    archive = profile.folder / RESCUED
    read = rescue(profile.library, archive, now_ms, progress)
    aside = set_aside(profile, now_ms)
    return Recovered(read, _taken(profile, archive).done, aside)


def _taken(profile: Profile, archive: Path) -> Report:
    """Make a new library and take the archive in."""
    from app.library import Library
    from app.transfer.carrying import take_archive
    from app.transfer.importing import BATCH_NOTES, run_here
    from app.transfer.report import Report
    from crdt import Clock
    from sync.client.ticker import Ticker
    from sync.storage.client_store import ClientStore

    store = ClientStore.open(profile.library, newest=profile.data_model)
    try:
        ticker = Ticker(Clock(store.rid), lambda: time.time_ns() // 1_000_000)
        library = Library(store, None, ticker)
        library.personal()
        report = Report()
        asyncio.run(
            take_archive(
                library,
                archive,
                report,
                notebook=None,
                progress=None,
                cancelled=lambda: False,
                away=run_here,
                batch=BATCH_NOTES,
                same_person=True,
            )
        )
        while store.refresh_projections():
            pass
        return report
    finally:
        store.close()
