"""Each attachment says where it stands, through a real server: waiting, missing, refused, and here."""

import random
import threading

import pytest
from PySide6.QtCore import QMimeData, QPoint, QUrl

from app.models.notices import Topic
from tests.support.hands import click, front, keys, write
from tests.support.relay import relayed
from tests.support.two_people import show, sign_in, sign_up
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

LARGE = random.Random(5).randbytes(6 << 20)
FULL = "Not sent: your room on the server is full"
ABSENT = "Not on the server yet"


def attach(desk, path, body=b"%PDF-1.7 not really"):
    """Drop a file behind the text; its SHA-256."""
    path.write_bytes(body)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(path))])
    desk.view.focus_text()
    keys("Ctrl+End")
    desk.view.edit.insertFromMimeData(dropped)
    embeds = [marks["embed"] for _, marks in desk.view.note.body.spans() if "embed" in marks]
    return next(one["src"] for one in embeds if one["name"] == path.name).removeprefix("attachment:")


def said(desk, digest):
    """What is said of an attachment in the window."""
    desk.view.edit.viewport().repaint()
    line = desk.view.edit.attached.line_of(digest)
    return line.words if line is not None else ""


def write_note(desk, title):
    front(desk.window)
    desk.window.resize(1400, 800)
    type_text(desk.view.title, title)
    type_text(desk.view.edit, "See ")
    wait_for(lambda: title in desk.titles())
    return desk.browsing.note.id


@pytest.fixture
def server(qt_app, tmp_path):
    with served(tmp_path / "server") as made:
        yield made


@pytest.fixture
def ana(qt_app, tmp_path, server):
    """Somebody who is signed in, over a relay that can be cut."""
    with relayed(server.url) as relay, started(qt_app, tmp_path / "a") as made:
        made.relay = relay
        sign_up(made, relay, "Ana")
        yield made


@pytest.fixture
def phone(qt_app, tmp_path, server, ana):
    """Another device of hers."""
    with relayed(server.url) as relay, started(qt_app, tmp_path / "b") as made:
        made.relay = relay
        sign_in(made, relay, "Ana")
        yield made


def go_offline(desk):
    desk.relay.down = True
    desk.relay.cut()
    wait_for(lambda: desk.status.link != "live")


def go_online(desk):
    desk.relay.down = False
    desk.window.account.sync_now()
    wait_for(lambda: desk.status.link == "live")


def test_a_file_waits_offline_and_nothing_is_said_of_it_when_it_is_on_the_server(ana, tmp_path):
    write_note(ana, "Plans")
    go_offline(ana)
    digest = attach(ana, tmp_path / "plan.pdf")
    wait_for(lambda: said(ana, digest) == "Waiting to be sent")
    assert ana.view.edit.accessibleDescription() == "plan.pdf: Waiting to be sent."
    go_online(ana)
    wait_for(lambda: said(ana, digest) == "")
    assert ana.call(lambda library: library.store.attachment_standing(digest)) == ("sent", "")
    assert ana.view.edit.accessibleDescription() == ""


def test_another_device_sees_it_come(ana, phone, tmp_path):
    note = write_note(ana, "Plans")
    wait_for(lambda: "Plans" in phone.titles())
    show(phone, note)
    goes_on = threading.Event()
    phone.relay.arm(50, lambda: goes_on.wait(20))
    digest = attach(ana, tmp_path / "film.bin", LARGE)
    shares = set()
    try:
        wait_for(lambda: said(phone, digest).startswith("Fetching "))
        shares.add(said(phone, digest))
    finally:
        goes_on.set()
    wait_for(lambda: shares.add(said(phone, digest)) or said(phone, digest) == "")
    assert all(share == "" or share.startswith("Fetching ") for share in shares)
    assert phone.call(lambda library: library.store.load_attachment(digest)) == LARGE
    wait_for(lambda: said(ana, digest) == "")


def test_what_the_server_does_not_take_is_sent_by_a_click_when_it_does(ana, phone, server, tmp_path):
    note = write_note(ana, "Plans")
    server.alter(lambda opened: setattr(opened.blobs, "quota", 10))
    digest = attach(ana, tmp_path / "plan.pdf")
    wait_for(lambda: said(ana, digest) == FULL)
    assert ana.status.files_refused == 1
    wait_for(lambda: "Plans" in phone.titles())
    show(phone, note)
    wait_for(lambda: said(phone, digest) == ABSENT)

    phone.relay.arm(0, lambda: None)
    front(phone.window)
    phone.view.focus_text()
    keys("Ctrl+End", "Ctrl+Return")
    wait_for(lambda: "up" in phone.relay.frames)
    assert phone.view.banners.first().text.startswith("The file has not come from the server yet.")
    phone.view.banners.unsay(Topic.NOTICE)

    before = len(ana.statuses)
    click_again(ana)
    wait_for(lambda: 0 in [status.files_refused for status in ana.statuses[before:]])
    wait_for(lambda: ana.status.files_refused == 1)
    wait_for(lambda: said(ana, digest) == FULL)
    server.alter(lambda opened: setattr(opened.blobs, "quota", 1 << 20))
    click_again(ana)
    wait_for(lambda: said(ana, digest) == "")
    wait_for(lambda: said(phone, digest) == "")
    place = tmp_path / "copy.pdf"
    phone.window.files.choose_place = lambda window, title, name: (str(place), "")
    front(phone.window)
    keys("Ctrl+Return")
    wait_for(place.exists)


def click_again(desk):
    """Click on "Try again" at the end of the file's chip, which ends the text."""
    front(desk.window)
    foot = desk.view.edit.rect_at(len(desk.view.note.body.text()))
    click(desk.view.edit.viewport(), foot.center() - QPoint(24, 0))


def test_without_a_server_nothing_is_said_of_a_file_that_is_here(desk, tmp_path):
    write_note(desk, "Plans")
    digest = attach(desk, tmp_path / "plan.pdf")
    lost = {"type": "file", "src": "attachment:" + "0" * 64, "name": "lost.pdf"}
    desk.view.edit.commands.insert_embed(lost)
    wait_for(lambda: said(desk, "0" * 64) == "Not on this computer")
    assert said(desk, digest) == ""
    assert desk.view.edit.accessibleDescription() == "lost.pdf: Not on this computer."


def test_another_note_says_nothing_of_the_files_of_the_one_before(ana, tmp_path):
    write_note(ana, "Plans")
    go_offline(ana)
    digest = attach(ana, tmp_path / "plan.pdf")
    wait_for(lambda: said(ana, digest))
    keys("Ctrl+N")
    wait_for(lambda: ana.browsing.note is not None and ana.browsing.note.draft)
    write("Other")
    assert ana.view.edit.accessibleDescription() == ""
    wait_for(lambda: "Other" in ana.titles())
    other = attach(ana, tmp_path / "other.pdf", b"other")
    wait_for(lambda: said(ana, other) == "Waiting to be sent")
    assert ana.view.edit.accessibleDescription() == "other.pdf: Waiting to be sent."
    go_online(ana)
