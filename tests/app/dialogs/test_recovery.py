"""A library that cannot be opened is got going again, whichever way is chosen; the damaged one is kept."""

import pytest
from PySide6.QtWidgets import QPushButton
from shiboken6 import isValid

from app.backups import make_copy
from app.dialogs.recovery import RecoveryDialog
from app.paths import Profile
from tests.support.libraries import library_in
from tests.support.looks import undress
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, started

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
    wait_for(lambda: over, 60)


def test_going_back_to_a_copy(ask, profile):
    damage(profile)
    dialog = ask()
    assert dialog.copies.count() == 1
    press(dialog, dialog.restore)
    assert titles(profile) == {f"N{number}" for number in range(30)}
    assert list(profile.folder.glob("library-damaged-*.sqlite3"))


def test_saving_what_can_be_read(ask, profile):
    body = bytearray(next(profile.backups.iterdir()).read_bytes())
    body[-8192:] = bytes(8192)
    profile.library.write_bytes(body)
    dialog = ask()
    press(dialog, dialog.rescue)
    assert len(titles(profile)) > 10
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
    wait_for(lambda: dialog.restore.isEnabled() and "not a library" in dialog.problem.text())
    press(dialog, dialog.begin)


def test_without_copies_none_is_offered(ask, profile):
    (copy,) = profile.backups.iterdir()
    copy.unlink()
    dialog = ask()
    assert not dialog.restore.isVisible()
    assert dialog.rescue.isVisible()


def test_the_window_offers_it_and_begins_again(qt_app, profile, expect_log):
    damage(profile)
    expect_log("the library cannot be opened")
    palette, font = qt_app.palette(), qt_app.font()
    desk = Started(qt_app, profile)

    def button():
        return next((b for b in desk.view.empty.findChildren(QPushButton) if b.text() == "Recover…"), None)

    wait_for(lambda: desk.program._ended and button())
    button().click()
    (dialog,) = desk.window.findChildren(RecoveryDialog)
    press(dialog, dialog.restore)
    wait_for(lambda: desk.codes)
    assert desk.program.again
    desk.close()
    undress(qt_app, palette, font)
    with started(qt_app, profile.folder) as again:
        wait_for(lambda: len(again.titles()) == 30)
