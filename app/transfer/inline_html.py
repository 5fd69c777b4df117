"""
Marks and embeds as inline HTML, and back: the one table that both readers and both writers use.

Plain marks have plain tags that every browser and Markdown program shows (`<u>`, `<mark>`). What HTML has no
tag for (a comment, a colour's exact value, an unknown kind) stands in `data-marks` on the tag that shows it
best; `data-embed` holds an embed. An attribute of ours says everything, so that reading back is exact.
"""

from __future__ import annotations

import html
import re
from itertools import groupby
from typing import Any

from app.transfer.addresses import ATTACHMENT_SCHEME, Resolver, is_allowed
from app.transfer.blocks import EMBED, Marks, Span, decode_value, encode_value
from app.transfer.foreign_colours import PLAIN_WASH, ink_of, wash_of

MARK_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strike": "s",
    "code": "code",
    "highlight": "mark",
}
"""Kinds whose value True is said by a tag alone."""

READ_TAGS = {
    **{tag: kind for kind, tag in MARK_TAGS.items()},
    "strong": "bold",
    "em": "italic",
    "cite": "italic",
    "ins": "underline",
    "strike": "strike",
    "del": "strike",
    "kbd": "code",
    "samp": "code",
    "tt": "code",
}
"""Every tag that stands for one mark, ours and other people's."""

INLINE_TAGS = frozenset(READ_TAGS) | {"a", "span", "sub", "sup", "small", "big", "font", "br", "img", "wbr"}

PLAYERS = ("iframe", "video", "audio", "source", "embed")
"""Tags that show a page, a film or a sound in a page, and that notes do not have."""

KIND_LENGTH_MAX = 128
"""Code points of a mark's kind that we believe; "comment:" and an id need 30."""

WIDTH = "width"
"""The mark, and the attribute, that says how many pixels wide a picture is shown."""

WIDTH_PX_MAX = 10_000

