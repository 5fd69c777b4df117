"""Everything in the window can be done without a mouse: each key goes to whatever has the focus then."""

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QPushButton

from app.backups import make_copy
from app.dialogs.recovery import RecoveryDialog
from app.models.scope import Kind
from app.paths import Profile
from app.widgets.segments import Segments
from tests.support.hands import command, focused, front, in_menu, keys, keys_until, write
from tests.support.libraries import NOW_MS, library_in
from tests.support.looks import undress
from tests.support.two_people import sign_up
from tests.support.two_writers import NOTE, holiday
from tests.support.waiting import wait_for
from tests.support.whole_window import Started, served, started


def begin(desk):
    front(desk.window)
    return desk


def new(desk, title, text=""):
    keys("Ctrl+N")
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.draft)
    keys_until(desk.view.title, "Tab")
    write(title)
    keys("Return")
    assert focused() is desk.view.edit
    write(text)
    wait_for(lambda: title in desk.titles())
    return desk.browsing.note.id


def kinds(desk):
    return [attributes for _, attributes in desk.view.note.body.blocks()]


def test_writing_formatting_links_and_undo_after_a_restart(qt_app, tmp_path):
    with started(qt_app, tmp_path / "p") as desk:
        begin(desk)
        new(desk, "Writing", "# Head\n- one\ntwo\n\n")
        write("Some ")
        keys("Ctrl+B")
        write("bold")
        keys("Ctrl+B")
        write(" words")
        keys("Ctrl+Shift+Left", "Ctrl+K")
        wait_for(lambda: desk.view.toolbar.link_popup.isVisible())
        write("example.org")
        keys("Return")
        assert focused() is desk.view.edit
        spans = desk.view.note.body.blocks()[3][0]
        assert [(text, set(marks)) for text, marks in spans] == [
            ("Some ", set()), ("bold", {"bold"}), (" ", set()), ("words", {"link"}),
        ]  # fmt: skip
        assert [found.get("kind") for found in kinds(desk)] == ["heading", "bullet", "bullet", None]
        keys("Ctrl+End", "Return")
        write("[x] done")
        keys("Return", "Tab")
        write("inner")
        keys("Ctrl+Return")
        assert kinds(desk)[-1] == {"kind": "check", "level": 1, "checked": True}
        text = desk.view.note.body.text()
        keys("Ctrl+W")
        wait_for(lambda: desk.codes)
    with started(qt_app, tmp_path / "p") as desk:
        begin(desk)
        wait_for(lambda: desk.view.note is not None and desk.view.note.body.text() == text)
        assert focused() is desk.view.edit
        keys_until(lambda: desk.view.note.body.text() == "", "Ctrl+Z")
        keys_until(lambda: desk.view.note.body.text() == text, "Ctrl+Shift+Z")


def test_places_tags_pins_order_and_trash(desk):
    begin(desk)
    new(desk, "Zebra", "stripes")
    new(desk, "Apple", "red")
    keys("Ctrl+Shift+N")
    tree = desk.window.sidebar.tree
    wait_for(lambda: tree.state() == tree.State.EditingState)
    write("Kitchen")
    keys("Return")
    notebook = desk.program.workspace.shelf.notebooks[0].id
    wait_for(lambda: [f.name for f in desk.program.workspace.shelf.folders[notebook]] == ["Kitchen"])
    keys("Ctrl+1", "Home")
    wait_for(lambda: desk.browsing.scope.kind is Kind.ALL and set(desk.titles()) == {"Zebra", "Apple"})
    keys_until(desk.window.pane.sort, "Tab")
    in_menu(lambda: keys("Space"), lambda: keys("Down", "Down", "Down", "Return"))
    assert desk.titles() == ["Apple", "Zebra"]
    keys("Ctrl+2", "Home")
    row = desk.notes.row_at(0)
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == row.id)
    keys("Ctrl+Shift+M")
    write("kitchen")
    keys("Return")
    wait_for(lambda: desk.call(lambda library: library.find(row.id)).folder is not None)
    keys("Ctrl+Alt+T")
    write("fruit")
    keys("Return", "Esc")
    keys("Ctrl+Alt+P")
    wait_for(lambda: desk.browsing.row(row.id).pinned and "fruit" in desk.browsing.row(row.id).tags)
    keys("Ctrl+2", "Delete")
    wait_for(lambda: row.title not in desk.titles())
    keys("Ctrl+1")
    keys_until(lambda: desk.browsing.scope.kind is Kind.TRASH, "Down")
    wait_for(lambda: desk.titles() == [row.title])
    keys("Ctrl+2", "Home")
    wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.id == row.id)
    command(desk.window, "restore from trash")
    wait_for(lambda: desk.titles() == [])


