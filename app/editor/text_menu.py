"""
The menu of the right mouse button in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from app.editor.languages import language_menu

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
    _add_attachment(menu, view)
    if writes:
        _add_spelling(menu, view)
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
    if writes:
        _add_picture_sizes(menu, view)
        number = view.textCursor().blockNumber()
        if view.commands.attributes_at(view.bound.standing.caret()).get("kind") == "code":
            menu.addMenu(language_menu(view, number))
    add("Select All", "Ctrl+A", view.selectAll, True)
    return menu


def _add_attachment(menu: QMenu, view: NoteEdit) -> None:
    """What there is to say of the attachment at the caret, and what can be done about it."""
    embed = view.commands.embed_here() if view.is_open else None
    line = view.attached.line(embed) if embed is not None else None
    if embed is None or line is None:
        return
    menu.addAction(line.words).setEnabled(False)
    if line.again:
        menu.addAction(line.again).triggered.connect(lambda: view.attached.ask_again(embed))
    menu.addSeparator()


def _add_spelling(menu: QMenu, view: NoteEdit) -> None:
    """What may have been meant by the wrong word at the caret, and ways to have it left alone."""
    if not view.spelling.is_on:
        return
    view.bound.settle()
    found = view.spelling.word_at(view.bound.standing.caret())
    if found is None:
        return
    start, end, word = found
    for suggestion in view.spelling.suggestions(word):
        action = menu.addAction(suggestion)
        font = action.font()
        font.setBold(True)
        action.setFont(font)
        action.triggered.connect(
            lambda _=False, text=suggestion: view.commands.replace_all([(start, end)], text)
        )
    if menu.isEmpty():
        menu.addAction(QCoreApplication.translate("text_menu", "No suggestions")).setEnabled(False)
    learn = menu.addAction(QCoreApplication.translate("text_menu", "Add to Dictionary"))
    learn.triggered.connect(lambda: view.spelling.learn(word))
    ignore = menu.addAction(QCoreApplication.translate("text_menu", "Ignore"))
    ignore.triggered.connect(lambda: view.spelling.ignore(word))
    menu.addSeparator()


def _add_picture_sizes(menu: QMenu, view: NoteEdit) -> None:
    """How wide the selected picture is to be."""
    held = view.picture_selected()
    if held is None:
        return
    index, room_px = held
    sizes = menu.addMenu(QCoreApplication.translate("text_menu", "Picture Width"))
    for label, width_px in (
        ("Small", round(room_px / 4)),
        ("Half", round(room_px / 2)),
        ("Full", round(room_px)),
        ("As It Is", None),
    ):
        action = sizes.addAction(QCoreApplication.translate("text_menu", label))
        action.triggered.connect(lambda _=False, width=width_px: view.commands.set_width(index, width))
    for label, keys, by in (("Wider", "Ctrl+]", 1), ("Narrower", "Ctrl+[", -1)):
        action = sizes.addAction(QCoreApplication.translate("text_menu", label))
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _=False, step=by: view.resize_picture(step))
