"""
Every command of the window: its name and shortcut, and the menus they stand in.

One object with one attribute per command, so that a typing mistake is an error and not a dead button. The
attribute's name is the command's name in settings. What a command does is connected by the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.theme import MODES, Mode

Key = QKeySequence.StandardKey | str | None


class Menu(NamedTuple):
    """One menu of the bar: its title with its mnemonic, and groups of commands with lines between them."""

    title: str
    groups: Sequence[Sequence[QAction]]

    @property
    def name(self) -> str:
        """The title without its mnemonic."""
        return self.title.replace("&", "")


def fill(bar: QMenuBar, menus: Sequence[Menu]) -> None:
    """Put menus into a menu bar."""
    for menu in menus:
        shown = bar.addMenu(menu.title)
        shown.setAccessibleName(menu.name)
        for number, group in enumerate(menu.groups):
            if number:
                shown.addSeparator()
            shown.addActions(list(group))


class Actions(QObject):
    """The commands. They belong to `window`, so their shortcuts work wherever the focus is in it."""

    def __init__(self, window: QWidget) -> None:
        """Make them all; nothing is connected yet."""
        super().__init__(window)
        self._window = window
        make = self._make
        self.new_note = make(self.tr("New note"), QKeySequence.StandardKey.New)
        self.new_window = make(self.tr("New window"), "Ctrl+Alt+N")
        self.open_window = make(self.tr("Open in a window of its own"), "Ctrl+Alt+Return")
        self.close_window = make(self.tr("Close window"), "Ctrl+W")
        self.new_folder = make(self.tr("New folder"), "Ctrl+Shift+N")
        self.new_notebook = make(self.tr("New notebook"))
        self.import_folder = make(self.tr("Import folder…"))
        self.import_files = make(self.tr("Import files…"))
        self.export_library = make(self.tr("Export…"), "Ctrl+Shift+E")
        self.print_note = make(self.tr("Print…"), "Ctrl+Alt+Shift+P")
        self.share_notebook = make(self.tr("Share notebook…"))
        self.share_note = make(self.tr("Share note…"), "Ctrl+Alt+S")
        self.join = make(self.tr("Join by link…"))
        self.sign_in = make(self.tr("Sign in…"))
        self.devices = make(self.tr("Devices and password…"))
        self.sign_out = make(self.tr("Sign out"))
        # Settings with chosen keys know it by this name.
        self.check_now = make(self.tr("Sync now"), "F5")
        self.upgrade = make(self.tr("Upgrade notes…"))
        self.quit = make(self.tr("Quit"), QKeySequence.StandardKey.Quit)
        self.undo = make(self.tr("Undo"), QKeySequence.StandardKey.Undo)
        self.redo = make(self.tr("Redo"), QKeySequence.StandardKey.Redo)
        self.find_in_note = make(self.tr("Find in note"), "Ctrl+F")
        self.search = make(self.tr("Search all notes"), "Ctrl+Shift+F")
        self.quick_open = make(self.tr("Go to note…"), "Ctrl+P")
        self.palette = make(self.tr("All commands…"), "Ctrl+Shift+P")
        self.pin = make(self.tr("Pin"), "Ctrl+Alt+P")
        self.archive = make(self.tr("Move to archive"), "Ctrl+Alt+A")
        self.unarchive = make(self.tr("Take out of the archive"))
        self.icon = make(self.tr("Icon…"))
        self.copy_link = make(self.tr("Copy link"), "Ctrl+Alt+C")
        self.rename = make(self.tr("Rename…"), "F2")
        self.move_to = make(self.tr("Move to…"), "Ctrl+Shift+M")
        self.tag = make(self.tr("Tag…"), "Ctrl+Alt+T")
        self.delete_place = make(self.tr("Delete notebook, folder or tag"))
        self.trash = make(self.tr("Move to trash"), "Ctrl+Backspace")
        self.restore = make(self.tr("Restore from trash"))
        self.next_note = make(self.tr("Next note"), "Ctrl+Alt+Down")
        self.previous_note = make(self.tr("Previous note"), "Ctrl+Alt+Up")
        self.focus_places = make(self.tr("Go to notebooks"), "Ctrl+1")
        self.focus_list = make(self.tr("Go to notes"), "Ctrl+2")
        self.focus_note = make(self.tr("Go to text"), "Ctrl+3")
        self.show_links = make(self.tr("Links to this note"), "Ctrl+Alt+L")
        self.show_history = make(self.tr("History"), "Ctrl+Alt+H")
        self.follow = make(self.tr("Follow someone…"), "Ctrl+Alt+F")
        self.show_lens = make(self.tr("Inside the note"), "Ctrl+Alt+I")
        self.show_sidebar = make(self.tr("Show sidebar"), "F9")
        self.show_sidebar.setCheckable(True)
        self.preferences = make(self.tr("Preferences…"), "Ctrl+,")
        self.shortcuts = make(self.tr("Keyboard shortcuts…"), "Ctrl+Alt+K")
        self.first_steps = make(self.tr("First steps"))
        self.about = make(self.tr("About Commonplace"))
        self.modes = self._make_modes()
        for name, action in self.named().items():
            action.setObjectName(name)

    def named(self) -> dict[str, QAction]:
        """Every command by its name, in the order of the menus."""
        found = {name: action for name, action in vars(self).items() if isinstance(action, QAction)}
        return found | {f"theme_{mode}": action for mode, action in self.modes.items()}

    def menus(self) -> list[Menu]:
        """The menus of the bar, from left to right."""
        return [
            Menu(
                self.tr("&File"),
                [
                    [self.new_note, self.new_folder, self.new_notebook],
                    [self.rename, self.delete_place],
                    [self.new_window, self.open_window, self.close_window],
                    [self.import_folder, self.import_files, self.export_library, self.print_note],
                    [self.share_notebook, self.join],
                    [self.sign_in, self.sign_out, self.devices, self.check_now, self.upgrade],
                    [self.preferences, self.shortcuts, self.quit],
                ],
            ),
            Menu(
                self.tr("&Edit"),
                [
                    [self.undo, self.redo],
                    [self.find_in_note, self.search],
                    [self.quick_open, self.palette],
                ],
            ),
            Menu(
                self.tr("&Note"),
                [
                    [self.pin, self.tag, self.icon, self.move_to, self.copy_link, self.share_note],
                    [self.archive, self.unarchive, self.trash, self.restore],
                    [self.next_note, self.previous_note],
                ],
            ),
            Menu(
                self.tr("&View"),
                [
                    [self.show_sidebar, self.show_links, self.show_history, self.show_lens],
                    [self.follow],
                    list(self.modes.values()),
                    [self.focus_places, self.focus_list, self.focus_note],
                ],
            ),
            Menu(self.tr("&Help"), [[self.first_steps], [self.about]]),
        ]

    def note_menu(self, colours: QMenu | None = None) -> QMenu:
        """The menu of selected notes; `colours` are those of their tags."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.pin, self.tag, self.icon, self.copy_link, self.share_note])
        if colours is not None:
            colours.setParent(menu, colours.windowFlags())
            menu.addMenu(colours)
        menu.addSeparator()
        menu.addActions([self.open_window])
        menu.addSeparator()
        menu.addActions([self.move_to, self.archive, self.unarchive, self.trash, self.restore])
        return menu

    def place_menu(self, *, rename: bool, share: bool) -> QMenu:
        """The menu of a place. `rename`: it has a name of its own; `share`: it is in a notebook."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.new_note, self.new_folder, self.new_notebook])
        if rename:
            menu.addSeparator()
            menu.addAction(self.rename)
            if share:
                menu.addAction(self.share_notebook)
            menu.addAction(self.delete_place)
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
            "contrast": self.tr("High contrast"),
        }
        group = QActionGroup(self)
        modes: dict[Mode, QAction] = {}
        for mode in MODES:
            action = self._make(texts[mode])
            action.setCheckable(True)
            action.setActionGroup(group)
            modes[mode] = action
        return modes
