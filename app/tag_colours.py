"""
The colours that a tag may have, as a theme shows them.

Not here: their names (`colour_names`), the themes (`theme`), choosing one (`dialogs.adornments`).
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.colour_names import NAMES, is_value
from app.theme import Theme


def tag_colour(theme: Theme, kept: str) -> QColor:
    """What a kept colour looks like: one of NAMES, or ``#rrggbb``; a quiet one for anything else."""
    if kept in NAMES:
        return theme.person(NAMES.index(kept))
    return QColor(kept) if is_value(kept) else theme.colour("text_faint")
