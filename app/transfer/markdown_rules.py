"""
The Markdown parser: CommonMark with strike-through, tables, ==highlight==, [[names]] and addresses that stand
in the text, under our limits.

markdown-it-py parses; the rules added here are the highlight (modelled on its strike-through), links by name
where the reader knows the name, a paragraph for each footnote (CommonMark takes one of a single word for the
address of a link, and drops it), and a guard that raises where markdown-it would silently drop what is nested
too deeply; those for vaults are in `vault_rules`. Links keep their bytes: checking them is the readers'
business (`addresses.py`).
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, paragraph
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from app.transfer.block_builder import NestedTooDeeply
from app.transfer.markdown_inline import FOOTNOTE
from app.transfer.vault_rules import formula_lines, scan_formula, scan_tag

NESTING_MAX = 60
"""Levels of lists and quotes (each list takes two, its item and itself). Above it nothing readable is left,
and the parser recurses: 3 Python frames a level, so 1,000 frames are never reached."""

NAMED = "named"
"""Key of the parser's environment: name -> address of a link by name, or None."""

FOOTNOTE_INDENT = 4
"""Blanks before what goes on with a footnote."""

UNNAMED = "unnamed"
"""Key of the parser's environment: told of each name of a picture or a note that `NAMED` does not know."""

ADDRESSES = "addresses"
"""Key of the parser's environment: whether an address of the web that merely stands there is a link."""

_EQUALS = ord("=")
_ADDRESS = re.compile(r"://[^\s<>*`|\"\[\]]{1,2000}")
_SCHEME = re.compile(r"(?<!\w)https?$", re.IGNORECASE)
_SIZE = re.compile(r"\d{1,5}(?:x\d{1,5})?")
"""Instead of words: how wide a picture is shown."""
_NAME = re.compile(r"(!?)\[\[([^\[\]|\n]{1,400})(?:\|([^\[\]\n]{0,400}))?\]\](?![(\[:])")


@cache
def parser() -> MarkdownIt:
    """The one parser. Cost: 5 ms the first time; markdown-it itself takes 70 ms to import."""
    markdown = MarkdownIt("commonmark", {"maxNesting": NESTING_MAX + 4})
    markdown.enable(["table", "strikethrough"])
    markdown.inline.ruler.before("emphasis", "highlight", _scan_highlight)
    markdown.inline.ruler2.before("emphasis", "highlight", _pair_highlights)
    markdown.inline.ruler.before("link", "wiki", _scan_name)
    markdown.inline.ruler.before("link", "tag", scan_tag)
    markdown.inline.ruler.before("link", "address", _scan_address)
    markdown.inline.ruler.before("escape", "formula", scan_formula)
    stops: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    markdown.block.ruler.before("reference", "footnote", _footnote, stops)
    markdown.block.ruler.before("fence", "formula", formula_lines, stops)
    markdown.block.ruler.before("table", "nesting", _refuse_deep_nesting)
    # Above NESTING_MAX the guard raises; the parser's own limit, which drops content, lies beyond any step.
    # The addresses stay as they are written: percent-encoding them would change a note by exporting it.
    for name, kept in (("normalizeLink", str), ("normalizeLinkText", str), ("validateLink", _every_link)):
        setattr(markdown, name, kept)
    return markdown


def _every_link(_address: str) -> bool:
    """Let every link through: the readers ask the allow-list and say what they left out."""
    return True


