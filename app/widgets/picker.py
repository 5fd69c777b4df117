"""
A field over the window in which a few letters choose one of many: notes, commands, places.

It shows what it is offered and says what is typed and chosen; what is offered is decided by whoever opens it.
It goes away by itself when something is chosen, by Esc, and when the focus goes elsewhere; the focus returns
to where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.labels import Label
from app.theme import Appearance
from app.widgets.names import named

WIDTH_PX = 560
TOP_PX = 72
ROW_HEIGHT_PX = 40
ROWS_SHOWN = 9
_SMALL_PX = 12
_RADIUS_PX = 7
_INSIDE_PX = 12
_AROUND_PX = 9
_EDGE_PX = 8
"""What the list's style puts above and below its rows, the line to the field included."""

# The focus will come back: the whole window went to the back, or a menu is open.
_PASSING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)

Index = QModelIndex | QPersistentModelIndex
OFFER_ROLE = Qt.ItemDataRole.UserRole


class Offer(NamedTuple):
    """One line to choose. Only `title` is looked at by people who listen."""

    key: Any
    """Whatever the opener knows it by."""
    title: str
    detail: str = ""
    """Quiet words behind the title: a notebook, a menu."""
    hint: str = ""
    """At the right end: a shortcut, a time."""
    icon: str = ""
    places: tuple[int, ...] = ()
    """Letters of the title that are what was typed."""


