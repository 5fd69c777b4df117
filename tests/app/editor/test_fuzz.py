"""
Random people at real views: 12,000 actions on fresh and fixed seeds.

A failure prints the command that replays it. The canaries plant a bug each and expect to be caught.
"""

from __future__ import annotations

import logging
import random
import sys

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from app.editor import units
from tests.support import editor_fuzz
from tests.support.editor_world import World
from tests.support.waiting import wait_for

SEEDS_FIXED = (1, 2, 3, 11, 13, 15, 2_076_203_940)
SEEDS_FRESH = 6
ACTIONS_EACH = 1_000


@pytest.fixture
def no_silent_slots(monkeypatch):
    """PySide prints what a slot raises and goes on; here it fails the test."""
    raised: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: raised.append(error))
    yield
    assert not raised


@pytest.mark.usefixtures("no_silent_slots")
@pytest.mark.parametrize("seed", SEEDS_FIXED)
def test_views_mirrors_and_documents_agree_on_known_seeds(qt_app, seed):
    editor_fuzz.run(seed, ACTIONS_EACH)


@pytest.mark.usefixtures("no_silent_slots")
@pytest.mark.parametrize("number", range(SEEDS_FRESH))
def test_views_mirrors_and_documents_agree_on_fresh_seeds(qt_app, number):
    seed = random.SystemRandom().randrange(1 << 32)
    print(editor_fuzz.replay_line(seed, ACTIONS_EACH))
    editor_fuzz.run(seed, ACTIONS_EACH)


@pytest.fixture
def planted(qt_app, monkeypatch):
    """Plants bugs; what they make the editor log and slots raise is expected."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    for name in ("app.editor.binding", "app.editor.listening"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    return monkeypatch


def caught(actions: int = 400) -> bool:
    """Whether one of a few seeds notices that something is wrong."""
    for seed in range(1, 6):
        try:
            editor_fuzz.run(seed, actions)
        except Exception:
            return True
    return False


def test_an_offset_that_is_off_by_one_behind_emoji_is_caught(planted):
    right = units.units_at
    planted.setattr(
        "app.editor.surface.units_at", lambda wides, index: right(wides, index) + (index > 3) * bool(wides)
    )
    assert caught()


def test_a_forgotten_block_attribute_is_caught(planted):
    planted.setattr("app.editor.list_keys.unchecked", lambda attributes: attributes)
    planted.setattr("app.editor.surface.Surface.set_attributes", lambda *_: None)
    assert caught()


def test_patches_shown_in_the_wrong_order_are_caught(planted):
    planted.setattr(
        "app.editor.binding.Binding._clusters", lambda _self, patches: [list(reversed(list(patches)))]
    )
    assert caught()


class Painted(editor_fuzz.Fuzz):
    """After each action, what is on screen is what painting all of it anew gives."""

    def _look_at(self, window):
        super()._look_at(window)
        if window.view.is_composing:  # what others do waits, and comes at any time
            return
        bar, place = window.view.verticalScrollBar(), None
        while place != bar.value():  # what others or a measuring moved is still on its way
            place = bar.value()
            shown = self._screen(window.view)
            window.view.viewport().update()
            anew = self._screen(window.view)
        assert shown == anew or different_points(shown, anew) <= POINTS_BLURRED, f"after {self.last}"

    def _screen(self, view):
        for _ in range(3):
            self.world.turn()
            wait_for(lambda: view.document().documentLayout().is_measured)
        return view.screen().grabWindow(view.winId()).toImage().convertToFormat(QImage.Format_Grayscale8)


POINTS_BLURRED = 8  # edges of letters painted twice are a shade darker
SHADES = 40


def different_points(one, other):
    return sum(abs(a - b) > SHADES for a, b in zip(one.constBits(), other.constBits(), strict=True))


@pytest.mark.usefixtures("no_silent_slots")
@pytest.mark.parametrize("number", range(2))
def test_what_is_painted_after_each_action_is_what_painting_all_of_it_gives(qt_app, number):
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    flash_ms = qt_app.cursorFlashTime()
    qt_app.setCursorFlashTime(0)
    fuzz = Painted(seed)
    try:
        for window in fuzz.world.windows:
            window.view.resize(900, 500)
            window.view.show()
        fuzz.run(200)
    finally:
        fuzz.world.close()
        qt_app.setCursorFlashTime(flash_ms)


def test_letters_at_the_end_of_a_note_are_painted_while_they_are_typed(qt_app):
    with World(1, "first\nsecond\n") as world:
        one = world.windows[0]
        one.view.show()
        world.turn()
        one.place(len(one.view.bound.mirror))
        drawn = []
        one.view.document().documentLayout().update[QRectF].connect(drawn.append)
        one.type("x")
        line = one.view.document().documentLayout().blockBoundingRect(one.view.document().lastBlock())
        assert any(rect.contains(line) for rect in drawn)
