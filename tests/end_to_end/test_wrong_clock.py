"""A computer whose clock is wrong: a banner says by how much, and what is written goes to the server."""

import pytest
from PySide6.QtWidgets import QPushButton

from app import engine_room
from app.models.notices import Topic
from tests.support.hands import click, front
from tests.support.processes import commonplace, sign_in
from tests.support.two_people import sign_up, written
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("wrong_ms", "span"),
    [(-17 * 60_000, "17 minutes slow"), (3 * HOUR_MS, "3 hours fast"), (-9 * 24 * HOUR_MS, "9 days slow")],
)
def test_it_is_said_once_and_edits_are_accepted(qt_app, tmp_path, monkeypatch, wrong_ms, span):
    real = engine_room.wall_ms
    monkeypatch.setattr(engine_room, "wall_ms", lambda: real() + wrong_ms)
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a") as ana:
        front(ana.window)
        written(ana, "Garden", "beans")
        note = ana.browsing.note.id
        assert ana.view.banners.first() is None
        sign_up(ana, server, "Ana")
        front(ana.window)
        wait_for(lambda: Topic.NOTICE in ana.view.banners._messages)
        banner = wait_for(ana.view.banners.first)
        assert banner.text == f"This computer's clock is {span}. Set it when you can; edits are accepted."
        type_text(ana.view.edit, " and peas")
        wait_for(lambda: ana.status.outbox == 0 and ana.status.quarantine == 0)
        (later,) = [b for b in ana.view.banners.findChildren(QPushButton) if b.text() == "Later"]
        click(later)
        ana.window.actions_.check_now.trigger()
        type_text(ana.view.edit, ".")
        wait_for(lambda: ana.status.outbox == 0)
        left = ana.view.banners.first().text
        assert left.endswith(". 1 note from this computer now belongs to this account.")
        other = tmp_path / "other"
        sign_in(other, server, "ana@example.org")
        commonplace(other, "sync", "--once")
        assert commonplace(other, "show", note, "--format", "text").strip() == "beans and peas."
