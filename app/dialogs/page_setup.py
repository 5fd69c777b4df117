"""
The page that notes are printed on: its size, which way round, and its margins.

One of ours, since Qt's serves only printers that are connected, and a PDF has pages, too. Not here: keeping
what was chosen (`printing`).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget

from app.dialogs.form import Form, main_button
from app.editor.pages import MARGIN_MM_MAX, MARGIN_MM_MIN, SIZES, PageSetup
from app.labels import Label
from app.widgets.names import named
from app.widgets.segments import Segments

MARGINS_OFFERED_MM = (5, 10, 15, 20, 25, 30, 40)
NUMBER_LENGTH_MAX = 3


class PageSetupDialog(Form):
    """Asks, and says what was chosen."""

    chosen = Signal(object)
    """A `PageSetup`."""

    def __init__(self, parent: QWidget | None, setup: PageSetup) -> None:
        """Show the setup there is."""
        super().__init__(parent, QCoreApplication.translate("PageSetupDialog", "Page setup"))
        self.size_field = self._add_choice(self.tr("Paper"), tuple(SIZES))
        self.size_field.setCurrentText(setup.size)
        ways = ((self.tr("Portrait"), False), (self.tr("Landscape"), True))
        self.column.addWidget(named(Label(self.tr("Orientation")), "fieldLabel"))
        self.turned = Segments(self.tr("Orientation"), ways, setup.landscape)
        self.column.addWidget(self.turned)
        self.column.addSpacing(6)
        self.column.addWidget(named(Label(self.tr("Margins in millimetres")), "fieldLabel"))
        sides = (self.tr("Top"), self.tr("Bottom"), self.tr("Left"), self.tr("Right"))
        self.margins = self._add_margins(sides, setup.margins_mm)
        self.add_problem()
        go_on = main_button(self.tr("Use this page"))
        cancel = QPushButton(self.tr("Cancel"))
        go_on.clicked.connect(self._choose)
        cancel.clicked.connect(self.close)
        self.add_buttons(cancel, go_on)

    def _add_choice(self, label: str, values: Sequence[str]) -> QComboBox:
        name = named(Label(label), "fieldLabel")
        field = QComboBox()
        field.setAccessibleName(label)
        field.addItems(list(values))
        name.setBuddy(field)
        self.column.addWidget(name)
        self.column.addWidget(field)
        self.column.addSpacing(6)
        return field

    def _add_margins(self, sides: Sequence[str], margins_mm: Sequence[int]) -> list[QComboBox]:
        """Fields with usual numbers to choose from, two in a row."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        fields = []
        for number, (side, margin) in enumerate(zip(sides, margins_mm, strict=True)):
            field = QComboBox(editable=True)
            field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            field.setAccessibleName(self.tr("{side} margin in millimetres").format(side=side))
            field.addItems([str(offered) for offered in MARGINS_OFFERED_MM])
            field.setCurrentText(str(margin))
            line = field.lineEdit()
            assert line is not None
            line.setMaxLength(NUMBER_LENGTH_MAX)
            label = Label(side)
            label.setBuddy(field)
            row, pair = divmod(number, 2)
            grid.addWidget(label, row, 2 * pair, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(field, row, 2 * pair + 1)
            grid.setColumnStretch(2 * pair + 1, 1)
            fields.append(field)
        self.column.addLayout(grid)
        return fields

    def _choose(self) -> None:
        typed = [field.currentText().strip() for field in self.margins]
        margins = [int(text) if text.isdecimal() else -1 for text in typed]
        wrong = [mm for mm in margins if not MARGIN_MM_MIN <= mm <= MARGIN_MM_MAX]
        if wrong:
            text = self.tr("Choose margins from {least} to {most} millimetres.")
            self.say_problem(text.format(least=MARGIN_MM_MIN, most=MARGIN_MM_MAX))
            self.margins[margins.index(wrong[0])].setFocus()
            return
        setup = PageSetup(self.size_field.currentText(), self.turned.chosen, *margins)
        self.close()
        self.chosen.emit(setup)
