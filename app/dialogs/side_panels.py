"""
The panels about the note on screen: which there are, and what they ask of the window.

Each is imported and made when it is first opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.bridge import Bridge
from app.editor.note_links import Name
from app.models.outlines import Outlines
from app.models.recents import Recents
from app.models.times import long_time
from app.models.titles import Titles
from app.open_note import BODY, OpenNote
from app.theme import Appearance
from app.widgets.browsing import Browsing
from app.widgets.drawer import Drawer, Maker, Panel
from app.workspace import Workspace
from crdt import Edit, Version

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit
    from app.models.past import Blocks


@runtime_checkable
class Since(Protocol):
    """A panel that can show what has changed."""

    def show_since(self, version: Version) -> None:
        """Since a version, up to now."""


class SidePanels(QObject):
    """Opens the drawer's panels by their commands, and lets `[[` find notes."""

    def __init__(
        self,
        bridge: Bridge,
        workspace: Workspace,
        appearance: Appearance,
        browsing: Browsing,
        drawer: Drawer,
        titles: Titles,
        recents: Recents,
    ) -> None:
        """Nothing is open."""
        super().__init__(drawer)
        self._bridge = bridge
        self._workspace = workspace
        self._appearance = appearance
        self._browsing = browsing
        self._drawer = drawer
        self._titles = titles
        self._recents = recents
        self._commands: list[tuple[QAction, Maker]] = []
        self.serve: Callable[[NoteEdit], object] = lambda edit: None
        """Has an editor show pictures."""
        drawer.changed.connect(self._show_state)
        browsing.shown.connect(drawer.show_note)
        links = browsing.view.links
        links.seek = self._seek
        links.make = self._make
        titles.changed.connect(links.names_changed)
        outlines = Outlines(bridge, self)
        links.headings = outlines.of
        outlines.changed.connect(links.names_changed)

    def connect_commands(self, commands: Iterable[tuple[QAction, Callable[[], Panel]]]) -> None:
        """Have commands open and close panels; they are checked while theirs is open."""
        for action, make in commands:
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, make=make: self._drawer.toggle(make))
            self._commands.append((action, make))

    def _show_state(self) -> None:
        for action, make in self._commands:
            action.setChecked(self._drawer.shows(make))
        if self._drawer.panel is None:
            self._browsing.view.focus_text()

    # ---- panels -----------------------------------------------------------------------------------------

    def references(self) -> Panel:
        """Backlinks and mentions."""
        from app.widgets.references import ReferencesPanel

        panel = ReferencesPanel(self._bridge)
        panel.note_asked.connect(self._browsing.open)
        panel.link_asked.connect(self._link_mention)
        return panel

    def history(self) -> Panel:
        """The timeline, and the note as it was."""
        from app.widgets.history_panel import HistoryPanel

        panel = HistoryPanel(self._bridge, self._appearance)
        self.serve(panel.view.text)
        panel.past_wanted.connect(self._browsing.view.show_past)
        panel.restore_asked.connect(self._restore)
        panel.copy_asked.connect(self._open_copy)
        return panel

    def lens(self) -> Panel:
        """The note from inside."""
        from app.widgets.lens_panel import LensPanel

        panel = LensPanel(self._bridge, self._appearance, self._browsing.view.edit)
        panel.play_asked.connect(self.show_replicas)
        return panel

    def show_replicas(self) -> None:
        """Two replicas to step by hand."""
        from app.dialogs.two_replicas import TwoReplicasDialog

        TwoReplicasDialog(self._drawer.window()).show()

    def show_since(self, version: Version) -> None:
        """Show what has changed in the note on screen since a version."""
        self._drawer.open(self.history)
        panel = self._drawer.panel
        if isinstance(panel, Since):
            panel.show_since(version)

    def _restore(self, blocks: Blocks) -> None:
        """Make the body what it was: an edit like any other, that can be undone."""
        from app.commands.versions import rewrite_body

        note = self._browsing.note
        if note is not None:
            now = [(list(spans), dict(attributes)) for spans, attributes in note.body.blocks()]
            self._workspace.edit_beside(note, lambda edit: rewrite_body(edit, now, blocks))
            self._browsing.view.focus_text()

    def _open_copy(self, blocks: Blocks, ms: int) -> None:
        """Make a note of what the body was, beside the note, and open it."""
        note = self._browsing.note
        if note is None:
            return
        title = self.tr("{title} ({when})").format(title=note.title.text(), when=long_time(ms))
        notebook, folder = note.stream.partition("/")[0], note.folder
        self._bridge.call(
            lambda library: library.new_note(notebook, title=title, blocks=blocks, folder=folder),
            self._browsing.open,
            self._workspace.failed.emit,
        )

    def _link_mention(self, source: str, target: str) -> None:
        """In the note `source`, make the first mention of the note `target` a link."""

        from sync.storage.search import place_of

        def opened(note: OpenNote) -> None:
            place = place_of(note.body.text(), self._titles_of(target))
            if place is not None:
                start, end = place

                def link(edit: Edit) -> None:
                    edit.text(BODY).format(start, end, "link", f"note:{target}")

                self._workspace.edit_beside(note, link)

        self._workspace.open(source, opened)

    def _titles_of(self, note_id: str) -> str:
        note = self._browsing.note
        if note is not None and note.id == note_id:
            return note.title.text()
        return self._titles.title_of(note_id) or ""

    # ---- links ------------------------------------------------------------------------------------------

    def _seek(self, text: str, limit: int) -> list[Name]:
        self._titles.want()
        here = self._browsing.note.id if self._browsing.note is not None else None
        recent = self._recents.ids
        rows = (
            [one.row for one in self._titles.find(text, limit + 1, recent)]
            if text.strip()
            else self._titles.latest(limit + 1, recent)
        )
        return [Name(row.id, row.title, self._titles.place_of(row)) for row in rows if row.id != here][:limit]

    def _make(self, title: str) -> str | None:
        """A note beside the one that is written in."""
        note = self._browsing.note
        if note is None:
            return None
        notebook = note.stream.partition("/")[0]
        made = self._workspace.new_note(notebook, note.folder, title)
        made.keep()
        return made.id