def _refuse_deep_nesting(state: StateBlock, _start: int, _end: int, silent: bool) -> bool:
    """Never matches; raises where the parser would next drop content without a word."""
    if not silent and state.level > NESTING_MAX:
        raise NestedTooDeeply(NESTING_MAX)
    return False


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Begin a paragraph with the text of a footnote."""
    place = state.bMarks[start] + state.tShift[start]
    if state.is_code_block(start) or not FOOTNOTE.match(state.src, place, state.eMarks[start]):
        return False
    if not silent:
        paragraph(state, start, end, silent)
        _further_paragraphs(state, end)
    return True


def _further_paragraphs(state: StateBlock, end: int) -> None:
    """Take what stands indented below a footnote, behind empty lines, for more of its text and no code."""
    indent = state.blkIndent + FOOTNOTE_INDENT
    stop = last = state.line
    while stop < end and (state.isEmpty(stop) or state.sCount[stop] >= indent):
        stop += 1
        last = last if state.isEmpty(stop - 1) else stop
    if last > state.line:
        state.blkIndent = indent
        state.md.block.tokenize(state, state.line, last)
        state.blkIndent -= FOOTNOTE_INDENT


def _scan_highlight(state: StateInline, silent: bool) -> bool:
    """Take a run of `==` as delimiters, as the strike-through rule does with `~~`."""
    if silent or state.src[state.pos] != "=":
        return False
    scanned = state.scanDelims(state.pos, True)
    length = scanned.length
    if length < 2:
        return False
    if length % 2:
        state.push("text", "", 0).content = "="
    for _ in range(length // 2):
        state.push("text", "", 0).content = "=="
        state.delimiters.append(
            Delimiter(
                marker=_EQUALS,
                length=0,  # no "rule of three"
                token=len(state.tokens) - 1,
                end=-1,
                open=scanned.can_open,
                close=scanned.can_close,
            )
        )
    state.pos += length
    return True


def _scan_name(state: StateInline, silent: bool) -> bool:
    """Take `[[name]]`, `[[name|words]]` and `![[name]]` for a link or a picture, where the name is known."""
    if state.src[state.pos] not in "![":
        return False
    found = _NAME.match(state.src, state.pos)
    named = state.env.get(NAMED)
    address = named(found[2]) if found and named is not None else None
    if found is None or address is None:
        if found and found[1] and not silent and UNNAMED in state.env:
            state.env[UNNAMED](found[2])
        return False
    if not silent:
        words = found[2] if found[3] is None else found[3]
        if found[1]:
            words, width = sized(found[3] or "")
            token = state.push("image", "img", 0)
            token.attrs = {"src": address}
            token.children = [Token("text", "", 0, content=words or found[2])]
            if width is not None:
                token.attrs["width"] = width
        else:
            state.push("link_open", "a", 1).attrs = {"href": address}
            state.push("text", "", 0).content = words
            state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _scan_address(state: StateInline, silent: bool) -> bool:
    """Take an address in the text for a link, without the signs that end a sentence."""
    found = _ADDRESS.match(state.src, state.pos) if state.src[state.pos] == ":" else None
    scheme = _SCHEME.search(state.pending[-9:]) if found and state.env.get(ADDRESSES) else None
    if found is None or scheme is None or state.linkLevel > 0:
        return False
    written = found[0].rstrip(".,;:!?'_~=")
    while written.endswith(")") and written.count(")") > written.count("("):
        written = written[:-1].rstrip(".,;:!?'_~=")
    if len(written) <= len("://"):
        return False
    if not silent:
        address = unescapeAll(scheme[0] + written)
        state.pending = state.pending[: -len(scheme[0])]
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(written)
    return True


def sized(words: str) -> tuple[str, int | None]:
    """The words of a picture, and the width that may stand behind them or instead: "a cat|300", "300x200"."""
    rest, _, last = words.rpartition("|")
    return (rest, int(last.partition("x")[0])) if _SIZE.fullmatch(last) else (words, None)


def _pair_highlights(state: StateInline) -> None:
    """Turn matched delimiters into `mark_open` and `mark_close`."""
    inner = (meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta)
    for delimiters in (state.delimiters, *inner):
        for opener in delimiters:
            if opener.marker != _EQUALS or opener.end == -1:
                continue
            for delimiter, kind, nesting in (
                (opener, "mark_open", 1),
                (delimiters[opener.end], "mark_close", -1),
            ):
                token = state.tokens[delimiter.token]
                token.type, token.tag, token.content = kind, "mark", ""
                token.nesting = 1 if nesting == 1 else -1
