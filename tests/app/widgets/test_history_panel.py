"""Through time by list and by slider, restoring as an edit that can be undone, copying, who wrote what."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.support.two_writers import NOTE, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text

NOW = "We fly on the 12th of May"


@pytest.fixture
def desk(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as made:
        made.browsing.open(NOTE)
        wait_for(lambda: made.browsing.note is not None and made.browsing.note.id == NOTE)
        yield made


@pytest.fixture
def panel(desk):
    desk.window.activateWindow()
    desk.window.actions_.show_history.trigger()
    made = desk.window.drawer.panel
    wait_for(lambda: made.model.rows)
    return made


def shown(panel):
    return panel.view.text.toPlainText() if panel.view.isVisible() else None


def choose(panel, row):
    panel.list.setCurrentIndex(panel.model.index(row))


def test_opening_it_changes_nothing_on_screen_and_takes_the_focus(desk, panel):
    assert shown(panel) is None
    assert desk.view.edit.isVisible()
    assert desk.window.focusWidget() is panel.list
    assert panel.moment.text() == "Now"
    names = [panel.model.person(one.rid).name for one in panel.model.rows]
    assert names == ["Ana Ruiz", "Ana Ruiz", "You", "You"]


def test_a_sitting_shows_what_it_changed(desk, panel):
    choose(panel, 2)
    wait_for(lambda: shown(panel) == "We fly on the 12th3rd")
    assert panel.view.what.text() == "Ana Ruiz: +4 added, −3 removed"
    assert len(panel.view.text.extraSelections()) == 2
    panel.view.grab()
    choose(panel, 1)
    wait_for(lambda: shown(panel) == NOW)
    assert not panel.view.restore.isEnabled()
    choose(panel, 0)
    wait_for(lambda: shown(panel) is None)


def test_the_slider_goes_through_every_moment_by_the_keys(desk, panel):
    panel.slider.setFocus()
    seen = []
    for _ in range(panel.slider.maximum()):
        QTest.keyClick(panel.slider, Qt.Key.Key_Left)
        panel._asking.cancel()
        panel._ask()
        wait_for(lambda: not panel.history._busy)
        seen.append(shown(panel))
    assert seen[0] == "We fly on the 12th3rd"
    assert seen[1] == "We fly on the 3rd"
    assert seen[-1] == ""
    assert panel.moment.text() == "Before the first word"
    QTest.keyClick(panel.slider, Qt.Key.Key_End)
    wait_for(lambda: shown(panel) is None)


def test_restoring_is_an_edit_that_can_be_undone(desk, panel):
    choose(panel, 3)
    wait_for(lambda: shown(panel) == "We fly on the 3rd")
    panel.view.restore.click()
    wait_for(lambda: desk.view.note.body.text() == "We fly on the 3rd")
    assert shown(panel) is None
    assert desk.view.edit.toPlainText() == "We fly on the 3rd"
    wait_for(lambda: len(panel.model.rows) == 5)
    desk.view.undo()
    assert desk.view.edit.toPlainText() == NOW


def test_a_copy_is_a_note_of_its_own(desk, panel):
    choose(panel, 3)
    wait_for(lambda: shown(panel) == "We fly on the 3rd")
    panel.view.copy.click()
    wait_for(lambda: desk.browsing.note.id != NOTE)
    assert desk.view.edit.toPlainText() == "We fly on the 3rd"
    assert desk.view.title.text().startswith("Holiday (")


def test_who_wrote_what_is_tinted_now_and_then(desk, panel):
    panel.shows.choose("authors")
    wait_for(lambda: shown(panel) == NOW)
    assert panel.view.what.text() == "You, Ana Ruiz"
    assert len(panel.view.text.extraSelections()) == 2
    choose(panel, 3)
    wait_for(lambda: shown(panel) == "We fly on the 3rd")
    assert panel.view.what.text() == "You"
    panel.view.now.click()
    wait_for(lambda: shown(panel) == NOW)


def test_what_is_written_now_comes_into_the_timeline(desk, panel):
    panel.show_now()
    desk.view.focus_text()
    type_text(desk.view.edit, "Yes! ")
    wait_for(lambda: len(panel.model.rows) == 5)
    assert shown(panel) is None


def test_another_note_has_another_history_and_closing_shows_the_note(desk, panel):
    choose(panel, 3)
    wait_for(lambda: shown(panel))
    desk.window.drawer.close_button.click()
    assert desk.view.edit.isVisible()
    desk.window.actions_.show_history.trigger()
    wait_for(lambda: panel.model.rows)
    desk.window.actions_.new_note.trigger()
    assert panel.model.rows == []
    assert desk.view.edit.isVisible()
    desk.window.actions_.modes["dark"].trigger()
    desk.window.grab()
    desk.window.actions_.modes["light"].trigger()
