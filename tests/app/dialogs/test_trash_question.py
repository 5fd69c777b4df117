"""Much of a shared notebook goes into the trash: the other window asks, and can bring all of it back."""

from PySide6.QtWidgets import QPushButton

from app.models.notices import Topic
from tests.support.hands import click
from tests.support.two_people import two_people
from tests.support.waiting import wait_for
from tests.support.whole_window import started


def banner(desk):
    desk.window.status._show_banners()
    return desk.view.banners._messages.get(Topic.REMOVALS)


def choose(desk, label):
    """Click a button of the banner, which stands before what else there is to say."""
    assert desk.view.banners.first().text == banner(desk).text
    (button,) = [b for b in desk.view.banners.findChildren(QPushButton) if b.text() == label]
    click(button)


def trashed(desk, notes):
    known = desk.call(lambda library: {row.id for row in library.store.notes(trashed=True)})
    return len(known & set(notes))


def made(ana, bob, home, count):
    notes = [ana.call(lambda library, n=n: library.new_note(home, title=f"Note {n}")) for n in range(count)]
    wait_for(lambda: len(bob.call(lambda library: library.store.notes())) >= count + 1)
    return notes


def test_a_mass_deletion_waits_for_an_answer_over_a_restart_and_is_taken_back(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, note):
        home = ana.call(lambda library: library.store.load(note).stream.partition("/")[0])
        notes = made(ana, bob, home, 30)
        bob.program.workspace.set_trashed(notes[:20], True)
        wait_for(lambda: trashed(ana, notes) == 20)
        assert banner(ana) is None, "twenty are no mass"
        bob.program.workspace.set_trashed(notes[20:], True)
        wait_for(lambda: banner(ana) is not None and "30 of 31" in banner(ana).text)
        wait_for(lambda: banner(ana).text.startswith("Bob"))
        assert banner(ana).text == "Bob put 30 of 31 notes into the trash. Shall they stay there?"
        assert banner(bob) is None, "what this person did is asked nowhere"
    with started(qt_app, tmp_path / "a") as again:
        wait_for(lambda: banner(again) is not None)
        choose(again, "Restore them")
        wait_for(lambda: trashed(again, notes) == 0 and banner(again) is None)
        assert again.call(lambda library: library.store.meta("trash_question")) is None
        again.window.toast.button.click()
        wait_for(lambda: trashed(again, notes) == 30)


def test_what_is_left_in_the_trash_is_asked_no_more(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, note):
        home = ana.call(lambda library: library.store.load(note).stream.partition("/")[0])
        notes = made(ana, bob, home, 21)
        bob.program.workspace.set_trashed(notes, True)
        wait_for(lambda: banner(ana) is not None)
        choose(ana, "Leave them there")
        wait_for(lambda: banner(ana) is None)
        assert trashed(ana, notes) == 21


def test_notes_that_come_back_come_back_for_everybody(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, note):
        home = ana.call(lambda library: library.store.load(note).stream.partition("/")[0])
        notes = made(ana, bob, home, 21)
        bob.program.workspace.set_trashed(notes, True)
        wait_for(lambda: banner(ana) is not None)
        choose(ana, "Restore them")
        wait_for(lambda: trashed(bob, notes) == 0)
