"""
Markdown in: text to blocks.

markdown-it-py makes tokens, `block_builder` flattens their nesting, and what stands in HTML goes through the
allow-list (`html_reader.py`, `inline_html.py`). Front matter is no Markdown: `front_matter.py` takes it off.

Invariant: `read_markdown(write_markdown(blocks)) == tidy(blocks)`; the tests hold it over random notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import takewhile
from typing import NamedTuple

from markdown_it.token import Token

from app.transfer.addresses import PlainResolver, Resolver, is_attached
from app.transfer.block_builder import BlockBuilder
from app.transfer.blocks import BREAK, EMBED, Attributes, Block, Marks, Span, tidy
from app.transfer.inline_html import (
    PLAYERS,
    OpenMarks,
    embed_of_tag,
    marks_of_tag,
    parse_tag,
    with_scripts,
)
from app.transfer.markdown_rules import ADDRESSES, NAMED, UNNAMED, parser, sized
from app.transfer.tables import TABLE_LANGUAGE, table_lines
from app.transfer.vault_rules import TAG, TAGS, VAULT

_CHECKBOX = re.compile(r"\[([ xX])\](?:[ \t]|$)")
_EMPTY_LINES = re.compile(r"(?:\s*<br ?/?>)+\s*", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?!>|->).*?-->", re.DOTALL)
_SCRIPT = re.compile(r"<(/?)(script|style)\b", re.IGNORECASE)
_MARK_TOKENS = {"strong": "bold", "em": "italic", "s": "strike", "mark": "highlight"}


class Read(NamedTuple):
    """What was read."""

    blocks: list[Block]
    """Tidied, at least one."""
    tags: list[str]
    """Those in the text of a note of a vault, each once."""
    comments: int
    """Comments of HTML, which no note has."""


def read_markdown(text: str, resolver: Resolver | None = None) -> list[Block]:
    """As `read_all`, of no vault, the blocks alone."""
    return read_all(text, resolver or PlainResolver()).blocks


def read_all(
    text: str, resolver: Resolver, *, of_vault: bool = False, tags: bool = False, addresses: bool = False
) -> Read:
    """
    Read Markdown.

    Args:
        text: Any text; line ends of every system.
        resolver: Asked about links and pictures.
        of_vault: Whether it is read as programs for vaults of notes do: the end of a line inside a paragraph
            is a line break and not a blank, `#tag` is a tag, `$x$` a formula, and pictures have widths.
        tags: Whether `#tag` is a tag in any case.
        addresses: Whether somebody else wrote it, so that an address of the web that merely stands there is a
            link, and what a table shows is no text of ours.

    Raises:
        NestedTooDeeply: lists or quotes nest beyond the limit.

    Cost: about 1 s per MB.
    """
    rules = {
        NAMED: resolver.named,
        UNNAMED: resolver.unnamed,
        VAULT: of_vault,
        TAGS: of_vault or tags,
        ADDRESSES: addresses,
    }
    tokens = parser().parse(text.replace("\x00", "\ufffd"), rules)
    reading = _Reading(resolver, of_vault, of_others=addresses)
    return Read(reading.read(tokens), list(reading.tags), reading.comments)


class _Reading:
    """One text on its way from tokens to blocks."""

    def __init__(self, resolver: Resolver, of_vault: bool, *, of_others: bool) -> None:
        self.tags: dict[str, None] = {}
        self.comments = 0
        self._resolver = resolver
        self._of_vault = of_vault
        self._of_others = of_others
        self._builder = BlockBuilder()
        self._heading = 0
        self._quote_sizes: list[int] = []
        self._table: tuple[list[list[str]], list[str]] | None = None
        self._below: list[Span] = []
        self._steps: dict[str, Callable[[Token], None]] = {
            "inline": self._inline,
            "heading_open": self._heading_open,
            "heading_close": self._heading_close,
            "bullet_list_open": lambda _: self._builder.open_list("bullet"),
            "ordered_list_open": lambda token: self._builder.open_list(
                "numbered", int(token.attrs.get("start", 1))
            ),
            "bullet_list_close": lambda _: self._builder.close_list(),
            "ordered_list_close": lambda _: self._builder.close_list(),
            "list_item_open": lambda _: self._builder.open_item(),
            "list_item_close": lambda _: self._builder.close_item(),
            "blockquote_open": self._quote_open,
            "blockquote_close": self._quote_close,
            "fence": self._code,
            "code_block": self._code,
            "hr": lambda _: self._builder.add_divider(),
            "html_block": self._html,
            "table_open": self._table_open,
            "table_close": self._table_close,
            "tr_open": self._row_open,
            "th_open": self._head_cell,
        }

    def read(self, tokens: list[Token]) -> list[Block]:
        """Take the tokens in order."""
        for token in tokens:
            step = self._steps.get(token.type)
            if step is not None:
                step(token)
        return tidy(self._builder.blocks)

    def _heading_open(self, token: Token) -> None:
        self._heading = int(token.tag[1])

    def _heading_close(self, _token: Token) -> None:
        self._heading = 0

    def _inline(self, token: Token) -> None:
        """The text of a paragraph, a heading or a cell."""
        children = token.children or []
        self.tags.update((child.info, None) for child in children if child.type == TAG)
        tags = (child.content for child in children if child.type == "html_inline")
        self.comments += sum(_COMMENT.match(tag) is not None for tag in tags)
        if self._table is not None:
            self._table[0][-1].append(token.content)
            if self._of_others:
                self._look_through_cell(children)
            return
        box = _CHECKBOX.match(token.content) if self._builder.item_waits else None
        spans = inline_spans(children, self._resolver, of_vault=self._of_vault)
        if box and spans and spans[0][0].startswith(box[0]):
            self._builder.check_item(box[1] != " ")
            spans[0] = (spans[0][0][len(box[0]) :], spans[0][1])
        if self._heading:
            self._builder.add_heading(spans, self._heading)
        elif self._builder.item_waits or not _is_markup_alone(children, spans):
            self._builder.add_paragraph(spans)

    def _quote_open(self, _token: Token) -> None:
        self._builder.open_quote()
        self._quote_sizes.append(len(self._builder.blocks))

    def _quote_close(self, _token: Token) -> None:
        """A quotation with nothing in it is an empty quote."""
        if self._quote_sizes.pop() == len(self._builder.blocks):
            self._builder.add_paragraph([])
        self._builder.close_quote()

    def _code(self, token: Token) -> None:
        """A block of code, fenced or indented: its lines become blocks."""
        lines = token.content.removesuffix("\n").split("\n")
        language = _unescaped(token.info.strip()) if token.type == "fence" else ""
        self._builder.add_code([[(line, {})] for line in lines], language)

    def _html(self, token: Token) -> None:
        """HTML: blank lines as we write them, else what the allow-list leaves of it."""
        if _EMPTY_LINES.fullmatch(token.content):
            for _ in range(token.content.count("<")):
                self._builder.add_paragraph([])
            return
        from app.transfer.html_reader import read_html_into, with_frames_linked

        self.comments += len(_COMMENT.findall(token.content))
        read_html_into(self._builder, with_frames_linked(token.content), self._resolver)

    def _look_through_cell(self, children: list[Token]) -> None:
        """What a cell shows or leads to is text there: files stand below the table, the rest is counted."""
        for token in children:
            shown = _picture(token, {}, self._resolver, self._of_vault) if token.type == "image" else ("", {})
            if is_attached(shown[1].get("embed", {})):
                self._below.append(shown)
            elif token.type in ("image", "link_open"):
                self._resolver.flattened()

    def _table_open(self, _token: Token) -> None:
        self._table = ([], [])

    def _row_open(self, _token: Token) -> None:
        assert self._table is not None
        self._table[0].append([])

    def _head_cell(self, token: Token) -> None:
        assert self._table is not None
        self._table[1].append(str(token.attrs.get("style", "")).removeprefix("text-align:"))

    def _table_close(self, _token: Token) -> None:
        assert self._table is not None
        lines = table_lines(*self._table)
        self._table = None
        self._builder.add_code([[(line, {})] for line in lines], TABLE_LANGUAGE)
        if self._below:
            self._builder.add_paragraph(self._below)
            self._below = []


def _unescaped(info: str) -> str:
    """The info string of a fence without backslash escapes and entities."""
    from markdown_it.common.utils import unescapeAll

    return unescapeAll(info)


def inline_spans(children: list[Token], resolver: Resolver, *, of_vault: bool = False) -> list[Span]:
    """The spans of one paragraph's inline tokens; not tidied."""
    spans: list[Span] = []
    marks = OpenMarks()
    tokens = iter(_without_scripts(children))
    for token in tokens:
        kind = token.type
        if kind in ("text", "text_special", TAG):
            spans.append((token.content, marks.now()))
        elif kind == "softbreak":
            spans.append((BREAK if of_vault else " ", marks.now()))
        elif kind == "hardbreak":
            spans.append((BREAK, marks.now()))
        elif kind == "code_inline":
            spans.append((token.content, {**marks.now(), "code": True}))
        elif kind == "image":
            spans.append(_picture(token, marks.now(), resolver, of_vault))
        elif kind == "html_inline":
            _inline_tag(token.content, spans, marks, resolver)
        elif kind == "link_open" and (payload := _file(token, children, resolver)) is not None:
            spans.append((EMBED, {**marks.now(), "embed": payload}))
            next(inner for inner in tokens if inner.type == "link_close")
        elif token.nesting == 1:
            marks.open(token.type.removesuffix("_open"), _marks_of_token(token, resolver))
        elif token.nesting == -1:
            marks.close(token.type.removesuffix("_close"))
    return with_scripts(spans)


