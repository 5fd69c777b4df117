"""A start of the program does its errand in the window that is there."""

from app.errand import Errand
from tests.support.waiting import wait_for
from tests.support.whole_window import Profile, Started


def run(desk, **wanted):
    desk.program.bridge.raise_asked.emit(Errand(**wanted))


def shows(desk, note):
    return wait_for(lambda: desk.view.note is not None and desk.view.note.id == note)


def test_a_note_is_shown_by_its_title_or_by_the_beginning_of_its_id(desk):
    plan, other = (desk.call(lambda library, t=t: library.new_note(title=t)) for t in ("Plan", "Other"))
    run(desk, note="Plan")
    shows(desk, plan)
    run(desk, note=other[:8])
    shows(desk, other)
    run(desk, note="Nothing")
    wait_for(lambda: desk.window.toast.isVisible())
    assert "There is no note “Nothing”" in desk.window.toast.text.text()
    shows(desk, other)


def test_a_new_note_is_begun_and_an_invitation_is_in_its_dialog(desk):
    desk.browsing.show_nothing()
    run(desk, new=True, link="https://notes.example.org/i/abc#secret")
    assert desk.view.note is not None
    assert desk.view.note.draft
    dialog = desk.window.sharing.joining
    assert dialog.link.text() == "https://notes.example.org/i/abc#secret"
    run(desk, link="https://notes.example.org/i/def#secret")
    assert desk.window.sharing.joining is dialog
    assert dialog.link.text() == "https://notes.example.org/i/def#secret"
    dialog.close()


def test_files_are_imported(desk, tmp_path):
    (tmp_path / "beans.md").write_text("# Beans\n\nsoak them")
    run(desk, paths=(str(tmp_path / "beans.md"),))
    wait_for(lambda: "Beans" in desk.titles())


def test_an_errand_goes_to_a_window_with_lists_where_there_is_one(desk):
    plan, other = (desk.call(lambda library, t=t: library.new_note(title=t)) for t in ("Plan", "Other"))
    alone = desk.program.open_window(plan)
    wait_for(lambda: alone.view.note is not None and alone.view.note.id == plan)
    run(desk, note="Other")
    shows(desk, other)
    assert alone.view.note.id == plan
    alone.close()


def test_the_first_start_does_its_errand_as_well(qt_app, tmp_path):
    desk = Started(qt_app, Profile(tmp_path / "p")).ready()
    note = desk.call(lambda library: library.new_note(title="Plan"))
    desk.close()
    desk = Started(qt_app, Profile(tmp_path / "p"), Errand(note="Plan")).ready()
    try:
        shows(desk, note)
    finally:
        desk.close()
