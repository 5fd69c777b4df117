"""The formatting toolbar."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

from app.editor.keyboard import SHORTCUTS
from app.editor.note_edit import NoteEdit
from app.editor.toolbar import TOOLS, Toolbar


@pytest.fixture
def bar(one):
    made = Toolbar(one.view)
    made.resize(900, 40)
    made.show()
    yield made
    made.hide()
    made.deleteLater()


def settle() -> None:
    QApplication.processEvents()


def test_every_control_has_a_name_and_a_tooltip(bar):
    for button in bar.findChildren(QToolButton):
        if not button.objectName().startswith("qt_"):
            assert button.accessibleName()
            assert button.toolTip()
            assert button.focusPolicy() != Qt.FocusPolicy.NoFocus


def test_tooltips_say_the_shortcut(bar):
    for name in ("bold", "numbered", "link"):
        assert f"({SHORTCUTS[name]})" in bar.buttons[name].toolTip()


def test_buttons_show_the_state_at_the_caret(bar, one):
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.place(2)
    one.view.commands.set_kind({"kind": "check", "level": 0, "checked": False})
    settle()
    on = {name for name, button in bar.buttons.items() if button.isChecked()}
    assert on == {"bold", "check"}
    one.place(15)
    settle()
    assert not any(button.isChecked() for button in bar.buttons.values())


def test_pending_marks_show_at_once(bar, one):
    one.place(3)
    one.view.commands.toggle("italic")
    settle()
    assert bar.buttons["italic"].isChecked()


def test_the_style_of_the_paragraph_is_named(bar, one):
    one.place(0)
    settle()
    assert bar.style_button.text() == "Text"
    one.view.commands.set_kind({"kind": "heading", "level": 3})
    settle()
    assert bar.style_button.text() == "Heading 3"
    chosen = [action.text() for action in bar.style_button.menu().actions() if action.isChecked()]
    assert chosen == ["Heading 3"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bullet", {"kind": "bullet", "level": 0}),
        ("numbered", {"kind": "numbered", "level": 0}),
        ("check", {"kind": "check", "level": 0, "checked": False}),
        ("quote", {"kind": "quote"}),
        ("code block", {"kind": "code"}),
    ],
)
def test_buttons_of_blocks_switch_their_kind_on_and_off(bar, one, name, kind):
    one.place(0)
    bar.buttons[name].click()
    assert one.kinds()[0] == kind
    bar.buttons[name].click()
    assert one.kinds()[0] == {}


@pytest.mark.parametrize("name", ["bold", "italic", "underline", "strike", "code"])
def test_buttons_of_marks_switch_them_on_and_off(bar, one, name):
    one.place(0, 5)
    bar.buttons[name].click()
    assert one.spans()[0] == ("Hello", {name: True})
    bar.buttons[name].click()
    assert one.spans()[0] == ("Hello world", {})


def test_colours_are_chosen_from_those_of_the_palette(bar, one):
    one.place(0, 5)
    for name, kind in (("highlight", "highlight"), ("colour", "colour")):
        menu = bar.buttons[name].menu()
        menu.aboutToShow.emit()
        actions = {action.text(): action for action in menu.actions()}
        actions["Green"].trigger()
        assert one.spans()[0] == ("Hello", {kind: "green"})
        actions["None"].trigger()
        assert one.spans()[0] == ("Hello world", {})


def test_a_divider_and_a_link_can_be_asked_for(bar, one):
    asked = []
    one.view.link_wanted.connect(lambda: asked.append(True))
    one.place(0)
    bar.buttons["divider"].click()
    bar.buttons["link"].click()
    assert one.text.startswith("\ufffc\n")
    assert asked


def test_headings_are_chosen_from_the_menu(bar, one):
    one.place(0)
    bar.style_button.menu().actions()[2].trigger()
    assert one.kinds()[0] == {"kind": "heading", "level": 2}


@pytest.mark.parametrize("width", range(160, 620, 20))
def test_no_button_covers_another_at_any_width(bar, width):
    bar.resize(width, bar.height())
    bar.show()
    QApplication.processEvents()
    shown = [button for button in bar.findChildren(QToolButton) if button.isVisible()]
    shown.sort(key=lambda button: button.x())
    assert shown[0] is bar.style_button
    for before, after in itertools.pairwise(shown):
        assert before.geometry().right() < after.x(), (before.objectName(), after.objectName())
    assert shown[-1].geometry().right() <= width
    bar.hide()


def test_a_narrow_row_keeps_its_end_in_a_menu(bar, one):
    assert bar.more_button.isHidden()
    bar.resize(260, 40)
    settle()
    hidden = [tool.name for tool in TOOLS if bar.buttons[tool.name].isHidden()]
    assert "divider" in hidden
    assert "bold" not in hidden
    assert not bar.more_button.isHidden()
    menu = bar.more_button.menu()
    menu.aboutToShow.emit()
    assert len(menu.actions()) == len(hidden)
    one.place(0)
    next(action for action in menu.actions() if action.text() == "Quote").trigger()
    assert one.kinds()[0] == {"kind": "quote"}


def test_nothing_can_be_done_where_nothing_can_be_written(bar, one):
    one.view.set_writable(False)
    bar.show_state()
    assert not any(button.isEnabled() for button in bar.buttons.values())
    assert not bar.style_button.isEnabled()


def test_without_a_note_all_is_off(qt_app):
    view = NoteEdit()
    bar = Toolbar(view)
    assert not any(button.isEnabled() for button in bar.buttons.values())
    for button in bar.buttons.values():
        button.click()
    bar.deleteLater()
    view.deleteLater()


def test_icons_come_from_the_window(bar):
    asked: list[str] = []

    def icon(name: str) -> QIcon:
        asked.append(name)
        return QIcon(QPixmap(18, 18))

    bar.use_icons(icon)
    assert {tool.icon for tool in TOOLS} <= set(asked)
    assert not bar.buttons["bold"].icon().isNull()
