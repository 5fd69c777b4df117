"""
What happens to the engine, and what it wants done: plain values that cross between decisions and I/O.

What it is not: doing any of it (runner.py) or deciding (engine.py). Nothing here is about a socket beyond "it
opened, it closed, this message came".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sync.client.state import Status
from sync.protocol.messages import Ignored, Message, Presence, Result

if TYPE_CHECKING:
    from sync.client.driver import Driver

# --- what happens


@dataclass(frozen=True, slots=True)
class Started:
    """A connection is wanted from now on, if there is a server and a token."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """No connection is wanted any more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection asked for by `Connect` is open."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection could not be made, or has ended. ``fault`` is for logs."""

    fault: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message came; ``size`` is that of its frame in bytes."""

    message: Message | Ignored
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """Deltas were appended to the store; ``now`` asks to send them without waiting for more."""

    now: bool = False


@dataclass(frozen=True, slots=True)
class Nudged:
    """
    Something suggests that trying now is worthwhile: network up, wake, window activated. `asked`: a person
    wants to sync now, whatever drives it.
    """

    asked: bool = False


@dataclass(frozen=True, slots=True)
class Driven:
    """Connections are wanted as this driver says from now on."""

    driver: Driver


@dataclass(frozen=True, slots=True)
class Needed:
    """Somebody needs a connection that stays, or (False) nobody does any more."""

    needed: bool = True


@dataclass(frozen=True, slots=True)
class Parted:
    """What else a visit is for, attachments above all, is over: the connection may end; see `Drained`."""

    turn: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """The time that `Engine.wake_ms` asked for has come."""


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing more shall be sent for now (what is under way is seen through), or (False) it shall again."""

    held: bool = True


@dataclass(frozen=True, slots=True)
class Renewed:
    """Hang up and greet the server again, at once: to be told anew where everything stands."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """There is a token for the server, from the keyring or from a sign-in; None: there is none any more."""

    server: str | None
    token: str | None
    email: str | None = None
    shown: bool = False
    """Whether the server gave it on this very connection, and so knows it already."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants something from the server by name; answered by one `Answered` with the same id."""

    id: int
    name: str
    args: dict[str, Any]
    server: str | None = None
    """For sign_in and sign_up: where. They are the only calls made without a token."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The person's caret moved in a document, or left it (None)."""

    stream: str | None
    document: str | None = None
    anchor: Any = None
    head: Any = None


Event = (
    Started | Stopped | Opened | Lost | Heard | Written | Nudged | Driven | Needed | Parted | Ticked
    | TokenSet | Asked | Moved | Held | Renewed
)  # fmt: skip

# --- what shall be done


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection, then say `Opened`, or `Lost`."""

    url: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message, in order."""

    message: Message


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection; no `Lost` is needed."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Deltas of others are in the store; a view that shows the document may apply them."""

    document: str
    deltas: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Reset:
    """A document in the store has changed otherwise than by deltas; a view must load it again."""

    document: str


@dataclass(frozen=True, slots=True)
class ReplicaChanged:
    """The store writes as another replica now; views load what they show again before the next edit."""

    rid: int


@dataclass(frozen=True, slots=True)
class CopyKept:
    """
    Unsent edits of a note that may not be written (any more) are in a note of this person's own; the same
    document where nobody else had it.
    """

    document: str
    copy: str


@dataclass(frozen=True, slots=True)
class NotebooksChanged:
    """Notebooks came, went, or changed name or role."""


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """Somebody came to a document, left it, or moved in it."""

    document: str
    present: tuple[Presence, ...]


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """An axis of the status changed."""

    status: Status


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to `Asked`. Code ``offline`` is ours: there was no connection to ask on."""

    id: int
    result: Result


@dataclass(frozen=True, slots=True)
class Noted:
    """Something for the log that a person can read: what happened, and facts about it."""

    what: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drained:
    """A visit has nothing left to send or fetch here: see to the attachments, then say `Parted`."""

    turn: int


@dataclass(frozen=True, slots=True)
class FileCame:
    """An attachment was fetched: a view that waits for it may show it."""

    sha256: str


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """Attachments were sent, fetched or refused, or went on."""


Effect = (
    Connect | Send | Close | Remote | Reset | ReplicaChanged | NotebooksChanged | PresenceChanged
    | StatusChanged | Answered | Noted | Drained | FileCame | FilesChanged | CopyKept
)  # fmt: skip
