"""
The room for banners: a thin bar at the foot of the note, at most one banner at a time.

It never takes the focus, and it stands below the text so that nothing moves under the caret. What else
there is to say is counted ("+2") and unfolds on a click. Not here: when a banner is due (`models.notices`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.labels import Label
from app.models.notices import Topic as Topic
from app.theme import Appearance

ICON_SIZE_PX = 16
WORDS_WIDTH_MIN_PX = 340
"""Beside the buttons, for picture and words; with less, a sentence becomes a column."""


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
        picture = Label()
        picture.setPixmap(self._appearance.picture(message.icon, message.tone, ICON_SIZE_PX))
        text = Label(message.text, wordWrap=True)
        self._labels[topic] = text
        buttons = [_button(choice) for choice in message.choices]
        if others:
            more = Choice(f"+{others}" if not self._unfolded else "–", self._fold)
            buttons.append(_button(more, self.tr("Show other messages")))
        bar = _Bar(picture, text, buttons)
        bar.setProperty("tone", message.tone)
        return bar

    def _fold(self) -> None:
        self._unfolded = not self._unfolded
        self._rebuild()


class _Bar(QFrame):
    """A picture, words, buttons in a line; where that leaves the words too little, buttons go below."""

    def __init__(self, picture: QLabel, text: QLabel, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._buttons = QWidget()
        below = QHBoxLayout(self._buttons)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(10)
        below.addStretch(1)
        for button in buttons:
            below.addWidget(button)
        words = QHBoxLayout()
        words.setSpacing(10)
        words.addWidget(picture)
        words.addWidget(text, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(18, 8, 12, 8)
        self._row.setSpacing(10)
        self._row.addLayout(words, 1)
        self._row.addWidget(self._buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may want the buttons elsewhere."""
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        """What the buttons need is known, and may change, with their style and their words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        beside = self.width() - self._buttons.sizeHint().width() >= WORDS_WIDTH_MIN_PX
        ways = QBoxLayout.Direction
        wanted = ways.LeftToRight if beside else ways.TopToBottom
        if self._row.direction() != wanted:
            self._row.setDirection(wanted)
            self._row.setSpacing(10 if beside else 4)


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
