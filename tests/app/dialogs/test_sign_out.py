"""Signing out keeps the notes unless nothing can be lost by removing them, and the person says so."""

from PySide6.QtWidgets import QLabel, QPushButton

from app.dialogs.sign_out import SignOutDialog
from app.removal import OnlyHere


def button(dialog, text):
    return next(found for found in dialog.findChildren(QPushButton) if found.text() == text)


def test_keeping_is_chosen_and_removing_cannot_be_before_it_is_known_to_be_safe(appearance):
    dialog = SignOutDialog(None, "ana@example.org")
    assert dialog.keep.isChecked()
    assert not dialog.remove.isEnabled()
    assert "stay on this computer" in " ".join(label.text() for label in dialog.findChildren(QLabel))


def test_it_says_what_is_only_here_and_takes_the_choice_back(appearance):
    dialog = SignOutDialog(None, "ana@example.org")
    dialog.show_only_here(OnlyHere(0, 0, 0, 0))
    assert dialog.remove.isEnabled()
    dialog.remove.setChecked(True)
    dialog.show_only_here(OnlyHere(37, 4, 2, 1))
    assert "37 edits in 4 notes, 2 refused edits, 1 file" in dialog.why.text()
    assert dialog.keep.isChecked()
    assert not dialog.remove.isEnabled()
    assert not dialog.export.isHidden()


def test_only_the_main_button_signs_out(appearance):
    for remove in (False, True):
        dialog, seen = SignOutDialog(None, "ana"), []
        dialog.accepted_sign_out.connect(seen.append)
        dialog.show_only_here(OnlyHere(0, 0, 0, 0))
        dialog.remove.setChecked(remove)
        button(dialog, "Sign out").click()
        assert seen == [remove]
    dialog, seen = SignOutDialog(None, "ana"), []
    dialog.accepted_sign_out.connect(seen.append)
    button(dialog, "Cancel").click()
    assert seen == []
