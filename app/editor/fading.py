"""
The toolbar steps back while somebody writes, and is there again when the mouse or the focus asks for it.

It stays in its place and can be used all the time; only its strength changes, at once where the system asks
for no motion.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QStyle, QTextEdit, QWidget

QUIET_OPACITY: Final = 0.35
KEYS_BEFORE: Final = 8
"""Keys in a row that are writing and not a shortcut on the way to the toolbar."""
REST_MS: Final = 2_500  # without a key, and it comes back
_FADE_MS: Final = 150


class Fading(QObject):
    """Fades one row of controls over one text."""

    def __init__(self, row: QWidget, view: QTextEdit) -> None:
        """Args: row: Is full at first; view: Where writing and the mouse are watched."""
        super().__init__(row)
        self._keys = 0
        self._effect = QGraphicsOpacityEffect(row)
        self._effect.setOpacity(1.0)
        self._effect.setEnabled(False)  # it costs a picture at each paint
        row.setGraphicsEffect(self._effect)
        self._row: Final = row
        self._motion = QPropertyAnimation(self._effect, b"opacity", self)
        self._motion.finished.connect(self._settle)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.come_back)
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)
        row.installEventFilter(self)

    @property
    def is_quiet(self) -> bool:
        """Whether the row has stepped back, or is about to."""
        return self._keys >= KEYS_BEFORE

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt: count keys that write; anything else asks for the row."""
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and event.text().isprintable():
            if event.text():
                self._keys += 1
                self._rest.start()
                if self._keys == KEYS_BEFORE:
                    self._fade_to(QUIET_OPACITY)
        elif kind in (QEvent.Type.MouseMove, QEvent.Type.Enter, QEvent.Type.FocusOut, QEvent.Type.Wheel):
            self.come_back()
        return super().eventFilter(watched, event)

    def come_back(self) -> None:
        """Be there as before."""
        was_quiet, self._keys = self.is_quiet, 0
        self._rest.stop()
        if was_quiet:
            self._fade_to(1.0)

    def _fade_to(self, opacity: float) -> None:
        self._effect.setEnabled(True)
        moves = bool(
            self._row.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self._row)
        )
        self._motion.stop()
        self._motion.setDuration(_FADE_MS if moves else 0)
        self._motion.setStartValue(self._effect.opacity())
        self._motion.setEndValue(opacity)
        self._motion.start()

    def _settle(self) -> None:
        if not self.is_quiet:
            self._effect.setEnabled(False)
