"""
HTML out: whole pages for `export --format html`, and single blocks that Markdown cannot say.

Everything of a note is escaped here; links pass the allow-list. A page is one file that a browser shows
without any other, pictures excepted. What no tag of HTML says of a block stands in its `data-block`.

Invariant: `read_html(write_fragment(blocks)) == tidy(blocks)`; the tests hold it over random notes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from app.transfer.blocks import (
    BREAK,
    LISTS,
    Attributes,
    Block,
    Marks,
    Span,
    code_length,
    encode_value,
    is_embed,
    is_plain_picture,
    tidy,
)
from app.transfer.front_matter import FrontMatter
from app.transfer.inline_html import WIDTH, closing_tag, embed_tag, opening_tag, quoted, width_words
from app.transfer.mark_nesting import Turn, nested
from app.transfer.page_head import write_header, write_metas

_SAID = frozenset({"", "heading", "quote", *LISTS})
_NAME = re.compile(r"\S+")
_LOST = re.compile(r"^ |[\t\r\f]| $|  |\u2028(?: |$)")
"""Blanks that readers of HTML take for fewer, or for none."""
_STYLE = (
    "body{max-width:46em;margin:3em auto;padding:0 1em;font:16px/1.6 system-ui,sans-serif}"
    "p,li,blockquote,h1,h2,h3,h4,h5,h6{white-space:pre-wrap}pre{overflow:auto;padding:.8em;background:#8881}"
    "blockquote{margin-left:0;padding-left:1em;border-left:3px solid #8886}img{max-width:100%}"
    "[data-block]>input{margin-right:.4em}"
    ".tags{color:#666;font-size:.85em}.tags>span{margin-right:.8em}.check{list-style:none;margin-left:-1.4em}"
)


def exact_block(spans: list[Span], attributes: Attributes) -> str:
    """One block on one line, with its attributes word for word; `read_html` gives the same block back."""
    return f"<p data-block={quoted(encode_value(attributes))}>{inline_html(spans)}</p>"


def write_html(
    matter: FrontMatter, blocks: list[Block], note: str, name: str, places: Iterable[str] = ()
) -> str:
    """
    A page for one note.

    Args:
        matter: What it says of itself: shown above the body, and in the page's head.
        blocks: Any blocks; they are tidied first.
        note: Its id.
        name: For the title of a browser's window, where the note has no title of its own.
        places: What links call its headings, in order.
    """
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f"<title>{_text(matter.title or name)}</title>\n{write_metas(matter, note)}"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{write_header(matter)}{write_fragment(blocks, places)}</body>\n</html>\n"
    )


def write_fragment(blocks: list[Block], places: Iterable[str] = ()) -> str:
    """Blocks as HTML, for a page or the clipboard; `places` as in `write_html`."""
    lines: list[str] = []
    names = iter(places)
    open_lists: list[str] = []
    counts: dict[int, int] = {}
    blocks = tidy(blocks)
    index = 0
    while index < len(blocks):
        spans, attributes = blocks[index]
        kind = attributes.get("kind")
        number = _count(counts, attributes)
        if kind in LISTS:
            _turn_lists(lines, open_lists, "ol" if kind == "numbered" else "ul", _level(attributes) + 1)
            lines.append(_item(spans, attributes, number))
        else:
            _turn_lists(lines, open_lists, "", 0)
            if kind == "code":
                count = code_length(blocks, index)
                lines.append(_code(blocks[index : index + count], attributes))
                index += count - 1
            else:
                lines.append(_block(spans, attributes, names))
        index += 1
    _turn_lists(lines, open_lists, "", 0)
    return "".join(line + "\n" for line in lines)


def _level(attributes: Attributes) -> int:
    """The depth of a block's indentation, within what HTML readers bear."""
    level = attributes.get("level", 0)
    return min(max(level, 0), 64) if isinstance(level, int) else 0


def _turn_lists(lines: list[str], open_lists: list[str], tag: str, depth: int) -> None:
    """Close and open lists until `depth` of them are open and the innermost is a `tag`."""
    while len(open_lists) > depth or (open_lists and len(open_lists) == depth and open_lists[-1] != tag):
        lines.append(f"</{open_lists.pop()}>")
    while len(open_lists) < depth:
        open_lists.append(tag)
        lines.append(f"<{tag}>")


