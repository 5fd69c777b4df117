"""
Carries out the keys that write or delete, one exact command each.

`keyboard` says which key is which; this knows the caret: what is a character to Backspace and what to
Delete, where a word ends, and that Tab means something else in a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QTextCursor

from app.editor import keyboard
from app.editor.commands import Commands

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

# What makes several code points one picture: joiner, emoji presentation, keycap. Backspace takes all of it,
# while of a letter with accents it takes the last accent.
_PICTURE_SIGNS: Final = ("\u200d", "\ufe0f", "\u20e3")
_SKIN_TONES: Final = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS: Final = ("\U0001f1e6", "\U0001f1ff")
_TAG_LETTERS: Final = ("\U000e0020", "\U000e007f")


def is_picture(cluster: str) -> bool:
    """Whether a grapheme is a sequence that makes one emoji or flag."""
    return any(
        sign in _PICTURE_SIGNS
        or _SKIN_TONES[0] <= sign <= _SKIN_TONES[1]
        or _FLAG_LETTERS[0] <= sign <= _FLAG_LETTERS[1]
        or _TAG_LETTERS[0] <= sign <= _TAG_LETTERS[1]
        for sign in cluster
    )


class WritingKeys:
    """The keys of one view that is bound."""

    def __init__(self, view: NoteEdit, commands: Commands) -> None:
        """Args: view: Has the caret; commands: Carry out what the keys mean."""
        self._view: Final = view
        self._commands: Final = commands

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key writes or deletes; False if it does neither."""
        movement = keyboard.deletion_of(event)
        if movement is not None:
            self._delete_way(movement)
        elif keyboard.is_backspace(event):
            self._backspace()
        elif keyboard.is_delete(event):
            self._delete()
        elif keyboard.is_enter(event):
            self._commands.enter()
        elif keyboard.is_soft_break(event):
            self._commands.insert_soft_break()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._tab(event.key() == Qt.Key.Key_Backtab)
        elif keyboard.is_text(event):
            self._commands.type(event.text())
        else:
            return False
        return True

    def delete_selection(self) -> bool:
        """Delete what is selected; False if nothing is."""
        start, end = self._commands.range()
        return start != end and self._commands.delete_range(start, end)

    def _tab(self, back: bool) -> None:
        if self._commands.in_list():
            self._commands.indent(-1 if back else 1)
        elif self._commands.in_code() and (back or self._view.textCursor().hasSelection()):
            self._commands.indent_code(-1 if back else 1)
        elif not back:
            self._commands.type("\t")

    def _backspace(self) -> None:
        cursor = self._view.textCursor()
        if cursor.hasSelection():
            self.delete_selection()
        elif cursor.atBlockStart():
            self._commands.backspace_at_block_start()
        else:
            _, end = self._commands.range()
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, QTextCursor.MoveMode.KeepAnchor)
            cluster = cursor.selectedText()
            self._commands.delete_range(end - (len(cluster) if is_picture(cluster) else 1), end)

    def _delete(self) -> None:
        cursor = self._view.textCursor()
        if cursor.hasSelection():
            self.delete_selection()
        elif cursor.atBlockEnd():
            self._commands.delete_at_block_end()
        else:
            start, _ = self._commands.range()
            cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
            self._commands.delete_range(start, start + len(cursor.selectedText()))

    def _delete_way(self, movement: QTextCursor.MoveOperation) -> None:
        """Delete what the caret would pass on its way."""
        cursor = self._view.textCursor()
        back = movement in (QTextCursor.MoveOperation.PreviousWord, QTextCursor.MoveOperation.StartOfBlock)
        if cursor.hasSelection():
            self.delete_selection()
        elif back and cursor.atBlockStart():
            self._commands.backspace_at_block_start()
        elif not back and cursor.atBlockEnd():
            self._commands.delete_at_block_end()
        else:
            index, _ = self._commands.range()
            cursor.movePosition(movement, QTextCursor.MoveMode.KeepAnchor)
            other = self._view.index_of(cursor.position())
            self._commands.delete_range(min(index, other), max(index, other))
