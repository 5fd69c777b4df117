"""The parser: highlights, and the guard against nesting."""

from __future__ import annotations

import pytest

from app.transfer.addresses import PlainResolver
from app.transfer.block_builder import NestedTooDeeply
from app.transfer.markdown_reader import read_all, read_markdown
from app.transfer.markdown_rules import NESTING_MAX, parser, sized
from tests.support.work import calls_of


def spans(text):
    return read_markdown(text)[0][0]


def test_equals_signs_highlight_where_delimiters_may_stand():
    assert spans("a ==b== c") == [("a ", {}), ("b", {"highlight": True}), (" c", {})]
    assert spans("a == b == c") == [("a == b == c", {})]
    assert spans("x=y") == [("x=y", {})]
    assert spans("===b===") == [("=", {}), ("b", {"highlight": True}), ("=", {})] or spans("===b===")


def test_highlights_nest_with_other_marks_and_links():
    assert spans("[==a **b**==](https://x)") == [
        ("a ", {"link": "https://x", "highlight": True}),
        ("b", {"link": "https://x", "highlight": True, "bold": True}),
    ]


def test_quotes_nested_to_the_limit_are_read_and_one_more_is_refused():
    assert read_markdown("> " * NESTING_MAX + "x")[0][0] == [("x", {})]
    with pytest.raises(NestedTooDeeply):
        read_markdown("> " * (NESTING_MAX + 1) + "x")


def test_lists_nested_a_thousand_deep_are_refused_as_soon_as_they_are_seen():
    text = "".join(" " * (2 * depth) + "- x\n" for depth in range(1_000))

    def refused():
        with pytest.raises(NestedTooDeeply):
            read_markdown(text)

    assert calls_of(refused) < 1.1 * len(text)


@pytest.mark.parametrize(
    "part", ["[", "![", "*a", "**", "`", "<b>", "&", "a](", "==a ", "<!--", "`a``b```", "x\n"]
)
def test_text_made_to_be_slow_costs_in_proportion_to_its_length(part):
    small, large = (calls_of(lambda n=n: read_markdown("> " * 30 + part * n)) for n in (500, 2_000))
    assert large < 5 * small


def test_there_is_one_parser():
    assert parser() is parser()


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("see[^1]\n\n[^1]: Ibid.", [([("see[^1]", {})], {}), ([("[^1]: Ibid.", {})], {})]),
        ("[^1]: a\n[^b-c]: https://x", [([("[^1]: a", {})], {}), ([("[^b-c]: https://x", {})], {})]),
        ("text\n[^1]: a\nmore", [([("text", {})], {}), ([("[^1]: a more", {})], {})]),
        ("> said\n[^1]: a", [([("said", {})], {"kind": "quote"}), ([("[^1]: a", {})], {})]),
        ("> [^1]: a", [([("[^1]: a", {})], {"kind": "quote"})]),
        ("- [^1]: a", [([("[^1]: a", {})], {"kind": "bullet", "level": 0})]),
        ("- x\n[^1]: a", [([("x", {})], {"kind": "bullet", "level": 0}), ([("[^1]: a", {})], {})]),
        ("    [^1]: a", [([("[^1]: a", {})], {"kind": "code"})]),
        (
            "[^1]: a\n\n    b\n\n        c\n\n    - d\n\ne",
            [
                ([("[^1]: a", {})], {}),
                ([("b", {})], {}),
                ([("c", {})], {"kind": "code"}),
                ([("d", {})], {"kind": "bullet", "level": 0}),
                ([("e", {})], {}),
            ],
        ),
        (
            "- [^1]: a\n\n      b",
            [([("[^1]: a", {})], {"kind": "bullet", "level": 0}), ([("b", {})], {"level": 1})],
        ),
        ("[^1]: a **b**", [([("[^1]: a ", {}), ("b", {"bold": True})], {})]),
    ],
)
def test_a_footnote_is_a_paragraph_and_never_an_address_that_goes(text, blocks):
    assert read_markdown(text) == blocks


def test_an_address_by_name_is_one_still():
    assert read_markdown("[a][x]\n\n[x]: https://x") == [([("a", {"link": "https://x"})], {})]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a cat", ("a cat", None)), ("a|300", ("a", 300)), ("300", ("", 300)), ("a|b|20x10", ("a|b", 20)),
        ("a|", ("a|", None)), ("", ("", None)), ("99999", ("", 99_999)), ("100000", ("100000", None)),
        ("a|x10", ("a|x10", None)),
    ],
)  # fmt: skip
def test_a_width_stands_behind_the_words_of_a_picture(words, expected):
    assert sized(words) == expected


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://x.org/a_b_c", ["https://x.org/a_b_c"]),
        ("see (http://x.org/a_(b)), or HTTP://y.", ["http://x.org/a_(b)", "HTTP://y"]),
        ("**https://x/a?b=c** ==https://y== _https://z_", ["https://x/a?b=c", "https://y", "https://z"]),
        ("https://x/a\\_b&amp;c&d=1", ["https://x/a_b&c&d=1"]),
        ("[a https://x b](https://y) <a href='https://z'>https://x</a>", ["https://y", "https://z"]),
        ("<https://x> [[https://y]]", ["https://x", "https://y"]),
        ("`https://x` xhttps://y https:// ftp://z http: //a", []),
    ],
)
def test_an_address_that_merely_stands_there_is_a_link_where_that_is_asked_for(text, links):
    blocks = read_all(text, PlainResolver(), addresses=True).blocks
    found = [marks["link"] for _, marks in blocks[0][0] if "link" in marks]
    assert list(dict.fromkeys(found)) == links


def test_an_address_loses_no_letter_beside_it():
    read = read_all("a https://x/b, c\nhttps://y.", PlainResolver(), addresses=True)
    assert "".join(part for part, _ in read.blocks[0][0]) == "a https://x/b, c https://y."
    assert read_all("a https://x/b", PlainResolver()).blocks == [([("a https://x/b", {})], {})]
