"""
The room for banners: a thin bar at the foot of the note, at most one banner at a time.

It never takes the focus, and it stands below the text so that nothing moves under the caret. What else
there is to say is counted ("+2") and unfolds on a click. Not here: when a banner is due (`models.notices`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.models.notices import Topic as Topic
from app.theme import Appearance
from app.widgets.names import named

ICON_SIZE_PX = 16


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
        self._labels: dict[Topic, QLabel] = {}
        self._said: Topic | None = None
        self._unfolded = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setVisible(False)
        appearance.changed.connect(self._rebuild)

    def say(self, topic: Topic, message: Message) -> None:
        """
        Show a message, or count it behind a more important one. The same message twice changes nothing.

        Where only the words differ they change in place: a count that grows with every key is no new banner.
        """
        known = self._messages.get(topic)
        self._messages[topic] = message
        if known is None or _shape(known) != _shape(message):
            self._rebuild()
        elif known.text != message.text and topic in self._labels:
            self._labels[topic].setText(message.text)
        self._announce()

    def unsay(self, topic: Topic) -> None:
        """Take back what was said about a topic, if anything."""
        if self._messages.pop(topic, None) is not None:
            self._rebuild()
            self._announce()

    def first(self) -> Message | None:
        """The message on screen."""
        return self._messages[min(self._messages)] if self._messages else None

    def _announce(self) -> None:
        """Have a screen reader say what has just come to the front; the focus stays where it is."""
        first = min(self._messages, default=None)
        if first is not None and first is not self._said:
            event = QAccessibleAnnouncementEvent(self, self._messages[first].text)
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
            QAccessible.updateAccessibility(event)
        self._said = first

    def _rebuild(self) -> None:
        self._labels.clear()
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        topics = sorted(self._messages)
        shown = topics if self._unfolded else topics[:1]
        for topic in shown:
            others = len(topics) - 1 if topic is topics[0] else 0
            self._layout.addWidget(self._bar(topic, self._messages[topic], others))
        self.setVisible(bool(shown))

    def _bar(self, topic: Topic, message: Message, others: int) -> QFrame:
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
        self._labels[topic] = text
        for choice in message.choices:
            row.addWidget(_button(choice))
        if others:
            more = Choice(f"+{others}" if not self._unfolded else "–", self._fold)
            row.addWidget(_button(more, self.tr("Show other messages")))
        return bar

    def _fold(self) -> None:
        self._unfolded = not self._unfolded
        self._rebuild()


def _shape(message: Message) -> tuple[object, ...]:
    """What a bar is made of besides its words."""
    return (message.tone, message.icon, tuple((choice.label, choice.main) for choice in message.choices))


def _button(choice: Choice, name: str = "") -> QPushButton:
    button = QPushButton(choice.label)
    button.setProperty("look", "main" if choice.main else "link")
    button.setAccessibleName(name or choice.label)
    # A click leaves the caret where it is; Tab comes here as to every control.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda: choice.work())
    return button
