"""The account's devices and password."""

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from app.dialogs.devices import DeviceRow, DevicesDialog

HERE = DeviceRow(2, "Linux", "commonplace 1", 1_795_000_000_000, True)
PHONE = DeviceRow(1, "Darwin", "commonplace 1", 1_795_000_000_001, False)


@pytest.fixture
def dialog(appearance):
    made = DevicesDialog(None, "ana@example.org")
    made.show()
    yield made
    made.close()


def test_devices_are_listed_and_another_one_is_signed_out(dialog):
    told = []
    dialog.sign_out_wanted.connect(told.append)
    dialog.show_devices([PHONE, HERE])
    names = [label.text() for label in dialog.devices.findChildren(QLabel)]
    assert names.index("Linux · commonplace 1") < names.index("Darwin · commonplace 1")
    (out,) = dialog.devices.findChildren(QPushButton)
    assert out.accessibleName() == "Sign out Darwin · commonplace 1"
    out.click()
    assert told == [1]
    dialog.show_devices([HERE])


def test_a_password_is_checked_before_the_server_is_asked(dialog):
    told = []
    dialog.password_chosen.connect(lambda old, new: told.append((old, new)))
    dialog.change.click()
    assert "present password" in dialog.problem.text()
    dialog.old.setText("correct horse battery")
    dialog.new.setText("short")
    dialog.change.click()
    assert "at least 8" in dialog.problem.text()
    dialog.new.setText("another password")
    dialog.change.click()
    assert told == [("correct horse battery", "another password")]
    assert not dialog.change.isEnabled()
    dialog.refuse("The password is wrong.")
    assert dialog.change.isEnabled()
    dialog.say_changed(1)
    assert dialog.old.text() == ""
    assert "1" in dialog.told.text()
