"""
A note as it was, in the place of the note as it is: read only, with what changed, or who wrote it, tinted.

It looks as the note does, for it is shown by the same editor. What it offers (restore, open as copy, back to
now) is done by whoever listens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout

from app.editor.loading import Loader, empty_document
from app.editor.note_edit import NoteEdit
from app.editor.surface import Surface
from app.labels import Label
from app.models.past import Past, Tint
from app.theme import Appearance
from app.widgets.names import named
from app.widgets.palette import editor_palette

# Stretches that are tinted at most: a note of which more differs is read in parts.
TINTS_MAX = 4_000
_ALPHA = 56

Colour = Callable[[int], QColor]


class PastView(QFrame):
    """One moment of a note."""

    restore_asked = Signal()
    copy_asked = Signal()
    now_asked = Signal()

    def __init__(self, appearance: Appearance, colour: Colour) -> None:
        """`colour` gives the colour of whoever wrote as a replica."""
        super().__init__()
        named(self, "pastView")
        self._appearance = appearance
        self._colour = colour
        self._past: Past | None = None
        self.when = named(Label(), "pastWhen")
        self.what = named(Label(), "hint")
        self.what.setWordWrap(True)
        self.restore = QPushButton(self.tr("Restore"))
        self.copy = QPushButton(self.tr("Open as copy"))
        self.now = QPushButton(self.tr("Back to now"))
        self.text = NoteEdit(editor_palette(appearance.theme, appearance.text_px))
        self.text.setAccessibleName(self.tr("The note as it was"))
        self.restore.clicked.connect(self.restore_asked)
        self.copy.clicked.connect(self.copy_asked)
        self.now.clicked.connect(self.now_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addSpacing(18)
        column.addWidget(self.text, 1)
        appearance.changed.connect(self._restyle)

    def _head(self) -> QFrame:
        head = named(QFrame(), "pastHead")
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 8, 14, 10)
        column.setSpacing(6)
        words = QHBoxLayout()
        words.setSpacing(10)
        words.addWidget(self.when, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self.what, 1)
        column.addLayout(words)
        row = QHBoxLayout()
        row.setSpacing(8)
        for control in (self.restore, self.copy, self.now):
            row.addWidget(control)
        row.addStretch()
        column.addLayout(row)
        return head

    def say(self, when: str, what: str, *, writable: bool) -> None:
        """Say which moment it is and what is tinted; `writable`: the note may be restored."""
        self.when.setText(when)
        self.what.setText(what)
        self.restore.setEnabled(writable)

    def show_past(self, past: Past) -> None:
        """Show a text. Cost: that of opening a note of its length."""
        place = self.text.verticalScrollBar().value() if self._past is not None else 0
        self._past = past
        formats = self.text.formats
        document = empty_document(formats, self.text)
        surface = Surface(document, formats)
        Loader(surface, past.blocks).show()
        self.text.show_document(document)
        self._tint(surface, past.tints)
        self.text.verticalScrollBar().setValue(place)
        if not place and past.tints and isinstance(past.tints[0].tone, str):
            self._look_at(surface.offset(past.tints[0].start))

    def _tint(self, surface: Surface, tints: Sequence[Tint]) -> None:
        chosen = []
        for tint in tints[:TINTS_MAX]:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(surface.document)
            cursor.setPosition(surface.offset(tint.start))
            cursor.setPosition(surface.offset(tint.end), QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format.setBackground(self._shade(tint.tone))
            chosen.append(selection)
        self.text.setExtraSelections(chosen)

    def _shade(self, tone: str | int) -> QColor:
        theme = self._appearance.theme
        if isinstance(tone, str):
            colour = theme.colour("good" if tone == "inserted" else "danger")
        else:
            colour = self._colour(tone)
        colour.setAlpha(_ALPHA)
        return colour

    def _look_at(self, offset_u16: int) -> None:
        """Have the first change in sight."""
        cursor = self.text.textCursor()
        cursor.setPosition(offset_u16)
        self.text.setTextCursor(cursor)
        self.text.ensureCursorVisible()

    def _restyle(self) -> None:
        self.text.use_palette(editor_palette(self._appearance.theme, self._appearance.text_px))
        if self._past is not None:
            self.show_past(self._past)
