"""
The note from inside: runs and tombstones with their ids, marks, edit groups, each delta's way to the server.

For people who want to see what their note is made of, and for support. A line under the pointer is shown in
the text, and the caret's run is chosen in the list. Read a moment after the text has changed, never while it
is typed; of long notes the first RUNS_MAX runs. Below are two replicas to play with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QTextCursor
from PySide6.QtWidgets import (
    QPushButton,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.bridge import Bridge
from app.editor.note_edit import NoteEdit
from app.labels import Label, tip
from app.open_note import BODY, OpenNote
from app.theme import Appearance
from app.widgets.drawer import Panel
from app.widgets.names import named
from app.widgets.timers import Later
from crdt.anatomy import Element, RunShape, marks_of, runs_of
from sync.storage.rows import SentRow

RUNS_MAX = 2_000
TEXT_LENGTH_MAX = 40
READ_MS = 300
RANGE_ROLE = Qt.ItemDataRole.UserRole
_RID_DIGITS = 4


def short(element: Element | None, edge: str) -> str:
    """An element as people read it: the end of its replica's id and its counter."""
    return edge if element is None else f"{name_of(element[0])}:{element[1]}"


def name_of(rid: int) -> str:
    """A replica's id, short enough to be told apart from the others of a note."""
    return f"{rid % 16**_RID_DIGITS:0{_RID_DIGITS}x}"


def shown(text: str) -> str:
    """A run's text in one line."""
    line = text.replace("\n", "⏎").replace("\ufffc", "▣")
    return line if len(line) <= TEXT_LENGTH_MAX else line[: TEXT_LENGTH_MAX - 1] + "…"


