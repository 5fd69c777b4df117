"""
What a start of the window is for: a new note, a note to be shown, files to import, an invitation.

The words of a start become an `Errand`; a second start hands it to the window that is there. No Qt.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.note_address import read_address

PATHS_MAX: Final = 1_000
TEXT_LENGTH_MAX: Final = 4_096
"""Characters of a name, a path or a link."""

SHOWN_MAX: Final = 200
"""Characters of a link that leads nowhere: enough to know it again."""

OPTIONS: Final = ("--profile", "--data-model", "--open")
"""Options of the window that have a value."""

LINK_OPTION: Final = "--link"
"""All that is behind it is one link, which another program has given: nothing there is an option."""

_INVITATION: Final = re.compile(r"(?:https?|wss?)://[^/\s]+/(?:[^\s#]*/)?i/[^\s#]+#\S+")


class Errand(NamedTuple):
    """What shall be on screen; nothing of it for a start that only wants the window."""

    new: bool = False
    """A new note."""
    note: str = ""
    """A note to be shown: an id, the beginning of one, or a title."""
    paths: tuple[str, ...] = ()
    """Files and folders to import, absolute."""
    link: str = ""
    """An invitation."""
    activation: str = ""
    """The token by which a desktop lets the window of another process come to the front."""
    place: str = ""
    """A heading in the note, as `headings.Outline` finds it."""

    def encode(self) -> dict[str, Any]:
        """As plain values."""
        return {**self._asdict(), "paths": list(self.paths)}


NOTHING: Final = Errand()
"""The errand of a start that only wants the window."""


class Start(NamedTuple):
    """How to start the window."""

    errand: Errand
    profile: str | None
    data_model: str | None
    for_qt: tuple[str, ...]
    """What stands behind "--"."""


def decode(value: object) -> Errand:
    """
    An errand that another start has handed over.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(value, dict):
        raise ValueError("an errand is an object")
    new, note, paths, link, activation, place = (value.get(name) for name in Errand._fields)
    if not isinstance(new, bool) or not isinstance(paths, list) or len(paths) > PATHS_MAX:
        raise ValueError("an errand has its fields")
    for text in (note, link, activation, place, *paths):
        if not isinstance(text, str) or len(text) > TEXT_LENGTH_MAX:
            raise ValueError("names, paths and links are texts")
    return Errand(new, str(note), tuple(paths), str(link), str(activation), str(place))


def understood(words: Sequence[str], folder: Path) -> Start | None:
    """
    Words that ask for the window.

    Args:
        words: Of the program's start.
        folder: What paths are relative to.

    Returns:
        None when they are for the command line, be it to say what is wrong with them.
    """
    options: dict[str, str] = {}
    errand = NOTHING
    index = 0
    while index < len(words):
        word = words[index]
        name, equals, value = word.partition("=")
        if word == "--":
            break
        if word == LINK_OPTION:
            errand = _linked(errand, " ".join(words[index + 1 :]))
            index = len(words)
            break
        if word == "--new":
            errand = errand._replace(new=True)
        elif name in OPTIONS and (equals or index + 1 < len(words)):
            options[name] = value if equals else words[index + 1]
            index += 0 if equals else 1
        else:
            more = _named(errand, word, folder)
            if more is None:
                return None
            errand = more
        index += 1
    if "--open" in options:
        errand = errand._replace(note=options["--open"])
    return Start(errand, options.get("--profile"), options.get("--data-model"), tuple(words[index + 1 :]))


def _linked(errand: Errand, link: str) -> Errand:
    """The errand with a link from another program. One that leads nowhere is said to in the window."""
    link = link.strip()
    target = read_address(link) if len(link) <= TEXT_LENGTH_MAX else None
    if target is not None:
        return errand._replace(note=target.note, place=target.place)
    if _INVITATION.fullmatch(link) and len(link) <= TEXT_LENGTH_MAX:
        return errand._replace(link=link)
    return errand._replace(note=link[:SHOWN_MAX])


def _named(errand: Errand, word: str, folder: Path) -> Errand | None:
    """The errand with what a word names; None for a word that names nothing of ours."""
    target = read_address(word)
    if target is not None:
        return errand._replace(note=target.note, place=target.place)
    if _INVITATION.fullmatch(word):
        return errand._replace(link=word)
    # A command's name is never taken for a file: a file of such a name is written ./list.
    if not word.startswith("-") and (os.sep in word or Path(word).suffix):
        path = folder / word
        if path.exists() and len(errand.paths) < PATHS_MAX:
            return errand._replace(paths=(*errand.paths, str(path)))
    return None
