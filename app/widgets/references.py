"""
What refers to the note on screen: notes that link to it, and notes that have its name in their text.

A mention becomes a link by a button. Read from the library when the note is shown and a moment after anything
has changed; nothing here is on the typing path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.bridge import Bridge
from app.call import Call
from app.labels import Label
from app.notebook_names import shown_names
from app.open_note import OpenNote
from app.widgets.drawer import Panel
from app.widgets.names import button, named
from app.widgets.timers import Later
from sync.storage.rows import LinkRow

if TYPE_CHECKING:
    from app.library import Library

MARGIN_PX = 12

# Behind the projection of what was typed: sooner, and nothing is new yet.
RELOAD_MS = 400


class Found(NamedTuple):
    """What the library knows."""

    backlinks: list[LinkRow]
    mentions: list[LinkRow]


class ReferenceCard(QFrame):
    """One note that refers: its name as a button, the place, and for a mention the button that links it."""

    opened = Signal(str)
    link_asked = Signal(str)

    def __init__(self, row: LinkRow, mention: bool) -> None:
        """`mention`: it is no link yet."""
        super().__init__()
        named(self, "card")
        self._name = row.title or self.tr("New note")
        self.title = named(button(self._name, "link"), "cardTitle")
        self.title.setAccessibleName(self._name)
        self.title.setMinimumWidth(1)
        self.title.clicked.connect(lambda: self.opened.emit(row.id))
        place = named(Label(row.notebook_name, wordWrap=True), "hint")
        words = named(Label(row.snippet, wordWrap=True), "cardText")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, 9, MARGIN_PX, 9)
        column.setSpacing(3)
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(words)
        column.addWidget(place)
        if mention:
            link = QPushButton(self.tr("Link"))
            link.setAccessibleName(self.tr("Make the mention in {title} a link").format(title=row.title))
            link.clicked.connect(lambda: self.link_asked.emit(row.id))
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: a long name ends where the card does."""
        super().resizeEvent(event)
        room = self.contentsRect().width() - 2 * MARGIN_PX
        metrics = self.title.fontMetrics()
        shown = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        self.title.setText(shown.replace("&", "&&"))


class ReferencesPanel(Panel):
    """Backlinks and mentions of one note."""

    note_asked = Signal(str)
    """Open this note."""
    link_asked = Signal(str, str)
    """In the first note, make the mention of the second a link."""

    def __init__(self, bridge: Bridge) -> None:
        """About no note yet."""
        super().__init__()
        self.title = self.tr("Links to this note")
        self._bridge = bridge
        self._note: OpenNote | None = None
        self._call: Call | None = None
        self._shown: Found | None = None
        self.cards: list[ReferenceCard] = []
        self._later = Later(self, RELOAD_MS, self._read)
        bridge.rows_changed.connect(lambda _: self._ask())
        bridge.library_changed.connect(self._ask)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(self.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)

    def show_note(self, note: OpenNote | None) -> None:
        """Be about this note."""
        if self._call is not None:
            self._call.cancel()
        self._note = note
        self._shown = None
        if note is None or note.draft:
            self._show(Found([], []))
        else:
            self._read()

    def first_control(self) -> QWidget:
        """The list as a whole: it scrolls with the keys."""
        return self._area

    def _ask(self) -> None:
        if self._note is not None and self.isVisible():
            self._later.ask_at_most()

    def _read(self) -> None:
        note = self._note
        if note is None:
            return

        def show(found: Found) -> None:
            if self._note is note:
                self._show(found)

        self._call = self._bridge.call(lambda library: references_of(library, note.id), show)

    def _show(self, found: Found) -> None:
        if found == self._shown:
            return
        self._shown = found
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(8)
        self.cards = []
        self._add(column, self.tr("Linked from"), found.backlinks, mention=False)
        self._add(column, self.tr("Mentioned in"), found.mentions, mention=True)
        if not self.cards:
            hint = named(Label(wordWrap=True), "emptyText")
            hint.setText(self.tr("No note links here yet. Type [[ in another note and choose this one."))
            column.addWidget(hint)
        column.addStretch()
        self._area.setWidget(sheet)

    def _add(self, column: QVBoxLayout, heading: str, rows: Sequence[LinkRow], *, mention: bool) -> None:
        if not rows:
            return
        label = named(Label(f"{heading}  {len(rows)}"), "fieldLabel")
        column.addWidget(label)
        for row in rows:
            card = ReferenceCard(row, mention)
            card.opened.connect(self.note_asked)
            card.link_asked.connect(self._link)
            column.addWidget(card)
            self.cards.append(card)

    def _link(self, other: str) -> None:
        if self._note is not None:
            self.link_asked.emit(other, self._note.id)


def references_of(library: Library, note: str) -> Found:
    """What refers to a note. Engine thread. Cost: about 10 ms at 11,024 notes."""
    store, names = library.store, shown_names(library.store.notebooks())

    def placed(rows: Sequence[LinkRow]) -> list[LinkRow]:
        return [row._replace(notebook_name=names.get(row.notebook, row.notebook_name)) for row in rows]

    return Found(placed(store.backlinks(note)), placed(store.mentions(note)))
