"""
What the mouse does to a bound view, beside placing the caret and selecting, which is QTextEdit's.

Tick boxes, links, embeds, the corner of a picture, the language of a code block. Each event is answered with
whether it was taken; what was not goes on to Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor
from PySide6.QtWidgets import QTextEdit

from app.editor.commands import Commands
from app.editor.embeds import payload_of
from app.editor.following import link_at
from app.editor.keys import Marks
from app.editor.ornaments import language_at, tick_box_at
from app.editor.resizing import PictureFrame
from app.labels import tip

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
        self._pressed_again: Marks | None = None
        self.frame: Final = PictureFrame(view, commands)

    @property
    def is_busy(self) -> bool:
        """Whether the button went down on something that is ours."""
        return self._pressed_box is not None or self._pressed_again is not None or self.frame.is_dragging

    def press(self, event: QMouseEvent) -> bool:
        """A button goes down. On a tick box it moves no caret."""
        view, place = self._view, event.position()
        self._pressed_box = self._pressed_again = None
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
        self._pressed_again = self.frame.again_at(place) if self._pressed_box is None else None
        if self._pressed_box is not None or self._pressed_again is not None:
            return True
        return not event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.frame.press(place)

    def release(self, event: QMouseEvent) -> bool:
        """A button goes up: tick a box, do what is offered of an attachment, let go of a corner."""
        box, again = self._pressed_box, self._pressed_again
        self._pressed_box = self._pressed_again = None
        if again is not None:
            if self.frame.again_at(event.position()) == again:
                self._view.attached.ask_again(again)
            return True
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

    def hover(self, place: QPointF, held: Qt.KeyboardModifier) -> None:
        """The mouse is over a point of the viewport: show what a click would do, and what is said there."""
        viewport = self._view.viewport()
        viewport.setCursor(self.shape(place, held))
        embed = self.frame.at(place)
        line = self._view.attached.line(payload_of(embed.format)) if embed is not None else None
        said = f"{line.words}\n{line.again}".strip() if line is not None else ""
        if tip(said) != viewport.toolTip():
            viewport.setToolTip(tip(said))

    def shape(self, place: QPointF, held: Qt.KeyboardModifier) -> Qt.CursorShape:
        """Show what a click would do."""
        view = self._view
        if not view.isReadOnly():
            if tick_box_at(view, place) is not None or language_at(view, place) is not None:
                return Qt.CursorShape.PointingHandCursor
            if self.frame.over_corner(place):
                return Qt.CursorShape.SizeFDiagCursor
        if link_at(view, place, held) or self.frame.again_at(place) is not None:
            return Qt.CursorShape.PointingHandCursor
        return Qt.CursorShape.IBeamCursor


def forget_presses(view: QTextEdit) -> None:
    """
    Have a view that shows another text forget the word that was pressed twice in the one before.

    QTextEdit would extend a selection from there, at places that the new text may not have. It forgets with a
    press outside of a selection, and there is none yet.
    """
    at, none = QPointF(0, 0), Qt.KeyboardModifier.NoModifier
    kind, up = QEvent.Type, Qt.MouseButton.NoButton
    QTextEdit.mousePressEvent(view, QMouseEvent(kind.MouseButtonPress, at, at, _Left, _Left, none))
    QTextEdit.mouseReleaseEvent(view, QMouseEvent(kind.MouseButtonRelease, at, at, _Left, up, none))
