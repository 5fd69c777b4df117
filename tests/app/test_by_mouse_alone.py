"""Everything in the window can be done with a mouse alone, but for the letters themselves."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.models.scope import Kind, Scope
from app.paths import Profile
from app.profile_lock import ProfileLock
from sync.storage.client_store import ClientStore
from tests.support.hands import choose, click, click_row, drag, front, in_menu
from tests.support.processes import commonplace
from tests.support.two_writers import NOTE, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


def new(desk, title, text=""):
    click(desk.window.pane.new)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.draft)
    type_text(desk.view.title, title)
    type_text(desk.view.edit, text)
    wait_for(lambda: title in desk.titles())
    return desk.browsing.note.id


def row_of(desk, note):
    return desk.notes.index(desk.notes.place(note))


def place_of(desk, scope):
    return desk.browsing.places.index_of(scope)


def double_click(desk, index):
    viewport = desk.view.edit.viewport()
    at = desk.view.edit.rect_at(index).center() + QPoint(2, 0)
    click(viewport, at)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def context_menu(view, index):
    """Press the right button on a row."""
    at = view.visualRect(index).center()
    viewport = view.viewport()
    click(viewport, at, Qt.MouseButton.RightButton)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, asked)
    return wait_for(QApplication.activePopupWidget)


def test_marks_kinds_and_boxes_from_the_toolbar_and_the_menus(desk):
    front(desk.window)
    desk.window.resize(1400, 800)
    new(desk, "Writing", "Some bold words\nto do\nmore")
    bar = desk.view.toolbar
    double_click(desk, 6)
    click(bar.buttons["bold"])
    in_menu(
        lambda: click(bar.buttons["highlight"]), lambda: choose(QApplication.activePopupWidget(), "Yellow")
    )
    assert desk.view.note.body.blocks()[0][0][1] == ("bold", {"bold": True, "highlight": "yellow"})
    click(desk.view.edit.viewport(), desk.view.edit.rect_at(18).center())
    click(bar.buttons["check"])
    assert desk.view.note.body.blocks()[1][1] == {"kind": "check", "level": 0, "checked": False}
    beside = desk.view.edit.rect_at(16)
    click(desk.view.edit.viewport(), QPoint(beside.left() - 14, beside.center().y()))
    assert desk.view.note.body.blocks()[1][1]["checked"] is True
    click(desk.view.edit.viewport(), desk.view.edit.rect_at(24).center())
    in_menu(lambda: click(bar.style_button), lambda: choose(QApplication.activePopupWidget(), "Heading 2"))
    assert desk.view.note.body.blocks()[2][1] == {"kind": "heading", "level": 2}
    choose(desk.window.menuBar(), "Edit", "Undo")
    assert desk.view.note.body.blocks()[2][1] == {}


def test_notes_go_to_folders_tags_pins_and_the_trash_and_come_back(desk):
    front(desk.window)
    one, two = new(desk, "One"), new(desk, "Two")
    notebook = desk.program.workspace.shelf.notebooks[0].id
    folder = desk.program.workspace.new_folder(notebook, "Work")
    scope = Scope(Kind.FOLDER, notebook, folder)
    wait_for(lambda: place_of(desk, scope).isValid())
    pane, tree = desk.window.pane, desk.window.sidebar.tree
    drag(pane.list, row_of(desk, one), tree.viewport(), tree.visualRect(place_of(desk, scope)).center())
    wait_for(lambda: desk.call(lambda library: library.find(one)).folder == folder)
    click_row(tree, place_of(desk, scope))
    wait_for(lambda: desk.titles() == ["One"])
    click(desk.window.toast.button)
    wait_for(lambda: desk.call(lambda library: library.find(one)).folder is None)
    click_row(tree, place_of(desk, Scope()))
    wait_for(lambda: set(desk.titles()) == {"One", "Two"})
    in_menu(lambda: click(pane.sort), lambda: choose(QApplication.activePopupWidget(), "By title"))
    assert desk.titles() == ["One", "Two"]
    click_row(pane.list, row_of(desk, two))
    menu = context_menu(pane.list, row_of(desk, two))
    choose(menu, "Pin")
    wait_for(lambda: desk.browsing.row(two).pinned)
    drag(
        pane.list,
        row_of(desk, two),
        tree.viewport(),
        tree.visualRect(place_of(desk, Scope(Kind.TRASH))).center(),
    )
    wait_for(lambda: desk.titles() == ["One"])
    click_row(tree, place_of(desk, Scope(Kind.TRASH)))
    wait_for(lambda: desk.titles() == ["Two"])
    menu = context_menu(pane.list, row_of(desk, two))
    choose(menu, "Restore from trash")
    wait_for(lambda: desk.titles() == [])


def test_a_note_gets_an_icon_and_goes_to_the_archive_and_back(desk):
    front(desk.window)
    one, pane, tree = new(desk, "One"), desk.window.pane, desk.window.sidebar.tree
    new(desk, "Two")
    click_row(pane.list, row_of(desk, one))
    choose(context_menu(pane.list, row_of(desk, one)), "Icon…")
    dialog = wait_for(lambda: desk.window.adornments.dialog)
    click(next(button for button in dialog.findChildren(QPushButton) if button.text() == "⭐"))
    wait_for(lambda: desk.browsing.row(one).icon == "⭐" and desk.view.icon.text() == "⭐")
    click(desk.view.icon)
    click(wait_for(lambda: desk.window.adornments.dialog).none)
    wait_for(lambda: desk.browsing.row(one).icon == "" and not desk.view.icon.isVisible())
    choose(context_menu(pane.list, row_of(desk, one)), "Move to archive")
    wait_for(lambda: desk.titles() == ["Two"])
    click_row(tree, place_of(desk, Scope(Kind.ARCHIVE)))
    wait_for(lambda: desk.titles() == ["One"])
    click_row(pane.list, row_of(desk, one))
    choose(context_menu(pane.list, row_of(desk, one)), "Take out of the archive")
    wait_for(lambda: desk.titles() == [])
    click_row(tree, place_of(desk, Scope()))
    wait_for(lambda: set(desk.titles()) == {"One", "Two"})


def test_a_search_by_a_filter_and_a_replacement_by_buttons(desk):
    front(desk.window)
    new(desk, "Red", "red red")
    new(desk, "Other", "green")
    pane = desk.window.pane
    in_menu(lambda: click(pane.filters), lambda: click_first(QApplication.activePopupWidget()))
    assert pane.search.text()
    assert desk.window.focusWidget() is pane.search
    pane.search.clear()
    type_text(pane.search, "red")
    wait_for(lambda: desk.titles() == ["Red"])
    click_row(pane.list, desk.notes.index(0))
    wait_for(lambda: desk.view.title.text() == "Red")
    choose(desk.window.menuBar(), "Edit", "Find in note")
    bar = desk.view.find_bar
    type_text(bar.query, "red")
    wait_for(bar.next_button.isEnabled)
    click(bar.next_button)
    type_text(bar.replacement, "blue")
    click(bar.replace_button)
    click(bar.replace_all_button)
    click(bar.close_button)
    assert not bar.isVisible()
    assert desk.view.note.body.text() == "blue blue"


def click_first(menu):
    action = next(a for a in menu.actions() if not a.isSeparator() and a.isEnabled())
    click(menu, menu.actionGeometry(action).center())


@pytest.fixture
def past(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as made:
        made.browsing.open(NOTE)
        wait_for(lambda: made.browsing.note is not None and made.browsing.note.id == NOTE)
        front(made.window)
        yield made


def test_history_by_a_click_on_a_sitting_and_back_by_the_slider(past):
    now = past.view.note.body.text()
    choose(past.window.menuBar(), "View", "History")
    panel = past.window.drawer.panel
    wait_for(lambda: panel.model.rows)
    click_row(panel.list, panel.model.index(3))
    wait_for(lambda: panel.view.isVisible() and panel.view.text.toPlainText() == "We fly on the 3rd")
    click(panel.view.restore)
    wait_for(lambda: past.view.note.body.text() == "We fly on the 3rd")
    choose(past.window.menuBar(), "Edit", "Undo")
    assert past.view.note.body.text() == now
    click(past.window.drawer.close_button)
    assert not panel.isVisible()


def test_the_lens_follows_the_pointer(past):
    choose(past.window.menuBar(), "View", "Inside the note")
    panel = past.window.drawer.panel
    wait_for(lambda: panel._runs.childCount())
    texts = [panel._runs.child(n).text(0) for n in range(panel._runs.childCount())]
    item = panel._runs.child(next(n for n, text in enumerate(texts) if text.startswith("12th")))
    at = QPointF(panel.tree.visualItemRect(item).center())
    viewport = panel.tree.viewport()
    none = Qt.MouseButton.NoButton
    moved = QMouseEvent(
        QEvent.Type.MouseMove,
        at,
        QPointF(viewport.mapToGlobal(at)),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, moved)
    (marked,) = past.view.edit.extraSelections()
    assert marked.cursor.selectedText().startswith("12th")
    click(past.window.drawer.close_button)


def test_export_and_preferences_through_the_menus(desk, tmp_path):
    front(desk.window)
    new(desk, "Out", "of here")
    target = tmp_path / "out"
    target.mkdir()
    desk.window.transfer.choose = lambda window, title: str(target)
    choose(desk.window.menuBar(), "File", "Export…")
    question = wait_for(lambda: desk.window.transfer.question)
    click(next(b for b in question.findChildren(QPushButton) if b.text() == "This note"))
    click(next(b for b in question.findChildren(QPushButton) if b.isDefault()))
    wait_for(lambda: list(target.rglob("*.md")), 60)
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text())
    click(dialog.button)
    wait_for(lambda: desk.window.transfer.dialog is None)
    choose(desk.window.menuBar(), "File", "Preferences…")
    preferences = wait_for(
        lambda: next((w for w in desk.window.children() if type(w).__name__ == "PreferencesDialog"), None)
    )
    click(next(b for b in preferences.findChildren(QPushButton) if b.text() == "Dark"))
    assert desk.program.appearance.theme.dark
    click(next(b for b in preferences.findChildren(QPushButton) if b.text() == "Light"))
    click(next(b for b in preferences.findChildren(QPushButton) if b.text() == "Close"))
    wait_for(lambda: not any(type(w).__name__ == "PreferencesDialog" for w in desk.window.children()))


def test_the_switcher_and_every_command_by_a_click(desk):
    front(desk.window)
    new(desk, "One")
    new(desk, "Two")
    choose(desk.window.menuBar(), "Edit", "Go to note…")
    picker = desk.window.going.picker
    wait_for(lambda: [offer.title for offer in picker.model.offers][:1] == ["One"])
    click_row(picker.list, picker.model.index(0))
    wait_for(lambda: desk.view.title.text() == "One")
    choose(desk.window.menuBar(), "Edit", "All commands…")
    titles = [offer.title for offer in picker.model.offers]
    click_row(picker.list, picker.model.index(titles.index("New note")))
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.draft)


def as_it_lies_there(folder, copy, note):
    """The blocks of a note in the files as they are now, which is what a cut of the power leaves."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in folder.glob("library.sqlite3*"):
        shutil.copy(path, copy)
    with closing(ClientStore.open(copy / "library.sqlite3")) as store:
        return store.load(note).build(store.rid).text(("body",)).blocks() if store.has(note) else None


