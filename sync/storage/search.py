"""
Full-text search: what goes into the index, what a person's query becomes, and the snippet that shows the hit.

What it is not: what is indexed when (projections.py), what was typed (query.py). Invariants:
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

from sync.storage.filters import Condition, conditions
from sync.storage.query import Query
from sync.storage.vocabulary import Vocabulary

SNIPPET_BEFORE: Final = 40
"""Code points shown before the hit; the rest of the line follows."""
SNIPPET_LENGTH: Final = 160
_SCANNED_MAX: Final = 200_000
"""Code points of a text looked through for its snippet: a search shows 50 of them while somebody types."""
_WITHOUT: Final = "n.document NOT IN (SELECT rowid FROM search WHERE search MATCH ?)"

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


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, runs without spaces as words of their own."""
    parted = _RUN.sub(lambda run: f" {run[0]} ", unicodedata.normalize("NFKC", text))
    return _WORD.findall(parted)


def expression(words: Sequence[str], phrases: Sequence[str] = ()) -> str:
    """
    Return the FTS5 expression that finds all the words, each as the beginning of one, and all the phrases; ""
    when there is nothing to find.
    """
    terms = [_term(word) for word in words]
    for phrase in phrases:
        tokens = words_of(phrase)
        if any(map(_RUN.fullmatch, tokens)):
            terms.extend(map(_term, tokens))
        elif tokens:
            terms.append(f'"{" ".join(tokens)}"')
    return " AND ".join(terms)


def _term(word: str) -> str:
    if not _RUN.fullmatch(word):
        return f'"{word}"*'
    pairs = _pairs(word)
    # The last pair of the query is a lone character, which only begins a token unless it ends its run in the
    # text.
    return f'"{" ".join(pairs[:-1])}"' if len(pairs) > 1 else f'"{pairs[0]}"*'


def matching(
    connection: sqlite3.Connection, vocabulary: Vocabulary, asked: Query, limit: int, *, trashed: bool = False
) -> list[int]:
    """
    Return the document keys of the notes that answer a query: the best first, or, where only filters are
    asked for, the latest first.

    Words are taken as beginnings of words; when nothing has them all, also as parts of words.

    Cost: under 30 ms on 11,024 notes.
    """
    words = words_of(" ".join(asked.words))
    wanted = expression(words, asked.phrases)
    if not wanted and not asked.filters and not asked.without:
        return []
    held = conditions(connection, asked.filters, trashed)
    held += [
        Condition(
            "n.document NOT IN (SELECT rowid FROM search WHERE search MATCH ?)", (expression(unwanted),)
        )
        for text in asked.without
        if (unwanted := words_of(text))
    ]
    if not wanted:
        has_words = bool(asked.words or asked.phrases)
        return [] if has_words else _latest(connection, held, limit)
    found = _ranked(connection, wanted, held, limit)
    if found or not words:
        return found
    return _ranked(connection, _by_parts(connection, vocabulary, words, asked.phrases), held, limit)


def _ranked(connection: sqlite3.Connection, wanted: str, held: Sequence[Condition], limit: int) -> list[int]:
    """Return document keys for an FTS5 expression; a hit in the title counts most, then tags."""
    if not wanted:
        return []
    rows = connection.execute(
        "SELECT n.document FROM search JOIN notes n ON n.document = search.rowid"
        f" JOIN documents d ON d.key = n.document WHERE search MATCH ? AND {_all(held)}"
        " ORDER BY bm25(search, 10.0, 1.0, 5.0), n.document LIMIT ?",
        (wanted, *(value for one in held for value in one.values), limit),
    )
    return [row[0] for row in rows]


def _latest(connection: sqlite3.Connection, held: Sequence[Condition], limit: int) -> list[int]:
    rows = connection.execute(
        f"SELECT n.document FROM notes n JOIN documents d ON d.key = n.document WHERE {_all(held)}"
        " ORDER BY d.updated_ms DESC, n.document LIMIT ?",
        (*(value for one in held for value in one.values), limit),
    )
    return [row[0] for row in rows]


def _all(held: Sequence[Condition]) -> str:
    return " AND ".join(f"({one.sql})" for one in held) or "1"


def _by_parts(
    connection: sqlite3.Connection, vocabulary: Vocabulary, words: Sequence[str], phrases: Sequence[str]
) -> str:
    """
    Return an expression in which each word stands for the indexed words that contain it; "" when one has
    none. Phrases stay what they are.
    """
    terms: list[str] = []
    for word in words:
        if _RUN.fullmatch(word):
            terms.append(_term(word))
            continue
        similar = vocabulary.containing(connection, plain(word))
        if not similar:
            return ""
        terms.append("(" + " OR ".join(f'"{term}"' for term in similar) + ")")
    others = expression((), phrases)
    return " AND ".join([*terms, others] if others else terms)


def plain(text: str) -> str:
    """Return a text folded as the index folds it: lower case, without accents. Its length may differ."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).lower()


def place_of(body: str, phrase: str) -> tuple[int, int] | None:
    """Return [start, end) of the first place where a phrase's words stand side by side; None: nowhere."""
    words = [re.escape(plain(word)) for word in words_of(phrase)]
    text = body[:_SCANNED_MAX]
    folded = text.lower() if text.isascii() else "".join(plain(letter)[:1] or "\0" for letter in text)
    found = re.search(r"(?<!\w)" + r"\W+".join(words) + r"(?!\w)", folded) if words else None
    return found.span() if found is not None else None


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
