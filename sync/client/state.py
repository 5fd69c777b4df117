"""
What the app and the command line are told about syncing: one value with independent axes.

What it is not: how any of it comes about (engine.py). Invariants: "on the server" is said of what was
acknowledged and of nothing else; a network error never shows as a sign-in problem.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

LINKS: Final = ("off", "waiting", "connecting", "greeting", "live")
"""off: no connection is wanted; waiting: between attempts; greeting: connected, not yet welcomed."""

AUTHS: Final = (
    "local_only", "unknown", "ok", "expiring", "expired", "invalid", "revoked", "disabled", "wrong_account",
)  # fmt: skip
"""
local_only: nobody is signed in here; unknown: there is a token and the server has not said what it thinks of
it.
"""

AUTHS_PARKED: Final = frozenset({"expired", "invalid", "revoked", "disabled", "wrong_account"})
"""Nothing is sent or asked until somebody signs in again; nothing is deleted either."""

VISITS: Final = ("under_way", "done", "unreached", "unfinished")
"""Of a connection that is made now and then: it is there, or how the last one ended (`driver`)."""

MODES: Final = ("full", "send_only", "blocked", "ahead")

INBOUNDS: Final = ("unknown", "behind", "up_to_date")
"""up_to_date: connected, and every stream's cursor is at the head last heard of."""


@dataclass(frozen=True, slots=True)
class Status:
    """How syncing stands. Each axis is independent of the others."""

    link: str = "off"
    conn: int = 0
    """How the server numbers this connection; 0 without one."""
    auth: str = "local_only"
    mode: str = "full"
    outbox: int = 0
    """Deltas that are not on the server."""
    held: int = 0
    """Of these, the ones in notebooks in which this account may not write (any more); they wait."""
    files_waiting: int = 0
    """Attachments that are here and not on the server yet."""
    files_wanted: int = 0
    """Attachments that notes name and that are not here yet."""
    files_refused: int = 0
    """Attachments that the server does not take."""
    quarantine: int = 0
    """Deltas that the server refused and nobody has dealt with."""
    inbound: str = "unknown"
    server: str | None = None
    """The address that was signed in to."""
    account: str | None = None
    """The account's id, which is its identity."""
    email: str | None = None
    """What the account was called last; a hint."""
    model: str = "1.0"
    """Of the data here."""
    app_model: str = "2.0"
    """The newest that the program uses."""
    server_model: str | None = None
    last_ack_ms: int | None = None
    """When the server last confirmed something, by the corrected clock."""
    up_to_date_ms: int | None = None
    """When this store last had everything that the server had."""
    clock: int = 0
    """How far the server's clock is ahead of this computer's, in milliseconds."""
    store: str = "ok"
    """"ok", or the reason for which the store could not be written last (see StoreUnavailable)."""
    signed_out_ms: int | None = None
    """Since when the sign-in is known to be bad, by the corrected clock."""
    token_kept: str | None = None
    """Where the token lives: keyring, file or memory; None when there is none."""
    retry_ms: int | None = None
    """When the next attempt to connect will be made, by the corrected clock, when link is waiting."""
    driver: str = "live"
    """What drives syncing: live, every so many minutes ("every 15"), or manual."""
    visit: str | None = None
    """One of VISITS; None where the driver is live, and before the first one."""
    next_ms: int | None = None
    """When the next visit is due, by the corrected clock; None where none is planned."""

    def plain(self) -> dict[str, object]:
        """Return the axes as a dict of plain values, for JSON."""
        return asdict(self)
