"""
The library: everything a profile can do, synchronously, over the store. No Qt, no sockets.

Lives on the engine thread of the window, or in the process of one command. Not here: the wire (`client`),
files of other programs (`transfer`), words (`wording`).

Invariants: - An existing document is edited through `edit` and nothing else; in a window that goes to the
GUI thread (`editor`).
- What is returned is stored: `submit` comes back after the commit.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from app.refusals import Refused
from sync.limits import NAME_LENGTH_MAX

if TYPE_CHECKING:
    from app.transfer.blocks import Block
    from crdt import Delta, Document, Edit
    from sync.client.ticker import Ticker
    from sync.model.versions import Model
    from sync.storage.client_store import ClientStore
    from sync.storage.rows import LocalChange, NotebookRow, NoteRow, SearchHit

PERSONAL_NAME: Final = "Personal"
"""What the first notebook is called; adopted by the account's own at the first sign-in."""

SHOWN_MAX: Final = 5
"""Ids that a refusal names when several answer."""

WRITERS: Final = ("owner", "editor")

DELTAS_MANY: Final = 8
"""Of a new note, some 130 kB: then its state is stored with it, and it is opened by that."""

Intent = Callable[["Edit"], None]
Editor = Callable[[str, Intent], "Delta"]


class Submitting(Protocol):
    """What the library needs of the client: storing with whatever follows from it."""

    def submit(self, changes: Sequence[LocalChange]) -> object:
        """Store changes in one commit, then see to their sending."""


class NewNote(NamedTuple):
    """A note that exists as a document and is not stored yet."""

    id: str
    document: Document
    changes: list[LocalChange]


