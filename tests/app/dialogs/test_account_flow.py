"""Signing up, in and out against a real server: notes come along, stay, and nothing waits for it."""

import pytest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton

from app.widgets.sync_choice import SyncChoice
from sync.client import session
from sync.client.driver import LIVE
from sync.errors import StoreUnavailable
from tests.support.waiting import wait_for
from tests.support.whole_window import served, started, type_text

PASSWORD = "correct horse battery"


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "server") as made:
        yield made


def ask(desk):
    desk.window.account.ask_sign_in()
    return desk.window.account.dialog


def fill(dialog, server, email="ana@example.org", name=None, password=PASSWORD):
    dialog.server.setText(server.url)
    dialog.email.setText(email)
    dialog.password.setText(password)
    if name is not None:
        dialog.sign_up.setChecked(True)
        dialog.name.setText(name)
    dialog.go.click()


def banner(desk):
    first = desk.view.banners.first()
    return first.text if first is not None else ""


def press(widget, label):
    next(button for button in widget.findChildren(QPushButton) if button.text() == label).click()


def test_a_new_account_takes_over_the_notes_and_says_how_many(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        type_text(desk.view.title, "Mine")
        wait_for(lambda: "Mine" in desk.titles())
        dialog = ask(desk)
        wait_for(lambda: "1 note" in dialog.adopt.text())
        fill(dialog, server, name="Ana")
        wait_for(lambda: desk.window.account.dialog is None)
        wait_for(lambda: "1 note" in banner(desk))
        press(desk.view.banners, "OK")
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        assert "ana@example.org" in desk.window.sidebar.account.accessibleName()
        wait_for(lambda: desk.window.sidebar.chip.words.first == "All changes on the server")
        assert desk.window.actions_.sign_out.isEnabled()
        type_text(desk.view.edit, "typed while signed in")
        wait_for(lambda: desk.status.outbox == 0 and not desk.notes.row_at(0).unsent)


def test_two_windows_see_each_others_words_and_each_other(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as one:
        fill(ask(one), server, name="Ana")
        wait_for(lambda: one.status.auth == "ok")
        type_text(one.view.title, "Shared")
        type_text(one.view.edit, "hello")
        wait_for(lambda: one.status.outbox == 0)
        with started(qt_app, tmp_path / "b") as other:
            fill(ask(other), server)
            wait_for(lambda: "Shared" in other.titles())
            note_id = one.browsing.note.id
            other.browsing.open(note_id)
            wait_for(lambda: other.view.note is not None and other.view.note.id == note_id)
            assert other.view.note.body.text() == "hello"
            one.view.edit.setFocus()
            type_text(one.view.edit, "!")
            wait_for(lambda: other.view.edit.toPlainText() == one.view.edit.toPlainText())
            wait_for(lambda: other.view.company.strip.accessibleName() == "Also here: Ana")


def test_no_note_is_marked_unsent_once_everything_of_an_earlier_run_is_sent(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        for number in range(3):
            desk.call(lambda library, n=number: library.new_note(title=str(n)))
    with started(qt_app, tmp_path / "a") as desk:
        assert all(desk.notes.row_at(place).unsent for place in range(3))
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        wait_for(lambda: not any(desk.notes.row_at(place).unsent for place in range(desk.notes.rowCount())))


def test_a_wrong_password_is_said_in_the_dialog_and_changes_nothing(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        dialog = ask(desk)
        assert ask(desk) is dialog
        fill(dialog, server, password="not this one")
        wait_for(lambda: dialog.problem.text())
        assert "password is wrong" in dialog.problem.text()
        assert dialog.go.isEnabled()
        assert desk.status.auth == "local_only"
        dialog.close()
        wait_for(lambda: desk.window.account.dialog is None)


def test_a_server_that_is_not_there_is_no_sign_in_problem(qt_app, tmp_path):
    with started(qt_app, tmp_path / "a") as desk:
        dialog = ask(desk)
        dialog.server.setText("ws://127.0.0.1:9")
        dialog.email.setText("ana@example.org")
        dialog.password.setText(PASSWORD)
        dialog.go.click()
        type_text(desk.view.edit, "meanwhile")
        wait_for(lambda: dialog.problem.text())
        assert "cannot be reached" in dialog.problem.text()
        assert desk.view.note.body.text() == "meanwhile"
        assert banner(desk) == ""
        dialog.close()


def test_signing_out_keeps_the_notes_and_the_offer_to_connect(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        type_text(desk.view.title, "Kept")
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        desk.window.actions_.sign_out.trigger()
        dialog = wait_for(lambda: next((d for d in desk.window.findChildren(QDialog) if d.isVisible()), None))
        assert "stay on this computer" in " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert dialog.keep.isChecked()
        press(dialog, "Sign out")
        wait_for(lambda: desk.status.auth == "local_only")
        assert "Kept" in desk.titles()
        assert not desk.window.actions_.sign_out.isEnabled()
        assert desk.call(lambda library: library.store.notes())


def test_notes_can_be_removed_only_once_nothing_is_only_here(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        type_text(desk.view.title, "Gone")
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        server.administer("session expire", session="ana@example.org")
        type_text(desk.view.edit, "unsent")
        wait_for(lambda: desk.status.auth == "expired" and desk.status.outbox)
        desk.window.account.ask_sign_out()
        dialog = desk.window.account.leaving
        wait_for(lambda: "only on this computer" in dialog.why.text())
        assert not dialog.remove.isEnabled()
        desk.window.transfer.choose = lambda window, title: str(tmp_path / "export")
        press(dialog, "Export…")
        wait_for(dialog.remove.isEnabled)
        type_text(desk.view.edit, "!")
        wait_for(lambda: not dialog.remove.isEnabled())
        assert dialog.keep.isChecked()
        desk.window.transfer.dialog.close()
        wait_for(lambda: desk.window.transfer.dialog is None)
        press(dialog, "Export…")
        wait_for(dialog.remove.isEnabled)
        dialog.remove.setChecked(True)
        press(dialog, "Sign out")
        wait_for(lambda: desk.codes)
        assert desk.program.again
    assert not desk.profile.library.exists()
    assert not desk.profile.token_file.exists()
    assert "unsent" in (tmp_path / "export" / "Gone.md").read_text()


def test_what_is_typed_in_the_last_moment_keeps_the_library(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        type_text(desk.view.title, "Stays")
        wait_for(lambda: desk.titles() == ["Stays"] and not desk.notes.row_at(0).unsent)
        asked = desk.window.account.removal_asked
        asked.disconnect()  # typed before it signed out, the words might still be sent
        asked.connect(lambda: type_text(desk.view.edit, "late"))
        asked.connect(desk.program._remove)
        desk.window.account._sign_out(True)
        wait_for(lambda: desk.codes)
        remark = desk.program.remark
    with started(qt_app, tmp_path / "a", remark=remark) as desk:
        assert desk.titles() == ["Stays"]
        assert "Nothing was removed" in desk.window.toast.text.text()
        assert desk.window.toast.isVisible()


def test_another_account_gets_nothing_and_is_offered_a_profile_of_its_own(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "b") as other:
        fill(ask(other), server, email="ben@example.org", name="Ben")
        wait_for(lambda: other.status.auth == "ok")
    with started(qt_app, tmp_path / "a") as desk:
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok")
        server.administer("session expire", session="ana@example.org")
        desk.view.edit.setFocus()
        type_text(desk.view.edit, "hers")
        wait_for(lambda: desk.status.auth == "expired" and desk.status.outbox)
        dialog = ask(desk)
        fill(dialog, server, email="ben@example.org")
        wait_for(lambda: "belong to ana@example.org" in dialog.problem.text())
        assert desk.status.outbox
        press(dialog, "Sign in as ana@example.org")
        assert dialog.email.text() == "ana@example.org"
        fill(dialog, server, email="ben@example.org")
        wait_for(lambda: dialog.problem.text() and dialog.go.isEnabled())
        opened = []
        desk.window.account.start_window = lambda profile: opened.append(profile) or True
        press(dialog, "Keep a separate profile")
        profile = wait_for(lambda: opened)[0]
        assert desk.status.auth == "expired"
        assert profile.folder == tmp_path / "a-ben-example-org"
    with started(qt_app, profile.folder) as apart:
        dialog = wait_for(lambda: apart.window.account.dialog)
        assert (dialog.server.text(), dialog.email.text()) == (server.url, "ben@example.org")
        fill(dialog, server, email="ben@example.org")
        wait_for(lambda: apart.status.auth == "ok" and apart.status.inbound == "up_to_date")
        assert apart.call(lambda library: library.store.notes()) == []


def test_a_sign_in_elsewhere_that_fails_leaves_the_old_one_as_it_was(qt_app, tmp_path, server):
    with started(qt_app, tmp_path / "a") as desk:
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok")
        dialog = ask(desk)
        dialog.server.setText("ws://127.0.0.1:9")
        dialog.email.setText("ana@example.org")
        dialog.password.setText(PASSWORD)
        dialog.go.click()
        wait_for(lambda: dialog.problem.text())
        dialog.close()
        wait_for(lambda: desk.status.auth == "ok" and desk.status.link == "live")
        assert desk.status.server.startswith(server.url)
        type_text(desk.view.edit, "still sent")
        wait_for(lambda: desk.status.outbox == 0 and not desk.notes.row_at(0).unsent)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("session expire", "Signed out of 127.0.0.1"),
        ("session revoke", "This device was signed out of 127.0.0.1"),
    ],
)
def test_a_lost_sign_in_is_a_banner_that_can_be_put_off_and_loses_nothing(
    qt_app, tmp_path, server, command, words
):
    with started(qt_app, tmp_path / "a") as desk:
        fill(ask(desk), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok")
        desk.view.edit.setFocus()
        server.administer(command, session="ana@example.org")
        type_text(desk.view.edit, "safe here")
        wait_for(lambda: words in banner(desk))
        assert desk.view.note.body.text() == "safe here"
        press(desk.view.banners, "Later")
        assert banner(desk) == ""
        type_text(desk.view.edit, ", too")
        wait_for(lambda: desk.window.sidebar.chip.words.first.startswith("Signed out – "))
        assert banner(desk) == ""
        desk.window.actions_.sign_in.trigger()
        dialog = desk.window.account.dialog
        assert dialog.email.text() == "ana@example.org"
        assert dialog.server.text() == server.url
        dialog.password.setText(PASSWORD)
        dialog.go.click()
        wait_for(lambda: desk.status.auth == "ok" and desk.status.outbox == 0)
        assert desk.view.note.body.text() == "safe here, too"


def test_the_account_line_opens_a_menu_for_whoever_is_signed_in(qt_app, tmp_path, server):
    from PySide6.QtWidgets import QApplication

    with started(qt_app, tmp_path / "a") as desk:
        desk.window.sidebar.account.click()
        fill(wait_for(lambda: desk.window.account.dialog), server, name="Ana")
        wait_for(lambda: desk.status.auth == "ok")
        desk.window.sidebar.account.click()
        menu = QApplication.activePopupWidget()
        assert [action.text() for action in menu.actions() if action.text()][-1] == "Sign out…"
        menu.close()


def test_a_choice_of_when_to_sync_that_cannot_be_kept_is_taken_back_and_said(desk, monkeypatch):
    def refuse(store, driver):
        raise StoreUnavailable(store.path, "no_space")

    monkeypatch.setattr(session, "keep_driver", refuse)
    choice = SyncChoice("Sync")
    desk.window.account.ask_driver(choice)
    choice.kind.choose("manual")
    wait_for(lambda: choice.kind.chosen == "live")
    assert choice.chosen == LIVE
    wait_for(lambda: desk.view.banners.first())
    assert "disk is full" in desk.view.banners.first().text
    assert desk.call(lambda library: library.client.status().driver) == "live"
