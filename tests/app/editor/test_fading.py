"""The toolbar steps back while somebody writes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QGraphicsOpacityEffect

from app.editor.fading import KEYS_BEFORE, QUIET_OPACITY
from app.editor.toolbar import Toolbar
from tests.support.editor_world import CTRL, World
from tests.support.waiting import wait_for


@pytest.fixture
def bar(qt_app):
    with World(1, "text") as world:
        window = world.windows[0]
        window.view.show()
        bar = Toolbar(window.view)
        bar.show()
        world.turn()  # the windows have settled who has the focus
        yield bar, window
        bar.hide()
        bar.deleteLater()
        window.view.hide()


def opacity(bar) -> float:
    effect = bar.graphicsEffect()
    assert isinstance(effect, QGraphicsOpacityEffect)
    return effect.opacity() if effect.isEnabled() else 1.0


@pytest.mark.parametrize("back", [QEvent.Type.MouseMove, QEvent.Type.FocusOut])
def test_it_steps_back_while_one_writes_and_comes_back_when_it_is_asked_for(bar, back):
    row, window = bar
    window.type("a" * (KEYS_BEFORE - 1))
    assert not row.fading.is_quiet
    window.type("a")
    wait_for(lambda: opacity(row) == pytest.approx(QUIET_OPACITY))
    assert row.buttons["bold"].isEnabled()
    if back == QEvent.Type.MouseMove:
        window.mouse(back, QPointF(5, 5))
    else:
        row.fading.come_back()
    wait_for(lambda: opacity(row) == 1.0)


def test_keys_that_do_not_write_leave_it_alone(bar):
    row, window = bar
    for _ in range(KEYS_BEFORE + 1):
        window.key(Qt.Key.Key_Left)
        window.key(Qt.Key.Key_B, "\x02", CTRL)
    assert not row.fading.is_quiet
