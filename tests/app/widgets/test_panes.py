"""Where the window is narrow, panes give way and come back; whoever is called is there; nothing is cut."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.widgets.panes import NOTE_PX, NOTE_PX_MIN, WIDTH_PX_MIN
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text

ALL = "sidebar list note"
ROOM_FOR_ALL_PX = 1_300


def new(desk, title):
    """Make a note and have it on screen."""
    desk.window.actions_.new_note.trigger()
    type_text(desk.view.title, title)
    wait_for(lambda: desk.titles() == [title])


def width(desk, pixels):
    """Make the window so wide, and let Qt lay it out."""
    desk.window.resize(pixels, 500)
    QTest.qWait(0)


def shown(desk):
    """The panes on screen, from left to right."""
    window = desk.window
    panes = {"sidebar": window.sidebar, "list": window.pane, "note": window.view, "drawer": window.drawer}
    return " ".join(name for name, pane in panes.items() if pane.isVisible())


def nothing_is_cut(desk):
    """Every pane is inside the window, none lies on another one, each has what it needs."""
    window = desk.window
    end = 0
    for pane in (window.sidebar, window.pane, window.view, window.drawer):
        if pane.isVisible():
            assert pane.x() >= end
            assert pane.width() >= max(pane.minimumWidth(), pane.minimumSizeHint().width())
            end = pane.x() + pane.width()
    assert end == window.panes.width() == window.width()


@pytest.fixture
def narrow(desk):
    """A window that has no room for the sidebar, with a note in it."""
    new(desk, "The note")
    width(desk, 683)
    assert shown(desk) == "list note"
    return desk


@pytest.mark.parametrize(
    ("pixels", "alone", "with_drawer"),
    [
        (WIDTH_PX_MIN, "note", "note drawer"),
        (621, "list note", "note drawer"),
        (683, "list note", "note drawer"),
        (781, "list note", "note drawer"),
        (782, ALL, "note drawer"),
        (903, ALL, "list note drawer"),
        (960, ALL, "list note drawer"),
        (1062, ALL, "list note drawer"),
        (1063, ALL, f"{ALL} drawer"),
        (1366, ALL, f"{ALL} drawer"),
    ],
)
def test_at_every_width_there_is_what_has_room_and_nothing_is_cut(desk, pixels, alone, with_drawer):
    new(desk, "The note")
    desk.window.show()
    width(desk, pixels)
    assert desk.window.width() == pixels
    assert shown(desk) == alone
    nothing_is_cut(desk)
    for panel in (desk.window.panels.history, desk.window.panels.references, desk.window.panels.lens):
        desk.window.drawer.open(panel)
        QTest.qWait(0)
        assert shown(desk) == with_drawer
        nothing_is_cut(desk)
    desk.window.drawer.shut()
    assert shown(desk) == alone


def test_what_gave_way_comes_back_as_wide_as_it_was(desk):
    desk.window.show()
    width(desk, ROOM_FOR_ALL_PX)
    panes = desk.window.panes
    panes.moveSplitter(250, 1)
    assert panes.widths()[0] == desk.window.sidebar.width() == 250
    for pixels in (900, 700, WIDTH_PX_MIN, 800, ROOM_FOR_ALL_PX):
        width(desk, pixels)
    assert panes.widths() == [250, desk.window.pane.width(), 300]
    assert desk.window.sidebar.width() == 250


def test_a_pane_that_was_drawn_in_keeps_the_width_that_was_chosen(desk):
    desk.window.show()
    width(desk, 800)
    before = desk.window.panes.widths()
    assert desk.window.sidebar.width() < before[0]
    assert desk.window.view.width() - NOTE_PX in (0, 1), "widths are whole pixels"
    desk.window.panes.moveSplitter(desk.window.pane.x() + 230, 2)
    assert desk.window.panes.widths()[0] == before[0]


def test_the_widths_are_kept_over_a_restart_also_those_of_panes_that_are_not_on_screen(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        width(desk, ROOM_FOR_ALL_PX)
        desk.window.panes.moveSplitter(240, 1)
        width(desk, 683)
    with started(qt_app, tmp_path / "p") as desk:
        assert shown(desk) == "list note"
        assert desk.window.panes.widths()[0] == 240
        assert desk.window.panes.wants(desk.window.sidebar)
        width(desk, ROOM_FOR_ALL_PX)
        assert desk.window.sidebar.width() == 240


def test_widths_that_an_earlier_program_kept_are_taken_where_they_are_some(desk):
    desk.window.panes.restore([230, "x", 0])
    assert desk.window.panes.widths() == [230, 304, 300]


def test_caret_and_focus_stay_in_the_note_while_panes_go_and_come(desk):
    new(desk, "The note")
    width(desk, ROOM_FOR_ALL_PX)
    desk.view.edit.setFocus()
    type_text(desk.view.edit, "words")
    place = desk.view.edit.textCursor().position()
    for pixels in (683, WIDTH_PX_MIN, ROOM_FOR_ALL_PX):
        width(desk, pixels)
        assert desk.window.focusWidget() is desk.view.edit
        assert desk.view.edit.textCursor().position() == place


def test_the_focus_goes_on_to_the_list_or_the_note_when_its_pane_gives_way(desk):
    new(desk, "The note")
    width(desk, ROOM_FOR_ALL_PX)
    desk.window.actions_.focus_places.trigger()
    assert desk.window.focusWidget() is desk.window.sidebar.tree
    width(desk, 683)
    assert desk.window.focusWidget() is desk.window.pane.list
    desk.window.drawer.open(desk.window.panels.history)
    desk.window.drawer.shut()
    desk.window.actions_.focus_list.trigger()
    width(desk, WIDTH_PX_MIN)
    assert shown(desk) == "note"
    assert desk.window.focusWidget() is desk.view.edit


def test_the_sidebar_is_called_in_the_place_of_the_list_and_a_click_on_a_place_brings_that_back(narrow):
    window = narrow.window
    show_sidebar = window.actions_.show_sidebar
    assert not show_sidebar.isChecked()
    show_sidebar.trigger()
    assert shown(narrow) == "sidebar note"
    assert show_sidebar.isChecked()
    nothing_is_cut(narrow)
    tree = window.sidebar.tree
    at = tree.visualRect(window.sidebar.places.index(0, 0)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown(narrow) == "list note"
    assert not show_sidebar.isChecked()


def test_the_same_command_takes_the_sidebar_away_again_and_it_stays_wanted(narrow):
    for expected in ("sidebar note", "list note"):
        narrow.window.actions_.show_sidebar.trigger()
        assert shown(narrow) == expected
    width(narrow, ROOM_FOR_ALL_PX)
    assert shown(narrow) == ALL


def test_a_sidebar_that_was_sent_away_where_there_was_room_for_it_stays_away(desk):
    width(desk, ROOM_FOR_ALL_PX)
    desk.window.actions_.show_sidebar.trigger()
    assert shown(desk) == "list note"
    for pixels in (WIDTH_PX_MIN, ROOM_FOR_ALL_PX):
        width(desk, pixels)
    assert shown(desk) == "list note"


def test_keys_bring_the_pane_that_they_go_to(narrow):
    actions = narrow.window.actions_
    for action, expected, focused in (
        (actions.focus_places, "sidebar note", narrow.window.sidebar.tree),
        (actions.search, "list note", narrow.window.pane.search),
        (actions.focus_places, "sidebar note", narrow.window.sidebar.tree),
        (actions.focus_list, "list note", narrow.window.pane.list),
    ):
        action.trigger()
        assert shown(narrow) == expected
        assert narrow.window.focusWidget() is focused


def test_the_status_is_seen_beside_the_list_while_the_sidebar_is_away(narrow):
    window = narrow.window
    chip = window.sidebar.chip
    assert chip.isVisible()
    assert window.pane.isAncestorOf(chip)
    chip.click()
    wait_for(lambda: narrow.window.status.panel is not None)
    narrow.window.status.panel.close()
    for action in (window.actions_.focus_places, window.actions_.focus_list, window.actions_.focus_places):
        action.trigger()
        QTest.qWait(0)
        assert chip.isVisible()
        nothing_is_cut(narrow)
    width(narrow, ROOM_FOR_ALL_PX)
    assert window.sidebar.isAncestorOf(chip)
    assert chip.isVisible()


def test_enter_on_a_place_goes_on_to_its_notes(narrow):
    narrow.window.activateWindow()
    narrow.window.actions_.focus_places.trigger()
    QTest.keyClick(narrow.window.sidebar.tree, Qt.Key.Key_Return)
    assert shown(narrow) == "list note"
    assert narrow.window.focusWidget() is narrow.window.pane.list


def test_the_drawer_lets_the_list_go_first_and_is_shut_by_who_calls_the_list(narrow):
    window = narrow.window
    window.actions_.show_history.trigger()
    assert shown(narrow) == "note drawer"
    window.actions_.focus_list.trigger()
    assert shown(narrow) == "list note"
    assert not window.actions_.show_history.isChecked()
    assert window.focusWidget() is window.pane.list
    nothing_is_cut(narrow)


def test_a_drawer_that_was_opened_where_there_was_room_stays_open_in_a_narrow_window(desk):
    new(desk, "The note")
    width(desk, ROOM_FOR_ALL_PX)
    desk.window.actions_.show_history.trigger()
    for pixels in (1_000, 800, 683, WIDTH_PX_MIN, 683):
        width(desk, pixels)
        assert "drawer" in shown(desk)
        nothing_is_cut(desk)
    desk.window.actions_.focus_list.trigger()
    assert shown(desk) == "list note", "who calls the list has it, as before"
    width(desk, ROOM_FOR_ALL_PX)
    assert shown(desk) == ALL


def test_what_was_called_while_it_was_narrow_is_forgotten_where_there_is_room_for_all(narrow):
    narrow.window.actions_.focus_places.trigger()
    width(narrow, ROOM_FOR_ALL_PX)
    width(narrow, 683)
    assert shown(narrow) == "list note"


def test_a_new_folder_is_named_in_a_sidebar_that_had_given_way(narrow):
    narrow.window.actions_.new_folder.trigger()
    wait_for(lambda: narrow.window.sidebar.tree.busy)
    assert shown(narrow) == "sidebar note"


def test_a_window_of_one_note_has_lists_when_it_is_asked_for_them(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        new(desk, "The note")
        desk.window.actions_.open_window.trigger()
        (other,) = desk.program.others
        assert not other.has_lists
        assert (other.sidebar.isHidden(), other.pane.isHidden()) == (True, True)
        other.actions_.search.trigger()
        assert not other.pane.isHidden()
        assert other.focusWidget() is other.pane.search
        other.close()
        wait_for(lambda: desk.program.others == [])


def test_a_banner_with_many_buttons_has_room_in_the_narrowest_note(narrow):
    narrow.window.status.take_axes(
        removals=31, removals_of=80, removals_by="Somebody with a long name indeed"
    )
    narrow.window.drawer.open(narrow.window.panels.history)
    width(narrow, WIDTH_PX_MIN)
    nothing_is_cut(narrow)
    assert narrow.view.width() >= NOTE_PX_MIN
    corner = narrow.view.banners.mapTo(narrow.view, QPoint(narrow.view.banners.width(), 0))
    assert corner.x() <= narrow.view.width()
