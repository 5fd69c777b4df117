"""
The inside of a paragraph as Markdown.

Everything that Markdown would take as markup is escaped, and only that: text stays readable. A mark is
written with delimiters (`**`) where CommonMark's flanking rules let them open and close just there, else with
a tag (`<b>`): before a blank, or between a letter and punctuation. Delimiters of the same letter are never
neighbours, so that no run can be cut in a way that was not meant.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.note_address import LinkTarget
from app.transfer.addresses import is_allowed
from app.transfer.blocks import BREAK, Marks, Span, is_embed, is_plain_picture
from app.transfer.inline_html import closing_tag, embed_tag, opening_tag
from app.transfer.mark_nesting import Turn, nested, same_value
from app.transfer.wiki_links import Named, embed_by_name, link_by_name

_DELIMITERS = {"bold": "**", "italic": "*", "strike": "~~", "highlight": "=="}
_ALWAYS = r"[\\`*]"
_SOMETIMES = (
    r"|<(?=[A-Za-z/!?]|$)"
    r"|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])"  # inside a word an underscore is a letter
    r"|~(?=~|$)|(?<=~)~|^~"
    r"|=(?==|$)|(?<==)=|^="
    r"|&(?=[#A-Za-z]|$)"
    r"|!$"
    r"|\[(?=\[)"  # a link by name, as other programs write it
)
_ESCAPED = re.compile(_ALWAYS + r"|^\[|\](?=\(|$)" + _SOMETIMES)  # brackets mean something only before "("
_ESCAPED_IN_LINK = re.compile(_ALWAYS + r"|[\[\]]" + _SOMETIMES)
# Headings, quotes, lists, lines across the page.
_LINE_STARTS = re.compile(r"#{1,6}(?=[ \t]|$)|>|[-+](?=[ \t]|$)|-(?=[- \t]*$)|\d{1,9}(?=[.)](?:[ \t]|$))")
_UNDERLINES = re.compile(r"[-=:|](?=[-=:| \t]*$)")  # what makes the line above a heading or a table
_CLOSING_ROW = re.compile(r"(?:^|[ \t])#+$")
_AUTOLINK = re.compile(r"(?:https?|mailto|note):[^<>\s\x00-\x20\x7f]*", re.ASCII)
_PLAIN_ADDRESS = re.compile(r"(?:[^\s\x00-\x20\x7f<>()\\&]|&(?![#A-Za-z][0-9A-Za-z]*;))+")
_FENCE = re.compile(r"`+")
FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,100}\]:")
"""How the text of a footnote begins."""
_WHITESPACE_SPECIAL = {"\t", "\n", "\x0b", "\x0c", "\r"}


@dataclass(slots=True)
class _Piece:
    """Something written: text, or (with `kind`) one end of a mark, whose other end is at `partner`."""

    text: str
    kind: str = ""
    value: Any = None
    opens: bool = False
    partner: int = -1


def write_inline(spans: list[Span], named: Named = MappingProxyType({}), *, single_line: bool = False) -> str:
    """
    Spans as Markdown.

    Args:
        spans: Tidied spans of one block.
        named: Addresses that are written as links by name.
        single_line: True for headings, where a line break has to be `<br>`.

    Returns:
        Lines for one paragraph; "" for no spans. Reading them gives the spans again.
    """
    pieces = _pieces(spans, named, single_line)
    _choose_delimiters(pieces)
    return "".join(piece.text for piece in pieces)


def _pieces(spans: list[Span], named: Named, single_line: bool) -> list[_Piece]:
    """The texts and the ends of marks in order, the latter as tags for now."""
    pieces: list[_Piece] = []
    opened: list[int] = []
    bare = [_without_written_marks(index, spans, named) for index in range(len(spans))]
    numbers = iter(range(len(spans)))
    for part in nested(bare):
        if isinstance(part, Turn):
            _add_turn(pieces, opened, part)
        else:
            index = next(numbers)
            _add_content(pieces, spans, index, named, single_line)
    return pieces


def _add_turn(pieces: list[_Piece], opened: list[int], turn: Turn) -> None:
    """Begin or end a mark."""
    if turn.turn == "open":
        opened.append(len(pieces))
        text = "[" if _is_link(turn.kind, turn.value) else opening_tag(turn.kind, turn.value)
        pieces.append(_Piece(text, turn.kind, turn.value, opens=True))
        return
    start = opened.pop()
    pieces[start].partner = len(pieces)
    is_link = _is_link(turn.kind, turn.value)
    text = f"]({write_address(turn.value)})" if is_link else closing_tag(turn.kind, turn.value)
    pieces.append(_Piece(text, turn.kind, turn.value, partner=start))


def _is_link(kind: str, value: Any) -> bool:
    """Whether a mark is written as a Markdown link; an unsafe one is written as nothing."""
    return kind == "link" and isinstance(value, str) and is_allowed(value)


def _without_written_marks(index: int, spans: list[Span], named: Named) -> Span:
    """The span without the marks that its content says at once: code between backticks, a short link."""
    text, marks = spans[index]
    if _is_code(spans[index]):
        marks = {kind: value for kind, value in marks.items() if kind != "code"}
    elif _is_autolink(index, spans) or link_by_name(spans, index, named):
        marks = {kind: value for kind, value in marks.items() if kind != "link"}
    return text, marks


def _is_code(span: Span) -> bool:
    """Whether the span can stand between backticks."""
    text, marks = span
    return marks.get("code") is True and "embed" not in marks and "\r" not in text


def _is_autolink(index: int, spans: list[Span]) -> bool:
    """Whether the span is a link that shows its own address, and the whole of that link."""
    text, marks = spans[index]
    link = marks.get("link")
    if (
        link != text
        or "embed" in marks
        or "code" in marks
        or not _AUTOLINK.fullmatch(text)
        or not is_allowed(text)
    ):
        return False
    neighbours = spans[max(index - 1, 0) : index] + spans[index + 1 : index + 2]
    return not any(same_value(other[1].get("link"), link) for other in neighbours)


def _add_content(
    pieces: list[_Piece], spans: list[Span], index: int, named: Named, single_line: bool
) -> None:
    """The text or embed of one span."""
    span = spans[index]
    at_start = index == 0
    at_end = index == len(spans) - 1
    if is_embed(span):
        pieces.append(_Piece(embed_by_name(spans, index, named) or write_embed(span[1]["embed"])))
    elif _is_code(span):
        pieces.append(_Piece(_code_span(span[0])))
    elif by_name := link_by_name(spans, index, named):
        pieces.append(_Piece(by_name))
    elif _is_autolink(index, spans):
        pieces.append(_Piece(f"<{span[0]}>"))
    else:
        line_start = at_start or _ends_with_break(spans[index - 1])
        special = _ESCAPED_IN_LINK if "link" in span[1] else _ESCAPED
        pieces.append(_Piece(_escaped(span[0], special, at_start, at_end, line_start, single_line)))


def _ends_with_break(span: Span) -> bool:
    """Whether the text after this span stands at the start of a line."""
    return not is_embed(span) and span[0].endswith(BREAK)


def _escaped(
    text: str, special: re.Pattern[str], at_start: bool, at_end: bool, line_start: bool, single_line: bool
) -> str:
    """
    Text of a span with everything escaped that Markdown would see as more than text.

    Args:
        text: Any text without newlines.
        special: What gets a backslash wherever it stands.
        at_start: It begins the block (blanks there would be lost).
        at_end: It ends the block.
        line_start: It begins a line of Markdown.
        single_line: Line breaks are written as `<br>`.
    """
    head = tail = ""
    while at_start and text and _is_blank(text[0]):
        head, text = head + _entity(text[0]), text[1:]
    while at_end and text and _is_blank(text[-1]):
        text, tail = text[:-1], _entity(text[-1]) + tail
    lines = text.split(BREAK)
    written = [
        _escaped_line(line, special, line_start if number == 0 else True, number > 0)
        for number, line in enumerate(lines)
    ]
    return head + ("<br>" if single_line else "\\\n").join(written) + tail


def _escaped_line(line: str, special: re.Pattern[str], line_start: bool, continued: bool) -> str:
    """One line's text; `continued` when a line of the same paragraph stands above it."""
    head = ""
    while continued and line[:1] in (" ", "\t") and line:
        head, line = head + _entity(line[0]), line[1:]
    escaped = special.sub(lambda found: "\\" + found[0], line).replace("\r", "&#13;")
    if line_start and not continued and special is _ESCAPED and FOOTNOTE.match(escaped[1:]):
        escaped = escaped[1:]  # begins a paragraph anyway, and other programs know it for a footnote
    if line_start and not head:
        start = _LINE_STARTS.match(escaped) or (_UNDERLINES.match(escaped) if continued else None)
        if start:
            at = start.end() if start[0].isdigit() else 0
            escaped = escaped[:at] + "\\" + escaped[at:]
    if _CLOSING_ROW.search(escaped):  # a heading would drop it
        escaped = escaped[:-1] + "\\#"
    return head + escaped


