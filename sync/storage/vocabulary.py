"""
All words of the search index, in memory: to find those that contain what was typed.

What it is not: the index (search.py). SQLite can list the words, but goes through the whole index for it,
which is too slow for every key. They are read when they are first needed and grow with what is indexed from
then on; a word that no note has any more stays, and finds nothing.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

SIMILAR_MAX: Final = 64
"""Words that may stand for a part of one; more would be noise."""

_WORDS = re.compile(r"[^\W_]+")


class Vocabulary:
    """The words of one library's index. Used on the thread that owns the store."""

    def __init__(self) -> None:
        self._terms: set[str] | None = None

    def forget(self) -> None:
        """Read them anew when they are needed next."""
        self._terms = None

    def learn(self, plain_text: str) -> None:
        """Add the words of a text that was indexed, folded as the index folds. Cost: O(text)."""
        if self._terms is not None:
            self._terms.update(_WORDS.findall(plain_text))

    def containing(self, connection: sqlite3.Connection, part: str) -> list[str]:
        """
        Return the words that contain a part, the shortest first, at most SIMILAR_MAX.

        Cost: 2 ms for 40,000 words; the first time some 60 ms more.
        """
        if self._terms is None:
            self._terms = {row[0] for row in connection.execute("SELECT term FROM search_words")}
        found = [term for term in self._terms if part in term]
        found.sort(key=lambda term: (len(term), term))
        return found[:SIMILAR_MAX]