def new_id() -> str:
    """
    A fresh id of a document or notebook: 22 characters of url-safe base64.

    It never begins with "-", which a command line would take for an option.
    """
    while (name := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return name


def notebook_name(text: str) -> str:
    """
    What a notebook may be called: at most NAME_LENGTH_MAX letters in one line, as the server takes it.

    Raises:
        Refused: Nothing is left ("name_needed").
    """
    kept = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    name = kept.strip()[:NAME_LENGTH_MAX]
    if not name:
        raise Refused("name_needed")
    return name


class Library:
    """A profile's library. Used on the thread that owns the store."""

    def __init__(
        self, store: ClientStore, client: Any | None, ticker: Ticker, *, editor: Editor | None = None
    ) -> None:
        """
        Take over an open store.

        Args:
            store: Not closed here.
            client: The syncing client, to be told of changes; None stores them and leaves sending for later.
            ticker: The clock of this replica.
            editor: Edits existing notes where that must happen elsewhere (a window's GUI thread); returns the
                delta when it is stored or on its way there.
        """
        self.store: Final = store
        self.client: Final = client
        self.ticker: Final = ticker
        self._editor: Final = editor

    @property
    def model(self) -> Model:
        """The data model of the notes here: how they are made, read and changed."""
        from sync.model.versions import reader_of

        return reader_of(self.store.model)

    # --- notebooks and folders ----------------------------------------------------------------------------

    def personal(self) -> str:
        """The id of the notebook in which a note lands when nobody says where; made when there is none."""
        known = self.store.personal()
        if known is not None:
            return known
        made = self.new_notebook(PERSONAL_NAME)
        self.store.set_personal(made)
        return made

    def new_notebook(self, name: str, notebook: str | None = None) -> str:
        """
        Make a notebook on this computer; it reaches the server with the next sync. Returns its id, a new one
        unless `notebook` is given.
        """
        made = notebook or new_id()
        if self.client is None:
            self.store.add_notebook(made, name)
        else:
            self.client.add_notebook(made, name)
        return made

    def rename_notebook(self, notebook: str, name: str) -> None:
        """
        Give a notebook another name: here at once, on the server with the next sync.

        Raises:
            Refused: As `notebook_name`, or others own the notebook ("not_owner").
        """
        name = notebook_name(name)
        self._own(notebook)
        if self.client is None:
            self.store.rename_notebook(notebook, name)
        else:
            self.client.rename_notebook(notebook, name)

    def hide_notebook(self, notebook: str, hidden: bool) -> None:
        """Put a notebook away, or have it back: here at once, on other devices with the next sync."""
        self.store.set_hidden(notebook, hidden)
        if self.client is not None:
            self.client.flush()

    def notes_to_delete(self, notebook: str) -> list[str]:
        """
        What has to go to the trash for a notebook to be deleted.

        Raises:
            Refused: It cannot be deleted: new notes land in it ("personal_notebook"), others are in it
                ("shared_notebook"), or it is theirs ("not_owner"). StoreUnavailable: "newer".
        """
        row = self._own(notebook)
        if row.role == "none":
            return []
        if notebook == self.store.personal():
            raise Refused("personal_notebook", name=row.name)
        if row.members > 1:
            raise Refused("shared_notebook", name=row.name, count=row.members - 1)
        return [note.id for note in self.store.notes(notebook=notebook)]

    def _own(self, notebook: str) -> NotebookRow:
        """The notebook, if it is this person's, or nobody's any more. Raises Refused, StoreUnavailable."""
        row = next((row for row in self.store.notebooks() if row.id == notebook), None)
        if row is None:
            raise Refused("no_notebook", name=notebook)
        if row.role == "none":
            return row
        self.check_writable(notebook)
        if row.role != "owner":
            raise Refused("not_owner", name=row.name)
        return row

    def move(self, notes: Sequence[str], notebook: str) -> None:
        """
        Have notes in another notebook: shown there at once, moved as soon as the server can be asked.

        Raises:
            Refused: One of the notebooks may only be read.
        """
        for note in notes:
            self.check_writable(self.store.load(note).stream.partition("/")[0])
        self.check_writable(notebook)
        if self.client is None:
            self.store.move(notes, notebook, self.ticker.now_ms())
        else:
            self.client.move(notes, notebook)

    def notebook_of_note(self, note: str, name: str) -> str:
        """
        The notebook in which one note is alone, to be shared by itself; the note is moved there.

        Args:
            note: Its id.
            name: What others see; the note's title.

        Returns:
            The notebook's id; the one that was made for the note before, if it is there.
        """
        there = self.notebook_alone(note)
        if there is not None:
            return there
        self.check_writable(self.store.load(note).stream.partition("/")[0])
        made = new_id()
        if self.client is None:
            self.store.add_notebook(made, name, note)
        else:
            self.client.add_notebook(made, name, note)
        self.move([note], made)
        return made

    def notebook_alone(self, note: str) -> str | None:
        """The id of the notebook that a note has to itself; None while it is in one with others."""
        where = self.store.load(note).stream.partition("/")[0]
        planned = {move.document: move.notebook for move in self.store.moves()}.get(note, where)
        known = {row.id for row in self.store.notebooks() if row.note == note and row.role != "none"}
        return planned if planned in known else None

    def find_notebook(self, text: str) -> NotebookRow | None:
        """
        The notebook with this id or name; None when there is none.

        Raises:
            Refused: several are called so.
        """
        rows = [row for row in self.store.notebooks() if row.is_shown or row.id == text]
        found = [row for row in rows if row.id == text] or [row for row in rows if row.name == text]
        found = found or [row for row in rows if row.name.casefold() == text.casefold()]
        if len(found) > 1:
            ids = ", ".join(row.id for row in found[:SHOWN_MAX])
            raise Refused("several_notebooks", name=text, count=len(found), ids=ids)
        return found[0] if found else None

    def draft_folder(self, notebook: str, name: str, parent: str | None, folder: str) -> LocalChange:
        """Make the document of a folder with the id `folder`; the change is not stored yet."""
        from sync.model.v1 import new_folder
        from sync.storage.rows import LocalChange

        stamp = self.ticker.stamp()
        _, delta = new_folder(stamp.rid, stamp, name=name, parent=parent)
        return LocalChange(f"{notebook}/folders", folder, delta)

    def folder_paths(self) -> dict[str, str]:
        """The path of each folder: the names from the notebook's top down, joined by slashes."""
        rows = {row.id: row for notebook in self.store.notebooks() for row in self.store.folders(notebook.id)}
        paths: dict[str, str] = {}
        for folder in rows:
            names: list[str] = []
            place: str | None = folder
            # Parents form no circles (they are derived so); the bound is for a store that lies.
            while place in rows and len(names) <= len(rows):
                assert place is not None
                names.append(rows[place].name)
                place = rows[place].parent
            paths[folder] = "/".join(reversed(names))
        return paths

    def check_writable(self, notebook: str) -> None:
        """Raises Refused, or StoreUnavailable ("newer"), when this person may only read the notebook."""
        if self.store.read_only:
            from sync.errors import StoreUnavailable

            raise StoreUnavailable(self.store.path, "newer")
        if any(row.id == notebook and row.role not in WRITERS for row in self.store.notebooks()):
            raise Refused("not_writable")

    # --- notes --------------------------------------------------------------------------------------------

    def find(self, text: str) -> NoteRow:
        """
        The note that a person means: by id, by the beginning of an id, or by title.

        Raises:
            Refused: none, or several answer.
        """
        found = self.store.find_note(text)
        if not found:
            raise Refused("no_note", name=text)
        if len(found) > 1:
            ids = ", ".join(row.id for row in found[:SHOWN_MAX])
            raise Refused("several_notes", name=text, count=len(found), ids=ids)
        return found[0]

    def document(self, note: str) -> Document:
        """A note's document, to be read. Raises StoreUnavailable when there is none."""
        return self.store.document(note, self.ticker.rid)

    def draft_note(
        self,
        notebook: str,
        *,
        title: str = "",
        blocks: list[Block] | None = None,
        folder: str | None = None,
        created_ms: int | None = None,
        tags: Sequence[str] = (),
        pinned: bool = False,
        archived: bool = False,
        icon: str = "",
        colours: Mapping[str, str] | None = None,
        attachments: dict[str, dict[str, Any]] | None = None,
        note: str | None = None,
    ) -> NewNote:
        """
        Make a new note's document and the changes that bring it, without storing them. Any thread.

        Args:
            notebook: Its id.
            blocks: The body, tidied as readers give it.
            folder: A folder's document id.
            created_ms: When it was written first; now by default.
            tags: Each without "#".
            archived: Whether it is put away; like `icon` and `colours` left out where the library is of a
                data model that has none.
            icon: A picture in front of the title, as text.
            colours: {tag: the name of a colour of the theme, or ``#rrggbb``}.
            attachments: {sha256: {"name", "mime", "size_bytes"}} of what the body refers to.
            note: Its id, when that was promised to others already.
        """
        from app.transfer.body import fill_body
        from sync.model.references import content_of_blocks
        from sync.storage.rows import LocalChange

        model = self.model
        now_ms = self.ticker.now_ms()
        stamp = self.ticker.stamp()
        made = note or new_id()
        created = now_ms if created_ms is None else created_ms
        document, delta = model.new_note(stamp.rid, stamp, title=title, created_ms=created, folder=folder)
        deltas = [delta]
        if tags or pinned or archived or icon or attachments:
            looks = _with_looks(model, pinned, archived, icon)
            details = _with_details(model, now_ms, tags, colours or {}, attachments or {}, looks)
            deltas.append(document.edit(self.ticker.stamp(), details))
        if blocks:
            deltas.extend(fill_body(document, self.ticker.stamp, blocks))
        stream = f"{notebook}/notes"
        changes = [LocalChange(stream, made, delta) for delta in deltas]
        if not attachments:
            # What names attachments is read again when it is stored: that says which of them are to be sent.
            content = content_of_blocks(blocks or [])
            state = document.encode() if len(deltas) >= DELTAS_MANY else None
            changes[-1] = changes[-1]._replace(
                summary=model.note_summary(document), content=content, state=state
            )
        return NewNote(made, document, changes)

    def new_note(self, notebook: str | None = None, **details: Any) -> str:
        """
        Make and store a note; arguments as in `draft_note`, the personal notebook by default.

        Returns:
            Its id.

        Raises:
            Refused: the notebook may only be read.
            StoreUnavailable: it is not stored.
        """
        where = notebook or self.personal()
        self.check_writable(where)
        made = self.draft_note(where, **details)
        self.submit(made.changes)
        return made.id

    def edit(self, note: str, intent: Intent) -> Delta:
        """
        Change a note as one action of this person, and store that.

        Raises:
            Refused: the note's notebook may only be read.
            CrdtError: the intent asks for what cannot be; nothing was changed.
            StoreUnavailable: there is no such note, or the change is not stored.
        """
        stored = self.store.load(note)
        self.check_writable(stored.stream.partition("/")[0])
        if self._editor is not None:
            return self._editor(note, intent)
        from sync.storage.rows import LocalChange

        stamp = self.ticker.stamp()
        delta = stored.build(stamp.rid).edit(stamp, intent)
        if not delta.empty:
            self.submit([LocalChange(stored.stream, note, delta)])
        return delta

    def set_trashed(self, note: str, trashed: bool) -> None:
        """Put a note into the trash, or take it out. It stays there for 30 days."""
        now_ms = self.ticker.now_ms() if trashed else None
        self.edit(note, lambda edit: self.model.set_trashed(edit, now_ms))

    def search(self, query: str, limit: int = 50) -> list[SearchHit]:
        """The notes that answer a query, the best first."""
        return self.store.search(query, limit)

    def carry(self, changes: Sequence[LocalChange]) -> None:
        """Store what others wrote, out of an archive, in one commit; a client also sends and shows it."""
        if changes and self.client is not None:
            self.client.carry(changes)
        elif changes:
            self.store.append(changes)

    def submit(self, changes: Sequence[LocalChange]) -> None:
        """Store changes in one commit; a client also sends them."""
        if not changes:
            return
        if self.client is None:
            self.store.append(changes)
        else:
            self.client.submit(changes)


def _with_details(
    model: Model,
    now_ms: int,
    tags: Sequence[str],
    colours: Mapping[str, str],
    attachments: dict[str, dict[str, Any]],
    looks: Intent,
) -> Intent:
    """The intent that gives a new note its tags, its attachments and how it looks."""

    def give(edit: Edit) -> None:
        looks(edit)
        for tag in tags:
            model.add_tag(edit, tag, now_ms, colours.get(tag, ""))
        for digest, facts in attachments.items():
            edit.make(("attachments", digest), "map")
            for name, value in facts.items():
                edit.set(("attachments", digest, name), value)

    return give


def _with_looks(model: Model, pinned: bool, archived: bool, icon: str) -> Intent:
    """The intent that gives a new note its pin, its place in the archive and its icon."""
    from sync.model import v2

    def give(edit: Edit) -> None:
        if pinned:
            model.set_pinned(edit, True)
        if archived and "archive" in model.FEATURES:
            v2.set_archived(edit, True)
        if icon and "icon" in model.FEATURES:
            v2.set_icon(edit, icon)

    return give
