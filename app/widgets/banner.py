"""
The room for banners: a thin bar at the foot of the note, at most one banner at a time.

It never takes the focus, and it stands below the text so that nothing moves under the caret. What else
there is to say is counted ("+2") and unfolds on a click. Not here: when a banner is due (`app.notices`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.theme import Appearance
from app.widgets.names import named

ICON_SIZE_PX = 16


class Topic(IntEnum):
    """What a banner is about; the smaller one is shown first."""

    STORE = 0
    REVOKED = 1
    APP_TOO_OLD = 2
    LIBRARY_BEHIND = 3
    EXPIRED = 4
    CLOCK = 5
    QUARANTINE = 6
    NOTICE = 7


@dataclass(frozen=True)
class Choice:
    """A button of a banner."""

    label: str
    work: Callable[[], None]
    main: bool = False


@dataclass(frozen=True)
class Message:
    """What a banner says. `tone` is "notice", "warning" or "danger": the role of its picture."""

    text: str
    choices: tuple[Choice, ...] = ()
    tone: str = "warning"
    icon: str = field(default="circle-alert")


class BannerRoom(QWidget):
    """Shows the most important message; empty and without height when there is none."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Start with nothing to say."""
        super().__init__(parent)
        self._appearance = appearance
        self._messages: dict[Topic, Message] = {}
        self._unfolded = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setVisible(False)
        appearance.changed.connect(self._rebuild)

    def say(self, topic: Topic, message: Message) -> None:
        """Show a message, or count it behind a more important one. The same message twice changes nothing."""
        known = self._messages.get(topic)
        if known is not None and (known.text, known.tone) == (message.text, message.tone):
            return
        self._messages[topic] = message
        self._rebuild()
        if known is None and self.first() is message:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message.text))

    def unsay(self, topic: Topic) -> None:
        """Take back what was said about a topic, if anything."""
        if self._messages.pop(topic, None) is not None:
            self._rebuild()

    def first(self) -> Message | None:
        """The message on screen."""
        return self._messages[min(self._messages)] if self._messages else None

    def _rebuild(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        topics = sorted(self._messages)
        shown = topics if self._unfolded else topics[:1]
        for topic in shown:
            others = len(topics) - 1 if topic is topics[0] else 0
            self._layout.addWidget(self._bar(self._messages[topic], others))
        self.setVisible(bool(shown))

    def _bar(self, message: Message, others: int) -> QFrame:
        bar = named(QFrame(), "banner")
        bar.setProperty("tone", message.tone)
        row = QHBoxLayout(bar)
        row.setContentsMargins(18, 8, 12, 8)
        row.setSpacing(10)
        picture = QLabel()
        picture.setPixmap(self._appearance.picture(message.icon, message.tone, ICON_SIZE_PX))
        row.addWidget(picture)
        text = QLabel(message.text, wordWrap=True)
        row.addWidget(text, 1)
        for choice in message.choices:
            row.addWidget(_button(choice))
        if others:
            more = Choice(f"+{others}" if not self._unfolded else "–", self._fold)
            row.addWidget(_button(more, self.tr("Show other messages")))
        return bar

    def _fold(self) -> None:
        self._unfolded = not self._unfolded
        self._rebuild()


def _button(choice: Choice, name: str = "") -> QPushButton:
    button = QPushButton(choice.label)
    button.setProperty("look", "main" if choice.main else "link")
    button.setAccessibleName(name or choice.label)
    button.clicked.connect(lambda: choice.work())
    return button