def _count(counts: dict[int, int], attributes: Attributes) -> int:
    """
    Count a block; for a numbered item its number.

    Args:
        counts: {level: the number of the last item that the next one there goes on from}.
        attributes: The block's. What is indented below an item does not end its list.
    """
    kind = attributes.get("kind", "")
    level = _level(attributes) if kind in LISTS or kind in ("", "code") else 0
    for ended in [known for known in counts if known > level or (known == level and kind != "numbered")]:
        del counts[ended]
    if kind != "numbered":
        return 0
    counts[level] = attributes.get("start", counts.get(level, 0) + 1)
    return counts[level]


def _item(spans: list[Span], attributes: Attributes, number: int) -> str:
    """One item of a list. Its number is said, as a browser begins again behind what stands between."""
    exact = _exact(spans, attributes)
    if attributes["kind"] != "check":
        value = f' value="{number}"' if number > 1 else ""
        return f"<li{value}{exact}>{inline_html(spans)}</li>"
    checked = " checked" if attributes["checked"] else ""
    blank = "" if exact else " "
    return (
        f'<li class="check"{exact}><input type="checkbox" disabled{checked}>{blank}{inline_html(spans)}</li>'
    )


def _block(spans: list[Span], attributes: Attributes, names: Iterator[str]) -> str:
    """A heading with the next name, a quote, a line across the page or a paragraph."""
    kind = attributes.get("kind")
    exact = _exact(spans, attributes)
    if kind == "heading":
        tag = f"h{min(max(_level(attributes), 1), 6)}"
        name = next(names, "")
        place = f" id={quoted(name)}" if name else ""
        return f"<{tag}{place}{exact}>{inline_html(spans)}</{tag}>"
    if kind == "quote":
        depth = _level(attributes) + 1
        inside = f"<p{exact}>{inline_html(spans)}</p>" if exact else inline_html(spans)
        return "<blockquote>" * depth + inside + "</blockquote>" * depth
    if not exact and len(spans) == 1 and spans[0][1] == {"embed": {"type": "divider"}}:
        return "<hr>"
    return f"<p{exact}>{inline_html(spans) or ('' if exact else '<br>')}</p>"


def _code(blocks: list[Block], attributes: Attributes) -> str:
    """Lines of code."""
    language = attributes.get("language", "")
    lines = [inline_html(spans).replace("<br>", BREAK) for spans, _ in blocks]
    text = "\n".join(lines) + ("" if lines[-1] else "\n")
    marked = any("code" in marks for spans, _ in blocks for _, marks in spans)
    is_name = isinstance(language, str) and _NAME.fullmatch(language or "x")
    if marked or not is_name or not attributes.keys() <= {"kind", "language"}:
        return f"<pre data-block={quoted(encode_value(attributes))}>\n{text}</pre>"
    name = f" class={quoted(f'language-{language}')}" if language else ""
    return f"<pre><code{name}>{text}</code></pre>"


def _exact(spans: list[Span], attributes: Attributes) -> str:
    """The attribute that says a block's attributes, and that its blanks count; "" where its tag says them."""
    kind = attributes.get("kind", "")
    level = attributes.get("level", 0)
    plain: Attributes = {"kind": kind} if kind else {}
    if kind in LISTS or kind == "heading" or (kind == "quote" and level):
        plain["level"] = level
    if kind == "check":
        plain["checked"] = attributes.get("checked")
    is_said = attributes == plain and kind in _SAID and type(level) is int and 0 <= level <= 64
    is_there = bool(spans) or kind not in ("heading", "quote")
    text = "".join(text for text, _ in spans)
    if is_said and is_there and not _LOST.search(text) and (kind != "heading" or 1 <= level <= 6):
        return ""
    return f" data-block={quoted(encode_value(attributes))}"


def inline_html(spans: list[Span]) -> str:
    """The inside of a block as HTML."""
    written: list[str] = []
    for part in nested(spans):
        if isinstance(part, Turn):
            tag = opening_tag if part.turn == "open" else closing_tag
            written.append(tag(part.kind, part.value))
        elif is_embed(part):
            written.append(_embed(part[1]))
        else:
            written.append(_text(part[0]).replace(BREAK, "<br>"))
    return "".join(written)


def _text(text: str) -> str:
    """Text with what HTML would take as markup escaped."""
    return html.escape(text, quote=False).replace("\r", "&#13;")


def _embed(marks: Marks) -> str:
    """A picture as a picture, a linked note by its title, anything else as a tag of ours."""
    payload = marks["embed"]
    if not is_plain_picture(payload):
        return embed_tag(payload)
    title = f" title={quoted(payload['name'])}" if "name" in payload else ""
    wide = width_words(marks.get(WIDTH))
    return f"<img src={quoted(payload['src'])} alt={quoted(payload['alt'])}{title}{wide}>"
