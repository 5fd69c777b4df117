"""Chip, panel and banners follow the engine and the disk."""

from dataclasses import replace

from PySide6.QtCore import QDateTime
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton

from app.models.notices import Act
from app.widgets.banner import Topic
from sync.client.state import Status
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text

LIVE = Status(link="live", auth="ok", server="wss://s.example.org/v1/sync", email="ana@s", up_to_date_ms=1)


def test_offline_is_a_chip_and_never_a_banner(desk):
    for link in ("off", "waiting", "connecting", "greeting"):
        desk.window.status.take(replace(LIVE, link=link, outbox=3))
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
    desk.window.status.take(replace(LIVE, auth="expired"))
    bridge._mark_saving(StoreUnavailable(tmp_path, "no_space"))
    assert desk.window.sidebar.chip.words.first == "Not saved"
    assert "disk is full" in desk.view.banners.first().text
    desk.window.status.take(replace(LIVE, outbox=1))
    assert desk.window.sidebar.chip.words.first == "Not saved"
    bridge._mark_saving(None)
    assert desk.window.sidebar.chip.words.first == "1 to send"
    assert desk.view.banners.first() is None


def test_what_was_put_off_stays_away_until_the_next_loss(desk):
    status = desk.window.status
    status.take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.first())
    status.put_off(Topic.EXPIRED)
    status.take(replace(LIVE, auth="expired", outbox=1))
    desk.call(lambda library: None)
    assert desk.view.banners.first() is None
    status.take(LIVE)
    status.take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.first())
    assert Topic.EXPIRED in desk.view.banners._messages


def test_a_banner_that_takes_room_moves_no_line_and_covers_no_caret(desk):
    type_text(desk.view.edit, "\n".join(f"line {number}" for number in range(60)))
    edit = desk.view.edit
    edit.setFocus()
    before = edit.verticalScrollBar().value()
    desk.window.status.take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.isVisible())
    wait_for(lambda: edit.cursorRect().bottom() <= edit.viewport().height())
    desk.window.status.take(LIVE)
    edit.moveCursor(QTextCursor.MoveOperation.Start)
    top = edit.cursorRect()
    desk.window.status.take(replace(LIVE, auth="expired"))
    wait_for(lambda: desk.view.banners.isVisible())
    QApplication.processEvents()
    assert edit.cursorRect() == top
    assert before


def test_a_banner_that_is_up_stays_up_while_its_edits_are_counted(desk):
    status = desk.window.status
    status.take(replace(LIVE, auth="expired"))
    assert "Nothing is waiting" in desk.view.banners.first().text
    status.take(replace(LIVE, auth="expired", outbox=2))
    assert "Nothing is waiting" in desk.view.banners.first().text
    status._counted((2, 1))
    assert "2 edits in 1 note" in desk.view.banners.first().text


def test_wrong_clocks_refusals_and_versions_are_banners_with_what_to_do(desk):
    status, asked = desk.window.status, []
    status.asked.connect(asked.append)
    status.take(replace(LIVE, mode="send_only", server_model="1.9", clock=11 * 60_000, quarantine=2))
    assert desk.view.banners.first().text.startswith("A newer version of your notes")
    assert len(desk.view.banners._messages) == 3
    next(b for b in desk.view.banners.findChildren(QPushButton) if b.text() == "Upgrade").click()
    assert asked == [Act.UPGRADE]


def test_what_is_said_of_a_day_is_said_anew_when_the_window_comes_back(desk):
    chip = desk.window.sidebar.chip
    moment = QDateTime.currentMSecsSinceEpoch() - 3 * 24 * 3_600_000
    desk.window.status.take(replace(LIVE, driver="manual", link="off", visit="done", up_to_date_ms=moment))
    said = chip.words
    chip.show_status(LIVE)
    desk.window.status.show_again()
    assert chip.words == said
    assert said.second.endswith("when you ask")
