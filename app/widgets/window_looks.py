"""
Size and place of a window on the screen, and the widths of its panes: kept from one start to the next.
"""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget

from app.settings import Settings
from app.widgets.panes import Panes


def restore_looks(window: QWidget, panes: Panes, settings: Settings) -> None:
    """Have a window as it was when the program ended last."""
    geometry = settings.get("geometry", "")
    if geometry:
        window.restoreGeometry(QByteArray(base64.b64decode(geometry)))
    widths = settings.get("panes", [])
    panes.restore([*widths[:2], *widths[3:]] if len(widths) == 4 else widths)


def keep_looks(window: QWidget, panes: Panes, settings: Settings) -> None:
    """Keep how a window looks for the next start."""
    settings.set("geometry", base64.b64encode(window.saveGeometry().data()).decode())
    settings.set("panes", panes.widths())
