"""
The shelf: notebooks, lists, search and attachments of the client's store, as the app and the command line
read them.

What it is not: documents, the outbox or what a server says (client_store.py). Invariants:
- Lists read derived tables; what was written a moment ago is projected first, so that one reads one's own
  writes.
- Ids of documents never change, whatever account a notebook comes to belong to.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import EllipsisType
from typing import Final

from sync.storage import attachments, listing, notebooks, traits
from sync.storage.attachment_shelf import AttachmentShelf
from sync.storage.profile_file import write_meta
from sync.storage.rows import (
    FolderRow,
    LinkRow,
    Look,
    NotebookRow,
    NoteRow,
    PersonRow,
    SearchHit,
    SentRow,
    TitleRow,
)

REFRESHED_AT_READ_MAX: Final = 8
"""Dirty documents projected before a list is read; the rest waits for `refresh_projections`."""


class Shelf(AttachmentShelf):
    """A library file whose notebooks, notes and folders can be listed and searched."""

    # --- lists -----------------------------------------------------------------------------------

    def notes(
        self,
        *,
        notebook: str | None = None,
        folder: str | EllipsisType | None = ...,
        tag: str | None = None,
        trashed: bool = False,
        archived: bool | None = None,
        pinned_first: bool = True,
        order: str = "updated",
    ) -> list[NoteRow]:
        """
        Return notes.

        Args:
            notebook: Its id; None for all.
            folder: A folder's id; None for notes in no folder; `...` for all.
            tag: Only notes with this tag.
            trashed: Only what is in the trash instead of only what is not.
            archived: Only what is in the archive (True), only what is not (False), or both (None). The trash
                has both.
            pinned_first: Pinned notes before the others.
            order: updated, created (both latest first) or title.

        Cost: at most 100 ms for 11,024 notes.
        """
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return listing.notes(
                connection,
                notebook=notebook,
                folder=folder,
                tag=tag,
                trashed=trashed,
                archived=archived,
                pinned_first=pinned_first,
                order=order,
            )

    def titles(self) -> list[TitleRow]:
        """Return the names of all notes outside the trash, the latest edited first. Cost: 25 ms at 11,024."""
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return listing.titles(connection)

    def find_note(self, text: str) -> list[NoteRow]:
        """
        Return the notes that a person may mean by an id, the beginning of one, or a title; several:
        ambiguous.
        """
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return listing.find_note(connection, text)

    def search(self, query: str, limit: int = 50, *, trashed: bool = False) -> list[SearchHit]:
        """
        Return the notes that have all the words of a query and pass its filters, the best first.

        A word finds words that begin with it, or, when nothing else does, contain it. In scripts without
        spaces any part is found. Words in quotes stand side by side, one behind a minus is not there; the
        filters are `tag: in: by: has: is: before: after:` (query.py). Without words the latest come first.

        Cost: at most 30 ms on 11,024 notes.
        """
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return listing.hits(connection, self._projections.vocabulary, query, limit, trashed=trashed)

    def warm_search(self) -> bool:
        """
        Have more of that at hand which only searches for parts of words need; whether there is still more.

        Cost: 4 ms, and some 20 calls until all of 11,024 notes is there.
        """
        with self._reading() as connection:
            return self._projections.vocabulary.read(connection)

    def folders(self, notebook: str) -> list[FolderRow]:
        """Return the folders of a notebook, in their order."""
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return listing.folders(connection, notebook)

    def listed_in(self, note: str) -> str | None:
        """
        Return the notebook in which lists had a note when they were derived last; None for one in the trash,
        or in none of them. Cost: one look-up by key.
        """
        with self._reading() as connection:
            row = connection.execute(
                "SELECT s.notebook FROM notes n JOIN documents d ON d.key = n.document"
                " JOIN streams s ON s.key = d.stream WHERE d.id = ? AND n.trashed_ms IS NULL",
                (note,),
            ).fetchone()
        return None if row is None else str(row[0])

    # --- notebooks -------------------------------------------------------------------------------

    def notebooks(self) -> list[NotebookRow]:
        """Return all notebooks, oldest first."""
        with self._reading() as connection:
            return notebooks.rows(connection)

    def add_notebook(self, id: str, name: str, note: str = "") -> None:
        """
        Add a notebook that only this computer knows; the engine makes it on the server when signed in.

        Args:
            note: The note that it is made for, when it is one note shared by itself.
        """
        with self._writing() as connection:
            notebooks.add(connection, id, name, "owner", notebooks.TO_BE_MADE, note)

    def rename_notebook(self, id: str, name: str) -> None:
        """Give a notebook another name, here; the engine tells the server where that has it."""
        with self._writing() as connection:
            notebooks.rename(connection, id, name)

    def notebooks_to_rename(self) -> list[tuple[str, str]]:
        """Return (id, name) of the notebooks whose new name the server does not have yet."""
        with self._reading() as connection:
            return notebooks.to_be_renamed(connection)

    def notebook_named(self, id: str, name: str) -> None:
        """Note that the server calls a notebook so now."""
        with self._writing() as connection:
            notebooks.named(connection, id, name)

    def keep_server_name(self, id: str) -> None:
        """Give up the name that a notebook was given here: the server did not take it."""
        with self._writing() as connection:
            notebooks.keep_server_name(connection, id)

    def save_owner(self, id: str, name: str) -> None:
        """Note whose a notebook is that is not this person's own."""
        self.set_meta(notebooks.OWNER + id, name)

    def set_hidden(self, id: str, hidden: bool) -> None:
        """Put a notebook away, or have it back; its notes stay what they are."""
        with self._writing() as connection:
            notebooks.set_hidden(connection, id, hidden)

    def notebooks_to_hide(self) -> list[tuple[str, bool]]:
        """Return (id, whether it was put away) of the notebooks of which the server does not know it yet."""
        with self._reading() as connection:
            return notebooks.to_be_hidden(connection)

    def notebook_hidden(self, id: str, hidden: bool) -> None:
        """Note that the server has a notebook for put away now, or not any more."""
        with self._writing() as connection:
            notebooks.hidden_there(connection, id, hidden)

    def keep_server_hidden(self, id: str) -> None:
        """Show a notebook, or not, as the server says: it did not take what was said here."""
        with self._writing() as connection:
            notebooks.keep_server_hidden(connection, id)

    def personal(self) -> str | None:
        """
        Return the id of the notebook in which a note lands when nobody says where, or None before there is
        one.
        """
        return self.meta("personal")

    def set_personal(self, id: str) -> None:
        """Name the notebook in which a note lands when nobody says where."""
        self.set_meta("personal", id)

    def notebooks_to_make(self) -> list[tuple[str, str, str]]:
        """Return (id, name, note that it is made for) of the notebooks that the server does not have yet."""
        with self._reading() as connection:
            return notebooks.to_be_made(connection)

    def notebook_made(self, id: str, name: str) -> None:
        """Note that the server has a notebook now, by the name that it was told."""
        with self._writing() as connection:
            notebooks.made(connection, id, name)

    def set_account_notebooks(
        self,
        rows: Sequence[tuple[str, str, str]],
        shared: Sequence[tuple[str, int, str, Sequence[tuple[str, str]]]] = (),
        hidden: Collection[str] = (),
    ) -> tuple[list[str], list[str]]:
        """
        Bring names and roles to what the account has now, from (id, name, role) of all its notebooks,
        (id, members, note, roles of collections) of those that are special, and the ids of those that were
        put away.

        Returns:
            Ids of the notebooks that are new here or whose role changed, and of those the account has lost;
            these keep their notes, with role "none".
        """
        with self._writing() as connection:
            return notebooks.set_account_notebooks(connection, rows, shared, hidden)

    def adopt(self, *, server: str, account: str, personal: str, everything: bool) -> None:
        """
        Make this library the account's, in one commit; only once, while `meta("account")` is None.

        Args:
            server: The server's own id.
            account: The account's id.
            personal: The account's own notebook; the local one that bears no name of its own becomes it.
            everything: False keeps the notebooks that are here on this computer.
        """
        with self._writing() as connection:
            mine = connection.execute("SELECT value FROM meta WHERE key = 'personal'").fetchone()
            notebooks.adopt(connection, personal, None if mine is None else mine[0], all_of_it=everything)
            write_meta(connection, "account", account)
            write_meta(connection, "server_id", server)
            if everything or mine is None:
                write_meta(connection, "personal", personal)

    # --- links, tags, people, looks ---------------------------------------------------------------

    def backlinks(self, note: str) -> list[LinkRow]:
        """Return the notes that link to a note, the latest edited first."""
        self.refresh_projections(REFRESHED_AT_READ_MAX)
        with self._reading() as connection:
            return traits.backlinks(connection, note)

    def mentions(self, note: str) -> list[LinkRow]:
        """Return the notes in whose text a note's title stands without being a link, with that place."""
        with self._reading() as connection:
            return traits.mentions(connection, self._projections.vocabulary, note)

    def tags(self) -> dict[str, int]:
        """Return the tags of notes outside the trash, by name, and how many notes have each."""
        with self._reading() as connection:
            return traits.tags(connection)

    def people(self) -> dict[int, PersonRow]:
        """Return whose replica is whose, as far as a server has said."""
        with self._reading() as connection:
            return traits.people(connection)

    def save_people(self, people: Sequence[PersonRow]) -> None:
        """Store whose replicas are whose."""
        with self._writing() as connection:
            traits.save_people(connection, people)

    def strangers(self, limit: int) -> dict[str, list[int]]:
        """Return, by notebook, replicas that wrote in it and of which nobody has said whose they are."""
        with self._reading() as connection:
            return traits.strangers(connection, limit)

    def sent_of(self, document: str, limit: int = 200) -> list[SentRow]:
        """Return the deltas of a document that are kept to be sent, or sent again; the latest first."""
        with self._reading() as connection:
            return traits.sent_of(connection, document, limit)

    def look(self, note: str) -> Look | None:
        """Return when this person looked at a note last and what it was then; None when they never did."""
        with self._reading() as connection:
            return traits.look(connection, note)

    def save_look(self, note: str, at_ms: int, version: Mapping[int, int]) -> None:
        """Note that this person saw a note as it was at a version, {replica: end}."""
        with self._writing() as connection:
            traits.save_look(connection, note, at_ms, version)

    # --- undo ------------------------------------------------------------------------------------

    def save_undo(self, document: str, body: bytes) -> None:
        """Keep what the app needs to restore carets when it undoes in a document."""
        with self._writing() as connection:
            attachments.save_undo(connection, document, body)

    def load_undo(self, document: str) -> bytes | None:
        """Return what `save_undo` kept for a document, or None."""
        with self._reading() as connection:
            return attachments.load_undo(connection, document)
