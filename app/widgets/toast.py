"""
A few words about what was just done, with a button that takes it back.

It lies over the foot of the window, takes no focus and goes by itself; what comes next takes its place. A key
can undo while it is there.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.labels import Label
from app.widgets.names import named
from app.widgets.timers import Later

SHOWN_MS = 7_000
FOOT_PX = 26
_SIDE_PX = 16
_MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Toast(QFrame):
    """One line over a window."""

    def __init__(self, window: QWidget, foot: QWidget | None = None) -> None:
        """
        Hidden.

        Args:
            window: Over which it lies.
            foot: What is not to be covered at the foot of the window while it is there.
        """
        super().__init__(window)
        self._foot = foot
        named(self, "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._undo: Callable[[], object] | None = None
        self.text = named(Label(), "toastText")
        self.button = named(QPushButton(self.tr("Undo")), "toastButton")
        self.button.clicked.connect(self.undo)
        self._row = row = QHBoxLayout(self)
        row.setSpacing(12)
        row.addWidget(self.text)
        row.addWidget(self.button)
        self._later = Later(self, SHOWN_MS, self.hide)
        window.installEventFilter(self)
        if foot is not None:
            foot.installEventFilter(self)
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
        self._row.setContentsMargins(_SIDE_PX, 8, 8 if undo is not None else _SIDE_PX, 8)
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
        floor = parent.height() - FOOT_PX
        if self._foot is not None and self._foot.isVisible():
            floor = min(floor, self._foot.mapTo(parent, QPoint(0, 0)).y() - FOOT_PX // 2)
        self.move((parent.width() - self.width()) // 2, floor - self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot of the window."""
        if event.type() in _MOVES and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
