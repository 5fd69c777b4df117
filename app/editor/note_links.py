"""
Links to other notes: `[[` opens a list of names, a choice puts the link there.

A link names the note's id, so it holds whatever the note is called later. Typing narrows the list, arrows and
Enter choose, Esc leaves the brackets as text; `]]` behind a whole name makes the link too. `#` behind a whole
name offers the headings of that note, and alone those of this one. Names come from `seek`, headings of other
notes from `headings`, a name that is missing can be made by `make`. Not here: which names fit, opening notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from app.editor.floating import FloatingPanel
from app.editor.jumping import headings_here
from app.editor.keys import values_of
from app.editor.list_keys import kind_of
from app.editor.note_edit import NoteEdit
from app.note_address import LinkTarget

ROWS_MAX: Final = 8
NAME_LENGTH_MAX: Final = 80
"""Code points behind `[[` that are still looked for: a name is no paragraph."""
_WIDTH_PX: Final = 380
_ROW_PX: Final = 32
_INSIDE_PX: Final = 12
_CHOICE: Final = Qt.ItemDataRole.UserRole
_BEGUN: Final = re.compile(r"\[\[([^\[\]]*)$")
_CLOSED: Final = re.compile(r"\[\[([^\[\]]+)(\]{1,2})$")

_Index = QModelIndex | QPersistentModelIndex


class Name(NamedTuple):
    """One note that may be meant: "" is the one that is written in, None one that is to be made."""

    note: str | None
    title: str
    place: str = ""
    heading: str = ""
    """A heading in it."""

    @property
    def words(self) -> str:
        """What the link says."""
        return " › ".join(word for word in (self.title, self.heading) if word)


class NameDelegate(QStyledItemDelegate):
    """Paints a name and, quietly, where the note is."""

    def __init__(self, view: NoteEdit, parent: QObject) -> None:
        """Draw with the colours of the editor."""
        super().__init__(parent)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All equally high."""
        return QSize(0, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one name."""
        name: Name = index.data(_CHOICE)
        palette = self._view.formats.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.selection))
            painter.drawRoundedRect(option.rect.adjusted(4, 1, -4, -1), 6, 6)
        metrics = QFontMetrics(option.font)
        inside = option.rect.adjusted(_INSIDE_PX, 0, -_INSIDE_PX, 0)
        place_width = min(metrics.horizontalAdvance(name.place) + 2, inside.width() // 2)
        room = QStyle.visualRect(option.direction, inside, inside.adjusted(0, 0, -place_width - 12, 0))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(palette.text))
        painter.drawText(
            room, middle, metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        )
        painter.setPen(QColor(palette.faint))
        place = metrics.elidedText(name.place, Qt.TextElideMode.ElideLeft, place_width)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, place)
        painter.restore()


class NoteLinks(FloatingPanel):
    """The list of names of one editor; it shows itself when `[[` is typed."""

    def __init__(self, view: NoteEdit) -> None:
        """Watch what is typed in `view`."""
        super().__init__(view)
        self.setObjectName("noteLinks")
        self._view: Final = view
        self.seek: Callable[[str, int], Sequence[Name]] = lambda text, limit: ()
        """The notes whose names fit, the best first; at most so many."""
        self.headings: Callable[[str], Sequence[str]] = lambda note: ()
        """The headings of another note, as far as they are known."""
        self.make: Callable[[str], str | None] | None = None
        """Makes a note of a name and gives its id; None where none can be made."""
        self._left: int | None = None
        self._offered: int | None = None
        self.model: Final = QStandardItemModel(self)
        self.list: Final = QListView(self)
        self._set_up_list()
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._look)
        view.state_changed.connect(self._looking.start)
        view.installEventFilter(self)
        self.hide()

    def names_changed(self) -> None:
        """`seek` or `headings` give others now: look again, if brackets wait for a name."""
        if self._offered is not None:
            self._looking.start()

    @property
    def names(self) -> list[Name]:
        """What is offered."""
        return [self.model.item(row).data(_CHOICE) for row in range(self.model.rowCount())]

    def _set_up_list(self) -> None:
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setModel(self.model)
        self.list.setItemDelegate(NameDelegate(self._view, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("Notes to link to"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.viewport().setAutoFillBackground(False)
        self.list.clicked.connect(self._choose)
        self.setFixedWidth(_WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 5, 1, 5)
        column.addWidget(self.list)

    # ---- what is typed ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Slot: the text or the caret may have changed."""
        before = self._before_caret()
        begun = _BEGUN.search(before) if before is not None else None
        if begun is None:
            self._left = None
            self.hide()
            self._look_for_end(before or "")
            return
        start = self._caret() - (len(before or "") - begun.start())
        self._offered = start
        if start == self._left or len(begun[1]) > NAME_LENGTH_MAX or begun[1].startswith(" "):
            self.hide()
            return
        self._left = None
        self._offer(begun[1], start)

    def _look_for_end(self, before: str) -> None:
        """The brackets that names were offered for may be about to be closed."""
        closed = _CLOSED.search(before)
        if closed is None or self._offered is None:
            self._offered = None
        elif self._caret() - (len(before) - closed.start()) == self._offered and closed[2] == "]]":
            self._offered = None
            self._link_whole_name(closed)

    def _before_caret(self) -> str | None:
        """The text of the block up to the caret; None where no link can be written."""
        view = self._view
        if not view.is_open or view.isReadOnly() or not view.hasFocus() or view.is_composing:
            return None
        if view.textCursor().hasSelection():
            return None
        mirror = view.bound.mirror
        number, inside = mirror.locate(self._caret())
        block = mirror.blocks[number]
        if kind_of(block) == "code" or (inside and values_of(block.key_at(inside - 1)).get("code")):
            return None
        return block.text[:inside]

    def _caret(self) -> int:
        return self._view.commands.range()[1]

    def _offer(self, text: str, start: int) -> None:
        names = self._places(text) or list(self.seek(text, ROWS_MAX))
        title = " ".join(text.split())
        is_new = bool(title) and not any(n.title.casefold() == title.casefold() for n in names)
        if self.make is not None and is_new and not title.startswith("#") and not title.endswith("#"):
            names.append(Name(None, title))
        self.model.clear()
        for name in names:
            shown = (
                name.words if name.note is not None else self.tr("Make “{title}”").format(title=name.title)
            )
            item = QStandardItem(shown)
            item.setData(name, _CHOICE)
            item.setData(f"{shown}, {name.place}", Qt.ItemDataRole.AccessibleTextRole)
            self.model.appendRow(item)
        if not names:
            self.hide()
            return
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.list.setFixedHeight(min(len(names), ROWS_MAX + 1) * _ROW_PX)
        self.adjustSize()
        self.stand_below(start)
        self.show()
        self.raise_()

    def _places(self, text: str, *, whole: bool = False) -> list[Name]:
        """
        Headings that are meant: of this note, or of the notes of a whole name.

        Of another note what is typed is taken as well where no heading of it is known that fits.

        Args:
            text: What stands behind the brackets.
            whole: Whether a heading is called just so, and not only has what is typed.
        """
        title, sign, heading = text.partition("#")
        if not sign:
            return []
        if not title.strip():
            here = self.tr("in this note")
            lines = _fitting((found.text for found in headings_here(self._view)[1]), heading, whole)
            return [Name("", "", here, line) for line in lines][:ROWS_MAX]
        wanted = " ".join(title.split()).casefold()
        names = [name for name in self.seek(title, ROWS_MAX) if name.title.casefold() == wanted]
        places = (
            name._replace(heading=line)
            for name in names
            for line in _fitting(self.headings(name.note or ""), heading, whole) or [heading.strip()]
        )
        return list(islice(places, ROWS_MAX))

    # ---- the choice -------------------------------------------------------------------------------------

    def _choose(self, index: _Index) -> None:
        name = index.data(_CHOICE)
        before = self._before_caret()
        begun = _BEGUN.search(before) if before is not None else None
        self.hide()
        if not isinstance(name, Name) or begun is None:
            return
        end = self._caret()
        mirror = self._view.bound.mirror
        number, inside = mirror.locate(end)
        closing = 2 if mirror.blocks[number].text[inside : inside + 2] == "]]" else 0
        self._put(name, end - (len(before or "") - begun.start()), end + closing)

    def _link_whole_name(self, closed: re.Match[str]) -> None:
        """`]]` was typed behind a name: a link, if there is exactly one note of that name."""
        wanted = " ".join(closed[1].split()).casefold()
        names = [n for n in self.seek(closed[1], ROWS_MAX) if n.title.casefold() == wanted]
        names = names or self._places(closed[1], whole=True)
        if len(names) == 1:
            end = self._caret()
            self._put(names[0], end - (closed.end() - closed.start()), end)

    def _put(self, name: Name, start: int, end: int) -> None:
        note = name.note if name.note is not None else self.make(name.title) if self.make else None
        if note is not None and self._view.is_open:
            self._view.bound.note.break_group()
            link = LinkTarget(note, name.heading).link
            span: tuple[str, dict[str, Any]] = (name.words or note, {"link": link})
            self._view.commands.insert_blocks_at(start, end, [([span], {})])
            self._view.bound.note.break_group()

    def _press(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None:
            row = (self.list.currentIndex().row() + step) % self.model.rowCount()
            self.list.setCurrentIndex(self.model.index(row, 0))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._choose(self.list.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            before = self._before_caret() or ""
            begun = _BEGUN.search(before)
            self._left = self._caret() - (len(before) - begun.start()) if begun is not None else None
            self.hide()
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the text that are the list's while it is open."""
        if watched is self._view and self.isVisible():
            if isinstance(event, QKeyEvent) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
                if event.type() == QEvent.Type.KeyPress:
                    return self._press(event)
                if event.type() == QEvent.Type.ShortcutOverride and event.key() in (
                    Qt.Key.Key_Escape,
                    Qt.Key.Key_Return,
                    Qt.Key.Key_Tab,
                ):
                    event.accept()
                    return True
            elif event.type() == QEvent.Type.FocusOut:
                self.hide()
        return super().eventFilter(watched, event)


def _fitting(headings: Iterable[str], typed: str, whole: bool) -> list[str]:
    """Each heading once that has what is typed, or with `whole` is that."""
    wanted = " ".join(typed.split()).casefold()
    lines = dict.fromkeys(" ".join(text.split()) for text in headings)
    return [
        line for line in lines if line and (wanted == line.casefold() if whole else wanted in line.casefold())
    ]
