"""
Notes on paper: printed, as PDF, and as text documents (ODF) for word processors.

A note's blocks become a `QTextDocument` of their own, black on white, whatever theme the window wears. It is
never shown in an editor and never edited. Not here: exporting many (`transfer.exporting`), the dialog.
Invariants: a page reads nothing but what it is given; pictures are those of `pictures`. Any thread, one
document on one thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QImage,
    QPainter,
    QPdfWriter,
    QPen,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentWriter,
    QTextFormat,
    QTextImageFormat,
    QTextListFormat,
)

from app.colour_names import QUIET, on_paper
from app.editor.decoding import decoded
from app.editor.pages import SCREEN_DPI, PageSetup, paint_pages, text_width, usual_setup
from app.editor.palette import EditorPalette
from app.transfer.addresses import ATTACHMENT_SCHEME
from app.transfer.blocks import BREAK, LISTS, Attributes, Block, Marks, Span, is_embed, tidy
from app.transfer.front_matter import FrontMatter
from app.transfer.inline_html import WIDTH

TEXT_PT: Final = 11.0
TITLE_PT: Final = 22.0
TAGS_PT: Final = 9.5
HEADINGS_PT: Final = (18.0, 15.0, 13.0, 12.0, 11.0, 11.0)
RESOLUTION_DPI: Final = 1200
"""Of a PDF; lines of hair's breadth stay sharp."""
SPACE_PX: Final = 5.0
LINE_PERCENT: Final = 130
"""Of the font's own height."""
TICKS: Final = ("tick:open", "tick:done")
"""Names of the pictures of a box that is not ticked, and of one that is."""
_TICK_PX: Final = 12.0
_TICK_ROOM_PX: Final = 20.0
_TICK_DRAWN_PX: Final = 96

_PALETTE: Final = EditorPalette()