_WIDTH = re.compile(r"(\d{1,5})(?:px)?")
_COLOUR = re.compile(r"[A-Za-z]{1,32}|#[0-9A-Fa-f]{3,8}")
_ATTRIBUTE = re.compile(r"""\s([A-Za-z_:][\w:.\-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_DECLARATION = re.compile(r"(?:^|;)\s*([\w-]+)\s*:\s*([^;]*)")
_COLOURED = frozenset({"span", "font", "mark"})
_LETTERS = {
    "sub": str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"),
    "sup": str.maketrans(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
    ),
}
"""Low and high letters: no mark says so, but letters of their own do."""
_SCRIPT = "\x00script"
"""Stands among the marks while a block is read, and is no mark."""
_BLANKS = re.compile(r"\s+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9\-]*)")


def quoted(value: str) -> str:
    """A value between double quotes, on one line."""
    escaped = html.escape(value, quote=True).replace("\n", "&#10;").replace("\r", "&#13;")
    return f'"{escaped}"'


def opening_tag(kind: str, value: Any) -> str:
    """The tag that switches a mark on. Unsafe links become a tag that means nothing."""
    if kind == "link" and isinstance(value, str):
        return f"<a href={quoted(value)}>" if is_allowed(value) else "<a>"
    if value is True and kind in MARK_TAGS:
        return f"<{MARK_TAGS[kind]}>"
    exact = f"data-marks={quoted(encode_value({kind: value}))}"
    if kind == "colour" and isinstance(value, str) and _COLOUR.fullmatch(value):
        return f'<span style="color:{value}" {exact}>'
    return f"<{MARK_TAGS.get(kind, 'span')} {exact}>"


def closing_tag(kind: str, value: Any) -> str:
    """The tag that ends what `opening_tag` began."""
    return "</a>" if kind == "link" and isinstance(value, str) else f"</{MARK_TAGS.get(kind, 'span')}>"


def embed_tag(payload: Marks) -> str:
    """An embed that plain Markdown cannot say; a picture among them is one for other programs too."""
    exact = f"data-embed={quoted(encode_value(payload))}"
    source, alt = payload.get("src"), payload.get("alt", "")
    if payload.get("type") == "image" and isinstance(source, str) and source and isinstance(alt, str):
        return f"<img src={quoted(source)} alt={quoted(alt)}{width_words(payload.get(WIDTH))} {exact}>"
    return f"<span {exact}></span>"


def width_words(width: object) -> str:
    """How a tag says the width of a picture; "" for one that is none."""
    return f' width="{width}"' if type(width) is int and 0 < width <= WIDTH_PX_MAX else ""


def marks_of_tag(tag: str, attributes: dict[str, str], resolver: Resolver) -> Marks:
    """
    What an opening tag switches on; {} for a tag that means nothing here.

    Args:
        tag: In lower case.
        attributes: Names in lower case, values unescaped.
        resolver: Asked about the address of a link.
    """
    if "data-marks" in attributes:
        return _believed_marks(attributes["data-marks"], resolver)
    if tag == "a":
        link = resolver.link(attributes["href"]) if attributes.get("href") is not None else None
        return {} if link is None else {"link": link}
    if tag in _LETTERS:
        return {_SCRIPT: _Script(tag)}
    kind = READ_TAGS.get(tag)
    marks: Marks = {kind: True} if kind else {}
    return marks if tag not in _COLOURED else marks | _colours_of(attributes)


def _colours_of(attributes: dict[str, str]) -> Marks:
    """The colours that a tag in Markdown says by its style; those of a page the allow-list has taken away."""
    said: dict[str, str] = dict(_DECLARATION.findall(attributes.get("style", "").lower()))
    ink = ink_of(said.get("color", attributes.get("color", "")))
    wash = wash_of(said.get("background-color", said.get("background", "")))
    marks: Marks = {"colour": ink} if ink is not None else {}
    return marks if wash is None else marks | {"highlight": True if wash == PLAIN_WASH else wash}


class _Script:
    """One `<sub>` or `<sup>`; each is itself alone."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


def with_scripts(spans: list[Span]) -> list[Span]:
    """
    Spans as a block is to have them: what stands low or high is in letters that do.

    Where not all of it has such letters, a sign says what it is, as on a typewriter: "2^(n/2)". What stands
    in brackets, as the number of a note, needs none.
    """
    made: list[Span] = []
    for script, part in groupby(spans, key=lambda span: span[1].get(_SCRIPT)):
        run = [
            (text, {kind: value for kind, value in marks.items() if kind != _SCRIPT}) for text, marks in part
        ]
        made += run if script is None else _in_script(script.tag, run)
    return made


def _in_script(tag: str, run: list[Span]) -> list[Span]:
    letters = _LETTERS[tag]
    bare = [(_BLANKS.sub("", text), marks) for text, marks in run]
    words = "".join(text for text, _ in bare)
    if all(ord(letter) in letters for letter in words):
        return [(text.translate(letters), marks) for text, marks in bare]
    if EMBED in words or words.startswith(("[", "(")) or any("link" in marks for _, marks in run):
        return run
    sign = "^(" if tag == "sup" else "_("
    return [(sign, run[0][1]), *run, (")", run[-1][1])]


def _believed_marks(text: str, resolver: Resolver) -> Marks:
    """Marks from an attribute that anybody may have written: only what a mark can be, links allow-listed."""
    try:
        marks = decode_value(text)
    except ValueError:
        return {}
    if not isinstance(marks, dict):
        return {}
    marks = {kind: value for kind, value in marks.items() if 0 < len(kind) <= KIND_LENGTH_MAX}
    marks.pop("embed", None)
    link = marks.get("link")
    if isinstance(link, str) and resolver.link(link) is None:
        del marks["link"]
    return {kind: value for kind, value in marks.items() if value is not None}


def embed_of_tag(tag: str, attributes: dict[str, str], resolver: Resolver) -> Span | None:
    """The embed that a tag stands for, with its width; a refused picture leaves its words; else None."""
    if "data-embed" in attributes:
        return _believed_embed(attributes["data-embed"], resolver)
    if tag != "img":
        return None
    alt = attributes.get("alt", "")
    source = attributes.get("src", "")
    payload = resolver.picture(source, alt, attributes.get("title", "")) if source else None
    if payload is None:
        return alt, {}
    width = _WIDTH.fullmatch(attributes.get("width", ""))
    wide = {WIDTH: int(width[1])} if width is not None and 0 < int(width[1]) <= WIDTH_PX_MAX else {}
    return EMBED, {"embed": payload, **wide}


def _believed_embed(text: str, resolver: Resolver) -> Span | None:
    """An embed from an attribute. A picture in it gets no further than one written as a picture would."""
    try:
        payload = decode_value(text)
    except ValueError:
        return None
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        return None
    source = payload.get("src")
    if isinstance(source, str) and not source.startswith(ATTACHMENT_SCHEME):
        known = resolver.picture(source, str(payload.get("alt") or ""), str(payload.get("name") or ""))
        if known is None:
            return None
        payload = {**payload, **known, "type": payload["type"]}
    return (EMBED, {"embed": payload})


def parse_tag(source: str) -> tuple[str, dict[str, str], bool] | None:
    """
    Name, attributes and whether it closes, of one tag as it stands in Markdown; None for a comment.

    Args:
        source: Exactly one tag, "<b>" or "</span>".
    """
    found = _TAG.match(source)
    if found is None:
        return None
    attributes = {
        match[1].lower(): html.unescape(
            next((value for value in match.groups()[1:] if value is not None), "")
        )
        for match in _ATTRIBUTE.finditer(source, found.end())
    }
    return found[2].lower(), attributes, bool(found[1])


class OpenMarks:
    """
    The marks switched on by tags at this place, when tags may cross and be left open.

    Closing a tag closes everything opened after it, as in HTML; a tag that was never opened is ignored.
    Cost: amortised O(1) a tag, so that 20,000 open tags stay cheap.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, Marks]] = []
        self._counts: dict[str, int] = {}
        self._values: dict[str, list[Any]] = {}

    def open(self, tag: str, marks: Marks) -> None:
        """Switch marks on until the tag closes."""
        self._open.append((tag, marks))
        self._counts[tag] = self._counts.get(tag, 0) + 1
        for kind, value in marks.items():
            self._values.setdefault(kind, []).append(value)

    def close(self, tag: str) -> None:
        """End the innermost open tag of this name, and what was opened inside it."""
        while self._counts.get(tag):
            name, marks = self._open.pop()
            self._counts[name] -= 1
            for kind in marks:
                self._values[kind].pop()
            if name == tag:
                return

    def now(self) -> Marks:
        """The marks that text here takes; the innermost tag decides."""
        return {kind: values[-1] for kind, values in self._values.items() if values}
