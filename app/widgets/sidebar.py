"""
The left pane: the tree of notebooks, and at its foot the account and the status chip.

It shows what its models say and tells what was asked for; it changes nothing itself.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.labels import tip
from app.models.notebook_tree import COUNT_ROLE, ICON_ROLE, SCOPE_ROLE, NotebookTree
from app.models.scope import Scope
from app.theme import Appearance
from app.widgets.dragging import carry
from app.widgets.names import named
from app.widgets.sync_chip import SyncChip

ROW_HEIGHT_PX = 31
HEADING_HEIGHT_PX = 40
INDENT_PX = 16
_RADIUS_PX = 7
_LEFT_PX = 24
_NAME_PX = 26  # from the picture to the name
_FIELD_PX = 8  # from the edge of the field, in which a place is named, to the name
_CHEVRON_PX = 11
_HEADING_SIZE_PX = 11
_ACCOUNT_AROUND_PX = 70  # margins, padding, the picture and the blanks behind it


class _Row:
    """Where the things of one row stand: measured as if from left to right, and turned round if need be."""

    def __init__(self, option: QStyleOptionViewItem) -> None:
        self._direction = option.direction
        width = (
            option.widget.viewport().width()
            if isinstance(option.widget, QAbstractItemView)
            else option.rect.right()
        )
        self.whole = QRect(0, option.rect.top(), width, option.rect.height())
        self.left = self.facing(option.rect).left()
        """Where what is indented begins."""

    def facing(self, place: QRect) -> QRect:
        """Where a place is in a row that may be read from right to left; and back."""
        return QStyle.visualRect(self._direction, self.whole, place)


class TreeDelegate(QStyledItemDelegate):
    """Paints the tree's rows: picture, name, count; headings small and quiet."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        """Read roles of the theme at each paint."""
        super().__init__(parent)
        self._appearance = appearance

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """The field in which a place is named, with a name of its own."""
        editor: QWidget = named(super().createEditor(parent, option, index), "placeName")
        editor.setAccessibleName(self.tr("Name"))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Where the name is, so that its letters stand still and its picture is seen."""
        row = _Row(option)
        left = row.left + _LEFT_PX + _NAME_PX - _FIELD_PX
        place = QRect(left, option.rect.top() + 2, row.whole.right() - 8 - left, option.rect.height() - 4)
        editor.setGeometry(row.facing(place))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two heights: a place, and a heading."""
        return QSize(0, ROW_HEIGHT_PX if index.data(ICON_ROLE) else HEADING_HEIGHT_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row, the ground over the whole width."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = _Row(option)
        if index.data(ICON_ROLE):
            self._paint_place(painter, option, row, index)
        else:
            self._paint_heading(painter, option, row, index.data())
        painter.restore()

    def _paint_place(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: _Row,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = self._appearance.theme
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        card = row.whole.adjusted(8, 1, -8, -1)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            role = ("selected_focus" if focused else "selected") if selected else "hover"
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(role))
            painter.drawRoundedRect(card, _RADIUS_PX, _RADIUS_PX)
        picture = self._appearance.picture(index.data(ICON_ROLE), "accent" if selected else "icon", 16)
        self._paint_chevron(painter, option, row, index)
        left, middle = row.left + _LEFT_PX, option.rect.center().y()
        painter.drawPixmap(row.facing(QRect(left, middle - 7, 16, 16)).topLeft(), picture)
        right = self._paint_count(painter, option, row, index.data(COUNT_ROLE))
        painter.setPen(theme.colour("text"))
        font = QFont(option.font)
        if selected:
            font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        name = QRect(left + _NAME_PX, option.rect.top(), right - left - 34, option.rect.height())
        text = QFontMetrics(font).elidedText(index.data(), Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(
            row.facing(name), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text
        )

    def _paint_chevron(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        row: _Row,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if index.model().hasChildren(index):
            shut = "chevron-left" if option.direction == Qt.LayoutDirection.RightToLeft else "chevron-right"
            name = "chevron-down" if option.state & QStyle.StateFlag.State_Open else shut
            picture = self._appearance.picture(name, "text_faint", _CHEVRON_PX)
            place = QRect(row.left + 11, option.rect.center().y() - 5, _CHEVRON_PX, _CHEVRON_PX)
            painter.drawPixmap(row.facing(place).topLeft(), picture)

    def _paint_count(
        self, painter: QPainter, option: QStyleOptionViewItem, row: _Row, count: int | None
    ) -> int:
        right = row.whole.right() - 18
        if not count:
            return right
        font = QFont(option.font)
        font.setPixelSize(_HEADING_SIZE_PX)
        painter.setFont(font)
        painter.setPen(self._appearance.theme.colour("text_faint"))
        text = f"{count:n}"
        width = QFontMetrics(font).horizontalAdvance(text)
        box = QRect(right - width, option.rect.top(), width + 1, option.rect.height())
        painter.drawText(row.facing(box), Qt.AlignmentFlag.AlignVCenter, text)
        return right - width

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, row: _Row, text: str) -> None:
        font = QFont(option.font)
        font.setPixelSize(_HEADING_SIZE_PX)
        font.setWeight(QFont.Weight.DemiBold)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.4)
        painter.setFont(font)
        painter.setPen(self._appearance.theme.colour("text_faint"))
        box = row.whole.adjusted(_LEFT_PX - 8, 0, 8 - _LEFT_PX, -7)
        painter.drawText(box, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeading, text)


class PlaceTree(QTreeView):
    """The tree: one column, no decoration, folders open and close with the keys and a double click."""

    naming_begins = Signal()
    """A name is about to be typed in it."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Show nothing until a model is set."""
        super().__init__(parent)
        self.setItemDelegate(TreeDelegate(appearance, self))
        self.setHeaderHidden(True)
        self.setIndentation(INDENT_PX)
        self.setRootIsDecorated(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(False)  # the row is shaded, as under the pointer
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Notebooks"))
        self._folded: set[Scope] = set()

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Qt: the mouse has left with a folder."""
        carry(self, str(self.currentIndex().data()))

    @property
    def busy(self) -> bool:
        """Is a name being typed, or something dragged? Then nothing may be rebuilt."""
        return self.state() in (
            QAbstractItemView.State.EditingState,
            QAbstractItemView.State.DraggingState,
        )

    def begin_naming(self, index: QModelIndex) -> None:
        """Open the field for a place's name, if it is one that can be named and none is being named."""
        if index.flags() & Qt.ItemFlag.ItemIsEditable and not self.busy:
            self.naming_begins.emit()
            self.edit(index)

    def unfold(self) -> None:
        """After a rebuild: open all places but those that the person closed."""
        folded, self._folded = self._folded, set()
        self.expandAll()
        places = self.model()
        if isinstance(places, NotebookTree):
            for scope in folded:
                self.setExpanded(places.index_of(scope), False)

    def remember_folded(self, index: QModelIndex) -> None:
        """Note what the person opened or closed."""
        scope = index.data(SCOPE_ROLE)
        if isinstance(scope, Scope):
            (self._folded.discard if self.isExpanded(index) else self._folded.add)(scope)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the chevron opens or closes a place; elsewhere it chooses."""
        index = self.indexAt(event.position().toPoint())
        place = self.visualRect(index)
        x = event.position().x()
        inside = place.right() - x if self.isRightToLeft() else x - place.left()
        if self.model().hasChildren(index) and 0 <= inside < _LEFT_PX:
            self.setExpanded(index, not self.isExpanded(index))
            return
        super().mousePressEvent(event)

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """No branches: the pictures are enough."""


class Sidebar(QFrame):
    """The left pane."""

    scope_chosen = Signal(object)
    account_asked = Signal()
    status_asked = Signal()
    menu_asked = Signal(object, QPoint)
    """A Scope, or None for the empty ground, and where on the screen."""

    def __init__(self, appearance: Appearance, tree: NotebookTree, parent: QWidget | None = None) -> None:
        """Show the places of `tree`."""
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._appearance = appearance
        self.places = tree
        self.tree = PlaceTree(appearance, self)
        self.tree.setModel(tree)
        self.chip = SyncChip(appearance, self)
        self.account = named(QPushButton(), "account")
        self.account.setIconSize(QSize(18, 18))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 10, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree, 1)
        self._foot_column = QVBoxLayout()
        layout.addWidget(self._foot())
        self.show_account("")
        selection = self.tree.selectionModel()
        selection.currentChanged.connect(self._choose)
        self.account.clicked.connect(self.account_asked)
        self.chip.clicked.connect(self.status_asked)
        self.tree.customContextMenuRequested.connect(self._ask_menu)
        tree.rebuilt.connect(self.tree.unfold)
        self.tree.collapsed.connect(self.tree.remember_folded)
        self.tree.expanded.connect(self.tree.remember_folded)

    def hold_chip(self) -> None:
        """Have the chip at the foot, where it was lent from."""
        self._foot_column.addWidget(self.chip)

    def _foot(self) -> QFrame:
        foot = named(QFrame(), "sidebarFoot")
        column = self._foot_column
        foot.setLayout(column)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(2)
        column.addWidget(self.account)
        column.addWidget(self.chip)
        return foot

    def show_account(self, account: str) -> None:
        """Say who is signed in; empty when nobody is, with the offer to connect a server."""
        self._account = account or self.tr("Connect a server…")
        self.account.setToolTip(tip(account))
        self._fit_account()
        self._appearance.tint(self.account, "user" if account else "cloud")
        name = self.tr("Account {who}").format(who=account) if account else self.tr("Connect a server")
        self.account.setAccessibleName(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: a narrow sidebar shows the beginning of who is signed in."""
        super().resizeEvent(event)
        self._fit_account()

    def _fit_account(self) -> None:
        room = self.width() - _ACCOUNT_AROUND_PX
        metrics = self.account.fontMetrics()
        shown = metrics.elidedText(self._account, Qt.TextElideMode.ElideRight, room)
        self.account.setText(f"  {shown}")

    def select(self, scope: Scope) -> None:
        """Choose a place as if it were clicked, without `scope_chosen`."""
        index = self.places.index_of(scope)
        blocked = self.tree.selectionModel().blockSignals(True)
        self.tree.setCurrentIndex(index)
        self.tree.selectionModel().blockSignals(blocked)
        self.tree.viewport().update()

    def current_scope(self) -> Scope:
        """The chosen place; all notes when there is none."""
        return self.places.scope_at(self.tree.currentIndex()) or Scope()

    def _choose(self, current: QModelIndex) -> None:
        scope = self.places.scope_at(current)
        if scope is not None and not self.places.rebuilding:
            self.scope_chosen.emit(scope)

    def _ask_menu(self, at: QPoint) -> None:
        scope = self.places.scope_at(self.tree.indexAt(at))
        self.menu_asked.emit(scope, self.tree.viewport().mapToGlobal(at))
