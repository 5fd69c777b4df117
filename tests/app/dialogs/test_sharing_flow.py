"""Two people and a real server: one shares, the other joins, and what changes is seen by both at once."""

import pytest
from PySide6.QtGui import QAccessible, QGuiApplication

from app.models.scope import Kind, Scope
from tests.support.two_people import PASSWORD, join, sign_up, two_people, written
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "server") as made:
        yield made


def banner(desk):
    first = desk.view.banners.first()
    return first.text if first is not None else ""


def test_a_notebook_is_shared_by_a_link_and_a_role_is_lowered_live(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one, started(qt_app, tmp_path / "b") as other:
        written(one, "Garden", "beans")
        sign_up(one, server, "Ana")
        sign_up(other, server, "Bob")
        one.window.actions_.share_notebook.trigger()
        dialog = one.window.sharing.sharing
        wait_for(lambda: not dialog.linking.isHidden())
        dialog.make_link.click()
        wait_for(lambda: not dialog.made.isHidden())
        join(other, dialog.link.text())
        wait_for(lambda: "Garden" in other.titles())
        wait_for(lambda: "is in the sidebar now" in banner(other))
        assert "“Personal — Ana”" in banner(other), "as the sidebar calls it"
        dialog.close()
        one.window.actions_.share_notebook.trigger()
        dialog = one.window.sharing.sharing
        wait_for(lambda: dialog.members.findChildren(type(dialog.email_role)))
        (box,) = dialog.members.findChildren(type(dialog.email_role))
        note = one.browsing.note.id
        other.browsing.open(note)
        wait_for(lambda: other.view.note is not None and other.view.note.id == note)
        assert other.view.note.writable
        box.setCurrentIndex(box.findData("viewer"))
        box.activated.emit(box.currentIndex())
        wait_for(lambda: not other.view.note.writable)
        dialog.close()


def test_one_note_is_shared_by_itself_and_the_link_is_on_the_clipboard(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one, started(qt_app, tmp_path / "b") as other:
        written(one, "Recipe", "flour")
        sign_up(one, server, "Lea")
        sign_up(other, server, "Max")
        one.window.actions_.share_note.trigger()
        dialog = one.window.sharing.sharing
        wait_for(lambda: not dialog.linking.isHidden())
        dialog.make_link.click()
        wait_for(lambda: not dialog.made.isHidden())
        dialog.copy.click()
        join(other, QGuiApplication.clipboard().text())
        QGuiApplication.clipboard().clear()
        wait_for(lambda: "Recipe" in other.titles())
        wait_for(lambda: "“Recipe” is in the sidebar now" in banner(other))
        names = [row.name for row in other.program.workspace.shelf.notebooks]
        assert names == ["Personal", "Recipe"]
        dialog.close()


def test_sharing_a_note_says_who_has_it_through_its_notebook(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, _, note):
        wait_for(lambda: ana.program.workspace.shelf.notebooks[0].members == 2)
        ana.window.sharing.ask_share_note(note, "The note")
        dialog = ana.window.sharing.sharing
        wait_for(lambda: not dialog.adding.isHidden())
        assert "Everybody in “Personal” has it now." in dialog.hint.text()
        dialog.close()


def test_a_note_stays_where_it_is_until_somebody_is_added(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one, started(qt_app, tmp_path / "b") as other:
        written(one, "Recipe", "flour")
        sign_up(one, server, "Lea")
        sign_up(other, server, "Max")
        note = one.browsing.note.id
        before = one.call(lambda library: library.store.load(note).stream)
        one.window.actions_.share_note.trigger()
        dialog = one.window.sharing.sharing
        wait_for(lambda: not dialog.adding.isHidden())
        assert not dialog.hint.isHidden()
        dialog.close()
        assert one.call(lambda library: library.store.load(note).stream) == before
        assert [row.name for row in one.program.workspace.shelf.notebooks] == ["Personal"]

        one.window.actions_.share_note.trigger()
        dialog = one.window.sharing.sharing
        wait_for(lambda: not dialog.adding.isHidden())
        dialog.email.setText("max@example.org")
        dialog.add.click()
        wait_for(lambda: "Recipe" in other.titles())
        wait_for(lambda: dialog.hint.isHidden())
        assert one.call(lambda library: library.store.load(note).stream) != before
        dialog.close()


def test_a_note_is_dragged_to_another_notebook(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one:
        written(one, "Plan", "one")
        sign_up(one, server, "Ned")
        one.program.workspace.new_notebook("Work")
        work = wait_for(lambda: [r for r in one.program.workspace.shelf.notebooks if r.name == "Work"])[0].id
        note = one.browsing.note.id
        one.browsing.places.notes_dropped.emit([note], Scope(Kind.NOTEBOOK, work))
        wait_for(lambda: one.call(lambda library: library.store.load(note).stream) == f"{work}/notes")
        type_text(one.view.edit, " and two")
        wait_for(lambda: one.status.outbox == 0)
        assert one.view.note.body.text() == "one and two"


def test_devices_and_password_are_in_the_account_dialog(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one:
        sign_up(one, server, "Oda")
        one.window.actions_.devices.trigger()
        dialog = one.window.sharing.devices
        wait_for(lambda: dialog._rows.count() == 1)
        dialog.old.setText("wrong password")
        dialog.new.setText("another password")
        dialog.change.click()
        wait_for(lambda: not dialog.problem.isHidden())
        dialog.old.setText(PASSWORD)
        dialog.change.click()
        wait_for(lambda: not dialog.told.isHidden())
        assert one.status.auth == "ok"
        dialog.close()


def test_a_notebook_that_is_called_as_mine_is_says_whose_it_is(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, note):
        places = bob.browsing.places
        hers = ana.program.workspace.shelf.notebooks[0].id
        scope = Scope(Kind.NOTEBOOK, hers)
        wait_for(lambda: places.name_of(scope) == "Personal — Ana")
        assert [name for _, name in places.named_places()] == ["Personal", "Personal — Ana"]
        spoken = QAccessible.queryAccessibleInterface(bob.window.sidebar.tree)
        names = [spoken.child(row).text(QAccessible.Text.Name) for row in range(spoken.childCount())]
        assert "Personal — Ana" in names
        assert "Personal" in names
        wait_for(lambda: bob.view.meta.text().startswith("Personal — Ana"))
        bob.browsing.show_place(scope)
        assert bob.window.pane.title.text() == "Personal — Ana"
        bob.window.browsing.new_note()  # else the note on screen is not offered
        bob.window.actions_.quick_open.trigger()
        offers = bob.window.going.picker.model
        wait_for(lambda: ("Garden", "Personal — Ana") in [offer[1:3] for offer in offers.offers])
        bob.window.going.picker.close()
        assert [row.name for row in ana.program.workspace.shelf.notebooks] == ["Personal"]
        assert ana.browsing.places.name_of(scope) == "Personal"
        made = bob.call(lambda library: library.new_notebook("Mine"))
        wait_for(lambda: places.name_of(Scope(Kind.NOTEBOOK, made)) == "Mine")
        mine = next(row.id for row in bob.program.workspace.shelf.notebooks if row.id not in (hers, made))
        bob.program.workspace.rename_notebook(mine, "My own")
        wait_for(lambda: places.name_of(scope) == "Personal")
        bob.browsing.open(note)
        wait_for(lambda: bob.view.meta.text().startswith("Personal&nbsp;"))


def test_whose_a_notebook_is_is_known_offline(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, _):
        scope = Scope(Kind.NOTEBOOK, ana.program.workspace.shelf.notebooks[0].id)
        wait_for(lambda: bob.browsing.places.name_of(scope) == "Personal — Ana")
    with started(qt_app, tmp_path / "b") as again:
        assert again.browsing.places.name_of(scope) == "Personal — Ana"
