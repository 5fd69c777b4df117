"""The text's commands act on the text, by menu and by shortcut, and only there."""

from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.support.whole_window import press, started, type_text


def marks(desk):
    return [span for spans, _ in desk.view.note.body.blocks() for span in spans]


def test_a_command_formats_what_is_selected(desk):
    desk.window.actions_.new_note.trigger()
    desk.window.activateWindow()
    desk.view.focus_text()
    type_text(desk.view.edit, "word")
    desk.view.edit.selectAll()
    desk.window.format.named["bold"].trigger()
    assert marks(desk) == [("word", {"bold": True})]
    desk.window.format.named["heading2"].trigger()
    assert desk.view.note.body.blocks()[0][1] == {"kind": "heading", "level": 2}
    desk.window.format.named["clear"].trigger()
    assert marks(desk) == [("word", {})]


def test_every_command_can_be_carried_out(desk):
    desk.window.actions_.new_note.trigger()
    desk.view.focus_text()
    type_text(desk.view.edit, "word")
    QApplication.clipboard().setText("pasted")
    desk.window.files.choose = lambda window, title: ([], "")
    for action in desk.window.format.named.values():
        assert action.isEnabled()
        action.trigger()
    kinds = [attributes.get("kind") for _, attributes in desk.view.note.body.blocks()]
    assert "code" in kinds or "check" in kinds


def test_shortcuts_are_of_the_text_alone_and_follow_what_was_chosen(desk):
    desk.window.actions_.new_note.trigger()
    desk.window.activateWindow()
    desk.view.focus_text()
    type_text(desk.view.edit, "word")
    desk.view.edit.selectAll()
    desk.window.shortcuts.choose("italic", QKeySequence("Ctrl+J"))
    QTest.keySequence(desk.view.edit, QKeySequence("Ctrl+J"))
    assert marks(desk) == [("word", {"italic": True})]
    desk.window.pane.search.setFocus()
    QTest.keySequence(desk.window.pane.search, QKeySequence("Ctrl+B"))
    assert marks(desk) == [("word", {"italic": True})]


def test_without_a_note_they_are_off(desk):
    desk.browsing.show_nothing()
    assert not desk.window.format.named["bold"].isEnabled()


def test_the_old_keys_of_a_command_do_nothing_once_it_has_others(desk):
    desk.window.actions_.new_note.trigger()
    desk.window.activateWindow()
    desk.view.focus_text()
    type_text(desk.view.edit, "word and more")
    desk.view.edit.selectAll()
    shortcuts = desk.window.shortcuts
    for name, old in (
        ("bold", "Ctrl+B"),
        ("link", "Ctrl+K"),
        ("heading1", "Ctrl+Alt+1"),
        ("bullet", "Ctrl+Shift+8"),
    ):
        shortcuts.choose(name, QKeySequence("Ctrl+J"))
        before = desk.view.note.body.blocks()
        press(desk.view.edit, old)
        assert desk.view.note.body.blocks() == before, name
        shortcuts.reset(name)
    press(desk.view.edit, "Ctrl+B")
    assert marks(desk) == [("word and more", {"bold": True})]
    shortcuts.choose("undo", QKeySequence("Ctrl+J"))
    press(desk.view.edit, "Ctrl+Z")
    assert marks(desk) == [("word and more", {"bold": True})]
    shortcuts.choose("find_in_note", QKeySequence())
    press(desk.view.edit, "Ctrl+F")
    assert not desk.view.find_bar.isVisible()
    shortcuts.reset_all()
    press(desk.view.edit, "Ctrl+F")
    assert desk.view.find_bar.isVisible()


def test_keys_that_were_chosen_before_the_start_hold_in_the_text(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        desk.window.shortcuts.choose("bold", QKeySequence("Ctrl+J"))
    with started(qt_app, tmp_path / "p") as desk:
        assert desk.view.edit.rebound == {"bold"}
