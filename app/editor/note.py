"""
What the editor asks of an open note, and nothing else of the workspace.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QColor

from app.editor.operations import Writable
from crdt.anchor import Anchor
from crdt.text import RichText

BODY: Final = ("body",)
"""The path of the text the editor shows."""


class NoteText(Protocol):
    """What an edit of a note hands out: the text to write into."""

    def text(self, path: tuple[str, ...], /) -> Writable:
        """Give the text at a path."""


class Note(Protocol):
    """An open note; `app.workspace.OpenNote` is one."""

    @property
    def id(self) -> str:
        """The document's id."""

    @property
    def body(self) -> RichText:
        """The text, to read."""

    @property
    def writable(self) -> bool:
        """Whether edits are taken now."""

    @property
    def patched(self) -> SignalInstance:
        """Emits [(path, patch)]: remote, undo and redo patches that the document has already."""

    @property
    def presence(self) -> SignalInstance:
        """Emits [Caret] of the others."""

    def edit(self, intent: Callable[[Any], None], /) -> None:
        """Edit the note; the intent gets a `NoteText`. Raises CrdtError when it asks for what cannot be."""

    def break_group(self) -> None:
        """Let what follows be undone apart."""

    def undo(self) -> bool:
        """Undo my last group; emits `patched`."""

    def redo(self) -> bool:
        """Redo what the last undo undid; emits `patched`."""

    def set_caret(self, anchor: Anchor, head: Anchor, /) -> None:
        """Tell the others where the selection begins and where the caret is, as anchors of the body."""


class Caret(NamedTuple):
    """Where somebody else is: anchors of the body. `colour` is one their name can be read on."""

    name: str
    colour: QColor
    anchor: Anchor
    head: Anchor
    idle: bool = False
    """Has not moved for a while: shown faintly."""
