"""Notebooks that are deleted on one device of a person: on the others, too, without anything being lost."""

from contextlib import contextmanager
from functools import partial

import pytest

from app.models.scope import Kind, Scope
from tests.support.relay import relayed
from tests.support.two_people import join, sign_in, sign_up
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started


def names(desk):
    return [name for scope, name in desk.browsing.places.named_places() if scope.kind is Kind.NOTEBOOK]


def notebook(desk, name):
    (row,) = [row for row in desk.program.workspace.shelf.notebooks if row.name == name]
    return row


def on_server(desk, name):
    """Make a notebook and wait until the server has it."""
    made = desk.program.workspace.new_notebook(name)
    wait_for(lambda: name in names(desk) and not notebook(desk, name).local)
    return made


def note_in(desk, where, title):
    return desk.call(lambda library: library.new_note(where, title=title))


def trashed(desk, note):
    rows = desk.call(lambda library: library.store.find_note(note))
    return bool(rows) and rows[0].trashed_ms is not None


def delete(desk, where):
    """Delete a notebook by the menu."""
    desk.browsing.show_place(Scope(Kind.NOTEBOOK, where))
    desk.window.sidebar.tree.setFocus()
    desk.window.actions_.delete_place.trigger()


def arrived(desk, note):
    return bool(desk.call(lambda library: library.store.find_note(note)))


def sent(desk):
    wait_for(lambda: desk.status.outbox == 0 and desk.status.link == "live")


@contextmanager
def two_devices(app, folder):
    """Two windows of one account; the second one reaches the server by a relay."""
    with (
        served(folder / "server") as server,
        relayed(server.url) as relay,
        started(app, folder / "a") as desk,
        started(app, folder / "b") as phone,
    ):
        sign_up(desk, server, "Ana")
        sign_in(phone, relay, "Ana")
        yield desk, phone, relay


def cut_off(desk, relay):
    relay.down = True
    relay.cut()
    wait_for(lambda: desk.status.link != "live")


def reach_again(desk, relay):
    relay.down = False
    desk.call(lambda library: library.client.nudge())
    wait_for(lambda: desk.status.link == "live")


def test_a_deleted_notebook_goes_from_the_other_device_and_comes_back_there_by_undo(qt_app, tmp_path):
    with two_devices(qt_app, tmp_path) as (desk, phone, _):
        where = on_server(desk, "Work")
        note = note_in(desk, where, "Plan")
        wait_for(lambda: "Work" in names(phone) and arrived(phone, note))
        phone.browsing.show_place(Scope(Kind.NOTEBOOK, where))
        wait_for(lambda: phone.titles() == ["Plan"])
        delete(desk, where)
        wait_for(lambda: names(desk) == names(phone) == ["Personal"] and trashed(phone, note))
        assert phone.browsing.scope == Scope(), "where it stood there is nothing to be shown"
        assert phone.browsing.target_notebook() == notebook(phone, "Personal").id
        desk.window.toast.button.click()
        wait_for(lambda: names(desk) == names(phone) == ["Personal", "Work"] and not trashed(phone, note))


def test_an_empty_notebook_that_was_deleted_offline_goes_from_the_other_device_later(qt_app, tmp_path):
    with two_devices(qt_app, tmp_path) as (desk, phone, relay):
        where = on_server(desk, "Work")
        wait_for(lambda: "Work" in names(phone))
        cut_off(phone, relay)
        delete(phone, where)
        wait_for(lambda: names(phone) == ["Personal"])
        assert "Work" in names(desk)
        reach_again(phone, relay)
        wait_for(lambda: names(desk) == ["Personal"])
        assert names(phone) == ["Personal"]


