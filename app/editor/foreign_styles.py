"""
What other programs say by `style` attributes, said with tags, before the allow-list takes the styles away.

Word processors say bold in no other way, and Word its lists; editors of code copy lines of coloured spans.
Colours of text and ground are taken from word processors alone, where somebody chose them: on a page of the
web they are how the page looks.
"""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Final, NamedTuple

from app.transfer.foreign_colours import PLAIN_WASH, ink_of, wash_of

_VOID: Final = frozenset({"br", "hr", "img", "input", "wbr", "meta", "link", "col"})
_LEVEL: Final = re.compile(r"mso-list:l\d+level([1-9])")
_COUNTED: Final = re.compile(r"\(?\w{1,6}[.)]")
_PREFORMATTED: Final = re.compile(r"white-space:pre\b")
_MONOSPACED: Final = re.compile(r"font-family:[^;]*(?:mono|consolas|courier|menlo)")
_DECLARATION: Final = re.compile(r"(?:^|;)\s*([\w-]+)\s*:\s*([^;]*)")
_WORD_PROCESSOR: Final = re.compile(
    r"urn:schemas-microsoft-com:office|[\s\"';]mso-|class=[\"']?(?:Mso|TextRun)|docs-internal-guid"
    r"|content=[\"']?(?:LibreOffice|OpenOffice|Microsoft)",
    re.IGNORECASE,
)
_COLOURED: Final = frozenset(
    {"span", "font", "b", "strong", "i", "em", "u", "s", "strike", "del", "sub", "sup", "mark"}
)
_GROUNDS: Final = ("mso-highlight", "background-color", "background")


def styles_as_tags(text: str, around: str = "") -> str:
    """
    Say with tags what styles say: bold, italic, underline, strike, colours and highlights of word processors,
    lists of Word, boxes of tasks of Google Docs, code as editors copy it.

    Args:
        text: A fragment of HTML.
        around: All that was copied, where it says more: who wrote it.
    """
    if not any(sign in text for sign in ("style", "aria-checked", "<font", "<FONT")):
        return text
    rewriter = _Rewriter(_WORD_PROCESSOR.search(around or text) is not None)
    rewriter.feed(text)
    rewriter.close()
    return "".join(rewriter.parts)


class _Colours(NamedTuple):
    """Those that text has at a place: names of marks, "" for what text and paper have anyway."""

    ink: str
    wash: str
    takes_ink: bool
    takes_wash: bool

    def within(self, tag: str, given: dict[str, str]) -> _Colours:
        """Those inside of a tag."""
        if tag == "a":
            return self._replace(ink="", takes_ink=False)
        if tag in ("pre", "code"):
            return _Colours("", "", False, False)
        if tag not in _COLOURED or "data-marks" in given:
            return self
        said = {name.lower(): value for name, value in _DECLARATION.findall(given.get("style", ""))}
        ink = said.get("color", given.get("color"))
        wash = next((said[name] for name in _GROUNDS if name in said), None)
        return self._replace(
            ink=self.ink if ink is None or not self.takes_ink else ink_of(ink) or "",
            wash=self.wash if wash is None or not self.takes_wash else wash_of(wash) or "",
        )

    def tags(self) -> list[str]:
        """The tags that text in these colours stands in."""
        found = [_marking("span", "colour", self.ink)] if self.ink else []
        if self.wash:
            is_plain = self.wash == PLAIN_WASH
            found.append("mark" if is_plain else _marking("mark", "highlight", self.wash))
        return found


_NO_COLOURS: Final = _Colours("", "", True, True)


class _Open:
    """A tag that is open: as it was read, as it is written ("" not at all), and what was put inside it."""

    def __init__(self, tag: str, written: str, inner: list[str], ends: str = "") -> None:
        self.tag = tag
        self.written = written
        self.inner = inner
        self.ends = ends
        """What it is besides: "code", "item", "marker" of an item, "nothing", a "line" of code."""
        self.colours = _NO_COLOURS


