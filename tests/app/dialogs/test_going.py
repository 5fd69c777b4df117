"""Ctrl+P goes to a note or makes it, Ctrl+Shift+P does anything."""

from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from tests.support.waiting import wait_for
from tests.support.whole_window import press, started, type_text


def made(desk, *titles):
    ids = [desk.call(lambda library, title=title: library.new_note(title=title)) for title in titles]
    wait_for(lambda: set(titles) <= set(desk.titles()))
    return ids


def go(desk, keys):
    desk.window.activateWindow()
    QTest.keySequence(desk.window, QKeySequence(keys))
    picker = desk.window.going.picker
    assert picker.isVisible()
    return picker


def show(desk, note_id):
    desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)


def test_the_quick_switcher_goes_to_a_note_by_a_few_letters(desk):
    ids = made(desk, "Shopping list", "Holiday plans", "Letters")
    picker = go(desk, "Ctrl+P")
    wait_for(lambda: picker.model.rowCount() == 3)
    type_text(picker.field, "hol")
    press(picker.field, "Return")
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == ids[1])
    assert desk.window.focusWidget() is desk.view.edit


def test_it_begins_with_the_notes_that_were_open_last_but_not_this_one(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        ids = made(desk, "One", "Two", "Three")
        for note_id in (ids[0], ids[1], ids[2]):
            show(desk, note_id)
        picker = go(desk, "Ctrl+P")
        wait_for(lambda: picker.model.rowCount() == 2)
        assert [offer.title for offer in picker.model.offers] == ["Two", "One"]
        press(picker.field, "Esc")
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == ids[2])
        picker = go(desk, "Ctrl+P")
        wait_for(lambda: picker.model.rowCount() == 2)
        assert [offer.title for offer in picker.model.offers] == ["Two", "One"]


def test_a_name_that_is_missing_becomes_a_note(desk):
    picker = go(desk, "Ctrl+P")
    type_text(picker.field, "Brand new")
    assert picker.model.offers[-1].title == "Make “Brand new”"
    press(picker.field, "Up")
    press(picker.field, "Return")
    wait_for(lambda: desk.view.note is not None and desk.view.title.text() == "Brand new")
    assert not desk.view.note.draft
    wait_for(lambda: desk.titles() == ["Brand new"])
    picker = go(desk, "Ctrl+P")
    wait_for(lambda: desk.window.titles.named("brand new"))
    type_text(picker.field, "brand NEW")
    assert [offer.title for offer in picker.model.offers] == ["Brand new"]


def test_the_palette_has_every_command_with_its_keys_and_does_it(desk):
    picker = go(desk, "Ctrl+Shift+P")
    offers = {offer.title: offer for offer in picker.model.offers}
    assert offers["New note"].hint == "Ctrl+N"
    assert offers["New note"].detail == "File"
    enabled = [a for m in desk.window.going.menus() for g in m.groups for a in g if a.isEnabled()]
    assert len(offers) == len(enabled) > 25
    type_text(picker.field, "dark")
    assert picker.model.offers[0].title == "Dark theme"
    press(picker.field, "Return")
    assert desk.program.appearance.theme.dark
    picker = go(desk, "Ctrl+Shift+P")
    assert picker.model.offers[0].title == "Dark theme"
    assert picker.model.offers[0].icon == "check"
    type_text(picker.field, "light")
    press(picker.field, "Return")
    assert not desk.program.appearance.theme.dark


def test_a_command_is_found_by_its_menu_too_and_one_that_is_off_is_not_offered(desk):
    desk.browsing.show_nothing()
    picker = go(desk, "Ctrl+Shift+P")
    assert "Bold" not in [offer.title for offer in picker.model.offers]
    type_text(picker.field, "view side")
    assert picker.model.offers[0].title == "Show sidebar"
    type_text(picker.field, "zzz")
    assert picker.model.offers == []
    assert picker.nothing.isVisible()


def test_text_commands_from_the_palette_act_on_the_text(desk):
    desk.window.actions_.new_note.trigger()
    desk.window.activateWindow()
    desk.view.focus_text()
    type_text(desk.view.edit, "word")
    desk.view.edit.selectAll()
    picker = go(desk, "Ctrl+Shift+P")
    type_text(picker.field, "bold")
    press(picker.field, "Return")
    assert desk.view.note.body.spans() == [("word", {"bold": True})]
    assert desk.window.focusWidget() is desk.view.edit
