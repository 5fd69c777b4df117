"""The window as a person has it: keys, menus, memory, names for every control."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QMenu, QWidget

from app.models.scope import Kind, Scope
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


def new(desk, title):
    """A note with a title, shown."""
    desk.window.actions_.new_note.trigger()
    type_text(desk.view.title, title)
    wait_for(lambda: title in desk.titles())
    return desk.browsing.note.id


def show(desk, note_id):
    desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)


def test_every_control_that_takes_the_focus_has_a_name(desk):
    new(desk, "a")
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in desk.window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and widget.objectName() not in ("qt_spinbox_lineedit", "qt_scrollarea_viewport")
        and not isinstance(widget, QMenu)
        and not widget.isHidden()
        and not isinstance(widget.parent(), QLineEdit)
    ]
    assert nameless == []


def test_tab_leads_through_the_whole_window_and_back(desk):
    new(desk, "a")
    desk.window.activateWindow()
    desk.window.sidebar.tree.setFocus()
    seen = set()
    widget = desk.window.sidebar.tree
    for _ in range(400):
        seen.add(widget)
        widget = widget.nextInFocusChain()
    for part in (
        desk.window.sidebar.tree,
        desk.window.sidebar.account,
        desk.window.sidebar.chip,
        desk.window.pane.search,
        desk.window.pane.list,
        desk.window.pane.new,
        desk.view.title,
        desk.view.edit,
    ):
        assert part in seen
        assert part.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_every_command_has_a_name_and_no_two_share_a_shortcut(desk):
    shortcuts = {}
    for action in desk.window.actions():
        assert action.text()
        key = action.shortcut().toString()
        if key:
            assert key not in shortcuts, (action.text(), shortcuts.get(key))
            shortcuts[key] = action.text()
    assert shortcuts["Ctrl+N"] == "New note"
    assert shortcuts["Ctrl+Shift+F"] == "Search all notes"


def test_the_window_remembers_note_place_order_and_panes(qt_app, tmp_path):
    folder = tmp_path / "profile"
    with started(qt_app, folder) as desk:
        note_id = new(desk, "remembered")
        new(desk, "other")
        desk.browsing.open(note_id)
        wait_for(lambda: desk.browsing.note.id == note_id)
        notebook = desk.program.workspace.shelf.notebooks[0].id
        desk.browsing.show_place(Scope(Kind.NOTEBOOK, notebook))
        desk.window.resize(760, 500)
        desk.window._sort("title")
        desk.window.actions_.show_sidebar.trigger()
    with started(qt_app, folder) as desk:
        wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)
        assert desk.browsing.scope == Scope(Kind.NOTEBOOK, notebook)
        assert desk.window.size().width() == 760
        assert desk.notes.order == "title"
        assert not desk.window.sidebar.isVisible()
        assert [a.text() for a in desk.window.pane.sort.menu().actions() if a.isChecked()] == ["By title"]


def test_the_theme_is_changed_live_and_remembered(qt_app, tmp_path):
    folder = tmp_path / "profile"
    with started(qt_app, folder) as desk:
        desk.window.actions_.modes["dark"].trigger()
        assert desk.program.appearance.theme.dark
        page = desk.view.edit.grab().toImage().pixelColor(5, 5)
        assert page == desk.program.appearance.theme.colour("page")
    with started(qt_app, folder) as desk:
        assert desk.program.appearance.theme.dark
        assert desk.window.actions_.modes["dark"].isChecked()
        desk.window.actions_.modes["light"].trigger()
        assert not desk.program.appearance.theme.dark


def test_undo_is_of_the_field_that_has_the_focus(desk):
    new(desk, "a")
    desk.window.activateWindow()
    desk.view.edit.setFocus()
    type_text(desk.view.edit, "body")
    desk.window.actions_.undo.trigger()
    assert desk.view.note.body.text() == ""
    desk.window.actions_.redo.trigger()
    assert desk.view.edit.toPlainText() == "body"


def test_the_search_shortcut_goes_to_the_box(desk):
    new(desk, "a")
    desk.window.activateWindow()
    desk.window.actions_.search.trigger()
    assert desk.window.focusWidget() is desk.window.pane.search


def test_pin_trash_and_restore_act_on_what_is_selected(desk):
    first, second = new(desk, "a"), new(desk, "b")
    desk.window.pane.list.selectAll()
    desk.window.actions_.pin.trigger()
    wait_for(lambda: all((row := desk.browsing.row(n)) is not None and row.pinned for n in (first, second)))
    show(desk, first)
    desk.window.pane.list.findChild(QShortcut).activated.emit()
    wait_for(lambda: desk.titles() == ["b"])
    desk.browsing.show_place(Scope(Kind.TRASH))
    wait_for(lambda: desk.titles() == ["a"])
    show(desk, first)
    assert desk.window.actions_.restore.isEnabled()
    desk.window.actions_.restore.trigger()
    wait_for(lambda: desk.titles() == [])


def test_a_new_folder_is_named_in_the_tree_itself(desk):
    desk.window.actions_.new_folder.trigger()
    notebook = desk.program.workspace.shelf.notebooks[0].id
    wait_for(lambda: desk.program.workspace.shelf.folders[notebook])
    tree = desk.window.sidebar.tree
    wait_for(lambda: tree.state() == tree.State.EditingState)
    editor = tree.findChild(QLineEdit)
    editor.setText("Kitchen")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    wait_for(lambda: [row.name for row in desk.program.workspace.shelf.folders[notebook]] == ["Kitchen"])


def test_the_menus_of_notes_and_places_offer_what_can_be_done(desk):
    note_id = new(desk, "a")
    workspace = desk.program.workspace
    notebook = workspace.shelf.notebooks[0].id
    desk.window._show_note_menu([note_id], desk.window.rect().center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert {"Pin", "Tag…", "Move to…", "Move to trash"} <= {action.text() for action in menu.actions()}
    menu.close()
    desk.window._show_place_menu(Scope(Kind.NOTEBOOK, notebook), desk.window.rect().center())
    menu = QApplication.activePopupWidget()
    offered = [action.text() for action in menu.actions()]
    assert "Rename…" in offered
    assert "Delete folder" not in offered
    menu.close()


def test_about_can_be_opened_and_closed(desk):
    desk.window.actions_.about.trigger()
    dialog = wait_for(
        lambda: next((w for w in desk.window.children() if type(w).__name__ == "AboutDialog"), None)
    )
    assert dialog.isVisible()
    assert any("Version" in label.text() for label in dialog.findChildren(QLabel))
    dialog.close()


@pytest.mark.parametrize("keys", ["Ctrl+1", "Ctrl+2", "Ctrl+3"])
def test_the_three_panes_are_a_key_away(desk, keys):
    new(desk, "a")
    desk.window.activateWindow()
    action = next(a for a in desk.window.actions() if a.shortcut().toString() == keys)
    action.trigger()
    expected = {"Ctrl+1": desk.window.sidebar.tree, "Ctrl+2": desk.window.pane.list, "Ctrl+3": desk.view.edit}
    assert desk.window.focusWidget() is expected[keys]
