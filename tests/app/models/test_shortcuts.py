"""Keys that were chosen come back, conflicts are told, and what writes stays free."""

import pytest
from PySide6.QtGui import QAction, QKeySequence

from app.models.shortcuts import SETTING, Shortcuts
from app.settings import Settings

pytestmark = pytest.mark.usefixtures("qt_app")


def actions(**keys):
    made = {}
    for name, text in keys.items():
        made[name] = QAction(name)
        made[name].setShortcut(QKeySequence(text))
    return made


def test_chosen_keys_are_remembered_and_reset(tmp_path):
    settings = Settings(tmp_path)
    shortcuts = Shortcuts(actions(pin="Ctrl+P", new="Ctrl+N"), settings)
    told = []
    shortcuts.changed.connect(lambda: told.append(1))
    shortcuts.choose("pin", QKeySequence("Ctrl+J"))
    shortcuts.choose("new", QKeySequence())
    assert len(told) == 2
    again = Shortcuts(actions(pin="Ctrl+P", new="Ctrl+N"), Settings(tmp_path))
    assert again.keys("pin").toString() == "Ctrl+J"
    assert again.keys("new").isEmpty()
    assert again.is_chosen("new")
    again.reset("pin")
    assert Settings(tmp_path).get(SETTING) == {"new": ""}
    again.reset_all()
    assert again.keys("new").toString() == "Ctrl+N"
    assert Settings(tmp_path).get(SETTING) is None


def test_names_and_values_that_are_not_known_are_left_alone(tmp_path):
    settings = Settings(tmp_path)
    settings.set(SETTING, {"later": "Ctrl+L", "pin": 7})
    shortcuts = Shortcuts(actions(pin="Ctrl+P"), settings)
    assert shortcuts.keys("pin").toString() == "Ctrl+P"
    shortcuts.choose("pin", QKeySequence("Ctrl+J"))
    assert settings.get(SETTING) == {"later": "Ctrl+L", "pin": "Ctrl+J"}


def test_commands_with_the_same_keys_are_a_conflict_and_both_are_told(tmp_path):
    shortcuts = Shortcuts(actions(a="Ctrl+P", b="Ctrl+N", c=""), Settings(tmp_path))
    assert shortcuts.conflicts() == set()
    shortcuts.choose("c", QKeySequence("Ctrl+P"))
    assert shortcuts.conflicts() == {"a", "c"}
    assert shortcuts.others("c", QKeySequence("Ctrl+P")) == ["a"]
    assert shortcuts.others("c", QKeySequence()) == []


@pytest.mark.parametrize(
    ("keys", "taken"),
    [
        ("A", True),
        ("Shift+A", True),
        ("Return", True),
        ("Ctrl+C", True),
        ("Ctrl+V", True),
        ("Ctrl+A", True),
        ("F5", False),
        ("Shift+F5", False),
        ("Ctrl+J", False),
        ("Alt+J", False),
    ],
)
def test_keys_that_write_are_for_no_command(keys, taken):
    assert Shortcuts.is_taken(QKeySequence(keys)) is taken
