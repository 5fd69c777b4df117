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
from collections.abc import Collection, Iterable, Mapping, Sequence
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

RENAMED: Final = "renamed:"
"""Before the id of a notebook that was renamed here: the key in `meta` of the name that the server has."""

HIDDEN: Final = "hidden:"
"""Before the id of a notebook that was deleted: a key in `meta`; the value: whether the server knows."""

NOT_TOLD: Final = "1"
TOLD: Final = "told"

OWNER: Final = "owner_of:"
"""Before the id of a notebook of somebody else: the key in `meta` of that person's name."""

SHOWN: Final = "shown:"
"""Before the id of a notebook that was taken back here, and that the server still has for deleted."""


def rows(connection: sqlite3.Connection) -> list[NotebookRow]:
    """Return all notebooks in the order in which they came, with the number of notes outside the trash."""
    found = connection.execute(
        "SELECT b.id, b.name, b.role, b.local, ("
        "  SELECT count(*) FROM streams s JOIN documents d ON d.stream = s.key"
        "  JOIN notes n ON n.document = d.key"
        "  WHERE s.notebook = b.id AND s.collection = 'notes' AND n.trashed_ms IS NULL"
        "), b.members, b.note, EXISTS (SELECT 1 FROM meta m WHERE m.key = ? || b.id),"
        " (SELECT m.value FROM meta m WHERE m.key = ? || b.id)"
        " FROM notebooks b ORDER BY b.position, b.id",
        (HIDDEN, OWNER),
    )
    shown = [
        NotebookRow(
            id, name, role, bool(local), notes, members, note, bool(hidden),
            owner=None if role == "owner" else owner or "",
        )
        for id, name, role, local, notes, members, note, hidden, owner in found
    ]  # fmt: skip
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
    """Give a notebook another name; where a server has it, it shall be told."""
    row = connection.execute("SELECT name, local FROM notebooks WHERE id = ?", (notebook,)).fetchone()
    if row is None:
        return
    connection.execute("UPDATE notebooks SET name = ? WHERE id = ?", (name, notebook))
    if row[1] == ON_SERVER:
        _tell_if_renamed(connection, notebook, row[0])


def _tell_if_renamed(connection: sqlite3.Connection, notebook: str, theirs: str) -> None:
    """The server calls it ``theirs``, or what was noted before: another name shall be told to it."""
    connection.execute("INSERT OR IGNORE INTO meta(key, value) VALUES (?, ?)", (RENAMED + notebook, theirs))
    _forget_if_named(connection, notebook)


def _forget_if_named(connection: sqlite3.Connection, notebook: str) -> None:
    """There is nothing to tell where the server calls it so already."""
    connection.execute(
        "DELETE FROM meta WHERE key = ?1 AND value = (SELECT name FROM notebooks WHERE id = ?2)",
        (RENAMED + notebook, notebook),
    )


