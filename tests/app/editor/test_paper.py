"""Notes on paper: what they say is there, and nothing is read but what was given."""

import io
import zipfile

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage, QTextListFormat

from app.colour_names import ON_PAPER, QUIET
from app.editor.paper import Paper, embed_words, odt, pdf
from app.transfer.front_matter import FrontMatter

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
        document = Paper(FrontMatter(), blocks, pictures or {}, WIDTH)
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
        ({"kind": "never heard of"}, lambda block: block.textList() is None),
    ],
)
def test_every_kind_of_block_has_its_look(laid_out, attributes, holds):
    (block,) = laid_out([([("text", {})], attributes)])
    assert block.text() == "text"
    assert holds(block)


@pytest.mark.parametrize("checked", [True, False])
def test_a_box_is_a_picture_that_can_be_told_from_the_other(laid_out, checked):
    blocks = [([("boots and tents", {})], {"kind": "check", "level": 1, "checked": checked})]
    (block,) = laid_out(blocks)
    assert block.text() == "\ufffc\u00a0\u00a0boots and tents"
    document = block.document()
    box = block.begin().fragment().charFormat().toImageFormat()
    shown = document.loadResource(2, box.name())
    middle = shown.pixelColor(shown.width() * 44 // 100, shown.height() * 72 // 100)
    assert (middle.alpha() > 200) == checked
    edge = shown.pixelColor(shown.width() // 2, shown.height() // 12)
    assert edge.alpha() > 200
    assert block.blockFormat().indent() == 2


def test_lines_hang_by_the_box_at_whatever_resolution_they_are_printed(qt_app):
    blocks = [([("boots", {})], {"kind": "check"})]
    hanging = [
        Paper(FrontMatter(), blocks, {}, WIDTH, dpi).begin().blockFormat().textIndent() for dpi in (96, 1200)
    ]
    assert hanging[1] == pytest.approx(hanging[0] * 12.5)
    assert hanging[0] < 0


def test_two_boxes_of_code_stand_apart_and_the_lines_of_one_do_not(laid_out):
    code, table = {"kind": "code", "language": "python"}, {"kind": "code", "language": "table"}
    shown = laid_out([([("x", {})], kind) for kind in (code, code, table, table)])
    margins = [(block.blockFormat().topMargin(), block.blockFormat().bottomMargin()) for block in shown]
    assert [(top > 0, bottom > 0) for top, bottom in margins] == [
        (True, False), (False, True), (True, False), (False, True),
    ]  # fmt: skip


def test_boxes_come_through_to_word_processors(qt_app):
    blocks = [([("boots", {})], {"kind": "check", "checked": done}) for done in (True, False)]
    with zipfile.ZipFile(io.BytesIO(odt(FrontMatter("T"), blocks, {}))) as opened:
        pictures = {opened.read(name) for name in opened.namelist() if name.startswith("Pictures/")}
    assert len(pictures) == 2


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


def test_below_a_picture_there_is_no_gap(laid_out):
    blocks = laid_out([*picture("a"), ([("below", {})], {})], {"a": png(400, 300)})
    shown, below = (block.document().documentLayout().blockBoundingRect(block) for block in blocks)
    assert 300 <= below.top() - shown.top() < 330


def test_bullets_differ_by_depth_as_in_the_editor(laid_out):
    styles = [block.textList().format().style() for block in laid_out([*bullets(0, 1, 2, 3)])]
    disc, circle, square = (
        QTextListFormat.Style.ListDisc,
        QTextListFormat.Style.ListCircle,
        QTextListFormat.Style.ListSquare,
    )
    assert styles == [disc, circle, square, disc]


def bullets(*levels):
    return [([("item", {})], {"kind": "bullet", "level": level}) for level in levels]


def test_what_is_not_there_is_words_and_nothing_else_is_read(qt_app, tmp_path):
    (tmp_path / "x.png").write_bytes(png(5, 5))
    place = (tmp_path / "x.png").as_uri()
    document = Paper(
        FrontMatter(),
        [*picture("e" * 64), ([("\ufffc", {"embed": {"type": "image", "src": place}})], {})],
        {},
        WIDTH,
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
    made = pdf(FrontMatter("T"), blocks, body)
    assert made.startswith(b"%PDF-1.")
    assert made.rstrip().endswith(b"%%EOF")
    with zipfile.ZipFile(io.BytesIO(odt(FrontMatter("Title"), blocks, body))) as opened:
        content = opened.read("content.xml").decode()
        assert "Title" in content
        assert "Grüße 漢字" in content
        assert any(name.startswith("Pictures/") for name in opened.namelist())


def runs(block):
    """The stretches of a block, each with its colour."""
    at, found = block.begin(), []
    while not at.atEnd():
        fragment = at.fragment()
        found.append((fragment.text(), fragment.charFormat().foreground().color().name()))
        at += 1
    return found


def test_icon_title_and_tags_with_their_colours_stand_above_the_body(qt_app):
    matter = FrontMatter(
        "Title", ["a b", "c", "d"], icon="🌱", colours={"a b": "red", "c": "#123456", "d": "unheard"}
    )
    document = Paper(matter, [([("text", {})], {})], {}, WIDTH)
    assert document.begin().text() == "🌱 Title"
    assert runs(document.begin().next()) == [
        ("●\u00a0", ON_PAPER[0]),
        ("a b", QUIET),
        ("    ●\u00a0", "#123456"),
        ("c    ●\u00a0d", QUIET),
    ]
    assert document.lastBlock().text() == "text"


@pytest.mark.parametrize(
    ("matter", "lines"),
    [
        (FrontMatter(), ["text"]),
        (FrontMatter(icon="🌱"), ["🌱", "text"]),
        (FrontMatter(tags=["t"]), ["●\u00a0t", "text"]),
        (FrontMatter("T", archived=True, pinned=True), ["T", "text"]),
    ],
)
def test_what_a_note_does_not_have_takes_no_line(qt_app, matter, lines):
    document = Paper(matter, [([("text", {})], {})], {}, WIDTH)
    assert document.toPlainText().replace("\xa0", "\u00a0").split("\n") == [
        line.replace("\u00a0", " ") for line in lines
    ]


def test_a_picture_that_was_resized_is_as_wide_on_paper(laid_out):
    blocks = picture("d" * 64, width=400)
    blocks[0][0][0][1]["width"] = 100
    (block,) = laid_out(blocks, pictures={"d" * 64: png(1200, 300)})
    assert block.begin().fragment().charFormat().toImageFormat().width() == 100
