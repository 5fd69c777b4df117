"""
How syncing and storing stand, shown: the chip, its panel, and the banners that come of it.

Listens to the bridge. Offline is a chip, never a banner; a lost sign-in and a disk that takes no changes are
banners. What to do about them is asked for by signals. Words: `app.models.sync_words`, `app.wording`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.models.sync_words import signed_out_words
from app.settings import Settings
from app.widgets.banner import BannerRoom, Choice, Message, Topic
from app.widgets.sidebar import Sidebar
from app.widgets.sync_chip import SyncPanel
from app.wording import sentence
from sync.client.state import AUTHS_PARKED, Status
from sync.errors import StoreUnavailable
from sync.storage.rows import NoteRow

if TYPE_CHECKING:
    from app.library import Library

SIGNED_OUT_MS = "signed_out_ms"


class StatusRoom(QObject):
    """Keeps chip, panel, account line and banners true."""

    changed = Signal(object)
    """The Status, each time it changes."""
    sign_in_asked = Signal()
    check_asked = Signal()
    note_asked = Signal(str)

    def __init__(
        self, bridge: Bridge, sidebar: Sidebar, banners: BannerRoom, settings: Settings, parent: QObject
    ) -> None:
        """Show a library that is not open yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._sidebar = sidebar
        self._banners = banners
        self._settings = settings
        self._later = False
        self.status = Status()
        self.panel: SyncPanel | None = None
        bridge.status_changed.connect(self._take)
        bridge.saving_failed.connect(self._show_unsaved)
        bridge.saving_recovered.connect(self._show_saved)
        sidebar.status_asked.connect(self._ask_panel)

    def _take(self, status: Status) -> None:
        before, self.status = self.status, status
        if self._bridge.saving:
            self._sidebar.chip.show_status(status)
        known = status.email or status.account or ""
        self._sidebar.show_account(known if status.auth != "local_only" else "")
        if status.auth not in AUTHS_PARKED:
            self._later = False
            self._banners.unsay(Topic.EXPIRED)
            self._banners.unsay(Topic.REVOKED)
            if before.auth in AUTHS_PARKED:
                self._settings.set(SIGNED_OUT_MS, 0)
        elif not self._later:
            self._bridge.call(
                lambda library: library.store.outbox_documents(), partial(self._show_signed_out, status)
            )
        self.changed.emit(status)

    def _show_signed_out(self, status: Status, unsent: dict[str, int]) -> None:
        if self._later or self.status.auth != status.auth:
            return
        since = int(self._settings.get(SIGNED_OUT_MS, 0))
        if not since:
            since = time.time_ns() // 1_000_000
            self._settings.set(SIGNED_OUT_MS, since)
        text = signed_out_words(status, sum(unsent.values()), len(unsent), since)
        choices = (
            Choice(self.tr("Sign in"), self.sign_in_asked.emit, main=True),
            Choice(self.tr("Later"), self._put_off),
        )
        topic = Topic.REVOKED if status.auth in ("revoked", "disabled", "wrong_account") else Topic.EXPIRED
        self._banners.say(topic, Message(text, choices, icon="log-in"))

    def _put_off(self) -> None:
        self._later = True
        self._banners.unsay(Topic.EXPIRED)
        self._banners.unsay(Topic.REVOKED)

    def _show_unsaved(self, error: StoreUnavailable) -> None:
        self._sidebar.chip.show_unsaved()
        text = sentence(error)
        kept = self.tr("What you type is kept in memory and stored as soon as that is possible.")
        self._banners.say(Topic.STORE, Message(f"{text} {kept}", tone="danger", icon="triangle-alert"))

    def _show_saved(self) -> None:
        self._banners.unsay(Topic.STORE)
        self._sidebar.chip.show_status(self.status)

    def _ask_panel(self) -> None:
        self._bridge.call(unsent_notes, self._open_panel)

    def _open_panel(self, rows: Sequence[NoteRow]) -> None:
        panel = SyncPanel(self.status, rows, self._sidebar)
        panel.check_asked.connect(self.check_asked)
        panel.sign_in_asked.connect(self.sign_in_asked)
        panel.note_asked.connect(self.note_asked)
        panel.destroyed.connect(self._panel_gone)
        self.panel = panel
        panel.show_above(self._sidebar.chip)

    def _panel_gone(self) -> None:
        self.panel = None


def unsent_notes(library: Library) -> list[NoteRow]:
    """The notes with edits that are not on the server. Engine thread."""
    return [row for row in library.store.notes() if row.unsent]
