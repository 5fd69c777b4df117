"""
Every code that a server says, by what it is said in. The types hold the program to them: a code that is not
here does not pass the type checker, and one that is here and has no test fails the suite (test_codes.py).

What it is not: sentences (app/wording.py), or what to do about each (README, "Wire"). Invariants: a code,
once shipped, keeps its meaning; a client takes one that it does not know for the mildest of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from sync.errors import Fault

RejectCode = Literal["schema", "too_big", "forbidden", "missing_ref", "untranslatable", "unknown_collection"]
"""Of a delta, in an ack: its number is consumed."""

NackCode = Literal[
    "gap", "fork", "clock_ahead", "rate", "busy", "internal", "migrating", "auth", "not_subscribed", "quota"
]
"""Of a push: nothing was consumed. No server says ``quota`` yet; a client waits and comes again."""

TurnedAway = Literal["rid_taken", "connections"]
"""Why a connection is closed although its sign-in is right."""

ErrorCode = Literal[Fault, TurnedAway, "auth", "upgrade", "not_subscribed", "busy"]
"""Of a message that was refused as a whole."""

Retry = Literal["never", "later", "now", "auth", "upgrade"]
"""When what an error refused may be said again."""

InviteCode = Literal["invite_none", "invite_expired", "invite_used", "invite_revoked", "invite_spent"]
"""Why an invite lets nobody in."""

CallCode = Literal[
    InviteCode, "auth", "unknown_call", "bad_args", "none", "forbidden", "limit", "rate", "busy", "taken",
    "moved", "too_big", "migrating", "no_account", "no_member", "maker", "shared", "bad_credentials",
    "closed", "weak_password", "bad_email", "disabled", "unexpected", "wrong_account",
]  # fmt: skip
"""Of a call that was not done; "" is done."""

BlobCode = Literal["none", "absent", "too_big", "quota", "offset", "mismatch", "busy"]
"""Of an attachment."""

SignInState = Literal["", "ok", "expiring", "expired", "invalid", "revoked", "disabled", "wrong_account"]
"""Of a connection's sign-in; "" before one was tried, and after signing out."""

Status = Literal["ok", "none", "parked", "limit"]
"""Of a stream that was subscribed to."""

Via = Literal["log", "state", "none", "reset"]
"""How a client catches up with a stream."""

Mode = Literal["full", "send_only", "blocked", "ahead"]
"""What a connection's data model lets it do."""

EndWhy = Literal["revoked", "migrated"]
"""Why a server stops sending a stream."""

ResetWhy = Literal["epoch", "cursor"]
"""Why a client's cursor does not belong to a stream's log."""

ByeCode = Literal["stopping"]
"""Why a server closes a connection that did nothing wrong."""

CloseReason = Literal[Fault, TurnedAway, "bye", "stopping", "silence", "hello", "store", "internal"]
"""What a server gives WebSocket as the reason of a close."""

CODES: Final[Mapping[str, frozenset[str]]] = {
    "reject": frozenset(get_args(RejectCode)),
    "nack": frozenset(get_args(NackCode)),
    "error": frozenset(get_args(ErrorCode)),
    "retry": frozenset(get_args(Retry)),
    "refusal": frozenset(get_args(CallCode)),
    "blob": frozenset(get_args(BlobCode)),
    "sign_in": frozenset(get_args(SignInState)),
    "status": frozenset(get_args(Status)),
    "via": frozenset(get_args(Via)),
    "mode": frozenset(get_args(Mode)),
    "end": frozenset(get_args(EndWhy)),
    "reset": frozenset(get_args(ResetWhy)),
    "bye": frozenset(get_args(ByeCode)),
    "close": frozenset(get_args(CloseReason)),
}
"""All of them, by the name that tests use."""
