"""Two windows of one account and a server: one connects when asked, or every so many minutes."""

import contextlib
import json

import pytest
from PySide6.QtGui import QKeySequence

from app import engine_room
from app.paths import Profile
from sync.client.attending import keep_driver
from sync.client.driver import MANUAL, MINUTE_MS
from sync.storage.client_store import ClientStore
from tests.support.command_line import CommandLine
from tests.support.processes import Server, Window, commonplace, processes, sign_in, until
from tests.support.two_people import PASSWORD, show, sign_up, written
from tests.support.waiting import wait_for
from tests.support.whole_window import press, served, started, type_text


@pytest.fixture
def ahead(monkeypatch):
    """Milliseconds by which the clock on the wall has been put forward."""
    put = [0]
    real = engine_room.wall_ms
    monkeypatch.setattr(engine_room, "wall_ms", lambda: real() + put[0])
    return put


def sign_in_window(desk, server):
    """As Ana, on another computer."""
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(server.url)
    dialog.email.setText("ana@example.org")
    dialog.password.setText(PASSWORD)
    dialog.go.click()
    wait_for(lambda: desk.window.account.dialog is None)


def preferences(window):
    """Open the preferences of a window."""
    window.actions_.preferences.trigger()
    return wait_for(
        lambda: next((w for w in window.children() if type(w).__name__ == "PreferencesDialog"), None)
    )


def choose(desk, kind):
    """Choose in the preferences, and wait until the engine does so and has hung up."""
    dialog = preferences(desk.window)
    dialog.syncing.kind.choose(kind)
    dialog.close()
    wait_for(lambda: desk.status.driver.startswith(kind) and at_rest(desk))


def at_rest(desk):
    return (desk.status.link, desk.status.visit) == ("off", "done")


def text_of(desk):
    return desk.view.edit.toPlainText()


def test_edits_wait_until_sync_now_sends_and_fetches(qt_app, tmp_path):
    with (
        served(tmp_path / "server") as server,
        started(qt_app, tmp_path / "a") as ana,
        started(qt_app, tmp_path / "b") as other,
    ):
        written(ana, "Garden", "beans")
        sign_up(ana, server, "Ana")
        note = ana.browsing.note.id
        sign_in_window(other, server)
        wait_for(lambda: "Garden" in other.titles())
        choose(ana, "manual")
        chip = ana.window.sidebar.chip
        assert chip.words.first == "All changes on the server"
        assert chip.words.second.endswith("· when you ask")
        type_text(ana.view.edit, ", peas")
        wait_for(lambda: ana.status.outbox)
        assert chip.words.first == f"{ana.status.outbox} to send"
        other.browsing.new_note()
        written(other, "Kitchen", "salt")
        wait_for(lambda: other.status.outbox == 0)
        ana.window.account.come_back()  # its window comes to the front
        assert ana.call(lambda library: library.client.status().link) == "off"
        assert ana.titles() == ["Garden"]
        ana.window.actions_.check_now.trigger()
        wait_for(lambda: "Kitchen" in ana.titles() and at_rest(ana) and not ana.status.outbox)
        show(other, note)
        wait_for(lambda: text_of(other) == "beans, peas")


def test_a_schedule_comes_back_when_its_time_has_come(qt_app, tmp_path, ahead):
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a") as ana:
        written(ana, "Garden", "beans")
        sign_up(ana, server, "Ana")
        choose(ana, "every")
        words = ana.window.sidebar.chip.words.second
        assert words.startswith("Synced ")
        assert "· next at " in words
        next_ms = ana.status.next_ms
        type_text(ana.view.edit, ", peas")
        wait_for(lambda: ana.status.outbox)
        ahead[0] = 14 * MINUTE_MS
        ana.window.account.come_back()
        assert ana.call(lambda library: library.client.status().visit) == "done"
        ahead[0] = 15 * MINUTE_MS
        ana.window.account.come_back()
        wait_for(lambda: ana.status.outbox == 0 and at_rest(ana))
        assert ana.status.next_ms != next_ms


