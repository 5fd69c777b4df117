"""
Which banners are due: one pure function of independent axes, and what a person has put off.

Each axis is judged by itself; only the order of the topics compares them. Being offline is on an axis and
never leads to a banner. Not here: words (`models.notice_words`), widgets (`widgets.banner`), and where axes
come from (`widgets.status`). No Qt: every combination of axes can be walked through in a test.

Invariants:
- A topic has at most one notice, and the smaller topic is shown first.
- What the link does changes no notice: a network error is never a sign-in problem.
- Putting a notice off lasts as long as its trouble does; trouble that comes again is said again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final


class Topic(IntEnum):
    """What a banner is about; the smaller one is shown first."""

    STORE = 0
    REVOKED = 1
    APP_TOO_OLD = 2
    LIBRARY_BEHIND = 3
    EXPIRED = 4
    REMOVALS = 5
    CLOCK = 6
    QUARANTINE = 7
    NOTICE = 8


class Act(Enum):
    """What a person may do about a notice."""

    SIGN_IN = "sign_in"
    SIGN_IN_AS_OWNER = "sign_in_as_owner"
    SEPARATE_PROFILE = "separate_profile"
    UPGRADE = "upgrade"
    UPDATE_APP = "update_app"
    EXPORT = "export"
    SHOW_REFUSED = "show_refused"
    REMOVE_HERE = "remove_here"
    KEEP_NOTES = "keep_notes"
    LATER = "later"
    CLOSE = "close"


AUTH_REVOKED: Final = frozenset({"revoked", "disabled", "wrong_account"})
"""Somebody decided this; waiting will not help, and signing in again may not either."""

AUTH_EXPIRED: Final = frozenset({"expired", "invalid"})

CLOCK_MS_MAX: Final = 5 * 60_000
"""
From here on a wrong clock is worth a banner. Less is common and harmless: stamps are corrected by the clock
of the server, which refuses stamps beyond the same bound.
"""

MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class Axes:
    """How everything stands that an indicator may speak of. Each axis is independent of the others."""

    link: str = "off"
    auth: str = "local_only"
    version: str = "full"
    """As the server's mode, or `app_too_old`: this program cannot have the notes' new version at all."""
    sends: bool = True
    """Whether edits are sent all the same while the versions differ."""
    outbox: int = 0
    """Edits that are not on the server."""
    notes: int = 0
    """In how many notes they are."""
    inbound: str = "unknown"
    quarantine: int = 0
    clock_ms: int = 0
    """How far this computer's clock is behind the server's; negative: ahead."""
    store: str = "ok"
    """`ok`, the reason for which changes cannot be stored, `newer` (opened to be read) or `recovered`."""
    removals: int = 0
    """Notes that others put into the trash in one go, and that wait there for an answer."""
    removals_of: int = 0
    """How many notes there were."""
    removals_by: str = ""
    """Who removed them."""
    signed_out_ms: int | None = None
    server: str = ""
    """As people name it, without scheme and path."""
    owner: str = ""
    """To whom the edits here belong: a name, or what the account was called last."""


@dataclass(frozen=True)
class Notice:
    """A banner that is due. `kind` chooses its words."""

    topic: Topic
    kind: str
    acts: tuple[Act, ...]
    tone: str = "warning"
    icon: str = "circle-alert"


def due(axes: Axes) -> list[Notice]:
    """Every notice that the axes call for, the most important first."""
    found = (
        _store(axes),
        _auth(axes),
        _version(axes),
        _removals(axes),
        _clock(axes),
        _quarantine(axes),
    )
    return sorted((notice for notice in found if notice is not None), key=lambda notice: notice.topic)


def version_axis(mode: str, server_model: str | None, newest: str) -> str:
    """
    The version axis, from what the server says.

    Args:
        mode: What the server lets this library do.
        server_model: The version of the notes there, `major.minor`; None while it is unknown.
        newest: The newest version that this program can hold.
    """
    if mode not in ("send_only", "blocked") or server_model is None:
        return mode
    return "app_too_old" if _major(server_model) > _major(newest) else mode


class PutOff:
    """What a person does not want to hear of for now. It is forgotten when the program ends."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._topics: set[Topic] = set()

    def add(self, topic: Topic) -> None:
        """Say no more of it while the trouble lasts."""
        self._topics.add(topic)

    def left(self, notices: Iterable[Notice]) -> list[Notice]:
        """The notices to show. Trouble that is over is forgotten, so that it is said when it comes again."""
        notices = list(notices)
        self._topics &= {notice.topic for notice in notices}
        return [notice for notice in notices if notice.topic not in self._topics]


def _major(model: str) -> int:
    head = model.partition(".")[0]
    return int(head) if head.isdecimal() else 0


def _store(axes: Axes) -> Notice | None:
    if axes.store == "ok":
        return None
    if axes.store == "recovered":
        return Notice(Topic.STORE, "recovered", (Act.CLOSE,), "notice", "history")
    acts = (Act.EXPORT,) if axes.store == "newer" else ()
    return Notice(Topic.STORE, axes.store, acts, "danger", "triangle-alert")


def _auth(axes: Axes) -> Notice | None:
    if axes.auth in AUTH_EXPIRED:
        return Notice(Topic.EXPIRED, axes.auth, (Act.SIGN_IN, Act.LATER), icon="log-in")
    if axes.auth == "wrong_account":
        acts = (Act.SIGN_IN_AS_OWNER, Act.SEPARATE_PROFILE, Act.LATER)
        return Notice(Topic.REVOKED, axes.auth, acts, icon="user")
    if axes.auth in AUTH_REVOKED:
        return Notice(Topic.REVOKED, axes.auth, (Act.SIGN_IN, Act.LATER), icon="log-in")
    return None


def _version(axes: Axes) -> Notice | None:
    if axes.auth == "local_only" or axes.version == "full":
        return None
    if axes.version == "app_too_old":
        acts: tuple[Act, ...] = (Act.UPDATE_APP, Act.LATER)
        return Notice(Topic.APP_TOO_OLD, axes.version, acts, icon="download")
    if axes.version == "blocked":
        return Notice(Topic.LIBRARY_BEHIND, axes.version, (Act.UPGRADE, Act.EXPORT), icon="refresh-cw")
    if axes.version == "send_only":
        return Notice(Topic.LIBRARY_BEHIND, axes.version, (Act.UPGRADE, Act.LATER), "notice", "refresh-cw")
    return Notice(Topic.LIBRARY_BEHIND, axes.version, (Act.LATER,), "notice", "clock")


def _removals(axes: Axes) -> Notice | None:
    if not axes.removals:
        return None
    return Notice(Topic.REMOVALS, "removals", (Act.KEEP_NOTES, Act.REMOVE_HERE), icon="trash-2")


def _clock(axes: Axes) -> Notice | None:
    if abs(axes.clock_ms) <= CLOCK_MS_MAX:
        return None
    kind = "clock_behind" if axes.clock_ms > 0 else "clock_ahead"
    return Notice(Topic.CLOCK, kind, (Act.LATER,), "notice", "clock")


def _quarantine(axes: Axes) -> Notice | None:
    if not axes.quarantine:
        return None
    return Notice(Topic.QUARANTINE, "quarantine", (Act.SHOW_REFUSED, Act.LATER))
