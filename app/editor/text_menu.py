"""
The menu of the right mouse button in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.editor.note_edit import NoteEdit


def text_menu(view: NoteEdit) -> QMenu:
    """Make the menu for what is selected now; the caller shows it."""
    menu = QMenu(view)

    def add(label: str, keys: str, slot: Callable[[], object], enabled: bool) -> QAction:
        action = QAction(QCoreApplication.translate("text_menu", label), menu)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda: slot())
        action.setEnabled(enabled)
        menu.addAction(action)
        return action

    writes = view.is_open and not view.isReadOnly()
    selected = view.textCursor().hasSelection()
    pastes = writes and view.canInsertFromMimeData(QGuiApplication.clipboard().mimeData())
    add("Undo", "Ctrl+Z", view.undo, writes)
    add("Redo", "Ctrl+Shift+Z", view.redo, writes)
    menu.addSeparator()
    add("Cut", "Ctrl+X", view.cut, writes and selected)
    add("Copy", "Ctrl+C", view.copy, selected)
    add("Paste", "Ctrl+V", view.paste, pastes)
    add("Paste as Plain Text", "Ctrl+Shift+V", view.paste_plain, pastes)
    menu.addSeparator()
    add("Link…", "Ctrl+K", view.link_wanted.emit, writes)
    add("Select All", "Ctrl+A", view.selectAll, True)
    return menu
