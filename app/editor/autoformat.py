"""
Markdown typed at the start of a paragraph becomes what it stands for.

Pure: looks at the text before the caret, says what the block becomes. The caller makes it an edit group of
its own, so that one Ctrl+Z gives back the characters as they were typed.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.editor.keys import Marks

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
