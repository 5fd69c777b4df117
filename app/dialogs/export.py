"""
What to export, and as what: one question before a folder is chosen.

Not here: writing (`transfer_flow`).
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QWidget

from app.dialogs.form import Form, main_button
from app.dialogs.transfer_flow import Wanted
from app.labels import Label
from app.widgets.names import named
from app.widgets.segments import Segments


class ExportDialog(Form):
    """Asks, and says what was chosen."""

    chosen = Signal(object)
    """A `Wanted`."""

    def __init__(self, parent: QWidget | None, note: str | None) -> None:
        """`note`: the one that is shown, which may be wanted alone; None for none."""
        super().__init__(parent, QCoreApplication.translate("ExportDialog", "Export"))
        self._note = note
        self.scope = Segments(
            self.tr("What"), ((self.tr("All notes"), "all"), (self.tr("This note"), "note")), "all"
        )
        if note is not None:
            self.column.addWidget(self.scope)
            self.column.addSpacing(8)
        label = named(Label(self.tr("As")), "fieldLabel")
        self.format = QComboBox()
        self.format.setAccessibleName(self.tr("Format"))
        label.setBuddy(self.format)
        for text, value, _ in self._formats():
            self.format.addItem(text, value)
        self.column.addWidget(label)
        self.column.addWidget(self.format)
        self.about = named(Label(wordWrap=True), "hint")
        self.column.addWidget(self.about)
        self.column.addSpacing(6)
        self.trash = QCheckBox(self.tr("Notes in the trash, too"))
        self.column.addWidget(self.trash)
        self.by_name = QCheckBox(self.tr("Links as [[wiki links]]"))
        self.by_name.setToolTip(self.tr("For Obsidian and other programs that link notes by name"))
        self.column.addWidget(self.by_name)
        go_on = main_button(self.tr("Choose folder…"))
        cancel = QPushButton(self.tr("Cancel"))
        go_on.clicked.connect(self._choose)
        cancel.clicked.connect(self.close)
        self.add_buttons(cancel, go_on)
        self.format.currentIndexChanged.connect(self._show_about)
        self.scope.changed.connect(self._show_about)
        self._show_about()

    def _formats(self) -> tuple[tuple[str, str, str], ...]:
        """(name, format, what it is for)."""
        return (
            (
                "Markdown",
                "md",
                self.tr("Text files with pictures beside them. Comes back whole with Import."),
            ),
            (self.tr("Web pages"), "html", self.tr("One page for each note, for any browser.")),
            ("PDF", "pdf", self.tr("One file for each note, for reading and printing.")),
            (self.tr("Text documents"), "odt", self.tr("For word processors (ODF).")),
            (
                self.tr("Archive"),
                "archive",
                self.tr("One file with everything: history, trash, attachments. Import merges it in again."),
            ),
        )

    def _show_about(self) -> None:
        wanted = self.format.currentData()
        self.about.setText(next(about for _, value, about in self._formats() if value == wanted))
        whole = wanted == "archive"
        self.scope.setEnabled(not whole)
        self.trash.setEnabled(not whole and self.scope.chosen == "all")
        self.by_name.setEnabled(wanted == "md")

    def _choose(self) -> None:
        alone = self._note is not None and self.scope.isEnabled() and self.scope.chosen == "note"
        only = (self._note,) if alone and self._note is not None else None
        with_trash = self.trash.isEnabled() and self.trash.isChecked()
        by_name = self.by_name.isEnabled() and self.by_name.isChecked()
        self.close()
        self.chosen.emit(Wanted(self.format.currentData(), only, with_trash, by_name))
