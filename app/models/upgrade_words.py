"""
What the upgrade window says: the eight steps, and the receipt.

Plain functions, so that every sentence can be read in a test. Not here: the upgrade itself (`sync.client`),
the window (`dialogs.upgrade`), why it stopped (`wording`).
"""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QCoreApplication

from sync.client.offers import STEPS, Offer, Progress, Receipt


def step_words(step: str) -> str:
    """What a step does, in a few words."""
    words = {
        "offer": _tr("Check that everything is ready"),
        "flush": _tr("Send what is waiting"),
        "verify": _tr("Compare with the server"),
        "backup": _tr("Make a copy"),
        "fetch": _tr("Fetch the newer notes"),
        "catch_up": _tr("Catch up with the latest edits"),
        "swap": _tr("Switch over"),
        "done": _tr("Done"),
    }
    return words[step]


def count_words(progress: Progress) -> str:
    """How far the step in hand is; "" where it counts nothing."""
    if not progress.total:
        return ""
    if progress.step == "backup":
        part = round(100 * progress.done / progress.total)
        return _tr("{part} %").format(part=part)
    done = min(progress.done, progress.total)
    return _tr("{done} of {total}").format(done=f"{done:n}", total=f"{progress.total:n}")


def whole_percent(progress: Progress) -> int:
    """How far all of it is, 0 … 100; a step counts as much as any other."""
    steps = len(STEPS) - 1
    part = progress.done / progress.total if progress.total else 0.0
    return min(100, round(100 * (progress.number - 1 + min(1.0, part)) / steps))


def receipt_words(receipt: Receipt) -> str:
    """143 notes before, 145 after (2 new). The old copy is kept for 30 days."""
    one, many = _tr("1 note before, {after} after"), _tr("{before} notes before, {after} after")
    text = (one if receipt.notes_before == 1 else many).format(
        before=f"{receipt.notes_before:n}", after=f"{receipt.notes_after:n}"
    )
    text += _tr(" ({n} new).").format(n=f"{receipt.notes_new:n}") if receipt.notes_new else "."
    one, many = _tr("The old copy is kept for 1 day."), _tr("The old copy is kept for {days} days.")
    return text + " " + (one if receipt.kept_days == 1 else many).format(days=receipt.kept_days)


def receipt_rows(receipt: Receipt) -> list[str]:
    """What else is worth knowing, a line each."""
    rows = [_tr("Version {old} became {new}.").format(old=receipt.old_model, new=receipt.new_model)]
    if receipt.carried:
        one, many = _tr("1 edit is still to be sent."), _tr("{n} edits are still to be sent.")
        rows.append((one if receipt.carried == 1 else many).format(n=receipt.carried))
    if receipt.refused:
        one, many = (
            _tr("1 edit was refused and is kept here."),
            _tr("{n} edits were refused and are kept here."),
        )
        rows.append((one if receipt.refused == 1 else many).format(n=receipt.refused))
    rows.append(_tr("Old copy: {path}").format(path=PurePath(receipt.old_copy).name))
    return rows


def update_words(offer: Offer) -> str:
    """How to come by a program that knows the newer notes; a build is named only where there is one."""
    first = _tr("Your notes on the server have version {there}; this Commonplace knows up to {here}.").format(
        there=offer.server_model or "?", here=offer.app_model
    )
    if offer.build:
        return first + " " + _tr("A newer one for this system: {build}").format(build=offer.build)
    return first + " " + _tr("No newer one is known for this system. Ask whoever runs the server.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("UpgradeWords", text)
