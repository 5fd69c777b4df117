"""The preview is leafed through, drawn larger, and printed as it is shown, by mouse and by keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPageLayout
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsView, QPushButton
from shiboken6 import isValid

from app.dialogs.print_preview import PrintPreview
from app.editor.pages import PageSetup, paint_pages, text_width
from app.editor.paper import Paper
from app.transfer.front_matter import FrontMatter
from tests.support.hands import click, front
from tests.support.waiting import wait_for

BLOCKS = [
    ([(f"Paragraph {number}. " + "The water was cold and clear. " * 20, {})], {}) for number in range(40)
]


@pytest.fixture
def preview(appearance):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    widths = []

    def paint(target):
        width = text_width(target.pageLayout())
        widths.append(width)
        paint_pages(Paper(FrontMatter("Lake"), BLOCKS, {}, width, target.resolution()), target)

    dialog = PrintPreview(None, appearance, printer, paint)
    dialog.widths = widths
    dialog.choose_printer = lambda printer, parent: pytest.fail("asked for a printer")
    dialog.show()
    wait_for(lambda: dialog.pages.pageCount() > 2)
    front(dialog)
    yield dialog
    if isValid(dialog):
        dialog.close()


def chosen(path):
    """Somebody who prints into a file."""

    def choose(printer, parent):
        printer.setOutputFileName(str(path))
        return True

    return choose


def test_the_pages_are_leafed_through_to_both_ends(preview):
    count = preview.pages.pageCount()
    assert preview.page.text() == f"1 of {count}"
    assert not preview.back.isEnabled()
    for _ in range(count + 2):
        click(preview.forth)
    assert preview.page.text() == f"{count} of {count}"
    assert not preview.forth.isEnabled()
    click(preview.back)
    assert preview.page.text() == f"{count - 1} of {count}"


def test_it_comes_nearer_and_goes_away_by_buttons_and_keys(preview):
    whole = preview.pages.zoomFactor()
    click(preview.nearer)
    QTest.keySequence(preview, "Ctrl++")
    assert preview.pages.zoomFactor() == pytest.approx(whole * 1.21)
    assert preview.zoom.text() == f"{round(preview.pages.zoomFactor() * 100)} %"
    QTest.keySequence(preview, "Ctrl+-")
    click(preview.farther)
    assert preview.pages.zoomFactor() == pytest.approx(whole)
    click(preview.nearer)
    click(preview.fit)
    assert preview.pages.zoomFactor() == pytest.approx(whole, rel=0.02)


@pytest.mark.parametrize("by", ["mouse", "keys"])
def test_what_is_shown_is_printed_where_it_shall_be(preview, tmp_path, by):
    place = tmp_path / "lake.pdf"
    preview.choose_printer = chosen(place)
    if by == "mouse":
        click(preview.print_button)
    else:
        QTest.keyClick(preview, Qt.Key.Key_Return)
    wait_for(lambda: not isValid(preview))
    assert place.read_bytes().startswith(b"%PDF-1.")


def test_thinking_better_of_it_prints_nothing_and_stays(preview, tmp_path):
    preview.choose_printer = lambda printer, parent: False
    click(preview.print_button)
    assert preview.isVisible()
    QTest.keyClick(preview, Qt.Key.Key_Escape)
    wait_for(lambda: not isValid(preview))


def set_up(preview, size, *, landscape, margins):
    """Choose a page with the mouse and the keys."""
    click(preview.setup)
    question = preview.question
    front(question)
    question.size_field.setFocus()
    QTest.keyClicks(question.size_field, size)
    (way,) = [b for b in question.turned.findChildren(QPushButton) if b.text() == landscape]
    click(way)
    for field, margin in zip(question.margins, margins, strict=True):
        field.lineEdit().selectAll()
        QTest.keyClick(field.lineEdit(), Qt.Key.Key_Backspace)
        QTest.keyClicks(field.lineEdit(), margin)
    QTest.keyClick(question, Qt.Key.Key_Return)


def test_another_page_is_laid_out_anew(preview):
    count, width, chosen = preview.pages.pageCount(), preview.widths[-1], []
    preview.page_chosen.connect(chosen.append)
    set_up(preview, "A5", landscape="Landscape", margins=("10", "15", "30", "5"))
    wait_for(lambda: preview.pages.pageCount() > count)
    assert chosen == [PageSetup("A5", True, 10, 15, 30, 5)]
    assert preview.widths[-1] == pytest.approx((210 - 35) / 25.4 * 96, abs=1) != width
    assert preview.page.text().endswith(f"of {preview.pages.pageCount()}")
    click(preview.setup)
    assert preview.question.size_field.currentText() == "A5"
    assert [field.currentText() for field in preview.question.margins] == ["10", "15", "30", "5"]
    preview.question.close()


def ink(preview, lightest=150):
    """The first paper in the view, and what is printed on it, as (left, top, right, bottom) in pixels."""
    (view,) = preview.pages.findChildren(QGraphicsView)
    seen = view.viewport().grab().toImage()
    white = {
        (x, y)
        for x in range(0, seen.width(), 2)
        for y in range(0, seen.height(), 2)
        if seen.pixelColor(x, y).lightness() == 255
    }
    left, right = min(x for x, _ in white), max(x for x, _ in white)
    top = bottom = min(y for _, y in white)
    while (left + 2, bottom + 2) in white:
        bottom += 2
    dark = [
        (x, y)
        for x in range(left + 4, right - 4)
        for y in range(top + 4, bottom - 4)
        if seen.pixelColor(x, y).lightness() < lightest
    ]
    across, down = [x for x, _ in dark], [y for _, y in dark]
    return (left, top, right, bottom), (min(across), min(down), max(across), max(down))


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_the_margins_are_those_of_the_page_on_white_paper_in_every_theme(appearance, mode, landscape):
    appearance.set_mode(mode)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)

    def paint(target):
        width = text_width(target.pageLayout())
        paint_pages(Paper(FrontMatter("Lake"), BLOCKS, {}, width, target.resolution()), target)

    setup = PageSetup("A4", landscape, 40, 15, 50, 10)
    dialog = PrintPreview(None, appearance, printer, paint, setup)
    dialog.show()
    wait_for(lambda: dialog.pages.pageCount() > 2)
    paper, text = ink(dialog)
    width_mm, height_mm = (297, 210) if landscape else (210, 297)
    scale = (paper[2] - paper[0]) / width_mm
    assert (paper[3] - paper[1]) / scale == pytest.approx(height_mm, rel=0.02)
    # Lines are ragged on the right and do not fill the page to the last; the number does reach the corner.
    found = [text[0] - paper[0], text[1] - paper[1], paper[2] - text[2], paper[3] - text[3]]
    assert [mm / scale for mm in found] == pytest.approx([50, 42, 10, 15], abs=4)
    dialog.close()


def test_the_line_between_two_parts_is_seen(appearance):
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    line = [([("\ufffc", {"embed": {"type": "divider"}})], {})]

    def paint(target):
        paint_pages(Paper(FrontMatter(), line, {}, 600.0, target.resolution()), target)

    dialog = PrintPreview(None, appearance, printer, paint)
    dialog.show()
    wait_for(lambda: dialog.pages.pageCount() == 1)
    paper, drawn = ink(dialog, 200)
    assert (drawn[2] - drawn[0]) / (paper[2] - paper[0]) == pytest.approx(170 / 210, abs=0.02)
    dialog.close()


def test_a_page_that_is_read_across_is_printed_so(preview, tmp_path):
    set_up(preview, "A4", landscape="Landscape", margins=("20", "20", "20", "20"))
    place = tmp_path / "lake.pdf"
    preview.choose_printer = chosen(place)
    assert preview._printer.pageLayout().orientation() == QPageLayout.Orientation.Landscape
    click(preview.print_button)
    wait_for(lambda: not isValid(preview))
    assert b"/MediaBox [0 0 842" in place.read_bytes()


def test_it_wears_the_theme(preview, appearance):
    (view,) = preview.pages.findChildren(QGraphicsView)
    assert view.accessibleName() == "Preview"
    for mode in ("dark", "light"):
        appearance.set_mode(mode)
        assert view.backgroundBrush().color() == appearance.theme.colour("backdrop")
