"""From nothing to an editable note, and back to nothing: start, first run, second start, the ordered end."""

import gc
import os
import shutil
import threading
import weakref

from PySide6.QtCore import SIGNAL
from PySide6.QtWidgets import QLabel, QPushButton

from app import remote
from app.errand import TEXT_LENGTH_MAX, Errand
from app.main import ACTIVATION_VARIABLE, platform_problem, run_window
from app.paths import Profile
from app.profile_lock import ProfileLock
from app.remote import raise_window
from tests.support.hands import click, front
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, started, type_text


def test_a_pair_of_qt_and_python_that_crashes_is_refused_with_a_way_out():
    said = platform_problem((6, 12), (3, 11))
    assert said is not None
    assert "PySide6 6.12" in said
    assert "Python 3.12" in said
    assert platform_problem((6, 11), (3, 11)) is None
    assert platform_problem((6, 12), (3, 12)) is None
    assert platform_problem((7, 0), (3, 10)) is not None


def test_the_first_run_asks_nothing_and_has_an_editable_note_on_screen(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        assert desk.view.note.draft
        assert not desk.view.edit.isReadOnly()
        assert desk.window.account.dialog is None
        assert desk.window.sidebar.chip.words.first == "Local only"
        type_text(desk.view.title, "First words 🙂")
        type_text(desk.view.edit, "and a body")
        wait_for(lambda: desk.titles() == ["First words 🙂"])
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        assert desk.view.title.text() == "First words 🙂"
        assert desk.view.note.body.text() == "and a body"


def test_a_first_note_that_nobody_touched_leaves_no_trace(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
    with started(qt_app, tmp_path / "p") as desk:
        assert desk.call(lambda library: library.store.notes()) == []
        assert desk.call(lambda library: library.store.outbox_count()) == 0


def test_where_the_last_note_has_gone_with_its_library_an_editable_one_is_on_screen(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        type_text(desk.view.edit, "gone")
        wait_for(lambda: not desk.view.note.draft)
    (tmp_path / "p" / "library.sqlite3").unlink()
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note is not None)
        assert desk.view.note.draft


def test_the_end_leaves_no_thread_behind_and_the_last_key_is_stored(qt_app, tmp_path):
    before = set(threading.enumerate())
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        for number in range(30):
            type_text(desk.view.edit, f"{number} ")
    assert {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)} <= before
    assert not (tmp_path / "p" / "window.sock").exists()
    with started(qt_app, tmp_path / "p") as desk:
        wait_for(lambda: desk.view.note)
        assert desk.view.note.body.text() == "".join(f"{number} " for number in range(30))


def test_a_second_start_raises_the_first_window(qt_app, tmp_path, monkeypatch):
    monkeypatch.setenv(ACTIVATION_VARIABLE, "")
    with started(qt_app, tmp_path / "p") as desk:
        raised = []
        desk.program.bridge.raise_asked.connect(raised.append)
        errand = Errand(new=True, activation="token")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(raise_window(desk.profile, errand)))
        thread.start()
        wait_for(lambda: raised)
        thread.join()
        assert answers == [True]
        assert raised == [errand]
        assert os.environ[ACTIVATION_VARIABLE] == "token"


def test_a_second_start_hands_on_what_lets_a_window_come_to_the_front(tmp_path, monkeypatch):
    sent = []
    monkeypatch.setattr(remote, "raise_window", lambda profile, errand: not sent.append(errand))
    monkeypatch.setenv(ACTIVATION_VARIABLE, "x" * (TEXT_LENGTH_MAX + 1))
    profile = Profile(tmp_path)
    with ProfileLock(profile.lock) as lock:
        lock.take("window")
        assert run_window(profile, errand=Errand(note="Plan")) == 0
    assert sent == [Errand(note="Plan", activation="x" * TEXT_LENGTH_MAX)]


def test_a_library_that_cannot_be_opened_says_so_in_the_window_and_quits_with_it(
    qt_app, tmp_path, expect_log
):
    expect_log("cannot be opened")
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "library.sqlite3").write_bytes(b"this is no library" * 100)
    desk = Started(qt_app, Profile(folder))
    try:
        wait_for(lambda: "library.sqlite3" in said(desk.view.empty))
    finally:
        desk.close()
    assert (folder / "library.sqlite3").read_bytes() == b"this is no library" * 100


