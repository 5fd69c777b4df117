"""
The timeline of a note: one line for each sitting of a person, the latest first, under a line for now.
"""

from __future__ import annotations

import time
import zlib
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.contrast import ink_on
from app.models.history import Timeline
from app.models.past import Sitting
from app.models.people import Person
from app.models.times import clock_time, long_time, short_time
from app.theme import Appearance

ROW_PX = 50
CIRCLE_PX = 28
SITTING_ROLE = Qt.ItemDataRole.UserRole
PERSON_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class SittingModel(QAbstractListModel):
    """The sittings, the latest first, under a line for now."""

    def __init__(self, parent: QObject) -> None:
        """Nothing is known yet."""
        super().__init__(parent)
        self.rows: list[Sitting] = []
        self._people: dict[int, Person] = {}

    def show(self, timeline: Timeline | None) -> None:
        """Show a note's timeline."""
        self.beginResetModel()
        self.rows = list(reversed(timeline.sittings)) if timeline is not None else []
        self._people = timeline.people if timeline is not None else {}
        self.endResetModel()

    def person(self, rid: int) -> Person:
        """Whose a replica is."""
        known = self._people.get(rid)
        if known is None:
            return Person(self.tr("Somebody"), zlib.crc32(str(rid).encode()))
        return known if known.name else Person(self.tr("You"), known.number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        """One more than there are sittings: now."""
        return 0 if parent.isValid() else len(self.rows) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Who and when."""
        if not index.isValid():
            return None
        sitting = self.rows[index.row() - 1] if index.row() else None
        if role == SITTING_ROLE:
            return sitting
        if role == PERSON_ROLE:
            return self.person(sitting.rid) if sitting is not None else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if sitting is None:
                return self.tr("Now")
            return f"{self.person(sitting.rid).name}, {long_time(sitting.begun_ms)}"
        return None


class SittingDelegate(QStyledItemDelegate):
    """Paints a person's circle, their name, and when they wrote."""

    def __init__(self, appearance: Appearance, parent: QObject) -> None:
        """Read roles of the theme at each paint."""
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All equally high."""
        return QSize(0, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one sitting."""
        theme = self._appearance.theme
        sitting: Sitting | None = index.data(SITTING_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = option.rect.adjusted(8, 1, -8, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selected_focus"))
            painter.drawRoundedRect(card, 8, 8)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("hover"))
            painter.drawRoundedRect(card, 8, 8)
        round_ = QRect(card.left() + 10, card.center().y() - CIRCLE_PX // 2 + 1, CIRCLE_PX, CIRCLE_PX)
        circle = QRectF(QStyle.visualRect(option.direction, card, round_))
        person: Person | None = index.data(PERSON_ROLE)
        colour = theme.person(person.number) if person is not None else theme.colour("accent")
        self._paint_circle(
            painter, option.font, circle, colour, person.initials if person is not None else "•"
        )
        left = round_.right() + 13
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(theme.colour("text"))
        room = QRect(left, card.top(), card.right() - left - 8, card.height() // 2)
        start = Qt.AlignmentFlag.AlignLeading
        name = person.name if person is not None else self.tr("Now")
        painter.drawText(
            QStyle.visualRect(option.direction, card, room),
            start | Qt.AlignmentFlag.AlignBottom,
            QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideRight, room.width()),
        )
        small = QFont(option.font)
        small.setPixelSize(12)
        painter.setFont(small)
        painter.setPen(theme.colour("text_muted"))
        painter.drawText(
            QStyle.visualRect(option.direction, card, room.translated(0, room.height() + 2)),
            start | Qt.AlignmentFlag.AlignTop,
            _when(sitting) if sitting is not None else self.tr("As it is"),
        )
        painter.restore()

    @staticmethod
    def _paint_circle(painter: QPainter, font: QFont, where: QRectF, colour: QColor, letters: str) -> None:
        small = QFont(font)
        small.setPixelSize(11)
        small.setBold(True)
        painter.setFont(small)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(where)
        painter.setPen(ink_on(colour))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, letters)


def _when(sitting: Sitting) -> str:
    now_ms = time.time_ns() // 1_000_000
    day, begun, ended = (
        short_time(sitting.begun_ms, now_ms),
        clock_time(sitting.begun_ms),
        clock_time(sitting.ended_ms),
    )
    span = begun if begun == ended else f"{begun} – {ended}"
    return span if day == begun else f"{day}, {span}"
