"""What others wrote while this person was away is said above the note, once, and can be shown."""

from app.widgets.history_panel import HistoryPanel
from tests.support.two_writers import NOTE, TwoWriters, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import started


def show(desk, note_id=NOTE):
    desk.browsing.open(note_id)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == note_id)
    desk.call(lambda library: None)


def test_news_are_told_marked_in_the_list_and_shown(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as desk:
        row = desk.notes.row_at(0)
        assert (row.who, row.seen) == ("Ana Ruiz", False)
        desk.window.grab()
        show(desk)
        wait_for(lambda: desk.view.away.isVisible())
        assert desk.view.away.text().startswith("Ana Ruiz wrote here since you looked on ")
        assert desk.notes.row_at(0).seen
        desk.view.away.click()
        panel = desk.window.drawer.panel
        assert isinstance(panel, HistoryPanel)
        wait_for(lambda: panel.view.isVisible())
        assert "+7 added, −0 removed" in panel.view.what.text()
        assert not desk.view.away.isVisible()
    with started(qt_app, tmp_path / "p") as desk:
        show(desk)
        assert not desk.view.away.isVisible()


def test_what_i_wrote_and_what_i_never_saw_is_no_news(qt_app, tmp_path):
    writers = TwoWriters(tmp_path / "p")
    writers.ana_writes(lambda body: body.insert(0, "hers"))
    writers.close()
    with started(qt_app, tmp_path / "p") as desk:
        show(desk)
        assert not desk.view.away.isVisible()
        desk.view.note.edit(lambda edit: edit.text(("body",)).insert(0, "mine "))
        other = desk.call(lambda library: library.new_note(title="other"))
        show(desk, other)
        wait_for(lambda: desk.call(lambda library: library.store.look(other)))
        show(desk)
        assert not desk.view.away.isVisible()


def test_a_note_that_was_on_screen_is_seen_when_it_is_left(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as desk:
        other = desk.call(lambda library: library.new_note(title="other"))
        show(desk)
        wait_for(lambda: desk.view.away.isVisible())
        place = desk.notes.place(NOTE)
        desk.notes.update([desk.notes.row_at(place)._replace(seen=False)])
        show(desk, other)
        wait_for(lambda: desk.notes.row_at(desk.notes.place(NOTE)).seen)
