"""Banners say where, since when and what becomes of the edits; no two states sound the same."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QDate, QDateTime, QTime

from app.models.notice_words import act_words, edits_in_notes, notice_words
from app.models.notices import MINUTE_MS, Act, Axes, due
from sync.client.state import AUTHS_PARKED

AT = QDateTime(QDate(2026, 11, 22), QTime(14, 2)).toMSecsSinceEpoch()
OUT = Axes(
    auth="expired", outbox=37, notes=4, signed_out_ms=AT, server="notes.example.org", owner="ana@example.org"
)
pytestmark = pytest.mark.usefixtures("qt_app")


def said(axes):
    return notice_words(due(axes)[0], axes)


def test_a_lost_sign_in_says_where_since_when_and_what_becomes_of_the_edits():
    assert said(OUT) == (
        "Signed out of notes.example.org since 14:02. "
        "37 edits in 4 notes are safe on this computer and will be sent after you sign in."
    )
    assert "1 edit in 1 note is safe" in said(replace(OUT, outbox=1, notes=1))
    assert "Nothing is waiting" in said(replace(OUT, outbox=0, notes=0))
    assert said(replace(OUT, signed_out_ms=None)).startswith("Signed out of notes.example.org. ")


def test_every_lost_sign_in_has_words_of_its_own():
    for axes in (OUT, replace(OUT, outbox=1, notes=1), replace(OUT, outbox=0, notes=0)):
        assert len({said(replace(axes, auth=auth)) for auth in AUTHS_PARKED}) == len(AUTHS_PARKED)


def test_a_disabled_account_is_not_told_to_sign_in():
    assert "after you sign in" not in said(replace(OUT, auth="disabled"))
    assert "administrator" in said(replace(OUT, auth="disabled"))


def test_edits_of_another_account_name_their_owner_and_offer_both_ways():
    other = replace(OUT, auth="wrong_account")
    why = "notes.example.org answers for another account since 14:02."
    assert said(other) == (
        f"{why} 37 edits in 4 notes belong to ana@example.org and are safe on this computer."
    )
    assert [act_words(act, other) for act in due(other)[0].acts] == [
        "Sign in as ana@example.org",
        "Keep a separate profile",
        "Later",
    ]
    assert said(replace(other, outbox=0)) == f"{why} The notes here belong to ana@example.org."


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (
            "send_only",
            "A newer version of your notes is in use. Your edits are still being sent; "
            "you won't see others' until you upgrade.",
        ),
        ("blocked", "Update to sync again. 37 edits are safe on this computer."),
        ("ahead", "The server has not been upgraded yet. 37 edits are kept here."),
        (
            "app_too_old",
            "Update Commonplace first: your notes on notes.example.org have a version that this one cannot"
            " read. Your edits are still being sent.",
        ),
    ],
)
def test_each_side_that_is_behind_is_named(version, words):
    assert said(replace(OUT, auth="ok", link="live", version=version)) == words


@pytest.mark.parametrize("version", ["send_only", "app_too_old"])
@pytest.mark.parametrize(
    ("axes", "sending"),
    [
        ({"link": "live"}, "Your edits are still being sent"),
        ({"link": "off"}, "Your edits are safe on this computer and will be sent when it is connected"),
        ({"link": "waiting"}, "Your edits are safe on this computer and will be sent when it is connected"),
        (
            {"link": "live", "auth": "revoked"},
            "Your edits are safe on this computer and will be sent after you sign in",
        ),
    ],
)
def test_edits_of_a_library_that_is_behind_are_said_to_be_sent_only_while_they_are(version, axes, sending):
    stands = replace(OUT, **{"auth": "ok", "version": version, **axes})
    notice = next(one for one in due(stands) if one.kind == version)
    assert sending in notice_words(notice, stands)


def test_a_program_too_old_to_send_says_that_edits_are_safe():
    kept = said(replace(OUT, auth="ok", version="app_too_old", sends=False))
    assert kept.endswith("that this one cannot read. 37 edits are safe on this computer.")


def test_a_wrong_clock_says_by_how_many_minutes_and_in_which_direction():
    clock = Axes(clock_ms=12 * MINUTE_MS + 400)
    assert said(clock) == (
        "This computer's clock is 12 minutes slow. Set it when you can; edits are accepted."
    )
    assert "90 minutes fast" in said(Axes(clock_ms=-90 * MINUTE_MS))


@pytest.mark.parametrize(
    ("minutes", "span"),
    [
        (119, "119 minutes"),
        (120, "2 hours"),
        (2_879, "48 hours"),
        (2_880, "2 days"),
        (2 * 365 * 1_440 - 1, "730 days"),
        (2 * 365 * 1_440, "2 years"),
        (56 * 365 * 1_440, "56 years"),
    ],
)
def test_a_very_wrong_clock_is_said_as_people_say_it(minutes, span):
    assert f"clock is {span} slow." in said(Axes(clock_ms=minutes * MINUTE_MS))


def test_removals_name_their_author_and_refusals_their_server():
    gone = Axes(removals=31, removals_of=80, removals_by="Ben")
    assert said(gone) == "Ben put 31 of 80 notes into the trash. Shall they stay there?"
    assert said(Axes(quarantine=2, server="s")) == "2 edits were refused by s. They are kept here."
    assert said(Axes(quarantine=1, server="s")) == "1 edit was refused by s. It is kept here."


def test_every_button_has_words():
    assert all(act_words(act, Axes()) for act in Act)
    assert edits_in_notes(1, 1) == "1 edit in 1 note"


def test_every_state_of_the_store_says_what_becomes_of_what_is_typed():
    for store in ("no_space", "newer", "recovered"):
        assert said(Axes(store=store))
