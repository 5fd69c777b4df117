"""
Every command of the window: its name and shortcut, and the menus they stand in.

One object with one attribute per command, so that a typing mistake is an error and not a dead button. What a
command does is connected by the window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.theme import MODES, Mode

Key = QKeySequence.StandardKey | str | None


class Actions(QObject):
    """The commands. They belong to `window`, so their shortcuts work wherever the focus is in it."""

    def __init__(self, window: QWidget) -> None:
        """Make them all; nothing is connected yet."""
        super().__init__(window)
        self._window = window
        make = self._make
        self.new_note = make(self.tr("New note"), QKeySequence.StandardKey.New)
        self.new_folder = make(self.tr("New folder"), "Ctrl+Shift+N")
        self.new_notebook = make(self.tr("New notebook"))
        self.import_folder = make(self.tr("Import Markdown folder…"))
        self.export_library = make(self.tr("Export as Markdown…"))
        self.sign_in = make(self.tr("Sign in…"))
        self.sign_out = make(self.tr("Sign out"))
        self.check_now = make(self.tr("Check now"), "F5")
        self.upgrade = make(self.tr("Upgrade notes…"))
        self.quit = make(self.tr("Quit"), QKeySequence.StandardKey.Quit)
        self.undo = make(self.tr("Undo"), QKeySequence.StandardKey.Undo)
        self.redo = make(self.tr("Redo"), QKeySequence.StandardKey.Redo)
        self.find_in_note = make(self.tr("Find in note"), "Ctrl+F")
        self.search = make(self.tr("Search all notes"), "Ctrl+Shift+F")
        self.pin = make(self.tr("Pin"), "Ctrl+Shift+P")
        self.rename = make(self.tr("Rename…"))
        self.trash = make(self.tr("Move to trash"), "Ctrl+Backspace")
        self.restore = make(self.tr("Restore from trash"))
        self.next_note = make(self.tr("Next note"), "Ctrl+Alt+Down")
        self.previous_note = make(self.tr("Previous note"), "Ctrl+Alt+Up")
        self.focus_places = make(self.tr("Go to notebooks"), "Ctrl+1")
        self.focus_list = make(self.tr("Go to notes"), "Ctrl+2")
        self.focus_note = make(self.tr("Go to text"), "Ctrl+3")
        self.show_sidebar = make(self.tr("Show sidebar"), "F9")
        self.show_sidebar.setCheckable(True)
        self.preferences = make(self.tr("Preferences…"), QKeySequence.StandardKey.Preferences)
        self.about = make(self.tr("About Commonplace"))
        self.modes = self._make_modes()
        self.undo.setShortcutContext(Qt.ShortcutContext.WindowShortcut)

    def fill(self, bar: QMenuBar) -> None:
        """Put the menus into the menu bar."""
        file = self._menu(bar, self.tr("&File"))
        file.addActions([self.new_note, self.new_folder, self.new_notebook])
        file.addSeparator()
        file.addActions([self.import_folder, self.export_library])
        file.addSeparator()
        file.addActions([self.sign_in, self.sign_out, self.check_now, self.upgrade])
        file.addSeparator()
        file.addActions([self.preferences, self.quit])
        edit = self._menu(bar, self.tr("&Edit"))
        edit.addActions([self.undo, self.redo])
        edit.addSeparator()
        edit.addActions([self.find_in_note, self.search])
        note = self._menu(bar, self.tr("&Note"))
        note.addActions([self.pin, self.trash, self.restore])
        note.addSeparator()
        note.addActions([self.next_note, self.previous_note])
        view = self._menu(bar, self.tr("&View"))
        view.addActions([self.show_sidebar])
        view.addSeparator()
        view.addActions(list(self.modes.values()))
        view.addSeparator()
        view.addActions([self.focus_places, self.focus_list, self.focus_note])
        self._menu(bar, self.tr("&Help")).addAction(self.about)

    def note_menu(self, moves: Sequence[QAction]) -> QMenu:
        """The menu of selected notes. `moves` are the folders they can go to."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.pin, self.trash, self.restore])
        if moves:
            target = menu.addMenu(self.tr("Move to"))
            for move in moves:
                move.setParent(target)
            target.addActions(list(moves))
        return menu

    def place_menu(self, writable: bool) -> QMenu:
        """The menu of a place in the sidebar. `writable`: it is a notebook or folder that can be renamed."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.new_note, self.new_folder, self.new_notebook])
        if writable:
            menu.addSeparator()
            menu.addAction(self.rename)
        return menu

    def _menu(self, bar: QMenuBar, title: str) -> QMenu:
        menu = bar.addMenu(title)
        menu.setAccessibleName(title.replace("&", ""))
        return menu

    def _make(self, text: str, key: Key = None) -> QAction:
        action = QAction(text, self)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        self._window.addAction(action)
        return action

    def _make_modes(self) -> dict[Mode, QAction]:
        texts: dict[Mode, str] = {
            "system": self.tr("Theme of the system"),
            "light": self.tr("Light theme"),
            "dark": self.tr("Dark theme"),
        }
        group = QActionGroup(self)
        modes: dict[Mode, QAction] = {}
        for mode in MODES:
            action = self._make(texts[mode])
            action.setCheckable(True)
            action.setActionGroup(group)
            modes[mode] = action
        return modes
