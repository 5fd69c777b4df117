"""A library that cannot be opened is got going again, whichever way is chosen; the damaged one is kept."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from shiboken6 import isValid

from app.backups import make_copy
from app.dialogs.recovery import RecoveryDialog
from app.engine_room import COPIED
from app.paths import Profile
from tests.support.hands import click, front
from tests.support.libraries import library_in
from tests.support.looks import undress
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, started, type_text

NOW_MS = 1_763_000_000_000


@pytest.fixture
def profile(tmp_path):
    made = Profile(tmp_path / "p")
    made.make()
    with library_in(made.folder) as library:
        for number in range(30):
            library.new_note(title=f"N{number}", blocks=[([("text " * 50, {})], {})])
        make_copy(made, NOW_MS)
        library.new_note(title="Later")
    return made


def damage(profile):
    body = bytearray(profile.library.read_bytes())
    body[:100] = bytes(100)
    profile.library.write_bytes(body)


def titles(profile):
    with library_in(profile.folder) as library:
        return {row.title for row in library.store.notes()}


@pytest.fixture
def ask(qt_app, profile):
    made = []

    def asked():
        dialog = RecoveryDialog(None, profile, "It is damaged.")
        made.append(dialog)
        dialog.show()
        return dialog

    yield asked
    for dialog in filter(isValid, made):
        dialog.close()


def press(dialog, button):
    over = []
    dialog.recovered.connect(lambda: over.append(True))
    button.click()
    wait_for(lambda: dialog.open_button.isVisible(), 60)
    words = dialog.hint.text()
    dialog.open_button.click()
    wait_for(lambda: over)
    return words


def test_going_back_to_a_copy(ask, profile):
    damage(profile)
    dialog = ask()
    assert dialog.copies.count() == 1
    said = press(dialog, dialog.restore)
    assert titles(profile) == {f"N{number}" for number in range(30)}
    (aside,) = profile.folder.glob("library-damaged-*.sqlite3")
    assert said == f"The library can be opened again. The damaged file is kept as {aside.name}."


def test_saving_what_can_be_read(ask, profile):
    body = bytearray(next(profile.backups.iterdir()).read_bytes())
    body[-8192:] = bytes(8192)
    profile.library.write_bytes(body)
    dialog = ask()
    said = press(dialog, dialog.rescue)
    assert len(titles(profile)) > 10
    assert f"{len(titles(profile))} notes could be read." in said
    assert (profile.folder / "rescued.commonplace").exists()


def test_a_new_beginning(ask, profile):
    damage(profile)
    dialog = ask()
    press(dialog, dialog.begin)
    assert titles(profile) == set()
    assert list(profile.folder.glob("library-damaged-*.sqlite3"))


def test_what_goes_wrong_is_said_and_another_way_can_be_chosen(ask, profile):
    damage(profile)
    dialog = ask()
    (copy,) = profile.backups.iterdir()
    copy.write_bytes(b"text")
    dialog.restore.click()
    wait_for(lambda: dialog.restore.isEnabled() and "no library" in dialog.problem.text())
    press(dialog, dialog.begin)


def test_the_dialog_stays_while_it_works_and_says_what_came_of_it_however_it_is_closed(ask, profile):
    damage(profile)
    dialog, over = ask(), []
    dialog.recovered.connect(lambda: over.append(True))
    going_on = threading.Event()
    dialog._start(lambda: going_on.wait(20) and None)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.close()
    assert dialog.isVisible()
    assert dialog.status.text() == "Working…"
    going_on.set()
    wait_for(dialog.open_button.isVisible)
    assert not dialog.restore.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert over == [True]


def test_without_copies_none_is_offered(ask, profile):
    (copy,) = profile.backups.iterdir()
    copy.unlink()
    dialog = ask()
    assert not dialog.restore.isVisible()
    assert dialog.rescue.isVisible()


def recover_by_mouse(qt_app, profile):
    """Start the window on a damaged library, and click through to its newest copy."""
    palette, font = qt_app.palette(), qt_app.font()
    desk = Started(qt_app, profile)

    def button():
        return next((b for b in desk.view.empty.findChildren(QPushButton) if b.text() == "Recover…"), None)

    wait_for(lambda: desk.program._ended and button())
    front(desk.window)
    click(button())
    (dialog,) = desk.window.findChildren(RecoveryDialog)
    click(dialog.restore)
    wait_for(lambda: dialog.open_button.isVisible(), 60)
    click(dialog.open_button)
    wait_for(lambda: desk.codes)
    assert desk.program.again
    desk.close()
    undress(qt_app, palette, font)


def test_the_window_offers_it_and_begins_again(qt_app, profile, expect_log):
    damage(profile)
    expect_log("the library cannot be opened")
    recover_by_mouse(qt_app, profile)
    with started(qt_app, profile.folder) as again:
        wait_for(lambda: len(again.titles()) == 30)


def test_a_copy_that_the_window_made_by_itself_brings_the_library_back(
    qt_app, tmp_path, monkeypatch, expect_log
):
    profile = Profile(tmp_path / "own")
    with started(qt_app, profile) as desk:
        type_text(desk.view.title, "Kept")
        wait_for(lambda: "Kept" in desk.titles())
    monkeypatch.setattr("app.engine_room.COPY_SECONDS_FIRST", 0.0)
    with started(qt_app, profile) as desk:
        wait_for(lambda: list(profile.backups.glob("*.sqlite3")))
        wait_for(lambda: desk.call(lambda library: library.store.meta(COPIED)))
    damage(profile)
    expect_log("the library cannot be opened")
    recover_by_mouse(qt_app, profile)
    with started(qt_app, profile) as desk:
        wait_for(lambda: "Kept" in desk.titles())