def test_a_restored_note_brings_its_deleted_notebook_back_on_the_other_device_too(qt_app, tmp_path):
    with two_devices(qt_app, tmp_path) as (desk, phone, _):
        where = on_server(desk, "Work")
        note = note_in(desk, where, "Plan")
        wait_for(lambda: arrived(phone, note))
        delete(desk, where)
        wait_for(lambda: names(phone) == ["Personal"] and trashed(phone, note))
        phone.browsing.show_place(Scope(Kind.TRASH))
        wait_for(lambda: phone.titles() == ["Plan"])
        phone.browsing.open(note)
        wait_for(lambda: phone.browsing.note is not None and phone.browsing.note.id == note)
        phone.window.actions_.restore.trigger()
        wait_for(lambda: names(phone) == ["Personal", "Work"])
        wait_for(lambda: names(desk) == ["Personal", "Work"] and not trashed(desk, note))


def test_a_note_that_was_added_meanwhile_can_be_found_and_shows_the_notebook_again(qt_app, tmp_path):
    with two_devices(qt_app, tmp_path) as (desk, phone, relay):
        where = on_server(desk, "Work")
        old = note_in(desk, where, "Plan")
        wait_for(lambda: arrived(phone, old))
        cut_off(phone, relay)
        new = note_in(phone, where, "Written meanwhile")
        delete(desk, where)
        wait_for(lambda: names(desk) == ["Personal"])
        reach_again(phone, relay)
        wait_for(lambda: arrived(desk, new) and trashed(phone, old))
        for one in (desk, phone):
            one.browsing.show_place(Scope(Kind.ALL))
            wait_for(partial(lambda one: "Written meanwhile" in one.titles(), one))
            wait_for(partial(lambda one: names(one) == ["Personal", "Work"], one))


def test_what_was_said_last_counts(qt_app, tmp_path):
    with two_devices(qt_app, tmp_path) as (desk, phone, relay):
        where = on_server(desk, "Work")
        wait_for(lambda: "Work" in names(phone))
        cut_off(phone, relay)
        delete(phone, where)
        wait_for(lambda: names(phone) == ["Personal"])
        delete(desk, where)
        wait_for(lambda: names(desk) == ["Personal"])
        desk.window.toast.button.click()
        wait_for(lambda: names(desk) == ["Personal", "Work"])
        reach_again(phone, relay)
        wait_for(lambda: names(desk) == names(phone) == ["Personal"])


@pytest.mark.parametrize("signed_in_first", [False, True])
def test_a_device_that_comes_later_does_not_show_what_was_deleted(qt_app, tmp_path, signed_in_first):
    with served(tmp_path / "server") as server:
        with started(qt_app, tmp_path / "a") as desk:
            if signed_in_first:
                sign_up(desk, server, "Ana")
                where = on_server(desk, "Work")
            else:
                where = desk.program.workspace.new_notebook("Work")
                wait_for(lambda: "Work" in names(desk))
            note = note_in(desk, where, "Plan")
            delete(desk, where)
            wait_for(lambda: names(desk) == ["Personal"] and trashed(desk, note))
            if not signed_in_first:
                sign_up(desk, server, "Ana")
            sent(desk)
        with started(qt_app, tmp_path / "b") as phone:
            sign_in(phone, server, "Ana")
            wait_for(lambda: trashed(phone, note))
            wait_for(lambda: names(phone) == ["Personal"])


def test_a_deleted_notebook_that_somebody_comes_to_by_an_old_link_is_shown_again(qt_app, tmp_path):
    with (
        served(tmp_path / "server") as server,
        started(qt_app, tmp_path / "a") as ana,
        started(qt_app, tmp_path / "b") as bob,
    ):
        sign_up(ana, server, "Ana")
        sign_up(bob, server, "Bob")
        where = on_server(ana, "Garden")
        ana.browsing.show_place(Scope(Kind.NOTEBOOK, where))
        ana.window.actions_.share_notebook.trigger()
        dialog = ana.window.sharing.sharing
        wait_for(lambda: not dialog.linking.isHidden())
        dialog.make_link.click()
        wait_for(lambda: not dialog.made.isHidden())
        link = dialog.link.text()
        dialog.close()
        delete(ana, where)
        wait_for(lambda: names(ana) == ["Personal"])
        join(bob, link)
        wait_for(lambda: "Garden" in names(bob))
        wait_for(lambda: "Garden" in names(ana))