def test_searching_the_library_and_finding_and_replacing_in_a_note(desk):
    begin(desk)
    new(desk, "東京", "東京タワーは赤い。 red red")
    new(desk, "Other", "nothing here")
    keys("Ctrl+Shift+F")
    write("京タ")
    wait_for(lambda: desk.titles() == ["東京"])
    keys("Down", "Return")
    wait_for(lambda: desk.view.note is not None and desk.view.title.text() == "東京")
    wait_for(lambda: QApplication.focusWidget() is desk.view.edit)
    keys("Ctrl+F")
    write("red")
    wait_for(lambda: focused() is desk.view.find_bar.query)
    keys("Return")
    keys_until(desk.view.find_bar.replacement, "Tab")
    write("blue")
    keys_until(desk.view.find_bar.replace_all_button, "Tab")
    keys("Space")
    assert desk.view.note.body.text() == "東京タワーは赤い。 blue blue"
    keys_until(desk.view.find_bar.query, "Shift+Tab")
    keys("Esc")
    assert focused() is desk.view.edit
    keys("Ctrl+P")
    write("oth")
    wait_for(lambda: [offer.title for offer in desk.window.going.picker.model.offers][:1] == ["Other"])
    keys("Return")
    wait_for(lambda: desk.view.title.text() == "Other")


def test_a_picture_is_pasted_and_made_wider(desk):
    begin(desk)
    new(desk, "Picture")
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#aa3344"))
    QGuiApplication.clipboard().setImage(image)
    keys("Ctrl+V")
    (place,) = [n for n, (_, marks) in enumerate(desk.view.note.body.spans()) if "embed" in marks]
    keys("Left", "Shift+Right", "Ctrl+]")
    assert desk.view.note.body.spans()[place][1]["width"] > 60
    keys("Ctrl+Z")
    assert "width" not in desk.view.note.body.spans()[place][1]
    QGuiApplication.clipboard().clear()


@pytest.fixture
def past(qt_app, tmp_path):
    with started(qt_app, holiday(tmp_path / "p")) as made:
        made.browsing.open(NOTE, write=True)
        wait_for(lambda: made.browsing.note is not None and made.browsing.note.id == NOTE)
        yield begin(made)


def test_through_the_history_to_a_restored_version_and_back(past):
    desk = past
    now = desk.view.note.body.text()
    keys("Ctrl+Alt+H")
    panel = desk.window.drawer.panel
    wait_for(lambda: panel.model.rows and focused() is panel.list)
    keys("Down", "Down", "Down")
    wait_for(lambda: panel.view.isVisible() and panel.view.restore.isEnabled())
    wait_for(lambda: panel.view.text.toPlainText() == "We fly on the 3rd")
    keys_until(panel.view.restore, "Tab", 200)
    keys("Space")
    wait_for(lambda: desk.view.note.body.text() == "We fly on the 3rd")
    keys("Ctrl+3", "Ctrl+Z")
    assert desk.view.note.body.text() == now


def test_the_lens_and_its_two_replicas(past):
    desk = past
    keys("Ctrl+Alt+I")
    panel = desk.window.drawer.panel
    wait_for(lambda: focused() is panel.tree)
    keys("Home")
    keys_until(lambda: desk.view.edit.extraSelections(), "Down")
    keys_until(panel.play, "Tab", 200)
    keys("Space")
    dialog = wait_for(
        lambda: next((w for w in desk.window.children() if type(w).__name__ == "TwoReplicasDialog"), None)
    )
    front(dialog)
    keys_until(dialog.sides[0].text, "Tab")
    write("Q")
    assert "Q" in dialog.sides[0].text.toPlainText()
    assert "Q" not in dialog.sides[1].text.toPlainText()
    keys_until(dialog.buttons[0, True], "Tab")
    keys("Space")
    assert "Q" in dialog.sides[1].text.toPlainText()
    dialog.close()


