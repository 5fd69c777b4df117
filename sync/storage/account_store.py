"""
The server's people on disk: accounts, devices, sign-ins, replicas, notebooks and who may do what in them.

What it is not: rules (sync.server.auth, roles) or passwords in the clear: only hashes come here. It shares
the one connection of the server's store. Invariants: an account, its personal notebook and that notebook's
streams are made in one transaction; a replica, once bound to an account and device, is never bound to
another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sync.storage.server_store import ServerStore


class AccountRow(NamedTuple):
    """One account as stored."""

    id: str
    email: str
    name: str
    password: str
    personal: str
    created_ms: int
    disabled: int


class SignInRow(NamedTuple):
    """One sign-in of a device, found by its token."""

    key: int
    account: str
    device: int
    created_ms: int
    expires_ms: int
    revoked: int


class DeviceRow(NamedTuple):
    """One device of an account."""

    key: int
    account: str
    inst: str
    os: str
    app: str
    created_ms: int
    seen_ms: int


class SessionRow(NamedTuple):
    """One sign-in with its device and account, for people."""

    key: int
    email: str
    os: str
    app: str
    created_ms: int
    seen_ms: int
    expires_ms: int
    revoked: int


class MemberRow(NamedTuple):
    """One notebook of an account, with its role there."""

    notebook: str
    name: str
    role: str


class NewNotebook(NamedTuple):
    """A notebook to be made, with its streams: (id, collection, epoch, model) each."""

    id: str
    name: str
    streams: Sequence[tuple[str, str, int, str]]


class AccountStore:
    """Accounts and what belongs to them, in the file of a ServerStore."""

    def __init__(self, store: ServerStore) -> None:
        """Share the store's database."""
        self._store: Final = store
        self._db: Final = store.db

    # --- accounts --------------------------------------------------------------------------------

    def account(self, account: str) -> AccountRow | None:
        """Return an account by its id."""
        row = self._db.one(f"SELECT {_ACCOUNT} FROM accounts WHERE id = ?", (account,))
        return None if row is None else AccountRow(*row)

    def account_of(self, email: str) -> AccountRow | None:
        """Return an account by its normalised e-mail."""
        row = self._db.one(f"SELECT {_ACCOUNT} FROM accounts WHERE email = ?", (email,))
        return None if row is None else AccountRow(*row)

    def accounts(self) -> list[AccountRow]:
        """Return all accounts, by e-mail."""
        return [AccountRow(*row) for row in self._db.all(f"SELECT {_ACCOUNT} FROM accounts ORDER BY email")]

    def add_account(self, account: AccountRow, personal: NewNotebook) -> bool:
        """
        Make an account with its personal notebook, in one transaction.

        Returns:
            False when the e-mail is taken; nothing was made.
        """
        with self._db.transaction() as statements:
            added = statements.execute(
                f"INSERT INTO accounts({_ACCOUNT}) VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(email) DO NOTHING",
                account,
            )
            if added.rowcount != 1:
                return False
            self._add_notebook(personal, account.id, account.created_ms)
        return True

    def set_password(self, account: str, password: str, *, keep: int | None = None) -> list[int]:
        """
        Replace the password hash and revoke every sign-in of the account, less one that is kept.

        Returns:
            The keys of those that were valid before.
        """
        with self._db.transaction() as statements:
            statements.execute("UPDATE accounts SET password = ? WHERE id = ?", (password, account))
            rows = statements.execute(
                "UPDATE sign_ins SET revoked = 1 WHERE account = ? AND revoked = 0 AND key <> ?"
                " RETURNING key",
                (account, -1 if keep is None else keep),
            ).fetchall()
        return [int(row[0]) for row in rows]

    def set_disabled(self, account: str, disabled: bool) -> None:
        """Disable an account, or enable it again."""
        self._db.write("UPDATE accounts SET disabled = ? WHERE id = ?", (int(disabled), account))

    # --- devices, sign-ins, replicas -------------------------------------------------------------

    def device(self, account: str, inst: str, os: str, app: str, now_ms: int) -> int:
        """Return the key of an installation as a device of an account, making or refreshing its row."""
        with self._db.transaction() as statements:
            row = statements.execute(
                "INSERT INTO devices(account, inst, os, app, created_ms, seen_ms) VALUES(?, ?, ?, ?, ?, ?)"
                " ON CONFLICT(account, inst) DO UPDATE SET os = excluded.os, app = excluded.app,"
                " seen_ms = excluded.seen_ms RETURNING key",
                (account, inst, os, app, now_ms, now_ms),
            ).fetchone()
        return int(row[0])

    def spoke(self, device: int, model: str) -> None:
        """Note of which data model a device is. Cost: a commit when that has changed."""
        row = self._db.one("SELECT model FROM devices WHERE key = ?", (device,))
        if row is not None and row[0] != model:
            self._db.write("UPDATE devices SET model = ? WHERE key = ?", (model, device))

    def devices(self, account: str) -> list[DeviceRow]:
        """Return the devices of an account that have a valid sign-in, oldest first."""
        rows = self._db.all(
            "SELECT key, account, inst, os, app, created_ms, seen_ms FROM devices WHERE account = ?"
            " AND EXISTS (SELECT 1 FROM sign_ins WHERE device = devices.key AND revoked = 0) ORDER BY key",
            (account,),
        )
        return [DeviceRow(*row) for row in rows]

    def add_sign_in(self, token: bytes, account: str, device: int, now_ms: int, expires_ms: int) -> int:
        """
        Store a sign-in by the hash of its token; return its key.

        Earlier ones of the device are revoked.
        """
        with self._db.transaction() as statements:
            row = statements.execute(
                "INSERT INTO sign_ins(token, account, device, created_ms, expires_ms) VALUES(?, ?, ?, ?, ?)"
                " RETURNING key",
                (token, account, device, now_ms, expires_ms),
            ).fetchone()
        return int(row[0])

    def sign_in(self, token: bytes) -> SignInRow | None:
        """Return a sign-in by the hash of its token."""
        row = self._db.one(
            "SELECT key, account, device, created_ms, expires_ms, revoked FROM sign_ins WHERE token = ?",
            (token,),
        )
        return None if row is None else SignInRow(*row)

    def standing(self, sign_in: int) -> tuple[bool, bool, int] | None:
        """Return (revoked, account disabled, expires_ms) of a sign-in by its key; None: it is gone."""
        row = self._db.one(
            "SELECT sign_ins.revoked, accounts.disabled, sign_ins.expires_ms FROM sign_ins"
            " JOIN accounts ON accounts.id = sign_ins.account WHERE sign_ins.key = ?",
            (sign_in,),
        )
        return None if row is None else (bool(row[0]), bool(row[1]), int(row[2]))

    def sessions(self) -> list[SessionRow]:
        """Return every sign-in with its device and account, oldest first."""
        rows = self._db.all(
            "SELECT sign_ins.key, accounts.email, devices.os, devices.app, sign_ins.created_ms,"
            " devices.seen_ms, sign_ins.expires_ms, sign_ins.revoked FROM sign_ins"
            " JOIN devices ON devices.key = sign_ins.device"
            " JOIN accounts ON accounts.id = sign_ins.account ORDER BY sign_ins.key"
        )
        return [SessionRow(*row) for row in rows]

    def valid_sign_ins(self, account: str) -> list[int]:
        """Return the keys of an account's sign-ins that are not revoked."""
        rows = self._db.all(
            "SELECT key FROM sign_ins WHERE account = ? AND revoked = 0 ORDER BY key", (account,)
        )
        return [int(row[0]) for row in rows]

    def extend(self, sign_in: int, expires_ms: int) -> None:
        """Move the expiry of a sign-in."""
        self._db.write("UPDATE sign_ins SET expires_ms = ? WHERE key = ?", (expires_ms, sign_in))

    def revoke(
        self, *, sign_in: int | None = None, device: int | None = None, account: str | None = None
    ) -> list[int]:
        """
        Revoke the sign-ins that match everything given; return the keys of those that were valid before.
        """
        wanted = [("key", sign_in), ("device", device), ("account", account)]
        given = [(name, value) for name, value in wanted if value is not None]
        assert given, "revoking everything is never meant"
        where = " AND ".join(f"{name} = ?" for name, _ in given)
        with self._db.transaction() as statements:
            rows = statements.execute(
                f"UPDATE sign_ins SET revoked = 1 WHERE revoked = 0 AND {where} RETURNING key",
                [value for _, value in given],
            ).fetchall()
        return [int(row[0]) for row in rows]

    def prune(self, before_ms: int) -> None:
        """Delete sign-ins that expired before a time, and revoked ones made before it."""
        self._db.write(
            "DELETE FROM sign_ins WHERE expires_ms < ? OR (revoked <> 0 AND created_ms < ?)",
            (before_ms, before_ms),
        )

    def bind(self, rid: int, account: str, device: int) -> bool:
        """Bind a replica to an account and device for ever; False when it belongs to another."""
        with self._db.transaction() as statements:
            statements.execute(
                "INSERT INTO replicas(rid, account, device) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
                (rid, account, device),
            )
            row = statements.execute("SELECT account, device FROM replicas WHERE rid = ?", (rid,)).fetchone()
        return bool(row[0] == account and row[1] == device)

    def bound(self, rid: int) -> tuple[str, int] | None:
        """Return the account and device that a replica is bound to."""
        row = self._db.one("SELECT account, device FROM replicas WHERE rid = ?", (rid,))
        return None if row is None else (row[0], row[1])

    # --- notebooks and roles ---------------------------------------------------------------------

    def add_notebook(self, notebook: NewNotebook, owner: str, now_ms: int) -> None:
        """Make a notebook with its streams, owned by an account, in one transaction. The id must be free."""
        with self._db.transaction():
            self._add_notebook(notebook, owner, now_ms)

    def notebook(self, notebook: str) -> tuple[str, str] | None:
        """Return (name, owner) of a notebook."""
        row = self._db.one("SELECT name, owner FROM notebooks WHERE id = ?", (notebook,))
        return None if row is None else (row[0], row[1])

    def notebooks(self) -> list[tuple[str, str, str]]:
        """Return (id, name, owner) of every notebook, oldest first."""
        return [
            tuple(row)
            for row in self._db.all("SELECT id, name, owner FROM notebooks ORDER BY created_ms, id")
        ]

    def memberships(self, account: str) -> list[MemberRow]:
        """Return the notebooks of an account with its roles, oldest first."""
        rows = self._db.all(
            "SELECT members.notebook, notebooks.name, members.role FROM members"
            " JOIN notebooks ON notebooks.id = members.notebook WHERE members.account = ?"
            " ORDER BY notebooks.created_ms, notebooks.id",
            (account,),
        )
        return [MemberRow(*row) for row in rows]

    def members(self, notebook: str) -> list[tuple[str, str, str, str]]:
        """Return (account, e-mail, role, name) of the members of a notebook, by e-mail."""
        rows = self._db.all(
            "SELECT members.account, accounts.email, members.role, accounts.name FROM members"
            " JOIN accounts ON accounts.id = members.account WHERE notebook = ? ORDER BY accounts.email",
            (notebook,),
        )
        return [tuple(row) for row in rows]

    def authors(self, notebook: str, rids: Sequence[int]) -> list[tuple[int, str, str]]:
        """Return (replica, account, name) of those of some replicas that wrote in a notebook."""
        if not rids:
            return []
        marks = ", ".join("?" * len(rids))
        rows = self._db.all(
            "SELECT replicas.rid, accounts.id, accounts.name FROM replicas"
            f" JOIN accounts ON accounts.id = replicas.account WHERE replicas.rid IN ({marks})"
            " AND EXISTS (SELECT 1 FROM positions JOIN streams ON streams.key = positions.stream"
            " WHERE positions.rid = replicas.rid AND streams.notebook = ?) ORDER BY replicas.rid",
            [*rids, notebook],
        )
        return [tuple(row) for row in rows]

    def set_role(self, notebook: str, account: str, role: str | None) -> None:
        """Give an account a role in a notebook, or take it away."""
        if role is None:
            self._db.write("DELETE FROM members WHERE notebook = ? AND account = ?", (notebook, account))
        else:
            self._db.write(
                "INSERT INTO members(notebook, account, role) VALUES(?, ?, ?)"
                " ON CONFLICT(notebook, account) DO UPDATE SET role = excluded.role",
                (notebook, account, role),
            )

    def _add_notebook(self, notebook: NewNotebook, owner: str, now_ms: int) -> None:
        self._db.write(
            "INSERT INTO notebooks(id, name, owner, created_ms) VALUES(?, ?, ?, ?)",
            (notebook.id, notebook.name, owner, now_ms),
        )
        self._db.write(
            "INSERT INTO members(notebook, account, role) VALUES(?, ?, 'owner')", (notebook.id, owner)
        )
        for stream, collection, epoch, model in notebook.streams:
            self._store.add_stream(stream, notebook.id, collection, epoch, model)


_ACCOUNT: Final = "id, email, name, password, personal, created_ms, disabled"
