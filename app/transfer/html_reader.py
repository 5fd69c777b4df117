"""
HTML in: a stranger's page, or a fragment inside Markdown, to blocks.

nh3 (an HTML5 parser with an allow-list) first makes it well-formed and takes out everything that is not
named here; only then are our blocks built from it. Raw HTML reaches no widget. Tables become aligned lines,
scripts and styles vanish with their content, unknown tags leave their text.

A block with `data-block` is one that our writers could not say in Markdown or plain HTML: its blanks count
and its attributes are what the attribute says.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from itertools import groupby

import nh3

from app.transfer.addresses import SCHEMES_READ, PlainResolver, Resolver, is_attached
from app.transfer.block_builder import BlockBuilder, NestedTooDeeply
from app.transfer.blocks import BREAK, EMBED, Attributes, Block, Span, decode_value, is_embed, tidy
from app.transfer.inline_html import (
    INLINE_TAGS,
    PLAYERS,
    OpenMarks,
    embed_of_tag,
    marks_of_tag,
    with_scripts,
)
from app.transfer.tables import TABLE_LANGUAGE, table_lines

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_PARTS = ("p", "div", "section", "article", "main", "aside", "header", "footer", "nav", "address", "center")
_BOXES = ("figure", "figcaption", "details", "summary", "dl", "dt", "dd", "ul", "ol", "li", "blockquote")
_CELLS = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
_BLOCK_TAGS = frozenset((*_PARTS, *_BOXES, *_CELLS, *_HEADINGS, "pre", "hr"))
_TAGS = set(_BLOCK_TAGS | INLINE_TAGS | {"input"})
_GONE = {
    "script",
    "style",
    "title",
    "head",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "textarea",
}
_ATTRIBUTES = {
    "*": {"data-marks", "data-embed", "data-block"},
    "a": {"href"},
    "img": {"src", "alt", "title", "width"},
    "ol": {"start"},
    "code": {"class"},
    "pre": {"class"},
    "input": {"type", "checked"},
}
_SCHEMES_SAID = frozenset({"data", "evernote", "file", "ftp", "obsidian", "onenote", "tel"})
"""Looked at besides: of these the resolver says that they were left out, or takes what they hold."""
_FRAME = re.compile(
    rf"""<({"|".join(PLAYERS)})\b[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))[^>]*>""",
    re.IGNORECASE,
)
NESTING_MAX = 2_000
"""Open tags. An HTML5 parser looks through all of them at each new paragraph or list: 2,000 take 0.1 s, and a
hundred times as many would take a quarter of an hour."""
_NESTING = re.compile(
    r"<(/?)(?:div|ul|ol|dl|blockquote|table|section|article|span|b|i|u|s|a|font|em|strong)\b", re.IGNORECASE
)
_TITLE = re.compile(r"<title[^>]*>([^<]{0,2000})</title", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|brush:?)[- ]([^\s]+)")


def read_html(text: str, resolver: Resolver | None = None) -> list[Block]:
    """
    Read a page or a fragment of HTML.

    Args:
        text: Any text.
        resolver: Asked about links and pictures; by default every allowed address is taken as it is.

    Returns:
        Tidied blocks, at least one.

    Raises:
        NestedTooDeeply: more than NESTING_MAX tags are open at once.

    Cost: linear; about 0.3 s per MB.
    """
    builder = BlockBuilder()
    read_html_into(builder, text, resolver or PlainResolver())
    return tidy(builder.blocks)


def with_frames_linked(text: str) -> str:
    """HTML with a link before everything that would show a page, a film or a sound in it."""

    def linked(found: re.Match[str]) -> str:
        address = next(part for part in found.groups()[1:] if part is not None).replace('"', "&quot;")
        return f'<p><a href="{address}">{address}</a></p><{found[1]}>'

    return _FRAME.sub(linked, text)


def html_title(text: str) -> str:
    """What stands in `<title>`, on one line; "" when there is none."""
    found = _TITLE.search(text[:65_536])
    return " ".join(html.unescape(found[1]).split()) if found else ""


def read_html_into(builder: BlockBuilder, text: str, resolver: Resolver) -> None:
    """
    Add what the allow-list leaves of the HTML to the blocks that are being built.

    Raises:
        NestedTooDeeply: more than NESTING_MAX tags are open at once.
    """
    _check_nesting(text)
    clean = nh3.clean(
        text.replace("\x00", "\ufffd"),
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        url_schemes=set(SCHEMES_READ | _SCHEMES_SAID),  # the resolver has the last word
        link_rel=None,
    )
    reading = _Reading(builder, resolver)
    reading.feed(clean)
    reading.close()
    reading.finish()


def _check_nesting(text: str) -> None:
    """Raises NestedTooDeeply. Only tags that have to be closed are counted."""
    depth = 0
    for found in _NESTING.finditer(text):
        depth = max(depth - 1, 0) if found[1] else depth + 1
        if depth > NESTING_MAX:
            raise NestedTooDeeply(NESTING_MAX)


class _Reading(HTMLParser):
    """Clean HTML on its way to blocks."""

    def __init__(self, builder: BlockBuilder, resolver: Resolver) -> None:
        super().__init__(convert_charrefs=True)
        self._builder = builder
        self._resolver = resolver
        self._marks = OpenMarks()
        self._spans: list[Span] = []
        self._heading = 0
        self._exact: Attributes | None = None
        self._code: str | None = None
        self._rows: list[list[str]] = []
        self._tables = 0
        self._below: list[Span] = []
        """What the cells of the table show, to stand below it."""
        self._file: tuple[str, int] | None = None
        """The address of the link to a file that is open, and how many spans stood before it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a tag that the allow-list let through."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in _BLOCK_TAGS:
            self._enter_block(tag, attributes)
        elif tag == "br":
            self._spans.append(("\n" if self._code is not None else BREAK, self._marks.now()))
        elif tag == "input":
            if attributes.get("type") == "checkbox":
                self._builder.check_item("checked" in attributes)
        elif (embed := embed_of_tag(tag, attributes, self._resolver)) is not None:
            self._spans.append((embed[0], {**self._marks.now(), **embed[1]}))
            if tag != "img":
                self._marks.open(tag, {})
        elif tag == "code" and self._is_of_program:
            self._code = self._code or _language(attributes)
        elif tag == "a" and self._leads_to_file(attributes):
            self._file = attributes["href"], len(self._spans)
            self._marks.open(tag, {})
        elif tag not in ("img", "wbr"):
            self._marks.open(tag, marks_of_tag(tag, attributes, self._resolver))

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if tag in _BLOCK_TAGS:
            self._leave_block(tag)
        elif not (tag == "code" and self._is_of_program):
            self._marks.close(tag)
        if tag == "a" and self._file is not None:
            self._take_file(*self._file)

    @property
    def _is_of_program(self) -> bool:
        """Whether `<code>` stands in a `<pre>` and says what language that is."""
        return self._code is not None and self._exact is None

    def handle_data(self, data: str) -> None:
        """Text: as it is where blanks count, else with each run of blanks as one."""
        if self._exact is None and self._code is None:
            data = _BLANKS.sub(" ", data)
            if data.startswith(" ") and self._ends_blank():
                data = data[1:]
        if data:
            self._spans.append((data, self._marks.now()))

    def _leads_to_file(self, attributes: dict[str, str]) -> bool:
        """Whether a link leads to a file that can be attached here."""
        attachable = not self._tables and self._code is None and self._file is None
        return attachable and self._resolver.file(attributes.get("href", ""), "") is not None

    def _take_file(self, address: str, start: int) -> None:
        """A link to a file ends: the file is attached in the place of its words, or behind what it shows."""
        self._file = None
        inside = self._spans[start:]
        words = (
            "" if any(text == EMBED for text, _ in inside) else "".join(text for text, _ in inside).strip()
        )
        if words:
            del self._spans[start:]
        self._spans.append((EMBED, {**self._marks.now(), "embed": self._resolver.file(address, words)}))

    def finish(self) -> None:
        """The end of the text ends the last block."""
        self._end_paragraph()

    def _ends_blank(self) -> bool:
        """Whether a blank here would follow another one, or begin the block."""
        return not self._spans or self._spans[-1][0][-1:] in (" ", BREAK, "")

    def _enter_block(self, tag: str, attributes: dict[str, str]) -> None:
        """End the paragraph before the tag, and open what the tag opens."""
        if self._tables and tag not in ("tr", "td", "th", "table"):
            self._spans.append((" ", {}))
            return
        if tag in ("td", "th", "tr"):
            self._cell(tag)
            return
        self._end_paragraph()
        if "data-block" in attributes:
            self._exact = _believed_attributes(attributes["data-block"])
            self._code = "" if tag == "pre" else None
        elif tag in ("ul", "ol"):
            self._builder.open_list("numbered" if tag == "ol" else "bullet", _start(attributes))
        elif tag == "li":
            self._builder.open_item()
        elif tag == "blockquote":
            self._builder.open_quote()
        elif tag == "pre":
            self._code = _language(attributes)
        elif tag == "hr":
            self._builder.add_divider()
        elif tag == "table":
            self._tables += 1
        self._heading = _HEADINGS.get(tag, 0)

    def _leave_block(self, tag: str) -> None:
        """End the paragraph inside the tag, and close what the tag opened."""
        if self._tables and tag != "table":
            return
        if tag == "table":
            self._leave_table()
            return
        self._end_paragraph()
        if tag in ("ul", "ol"):
            self._builder.close_list()
        elif tag == "li":
            self._builder.close_item()
        elif tag == "blockquote":
            self._builder.close_quote()
        self._heading = 0

    def _cell(self, tag: str) -> None:
        """A new row or cell. Inside a table inside a cell, both only part words."""
        self._take_cell_text()
        if self._tables == 1 and tag == "tr":
            self._rows.append([])
        elif self._tables == 1:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append("")
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] += " "

    def _take_cell_text(self) -> None:
        """What was read since the last cell began belongs to that cell, without its marks."""
        spans = with_scripts(self._spans)
        for span in filter(is_embed, spans):
            if is_attached(span[1]["embed"]):
                self._below.append(span)
            else:
                self._resolver.flattened()
        words = [span for span in spans if span[0].strip() and not is_embed(span)]
        for link, _ in groupby(marks.get("link") for _, marks in words):
            if link is not None:
                self._resolver.flattened()
        text = "".join(" " if text == BREAK else text for text, _ in spans).replace(EMBED, "")
        self._spans.clear()
        if text.strip() and not (self._rows and self._rows[-1]):
            self._builder.add_paragraph([(text.strip(), {})])  # a caption, or text astray between rows
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] += text

    def _leave_table(self) -> None:
        """The outermost table is written; an inner one has become words of a cell."""
        self._take_cell_text()
        self._tables = max(self._tables - 1, 0)
        rows, self._rows = (self._rows, []) if not self._tables else ([], self._rows)
        rows = [row for row in rows if row]
        if rows:
            lines = table_lines(rows, [])
            self._builder.add_code([[(line, {})] for line in lines], TABLE_LANGUAGE)
        if self._below and not self._tables:
            self._builder.add_paragraph(self._below)
            self._below = []

    def _end_paragraph(self) -> None:
        """Add what was read since the last block, if anything."""
        spans, self._spans = with_scripts(self._spans), []
        self._file = self._file and (self._file[0], 0)
        if self._exact is not None:
            attributes, self._exact = self._exact, None
            lines = [spans] if self._code is None else _code_lines(spans)
            self._code = None
            for line in lines:
                self._builder.add_exact(line, dict(attributes))
        elif self._code is not None:
            language, self._code = self._code, None
            self._builder.add_code(_code_lines(spans), language)
        elif any(text.strip(" ") for text, _ in spans):
            spans = _trimmed(spans)
            if self._heading:
                self._builder.add_heading(spans, self._heading)
            else:
                self._builder.add_paragraph(spans)


