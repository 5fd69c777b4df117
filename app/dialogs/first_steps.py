"""
The note of the first steps: on screen at the very first start, it teaches by being edited.

It is a draft as every new note: whoever changes nothing in it finds no trace of it, here or on a server.
Until something is written in a profile it comes back with each start; after that, from the menu.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from app.models.shortcuts import Shortcuts
from app.settings import Settings
from app.transfer.blocks import Attributes, Block, Span, tidy
from app.widgets.browsing import Browsing
from app.workspace import Workspace

CHECK: Final[Attributes] = {"kind": "check", "level": 0, "checked": False}
BULLET: Final[Attributes] = {"kind": "bullet", "level": 0}
HEADING: Final[Attributes] = {"kind": "heading", "level": 2}

BOLD: Final = "|"
"""Stands on both sides of bold words."""

COMMANDS: Final = ("tick", "undo", "new_note", "quick_open", "search", "palette")
"""Whose keys it names."""

WRITTEN: Final = "written"
"""The setting that says that somebody has begun a note in this profile."""


class FirstSteps(QObject):
    """Shows the note, in the language of the window and with the keys of this person."""

    def __init__(
        self, workspace: Workspace, browsing: Browsing, shortcuts: Shortcuts, settings: Settings
    ) -> None:
        """Note the first time that something is written."""
        super().__init__(browsing)
        self._browsing = browsing
        self._shortcuts = shortcuts
        self._settings = settings
        workspace.draft_begun.connect(self._note_written)

    def begin(self) -> None:
        """An empty library: show it, or to somebody who has written here before an empty note."""
        if self._settings.get(WRITTEN, False):
            self._browsing.new_note()
        else:
            self.show()

    def show(self) -> None:
        """Show the note, as a new one each time."""
        self._browsing.begin_with(self.tr("Welcome to Commonplace"), self.blocks())

    def blocks(self) -> list[Block]:
        """What it says."""
        said: list[tuple[Attributes, str]] = [
            (
                {},
                self.tr(
                    "This is a note like any other: change it, add to it, throw it away. Every letter is "
                    "kept on this computer as you type it, with no account and no network."
                ),
            ),
            (HEADING, self.tr("Try it in this note")),
            (CHECK, self.tr("Tick this box: click it, or press |{tick}|.")),
            (CHECK, self.tr("Begin an empty line with |-|, |1.|, |[]| or |#| and a blank.")),
            (CHECK, self.tr("Write two stars around a word, **so**, and it is bold.")),
            (CHECK, self.tr("Write |[[| and a few letters to link to another note.")),
            (CHECK, self.tr("Drop a picture or a file anywhere in the text.")),
            (CHECK, self.tr("Press |{undo}| to take it all back: what you did, never what others did.")),
            (HEADING, self.tr("Find your way")),
            (BULLET, self.tr("|{new_note}| begins a new note.")),
            (BULLET, self.tr("|{quick_open}| goes to any note by a few letters of its name.")),
            (BULLET, self.tr("|{search}| searches all notes.")),
            (BULLET, self.tr("|{palette}| finds every command, and shows its keys.")),
            (HEADING, self.tr("When you are ready")),
            (
                BULLET,
                self.tr("|Import folder…| in the menu |File| takes in Markdown, pages and vaults."),
            ),
            (
                BULLET,
                self.tr(
                    "|Connect a server…| below the notebooks takes your notes to your other computers, and "
                    "lets several people write in one note at the same time."
                ),
            ),
            (BULLET, self.tr("|First steps| in the menu |Help| shows this again.")),
        ]
        keys = {name: self._key(name) for name in COMMANDS}
        return tidy([(_spans(text.format_map(keys)), dict(attributes)) for attributes, text in said])

    def _key(self, name: str) -> str:
        """The keys of a command as people read them, or its name if they took all its keys away."""
        keys = self._shortcuts.keys(name).toString(QKeySequence.SequenceFormat.NativeText)
        return keys or self._shortcuts.actions[name].text()

    def _note_written(self, _: object) -> None:
        if not self._settings.get(WRITTEN, False):
            self._settings.set(WRITTEN, True)


def _spans(text: str) -> list[Span]:
    """Text whose bold words stand between BOLD."""
    return [(part, {"bold": True} if place % 2 else {}) for place, part in enumerate(text.split(BOLD))]
