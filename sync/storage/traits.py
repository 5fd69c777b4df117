"""
What notes refer to, what they have and who wrote in them, in the client's store; and when this person looked
at them.

What it is not: reading that off a document (sync.model.references). Rows of `links`, `traits` and `authors`
are derived; `people` is what a server said, `looks` what happened here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sync.storage import search
from sync.storage.query import Query
from sync.storage.rows import LinkRow, Look, PersonRow, SentRow
from sync.storage.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sync.model.references import Content

MENTIONS_MAX: Final = 100
"""Notes looked through for a title that stands in them without being a link."""
TITLE_LENGTH_MIN: Final = 3
"""Code points of a title that is looked for: shorter ones stand everywhere."""


def save(
    connection: sqlite3.Connection, document: int, content: Content, written_ms: Mapping[int, int]
) -> None:
    """
    Store what a note has, in place of what it had.

    Args:
        written_ms: When each replica wrote in it last.
    """
    _replace(connection, "links", "target", document, content.links)
    _replace(connection, "traits", "trait", document, content.traits)
    rows = connection.execute("SELECT rid, last_ms FROM authors WHERE document = ?", (document,))
    if dict(rows.fetchall()) != dict(written_ms):
        connection.execute("DELETE FROM authors WHERE document = ?", (document,))
        connection.executemany(
            "INSERT INTO authors(document, rid, last_ms) VALUES (?, ?, ?)",
            [(document, rid, ms) for rid, ms in written_ms.items()],
        )


def _replace(
    connection: sqlite3.Connection, table: str, column: str, document: int, now: Iterable[str]
) -> None:
    rows = connection.execute(f"SELECT {column} FROM {table} WHERE document = ?", (document,))
    known, wanted = {row[0] for row in rows}, set(now)
    if known - wanted:
        connection.executemany(
            f"DELETE FROM {table} WHERE document = ? AND {column} = ?",
            [(document, value) for value in known - wanted],
        )
    if wanted - known:
        connection.executemany(
            f"INSERT INTO {table}(document, {column}) VALUES (?, ?)",
            [(document, value) for value in sorted(wanted - known)],
        )


# --- links ---------------------------------------------------------------------------------------


def backlinks(connection: sqlite3.Connection, note: str) -> list[LinkRow]:
    """Return the notes outside the trash that link to a note, the latest edited first."""
    rows = connection.execute(
        "SELECT d.id, n.title, b.name, n.preview, d.updated_ms, b.id FROM links l"
        " JOIN notes n ON n.document = l.document JOIN documents d ON d.key = n.document"
        " JOIN streams s ON s.key = d.stream JOIN notebooks b ON b.id = s.notebook"
        " WHERE l.target = ? AND n.trashed_ms IS NULL AND d.id <> ? ORDER BY d.updated_ms DESC, d.key",
        (note, note),
    )
    return [LinkRow(*row) for row in rows]


def mentions(connection: sqlite3.Connection, vocabulary: Vocabulary, note: str) -> list[LinkRow]:
    """
    Return the notes that have a note's title in their text and do not link to it, each with that place.

    Cost: a search for the title and MENTIONS_MAX texts.
    """
    found = connection.execute(
        "SELECT n.title FROM notes n JOIN documents d ON d.key = n.document WHERE d.id = ?", (note,)
    ).fetchone()
    title = "" if found is None else found[0]
    words = search.words_of(title)
    if len(title) < TITLE_LENGTH_MIN or not words:
        return []
    keys = search.matching(connection, vocabulary, Query(phrases=(title,)), MENTIONS_MAX)
    rows: list[LinkRow] = []
    for key in keys:
        row = connection.execute(
            "SELECT d.id, n.title, b.name, t.body, d.updated_ms, b.id FROM notes n"
            " JOIN documents d ON d.key = n.document JOIN texts t ON t.document = n.document"
            " JOIN streams s ON s.key = d.stream JOIN notebooks b ON b.id = s.notebook"
            " WHERE n.document = ? AND d.id <> ?"
            " AND NOT EXISTS (SELECT 1 FROM links l WHERE l.document = n.document AND l.target = ?)",
            (key, note, note),
        ).fetchone()
        if row is not None and search.place_of(row[3], title) is not None:
            id, name, place, body, updated_ms, notebook = row
            rows.append(LinkRow(id, name, place, search.snippet(body, title), updated_ms, notebook))
    return rows


# --- people --------------------------------------------------------------------------------------


def save_people(connection: sqlite3.Connection, people: Sequence[PersonRow]) -> None:
    """Store whose replicas are whose, as a server said."""
    connection.executemany("INSERT OR REPLACE INTO people(rid, account, name) VALUES (?, ?, ?)", people)


def people(connection: sqlite3.Connection) -> dict[int, PersonRow]:
    """Return everybody who is known, by replica."""
    rows = connection.execute("SELECT rid, account, name FROM people")
    return {row[0]: PersonRow(*row) for row in rows}


def strangers(connection: sqlite3.Connection, limit: int) -> dict[str, list[int]]:
    """Return, by notebook on the server, replicas that wrote in it and are nobody's as far as is known."""
    rows = connection.execute(
        "SELECT DISTINCT s.notebook, a.rid FROM authors a JOIN documents d ON d.key = a.document"
        " JOIN streams s ON s.key = d.stream JOIN notebooks b ON b.id = s.notebook"
        " WHERE b.local = 0 AND b.role <> 'none' AND NOT EXISTS (SELECT 1 FROM people p WHERE p.rid = a.rid)"
        " ORDER BY s.notebook, a.rid LIMIT ?",
        (limit,),
    )
    found: dict[str, list[int]] = {}
    for notebook, rid in rows:
        found.setdefault(notebook, []).append(rid)
    return found


