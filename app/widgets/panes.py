"""
The panes of a window side by side, and which of them are on screen: sidebar, list, note, drawer.

The note always is. Where the window is too narrow for all that are wanted, the sidebar gives way first, then
the list; they come back when there is room again, as wide as they were. A pane that is called while there is
no room for it is there all the same, in the place of the others, until another one is called or the window is
wide enough for all.

Not here: what the panes show, and which panel the drawer has.

Invariants:
- What gave way is wanted still; only `want` and `toggle` change that.
- The focus is never in a pane that is not on screen: it goes on to the list, or to the note, whose caret
  stays.
- Nothing moves the text under a press of the mouse: panes change with the window's width and by commands.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from app.widgets.drawer import Drawer
from app.widgets.list_pane import ListPane
from app.widgets.note_view import NoteView
from app.widgets.sidebar import Sidebar

NOTE_PX = 420
"""What a note is left before another pane gives way: below it the title breaks and the toolbar folds away."""
NOTE_PX_MIN = 320
"""What it is left by a pane that was called."""
_HANDLE_PX = 1
_WIDTHS_PX = (216, 304, 300)
_WIDTHS_PX_MIN = (160, 200, 280)
WIDTH_PX_MIN = NOTE_PX_MIN + max(_WIDTHS_PX_MIN) + _HANDLE_PX
"""So wide a window must be for the note and any one pane beside it."""


class Panes(QSplitter):
    """Sidebar, list, note and drawer of one window."""

    changed = Signal()
    """Another pane is on screen, or one is not any more."""

    def __init__(self, sidebar: Sidebar, pane: ListPane, view: NoteView, drawer: Drawer) -> None:
        """All are wanted; the drawer is as long as it has a panel."""
        super().__init__(Qt.Orientation.Horizontal)
        self.setHandleWidth(_HANDLE_PX)
        self.setChildrenCollapsible(False)
        self._sidebar, self._list, self._view, self._drawer = sidebar, pane, view, drawer
        self._sides: tuple[QWidget, ...] = (sidebar, pane, drawer)
        self._chosen: dict[QWidget, int] = dict(zip(self._sides, _WIDTHS_PX, strict=True))
        self._least: dict[QWidget, int] = dict(zip(self._sides, _WIDTHS_PX_MIN, strict=True))
        self._unwanted: set[QWidget] = set()
        self._calls: list[QWidget] = []  # panes that were called where there was no room, the last one first
        self._all: tuple[QWidget, ...] = (sidebar, pane, view, drawer)
        for widget in self._all:
            widget.setMinimumWidth(self._least.get(widget, NOTE_PX_MIN))
            self.addWidget(widget)
        self.setStretchFactor(2, 1)
        self.splitterMoved.connect(self._take_widths)
        drawer.changed.connect(self._take_drawer)
        sidebar.tree.clicked.connect(lambda: self._go_on_to_list())
        sidebar.tree.activated.connect(lambda: self._go_on_to_list())
        sidebar.tree.naming_begins.connect(lambda: self.call(sidebar))

    # ---- what is wanted ---------------------------------------------------------------------------------

    def wants(self, pane: QWidget) -> bool:
        """Whether a pane is on screen wherever there is room for it."""
        return self._drawer.panel is not None if pane is self._drawer else pane not in self._unwanted

    def want(self, pane: QWidget, wanted: bool = True) -> None:
        """Want a pane, or not."""
        (self._unwanted.discard if wanted else self._unwanted.add)(pane)
        self._arrange()

    def call(self, pane: QWidget) -> None:
        """Have a pane on screen now."""
        if pane.isHidden():
            self._unwanted.discard(pane)
            self._calls.insert(0, pane)
            self._arrange()

    def toggle(self, pane: QWidget) -> None:
        """Have a pane on screen if it is not; else have others in its place, or want it no more."""
        if pane.isHidden():
            self.call(pane)
        elif self._given_way():
            self._calls = [other for other in self._given_way() if other is not pane]
            self._arrange()
        else:
            self.want(pane, False)

    def _given_way(self) -> list[QWidget]:
        return [pane for pane in self._sides if self.wants(pane) and pane.isHidden()]

    def _go_on_to_list(self) -> None:
        """A place was chosen in the sidebar: if its notes have given way to it, it is their turn."""
        if self._list.isHidden():
            self.call(self._list)

    def _take_drawer(self) -> None:
        self._calls = [pane for pane in self._calls if pane is not self._drawer]
        if self._drawer.panel is not None:
            self._calls.insert(0, self._drawer)
        self._arrange()

    # ---- how wide they are ------------------------------------------------------------------------------

    def widths(self) -> list[int]:
        """How wide sidebar, list and drawer are where there is room, in pixels, to be given to `restore`."""
        return list(self._chosen.values())

    def restore(self, widths: Sequence[object]) -> None:
        """Take widths over as a person chose them; what is none, or too little, is left out."""
        for pane, width in zip(self._sides, widths, strict=False):
            if isinstance(width, int) and width >= self._least[pane]:
                self._chosen[pane] = width
        self._arrange()

    def _take_widths(self, _at: int, handle: int) -> None:
        """A person has drawn a handle: the panes on both sides of it have the widths that they shall have."""
        shown = [widget for widget in self._all if not widget.isHidden()]
        place = shown.index(self._all[handle])
        for widget in shown[max(0, place - 1) : place + 1]:
            if widget in self._chosen:
                self._chosen[widget] = widget.width()

    # ---- who is on screen -------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Qt: panes give way, so that the note's width is all that is needed."""
        return QSize(NOTE_PX_MIN, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: a wider window has room for more, a narrower one for less."""
        self._arrange()
        super().resizeEvent(event)

    def _arrange(self) -> None:
        """Show what there is room for, as wide as it shall be, and have the note take the rest."""
        shown = self._fitting()
        if self._drawer.panel is not None and self._drawer not in shown:
            self._drawer.shut()  # which comes here again: another pane was called in its place
            return
        before = {pane for pane in self._sides if not pane.isHidden()}
        for pane in shown - before:
            pane.show()
        self._pass_focus_on(before - shown)
        for pane in before - shown:
            pane.hide()
        self._place_status(shown)
        self._share(shown)
        if before != shown:
            self.changed.emit()

    def _place_status(self, shown: set[QWidget]) -> None:
        """The status is at the foot of the sidebar; while that is not on screen, of the list."""
        is_lent = self._sidebar not in shown and self._list in shown
        if is_lent == self._sidebar.isAncestorOf(self._sidebar.chip):
            self._list.hold_chip(self._sidebar.chip if is_lent else None)
            if not is_lent:
                self._sidebar.hold_chip()

    def _fitting(self) -> set[QWidget]:
        wanted = [pane for pane in (self._drawer, self._list, self._sidebar) if self.wants(pane)]
        room = self.width() - NOTE_PX
        if sum(self._least[pane] + _HANDLE_PX for pane in wanted) <= room:
            # What is forgotten stands aside and comes back; the drawer would be shut, so it stays called.
            self._calls = [self._drawer] if self._drawer in wanted else []
            return set(wanted)
        called = [pane for pane in self._calls if pane in wanted]
        shown: set[QWidget] = set()
        for pane in dict.fromkeys([*called, *wanted]):
            room -= self._least[pane] + _HANDLE_PX
            if room < 0 and pane not in called[:1]:
                break
            shown.add(pane)
        return shown

    def _share(self, shown: set[QWidget]) -> None:
        """Widths are those that were chosen, drawn in evenly where the note would have too little."""
        panes = [pane for pane in self._sides if pane in shown]
        room = self.width() - _HANDLE_PX * len(panes)
        least = sum(self._least[pane] for pane in panes)
        more = sum(self._chosen[pane] - self._least[pane] for pane in panes)
        part = min(1.0, max(0, room - NOTE_PX - least) / more) if more else 0.0
        widths = {
            pane: self._least[pane] + int((self._chosen[pane] - self._least[pane]) * part) for pane in panes
        }
        widths[self._view] = room - sum(widths.values())
        self.setSizes([widths.get(pane, 0) for pane in self._all])

    def _pass_focus_on(self, going: set[QWidget]) -> None:
        """If it is in a pane that goes, to the list that comes in its place, or to the note."""
        focused = self.window().focusWidget()
        gone = next((pane for pane in going if focused is not None and pane.isAncestorOf(focused)), None)
        if gone is self._sidebar and not self._list.isHidden() and self._list not in going:
            self._list.list.setFocus()
        elif gone is not None:
            self._view.focus_text()
