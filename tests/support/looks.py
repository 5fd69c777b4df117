"""
The appearance for tests of single widgets: light, and put away afterwards.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication

from app.theme import Appearance


@contextmanager
def worn(app: QApplication) -> Iterator[Appearance]:
    """The light theme on the application, for as long as the block lasts."""
    palette, font = app.palette(), app.font()
    appearance = Appearance(app, "light")
    try:
        yield appearance
    finally:
        appearance.deleteLater()
        undress(app, palette, font)


def undress(app: QApplication, palette: QPalette, font: QFont) -> None:
    """
    Take the style sheet off again, if no widget is left that wears it.

    Outside an event loop Qt does not unpolish: a widget that outlived its sheet would be taken for known by
    the next one, whose cache never hears of its end, and read it after that.
    """
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if not app.allWidgets():
        app.setStyleSheet("")
        app.setPalette(palette)
        app.setFont(font)