def _trimmed(spans: list[Span]) -> list[Span]:
    """Spans without the blanks at both ends, nor the line break that browsers do not show at an end."""
    spans = list(spans)
    while spans and not spans[-1][0].rstrip(" "):
        spans.pop()
    if spans and spans[-1][0] == BREAK:
        spans.pop()
    if spans:
        spans[0] = (spans[0][0].lstrip(" "), spans[0][1])
        spans[-1] = (spans[-1][0].rstrip(" "), spans[-1][1])
    return spans


def _code_lines(spans: list[Span]) -> list[list[Span]]:
    """The lines of a `<pre>`, their marks kept."""
    lines: list[list[Span]] = [[]]
    for text, marks in spans:
        first, *rest = text.split("\n")
        lines[-1].append((first, marks))
        lines.extend([(part, marks)] for part in rest)
    if len(lines) > 1 and not any(text for text, _ in lines[-1]):
        lines.pop()
    return lines


def _language(attributes: dict[str, str]) -> str:
    """The language that a class like "language-python" names."""
    found = _LANGUAGE.search(attributes.get("class", ""))
    return found[1] if found else ""


def _start(attributes: dict[str, str]) -> int:
    """The number of a list's first item."""
    text = attributes.get("start", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _believed_attributes(text: str) -> Attributes:
    """The attributes of a block from an attribute that anybody may have written."""
    try:
        attributes = decode_value(text)
    except ValueError:
        return {}
    return attributes if isinstance(attributes, dict) else {}
