"""The share dialog shows what the server said and tells what is wanted, to owners and to others."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from app.dialogs.share import DAY_SECONDS, Member, ShareDialog, Standing
from tests.support.waiting import wait_for

ANA, BOB = Member("a", "ana@example.org", "owner", "Ana"), Member("b", "bob@example.org", "editor", "Bob")
LINK = {"id": "L", "role": "viewer", "state": "ok", "used": 2}


@pytest.fixture
def dialog(appearance):
    made = ShareDialog(None, appearance, "Garden")
    made.show()
    yield made
    made.close()


def seen(signal):
    told = []
    signal.connect(lambda *given: told.append(given))
    return told


def texts(dialog):
    return [label.text() for label in dialog.findChildren(QLabel)]


def test_an_owner_changes_roles_and_takes_people_out(dialog):
    dialog.show_standing(Standing("a", [ANA, BOB]))
    assert "Ana (you)" in texts(dialog)
    (box,) = dialog.members.findChildren(QComboBox)
    assert (box.accessibleName(), box.currentData()) == ("Role of Bob", "editor")
    told = seen(dialog.role_chosen)
    box.setCurrentIndex(box.findData("none"))
    box.activated.emit(box.currentIndex())
    assert told == [("b", "none")]


def test_the_list_of_members_stays_where_it_is_when_a_role_was_changed(dialog, qt_app):
    crowd = [Member(f"m{n}", f"m{n}@example.org", "viewer", f"Member {n}") for n in range(29)]
    dialog.show_standing(Standing("a", [ANA, *crowd]))
    bar = dialog.members.parentWidget().parentWidget().verticalScrollBar()
    wait_for(lambda: bar.maximum() > 0)
    boxes = dialog.members.findChildren(QComboBox)
    bar.setValue(bar.maximum() // 2)
    top = bar.value()
    dialog.activateWindow()
    boxes[12].setFocus()
    dialog.show_standing(Standing("a", [ANA, *crowd[:12], replace(crowd[12], role="editor"), *crowd[13:]]))
    qt_app.processEvents()
    assert bar.value() == top
    focused = dialog.focusWidget()
    assert (focused.accessibleName(), focused.currentData()) == ("Role of Member 12", "editor")


def test_on_a_low_screen_nothing_lies_on_the_members_and_the_buttons_stay(dialog, monkeypatch, qt_app):
    low = SimpleNamespace(availableGeometry=lambda: QRect(0, 0, 700, 384))
    monkeypatch.setattr(dialog, "screen", lambda: low)
    crowd = [Member(f"m{n}", f"m{n}@example.org", "viewer", f"Member {n}") for n in range(29)]
    dialog.show_standing(Standing("a", [ANA, *crowd], [LINK]))
    dialog.show_link("https://n.example.org/i/x#y")
    dialog.resize(dialog.width(), 384)
    qt_app.processEvents()
    assert dialog.height() == 384
    assert dialog.rect().contains(dialog.leave.geometry())
    members, adding = dialog.members.parentWidget().parentWidget(), dialog.adding
    assert members.parentWidget() is adding.parentWidget() is dialog.linking.parentWidget()
    assert members.geometry().bottom() < adding.geometry().top()
    assert adding.geometry().bottom() < dialog.linking.geometry().top()
    wait_for(lambda: not dialog.copy.visibleRegion().isEmpty())


def test_a_note_that_others_have_through_its_notebook_does_not_say_that_nobody_has_it(dialog):
    dialog.show_standing(Standing("a", [ANA], is_planned=True))
    assert dialog.hint.text().startswith("Only you have it.")
    dialog.show_standing(Standing("a", [ANA], is_planned=True, shared_in="Garden"))
    assert "Everybody in “Garden” has it now." in dialog.hint.text()


def test_the_wheel_scrolls_past_a_choice_and_makes_none(dialog):
    dialog.show_standing(Standing("a", [ANA, BOB]))
    told = seen(dialog.role_chosen)
    boxes = dialog.findChildren(QComboBox)
    chosen = [box.currentData() for box in boxes]
    state = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    for box in boxes:
        at, down = QPointF(box.rect().center()), QPoint(0, -120)
        QCoreApplication.sendEvent(box, QWheelEvent(at, box.mapToGlobal(at), QPoint(), down, *state))
    assert told == []
    assert len(boxes) >= 3
    assert [box.currentData() for box in boxes] == chosen


def test_whoever_is_no_owner_sees_and_may_leave_but_changes_nothing(dialog):
    dialog.show_standing(Standing("b", [ANA, BOB]))
    assert dialog.members.findChildren(QComboBox) == []
    assert dialog.adding.isHidden()
    assert dialog.linking.isHidden()
    told = seen(dialog.leave_wanted)
    dialog.leave.click()
    assert told == [], "the first press asks"
    dialog.leave.click()
    assert told == [()]


def test_somebody_is_added_by_e_mail(dialog):
    dialog.show_standing(Standing("a", [ANA]))
    told = seen(dialog.person_added)
    dialog.email.setText("no address")
    dialog.add.click()
    assert told == []
    assert not dialog.problem.isHidden()
    dialog.email.setText(" cat@example.org ")
    dialog.email_role.setCurrentIndex(dialog.email_role.findData("viewer"))
    dialog.add.click()
    assert told == [("cat@example.org", "viewer")]
    assert dialog.leave.isHidden(), "nobody else is in it"


def test_a_link_is_made_shown_copied_and_ended(dialog):
    dialog.show_standing(Standing("a", [ANA], [LINK, {**LINK, "state": "revoked"}]))
    wanted, ended = seen(dialog.link_wanted), seen(dialog.link_ended)
    dialog.link_role.setCurrentIndex(dialog.link_role.findData("commenter"))
    dialog.make_link.click()
    assert wanted == [("commenter", 7 * DAY_SECONDS)]
    assert dialog.made.isHidden()
    dialog.show_link("https://n.example.org/i/x#y")
    assert not dialog.qr.pixmap().isNull()
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "https://n.example.org/i/x#y"
    (end,) = [button for button in dialog.links.findChildren(QPushButton) if button.text() == "End"]
    end.click()
    assert ended == [("L",)]
    QGuiApplication.clipboard().clear()


def test_showing_it_again_replaces_what_was_shown(dialog):
    dialog.show_standing(Standing("a", [ANA, BOB], [LINK]))
    dialog.show_standing(Standing("a", [ANA]))
    assert "Bob" not in texts(dialog)
    dialog.refuse("Only an owner can do that.")
    assert "Only an owner can do that." in texts(dialog)


def test_however_many_links_there_are_the_code_is_whole(dialog):
    links = []
    for number in range(8):
        dialog.show_link("https://notes.example.org/i/x#" + "y" * 60)
        links.append({**LINK, "id": str(number)})
        dialog.show_standing(Standing("a", [ANA, BOB], list(links)))
        whole = dialog.qr.pixmap().size()
        wait_for(lambda whole=whole: dialog.qr.visibleRegion().boundingRect().size() == whole)
