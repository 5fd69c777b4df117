"""Signing out is asked for once, deletes nothing, and says so."""

from PySide6.QtWidgets import QLabel, QPushButton

from app.dialogs.sign_out import SignOutDialog


def test_it_says_what_becomes_of_the_notes_and_of_unsent_edits(appearance):
    dialog = SignOutDialog(None, "ana@example.org", 12)
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "stay on this computer" in said
    assert "12 edits" in said
    sent = SignOutDialog(None, "ana", 0)
    assert "not on the server" not in " ".join(label.text() for label in sent.findChildren(QLabel))


def test_only_the_main_button_signs_out(appearance):
    dialog, seen = SignOutDialog(None, "ana", 0), []
    dialog.accepted_sign_out.connect(lambda: seen.append(1))
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Cancel"].click()
    assert seen == []
    buttons["Sign out"].click()
    assert seen == [1]
