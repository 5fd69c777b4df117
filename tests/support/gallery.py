"""
Pictures of every banner, prompt, progress and receipt: `python -m tests.support.gallery FOLDER`.

To be looked at. One real window on a library made for it, in the light and in the dark; offscreen unless a
display is asked for.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from app.dialogs.sign_in import SignInDialog
from app.dialogs.sign_out import SignOutDialog
from app.dialogs.upgrade import UpgradeDialog
from app.models.notices import Axes, Topic
from app.paths import Profile
from app.removal import OnlyHere
from app.theme import Mode
from app.widgets.farewell import Farewell
from sync.client.offers import STEPS, Progress, Receipt
from sync.errors import UpgradeStopped
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, type_text

SIGNED_OUT: dict[str, Any] = {
    "server": "notes.example.org", "owner": "ana@example.org", "outbox": 37, "notes": 4,
    "signed_out_ms": 1_764_424_920_000,
}  # fmt: skip

BANNERS: dict[str, dict[str, Any]] = {
    **{
        state: {**SIGNED_OUT, "auth": state}
        for state in ("expired", "invalid", "revoked", "disabled", "wrong_account")
    },
    "behind": {"auth": "ok", "version": "send_only"},
    "blocked": {"auth": "ok", "version": "blocked", "outbox": 12},
    "ahead": {"auth": "ok", "version": "ahead", "outbox": 12},
    "app too old": {"auth": "ok", "version": "app_too_old", "server": "notes.example.org", "outbox": 3},
    "store newer": {"store": "newer"},
    "store full": {"store": "no_space"},
    "recovered": {"store": "recovered"},
    "clock": {"clock_ms": 420_000},
    "refused": {"auth": "ok", "quarantine": 3, "server": "notes.example.org"},
    "removals": {"removals": 40, "removals_of": 120, "removals_by": "Ben"},
    "several": {
        **SIGNED_OUT,
        "auth": "revoked",
        "version": "send_only",
        "quarantine": 2,
        "clock_ms": 420_000,
    },
}
"""What is wrong, by the name of the picture."""

MODES_SHOWN: tuple[Mode, ...] = ("light", "dark")
RECEIPT = Receipt("1.0", "2.0", 143, 145, 2, 3, 1, "/home/ana/backups/library-model-1.0-1.sqlite3", 30, 1)


def pictures(desk: Started) -> Iterator[tuple[str, QWidget]]:
    """Bring one thing after the other on screen: its name, and what to take a picture of."""
    room = desk.window.status
    for name, axes in BANNERS.items():
        room.axes = Axes()
        room.take_axes(**axes)
        yield f"banner {name}", desk.window
    desk.view.banners._fold()
    yield "banner several unfolded", desk.window
    desk.view.banners._fold()
    room.axes = Axes()
    room.take_axes()
    yield from prompts(desk)
    dialog = UpgradeDialog(desk.window, desk.program.appearance, "notes.example.org")
    dialog.show()
    yield "upgrade asked", dialog
    dialog._begin()
    for step in STEPS[:-1]:
        dialog.show_progress(Progress(step, 40, 143))
        yield f"upgrade {STEPS.index(step) + 1} {step}", dialog
    dialog.show_stopped(_words(UpgradeStopped("offline")))
    yield "upgrade stopped", dialog
    dialog._begin()
    dialog.show_receipt(RECEIPT)
    yield "upgrade receipt", dialog
    dialog.close()


def prompts(desk: Started) -> Iterator[tuple[str, QWidget]]:
    """What a person is asked about signing in and out."""
    server, owner = "wss://notes.example.org", "ana@example.org"
    reason = "Signed out of notes.example.org."
    asked = SignInDialog(desk.window, server=server, email=owner, reason=reason)
    asked.show()
    yield "prompt sign in again", asked
    asked.refuse("That e-mail and password do not belong together.")
    yield "prompt sign in refused", asked
    asked.offer_ways(owner, 37)
    yield "prompt wrong account", asked
    asked.close()
    first = SignInDialog(desk.window)
    first.offer_adoption(14)
    first.show()
    yield "prompt first sign in", first
    first.close()
    leaving = SignOutDialog(desk.window, f"{owner} · notes.example.org")
    leaving.show()
    for name, found in (("unsafe", OnlyHere(37, 4, 2, 1)), ("safe", OnlyHere(0, 0, 0, 0))):
        leaving.show_only_here(found)
        yield f"prompt sign out {name}", leaving
    leaving.close()
    farewell = Farewell(desk.program.appearance, 12, desk.window.geometry())
    farewell.show()
    yield "farewell", farewell
    farewell.close()


def _words(error: UpgradeStopped) -> str:
    from app.wording import sentence

    return sentence(error)


def painter_of(folder: Path) -> QApplication:
    """The application that makes pictures in a folder, which is made."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    folder.mkdir(parents=True, exist_ok=True)
    return app


def main(folder: Path) -> int:
    """Save them all; how many."""
    app = painter_of(folder)
    saved = 0
    with tempfile.TemporaryDirectory() as place:
        desk = Started(app, Profile(Path(place) / "profile")).ready()
        wait_for(lambda: desk.view.note is not None)
        type_text(desk.view.title, "A walk in the woods")
        type_text(desk.view.edit, "The path goes on behind the mill.\nMushrooms in autumn; bring a basket.")
        wait_for(lambda: desk.notes.rowCount() and "basket" in desk.notes.row_at(0).preview)
        # What is shown is made up: the engine's own word would take it away again.
        desk.program.bridge.status_changed.disconnect()
        for mode in MODES_SHOWN:
            desk.program.appearance.set_mode(mode)
            for name, widget in pictures(desk):
                app.processEvents()
                widget.grab().save(str(folder / f"{name} {mode}.png"))
                saved += 1
        desk.view.banners.unsay(Topic.NOTICE)
        desk.close()
    return saved


if __name__ == "__main__":
    print(f"{main(Path(sys.argv[1]))} pictures")