def test_what_is_clicked_is_in_the_library_without_saving(desk, tmp_path):
    front(desk.window)
    desk.window.resize(1400, 800)
    note = new(desk, "List", "milk\nbread")

    def stored():
        blocks = as_it_lies_there(desk.profile.folder, tmp_path / "copy", note)
        return blocks if blocks == desk.view.note.body.blocks() else None

    click(desk.view.edit.viewport(), desk.view.edit.rect_at(2).center())
    click(desk.view.toolbar.buttons["check"])
    beside_it = desk.view.edit.rect_at(0)
    click(desk.view.edit.viewport(), QPoint(beside_it.left() - 14, beside_it.center().y()))
    assert wait_for(stored)[0][1] == {"kind": "check", "level": 0, "checked": True}
    double_click(desk, 6)
    click(desk.view.toolbar.buttons["bold"])
    assert wait_for(stored)[1][0] == [("bread", {"bold": True})]
    choose(desk.window.menuBar(), "Edit", "Undo")
    assert wait_for(stored)[1][0] == [("bread", {})]


@pytest.fixture
def holding(qt_app, tmp_path):
    """The program as it is started: it holds its profile, and others are sent to it."""
    profile = Profile(tmp_path / "p")
    profile.make()
    lock = ProfileLock(profile.lock)
    lock.take_within("window")
    with started(qt_app, profile) as made:
        wait_for(profile.socket.exists)
        yield made
    lock.release()


