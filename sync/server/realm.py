"""
What all connections of a server share: who it is, its store's two faces, its limits, its calls.

What it is not: mutable, but for what the parts themselves hold; or a registry: sessions receive it when they
are made. Invariant: ``core``, ``people``, ``sharing`` and ``blobs`` are touched on the store's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sync.limits import CONNECTIONS_PER_ACCOUNT, DELTAS_BURST, DELTAS_PER_SECOND
from sync.server.auth import Door, Passwords, SharedDoor
from sync.server.blobs import Blobs
from sync.server.compatibility import Compatibility
from sync.server.core import Core
from sync.server.limiter import Limiter, Pace
from sync.server.moving import Moving
from sync.server.opening import Opened
from sync.server.people import People
from sync.server.settings import Settings
from sync.server.sharing import Sharing
from sync.storage.pace_store import PaceStore

ASKING_PACE: Final = Pace(burst=60, per_second=1)
"""Invites made and used, roles given, e-mails looked up by one account: a class of children at once, and
then no faster than somebody clicks."""


def _delta_paces() -> Limiter:
    return Limiter(Pace(DELTAS_BURST, DELTAS_PER_SECOND))


def _asking_paces() -> Limiter:
    return Limiter(ASKING_PACE)


@dataclass(frozen=True, slots=True)
class Realm:
    """One server, as its connections see it."""

    server_id: str
    generation: int
    model: Compatibility
    core: Core
    people: People
    sharing: Sharing
    moving: Moving
    blobs: Blobs
    now_ms: Callable[[], int]
    calls: Mapping[str, Callable[..., Any]]
    ended: Callable[[list[int]], None]
    """Tell connections that these sign-ins were ended elsewhere."""
    roles_changed: Callable[[str], None]
    """Tell the connections of an account that its notebooks or roles have changed."""
    sign_up: str = "open"  # open, invite or closed
    connections_max: int = CONNECTIONS_PER_ACCOUNT
    passwords: Passwords = field(default_factory=Passwords)
    door: Door = field(default_factory=Door)
    shared_door: SharedDoor | None = None
    """Asked on the store's thread, where other processes have doors, too."""
    paces: Limiter = field(default_factory=_delta_paces)
    asking: Limiter = field(default_factory=_asking_paces)
    restored_ms: int | None = None
    """When this server began to go on from an older copy; None: it never did."""


def realm_of(
    opened: Opened,
    settings: Settings,
    calls: Mapping[str, Callable[..., Any]],
    now_ms: Callable[[], int],
    *,
    ended: Callable[[list[int]], None],
    roles_changed: Callable[[str], None],
) -> Realm:
    """Return the realm of an open folder, run with these settings."""
    return Realm(
        opened.server_id,
        opened.generation,
        opened.model,
        opened.core,
        opened.people,
        opened.sharing,
        Moving(opened.core, opened.people),
        opened.blobs,
        now_ms,
        calls,
        ended,
        roles_changed,
        settings.sign_up,
        settings.connections_per_account,
        shared_door=SharedDoor(PaceStore(opened.store)) if opened.store.db.shared else None,
        restored_ms=opened.restored_ms,
    )