class _Rewriter(HTMLParser):
    """Writes HTML out as it reads it, with tags for styles."""

    def __init__(self, is_word_processor: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self._open: list[_Open] = []
        self._has_colours = is_word_processor
        self._item = 0  # where the paragraph that is an item of Word's was begun
        self._level = 0
        self._marker = ""

    def _inside(self, *ends: str) -> bool:
        return any(opened.ends in ends for opened in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag, and behind it those its style stands for."""
        given = {name: value or "" for name, value in attrs}
        style = given.get("style", "").lower().replace(" ", "")
        if self._inside("code"):
            self._begin_in_code(tag)
            return
        special = self._special(tag, style, given)
        if special is not None:
            self._enter(special, given)
            return
        if given.get("aria-roledescription") == "checkbox":
            return  # the picture of a box; the item says that it is one
        inner = [] if tag in _VOID else self._tags_of(style)
        is_plain = (
            tag in ("b", "strong") and re.search(r"font-weight:(?:normal|[1-5]00)\b", style) is not None
        )
        written = "span" if is_plain else tag  # word processors wrap all they copy in a <b> that is none
        kept = "".join(
            f' {name}="{html.escape(value, quote=True)}"' for name, value in given.items() if name != "style"
        )
        self.parts.append(f"<{written}{kept}>")
        if tag == "li" and given.get("role") == "checkbox":
            checked = " checked" if given.get("aria-checked") == "true" else ""
            self.parts.append(f'<input type="checkbox"{checked}>')
        if tag not in _VOID:
            self._enter(_Open(tag, written, inner), given)
            self.parts.extend(f"<{name}>" for name in inner)

    def _special(self, tag: str, style: str, given: dict[str, str]) -> _Open | None:
        """A tag that becomes another: code; an item of Word's lists, its marker, the ends of paragraphs."""
        if tag in ("div", "pre") and _PREFORMATTED.search(style) and _MONOSPACED.search(style):
            self.parts.append("<pre>")
            return _Open(tag, "pre", [], "code")
        level = _LEVEL.search(style)
        if tag == "p" and level:
            self._item, self._level, self._marker = len(self.parts), int(level[1]) - 1, ""
            self.parts.append("")
            return _Open(tag, "p", [], "item")
        if tag == "span" and "mso-list:ignore" in style:
            return _Open(tag, "", [], "marker")
        return _Open(tag, "", [], "nothing") if tag == "o:p" else None

    def _begin_in_code(self, tag: str) -> None:
        if tag == "br":
            self.parts.append("\n")
        elif tag not in _VOID:
            self._enter(_Open(tag, "", [], "line" if tag in ("div", "p") else ""), {})

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost such tag and all that was left open inside it."""
        if not any(opened.tag == tag for opened in self._open):
            return
        while self._open:
            opened = self._open.pop()
            self.parts.extend(f"</{name}>" for name in reversed(opened.inner))
            if opened.ends == "line":
                self.parts.append("\n")
            elif opened.ends == "item":
                kind = "numbered" if _COUNTED.match(self._marker.strip()) else "bullet"
                attributes = json.dumps({"kind": kind, "level": self._level})
                self.parts[self._item] = f'<p data-block="{html.escape(attributes, quote=True)}">'
            if opened.written:
                self.parts.append(f"</{opened.written}>")
            if opened.tag == tag:
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag that closes itself opens nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Text goes through, but for markers, which are counted or drawn here."""
        if self._inside("marker"):
            self._marker += data
        elif not self._inside("nothing"):
            if self._inside("item"):  # the blanks of an exact paragraph count, and Word breaks its lines
                data = re.sub(r"\s+", " ", data)
            if self.cdata_elem:
                self.parts.append(data)
            else:
                self._write(html.escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        """So do entities."""
        if not self._inside("marker", "nothing"):
            self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """And characters by number."""
        if not self._inside("marker", "nothing"):
            self._write(f"&#{name};")

    def _tags_of(self, style: str) -> list[str]:
        """The tags that a style's declarations stand for."""
        tags: list[str] = []
        if re.search(r"font-weight:(?:bold|bolder|[6-9]00)\b", style):
            tags.append("b")
        if re.search(r"font-style:(?:italic|oblique)\b", style):
            tags.append("i")
        lines = re.search(r"text-decoration(?:-line)?:([^;]*)", style)
        in_link = any(opened.tag == "a" for opened in self._open)  # every link has its line here
        if lines and "underline" in lines.group(1) and not in_link:
            tags.append("u")
        if lines and "line-through" in lines.group(1):
            tags.append("s")
        return tags

    def _enter(self, opened: _Open, given: dict[str, str]) -> None:
        """Have a tag open; text in it has the colours of what is around it, or its own."""
        before = self._open[-1].colours if self._open else _NO_COLOURS
        opened.colours = before.within(opened.tag, given) if self._has_colours else before
        self._open.append(opened)

    def _write(self, text: str) -> None:
        """Write text, in its colours."""
        tags = self._open[-1].colours.tags() if self._open and text else []
        self.parts.extend(f"<{tag}>" for tag in tags)
        self.parts.append(text)
        self.parts.extend(f"</{tag.partition(' ')[0]}>" for tag in reversed(tags))


def _marking(tag: str, kind: str, value: str) -> str:
    """A tag that sets a mark to a value."""
    return f'{tag} data-marks="{html.escape(json.dumps({kind: value}), quote=True)}"'
