"""
The choice of what drives syncing, and what it means: all the time, every so many minutes, only when asked.

Shows and tells; whoever asks the engine is `dialogs.account_flow`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.labels import Label
from app.widgets.names import named
from app.widgets.segments import Segments
from sync.client.driver import LIVE, MANUAL, Driver, driver_of
from sync.limits import SYNC_MINUTES_MAX, SYNC_MINUTES_MIN

MINUTES = 15
"""Until somebody says another number."""
MINUTES_OFFERED = (5, 15, 30, 60, 240, 1440)
NUMBER_LENGTH_MAX = 6
FIELD_PX = 90


class SyncChoice(QWidget):
    """`chosen` is the driver that is shown."""

    changed = Signal(object)
    """The Driver that was just chosen by a person."""
    resized = Signal()
    """More or less is shown than before."""

    def __init__(self, name: str) -> None:
        """Show that the connection stays, until `show_driver`; `name`: for assistive technology."""
        super().__init__()
        self.chosen = LIVE
        self._said = LIVE
        kinds = (
            (self.tr("All the time"), "live"),
            (self.tr("At intervals"), "every"),
            (self.tr("When I ask"), "manual"),
        )
        self.kind = Segments(name, kinds, LIVE.kind)
        self.kind.changed.connect(self._choose_kind)
        self.minutes = QComboBox(editable=True)
        self.minutes.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.minutes.setAccessibleName(self.tr("Minutes between two visits to the server"))
        self.minutes.addItems([str(number) for number in MINUTES_OFFERED])
        self.minutes.setCurrentText(str(MINUTES))
        self.minutes.setFixedWidth(FIELD_PX)
        field = self.minutes.lineEdit()
        assert field is not None
        field.setMaxLength(NUMBER_LENGTH_MAX)
        field.editingFinished.connect(self._choose_minutes)
        self.minutes.activated.connect(lambda _: self._choose_minutes())
        self.problem = named(Label(wordWrap=True), "problem")
        self.problem.hide()
        self.hint = named(Label(wordWrap=True), "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.kind)
        column.addWidget(self._build_schedule())
        column.addWidget(self.problem)
        column.addWidget(self.hint)
        self._explain()

    def _build_schedule(self) -> QWidget:
        self.schedule = QWidget()
        row = QHBoxLayout(self.schedule)
        row.setContentsMargins(0, 0, 0, 0)
        before, _, after = self.tr("Every {n} minutes").partition("{n}")
        row.addWidget(Label(before.strip()))
        row.addWidget(self.minutes)
        row.addWidget(Label(after.strip()))
        row.addStretch()
        return self.schedule

    def show_driver(self, driver: Driver) -> None:
        """Show what drives syncing now; what was chosen here stays until the engine says something new."""
        if driver != self._said:
            self._said = driver
            if driver != self.chosen:
                self.take_back()

    def take_back(self) -> None:
        """Show what the engine said last: what was chosen since could not be kept."""
        driver = self.chosen = self._said
        self.kind.take(driver.kind)
        self._say("")
        if driver.kind == "every":
            self.minutes.setCurrentText(str(driver.minutes))
        self._explain()

    def _choose_kind(self, kind: str) -> None:
        if kind == "every":
            self.minutes.setCurrentText(str(self.chosen.minutes or self._typed() or MINUTES))
            self._choose_minutes()
            self.minutes.setFocus()
        else:
            self._take(LIVE if kind == "live" else MANUAL)

    def _choose_minutes(self) -> None:
        if self.kind.chosen != "every":
            return
        minutes = self._typed()
        if minutes:
            self._take(Driver("every", minutes))
        else:
            text = self.tr("Choose a number of minutes from {least} to {most}.")
            self._say(text.format(least=SYNC_MINUTES_MIN, most=SYNC_MINUTES_MAX))

    def _typed(self) -> int:
        """The minutes in the field; 0 where they cannot be taken."""
        try:
            return driver_of(f"every {self.minutes.currentText().strip()}").minutes
        except ValueError:
            return 0

    def _take(self, driver: Driver) -> None:
        self._say("")
        if driver != self.chosen:
            self.chosen = driver
            self._explain()
            self.changed.emit(driver)

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self._tell_size()

    def _explain(self) -> None:
        driver = self.chosen
        words = {
            "live": self.tr(
                "Edits go out as you type and come in as others make them, and you see who else is in a note."
            ),
            "every": self.tr(
                "Sends and receives {often}, then hangs up. In between, edits are kept on this computer, and"
                " you and others do not see each other."
            ).format(often=self._often(driver.minutes)),
            "manual": self.tr(
                "Connects when you choose “Sync now”, and for what needs the server, such as sharing. Until"
                " then, edits are kept on this computer."
            ),
        }
        self.hint.setText(words[driver.kind])
        self.schedule.setVisible(driver.kind == "every")
        self._tell_size()

    def _tell_size(self) -> None:
        self.updateGeometry()
        self.resized.emit()

    def _often(self, minutes: int) -> str:
        return self.tr("every minute") if minutes == 1 else self.tr("every {n} minutes").format(n=minutes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the field takes the number; it does not close the dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
        else:
            super().keyPressEvent(event)
