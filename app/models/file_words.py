"""
What is said of one attachment where it is shown, from where it stands and how syncing stands.

Of what is where it belongs nothing is said. Plain functions: every state can be tested without a window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app.editor.file_lines import FileLine
from sync.client.state import AUTHS_PARKED, Status

if TYPE_CHECKING:
    from sync.client.transfers import FileState

PASSING: Final = frozenset({"waiting", "sending", "wanted", "fetching"})
"""States that are mostly over before anybody could read of them."""

AWAY: Final = frozenset({"wanted", "fetching", "missing", "absent"})
"""States of what is not on this computer."""


def file_line(state: FileState, status: Status) -> FileLine | None:
    """What there is to say; None for nothing."""
    if state.state == "missing" and status.link == "live":
        return FileLine(_missing(state.why), again=_tr("Try again"))
    if state.state in ("wanted", "missing"):
        return FileLine(_wanted(status))
    if state.state == "absent":
        return FileLine(_tr("Not on this computer"))
    if status.auth == "local_only":
        return None
    if state.state == "refused":
        return FileLine(_refused(state.why), again=_tr("Try again"))
    if state.state == "waiting":
        return FileLine(_tr("Waiting to be sent"))
    if state.state in ("sending", "fetching"):
        return _under_way(state)
    return None


def _under_way(state: FileState) -> FileLine:
    words = _tr("Sending {n} %") if state.state == "sending" else _tr("Fetching {n} %")
    return FileLine(words.format(n=state.percent), widest=words.format(n=100))


def _wanted(status: Status) -> str:
    if status.auth in AUTHS_PARKED:
        return _tr("Not here yet – comes after you sign in")
    if status.link == "live":
        return _tr("Not here yet – comes in a moment")
    return _tr("Not here yet – comes with the next sync")


def _missing(why: str) -> str:
    """What the server said when it was asked for a file."""
    return {
        "absent": _tr("Not on the server yet"),
        "none": _tr("Could not be fetched: the server does not let you have it"),
        "mismatch": _tr("Could not be fetched: what came was damaged"),
        "busy": _tr("Could not be fetched: the server is busy"),
    }.get(why, _tr("Could not be fetched"))


def _refused(why: str) -> str:
    """What the server said when a file was offered."""
    return {
        "too_big": _tr("Not sent: larger than the server takes"),
        "quota": _tr("Not sent: your room on the server is full"),
    }.get(why, _tr("Not sent: the server does not take it"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("file_words", text)
