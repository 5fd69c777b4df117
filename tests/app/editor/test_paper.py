"""Notes on paper: what they say is there, and nothing is read but what was given."""

import io
import zipfile

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage, QTextBlockFormat

from app.editor.paper import Paper, embed_words, odt, pdf

WIDTH = 600.0


def png(width, height):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF3366)
    body = QByteArray()
    buffer = QBuffer(body)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(body.data())


def picture(digest, **more):
    return [
        ([("\ufffc", {"embed": {"type": "image", "src": f"attachment:{digest}", "alt": "a", **more}})], {})
    ]


@pytest.fixture
def laid_out(qt_app):
    """Lays blocks out and gives those of Qt; the document lives until the test is over."""
    kept = []

    def lay_out(blocks, pictures=None):
        document = Paper("", blocks, pictures or {}, WIDTH)
        kept.append(document)
        block, found = document.begin(), []
        while block.isValid():
            found.append(block)
            block = block.next()
        return found

    return lay_out


@pytest.mark.parametrize(
    ("attributes", "holds"),
    [
        ({"kind": "heading", "level": 2}, lambda block: block.blockFormat().headingLevel() == 2),
        ({"kind": "quote", "level": 1}, lambda block: block.blockFormat().indent() == 2),
        ({"kind": "code"}, lambda block: block.blockFormat().background().color().name() == "#f3f3f3"),
        ({"kind": "bullet", "level": 1}, lambda block: block.textList().format().indent() == 2),
        ({"kind": "numbered"}, lambda block: block.textList().itemText(block) == "1."),
        (
            {"kind": "check", "checked": True},
            lambda block: block.blockFormat().marker() == QTextBlockFormat.MarkerType.Checked,
        ),
        ({"kind": "never heard of"}, lambda block: block.textList() is None),
    ],
)
def test_every_kind_of_block_has_its_look(laid_out, attributes, holds):
    (block,) = laid_out([([("text", {})], attributes)])
    assert block.text() == "text"
    assert holds(block)


def test_numbers_go_on_under_a_nested_list_and_begin_anew_behind_other_text(laid_out):
    numbered = {"kind": "numbered"}
    blocks = [
        ([("a", {})], numbered),
        ([("b", {})], {"kind": "bullet", "level": 1}),
        ([("c", {})], numbered),
        ([("text", {})], {}),
        ([("d", {})], numbered),
    ]
    shown = laid_out(blocks)
    assert [block.textList() and block.textList().itemText(block) for block in shown][::2] == [
        "1.",
        "2.",
        "1.",
    ]
    assert shown[3].textList() is None


def test_marks_are_formats_and_only_safe_links_lead_somewhere(laid_out):
    marks = {"bold": True, "italic": True, "underline": True, "strike": True, "highlight": "no colour"}
    (block,) = laid_out([([("x", marks)], {})])
    format_ = block.begin().fragment().charFormat()
    assert (format_.fontItalic(), format_.fontUnderline(), format_.fontStrikeOut()) == (True, True, True)
    for link, leads in (
        ("https://example.org", True),
        ("file:///etc/passwd", False),
        ("javascript:x", False),
    ):
        (block,) = laid_out([([("x", {"link": link})], {})])
        assert block.begin().fragment().charFormat().isAnchor() is leads


def test_a_picture_is_no_wider_than_the_page_and_as_wide_as_it_was_made(laid_out):
    body = {"d" * 64: png(1200, 300)}
    for more, width in (({}, WIDTH), ({"width": 200}, 200.0), ({"width": -5}, WIDTH)):
        (block,) = laid_out(picture("d" * 64, **more), pictures=body)
        format_ = block.begin().fragment().charFormat().toImageFormat()
        assert (format_.width(), format_.height()) == (width, width / 4)


def test_what_is_not_there_is_words_and_nothing_else_is_read(qt_app, tmp_path):
    (tmp_path / "x.png").write_bytes(png(5, 5))
    place = (tmp_path / "x.png").as_uri()
    document = Paper(
        "", [*picture("e" * 64), ([("\ufffc", {"embed": {"type": "image", "src": place}})], {})], {}, WIDTH
    )
    assert document.toPlainText().splitlines() == ["[a]", "[image]"]
    assert document.loadResource(2, QUrl(place)) is None
    assert embed_words({"title": 5, "name": "plan.pdf"}) == "plan.pdf"
    assert embed_words({}) == "…"


def test_a_divider_is_a_line(laid_out):
    (block,) = laid_out([([("\ufffc", {"embed": {"type": "divider"}})], {})])
    assert block.text() == ""


def test_a_pdf_and_a_text_document_are_whole_files(qt_app):
    blocks = [([("Grüße 漢字", {"bold": True})], {}), *picture("d" * 64)]
    body = {"d" * 64: png(50, 50)}
    made = pdf("T", blocks, body)
    assert made.startswith(b"%PDF-1.")
    assert made.rstrip().endswith(b"%%EOF")
    with zipfile.ZipFile(io.BytesIO(odt("Title", blocks, body))) as opened:
        content = opened.read("content.xml").decode()
        assert "Title" in content
        assert "Grüße 漢字" in content
        assert any(name.startswith("Pictures/") for name in opened.namelist())
