"""
What an administrator does for the server itself: count, check, compact, copy.

What it is not: people and notes (admin.py). Invariants: what takes long is done in steps between which others
write, or beside the store; a backup appears only when it is whole and was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sync.errors import StoreUnavailable
from sync.server import backup, compaction, purging
from sync.server.opening import COPIED, Opened
from sync.server.outcome import AdminError, Arguments, Outcome
from sync.storage.server_database import SqliteDatabase
from sync.storage.server_store import DocumentRow, StreamRow

DAY_MS: Final = 24 * 3_600_000

DOCUMENTS_A_STEP: Final = 20
"""Documents that ``verify`` folds before it lets others write."""

KEEP_DAYS_MAX: Final = 36_500
KEEP_DELTAS_MAX: Final = 2**53
"""What `compact` may be told to keep: beyond it there are no numbers of days or deltas, only slips."""

BACKUPS_FOLDER: Final = "backups"
"""In the server's folder, where a backup goes that was given no place."""


def _stats(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    stored = opened.store.stored()
    return Outcome(
        {"server": opened.server_id, "generation": opened.generation, **stored, **opened.blobs.stored()}
    )


def _verify(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Check the file, and that every state equals its log folded. Cost: O(history); for quiet hours."""
    value: dict[str, Any] = {}
    return Outcome(value, rest=_verifying(opened, value))


def _verifying(opened: Opened, value: dict[str, Any]) -> Iterator[None]:
    try:
        opened.store.quick_check()
    except StoreUnavailable as error:
        raise AdminError(f"the store is damaged: {error.detail}") from error
    yield
    opened.core.documents.save(everything=True)
    wrong: list[str] = []
    checked = 0
    for stream in opened.store.streams():
        after = ""
        while rows := opened.store.documents(stream.key, after=after, limit=DOCUMENTS_A_STEP):
            for row in rows:
                checked += 1
                if _differs(opened, row) and _differs_held(opened, stream, row):
                    wrong.append(row.id)
            opened.core.documents.trim()
            after = rows[-1].id
            yield
    if wrong:
        raise AdminError("states differ from their log: " + " ".join(wrong[:20]))
    if damaged := opened.blobs.verify():
        raise AdminError("attachments are missing or damaged: " + " ".join(damaged[:20]))
    value.update(ok=True, documents=checked)


def _differs(opened: Opened, row: DocumentRow) -> bool:
    return opened.core.documents.state(row) != opened.core.documents.fold(row)


def _differs_held(opened: Opened, stream: StreamRow, row: DocumentRow) -> bool:
    """Look again while nobody can write the stream: other processes may have written between two looks."""
    with opened.store.holding([stream.id]):
        now = opened.store.document(row.id)
        return now is not None and now.stream == stream.key and _differs(opened, now)


def _compact(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Let go of the trash of last month, the old end of the logs, attachments that no note names."""
    keep_days = float(arguments.get("keep_days", compaction.KEEP_MS / DAY_MS))
    keep_deltas = int(arguments.get("keep_deltas", compaction.KEEP_DELTAS))
    if not (0 <= keep_days <= KEEP_DAYS_MAX and 0 <= keep_deltas <= KEEP_DELTAS_MAX):
        raise AdminError("what is kept is a number of days (100 years at most) and of deltas, not below zero")
    return tidying(opened, now_ms, keep_ms=int(keep_days * DAY_MS), keep_deltas=keep_deltas)


def tidying(
    opened: Opened,
    now_ms: int,
    *,
    keep_ms: int = compaction.KEEP_MS,
    keep_deltas: int = compaction.KEEP_DELTAS,
) -> Outcome:
    """Return what lets go of what has had its time: notes in the trash, the log, attachments."""
    value: dict[str, Any] = {}
    outcome = Outcome(value)

    def steps() -> Iterator[None]:
        purged, compacted = purging.Purged(), compaction.Compacted()
        yield from purging.purge(opened.core, now_ms, purged, outcome.segments.append)
        yield from compaction.compact(
            opened.core, now_ms, compacted, keep_ms=keep_ms, keep_deltas=keep_deltas
        )
        blobs = opened.blobs.collect(now_ms)
        value.update(asdict(purged), **asdict(compacted))
        value.update(blobs_removed=blobs.removed, blob_bytes_removed=blobs.removed_bytes)

    outcome.rest = steps()
    return outcome


def _backup(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Copy the server's data as of its last commit, while it runs; check the copy."""
    db, folder = opened.store.db, opened.blobs.files.folder.parent
    given = arguments.get("target")
    stamp = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = Path(str(given)) if given else folder / BACKUPS_FOLDER / stamp
    value: dict[str, Any] = {}
    if isinstance(db, SqliteDatabase):
        return Outcome(value, aside=lambda: value.update(backup.back_up(folder, target)))
    # Only here: the driver is no requirement of a server on SQLite.
    from sync.storage.postgres_store import PostgresDatabase

    assert isinstance(db, PostgresDatabase), "there are two kinds"
    return Outcome(value, aside=lambda: value.update(backup.dump(folder, db.address, target)))


def _restored(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    """Note that the data are an older copy, made by other means than ``backup``."""
    opened.store.set_meta(COPIED, "said by the administrator")
    return Outcome({"ok": True})


UPKEEP: Final[Mapping[str, Callable[[Opened, Arguments, int], Outcome]]] = {
    "stats": _stats,
    "verify": _verify,
    "compact": _compact,
    "backup": _backup,
    "restored": _restored,
}
