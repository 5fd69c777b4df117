"""
A note as it will look on paper: pages to leaf through, nearer and farther, and the way to the printer.

Not here: laying a note out (`editor.paper`), painting it (`editor.pages`), which note (`dialogs.printing`).
Invariants: nothing is printed before the person has chosen a printer, and what is printed is what is shown;
the paper is white in every theme, what is around it wears the theme.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrintPreviewWidget
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGraphicsView,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.page_setup import PageSetupDialog
from app.editor.pages import PageSetup, usual_setup
from app.labels import Label
from app.theme import Appearance
from app.widgets.names import button, named, resize_within_screen

SIZE_PX = (860, 980)
BAR_HEIGHT_PX = 54

Paint = Callable[[QPrinter], object]
"""Lays the note out on a printer's paper."""


class PrintPreview(QDialog):
    """Shows pages. It destroys itself when it closes, after which it may not use its printer."""

    page_chosen = Signal(object)
    """The `PageSetup` that was just chosen."""

    def __init__(
        self,
        parent: QWidget | None,
        appearance: Appearance,
        printer: QPrinter,
        paint: Paint,
        setup: PageSetup | None = None,
    ) -> None:
        """`printer` is kept by whoever made it while the dialog lives; `setup`: None for the usual one."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Print"))
        named(self, "printPreview")
        self._appearance = appearance
        self._printer = printer
        self._setup = setup or usual_setup()
        printer.setPageLayout(self._setup.layout())
        self.choose_printer: Callable[[QPrinter, QWidget], bool] = _chosen_printer
        self.question: PageSetupDialog | None = None
        self.pages = QPrintPreviewWidget(printer)
        self.pages.paintRequested.connect(paint)
        self.pages.previewChanged.connect(self._look)
        for view in self.pages.findChildren(QGraphicsView):  # Qt gives it no name
            view.setAccessibleName(self.tr("Preview"))
            view.setFrameShape(QFrame.Shape.NoFrame)
        self.back = self._tool("chevron-left", self.tr("Previous page"), lambda: self._go(-1))
        self.forth = self._tool("chevron-right", self.tr("Next page"), lambda: self._go(1))
        keys = QKeySequence.StandardKey
        self.nearer = self._tool("plus", self.tr("Larger"), self._come_nearer, keys.ZoomIn)
        self.farther = self._tool("minus", self.tr("Smaller"), self._go_farther, keys.ZoomOut)
        self.page = named(Label(), "hint")
        self.zoom = named(Label(), "hint")
        self.fit = button(self.tr("Whole page"), "link")
        self.fit.clicked.connect(self._fit)
        self.setup = button(self.tr("Page setup…"))
        self.setup.clicked.connect(self._set_up)
        self.print_button = button(self.tr("Print…"), "main")
        self.print_button.setDefault(True)
        self.print_button.clicked.connect(self._print)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addWidget(self.pages, 1)
        appearance.changed.connect(self._restyle)
        self._restyle()
        resize_within_screen(self, *SIZE_PX)
        self._fit()
        self.print_button.setFocus()

    def _bar(self) -> QFrame:
        bar = named(QFrame(), "noteBar")
        bar.setFixedHeight(BAR_HEIGHT_PX)
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 0, 16, 0)
        row.setSpacing(4)
        left: list[QWidget] = [self.back, self.page, self.forth]
        left += [self.farther, self.zoom, self.nearer, self.fit]
        for control in left:
            if control is self.farther:
                row.addSpacing(18)
            row.addWidget(control)
        row.addStretch()
        row.addWidget(self.setup)
        row.addSpacing(6)
        row.addWidget(self.print_button)
        return bar

    def _tool(
        self, icon: str, name: str, work: Callable[[], None], keys: QKeySequence.StandardKey | None = None
    ) -> QToolButton:
        tool = QToolButton()
        tool.setIconSize(QSize(16, 16))
        tool.setAccessibleName(name)
        tool.setToolTip(name)
        self._appearance.tint(tool, icon)
        tool.clicked.connect(work)
        if keys is not None:
            QShortcut(QKeySequence(keys), self).activated.connect(tool.click)
        return tool

    def _go(self, by: int) -> None:
        self.pages.setCurrentPage(self.pages.currentPage() + by)
        self._look()

    def _come_nearer(self) -> None:
        self.pages.zoomIn()
        self._look()

    def _go_farther(self) -> None:
        self.pages.zoomOut()
        self._look()

    def _fit(self) -> None:
        self.pages.fitInView()
        self._look()

    def _look(self) -> None:
        """Say which page of how many this is, and how large it is drawn."""
        count, current = self.pages.pageCount(), self.pages.currentPage()
        self.page.setText(self.tr("{page} of {pages}").format(page=current, pages=count))
        self.zoom.setText(f"{round(self.pages.zoomFactor() * 100)} %")
        self.back.setEnabled(current > 1)
        self.forth.setEnabled(current < count)

    def _set_up(self) -> None:
        question = self.question = PageSetupDialog(self, self._setup)
        question.chosen.connect(self._use_page)
        question.open()

    def _use_page(self, setup: PageSetup) -> None:
        self._setup = setup
        self._printer.setPageLayout(setup.layout())
        self.pages.updatePreview()
        self.page_chosen.emit(setup)

    def _print(self) -> None:
        if self.choose_printer(self._printer, self):
            self.pages.print_()
            self.close()

    def _restyle(self) -> None:
        for view in self.pages.findChildren(QGraphicsView):
            view.setBackgroundBrush(self._appearance.theme.colour("backdrop"))


def _chosen_printer(printer: QPrinter, parent: QWidget) -> bool:
    """Ask for a printer, or a file; whether one was chosen."""
    return QPrintDialog(printer, parent).exec() == QDialog.DialogCode.Accepted
