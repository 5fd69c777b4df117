"""Archive, icons and colours: offered where the notes have a place for them, and shown."""

import pytest

from app.models.scope import Kind, Scope
from app.paths import Profile
from app.widgets.note_view import tags_html
from sync.model import v2
from tests.support.waiting import wait_for
from tests.support.whole_window import started, type_text


@pytest.fixture
def newer(qt_app, tmp_path):
    """A window on a library of the newest model, with one note."""
    with started(qt_app, Profile(tmp_path / "p", "2.0")) as desk:
        wait_for(lambda: desk.view.note is not None)
        type_text(desk.view.title, "Plans")
        wait_for(lambda: desk.titles() == ["Plans"])
        yield desk


def row(desk):
    return desk.browsing.row(desk.view.note.id)


def tag(desk, *tags):
    note = desk.view.note
    note.edit(lambda edit: [v2.add_tag(edit, one, 5) for one in tags])
    wait_for(lambda: row(desk).tags == tags)


def test_notes_of_the_first_model_are_offered_none_of_it(qt_app, tmp_path):
    with started(qt_app, Profile(tmp_path / "p", "1.0")) as desk:
        actions = desk.window.actions_
        assert not any(action.isVisible() for action in (actions.archive, actions.unarchive, actions.icon))
        assert not desk.browsing.places.index_of(Scope(Kind.ARCHIVE)).isValid()


def test_an_archived_note_is_in_the_archive_and_nowhere_else_and_comes_back(newer):
    note = newer.view.note.id
    assert newer.window.actions_.archive.isVisible()
    newer.window.actions_.archive.trigger()
    wait_for(lambda: newer.titles() == [])
    newer.browsing.show_place(Scope(Kind.ARCHIVE))
    wait_for(lambda: newer.titles() == ["Plans"])
    assert newer.call(lambda library: [one.id for one in library.store.notes(archived=False)]) == []
    assert [hit.row.id for hit in newer.call(lambda library: library.search("Plans"))] == [note]
    newer.browsing.open(note)
    wait_for(lambda: newer.view.note is not None and newer.view.note.id == note)
    newer.window.actions_.unarchive.trigger()
    wait_for(lambda: newer.titles() == [])
    newer.browsing.show_place(Scope())
    wait_for(lambda: newer.titles() == ["Plans"])


def test_an_icon_is_chosen_shown_and_taken_away(newer):
    newer.window.actions_.icon.trigger()
    dialog = newer.window.adornments.dialog
    dialog.field.setText("🧪")
    dialog.go.click()
    wait_for(lambda: row(newer).icon == "🧪")
    wait_for(lambda: newer.view.icon.text() == "🧪")
    assert newer.view.icon.isVisible()
    newer.view.icon.click()
    newer.window.adornments.dialog.none.click()
    wait_for(lambda: row(newer).icon == "" and not newer.view.icon.isVisible())


def test_a_tag_gets_a_colour_that_the_note_and_the_list_show(newer):
    tag(newer, "a<b", "work")
    menu = newer.window.adornments.colour_menus([newer.view.note.id])
    assert [action.text() for action in menu.actions()] == ["a<b", "work"]
    green = next(one for one in menu.actions()[1].menu().actions() if one.text() == "green")
    green.trigger()
    wait_for(lambda: row(newer).tag_colours == (("work", "green"),))
    theme = newer.program.appearance.theme
    html = tags_html(row(newer), theme)
    assert theme.person(2).name() in html
    assert "a&lt;b" in html
    wait_for(lambda: "work" in newer.view.meta.text())
    asked = []
    newer.view.tag_asked.connect(lambda *facts: asked.append(facts[:2]))
    newer.view.meta.linkActivated.emit("tag:work")
    assert asked == [("work", newer.view.note.id)]
    menu.deleteLater()
