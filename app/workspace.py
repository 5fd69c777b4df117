"""
The open notes of the window, and everything a person does to notes, folders and notebooks in it.

Loads documents on the engine thread, builds and edits them on the GUI thread, and keeps a few of them open.
Lists, search and rows come from the engine thread; they are not here. Nothing here shows anything.

Invariants:
- A document is open at most once, and only what nobody shows is closed.
- No document is closed while the disk refuses changes: what is stored of it then lacks its last edits, and
  building it from there would give counters out twice.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.bridge import Bridge
from app.engine_room import Opening, client_of, notebooks_of
from app.library import Library, new_id
from app.note_seat import NoteSeat
from app.notebook_names import shown_names
from app.open_note import Anchor, OpenDocument, OpenNote, edit_beside
from app.refusals import Refused
from app.transfer.blocks import Block
from app.transfer.body import fill_body
from crdt import CrdtError, Delta, Document, Edit, Stamp
from sync.model import v2
from sync.model.v1 import new_folder
from sync.model.versions import OLDEST, Model, reader_of
from sync.storage.rows import FolderRow, LocalChange, NotebookRow, StoredDocument

logger = logging.getLogger(__name__)

# Documents kept open beside those on screen: going back and forth between notes costs nothing.
KEPT_MAX = 12

Then = Callable[[OpenDocument], None]
Failed = Callable[[Exception], None]


class Shelf(NamedTuple):
    """The notebooks and the folders of each."""

    notebooks: list[NotebookRow]
    folders: dict[str, list[FolderRow]]
    archive: bool = False
    """Whether notes can be archived."""
    tags: dict[str, int] = {}  # noqa: RUF012  # never changed in place
    """How many notes have each tag."""

    def writable(self, notebook: str) -> bool:
        """May this person edit in a notebook? An unknown one is their own and new."""
        return all(row.role in ("owner", "editor") for row in self.notebooks if row.id == notebook)

    def name_of(self, notebook: str) -> str:
        """What a notebook is called, with whose it is where that has to be said; "" for an unknown one."""
        return shown_names(self.notebooks).get(notebook, "")


class Workspace(QObject):
    """What is open. GUI thread only."""

    ready = Signal()
    """The library is open: notes can be opened and made."""
    shelf_changed = Signal(object)
    """A Shelf."""
    draft_begun = Signal(object)
    """An OpenNote that was a draft has its first edit."""
    failed = Signal(object)
    """An error of the world that nobody else waits for."""
    peers_changed = Signal()
    """`peers` has changed."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        """Wait for the bridge to open the library."""
        super().__init__(parent)
        self._bridge = bridge
        self._opening: Opening | None = None
        self._model = OLDEST
        self._open: OrderedDict[str, OpenDocument] = OrderedDict()
        self._waiting: dict[str, list[tuple[Then, Failed]]] = {}
        self._shown: dict[object, OpenNote] = {}
        self._holders: dict[str, object] = {}
        self.shelf = Shelf([], {})
        self.peers: dict[str, list[Any]] = {}
        """Who else is in which note, here or not, as the engine says it; who came last stands last."""
        bridge.editor = self.edit_open
        bridge.opened.connect(self._start)
        bridge.remote_deltas.connect(self._take_remote)
        bridge.document_reset.connect(self._reset)
        bridge.replica_changed.connect(self._reset_all)
        bridge.presence_changed.connect(self._take_presence)
        bridge.library_changed.connect(self.read_shelf)

    @property
    def is_ready(self) -> bool:
        """Is the library open?"""
        return self._opening is not None

    @property
    def model(self) -> Model:
        """The data model of the notes here."""
        return reader_of(self._model)

    def stamp(self) -> Stamp:
        """A new stamp of this replica."""
        assert self._opening is not None
        return self._opening.ticker.stamp()

    def submit(self, change: LocalChange) -> None:
        """Store and send a change."""
        self._bridge.submit(change)

    def show_caret(self, document: str, anchor: Anchor, head: Anchor) -> None:
        """Tell others where this person is."""
        self._bridge.call(lambda library: client_of(library).set_presence(document, anchor, head))

    # ---- opening ----------------------------------------------------------------------------------------

    def open(self, note_id: str, done: Callable[[OpenNote], None], failed: Failed | None = None) -> None:
        """
        Have a note, at once if it is open, else when it is loaded.

        Args:
            note_id: A document of the collection `notes`.
            done: Called with it, on this thread.
            failed: Called with the error if it cannot be loaded; otherwise `failed` is emitted.
        """

        def found(document: OpenDocument) -> None:
            assert isinstance(document, OpenNote)
            done(document)

        self._with(note_id, found, failed)

    def seat(self, note: OpenNote, viewer: object) -> OpenNote:
        """
        The note as a window may have it: itself, or where another window shows it already, a seat beside it.

        Args:
            note: Of `open` or `new_note`.
            viewer: The window's; `show` follows.
        """
        shown = self._shown.get(viewer)
        if shown is not None and shown.id == note.id:
            return shown
        holder = self._holders.setdefault(note.id, viewer)
        return note if holder is viewer else NoteSeat(note)

    def show(self, note: OpenNote | None, viewer: object) -> None:
        """Say which note a window shows: it stays open, and others see this person in the one shown last."""
        before = self._shown.pop(viewer, None)
        if note is not None:
            self._shown[viewer] = note
            note.peers.emit(self.peers.get(note.id, []))
            if not note.draft and note is not before:
                self._bridge.call(lambda library: client_of(library).set_presence(note.id))
        if before is not None and before is not note:
            self._give_up(before, viewer)
        if not self._shown and self.is_ready and self._bridge.accepting:
            self._bridge.call(lambda library: client_of(library).set_presence(None, None, None))

    def _give_up(self, note: OpenNote, viewer: object) -> None:
        if isinstance(note, NoteSeat):
            note.leave()
            note.deleteLater()
        elif self._holders.get(note.id) is viewer:
            del self._holders[note.id]

    def is_open(self, document_id: str) -> bool:
        """Is it in memory?"""
        return document_id in self._open

    def _with(self, document_id: str, done: Then, failed: Failed | None = None) -> None:
        known = self._open.get(document_id)
        if known is not None:
            self._open.move_to_end(document_id)
            done(known)
            return
        waiting = self._waiting.setdefault(document_id, [])
        waiting.append((done, failed or self.failed.emit))
        if len(waiting) == 1:
            self._bridge.call(
                lambda library: library.store.load(document_id),
                partial(self._loaded, document_id),
                partial(self._not_loaded, document_id),
            )

    def _loaded(self, document_id: str, stored: StoredDocument) -> None:
        try:
            document = self.adopt(document_id, stored)
        except CrdtError as error:
            logger.error("document %s cannot be read: %s", document_id, error)
            self._not_loaded(document_id, error)
            return
        for done, _ in self._waiting.pop(document_id, ()):
            done(document)

    def _not_loaded(self, document_id: str, error: Exception) -> None:
        for _, failed in self._waiting.pop(document_id, ()):
            failed(error)

    def adopt(self, document_id: str, stored: StoredDocument) -> OpenDocument:
        """
        Open a document that was loaded elsewhere, or give the one that is open already.

        Raises:
            CrdtError: What is stored is no document.
        """
        known = self._open.get(document_id)
        if known is not None:
            return known
        assert self._opening is not None
        built = stored.build(self._opening.ticker.rid)
        return self._keep(self._make(stored.stream, document_id, built))

    def _make(self, stream: str, document_id: str, built: Document) -> OpenDocument:
        notebook, _, collection = stream.partition("/")
        kind = OpenNote if collection == "notes" else OpenDocument
        document = kind(self, stream, document_id, built, self._model)
        document.writable = self.shelf.writable(notebook)
        return document

    def _keep(self, document: OpenDocument) -> OpenDocument:
        document.setParent(self)
        self._open[document.id] = document
        if self._bridge.saving:
            shown = {note.id for note in self._shown.values()}
            spare = [d for d in self._open if d not in shown and d != document.id]
            for document_id in spare[: max(0, len(self._open) - KEPT_MAX)]:
                self._open.pop(document_id).deleteLater()
        return document

    # ---- making -----------------------------------------------------------------------------------------

    def new_note(
        self, notebook: str, folder: str | None = None, title: str = "", blocks: Sequence[Block] = ()
    ) -> OpenNote:
        """Make a note that is a draft until its first edit, whatever blocks it begins with."""
        assert self._opening is not None
        stamp, now_ms = self.stamp(), self._opening.ticker.now_ms()
        made, delta = self.model.new_note(stamp.rid, stamp, title=title, created_ms=now_ms, folder=folder)
        note = OpenNote(self, f"{notebook}/notes", new_id(), made, self._model)
        text = fill_body(made, self.stamp, list(blocks)) if blocks else []
        note.begin_as_draft([delta, *text], lambda: self._begun(note))
        self._keep(note)
        return note

    def _begun(self, note: OpenNote) -> None:
        self.draft_begun.emit(note)
        if note in self._shown.values():
            self._bridge.call(lambda library: client_of(library).set_presence(note.id))

    def new_folder(self, notebook: str, name: str, parent: str | None = None) -> str:
        """Make a folder and give its id."""
        assert self._opening is not None
        stamp = self.stamp()
        made, delta = new_folder(stamp.rid, stamp, name=name, parent=parent)
        folder = OpenDocument(self, f"{notebook}/folders", new_id(), made, self._model)
        self.submit(LocalChange(folder.stream, folder.id, delta))
        self._keep(folder)
        self.read_shelf()
        return folder.id

    def new_notebook(self, name: str) -> str:
        """Make a notebook and give its id."""
        notebook = new_id()
        self._change_shelf(lambda library: client_of(library).add_notebook(notebook, name))
        return notebook

    def rename_notebook(self, notebook: str, name: str) -> None:
        """Give a notebook another name."""
        self._change_shelf(lambda library: library.rename_notebook(notebook, name))

    def hide_notebook(self, notebook: str, hidden: bool) -> None:
        """Put a notebook away, or have it back."""
        self._change_shelf(lambda library: library.hide_notebook(notebook, hidden))

    def rename_folder(self, folder: str, name: str) -> None:
        """Give a folder another name."""

        def rename(document: OpenDocument) -> None:
            document.edit(lambda edit: edit.set(("name",), name))
            self.read_shelf()

        self._with(folder, rename)

    def set_parent(self, folder: str, parent: str | None) -> None:
        """Put a folder into another one of its notebook, or (None) at the notebook's top."""

        def move(document: OpenDocument) -> None:
            document.edit(lambda edit: edit.set(("parent",), parent))
            self.read_shelf()

        self._with(folder, move)

    # ---- changing notes ---------------------------------------------------------------------------------

    def set_trashed(self, note_ids: Iterable[str], trashed: bool) -> None:
        """Put notes into the trash, or take them out again."""
        assert self._opening is not None
        value = self._opening.ticker.now_ms() if trashed else None
        self._change(note_ids, lambda edit, _: self.model.set_trashed(edit, value))

    def set_pinned(self, note_ids: Iterable[str], pinned: bool) -> None:
        """Keep notes at the top of the list, or not."""
        self._change(note_ids, lambda edit, _: self.model.set_pinned(edit, pinned))

    def set_tag(self, note_ids: Iterable[str], tag: str, on: bool) -> None:
        """Give notes a tag, or take it away."""
        assert self._opening is not None
        now_ms = self._opening.ticker.now_ms()

        def change(edit: Edit, note: Document) -> None:
            if not on:
                self.model.remove_tag(edit, tag)
            elif not note.value(("tags", tag)):  # what is there stays, colour and all
                self.model.add_tag(edit, tag, now_ms)

        self._change(note_ids, change)

    def set_folder(self, note_ids: Iterable[str], folder: str | None) -> None:
        """Move notes into a folder of their own notebook, or out of all folders."""
        self._change(note_ids, lambda edit, _: self.model.set_folder(edit, folder))

    def set_archived(self, note_ids: Iterable[str], archived: bool) -> None:
        """Put notes into the archive, or take them out again, where the data model has one."""
        if "archive" in self.model.FEATURES:
            self._change(note_ids, lambda edit, _: v2.set_archived(edit, archived))

    def set_icon(self, note_ids: Iterable[str], icon: str) -> None:
        """Give notes a picture in front of their title, or ("") none, where the data model has one."""
        if "icon" in self.model.FEATURES:
            self._change(note_ids, lambda edit, _: v2.set_icon(edit, icon or None))

    def set_tag_colour(self, note_ids: Iterable[str], tag: str, colour: str) -> None:
        """Give a tag of notes a colour, where the data model has one."""
        assert self._opening is not None
        now_ms = self._opening.ticker.now_ms()
        if "tag_colours" in self.model.FEATURES:
            self._change(note_ids, lambda edit, note: v2.colour_tag(edit, note, tag, colour, now_ms))

    def _change(self, note_ids: Iterable[str], intent: Callable[[Edit, Document], None]) -> None:
        """Do something to notes, each as an action of its own."""

        def change(document: OpenDocument) -> None:
            # The window may have closed while the note was loaded: then it stays as it is.
            if document.writable and self._bridge.accepting:
                document.break_group()
                document.edit(lambda edit: intent(edit, document.document))
                document.break_group()

        for note_id in note_ids:
            self._with(note_id, change)

    def write_again(self, document_id: str, refused: Delta, text: str, done: Then, failed: Failed) -> None:
        """
        Make an edit that was refused once more.

        As it was, where nothing was written in the document since; otherwise its text comes to the end.

        Args:
            document_id: Where.
            refused: As it was made.
            text: What it wrote.
            done: Called when it is submitted.
            failed: Called when it cannot be made again (Refused, CrdtError), or as for `open`.
        """

        def write(document: OpenDocument) -> None:
            try:
                if refused.rid == document.document.rid and refused.start == document.document.version().end(
                    refused.rid
                ):
                    document.take_own(refused.restamped(self._stamp_for(document)))
                elif text:
                    edit_beside(document, self._stamp_for(document), partial(write_at_end, text))
                else:
                    raise Refused("changed_since")
            except (CrdtError, Refused) as error:
                failed(error)
            else:
                done(document)

        self._with(document_id, write, failed)

    def _stamp_for(self, document: OpenDocument) -> Stamp:
        stamp = self.stamp()
        return Stamp(stamp.ms, stamp.count, document.document.rid)

    def edit_open(self, document_id: str, intent: Callable[[Edit], None]) -> Delta | None:
        """
        Edit a document for somebody who is no view of it: a command given on the command line.

        Returns: The delta, submitted; None when the document is not open here.
        Raises: CrdtError: The intent asks for what cannot be; nothing was changed.
        """
        known = self._open.get(document_id)
        return edit_beside(known, self.stamp(), intent) if known is not None and not known.draft else None

    def edit_beside(self, note: OpenDocument, intent: Callable[[Edit], None]) -> None:
        """
        Edit an open document from outside its views, as an action of its own: they are told in patches.

        Raises:
            CrdtError: The intent asks for what cannot be; nothing was changed.
        """
        if note.writable:
            note.break_group()
            edit_beside(note, self._stamp_for(note), intent)
            note.break_group()

    # ---- news -------------------------------------------------------------------------------------------

    def read_shelf(self) -> None:
        """Ask for the notebooks and folders; `shelf_changed` follows."""
        self._bridge.call(read_shelf, self._take_shelf, self.failed.emit)

    def _change_shelf(self, work: Callable[[Library], object]) -> None:
        self._bridge.call(work, lambda _: self.read_shelf(), self.failed.emit)

    def _start(self, opening: Opening) -> None:
        self._opening, self._model = opening, opening.model
        self.shelf = Shelf(list(opening.notebooks), dict(opening.folders), "archive" in self.model.FEATURES)
        if opening.first is not None:
            self._loaded(*opening.first)
        # The places first: what is shown next wants to know where new notes go.
        self.shelf_changed.emit(self.shelf)
        self.ready.emit()
        # The tags, which the first paint did not wait for.
        self.read_shelf()

    def _take_shelf(self, shelf: Shelf) -> None:
        self.shelf = shelf
        for document in self._open.values():
            document.set_writable(shelf.writable(document.stream.partition("/")[0]))
        self.shelf_changed.emit(shelf)

    def _take_remote(self, document_id: str, bodies: list[bytes]) -> None:
        document = self._open.get(document_id)
        if document is not None:
            document.apply(bodies)

    def _take_presence(self, document_id: str, peers: list[object]) -> None:
        self.peers.pop(document_id, None)
        if peers:
            self.peers[document_id] = peers
        document = self._open.get(document_id)
        if isinstance(document, OpenNote):
            document.peers.emit(peers)
        self.peers_changed.emit()

    def _reset_all(self, model: str) -> None:
        self._model = model
        for document_id, document in self._open.items():
            if not document.draft:
                self._reset(document_id)

    def _reset(self, document_id: str) -> None:
        document = self._open.get(document_id)
        if document is None:
            return
        loading = document.await_replacement()

        def loaded(stored: StoredDocument) -> None:
            assert self._opening is not None
            if not document.is_awaiting(loading):
                return
            built = stored.build(self._opening.ticker.rid)
            if document.missed_own_of_before(built.rid, self._model):
                # On its way to the store, which rewrites it: built now, the document would give its counters
                # out again.
                self._reset(document_id)
                return
            document.stream = stored.stream
            document.replace(built, self._model)

        self._bridge.call(lambda library: library.store.load(document_id), loaded, self.failed.emit)


def write_at_end(text: str, edit: Edit) -> None:
    """The intent that puts a text into a block of its own at the end of a note."""
    body = edit.text(("body",))
    body.insert(len(body), f"\n{text}")


def read_shelf(library: Library) -> Shelf:
    """The notebooks and their folders. Engine thread."""
    notebooks = notebooks_of(library.store)
    folders = {row.id: library.store.folders(row.id) for row in notebooks}
    archive = "archive" in library.model.FEATURES
    return Shelf(notebooks, folders, archive, library.store.tags())