def _without_scripts(children: list[Token]) -> list[Token]:
    """The tokens without scripts and styles between words; one that is never closed stays text."""
    kept: list[Token] = []
    opened: list[tuple[str, int]] = []
    for token in children:
        kept.append(token)
        found = _SCRIPT.match(token.content) if token.type == "html_inline" else None
        tag = found[2].lower() if found else ""
        if found and not found[1] and not opened:
            opened.append((tag, len(kept) - 1))
        elif found and found[1] and opened and opened[0][0] == tag:
            del kept[opened.pop()[1] :]
    return kept


def _is_markup_alone(children: list[Token], spans: list[Span]) -> bool:
    """Whether a paragraph shows nothing: tags that name a place, and no line break."""
    tags = all(child.type in ("html_inline", "softbreak") for child in children)
    return tags and bool(children) and not "".join(text for text, _ in spans).strip(" ")


def _file(opening: Token, children: list[Token], resolver: Resolver) -> Marks | None:
    """The embed of the file that a link leads to; None for any other link."""
    start = next(place for place, token in enumerate(children) if token is opening) + 1
    inside = takewhile(lambda token: token.type != "link_close", children[start:])
    words = "".join(
        token.content for token in inside if token.type in ("text", "text_special", "code_inline")
    )
    return resolver.file(str(opening.attrs.get("href", "")), words)


