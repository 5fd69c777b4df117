"""
Ties the text on screen to the body of one open note.

Two ways in, one way out:

  commands (keys, toolbar, paste, drop)  --perform-->        note.edit, then the surface: exact operations
  anyone else's edit of the view         --contentsChange--> `Listener` compares blocks, then note.edit: as
  exact
                                                             as the text allows
  patches (others' edits, undo, redo)    --patched-->        the surface, in edit blocks; caret, selection,
  the
                                                             pending marks and the first visible line stay

Not here: what a key means (`commands`, `list_keys`), how formats look (`formats`), writing into Qt
(`surface`).

Invariants: between two events the view, the mirror and the note agree, except while an input method composes:
then patches wait, at most HOLD_MS_MAX; and after a long note was opened, as long as nobody touches it: then
the view and the mirror have its first blocks, and slices of the rest follow. Only `Surface` edits the view,
each time inside `Listener.showing`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.editor.difference import operations_between
from app.editor.keys import Marks
from app.editor.listening import Listener, alike_ends
from app.editor.loading import Loader, empty_document, mirror_of
from app.editor.mirror import Mirror
from app.editor.note import BODY, Note, NoteText
from app.editor.operations import Operation, play
from app.editor.rebase import Alignment, carried
from app.editor.standing import Standing, changed_place, selection_after
from app.editor.surface import Surface
from crdt.errors import CrdtError
from crdt.patch import BlockSet, Deleted, Formatted, Inserted, Patch

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

HOLD_MS_MAX: Final = (
    2_000  # a composition that lasts longer is committed: others' edits must not wait for ever
)
IDLE_MS: Final = 2_000  # after the last change, until the view is compared with the mirror
CARET_MS: Final = 80  # between two reports of where the caret is
FIRST_BLOCKS: Final = 200  # shown before a note is first painted: more than any window is high
SLICE_BLOCKS: Final = 250  # of a long note shown at a time after that: some 4 ms
_CLUSTER_BLOCKS: Final = 200  # patches further apart get an edit block each: Qt lays out all that is between

_CLUSTERS_MAX: Final = 12  # but so many edit blocks cost as much as laying out a long note once

_log = logging.getLogger("app.editor.binding")

__all__ = ["Binding", "Note", "NoteText"]


class Binding(QObject):
    """One view bound to one note."""

    edited = Signal()  # the text changed, by whomever
    completed = Signal()  # the last slice of a long note is shown
    refused = Signal(object)  # CrdtError: the note did not take an edit; the view shows the note again
    resynchronised = Signal(str)  # why the view had to be compared with the note as a whole

    def __init__(self, view: NoteEdit, note: Note) -> None:
        """Show a note in a view. Whatever was bound to the view before must be closed."""
        super().__init__(view)
        self.view: Final = view
        self.note: Final = note
        self._timers: Final[list[QTimer]] = []
        self._held: list[Patch] = []
        self._astray = False  # the view may differ from the note: compare them when the event in hand is over
        self._undoing = False
        self._hold_timer = self._timer(HOLD_MS_MAX, self._hold_no_longer)
        self._settle_timer = self._timer(0, self.settle)
        self._idle_timer = self._timer(IDLE_MS, self.check_idle)
        self._caret_timer = self._timer(CARET_MS, self._report_caret)
        self._slice_timer = self._timer(0, self._show_slice)
        self._begin()
        note.patched.connect(self._take_patched)
        view.cursorPositionChanged.connect(self._caret_timer.start)
        view.selectionChanged.connect(self._caret_timer.start)

    def _timer(self, delay_ms: int, slot: Callable[[], object]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(delay_ms)
        made.timeout.connect(slot)
        self._timers.append(made)
        return made

    def close(self) -> None:
        """Take leave of the note and the view; what was typed is in the note."""
        if self.is_complete:
            self.settle()
        for timer in self._timers:
            timer.stop()
        self.note.patched.disconnect(self._take_patched)
        self.view.cursorPositionChanged.disconnect(self._caret_timer.start)
        self.view.selectionChanged.disconnect(self._caret_timer.start)
        self._listener.close()

    def reload(self, now_at: Callable[[int], int] = int) -> None:
        """
        Show the note from scratch, with the view's formats of now: after a change of palette or of the note.

        Args:
            now_at: Where an index of what was shown is now.
        """
        anchor, head = self.standing.selection()
        line = self.standing.first_line()
        self._listener.close()
        self._begin()
        if max(anchor, head, line.place) > len(self.mirror):
            self.settle()
        length = len(self.mirror)
        self.standing.select(min(now_at(anchor), length), min(now_at(head), length))
        self.standing.scroll_to(line._replace(place=min(now_at(line.place), length)))

    def _begin(self) -> None:
        """Show the first blocks; the rest follows in slices, or at once when something needs it."""
        surface = Surface(empty_document(self.view.formats, self.view), self.view.formats)
        first = self.note.body.blocks(FIRST_BLOCKS + 1)
        self._is_read = len(first) <= FIRST_BLOCKS
        self._loader = Loader(surface, first)
        self._loader.show(FIRST_BLOCKS)
        self._held.clear()
        self._astray = False
        self.surface = surface
        self.standing = Standing(self.view, surface)
        self.view.show_document(surface.document)
        self._listener = Listener(self.view, surface, self._enter)
        self._listener.changed.connect(self._idle_timer.start)
        self._listener.unsettled.connect(self._settle_timer.start)
        if not self.is_complete:
            self._slice_timer.start()

    @property
    def is_complete(self) -> bool:
        """Whether all of the note is shown; until then the view and the mirror have its first blocks."""
        return self._loader.is_done

    def _show_slice(self) -> None:
        """Slot of the slice timer."""
        self._show_more(SLICE_BLOCKS)
        if not self.is_complete:
            self._slice_timer.start()

    def _show_more(self, most: int | None) -> None:
        if not self.is_complete:
            self._read()
            self._listener.settle()  # what was missed happened to the blocks that are shown now
            with self._listener.showing():
                self._loader.show(most)
            if self.is_complete:
                self._slice_timer.stop()
                self.completed.emit()

    def _read(self) -> None:
        """Read the rest of a long note, before anything changes it: what is shown are its first blocks."""
        if not self._is_read:
            self._is_read = True
            self._loader.know(self.note.body.blocks())

    @property
    def mirror(self) -> Mirror:
        """What the view shows."""
        return self.surface.mirror

    def typing_marks(self, index: int) -> Marks:
        """Say which marks text typed at an index takes."""
        there = carried(index, self._held, True)  # the note is ahead of the view while patches wait
        return self.standing.place_marks(index, self.note.body.marks_at(there))

    # Commands

    def perform(
        self,
        operations: Sequence[Operation],
        caret: int | None = None,
        anchor: int | None = None,
        *,
        apart: bool = True,
    ) -> bool:
        """
        Carry operations out in the note and show them.

        Args:
            operations: In indexes of what the view shows now; call `settle` before computing them.
            caret: Where to place the caret afterwards; None leaves it to move with the text.
            anchor: The other end of a selection to make; None for none.
            apart: Whether this is undone apart from what was typed before and after.

        Returns:
            Whether it was done. If not, the note takes no edits, or `refused` says why.
        """
        if not self.note.writable:
            return False
        if operations:
            if apart:
                self.note.break_group()
            if not self._edit(self._carried_over(operations)):
                return False
            with self._listener.showing():
                for operation in operations:
                    self.surface.show_operation(operation)
            if apart:
                self.note.break_group()
        if caret is not None:
            self.standing.select(caret if anchor is None else anchor, caret)
            self.view.ensureCursorVisible()
        if operations:
            self.edited.emit()
        return True

    def undo(self) -> bool:
        """Undo my last group and go where it was; False if there is nothing to undo."""
        return self._travel(self.note.undo)

    def redo(self) -> bool:
        """Redo what was undone last and go there; False if there is nothing to redo."""
        return self._travel(self.note.redo)

    def _travel(self, step: Callable[[], bool]) -> bool:
        self.view.end_composition()
        self.settle()
        if not self.note.writable:
            return False
        self._undoing = True
        try:
            return step()
        finally:
            self._undoing = False

    def _edit(self, operations: Sequence[Operation]) -> bool:
        """Have the note take operations; if it will not, the view shows the note again afterwards."""

        def intent(edit: NoteText) -> None:
            play(operations, edit.text(BODY))

        self._read()
        try:
            self.note.edit(intent)
        except CrdtError as error:
            self._go_astray()
            self.refused.emit(error)
            return False
        return True

    def _go_astray(self) -> None:
        self._astray = True
        self._settle_timer.start()

    def _carried_over(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """
        Give operations on what the view shows in indexes of the note, which is ahead while patches wait.
        """
        if not self._held:
            return operations
        alignment = Alignment()
        alignment.take_patches(self._held)
        self._go_astray()
        return alignment.take_operations(operations)

    def _enter(self, operations: list[Operation]) -> None:
        """Enter what somebody else did to the view into the note."""
        meant = self._carried_over(operations)
        if not self.note.writable:
            self._go_astray()
        elif self._edit(meant):
            self.edited.emit()
        if self.view.is_composing:
            self._settle_timer.start()  # what is composed goes to where the caret has come

    # Keeping together

    def settle(self) -> None:
        """
        Show what is not shown yet, and finish what could not be done inside a slot; called before anything
        that counts on the invariants.
        """
        self._show_more(None)
        self._listener.settle()
        if self._astray and not self.view.is_composing:
            self._astray = False
            self._held.clear()
            self._hold_timer.stop()
            self.show_note("an edit of the view was refused or crossed with others'")
        self.view.keep_preedit()

    def show_note(self, reason: str) -> None:
        """Make the view equal to the note by the smallest edits that do; `reason` goes to the log."""
        current = self.mirror.blocks
        wanted = mirror_of(self.note.body.blocks()).blocks
        head, tail = alike_ends(current, wanted)
        operations = operations_between(
            current[head : len(current) - tail],
            wanted[head : len(wanted) - tail],
            self.mirror.start(head),
            None,
        )
        if operations:
            with self._listener.showing():
                for operation in operations:
                    self.surface.show_operation(operation)
            _log.info("the view of %s was brought up to date: %s", self.note.id, reason)
            self.resynchronised.emit(reason)

    def check_idle(self) -> bool:
        """
        Compare view, mirror and note, and bring together what has come apart.

        Returns:
            Whether they agreed; True as well while patches wait. Cost: some 10 ms for 1 MB.
        """
        if self.view.is_composing or self._held:
            self._idle_timer.start()
            return True
        self.settle()
        shown = "\u2029".join(self.surface.shown(block.text) for block in self.mirror.blocks)
        agreed = True
        if self.surface.document.toRawText() != shown:
            agreed = False
            _log.error("the view of %s held an edit that was missed", self.note.id)
            self._listener.take_all()
            self.settle()
        if self.mirror.text() != self.note.body.text():
            agreed = False
            _log.error("the view of %s did not show the note", self.note.id)
            self.show_note("the idle check found a difference")
        return agreed

    # Patches

    def _take_patched(self, patched: Sequence[tuple[Sequence[str], Patch]]) -> None:
        """Slot of the note's `patched`."""
        patches = [patch for path, patch in patched if tuple(path) == BODY]
        if patches and not self._is_read:
            self.reload(lambda index: carried(index, patches, True))
        elif patches:
            self._held.extend(patches)
            if not self.view.is_composing or self._undoing:
                self.release()
            elif not self._hold_timer.isActive():
                self._hold_timer.start()

    def release(self) -> None:
        """Show the patches that waited."""
        self._hold_timer.stop()
        if self._held:
            self.settle()  # an edit that was missed until now means the text without these patches
            patches, self._held = self._held, []
            if patches:
                self._show(patches)

    def _hold_no_longer(self) -> None:
        """Slot of the hold timer."""
        self.view.end_composition()
        self.release()

    def _show(self, patches: Sequence[Patch]) -> None:
        standing = self.standing
        pending = standing.pending()
        anchor, head = selection_after(*standing.selection(), patches)
        line = standing.first_line()
        for cluster in self._clusters(patches):
            with self._listener.showing():
                for patch in cluster:
                    self.surface.show_patch(patch)
        if self._undoing:
            anchor = head = changed_place(patches)
        standing.select(anchor, head)
        if self._undoing:
            self.view.ensureCursorVisible()
        else:
            standing.scroll_to(line._replace(place=carried(line.place, patches, True)))
            if pending is not None and anchor == head:
                standing.set_pending(pending)
        self.edited.emit()

    def _clusters(self, patches: Sequence[Patch]) -> list[list[Patch]]:
        """Cut a row of patches where the next one is far away in the text; roughly, by the mirror of now."""
        clusters: list[list[Patch]] = []
        low = high = 0
        for patch in patches:
            start, end = _range_of(patch)
            first, last = self.mirror.locate(start)[0], self.mirror.locate(end)[0]
            if not clusters or first > high + _CLUSTER_BLOCKS or last < low - _CLUSTER_BLOCKS:
                clusters.append([])
                low, high = first, last
            clusters[-1].append(patch)
            low, high = min(low, first), max(high, last)
        return clusters if len(clusters) <= _CLUSTERS_MAX else [list(patches)]

    def _report_caret(self) -> None:
        """Slot of the caret timer: tell the others where this person is."""
        if not self.is_complete:
            self._caret_timer.start()
            return
        self.settle()
        if self._held:
            self._caret_timer.start()
            return
        anchor, head = self.standing.selection()
        body = self.note.body
        # A selection keeps its own letters; what others type at its ends is outside it.
        sides = ("after", "after") if anchor == head else ("before", "after")
        if anchor > head:
            sides = (sides[1], sides[0])
        self.note.set_caret(body.anchor(anchor, sides[0]), body.anchor(head, sides[1]))


def _range_of(patch: Patch) -> tuple[int, int]:
    """Where a patch changes the text, in indexes of the text it finds."""
    match patch:
        case Inserted(index, _, _):
            return index, index
        case Deleted(index, count):
            return index, index + count
        case Formatted(start, end, _):
            return start, end
        case BlockSet(index, _):
            return index, index
        case _:
            return 0, 0
