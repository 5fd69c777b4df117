"""
The account: which devices are signed in, signing one out, and another password.

It shows what the server said and tells what is wanted; who asks the server is `dialogs.sharing_flow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.dialogs.form import Form
from app.dialogs.sign_in import PASSWORD_LENGTH_MIN
from app.labels import Label
from app.widgets.names import named

WIDTH_PX = 480


class DeviceRow(NamedTuple):
    """One signed-in device."""

    key: int
    system: str
    program: str
    seen_ms: int
    is_this: bool


class DevicesDialog(Form):
    """Devices, and the password."""

    sign_out_wanted = Signal(int)
    password_chosen = Signal(str, str)
    """The old one and the new one."""

    def __init__(self, parent: QWidget | None, who: str) -> None:
        """Ask nothing yet; `show_devices` fills it."""
        super().__init__(parent, QCoreApplication.translate("DevicesDialog", "Account"), who)
        self.setFixedWidth(WIDTH_PX)
        self.column.addWidget(named(Label(self.tr("Signed-in devices")), "fieldLabel"))
        self.devices = QWidget()
        self._rows = QVBoxLayout(self.devices)
        self._rows.setContentsMargins(0, 0, 0, 8)
        self.column.addWidget(self.devices)
        self.old = self.add_field(self.tr("Present password"), secret=True)
        self.new = self.add_field(self.tr("New password"), secret=True)
        self.change = QPushButton(self.tr("Change password"))
        self.change.setAutoDefault(False)
        self.change.clicked.connect(self._change)
        self.new.returnPressed.connect(self._change)
        self.told = named(Label(wordWrap=True), "hint")
        self.told.hide()
        self.column.addWidget(self.told)
        self.add_problem()
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        self.add_buttons(self.change, close)

    def show_devices(self, rows: Sequence[DeviceRow]) -> None:
        """List the devices, this one first."""
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.setParent(None)
                row.deleteLater()
        for device in sorted(rows, key=lambda known: (not known.is_this, -known.seen_ms)):
            self._rows.addWidget(self._row(device))
        self.fit()

    def _row(self, device: DeviceRow) -> QWidget:
        shown = QWidget()
        row = QHBoxLayout(shown)
        row.setContentsMargins(0, 2, 0, 2)
        name = f"{device.system or self.tr('A computer')} · {device.program}"
        seen = datetime.fromtimestamp(device.seen_ms / 1000).strftime("%Y-%m-%d %H:%M")
        when = self.tr("this device") if device.is_this else self.tr("seen {time}").format(time=seen)
        row.addWidget(Label(name), 1)
        row.addWidget(named(Label(when), "hint"))
        if not device.is_this:
            out = QPushButton(self.tr("Sign out"))
            out.setProperty("look", "link")
            out.setAutoDefault(False)
            out.setAccessibleName(self.tr("Sign out {name}").format(name=name))
            out.clicked.connect(lambda: self.sign_out_wanted.emit(device.key))
            row.addWidget(out)
        return shown

    def refuse(self, text: str) -> None:
        """The server said no, or cannot be asked."""
        self.change.setEnabled(True)
        self.told.hide()
        self.say_problem(text)

    def say_changed(self, ended: int) -> None:
        """The password is another one; so many other devices must sign in again."""
        self.change.setEnabled(True)
        self.old.clear()
        self.new.clear()
        text = self.tr("The password is changed. Other devices signed out: {n}.").format(n=ended)
        self.told.setText(text)
        self.told.show()
        self.fit()

    def _change(self) -> None:
        if not self.old.text():
            self.refuse(self.tr("Type the present password first."))
            self.old.setFocus()
        elif len(self.new.text()) < PASSWORD_LENGTH_MIN:
            text = self.tr("A new password has at least {n} characters.")
            self.refuse(text.format(n=PASSWORD_LENGTH_MIN))
            self.new.setFocus()
        else:
            self.say_problem("")
            self.change.setEnabled(False)
            self.password_chosen.emit(self.old.text(), self.new.text())
