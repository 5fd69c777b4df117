"""Two people and a real server: one shares, the other joins, and what changes is seen by both at once."""

import pytest
from PySide6.QtGui import QGuiApplication

from app.models.scope import Kind, Scope
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

PASSWORD = "correct horse battery"


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "server") as made:
        yield made


def sign_up(desk, server, name):
    desk.window.account.ask_sign_in()
    dialog = desk.window.account.dialog
    dialog.server.setText(server.url)
    dialog.email.setText(f"{name.lower()}@example.org")
    dialog.password.setText(PASSWORD)
    dialog.sign_up.setChecked(True)
    dialog.name.setText(name)
    dialog.go.click()
    wait_for(lambda: desk.window.account.dialog is None)
    wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)


def written(desk, title, text):
    type_text(desk.view.title, title)
    type_text(desk.view.edit, text)
    wait_for(lambda: title in desk.titles())


def join(desk, link):
    desk.window.actions_.join.trigger()
    dialog = desk.window.sharing.joining
    dialog.link.setText(link)
    dialog.go.click()
    wait_for(lambda: desk.window.sharing.joining is None)


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
        names = [row.name for row in other.program.workspace.shelf.notebooks]
        assert names == ["Personal", "Recipe"]
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
