"""
Names that Markdown gives to headings besides their text: `<a id="name"></a>` before one, `{#name}` behind it.

Links from elsewhere go on using them when the text has changed. A note has no such names, so that a link by
one becomes a link to the heading while it is imported. Not here: reading Markdown; a line is looked at alone.
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r"""<a\s{1,9}(?:id|name)\s?=\s?["']?([^"'\s<>]{1,400})["']?\s?/?>""", re.IGNORECASE)
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(.*)")
_OWN_NAME: Final = re.compile(r"\{#([^\s{}]{1,400})\}\s*$")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_MARKUP: Final = re.compile(r"<[^<>]*>")
_TAG: Final = re.compile(r"</?(?:a|b|i|em|strong|code|span|sub|sup)(?:\s[^<>]*)?>", re.IGNORECASE)
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


def anchors_of(text: str) -> dict[str, str]:
    """
    The names in a file's Markdown, each with the text of the heading that it stands for.

    Args:
        text: With line ends as newlines.

    Cost: O(text).
    """
    found: dict[str, str] = {}
    waiting: list[str] = []
    fence = ""
    for line in text.split("\n"):
        edge = _FENCE.match(line)
        if edge is not None and (not fence or edge[1].startswith(fence)):
            fence = "" if fence else edge[1]
            waiting = []
            continue
        if fence or not line.strip():
            continue
        heading = _HEADING.match(line)
        names = _NAME.findall(line)
        if heading is not None:
            words = _LINK.sub(r"\1", _TAG.sub("", heading[1])).strip().rstrip("#").strip()
            for name in [*waiting, *names, *_OWN_NAME.findall(heading[1])]:
                found.setdefault(name, words)
            waiting = []
        elif _MARKUP.sub("", line).strip():
            waiting = []
        else:
            waiting += names
    return found
