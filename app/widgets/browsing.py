"""
What is listed and what is shown: the place chosen in the sidebar, the search, the note in the right pane.

Listens to the three panes and the library and keeps them in step. It makes no window and keeps no document.

Invariants: the list shows the place or the search asked for last, whatever answers arrive late; the note on
screen is the one chosen last; a draft that nobody wrote in leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QApplication

from app.bridge import Bridge
from app.call import Call
from app.models.note_list import Order
from app.models.scope import Kind, Scope
from app.models.search import Search, words_looked_for
from app.note_address import address_for_others
from app.open_note import OpenNote
from app.transfer.blocks import Block
from app.widgets.list_pane import ListPane
from app.widgets.note_view import NoteView
from app.widgets.sidebar import Sidebar
from app.widgets.timers import Later
from app.wording import sentence
from app.workspace import Shelf, Workspace
from sync.model.versions import model_of
from sync.storage.rows import NoteRow, SearchHit

if TYPE_CHECKING:
    from app.library import Library

# Counts beside notebooks may lag this far behind.
SHELF_MS = 1_000

# From the start to reading what a first search would wait for.
WARM_MS = 1_000

# How long places wait for somebody who types a name or drags something among them.
SHELVING_MS = 300


class Browsing(QObject):
    """Keeps sidebar, list and note in step. GUI thread only."""

    shown = Signal(object)
    """The OpenNote that is on screen now, or None."""
    row_shown = Signal()
    """What is known of the note on screen has changed, or it is another note."""

    def __init__(
        self, bridge: Bridge, workspace: Workspace, sidebar: Sidebar, pane: ListPane, view: NoteView
    ) -> None:
        """Connect the panes; the library may not be open yet."""
        super().__init__(view)
        self._bridge = bridge
        self._workspace = workspace
        self._sidebar = sidebar
        self._pane = pane
        self._view = view
        self.places = sidebar.places
        self.notes = pane.notes
        self.search = Search(bridge, self)
        Later(self, WARM_MS, self.search.warm).ask()
        self._listing: Call | None = None
        self._listed = False
        self._wanted: str | None = None
        self._rows: dict[str, NoteRow] = {}
        self._count = Later(self, SHELF_MS, workspace.read_shelf)
        self._shelving = Later(self, SHELVING_MS, lambda: self._take_shelf(workspace.shelf))
        self._connect()

    @property
    def scope(self) -> Scope:
        """The place that is listed, or that was before the search."""
        return self.notes.scope

    @property
    def view(self) -> NoteView:
        """The right pane."""
        return self._view

    @property
    def note(self) -> OpenNote | None:
        """The note on screen."""
        return self._view.note

    def targets(self) -> list[str]:
        """The notes that a command is about: those selected in the list, or the one on screen."""
        selected = self._pane.selected()
        if self.note is not None and self.note.id not in selected:
            return [self.note.id]
        return selected

    def row(self, note_id: str) -> NoteRow | None:
        """What is known of a note that is listed."""
        place = self.notes.place(note_id)
        return self.notes.row_at(place) if place is not None else self._rows.get(note_id)

    def copy_links(self) -> None:
        """Put links to the notes that commands are about on the clipboard."""
        rows = [row for row in map(self.row, self.targets()) if row is not None]
        if rows:
            QApplication.clipboard().setMimeData(links_to(rows))

    # ---- places and search ------------------------------------------------------------------------------

    def show_place(self, scope: Scope) -> None:
        """List the notes of a place."""
        self.notes.scope = scope
        self._listed = False
        self._sidebar.select(scope)
        self._pane.search.clear()
        self._pane.show_place(self.places.name_of(scope))
        self.reload()

    def reload(self) -> None:
        """Ask for the rows of the place, or the hits of the search, again; a window that has closed waits."""
        if self._view.window().isHidden() and self._listed:
            return
        self._listed = True
        if self._listing is not None:
            self._listing.cancel()
        if self.search.active:
            self.search.again()
            return
        scope, order = self.scope, self.notes.order
        self._listing = self._bridge.call(
            lambda library: rows_of(library, scope, order), lambda rows: self._take_rows(scope, rows)
        )

    def sort(self, order: Order) -> None:
        """List in another order."""
        self.notes.set_order(order)
        self._pane.select(self._wanted)

    def _take_rows(self, scope: Scope, rows: Sequence[NoteRow]) -> None:
        draft = self.note if self.note is not None and self.note.draft else None
        self.notes.show(scope, rows)
        row = draft_row(draft, self._workspace.shelf) if draft is not None else None
        if row is not None and scope.holds(row):
            self.notes.add_draft(row)
        self._say_empty()
        self._pane.select(self._wanted)
        self._show_row()

    def _take_hits(self, text: str, hits: Sequence[SearchHit]) -> None:
        if text == self.search.text:
            if self._listing is not None:
                self._listing.cancel()
            self.notes.show_hits(((hit.row, hit.snippet) for hit in hits), words_looked_for(text))
            self._pane.show_place(self.tr("Search"))
            self._say_empty()
            self._pane.select(self._wanted)

    def _end_search(self) -> None:
        self._pane.show_place(self.places.name_of(self.scope))
        self.reload()

    def _say_empty(self) -> None:
        picture, title, text = self._empty_words()
        new = not self.search.active and self.scope.kind not in (Kind.TRASH, Kind.PINNED, Kind.ARCHIVE)
        self._pane.empty.say(
            picture, title, text, self.tr("New note") if new else "", lambda: self.new_note()
        )
        self._pane.show_empty()

    def _empty_words(self) -> tuple[str, str, str]:
        if self.search.active:
            return (
                "search",
                self.tr("Nothing found"),
                self.tr("No note has all of this. Try fewer words or filters, or a part of a word."),
            )
        words = {
            Kind.ALL: (
                "notebook-pen",
                self.tr("No notes yet"),
                self.tr("Write the first one, or import a folder of Markdown from the File menu."),
            ),
            Kind.PINNED: (
                "pin",
                self.tr("Nothing pinned"),
                self.tr("Pin a note from the Note menu and it stays within reach here."),
            ),
            Kind.ARCHIVE: (
                "archive",
                self.tr("Nothing is archived"),
                self.tr("What is done with can be put here: out of the lists, and still found."),
            ),
            Kind.TRASH: (
                "trash-2",
                self.tr("The trash is empty"),
                self.tr("What you throw away can be restored from here."),
            ),
        }
        other = (
            "folder-open",
            self.tr("Nothing here yet"),
            self.tr("Write a note, or drag some from another place onto this one."),
        )
        return words.get(self.scope.kind, other)

    # ---- the note on screen -----------------------------------------------------------------------------

    def open(self, note_id: str, place: str = "", *, write: bool = False) -> None:
        """Show a note, at the heading that `place` means; with `write` the caret goes into its text."""
        self._wanted = note_id
        self._pane.select(note_id)

        def found(note: OpenNote) -> None:
            if self._wanted == note_id:
                self.show_note(note)
                if write:
                    self._view.focus_text()
                if place:
                    self._view.go_to(place)

        def missing(error: Exception) -> None:
            if self._wanted == note_id:
                self._wanted = self.note.id if self.note is not None else None
                self._pane.select(self._wanted)
                self._view.remarked.emit(sentence(error))

        self._workspace.open(note_id, found, missing)

    def show_note(self, note: OpenNote) -> None:
        """Show a note that is open."""
        note = self._workspace.seat(note, self)
        self._leave(note)
        self._wanted = note.id
        self._view.show_note(note)
        self._workspace.show(note, self)
        self._show_row()
        if not note.draft and self.row(note.id) is None:
            self._bridge.call(lambda library: library.store.find_note(note.id), self._learn_rows)
        self._pane.select(note.id)
        self.shown.emit(note)

    def new_note(self, title: str = "") -> None:
        """
        Begin a note in the place that is listed, or in the first notebook that takes one.

        Args:
            title: Its name, if it has one already: then it is kept at once, and its text is written next.
        """
        notebook = self.target_notebook()
        if notebook is None or not self._workspace.is_ready:
            return
        if self.search.active or self.scope.kind in (Kind.TRASH, Kind.PINNED, Kind.ARCHIVE, Kind.TAG):
            self.show_place(Scope())
        folder = self.scope.folder if self.scope.notebook == notebook else None
        note = self._workspace.new_note(notebook, folder, title)
        self._show_draft(note)
        if title:
            note.keep()
            self._view.focus_text()
        else:
            self._view.begin_writing()

    def begin_with(self, title: str, blocks: Sequence[Block]) -> None:
        """Show a draft that says something already; the caret is in its text."""
        notebook = self.places.first_notebook()
        if notebook is None or not self._workspace.is_ready:
            return
        self.show_place(Scope())
        self._show_draft(self._workspace.new_note(notebook, title=title, blocks=blocks))
        self._view.focus_text()

    def _show_draft(self, note: OpenNote) -> None:
        self.show_note(note)
        self.notes.add_draft(draft_row(note, self._workspace.shelf))
        self._pane.select(note.id)

    def target_notebook(self) -> str | None:
        """Where new notes go: the notebook that is listed if it takes them, else the first that does."""
        notebook = self.scope.notebook
        if notebook is not None and self._workspace.shelf.writable(notebook):
            return notebook
        return self.places.first_notebook()

    def show_nothing(self) -> None:
        """Show no note."""
        self._leave(None)
        self._wanted = None
        self._view.show_nothing(
            "notebook-pen",
            self.tr("No note is open"),
            self.tr("Choose one from the list, or begin another."),
            self.tr("New note"),
            lambda: self.new_note(),
        )
        self._workspace.show(None, self)
        self._name_window()
        self.shown.emit(None)

    def step(self, by: int) -> None:
        """Show the next note of the list (1) or the one before (-1)."""
        place = self.notes.place(self._wanted) if self._wanted else None
        target = 0 if place is None else place + by
        if 0 <= target < self.notes.rowCount():
            self.open(self.notes.row_at(target).id)

    def put_away(self, note_ids: Sequence[str], trashed: bool) -> None:
        """Put notes into the trash, or take them out; another note is shown if that was the one on screen."""
        self.put_elsewhere(note_ids, lambda: self._workspace.set_trashed(note_ids, trashed))

    def put_elsewhere(self, note_ids: Sequence[str], work: Callable[[], None]) -> None:
        """Do something after which notes are listed elsewhere; the next one is shown if one is on screen."""
        rows = [row for row in map(self.row, note_ids) if row is not None]
        if not all(self._workspace.shelf.writable(row.notebook) for row in rows):
            return
        follower = self._follower(note_ids)
        work()
        self.notes.remove(note_ids)
        if self._wanted in note_ids:
            if follower is None:
                self.show_nothing()
            else:
                self.open(follower)
        self._say_empty()

    def _follower(self, leaving: Sequence[str]) -> str | None:
        """The note nearest to the ones that leave the list."""
        places = [place for place in map(self.notes.place, leaving) if place is not None]
        if not places:
            return None
        around = [*range(max(places) + 1, self.notes.rowCount()), *range(min(places) - 1, -1, -1)]
        return self.notes.row_at(around[0]).id if around else None

    def _leave(self, to: OpenNote | None) -> None:
        if self.note is not None and self.note is not to and self.note.draft:
            self.notes.drop_draft()

    def _learn_rows(self, rows: Sequence[NoteRow]) -> None:
        self._rows = {row.id: row for row in rows}
        self._show_row()

    def _show_row(self) -> None:
        note = self.note
        draft = note is None or note.draft
        row = None if draft or note is None else self.row(note.id)
        if row is not None:
            row = row._replace(notebook_name=self._workspace.shelf.name_of(row.notebook) or row.notebook_name)
        self._view.show_row(row)
        self._name_window()
        self.row_shown.emit()

    def _name_window(self) -> None:
        """The window bears the name of its note, as it is now."""
        title = " ".join(self.note.title.text().split()) if self.note is not None else ""
        self._view.window().setWindowTitle(f"{title} – Commonplace" if title else "Commonplace")

    # ---- news of the library ----------------------------------------------------------------------------

    def _take_changed(self, rows: Sequence[NoteRow]) -> None:
        self.notes.update(rows)
        if self._wanted is not None:
            for row in rows:
                if row.id == self._wanted:
                    self._rows = {row.id: row}
            self._pane.select(self._wanted, scroll=False)
        self._show_row()
        self._count.ask_at_most()

    def _take_shelf(self, shelf: Shelf) -> None:
        if self._sidebar.tree.busy:
            self._shelving.ask()
            return
        self.places.show(shelf.notebooks, shelf.folders, archive=shelf.archive, tags=shelf.tags)
        if self.scope.notebook is not None and not self.places.index_of(self.scope).isValid():
            self._leave_place()
        self._sidebar.select(self.scope)
        if not self.search.active:
            self._pane.show_place(self.places.name_of(self.scope))
        self._show_row()

    def _leave_place(self) -> None:
        """The place that is listed was deleted, perhaps on another device; a search goes on."""
        if self.search.active:
            self.notes.scope = Scope()
        else:
            self.show_place(Scope())

    def _rename(self, scope: Scope, name: str) -> None:
        if scope.kind is Kind.FOLDER and scope.folder is not None:
            self._workspace.rename_folder(scope.folder, name)
        elif scope.notebook is not None:
            self._workspace.rename_notebook(scope.notebook, name)

    def _connect(self) -> None:
        self._sidebar.scope_chosen.connect(self.show_place)
        self.places.renamed.connect(self._rename)
        self._pane.searched.connect(self.search.ask)
        self._pane.note_chosen.connect(self.open)
        self._pane.note_activated.connect(lambda note_id: self.open(note_id, write=True))
        self._pane.new.clicked.connect(lambda: self.new_note())
        self._view.note_asked.connect(self.open)
        self.search.answered.connect(self._take_hits)
        self.search.ended.connect(self._end_search)
        self._workspace.shelf_changed.connect(self._take_shelf)
        self._bridge.rows_changed.connect(self._take_changed)
        self._bridge.library_changed.connect(self.reload)


def rows_of(library: Library, scope: Scope, order: Order = "updated") -> list[NoteRow]:
    """The notes of a place. Engine thread. Cost: at most 100 ms for 11,024 notes."""
    if scope.kind is Kind.FOLDER:
        return library.store.notes(notebook=scope.notebook, folder=scope.folder, archived=False, order=order)
    if scope.kind is Kind.TAG:
        return library.store.notes(tag=scope.tag, archived=False, order=order)
    rows = library.store.notes(
        notebook=scope.notebook,
        trashed=scope.kind is Kind.TRASH,
        archived=scope.kind is Kind.ARCHIVE,
        order=order,
    )
    return [row for row in rows if row.pinned] if scope.kind is Kind.PINNED else rows


def draft_row(note: OpenNote, shelf: Shelf) -> NoteRow:
    """What the list shows of a note that is not in the library yet."""
    notebook = note.stream.partition("/")[0]
    name = shelf.name_of(notebook)
    made = model_of(note.model).note_summary(note.document)
    title, preview, place, ms = made.title, made.preview, made.folder, made.created_ms
    return NoteRow(note.id, note.stream, notebook, name, title, preview, (), place, False, ms, ms, None, 0, 0)


def links_to(rows: Sequence[NoteRow]) -> QMimeData:
    """Links to notes: bare addresses as text, titles that lead there as HTML."""
    addresses = [address_for_others(row.id) for row in rows]
    mime = QMimeData()
    mime.setText("\n".join(addresses))
    mime.setHtml(
        "<br>".join(
            f'<a href="{address}">{escape(row.title or address)}</a>'
            for row, address in zip(rows, addresses, strict=True)
        )
    )
    return mime
