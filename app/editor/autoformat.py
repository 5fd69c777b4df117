"""
Markdown becomes what it stands for while it is typed: signs at the start of a paragraph, and around words.

Pure: looks at the text before the caret, says what becomes of it. The caller makes it an edit group of its
own, so that one Ctrl+Z gives back the characters as they were typed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from app.editor.keys import OBJECT, Marks
from app.transfer.addresses import address_of

# What stands between the start of the block and the caret, the blank just typed included.
_STARTS: Final[tuple[tuple[re.Pattern[str], Marks], ...]] = (
    (re.compile(r"(#{1,6}) "), {"kind": "heading"}),
    (re.compile(r"[-*+•] "), {"kind": "bullet", "level": 0}),
    (re.compile(r"([0-9]{1,4})[.)] "), {"kind": "numbered", "level": 0}),
    (re.compile(r"\[ ?\] "), {"kind": "check", "level": 0, "checked": False}),
    (re.compile(r"\[[xX]\] "), {"kind": "check", "level": 0, "checked": True}),
    (re.compile(r"> "), {"kind": "quote"}),
    (re.compile(r"``` "), {"kind": "code"}),
)
_FENCE: Final = re.compile(r"```([A-Za-z0-9_+#.-]{0,20})")
_RULE: Final = re.compile(r"(-{3,}|\*{3,}|_{3,})")

_PAIRS: Final = (
    ("**", "bold"),
    ("~~", "strike"),
    ("==", "highlight"),
    ("*", "italic"),
    ("_", "italic"),
    ("`", "code"),
)
_WORD_SIGNS: Final = ("*", "_", "==")
"""Signs that stand inside words and sums too, where they mean themselves."""

_LINK: Final = re.compile(r"(?<!!)\[([^\[\]]{1,500})\]\(([^()\s]{1,2000})\)")
_ADDRESS: Final = re.compile(r"(?:^|[\s(])((?:https?://|www\.)[^\s<>]{3,2000}?)[.,;:!?)'\"]*$")
_TAIL: Final = 3_000
"""So many characters before the caret are looked at, so that a key costs the same in a long paragraph."""

CLOSING: Final = frozenset((*(sign[-1] for sign, _ in _PAIRS), ")"))
"""The characters that can end what `span_of` finds."""


class Span(NamedTuple):
    """
    What stands between two signs gets a mark, and the signs go.

    The first sign begins `back` code points before the caret and has `opening`, the second has `closing` and
    ends at the caret.
    """

    back: int
    opening: int
    closing: int
    kind: str
    value: object


def span_of(before: str) -> Span | None:
    """
    Say what the characters before the caret mark.

    Args:
        before: The block's text up to the caret, ending in the character just typed.
    """
    before = before[-_TAIL:]
    if before.endswith(")"):
        return _link_of(before)
    for sign, kind in _PAIRS:
        if before.endswith(sign):
            return _between(before, sign, kind)
    return None


def _between(before: str, sign: str, kind: str) -> Span | None:
    opened = before.rfind(sign, 0, len(before) - len(sign))
    inside = before[opened + len(sign) : -len(sign)]
    if opened < 0 or not inside or inside != inside.strip() or OBJECT in inside or sign[0] in inside:
        return None
    if opened and (before[opened - 1] == sign[0] or (sign in _WORD_SIGNS and _joins(before[opened - 1]))):
        return None
    return Span(len(before) - opened, len(sign), len(sign), kind, True)


def _joins(character: str) -> bool:
    """Whether a character makes one word with what follows; scripts without blanks between words do not."""
    return character.isalnum() and unicodedata.east_asian_width(character) not in "WF"


def _link_of(before: str) -> Span | None:
    found = _LINK.search(before)
    while found is not None and found.end() != len(before):
        found = _LINK.search(before, found.end())
    if found is None or not found[1].strip() or OBJECT in found[1]:
        return None
    address = address_of(found[2])
    if not address:
        return None
    return Span(len(before) - found.start(), 1, len(found[2]) + 3, "link", address)


def address_before(before: str) -> tuple[int, int, str] | None:
    """
    Find the web address that the text before the caret ends in.

    Args:
        before: The block's text up to the caret, without the blank or Enter that ended the address.

    Returns:
        How many code points before its end it begins and ends, and what to link it to.
    """
    before = before[-_TAIL:]
    found = _ADDRESS.search(before)
    address = address_of(found[1]) if found is not None else None
    if found is None or not address:
        return None
    return len(before) - found.start(1), len(before) - found.end(1), address


class Start(NamedTuple):
    """The first `length` code points go, the block becomes `attributes`."""

    length: int
    attributes: Marks


def start_of(before: str, kind: str) -> Start | None:
    """
    Say what the characters before the caret stand for.

    Args:
        before: The block's text up to the caret, ending in the blank just typed.
        kind: Of the block: Markdown is read in paragraphs, and boxes at the start of a bullet.
    """
    for pattern, attributes in _STARTS:
        found = pattern.fullmatch(before)
        if found is None:
            continue
        if kind != "paragraph" and not (kind == "bullet" and attributes["kind"] == "check"):
            return None
        if attributes["kind"] == "heading":
            return Start(len(before), {**attributes, "level": len(found.group(1))})
        if attributes["kind"] == "numbered" and found.group(1) != "1":
            return Start(len(before), {**attributes, "start": int(found.group(1))})
        return Start(len(before), attributes)
    return None


def fence_of(text: str) -> Start | None:
    """Say what Enter makes of a paragraph that is a code fence: a code block, of the language it names."""
    found = _FENCE.fullmatch(text)
    if found is None:
        return None
    language = found.group(1)
    return Start(len(text), {"kind": "code", "language": language} if language else {"kind": "code"})


def is_rule(text: str) -> bool:
    """Whether Enter makes a divider of a paragraph."""
    return _RULE.fullmatch(text) is not None