def to_be_renamed(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (id, name) of the notebooks that were renamed here and have another name on the server."""
    return connection.execute(
        "SELECT b.id, b.name FROM meta m JOIN notebooks b ON m.key = ? || b.id WHERE b.local = ?",
        (RENAMED, ON_SERVER),
    ).fetchall()


def named(connection: sqlite3.Connection, notebook: str, name: str) -> None:
    """Note what the server calls a notebook now."""
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", (name, RENAMED + notebook))
    _forget_if_named(connection, notebook)


def keep_server_name(connection: sqlite3.Connection, notebook: str) -> None:
    """Give up the name that a notebook was given here."""
    key = RENAMED + notebook
    connection.execute(
        "UPDATE notebooks SET name = (SELECT value FROM meta WHERE key = ?1)"
        " WHERE id = ?2 AND EXISTS (SELECT 1 FROM meta WHERE key = ?1)",
        (key, notebook),
    )
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def set_hidden(connection: sqlite3.Connection, notebook: str, hidden: bool) -> None:
    """Delete a notebook, or have it back; where a server has it, it shall be told."""
    _, there = _hidden(connection).get(notebook, (False, False))
    _set_hidden(connection, notebook, hidden, there)


def to_be_hidden(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    """Return (id, whether it is deleted) of the notebooks of which the server believes otherwise."""
    pending = {id: here for id, (here, there) in _hidden(connection).items() if here != there}
    own = connection.execute(
        "SELECT id FROM notebooks WHERE local = ? AND role = 'owner' ORDER BY position", (ON_SERVER,)
    )
    return [(id, pending[id]) for (id,) in own if id in pending]


def hidden_there(connection: sqlite3.Connection, notebook: str, hidden: bool) -> None:
    """Note what the server was told of a notebook."""
    here, _ = _hidden(connection).get(notebook, (False, False))
    _set_hidden(connection, notebook, here, hidden)


def keep_server_hidden(connection: sqlite3.Connection, notebook: str) -> None:
    """Have a notebook deleted or not as the server has it."""
    _, there = _hidden(connection).get(notebook, (False, False))
    _set_hidden(connection, notebook, there, there)


def _hidden(connection: sqlite3.Connection) -> dict[str, tuple[bool, bool]]:
    """Return {notebook: (deleted here, deleted on the server)} where either is."""
    found: dict[str, tuple[bool, bool]] = {}
    for mark in (HIDDEN, SHOWN):
        rows = connection.execute(
            "SELECT substr(key, ?1), value FROM meta WHERE key >= ?2 AND key < ?2 || char(0x10ffff)",
            (len(mark) + 1, mark),
        )
        found |= {id: (mark == HIDDEN, mark == SHOWN or value == TOLD) for id, value in rows}
    return found


def _set_hidden(connection: sqlite3.Connection, notebook: str, here: bool, there: bool) -> None:
    """Store whether a notebook is deleted here, and on the server."""
    keys = (HIDDEN + notebook, SHOWN + notebook)
    connection.execute("DELETE FROM meta WHERE key IN (?, ?)", keys)
    if here or there:
        values = (keys[0 if here else 1], TOLD if there else NOT_TOLD)
        connection.execute("INSERT INTO meta(key, value) VALUES (?, ?)", values)


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
    hidden: Collection[str] = (),
) -> tuple[list[str], list[str]]:
    """
    Bring names and roles to what the account has now.

    Args:
        account_rows: (id, name, role) of every notebook of the account.
        shared: (id, members, note that it was made for, [(collection, role)]) of those that are special.
        hidden: The ids of those that were deleted, on any device.

    Returns:
        Ids of the notebooks that are new here or whose role changed, and of those that were lost.
    """
    before = {
        id: (name, role, local)
        for id, name, role, local in connection.execute("SELECT id, name, role, local FROM notebooks")
    }
    pending = {id for id, _ in to_be_renamed(connection)}
    changed: list[str] = []
    for notebook, name, role in account_rows:
        known = before.get(notebook)
        if known is not None and notebook in pending:
            named(connection, notebook, name)
            name = known[0]
        elif known is not None and known[2] == TO_BE_MADE:
            _tell_if_renamed(connection, notebook, name)
            name = known[0]
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
    _take_hidden(connection, still, hidden)
    lost = [
        id
        for id, (_, role, local) in before.items()
        if local == ON_SERVER and id not in still and role != "none"
    ]
    for notebook in lost:
        connection.execute("UPDATE notebooks SET role = 'none' WHERE id = ?", (notebook,))
        _set_role(connection, notebook, "none")
    return changed, lost


def _take_hidden(connection: sqlite3.Connection, notebooks: Iterable[str], hidden: Collection[str]) -> None:
    """Take over which notebooks the server has for deleted; what was said here and not told yet stands."""
    known = _hidden(connection)
    for notebook in notebooks:
        here, before = known.get(notebook, (False, False))
        there = notebook in hidden
        after = (there if here == before else here, there)
        if after != (here, before):
            _set_hidden(connection, notebook, *after)


def _set_role(
    connection: sqlite3.Connection, notebook: str, role: str, own: Mapping[str, str] | None = None
) -> None:
    """Give the streams of a notebook its role, or (own) the one that a collection has of its own."""
    connection.executemany(
        "UPDATE streams SET role = ?1 WHERE notebook = ?2 AND collection = ?3 AND role <> ?1",
        [((own or {}).get(name, role), notebook, name) for name in COLLECTIONS],
    )


def made(connection: sqlite3.Connection, notebook: str, name: str) -> None:
    """Note that the server knows a notebook now, by the name that it was told."""
    connection.execute("UPDATE notebooks SET local = ?, role = 'owner' WHERE id = ?", (ON_SERVER, notebook))
    _tell_if_renamed(connection, notebook, name)
    _set_role(connection, notebook, "owner")
