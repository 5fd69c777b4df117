"""
What an administrator may do about people: accounts, sign-ins, roles, invites; on the store's thread.

What it is not: notes and upkeep (admin.py) or the command line (commands.py). Invariants: a password comes
here as a hash; the secret of an invite is answered once, when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sync.errors import AuthFailed
from sync.limits import INVITE_LIFE_MS_MAX
from sync.server import auth, roles
from sync.server.ingest import SERVER_ACCOUNT
from sync.server.invite_links import invite_link
from sync.server.opening import Opened
from sync.server.outcome import AdminError, Arguments, Outcome
from sync.server.people import CallRefused
from sync.storage.account_store import AccountRow

DAY_MS: Final = 24 * 3_600_000


def _user_add(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    email = _email(arguments)
    name = auth.normal_name(arguments.get("name"), email.partition("@")[0])
    try:
        account = opened.people.sign_up(email, name, str(arguments["password_hash"]), now_ms)
    except AuthFailed as error:
        raise AdminError(f"there is an account of {email} already") from error
    return Outcome({"id": account.id, "email": email, "name": name, "personal": account.personal})


def _user_list(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    rows = [
        {
            "id": row.id,
            "email": row.email,
            "name": row.name,
            "personal": row.personal,
            "created_ms": row.created_ms,
            "disabled": bool(row.disabled),
        }
        for row in opened.accounts.accounts()
    ]
    return Outcome({"users": rows})


def _user_disable(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    account = _account(opened, arguments)
    disabled = bool(arguments.get("disabled", True))
    opened.accounts.set_disabled(account.id, disabled)
    ended = opened.accounts.valid_sign_ins(account.id) if disabled else []
    return Outcome({"email": account.email, "disabled": disabled}, ended=dict.fromkeys(ended, "disabled"))


def _user_password(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    account = _account(opened, arguments)
    ended = opened.accounts.set_password(account.id, str(arguments["password_hash"]))
    return Outcome({"email": account.email, "signed_out": len(ended)}, ended=dict.fromkeys(ended, "revoked"))


def _session_list(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    email = _account(opened, arguments).email if arguments.get("email") else None
    rows = [
        {
            "id": row.key,
            "email": row.email,
            "system": row.os,
            "program": row.app,
            "created_ms": row.created_ms,
            "seen_ms": row.seen_ms,
            "expires_ms": row.expires_ms,
            "state": "revoked" if row.revoked else "expired" if row.expires_ms <= now_ms else "ok",
        }
        for row in opened.accounts.sessions()
        if email is None or row.email == email
    ]
    return Outcome({"sessions": rows})


def _session_revoke(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    ended = [
        key for sign_in in _sign_ins(opened, arguments) for key in opened.accounts.revoke(sign_in=sign_in)
    ]
    return Outcome({"revoked": ended}, ended=dict.fromkeys(ended, "revoked"))


def _session_expire(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    ended = _sign_ins(opened, arguments)
    for sign_in in ended:
        opened.accounts.extend(sign_in, now_ms - 1)
    return Outcome({"expired": ended}, ended=dict.fromkeys(ended, "expired"))


def _role_set(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    account = _account(opened, arguments)
    notebook, role = str(arguments.get("notebook")), arguments.get("role")
    known = opened.accounts.notebook(notebook)
    if known is None:
        raise AdminError(f"there is no notebook {notebook}")
    if role not in (*roles.ROLES, roles.NO_ROLE):
        raise AdminError(f"a role is one of {', '.join(roles.ROLES)}, or none")
    collection = arguments.get("collection")
    before = opened.sharing.everybody(notebook)
    try:
        if collection is not None:
            _set_collection(opened, notebook, account.id, str(collection), str(role))
        elif account.id == known[1] and role != "owner":
            raise AdminError(f"{account.email} made this notebook and stays its owner")
        else:
            opened.sharing.give(notebook, account.id, str(role))
    except CallRefused as error:
        raise AdminError(str(error)) from error
    value = {"notebook": notebook, "email": account.email, "role": role, "collection": collection}
    return Outcome(value, roles_changed=list(dict.fromkeys([*before, account.id])))


def _set_collection(opened: Opened, notebook: str, account: str, collection: str, role: str) -> None:
    """Give a member another role in one collection; the role of the notebook itself takes that away."""
    grant = opened.people.roles(account).get(notebook)
    if grant is None:
        raise AdminError("only a member can have another role in a collection")
    if grant.role == "owner":
        raise AdminError("an owner is one in every collection")
    own = {**grant.collections, collection: role}
    if role == grant.role:
        del own[collection]
    opened.sharing.give_collections(notebook, account, own)


def _notebook_list(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    rows = []
    for notebook, name, _ in opened.accounts.notebooks():
        members = [{"email": email, "role": role} for _, email, role, _ in opened.accounts.members(notebook)]
        rows.append({"id": notebook, "name": name, "members": members})
    return Outcome({"notebooks": rows})


# --- invites -----------------------------------------------------------------------------------------


def _invite_create(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    notebook = named_notebook(opened, arguments)
    days, uses = arguments.get("days"), arguments.get("uses")
    if days is not None and not 0 <= days <= INVITE_LIFE_MS_MAX / DAY_MS:
        raise AdminError("an invite lives for a number of days, a year at most; 0: for ever")
    url = str(arguments.get("url"))
    invite_link(url, "", "")  # before anything is made
    try:
        made = opened.sharing.invite(
            notebook,
            arguments.get("role"),
            author=SERVER_ACCOUNT,
            life_ms=None if days is None else int(days * DAY_MS),
            uses=uses,
            now_ms=now_ms,
        )
    except CallRefused as error:
        raise AdminError(str(error)) from error
    said = made.said()
    return Outcome({**said, "link": invite_link(url, str(said["id"]), str(said["secret"]))})


def _invite_list(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    wanted = named_notebook(opened, arguments)
    rows = [row for row in opened.sharing.all_invites() if wanted in (None, row.notebook)]
    return Outcome({"invites": [opened.sharing.invite_said(row, now_ms) for row in rows]})


def _invite_revoke(opened: Opened, arguments: Arguments, now_ms: int) -> Outcome:
    wanted = str(arguments.get("invite"))
    if not opened.sharing.revoke(wanted):
        raise AdminError(f"there is no invite {wanted}")
    return Outcome({"id": wanted, "state": "revoked"})


PEOPLE: Final[Mapping[str, Callable[[Opened, Arguments, int], Outcome]]] = {
    "user add": _user_add,
    "user list": _user_list,
    "user disable": _user_disable,
    "user password": _user_password,
    "session list": _session_list,
    "session revoke": _session_revoke,
    "session expire": _session_expire,
    "role set": _role_set,
    "notebook list": _notebook_list,
    "invite create": _invite_create,
    "invite list": _invite_list,
    "invite revoke": _invite_revoke,
}


def named_notebook(opened: Opened, arguments: Arguments) -> str | None:
    """Return the notebook that is named; None: none is. Raises AdminError when there is no such one."""
    notebook = arguments.get("notebook")
    if notebook is not None and opened.accounts.notebook(str(notebook)) is None:
        raise AdminError(f"there is no notebook {notebook}")
    return None if notebook is None else str(notebook)


def _email(arguments: Arguments) -> str:
    try:
        return auth.normal_email(arguments.get("email"))
    except AuthFailed as error:
        raise AdminError("that is no e-mail address") from error


def _account(opened: Opened, arguments: Arguments) -> AccountRow:
    email = _email(arguments)
    account = opened.people.account_of(email)
    if account is None:
        raise AdminError(f"there is no account of {email}")
    return account


def _sign_ins(opened: Opened, arguments: Arguments) -> list[int]:
    """Return the sign-ins that a number, or an e-mail, stands for."""
    wanted = str(arguments.get("session"))
    if "@" in wanted:
        return opened.accounts.valid_sign_ins(_account(opened, {"email": wanted}).id)
    known = {str(row.key): row.key for row in opened.accounts.sessions()}
    if wanted not in known:
        raise AdminError(f"there is no session {wanted}")
    return [known[wanted]]
