"""
Hears what others do to a bound QTextDocument: Qt's own commands, input methods, assistive technology, other
slots.

`contentsChange` is a hint at a window of blocks, never an operation: the window is read again, compared with
the mirror, and what differs is handed on as operations. If numbers do not add up the window is the whole
document. An edit made inside a slot is announced by nobody; it shows in the document's revision.

Not here: what becomes of the operations (`binding`). Invariant: after a window has been taken the mirror has
the view's text, marks and attributes; formats that are not ours are stale and written afresh later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor

from app.editor.difference import operations_between
from app.editor.mirror import MirrorBlock
from app.editor.operations import Operation
from app.editor.surface import Surface
from app.editor.units import points_of

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

_TRIM_BLOCKS: Final = 8  # windows larger than this lose their unchanged ends before they are compared

_log = logging.getLogger("app.editor.listening")


class Listener(QObject):
    """Listens to one QTextDocument and tells its own edits from others'."""

    changed = Signal()  # the document's contents changed, whoever did it
    unsettled = Signal()  # call `settle` when the event in hand is over

    def __init__(self, view: NoteEdit, surface: Surface, enter: Callable[[list[Operation]], None]) -> None:
        """
        Listen from now on.

        Args:
            view: Shows the document; its caret anchors comparisons.
            surface: Of the document; its mirror agrees with it now.
            enter: Takes what somebody else has done, in indexes of the mirror before it.
        """
        super().__init__(surface.document)
        self._view = view
        self._surface = surface
        self._enter = enter
        self._expected = False
        self._missed = False
        self._torn: set[int] = set()
        self._revision = surface.document.revision()
        surface.document.contentsChange.connect(self._take_contents_change)
        surface.document.contentsChanged.connect(self._take_contents_changed)

    def close(self) -> None:
        """Listen no more."""
        self._surface.document.contentsChange.disconnect(self._take_contents_change)
        self._surface.document.contentsChanged.disconnect(self._take_contents_changed)

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Frame edits by the surface: one edit block, formats brought up to date, no echo."""
        block = QTextCursor(self._surface.document)
        block.beginEditBlock()
        try:
            yield
            self._surface.render()
        finally:
            self._expected = True
            block.endEditBlock()
            if self._expected:  # nothing changed, so nothing was announced
                self._expected = False
                self._revision = self._surface.document.revision()

    def settle(self) -> None:
        """Take what was missed, and write formats that are not ours afresh."""
        if self._missed:
            self._missed = False
            self.take_all()
        if self._torn or self._surface.is_stale:
            with self.showing():
                for number in sorted(self._torn):
                    self._surface.rewrite(number)
                self._torn.clear()

    def take_all(self) -> None:
        """Compare the whole view with the mirror. Cost: O(view), 0.3 s for formatted 1 MB."""
        self._take_window(0, len(self._surface.mirror.blocks))

    def _take_contents_change(self, position: int, _removed: int, added: int) -> None:
        """Slot of QTextDocument.contentsChange: UTF-16, a hint where to look."""
        document, mirror = self._surface.document, self._surface.mirror
        self._revision = document.revision()
        if self._expected:
            self._expected = False
            return
        grown = document.blockCount() - len(mirror.blocks)
        first = document.findBlock(position).blockNumber()
        last = document.findBlock(min(position + added, document.characterCount() - 1)).blockNumber()
        stop = last + 1 - grown
        if not 0 <= first < stop <= len(mirror.blocks):
            first, stop = 0, len(mirror.blocks)
        self._take_window(first, stop)

    def _take_contents_changed(self) -> None:
        """Slot of QTextDocument.contentsChanged: notice an edit that no contentsChange announced."""
        if self._surface.document.revision() != self._revision and not self._expected:
            self._revision = self._surface.document.revision()
            self._missed = True
            self.unsettled.emit()
        self.changed.emit()

    def _take_window(self, first: int, stop: int) -> None:
        """Read the blocks that stand where the mirror's first <= n < stop stood, and hand on what is new."""
        document, mirror = self._surface.document, self._surface.mirror
        count = stop - first + document.blockCount() - len(mirror.blocks)
        shown, touched, units = self._read(first, count)
        gone = sum(block.units + 1 for block in mirror.blocks[first:stop])
        if mirror.units - gone + units != document.characterCount() - 1 and not self._torn:
            if (first, stop) != (0, len(mirror.blocks)):
                self._take_window(0, len(mirror.blocks))
                return
            _log.error("a view of %d units has blocks of %d", document.characterCount() - 1, units - 1)
        old = mirror.blocks[first:stop]
        head, tail = alike_ends(old, shown) if max(len(old), len(shown)) > _TRIM_BLOCKS else (0, 0)
        operations = operations_between(
            old[head : len(old) - tail],
            shown[head : len(shown) - tail],
            mirror.start(first + head),
            self._caret_within(first + head, shown[head:]),
        )
        mirror.splice(first, stop, shown)
        for number in touched:
            self._surface.mark_stale(number, number + 1)
        if touched or count != stop - first:
            self._surface.mark_edges(first, first + count)
            self.unsettled.emit()
        if operations:
            self._enter(operations)

    def _read(self, first: int, count: int) -> tuple[list[MirrorBlock], list[int], int]:
        """
        Read blocks of the view: them, the numbers of those with formats not ours, and their UTF-16 units.
        """
        block = self._surface.document.findBlockByNumber(first)
        shown: list[MirrorBlock] = []
        touched: list[int] = []
        units = 0
        for number in range(first, first + count):
            made, exact = self._surface.read(block)
            units += block.length()
            if not exact:
                touched.append(number)
                if made.units + 1 != block.length():
                    self._torn.add(number)
            shown.append(made)
            block = block.next()
        return shown, touched, units

    def _caret_within(self, first: int, shown: Sequence[MirrorBlock]) -> int | None:
        """The caret as code points from the start of a window just read; None if it is elsewhere."""
        offset_u16 = self._view.textCursor().position()
        block = self._surface.document.findBlock(offset_u16)
        number = block.blockNumber() - first
        if not 0 <= number < len(shown):
            return None
        ahead = sum(len(before.text) + 1 for before in shown[:number])
        return ahead + points_of(shown[number].wides, offset_u16 - block.position())


def alike_ends(old: Sequence[MirrorBlock], new: Sequence[MirrorBlock]) -> tuple[int, int]:
    """Count the blocks at the start and at the end that both have, leaving at least one of each between."""
    most = min(len(old), len(new)) - 1
    head = 0
    while head < most and old[head].shows(new[head]):
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail].shows(new[-1 - tail]):
        tail += 1
    return head, tail
