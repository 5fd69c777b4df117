"""
The colours that a tag may have, by name: what notes keep. No Qt, so that a command knows them too.

A name rather than a value is kept, so that a tag is readable in the light and in the dark. Not here: what a
theme shows them as (`tag_colours`).
"""

from __future__ import annotations

import re
from typing import Final

NAMES: Final = ("red", "blue", "green", "purple", "orange", "teal", "pink", "olive")
"""In the order of a theme's colours of people."""

ON_PAPER: Final = ("#b3362b", "#1f66b0", "#2f7a43", "#8a4fb0", "#b35a00", "#23716b", "#b0306e", "#5a6b00")
"""The same as they look on white: those of the light theme, which a command does not read."""

QUIET: Final = "#6d6861"
"""A tag without a colour, on white."""

_VALUE = re.compile(r"#[0-9a-fA-F]{6}")


def is_value(kept: str) -> bool:
    """Whether a kept colour is one by itself, ``#rrggbb``, as importers may write it."""
    return _VALUE.fullmatch(kept) is not None


def on_paper(kept: str) -> str:
    """A kept colour as ``#rrggbb``, for white ground; a quiet one for what is no colour."""
    if kept in NAMES:
        return ON_PAPER[NAMES.index(kept)]
    return kept if is_value(kept) else QUIET
