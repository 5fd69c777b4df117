"""From nothing to an editable note, and back to nothing: start, first run, second start, the ordered end."""

import os
import threading

import pytest
from PySide6.QtWidgets import QLabel

from app.main import platform_problem
from app.paths import Profile
from app.remote import raise_window
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


@pytest.mark.skipif(os.name == "nt", reason="there are no such sockets")
def test_a_second_start_raises_the_first_window(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        raised = []
        desk.program.bridge.raise_asked.connect(lambda: raised.append(1))
        wait_for(lambda: desk.profile.socket.exists())
        answers = []
        thread = threading.Thread(target=lambda: answers.append(raise_window(desk.profile)))
        thread.start()
        wait_for(lambda: raised)
        thread.join()
        assert answers == [True]


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
        desk.program.bridge.raise_asked.emit()
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
