"""
Following somebody: this window shows what another person has before them, until this person does something.

It scrolls with the other's caret and goes with them from note to note. A key, a click, the wheel or another
note chosen here end it, as does the button of the pill; so does the other's leaving. The own caret stays
where it is. Not here: who is where (`workspace`), circles and carets (`widgets.company`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMainWindow

from app.actions import Actions
from app.models.people import Person, people_of
from app.open_note import OpenNote
from app.theme import Appearance
from app.widgets.browsing import Browsing
from app.widgets.pill import Pill
from app.widgets.timers import Later
from app.widgets.toast import Toast
from app.workspace import Workspace

if TYPE_CHECKING:
    from app.dialogs.going import Going
    from app.widgets.picker import Offer

GONE_MS = 4_000
"""How long somebody may be nowhere before they have left: going from one note to the next takes a moment."""
AGAIN_MS = 300
"""Until a note that was not here yet is looked for again."""

_ACTS = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.InputMethod,
    QEvent.Type.Drop,
)
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class Together(QObject):
    """Goes after one person at a time, in one window."""

    def __init__(
        self,
        window: QMainWindow,
        appearance: Appearance,
        actions: Actions,
        workspace: Workspace,
        browsing: Browsing,
        going: Going,
        toast: Toast,
    ) -> None:
        """Follow nobody."""
        super().__init__(window)
        self._actions = actions
        self._workspace = workspace
        self._browsing = browsing
        self._going = going
        self._toast = toast
        self._company = browsing.view.company
        self.person: Person | None = None
        """Who is followed."""
        self.pill = Pill(appearance, browsing.view)
        self._gone = Later(self, GONE_MS, self._say_gone)
        self._again = Later(self, AGAIN_MS, self._look_around)
        self.pill.ended.connect(self.stop)
        self._company.strip.chosen.connect(self.toggle)
        self._company.strip.rest_chosen.connect(self.ask)
        self._company.moved.connect(self._keep_up)
        actions.follow.triggered.connect(self.ask)
        workspace.peers_changed.connect(self._look_around)
        browsing.shown.connect(self._shown)
        for watched in (*self._acted_on(), window):
            watched.installEventFilter(self)
        self._offer()

    def _acted_on(self) -> Sequence[QObject]:
        view = self._browsing.view
        bar = view.edit.verticalScrollBar()
        return (view.edit, view.edit.viewport(), bar, view.title)

    def toggle(self, person: Person) -> None:
        """Follow somebody, or no more."""
        if person == self.person:
            self.stop()
        else:
            self.follow(person)

    def follow(self, person: Person) -> None:
        """Follow somebody who is in some note of a notebook that is here."""
        self.person = person
        self.pill.say(person)
        self._company.mark(person)
        self._browsing.view.focus_text()
        self._catch_up()

    def stop(self) -> None:
        """Follow nobody; what is on screen stays."""
        if self.person is not None:
            self.person = None
            self._gone.cancel()
            self._again.cancel()
            self.pill.hide()
            self._company.mark(None)

    def ask(self) -> None:
        """Choose by a few letters whom to follow."""
        from app.models.fuzzy import best, folded
        from app.widgets.picker import Offer

        people = self._everybody()

        def seek(text: str) -> list[Offer]:
            found = (
                [(one.number, one.match.places) for one in best(text, [folded(p.name) for p in people], 50)]
                if text.strip()
                else [(number, ()) for number in range(len(people))]
            )
            here = self._company.people
            return [
                Offer(
                    people[number],
                    people[number].name,
                    self.tr("in this note") if people[number] in here else self.tr("in another note"),
                    icon="user",
                    places=places,
                )
                for number, places in found
            ]

        self._going.pick(
            self.tr("Follow"), seek, self.follow, self.tr("Nobody else has a note of yours open now.")
        )

    def _everybody(self) -> list[Person]:
        """Those in this note first."""
        others = [peer for peers in self._workspace.peers.values() for peer in peers]
        return list(dict.fromkeys([*self._company.people, *people_of(others)]))

    # ---- keeping up -------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        self._offer()
        if self.person is not None:
            self._catch_up()

    def _offer(self) -> None:
        self._actions.follow.setEnabled(bool(self._workspace.peers))

    def _catch_up(self) -> None:
        """Show the note that the other has before them."""
        assert self.person is not None, "somebody is followed"
        places = self._notes_of(self.person)
        here = self._browsing.note
        if not places:
            self._gone.ask_at_most()
            return
        self._gone.cancel()
        if here is not None and here.id in places:
            self._keep_up()
        else:
            # A note that was just made may be heard of before it is here.
            self._workspace.open(places[-1], self._arrive, lambda error: self._again.ask())

    def _notes_of(self, person: Person) -> list[str]:
        return [note for note, peers in self._workspace.peers.items() if person in people_of(peers)]

    def _arrive(self, note: OpenNote) -> None:
        """The other's note is loaded; by now it may not be theirs any more."""
        if self.person is not None and note.id in self._notes_of(self.person):
            self._browsing.show_note(note)

    def _keep_up(self) -> None:
        if self.person is not None:
            for one in self._company.people:
                if one == self.person:
                    self.pill.show_circle(one)  # in this note it may have another colour
            self._company.bring_into_sight(self.person)

    def _shown(self, note: OpenNote | None) -> None:
        """Another note is on screen: theirs, or this person chose one."""
        if self.person is not None and (note is None or note.id not in self._notes_of(self.person)):
            self.stop()

    def _say_gone(self) -> None:
        if self.person is not None:
            self._toast.say(self.tr("{name} is not here any more").format(name=self.person.name))
            self.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: whatever this person does to the text ends it; elsewhere in the window Esc does."""
        if self.person is not None:
            kind = event.type()
            if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
                escape = event.key() == Qt.Key.Key_Escape
                if escape or (watched is not self.parent() and event.key() not in _MODIFIERS):
                    self.stop()
            elif kind in _ACTS and watched is not self.parent():
                self.stop()
        return super().eventFilter(watched, event)
