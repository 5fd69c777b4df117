"""
Looks for cycles of objects on the GUI thread alone.

Python looks for them on whichever thread happens to make objects. What the window has let go of would then
be destroyed on the engine's thread beside a GUI thread that paints it, and that ends the process. So Python's
own looking is switched off, and a timer of the GUI thread does it, by the same thresholds.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 500


class Collecting(QObject):
    """From its making until `end`, only the thread that made it looks for cycles."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Switch Python's own looking off. Made before there is a second thread."""
        super().__init__(parent)
        self._left_to_python = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> None:
        """Look where as much was made as Python would wait for. Cost: at most what `gc.collect` takes."""
        due = [
            generation
            for generation, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if most and count > most
        ]
        if due:
            gc.collect(due[-1])

    def end(self) -> None:
        """Leave it to whom it was left before."""
        self._timer.stop()
        if self._left_to_python:
            gc.enable()