class Paper(QTextDocument):
    """One note, laid out for paper."""

    def __init__(
        self,
        matter: FrontMatter,
        blocks: list[Block],
        pictures: Mapping[str, bytes],
        width: float,
        dpi: float = SCREEN_DPI,
    ) -> None:
        """
        Lay it out.

        Args:
            matter: What it says of itself; icon, title and tags stand above the body.
            blocks: The body.
            pictures: {sha256: bytes of a picture}; a note that names another shows its words.
            width: Of the text, in pixels of 96 to an inch: no picture is wider.
            dpi: Of what it will be printed on: Qt enlarges margins for that, and hanging lines it does not.
        """
        super().__init__()
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        font = QFont("Inter")
        font.setPointSizeF(TEXT_PT)
        self.setDefaultFont(font)
        self._pictures: Final = pictures
        self._width: Final = width
        self._hanging: Final = _TICK_ROOM_PX * dpi / SCREEN_DPI
        cursor = QTextCursor(self)
        has_head = self._add_head(cursor, matter)
        shown = tidy(blocks)
        boxes = [None, *(_box_of(attributes) for _, attributes in shown), None]
        for number, (spans, attributes) in enumerate(shown):
            edges = boxes[number] != boxes[number + 1], boxes[number + 1] != boxes[number + 2]
            self._add(cursor, spans, attributes, edges, first=number == 0 and not has_head)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Answer for the pictures that were given, and for nothing else."""
        address = name.toString() if isinstance(name, QUrl) else name
        if address in TICKS:
            return _tick(address)
        body = self._pictures.get(address.removeprefix(ATTACHMENT_SCHEME))
        return decoded(body) if body is not None else None

    def _add_head(self, cursor: QTextCursor, matter: FrontMatter) -> bool:
        """What stands above the body; False when nothing does."""
        title = " ".join(part for part in (matter.icon, matter.title) if part)
        if title:
            self._begin(cursor, QTextBlockFormat(), first=True)
            cursor.insertText(title, _sized(TITLE_PT, bold=True))
        if matter.tags:
            self._begin(cursor, QTextBlockFormat(), first=not title)
            for number, tag in enumerate(matter.tags):
                cursor.insertText(
                    "    ●\u00a0" if number else "●\u00a0", _tinted(on_paper(matter.colours.get(tag, "")))
                )
                cursor.insertText(tag, _tinted(QUIET))
        return bool(title or matter.tags)

    def _begin(self, cursor: QTextCursor, format_: QTextBlockFormat, *, first: bool) -> None:
        """Begin a block, out of whatever list the one before is in."""
        if not first:
            cursor.insertBlock()
            if cursor.currentList() is not None:
                cursor.currentList().remove(cursor.block())
        if not format_.hasProperty(QTextFormat.Property.BackgroundBrush.value):  # code stands close
            format_.setBottomMargin(SPACE_PX)
            format_.setLineHeight(
                LINE_PERCENT, int(QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            )
        cursor.setBlockFormat(format_)
        cursor.setBlockCharFormat(QTextCharFormat())
        cursor.setCharFormat(QTextCharFormat())

    def _add(
        self,
        cursor: QTextCursor,
        spans: list[Span],
        attributes: Attributes,
        edges: tuple[bool, bool],
        *,
        first: bool,
    ) -> None:
        """One block; `edges`: it begins, and it ends, the box that it is in."""
        kind = attributes.get("kind")
        base = QTextCharFormat()
        format_ = QTextBlockFormat()
        level = attributes.get("level", 0)
        depth = min(max(level, 0), 12) if isinstance(level, int) else 0
        if kind == "heading":
            format_.setHeadingLevel(max(depth, 1))
            format_.setTopMargin(2 * SPACE_PX)
            base = _sized(HEADINGS_PT[min(max(depth, 1), 6) - 1], bold=True)
        elif kind == "quote":
            format_.setIndent(depth + 1)
            format_.setProperty(QTextFormat.Property.BlockQuoteLevel.value, depth + 1)
            base.setForeground(QColor("#555555"))
        elif kind == "code":
            format_.setBackground(QColor("#f3f3f3"))
            base.setFontFamilies([_fixed_family()])
            format_.setTopMargin(2 * SPACE_PX if edges[0] else 0)
            format_.setBottomMargin(2 * SPACE_PX if edges[1] else 0)
        elif kind == "check":
            format_.setIndent(depth + 1)
            format_.setTextIndent(-self._hanging)
            if attributes.get("checked") is True:
                base.setForeground(QColor("#555555"))
        elif kind not in LISTS:
            format_.setIndent(depth)
        if spans == [("\ufffc", {"embed": {"type": "divider"}})]:
            format_.setProperty(QTextFormat.Property.BlockTrailingHorizontalRulerWidth.value, 1)
            spans = []
        self._begin(cursor, format_, first=first)
        if kind == "check":
            self._add_tick(cursor, attributes.get("checked") is True)
        elif kind in LISTS:
            style = QTextListFormat()
            styles = QTextListFormat.Style
            bullet = (styles.ListDisc, styles.ListCircle, styles.ListSquare)[depth % 3]
            style.setStyle(styles.ListDecimal if kind == "numbered" else bullet)
            style.setIndent(depth + 1)
            self._into_list(cursor, style)
        for span in spans:
            self._add_span(cursor, span, base)

    def _add_tick(self, cursor: QTextCursor, checked: bool) -> None:
        """A box, as a picture: Qt's own marker is a line of hair's breadth, and word processors get none."""
        image = QTextImageFormat()
        image.setName(TICKS[checked])
        image.setWidth(_TICK_PX)
        image.setHeight(_TICK_PX)
        cursor.insertImage(image)
        cursor.insertText("\u00a0\u00a0", QTextCharFormat())

    def _into_list(self, cursor: QTextCursor, style: QTextListFormat) -> None:
        """Put the block into the list that goes on here, or into a new one."""
        block = cursor.block().previous()
        while block.isValid() and (before := block.textList()) is not None:
            if before.format().indent() == style.indent():
                if before.format().style() == style.style():
                    before.add(cursor.block())
                    return
                break
            if before.format().indent() < style.indent():
                break
            block = block.previous()
        cursor.createList(style)

    def _add_span(self, cursor: QTextCursor, span: Span, base: QTextCharFormat) -> None:
        """Text with its marks, a picture, or the words for what paper cannot hold."""
        text, marks = span
        format_ = _marked(base, marks)
        if not is_embed(span):
            cursor.insertText(text.replace(BREAK, "\u2028"), format_)
            return
        payload = marks["embed"]
        source = str(payload.get("src") or "")
        picture = self.loadResource(0, source) if payload.get("type") == "image" else None
        if picture is None:
            cursor.insertText(f"[{embed_words(payload)}]", format_)
            return
        image = QTextImageFormat()
        image.setName(source)
        wanted = marks.get(WIDTH, payload.get(WIDTH))
        width = float(wanted) if isinstance(wanted, int) and wanted > 0 else float(picture.width())
        image.setWidth(min(width, self._width))
        image.setHeight(image.width() * picture.height() / max(1, picture.width()))
        cursor.insertImage(image)
        self._stretch_no_picture(cursor)

    def _stretch_no_picture(self, cursor: QTextCursor) -> None:
        """A line at least as high as others, not so many times the picture's height: that leaves a gap."""
        format_ = cursor.blockFormat()
        least = QFontMetricsF(self.defaultFont()).height() * LINE_PERCENT / 100
        format_.setLineHeight(least, int(QTextBlockFormat.LineHeightTypes.MinimumHeight.value))
        cursor.setBlockFormat(format_)


