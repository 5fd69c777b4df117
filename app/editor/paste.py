"""
What comes from the clipboard or a drop, and what goes there.

Ours travels three times: exactly, under our own type; as HTML; as plain text. Foreign HTML passes the
allow-list of `app.transfer.html_reader` before anything is made of it; what its `style` attributes say of
weight, slant and lines is turned into tags first, since word processors say bold in no other way. No widget
sees raw HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any, Final

from PySide6.QtCore import QByteArray, QMimeData

from app.transfer.addresses import PlainResolver, scheme_of
from app.transfer.blocks import Block, Marks, decode_value, encode_value, reading_text
from app.transfer.html_reader import read_html
from app.transfer.html_writer import write_fragment

BLOCKS_TYPE: Final = "application/x-commonplace-blocks"
_SIZE_MAX: Final = (
    8_000_000  # code points of HTML or text taken; more is a mistake, and would block the window
)
_NEWLINES: Final = re.compile("\r\n|[\r\n\u2029\x0b\x0c\x1c-\x1e\x85]")
_FORBIDDEN: Final = re.compile("[\x00\ufdd0\ufdd1\ud800-\udfff]")
_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr", "meta", "link", "col"})
_MARKDOWN: Final = re.compile(
    r"^(?:#{1,6} \S|```|[-*+] \[[ xX]\] |[-*+] \S|\d+\. \S|> \S|\|.*\|$)"
    r"|\[[^\]\n]+\]\(\S+\)|\*\*\S[^*\n]*\*\*",
    re.M,
)


class _Resolver(PlainResolver):
    """A clipboard has no folder: relative addresses name nothing, and a picture is ours or on the web."""

    def link(self, address: str) -> str | None:
        """The address, if it is absolute and allowed."""
        return super().link(address) if scheme_of(address) or address.startswith("#") else None

    def picture(self, address: str, alt: str, name: str) -> Marks | None:
        """The embed; one on the web is shown by its words and never fetched."""
        return super().picture(address, alt, name) if scheme_of(address) else None


def looks_like_markdown(text: str) -> bool:
    """Whether plain text is probably Markdown: at least two of its signs, or a fence."""
    return len(_MARKDOWN.findall(text[:20_000])) >= 2


def blocks_of_markdown(text: str) -> list[Block]:
    """Read Markdown from the clipboard. The reader is loaded when it is first needed: it takes 0.1 s."""
    from app.transfer.markdown_reader import read_markdown

    return _clean(read_markdown(_FORBIDDEN.sub("", text[:_SIZE_MAX]), _Resolver()))


def plain_lines(text: str) -> list[str]:
    """Cut plain text into blocks; what no note can hold is left out."""
    return _FORBIDDEN.sub("", _NEWLINES.sub("\n", text[:_SIZE_MAX])).split("\n")


def blocks_of_html(text: str) -> list[Block]:
    """
    Read HTML from the clipboard.

    Returns:
        Blocks of what the allow-list leaves; at least one.
    """
    fragment = text[:_SIZE_MAX]
    begin, end = fragment.find("<!--StartFragment-->"), fragment.rfind("<!--EndFragment-->")
    if 0 <= begin < end:
        fragment = fragment[begin + len("<!--StartFragment-->") : end]
    return _clean(read_html(styles_as_tags(fragment), _Resolver()))


def blocks_of_ours(mime: QMimeData) -> list[Block] | None:
    """Read what another note of ours put there; None if there is none, or it is not what it says."""
    if not mime.hasFormat(BLOCKS_TYPE):
        return None
    try:
        found = decode_value(bytes(mime.data(BLOCKS_TYPE).data()).decode("utf-8"))
        return _clean([(_spans(spans), _values(attributes)) for spans, attributes in found])
    except (ValueError, TypeError):
        return None


def _values(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise TypeError("no set of values")
    return found


def _spans(found: Any) -> list[tuple[str, dict[str, Any]]]:
    spans = [(text, _values(marks)) for text, marks in found]
    if not all(isinstance(text, str) for text, _ in spans):
        raise TypeError("no text")
    return spans


def _clean(blocks: Sequence[Block]) -> list[Block]:
    """Take out what no note can hold, and comments: a copy of a text is not what was commented on."""
    made: list[Block] = []
    for spans, attributes in blocks:
        kept = [
            (
                _FORBIDDEN.sub("", text.replace("\n", "\u2028")),
                {kind: value for kind, value in marks.items() if not kind.startswith("comment:")},
            )
            for text, marks in spans
        ]
        made.append(([(text, marks) for text, marks in kept if text], dict(attributes)))
    return made or [([], {})]


def mime_of(blocks: Sequence[Block]) -> QMimeData:
    """Put blocks into a new mime object, exactly, as HTML and as text."""
    mime = QMimeData()
    listed = [(list(spans), attributes) for spans, attributes in blocks]
    mime.setText(reading_text(listed).replace("\u2028", "\n"))
    mime.setHtml(write_fragment(listed))
    exact = encode_value([[[list(span) for span in spans], attributes] for spans, attributes in listed])
    mime.setData(BLOCKS_TYPE, QByteArray(exact.encode("utf-8")))
    return mime


def styles_as_tags(text: str) -> str:
    """Say with tags what `style` attributes say of bold, italic, underline and strike."""
    if "style" not in text:
        return text
    rewriter = _Rewriter()
    rewriter.feed(text)
    rewriter.close()
    return "".join(rewriter.parts)


class _Rewriter(HTMLParser):
    """Writes HTML out as it reads it, with tags for styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._open: list[tuple[str, str, list[str]]] = []  # tag as read, as written, and those put inside it

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag, and behind it those its style stands for."""
        style = next((value or "" for name, value in attrs if name == "style"), "").lower().replace(" ", "")
        inner = _tags_of(style)
        is_plain = (
            tag in ("b", "strong") and re.search(r"font-weight:(?:normal|[1-5]00)\b", style) is not None
        )
        written = "span" if is_plain else tag  # word processors wrap all they copy in a <b> that is none
        kept = "".join(
            f' {name}="{html.escape(value or "", quote=True)}"' for name, value in attrs if name != "style"
        )
        self.parts.append(f"<{written}{kept}>")
        if tag not in _VOID:
            self._open.append((tag, written, inner))
            self.parts.extend(f"<{name}>" for name in inner)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost such tag and all that was left open inside it."""
        if not any(opened == tag for opened, _, _ in self._open):
            return
        while self._open:
            opened, written, inner = self._open.pop()
            self.parts.extend(f"</{name}>" for name in reversed(inner))
            self.parts.append(f"</{written}>")
            if opened == tag:
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself opens nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Text goes through."""
        self.parts.append(data if self.cdata_elem else html.escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        """So do entities."""
        self.parts.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """And characters by number."""
        self.parts.append(f"&#{name};")


def _tags_of(style: str) -> list[str]:
    """The tags that a style's declarations stand for."""
    tags: list[str] = []
    if re.search(r"font-weight:(?:bold|bolder|[6-9]00)\b", style):
        tags.append("b")
    if re.search(r"font-style:(?:italic|oblique)\b", style):
        tags.append("i")
    lines = re.search(r"text-decoration(?:-line)?:([^;]*)", style)
    if lines and "underline" in lines.group(1):
        tags.append("u")
    if lines and "line-through" in lines.group(1):
        tags.append("s")
    return tags
