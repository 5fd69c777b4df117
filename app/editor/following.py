"""
Which link a click or a key opens.

A click opens a link to a note or to a heading; any other link asks for Ctrl, so that its text can be edited
with the mouse. Where nothing can be written every click opens. Not here: opening (`NoteEdit.link_activated`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.note_address import target_of

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit


def link_at(view: NoteEdit, place: QPointF, held: Qt.KeyboardModifier) -> str:
    """The link that a click at a place of the viewport opens; "" for none."""
    link = view.anchorAt(place.toPoint())
    follows = view.isReadOnly() or held & Qt.KeyboardModifier.ControlModifier
    return link if follows or target_of(link) is not None else ""


def open_link(view: NoteEdit) -> bool:
    """
    Open the link the caret is in, or the note or the file it is behind, or ask again for the picture.

    Returns:
        False if there is none of them.
    """
    if not view.is_open:
        return False
    link, embed = view.commands.link_here()[2], view.commands.embed_here()
    if link:
        view.link_activated.emit(link)
    elif embed is not None and embed.get("type") in ("note", "file"):
        view.embed_activated.emit(embed)
    else:
        return embed is not None and view.attached.ask_again(embed)
    return True
