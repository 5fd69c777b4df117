"""
Sharing a notebook: its members and their roles, and the invites by which others come in. On the store's
thread, beside people.py.

What it is not: messages (sharing_calls.py), or who is told of a change: every method returns the accounts
whose connections must hear of it. Invariants:
- Whoever made a notebook stays its owner: nobody can be left outside of their own notes.
- An invite is told apart from one that does not exist only to whoever has its secret.
- Who may call what is in the table of roles.py, and looked up here at the moment it is done.

Source: README, "Sharing".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sync import limits
from sync.errors import AuthFailed
from sync.server import auth, roles
from sync.server.people import INVITE_REFUSED, CallRefused, People
from sync.storage.account_store import AccountStore
from sync.storage.sharing_store import InviteRow, SharingStore

SECRET_BYTES: Final = 24

Args = Mapping[str, Any]


class Shared(NamedTuple):
    """What a call came to: the value for whoever called, and the accounts whose notebooks have changed."""

    value: Any
    changed: tuple[str, ...] = ()


class Made(NamedTuple):
    """A new invite; its secret is known here only now."""

    row: InviteRow
    secret: str

    def said(self) -> dict[str, object]:
        """Return the facts for whoever asked for it."""
        row = self.row
        return {
            "id": row.id,
            "secret": self.secret,
            "notebook": row.notebook,
            "role": row.role,
            "expires_ms": row.expires_ms or None,
            "uses": row.uses_max or None,
        }


class Sharing:
    """Members and invites. All methods on the store's thread."""

    def __init__(self, people: People, accounts: AccountStore, store: SharingStore) -> None:
        """
        Serve a store.

        Args:
            people: For roles as they are now.
            accounts: Members.
            store: Invites and overrides.
        """
        self._people: Final = people
        self._accounts: Final = accounts
        self._store: Final = store
        self._does: Final[Mapping[str, Callable[[str, str, Args, int], Shared]]] = {
            "members": self._members, "authors": self._authors, "leave": self._leave,
            "rename_notebook": self._rename, "hide_notebook": self._hide,
            "share": self._share, "set_role": self._set_role, "create_invite": self._create_invite,
            "invites": self._invites, "revoke_invite": self._revoke_invite,
        }  # fmt: skip

    # --- calls that name a notebook ----------------------------------------------------------------

    def call(self, name: str, account: str, args: Args, now_ms: int) -> Shared:
        """
        Do a call that names a notebook, if the account has the right to it now.

        Raises:
            CallRefused: ``none`` (no access, or no such notebook), ``forbidden`` (not with this role), or
                what the call itself refuses.
        """
        notebook = args.get("notebook")
        role = self._people.role(account, notebook) if isinstance(notebook, str) else None
        if role is None:
            raise CallRefused("none", "no access, or no such notebook")
        if not roles.at_least(role, roles.CALL_ROLES[roles.CALL_RIGHTS[name]]):
            raise CallRefused("forbidden", f"not as {role}")
        return self._does[name](account, str(notebook), args, now_ms)

    def _members(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        return Shared({"members": self.members(notebook)})

    def _authors(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        """``{notebook, rids}``: whose the replicas are, of those that wrote in the notebook."""
        rids = args.get("rids")
        if not isinstance(rids, (list, tuple)) or len(rids) > limits.AUTHORS_ASKED_MAX:
            raise CallRefused("bad_args", f"at most {limits.AUTHORS_ASKED_MAX} replicas")
        wanted = [rid for rid in rids if type(rid) is int and 0 < rid < 1 << 63]
        return Shared({"authors": [list(row) for row in self._accounts.authors(notebook, wanted)]})

    def members(self, notebook: str) -> list[list[object]]:
        """Return [account, e-mail, role, name, [collection, role]*] of each member, by e-mail."""
        overrides = self._store.overrides_in(notebook)
        return [
            [account, email, role, name, [list(pair) for pair in sorted(overrides.get(account, {}).items())]]
            for account, email, role, name in self._accounts.members(notebook)
        ]

    def _leave(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        self._check_not_maker(notebook, account)
        changed = self.everybody(notebook)
        self._people.set_role(notebook, account, None)
        self._store.forget_redemption(notebook, account)
        return Shared({"left": notebook}, changed)

    def _rename(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        name = auth.normal_name(args.get("name"), "")
        if not name:
            raise CallRefused("bad_args", "a notebook needs a name")
        self._store.rename(notebook, name)
        return Shared({"name": name}, self.everybody(notebook))

    def _hide(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        """``{notebook, hidden}``: delete a notebook that nobody else is in, or have it back."""
        hidden = args.get("hidden")
        if not isinstance(hidden, bool):
            raise CallRefused("bad_args", "hidden is true or false")
        known = self._accounts.account(account)
        if hidden and known is not None and notebook == known.personal:
            raise CallRefused("bad_args", "new notes go there")
        if hidden and len(self.everybody(notebook)) > 1:
            raise CallRefused("shared", "others are in it")
        self._store.set_hidden(notebook, account, hidden)
        return Shared({"hidden": hidden}, (account,))

    def _share(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        role = _role(args.get("role"), roles.ROLES)
        try:
            email = auth.normal_email(args.get("email"))
        except AuthFailed as error:
            raise CallRefused("bad_email") from error
        known = self._accounts.account_of(email)
        if known is None or known.disabled:
            raise CallRefused("no_account", "nobody here has this e-mail")
        if role != "owner":
            self._check_not_maker(notebook, known.id)
        self.give(notebook, known.id, role)
        value = {"account": known.id, "email": known.email, "role": role, "name": known.name}
        return Shared(value, self.everybody(notebook))

    def _set_role(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        member = args.get("account")
        if not isinstance(member, str) or self._people.role(member, notebook) is None:
            raise CallRefused("no_member", "not a member of this notebook")
        role = args.get("role")
        before = self.everybody(notebook)
        if role is not None:
            role = _role(role, (*roles.ROLES, roles.NO_ROLE))
            if role != "owner":
                self._check_not_maker(notebook, member)
            self.give(notebook, member, role)
        given = args.get("collections")
        if given is not None and role != roles.NO_ROLE:
            self.give_collections(notebook, member, given)
        grant = self._people.roles(member).get(notebook)
        value = {
            "account": member,
            "role": grant.role if grant is not None else roles.NO_ROLE,
            "collections": dict(grant.collections) if grant is not None else {},
        }
        return Shared(value, before)

    def give(self, notebook: str, account: str, role: str) -> None:
        """
        Give an account a role in a notebook, or with ``none`` take it away.

        Raises:
            CallRefused: ``limit``: a member more than a notebook may have, or a notebook more than an account
                may.
        """
        known = self._people.roles(account)
        if role != roles.NO_ROLE and notebook not in known:
            if len(known) >= limits.NOTEBOOKS_PER_ACCOUNT:
                raise CallRefused("limit", "the account has too many notebooks")
            if self._is_full(notebook):
                raise CallRefused("limit", f"at most {limits.MEMBERS_PER_NOTEBOOK} members")
        self._people.set_role(notebook, account, None if role == roles.NO_ROLE else role)

    def give_collections(self, notebook: str, account: str, given: object) -> None:
        """
        Replace the roles that a member has in single collections.

        Args:
            given: {collection: role}, role ``none`` included; empty for none at all.

        Raises:
            CallRefused: ``bad_args``: no such collection, or no role that one may have.
        """
        if not isinstance(given, Mapping) or not set(given) <= set(roles.WRITE_ROLE):
            raise CallRefused("bad_args", f"collections are {', '.join(roles.WRITE_ROLE)}")
        allowed = (*roles.INVITED_ROLES, roles.NO_ROLE)
        self._store.set_overrides(
            notebook, account, {str(name): _role(role, allowed) for name, role in given.items()}
        )
        self._people.roles_changed(account)

    def _is_full(self, notebook: str) -> bool:
        return len(self._accounts.members(notebook)) >= limits.MEMBERS_PER_NOTEBOOK

    def _check_not_maker(self, notebook: str, account: str) -> None:
        known = self._accounts.notebook(notebook)
        if known is not None and known[1] == account:
            raise CallRefused("maker", "whoever made a notebook stays its owner")

    def everybody(self, notebook: str | None) -> tuple[str, ...]:
        """Return the accounts of all members of a notebook; nobody for None."""
        if notebook is None:
            return ()
        return tuple([row[0] for row in self._accounts.members(notebook)])

    # --- invites -----------------------------------------------------------------------------------

    def _create_invite(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        made = self.invite(
            notebook,
            args.get("role"),
            author=account,
            life_ms=_seconds(args.get("expires_in")),
            uses=args.get("uses"),
            now_ms=now_ms,
        )
        return Shared(made.said())

    def invite(
        self,
        notebook: str | None,
        role: object,
        *,
        author: str,
        life_ms: int | None,
        uses: object,
        now_ms: int,
    ) -> Made:
        """
        Make an invite.

        Args:
            notebook: None: to the server alone.
            role: What it gives; nothing for the server.
            author: The account that makes it; empty for the administrator.
            life_ms: How long it can be used; None: INVITE_LIFE_MS; 0: for ever.
            uses: How often; None: any number of times.
            now_ms: The time.

        Raises:
            CallRefused: ``bad_args`` or ``limit``.
        """
        given = "" if notebook is None else _role(role, roles.INVITED_ROLES)
        life = limits.INVITE_LIFE_MS if life_ms is None else life_ms
        if not 0 <= life <= limits.INVITE_LIFE_MS_MAX:
            raise CallRefused("bad_args", "an invite lives at most a year")
        if uses is not None and (type(uses) is not int or not 1 <= uses <= limits.INVITE_USES_MAX):
            raise CallRefused("bad_args", f"an invite is used 1 to {limits.INVITE_USES_MAX} times")
        open_now = [row for row in self._store.invites(notebook) if row.state(now_ms) == "ok"]
        if notebook is not None and len(open_now) >= limits.INVITES_PER_NOTEBOOK:
            raise CallRefused("limit", f"at most {limits.INVITES_PER_NOTEBOOK} links at once")
        secret = secrets.token_urlsafe(SECRET_BYTES)
        row = InviteRow(
            auth.new_id(),
            auth.token_hash(secret),
            notebook,
            given,
            author,
            now_ms,
            now_ms + life if life else 0,
            uses or 0,
        )
        self._store.add_invite(row)
        return Made(row, secret)

    def _invites(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        return Shared({"invites": [self.invite_said(row, now_ms) for row in self._store.invites(notebook)]})

    def invite_said(self, row: InviteRow, now_ms: int) -> dict[str, object]:
        """Return what may be told of an invite; its secret is not known here any more."""
        author = self._accounts.account(row.author)
        return {
            "id": row.id,
            "notebook": row.notebook,
            "role": row.role,
            "author": author.email if author is not None else "",
            "created_ms": row.created_ms,
            "expires_ms": row.expires_ms or None,
            "uses": row.uses_max or None,
            "used": row.uses,
            "state": row.state(now_ms),
        }

    def all_invites(self) -> list[InviteRow]:
        """Return every invite there is, oldest first."""
        return self._store.invites()

    def _revoke_invite(self, account: str, notebook: str, args: Args, now_ms: int) -> Shared:
        row = self._store.invite(str(args.get("id")))
        if row is None or row.notebook != notebook:
            raise CallRefused("invite_none", "no such invite")
        self._store.revoke_invite(row.id)
        return Shared({"id": row.id})

    def revoke(self, invite: str) -> bool:
        """End any invite; False when there is none of this id."""
        if self._store.invite(invite) is None:
            return False
        self._store.revoke_invite(invite)
        return True

    def redeem(self, account: str, args: Args, now_ms: int) -> Shared:
        """
        Let an account use an invite: ``{id, secret}``.

        Returns:
            ``{outcome, notebook, name, role}``, outcome ``joined raised already``.

        Raises:
            CallRefused: ``invite_none invite_expired invite_used invite_revoked invite_spent``, ``limit``.
        """
        number, secret = args.get("id"), args.get("secret")
        if not isinstance(number, str) or not isinstance(secret, str):
            raise CallRefused("invite_none", "no such invite")
        row = self._store.invite(number)
        if row is not None and row.notebook is not None:
            known = self._people.roles(account)
            if row.notebook not in known and len(known) >= limits.NOTEBOOKS_PER_ACCOUNT:
                raise CallRefused("limit", "the account has too many notebooks")
            if row.notebook not in known and self._is_full(row.notebook):
                raise CallRefused("limit", f"at most {limits.MEMBERS_PER_NOTEBOOK} members")
        redeemed = self._store.redeem(number, auth.token_hash(secret), account, now_ms)
        if redeemed.outcome in INVITE_REFUSED:
            raise CallRefused(INVITE_REFUSED[redeemed.outcome], "the invite cannot be used")
        self._people.roles_changed(account)
        notebook = redeemed.notebook
        value = {"outcome": redeemed.outcome, "notebook": notebook, "name": "", "role": ""}
        if notebook is None:
            return Shared(value)
        facts = self._accounts.notebook(notebook)
        value.update(name=facts[0] if facts else "", role=self._people.role(account, notebook))
        return Shared(value, () if redeemed.outcome == "already" else self.everybody(notebook))

    def prune(self, before_ms: int) -> None:
        """Forget invites that ended before a time."""
        self._store.prune(before_ms)


def _role(role: object, allowed: Sequence[str]) -> str:
    if not isinstance(role, str) or role not in allowed:
        raise CallRefused("bad_args", f"a role is one of {', '.join(allowed)}")
    return role


def _seconds(value: object) -> int | None:
    """Return milliseconds for a number of seconds, None for None."""
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= limits.INVITE_LIFE_MS_MAX // 1000:
        raise CallRefused("bad_args", "seconds to live, at most a year")
    return value * 1000
