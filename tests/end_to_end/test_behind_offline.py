"""A window that starts without a server still knows that its notes have an older version."""

from __future__ import annotations

from app.paths import profile_at
from tests.support.relay import relayed
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

PROMPT = "A newer version of your notes is in use."


def prompt(desk):
    first = desk.view.banners.first()
    return first.text if first is not None else ""


def test_a_window_that_is_started_offline_while_behind_shows_the_prompt_until_the_server_says_otherwise(
    qt_app, tmp_path
):
    folder = tmp_path / "a"
    with served(tmp_path / "server", data_model="2.0") as server, relayed(server.url) as relay:
        with started(qt_app, profile_at(folder, "1.0")) as desk:
            desk.window.account.ask_sign_in()
            dialog = desk.window.account.dialog
            dialog.server.setText(relay.url)
            dialog.email.setText("ana@example.org")
            dialog.password.setText("correct horse battery")
            dialog.sign_up.setChecked(True)
            dialog.name.setText("Ana")
            dialog.go.click()
            wait_for(lambda: desk.status.auth == "ok" and desk.status.mode == "send_only")
            type_text(desk.view.edit, "sent")
            wait_for(lambda: desk.titles() and not desk.notes.row_at(0).unsent)
        relay.down = True
        with started(qt_app, profile_at(folder, "2.0")) as desk:
            wait_for(lambda: prompt(desk).startswith(PROMPT))
            assert desk.status.link != "live"
            type_text(desk.view.edit, "kept ")
            wait_for(lambda: desk.status.outbox)
            assert prompt(desk).startswith(f"{PROMPT} Your edits are safe on this computer")
            relay.down = False
            desk.window.account.come_back()
            wait_for(lambda: desk.status.link == "live" and desk.status.outbox == 0)
            assert prompt(desk).startswith(f"{PROMPT} Your edits are still being sent")
