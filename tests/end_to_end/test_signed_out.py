"""
However a sign-in is lost, writing goes on, the words say which way it was, and one sign-in sends everything.

Real windows and a real server; the relay between them counts how often the window comes back.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

import pytest

from sync.server import auth
from tests.support.processes import Server, Window, commonplace, processes, until
from tests.support.processes import sign_in as process_sign_in
from tests.support.relay import relayed
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

EMAIL, PASSWORD, OTHER = "ana@example.org", "correct horse battery", "another good password"
RETRY_SECONDS = 1.2
"""Longer than the first delays of a client that tries again."""


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "server") as made:
        yield made


@pytest.fixture
def relay(server):
    with relayed(server.url) as made:
        yield made


def fill(desk, url, password=PASSWORD, name=None):
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(url)
    dialog.email.setText(EMAIL)
    dialog.password.setText(password)
    if name:
        dialog.sign_up.setChecked(True)
        dialog.name.setText(name)
    dialog.go.click()
    return dialog


def sign_up(desk, url):
    fill(desk, url, name="Ana")
    wait_for(lambda: sent(desk))


def sent(desk):
    return desk.status.auth == "ok" and desk.status.outbox == 0 and desk.status.inbound == "up_to_date"


def banner(desk):
    first = desk.view.banners.first()
    return first.text if first is not None else ""


def lose(server, how):
    if how == "disabled":
        server.administer("user disable", email=EMAIL, disabled=True)
    elif how == "password elsewhere":
        server.change_password(EMAIL, PASSWORD, OTHER)
    elif how == "password":
        server.administer("user password", email=EMAIL, password_hash=auth.Passwords().hash(OTHER))
    else:
        server.administer({"expired": "session expire", "revoked": "session revoke"}[how], session=EMAIL)


WORDS = {
    "expired": "Signed out of 127.0.0.1",
    "revoked": "This device was signed out of 127.0.0.1",
    "password": "This device was signed out of 127.0.0.1",
    "password elsewhere": "This device was signed out of 127.0.0.1",
    "disabled": "Your account on 127.0.0.1",
}


@pytest.mark.parametrize("how", sorted(WORDS))
@pytest.mark.parametrize("when", ["connected", "at_start"])
def test_each_loss_has_its_words_and_one_sign_in_sends_everything(qt_app, tmp_path, server, relay, how, when):
    folder = tmp_path / "a"
    with started(qt_app, folder) as desk:
        sign_up(desk, relay.url)
        type_text(desk.view.title, "Kept")
        wait_for(lambda: desk.titles() == ["Kept"] and not desk.notes.row_at(0).unsent)
        if when == "connected":
            lose_and_return(desk, server, relay, how)
    if when == "at_start":
        lose(server, how)
        with started(qt_app, folder) as desk:
            lose_and_return(desk, server, relay, how, lost=True)


def lose_and_return(desk, server, relay, how, lost=False):
    wait_for(lambda: desk.view.note is not None)
    desk.view.edit.setFocus()
    if not lost:
        lose(server, how)
    type_text(desk.view.edit, "offline")
    wait_for(lambda: banner(desk).startswith(WORDS[how]) and "in 1 note" in banner(desk))
    assert desk.view.edit.toPlainText() == "offline"
    assert desk.titles() == ["Kept"]
    came = relay.connections
    relay.cut()
    desk.window.account.sync_now()
    asked = came + (how == "disabled")  # which may be enabled again by now
    wait_for(lambda: relay.connections == asked)
    until = time.monotonic() + RETRY_SECONDS
    wait_for(lambda: time.monotonic() > until)
    assert relay.connections == asked
    if how == "disabled":
        dialog = fill(desk, relay.url)
        wait_for(lambda: dialog.problem.text())
        server.administer("user disable", email=EMAIL, disabled=False)
        dialog.close()
        wait_for(lambda: desk.window.account.dialog is None)
    type_text(desk.view.edit, "!")
    caret = desk.view.edit.textCursor().position()
    fill(desk, relay.url, OTHER if how.startswith("password") else PASSWORD)
    wait_for(lambda: sent(desk) and not banner(desk))
    assert desk.view.edit.toPlainText() == "offline!"
    assert desk.view.edit.textCursor().position() == caret


def test_a_window_that_stays_connected_for_a_whole_term_stays_signed_in(
    qt_app, tmp_path, server, relay, monkeypatch
):
    with started(qt_app, tmp_path / "a") as desk:
        with monkeypatch.context() as changed:
            changed.setattr(auth, "TOKEN_LIFE_MS", auth.TOKEN_EXPIRING_MS - 1)
            sign_up(desk, relay.url)
        came = relay.connections
        at_least_ms = time.time_ns() // 1_000_000 + auth.TOKEN_LIFE_MS // 2
        wait_for(
            lambda: server.administer("session list", email=EMAIL)["sessions"][0]["expires_ms"] > at_least_ms
        )
        type_text(desk.view.edit, "goes on")
        wait_for(lambda: desk.titles() and sent(desk))
        assert not banner(desk)
        assert relay.connections == came


@pytest.mark.parametrize("is_cut", [False, True])
def test_an_account_that_is_enabled_again_goes_on_when_somebody_comes_back(
    qt_app, tmp_path, server, relay, is_cut
):
    with started(qt_app, tmp_path / "a") as desk:
        sign_up(desk, relay.url)
        lose(server, "disabled")
        type_text(desk.view.edit, "kept")
        wait_for(lambda: "when it is enabled again" in banner(desk))
        if is_cut:
            relay.cut()
            wait_for(lambda: desk.status.link == "off")
        desk.window.account.come_back()
        desk.call(lambda library: None)
        assert desk.status.auth == "disabled"
        if is_cut:
            wait_for(lambda: desk.status.link == "live")
            relay.cut()
            wait_for(lambda: desk.status.link == "off")
        server.administer("user disable", email=EMAIL, disabled=False)
        desk.window.account.come_back()
        wait_for(lambda: sent(desk) and not banner(desk))
        assert desk.view.edit.toPlainText() == "kept"


@contextmanager
def connected_window(folder):
    """A server, a profile with a note that is on it, and the profile's window, in processes of their own."""
    with processes() as running:
        server, profile = Server(folder / "server"), folder / "a"
        running.append(server)
        commonplace(profile, "new", "--title", "Kept")
        process_sign_in(profile, server, EMAIL, "Ana")
        window = Window(profile)
        running.append(window)
        until(lambda: window("state").get("status", {}).get("inbound") == "up_to_date", "it is connected")
        yield server, profile, window


