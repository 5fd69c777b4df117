"""The window gives `[[` its names, and what it links opens by a click and by a key."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.dialogs.two_replicas import TwoReplicasDialog
from tests.support.waiting import wait_for
from tests.support.whole_window import press, type_text


def note(desk, title):
    made = desk.call(lambda library: library.new_note(title=title))
    wait_for(lambda: title in desk.titles())
    return made


def begin(desk, text):
    desk.window.actions_.new_note.trigger()
    desk.window.activateWindow()
    desk.view.focus_text()
    wait_for(desk.view.edit.hasFocus)
    type_text(desk.view.edit, text)
    wait_for(desk.view.links.isVisible)


def test_two_brackets_find_notes_and_the_link_opens_the_one_it_names(desk):
    plan = note(desk, "Big plan")
    begin(desk, "See [[big")
    wait_for(lambda: [n.note for n in desk.view.links.names] == [plan, None])
    assert desk.view.links.names[0].place == "Personal"
    press(desk.view.edit, "Return")
    here = desk.browsing.note.id
    assert ("Big plan", {"link": f"note:{plan}"}) in desk.view.note.body.spans()
    place = desk.view.edit.rect_at(7).center()
    QTest.mouseClick(desk.view.edit.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for(lambda: desk.browsing.note.id == plan)
    desk.browsing.open(here)
    wait_for(lambda: desk.browsing.note.id == here)
    cursor = desk.view.edit.textCursor()
    cursor.setPosition(7)
    desk.view.edit.setTextCursor(cursor)
    desk.window.format.named["tick"].trigger()
    wait_for(lambda: desk.browsing.note.id == plan)


def test_the_headings_of_another_note_are_offered_and_follow_it(desk):
    heading = {"kind": "heading", "level": 2}
    made = [([("Goals", {})], heading), ([("text", {})], {}), ([("Steps", {})], heading)]
    plan = desk.call(lambda library: library.new_note(title="Big plan", blocks=made))
    wait_for(lambda: "Big plan" in desk.titles())
    begin(desk, "[[Big plan#")
    links = desk.view.links
    wait_for(lambda: [name.heading for name in links.names] == ["Goals", "Steps"])

    def rename(library):
        library.edit(plan, lambda edit: edit.text(("body",)).insert(0, "My "))

    desk.call(rename)
    type_text(desk.view.edit, "g")
    wait_for(lambda: [name.heading for name in links.names if name.note] == ["My Goals"])
    press(desk.view.edit, "Return")
    assert ("Big plan › My Goals", {"link": f"note:{plan}#My Goals"}) in desk.view.note.body.spans()


def test_a_name_that_is_missing_becomes_a_note_in_the_same_place(desk):
    notebook = desk.program.workspace.shelf.notebooks[0].id
    folder = desk.program.workspace.new_folder(notebook, "Kitchen")
    desk.call(lambda library: None)
    desk.window.actions_.new_note.trigger()
    note_here = desk.browsing.note
    type_text(desk.view.title, "Cakes")
    note_here.edit(lambda edit: edit.set(("folder",), folder))
    desk.window.activateWindow()
    desk.view.focus_text()
    wait_for(desk.view.edit.hasFocus)
    type_text(desk.view.edit, "[[Plum cake")
    wait_for(desk.view.links.isVisible)
    press(desk.view.edit, "Return")
    rows = wait_for(lambda: desk.call(lambda library: library.store.find_note("Plum cake")))
    assert rows[0].folder == folder
    assert ("Plum cake", {"link": f"note:{rows[0].id}"}) in note_here.body.spans()


def test_every_control_of_every_panel_has_a_name(desk):
    note(desk, "Big plan")
    desk.window.actions_.new_note.trigger()
    type_text(desk.view.title, "Diary")
    type_text(desk.view.edit, "about the big plan")
    actions = desk.window.actions_
    for action in (actions.show_links, actions.show_history, actions.show_lens):
        action.trigger()
        assert action.isChecked()
        nameless = [
            f"{type(widget).__name__} {widget.objectName()}"
            for widget in desk.window.drawer.findChildren(QWidget)
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and widget.isVisible()
            and not widget.accessibleName()
            and not (isinstance(widget, QAbstractButton) and widget.text())
            and widget.objectName() not in ("qt_scrollarea_viewport", "")
        ]
        assert nameless == []
    action.trigger()
    assert not action.isChecked()


def test_two_replicas_can_be_opened_from_the_lens(desk):
    desk.window.actions_.new_note.trigger()
    desk.window.actions_.show_lens.trigger()
    desk.window.drawer.panel.play.click()
    dialog = wait_for(lambda: desk.window.findChild(TwoReplicasDialog))
    assert dialog.isVisible()
    dialog.close()
