"""
Pages: how large the paper is, where the text stands on it, and a note that is laid out painted page by page.

The page setup is one for the preview, the printer and PDF. What is painted is black on white, whatever theme
the window wears. Not here: laying a note out (`paper`), asking for a setup (`dialogs.page_setup`).

Invariants: P1 nothing is painted in the margins; the page's number stands at the foot of what they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QLocale, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPen,
    QTextDocument,
    QTextFormat,
)

SCREEN_DPI: Final = 96.0
FOOT_INCH: Final = 0.35
"""Below the text, for the page's number."""
NUMBER_PT: Final = 9.0
LINE: Final = "#888888"
"""Between parts of a note."""
LINE_INCH: Final = 0.01
SIZES: Final = {
    "A3": QPageSize.PageSizeId.A3,
    "A4": QPageSize.PageSizeId.A4,
    "A5": QPageSize.PageSizeId.A5,
    "Letter": QPageSize.PageSizeId.Letter,
    "Legal": QPageSize.PageSizeId.Legal,
}
MARGIN_MM_MIN: Final = 5
"""Printers reach no nearer to the edge."""
MARGIN_MM_MAX: Final = 60
"""The smallest paper keeps room for text between two of these."""

Order = Callable[[int], Iterable[int]]
"""Which pages, from 1, to print one after the other, of how many."""


class PageSetup(NamedTuple):
    """A page as a person chose it."""

    size: str
    """One of SIZES."""
    landscape: bool = False
    top_mm: int = 20
    bottom_mm: int = 20
    left_mm: int = 20
    right_mm: int = 20

    @property
    def margins_mm(self) -> tuple[int, int, int, int]:
        """Top, bottom, left, right, of the page as it is read."""
        return self.top_mm, self.bottom_mm, self.left_mm, self.right_mm

    def layout(self) -> QPageLayout:
        """The same for Qt."""
        turned = QPageLayout.Orientation
        margins = QMarginsF(self.left_mm, self.top_mm, self.right_mm, self.bottom_mm)
        return QPageLayout(
            QPageSize(SIZES[self.size]),
            turned.Landscape if self.landscape else turned.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )


def usual_setup() -> PageSetup:
    """The page of this country: Letter in the United States, A4 anywhere else."""
    american = QLocale().measurementSystem() == QLocale.MeasurementSystem.ImperialUSSystem
    return PageSetup("Letter" if american else "A4")


def setup_of(value: object) -> PageSetup:
    """The page setup that settings keep as a list; the usual one for anything else."""
    if not isinstance(value, list) or len(value) != len(PageSetup._fields):
        return usual_setup()
    size, landscape, *margins = value
    fits = all(type(mm) is int and MARGIN_MM_MIN <= mm <= MARGIN_MM_MAX for mm in margins)
    return (
        PageSetup(size, landscape, *margins)
        if size in SIZES and type(landscape) is bool and fits
        else usual_setup()
    )


def text_width(page: QPageLayout) -> float:
    """How wide the text of a page is, in pixels of 96 to an inch."""
    return page.paintRect(QPageLayout.Unit.Inch).width() * SCREEN_DPI


def paint_pages(document: QTextDocument, device: QPagedPaintDevice, order: Order | None = None) -> None:
    """
    Paint a document on the pages of a printer or a file; as it is laid out for this device afterwards.

    Args:
        document: Without margins of its own.
        device: With the page's size and margins.
        order: As described there; None for all of them.
    """
    painter = QPainter(device)
    if not painter.isActive():
        return
    layout = document.documentLayout()
    layout.setPaintDevice(device)
    foot = FOOT_INCH * device.logicalDpiY()
    size = QSizeF(device.width(), device.height() - foot)
    document.setPageSize(size)
    count = document.pageCount()
    font = QFont(document.defaultFont())
    font.setPointSizeF(NUMBER_PT)
    for place, number in enumerate(order(count) if order is not None else range(1, count + 1)):
        if place:
            device.newPage()
        _paint_page(painter, layout, QRectF(0, (number - 1) * size.height(), size.width(), size.height()))
        painter.setFont(font)
        painter.setPen(Qt.GlobalColor.black)
        line = QRectF(0, size.height(), size.width(), foot)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), str(number))
    painter.end()


def _paint_page(painter: QPainter, layout: QAbstractTextDocumentLayout, part: QRectF) -> None:
    """Paint a part of a document at the top of the page."""
    context: Any = QAbstractTextDocumentLayout.PaintContext()  # stubs know no attributes
    context.clip = part
    context.palette = QPalette(Qt.GlobalColor.white)
    context.palette.setColor(QPalette.ColorRole.Text, Qt.GlobalColor.black)
    painter.save()
    painter.setPen(Qt.GlobalColor.white)  # where it is black already a preview begins in the window's colour
    painter.translate(0, -part.top())
    painter.setClipRect(part)
    layout.draw(painter, context)
    painter.setPen(QPen(QColor(LINE), LINE_INCH * layout.paintDevice().logicalDpiY()))
    block = layout.document().findBlock(max(0, layout.hitTest(part.topLeft(), Qt.HitTestAccuracy.FuzzyHit)))
    while block.isValid() and (shape := layout.blockBoundingRect(block)).top() < part.bottom():
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth.value):
            y = shape.center().y()  # Qt's own line is of hair's breadth: on paper nothing
            painter.drawLine(QPointF(0, y), QPointF(part.width(), y))
        block = block.next()
    painter.restore()
