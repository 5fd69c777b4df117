"""
The appearance for tests of single widgets: light, and put away afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.theme import Appearance


@contextmanager
def worn(app) -> Iterator[Appearance]:
    """The light theme on the application, for as long as the block lasts."""
    palette, font = app.palette(), app.font()
    appearance = Appearance(app, "light")
    try:
        yield appearance
    finally:
        appearance.deleteLater()
        app.setStyleSheet("")
        app.setPalette(palette)
        app.setFont(font)
