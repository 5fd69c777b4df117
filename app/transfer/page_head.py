"""
The head of a page of HTML: what a note says of itself, for a browser's window, and to be read back exactly.

Shown are icon, title and tags with their colours, inside one `<header>`; the rest is in `<meta>`. A page that
has our metas is ours: its header says nothing that they do not say. Not here: the body (`html_writer`).
"""

from __future__ import annotations

import html
from html.parser import HTMLParser
from typing import Final

from app.colour_names import on_paper
from app.transfer.front_matter import TAGS_MAX, FrontMatter, iso_time, time_of
from app.transfer.inline_html import quoted

LENGTH_MAX: Final = 65_536
"""Code points of a head that are looked at."""

_PREFIX: Final = "commonplace:"
_END_OF_HEAD: Final = "</head>"
_END_OF_HEADER: Final = "</header>"


def write_metas(matter: FrontMatter, note: str) -> str:
    """The lines of `<head>` that say what a note says of itself; `note` is its id."""
    lines = ['<meta name="generator" content="Commonplace">']
    if matter.tags:  # for programs that know pages and not us
        lines.append(f'<meta name="keywords" content={quoted(", ".join(matter.tags))}>')
    lines.append(_meta("note", note))
    lines.append(_meta("title", matter.title))
    if matter.icon:
        lines.append(_meta("icon", matter.icon))
    for tag in matter.tags:
        colour = matter.colours.get(tag, "")
        lines.append(_meta("tag", tag, f" data-colour={quoted(colour)}" if colour else ""))
    lines.append(_meta("created", iso_time(matter.created_ms or 0)))
    lines += [_meta(name, "true") for name in ("pinned", "archived") if getattr(matter, name)]
    return "".join(line + "\n" for line in lines)


def _meta(name: str, value: str, more: str = "") -> str:
    return f'<meta name="{_PREFIX}{name}" content={quoted(value)}{more}>'


def write_header(matter: FrontMatter) -> str:
    """The lines at the top of `<body>`: icon, title, tags; "" when there is nothing to show."""
    title = html.escape(matter.title, quote=False).replace("\r", "&#13;")
    icon = f'<span class="icon">{html.escape(matter.icon, quote=False)}</span>' if matter.icon else ""
    lines = []
    if title or icon:
        lines.append(f"<h1>{' '.join(part for part in (icon, title) if part)}</h1>")
    if matter.tags:
        shown = " ".join(_tag(tag, matter.colours.get(tag, "")) for tag in matter.tags)
        lines.append(f'<p class="tags">{shown}</p>')
    return "".join(line + "\n" for line in ("<header>", *lines, _END_OF_HEADER)) if lines else ""


def _tag(tag: str, colour: str) -> str:
    return f'<span><span style="color:{on_paper(colour)}">●</span> {html.escape(tag, quote=False)}</span>'


def split_page(text: str) -> tuple[FrontMatter | None, str]:
    """
    Part a page of ours into what it says of itself and what is below its header.

    Args:
        text: Any text; looked at is at most LENGTH_MAX of it.

    Returns:
        None and the whole text when we did not write it.
    """
    end = text.find(_END_OF_HEAD, 0, LENGTH_MAX)
    head = text[:end] if end >= 0 else ""
    if _PREFIX + "note" not in head:
        return None, text
    metas = _Metas()
    metas.feed(head)
    metas.close()
    if not metas.matter.ours:
        return None, text
    del metas.matter.tags[TAGS_MAX:]
    body = text[end + len(_END_OF_HEAD) :]
    header = body.find(_END_OF_HEADER) if body.lstrip().startswith("<body>\n<header>") else -1
    return metas.matter, body if header < 0 else body[header + len(_END_OF_HEADER) :]


class _Metas(HTMLParser):
    """Reads our metas, each of which may be anything."""

    def __init__(self) -> None:
        super().__init__()
        self.matter = FrontMatter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a meta says."""
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag != "meta" or not name.startswith(_PREFIX):
            return
        value, matter = given.get("content", ""), self.matter
        if name == _PREFIX + "note":
            matter.ours = True
        elif name == _PREFIX + "title":
            matter.title = value
        elif name == _PREFIX + "icon":
            matter.icon = value
        elif name == _PREFIX + "created":
            matter.created_ms = time_of(value)
        elif name in (_PREFIX + "pinned", _PREFIX + "archived"):
            setattr(matter, name.removeprefix(_PREFIX), value == "true")
        elif name == _PREFIX + "tag" and value and value not in matter.tags:
            matter.tags.append(value)
            if given.get("data-colour"):
                matter.colours[value] = given["data-colour"]
