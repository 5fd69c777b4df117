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

from app.dialogs.upgrade import UpgradeDialog
from app.models.notices import Axes, Topic
from app.paths import Profile
from app.theme import Mode
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


def _words(error: UpgradeStopped) -> str:
    from app.wording import sentence

    return sentence(error)


def main(folder: Path) -> int:
    """Save them all; how many."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    folder.mkdir(parents=True, exist_ok=True)
    saved = 0
    modes: tuple[Mode, ...] = ("light", "dark")
    with tempfile.TemporaryDirectory() as place:
        desk = Started(app, Profile(Path(place) / "profile")).ready()
        wait_for(lambda: desk.view.note is not None)
        type_text(desk.view.title, "A walk in the woods")
        type_text(desk.view.edit, "The path goes on behind the mill.\nMushrooms in autumn; bring a basket.")
        wait_for(lambda: desk.titles() == ["A walk in the woods"])
        # What is shown is made up: the engine's own word would take it away again.
        desk.program.bridge.status_changed.disconnect()
        for mode in modes:
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
