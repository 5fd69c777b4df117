"""
Commands for the library itself: doctor, backup.
"""

from __future__ import annotations

from typing import Any

from app.commands.context import DONE, REFUSED, Context, counted


async def backup(context: Context) -> int:
    """`backup`: a whole and compact copy of the library, named after the time."""
    from app.backups import make_copy

    now_ms = context.library.ticker.wall_ms()
    path = await context.away(lambda: make_copy(context.profile, now_ms))
    context.give({"path": str(path), "size_bytes": path.stat().st_size}, str(path))
    return DONE


async def doctor(context: Context) -> int:
    """`doctor`: check the file, and that every note can be read; changes nothing."""
    from app.wording import sentence
    from crdt import CrdtError
    from sync.errors import StoreUnavailable
    from sync.storage.backup import check_store

    store = context.library.store
    problems: list[dict[str, Any]] = []
    try:
        await context.away(lambda: check_store(context.profile.library))
    except StoreUnavailable as error:
        problems.append({"where": "library", "what": sentence(error)})
    rows = [*store.notes(), *store.notes(trashed=True)]
    for number, row in enumerate(rows):
        try:
            context.library.document(row.id)
        except (CrdtError, StoreUnavailable) as error:
            problems.append({"where": row.id, "what": sentence(error)})
        context.progress(number + 1, len(rows), row.id)
        await context.away(_nothing)
    refused = store.quarantine_count()
    value = {
        "notes": len(rows),
        "outbox": store.outbox_count(),
        "quarantine": refused,
        "size_bytes": context.profile.library.stat().st_size,
        "problems": problems,
    }
    edits = counted(store.outbox_count(), "edit")
    lines = [f"{counted(len(rows), 'note')}, {edits} to send, {refused} refused by the server."]
    lines += [f"{problem['where']}: {problem['what']}" for problem in problems] or ["No problems."]
    context.give(value, "\n".join(lines))
    return REFUSED if problems else DONE


def _nothing() -> None:
    """Gives a window's engine a turn between two notes."""


COMMANDS = {"backup": backup, "doctor": doctor}
