"""
What notes have since the second data model: the archive, an icon, and tags with colours.

Asks and has it done; where the notes here are older, nothing of it is offered. Not here: how a list or a note
shows it (`widgets`), what is stored (`workspace`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QLineEdit, QMenu, QPushButton, QWidget

from app.actions import Actions
from app.colour_names import NAMES
from app.dialogs.form import Form, main_button
from app.tag_colours import tag_colour
from app.theme import Appearance
from app.widgets.browsing import Browsing
from app.workspace import Workspace
from sync.model.v2 import ICON_LENGTH_MAX

ICONS = tuple("📓📝📌⭐💡🔥✅🎯📅🏠💼🎓🧪🔧💻🎨🎵📷🎬🚲🍳☕🌱🐾🏃🛒💰🎁🔒🌍📚❓")
"""A few to begin with; any other can be typed."""
COLUMNS = 8
SWATCH_PX = 14


class IconDialog(Form):
    """Choose a picture for a note, or none."""

    def __init__(self, parent: QWidget, icon: str) -> None:
        """`icon` is what the note has."""
        super().__init__(parent, self.tr("Icon of the note"), self.tr("Shown before the title."))
        self.chosen: str | None = None
        """What was chosen when the dialog was accepted; "" for no icon."""
        grid = QGridLayout()
        grid.setSpacing(2)
        for place, picture in enumerate(ICONS):
            button = QPushButton(picture)
            button.setProperty("look", "link")
            button.setAccessibleName(self.tr("Icon {picture}").format(picture=picture))
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._choose, picture))
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        self.column.addLayout(grid)
        self.column.addSpacing(6)
        self.field: QLineEdit = self.add_field(self.tr("Another one"), example="🙂")
        self.field.setMaxLength(2 * ICON_LENGTH_MAX)
        self.field.setText(icon)
        self.none = QPushButton(self.tr("No icon"))
        self.none.setEnabled(bool(icon))
        self.none.clicked.connect(partial(self._choose, ""))
        self.go = main_button(self.tr("Use it"))
        self.go.clicked.connect(lambda: self._choose(self.field.text().strip()))
        self.add_buttons(self.none, self.go)

    def _choose(self, icon: str) -> None:
        self.chosen = icon
        self.accept()


class Adornments(QObject):
    """Carries out the commands about archive, icon and colours. GUI thread only."""

    def __init__(
        self,
        window: QWidget,
        appearance: Appearance,
        actions: Actions,
        workspace: Workspace,
        browsing: Browsing,
    ) -> None:
        """Connect the commands; they show as soon as the library has what they are about."""
        super().__init__(window)
        self._window = window
        self._appearance = appearance
        self._actions = actions
        self._workspace = workspace
        self._browsing = browsing
        self.dialog: IconDialog | None = None
        actions.archive.triggered.connect(lambda: self._archive(True))
        actions.unarchive.triggered.connect(lambda: self._archive(False))
        actions.icon.triggered.connect(lambda: self.ask_icon())
        workspace.ready.connect(self.offer)
        workspace.shelf_changed.connect(self.offer)
        browsing.row_shown.connect(self.offer)
        self.offer()

    def offer(self) -> None:
        """Show the commands that the notes here have a place for, and that do something to those chosen."""
        features, targets = self._workspace.model.FEATURES, self._browsing.targets()
        archived = [row is not None and row.archived for row in map(self._browsing.row, targets)]
        self._actions.archive.setVisible("archive" in features and not (archived and all(archived)))
        self._actions.unarchive.setVisible("archive" in features and any(archived))
        self._actions.icon.setVisible("icon" in features)
        for action in (self._actions.archive, self._actions.unarchive, self._actions.icon):
            action.setEnabled(bool(targets))

    def _archive(self, archived: bool) -> None:
        ids = self._browsing.targets()
        self._browsing.put_elsewhere(ids, lambda: self._workspace.set_archived(ids, archived))

    def ask_icon(self) -> None:
        """Let the person choose a picture for the notes that a command is about."""
        ids = self._browsing.targets()
        row = self._browsing.row(ids[0]) if ids else None
        if row is None or self.dialog is not None:
            return
        dialog = IconDialog(self._window, row.icon)
        dialog.finished.connect(lambda _: self._icon_chosen(dialog, ids))
        self.dialog = dialog
        dialog.show()

    def _icon_chosen(self, dialog: IconDialog, ids: Sequence[str]) -> None:
        self.dialog = None
        if dialog.chosen is not None:
            self._workspace.set_icon(ids, dialog.chosen)

    def colour_menu(self, tag: str, ids: Sequence[str]) -> QMenu:
        """The colours that a tag of some notes may have."""
        menu = QMenu(tag, self._window)
        for name in NAMES:
            action = QAction(self._swatch(name), self.tr(name), menu)
            action.triggered.connect(partial(self._colour, ids, tag, name))
            menu.addAction(action)
        none = QAction(self.tr("no colour"), menu)
        none.triggered.connect(partial(self._colour, ids, tag, ""))
        menu.addAction(none)
        return menu

    def colour_menus(self, ids: Sequence[str]) -> QMenu | None:
        """A menu for each tag of some notes; None where there is nothing to colour."""
        rows = [row for row in map(self._browsing.row, ids) if row is not None]
        tags = sorted({tag for row in rows for tag in row.tags})
        if not tags or "tag_colours" not in self._workspace.model.FEATURES:
            return None
        menu = QMenu(self.tr("Tag colours"), self._window)
        for tag in tags:
            one = self.colour_menu(tag, [row.id for row in rows if tag in row.tags])
            one.setParent(menu, one.windowFlags())
            menu.addMenu(one)
        return menu

    def show_colours(self, tag: str, note: str, at: QPoint) -> None:
        """Offer the colours for a tag of the note on screen."""
        menu = self.colour_menu(tag, [note])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def _colour(self, ids: Sequence[str], tag: str, colour: str, checked: bool = False) -> None:
        self._workspace.set_tag_colour(ids, tag, colour)

    def _swatch(self, name: str) -> QIcon:
        picture = QPixmap(SWATCH_PX, SWATCH_PX)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tag_colour(self._appearance.theme, name))
        painter.drawEllipse(1, 1, SWATCH_PX - 2, SWATCH_PX - 2)
        painter.end()
        return QIcon(picture)
