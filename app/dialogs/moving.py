"""
Notes and folders go elsewhere: into folders, notebooks, tags, the trash; by drag, by key, by menu. Each can
be taken back for a while.

Decides what a drop or a choice means and says what was done. Not here: the edits themselves (`workspace`),
another notebook (`library.move`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.dialogs.places import Places
from app.models.fuzzy import best, folded
from app.models.scope import Kind, Scope
from app.widgets.browsing import Browsing
from app.widgets.toast import Toast
from app.workspace import Workspace
from sync.storage.rows import FolderRow, NoteRow

if TYPE_CHECKING:
    from app.dialogs.going import Going
    from app.widgets.picker import Offer

SHOWN_MAX = 50
TAG_LENGTH_MAX = 100


class Moving(QObject):
    """Moves, with their undo, of one window."""

    def __init__(
        self,
        bridge: Bridge,
        workspace: Workspace,
        browsing: Browsing,
        going: Going,
        places: Places,
        toast: Toast,
    ) -> None:
        """Listen to the sidebar's drops."""
        super().__init__(browsing)
        self._bridge = bridge
        self._workspace = workspace
        self._browsing = browsing
        self._going = going
        self._places = places
        self._toast = toast
        browsing.places.notes_dropped.connect(self.drop_notes)
        browsing.places.folder_dropped.connect(self.drop_folder)

    # ---- notes ------------------------------------------------------------------------------------------

    def trash(self, note_ids: Sequence[str]) -> None:
        """Put notes into the trash."""
        ids = list(note_ids)
        if ids:
            self._browsing.put_away(ids, True)
            self._say(self._noted(len(ids), self.tr("moved to the trash")), lambda: self._untrash(ids))

    def restore(self, note_ids: Sequence[str]) -> None:
        """Take notes out of the trash."""
        ids = list(note_ids)
        if ids:
            self._browsing.put_away(ids, False)
            done = self._noted(len(ids), self.tr("restored"))
            self._say(done, lambda: self._workspace.set_trashed(ids, True))

    def _untrash(self, ids: Sequence[str]) -> None:
        self._workspace.set_trashed(ids, False)
        self._browsing.open(ids[0])

    def drop_notes(self, note_ids: Sequence[str], scope: Scope) -> None:
        """Notes were dropped on a place of the sidebar."""
        if scope.kind is Kind.TRASH:
            self.trash(note_ids)
        elif scope.kind is Kind.PINNED:
            self._workspace.set_pinned(note_ids, True)
            self._say(
                self._noted(len(note_ids), self.tr("pinned")),
                lambda: self._workspace.set_pinned(note_ids, False),
            )
        elif scope.kind is Kind.ARCHIVE:
            self.archive(note_ids)
        elif scope.kind is Kind.TAG and scope.tag is not None:
            self.tag(note_ids, scope.tag, True)
        elif scope.notebook is not None:
            self.move(note_ids, scope.notebook, scope.folder)

    def archive(self, note_ids: Sequence[str]) -> None:
        """Put notes into the archive."""
        ids = list(note_ids)
        self._browsing.put_elsewhere(ids, lambda: self._workspace.set_archived(ids, True))
        done = self._noted(len(ids), self.tr("archived"))
        self._say(done, lambda: self._workspace.set_archived(ids, False))

    def move(self, note_ids: Sequence[str], notebook: str, folder: str | None) -> None:
        """Move notes into a folder, or to the top of a notebook."""
        rows = [row for row in map(self._browsing.row, note_ids) if row is not None]
        here = [row for row in rows if row.notebook == notebook and row.folder != folder]
        others = [row for row in rows if row.notebook != notebook]
        name = self._browsing.places.name_of(
            Scope(Kind.FOLDER, notebook, folder) if folder else Scope(Kind.NOTEBOOK, notebook)
        )
        done = self.tr("moved to “{place}”").format(place=name)
        if here:
            self._workspace.set_folder([row.id for row in here], folder)
            self._say(self._noted(len(here), done), lambda: self._put_back(here))
        if others:
            self._relocate(others, notebook, folder, done)

    def _put_back(self, rows: Sequence[NoteRow]) -> None:
        for row in rows:
            self._workspace.set_folder([row.id], row.folder)

    def _relocate(self, rows: Sequence[NoteRow], notebook: str, folder: str | None, done: str) -> None:
        """Another notebook is another stream: the library sees to that. The folder is set before."""
        ids = [row.id for row in rows]

        def undo() -> None:
            for row in rows:
                self._workspace.set_folder([row.id], row.folder)
                self._go_to(row.notebook, [row.id])

        self._workspace.set_folder(ids, folder)
        self._go_to(notebook, ids, lambda: self._say(self._noted(len(ids), done), undo))

    def _go_to(self, notebook: str, ids: Sequence[str], then: Callable[[], object] = lambda: None) -> None:
        def moved(_: object) -> None:
            self._browsing.reload()
            self._workspace.read_shelf()
            then()

        self._bridge.call(lambda library: library.move(ids, notebook), moved, self._workspace.failed.emit)

    def ask_move(self) -> None:
        """Choose by a few letters where the selected notes go."""
        ids = self._browsing.targets()
        if not ids:
            return
        from app.widgets.picker import Offer

        places = [
            (scope, name)
            for scope, name in self._browsing.places.named_places()
            if scope.notebook is not None and self._workspace.shelf.writable(scope.notebook)
        ]

        def seek(text: str) -> list[Offer]:
            names = [folded(name) for _, name in places]
            found = (
                [(one.number, one.match.places) for one in best(text, names, SHOWN_MAX)]
                if text.strip()
                else [(number, ()) for number in range(len(places))]
            )
            return [
                Offer(
                    places[number][0],
                    places[number][1],
                    icon="folder" if places[number][0].folder else "book-open",
                    places=letters,
                )
                for number, letters in found
            ]

        def chosen(scope: Scope) -> None:
            assert scope.notebook is not None, "only such places are offered"
            self.move(ids, scope.notebook, scope.folder)

        self._going.pick(self.tr("Move to"), seek, chosen, self.tr("No notebook or folder is called so."))

    # ---- tags -------------------------------------------------------------------------------------------

    def tag(self, note_ids: Sequence[str], tag: str, on: bool) -> None:
        """Give notes a tag, or take it away; those that have it, or have it not, stay as they are."""
        rows = {note: self._browsing.row(note) for note in note_ids}
        ids = [note for note, row in rows.items() if row is None or (tag in row.tags) != on]
        if not ids:
            return
        self._workspace.set_tag(ids, tag, on)
        done = self.tr("tagged #{tag}") if on else self.tr("without #{tag} now")

        def back() -> None:
            self._workspace.set_tag(ids, tag, not on)
            for note in ids:
                row = rows[note]
                colour = dict(row.tag_colours).get(tag) if row is not None else None
                if colour:
                    self._workspace.set_tag_colour([note], tag, colour)

        self._say(self._noted(len(ids), done.format(tag=tag)), back)

    def ask_tag(self) -> None:
        """Choose a tag for the selected notes by a few letters; one they all have is taken away."""
        ids = self._browsing.targets()
        if not ids:
            return
        rows = [row for row in map(self._browsing.row, ids) if row is not None]
        common = set.intersection(*(set(row.tags) for row in rows)) if rows else set()
        from app.widgets.picker import Offer

        def seek(text: str) -> list[Offer]:
            tags = list(self._workspace.shelf.tags)
            typed = " ".join(text.removeprefix("#").split())[:TAG_LENGTH_MAX]
            found = (
                [
                    (tags[one.number], one.match.places)
                    for one in best(typed, list(map(folded, tags)), SHOWN_MAX)
                ]
                if typed
                else [(tag, ()) for tag in tags]
            )
            offers = [
                Offer(tag, tag, self.tr("take away") if tag in common else "", "",
                      "check" if tag in common else "tag", letters)
                for tag, letters in found
            ]  # fmt: skip
            if typed and typed not in tags:
                offers.append(Offer(typed, self.tr("New tag “{tag}”").format(tag=typed), icon="plus"))
            return offers

        self._going.pick(
            self.tr("Tag"),
            seek,
            lambda tag: self.tag(ids, tag, tag not in common),
            self.tr("Type a name for a tag."),
        )

    # ---- folders --------------------------------------------------------------------------

    def drop_folder(self, source: Scope, target: Scope) -> None:
        """A folder was dropped on another place of its notebook."""
        folder = self._folder(source)
        if folder is None or source.notebook != target.notebook or target.folder == folder.id:
            return
        if target.folder in self._places.inside(source) or folder.parent == target.folder:
            return
        self._workspace.set_parent(folder.id, target.folder)
        self._say(
            self.tr("“{name}” moved").format(name=folder.name),
            lambda: self._workspace.set_parent(folder.id, folder.parent),
        )

    def _folder(self, scope: Scope) -> FolderRow | None:
        return next((row for row in self._rows(scope) if row.id == scope.folder), None)

    def _rows(self, scope: Scope) -> Sequence[FolderRow]:
        return self._workspace.shelf.folders.get(scope.notebook or "", ())

    # ---- words ------------------------------------------------------------------------------------------

    def _say(self, text: str, undo: Callable[[], object]) -> None:
        self._toast.say(text, undo)

    def _noted(self, count: int, done: str) -> str:
        notes = self.tr("1 note") if count == 1 else self.tr("{n} notes").format(n=count)
        return f"{notes} {done}"
