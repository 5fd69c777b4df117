"""
What banners say and what is on their buttons.

Plain functions of a notice and the axes it came from, so that every sentence can be read in a test. Short,
calm, and each says what becomes of the person's edits. Not here: when a banner is due (`models.notices`), the
chip (`models.sync_words`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.models.notices import AUTH_EXPIRED, AUTH_REVOKED, MINUTE_MS, Act, Axes, Notice
from app.models.times import clock_time

HOUR_MINUTES = 60
DAY_MINUTES = 24 * HOUR_MINUTES
YEAR_MINUTES = 365 * DAY_MINUTES


def notice_words(notice: Notice, axes: Axes) -> str:
    """The sentences of a banner."""
    if notice.kind in ("expired", "invalid", "revoked", "disabled"):
        return f"{_why_signed_out(notice.kind, axes)} {_what_of_edits(notice.kind, axes)}"
    if notice.kind == "wrong_account":
        return _wrong_account(axes)
    if notice.kind in ("send_only", "blocked", "ahead", "app_too_old"):
        return _version(notice.kind, axes)
    if notice.kind in ("clock_behind", "clock_ahead"):
        return _clock(notice.kind, axes)
    if notice.kind == "removals":
        return _removals(axes)
    if notice.kind == "quarantine":
        return _quarantine(axes)
    return _store(notice.kind)


def act_words(act: Act, axes: Axes) -> str:
    """What a button says."""
    words = {
        Act.SIGN_IN: _tr("Sign in"),
        Act.SIGN_IN_AS_OWNER: _tr("Sign in as {owner}").format(owner=axes.owner or _tr("that account")),
        Act.SEPARATE_PROFILE: _tr("Keep a separate profile"),
        Act.UPGRADE: _tr("Upgrade"),
        Act.UPDATE_APP: _tr("How to update"),
        Act.EXPORT: _tr("Export"),
        Act.SHOW_REFUSED: _tr("Show"),
        Act.REMOVE_HERE: _tr("Leave them there"),
        Act.KEEP_NOTES: _tr("Restore them"),
        Act.LATER: _tr("Later"),
        Act.CLOSE: _tr("Close"),
    }
    return words[act]


def edits_in_notes(edits: int, notes: int) -> str:
    """37 edits in 4 notes."""
    count = _tr("1 edit") if edits == 1 else _tr("%n edits", edits)
    places = _tr("1 note") if notes == 1 else _tr("%n notes", notes)
    return _tr("{edits} in {notes}").format(edits=count, notes=places)


def _edits(edits: int) -> str:
    return _tr("1 edit is") if edits == 1 else _tr("%n edits are", edits)


def _why_signed_out(kind: str, axes: Axes) -> str:
    why = {
        "expired": _tr("Signed out of {server}{since}."),
        "invalid": _tr("{server} no longer accepts this sign-in{since}."),
        "revoked": _tr("This device was signed out of {server} from elsewhere{since}."),
        "disabled": _tr("Your account on {server} is disabled{since}. Its administrator can tell you why."),
    }
    return why[kind].format(server=axes.server or _tr("the server"), since=_since(axes))


def _since(axes: Axes) -> str:
    return _tr(" since {time}").format(time=clock_time(axes.signed_out_ms)) if axes.signed_out_ms else ""


def _what_of_edits(kind: str, axes: Axes) -> str:
    if not axes.outbox:
        return _tr("Nothing is waiting to be sent; you can go on writing.")
    what = edits_in_notes(axes.outbox, axes.notes)
    if kind == "disabled":
        one = _tr("{what} is safe on this computer and will be sent when it is enabled again.")
        many = _tr("{what} are safe on this computer and will be sent when it is enabled again.")
    else:
        one = _tr("{what} is safe on this computer and will be sent after you sign in.")
        many = _tr("{what} are safe on this computer and will be sent after you sign in.")
    return (one if axes.outbox == 1 else many).format(what=what)


def _wrong_account(axes: Axes) -> str:
    whose = axes.owner or _tr("another account")
    first = _tr("{server} answers for another account{since}.").format(
        server=axes.server or _tr("the server"), since=_since(axes)
    )
    if not axes.outbox:
        return f"{first} " + _tr("The notes here belong to {owner}.").format(owner=whose)
    one = _tr("{what} belongs to {owner} and is safe on this computer.")
    many = _tr("{what} belong to {owner} and are safe on this computer.")
    what = edits_in_notes(axes.outbox, axes.notes)
    return f"{first} " + (one if axes.outbox == 1 else many).format(what=what, owner=whose)


def _version(kind: str, axes: Axes) -> str:
    if kind == "send_only":
        words = _tr(
            "A newer version of your notes is in use. {sending}; you won't see others' until you upgrade."
        )
        return words.format(sending=_sending(axes))
    if kind == "blocked":
        return _tr("Update to sync again.") + _safe_here(axes)
    if kind == "ahead":
        kept = _tr("The server has not been upgraded yet.")
        return kept + (" " + _edits(axes.outbox) + _tr(" kept here.") if axes.outbox else "")
    return _tr(
        "Update Commonplace first: your notes on {server} have a version that this one cannot read."
    ).format(server=axes.server or _tr("the server")) + (
        f" {_sending(axes)}." if axes.sends else _safe_here(axes)
    )


def _sending(axes: Axes) -> str:
    """What becomes of edits while nothing is received: to be sent they need a connection all the same."""
    if axes.auth in AUTH_EXPIRED | AUTH_REVOKED:
        return _tr("Your edits are safe on this computer and will be sent after you sign in")
    if axes.link != "live":
        return _tr("Your edits are safe on this computer and will be sent when it is connected")
    return _tr("Your edits are still being sent")


def _safe_here(axes: Axes) -> str:
    return " " + _edits(axes.outbox) + _tr(" safe on this computer.") if axes.outbox else ""


def _clock(kind: str, axes: Axes) -> str:
    minutes = round(abs(axes.clock_ms) / MINUTE_MS)
    first = _tr("This computer's clock is {time} slow.")
    if kind != "clock_behind":
        first = _tr("This computer's clock is {time} fast.")
    return first.format(time=_span(minutes)) + " " + _tr("Set it when you can; edits are accepted.")


def _span(minutes: int) -> str:
    """A time as people say it: a clock that was never set is years slow, not half a million minutes."""
    if minutes < 2 * HOUR_MINUTES:
        return _tr("%n minutes", minutes)
    if minutes < 2 * DAY_MINUTES:
        return _tr("%n hours", round(minutes / HOUR_MINUTES))
    if minutes < 2 * YEAR_MINUTES:
        return _tr("%n days", round(minutes / DAY_MINUTES))
    return _tr("%n years", round(minutes / YEAR_MINUTES))


def _removals(axes: Axes) -> str:
    who = axes.removals_by or _tr("Somebody")
    return _tr("{who} put {count} of {total} notes into the trash. Shall they stay there?").format(
        who=who, count=axes.removals, total=axes.removals_of
    )


def _quarantine(axes: Axes) -> str:
    server = axes.server or _tr("the server")
    if axes.quarantine == 1:
        return _tr("1 edit was refused by {server}. It is kept here.").format(server=server)
    many = _tr("%n edits were refused by {server}. They are kept here.", axes.quarantine)
    return many.format(server=server)


def _store(kind: str) -> str:
    words = {
        "newer": _tr("A newer Commonplace wrote this library. Read and export it here; update to edit."),
        "recovered": _tr("The program ended unexpectedly last time. The library was checked and is whole."),
    }
    kept = _tr("Changes cannot be stored right now. What you type is kept in memory until they can.")
    return words.get(kind, kept)


def _tr(text: str, count: int = -1) -> str:
    """The text in the person's language; %n is the count where one is given."""
    said = QCoreApplication.translate("NoticeWords", text, None, count)
    return said.replace("%n", str(count)) if count >= 0 else said
