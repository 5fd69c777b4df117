"""Keys are changed where they are looked up; conflicts are shown and solved there."""

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from app.dialogs.shortcuts import ShortcutsDialog
from tests.support.waiting import wait_for
from tests.support.whole_window import started


@pytest.fixture
def dialog(desk):
    desk.window.activateWindow()
    desk.window.actions_.shortcuts.trigger()
    made = wait_for(lambda: desk.window.findChild(ShortcutsDialog))
    yield made
    made.close()


def shown(dialog):
    return [name for name, item in dialog._items.items() if not item.isHidden()]


def press_keys(dialog, keys):
    dialog.keys.setFocus()
    QTest.keySequence(dialog.keys, QKeySequence(keys))
    dialog.keys.editingFinished.emit()


def test_new_keys_hold_at_once_and_after_a_restart(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        desk.window.actions_.shortcuts.trigger()
        dialog = wait_for(lambda: desk.window.findChild(ShortcutsDialog))
        dialog.choose("pin")
        press_keys(dialog, "Ctrl+J")
        assert desk.window.actions_.pin.shortcut().toString() == "Ctrl+J"
        assert dialog.reset.isEnabled()
        dialog.close()
    with started(qt_app, tmp_path / "p") as desk:
        assert desk.window.actions_.pin.shortcut().toString() == "Ctrl+J"


def test_a_conflict_is_shown_on_both_and_can_be_solved_by_taking_the_keys(desk, dialog):
    dialog.choose("pin")
    press_keys(dialog, "Ctrl+N")
    assert "New note" in dialog.problem.text()
    assert dialog.take.isVisible()
    dialog.choose("new_note")
    assert "Pin" in dialog.problem.text()
    dialog.choose("pin")
    dialog.take.click()
    assert desk.window.actions_.new_note.shortcut().isEmpty()
    assert not dialog.problem.text()
    dialog.reset_all.click()
    assert desk.window.actions_.new_note.shortcut().toString() == "Ctrl+N"


def test_keys_that_write_are_refused_with_a_reason(desk, dialog):
    dialog.choose("pin")
    before = desk.window.actions_.pin.shortcut()
    press_keys(dialog, "P")
    assert "Hold Ctrl or Alt" in dialog.problem.text()
    assert desk.window.actions_.pin.shortcut() == before


def test_a_command_can_have_no_keys_and_its_own_again(desk, dialog):
    dialog.choose("bold")
    dialog.clear.click()
    assert desk.window.format.named["bold"].shortcut().isEmpty()
    dialog.reset.click()
    assert desk.window.format.named["bold"].shortcut().toString() == "Ctrl+B"
    assert not dialog.reset.isEnabled()


def test_commands_are_found_by_name_and_by_keys(dialog):
    assert len(shown(dialog)) == len(dialog._items)
    dialog.filter.setText("heading 3")
    assert shown(dialog) == ["heading3"]
    dialog.filter.setText("ctrl+alt+p")
    assert shown(dialog) == ["pin"]