def beside(desk, *words):
    """What the program says that is started on the same profile while the window goes on."""
    with ThreadPoolExecutor(1) as aside:
        said = aside.submit(commonplace, desk.profile.folder, *words)
        wait_for(said.done, 60)
    return said.result()


@pytest.mark.skipif(os.name == "nt", reason="sockets of Unix")
def test_a_second_start_brings_the_window_back_with_the_file_that_was_clicked(holding, tmp_path):
    desk = holding
    front(desk.window)
    new(desk, "Here")
    choose(desk.window.menuBar(), "File", "New window")
    (other,) = desk.program.others
    wait_for(lambda: other.pane.notes.rowCount() == 1)
    click_row(other.pane.list, other.pane.notes.index(0))
    wait_for(lambda: other.view.title.text() == "Here")
    type_text(other.view.edit, "both")
    assert desk.view.edit.toPlainText() == "both"
    click(other.pane.new)
    wait_for(lambda: other.browsing.note is not None and other.browsing.note.draft)
    other.close()
    desk.window.showMinimized()
    (tmp_path / "beans.md").write_text("# Beans\n\nsoak them")
    assert beside(desk, str(tmp_path / "beans.md")) == ""
    assert not desk.window.isMinimized()
    wait_for(lambda: QApplication.activeWindow() is not None and "Beans" in desk.titles())
    dialog = wait_for(lambda: desk.window.transfer.dialog)
    wait_for(lambda: dialog.summary.text())
    click(dialog.button)
    click_row(desk.window.pane.list, row_of_title(desk, "Beans"))
    wait_for(lambda: desk.view.title.text() == "Beans")


