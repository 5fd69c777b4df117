"""
Places in a note that a link may name: its headings.

A link says a heading as other programs do: by its text, whatever the case ("Using a box"), by the texts on
the way to it ("Boxes#Summary": the summary below the boxes), or by the slug that stands in addresses of files
("using-a-box", and "using-a-box-1" for the second of that text). `slugs` makes those as GitHub does; others
leave out or join a little more, so that at last letters and digits alone are compared. No Qt, no CRDT.

Invariant: `Outline(headings).find(slugs(headings)[n]) == n`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

TOP: Final = -1
"""Instead of the number of a heading: the title, above all of them."""

_NAMELESS: Final = "section"
"""The slug of a heading without letters and digits."""
_LEVEL_MAX: Final = 6
_EMBED: Final = "\ufffc"


class Heading(NamedTuple):
    """One heading of a note."""

    text: str
    level: int


def headings_of(blocks: Iterable[tuple[Iterable[tuple[str, Any]], Mapping[str, Any]]]) -> list[Heading]:
    """The headings of a body, in order."""
    return [
        Heading("".join(text for text, _ in spans).replace(_EMBED, ""), level_of(attributes))
        for spans, attributes in blocks
        if attributes.get("kind") == "heading"
    ]


def level_of(attributes: Mapping[str, Any]) -> int:
    """How deep a heading is, from 1; strange ones are taken for near ones."""
    level = attributes.get("level", 1)
    return min(max(level, 1), _LEVEL_MAX) if isinstance(level, int) else 1


def slugs(headings: Sequence[Heading]) -> list[str]:
    """What each heading is called in an address of a file: each once."""
    taken: dict[str, int] = {}
    made = []
    for heading in headings:
        bare = slug = _slug(heading.text)
        while slug in taken:
            taken[bare] += 1
            slug = f"{bare}-{taken[bare]}"
        taken[slug] = 0
        made.append(slug)
    return made


class Outline:
    """The headings of one note, ready to be asked for. Making one costs O(their text)."""

    def __init__(self, headings: Sequence[Heading], title: str = "") -> None:
        """
        Read the headings.

        Args:
            headings: In order.
            title: Of the note; what a file began with may have become it.
        """
        self.headings: Final = headings
        self._title: Final = title
        self.slugs: Final = slugs(headings)
        self._by_slug: Final = _first_places(self.slugs)
        self._keys: Final = [(key, [key(heading.text) for heading in headings]) for key in (_words, _letters)]
        self._by_key: Final = [_first_places(keys) for _, keys in self._keys]

    def find(self, place: str) -> int | None:
        """
        The heading that a link means.

        Args:
            place: As the link has it.

        Returns:
            Its number, TOP for the title, None where there is none such. Of several the first.

        Cost: O(place); O(headings) where it says a way.
        """
        for said in dict.fromkeys((place, unquote(place))):
            found = self._find(said)
            if found is not None:
                return found
        found = self._with_title.find(place) if self._with_title is not None else None
        return None if found is None else TOP if found == 0 else found - 1

    @cached_property
    def _with_title(self) -> Outline | None:
        return Outline([Heading(self._title, 1), *self.headings]) if self._title else None

    def _find(self, said: str) -> int | None:
        if said in self._by_slug:
            return self._by_slug[said]
        steps = [step for step in said.split("#") if step.strip()]
        for (key, keys), places in zip(self._keys, self._by_key, strict=True):
            found = places.get(key(said))
            if found is None and len(steps) > 1:
                found = self._below([key(step) for step in steps], keys)
            if found is not None:
                return found
        return None

    def _below(self, steps: Sequence[str], keys: Sequence[str]) -> int | None:
        """The first heading called as the last step that stands below headings called as those before it."""
        way: list[tuple[int, str]] = []
        for number, (heading, own) in enumerate(zip(self.headings, keys, strict=True)):
            while way and way[-1][0] >= heading.level:
                way.pop()
            passed = iter([name for _, name in way])
            if own and own == steps[-1] and all(step in passed for step in steps[:-1]):
                return number
            way.append((heading.level, own))
        return None


def _first_places(names: Iterable[str]) -> dict[str, int]:
    """Where each name comes first; one without letters is none."""
    places: dict[str, int] = {}
    for number, name in enumerate(names):
        if name:
            places.setdefault(name, number)
    return places


def _slug(text: str) -> str:
    """Small letters and digits of every script, `_` and `-`; a hyphen for each blank."""
    bare = unicodedata.normalize("NFC", text).strip().lower()
    hyphened = ("-" if letter.isspace() else letter for letter in bare)
    return "".join(letter for letter in hyphened if _is_of_word(letter)) or _NAMELESS


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter in "-_" or unicodedata.category(letter)[0] == "M"


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _letters(text: str) -> str:
    bare = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in bare if _is_of_word(letter) and letter not in "-_")
