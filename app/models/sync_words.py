"""
What the status chip and its panel say, from the engine's Status.

Plain functions, so that every state can be tested without a window. "On the server" comes from acks only: the
outbox counts what no server has confirmed. Offline is a state, never an alarm. Errors are not worded here
(`app.wording`).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime

from app.models.notices import version_axis
from app.models.times import clock_time, short_time
from sync.client.driver import driver_of
from sync.client.state import AUTHS_PARKED, Status


@dataclass(frozen=True)
class ChipWords:
    """`first` and `second` are its lines, `icon` and `role` its picture."""

    first: str
    second: str
    icon: str
    role: str


def chip_words(status: Status, now_ms: int | None = None) -> ChipWords:
    """What the chip says; `now_ms`: the time of day, if not this moment's."""
    waiting = _tr("%n to send", status.outbox) if status.outbox else ""
    if not waiting and status.files_waiting:
        one, many = _tr("1 file to send"), _tr("%n files to send", status.files_waiting)
        waiting = one if status.files_waiting == 1 else many
    if status.auth == "local_only" and status.account is None:
        return ChipWords(_tr("Local only"), _tr("Kept on this computer"), "hard-drive", "text_muted")
    if status.auth == "local_only":
        first = f"{_tr('Signed out')} – {waiting}" if waiting else _tr("Signed out")
        return ChipWords(first, _tr("Kept on this computer"), "hard-drive", "text_muted")
    if status.auth in AUTHS_PARKED:
        return ChipWords(
            f"{_tr('Signed out')} – {waiting}" if waiting else _tr("Signed out"),
            _known_until(status),
            "cloud-alert",
            "warning",
        )
    if status.quarantine:
        known = _known_until(status) if status.driver == "live" else _synced(status, now_ms)
        return ChipWords(_tr("%n refused", status.quarantine), known, "cloud-alert", "danger")
    if status.mode != "full":
        return _behind_words(status, waiting)
    if status.link != "live" and status.driver != "live":
        return _visit_words(status, waiting, now_ms)
    if status.link != "live":
        first = f"{_tr('Offline')} – {waiting}" if waiting else _tr("All changes on the server")
        return ChipWords(first, _known_until(status), "cloud-off" if waiting else "cloud", "text_muted")
    if waiting:
        return ChipWords(waiting, _up_to_date(status), "refresh-cw", "text_muted")
    return ChipWords(_tr("All changes on the server"), _up_to_date(status), "cloud-check", "good")


def _behind_words(status: Status, waiting: str) -> ChipWords:
    """What the chip says while the notes here and on the server have different versions."""
    is_too_old = version_axis(status.mode, status.server_model, status.app_model) == "app_too_old"
    if status.mode == "send_only" and (status.link == "live" or status.driver != "live"):
        first = waiting or _tr("All changes on the server")
        second = _tr("Not receiving: update") if is_too_old else _tr("Not receiving: upgrade")
        return ChipWords(first, second, "refresh-cw", "warning")
    first = _tr("Kept here – {waiting}").format(waiting=waiting) if waiting else _tr("Nothing to send")
    second = {
        "blocked": _tr("Update to sync again") if is_too_old else _tr("Upgrade to sync again"),
        "ahead": _tr("The server is older"),
    }.get(status.mode, _known_until(status))
    return ChipWords(first, second, "cloud-alert", "warning")


def _visit_words(status: Status, waiting: str, now_ms: int | None) -> ChipWords:
    """What the chip says while no connection is to stay: it is no fault that there is none."""
    first = waiting or _tr("All changes on the server")
    if status.link != "off":
        return ChipWords(first, link_words(status), "cloud", "text_muted")
    missed = {"unreached": _tr("Not reached"), "unfinished": _tr("Not finished")}.get(status.visit or "")
    said = [missed or _synced(status, now_ms), _when_again(status)]
    icon = "cloud-off" if missed and waiting else "cloud"
    return ChipWords(first, " · ".join(part for part in said if part), icon, "text_muted")


def _synced(status: Status, now_ms: int | None) -> str:
    """When the last visit had everything: a time today, else a day."""
    if not status.up_to_date_ms:
        return _tr("Not synced yet")
    now_ms = QDateTime.currentMSecsSinceEpoch() if now_ms is None else now_ms
    return _tr("Synced {time}").format(time=short_time(status.up_to_date_ms, now_ms))


