"""Joining: one field, checked before the server is asked."""

import pytest
from PySide6.QtGui import QGuiApplication

from app.dialogs.join import JoinDialog
from sync.client.links import Link

TEXT = f"https://n.example.org/i/{'A' * 22}#secret-secret"


@pytest.fixture
def dialog(appearance):
    QGuiApplication.clipboard().clear()
    made = JoinDialog()
    made.show()
    yield made
    made.close()


def test_a_link_is_checked_and_submitted_once(dialog):
    told = []
    dialog.submitted.connect(told.append)
    dialog.link.setText("hello")
    dialog.go.click()
    assert told == []
    assert "link to an invitation" in dialog.problem.text()
    dialog.link.setText(TEXT)
    dialog.go.click()
    dialog.go.click()
    assert told == [Link("wss://n.example.org/v1/sync", "A" * 22, "secret-secret")]
    dialog.refuse("This invitation is over.")
    assert dialog.go.isEnabled()
    assert dialog.problem.text() == "This invitation is over."


def test_a_link_that_was_copied_is_there_already(appearance):
    QGuiApplication.clipboard().setText(TEXT)
    made = JoinDialog()
    assert made.link.text() == TEXT
    made.close()
    QGuiApplication.clipboard().clear()
