"""
File names for exported notes and attachments: safe on every system, readable, unique in their folder.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LENGTH_MAX: Final = 80
"""Code points of a name without its ending."""
SIZE_MAX: Final = 180
"""Bytes of a name without its ending: file systems take 255, and " (12).html" must fit."""

_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffc]+'
)
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
)


def safe_name(text: str, otherwise: str) -> str:
    """
    A title as a file name without ending.

    Args:
        text: Any text.
        otherwise: What to use when nothing of it can stay.
    """
    name = " ".join(_UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).split())[:LENGTH_MAX]
    while len(name.encode("utf-8", "replace")) > SIZE_MAX:
        name = name[:-1]
    name = name.strip(" .")
    if name.startswith("~") or name.partition(".")[0].lower() in _RESERVED:
        name = "_" + name
    return name or otherwise


class Names:
    """The names that are taken in each folder. Case and accents' spelling make no difference."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str]] = set()

    def unique(self, folder: str, name: str, ending: str) -> str:
        """The name with its ending, and a number where it is taken."""
        number = 1
        while True:
            candidate = f"{name}{ending}" if number == 1 else f"{name} ({number}){ending}"
            key = (folder.casefold(), unicodedata.normalize("NFC", candidate).casefold())
            if key not in self._taken:
                self._taken.add(key)
                return candidate
            number += 1


def as_address(path: str) -> str:
    """A relative path as an address in a note: what an address would take otherwise is percent-encoded."""
    return "".join(letter if ord(letter) > 0x7F else quote(letter, safe="/~!$'*,;=@&+") for letter in path)
