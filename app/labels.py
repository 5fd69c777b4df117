"""
Words in windows as they are written: what others wrote is never taken for markup.

Qt takes a text with a tag in it for HTML, in labels and in tool tips, and would hide the tag, set the words
as it says and read the files that it names. Titles of notes and names of people hold any letters. Not here:
the line below a title, which is HTML of ours (`widgets.note_view`).
"""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


class Label(QLabel):
    """A label that shows its words letter by letter."""

    def __init__(self, *given: Any, **properties: Any) -> None:
        """As `QLabel`."""
        super().__init__(*given, **properties)
        self.setTextFormat(Qt.TextFormat.PlainText)


def tip(words: str) -> str:
    """Words for a tool tip, which shows them letter by letter."""
    if not {"<", "&"} & set(words):
        return words
    return f"<span>{escape(words)}</span>".replace("\n", "<br>")