def last_writers(
    connection: sqlite3.Connection, keys: Sequence[int] | None = None
) -> dict[int, tuple[str, bool]]:
    """
    Return, for each document in which somebody else wrote last, who that is, and whether this person has seen
    it since; of all documents, unless keys are given. Nothing where nobody else is known.

    Cost: 15 ms for 11,024 notes that are shared, nothing where no server has told of anybody.
    """
    mine = connection.execute("SELECT value FROM meta WHERE key = 'account'").fetchone()
    others = {
        rid: name
        for rid, name in connection.execute(
            "SELECT rid, name FROM people WHERE name <> '' AND account <> ?", (mine[0] if mine else "",)
        )
    }
    if not others:
        return {}
    chosen = "" if keys is None else f" WHERE a.document IN ({', '.join('?' * len(keys))})"
    rows = connection.execute(
        "SELECT a.document, a.rid, max(a.last_ms), l.at_ms FROM authors a"
        " JOIN documents d ON d.key = a.document LEFT JOIN looks l ON l.document = d.id"
        f"{chosen} GROUP BY a.document",
        keys or (),
    )
    return {
        document: (others[rid], seen_ms is None or seen_ms >= last_ms)
        for document, rid, last_ms, seen_ms in rows
        if rid in others
    }


def tags(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the tags of notes outside the trash, and how many notes have each; by name."""
    counts: dict[str, int] = {}
    rows = connection.execute(
        "SELECT tags, count(*) FROM notes WHERE tags <> '' AND trashed_ms IS NULL GROUP BY tags"
    )
    for text, count in rows:
        for tag in text.split("\n"):
            counts[tag] = counts.get(tag, 0) + count
    return dict(sorted(counts.items(), key=lambda one: (one[0].casefold(), one[0])))


def sent_of(connection: sqlite3.Connection, document: str, limit: int) -> list[SentRow]:
    """Return the deltas of a document that are kept to be sent, or sent again; the latest first."""
    rows = connection.execute(
        "SELECT o.n, o.size, o.n <= s.acked_n, o.rejected FROM outbox o JOIN streams s ON s.key = o.stream"
        " JOIN documents d ON d.key = o.document WHERE d.id = ? ORDER BY o.n DESC LIMIT ?",
        (document, limit),
    )
    return [SentRow(n, size, bool(acked), bool(rejected)) for n, size, acked, rejected in rows]


# --- looks ---------------------------------------------------------------------------------------


def save_look(connection: sqlite3.Connection, note: str, at_ms: int, version: Mapping[int, int]) -> None:
    """Note that this person saw a note as it was at a version, {replica: end}."""
    text = json.dumps({str(rid): end for rid, end in sorted(version.items())}, separators=(",", ":"))
    connection.execute(
        "INSERT OR REPLACE INTO looks(document, at_ms, version) VALUES (?, ?, ?)", (note, at_ms, text)
    )


def look(connection: sqlite3.Connection, note: str) -> Look | None:
    """Return when this person looked at a note last and what it was then; None when they never did."""
    row = connection.execute("SELECT at_ms, version FROM looks WHERE document = ?", (note,)).fetchone()
    if row is None:
        return None
    return Look(row[0], {int(rid): end for rid, end in json.loads(row[1]).items()})
