"""
How syncing and storing stand, shown: the chip, its panel, and the banners that come of it.

Listens to the bridge and gathers the axes; which banners are due is decided by `models.notices`, what they
say by `models.notice_words`. What to do about them is asked for by signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.models.notice_words import act_words, notice_words
from app.models.notices import Act, Axes, Notice, PutOff, Topic, due, version_axis
from app.models.sync_words import server_name
from app.widgets.banner import BannerRoom, Choice, Message
from app.widgets.sidebar import Sidebar
from app.widgets.sync_chip import SyncPanel
from app.wording import sentence
from sync.client.state import AUTHS_PARKED, Status
from sync.errors import StoreUnavailable
from sync.storage.rows import NoteRow

if TYPE_CHECKING:
    from app.engine_room import Opening
    from app.library import Library

TOPICS = tuple(topic for topic in Topic if topic is not Topic.NOTICE)
"""What this room speaks of; NOTICE belongs to whoever has something passing to say."""

MAIN_ACTS = frozenset({Act.SIGN_IN, Act.SIGN_IN_AS_OWNER, Act.UPGRADE, Act.KEEP_NOTES, Act.SHOW_REFUSED})


class StatusRoom(QObject):
    """Keeps chip, panel, account line and banners true."""

    changed = Signal(object)
    """The Status, each time it changes."""
    asked = Signal(object)
    """An Act that somebody chose on a banner; `LATER` and `CLOSE` are dealt with here."""
    sign_in_asked = Signal()
    check_asked = Signal()
    note_asked = Signal(str)
    refused_asked = Signal()
    """The edits that the server refused shall be shown."""

    def __init__(self, bridge: Bridge, sidebar: Sidebar, banners: BannerRoom, parent: QObject) -> None:
        """Show a library that is not open yet."""
        super().__init__(parent)
        self._bridge = bridge
        self._sidebar = sidebar
        self._banners = banners
        self._put_off = PutOff()
        self._counting = False
        self._unsaved: StoreUnavailable | None = None
        self.axes = Axes()
        self.status = Status()
        self.panel: SyncPanel | None = None
        bridge.opened.connect(self._take_opening)
        bridge.status_changed.connect(self.take)
        bridge.saving_failed.connect(self._show_unsaved)
        bridge.saving_recovered.connect(self._show_saved)
        sidebar.status_asked.connect(self._ask_panel)

    def take_axes(self, **changed: object) -> None:
        """Take what somebody else knows of single axes: `store`, `removals`, …"""
        self.axes = replace(self.axes, **changed)  # type: ignore[arg-type]  # names are checked by Axes itself
        self._show_banners()

    def put_off(self, topic: Topic) -> None:
        """Say no more of a topic while its trouble lasts."""
        self._put_off.add(topic)
        self._show_banners()

    def _take_opening(self, opening: Opening) -> None:
        if opening.was_checked:
            self.take_axes(store="recovered")

    def take(self, status: Status) -> None:
        """Show how syncing stands."""
        self.status = status
        if self._bridge.saving:
            self._sidebar.chip.show_status(status)
        known = status.email or status.account or ""
        self._sidebar.show_account(known if status.auth != "local_only" else "")
        self.axes = axes_of(status, self.axes)
        self._show_banners()
        if status.auth in AUTHS_PARKED and status.outbox and not self._counting:
            self._counting = True
            self._bridge.call(count_unsent, self._counted)
        self.changed.emit(status)

    def show_again(self) -> None:
        """Say it in the words of today: what was "12:04" may be "Tue" by now."""
        if self._bridge.saving:
            self._sidebar.chip.show_status(self.status)

    def _counted(self, counts: tuple[int, int]) -> None:
        self._counting = False
        self.take_axes(outbox=counts[0], notes=counts[1])

    def _show_banners(self) -> None:
        shown = {notice.topic: notice for notice in self._put_off.left(due(self.axes))}
        for topic in TOPICS:
            if topic not in shown:
                self._banners.unsay(topic)
            elif not self._lacks_count(topic):
                self._banners.say(topic, self._message(shown[topic]))

    def _lacks_count(self, topic: Topic) -> bool:
        """Until the notes are counted the sentence would be wrong for a moment, and read out wrongly."""
        return topic in (Topic.EXPIRED, Topic.REVOKED) and bool(self.axes.outbox) and not self.axes.notes

    def _message(self, notice: Notice) -> Message:
        text = notice_words(notice, self.axes)
        if notice.topic is Topic.STORE and self._unsaved is not None:
            text = f"{sentence(self._unsaved)} {text}"
        choices = tuple(
            Choice(act_words(act, self.axes), partial(self._act, notice.topic, act), main=act in MAIN_ACTS)
            for act in notice.acts
        )
        return Message(text, choices, tone=notice.tone, icon=notice.icon)

    def _act(self, topic: Topic, act: Act) -> None:
        if act in (Act.LATER, Act.CLOSE):
            self.put_off(topic)
        elif act in (Act.SIGN_IN, Act.SIGN_IN_AS_OWNER):
            self.sign_in_asked.emit()
        elif act is Act.SHOW_REFUSED:
            self.refused_asked.emit()
        else:
            self.asked.emit(act)

    def _show_unsaved(self, error: StoreUnavailable) -> None:
        self._sidebar.chip.show_unsaved()
        self._unsaved = error
        self.take_axes(store=error.reason)

    def _show_saved(self) -> None:
        self._unsaved = None
        self.take_axes(store="ok")
        self._sidebar.chip.show_status(self.status)

    def _ask_panel(self) -> None:
        self._bridge.call(unsent_notes, self._open_panel)

    def _open_panel(self, rows: Sequence[NoteRow]) -> None:
        panel = SyncPanel(self.status, rows, self._sidebar)
        panel.check_asked.connect(self.check_asked)
        panel.sign_in_asked.connect(self.sign_in_asked)
        panel.note_asked.connect(self.note_asked)
        panel.refused_asked.connect(self.refused_asked)
        panel.destroyed.connect(self._panel_gone)
        self.panel = panel
        panel.show_above(self._sidebar.chip)

    def _panel_gone(self) -> None:
        self.panel = None


def unsent_notes(library: Library) -> list[NoteRow]:
    """The notes with edits that are not on the server. Engine thread."""
    return [row for row in library.store.notes() if row.unsent]


def count_unsent(library: Library) -> tuple[int, int]:
    """How many edits are not on the server, and in how many notes. Engine thread."""
    unsent = library.store.outbox_documents()
    return sum(unsent.values()), len(unsent)


def axes_of(status: Status, before: Axes) -> Axes:
    """The axes after a new Status; what the engine does not know stays as it was."""
    return replace(
        before,
        link=status.link,
        auth=status.auth,
        version=version_axis(status.mode, status.server_model, status.app_model),
        sends=status.mode in ("full", "send_only"),
        outbox=status.outbox,
        notes=before.notes if status.outbox else 0,
        inbound=status.inbound,
        quarantine=status.quarantine,
        clock_ms=status.clock,
        signed_out_ms=status.signed_out_ms,
        server=server_name(status.server) if status.server else "",
        owner=status.email or "",
        store="newer" if status.store == "newer" else before.store,
    )