def _when_again(status: Status) -> str:
    """When the next visit is; a day ahead at most, so that the time of day says it."""
    if status.driver == "manual":
        return _tr("when you ask")
    return _tr("next at {time}").format(time=clock_time(status.next_ms)) if status.next_ms else ""


def driver_words(status: Status) -> str:
    """What drives syncing."""
    driver = driver_of(status.driver)
    if driver.minutes == 1:
        return _tr("Every minute")
    if driver.kind == "every":
        return _tr("Every %n minutes", driver.minutes)
    return _tr("Only when you ask") if driver.kind == "manual" else _tr("All the time")


def _edits(count: int) -> str:
    return _tr("1 edit") if count == 1 else _tr("%n edits", count)


def _files(count: int) -> str:
    return _tr("1 file") if count == 1 else _tr("%n files", count)


def panel_rows(status: Status, now_ms: int | None = None) -> list[tuple[str, str]]:
    """(what, how it stands) for the panel behind the chip; `now_ms` as in `chip_words`."""
    rows = [(_tr("Connection"), link_words(status)), (_tr("Account"), auth_words(status))]
    if status.auth != "local_only":
        rows[1] = (_tr("Account"), status.email or auth_words(status))
        if status.auth != "ok":
            rows.append((_tr("Sign-in"), auth_words(status)))
        rows.append((_tr("Server"), server_name(status.server)))
        if status.driver != "live":
            rows.append((_tr("Syncing"), driver_words(status)))
            if status.visit in ("unreached", "unfinished"):
                missed = {
                    "unreached": _tr("The server was not reached"),
                    "unfinished": _tr("It did not come to an end"),
                }
                rows.append((_tr("Last time"), missed[status.visit]))
        acked = clock_time(status.last_ack_ms) if status.last_ack_ms else _tr("never")
        rows.append((_tr("Last confirmed"), acked))
        rows.append((_tr("Others' edits"), _inbound_words(status, now_ms)))
    rows.append((_tr("Not on a server"), _edits(status.outbox)))
    if status.files_waiting:
        rows.append((_tr("Files not on a server"), _files(status.files_waiting)))
    if status.files_wanted:
        rows.append((_tr("Files to fetch"), _files(status.files_wanted)))
    if status.files_refused:
        rows.append((_tr("Files the server does not take"), _files(status.files_refused)))
    if status.quarantine:
        rows.append((_tr("Refused by the server"), _edits(status.quarantine)))
    rows.append((_tr("Version of the notes"), _version_words(status)))
    return rows


def _version_words(status: Status) -> str:
    if status.mode == "full" or status.server_model is None:
        return status.model
    return _tr("{here} here, {there} on the server").format(here=status.model, there=status.server_model)


def link_words(status: Status) -> str:
    """The state of the connection in words."""
    if status.auth == "local_only":
        return _tr("None, and none needed")
    words = {
        "off": _off_words(status),
        "waiting": _tr("Offline, trying again"),
        "connecting": _tr("Connecting…"),
        "greeting": _tr("Connecting…"),
        "live": _tr("Connected"),
    }
    return words.get(status.link, status.link)


def _off_words(status: Status) -> str:
    if status.driver == "manual":
        return _tr("None until you ask")
    if status.driver != "live" and status.next_ms:
        return _tr("None until {time}").format(time=clock_time(status.next_ms))
    return _tr("Not connected")


def auth_words(status: Status) -> str:
    """The state of the sign-in in words."""
    words = {
        "local_only": _tr("Not signed in") if status.account is None else _tr("Signed out"),
        "ok": _tr("Signed in"),
        "expiring": _tr("Signed in; the sign-in ends soon"),
        "expired": _tr("Sign-in has expired"),
        "invalid": _tr("Sign-in is not accepted"),
        "revoked": _tr("This device was signed out"),
        "disabled": _tr("The account is disabled"),
        "wrong_account": _tr("Another account"),
        "unknown": _tr("Not checked yet"),
    }
    said = words.get(status.auth, status.auth)
    return said


def _inbound_words(status: Status, now_ms: int | None) -> str:
    known = _known_until(status) if status.driver == "live" else _synced(status, now_ms)
    words = {"unknown": known, "behind": _tr("Receiving…"), "up_to_date": _tr("All here")}
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


def server_address(address: str | None) -> str:
    """A server's address as a person would type it: without the path that we add."""
    scheme, mark, rest = (address or "").partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def server_name(address: str | None) -> str:
    """A server's address without what people do not read: the scheme and the path."""
    return (address or "").partition("://")[2].partition("/")[0] or (address or _tr("the server"))
