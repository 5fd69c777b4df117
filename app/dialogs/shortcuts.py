"""
The keys of all commands: looked up, changed, and put back.

What is changed holds at once. Two commands with the same keys are shown as a conflict, with a button that
takes the keys from the other. Not here: keeping them (`models.shortcuts`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import Menu
from app.labels import Label
from app.models.fuzzy import folded
from app.models.shortcuts import Shortcuts
from app.theme import Appearance
from app.widgets.names import named, resize_within_screen

SIZE_PX = (560, 640)
NAME_ROLE = Qt.ItemDataRole.UserRole


class ShortcutsDialog(QDialog):
    """A list of commands with their keys; below it the keys of the chosen one can be pressed anew."""

    def __init__(
        self, parent: QWidget | None, appearance: Appearance, shortcuts: Shortcuts, menus: Sequence[Menu]
    ) -> None:
        """Show all commands."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        resize_within_screen(self, *SIZE_PX)
        self._appearance = appearance
        self._shortcuts = shortcuts
        self._menus = menus
        self._items: dict[str, QTreeWidgetItem] = {}
        self.filter = named(QLineEdit(), "searchBox")
        self.list = QTreeWidget()
        self.keys = QKeySequenceEdit()
        self.problem = named(Label(wordWrap=True), "problem")
        self.take = QPushButton()
        self.clear = QPushButton(self.tr("None"))
        self.reset = QPushButton(self.tr("Reset"))
        self.reset_all = QPushButton(self.tr("Reset all"))
        self._lay_out()
        self._fill()
        self._connect()
        self.list.setCurrentItem(next(iter(self._items.values())))

    def choose(self, name: str) -> None:
        """Choose a command, as if it were clicked."""
        self.list.setCurrentItem(self._items[name])
        self.list.scrollToItem(self._items[name], QTreeWidget.ScrollHint.PositionAtCenter)

    @property
    def chosen(self) -> str | None:
        """The name of the chosen command."""
        item = self.list.currentItem()
        name = item.data(0, NAME_ROLE) if item is not None else None
        return name if isinstance(name, str) else None

    def _lay_out(self) -> None:
        self.filter.setPlaceholderText(self.tr("Find a command or keys"))
        self.filter.setAccessibleName(self.tr("Find a command or keys"))
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setHeaderLabels([self.tr("Command"), self.tr("Keys")])
        self.list.setRootIsDecorated(True)
        self.list.setAlternatingRowColors(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.keys.setAccessibleName(self.tr("New keys for the command"))
        self.keys.setMaximumSequenceLength(1)
        self.keys.setClearButtonEnabled(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(10)
        column.addWidget(named(Label(self.tr("Keyboard shortcuts")), "dialogTitle"))
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(Label(self.tr("New keys")))
        row.addWidget(self.keys, 1)
        row.addWidget(self.clear)
        row.addWidget(self.reset)
        column.addLayout(row)
        said = QHBoxLayout()
        said.addWidget(self.problem, 1)
        said.addWidget(self.take)
        column.addLayout(said)
        foot = QHBoxLayout()
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        close.setAutoDefault(False)
        for button in (self.take, self.clear, self.reset, self.reset_all):
            button.setAutoDefault(False)
        foot.addWidget(self.reset_all)
        foot.addStretch()
        foot.addWidget(close)
        column.addLayout(foot)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.keys.keySequenceChanged.connect(self._take_keys)
        self.clear.clicked.connect(lambda: self._set(QKeySequence()))
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(self._shortcuts.reset_all)
        self.take.clicked.connect(self._take_from_others)
        self._shortcuts.changed.connect(self._show)
        self._show()

    def _fill(self) -> None:
        names = {id(action): name for name, action in self._shortcuts.actions.items()}
        for menu in self._menus:
            group = QTreeWidgetItem([menu.name])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.list.addTopLevelItem(group)
            for action in (action for part in menu.groups for action in part):
                name = names.get(id(action))
                if name is not None:
                    item = QTreeWidgetItem([action.text().replace("&", "").removesuffix("…")])
                    item.setData(0, NAME_ROLE, name)
                    group.addChild(item)
                    self._items[name] = item
        self.list.expandAll()

    def _show(self) -> None:
        """Show everybody's keys."""
        conflicts = self._shortcuts.conflicts()
        theme = self._appearance.theme
        for name, item in self._items.items():
            item.setText(1, self._shortcuts.keys(name).toString(QKeySequence.SequenceFormat.NativeText))
            font = item.font(1)
            font.setBold(self._shortcuts.is_chosen(name))
            item.setFont(1, font)
            item.setForeground(1, theme.colour("danger" if name in conflicts else "text_muted"))
        self._show_chosen()

    def _show_chosen(self) -> None:
        name = self.chosen
        for widget in (self.keys, self.clear, self.reset):
            widget.setEnabled(name is not None)
        blocked = self.keys.blockSignals(True)
        self.keys.setKeySequence(self._shortcuts.keys(name) if name is not None else QKeySequence())
        self.keys.blockSignals(blocked)
        self.reset.setEnabled(name is not None and self._shortcuts.is_chosen(name))
        self._say_conflict()

    def _say_conflict(self) -> None:
        others = self._rivals()
        names = ", ".join(f"“{self._items[other].text(0)}”" for other in others)
        self.problem.setText(
            self.tr("{names} has these keys too: they do neither.").format(names=names) if others else ""
        )
        self.take.setText(self.tr("Take them from {names}").format(names=names))
        self.take.setVisible(bool(others))

    def _rivals(self) -> list[str]:
        name = self.chosen
        if name is None:
            return []
        return [
            other
            for other in self._shortcuts.others(name, self._shortcuts.keys(name))
            if other in self._items
        ]

    def _take_keys(self, keys: QKeySequence) -> None:
        if self.chosen is None or keys.isEmpty():
            return
        if self._shortcuts.is_taken(keys):
            self._show_chosen()
            self.problem.setText(
                self.tr("{keys} is for writing. Hold Ctrl or Alt with it.").format(
                    keys=keys.toString(QKeySequence.SequenceFormat.NativeText)
                )
            )
            return
        self._set(keys)

    def _set(self, keys: QKeySequence) -> None:
        if self.chosen is not None:
            self._shortcuts.choose(self.chosen, keys)

    def _reset(self) -> None:
        if self.chosen is not None:
            self._shortcuts.reset(self.chosen)

    def _take_from_others(self) -> None:
        for other in self._rivals():
            self._shortcuts.choose(other, QKeySequence())

    def _filter(self, text: str) -> None:
        """Show the commands whose name or keys have the text."""
        wanted = folded(text.strip())
        for number in range(self.list.topLevelItemCount()):
            group = self.list.topLevelItem(number)
            assert group is not None, "it was counted"
            shown = 0
            for place in range(group.childCount()):
                item = group.child(place)
                assert item is not None, "it was counted"
                fits = wanted in folded(f"{item.text(0)} {item.text(1)}")
                item.setHidden(not fits)
                shown += fits
            group.setHidden(not shown)
