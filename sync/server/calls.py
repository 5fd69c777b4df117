"""
What a client may ask for by name: one function for each call.

What it is not: rights; those are a table of roles.py, looked up before a function here is called. Invariants:
every call is answered by exactly one result; arguments are checked here, unknown ones ignored; of a password
nothing is kept.

Source: README, "Calls".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sync.errors import AuthFailed
from sync.protocol import messages as m
from sync.server import auth
from sync.server.check_calls import check, give_back
from sync.server.people import CallRefused, Identity
from sync.server.session import Effect, Session, Work
from sync.server.sharing_calls import SHARING_CALLS, refused
from sync.storage.account_store import AccountRow

Outcome = tuple[str, Identity] | AuthFailed


def sign_up(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{email, password, name, invite?: {id, secret}, account?}``: make an account and sign in to it.

    Answers as ``sign_in`` does. Where sign-up is by invite, one is needed; it is used in the same
    transaction. A library that belongs to an account has no use for another one.
    """
    realm = session.realm
    try:
        _not_signed_in(session)
        if _owner(call) is not None:
            raise AuthFailed("wrong_account")
        invite = _invite(call) if realm.sign_up != "closed" else None
        if realm.sign_up == "closed" or (realm.sign_up == "invite" and invite is None):
            raise AuthFailed("closed")
        email = auth.normal_email(call.args.get("email"))
        password = auth.normal_password(call.args.get("password"), fresh=True)
        realm.door.knock(email, session.address, now_ms, up=True)
    except AuthFailed as error:
        return refused(session, call, error)
    name = auth.normal_name(call.args.get("name"), email.partition("@")[0])

    joined: list[str] = []

    def make(password_hash: str) -> Outcome:
        try:
            if invite is None:
                account = realm.people.sign_up(email, name, password_hash, now_ms)
            else:
                account, redeemed = realm.people.sign_up_invited(email, name, password_hash, invite, now_ms)
                joined.extend(realm.sharing.everybody(redeemed.notebook))
            return realm.people.sign_in(account, session.device, now_ms)
        except AuthFailed as error:
            return error

    def made(outcome: Outcome) -> list[Effect]:
        for account in joined:
            realm.roles_changed(account)
        return _signed_in(session, call, outcome, now_ms)

    def store(password_hash: str) -> list[Effect]:
        return [Work("store", lambda: make(password_hash), made)]

    def let_in(refusal: AuthFailed | None) -> list[Effect]:
        if refusal is not None:
            return refused(session, call, refusal)
        return [Work("hash", lambda: realm.passwords.hash(password), store)]

    if realm.shared_door is None:
        return let_in(None)
    return [Work("store", lambda: _knock(session, email, now_ms, up=True), let_in)]


