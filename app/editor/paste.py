"""
What comes from the clipboard or a drop, and what goes there.

Ours travels three times: exactly, under our own type; as HTML; as plain text. Foreign HTML passes the
allow-list of `app.transfer.html_reader` before anything is made of it; what it says by `style` attributes
alone is turned into tags first (`foreign_styles`). No widget sees raw HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QByteArray, QMimeData

from app.editor.foreign_styles import styles_as_tags
from app.transfer.addresses import PlainResolver, scheme_of
from app.transfer.blocks import Block, Marks, decode_value, encode_value, reading_text
from app.transfer.html_reader import read_html
from app.transfer.html_writer import write_fragment

BLOCKS_TYPE: Final = "application/x-commonplace-blocks"
_SIZE_MAX: Final = (
    8_000_000  # code points of HTML or text taken; more is a mistake, and would block the window
)
_HEAD_MAX: Final = 50_000
"""Code points in which a program says who it is."""
_NEWLINES: Final = re.compile("\r\n|[\r\n\u2029\x0b\x0c\x1c-\x1e\x85]")
_FORBIDDEN: Final = re.compile("[\x00\ufdd0\ufdd1\ud800-\udfff]")
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
    return _clean(read_html(styles_as_tags(fragment, text[:_HEAD_MAX] + fragment[:_HEAD_MAX]), _Resolver()))


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
