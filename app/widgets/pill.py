"""
A small sign over the title of a note that says what goes on, with a button that ends it.

It takes no focus and covers no word.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.labels import Label
from app.models.people import Person
from app.theme import Appearance
from app.widgets.names import named
from app.widgets.presence_strip import PresenceStrip

TOP_PX = 48
"""Between the bar of the note and its title."""
ICON_PX = 14


class Pill(QFrame):
    """Says whom this window goes after."""

    ended = Signal()
    """Its button was pressed."""

    def __init__(self, appearance: Appearance, over: QWidget) -> None:
        """Hidden; it will stand at the head of `over`."""
        super().__init__(over)
        named(self, "pill")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._avatar = PresenceStrip(appearance)
        self.text = named(Label(), "pillText")
        self.button = named(QToolButton(), "pillButton")
        self.button.setIconSize(QSize(ICON_PX, ICON_PX))
        self.button.setAccessibleName(self.tr("Stop following"))
        self.button.setToolTip(self.tr("Stop following (Esc)"))
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.ended)
        appearance.tint(self.button, "x")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 1, 4, 1)
        row.setSpacing(6)
        row.addWidget(self._avatar)
        row.addWidget(self.text)
        row.addWidget(self.button)
        over.installEventFilter(self)
        self.hide()

    def say(self, person: Person) -> None:
        """Be there, for somebody."""
        self.show_circle(person)
        text = self.tr("Following {name}").format(name=person.name)
        self.text.setText(text)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        event = QAccessibleAnnouncementEvent(self, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)

    def show_circle(self, person: Person) -> None:
        """Have the circle that somebody has in the note."""
        self._avatar.show_people([person])

    def _place(self) -> None:
        self.adjustSize()
        over = self.parentWidget()
        assert over is not None, "it stands over something"
        self.move((over.width() - self.width()) // 2, TOP_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
