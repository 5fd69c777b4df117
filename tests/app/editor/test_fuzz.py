"""
Random people at real views: 12,000 actions on fresh and fixed seeds.

A failure prints the command that replays it. The canaries plant a bug each and expect to be caught.
"""

from __future__ import annotations

import logging
import random
import sys

import pytest

from app.editor import units
from tests.support import editor_fuzz

SEEDS_FIXED = (1, 2, 3, 11, 13, 15)
SEEDS_FRESH = 6
ACTIONS_EACH = 1_000


@pytest.fixture
def no_silent_slots(monkeypatch):
    """PySide prints what a slot raises and goes on; here it fails the test."""
    raised: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: raised.append(error))
    yield
    assert not raised


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("no_silent_slots")
@pytest.mark.parametrize("seed", SEEDS_FIXED)
def test_views_mirrors_and_documents_agree_on_known_seeds(qt_app, seed):
    editor_fuzz.run(seed, ACTIONS_EACH)


@pytest.mark.timeout(300)
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
