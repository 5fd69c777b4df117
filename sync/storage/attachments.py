"""
Attachments and undo notes in the client's store: bytes under their hash, and what the app wants back per
document.

What it is not: transferring them. Invariant: bytes are stored under the SHA-256 of exactly these bytes.
"""

from __future__ import annotations

import hashlib
import sqlite3

from sync.storage.rows import AttachmentRow


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


def save_undo(connection: sqlite3.Connection, document: str, body: bytes) -> None:
    """Keep what the app needs to restore carets when it undoes in a document."""
    connection.execute("INSERT OR REPLACE INTO undo(document, body) VALUES (?, ?)", (document, body))


def load_undo(connection: sqlite3.Connection, document: str) -> bytes | None:
    """Return what `save_undo` kept, or None."""
    row = connection.execute("SELECT body FROM undo WHERE document = ?", (document,)).fetchone()
    return None if row is None else row[0]
