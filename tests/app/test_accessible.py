"""Whoever cannot see the window, or reads from right to left, can use all of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.theme import MODES
from tests.support.walk import controls, cut_off, every_place, nameless
from tests.support.whole_window import type_text

ROOT = Path(__file__).resolve().parents[2]


def test_every_control_of_every_window_has_a_name_in_every_theme(desk):
    type_text(desk.view.title, "A note")
    for mode in MODES:
        desk.window.actions_.modes[mode].trigger()
        assert nameless(desk.window) == [], mode
    walked = {}
    for name, tops in every_place(desk):
        for top in tops:
            walked.setdefault(name, []).extend([*nameless(top), *cut_off(top)])
    assert {name: found for name, found in walked.items() if found} == {}
    assert {"window", "preferences", "about", "shortcuts", "palette", "quick_open"} <= set(walked)


@pytest.fixture
def reversed_app(qt_app):
    qt_app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield qt_app
    qt_app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_from_right_to_left_the_places_stand_at_the_right_and_everything_is_named(reversed_app, desk):
    type_text(desk.view.title, "ملاحظة")
    window = desk.window

    def left(widget):
        return widget.mapTo(window, widget.rect().topLeft()).x()

    assert left(window.sidebar) > left(window.pane) > left(window.view)
    for name, tops in every_place(desk):
        for top in tops:
            assert nameless(top) + cut_off(top) == [], name


@pytest.mark.parametrize("direction", ["", "--rtl"])
def test_magnified_to_200_percent_everything_is_named_and_no_words_are_cut(tmp_path, direction):
    walk = [sys.executable, "-P", "-m", "tests.support.walk", str(tmp_path / "profile"), direction]
    said = subprocess.run(
        walk,
        env=os.environ | {"QT_SCALE_FACTOR": "2", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    walked = json.loads(said.stdout)
    assert {name: found for name, found in walked.items() if found} == {}
    assert {"window", "preferences", "about", "shortcuts", "palette", "quick_open"} <= set(walked)


def test_tab_leads_round_the_window_and_back(desk):
    type_text(desk.view.title, "A note")
    reachable = {widget for widget in controls(desk.window)}
    seen, at = set(), desk.window.sidebar.tree
    while at not in seen:
        seen.add(at)
        at = at.nextInFocusChain()
    assert reachable <= seen
