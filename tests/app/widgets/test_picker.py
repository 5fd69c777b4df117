"""A few letters, arrows and Enter choose one of many."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.models.fuzzy import best, folded
from app.widgets.picker import OFFER_ROLE, ROW_HEIGHT_PX, ROWS_SHOWN, Offer, Picker
from tests.support.waiting import wait_for
from tests.support.whole_window import press, type_text

NAMES = ["Apple", "Banana", "Cherry 🍒 pie"] + [f"Plum {n}" for n in range(30)]


def seek(text):
    if not text:
        return [Offer(n, name, "fruit", "Ctrl+F", "tag") for n, name in enumerate(NAMES)]
    found = best(text, [folded(name) for name in NAMES], 50)
    return [Offer(one.number, NAMES[one.number], places=one.match.places) for one in found]


@pytest.fixture
def world(appearance):
    window = QWidget()
    window.resize(700, 500)
    field = QLineEdit(window)
    picker = Picker(window, appearance)
    window.show()
    window.activateWindow()
    field.setFocus()
    wait_for(window.isActiveWindow)
    yield window, field, picker
    window.close()


def ask(picker):
    chosen = []
    picker.ask("Choose a fruit", seek, chosen.append, "no such fruit")
    return chosen


def test_typing_narrows_and_enter_chooses_and_gives_the_focus_back(world):
    window, field, picker = world
    chosen = ask(picker)
    assert window.focusWidget() is picker.field
    assert picker.field.accessibleName() == picker.list.accessibleName() == "Choose a fruit"
    type_text(picker.field, "pie")
    assert [offer.title for offer in picker.model.offers] == ["Cherry 🍒 pie"]
    picker.grab()
    press(picker.field, "Return")
    assert chosen == [2]
    assert not picker.isVisible()
    assert window.focusWidget() is field


@pytest.mark.parametrize("wanted", ["apple", "plum 1", ""])
def test_it_scrolls_only_where_rows_are_out_of_sight(world, wanted):
    _, _, picker = world
    ask(picker)
    type_text(picker.field, wanted)
    wait_for(lambda: picker.list.height() > 0)
    hidden = max(0, picker.model.rowCount() - ROWS_SHOWN)
    assert (picker.list.verticalScrollBar().maximum() > 0) is (hidden > 0)


def test_in_a_low_window_it_shows_fewer_rows_and_is_whole(world):
    window, _, picker = world
    window.resize(700, 330)
    ask(picker)
    assert picker.geometry().bottom() < window.height()
    assert picker.list.geometry().bottom() < picker.height()
    window.resize(700, 700)
    wait_for(lambda: picker.list.height() > ROWS_SHOWN * ROW_HEIGHT_PX)


def test_arrows_go_round_pages_stop_at_the_end(world):
    _, _, picker = world
    chosen = ask(picker)
    press(picker.field, "Up")
    assert picker.list.currentIndex().row() == len(NAMES) - 1
    press(picker.field, "Down")
    assert picker.list.currentIndex().row() == 0
    press(picker.field, "PgDown")
    press(picker.field, "Tab")
    assert picker.list.currentIndex().row() == ROWS_SHOWN + 1
    for _ in range(9):
        press(picker.field, "PgDown")
    assert picker.list.currentIndex().row() == len(NAMES) - 1
    press(picker.field, "Return")
    assert chosen == [len(NAMES) - 1]


def test_escape_and_losing_the_focus_end_it_without_a_choice(world):
    window, field, picker = world
    chosen = ask(picker)
    press(picker.field, "Esc")
    assert not picker.isVisible()
    assert window.focusWidget() is field
    ask(picker)
    field.setFocus()
    assert not picker.isVisible()
    assert chosen == []


def test_a_click_chooses(world):
    _, _, picker = world
    chosen = ask(picker)
    index = picker.model.index(1)
    QTest.mouseClick(
        picker.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=picker.list.visualRect(index).center(),
    )
    assert chosen == [1]


def test_nothing_found_says_so_and_enter_does_nothing(world):
    _, _, picker = world
    chosen = ask(picker)
    type_text(picker.field, "zzz")
    assert picker.nothing.isVisible()
    assert picker.nothing.text() == "no such fruit"
    press(picker.field, "Return")
    assert chosen == []
    assert picker.isVisible()


def test_lines_that_change_under_it_keep_the_chosen_one(world):
    _, _, picker = world
    ask(picker)
    press(picker.field, "Down")
    picker.refresh()
    assert picker.list.currentIndex().row() == 1
    spoken = picker.model.data(picker.model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Banana, fruit, Ctrl+F"
    assert picker.model.index(1).data(OFFER_ROLE).key == 1


def test_it_stays_inside_a_small_window(world):
    window, _, picker = world
    ask(picker)
    window.resize(700, 300)
    QTest.qWait(0)
    assert picker.geometry().top() >= 8
