"""The chip and its panel say how it stands, and ask for what can be done."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.widgets.sync_chip import SyncChip, SyncPanel
from sync.client.state import Status
from tests.support.rows import note_row

LIVE = Status(link="live", auth="ok", inbound="up_to_date", server="wss://s", email="ana@s", up_to_date_ms=1)


@pytest.fixture
def window(qt_app):
    made = QWidget()
    made.show()
    yield made
    made.close()


def buttons(panel):
    return {button.text(): button for button in panel.findChildren(QPushButton)}


def test_the_chip_says_the_status_and_tells_it_to_assistive_technology(appearance):
    chip = SyncChip(appearance)
    assert chip.words.first == "Local only"
    chip.show_status(replace(LIVE, outbox=12))
    assert chip.words.first == "12 to send"
    assert chip.accessibleDescription().startswith("12 to send. Up to date")
    chip.show_unsaved()
    assert chip.words.first == "Not saved"
    chip.resize(200, 44)
    assert not chip.grab().isNull()


def test_without_a_server_the_panel_offers_one(appearance, window):
    asked, panel = [], SyncPanel(Status(outbox=3), [note_row(unsent=3)], window)
    panel.sign_in_asked.connect(lambda: asked.append(1))
    assert list(buttons(panel)) == ["Connect a server…"]
    buttons(panel)["Connect a server…"].click()
    assert asked == [1]


def test_the_panel_lists_notes_with_unsent_edits_and_opens_them(appearance, window):
    asked, rows = [], [note_row(f"n{number}", unsent=1) for number in range(9)]
    panel = SyncPanel(replace(LIVE, outbox=9), rows, window)
    panel.note_asked.connect(asked.append)
    assert "and 3 more" in [label.text() for label in panel.findChildren(QLabel)]
    buttons(panel)["n2"].click()
    assert asked == ["n2"]


def test_sync_now_is_there_for_whoever_is_signed_in(appearance, window):
    asked, panel = [], SyncPanel(LIVE, [], window)
    panel.check_asked.connect(lambda: asked.append(1))
    buttons(panel)["Sync now"].click()
    assert asked == [1]
    lost = SyncPanel(replace(LIVE, auth="expired"), [], window)
    assert list(buttons(lost)) == ["Sign in…"]


def test_the_panel_opens_above_the_chip(appearance, window):
    chip = SyncChip(appearance, window)
    panel = SyncPanel(LIVE, [], window)
    panel.show_above(chip)
    assert panel.frameGeometry().bottom() <= chip.mapToGlobal(chip.rect().topLeft()).y()
    panel.close()
