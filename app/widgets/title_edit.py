"""
The title of the note: one paragraph, bound to the title text of the CRDT as the body is.

It wraps, and is as high as its lines, so that all of it is seen in a narrow window too. What is typed becomes
one splice at the caret; what others type moves the caret with the letters around it. While an input method
composes, remote patches wait and the composed text is carried over them. Undo is the note's, not Qt's.

Invariants: T1 nothing typed, pasted or dropped here puts a break of lines into a title. T2 what a title holds
that cannot be shown in one paragraph is shown as a space, and stays in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from app.editor.units import points_of, units_at, wide_indexes
from app.open_note import TITLE, OpenNote
from crdt import Deleted, Inserted, Patch

LENGTH_MAX = 500

_HEIGHT_PX_MAX = 300
_BESIDE_LINES = str.maketrans(dict.fromkeys("\n\r\t\0\u2028\u2029\ufdd0\ufdd1", " "))
"""What Qt takes for the end of a line, or for its own."""


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


class TitleEdit(QTextEdit):
    """Shows and edits the title of one note at a time."""

    body_asked = Signal()
    """Enter: go on to the text."""
    left_below = Signal(QPoint)
    """Down in the last line: go on to the text below this place on the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Bound to nothing: read-only."""
        super().__init__(parent)
        self.setObjectName("noteTitle")
        self._note: OpenNote | None = None
        self._shown = ""
        self._held: list[Patch] = []
        self._composing = False
        self._height_max = _HEIGHT_PX_MAX
        self.setAccessibleName(self.tr("Title"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setCursorWidth(2)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.textChanged.connect(self._turn)
        self.textChanged.connect(self._take_edit)
        self._reload()
        self._turn()

    def text(self) -> str:
        """What is shown."""
        return self.document().toRawText()

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

    def set_height_max(self, height: int) -> None:
        """From this height on it scrolls instead of growing."""
        if height != self._height_max:
            self._height_max = height
            self.updateGeometry()

    def enter_below(self, place: QPoint) -> None:
        """Take the focus, with the caret in the last line, above a place on the screen."""
        self.setTextCursor(self.cursorForPosition(QPoint(self.mapFromGlobal(place).x(), self.height() - 1)))
        self.setFocus()

    def _fit(self) -> None:
        """Slot: the lines take another height."""
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        """Qt: it is as high as its lines are, which depends on where they are broken."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Qt: how high it wants to be; of the present width with what is being composed."""
        document = self.document()
        if width != self.viewport().width():
            document = document.clone()
            document.setTextWidth(width)
        height = document.size().height()
        if height > self._height_max:  # no line is cut in two
            layout = document.firstBlock().layout()
            feet = [layout.lineAt(number).rect().bottom() for number in range(layout.lineCount())]
            height = max((foot for foot in feet if foot <= self._height_max), default=feet[0])
        return math.ceil(height)

    def sizeHint(self) -> QSize:
        """Qt: how large it wants to be."""
        return QSize(super().sizeHint().width(), self.heightForWidth(self.viewport().width()))

    def _reload(self) -> None:
        self._held = []
        flags = Qt.TextInteractionFlag
        is_writable = self._note is not None and self._note.writable
        self.setReadOnly(not is_writable)
        if not is_writable:
            self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self._show(0, 0)

    def _standing(self) -> tuple[int, int]:
        """The indexes of the selection's fixed end and of the caret."""
        units, cursor = wide_indexes(self.text()), self.textCursor()
        return points_of(units, cursor.anchor()), points_of(units, cursor.position())

    def _take_edit(self) -> None:
        """Slot: what the person did to what is shown, as one splice of the title."""
        text = self.text()
        if self._note is None or text == self._shown:
            return
        _, caret = self._standing()
        splice = splice_between(self._shown, text, caret)
        room = max(0, LENGTH_MAX - len(self._shown) + splice.removed)
        inserted = splice.inserted.translate(_BESIDE_LINES)[:room]
        held, self._held = self._held, []
        start = carried(splice.start, held)
        end = carried(splice.start + splice.removed, held)
        self._shown = text
        self._note.edit(lambda edit: edit.text(TITLE).replace(start, end - start, inserted))
        if held or inserted != splice.inserted:
            caret = carried(caret - len(splice.inserted) + len(inserted), held, sticks=True)
            self._show(caret, caret)

    def _take_patched(self, patches: Sequence[tuple[Any, Patch]]) -> None:
        self._held += [patch for path, patch in patches if tuple(path) == TITLE]
        if not self._composing:
            self._show_held()

    def _show_held(self) -> None:
        """Show what waited; the selection stays with its letters."""
        if self._held:
            held, self._held = self._held, []
            anchor, caret = self._standing()
            self._show(carried(anchor, held), carried(caret, held))

    def _show(self, anchor: int, caret: int) -> None:
        """Show the note's title with a selection between two indexes."""
        text = self._note.title.text() if self._note is not None else ""
        self._shown = text.translate(_BESIDE_LINES)
        self.setPlainText(self._shown)
        cursor = QTextCursor(self.document())
        room = cursor.blockFormat()
        room.setRightMargin(self.cursorWidth())  # for the caret behind a full line
        cursor.setBlockFormat(room)
        units, cursor = wide_indexes(self._shown), self.textCursor()
        cursor.setPosition(units_at(units, anchor))
        cursor.setPosition(units_at(units, caret), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _turn(self) -> None:
        """Slot: letters run as their script does, and where there are none, as the window."""
        option = self.document().defaultTextOption()
        has_text = not self.document().isEmpty()
        direction = Qt.LayoutDirection.LayoutDirectionAuto if has_text else self.layoutDirection()
        if option.textDirection() != direction:
            option.setTextDirection(direction)
            self.document().setDefaultTextOption(option)

    def changeEvent(self, event: QEvent) -> None:
        """Qt: the window may be turned round."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._turn()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw; what an empty title is for on the side where it begins, which Qt's own words are not."""
        super().paintEvent(event)
        if self.document().isEmpty() and not self._composing:
            painter = QPainter(self.viewport())
            painter.setLayoutDirection(self.layoutDirection())
            painter.setPen(self.palette().placeholderText().color())
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignLeading, self.accessibleName())
            painter.end()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether something is being composed; what waited is shown when it is not."""
        super().inputMethodEvent(event)
        self._composing = bool(event.preeditString())
        if not self._composing:
            self._show_held()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the text, and so does Down in the last line; undo and redo are the note's."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.body_asked.emit()
        elif event.key() == Qt.Key.Key_Down and plain and self._is_in_last_line():
            self.left_below.emit(self.mapToGlobal(self.cursorRect().bottomLeft()))
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self._redo()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _is_in_last_line(self) -> bool:
        cursor = self.textCursor()
        layout = cursor.block().layout()
        return layout.lineForTextPosition(cursor.positionInBlock()).lineNumber() + 1 >= layout.lineCount()

    def _undo(self) -> None:
        if self._note is not None and self._note.writable:
            self._note.undo()

    def _redo(self) -> None:
        if self._note is not None and self._note.writable:
            self._note.redo()

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z and its like to the keys above, whatever Qt could do itself."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(
                QKeySequence.StandardKey.Redo
            )
            if undo and self._note is not None:
                event.accept()
                return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: its own menu, in which undo and redo are the note's."""
        menu = self.createStandardContextMenu(event.pos())
        for name, work in (("edit-undo", self._undo), ("edit-redo", self._redo)):
            action = menu.findChild(QAction, name)
            if action is not None:
                action.setEnabled(not self.isReadOnly())
                action.triggered.connect(work)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
