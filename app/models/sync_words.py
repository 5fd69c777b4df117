"""
What the status chip and its panel say, from the engine's Status.

Plain functions, so that every state can be tested without a window. "On the server" comes from acks only: the
outbox counts what no server has confirmed. Offline is a state, never an alarm. Errors are not worded here
(`app.wording`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.models.times import clock_time
from sync.client.state import AUTHS_PARKED, Status


@dataclass(frozen=True)
class ChipWords:
    """`first` and `second` are its lines, `icon` and `role` its picture."""

    first: str
    second: str
    icon: str
    role: str


def chip_words(status: Status) -> ChipWords:
    """What the chip says."""
    if status.auth == "local_only":
        return ChipWords(_tr("Local only"), _tr("Kept on this computer"), "hard-drive", "text_muted")
    waiting = _tr("%n to send", status.outbox) if status.outbox else ""
    if status.auth in AUTHS_PARKED:
        return ChipWords(
            f"{_tr('Signed out')} – {waiting}" if waiting else _tr("Signed out"),
            _known_until(status),
            "cloud-alert",
            "warning",
        )
    if status.quarantine:
        return ChipWords(_tr("%n refused", status.quarantine), _known_until(status), "cloud-alert", "danger")
    if status.link != "live":
        first = f"{_tr('Offline')} – {waiting}" if waiting else _tr("All changes on the server")
        return ChipWords(first, _known_until(status), "cloud-off" if waiting else "cloud", "text_muted")
    if waiting:
        return ChipWords(waiting, _up_to_date(status), "refresh-cw", "text_muted")
    return ChipWords(_tr("All changes on the server"), _up_to_date(status), "cloud-check", "good")


def panel_rows(status: Status) -> list[tuple[str, str]]:
    """(what, how it stands) for the panel behind the chip."""
    rows = [(_tr("Connection"), link_words(status)), (_tr("Account"), auth_words(status))]
    if status.auth != "local_only":
        rows[1] = (_tr("Account"), status.email or auth_words(status))
        if status.auth != "ok":
            rows.append((_tr("Sign-in"), auth_words(status)))
        rows.append((_tr("Server"), server_name(status.server)))
        acked = clock_time(status.last_ack_ms) if status.last_ack_ms else _tr("never")
        rows.append((_tr("Last confirmed"), acked))
        rows.append((_tr("Others' edits"), _inbound_words(status)))
    rows.append((_tr("Not on a server"), _tr("%n edits", status.outbox)))
    if status.quarantine:
        rows.append((_tr("Refused by the server"), _tr("%n edits", status.quarantine)))
    rows.append((_tr("Version of the notes"), status.model))
    return rows


def link_words(status: Status) -> str:
    """The state of the connection in words."""
    if status.auth == "local_only":
        return _tr("None, and none needed")
    words = {
        "off": _tr("Not connected"),
        "waiting": _tr("Offline, trying again"),
        "connecting": _tr("Connecting…"),
        "greeting": _tr("Connecting…"),
        "live": _tr("Connected"),
    }
    return words.get(status.link, status.link)


def auth_words(status: Status) -> str:
    """The state of the sign-in in words."""
    words = {
        "local_only": _tr("Not signed in"),
        "ok": _tr("Signed in"),
        "expiring": _tr("Signed in"),
        "expired": _tr("Sign-in has expired"),
        "invalid": _tr("Sign-in is not accepted"),
        "revoked": _tr("This device was signed out"),
        "disabled": _tr("The account is disabled"),
        "wrong_account": _tr("Another account"),
        "unknown": _tr("Not checked yet"),
    }
    said = words.get(status.auth, status.auth)
    return said


def _inbound_words(status: Status) -> str:
    words = {"unknown": _known_until(status), "behind": _tr("Receiving…"), "up_to_date": _tr("All here")}
    return words[status.inbound]


def _up_to_date(status: Status) -> str:
    if not status.up_to_date_ms or status.inbound == "behind":
        return _tr("Receiving…")
    return _tr("Up to date {time}").format(time=clock_time(status.up_to_date_ms))


def _known_until(status: Status) -> str:
    if not status.up_to_date_ms:
        return _tr("Not received yet")
    return _tr("Unknown since {time}").format(time=clock_time(status.up_to_date_ms))


def _tr(text: str, count: int = -1) -> str:
    """The text in the person's language; %n is the count where one is given."""
    said = QCoreApplication.translate("SyncWords", text, None, count)
    return said.replace("%n", str(count)) if count >= 0 else said


def signed_out_words(status: Status, edits: int, notes: int, since_ms: int | None) -> str:
    """
    Why somebody has to sign in again, and what becomes of their edits.

    Args:
        status: In one of AUTHS_PARKED.
        edits: Deltas that are not on the server.
        notes: Documents they are in.
        since_ms: When it was noticed; None when that is not known.
    """
    server = server_name(status.server)
    since = _tr(" since {time}").format(time=clock_time(since_ms)) if since_ms else ""
    why = {
        "expired": _tr("Signed out of {server}{since}."),
        "invalid": _tr("{server} no longer accepts this sign-in{since}."),
        "revoked": _tr("This device was signed out of {server} from elsewhere{since}."),
        "disabled": _tr("Your account on {server} is disabled{since}. Its administrator can tell you why."),
        "wrong_account": _tr("The edits here belong to another account on {server}."),
    }
    first = why[status.auth].format(server=server, since=since)
    if not edits:
        return first + " " + _tr("Nothing is waiting to be sent; you can go on writing.")
    count = _tr("1 edit") if edits == 1 else _tr("%n edits", edits)
    places = _tr("1 note") if notes == 1 else _tr("%n notes", notes)
    one = _tr("{edits} in {notes} is safe on this computer and will be sent after you sign in.")
    many = _tr("{edits} in {notes} are safe on this computer and will be sent after you sign in.")
    return first + " " + (one if edits == 1 else many).format(edits=count, notes=places)


def server_address(address: str | None) -> str:
    """A server's address as a person would type it: without the path that we add."""
    scheme, mark, rest = (address or "").partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def server_name(address: str | None) -> str:
    """A server's address without what people do not read: the scheme and the path."""
    return (address or "").partition("://")[2].partition("/")[0] or (address or _tr("the server"))
