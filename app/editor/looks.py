"""
Block attributes as the editor shows them: one `Look` per set of attributes.

A look is what painting, spacing and character formats need to know of a block: its kind, level and so on,
with unknown kinds shown as plain paragraphs and absurd levels cut down. The attributes themselves stay as
they are, in the block's key (`keys`); a look is derived and never written back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from app.editor.keys import values_of

LIST_KINDS: Final = frozenset({"bullet", "numbered", "check"})
LEVEL_MAX: Final = 8  # deeper levels are kept but drawn here: more would leave no width for the text
HEADING_LEVEL_MAX: Final = 6
JOINED_KINDS: Final = frozenset({"code", "quote"})  # drawn as boxes that alike neighbours share


class Look(NamedTuple):
    """
    How a block is drawn.

    `level` is 1-6 for headings, the depth from 0 for lists and quotes, steps of indentation for what belongs
    to a list item (paragraphs and code). `start` is the number a list item is given, 0 if it follows the one
    before. `language` is that of code.
    """

    kind: str
    level: int
    checked: bool
    alignment: str
    start: int
    language: str = ""

    @property
    def box(self) -> tuple[str, str] | None:
        """What neighbours must have in common to be drawn as one box; None for what stands in none."""
        return (self.kind, self.language) if self.kind in JOINED_KINDS else None

    @property
    def is_list(self) -> bool:
        """Whether the block has a marker of its own."""
        return self.kind in LIST_KINDS


PLAIN: Final = Look("paragraph", 0, False, "", 0)


def _level(value: object, low: int, high: int) -> int:
    return max(low, min(high, value)) if isinstance(value, int) else low


@lru_cache(maxsize=1024)
def look_of(attributes: str) -> Look:
    """
    Say how a block is drawn.

    Args:
        attributes: The key of its attributes.
    """
    values = values_of(attributes)
    kind = values.get("kind")
    alignment = values.get("alignment")
    aligned = alignment if isinstance(alignment, str) else ""
    if kind == "heading":
        return Look("heading", _level(values.get("level"), 1, HEADING_LEVEL_MAX), False, aligned, 0)
    level = _level(values.get("level"), 0, LEVEL_MAX)
    if isinstance(kind, str) and kind in LIST_KINDS:
        checked = kind == "check" and values.get("checked") is True
        start = values.get("start") if kind == "numbered" else 0
        return Look(
            kind, level, checked, aligned, start if isinstance(start, int) and 0 < start < 10**9 else 0
        )
    if kind == "quote":
        return Look("quote", level, False, aligned, 0)
    if kind == "code":
        language = values.get("language")
        return Look("code", level, False, aligned, 0, language if isinstance(language, str) else "")
    return Look("paragraph", level, False, aligned, 0)
