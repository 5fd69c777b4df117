"""
Accounts, sign-ins, notebooks and roles as the server decides about them. On the store's thread, beside
core.py.

What it is not: hashing passwords (auth.Passwords, in a pool) or telling connections (session.py, hub.py).
Invariants: a role is asked of the store's one copy in memory, which every change goes through, so that it is
current at the moment a delta is decided; of an unknown token nothing is told but "invalid".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sync.errors import AuthFailed, SyncError
from sync.limits import NOTEBOOKS_PER_ACCOUNT
from sync.model.lenses import RESERVED_RIDS
from sync.model.versions import OLDEST
from sync.protocol.codes import CallCode, InviteCode
from sync.protocol.messages import AccountSaid, Notice
from sync.protocol.rows import NotebookRow, SharedRow
from sync.server import auth, roles
from sync.server.compatibility import Compatibility
from sync.storage.account_store import AccountRow, AccountStore, NewNotebook
from sync.storage.purge_store import is_bin
from sync.storage.sharing_store import Redeemed, SharingStore

PERSONAL_NAME: Final = "Personal"


INVITE_REFUSED: Final[Mapping[str, InviteCode]] = {
    "none": "invite_none",
    "expired": "invite_expired",
    "used": "invite_used",
    "revoked": "invite_revoked",
    "spent": "invite_spent",
}
"""What is said of an invite that lets nobody in, by what the store found."""


class CallRefused(SyncError):
    """A call was understood and not done; ``code`` says why."""

    def __init__(self, code: CallCode, message: str = "") -> None:
        super().__init__(message or code)
        self.code: Final = code


@dataclass(frozen=True, slots=True)
class Device:
    """What a connection says of itself in hello, and where it comes from."""

    inst: str
    os: str
    app: str
    rid: int
    address: str
    model: str = OLDEST


@dataclass(frozen=True, slots=True)
class Identity:
    """A sign-in that is valid: who, on which device, until when."""

    account: str
    email: str
    name: str
    personal: str
    device: int
    sign_in: int
    expires_ms: int

    def said(self) -> AccountSaid:
        """Return what the client is told of its account."""
        return AccountSaid(self.account, self.email, self.name)


class People:
    """Who may come in and what they may do. All methods on the store's thread."""

    def __init__(self, store: AccountStore, sharing: SharingStore, model: Compatibility) -> None:
        """
        Serve a store.

        Args:
            store: The accounts.
            sharing: Invites and overrides, in the same file.
            model: Of the server: streams are made with it.
        """
        self._store: Final = store
        self._sharing: Final = sharing
        self._model: Final = model
        self._roles: dict[str, dict[str, roles.Grant]] = {}

    # --- signing up and in -------------------------------------------------------------------------

    def sign_up(self, email: str, name: str, password_hash: str, now_ms: int) -> AccountRow:
        """
        Make an account with its personal notebook.

        Args:
            email: Normalised.
            name: What others see; normalised.
            password_hash: Of auth.Passwords.
            now_ms: The time.

        Raises:
            AuthFailed: ``taken``.
        """
        account, personal = self._new_account(email, name, password_hash, now_ms)
        if not self._store.add_account(account, personal):
            raise AuthFailed("taken")
        return account

    def sign_up_invited(
        self, email: str, name: str, password_hash: str, invite: tuple[str, str], now_ms: int
    ) -> tuple[AccountRow, Redeemed]:
        """
        Make an account that uses an invite (id, secret) with its first breath; both or neither.

        Raises:
            AuthFailed: ``taken``, or ``invite_none invite_expired invite_used invite_revoked``.
        """
        account, personal = self._new_account(email, name, password_hash, now_ms)
        number, secret = invite
        redeemed = self._sharing.add_invited(account, personal, number, auth.token_hash(secret), now_ms)
        if redeemed is None:
            raise AuthFailed("taken")
        if redeemed.outcome != "joined":
            raise AuthFailed(INVITE_REFUSED[redeemed.outcome])
        return account, redeemed

    def _new_account(
        self, email: str, name: str, password_hash: str, now_ms: int
    ) -> tuple[AccountRow, NewNotebook]:
        personal = auth.new_id()
        account = AccountRow(auth.new_id(), email, name, password_hash, personal, now_ms, 0)
        return account, self._new_notebook(personal, PERSONAL_NAME)

    def account_of(self, email: str) -> AccountRow | None:
        """Return an account by its normalised e-mail."""
        return self._store.account_of(email)

    def sign_in(self, account: AccountRow, device: Device, now_ms: int) -> tuple[str, Identity]:
        """
        Sign a device in whose password was right.

        Returns:
            The token, which is stored nowhere here, and whom it stands for.

        Raises:
            AuthFailed: ``disabled``.
        """
        if account.disabled:
            raise AuthFailed("disabled")
        key = self._store.device(account.id, device.inst, device.os, device.app, now_ms)
        token = auth.new_token()
        expires_ms = now_ms + auth.TOKEN_LIFE_MS
        sign_in = self._store.add_sign_in(auth.token_hash(token), account.id, key, now_ms, expires_ms)
        return token, _identity(account, key, sign_in, expires_ms)

    def identify(self, token: str, device: Device, now_ms: int) -> Identity:
        """
        Return whom a token stands for, moving its expiry.

        Raises:
            AuthFailed: ``invalid revoked disabled expired``.
        """
        row = self._store.sign_in(auth.token_hash(token))
        account = self._store.account(row.account) if row is not None else None
        if row is None or account is None:
            raise AuthFailed("invalid")
        if row.revoked:
            raise AuthFailed("revoked")
        if account.disabled:
            raise AuthFailed("disabled")
        if row.expires_ms <= now_ms:
            raise AuthFailed("expired")
        expires_ms = row.expires_ms
        if now_ms + auth.TOKEN_LIFE_MS - expires_ms > auth.TOKEN_EXTEND_MS:
            expires_ms = now_ms + auth.TOKEN_LIFE_MS
            self._store.extend(row.key, expires_ms)
            self._store.device(account.id, device.inst, device.os, device.app, now_ms)
        return _identity(account, row.device, row.key, expires_ms)

    def bind(self, identity: Identity, device: Device) -> bool:
        """
        Bind the connection's replica to the account and installation, for ever; note of which model it is.

        Returns:
            False when it is another's, or that of a lens: the client must take a new replica id.
        """
        if device.rid < RESERVED_RIDS:
            return False
        self._store.spoke(identity.device, device.model)
        return self._store.bind(device.rid, identity.account, identity.device)

    def owner(self, rid: int) -> str | None:
        """Return the account that writes as a replica; None: nobody did so far."""
        bound = self._store.bound(rid)
        return None if bound is None else bound[0]

    def sign_out(self, identity: Identity, device: int | None = None) -> list[int]:
        """End the sign-ins of a device of the account, by default of this very one; return their keys."""
        wanted = identity.device if device is None else device
        return self._store.revoke(device=wanted, account=identity.account)

    def set_password(self, identity: Identity, password_hash: str) -> list[int]:
        """Give the account another password; return the sign-ins of its other devices, which end."""
        return self._store.set_password(identity.account, password_hash, keep=identity.sign_in)

    def devices(self, identity: Identity) -> list[list[object]]:
        """
        Return [key, installation, system, program, first seen, last seen, is this one] of each signed-in
        device.
        """
        return [
            [row.key, row.inst, row.os, row.app, row.created_ms, row.seen_ms, row.key == identity.device]
            for row in self._store.devices(identity.account)
        ]

    # --- notebooks and roles -----------------------------------------------------------------------

    def role(self, account: str, notebook: str) -> str | None:
        """
        Return the role of an account in a notebook now; None: it is no member, or there is no such notebook.
        """
        grant = self.roles(account).get(notebook)
        return None if grant is None else grant.role

    def role_in(self, account: str, stream: str) -> str | None:
        """Return the role of an account in one stream now: its collection may have one of its own."""
        if is_bin(stream):  # not even its owner's
            return None
        notebook, _, collection = stream.partition("/")
        grant = self.roles(account).get(notebook)
        return None if grant is None else grant.of(collection)

    def roles(self, account: str) -> Mapping[str, roles.Grant]:
        """Return {notebook: grant} of an account now."""
        known = self._roles.get(account)
        if known is None:
            overrides = self._sharing.overrides(account)
            known = {
                row.notebook: roles.Grant(row.role, overrides.get(row.notebook, {}))
                for row in self._store.memberships(account)
            }
            self._roles[account] = known
        return known

    def roles_changed(self, account: str | None) -> None:
        """Look the roles of an account (None: of everybody) up anew: they were changed in the store."""
        if account is None:
            self._roles.clear()
        else:
            self._roles.pop(account, None)

    def notice(self, identity: Identity) -> Notice:
        """Return the message that tells an account its notebooks."""
        rows = [NotebookRow(*row) for row in self._store.memberships(identity.account)]
        overrides = self._sharing.overrides(identity.account)
        shared = [
            SharedRow(notebook, members, note, tuple(sorted(overrides.get(notebook, {}).items())))
            for notebook, (note, members) in sorted(self._sharing.notes(identity.account).items())
            if members > 1 or note or notebook in overrides
        ]
        hidden = self._sharing.hidden(identity.account)
        most = NOTEBOOKS_PER_ACCOUNT
        return Notice(
            "account",
            tuple(rows[:most]),
            identity.personal,
            shared=tuple(shared[:most]),
            hidden=tuple(hidden[:most]),
        )

    def create_notebook(
        self, account: str, notebook: object, name: object, now_ms: int, note: object = None
    ) -> NotebookRow:
        """
        Make a notebook under an id that the client chose; asking again for one's own is no fault.

        Raises:
            CallRefused: ``bad_args``, ``limit``, or ``taken`` by somebody else.
        """
        if not isinstance(notebook, str) or not roles.is_id(notebook):
            raise CallRefused("bad_args", "a notebook needs an id")
        title = auth.normal_name(name, "Notebook")
        known = self._store.notebook(notebook)
        if known is not None:
            if self.role(account, notebook) != "owner":
                raise CallRefused("taken")
            return NotebookRow(notebook, known[0], "owner")
        if len(self.roles(account)) >= NOTEBOOKS_PER_ACCOUNT:
            raise CallRefused("limit")
        self._store.add_notebook(self._new_notebook(notebook, title), account, now_ms)
        if isinstance(note, str) and roles.is_id(note):
            self._sharing.set_note(notebook, note)
        self._roles.pop(account, None)
        return NotebookRow(notebook, title, "owner")

    def set_role(self, notebook: str, account: str, role: str | None) -> None:
        """Give an account a role in a notebook, or (None) take it away. The caller tells the connections."""
        self._store.set_role(notebook, account, role)
        self._roles.pop(account, None)

    def standing(self, sign_in: int, now_ms: int) -> str:
        """Return ``ok`` for a sign-in that still stands, or ``invalid revoked disabled expired``."""
        found = self._store.standing(sign_in)
        if found is None:
            return "invalid"
        revoked, disabled, expires_ms = found
        if revoked or disabled:
            return "revoked" if revoked else "disabled"
        return "expired" if expires_ms <= now_ms else "ok"

    def _new_notebook(self, notebook: str, name: str) -> NewNotebook:
        streams = [
            (f"{notebook}/{collection}", collection, auth.new_epoch(), self._model.version)
            for collection in roles.WRITE_ROLE
        ]
        return NewNotebook(notebook, name, streams)


def _identity(account: AccountRow, device: int, sign_in: int, expires_ms: int) -> Identity:
    return Identity(account.id, account.email, account.name, account.personal, device, sign_in, expires_ms)
