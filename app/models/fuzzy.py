"""
Finding names by a few of their letters: what the quick switcher, the command palette and `[[` look with.

Plain functions. A query is words; each has to be found somewhere in the name, as it stands or as letters in
their order. Case and accents count for nothing. Not here: searching in notes (`sync.storage.search`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

# What a word earns by how it is found; letters scattered over a name earn least.
_WHOLE = 400
_PREFIX = 300
_WORD = 200
_INSIDE = 100

# Longer queries are no abbreviations any more, and cost more than a frame over thousands of names.
QUERY_LENGTH_MAX = 200


class Match(NamedTuple):
    """How well a query fits a name, and which letters of the name it is."""

    score: int
    """Higher is better."""
    places: tuple[int, ...]
    """Indexes into the name, rising; what a list shows in bold."""


class Found(NamedTuple):
    """One of many names that fits."""

    number: int
    match: Match


def folded(text: str) -> str:
    """A text without case and accents, letter for letter: indexes stay what they are."""
    if text.isascii():
        return text.lower()
    return "".join(_plain(letter) for letter in text)


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[:1] or letter
    return base.lower()[:1]


def best(query: str, names: Sequence[str], limit: int) -> list[Found]:
    """
    The names that fit a query best, the best first; of equals those that stand first.

    Args:
        query: As it was typed; nothing but spaces finds nothing.
        names: Folded.
        limit: How many are wanted.

    Cost: about 10 ms over 11,024 titles.
    """
    words = folded(query[:QUERY_LENGTH_MAX]).split()
    if not words:
        return []
    letters = [re.compile("".join(f"[^{re.escape(c)}]*{re.escape(c)}" for c in word)) for word in words]
    candidates: Iterable[int] = range(len(names))
    for pattern in letters:
        candidates = [index for index in candidates if pattern.match(names[index])]
    found = [Found(number, _match(words, names[number])) for number in candidates]
    found.sort(key=lambda one: -one.match.score)
    return found[:limit]


def match(query: str, name: str) -> Match | None:
    """How a query fits one name, folded here; None when it does not."""
    found = best(query, [folded(name)], 1)
    return found[0].match if found else None


def _match(words: Sequence[str], name: str) -> Match:
    """The fit of words each of whose letters are in the name in their order."""
    score = 0
    places: set[int] = set()
    for word in words:
        earned, where = _word_match(word, name)
        score += earned
        places.update(where)
    # Of equals the shorter name is nearer to what was typed.
    return Match(score - min(len(name), 90), tuple(sorted(places)))


def _word_match(word: str, name: str) -> tuple[int, Sequence[int]]:
    place = name.find(word)
    if place < 0:
        return _scattered(word, name)
    if place == 0:
        earned = _WHOLE if len(word) == len(name) else _PREFIX
        return earned, range(len(word))
    begin = place
    while begin >= 0:
        if not name[begin - 1].isalnum():
            return _WORD, range(begin, begin + len(word))
        begin = name.find(word, begin + 1)
    return _INSIDE, range(place, place + len(word))


def _scattered(word: str, name: str) -> tuple[int, Sequence[int]]:
    """Letters in their order: those that begin words are preferred, gaps cost."""
    places: list[int] = []
    at = 0
    for number, letter in enumerate(word):
        first = name.find(letter, at)
        start = first
        while start > 0 and name[start - 1].isalnum():
            start = name.find(letter, start + 1)
        # A start of a word is taken only where the rest still fits behind it.
        chosen = start if start >= 0 and _holds(word[number + 1 :], name, start + 1) else first
        places.append(chosen)
        at = chosen + 1
    gaps = sum(1 for one, other in pairwise(places) if other != one + 1)
    starts = sum(1 for place in places if place == 0 or not name[place - 1].isalnum())
    return max(1, 40 + 10 * starts - 6 * gaps), places


def _holds(letters: str, name: str, at: int) -> bool:
    for letter in letters:
        at = name.find(letter, at) + 1
        if at == 0:
            return False
    return True