class LensPanel(Panel):
    """The inside of the note on screen."""

    play_asked = Signal()
    """Two replicas to step by hand shall be shown."""

    def __init__(self, bridge: Bridge, appearance: Appearance, edit: NoteEdit) -> None:
        """Shows the note of `edit`."""
        super().__init__()
        self.title = self.tr("Inside the note")
        self._bridge = bridge
        self._appearance = appearance
        self._edit = edit
        self._note: OpenNote | None = None
        self.summary = named(Label(wordWrap=True), "hint")
        self.tree = QTreeWidget()
        self.play = QPushButton(self.tr("Two replicas to play with…"))
        self._runs = self._section(self.tr("Runs"))
        self._marks = self._section(self.tr("Marks"))
        self._groups = self._section(self.tr("Edit groups"))
        self._sent = self._section(self.tr("On the way to the server"))
        self._later = Later(self, READ_MS, self._read)
        self._lay_out()
        edit.state_changed.connect(self._follow_caret)
        bridge.rows_changed.connect(lambda _: self._ask())

    def _lay_out(self) -> None:
        self.tree.setHeaderLabels([self.tr("What"), self.tr("Id"), self.tr("Of")])
        self.tree.setAccessibleName(self.title)
        self.tree.setMouseTracking(True)
        self.tree.setColumnWidth(0, 150)
        self.tree.setColumnWidth(1, 80)
        self.tree.itemEntered.connect(self._show_item)
        self.tree.currentItemChanged.connect(lambda item, _: self._show_item(item))
        self.play.clicked.connect(self.play_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.summary)
        column.addWidget(self.tree, 1)
        column.addWidget(self.play)

    def _section(self, title: str) -> QTreeWidgetItem:
        section = QTreeWidgetItem([title])
        section.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self.tree.addTopLevelItem(section)
        section.setExpanded(True)
        return section

    def show_note(self, note: OpenNote | None) -> None:
        """Be about this note."""
        if self._note is not None:
            self._note.edited.disconnect(self._ask)
            self._note.patched.disconnect(self._ask)
        self._note = note
        self._edit.setExtraSelections([])
        if note is not None:
            note.edited.connect(self._ask)
            note.patched.connect(self._ask)
            self._read()

    def first_control(self) -> QWidget:
        """The list."""
        return self.tree

    def _ask(self) -> None:
        if self._note is not None:
            self._later.ask_at_most()

    # ---- reading ----------------------------------------------------------------------------------------

    def _read(self) -> None:
        note = self._note
        if note is None:
            return
        runs = runs_of(note.document.text(BODY))
        self._show_runs(runs)
        self._fill(
            self._marks,
            [
                ([f"{mark.kind} = {mark.value}", f"{name_of(mark.rid)}:{mark.counter}",
                  "" if mark.live else self.tr("undone")], None)
                for mark in marks_of(note.document.text(BODY))[:RUNS_MAX]
            ],
        )  # fmt: skip
        self._fill(
            self._groups,
            [
                ([f"{datetime.fromtimestamp(burst.ms / 1000):%d %b %H:%M:%S}",
                  f"{name_of(burst.rid)}:{burst.start}–{burst.end}", ""], None)
                for burst in reversed(note.document.history()[-RUNS_MAX:])
            ],
        )  # fmt: skip
        hidden = sum(len(run.text) for run in runs if run.hidden)
        self.summary.setText(
            self.tr("Runs: {runs}, tombstones: {hidden}, replicas: {replicas}. This one is {me}.").format(
                runs=len(runs),
                hidden=hidden,
                replicas=len(note.document.version()),
                me=name_of(note.document.rid),
            )
        )
        self._bridge.call(lambda library: library.store.sent_of(note.id), self._show_sent)
        self._follow_caret()

    def _show_runs(self, runs: Sequence[RunShape]) -> None:
        rows = []
        for run in runs[:RUNS_MAX]:
            origin = f"{short(run.left, '⟨')} … {short(run.right, '⟩')}"
            marks = ", ".join(f"{kind}" for kind in run.marks)
            place = None if run.hidden else (run.at, run.at + len(run.text))
            cells = [shown(run.text), f"{name_of(run.rid)}:{run.start}", f"{origin} {marks}"]
            rows.append((cells, place))
        self._fill(self._runs, rows)
        font = QFont(self.font())
        font.setStrikeOut(True)
        for number, run in enumerate(runs[:RUNS_MAX]):
            if run.hidden:
                item = self._runs.child(number)
                assert item is not None, "there is one for each run"
                item.setFont(0, font)
                item.setForeground(0, self._appearance.theme.colour("text_faint"))

    def _show_sent(self, rows: Sequence[SentRow]) -> None:
        states = {
            (False, False): self.tr("waits"),
            (True, False): self.tr("on the server"),
            (True, True): self.tr("refused"),
            (False, True): self.tr("refused"),
        }
        self._fill(
            self._sent,
            [
                ([self.tr("{n} bytes").format(n=row.size_bytes), f"#{row.n}",
                  states[row.acked, row.rejected]], None)
                for row in rows
            ],
        )  # fmt: skip

    @staticmethod
    def _fill(section: QTreeWidgetItem, rows: Sequence[tuple[list[str], tuple[int, int] | None]]) -> None:
        section.takeChildren()
        items = []
        for cells, place in rows:
            item = QTreeWidgetItem(cells)
            item.setData(0, RANGE_ROLE, place)
            item.setToolTip(0, tip("  ".join(cells)))
            items.append(item)
        section.addChildren(items)

    # ---- text and list ----------------------------------------------------------------------------------

    def _show_item(self, item: QTreeWidgetItem | None) -> None:
        """Show a run in the text."""
        place = item.data(0, RANGE_ROLE) if item is not None else None
        if not self._edit.is_open or place is None:
            self._edit.setExtraSelections([])
            return
        surface = self._edit.bound.surface
        length = len(surface.mirror)
        cursor = QTextCursor(self._edit.document())
        cursor.setPosition(surface.offset(min(place[0], length)))
        cursor.setPosition(surface.offset(min(place[1], length)), QTextCursor.MoveMode.KeepAnchor)
        chosen = QTextEdit.ExtraSelection()
        chosen.cursor = cursor
        chosen.format.setBackground(self._appearance.theme.colour("accent_soft"))
        self._edit.setExtraSelections([chosen])

    def _follow_caret(self) -> None:
        """Choose the run that the caret stands behind."""
        if self._note is None or not self._edit.is_open or not self.isVisible() or self.tree.hasFocus():
            return
        index = self._edit.index_of(self._edit.textCursor().position())
        for number in range(self._runs.childCount()):
            item = self._runs.child(number)
            place = item.data(0, RANGE_ROLE) if item is not None else None
            if item is not None and place is not None and place[0] < index <= place[1]:
                blocked = self.tree.blockSignals(True)
                self.tree.setCurrentItem(item)
                self.tree.blockSignals(blocked)
                return
