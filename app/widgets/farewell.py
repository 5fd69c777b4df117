"""
The last word of a window that was closed with unsent edits: they are safe, and will be sent next time.

A small card where the window was. It takes no focus, asks nothing and goes by itself.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.labels import Label
from app.theme import Appearance
from app.widgets.names import named

SHOWN_MS = 1_600


class Farewell(QWidget):
    """Shows itself, and is closed after SHOWN_MS; `destroyed` says so."""

    def __init__(self, appearance: Appearance, unsent: int, where: QRect) -> None:
        """
        Say how many edits wait.

        Args:
            appearance: For the picture.
            unsent: Deltas that are not on the server, at least 1.
            where: Of the window that closed, on the screen.
        """
        super().__init__(None, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        named(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        count = self.tr("1 edit") if unsent == 1 else self.tr("{n} edits").format(n=unsent)
        self.text = Label(self.tr("{edits} will be sent next time").format(edits=count))
        picture = Label()
        picture.setPixmap(appearance.picture("cloud", "text_muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 18, 12)
        row.setSpacing(10)
        row.addWidget(picture)
        row.addWidget(self.text)
        self.adjustSize()
        self.move(where.center() - self.rect().center())
        QTimer.singleShot(SHOWN_MS, self, self.close)