def sign_in(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{email, password, account?}``: sign this device in; with `account`, to that one only.

    Answers ``{token, account: {id, email, name}, expires_in, personal}``, then auth_state ``ok`` and the
    account's notice. A library of another account is told so before there is a device or a token, so that
    no sign-in is left that nobody has, wherever the connection breaks.
    """
    realm = session.realm
    try:
        _not_signed_in(session)
        email = auth.normal_email(call.args.get("email"))
        password = auth.normal_password(call.args.get("password"), fresh=False)
        realm.door.knock(email, session.address, now_ms, up=False)
    except AuthFailed as error:
        return refused(session, call, error)

    def look() -> AccountRow | AuthFailed | None:
        return _knock(session, email, now_ms, up=False) or realm.people.account_of(email)

    def compare(account: AccountRow | AuthFailed | None) -> list[Effect]:
        if isinstance(account, AuthFailed):
            return refused(session, call, account)
        stored = None if account is None else account.password
        return [
            Work(
                "hash", lambda: realm.passwords.check(stored, password), lambda right: checked(account, right)
            )
        ]

    def checked(account: AccountRow | None, right: bool) -> list[Effect]:
        if account is None or not right:
            return refused(session, call, AuthFailed("bad_credentials"))
        realm.door.welcome(email, session.address, now_ms)
        return [
            Work("store", lambda: enter(account), lambda outcome: _signed_in(session, call, outcome, now_ms))
        ]

    def enter(account: AccountRow) -> Outcome:
        if realm.shared_door is not None:
            realm.shared_door.welcome(email, session.address, now_ms)
        if _owner(call) not in (None, account.id):
            return AuthFailed("wrong_account")
        try:
            return realm.people.sign_in(account, session.device, now_ms)
        except AuthFailed as error:
            return error

    return [Work("store", look, compare)]


def _owner(call: m.Call) -> object:
    """Return the account to which the caller's library belongs; None: to none."""
    return call.args.get("account")


def sign_out(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """``{device?}``: end the sign-ins of this device, or of another of the account's."""
    identity = session.identity
    assert identity is not None
    device = call.args.get("device")
    if device is not None and type(device) is not int:
        return _answer(session, call, CallRefused("bad_args", "device is a number of devices"))

    def out() -> list[int]:
        return session.realm.people.sign_out(identity, device)

    def done(ended: list[int]) -> list[Effect]:
        session.say(m.Result(call.id, value={"ended": len(ended)}))
        if device is None or device == identity.device:
            session.leave("")
        session.realm.ended(ended)
        return []

    return [Work("store", out, done)]


def devices(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{}``: the signed-in devices, as rows [key, installation, system, program, first seen, last seen, this
    one].
    """
    identity = session.identity
    assert identity is not None
    return [
        Work(
            "store",
            lambda: session.realm.people.devices(identity),
            lambda rows: _answer(session, call, {"devices": rows}),
        )
    ]


def create_notebook(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{id, name, note?}``: make a notebook under an id of the client's; note: the one that it is made for.

    Answers [id, name, role], then the notice.
    """
    identity = session.identity
    assert identity is not None
    people = session.realm.people

    def create() -> Any:
        try:
            args = call.args
            return people.create_notebook(
                identity.account, args.get("id"), args.get("name"), now_ms, args.get("note")
            )
        except CallRefused as error:
            return error

    def created(outcome: Any) -> list[Effect]:
        _answer(session, call, outcome)
        if not isinstance(outcome, CallRefused):
            session.realm.roles_changed(identity.account)
        return []

    return [Work("store", create, created)]


CALLS: Final[Mapping[str, Callable[[Session, m.Call, int], list[Effect]]]] = {
    "sign_up": sign_up,
    "sign_in": sign_in,
    "sign_out": sign_out,
    "devices": devices,
    "create_notebook": create_notebook,
    **SHARING_CALLS,
    "check": check,
    "give_back": give_back,
}


def _invite(call: m.Call) -> tuple[str, str] | None:
    """Return the (id, secret) that a sign-up brings along, or None."""
    given = call.args.get("invite")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise AuthFailed("invite_none")
    number, secret = given.get("id"), given.get("secret")
    if not isinstance(number, str) or not isinstance(secret, str):
        raise AuthFailed("invite_none")
    return number, secret


def _knock(session: Session, email: str, now_ms: int, *, up: bool) -> AuthFailed | None:
    """Count an attempt at all processes of the server; return why it is refused. On the store's thread."""
    door = session.realm.shared_door
    try:
        if door is not None:
            door.knock(email, session.address, now_ms, up=up)
    except AuthFailed as error:
        return error
    return None


def _not_signed_in(session: Session) -> None:
    if session.signed_in:
        raise AuthFailed("unexpected", "this connection is signed in")


def _signed_in(session: Session, call: m.Call, outcome: Outcome, now_ms: int) -> list[Effect]:
    """Say the token, then go on as ``auth`` with it would."""
    if isinstance(outcome, AuthFailed):
        return refused(session, call, outcome)
    token, identity = outcome
    value = {
        "token": token,
        "account": {"id": identity.account, "email": identity.email, "name": identity.name},
        "expires_in": (identity.expires_ms - now_ms) // 1000,
        "personal": identity.personal,
    }
    session.say(m.Result(call.id, value=value))
    return session.identify(token, now_ms)


def _answer(session: Session, call: m.Call, outcome: Any) -> list[Effect]:
    if isinstance(outcome, CallRefused):
        session.say(m.Result(call.id, outcome.code, str(outcome)))
    else:
        session.say(m.Result(call.id, value=outcome))
    return []
