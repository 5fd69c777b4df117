"""What drives syncing is chosen, explained, and kept within its bounds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.widgets.sync_choice import MINUTES_OFFERED, SyncChoice
from sync.client.driver import LIVE, MANUAL, Driver
from sync.limits import SYNC_MINUTES_MAX, SYNC_MINUTES_MIN


@pytest.fixture
def choice(appearance):
    window = QWidget()
    made = SyncChoice("Sync")
    made.setParent(window)
    made.told = []
    made.changed.connect(made.told.append)
    window.show()
    yield made
    window.close()


def type_minutes(choice, text):
    field = choice.minutes.lineEdit()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_each_choice_is_told_and_explained(choice):
    assert (choice.kind.chosen, choice.schedule.isHidden()) == ("live", True)
    choice.kind.choose("manual")
    assert "Sync now" in choice.hint.text()
    choice.kind.choose("every")
    assert not choice.schedule.isHidden()
    assert "every 15 minutes" in choice.hint.text()
    choice.kind.choose("live")
    assert "as you type" in choice.hint.text()
    assert choice.told == [MANUAL, Driver("every", 15), LIVE]


@pytest.mark.parametrize("minutes", [SYNC_MINUTES_MIN, SYNC_MINUTES_MAX])
def test_minutes_at_their_bounds_are_taken(choice, minutes):
    choice.kind.choose("every")
    type_minutes(choice, str(minutes))
    assert choice.told[-1] == Driver("every", minutes)
    assert choice.problem.isHidden()
    assert ("every minute" if minutes == 1 else f"every {minutes} minutes") in choice.hint.text()


@pytest.mark.parametrize(
    "text", [str(SYNC_MINUTES_MIN - 1), str(SYNC_MINUTES_MAX + 1), "", "often", "-5", "1.5"]
)
def test_other_minutes_are_refused_with_a_sentence_and_nothing_changes(choice, text):
    choice.kind.choose("every")
    choice.minutes.setCurrentText("")
    type_minutes(choice, text)
    assert choice.problem.text() == "Choose a number of minutes from 1 to 1440."
    assert not choice.problem.isHidden()
    assert choice.told == [Driver("every", 15)]
    type_minutes(choice, "20")
    assert choice.problem.isHidden()
    assert choice.told == [Driver("every", 15), Driver("every", 20)]


def test_the_usual_numbers_can_be_chosen_with_the_mouse(choice):
    choice.kind.choose("every")
    for place, number in enumerate(MINUTES_OFFERED):
        choice.minutes.setCurrentIndex(place)
        choice.minutes.activated.emit(place)
        assert choice.chosen == Driver("every", number)


def test_what_another_window_chose_is_shown_and_not_told_again(choice):
    choice.show_driver(Driver("every", 30))
    assert (choice.kind.chosen, choice.minutes.currentText()) == ("every", "30")
    choice.show_driver(MANUAL)
    assert (choice.kind.chosen, choice.schedule.isHidden()) == ("manual", True)
    assert choice.told == []


def test_what_was_chosen_stays_until_the_engine_says_something_new(choice):
    choice.show_driver(MANUAL)
    choice.kind.choose("every")
    choice.show_driver(MANUAL)  # a status from before
    assert choice.kind.chosen == "every"
    choice.show_driver(Driver("every", 15))
    assert choice.kind.chosen == "every"
    choice.kind.choose("live")
    choice.take_back()
    assert choice.chosen == Driver("every", 15)
    assert choice.kind.chosen == "every"


def test_every_part_has_a_name(choice):
    assert choice.kind.accessibleName() == "Sync"
    assert choice.minutes.accessibleName() == "Minutes between two visits to the server"
