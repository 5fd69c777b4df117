"""What the chip says, in every state that matters: from acks, and never alarming about being offline."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QDate, QDateTime, QTime

from app.models.sync_words import (
    auth_words,
    chip_words,
    driver_words,
    link_words,
    panel_rows,
    server_address,
    server_name,
)
from sync.client.state import AUTHS, AUTHS_PARKED, LINKS, VISITS, Status

AT = QDateTime(QDate(2026, 11, 22), QTime(14, 3)).toMSecsSinceEpoch()
LIVE = Status(
    link="live",
    auth="ok",
    inbound="up_to_date",
    server="wss://notes.example.org",
    account="x1",
    email="ana@example.org",
    last_ack_ms=AT,
    up_to_date_ms=AT,
)
pytestmark = pytest.mark.usefixtures("qt_app")


@pytest.mark.parametrize(
    ("status", "first", "second"),
    [
        (Status(), "Local only", "Kept on this computer"),
        (Status(outbox=12), "Local only", "Kept on this computer"),
        (LIVE, "All changes on the server", "Up to date 14:03"),
        (replace(LIVE, inbound="behind"), "All changes on the server", "Receiving…"),
        (replace(LIVE, outbox=12), "12 to send", "Up to date 14:03"),
        (replace(LIVE, outbox=12, link="waiting"), "Offline – 12 to send", "Unknown since 14:03"),
        (replace(LIVE, link="waiting"), "All changes on the server", "Unknown since 14:03"),
        (replace(LIVE, link="off", up_to_date_ms=None), "All changes on the server", "Not received yet"),
        (replace(LIVE, auth="expired", outbox=37), "Signed out – 37 to send", "Unknown since 14:03"),
        (replace(LIVE, auth="revoked"), "Signed out", "Unknown since 14:03"),
        (replace(LIVE, quarantine=2), "2 refused", "Unknown since 14:03"),
        (Status(account="x1"), "Signed out", "Kept on this computer"),
        (Status(account="x1", outbox=12), "Signed out – 12 to send", "Kept on this computer"),
        (replace(LIVE, mode="send_only", outbox=3), "3 to send", "Not receiving: upgrade"),
        (replace(LIVE, mode="send_only"), "All changes on the server", "Not receiving: upgrade"),
        (replace(LIVE, mode="blocked", outbox=3), "Kept here – 3 to send", "Upgrade to sync again"),
        (
            replace(LIVE, mode="send_only", server_model="9.0"),
            "All changes on the server",
            "Not receiving: update",
        ),
        (replace(LIVE, mode="blocked", server_model="9.0"), "Nothing to send", "Update to sync again"),
        (replace(LIVE, mode="ahead", outbox=3), "Kept here – 3 to send", "The server is older"),
    ],
)
def test_the_chip_says_how_it_stands(status, first, second):
    words = chip_words(status)
    assert (words.first, words.second) == (first, second)


MANUAL = replace(LIVE, driver="manual", link="off", inbound="unknown", visit="done")
EVERY = replace(MANUAL, driver="every 15", next_ms=AT + 15 * 60_000)
DAY_MS = 24 * 3_600_000


@pytest.mark.parametrize(
    ("status", "first", "second"),
    [
        (MANUAL, "All changes on the server", "Synced 14:03 · when you ask"),
        (replace(MANUAL, outbox=3), "3 to send", "Synced 14:03 · when you ask"),
        (EVERY, "All changes on the server", "Synced 14:03 · next at 14:18"),
        (replace(EVERY, outbox=3), "3 to send", "Synced 14:03 · next at 14:18"),
        (replace(EVERY, files_waiting=1), "1 file to send", "Synced 14:03 · next at 14:18"),
        (replace(EVERY, files_waiting=2), "2 files to send", "Synced 14:03 · next at 14:18"),
        (replace(EVERY, up_to_date_ms=None, next_ms=None), "All changes on the server", "Not synced yet"),
        (
            replace(EVERY, up_to_date_ms=AT - DAY_MS),
            "All changes on the server",
            "Synced Sat · next at 14:18",
        ),
        (replace(EVERY, outbox=3, visit="unreached"), "3 to send", "Not reached · next at 14:18"),
        (replace(MANUAL, visit="unreached"), "All changes on the server", "Not reached · when you ask"),
        (replace(MANUAL, outbox=3, visit="unfinished"), "3 to send", "Not finished · when you ask"),
        (replace(EVERY, link="connecting", visit="under_way"), "All changes on the server", "Connecting…"),
        (
            replace(EVERY, link="waiting", visit="under_way"),
            "All changes on the server",
            "Offline, trying again",
        ),
        (replace(LIVE, driver="manual", outbox=3, visit="under_way"), "3 to send", "Up to date 14:03"),
        (replace(MANUAL, auth="expired", outbox=37), "Signed out – 37 to send", "Unknown since 14:03"),
        (replace(MANUAL, quarantine=2), "2 refused", "Synced 14:03"),
        (replace(MANUAL, mode="send_only", outbox=3), "3 to send", "Not receiving: upgrade"),
        (replace(MANUAL, auth="local_only", account=None), "Local only", "Kept on this computer"),
    ],
)
def test_the_chip_says_when_it_was_synced_and_when_again(status, first, second):
    words = chip_words(status, AT)
    assert (words.first, words.second) == (first, second)


@pytest.mark.parametrize("visit", [None, *VISITS])
@pytest.mark.parametrize("link", LINKS)
def test_a_connection_that_is_not_to_stay_is_never_an_alarm(link, visit):
    for status in (MANUAL, EVERY):
        shown = replace(status, link=link, visit=visit)
        assert chip_words(shown, AT).role not in ("warning", "danger")
        assert "" not in dict(panel_rows(shown, AT)).values()


def test_the_panel_says_what_drives_syncing_and_what_came_of_it_last_time():
    said = dict(panel_rows(replace(EVERY, visit="unreached"), AT))
    assert (said["Syncing"], said["Connection"]) == ("Every 15 minutes", "None until 14:18")
    assert (said["Last time"], said["Others' edits"]) == ("The server was not reached", "Synced 14:03")
    said = dict(panel_rows(replace(MANUAL, visit="unfinished"), AT))
    assert (said["Syncing"], said["Connection"]) == ("Only when you ask", "None until you ask")
    assert said["Last time"] == "It did not come to an end"
    assert "Last time" not in dict(panel_rows(MANUAL, AT))
    assert "Syncing" not in dict(panel_rows(LIVE))
    assert driver_words(replace(EVERY, driver="every 1")) == "Every minute"
    assert driver_words(LIVE) == "All the time"


@pytest.mark.parametrize("link", LINKS)
def test_a_missing_connection_is_never_a_sign_in_problem(link):
    for status in (replace(LIVE, link=link), replace(LIVE, link=link, auth="unknown")):
        assert chip_words(status).role not in ("warning", "danger")


@pytest.mark.parametrize("auth", sorted(AUTHS_PARKED))
def test_every_lost_sign_in_warns(auth):
    assert chip_words(replace(LIVE, auth=auth)).role == "warning"


def test_every_state_of_the_axes_has_words():
    assert all(link_words(replace(LIVE, link=link)) != link for link in LINKS)
    assert all(auth_words(replace(LIVE, auth=auth)) != auth for auth in AUTHS)


def test_the_panel_of_a_local_library_speaks_of_no_server():
    said = dict(panel_rows(Status(outbox=3)))
    assert "Server" not in said
    assert said["Account"] == "Not signed in"
    assert said["Not on a server"] == "3 edits"
    assert dict(panel_rows(LIVE))["Last confirmed"] == "14:03"
    assert dict(panel_rows(LIVE))["Account"] == "ana@example.org"
    assert "Sign-in" not in dict(panel_rows(LIVE))
    assert dict(panel_rows(replace(LIVE, auth="expired")))["Sign-in"] == "Sign-in has expired"


def test_the_panel_names_both_versions_while_they_differ():
    behind = replace(LIVE, mode="send_only", server_model="2.0")
    assert dict(panel_rows(behind))["Version of the notes"] == "1.0 here, 2.0 on the server"


def test_a_server_is_named_without_what_people_do_not_read():
    assert server_address("wss://notes.example.org:8080/v1/sync") == "wss://notes.example.org:8080"
    assert server_name("wss://notes.example.org:8080/v1/sync") == "notes.example.org:8080"
    assert server_address(None) == ""
    assert server_name(None) == "the server"


def test_the_panel_says_one_as_one():
    counts = {"outbox": 1, "files_waiting": 1, "files_wanted": 1, "files_refused": 2, "quarantine": 1}
    said = dict(panel_rows(replace(LIVE, **counts)))
    assert (said["Not on a server"], said["Refused by the server"]) == ("1 edit", "1 edit")
    assert (said["Files not on a server"], said["Files to fetch"]) == ("1 file", "1 file")
    assert said["Files the server does not take"] == "2 files"
