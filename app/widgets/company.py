"""
The company in the note on screen: who else is in it, as circles above the text and as carets in it.

Who has not moved for a while is dimmed. Not here: what the engine knows of people (`sync.client.company`),
going after one of them (`dialogs.together`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.editor.note import Caret
from app.editor.note_edit import NoteEdit
from app.models.people import Attention, Colours, Peer, Person, people_of, person_of
from app.open_note import OpenNote
from app.theme import Appearance
from app.widgets.presence_strip import PresenceStrip
from crdt import CrdtError
from sync.client.state import Status

SIGHT_TOP, SIGHT_FOOT, SIGHT_WANTED = 0.12, 0.8, 0.4
"""Parts of the height between which a caret that is followed may move before the text is scrolled, and where
it stands then: with less room the text would jump at every line."""


def monotonic_ms() -> int:
    """Milliseconds of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


class Company(QObject):
    """Shows the peers of one note at a time."""

    moved = Signal()
    """Somebody came, moved or left, or the text under them did."""

    def __init__(self, edit: NoteEdit, appearance: Appearance) -> None:
        """Nobody is here."""
        super().__init__(edit)
        self._edit = edit
        self._appearance = appearance
        self._note: OpenNote | None = None
        self._peers: list[Peer] = []
        self._attention = Attention()
        self._colours = Colours(len(appearance.theme.people))
        self._given: dict[str, int] = {}
        self._me: list[tuple[int, str]] = []
        self._followed: Person | None = None
        self.now_ms = monotonic_ms
        self.strip = PresenceStrip(appearance, can_choose=True)
        self._dimming = QTimer(self)
        self._dimming.setSingleShot(True)
        self._dimming.timeout.connect(self.show)

    @property
    def people(self) -> list[Person]:
        """Everybody once, in colours that tell them apart."""
        everybody = [replace(person_of(peer), place=self._given[peer.account]) for peer in self._peers]
        return list(dict.fromkeys(everybody))

    def take_status(self, status: Status) -> None:
        """Know who I am to the others: I have a colour on their screens."""
        self._me = [(status.conn, status.account)] if status.conn and status.account else []

    def enter(self, note: OpenNote) -> None:
        """A note is on screen now, in the editor too; its peers will be told."""
        self._note = note
        note.peers.connect(self._take)
        self._edit.bound.edited.connect(self.moved)
        self._take([])

    def leave(self) -> None:
        """The note goes from the screen."""
        assert self._note is not None, "a note is on screen"
        self._note.peers.disconnect(self._take)
        self._take([])
        self._note = None

    def mark(self, followed: Person | None) -> None:
        """Put a ring around somebody's circle."""
        self._followed = followed
        self.show()

    def _take(self, peers: Sequence[Peer]) -> None:
        self._peers = list(peers)
        present = [(peer.conn, peer.account) for peer in peers]
        self._given = self._colours.give([*present, *self._me] if present else [])
        self._attention.take(peers, self.now_ms())
        self.show()
        self.moved.emit()

    def show(self) -> None:
        """Draw everybody as they are now."""
        if self._note is None:
            return
        now_ms, theme = self.now_ms(), self._appearance.theme
        idle = {peer.conn for peer in self._peers if self._attention.is_idle(peer, now_ms)}
        awake = set(people_of(peer for peer in self._peers if peer.conn not in idle))
        people = self.people
        self.strip.show_people(people, [one for one in people if one not in awake], self._followed)
        self._note.presence.emit(
            [
                Caret(
                    peer.name,
                    theme.person(self._given[peer.account]),
                    peer.anchor,
                    peer.head,
                    peer.conn in idle,
                )
                for peer in self._peers
                if peer.anchor is not None and peer.head is not None
            ]
        )
        wait_ms = self._attention.next_ms(now_ms)
        if wait_ms is None:
            self._dimming.stop()
        else:
            self._dimming.start(wait_ms)

    def bring_into_sight(self, person: Person) -> None:
        """Scroll to where somebody was last, if that is known here and not well in sight already."""
        if self._note is None:
            return
        theirs = [peer for peer in self._peers if person_of(peer) == person and peer.head is not None]
        if not theirs:
            return
        latest = max(theirs, key=self._attention.moved_ms)
        assert latest.head is not None, "only such peers are left"
        self._edit.bound.settle()
        try:
            index = self._note.body.index(latest.head)
        except CrdtError:
            return
        self._scroll_to(index)

    def _scroll_to(self, index: int) -> None:
        height, bar = self._edit.viewport().height(), self._edit.verticalScrollBar()
        # Twice: what was guessed of the blocks on the way is measured by the first.
        for _ in range(2):
            middle = self._edit.rect_at(index).center().y()
            if SIGHT_TOP * height <= middle <= SIGHT_FOOT * height:
                return
            bar.setValue(bar.value() + round(middle - SIGHT_WANTED * height))