def test_a_sync_through_a_signed_out_window_ends_at_once(tmp_path):
    with connected_window(tmp_path) as (server, profile, window):
        server.command("session", "revoke", EMAIL)
        until(lambda: window("state")["status"]["auth"] == "revoked", "it is signed out")
        commonplace(profile, "sync", "--once", "--timeout", "3600", code=3)


def test_a_sync_asks_through_a_window_whether_a_disabled_account_is_enabled_again(tmp_path):
    with connected_window(tmp_path) as (server, profile, window):
        server.command("user", "disable", EMAIL)
        until(lambda: window("state")["status"]["auth"] == "disabled", "it is signed out")
        commonplace(profile, "sync", "--once", "--timeout", "3600", code=3)
        server.command("user", "enable", EMAIL)
        commonplace(profile, "sync", "--once", "--timeout", "3600")


def test_undo_redo_and_search_go_on_while_signed_out_and_what_they_leave_is_sent(
    qt_app, tmp_path, server, relay
):
    with started(qt_app, tmp_path / "a") as desk:
        sign_up(desk, relay.url)
        type_text(desk.view.title, "Plans")
        type_text(desk.view.edit, "first")
        wait_for(lambda: desk.titles() == ["Plans"] and not desk.notes.row_at(0).unsent)
        lose(server, "revoked")
        wait_for(lambda: desk.status.auth == "revoked")
        type_text(desk.view.edit, " second")
        desk.window.actions_.undo.trigger()
        wait_for(lambda: "second" not in desk.view.edit.toPlainText())
        desk.window.actions_.redo.trigger()
        wait_for(lambda: desk.view.edit.toPlainText() == "first second")
        for words, found in (("second", ["Plans"]), ("third", [])):
            desk.window.pane.search.setText(words)
            wait_for(lambda found=found: desk.titles() == found)
        desk.window.pane.search.clear()
        wait_for(lambda: desk.titles() == ["Plans"])
        fill(desk, relay.url)
        wait_for(lambda: sent(desk) and not banner(desk))
        assert desk.view.edit.toPlainText() == "first second"


def test_the_same_account_under_another_e_mail_is_the_same(qt_app, tmp_path, server, relay):
    with started(qt_app, tmp_path / "a") as desk:
        sign_up(desk, relay.url)
        server.administer("session expire", session=EMAIL)
        type_text(desk.view.edit, "mine")
        wait_for(lambda: desk.status.auth == "expired" and desk.status.outbox)
        desk.call(lambda library: library.store.set_meta("email", "old@example.org"))
        fill(desk, relay.url)
        wait_for(lambda: sent(desk))
        assert desk.status.email == EMAIL


def test_closing_with_unsent_edits_ends_at_once_and_keeps_them(qt_app, tmp_path, server, relay):
    with started(qt_app, tmp_path / "a") as desk:
        sign_up(desk, relay.url)
        server.administer("session expire", session=EMAIL)
        type_text(desk.view.edit, "unsent")
        wait_for(lambda: desk.status.auth == "expired" and desk.status.outbox)
        outbox = desk.status.outbox
        desk.window.close()
        assert desk.window.isHidden()
        wait_for(lambda: desk.program._ended)
        said = re.search(r"(\d+) edits will be sent next time", desk.program._farewell.text.text())
        assert said is not None
        assert int(said[1]) >= outbox  # what was typed last may have been on its way to the store
    with started(qt_app, tmp_path / "a") as desk:
        assert desk.call(lambda library: library.store.outbox_count()) == int(said[1])
        fill(desk, relay.url)
        wait_for(lambda: sent(desk))
