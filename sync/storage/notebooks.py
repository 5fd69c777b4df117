"""
Notebooks and their streams in the client's store, and how they come to belong to an account.

What it is not: calls to a server (the engine) or permission (the server decides; roles here only tell the app
what to offer). Invariants:
- Document ids never change: links and outbox chains survive the adoption by an account.
- A notebook that the account lost keeps its notes here, with role "none".
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sync.storage.outbox import make_streams
from sync.storage.rows import NotebookRow

COLLECTIONS: Final = ("notes", "folders", "comments")
"""The streams of a notebook: the collections of the data model, named here because listing needs no model."""

PERSONAL_NAME: Final = "Personal"

ON_SERVER: Final = 0
TO_BE_MADE: Final = 1
STAYS_HERE: Final = 2
"""Values of notebooks.local."""


def rows(connection: sqlite3.Connection) -> list[NotebookRow]:
    """Return all notebooks in the order in which they came, with the number of notes outside the trash."""
    found = connection.execute(
        "SELECT b.id, b.name, b.role, b.local, ("
        "  SELECT count(*) FROM streams s JOIN documents d ON d.stream = s.key"
        "  JOIN notes n ON n.document = d.key"
        "  WHERE s.notebook = b.id AND s.collection = 'notes' AND n.trashed_ms IS NULL"
        "), b.members, b.note FROM notebooks b ORDER BY b.position, b.id"
    )
    shown = [NotebookRow(id, name, role, bool(local), *rest) for id, name, role, local, *rest in found]
    moved = connection.execute(  # shown where they shall be
        "SELECT s.notebook, m.notebook FROM moves m JOIN documents d ON d.key = m.document"
        " JOIN streams s ON s.key = d.stream JOIN notes n ON n.document = d.key WHERE n.trashed_ms IS NULL"
    ).fetchall()
    if not moved:
        return shown
    more = Counter(there for _, there in moved)
    more.subtract(here for here, _ in moved)
    return [row._replace(notes=row.notes + more[row.id]) for row in shown]


def add(
    connection: sqlite3.Connection, notebook: str, name: str, role: str, local: int, note: str = ""
) -> None:
    """Add a notebook with its streams; ``note``: the one that it is made for."""
    connection.execute(
        "INSERT INTO notebooks(id, name, role, local, position, note)"
        " VALUES (?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM notebooks), ?)",
        (notebook, name, role, local, note),
    )
    make_streams(connection, notebook, COLLECTIONS, role)


def rename(connection: sqlite3.Connection, notebook: str, name: str) -> None:
    """Give a notebook another name, here only."""
    connection.execute("UPDATE notebooks SET name = ? WHERE id = ?", (name, notebook))


def to_be_made(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return (id, name, note that it is made for) of the notebooks that the server shall be told about."""
    return connection.execute(
        "SELECT id, name, note FROM notebooks WHERE local = ? ORDER BY position", (TO_BE_MADE,)
    ).fetchall()


def adopt(connection: sqlite3.Connection, personal: str, mine: str | None, *, all_of_it: bool) -> None:
    """
    Let an account take over a library that never belonged to one.

    Args:
        personal: The account's own notebook.
        mine: The local one that becomes it, when it is still local; None when there is none.
        all_of_it: False keeps what is here out of the account: it stays on this computer.
    """
    if not all_of_it:
        connection.execute("UPDATE notebooks SET local = ? WHERE local = ?", (STAYS_HERE, TO_BE_MADE))
        return
    taken = connection.execute("SELECT 1 FROM notebooks WHERE id = ?", (personal,)).fetchone()
    local = connection.execute("SELECT local FROM notebooks WHERE id = ?", (mine,)).fetchone()
    if taken is None and local is not None and local[0] != ON_SERVER:
        _relabel(connection, str(mine), personal)


def _relabel(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give a notebook another id; its streams follow, its documents keep theirs."""
    connection.execute("UPDATE notebooks SET id = ?, local = ? WHERE id = ?", (new, ON_SERVER, old))
    connection.execute("UPDATE streams SET id = notebook || '/' || collection WHERE notebook = ?", (new,))
    # Another thread may still be writing under the old name: outbox.stream_row follows this.
    connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES ('moved:' || ?, ?)", (old, new))


def set_account_notebooks(
    connection: sqlite3.Connection,
    account_rows: Sequence[tuple[str, str, str]],
    shared: Sequence[tuple[str, int, str, Sequence[tuple[str, str]]]] = (),
) -> tuple[list[str], list[str]]:
    """
    Bring names and roles to what the account has now.

    Args:
        account_rows: (id, name, role) of every notebook of the account.
        shared: (id, members, note that it was made for, [(collection, role)]) of those that are special.

    Returns:
        Ids of the notebooks that are new here or whose role changed, and of those that were lost.
    """
    before = {
        id: (name, role, local)
        for id, name, role, local in connection.execute("SELECT id, name, role, local FROM notebooks")
    }
    changed: list[str] = []
    for notebook, name, role in account_rows:
        known = before.get(notebook)
        if known is None:
            add(connection, notebook, name, role, ON_SERVER)
            changed.append(notebook)
        elif known != (name, role, ON_SERVER):
            connection.execute(
                "UPDATE notebooks SET name = ?, role = ?, local = ? WHERE id = ?",
                (name, role, ON_SERVER, notebook),
            )
            if known[1] != role:
                changed.append(notebook)
    special = {id: (members, note, roles) for id, members, note, roles in shared}
    for notebook, _, role in account_rows:
        members, note, roles = special.get(notebook, (1, "", ()))
        connection.execute(
            "UPDATE notebooks SET members = ?1, note = ?2 WHERE id = ?3 AND (members <> ?1 OR note <> ?2)",
            (members, note, notebook),
        )
        _set_role(connection, notebook, role, {} if role == "owner" else dict(roles))
    still = {row[0] for row in account_rows}
    lost = [
        id
        for id, (_, role, local) in before.items()
        if local == ON_SERVER and id not in still and role != "none"
    ]
    for notebook in lost:
        connection.execute("UPDATE notebooks SET role = 'none' WHERE id = ?", (notebook,))
        _set_role(connection, notebook, "none")
    return changed, lost


def _set_role(
    connection: sqlite3.Connection, notebook: str, role: str, own: Mapping[str, str] | None = None
) -> None:
    """Give the streams of a notebook its role, or (own) the one that a collection has of its own."""
    connection.executemany(
        "UPDATE streams SET role = ?1 WHERE notebook = ?2 AND collection = ?3 AND role <> ?1",
        [((own or {}).get(name, role), notebook, name) for name in COLLECTIONS],
    )


def made(connection: sqlite3.Connection, notebook: str) -> None:
    """Note that the server knows a notebook now."""
    connection.execute("UPDATE notebooks SET local = ?, role = 'owner' WHERE id = ?", (ON_SERVER, notebook))
    _set_role(connection, notebook, "owner")
