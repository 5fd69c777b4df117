"""The sign-in dialog checks what it can itself, says problems in place, and submits the rest once."""

import pytest
from PySide6.QtWidgets import QPushButton

from app.dialogs.sign_in import Credentials, SignInDialog
from tests.support.waiting import wait_for


@pytest.fixture
def dialog(appearance):
    made = SignInDialog(server="notes.example.org", email="ana@example.org")
    made.show()
    yield made
    made.close()


def submitted(dialog):
    seen = []
    dialog.submitted.connect(seen.append)
    return seen


def test_whoever_has_notes_here_is_asked_whether_they_become_the_accounts(dialog):
    seen = submitted(dialog)
    assert dialog.adopt.isHidden()
    dialog.offer_adoption(14)
    assert "14 notes" in dialog.adopt.text()
    dialog.adopt.setChecked(False)
    dialog.password.setText("secret")
    dialog.go.click()
    assert not seen[0].adopt


def test_what_is_typed_is_submitted_once_and_the_fields_wait(dialog):
    seen = submitted(dialog)
    dialog.password.setText("secret")
    dialog.go.click()
    dialog.go.click()
    assert seen == [Credentials("notes.example.org", "ana@example.org", "secret", None)]
    assert not dialog.email.isEnabled()
    assert dialog.go.text() == "Signing in…"
    assert dialog.cancel.isEnabled()


def test_a_refusal_is_shown_in_place_and_can_be_tried_again(dialog):
    seen = submitted(dialog)
    dialog.password.setText("wrong")
    dialog.go.click()
    dialog.refuse("The password is wrong.")
    assert dialog.problem.text() == "The password is wrong."
    assert not dialog.problem.isHidden()
    dialog.password.setText("right")
    dialog.go.click()
    assert dialog.problem.isHidden()
    assert [given.password for given in seen] == ["wrong", "right"]


@pytest.mark.parametrize(
    ("field", "text", "word"),
    [
        ("server", "", "server"),
        ("email", "ana", "@"),
        ("password", "", "password"),
        ("name", " ", "call you"),
    ],
)
def test_what_is_missing_is_said_without_asking_the_server(dialog, field, text, word):
    seen = submitted(dialog)
    dialog.sign_up.setChecked(True)
    dialog.password.setText("long enough")
    dialog.name.setText("Ana")
    getattr(dialog, field).setText(text)
    dialog.go.click()
    assert word in dialog.problem.text()
    assert seen == []


def test_a_new_account_needs_a_name_and_a_longer_password(dialog):
    seen = submitted(dialog)
    assert dialog.name.isHidden()
    dialog.sign_up.setChecked(True)
    assert not dialog.name.isHidden()
    assert dialog.go.text() == "Create account"
    dialog.name.setText("Ana")
    dialog.password.setText("short")
    dialog.go.click()
    assert "8 characters" in dialog.problem.text()
    dialog.password.setText("long enough")
    dialog.go.click()
    assert seen[0].name == "Ana"


def test_the_reason_is_said_to_whoever_did_not_ask(appearance):
    made = SignInDialog(reason="Sign-in has expired.")
    assert made.hint.text() == "Sign-in has expired."
    assert not made.hint.isHidden()


def test_on_a_low_screen_nothing_is_squeezed_and_the_ways_that_are_offered_are_in_sight(
    appearance, monkeypatch
):
    needed = SignInDialog._needed_height
    monkeypatch.setattr(SignInDialog, "_needed_height", lambda self: min(needed(self), 350))
    dialog = SignInDialog(server="notes.example.org", email="eve@example.org")
    dialog.setMaximumHeight(350)
    dialog.show()
    dialog.offer_ways("ana@example.org", 3)
    buttons = dialog.ways.findChildren(QPushButton)
    wait_for(lambda: all(button.visibleRegion().boundingRect() == button.rect() for button in buttons))
    assert len(buttons) == 2
    assert dialog.height() == 350
    for field in (dialog.server, dialog.email, dialog.password):
        assert field.height() >= field.sizeHint().height()
    assert dialog.problem.height() >= dialog.problem.heightForWidth(dialog.problem.width())
    assert dialog.go.visibleRegion().boundingRect() == dialog.go.rect()
    dialog.close()
