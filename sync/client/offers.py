"""
What can be done when the data model of this store and that of the server differ, as values: the offer, how
far an upgrade is, and its receipt.

What it is not: the upgrade (upgrade.py) or words for people (the app). Invariant: an offer is a function of
the status and of what this program knows; it never depends on a network error.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sync.client.state import Status
from sync.model.versions import NEWEST, major_of

STEPS: Final = ("offer", "flush", "verify", "backup", "fetch", "catch_up", "swap", "done")
"""Of an upgrade, in their order; each is on disk before it begins."""

CANCELLABLE: Final = frozenset(STEPS[: STEPS.index("swap")])

KINDS: Final = ("none", "upgrade", "upgrade_here", "update_app", "wait")
"""
none: the two sides agree, or nobody knows yet. upgrade: the server's notes are newer and this program knows
them. upgrade_here: no server has these notes, or it is asked for later; they can be brought to the newest
model on this computer alone. update_app: this program does not know the model of the server. wait: the server
is older than this store; edits are kept here until it is upgraded.
"""

OBSTACLES: Final = ("", "offline", "signed_out", "disk", "read_only", "busy")
"""What keeps an upgrade from beginning: no connection, no sign-in, too little room, a store that may only be
read, or one that is under way already."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person can be offered now. Attributes are facts; the app makes the sentence."""

    kind: str = "none"
    mode: str = "full"
    """What the server allows until then: full, send_only, blocked or ahead."""
    model: str = "1.0"
    """Of the store."""
    server_model: str | None = None
    app_model: str = NEWEST
    """The newest that this program uses."""
    unsent: int = 0
    """Edits that are on this computer only."""
    obstacle: str = ""
    """Why it cannot begin now; "" when it can."""
    build: str | None = None
    """For update_app: where a build for this system is to be had; None when nobody knows of one, and then
    none may be named."""

    def plain(self) -> dict[str, object]:
        """Return the facts for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upgrade is. Comes with every change, at most some ten times a second."""

    step: str
    """One of STEPS."""
    done: int = 0
    total: int = 0
    """Of what the step counts: edits (flush), bytes (backup), notes (fetch); 0: not known."""

    @property
    def number(self) -> int:
        """The step's place, from 1 to len(STEPS)."""
        return STEPS.index(self.step) + 1

    @property
    def cancellable(self) -> bool:
        """Whether cancelling still leaves everything as it was."""
        return self.step in CANCELLABLE


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an upgrade did; kept in the store until the next one."""

    old_model: str
    new_model: str
    notes_before: int
    """In the store when the upgrade began, the trash included."""
    notes_after: int
    notes_new: int
    """That came meanwhile: others made them, and this store had not received them."""
    carried: int
    """Edits that were translated and are still to be sent."""
    refused: int
    """Edits that the server refused, or that the newer model has no place for; they are in the quarantine."""
    old_copy: str
    """The file with the store as it was."""
    kept_days: int
    at_ms: int

    def plain(self) -> dict[str, object]:
        """Return the facts for JSON."""
        return asdict(self)


def offer_of(status: Status, *, read_only: bool = False) -> Offer:
    """
    Return what can be offered in this state.

    Args:
        read_only: The store itself is of a model that this program does not know.
    """
    kind, obstacle = _kind(status, read_only), ""
    if kind == "upgrade":
        obstacle = "" if status.link == "live" else "offline"
        if status.auth not in ("ok", "expiring"):
            obstacle = "signed_out"
    return Offer(
        kind=kind,
        mode=status.mode,
        model=status.model,
        server_model=status.server_model,
        app_model=status.app_model,
        unsent=status.outbox,
        obstacle="read_only" if read_only else obstacle,
    )


def _kind(status: Status, read_only: bool) -> str:
    if read_only:
        return "update_app"
    behind = major_of(status.model) < major_of(status.app_model)
    if status.server is None:
        return "upgrade_here" if behind else "none"
    if status.server_model is None or status.mode == "full":
        return "none"
    if status.mode == "ahead":
        return "wait"
    if major_of(status.server_model) > major_of(status.app_model):
        return "update_app"
    return "upgrade" if behind else "none"