def _is_blank(letter: str) -> bool:
    """Whether a parser may drop this letter at the ends of a paragraph."""
    return letter.isspace()


def _entity(letter: str) -> str:
    """A blank that stays: an entity, or for control characters that have none, the letter behind a tag."""
    code = ord(letter)
    if code == 0x0B or 0x0E <= code <= 0x1F or 0x7F <= code <= 0x9F:
        return f"<span>{letter}</span>"
    return "&nbsp;" if code == 0xA0 else f"&#{code};"


def _code_span(text: str) -> str:
    """Text between as many backticks as it needs."""
    longest = {len(run) for run in _FENCE.findall(text)}
    size = next(size for size in range(1, len(longest) + 2) if size not in longest)
    blank = " " if text[0] in " `" or text[-1] in " `" else ""
    if not text.strip(" "):
        blank = ""
    return f"{'`' * size}{blank}{text}{blank}{'`' * size}"


def write_address(address: str) -> str:
    """A link's destination, between angle brackets where it would not be read whole otherwise."""
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    escaped = re.sub(r"[\\<>]|&(?=[#A-Za-z][0-9A-Za-z]*;)", lambda found: "\\" + found[0], address)
    return f"<{escaped.replace(chr(10), '&#10;').replace(chr(13), '&#13;')}>"


