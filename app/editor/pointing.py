"""
What the mouse does to a bound view, beside placing the caret and selecting, which is QTextEdit's.

Tick boxes, links, embeds, the corner of a picture, the language of a code block. Each event is answered with
whether it was taken; what was not goes on to Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor

from app.editor.commands import Commands
from app.editor.embeds import payload_of
from app.editor.following import link_at
from app.editor.ornaments import language_at, tick_box_at
from app.editor.resizing import PictureFrame

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

_Left: Final = Qt.MouseButton.LeftButton


class Pointing:
    """The mouse over one bound view."""

    def __init__(self, view: NoteEdit, commands: Commands) -> None:
        """Args: view: Is pointed at; commands: Carry out what that means."""
        self._view: Final = view
        self._commands: Final = commands
        self._pressed_box: int | None = None
        self.frame: Final = PictureFrame(view, commands)

    @property
    def is_busy(self) -> bool:
        """Whether the button went down on something that is ours."""
        return self._pressed_box is not None or self.frame.is_dragging

    def press(self, event: QMouseEvent) -> bool:
        """A button goes down. On a tick box it moves no caret."""
        view, place = self._view, event.position()
        self._pressed_box = None
        view.bound.settle()
        view.bound.note.break_group()
        if event.button() != _Left:
            return False
        if not view.isReadOnly():
            self._pressed_box = tick_box_at(view, place)
            language = language_at(view, place)
            if self._pressed_box is None and language is not None:
                view.language_wanted.emit(language)
                return True
        if self._pressed_box is not None:
            return True
        return not event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.frame.press(place)

    def release(self, event: QMouseEvent) -> bool:
        """A button goes up: tick a box, let go of a corner."""
        box, self._pressed_box = self._pressed_box, None
        if box is not None:
            if tick_box_at(self._view, event.position()) == box:
                self._commands.toggle_check(box)
            return True
        if self.frame.is_dragging:
            self.frame.release()
            return True
        return False

    def released(self, event: QMouseEvent) -> None:
        """QTextEdit has seen the button go up: open a link."""
        view = self._view
        if event.button() == _Left and not view.textCursor().hasSelection():
            link = link_at(view, event.position(), event.modifiers())
            if link:
                view.link_activated.emit(link)

    def double_press(self, event: QMouseEvent) -> bool:
        """Open an embed."""
        cursor = self._view.cursorForPosition(event.position().toPoint())
        for move in (QTextCursor.MoveOperation.NoMove, QTextCursor.MoveOperation.NextCharacter):
            probe = QTextCursor(cursor)
            probe.movePosition(move)
            payload = payload_of(probe.charFormat())
            if payload:
                self._view.embed_activated.emit(payload)
                return True
        return False

    def move(self, event: QMouseEvent) -> bool:
        """Draw a corner, if one is held."""
        if self.frame.is_dragging:
            self.frame.drag_to(event.position())
        return self.is_busy

    def stand_at(self, place: QPointF) -> None:
        """Before a menu at a point: the caret goes there, unless it is in what is selected."""
        view = self._view
        held = self.frame.at(place)
        if held is not None:
            self.frame.press(place)
            return
        cursor, there = view.textCursor(), view.cursorForPosition(place.toPoint())
        if (
            not cursor.hasSelection()
            or not cursor.selectionStart() <= there.position() <= cursor.selectionEnd()
        ):
            view.setTextCursor(there)

    def shape(self, place: QPointF, held: Qt.KeyboardModifier) -> Qt.CursorShape:
        """Show what a click would do."""
        view = self._view
        if not view.isReadOnly():
            if tick_box_at(view, place) is not None or language_at(view, place) is not None:
                return Qt.CursorShape.PointingHandCursor
            if self.frame.over_corner(place):
                return Qt.CursorShape.SizeFDiagCursor
        if link_at(view, place, held):
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.IBeamCursor
