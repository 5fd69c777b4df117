"""
The calls about members, invites and passwords: what is asked, and what becomes of the answer.

What it is not: what the calls do (sharing.py) or who may (roles.py). Invariants: every call is answered by
exactly one result; whoever's notebooks changed is told at once, on every open connection; asking about
others is slowed, so that nobody reads out who has an account.

Source: README, "Calls".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sync.errors import AuthFailed
from sync.protocol import messages as m
from sync.server import auth
from sync.server.moving import Move
from sync.server.people import CallRefused
from sync.server.session import Effect, Session, Work
from sync.server.sharing import Shared

PACED: Final = frozenset({"share", "set_role", "create_invite", "redeem"})
"""Calls that could be used to try out e-mails or secrets, or to trouble many people."""


def call_of_notebook(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """Do a call that names a notebook: of its members, authors, roles, name and invites."""
    account = _account(session)
    sharing = session.realm.sharing

    def do() -> Shared | CallRefused:
        try:
            return sharing.call(call.name, account, call.args, now_ms)
        except CallRefused as error:
            return error

    if _too_often(session, call, now_ms):
        return []
    return [Work("store", do, lambda outcome: _answered(session, call, outcome))]


def redeem(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """``{id, secret}``: use an invite. Answers ``{outcome, notebook, name, role}``, then the notice."""
    account = _account(session)
    sharing = session.realm.sharing

    def do() -> Shared | CallRefused:
        try:
            return sharing.redeem(account, call.args, now_ms)
        except CallRefused as error:
            return error

    if _too_often(session, call, now_ms):
        return []
    return [Work("store", do, lambda outcome: _answered(session, call, outcome))]


def move(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """``{document, notebook}``: move a note. Answers ``{document, notebook, outcome}``."""
    account = _account(session)
    moving = session.realm.moving

    def do() -> Move | CallRefused:
        try:
            return moving.move(account, call.args.get("document"), call.args.get("notebook"), now_ms)
        except CallRefused as error:
            return error

    def done(outcome: Move | CallRefused) -> list[Effect]:
        if isinstance(outcome, CallRefused):
            session.say(m.Result(call.id, outcome.code, str(outcome)))
        else:
            session.say(m.Result(call.id, value=outcome.value))
            session.hub.committed(outcome.segments)
        return []

    return [Work("store", do, done)]


def change_password(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{old, new}``: choose another password. Every other device of the account must sign in again.

    Answers ``{ended}``: how many sign-ins that were. Wrong old passwords count as attempts to sign in.
    """
    identity, realm = session.identity, session.realm
    assert identity is not None
    try:
        old = auth.normal_password(call.args.get("old"), fresh=False)
        new = auth.normal_password(call.args.get("new"), fresh=True)
        realm.door.knock(identity.email, session.address, now_ms, up=False)
    except AuthFailed as error:
        return refused(session, call, error)

    def check(stored: str | None) -> list[Effect]:
        return [Work("hash", lambda: realm.passwords.check(stored, old), checked)]

    def checked(right: bool) -> list[Effect]:
        if not right:
            return refused(session, call, AuthFailed("bad_credentials"))
        realm.door.welcome(identity.email, session.address, now_ms)
        return [Work("hash", lambda: realm.passwords.hash(new), store)]

    def store(password_hash: str) -> list[Effect]:
        return [Work("store", lambda: realm.people.set_password(identity, password_hash), done)]

    def done(ended: list[int]) -> list[Effect]:
        session.say(m.Result(call.id, value={"ended": len(ended)}))
        realm.ended(ended)
        return []

    def stored() -> str | None:
        account = realm.people.account_of(identity.email)
        return account.password if account is not None and account.id == identity.account else None

    return [Work("store", stored, check)]


def refused(session: Session, call: m.Call, error: AuthFailed) -> list[Effect]:
    """Answer a call with why it was not done."""
    session.say(m.Result(call.id, error.code, "", None, error.after_ms))
    return []


def _account(session: Session) -> str:
    assert session.identity is not None
    return session.identity.account


def _too_often(session: Session, call: m.Call, now_ms: int) -> bool:
    """Whether the account asks such things too often; it was told so."""
    wait_ms = session.realm.asking.take(_account(session), now_ms) if call.name in PACED else 0
    if wait_ms:
        session.say(m.Result(call.id, "rate", "too often", None, wait_ms))
    return bool(wait_ms)


def _answered(session: Session, call: m.Call, outcome: Shared | CallRefused) -> list[Effect]:
    if isinstance(outcome, CallRefused):
        session.say(m.Result(call.id, outcome.code, str(outcome)))
        return []
    session.say(m.Result(call.id, value=outcome.value))
    for account in outcome.changed:
        session.realm.roles_changed(account)
    return []


SHARING_CALLS: Final[Mapping[str, Callable[[Session, m.Call, int], list[Effect]]]] = {
    "members": call_of_notebook,
    "authors": call_of_notebook,
    "leave": call_of_notebook,
    "rename_notebook": call_of_notebook,
    "hide_notebook": call_of_notebook,
    "share": call_of_notebook,
    "set_role": call_of_notebook,
    "create_invite": call_of_notebook,
    "invites": call_of_notebook,
    "revoke_invite": call_of_notebook,
    "redeem": redeem,
    "move": move,
    "change_password": change_password,
}
