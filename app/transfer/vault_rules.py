"""
Rules of the Markdown parser for notes of a vault: #tags in the text, formulas between dollars.

They match only where the parser's environment says so: elsewhere `#` and `$` are signs. A formula is kept
word for word, as code: Markdown would take its stars and backslashes for its own.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from app.transfer.front_matter import TAG_LENGTH_MAX

VAULT = "vault"
"""Key of the parser's environment: whether the text is of a vault."""

TAGS = "tags"
"""Key of the parser's environment: whether a `#tag` in the text is a tag of the note."""

TAG = "tag"
"""A token: the text of a tag with its sign. The name is in `info`."""

FORMULA_LANGUAGE = "math"
"""Of the code that a formula on lines of its own becomes, as GitHub calls it."""

# Letters, digits, symbols and emoji of every script; no blanks and no punctuation but these.
_TAG = re.compile(
    r"#((?:[\w/\-\u200d\ufe0f]|[^\x00-\x7f\w\s\u00a0-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f])+)"
)
# A blank inside the first or last dollar, or a digit behind it, says that it is money.
_FORMULA = re.compile(
    r"\$\$[^$\n]+\$\$|\$(?:[^\s\\$]|\\[^\n])\$(?!\d)|\$(?=[^\s$])(?:[^\\$\n]|\\[^\n])+?(?<=[^\s])\$(?!\d)"
)
_FENCE = "$$"
_SIGNS = "*_~="
"""What may stand before a tag besides a blank: signs of marks."""


def scan_tag(state: StateInline, silent: bool) -> bool:
    """Take `#tag` for a tag."""
    if state.src[state.pos] != "#" or not state.env.get(TAGS):
        return False
    if state.pos and not (state.src[state.pos - 1].isspace() or state.src[state.pos - 1] in _SIGNS):
        return False
    found = _TAG.match(state.src, state.pos)
    name = found[1].strip("/")[:TAG_LENGTH_MAX] if found else ""
    if found is None or all(letter.isdigit() or letter in "/-" for letter in name):
        return False
    if not silent:
        token = state.push(TAG, "", 0)
        token.content, token.info = found[0], name
    state.pos = found.end()
    return True


def scan_formula(state: StateInline, silent: bool) -> bool:
    """Take `$x$` for code, with its dollars."""
    if state.src[state.pos] != "$" or not state.env.get(VAULT):
        return False
    found = _FORMULA.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = found[0]
    state.pos = found.end()
    return True


def formula_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take lines between `$$` for a block of code."""
    if not state.env.get(VAULT) or state.is_code_block(start) or not _line(state, start).startswith(_FENCE):
        return False
    first = _line(state, start)[len(_FENCE) :]
    lines, place = [first], start
    while not lines[-1].endswith(_FENCE):
        place += 1
        if place >= end or state.sCount[place] < state.blkIndent:
            return False
        lines.append(_line(state, place))
    if silent:
        return True
    lines[-1] = lines[-1][: -len(_FENCE)]
    token = state.push("fence", "code", 0)
    token.info = FORMULA_LANGUAGE
    token.content = "".join(line + "\n" for line in lines if line.strip())
    state.line = place + 1
    return True


def _line(state: StateBlock, line: int) -> str:
    """A line without the blanks around it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
