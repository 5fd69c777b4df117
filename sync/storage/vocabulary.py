"""
All words of the search index, in memory: to find those that contain what was typed.

What it is not: the index (search.py). SQLite can list the words, but goes through the whole index for it,
which is too slow for every key. They are read piece by piece while nobody waits, the rest when it is needed,
and grow with what is indexed from then on; a word that no note has any more stays, and finds nothing.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Final

SIMILAR_MAX: Final = 64
"""Words that may stand for a part of one; more would be noise."""

PIECE: Final = 2_000
"""Words read in one go: some 4 ms."""

_WORDS = re.compile(r"[^\W_]+")


class Vocabulary:
    """The words of one library's index. Used on the thread that owns the store."""

    def __init__(self) -> None:
        self._terms: set[str] = set()
        self._read_to: str | None = ""  # the last word read, in the index's order; None: all are

    def forget(self) -> None:
        """Read them anew when they are needed next."""
        self._terms.clear()
        self._read_to = ""

    def learn(self, plain_text: str) -> None:
        """Add the words of a text that was indexed, folded as the index folds. Cost: O(text)."""
        if self._read_to != "":
            self._terms.update(_WORDS.findall(plain_text))

    def read(self, connection: sqlite3.Connection) -> bool:
        """Read the next PIECE of the words; whether there are more."""
        if self._read_to is None:
            return False
        found = connection.execute(
            "SELECT term FROM search_words WHERE term > ? ORDER BY term LIMIT ?", (self._read_to, PIECE)
        ).fetchall()
        self._terms.update(row[0] for row in found)
        self._read_to = found[-1][0] if len(found) == PIECE else None
        return self._read_to is not None

    def containing(self, connection: sqlite3.Connection, part: str) -> list[str]:
        """
        Return the words that contain a part, the shortest first, at most SIMILAR_MAX.

        Cost: 2 ms for 40,000 words; some 60 ms more while none are read.
        """
        while self.read(connection):
            pass
        found = [term for term in self._terms if part in term]
        found.sort(key=lambda term: (len(term), term))
        return found[:SIMILAR_MAX]
