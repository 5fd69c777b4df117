"""Chip, panel and banners follow the engine and the disk."""

from dataclasses import replace

from PySide6.QtWidgets import QPushButton

from app.widgets.banner import Topic
from sync.client.state import Status
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text

LIVE = Status(link="live", auth="ok", server="wss://s.example.org/v1/sync", email="ana@s", up_to_date_ms=1)


def test_offline_is_a_chip_and_never_a_banner(desk):
    for link in ("off", "waiting", "connecting", "greeting"):
        desk.window.status._take(replace(LIVE, link=link, outbox=3))
        assert desk.view.banners.first() is None
    assert desk.window.sidebar.chip.words.first == "Offline – 3 to send"


def test_the_panel_opens_over_the_chip_and_asks_for_what_is_pressed(desk):
    type_text(desk.view.title, "unsent")
    wait_for(lambda: "unsent" in desk.titles())
    desk.window.sidebar.chip.click()
    panel = wait_for(lambda: desk.window.status.panel)
    button = next(b for b in panel.findChildren(QPushButton) if b.text() == "Connect a server…")
    button.click()
    dialog = wait_for(lambda: desk.window.account.dialog)
    dialog.close()


def test_a_disk_that_refuses_is_the_first_thing_said_until_it_takes_again(desk, tmp_path):
    bridge = desk.program.bridge
    desk.window.status._take(replace(LIVE, auth="expired"))
    bridge._mark_saving(StoreUnavailable(tmp_path, "no_space"))
    assert desk.window.sidebar.chip.words.first == "Not saved"
    assert "disk is full" in desk.view.banners.first().text
    desk.window.status._take(replace(LIVE, outbox=1))
    assert desk.window.sidebar.chip.words.first == "Not saved"
    bridge._mark_saving(None)
    assert desk.window.sidebar.chip.words.first == "1 to send"
    assert desk.view.banners.first() is None


def test_what_was_put_off_stays_away_until_the_next_loss(desk):
    status = desk.window.status
    status._take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.first())
    status._put_off()
    status._take(replace(LIVE, auth="expired", outbox=1))
    desk.call(lambda library: None)
    assert desk.view.banners.first() is None
    status._take(LIVE)
    status._take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.first())
    assert Topic.EXPIRED in desk.view.banners._messages
