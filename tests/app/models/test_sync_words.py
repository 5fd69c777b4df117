"""What the chip says, in every state that matters: from acks, and never alarming about being offline."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QDate, QDateTime, QTime

from app.models.sync_words import (
    auth_words,
    chip_words,
    link_words,
    panel_rows,
    server_address,
    server_name,
)
from sync.client.state import AUTHS, AUTHS_PARKED, LINKS, Status

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
        (replace(LIVE, mode="ahead", outbox=3), "Kept here – 3 to send", "The server is older"),
    ],
)
def test_the_chip_says_how_it_stands(status, first, second):
    words = chip_words(status)
    assert (words.first, words.second) == (first, second)


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
