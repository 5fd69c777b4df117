"""
Which link a click or a key opens.

A click opens a link to another note; any other link asks for Ctrl, so that its text can be edited with the
mouse. Where nothing can be written every click opens. Not here: opening (`NoteEdit.link_activated`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

NOTE_SCHEME: Final = "note:"


def link_at(view: NoteEdit, place: QPointF, held: Qt.KeyboardModifier) -> str:
    """The link that a click at a place of the viewport opens; "" for none."""
    link = view.anchorAt(place.toPoint())
    follows = view.isReadOnly() or held & Qt.KeyboardModifier.ControlModifier
    return link if follows or link.startswith(NOTE_SCHEME) else ""


def open_link(view: NoteEdit) -> bool:
    """Open the link the caret is in; False if it is in none."""
    link = view.commands.link_here()[2] if view.is_open else ""
    if link:
        view.link_activated.emit(link)
    return bool(link)