class OfferModel(QAbstractListModel):
    """The lines."""

    def __init__(self, parent: QObject | None = None) -> None:
        """None yet."""
        super().__init__(parent)
        self.offers: list[Offer] = []

    def show(self, offers: Sequence[Offer]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.offers = list(offers)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """How many."""
        return 0 if parent.isValid() else len(self.offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, the offer, what a screen reader says."""
        if not index.isValid():
            return None
        offer = self.offers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.title
        if role == OFFER_ROLE:
            return offer
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (offer.title, offer.detail, offer.hint) if part)
        return None


class OfferDelegate(QStyledItemDelegate):
    """Paints one line: picture, title with the letters found in bold, detail, hint."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        """Read roles of the theme at each paint."""
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All equally high."""
        return QSize(0, ROW_HEIGHT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        offer: Offer = index.data(OFFER_ROLE)
        theme = self._appearance.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected_focus"))
            painter.drawRoundedRect(option.rect.adjusted(6, 1, -6, -1), _RADIUS_PX, _RADIUS_PX)
        inside = option.rect.adjusted(6 + _INSIDE_PX, 0, -6 - _INSIDE_PX, 0)
        if offer.icon:
            picture = self._appearance.picture(offer.icon, "icon", 16)
            place = QRect(inside.left(), inside.center().y() - 7, 16, 16)
            painter.drawPixmap(_facing(option, place).topLeft(), picture)
            inside.setLeft(inside.left() + 28)
        small = QFont(option.font)
        small.setPixelSize(_SMALL_PX)
        inside.setRight(self._paint_hint(painter, small, option, inside, offer.hint))
        left = self._paint_title(painter, option, inside, offer)
        if offer.detail and inside.right() - left > 40:
            painter.setFont(small)
            painter.setPen(theme.colour("text_faint"))
            room = QRect(left + 10, inside.top(), inside.right() - left - 10, inside.height())
            text = QFontMetrics(small).elidedText(offer.detail, Qt.TextElideMode.ElideRight, room.width())
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
            painter.drawText(_facing(option, room), middle, text)
        painter.restore()

    def _paint_hint(
        self, painter: QPainter, font: QFont, option: QStyleOptionViewItem, inside: QRect, hint: str
    ) -> int:
        if not hint:
            return inside.right()
        painter.setFont(font)
        painter.setPen(self._appearance.theme.colour("text_muted"))
        end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
        painter.drawText(_facing(option, inside), end, hint)
        return inside.right() - QFontMetrics(font).horizontalAdvance(hint) - 16

    def _paint_title(
        self, painter: QPainter, option: QStyleOptionViewItem, inside: QRect, offer: Offer
    ) -> int:
        """Draw the title and give the x where it ends, as if from left to right."""
        metrics = QFontMetrics(option.font)
        text = metrics.elidedText(offer.title, Qt.TextElideMode.ElideRight, inside.width())
        layout = QTextLayout(text, option.font)
        layout.setFormats(_bold(text, offer.places, self._appearance.theme.colour("accent")))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(100_000)
        layout.endLayout()
        painter.setPen(self._appearance.theme.colour("text"))
        top = inside.top() + (inside.height() - line.height()) / 2
        width = round(line.naturalTextWidth())
        place = _facing(option, QRect(inside.left(), inside.top(), width, 1))
        layout.draw(painter, QPointF(place.left(), top))
        return inside.left() + width


def _facing(option: QStyleOptionViewItem, place: QRect) -> QRect:
    """Where a place of a row is when the row is read from right to left."""
    return QStyle.visualRect(option.direction, option.rect, place)


def _bold(text: str, places: Sequence[int], colour: QColor) -> list[QTextLayout.FormatRange]:
    """Formats of the letters at these indexes; Qt counts UTF-16."""
    units = [0]
    for letter in text:
        units.append(units[-1] + (2 if ord(letter) > 0xFFFF else 1))
    ranges = []
    for place in places:
        if place < len(text):
            found = QTextLayout.FormatRange()
            found.start = units[place]
            found.length = units[place + 1] - units[place]
            look = QTextCharFormat()
            look.setForeground(colour)
            look.setFontWeight(QFont.Weight.DemiBold)
            found.format = look
            ranges.append(found)
    return ranges


class Picker(QFrame):
    """One field with its list, over a window. Opened by `ask`, reused as often as wanted."""

    def __init__(self, window: QWidget, appearance: Appearance) -> None:
        """Hidden at first."""
        super().__init__(window)
        named(self, "picker")
        self._seek: Callable[[str], Sequence[Offer]] = lambda text: ()
        self._done: Callable[[Any], object] = lambda key: None
        self._before: QWidget | None = None
        self.field = named(QLineEdit(), "pickerField")
        self.model = OfferModel(self)
        self.list = named(QListView(), "pickerList")
        self.nothing = named(Label(), "hint")
        self._set_up(appearance)
        self.hide()
        window.installEventFilter(self)
        appearance.changed.connect(lambda: self._cast_shadow(appearance))

    def ask(
        self,
        name: str,
        seek: Callable[[str], Sequence[Offer]],
        done: Callable[[Any], object],
        nothing: str = "",
    ) -> None:
        """
        Open.

        Args:
            name: What is to be chosen: shown in the empty field, and its accessible name.
            seek: Gives the lines for what is typed; called at once for "".
            done: Told the key of the line that was chosen, after the picker has gone.
            nothing: Said where there is no line.
        """
        focus = self.window().focusWidget()
        if not self.isVisible() or (focus is not None and not self.isAncestorOf(focus)):
            self._before = focus
        self._seek, self._done = seek, done
        self.field.setPlaceholderText(name)
        self.field.setAccessibleName(name)
        self.list.setAccessibleName(name)
        self.nothing.setText(nothing)
        blocked = self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(blocked)
        self.refresh()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def refresh(self) -> None:
        """Ask for the lines again: what they are made of has changed. The chosen line stays chosen."""
        key = self._current_key()
        self.model.show(self._seek(self.field.text()))
        keys = [offer.key for offer in self.model.offers]
        place = keys.index(key) if key in keys and not self.field.text() else 0
        self.list.setCurrentIndex(self.model.index(place))
        self.list.setVisible(bool(keys))
        self.nothing.setVisible(not keys and bool(self.nothing.text()))
        self._place()

    def finish(self) -> None:
        """Go away, with the focus back where it was."""
        had_focus = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        self.hide()
        if had_focus and self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def choose(self, index: Index) -> None:
        """Choose a line."""
        offer = index.data(OFFER_ROLE)
        if offer is not None:
            self.finish()
            self._done(offer.key)

    def _current_key(self) -> Any:
        offer = self.list.currentIndex().data(OFFER_ROLE)
        return offer.key if offer is not None else None

    def _set_up(self, appearance: Appearance) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH_PX)
        self.list.setModel(self.model)
        self.list.setItemDelegate(OfferDelegate(appearance, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self.choose)
        self.nothing.setContentsMargins(18, 4, 18, 14)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        self.field.textChanged.connect(lambda _: self.refresh())
        self.field.installEventFilter(self)
        self._cast_shadow(appearance)

    def _cast_shadow(self, appearance: Appearance) -> None:
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 8)
        shadow.setColor(appearance.theme.colour("shadow"))
        self.setGraphicsEffect(shadow)

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None, "it is made over a window"
        room = parent.height() - 2 * _EDGE_PX - self.field.sizeHint().height() - _AROUND_PX
        rows = min(self.model.rowCount(), ROWS_SHOWN, max(1, room // ROW_HEIGHT_PX))
        self.list.setFixedHeight(rows * ROW_HEIGHT_PX + _AROUND_PX)
        self.adjustSize()
        top = min(TOP_PX, max(_EDGE_PX, parent.height() - self.height() - _EDGE_PX))
        self.move((parent.width() - self.width()) // 2, top)

    def _step(self, by: int) -> None:
        count = self.model.rowCount()
        if count:
            place = self.list.currentIndex().row() + by
            # A single step goes round, a page stops at the end.
            place = place % count if abs(by) == 1 else max(0, min(count - 1, place))
            self.list.setCurrentIndex(self.model.index(place))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field move in the list; the window's size decides where we are."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        if watched is self.field and event.type() == QEvent.Type.ShortcutOverride:
            # Plain keys are ours before any shortcut of the window.
            if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
                event.accept()
                return True
        elif watched is self.field and isinstance(event, QFocusEvent):
            if event.lostFocus() and event.reason() not in _PASSING:
                self.hide()
        elif event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_PageDown: ROWS_SHOWN,
            Qt.Key.Key_PageUp: -ROWS_SHOWN,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.finish()
        else:
            return False
        return True
