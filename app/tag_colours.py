"""
The colours that a tag may have: their names, as notes keep them, and as what a theme shows them.

Not here: the themes (`theme`), choosing one (`dialogs.adornments`). A name rather than a value is kept, so
that a tag is readable in the light and in the dark.
"""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QColor

from app.theme import Theme

NAMES: Final = ("red", "blue", "green", "purple", "orange", "teal", "pink", "olive")
"""In the order of a theme's colours of people."""

_VALUE = re.compile(r"#[0-9a-fA-F]{6}")


def tag_colour(theme: Theme, kept: str) -> QColor:
    """What a kept colour looks like: one of NAMES, or ``#rrggbb``; a quiet one for anything else."""
    if kept in NAMES:
        return theme.person(NAMES.index(kept))
    return QColor(kept) if _VALUE.fullmatch(kept) else theme.colour("text_faint")
