"""Random notes: every kind of block, mark and embed, and text that Markdown and HTML love to misread."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NASTY = [
    "*", "**", "_", "__", "~~", "~", "==", "=", "`", "``", "```", "\\", "[", "]", "](",
    "![", "!", "<", ">", "<b>", "</b>", "<!--", "-->", "&", "&amp;", "&#32;", "&copy", "#",
    "# ", "## x", "- ", "+ ", "* ", "1. ", "12) ", "1.", "---", "===", "|", "| a | b |",
    "|---|", ":-:", "> ", " ", "  ", "    ", "\t", "\u00a0", "\u3000", "\u2003",
    "http://a.b", "<http://a.b>", "a@b.c", "[x]: y", "[ ] ", "[x] ", "{{x}}", "$", "^", "(",
    ")", "\"", "'", ".", ",", "a", "b", "word", "snake_case", "2*3", "é", "ß", "漢字", "かな",
    "한글", "。", "「", "العربية", "ไทย", "हिन्दी", "🙂", "👩‍👩‍👧", "\u200b", "\ufeff", "\u200f",
    "e\u0301", "\ufffc", "\u2028", "\r", "\x0b", "\x0c", "\x1c", "\x85",
]  # fmt: skip
"""Pieces that some parser gives a meaning to, and letters of many scripts beside them."""

texts = (
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=4)), min_size=1, max_size=6)
    .map("".join)
    .map(
        lambda text: "".join(
            letter for letter in text if letter not in "\n\0" and not 0xD800 <= ord(letter) <= 0xDFFF
        )
    )
)
"""Text of one span: no newline (it would end the block), no NUL, no lone surrogates."""

addresses = st.one_of(
    st.sampled_from(
        [
            "https://example.org/a_(b)",
            "http://x/?a=1&b=2&copy;=3",
            "mailto:ana@example.org",
            "note:AAAAAAAAAAAAAAAAAAAAAA",
            "sub folder/ä.md#part",
            "https://x/<y>\\z",
            "https://例え.jp/道 ",
            "#here",
            "",
        ]
    ),
    texts.map(lambda text: "https://h/" + text),
)

plain = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), texts)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2)
)

marks = st.fixed_dictionaries(
    {},
    optional={
        "bold": st.just(True),
        "italic": st.just(True),
        "underline": st.just(True),
        "strike": st.just(True),
        "code": st.just(True),
        "highlight": st.sampled_from([True, "yellow"]),
        "colour": st.sampled_from(["red", "#12ab34", "var(--x)"]),
        "link": addresses,
        "comment:AbC_-1": st.just(True),
        "unknown": values.filter(lambda value: value is not None),
    },
)


def _few(drawn: dict[str, Any], keep: int) -> dict[str, Any]:
    """At most `keep` marks, so that plain and lightly marked text is common."""
    return dict(list(drawn.items())[:keep])


light_marks = st.builds(_few, marks, st.sampled_from([0, 0, 1, 1, 2, 9]))

embeds = st.one_of(
    st.just({"type": "divider"}),
    st.fixed_dictionaries(
        {"type": st.just("image"), "src": addresses.filter(bool), "alt": texts | st.just("")},
        optional={"name": texts},
    ).filter(lambda payload: not payload["src"].startswith("note:")),
    st.fixed_dictionaries({"type": st.just("note"), "id": st.just("A" * 22), "title": texts}),
    st.fixed_dictionaries({"type": st.just("chart"), "points": values}),
)

spans = st.lists(
    st.one_of(
        st.tuples(texts, light_marks),
        st.builds(lambda payload, marks: ("\ufffc", {**marks, "embed": payload}), embeds, light_marks),
    ),
    max_size=4,
)

_levels = st.integers(0, 3)
_languages = st.sampled_from(["", "", "python", "c++", "js {1}", "table", "`", "a\\b", " x"])
_starts = st.sampled_from([0, 1, 2, 7, 10, 999_999_999])


def _kind(kind: str, **more: Any) -> Any:
    """Attributes of one kind of block."""
    return st.fixed_dictionaries({"kind": st.just(kind), **more})


attributes = st.one_of(
    st.just({}),
    st.just({}),
    _kind("heading", level=st.integers(1, 6)),
    _kind("bullet", level=_levels),
    _kind("numbered", level=_levels),
    _kind("numbered", level=st.integers(0, 2), start=_starts),
    _kind("check", level=_levels, checked=st.booleans()),
    _kind("quote", level=st.integers(0, 2)),
    _kind("code", language=_languages, level=st.integers(0, 2)),
    st.fixed_dictionaries({"level": st.integers(1, 3)}),
    st.fixed_dictionaries({"align": texts}),
    st.fixed_dictionaries({"kind": texts, "level": values}),
)

blocks = st.lists(st.tuples(spans, attributes), min_size=1, max_size=7)
"""What `RichText.blocks()` may give, tidied or not."""

code_blocks = st.lists(
    st.tuples(
        st.lists(st.tuples(texts, st.just({})), max_size=2), st.just({"kind": "code", "language": "python"})
    ),
    min_size=1,
    max_size=4,
)

_close_texts = st.text(alphabet="a *_!.漢[](~=`<&#- \u2028\u00a0", min_size=1, max_size=3)
_close_marks = st.builds(
    lambda kinds, link: {**dict.fromkeys(kinds, True), **({"link": link} if link else {})},
    st.lists(st.sampled_from(["bold", "italic", "strike", "highlight", "code", "underline"]), max_size=3),
    st.sampled_from(["", "", "u", "a"]),
)
_close_paragraph = st.tuples(st.lists(st.tuples(_close_texts, _close_marks), max_size=7), st.just({}))

close_quarters = st.lists(_close_paragraph, min_size=12, max_size=12)
"""Paragraphs of short spans in few letters: every pair of neighbours that delimiters could trip over."""

_short = st.lists(st.tuples(st.sampled_from(["", "", "a", "1", "- a", "#"]), st.just({})), max_size=1)

mixed_lists = st.lists(st.tuples(_short, attributes), min_size=30, max_size=30)
"""Many short blocks, so that kinds and levels meet in every order."""

_emphasis_span = st.tuples(
    st.sampled_from(["a", "b", " ", " a", "a ", ".", "漢"]),
    st.sampled_from([{}, {"bold": True}, {"italic": True}, {"bold": True, "italic": True}]),
)

emphasis = st.lists(st.lists(_emphasis_span, min_size=2, max_size=6), min_size=30, max_size=30)
"""Thirty paragraphs of bold and italic in every order."""
