"""
The tree of the sidebar: all notes, pinned, trash, notebooks with their folders, tags.

Built anew from the library's rows when they change; that is cheap, for people have tens of folders. Notes
dragged from the note list can be dropped on any place, a folder on another place of its notebook. Folders of
a notebook whose parent is missing (not received yet) or that would contain themselves stand at the notebook's
top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel

from app.labels import tip
from app.models.note_list import NOTES_MIME
from app.models.scope import Kind, Scope
from app.notebook_names import shown_names
from sync.storage.rows import FolderRow, NotebookRow

SCOPE_ROLE = Qt.ItemDataRole.UserRole
ICON_ROLE = Qt.ItemDataRole.UserRole + 1
COUNT_ROLE = Qt.ItemDataRole.UserRole + 2
NAME_LENGTH_MAX = 200

FOLDER_MIME = "application/x-commonplace-folder"
"""A dragged folder: its scope as settings keep it."""


class NotebookTree(QStandardItemModel):
    """The sidebar's model. Each item carries its Scope, the name of its icon and, for notebooks, a count."""

    notes_dropped = Signal(list, object)
    """Note ids, and the Scope they were dropped on."""
    folder_dropped = Signal(object, object)
    """The Scope of a folder, and that of the notebook or folder it was dropped on."""
    rebuilt = Signal()
    """The tree was built anew."""
    renamed = Signal(object, str)
    """A Scope of a notebook, a folder or a tag, and the name typed for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Hold the places that are always there."""
        super().__init__(parent)
        self._items: dict[Scope, QStandardItem] = {}
        self._notebooks: list[NotebookRow] = []
        self._shown: object = None
        self.rebuilding = False
        self.itemChanged.connect(self._item_changed)
        self.show([], {})

    def show(
        self,
        notebooks: Sequence[NotebookRow],
        folders: Mapping[str, Sequence[FolderRow]],
        *,
        archive: bool = False,
        tags: Mapping[str, int] | None = None,
    ) -> None:
        """
        Rebuild the tree, unless it shows just this.

        Args:
            notebooks: In the order to show; those that were deleted here are left out.
            folders: The folders of each notebook id.
            archive: Whether the notes here can be archived.
            tags: How many notes have each tag.
        """
        notebooks = [row for row in notebooks if row.is_shown]
        shown = (
            notebooks,
            {key: list(rows) for key, rows in folders.items()},
            archive,
            dict(tags or {}),
        )
        if shown == self._shown:
            return
        self._shown = shown
        self.rebuilding = True
        self.clear()
        self._items = {}
        self._notebooks = notebooks
        top = self.invisibleRootItem()
        top.appendRow(self._item(Scope(Kind.ALL), self.tr("All notes"), "files"))
        top.appendRow(self._item(Scope(Kind.PINNED), self.tr("Pinned"), "pin", drop=True))
        if archive:
            top.appendRow(self._item(Scope(Kind.ARCHIVE), self.tr("Archive"), "archive", drop=True))
        top.appendRow(self._item(Scope(Kind.TRASH), self.tr("Trash"), "trash-2", drop=True))
        heading = QStandardItem(self.tr("Notebooks"))
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        top.appendRow(heading)
        names = shown_names(notebooks)
        for notebook in notebooks:
            mine = notebook.role == "owner"
            scope, name = Scope(Kind.NOTEBOOK, notebook.id), names[notebook.id]
            item = self._item(scope, name, _icon(notebook), drop=True, edit=mine)
            item.setData(notebook.notes, COUNT_ROLE)
            if name != notebook.name:
                item.setToolTip(tip(name))  # whose it is stands where a narrow sidebar cuts
            top.appendRow(item)
            self._add_folders(item, notebook.id, folders.get(notebook.id, ()))
        self._add_tags(tags or {})
        self.rebuilding = False
        self.rebuilt.emit()

    def index_of(self, scope: Scope) -> QModelIndex:
        """Where a scope stands; an invalid index when it is not in the tree."""
        item = self._items.get(scope)
        return item.index() if item is not None else QModelIndex()

    def scope_at(self, index: QModelIndex | QPersistentModelIndex) -> Scope | None:
        """The scope of a row; None for the heading."""
        scope = index.data(SCOPE_ROLE)
        return scope if isinstance(scope, Scope) else None

    def name_of(self, scope: Scope) -> str:
        """What the row of a scope says; empty when it is gone."""
        item = self._items.get(scope)
        return item.text() if item is not None else ""

    def first_notebook(self) -> str | None:
        """The notebook that new notes go to when none is chosen: the first one that can be written to."""
        writable = [n.id for n in self._notebooks if n.role in ("owner", "editor")]
        return writable[0] if writable else None

    def named_places(self) -> list[tuple[Scope, str]]:
        """Every notebook and folder with its path, in the order of the tree."""
        return [
            (scope, self._path(item))
            for scope, item in self._items.items()
            if scope.kind in (Kind.NOTEBOOK, Kind.FOLDER)
        ]

    def _path(self, item: QStandardItem) -> str:
        names = [item.text()]
        parent = item.parent()
        while parent is not None:
            names.append(parent.text())
            parent = parent.parent()
        return " › ".join(reversed(names))

    def _add_tags(self, tags: Mapping[str, int]) -> None:
        if not tags:
            return
        heading = QStandardItem(self.tr("Tags"))
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        self.invisibleRootItem().appendRow(heading)
        for tag, count in tags.items():
            item = self._item(Scope(Kind.TAG, tag=tag), tag, "hash", drop=True, edit=True)
            item.setData(count, COUNT_ROLE)
            self.invisibleRootItem().appendRow(item)

    def _add_folders(self, item: QStandardItem, notebook: str, folders: Sequence[FolderRow]) -> None:
        rows = {folder.id: folder for folder in folders}
        children: dict[str | None, list[FolderRow]] = {}
        for folder in sorted(folders, key=lambda f: (f.order, f.name.casefold(), f.id)):
            rooted = _reaches_top(folder, rows)
            children.setdefault(folder.parent if rooted else None, []).append(folder)
        todo: list[tuple[QStandardItem, str | None]] = [(item, None)]
        while todo:
            parent, key = todo.pop()
            for folder in children.get(key, ()):
                scope = Scope(Kind.FOLDER, notebook, folder.id)
                child = self._item(scope, folder.name, "folder", drop=True, edit=True)
                parent.appendRow(child)
                todo.append((child, folder.id))

    def _item(
        self, scope: Scope, name: str, icon: str, *, drop: bool = False, edit: bool = False
    ) -> QStandardItem:
        item = QStandardItem(name)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if drop:
            flags |= Qt.ItemFlag.ItemIsDropEnabled
        if edit:
            flags |= Qt.ItemFlag.ItemIsEditable
        if scope.kind is Kind.FOLDER:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        item.setFlags(flags)
        item.setData(scope, SCOPE_ROLE)
        item.setData(icon, ICON_ROLE)
        self._items[scope] = item
        return item

    def _item_changed(self, item: QStandardItem) -> None:
        if self.rebuilding:
            return
        scope, name = item.data(SCOPE_ROLE), item.text().strip()[:NAME_LENGTH_MAX]
        if isinstance(scope, Scope) and name:
            self.renamed.emit(scope, name)
        # What was typed is not what the library says, or not yet: the next rows are shown whatever they are.
        self._shown = None

    def mimeTypes(self) -> list[str]:
        """What can be dropped here."""
        return [NOTES_MIME, FOLDER_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """A dragged folder."""
        mime = QMimeData()
        scopes = [self.scope_at(index) for index in indexes]
        dragged = [scope for scope in scopes if scope is not None and scope.kind is Kind.FOLDER]
        if dragged:
            mime.setData(FOLDER_MIME, dragged[0].to_text().encode())
        return mime

    def supportedDropActions(self) -> Qt.DropAction:
        """Notes move; nothing is copied."""
        return Qt.DropAction.MoveAction

    def dropMimeData(
        self,
        mime: QMimeData,
        action: Qt.DropAction,
        row: int,
        column: int,
        parent: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Say who was dropped where. The library answers with changed rows; nothing moves here."""
        scope = self.scope_at(parent)
        if scope is not None and scope.notebook is not None and mime.hasFormat(FOLDER_MIME):
            dragged = Scope.from_text(bytes(mime.data(FOLDER_MIME).data()).decode())
            self.folder_dropped.emit(dragged, scope)
            return True
        if scope is None or not mime.hasFormat(NOTES_MIME):
            return False
        ids = bytes(mime.data(NOTES_MIME).data()).decode().split("\n")
        self.notes_dropped.emit(ids, scope)
        return True


def _reaches_top(folder: FolderRow, rows: dict[str, FolderRow]) -> bool:
    """Does the chain of parents end at the notebook, without a gap and without a ring?"""
    seen = {folder.id}
    parent = folder.parent
    while parent is not None:
        if parent in seen or parent not in rows:
            return False
        seen.add(parent)
        parent = rows[parent].parent
    return True


def _icon(notebook: NotebookRow) -> str:
    """The picture of a notebook: people, where others are in it too."""
    return "users" if notebook.members > 1 else "book-open"
