"""
The title of the note: one line, bound to the title text of the CRDT as the body is.

What is typed becomes one splice at the caret; what others type moves the caret with the letters around it.
While an input method composes, remote patches wait and the composed text is carried over them. Undo is the
note's, not the line's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from app.editor.units import points_of, units_in, wide_indexes
from app.open_note import TITLE, OpenNote
from crdt import Deleted, Inserted, Patch

LENGTH_MAX = 500


class Splice(NamedTuple):
    """Replace `removed` code points from `start` on by `inserted`."""

    start: int
    removed: int
    inserted: str


def splice_between(old: str, new: str, caret: int) -> Splice:
    """
    What an edit did.

    Args:
        old: The text before.
        new: The text after.
        caret: Where the caret is in `new`: the end of what was inserted. It decides between equal letters.
    """
    room = min(len(old), len(new) - caret)
    tail = 0
    while tail < room and old[len(old) - 1 - tail] == new[len(new) - 1 - tail]:
        tail += 1
    room = min(len(old), len(new)) - tail
    head = 0
    while head < room and old[head] == new[head]:
        head += 1
    return Splice(head, len(old) - head - tail, new[head : len(new) - tail])


def carried(index: int, patches: Sequence[Patch], *, sticks: bool = False) -> int:
    """Where an index is after patches. At the place of an insertion it stays before it, or `sticks` after."""
    for patch in patches:
        if isinstance(patch, Inserted) and (patch.index < index or (sticks and patch.index == index)):
            index += len(patch.text)
        elif isinstance(patch, Deleted) and patch.index < index:
            index -= min(patch.count, index - patch.index)
    return index


class TitleEdit(QLineEdit):
    """Shows and edits the title of one note at a time."""

    body_asked = Signal()
    """Enter or Down: go on to the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Bound to nothing: read-only."""
        super().__init__(parent)
        self.setObjectName("noteTitle")
        self._note: OpenNote | None = None
        self._shown = ""
        self._held: list[Patch] = []
        self._composing = False
        self.setMaxLength(LENGTH_MAX)
        self.setPlaceholderText(self.tr("Title"))
        self.setAccessibleName(self.tr("Title"))
        # QLineEdit keeps two pixels at its sides, which the text below does not have.
        self.setTextMargins(-2, 0, -2, 0)
        self.setReadOnly(True)
        self.textEdited.connect(self._take_edit)

    def bind(self, note: OpenNote | None) -> None:
        """Show this note's title, or none."""
        if self._note is not None:
            self._note.patched.disconnect(self._take_patched)
            self._note.replaced.disconnect(self._reload)
        self._note = note
        if note is not None:
            note.patched.connect(self._take_patched)
            note.replaced.connect(self._reload)
        self._reload()
        self.setCursorPosition(0)

    def _reload(self) -> None:
        self._held = []
        self._shown = self._note.title.text() if self._note is not None else ""
        self.setReadOnly(self._note is None or not self._note.writable)
        self.setText(self._shown)

    def _take_edit(self, text: str) -> None:
        """What the person did to the line, as one splice of the text."""
        if self._note is None or text == self._shown:
            return
        units = wide_indexes(text)
        splice = splice_between(self._shown, text, points_of(units, self.cursorPosition()))
        held, self._held = self._held, []
        start = carried(splice.start, held)
        end = carried(splice.start + splice.removed, held)
        self._shown = text
        self._note.edit(lambda edit: edit.text(TITLE).replace(start, end - start, splice.inserted))
        if held:
            caret = points_of(units, self.cursorPosition())
            self._show(carried(caret, held, sticks=True))

    def _take_patched(self, patches: Sequence[tuple[Any, Patch]]) -> None:
        mine = [patch for path, patch in patches if tuple(path) == TITLE]
        if not mine:
            return
        if self._composing:
            self._held += mine
            return
        caret = points_of(wide_indexes(self._shown), self.cursorPosition())
        self._show(carried(caret, mine))

    def _show(self, caret: int) -> None:
        """Show the note's title with the caret at an index."""
        assert self._note is not None
        self._shown = self._note.title.text()
        self.setText(self._shown)
        self.setCursorPosition(units_in(self._shown[:caret]))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether something is being composed; what waited is shown when it is not."""
        super().inputMethodEvent(event)
        self._composing = bool(event.preeditString())
        if not self._composing and self._held:
            held, self._held = self._held, []
            caret = points_of(wide_indexes(self._shown), self.cursorPosition())
            self._show(carried(caret, held))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Down go to the text; undo and redo are the note's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.body_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Undo) and self._note is not None:
            self._note.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) and self._note is not None:
            self._note.redo()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z and its like to the keys above, whatever the line could do itself."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(
                QKeySequence.StandardKey.Redo
            )
            if undo and self._note is not None:
                event.accept()
                return True
        return super().event(event)
