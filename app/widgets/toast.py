"""
A few words about what was just done, with a button that takes it back.

It lies over the foot of the window, takes no focus and goes by itself; what comes next takes its place. A key
can undo while it is there.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.widgets.names import named
from app.widgets.timers import Later

SHOWN_MS = 7_000
FOOT_PX = 26


class Toast(QFrame):
    """One line over a window."""

    def __init__(self, window: QWidget) -> None:
        """Hidden."""
        super().__init__(window)
        named(self, "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._undo: Callable[[], object] | None = None
        self.text = named(QLabel(), "toastText")
        self.button = named(QPushButton(self.tr("Undo")), "toastButton")
        self.button.clicked.connect(self.undo)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(self.text)
        row.addWidget(self.button)
        self._later = Later(self, SHOWN_MS, self.hide)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: str, undo: Callable[[], object] | None = None) -> None:
        """
        Say what was done.

        Args:
            text: In the past tense, short.
            undo: Takes it back; None where that cannot be.
        """
        self._undo = undo
        self.text.setText(text)
        self.button.setVisible(undo is not None)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._later.ask()

    @property
    def can_undo(self) -> bool:
        """Is there something on screen to be taken back?"""
        return self.isVisible() and self._undo is not None

    def undo(self) -> None:
        """Take back what was said last."""
        undo, self._undo = self._undo, None
        self.hide()
        self._later.cancel()
        if undo is not None:
            undo()

    def _place(self) -> None:
        self.adjustSize()
        parent = self.parentWidget()
        assert parent is not None, "it lies over a window"
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - FOOT_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
