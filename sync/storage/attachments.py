"""
Attachments and undo notes in the client's store: bytes under their hash, where they stand with the server,
and what the app wants back per document.

What it is not: transferring them (sync.client.transfers). Invariants:
- Bytes are stored under the SHA-256 of exactly these bytes; pieces become an attachment only when they are.
- Which documents name an attachment is derived from the documents (projections); what is to be sent or
  fetched follows from that and from what the server said, and is stored nowhere else.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Final, NamedTuple

from sync.storage.rows import AttachmentRow

UNKNOWN_MIME: Final = "application/octet-stream"
"""Of what was fetched: notes say what it is."""


class Due(NamedTuple):
    """One attachment that is to be sent to, or fetched from, one notebook; a document there names it."""

    sha256: str
    size_bytes: int
    """0 where it is not known yet."""
    notebook: str
    stream: str
    document: str


class FileCounts(NamedTuple):
    """How the attachments of a library stand with its server."""

    waiting: int = 0
    """Here, and not on the server yet."""
    wanted: int = 0
    """Named by notes, and not here yet."""
    refused: int = 0


def save(connection: sqlite3.Connection, body: bytes, mime: str) -> str:
    """Store bytes once, however often they are saved; returns their SHA-256 as hexadecimal text."""
    sha256 = hashlib.sha256(body).hexdigest()
    connection.execute(
        "INSERT OR IGNORE INTO attachments(sha256, mime, size, state, body) VALUES (?, ?, ?, 'local', ?)",
        (sha256, mime, len(body), body),
    )
    return sha256


def load(connection: sqlite3.Connection, sha256: str) -> bytes | None:
    """Return the bytes, or None when they are not on this computer."""
    row = connection.execute("SELECT body FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else row[0]


def rows(connection: sqlite3.Connection) -> list[AttachmentRow]:
    """Return all attachments without their bytes."""
    found = connection.execute("SELECT sha256, mime, size, state FROM attachments ORDER BY sha256")
    return [AttachmentRow._make(row) for row in found]


# --- which documents name which ------------------------------------------------------------------


def save_uses(connection: sqlite3.Connection, document: int, named: set[str]) -> bool:
    """Store which attachments a document names; returns whether that changed."""
    known = {
        row[0]
        for row in connection.execute("SELECT sha256 FROM attachment_uses WHERE document = ?", (document,))
    }
    if known == named:
        return False
    connection.executemany(
        "DELETE FROM attachment_uses WHERE document = ? AND sha256 = ?",
        [(document, sha256) for sha256 in known - named],
    )
    connection.executemany(
        "INSERT INTO attachment_uses(sha256, document) VALUES (?, ?)",
        [(sha256, document) for sha256 in named - known],
    )
    return True


# --- what is to be sent and fetched --------------------------------------------------------------

_PLACES: Final = (
    " JOIN documents d ON d.key = u.document JOIN streams s ON s.key = d.stream"
    " JOIN notebooks b ON b.id = s.notebook"
    " LEFT JOIN attachment_places p ON p.sha256 = u.sha256 AND p.notebook = s.notebook"
)
_SENDABLE: Final = "p.state IS NULL AND s.role IN ('owner', 'editor')"
_WANTED: Final = (
    " WHERE NOT EXISTS (SELECT 1 FROM attachments a WHERE a.sha256 = u.sha256)"
    " AND b.local = 0 AND s.role <> 'none'"
)


def to_send(connection: sqlite3.Connection) -> list[Due]:
    """Return what may be sent now, the smallest first: its document is on the server as far as it goes."""
    found = connection.execute(
        "SELECT a.sha256, a.size, s.notebook, s.id, min(d.id) FROM attachment_uses u"
        f" JOIN attachments a ON a.sha256 = u.sha256{_PLACES} WHERE b.local = 0 AND {_SENDABLE}"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.document = d.key AND o.n > s.acked_n)"
        " GROUP BY a.sha256, s.notebook ORDER BY a.size, a.sha256"
    )
    return [Due(*row) for row in found]


def to_fetch(connection: sqlite3.Connection) -> list[Due]:
    """Return what notes name and is not here, that of the latest notes first."""
    found = connection.execute(
        "SELECT u.sha256, 0, s.notebook, s.id, min(d.id) FROM attachment_uses u"
        f"{_PLACES}{_WANTED} GROUP BY u.sha256, s.notebook ORDER BY max(d.updated_ms) DESC, u.sha256"
    )
    return [Due(*row) for row in found]


def counts(connection: sqlite3.Connection) -> FileCounts:
    """Return how many attachments wait to be sent, are wanted, and were refused."""
    waiting = connection.execute(
        f"SELECT count(DISTINCT u.sha256) FROM attachment_uses u{_PLACES} WHERE b.local < 2 AND {_SENDABLE}"
        " AND EXISTS (SELECT 1 FROM attachments a WHERE a.sha256 = u.sha256)"
    ).fetchone()
    wanted = connection.execute(
        f"SELECT count(DISTINCT u.sha256) FROM attachment_uses u{_PLACES}{_WANTED}"
    ).fetchone()
    refused = connection.execute(
        f"SELECT count(DISTINCT u.sha256) FROM attachment_uses u{_PLACES} WHERE p.state = 'refused'"
    ).fetchone()
    return FileCounts(waiting[0], wanted[0], refused[0])


def standing(connection: sqlite3.Connection, sha256: str) -> tuple[str, str]:
    """
    Return (state, why) of one attachment, as far as the store knows.

    waiting sent refused, or local where no server is to have it; wanted where it is not here, or absent
    where no server could give it either.
    """
    here = connection.execute("SELECT 1 FROM attachments WHERE sha256 = ?", (sha256,)).fetchone()
    uses = f"SELECT 1 FROM attachment_uses u{_PLACES}"
    if here is None:
        return ("wanted" if _any(connection, f"{uses}{_WANTED} AND u.sha256 = ?", sha256) else "absent"), ""
    said = connection.execute(
        "SELECT state, why FROM attachment_places WHERE sha256 = ? ORDER BY state LIMIT 1", (sha256,)
    ).fetchone()
    if said is not None and said[0] == "refused":
        return said[0], said[1]
    if _any(connection, f"{uses} WHERE b.local < 2 AND {_SENDABLE} AND u.sha256 = ?", sha256):
        return "waiting", ""
    return ("sent" if said is not None else "local"), ""


def _any(connection: sqlite3.Connection, query: str, sha256: str) -> bool:
    return connection.execute(f"{query} LIMIT 1", (sha256,)).fetchone() is not None


def save_place(connection: sqlite3.Connection, sha256: str, notebook: str, state: str, why: str = "") -> None:
    """Store what the server said of an attachment in a notebook: sent, or refused and why."""
    connection.execute(
        "INSERT OR REPLACE INTO attachment_places(sha256, notebook, state, why) VALUES (?, ?, ?, ?)",
        (sha256, notebook, state, why),
    )
    if state == "sent":
        connection.execute("UPDATE attachments SET state = 'sent' WHERE sha256 = ?", (sha256,))


def forget_refusals(connection: sqlite3.Connection) -> None:
    """Let what was refused be tried again."""
    connection.execute("DELETE FROM attachment_places WHERE state = 'refused'")


# --- pieces of what is being fetched -------------------------------------------------------------


def fetched(connection: sqlite3.Connection, sha256: str) -> int:
    """Return how many bytes of an attachment are here, from the first on."""
    row = connection.execute(
        "SELECT coalesce(sum(length(body)), 0) FROM attachment_pieces WHERE sha256 = ?", (sha256,)
    ).fetchone()
    return int(row[0])


def save_piece(connection: sqlite3.Connection, sha256: str, at: int, body: bytes) -> None:
    """Keep a piece that follows on those before it."""
    connection.execute(
        "INSERT OR IGNORE INTO attachment_pieces(sha256, at, body) VALUES (?, ?, ?)", (sha256, at, body)
    )


def finish(connection: sqlite3.Connection, sha256: str, notebook: str, rest: bytes) -> bool:
    """
    Make an attachment of its pieces and the rest, if these are the bytes that the hash says.

    Returns:
        Whether they are; otherwise the pieces are dropped.
    """
    pieces = connection.execute(
        "SELECT body FROM attachment_pieces WHERE sha256 = ? ORDER BY at", (sha256,)
    ).fetchall()
    body = b"".join([*(row[0] for row in pieces), rest])
    connection.execute("DELETE FROM attachment_pieces WHERE sha256 = ?", (sha256,))
    if hashlib.sha256(body).hexdigest() != sha256:
        return False
    save(connection, body, UNKNOWN_MIME)
    save_place(connection, sha256, notebook, "sent")
    return True


# --- undo ----------------------------------------------------------------------------------------


def save_undo(connection: sqlite3.Connection, document: str, body: bytes) -> None:
    """Keep what the app needs to restore carets when it undoes in a document."""
    connection.execute("INSERT OR REPLACE INTO undo(document, body) VALUES (?, ?)", (document, body))


def load_undo(connection: sqlite3.Connection, document: str) -> bytes | None:
    """Return what `save_undo` kept, or None."""
    row = connection.execute("SELECT body FROM undo WHERE document = ?", (document,)).fetchone()
    return None if row is None else row[0]