def _marks_of_token(token: Token, resolver: Resolver) -> Marks:
    """What an opening token of Markdown switches on."""
    if token.type == "link_open":
        link = resolver.link(str(token.attrs.get("href", "")))
        return {} if link is None else {"link": link}
    kind = _MARK_TOKENS.get(token.tag)
    return {kind: True} if kind else {}


def _picture(token: Token, marks: Attributes, resolver: Resolver, of_vault: bool) -> Span:
    """An embed, or the words beside it when the picture is refused."""
    words = inline_spans(token.children or [], resolver)
    alt = "".join(text for text, inner in words if "embed" not in inner)
    width = token.attrs.get("width")
    if of_vault and width is None:
        alt, width = sized(alt)
    source = str(token.attrs.get("src", ""))
    payload = resolver.picture(source, alt, str(token.attrs.get("title", "")))
    if payload is not None and payload["type"] == "image" and width is not None:
        payload["width"] = width
    return (alt, marks) if payload is None else (EMBED, {**marks, "embed": payload})


def _inline_tag(source: str, spans: list[Span], marks: OpenMarks, resolver: Resolver) -> None:
    """One tag of HTML between words."""
    parsed = parse_tag(source)
    if parsed is None:
        return
    tag, attributes, closes = parsed
    if tag == "br":
        spans.append((BREAK, marks.now()))
    elif closes:
        marks.close(tag)
    elif (embed := embed_of_tag(tag, attributes, resolver)) is not None:
        spans.append((embed[0], {**marks.now(), **embed[1]}))
        if tag != "img":
            marks.open(tag, {})
    elif tag in PLAYERS and attributes.get("src"):
        spans.append(_played(attributes["src"], marks.now(), resolver))
    elif tag not in ("img", "wbr", "input", "hr"):
        marks.open(tag, marks_of_tag(tag, attributes, resolver))


def _played(address: str, marks: Marks, resolver: Resolver) -> Span:
    """The file that a player between words plays, or a link to what it shows."""
    payload = resolver.file(address, "")
    if payload is not None:
        return EMBED, {**marks, "embed": payload}
    link = resolver.link(address)
    return address, marks if link is None else {**marks, "link": link}
