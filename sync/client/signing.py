"""
Who is signed in: what the server says about the token and the account, and what follows from it.

What it is not: connections (engine) or where tokens are kept (session). Invariants:
- Only an explicit word of our own server moves the state to a bad one; nothing here is triggered by a network
  error.
- A bad state parks: nothing is sent or asked until there is another token, and nothing is deleted. Only
  whether a disabled account is enabled again is asked, once each time that somebody comes back.
- A library belongs to one account of one server. Another account is refused with `wrong_account`, whatever
  its e-mail; the same account under a new e-mail is the same.
"""

from __future__ import annotations

from typing import Final

from sync.client.line import Line
from sync.client.state import AUTHS, AUTHS_PARKED
from sync.protocol.messages import AccountSaid, Auth, Result


def signed_in_as(result: Result) -> tuple[str, str]:
    """Return (account, its own notebook) of the answer to a sign-in; "" for what an answer does not say."""
    value = result.value if isinstance(result.value, dict) else {}
    account = value.get("account")
    said = account.get("id") if isinstance(account, dict) else None, value.get("personal")
    known, personal = (one if isinstance(one, str) else "" for one in said)
    return known, personal


class Signing:
    """The state of the sign-in."""

    def __init__(self, line: Line) -> None:
        """Start with what the store remembers of an earlier sign-in."""
        self._line: Final = line
        store = line.store
        self.server: str | None = store.meta("server_url")
        self.email: str | None = store.meta("email")
        self.token: str | None = None
        self.state = "local_only"
        self.parked_ms: int | None = None
        self.confirmed = False  # on this very connection
        self.asked = False  # the server has a token to look at, and has not said what it thinks of it
        self.again = False  # somebody wants to know whether a disabled account is one still

    @property
    def account(self) -> str | None:
        """The account to which this library belongs, or None while it belongs to none."""
        return self._line.store.meta("account")

    @property
    def parked(self) -> bool:
        """Whether only another token can change anything."""
        return self.state in AUTHS_PARKED

    @property
    def usable(self) -> bool:
        """Whether there is a token that is worth showing."""
        return self.token is not None and (not self.parked or self.again)

    def come_back(self) -> None:
        """Somebody is here again: an account that was disabled may be enabled by now, which is asked once."""
        self.again = self.state == "disabled" and self.token is not None

    def visit(self, server: str) -> None:
        """Turn to a server for a sign-in; nothing of it is kept in the store before the sign-in succeeds."""
        self.server, self.token, self.state = server, None, "local_only"
        self.confirmed = False
        self.asked = False

    def set_token(self, server: str | None, token: str | None, email: str | None) -> None:
        """Take over a token, or (None) have none any more."""
        store = self._line.store
        if server is not None:
            self.server = server
            if store.meta("server_url") != server:
                store.set_meta("server_url", server)
        self.keep_token(token, email)
        self.confirmed = False
        self.asked = False
        self.state = "unknown" if token is not None else "local_only"

    def keep_token(self, token: str | None, email: str | None) -> None:
        """
        Remember a token for the next connection; what the server has confirmed on this one stays confirmed.
        """
        if email is not None and email != self.email:
            self.email = email
            self._line.store.set_meta("email", email)
        self.token = token

    def said(self, state: str, account: AccountSaid | None) -> None:
        """
        Take over what the server says of the token.

        Args:
            state: Of welcome or auth_state; "" when no token was shown.
            account: Whom it stands for.
        """
        self.again = False
        if state == "":
            # After signing out; or the token is fine and an error message says why the door stays closed.
            self.confirmed = False
            return
        self.asked = False
        known = self.account
        if account is not None and known is not None and account.id != known:
            self._park("wrong_account", email=account.email)
        elif state in ("ok", "expiring"):
            if state == "expiring" and self.state != state and self.token is not None:
                self._line.send(Auth(self.token))  # it is in use: shown again, it gets a new term
            self.state = state
            self.confirmed = account is not None or self.confirmed
            if self._line.store.meta("signed_out_ms") is not None:
                self._line.store.set_meta("signed_out_ms", None)
            if account is not None and account.email and account.email != self.email:
                self.email = account.email
                self._line.store.set_meta("email", account.email)
        elif state in AUTHS:
            self._park(state)
        else:
            # A newer server has a state that this program does not know; trying again cannot help.
            self._park("invalid", said=state)

    def wrong_server(self) -> None:
        """The server at the address is another one than this library belongs to."""
        self._park("wrong_account")

    def _park(self, state: str, **facts: object) -> None:
        self.confirmed = False
        self.asked = False
        if state == self.state:
            return
        self._line.note("signed out", state=state, **facts)
        self.state = state
        known = self._line.store.meta("signed_out_ms")
        self.parked_ms = int(known) if known is not None else self._line.ticker.now_ms()
        if known is None:
            self._line.store.set_meta("signed_out_ms", str(self.parked_ms))

    def lost(self) -> None:
        """The connection is gone; what it confirmed must be confirmed again, but is no less true."""
        self.confirmed = False
        self.asked = False

    def is_other_account(self, account: str) -> bool:
        """Whether an account id is not the one to which this library belongs."""
        return self.account is not None and account != self.account
