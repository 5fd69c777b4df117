"""
The status chip at the foot of the sidebar, and the small panel behind it.

The chip says in two lines where the edits are and how fresh the rest is; the panel says why, lists the notes
with unsent edits and offers to sync now. Words: `app.models.sync_words`. Not here: signing in, asking the
library; the window listens to the signals.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from app.labels import Label
from app.models.sync_words import ChipWords, chip_words, panel_rows
from app.theme import Appearance
from app.widgets.names import named
from sync.client.state import AUTHS_PARKED, Status
from sync.storage.rows import NoteRow

CHIP_HEIGHT_PX = 44
PANEL_WIDTH_PX = 320
NOTES_MAX = 6
_SMALL_PX = 11
_LINE_PX = 12


class SyncChip(QAbstractButton):
    """A button that shows the Status in two lines. `clicked` asks for the panel."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Show nothing until the first status."""
        super().__init__(parent)
        self.setObjectName("syncChip")
        self._appearance = appearance
        self._words = chip_words(Status())
        self.setFixedHeight(CHIP_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(self.tr("Synchronisation"))
        appearance.changed.connect(self.update)

    def show_status(self, status: Status) -> None:
        """Say how it stands."""
        self._say(chip_words(status))

    def show_unsaved(self) -> None:
        """Say that the disk takes no changes; nothing is more important."""
        self._say(ChipWords(self.tr("Not saved"), self.tr("Trying again"), "triangle-alert", "danger"))

    @property
    def words(self) -> ChipWords:
        """What it says now."""
        return self._words

    def _say(self, words: ChipWords) -> None:
        if words == self._words:
            return
        self._words = words
        self.setAccessibleDescription(f"{words.first}. {words.second}")
        self.setToolTip(f"{words.first}\n{words.second}")
        self.update()

    def sizeHint(self) -> QSize:
        """The layout sets the width."""
        return QSize(160, CHIP_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, then the two lines."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setBrush(theme.colour("hover"))
            painter.setPen(theme.colour("accent") if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 7, 7)
        picture = self._appearance.picture(self._words.icon, self._words.role)
        direction, whole = self.layoutDirection(), self.rect()
        place = QStyle.visualRect(direction, whole, QRect(10, (self.height() - 18) // 2, 18, 18))
        painter.drawPixmap(place.topLeft(), picture)
        font = self.font()
        width = self.width() - 46
        for y, size_px, role, text in (
            (19, _LINE_PX, "text", self._words.first),
            (34, _SMALL_PX, "text_muted", self._words.second),
        ):
            font.setPixelSize(size_px)
            painter.setFont(font)
            painter.setPen(theme.colour(role))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
            advance = painter.fontMetrics().horizontalAdvance(shown)
            line = QStyle.visualRect(direction, whole, QRect(38, y, advance, 1))
            painter.drawText(line.left(), y, shown)


class SyncPanel(QFrame):
    """The panel behind the chip; closes when something else is clicked, or with Esc."""

    check_asked = Signal()
    sign_in_asked = Signal()
    note_asked = Signal(str)
    refused_asked = Signal()

    def __init__(self, status: Status, unsent: Sequence[NoteRow], parent: QWidget) -> None:
        """Show a status and the notes that have unsent edits. The panel destroys itself when it closes."""
        frame = Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        super().__init__(parent, Qt.WindowType.Popup | frame)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setObjectName("syncPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Synchronisation"))
        self.setFixedWidth(PANEL_WIDTH_PX)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(named(Label(self.tr("Synchronisation")), "panelTitle"))
        layout.addLayout(self._facts(status))
        if unsent and status.auth != "local_only":
            self._add_notes(layout, unsent)
        layout.addLayout(self._buttons(status))

    def show_above(self, chip: QWidget) -> None:
        """Open with the lower left corner at the chip."""
        self.adjustSize()
        corner = chip.mapToGlobal(QPoint(0, -6))
        self.move(corner.x(), corner.y() - self.height())
        self.show()

    def _facts(self, status: Status) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for number, (what, how) in enumerate(panel_rows(status)):
            grid.addWidget(named(Label(what), "panelKey"), number, 0, Qt.AlignmentFlag.AlignTop)
            answer = Label(how, wordWrap=True)
            answer.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(answer, number, 1)
        return grid

    def _add_notes(self, layout: QVBoxLayout, unsent: Sequence[NoteRow]) -> None:
        layout.addWidget(named(Label(self.tr("Notes with unsent edits")), "panelKey"))
        for row in unsent[:NOTES_MAX]:
            title = row.title or self.tr("New note")
            button = QPushButton(self.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, 240))
            button.setProperty("look", "link")
            button.setAccessibleName(self.tr("Open {title}").format(title=title))
            button.clicked.connect(lambda _=False, note_id=row.id: self._ask_note(note_id))
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if len(unsent) > NOTES_MAX:
            layout.addWidget(named(Label(self.tr("and {n} more").format(n=len(unsent) - NOTES_MAX)), "hint"))

    def _buttons(self, status: Status) -> QHBoxLayout:
        row = QHBoxLayout()
        if status.quarantine:
            refused = QPushButton(self.tr("Refused edits…"))
            refused.setProperty("look", "link")
            refused.clicked.connect(self._ask_refused)
            row.addWidget(refused)
        row.addStretch()
        if status.auth == "local_only" or status.auth in AUTHS_PARKED:
            label = self.tr("Connect a server…") if status.auth == "local_only" else self.tr("Sign in…")
            button = QPushButton(label)
            button.setProperty("look", "main")
            button.clicked.connect(self._ask_sign_in)
        else:
            button = QPushButton(self.tr("Sync now"))
            button.clicked.connect(self._ask_check)
        row.addWidget(button)
        return row

    def _ask_note(self, note_id: str) -> None:
        self.note_asked.emit(note_id)
        self.close()

    def _ask_sign_in(self) -> None:
        self.close()
        self.sign_in_asked.emit()

    def _ask_refused(self) -> None:
        self.close()
        self.refused_asked.emit()

    def _ask_check(self) -> None:
        self.check_asked.emit()
        self.close()
