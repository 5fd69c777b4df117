"""
Find and replace inside the note that is shown.

A small bar over the top right corner of the text. All matches are marked with extra selections, which change
no format and edit nothing; replacing is a command like any other, and replacing all is undone at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QTextEdit,
    QToolButton,
)

from app.editor.floating import FloatingPanel
from app.editor.note_edit import NoteEdit
from app.labels import Label

MATCHES_MAX: Final = 10_000  # counted and stepped through; more say so with a plus
_MARKED_MAX: Final = 500  # painted at once, around the current one
_SEARCH_MS: Final = 60  # after the last change of text or query
_WIDTH_PX: Final = 380
_MARGIN_PX: Final = 12

Range = tuple[int, int]


def find_in(text: str, query: str, *, match_case: bool, most: int = MATCHES_MAX) -> list[Range]:
    """
    Find a query in a text.

    Args:
        text: Where to look.
        query: What for, letter by letter; "" is nowhere.
        match_case: Whether upper and lower case differ.
        most: So many are enough.

    Returns:
        (start, end) in code points, from left to right, none overlapping.
    """
    if not query:
        return []
    pattern = re.compile(re.escape(query), 0 if match_case else re.IGNORECASE)
    found: list[Range] = []
    for match in pattern.finditer(text):
        if len(found) == most:
            break
        found.append(match.span())
    return found


class FindBar(FloatingPanel):
    """The bar of one editor; it shows itself when the editor asks."""

    def __init__(self, view: NoteEdit, icons: Callable[[str], QIcon] | None = None) -> None:
        """Args: view: What is searched; icons: Gives icons by name, as the window's theme draws them."""
        super().__init__(view)
        self.setObjectName("findBar")
        self._view: Final = view
        self._ranges: list[Range] = []
        self.query = self._make_field(self.tr("Find"))
        self.replacement = self._make_field(self.tr("Replace with"))
        self.count = Label(self)
        self.match_case = QCheckBox(self.tr("Match case"), self)
        self.previous_button = self._make_button("▲", self.tr("Previous match (Shift+Enter)"))
        self.next_button = self._make_button("▼", self.tr("Next match (Enter)"))
        self.close_button = self._make_button("✕", self.tr("Close (Escape)"))
        self.replace_button = QPushButton(self.tr("Replace"), self)
        self.replace_all_button = QPushButton(self.tr("Replace All"), self)
        self._lay_out()
        self._search_timer = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._search_timer.timeout.connect(self.search)
        self.query.textChanged.connect(self._search_timer.start)
        self.match_case.toggled.connect(self.search)
        view.textChanged.connect(self._text_changed)
        self.next_button.clicked.connect(lambda: self.step(1))
        self.previous_button.clicked.connect(lambda: self.step(-1))
        self.close_button.clicked.connect(self.leave)
        self.replace_button.clicked.connect(self.replace)
        self.replace_all_button.clicked.connect(self.replace_all)
        view.find_wanted.connect(self.ask)
        view.installEventFilter(self)
        if icons is not None:
            self.use_icons(icons)
        self.hide()

    def _make_field(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.installEventFilter(self)
        return field

    def _make_button(self, text: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setText(text)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 8, 8)
        grid.setSpacing(6)
        grid.addWidget(self.query, 0, 0)
        grid.addWidget(self.count, 0, 1)
        grid.addWidget(self.previous_button, 0, 2)
        grid.addWidget(self.next_button, 0, 3)
        grid.addWidget(self.close_button, 0, 4)
        grid.addWidget(self.replacement, 1, 0)
        grid.addWidget(self.replace_button, 1, 1, 1, 2)
        grid.addWidget(self.replace_all_button, 1, 3, 1, 2)
        grid.addWidget(self.match_case, 2, 0, 1, 5)

    def use_icons(self, icons: Callable[[str], QIcon]) -> None:
        """Draw the buttons with these icons: at first, and when the theme changes."""
        self.previous_button.setIcon(icons("chevron-up"))
        self.next_button.setIcon(icons("chevron-down"))
        self.close_button.setIcon(icons("x"))

    # Searching

    def ask(self) -> None:
        """Show the bar, with what is selected as the query."""
        if not self._view.is_open:
            return
        selected = self._view.textCursor().selectedText()
        if selected and "\u2029" not in selected:
            self.query.setText(selected)
        writes = not self._view.isReadOnly()
        for widget in (self.replacement, self.replace_button, self.replace_all_button):
            widget.setVisible(writes)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self.query.selectAll()
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search()

    def leave(self) -> None:
        """Hide the bar and go back to the text; the match that was shown stays selected."""
        self.hide()
        self._mark([], None)
        self._view.setFocus()

    def search(self) -> None:
        """Look for the query again, and mark what is found."""
        self._search_timer.stop()
        if not self._view.is_open or self.isHidden():
            return
        binding = self._view.bound
        binding.settle()
        query, with_case = self.query.text(), self.match_case.isChecked()
        self._ranges = find_in(binding.mirror.text(), query, match_case=with_case)
        self._show_count()

    def _current(self) -> int | None:
        """The number of the match that is selected."""
        anchor, head = self._view.bound.standing.selection()
        selected = (min(anchor, head), max(anchor, head))
        return self._ranges.index(selected) if selected in self._ranges else None

    def _show_count(self) -> None:
        current, total = self._current(), len(self._ranges)
        if not self.query.text():
            self.count.setText("")
        elif current is None:
            plus = "+" if total == MATCHES_MAX else ""
            self.count.setText(f"{total}{plus}" if total else self.tr("none"))
        else:
            self.count.setText(f"{current + 1}/{total}")
        for button in (self.next_button, self.previous_button, self.replace_button, self.replace_all_button):
            button.setEnabled(total > 0)
        self._mark(self._ranges, current)

    def _mark(self, ranges: list[Range], current: int | None) -> None:
        marked: list[QTextEdit.ExtraSelection] = []
        if ranges and self._view.is_open:
            first = max(0, (current or 0) - _MARKED_MAX // 2)
            palette = self._view.formats.palette
            surface = self._view.bound.surface
            for number in range(first, min(len(ranges), first + _MARKED_MAX)):
                selection = QTextEdit.ExtraSelection()
                cursor = QTextCursor(self._view.document())
                cursor.setPosition(surface.offset(ranges[number][0]))
                cursor.setPosition(surface.offset(ranges[number][1]), QTextCursor.MoveMode.KeepAnchor)
                wash = palette.selection if number == current else palette.highlights[0][1]
                # The stub has them as read-only values; they are plain fields.
                selection.cursor = cursor  # type: ignore[misc, assignment, attr-defined, unused-ignore]  # a field
                selection.format.setBackground(QColor(wash))  # type: ignore[attr-defined, unused-ignore]  # a field
                marked.append(selection)
        self._view.setExtraSelections(marked)

    def step(self, by: int) -> None:
        """Select the next match (1) or the one before (-1) from where the caret is, around the ends."""
        self.search()
        if not self._ranges:
            return
        anchor, head = self._view.bound.standing.selection()
        low, high = min(anchor, head), max(anchor, head)
        if by > 0:
            after = [place for place in self._ranges if place[0] >= (high if high > low else low)]
            chosen = after[0] if after else self._ranges[0]
        else:
            before = [place for place in self._ranges if place[1] <= low]
            chosen = before[-1] if before else self._ranges[-1]
        self._view.bound.standing.select(*chosen)
        self._view.ensureCursorVisible()
        self._place()
        self._show_count()

    # Replacing

    def replace(self) -> None:
        """Replace the match that is selected, and select the next one."""
        self.search()
        current = self._current()
        if current is not None and not self._view.isReadOnly():
            self._view.commands.replace_all([self._ranges[current]], self.replacement.text())
        self.step(1)

    def replace_all(self) -> None:
        """Replace every match."""
        self.search()
        if self._ranges and not self._view.isReadOnly():
            text = self._view.bound.mirror.text()
            found = find_in(text, self.query.text(), match_case=self.match_case.isChecked(), most=len(text))
            self._view.commands.replace_all(found, self.replacement.text())
        self.search()

    # Where and when

    def _text_changed(self) -> None:
        if self.isVisible():
            self._search_timer.start()

    def _place(self) -> None:
        room = self._view.contentsRect()
        self.setFixedWidth(max(1, min(_WIDTH_PX, room.width() - 2 * _MARGIN_PX)))
        left = max(room.left(), room.right() - self.width() - _MARGIN_PX)
        self.move(left, room.top() + _MARGIN_PX)
        if self._hides_match():
            self.move(left, room.bottom() - self.height() - _MARGIN_PX)

    def _hides_match(self) -> bool:
        """Whether the bar stands over the match that is selected."""
        current = self._current() if self._view.is_open else None
        if current is None:
            return False
        start, end = (self._view.rect_at(index) for index in self._ranges[current])
        found = start.united(end).translated(self._view.viewport().mapTo(self._view, QPoint()))
        return found.intersects(self.geometry())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes the bar wherever in it the keys are."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: keys in the fields, and the editor's size."""
        if watched is self._view:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                if watched is self.replacement:
                    self.replace()
                else:
                    self.step(-1 if back else 1)
                return True
        return super().eventFilter(watched, event)
