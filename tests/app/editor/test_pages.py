"""Pages are of the size that was chosen, and what is on them is within their margins."""

import re
import zlib
from contextlib import suppress

import pytest
from PySide6.QtCore import QBuffer, QIODevice, QLocale
from PySide6.QtGui import QPdfWriter
from PySide6.QtPrintSupport import QPrinter

from app.dialogs.printing import wanted_pages
from app.editor.pages import SIZES, PageSetup, paint_pages, setup_of, text_width, usual_setup
from app.editor.paper import RESOLUTION_DPI, Paper, pdf
from app.transfer.front_matter import FrontMatter

pytestmark = pytest.mark.usefixtures("qt_app")

BLOCKS = [([(f"Paragraph {number}. " + "Cold and clear. " * 40, {})], {}) for number in range(30)]


def boxes(body):
    """The size of each page of a PDF, in points."""
    return re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", body)


def streams(body):
    """What is painted on each page of a PDF, in its language; fonts and the like among them."""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", body, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(stream)


def origins(body):
    """Where painting begins on each page of a PDF: points from its left and from its foot."""
    found = []
    for text in streams(body):
        first = re.search(rb"^(?:q\s+)?(?:\S+ ){4}(\S+) (\S+) cm", text, re.MULTILINE)
        if first:
            found.append((float(first[1]), float(first[2])))
    return found


@pytest.fixture(params=[("de_DE", "A4", 595, 842), ("en_US", "Letter", 612, 792)])
def country(request):
    before = QLocale()
    QLocale.setDefault(QLocale(request.param[0]))
    yield request.param[1:]
    QLocale.setDefault(before)


def test_the_usual_page_is_that_of_the_country_with_two_centimetres_around(country):
    size, width, height = country
    assert usual_setup() == PageSetup(size)
    body = pdf(FrontMatter("Lake"), BLOCKS, {})
    assert [float(side) for side in boxes(body)[0]] == pytest.approx([width, height], abs=1)
    left, top = origins(body)[0]
    assert left == pytest.approx(20 / 25.4 * 72, abs=1)
    assert top == pytest.approx(height - 20 / 25.4 * 72, abs=1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("landscape", [False, True])
def test_a_pdf_has_the_pages_that_were_set_up(size, landscape):
    setup = PageSetup(size, landscape, 12, 34, 25, 40)
    body = pdf(FrontMatter("Lake"), BLOCKS, {}, setup)
    width, height = (float(side) for side in boxes(body)[0])
    assert (width > height) is landscape
    left, top = origins(body)[0]
    assert left == pytest.approx(25 / 25.4 * 72, abs=1)
    assert height - top == pytest.approx(12 / 25.4 * 72, abs=1)
    assert text_width(setup.layout()) == pytest.approx(width / 72 * 96 - 65 / 25.4 * 96, abs=2)


def test_narrow_pages_are_more():
    def count(**margins):
        return len(boxes(pdf(FrontMatter("Lake"), BLOCKS, {}, PageSetup("A5", **margins))))

    assert count(left_mm=60, right_mm=60) > count(top_mm=60, bottom_mm=60) > count()


def test_every_divider_is_painted_on_whatever_page_it_stands():
    divider = ([("\ufffc", {"embed": {"type": "divider"}})], {})
    body = pdf(FrontMatter(), [block for pair in BLOCKS for block in (pair, divider)], {})
    assert len(boxes(body)) > 3
    grey = [text.partition(b"0.5333")[2] for text in streams(body)]
    assert len({y for text in grey for y in re.findall(rb" (\S+) l\s+S\b", text)}) == len(BLOCKS)


def test_only_wanted_pages_are_painted_in_the_order_that_is_wanted():
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(RESOLUTION_DPI)
    asked = []

    def order(count):
        asked.append(count)
        return [3, 1]

    paint_pages(Paper(FrontMatter(), BLOCKS, {}, 600.0, RESOLUTION_DPI), writer, order)
    del writer
    assert len(boxes(bytes(buffer.data().data()))) == 2
    assert asked[0] > 3


def test_what_was_chosen_of_a_printer_decides_which_pages_it_gets():
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    assert wanted_pages(printer, 3) == [1, 2, 3]
    printer.setFromTo(2, 3)
    assert wanted_pages(printer, 4) == [2, 3]
    printer.setPageOrder(QPrinter.PageOrder.LastPageFirst)
    printer.setCopyCount(2)
    assert wanted_pages(printer, 4) == [3, 2, 3, 2]
    printer.setCollateCopies(False)
    assert wanted_pages(printer, 4) == [3, 3, 2, 2]


def test_a_setup_comes_back_from_settings_and_nonsense_is_the_usual_one():
    setup = PageSetup("Letter", True, 5, 60, 7, 8)
    assert setup_of(list(setup)) == setup
    wrong = (
        None,
        [],
        "A4",
        ["A9", True, 5, 5, 5, 5],
        ["A4", 1, 5, 5, 5, 5],
        ["A4", True, 4, 5, 5, 5],
        ["A4"],
    )
    assert {setup_of(value) for value in wrong} == {usual_setup()}
