"""Backlinks and mentions come, follow what is written, and open what they are of."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QScrollArea

from app.widgets.references import references_of
from tests.support.waiting import wait_for


def note(desk, title, text=""):
    made = desk.call(lambda library: library.new_note(title=title))
    if text:
        desk.call(lambda library: library.edit(made, lambda e: e.text(("body",)).insert(0, text)))
    wait_for(lambda: title in desk.titles())
    return made


def show(desk, note_id):
    desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)


def opened(desk):
    desk.window.actions_.show_links.trigger()
    return desk.window.drawer.panel


def press(card, text):
    next(b for b in card.findChildren(QPushButton) if b.text() == text).click()


def test_a_mention_becomes_a_link_that_holds_when_the_note_is_renamed(desk):
    plan = note(desk, "Big plan")
    other = note(desk, "Diary", "Worked on the BIG plan today.")
    show(desk, plan)
    panel = opened(desk)
    wait_for(lambda: len(panel.cards) == 1)
    press(panel.cards[0], "Link")
    wait_for(lambda: desk.call(lambda library: references_of(library, plan)).backlinks)
    wait_for(lambda: not any(b.text() == "Link" for c in panel.cards for b in c.findChildren(QPushButton)))
    document = desk.call(lambda library: library.document(other))
    assert ("BIG plan", {"link": f"note:{plan}"}) in document.text(("body",)).spans()
    desk.view.title.selectAll()
    QTest.keyClick(desk.view.title, Qt.Key.Key_Backspace)
    wait_for(lambda: desk.call(lambda library: library.store.find_note(plan))[0].title != "Big plan")
    assert [row.id for row in desk.call(lambda library: library.store.backlinks(plan))] == [other]


def test_a_card_opens_its_note_and_the_panel_follows(desk):
    plan = note(desk, "Big plan")
    other = note(desk, "Diary", "the big plan")
    show(desk, plan)
    panel = opened(desk)
    wait_for(lambda: len(panel.cards) == 1)
    press(panel.cards[0], "Diary")
    wait_for(lambda: desk.browsing.note.id == other)
    wait_for(lambda: panel.cards == [])
    desk.window.grab()


def test_what_is_written_elsewhere_shows_up_by_itself(desk):
    plan = note(desk, "Big plan")
    show(desk, plan)
    panel = opened(desk)
    assert panel.cards == []
    note(desk, "Late", "about the big plan")
    wait_for(lambda: len(panel.cards) == 1)


def test_a_new_note_has_none_and_the_command_is_checked_while_open(desk):
    desk.window.actions_.new_note.trigger()
    panel = opened(desk)
    assert desk.window.actions_.show_links.isChecked()
    assert panel.cards == []
    desk.window.drawer.close_button.click()
    assert not desk.window.actions_.show_links.isChecked()


def test_a_card_says_whose_the_notebook_is_where_that_has_to_be_said(desk):
    plan = note(desk, "Big plan")
    note(desk, "Diary", "the big plan")
    desk.call(lambda library: library.store.add_notebook("S" * 22, "Personal"))

    def places():
        found = desk.call(lambda library: references_of(library, plan))
        return [row.notebook_name for row in found.mentions]

    assert places() == ["Personal"]

    def give_away(library):
        mine = library.store.personal()
        rows = [("S" * 22, "Personal", "owner"), (mine, "Personal", "editor")]
        library.store.set_account_notebooks(rows)
        library.store.save_owner(mine, "Ana")

    desk.call(give_away)
    assert places() == ["Personal — Ana"]


def test_a_long_name_ends_where_its_card_does(desk):
    plan = note(desk, "Plan")
    long = "Questions & answers " * 9
    note(desk, long.strip(), "the plan")
    show(desk, plan)
    panel = opened(desk)
    wait_for(lambda: len(panel.cards) == 1)
    (card,) = panel.cards
    room = panel.findChild(QScrollArea).viewport()
    wait_for(lambda: 0 < card.width() <= room.width())
    assert card.rect().contains(card.title.geometry())
    assert card.title.text().startswith("Questions && answers")
    assert card.title.text().endswith("…")
    assert card.title.accessibleName() == long.strip()
