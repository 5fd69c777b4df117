"""
The middle pane: the search box, and the list of notes under the name of the place they are in.

It shows what the model says; what is searched and opened is decided by `app.browsing`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.labels import Label
from app.models.note_list import ROW_ROLE, NoteListModel
from app.theme import Appearance
from app.widgets.dragging import NoteListView
from app.widgets.empty_state import EmptyState
from app.widgets.filter_menu import FilterMenu
from app.widgets.names import named
from app.widgets.note_delegate import NoteDelegate


class ListPane(QFrame):
    """The middle pane."""

    searched = Signal(str)
    """What the search box holds, at every key; empty when the search is over."""
    note_chosen = Signal(str)
    """The id of the note to show."""
    note_activated = Signal(str)
    """Enter or a double click: show it and go to its text."""
    menu_asked = Signal(list, QPoint)
    """Ids of the selected notes and where on the screen."""

    def __init__(self, appearance: Appearance, model: NoteListModel, parent: QWidget | None = None) -> None:
        """Show the notes of `model`."""
        super().__init__(parent)
        self.setObjectName("listPane")
        self._appearance = appearance
        self.notes = model
        self.title = named(Label(), "listTitle")
        self.count = named(Label(), "listCount")
        self.sort = self._tool("arrow-up-down", self.tr("Sort"))
        self.sort.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.new = self._tool("square-pen", self.tr("New note"))
        self.search = named(QLineEdit(), "searchBox")
        self.filters = self._tool("list-filter", self.tr("Filters"))
        self.filters.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filters.setMenu(FilterMenu(self.search))
        self.list = named(NoteListView(), "noteList")
        self.empty = EmptyState(appearance)
        self._set_up_search()
        self._set_up_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head())
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        layout.addLayout(self._stack, 1)
        self._foot = named(QFrame(), "listFoot")
        self._foot_column = QVBoxLayout(self._foot)
        self._foot_column.setContentsMargins(8, 6, 8, 8)
        self._foot.hide()
        layout.addWidget(self._foot)
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._recount)

    def show_place(self, name: str) -> None:
        """Name the place that is listed."""
        self.title.setText(name)
        self.search.setAccessibleName(self.tr("Search all notes"))

    def hold_chip(self, chip: QWidget | None) -> None:
        """Have the status at the foot of the list, or no foot."""
        if chip is not None:
            self._foot_column.addWidget(chip)
        self._foot.setVisible(chip is not None)

    def show_unsent(self, shown: bool) -> None:
        """Mark notes with unsent edits, or not: without a server no edit is ever sent."""
        if self._delegate.show_unsent != shown:
            self._delegate.show_unsent = shown
            self.list.viewport().update()

    def show_empty(self) -> None:
        """Show the empty state if there is nothing to list; called once the rows are known."""
        self._stack.setCurrentWidget(self.list if self.notes.rowCount() else self.empty)

    def select(self, note_id: str | None, *, scroll: bool = True) -> None:
        """Mark a note as the one that is shown, without `note_chosen`."""
        place = self.notes.place(note_id) if note_id else None
        index = self.notes.index(place) if place is not None else QModelIndex()
        selection = self.list.selectionModel()
        blocked = selection.blockSignals(True)
        self.list.setCurrentIndex(index)
        if place is None:
            selection.clear()
        selection.blockSignals(blocked)
        self.list.viewport().update()
        if place is not None and scroll:
            self.list.scrollTo(index)

    def selected(self) -> list[str]:
        """Ids of the selected notes, from top to bottom."""
        places = sorted(index.row() for index in self.list.selectedIndexes())
        return [self.notes.row_at(place).id for place in places]

    def _head(self) -> QVBoxLayout:
        head = QVBoxLayout()
        head.setContentsMargins(14, 10, 10, 8)
        head.setSpacing(9)
        line = QHBoxLayout()
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(7)
        line.addWidget(self.title)
        line.addWidget(self.count, 1)
        line.addWidget(self.sort)
        line.addWidget(self.new)
        head.addLayout(line)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.search)
        row.addWidget(self.filters)
        head.addLayout(row)
        return head

    def _tool(self, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(18, 18))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._appearance.tint(button, icon)
        return button

    def _set_up_search(self) -> None:
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search all notes"))
        lens = self.search.addAction(
            self._appearance.icon("search", "text_faint"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._appearance.tint(lens, "search", "text_faint")
        trailing = QLineEdit.ActionPosition.TrailingPosition
        self._clear = self.search.addAction(self._appearance.icon("x", "text_faint"), trailing)
        self._appearance.tint(self._clear, "x", "text_faint")
        self._clear.setToolTip(self.tr("End the search"))
        self._clear.triggered.connect(self.search.clear)
        self._clear.setVisible(False)
        self.search.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.search.textChanged.connect(self.searched)
        self.search.installEventFilter(self)

    def _set_up_list(self) -> None:
        view = self.list
        view.setModel(self.notes)
        self._delegate = NoteDelegate(self._appearance, view)
        view.setItemDelegate(self._delegate)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.verticalScrollBar().setSingleStep(24)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setAccessibleName(self.tr("Notes"))
        view.selectionModel().currentChanged.connect(self._choose)
        view.activated.connect(self._activate)
        view.customContextMenuRequested.connect(self._ask_menu)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self.note_chosen.emit(current.data(ROW_ROLE).id)

    def _activate(self, index: QModelIndex) -> None:
        self.note_activated.emit(index.data(ROW_ROLE).id)

    def _ask_menu(self, at: QPoint) -> None:
        ids = self.selected()
        if ids:
            self.menu_asked.emit(ids, self.list.viewport().mapToGlobal(at))

    def _recount(self) -> None:
        count = self.notes.rowCount()
        self.count.setText(f"{count:n}" if count else "")
        if count:
            self._stack.setCurrentWidget(self.list)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search box: Down goes to the results, Esc ends the search."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and self.notes.rowCount():
                self.list.setFocus()
                if not self.list.currentIndex().isValid():
                    self.list.setCurrentIndex(self.notes.index(0))
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.search.clear()
                self.list.setFocus()
                return True
        return super().eventFilter(watched, event)
