"""
Two replicas of one text, to step by hand: write on both sides, deliver what waits, watch them become one.

A real document on each side and nothing else: no library, no server. What one side writes waits in a queue
until it is delivered; under each text stands what it is made of.
"""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.editor.units import points_of, units_in, wide_indexes
from app.labels import Label
from app.widgets.lens_panel import name_of, short, shown
from app.widgets.names import named, resize_within_screen
from app.widgets.title_edit import splice_between
from crdt import Clock, Delta, Document
from crdt.anatomy import runs_of
from sync.model.v1 import new_note

BODY = ("body",)
SIZE_PX = (860, 560)
RIDS = (0xA, 0xB)
BEGIN_MS = 1_000


class Side(QWidget):
    """One replica: its text, its structure, and what it has written that waits."""

    def __init__(self, name: str, rid: int, document: Document) -> None:
        """Show the document."""
        super().__init__()
        self.rid = rid
        self.document = document
        self.waiting: deque[Delta] = deque()
        """What this side wrote and the other has not."""
        self._clock = Clock(rid)
        self._now_ms = BEGIN_MS
        self._shown = ""
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(name)
        self.text.setTabChangesFocus(True)
        self.inside = named(Label(wordWrap=True), "cardText")
        self.inside.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.queue = named(Label(), "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(named(Label(name), "panelTitle"))
        column.addWidget(self.text, 2)
        column.addWidget(self.queue)
        column.addWidget(self.inside, 3)
        self.show_document()
        self.text.textChanged.connect(self._edited)

    def _edited(self) -> None:
        """A person wrote: one splice of the document."""
        now = self.text.toPlainText()
        caret = points_of(wide_indexes(now), self.text.textCursor().position())
        splice = splice_between(self._shown, now, caret)
        self._shown = now
        if not splice.removed and not splice.inserted:
            return
        self._now_ms += 1
        delta = self.document.edit(
            self._clock.tick(self._now_ms),
            lambda edit: edit.text(BODY).replace(splice.start, splice.removed, splice.inserted),
        )
        self.waiting.append(delta)
        self.show_inside()

    def take(self, delta: Delta) -> None:
        """A delta of the other side arrives."""
        anchor = self.document.text(BODY).anchor(
            points_of(wide_indexes(self._shown), self.text.textCursor().position())
        )
        self._clock.observe(delta.stamp, self._now_ms)
        self.document.apply(delta)
        self.show_document()
        cursor = self.text.textCursor()
        cursor.setPosition(units_in(self._shown[: self.document.text(BODY).index(anchor)]))
        self.text.setTextCursor(cursor)

    def show_document(self) -> None:
        """Show the text anew."""
        self._shown = self.document.text(BODY).text()
        blocked = self.text.blockSignals(True)
        self.text.setPlainText(self._shown)
        self.text.blockSignals(blocked)
        self.show_inside()

    def show_inside(self) -> None:
        """Show what the text is made of."""
        lines = []
        for run in runs_of(self.document.text(BODY)):
            text = shown(run.text)
            state = "†" if run.hidden else " "
            origin = f"{short(run.left, '⟨')} … {short(run.right, '⟩')}"
            lines.append(f"{state} {name_of(run.rid)}:{run.start}  “{text}”   {origin}")
        self.inside.setText("\n".join(lines))
        self.queue.setText(self.tr("{n} waiting to be delivered").format(n=len(self.waiting)))


class TwoReplicasDialog(QDialog):
    """Two sides and the buttons between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Both hold the same three words."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Two replicas"))
        resize_within_screen(self, *SIZE_PX)
        first, delta = new_note(RIDS[0], Clock(RIDS[0]).tick(1), title="", created_ms=1)
        second = Document(RIDS[1])
        second.apply(delta)
        begun = first.edit(Clock(RIDS[0]).tick(2), lambda edit: edit.text(BODY).insert(0, "The fox jumped."))
        second.apply(begun)
        self.sides = (Side(self.tr("Ana"), RIDS[0], first), Side(self.tr("Ben"), RIDS[1], second))
        self.verdict = named(Label(), "hint")
        self.buttons: dict[tuple[int, bool], QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.sides[0], 1)
        row.addLayout(self._middle())
        row.addWidget(self.sides[1], 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(10)
        hint = self.tr("Write on both sides, then deliver. † marks what was deleted and keeps its place.")
        column.addWidget(named(Label(hint, wordWrap=True), "hint"))
        column.addLayout(row, 1)
        column.addWidget(self.verdict)
        for side in self.sides:
            side.text.textChanged.connect(self._judge)
        self._judge()

    def _middle(self) -> QVBoxLayout:
        middle = QVBoxLayout()
        middle.addStretch()
        words = (
            (0, False, self.tr("Deliver one →")),
            (0, True, self.tr("Deliver all →")),
            (1, False, self.tr("← Deliver one")),
            (1, True, self.tr("← Deliver all")),
        )
        for sender, all_of_it, text in words:
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, s=sender, a=all_of_it: self.deliver(s, all_of_it=a))
            self.buttons[sender, all_of_it] = button
            middle.addWidget(button)
        middle.addStretch()
        return middle

    def deliver(self, sender: int, *, all_of_it: bool) -> None:
        """Bring one delta, or all that wait, to the other side."""
        source, target = self.sides[sender], self.sides[1 - sender]
        count = len(source.waiting) if all_of_it else min(1, len(source.waiting))
        for _ in range(count):
            target.take(source.waiting.popleft())
        source.show_inside()
        self._judge()

    def _judge(self) -> None:
        waiting = any(side.waiting for side in self.sides)
        same = self.sides[0].document.encode() == self.sides[1].document.encode()
        for (sender, _), button in self.buttons.items():
            button.setEnabled(bool(self.sides[sender].waiting))
        if same:
            self.verdict.setText(self.tr("Both are the same, to the byte."))
        else:
            said = self.tr("They differ: something waits.") if waiting else self.tr("They differ.")
            self.verdict.setText(said)