def write_embed(payload: Marks) -> str:
    """An embed as Markdown: pictures and linked notes as pictures, anything else as a tag."""
    if is_plain_picture(payload):
        name = payload.get("name", "")
        title = ' "' + _title(name) + '"' if name else ""
        return f"![{_words(payload['alt'])}]({write_address(payload['src'])}{title})"
    if _is_plain_note(payload):
        target = LinkTarget(payload["id"], payload.get("place", ""))
        return f"![{_words(payload['title'])}]({write_address(target.link)})"
    return embed_tag(payload)


def _is_plain_note(payload: Marks) -> bool:
    """Whether an embed is a linked note with nothing more than its id, its title and a place in it."""
    return (
        {"type", "id", "title"} <= set(payload) <= {"type", "id", "title", "place"}
        and payload["type"] == "note"
        and all(isinstance(value, str) for value in payload.values())
        and payload["id"] != ""
        and "#" not in payload["id"]
        and payload.get("place") != ""
    )


def _words(text: str) -> str:
    """Text between the brackets of a picture."""
    escaped = re.sub(r"[\\`*_\[\]<~=&!]", lambda found: "\\" + found[0], text)
    return re.sub(r"[\n\r\u2028]", lambda found: f"&#{ord(found[0])};", escaped)


def _title(text: str) -> str:
    """Text between the quotes of a title."""
    escaped = re.sub(r'[\\"&]', lambda found: "\\" + found[0], text)
    return escaped.replace("\n", "&#10;").replace("\r", "&#13;")


def _choose_delimiters(pieces: list[_Piece]) -> None:
    """Write marks with delimiters instead of tags wherever both ends can stand as such."""
    for index, piece in enumerate(pieces):
        delimiter = _DELIMITERS.get(piece.kind)
        if not piece.opens or delimiter is None or piece.value is not True:
            continue
        if piece.kind == "italic" and _touches_bold(pieces, index):
            delimiter = "_"
        partner = piece.partner
        opened = _flanks(pieces, index, delimiter)[0]
        closed = _flanks(pieces, partner, delimiter)[1]
        if opened and closed:
            piece.text = pieces[partner].text = delimiter


def _touches_bold(pieces: list[_Piece], index: int) -> bool:
    """Whether a star here would stand beside the stars of bold."""
    ends = (index, pieces[index].partner)
    neighbours = (pieces[at] for end in ends for at in (end - 1, end + 1) if 0 <= at < len(pieces))
    return any(piece.kind == "bold" for piece in neighbours)


def _flanks(pieces: list[_Piece], index: int, delimiter: str) -> tuple[bool, bool]:
    """Whether a delimiter at this piece can open, and close (CommonMark 0.31, section 6.2)."""
    before = pieces[index - 1].text[-1:] if index else ""
    after = pieces[index + 1].text[:1] if index + 1 < len(pieces) else ""
    left = not _is_white(after) and (
        not _is_punctuation(after) or _is_white(before) or _is_punctuation(before)
    )
    right = not _is_white(before) and (
        not _is_punctuation(before) or _is_white(after) or _is_punctuation(after)
    )
    if delimiter == "_":
        return left and (not right or _is_punctuation(before)), right and (not left or _is_punctuation(after))
    return left, right


def _is_white(letter: str) -> bool:
    """A blank for the flanking rules; the ends of a paragraph are blanks."""
    return letter == "" or letter in _WHITESPACE_SPECIAL or unicodedata.category(letter) == "Zs"


def _is_punctuation(letter: str) -> bool:
    """Punctuation or a symbol for the flanking rules."""
    return letter != "" and unicodedata.category(letter)[0] in "PS"
