"""
Where a person stands in the text: caret, selection, the marks pending for the next letter, the first visible
line.

Everything here is in indexes of the mirror; it moves nothing by itself and edits nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtGui import QTextCharFormat, QTextCursor

from app.editor.formats import CHOSEN
from app.editor.keys import EMBED, Marks, key_of, values_of
from app.editor.looks import Look, look_of
from app.editor.rebase import carried
from app.editor.surface import Surface
from crdt.marks import GROWS_AT_END
from crdt.patch import BlockSet, Deleted, Formatted, Inserted, Patch

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit


class FirstLine(NamedTuple):
    """The line at the top of the viewport: an index in it, and where it is drawn."""

    place: int
    top_px: int


class Standing:
    """The person's place in one view of one surface."""

    def __init__(self, view: NoteEdit, surface: Surface) -> None:
        """Args: view: Shows the surface's document."""
        self._view: Final = view
        self._surface: Final = surface

    def caret(self) -> int:
        """Give the index of the caret."""
        return self._surface.index(self._view.textCursor().position())

    def selection(self) -> tuple[int, int]:
        """Give the indexes of the selection's fixed end and of the caret."""
        cursor = self._view.textCursor()
        return self._surface.index(cursor.anchor()), self._surface.index(cursor.position())

    def select(self, anchor: int, head: int) -> None:
        """Place the selection; both ends alike place the caret. Nothing happens if it stands there."""
        cursor = self._view.textCursor()
        wanted = self._surface.offset(anchor), self._surface.offset(head)
        if wanted != (cursor.anchor(), cursor.position()):
            cursor.setPosition(wanted[0])
            cursor.setPosition(wanted[1], QTextCursor.MoveMode.KeepAnchor)
            self._view.setTextCursor(cursor)

    def look(self) -> Look:
        """Give the look of the block the caret is in."""
        number, _ = self._surface.mirror.locate(self.caret())
        return look_of(self._surface.mirror.blocks[number].attributes)

    def place_marks(self, index: int, gap: Marks) -> Marks:
        """
        Say which marks text typed at an index takes.

        Args:
            index: Where. gap: What `RichText.marks_at` says of it; at the start of a paragraph what follows
            decides instead.
        """
        marks = {kind: value for kind, value in gap.items() if kind != EMBED}
        number, inside = self._surface.mirror.locate(index)
        block = self._surface.mirror.blocks[number]
        following = values_of(block.key_at(0)) if inside == 0 and block.text else None
        if following is not None and EMBED not in following:
            marks = {kind: value for kind, value in marks.items() if kind not in GROWS_AT_END}
            marks.update({kind: value for kind, value in following.items() if kind in GROWS_AT_END})
        return marks

    def pending(self) -> Marks | None:
        """Say which marks were switched on for the next letter alone; None: those the place gives."""
        cursor = self._view.textCursor()
        chosen = self._view.currentCharFormat()
        probe = QTextCursor(self._surface.document)
        probe.setPosition(cursor.position())
        if cursor.hasSelection() or (chosen == probe.charFormat() and not chosen.hasProperty(CHOSEN)):
            return None
        key, _ = self._surface.formats.read_char(chosen, self.look())
        return {kind: value for kind, value in values_of(key).items() if kind != EMBED}

    def set_pending(self, marks: Marks) -> None:
        """Switch exactly these marks on for the next letter."""
        chosen = QTextCharFormat(self._surface.formats.char(key_of(marks), self.look()))
        chosen.setProperty(CHOSEN, True)
        self._view.setCurrentCharFormat(chosen)

    def first_line(self) -> FirstLine:
        """Remember which line is at the top of the viewport."""
        cursor = self._view.cursorForPosition(QPoint(0, 0))
        return FirstLine(self._surface.index(cursor.position()), self._view.cursorRect(cursor).top())

    def scroll_to(self, line: FirstLine) -> None:
        """Scroll so that a line, followed to its new index by the caller, is where it was."""
        cursor = QTextCursor(self._surface.document)
        cursor.setPosition(self._surface.offset(line.place))
        moved = self._view.cursorRect(cursor).top() - line.top_px
        if moved:
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() + moved)


def selection_after(anchor: int, head: int, patches: Sequence[Patch]) -> tuple[int, int]:
    """
    Follow a selection through patches: text inserted at its ends stays outside it, at a caret behind it.
    """
    low, high = min(anchor, head), max(anchor, head)
    moved_high = carried(high, patches, False)
    moved_low = min(carried(low, patches, low != high), moved_high)
    return (moved_low, moved_high) if anchor <= head else (moved_high, moved_low)


def changed_place(patches: Sequence[Patch]) -> int:
    """Give the index, after all patches, where the last of them changed text; else marks, else a block."""
    place = 0
    rank = 0
    for patch in patches:
        match patch:
            case Inserted(index, text, _):
                place, rank = index + len(text), 2
            case Deleted(index, _):
                place, rank = index, 2
            case Formatted(_, end, _) if rank < 2:
                place, rank = end, 1
            case BlockSet(index, _) if not rank:
                place = index
    return place
