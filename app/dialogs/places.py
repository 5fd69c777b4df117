"""
Places of the sidebar: notebooks and folders are made, named where they stand, and deleted. Nothing is lost:
the notes of what is deleted are in the trash, and a word takes it back.

Not here: what notes do among places (`moving`), the edits themselves (`workspace`, `library`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.models.scope import Kind, Scope
from app.refusals import Refused
from app.widgets.browsing import Browsing
from app.widgets.sidebar import Sidebar
from app.widgets.toast import Toast
from app.wording import sentence
from app.workspace import Workspace
from sync.storage.rows import FolderRow, NoteRow

if TYPE_CHECKING:
    from app.library import Library


class Places(QObject):
    """Makes, names and deletes places of one window."""

    def __init__(
        self,
        bridge: Bridge,
        workspace: Workspace,
        browsing: Browsing,
        sidebar: Sidebar,
        toast: Toast,
        share: Callable[[str, str], None],
        delete_tag: Callable[[str], None],
    ) -> None:
        """`share` opens the dialog of a notebook: id and name. `delete_tag` takes a tag from every note."""
        super().__init__(browsing)
        self._bridge = bridge
        self._workspace = workspace
        self._browsing = browsing
        self._sidebar = sidebar
        self._toast = toast
        self._share = share
        self._delete_tag = delete_tag

    # ---- making and naming ------------------------------------------------------------------------------

    def make_folder(self) -> None:
        """A folder in the chosen place, or in the first notebook; its name is typed in the tree."""
        scope = self._sidebar.current_scope()
        notebook = scope.notebook or self._browsing.places.first_notebook()
        if notebook is not None:
            folder = self._workspace.new_folder(notebook, self.tr("New folder"), scope.folder)
            self._name_when_listed(Scope(Kind.FOLDER, notebook, folder))

    def make_notebook(self) -> None:
        """A notebook; its name is typed in the tree."""
        notebook = self._workspace.new_notebook(self.tr("New notebook"))
        self._name_when_listed(Scope(Kind.NOTEBOOK, notebook))

    def rename(self) -> None:
        """Name the chosen place, if it is one that has a name of its own."""
        self._sidebar.tree.begin_naming(self._sidebar.tree.currentIndex())

    def _name_when_listed(self, scope: Scope) -> None:
        """A new place is named in the tree itself, as soon as it is there."""

        def listed(_: object) -> None:
            index = self._browsing.places.index_of(scope)
            if index.isValid():
                self._workspace.shelf_changed.disconnect(listed)
                self._sidebar.tree.setCurrentIndex(index)
                self._sidebar.tree.begin_naming(index)

        self._workspace.shelf_changed.connect(listed)

    # ---- deleting ---------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Delete the chosen folder, notebook or tag; other places cannot be deleted."""
        scope = self._sidebar.current_scope()
        if scope.kind is Kind.FOLDER:
            self._delete_folder(scope)
        elif scope.kind is Kind.NOTEBOOK and scope.notebook is not None:
            self._delete_notebook(scope.notebook, self._browsing.places.name_of(scope))
        elif scope.kind is Kind.TAG and scope.tag is not None:
            self._delete_tag(scope.tag)

    def _delete_notebook(self, notebook: str, name: str) -> None:
        def put_away(ids: list[str]) -> None:
            self._workspace.hide_notebook(notebook, True)

            def undo() -> None:
                self._workspace.hide_notebook(notebook, False)
                self._workspace.set_trashed(ids, False)

            self._put_into_trash(ids, Scope(), name, undo)

        def refused(error: Exception) -> None:
            self._toast.say(sentence(error))
            if isinstance(error, Refused) and error.code in ("shared_notebook", "not_owner"):
                self._share(notebook, name)

        self._bridge.call(lambda library: library.notes_to_delete(notebook), put_away, refused)

    def _delete_folder(self, scope: Scope) -> None:
        """With those inside it."""
        folder = next((row for row in self._rows(scope) if row.id == scope.folder), None)
        if folder is None:
            return
        inside = [folder.id, *self.inside(scope)]
        names = {row.id: row.name for row in self._rows(scope) if row.id in inside}

        def found(rows: Sequence[NoteRow]) -> None:
            ids = [row.id for row in rows]
            for one in inside:
                self._workspace.rename_folder(one, "")

            def undo() -> None:
                for one, name in names.items():
                    self._workspace.rename_folder(one, name)
                self._workspace.set_trashed(ids, False)

            self._put_into_trash(ids, Scope(Kind.NOTEBOOK, scope.notebook), folder.name, undo)

        self._bridge.call(
            partial(_notes_in, notebook=scope.notebook, folders=inside), found, self._workspace.failed.emit
        )

    def _put_into_trash(self, ids: Sequence[str], then: Scope, name: str, undo: Callable[[], object]) -> None:
        self._workspace.set_trashed(ids, True)
        if self._browsing.note is not None and self._browsing.note.id in ids:
            self._browsing.show_nothing()
        self._browsing.show_place(then)
        if not ids:
            notes = self.tr("It was empty")
        elif len(ids) == 1:
            notes = self.tr("1 note moved to the trash")
        else:
            notes = self.tr("{n} notes moved to the trash").format(n=len(ids))
        self._toast.say(self.tr("“{name}” deleted. {notes}").format(name=name, notes=notes), undo)

    def _rows(self, scope: Scope) -> Sequence[FolderRow]:
        return self._workspace.shelf.folders.get(scope.notebook or "", ())

    def inside(self, scope: Scope) -> list[str]:
        """The folders inside a folder, at any depth."""
        found: list[str] = []
        todo = [scope.folder]
        while todo:
            parent = todo.pop()
            children = [row.id for row in self._rows(scope) if row.parent == parent and row.id not in found]
            found += children
            todo += children
        return found


def _notes_in(library: Library, notebook: str | None, folders: Sequence[str]) -> list[NoteRow]:
    return [row for folder in folders for row in library.store.notes(notebook=notebook, folder=folder)]
