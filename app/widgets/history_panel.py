"""
The history of the note on screen: who wrote when, and a slider through time.

Choosing a moment shows the note as it was then in the place of the note, with what was added and removed; or,
if wanted, who wrote what. Nothing is read before the panel is opened, and nothing of it happens on the typing
path. Restoring and copying are the window's work.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.bridge import Bridge
from app.labels import Label
from app.models.history import History, Timeline
from app.models.past import Blocks, Past, Sitting, version_at
from app.models.times import long_time
from app.open_note import OpenNote
from app.theme import Appearance
from app.widgets.drawer import Panel
from app.widgets.names import named
from app.widgets.past_view import PastView
from app.widgets.segments import Segments
from app.widgets.sitting_list import SITTING_ROLE, SittingDelegate, SittingModel
from app.widgets.timers import Later
from crdt import Version

# The slider may be dragged faster than a long note's past can be read.
ASK_MS = 40
REREAD_MS = 1_000


class HistoryPanel(Panel):
    """The timeline and the slider of one note."""

    past_wanted = Signal(object)
    """The PastView to show in the place of the note; None for the note as it is."""
    restore_asked = Signal(object)
    """Blocks that the body shall have."""
    copy_asked = Signal(object, object)
    """Blocks and the time (ms) of the moment they are of."""

    def __init__(self, bridge: Bridge, appearance: Appearance) -> None:
        """About no note yet."""
        super().__init__()
        self.title = self.tr("History")
        self._note: OpenNote | None = None
        self._timeline: Timeline | None = None
        self._since: Version | None = None
        self.history = History(bridge, self)
        self.model = SittingModel(self)
        self.view = PastView(appearance, lambda rid: appearance.theme.person(self.model.person(rid).number))
        self.list = named(QListView(), "sittingList")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.moment = named(Label(), "hint")
        choices = ((self.tr("What changed"), "changes"), (self.tr("Who wrote it"), "authors"))
        self.shows = Segments(self.tr("Show"), choices, "changes")
        self._asking = Later(self, ASK_MS, self._ask)
        self._reading = Later(self, REREAD_MS, self._read_again)
        self._lay_out(appearance)
        self._connect(bridge)

    def _lay_out(self, appearance: Appearance) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(SittingDelegate(appearance, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Who wrote when"))
        self.slider.setAccessibleName(self.tr("Moment"))
        self.slider.setMinimumHeight(24)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(8)
        head = QVBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.setSpacing(8)
        head.addWidget(self.shows)
        head.addWidget(self.slider)
        head.addWidget(self.moment)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    def _connect(self, bridge: Bridge) -> None:
        self.history.read.connect(self._take)
        self.history.shown.connect(self._show)
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.slider.valueChanged.connect(self._slide)
        self.shows.changed.connect(lambda _: self._asking.ask())
        self.view.now_asked.connect(self.show_now)
        self.view.restore_asked.connect(self._restore)
        self.view.copy_asked.connect(self._copy)
        bridge.rows_changed.connect(self._hear)

    def show_note(self, note: OpenNote | None) -> None:
        """Be about this note, as it is now."""
        self._note, self._timeline, self._since = note, None, None
        self._asking.cancel()
        self.past_wanted.emit(None)
        self.model.show(None)
        self._set_slider(0, 0)
        self.history.open(None if note is None or note.draft else note.id)
        self._say_moment()

    def first_control(self) -> QWidget:
        """The timeline."""
        return self.list

    def show_now(self) -> None:
        """Go back to the note as it is."""
        self._since = None
        self.slider.setValue(self.slider.maximum())
        self.list.setCurrentIndex(self.model.index(0))

    def show_since(self, version: Version) -> None:
        """Show what has changed since a version, up to now; at once when the history has been read."""
        self._since = version
        if self._timeline is not None:
            self._asking.ask()

    # ---- reading ----------------------------------------------------------------------------------------

    def _hear(self, rows: list[Any]) -> None:
        if self._note is not None and self.isVisible() and any(row.id == self._note.id for row in rows):
            self._reading.ask_at_most()

    def _read_again(self) -> None:
        if self._note is not None and self.isVisible():
            self.history.open(self._note.id)

    def _take(self, timeline: Timeline) -> None:
        is_now = self.slider.value() == self.slider.maximum()
        place = self.slider.value()
        self._timeline = timeline
        self.model.show(timeline)
        count = len(timeline.bursts)
        self._set_slider(count, count if is_now else min(place, count))
        self._select_row()
        self._say_moment()
        if self._since is not None or (is_now and self.shows.chosen == "authors"):
            self._asking.ask()

    def _set_slider(self, maximum: int, value: int) -> None:
        blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, maximum)
        self.slider.setValue(value)
        self.slider.blockSignals(blocked)
        self.slider.setEnabled(maximum > 0)

    # ---- choosing ---------------------------------------------------------------------------------------

    def _slide(self, value: int) -> None:
        self._since = None
        self._select_row()
        self._say_moment()
        self._asking.ask()

    def _choose(self, index: QModelIndex) -> None:
        sitting: Sitting | None = index.data(SITTING_ROLE)
        if index.isValid():
            # The slider follows in silence: the last sitting ends where now is, and is chosen all the same.
            last = self.slider.maximum()
            self._set_slider(last, sitting.stop if sitting is not None else last)
            self._since = None
            self._say_moment()
            self._asking.ask()

    def _select_row(self) -> None:
        """Mark the sitting that the slider stands in."""
        value, row = self.slider.value(), 0
        if value < self.slider.maximum():
            row = next((n for n, one in enumerate(self.model.rows, 1) if one.first < value <= one.stop), 0)
        selection = self.list.selectionModel()
        blocked = selection.blockSignals(True)
        self.list.setCurrentIndex(self.model.index(row))
        selection.blockSignals(blocked)
        self.list.viewport().update()

    def _say_moment(self) -> None:
        timeline, value = self._timeline, self.slider.value()
        if timeline is None or not timeline.bursts:
            self.moment.setText(self.tr("Nothing was written yet.") if timeline is not None else "")
        elif value == 0:
            self.moment.setText(self.tr("Before the first word"))
        elif value == len(timeline.bursts):
            self.moment.setText(self.tr("Now"))
        else:
            self.moment.setText(long_time(timeline.bursts[value - 1].ms))

    def _sitting(self) -> Sitting | None:
        sitting: Sitting | None = self.list.currentIndex().data(SITTING_ROLE)
        return sitting

    def _ask(self) -> None:
        """Ask for the text of the chosen moment, or show the note as it is."""
        timeline, value = self._timeline, self.slider.value()
        if timeline is None:
            return
        new = version_at(timeline.bursts, value)
        sitting = self._sitting()
        if self._since is not None:
            self.history.ask_changes(self._since, new)
        elif self.shows.chosen == "authors":
            self.history.ask_authors(new)
        elif sitting is None and value == self.slider.maximum():
            self.past_wanted.emit(None)
        else:
            first = sitting.first if sitting is not None else 0
            self.history.ask_changes(version_at(timeline.bursts, first), new)

    def _show(self, past: Past) -> None:
        if self._note is None or self._timeline is None:
            return
        value = self.slider.value()
        when = self.moment.text()
        if self._since is not None:
            what = self.tr("Since you looked last: {changes}").format(changes=self._count(past))
        elif self.shows.chosen == "authors":
            what = ", ".join(dict.fromkeys(self.model.person(int(t.tone)).name for t in past.tints))
        else:
            sitting = self._sitting()
            who = self.model.person(sitting.rid).name if sitting is not None else ""
            what = f"{who}: {self._count(past)}" if who else self._count(past)
        writable = self._note.writable and value < self.slider.maximum()
        self.view.say(when, what, writable=writable)
        self.past_wanted.emit(self.view)
        self.view.show_past(past)

    def _count(self, past: Past) -> str:
        return self.tr("{added} added, {removed} removed").format(
            added=f"+{past.added:n}", removed=f"−{past.removed:n}"
        )

    # ---- restoring --------------------------------------------------------------------------------------

    def _restore(self) -> None:
        def restore(blocks: Blocks) -> None:
            self.show_now()
            self._asking.cancel()
            self.past_wanted.emit(None)
            self.restore_asked.emit(blocks)

        if self._timeline is not None:
            self.history.ask_blocks(version_at(self._timeline.bursts, self.slider.value()), restore)

    def _copy(self) -> None:
        timeline, value = self._timeline, self.slider.value()
        if timeline is not None:
            ms = timeline.bursts[value - 1].ms if value else 0
            self.history.ask_blocks(
                version_at(timeline.bursts, value), lambda blocks: self.copy_asked.emit(blocks, ms)
            )
