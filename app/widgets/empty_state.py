"""
What a pane shows when it has nothing: a picture, a sentence, what to do, and a button that does it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.labels import Label
from app.theme import Appearance
from app.widgets.names import named

PICTURE_SIZE_PX = 40
TEXT_WIDTH_PX = 240
MARGIN_PX = 12


class EmptyState(QWidget):
    """A quiet, centred message. `say` changes it."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        self._appearance = appearance
        self._picture_name = "notebook-pen"
        self._work: Callable[[], None] | None = None
        self._picture = Label()
        self._title = named(Label(), "emptyTitle")
        self._text = named(Label(wordWrap=True), "emptyText")
        self._button = QPushButton()
        self._button.clicked.connect(self._press)
        self._button.hide()
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, 0)
        self._text.setMaximumWidth(TEXT_WIDTH_PX)
        for widget in (self._picture, self._title, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addLayout(_between_stretches(widget))
        layout.addSpacing(8)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        appearance.changed.connect(self._restyle)

    def say(
        self, picture: str, title: str, text: str, button: str = "", work: Callable[[], None] | None = None
    ) -> None:
        """
        Show a message.

        Args:
            picture: The name of an icon.
            title: A few words.
            text: What to do about it; wraps.
            button: Its label; empty for none.
            work: What the button does.
        """
        self._picture_name = picture
        self._title.setText(title)
        self._text.setText(text)
        self._fit()
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._work = work
        self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: a narrow pane has narrower lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(1, min(TEXT_WIDTH_PX, self.contentsRect().width() - 2 * MARGIN_PX))
        self._text.setFixedHeight(max(0, self._text.heightForWidth(width)))

    def _press(self) -> None:
        if self._work is not None:
            self._work()

    def _restyle(self) -> None:
        self._picture.setPixmap(self._appearance.picture(self._picture_name, "text_faint", PICTURE_SIZE_PX))


def _between_stretches(widget: QWidget) -> QHBoxLayout:
    """A line with a widget in its middle, which may become as wide as the line."""
    line = QHBoxLayout()
    line.addStretch()
    line.addWidget(widget, 100)
    line.addStretch()
    return line
