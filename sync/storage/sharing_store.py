"""
Invites and roles that differ in one collection, on a server's disk.

What it is not: rules (sync.server.sharing) or secrets in the clear: only hashes come here. It shares the one
statements of the server's store. Invariant: redeeming an invite is one transaction, whatever came of it: the
use, the role and who had it are stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from sync.storage.account_store import AccountRow, AccountStore, NewNotebook
from sync.storage.server_database import Statements
from sync.storage.server_store import ServerStore


class InviteRow(NamedTuple):
    """One invite as stored."""

    id: str
    secret: bytes
    notebook: str | None  # None: to the server alone
    role: str
    author: str
    created_ms: int
    expires_ms: int  # 0: never
    uses_max: int  # 0: any number
    uses: int = 0
    revoked: int = 0

    def state(self, now_ms: int) -> str:
        """Return ``ok``, or why it can be used no more: ``revoked expired used``."""
        if self.revoked:
            return "revoked"
        if self.expires_ms and self.expires_ms <= now_ms:
            return "expired"
        return "used" if self.uses_max and self.uses >= self.uses_max else "ok"


class Redeemed(NamedTuple):
    """
    What came of an invite.

    ``outcome``: ``joined``, ``raised`` (a stronger role than before), ``already`` (nothing to do: no use is
    counted), or why not: ``none`` (no such invite, or another secret), ``revoked expired used``, ``spent``
    (this account has used it, and was taken out since).
    """

    outcome: str
    notebook: str | None = None


class SharingStore:
    """Invites and overrides, in the file of a ServerStore."""

    def __init__(self, store: ServerStore, accounts: AccountStore, strength: Mapping[str, int]) -> None:
        """
        Share the store's statements.

        Args:
            store: The file.
            accounts: In the same file.
            strength: Of each role: of two, the greater stays.
        """
        self._db: Final = store.db
        self._accounts: Final = accounts
        self._strength: Final = strength

    # --- roles of single collections ---------------------------------------------------------------

    def overrides(self, account: str) -> dict[str, dict[str, str]]:
        """Return {notebook: {collection: role}} of an account, where there is one."""
        found: dict[str, dict[str, str]] = {}
        rows = self._db.all("SELECT notebook, collection, role FROM overrides WHERE account = ?", (account,))
        for notebook, collection, role in rows:
            found.setdefault(notebook, {})[collection] = role
        return found

    def overrides_in(self, notebook: str) -> dict[str, dict[str, str]]:
        """Return {account: {collection: role}} of a notebook, where there is one."""
        found: dict[str, dict[str, str]] = {}
        rows = self._db.all("SELECT account, collection, role FROM overrides WHERE notebook = ?", (notebook,))
        for account, collection, role in rows:
            found.setdefault(account, {})[collection] = role
        return found

    def set_overrides(self, notebook: str, account: str, roles: Mapping[str, str]) -> None:
        """Replace the overrides of a member."""
        with self._db.transaction() as statements:
            statements.execute(
                "DELETE FROM overrides WHERE notebook = ? AND account = ?", (notebook, account)
            )
            statements.executemany(
                "INSERT INTO overrides(notebook, account, collection, role) VALUES(?, ?, ?, ?)",
                [(notebook, account, collection, role) for collection, role in sorted(roles.items())],
            )

    # --- notebooks that are one note ---------------------------------------------------------------

    def notes(self, account: str) -> dict[str, tuple[str, int]]:
        """Return {notebook: (note that it was made for or "", members)} of an account's notebooks."""
        rows = self._db.all(
            "SELECT notebooks.id, notebooks.note,"
            " (SELECT COUNT(*) FROM members AS others WHERE others.notebook = notebooks.id)"
            " FROM members JOIN notebooks ON notebooks.id = members.notebook WHERE members.account = ?",
            (account,),
        )
        return {notebook: (note, int(members)) for notebook, note, members in rows}

    def set_note(self, notebook: str, note: str) -> None:
        """Note that a notebook was made for one note."""
        with self._db.transaction() as statements:
            statements.execute("UPDATE notebooks SET note = ? WHERE id = ?", (note, notebook))

    def rename(self, notebook: str, name: str) -> None:
        """Give a notebook another name."""
        with self._db.transaction() as statements:
            statements.execute("UPDATE notebooks SET name = ? WHERE id = ?", (name, notebook))

    # --- notebooks that were deleted ---------------------------------------------------------------

    def hidden(self, account: str) -> list[str]:
        """Return the notebooks that an account has deleted, by id: not those that others are in by now."""
        rows = self._db.all(
            "SELECT notebook FROM members WHERE account = ? AND hidden <> 0 AND NOT EXISTS"
            " (SELECT 1 FROM members AS others WHERE others.notebook = members.notebook"
            " AND others.account <> members.account) ORDER BY notebook",
            (account,),
        )
        return [str(row[0]) for row in rows]

    def set_hidden(self, notebook: str, account: str, hidden: bool) -> None:
        """Note that a member has deleted a notebook, or has it back."""
        self._db.write(
            "UPDATE members SET hidden = ? WHERE notebook = ? AND account = ?",
            (int(hidden), notebook, account),
        )

    # --- invites -----------------------------------------------------------------------------------

    def add_invite(self, invite: InviteRow) -> None:
        """Store an invite."""
        with self._db.transaction() as statements:
            statements.execute(f"INSERT INTO invites({_INVITE}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", invite)

    def invite(self, invite: str) -> InviteRow | None:
        """Return an invite by its id."""
        rows = self._db.all(f"SELECT {_INVITE} FROM invites WHERE id = ?", (invite,))
        return _row(rows[0]) if rows else None

    def invites(self, notebook: str | None = None) -> list[InviteRow]:
        """Return the invites of a notebook, or (None) all there are, oldest first."""
        where = "" if notebook is None else " WHERE notebook = ?"
        values = () if notebook is None else (notebook,)
        rows = self._db.all(f"SELECT {_INVITE} FROM invites{where} ORDER BY created_ms, id", values)
        return [_row(row) for row in rows]

    def revoke_invite(self, invite: str) -> None:
        """End an invite."""
        with self._db.transaction() as statements:
            statements.execute("UPDATE invites SET revoked = 1 WHERE id = ?", (invite,))

    def prune(self, before_ms: int) -> None:
        """Delete invites that ended before a time, or were revoked and made before it."""
        with self._db.transaction() as statements:
            statements.execute(
                "DELETE FROM invites WHERE (expires_ms > 0 AND expires_ms < ?)"
                " OR (revoked = 1 AND created_ms < ?)",
                (before_ms, before_ms),
            )

    def forget_redemption(self, notebook: str, account: str) -> None:
        """Let somebody who left by themselves use an invite of the notebook again."""
        with self._db.transaction() as statements:
            statements.execute(
                "DELETE FROM redemptions WHERE account = ?"
                " AND invite IN (SELECT id FROM invites WHERE notebook = ?)",
                (account, notebook),
            )

    def redeem(self, invite: str, secret: bytes, account: str, now_ms: int) -> Redeemed:
        """Let an account use an invite, in one transaction."""
        with self._db.transaction() as statements:
            return self._redeem(statements, invite, secret, account, now_ms)

    def add_invited(
        self, account: AccountRow, personal: NewNotebook, invite: str, secret: bytes, now_ms: int
    ) -> Redeemed | None:
        """
        Make an account with its personal notebook and let it use an invite, in one transaction.

        Returns:
            None when the e-mail is taken; otherwise what came of the invite. Only with ``joined`` was
            anything made.
        """
        try:
            with self._db.transaction() as statements:
                if not self._accounts.add_account(account, personal):
                    return None
                redeemed = self._redeem(statements, invite, secret, account.id, now_ms, is_new=True)
                if redeemed.outcome != "joined":
                    raise _NotInvited(redeemed)
                return redeemed
        except _NotInvited as refused:
            return refused.redeemed

    def _redeem(
        self,
        statements: Statements,
        invite: str,
        secret: bytes,
        account: str,
        now_ms: int,
        *,
        is_new: bool = False,
    ) -> Redeemed:
        row = statements.execute(
            f"SELECT {_INVITE} FROM invites WHERE id = ? {self._db.locking}", (invite,)
        ).fetchone()
        known = None if row is None else _row(row)
        if known is None or not compare_digest(bytes(known.secret), secret):
            return Redeemed("none")
        notebook = known.notebook
        role = _role(statements, notebook, account)
        if notebook is None and not is_new:
            return Redeemed("already")
        if role is not None and self._strength[role] >= self._strength.get(known.role, 0):
            return Redeemed("already", notebook)
        state = known.state(now_ms)
        if state != "ok":
            return Redeemed(state)
        before = statements.execute(
            "INSERT INTO redemptions(invite, account, at_ms) VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
            (invite, account, now_ms),
        )
        if before.rowcount != 1 and role is None:
            return Redeemed("spent")
        # Counted only while there is one left: another server process may be taking the last.
        counted = statements.execute(
            "UPDATE invites SET uses = uses + 1 WHERE id = ? AND revoked = 0"
            " AND (uses_max = 0 OR uses < uses_max)",
            (invite,),
        )
        if counted.rowcount != 1:
            statements.execute("DELETE FROM redemptions WHERE invite = ? AND account = ?", (invite, account))
            return Redeemed("used")
        if notebook is not None:
            statements.execute(
                "INSERT INTO members(notebook, account, role) VALUES(?, ?, ?)"
                " ON CONFLICT (notebook, account) DO UPDATE SET role = excluded.role",
                (notebook, account, known.role),
            )
        return Redeemed("joined" if role is None else "raised", notebook)


class _NotInvited(Exception):
    """The invite does not let the new account in: nothing of it is made."""

    def __init__(self, redeemed: Redeemed) -> None:
        super().__init__(redeemed.outcome)
        self.redeemed: Final = redeemed


def _role(statements: Statements, notebook: str | None, account: str) -> str | None:
    """Return the role of an account in a notebook; None: no member, or it is about the server alone."""
    row = statements.execute(
        "SELECT role FROM members WHERE notebook = ? AND account = ?", (notebook, account)
    ).fetchone()
    return None if row is None else str(row[0])


def _row(row: Sequence[Any]) -> InviteRow:
    return InviteRow(*row)


_INVITE: Final = "id, secret, notebook, role, author, created_ms, expires_ms, uses_max, uses, revoked"