def test_the_choice_is_one_for_all_windows_of_a_profile_and_lasts(qt_app, tmp_path):
    with served(tmp_path / "server") as server:
        with started(qt_app, tmp_path / "a") as ana:
            written(ana, "Garden", "beans")
            sign_up(ana, server, "Ana")
            ana.window.actions_.new_window.trigger()
            (second,) = ana.program.others
            here, there = preferences(ana.window), preferences(second)
            here.syncing.kind.choose("manual")
            wait_for(lambda: there.syncing.kind.chosen == "manual")
            wait_for(lambda: "when you ask" in second.sidebar.chip.words.second)
            there.syncing.kind.choose("every")
            wait_for(lambda: here.syncing.kind.chosen == "every" and at_rest(ana))
            here.close()
            there.close()
            second.close()
        with started(qt_app, tmp_path / "a") as ana:
            wait_for(lambda: ana.status.driver == "every 15" and at_rest(ana))
            dialog = preferences(ana.window)
            dialog.syncing.kind.choose("live")
            dialog.close()
            wait_for(lambda: (ana.status.driver, ana.status.link) == ("live", "live"))


def test_commands_in_a_window_that_is_not_connected_connect_it_for_as_long_as_they_take(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    with processes() as running:
        server = Server(tmp_path / "server")
        running.append(server)
        sign_in(a, server, "ana@example.org", "Ana")
        sign_in(b, server, "ana@example.org")
        commonplace(a, "new", "--title", "First")
        commonplace(a, "sync", "--once")
        with contextlib.closing(ClientStore.open(Profile(a).library)) as store:
            keep_driver(store, MANUAL)
        window = Window(a)
        running.append(window)
        until(lambda: window("state")["opened"], "the window has the library")

        def status():
            return json.loads(commonplace(a, "status", "--json"))

        def is_off():
            return status()["link"] == "off"

        commonplace(a, "new", "--title", "Second")
        asked = status()
        assert (asked["driver"], asked["link"], asked["visit"]) == ("manual", "off", None)
        assert asked["outbox"] > 0
        assert len(json.loads(commonplace(a, "devices", "--json"))) == 2
        until(is_off, "the connection for the devices has ended")
        commonplace(a, "new", "--title", "Third")
        synced = json.loads(commonplace(a, "sync", "--json"))
        assert (synced["outbox"], synced["inbound"]) == (0, "up_to_date")
        until(is_off, "the connection for the sync has ended")
        assert status()["visit"] == "done"
        commonplace(b, "sync", "--once")
        titles = {row["title"] for row in json.loads(commonplace(b, "list", "--json"))}
        assert titles == {"First", "Second", "Third"}
        commonplace(a, "logout")
        listed = json.loads(server.command("session", "list", "--json"))["sessions"]
        assert sorted(row["state"] for row in listed) == ["ok", "revoked"]


def test_closing_with_unsent_edits_connects_nobody(qt_app, tmp_path):
    with served(tmp_path / "server") as server:
        with started(qt_app, tmp_path / "a") as ana:
            written(ana, "Garden", "beans")
            sign_up(ana, server, "Ana")
            choose(ana, "manual")
            type_text(ana.view.edit, ", peas")
            wait_for(lambda: ana.status.outbox)
            ana.statuses[:] = ana.statuses[-1:]
            ana.close()
            assert {status.link for status in ana.statuses} == {"off"}
        said = CommandLine(tmp_path / "a").ok("status", "--json").json
        assert (said["driver"], said["link"]) == ("manual", "off")
        assert said["outbox"] > 0
        assert said["up_to_date_ms"] is not None
        assert CommandLine(tmp_path / "a").ok("sync", "--once", "--json").json["outbox"] == 0


def test_the_command_is_in_the_menu_and_the_palette_and_its_keys_can_be_chosen(qt_app, tmp_path):
    with started(qt_app, tmp_path / "a") as ana:
        action = ana.window.actions_.check_now
        assert (action.text(), action.shortcut()) == ("Sync now", QKeySequence("F5"))
        assert any(action in group for menu in ana.window._menus() for group in menu.groups)
        assert "check_now" not in ana.window.shortcuts.conflicts()
        ana.window.shortcuts.choose("check_now", QKeySequence("Ctrl+Alt+Y"))
        ana.window.going.ask_command()
        picker = ana.window.going.picker
        type_text(picker.field, "sync now")
        assert (picker.model.offers[0].title, picker.model.offers[0].hint) == ("Sync now", "Ctrl+Alt+Y")
        press(picker.field, "Esc")