def _box_of(attributes: Attributes) -> tuple[object, ...] | None:
    """What blocks of code have in common that stand in one box; None for what is not in one."""
    return ("code", attributes.get("language")) if attributes.get("kind") == "code" else None


def _tick(name: str) -> QImage:
    """A box to be ticked, several times as large as it is shown: paper is finer than a screen."""
    side = _TICK_DRAWN_PX
    picture = QImage(side, side, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#555555"), side / 12))
    painter.drawRoundedRect(QRectF(side / 12, side / 12, side * 5 / 6, side * 5 / 6), side / 8, side / 8)
    if name == TICKS[True]:
        painter.setPen(QPen(QColor("#000000"), side / 8))
        points = ((0.25, 0.52), (0.44, 0.72), (0.77, 0.28))
        painter.drawPolyline([QPointF(side * x, side * y) for x, y in points])
    painter.end()
    return picture


def embed_words(payload: Marks) -> str:
    """What stands for an embed where it cannot be shown."""
    for key in ("title", "alt", "name", "type"):
        if isinstance(payload.get(key), str) and payload[key]:
            return str(payload[key])
    return "…"


def pdf(
    matter: FrontMatter, blocks: list[Block], pictures: Mapping[str, bytes], setup: PageSetup | None = None
) -> bytes:
    """A note as a PDF, on pages of a setup, or of the usual one. Cost: about 20 ms a page."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(matter.title)
    writer.setCreator("Commonplace")
    writer.setResolution(RESOLUTION_DPI)
    page = (setup or usual_setup()).layout()
    writer.setPageLayout(page)
    paint_pages(Paper(matter, blocks, pictures, text_width(page), RESOLUTION_DPI), writer)
    del writer  # writes the end of the file
    return bytes(buffer.data().data())


def odt(matter: FrontMatter, blocks: list[Block], pictures: Mapping[str, bytes]) -> bytes:
    """A note as a text document for word processors."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QTextDocumentWriter(buffer, QByteArray(b"ODF"))
    writer.write(Paper(matter, blocks, pictures, text_width(usual_setup().layout())))
    return bytes(buffer.data().data())


def _sized(size_pt: float, *, bold: bool) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontPointSize(size_pt)
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    return made


def _tinted(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontPointSize(TAGS_PT)
    made.setForeground(QColor(colour))
    return made


def _fixed_family() -> str:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()


def _marked(base: QTextCharFormat, marks: Marks) -> QTextCharFormat:
    """A format with what marks say."""
    made = QTextCharFormat(base)
    if marks.get("bold"):
        made.setFontWeight(QFont.Weight.Bold)
    if marks.get("italic"):
        made.setFontItalic(True)
    if marks.get("underline"):
        made.setFontUnderline(True)
    if marks.get("strike"):
        made.setFontStrikeOut(True)
    if marks.get("code"):
        made.setFontFamilies([_fixed_family()])
        made.setBackground(QColor("#f3f3f3"))
    if marks.get("highlight"):
        made.setBackground(_colour(dict(_PALETTE.highlights), marks["highlight"], _PALETTE.highlights[0][1]))
    if marks.get("colour"):
        made.setForeground(_colour(dict(_PALETTE.colours), marks["colour"], "#000000"))
    link = marks.get("link")
    if isinstance(link, str) and link.startswith(("http:", "https:", "mailto:")):
        made.setAnchor(True)
        made.setAnchorHref(link)
        made.setForeground(QColor("#1a5fb4"))
        made.setFontUnderline(True)
    return made


def _colour(named: Mapping[str, str], value: object, fallback: str) -> QColor:
    """The colour that a mark's value names, or the fallback."""
    found = QColor(named.get(value, value)) if isinstance(value, str) else QColor()
    return found if found.isValid() else QColor(fallback)
