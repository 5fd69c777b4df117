"""
Addresses of notes: inside the library `note:ID`, for other programs `commonplace://note/ID`.

Behind a `#` may stand a place in the note: a heading, as `headings.Outline` finds it. Needs nothing: a start
of the program has words to understand before anything is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

INSIDE: Final = "note:"
SCHEME: Final = "commonplace"
"""The scheme that this program is registered for."""

_ADDRESS: Final = re.compile(r"(?i:(note:)|commonplace:(?://)?note/)([A-Za-z0-9_-]{22})/?(?:#(.*))?")


class LinkTarget(NamedTuple):
    """What a link leads to."""

    note: str
    """Its id; "" for the note that the link is in."""
    place: str = ""
    """A heading in it, by its text or as a file's address says it; "" for the whole note."""

    @property
    def link(self) -> str:
        """The value of the mark `link`."""
        sign = "#" if self.place else ""
        return f"{INSIDE if self.note else ''}{self.note}{sign}{self.place}"


def target_of(link: str) -> LinkTarget | None:
    """What the value of a mark `link` leads to among notes; None when that is elsewhere, or nothing."""
    bare, _, place = link.removeprefix(INSIDE).partition("#")
    if link.startswith(INSIDE):
        return LinkTarget(bare, place)
    return LinkTarget("", place) if not bare and place else None


def shown_note(embed: Mapping[str, Any]) -> LinkTarget | None:
    """The note that an embed stands for, and the place in it; None for any other embed."""
    note, place = embed.get("id"), embed.get("place", "")
    if embed.get("type") != "note" or not isinstance(note, str):
        return None
    return LinkTarget(note, place if isinstance(place, str) else "")


def read_address(address: str) -> LinkTarget | None:
    """What an address that somebody gives leads to; None when that is no note."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    place = found[3] or ""
    return LinkTarget(found[2], place if found[1] else unquote(place))


def address_for_others(note: str) -> str:
    """The address of a note that other programs open with this one."""
    return f"{SCHEME}://note/{note}"