def test_export_preferences_and_the_menu_bar(desk, tmp_path):
    begin(desk)
    new(desk, "Out", "of here")
    target = tmp_path / "out"
    target.mkdir()
    desk.window.transfer.choose = lambda window, title: str(target)
    keys("Ctrl+Shift+E")
    question = wait_for(lambda: desk.window.transfer.question)
    front(question)
    keys_until(question.format, "Tab")
    keys("Down")  # web pages
    keys_until(next(b for b in question.findChildren(QPushButton) if b.isDefault()), "Tab")
    keys("Space")
    wait_for(lambda: list(target.rglob("*.html")), 60)
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text())
    front(dialog)
    keys_until(dialog.button, "Tab")
    keys("Space")
    wait_for(lambda: desk.window.transfer.dialog is None)
    begin(desk)
    keys("Ctrl+,")
    preferences = wait_for(
        lambda: next((w for w in desk.window.children() if type(w).__name__ == "PreferencesDialog"), None)
    )
    front(preferences)
    keys_until(lambda: isinstance(focused().parent(), Segments), "Tab")
    keys_until(lambda: desk.program.appearance.theme.dark, "Right")
    assert desk.program.appearance.theme.dark
    keys("Esc")
    desk.program.appearance.set_mode("light")


def test_a_notebook_is_shared(qt_app, tmp_path):
    with served(tmp_path / "server") as server, started(qt_app, tmp_path / "a") as desk:
        begin(desk)
        new(desk, "Garden", "beans")
        sign_up(desk, server, "Ana")
        begin(desk)
        command(desk.window, "share notebook")
        dialog = wait_for(lambda: desk.window.sharing.sharing)
        wait_for(lambda: not dialog.linking.isHidden())
        front(dialog)
        keys_until(dialog.make_link, "Tab")
        keys("Space")
        wait_for(lambda: not dialog.made.isHidden())
        front(dialog)
        keys_until(dialog.copy, "Tab")
        keys("Space")
        assert QGuiApplication.clipboard().text() == dialog.link.text()
        keys("Esc")
        wait_for(lambda: desk.window.sharing.sharing is None)


@pytest.fixture
def damaged(qt_app, tmp_path, expect_log):
    """The window on a damaged library of which there are two copies: with Old alone, and with New too."""
    expect_log("the library cannot be opened")
    profile = Profile(tmp_path / "p")
    profile.make()
    with library_in(profile.folder) as library:
        library.new_note(title="Old")
        make_copy(profile, NOW_MS)
        library.new_note(title="New")
        make_copy(profile, NOW_MS + 86_400_000)
    profile.library.write_bytes(bytes(100) + profile.library.read_bytes()[100:])
    palette, font = qt_app.palette(), qt_app.font()
    made = Started(qt_app, profile)
    wait_for(lambda: made.program._ended)
    yield begin(made)
    made.close()
    undress(qt_app, palette, font)


def recovering(desk):
    """The ways out, reached by keys from the window that cannot open the library."""
    keys_until(lambda: isinstance(focused(), QPushButton) and focused().text() == "Recover…", "Tab")
    keys("Space")
    (dialog,) = wait_for(lambda: desk.window.findChildren(RecoveryDialog))
    front(dialog)
    return dialog


def test_a_damaged_library_goes_back_to_the_older_copy(qt_app, damaged):
    dialog = recovering(damaged)
    keys_until(dialog.copies, "Tab")
    keys("Down")
    keys_until(dialog.restore, "Tab")
    keys("Space")
    wait_for(dialog.open_button.hasFocus, 60)
    keys("Return")
    wait_for(lambda: damaged.codes, 60)
    assert damaged.program.again
    with started(qt_app, damaged.profile) as desk:
        wait_for(lambda: desk.titles() == ["Old"])


def test_a_damaged_library_is_left_by_escape_and_begun_anew(qt_app, damaged):
    dialog = recovering(damaged)
    keys("Esc")
    wait_for(lambda: not damaged.window.findChildren(RecoveryDialog))
    begin(damaged)
    dialog = recovering(damaged)
    keys_until(dialog.begin, "Tab")
    keys("Return")
    wait_for(dialog.open_button.hasFocus, 60)
    keys("Space")
    wait_for(lambda: damaged.codes, 60)
    assert len(list(damaged.profile.folder.glob("library-damaged-*.sqlite3"))) == 1
    with started(qt_app, damaged.profile) as desk:
        wait_for(lambda: desk.browsing.note is not None and desk.browsing.note.draft)