def test_after_an_unexpected_end_the_window_says_that_the_library_is_whole(qt_app, tmp_path):
    cut_off = tmp_path / "cut off"
    cut_off.mkdir()
    with started(qt_app, tmp_path / "p") as desk:
        type_text(desk.view.title, "Kept")
        wait_for(lambda: desk.titles() == ["Kept"])
        for path in (tmp_path / "p").glob("library.sqlite3*"):  # as a cut of the power leaves it
            shutil.copy(path, cut_off)
    with started(qt_app, cut_off) as desk:
        front(desk.window)
        wait_for(lambda: desk.view.banners.first() is not None)
        assert desk.view.banners.first().text.startswith("The program ended unexpectedly last time.")
        assert desk.titles() == ["Kept"]
        (close,) = [b for b in desk.view.banners.findChildren(QPushButton) if b.text() == "Close"]
        click(close)
        assert desk.view.banners.first() is None
    with started(qt_app, cut_off) as desk:
        wait_for(lambda: desk.titles() == ["Kept"])
        assert desk.view.banners.first() is None


def said(widget) -> str:
    """All that the labels in a widget say."""
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_a_further_window_shares_the_library_and_the_last_one_ends_it(qt_app, tmp_path):
    desk = Started(qt_app, Profile(tmp_path / "p")).ready()
    try:
        note_id = desk.call(lambda library: library.new_note(title="Shared"))
        desk.browsing.open(note_id)
        wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)
        desk.window.actions_.open_window.trigger()
        (other,) = desk.program.others
        wait_for(lambda: other.browsing.note is not None and other.browsing.note.id == note_id)
        assert not other.sidebar.isVisible()
        type_text(other.view.edit, "from there ")
        assert desk.view.edit.toPlainText() == "from there "
        type_text(desk.view.title, "Still ")
        wait_for(lambda: other.view.title.text() == "Still Shared")
        desk.window.close()
        assert desk.codes == []
        type_text(other.view.edit, "on")
        other.actions_.quit.trigger()
        wait_for(lambda: desk.codes == [0])
        assert desk.program.others == []
    finally:
        desk.close()
    with started(qt_app, tmp_path / "p") as again:
        wait_for(lambda: again.view.note)
        assert again.view.note.body.text() == "from there on"


def test_a_new_window_has_lists_of_its_own_and_closes_alone(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        desk.call(lambda library: library.new_note(title="One"))
        desk.window.actions_.new_window.trigger()
        (other,) = desk.program.others
        wait_for(lambda: other.pane.notes.rowCount() == 1)
        assert other.sidebar.isVisible()
        wait_for(lambda: other.sidebar.chip.words.first == "Local only")
        desk.program.bridge.raise_asked.emit(Errand())
        other.actions_.close_window.trigger()
        wait_for(lambda: desk.program.others == [])
        assert desk.window.isVisible()


def test_a_library_newer_than_the_program_is_shown_to_be_read_and_exported(qt_app, tmp_path):
    folder = tmp_path / "p"
    with started(qt_app, folder) as desk:
        type_text(desk.view.title, "Kept")
        type_text(desk.view.edit, "the text")
        wait_for(lambda: desk.titles() == ["Kept"])
    content = (folder / "library.sqlite3").read_bytes()
    with started(qt_app, Profile(folder, "1.0")) as desk:
        wait_for(lambda: desk.view.note is not None and desk.view.note.body.text() == "the text")
        wait_for(lambda: desk.view.banners.first() is not None)
        assert desk.view.banners.first().text.startswith("A newer Commonplace wrote this library.")
        assert [choice.label for choice in desk.view.banners.first().choices] == ["Export"]
        assert desk.view.edit.isReadOnly()
        desk.window.actions_.new_note.trigger()
        desk.window.actions_.trash.trigger()
        type_text(desk.view.edit, "lost")
        assert desk.view.note.body.text() == "the text"
        desk.browsing.search.ask("text")
        wait_for(lambda: desk.titles() == ["Kept"])
    assert (folder / "library.sqlite3").read_bytes() == content


def begun_and_ended(app, folder):
    with started(app, folder) as desk:
        wait_for(lambda: desk.view.note)
        return weakref.ref(desk.window), weakref.ref(desk.program)


def test_a_program_that_has_ended_holds_nothing_of_its_windows(qt_app, tmp_path):
    window, program = begun_and_ended(qt_app, tmp_path / "p")
    gc.collect()
    assert window() is None
    assert program() is None


def test_the_end_of_the_session_is_heard_by_the_program_that_runs_and_no_other(qt_app, tmp_path):
    def hearing():
        return qt_app.receivers(SIGNAL("commitDataRequest(QSessionManager&)"))

    for place in ("a", "b"):
        before = hearing()
        with started(qt_app, tmp_path / place) as desk:
            assert hearing() == before + 1
            desk.program.bridge.stop_with_session(None)
            wait_for(lambda: desk.codes or desk.program._ended)
        assert hearing() == before