def row_of_title(desk, title):
    return desk.notes.index(desk.titles().index(title))


@pytest.mark.skipif(os.name == "nt", reason="sockets of Unix")
def test_what_the_command_line_does_can_be_clicked_and_the_other_way_round(holding):
    desk = holding
    front(desk.window)
    note = json.loads(beside(desk, "new", "--title", "Beans", "--text", "soak", "--json"))["id"]
    wait_for(lambda: "Beans" in desk.titles())
    click_row(desk.window.pane.list, row_of(desk, note))
    wait_for(lambda: desk.view.title.text() == "Beans")
    beside(desk, "append", note, "--text", "them")
    wait_for(lambda: desk.view.edit.toPlainText() == "soak\nthem")
    click(desk.view.edit.viewport(), desk.view.edit.rect_at(2).center())
    click(desk.view.toolbar.buttons["check"])
    shown = json.loads(beside(desk, "show", note, "--format", "json"))
    assert [block["kind"] for block in shown["blocks"]] == ["check", "paragraph"]
    choose(context_menu(desk.window.pane.list, row_of(desk, note)), "Move to trash")
    wait_for(lambda: "Beans" not in desk.titles())
    assert note not in [row["id"] for row in json.loads(beside(desk, "list", "--json"))]
    beside(desk, "trash", note, "--undo")
    wait_for(lambda: "Beans" in desk.titles())
