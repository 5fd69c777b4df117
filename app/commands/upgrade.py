"""
The command that brings the library to the newer data model: `upgrade`.

In a process of its own it connects, upgrades and hangs up; in a window it has the window's own engine do it,
and what is open there stays open. Not here: the upgrade (`sync.client.upgrade`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from app.commands.account import client_for, remember
from app.commands.context import DONE, REFUSED, SIGNED_OUT, VERSION_BEHIND, Context, counted
from app.refusals import Refused

if TYPE_CHECKING:
    from sync.client.offers import Progress, Receipt

SENT_SECONDS = 10.0
"""How long it waits afterwards until what was written meanwhile is sent; the rest goes next time."""
CODES = {
    "signed_out": SIGNED_OUT,
    "too_old": VERSION_BEHIND,
    "wait": VERSION_BEHIND,
    "read_only": VERSION_BEHIND,
}
"""Exit codes of what keeps an upgrade from coming to its end; REFUSED for the rest."""


async def upgrade(context: Context) -> int:
    """`upgrade`: the eight steps, and the receipt."""
    from app.wording import sentence
    from sync.errors import UpgradeStopped

    client = client_for(context)
    is_own = context.library.client is None
    try:
        if is_own:
            await client.start()
        attempt = client.upgrade(lambda progress: _draw(context, progress))
        offer = await attempt.offered()
        if not context.arguments.yes and not _agreed(context, offer.model, _goal(offer)):
            raise Refused("say_yes")
        receipt = await attempt.run()
        await client.drained(SENT_SECONDS if client.status().server else 0.0)
        remember(context, client.status())
        while context.library.store.refresh_projections():
            pass
    except UpgradeStopped as stopped:
        if stopped.why == "no_need":
            context.give(_nothing_done(context), sentence(stopped))
            return DONE
        context.say(sentence(stopped))
        return CODES.get(stopped.why, REFUSED)
    finally:
        if is_own:
            await client.stop()
    context.give({"upgraded": True, **receipt.plain()}, receipt_words(receipt))
    return DONE


def _goal(offer: Any) -> str:
    """The model that an offer leads to."""
    return str(offer.server_model if offer.kind == "upgrade" else offer.app_model)


def _agreed(context: Context, old: str, new: str) -> bool:
    """Ask whoever sits at a terminal; nobody there has not agreed."""
    context.say(f"Your notes go from version {old} to {new}. A copy of them as they are is kept.")
    if context.in_window or context.json or sys.stdin is None or not sys.stdin.isatty():
        return False
    context.streams.err.write("Upgrade now? [y/N] ")
    context.streams.err.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _draw(context: Context, progress: Progress) -> None:
    if progress.step == "done":
        context.progress(1, 1, "")
    else:
        context.progress(progress.done, max(progress.total, progress.done + 1), progress.step)


def _nothing_done(context: Context) -> dict[str, Any]:
    """What `--json` gives when the library has the version that is in use."""
    store = context.library.store
    notes = store.notes_count()
    return {
        "upgraded": False, "old_model": store.model, "new_model": store.model,
        "notes_before": notes, "notes_after": notes, "notes_new": 0,
    }  # fmt: skip


def receipt_words(receipt: Receipt) -> str:
    """What an upgrade did, for people."""
    new = f" ({receipt.notes_new} new)" if receipt.notes_new else ""
    words = f"{counted(receipt.notes_before, 'note')} before, {receipt.notes_after} after{new}."
    if receipt.refused:
        words += f" In the list of what was refused: {counted(receipt.refused, 'edit')}."
    return f"{words} The old copy is kept for {counted(receipt.kept_days, 'day')}: {receipt.old_copy}"


COMMANDS = {"upgrade": upgrade}
