"""
The window of a long job: how far it is, a way to stop it, and its report when it is done.

Non-modal. It shows and asks; what the job is and where it runs is `dialogs.transfer_flow`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QProgressBar, QPushButton, QWidget

from app.dialogs.form import Form
from app.labels import Label
from app.widgets.names import named

REPORT_HEIGHT_PX = 160


class ProgressDialog(Form):
    """Shows one job from start to end."""

    cancelled = Signal()
    """The job shall stop. Its report is shown when it has."""

    def __init__(self, parent: QWidget | None, title: str, what: str) -> None:
        """`what` says in a line what is being done."""
        super().__init__(parent, title, what)
        self._running = True
        self._stopping = False
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(title)
        self.current = named(Label(), "hint")
        self.summary = Label(wordWrap=True)
        self.summary.hide()
        self.report = QPlainTextEdit(readOnly=True)
        self.report.setFixedHeight(REPORT_HEIGHT_PX)
        self.report.setAccessibleName(self.tr("Report"))
        self.report.setTabChangesFocus(True)
        self.report.hide()
        for widget in (self.bar, self.current, self.summary, self.report):
            self.column.addWidget(widget)
        self.add_problem()
        self.button = QPushButton(self.tr("Cancel"))
        self.button.clicked.connect(self._press)
        self.add_buttons(self.button)

    def show_progress(self, done: int, total: int, name: str) -> None:
        """`done` of `total` files, `name` is in work. A total of 0 is not known yet."""
        if self._stopping:
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        metrics = self.current.fontMetrics()
        count = self.tr("{done} of {total}").format(done=done, total=total) if total else str(done)
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, 240)
        self.current.setText(f"{count}   {shown}")

    def show_end(self, summary: str, lines: Sequence[str] = (), problem: str = "") -> None:
        """The job is over: what came of it, a line for each file worth mentioning, and what went wrong."""
        self._running = False
        self.bar.hide()
        self.current.hide()
        self.summary.setText(summary)
        self.summary.setVisible(bool(summary))
        self.report.setPlainText("\n".join(lines))
        self.report.setVisible(bool(lines))
        self.say_problem(problem)
        self.button.setText(self.tr("Close"))
        self.button.setEnabled(True)
        self.button.setFocus()
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: a key. Esc stops a running job, whose report stays to be read."""
        if event.key() == Qt.Key.Key_Escape and self._running:
            self._press()
        else:
            super().keyPressEvent(event)

    def _press(self) -> None:
        if not self._running:
            self.close()
        elif not self._stopping:
            self.button.setEnabled(False)
            self.current.setText(self.tr("Stopping…"))
            self._stop()

    def _stop(self) -> None:
        if self._running and not self._stopping:
            self._stopping = True
            self.cancelled.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the window of a running job stops the job, and nothing is said of it any more."""
        self._stop()
        super().closeEvent(event)
