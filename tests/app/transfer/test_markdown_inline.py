"""The inside of a paragraph: readable where it can be, exact always."""

from __future__ import annotations

import pytest

from app.transfer.markdown_inline import write_address, write_embed, write_inline
from app.transfer.markdown_reader import read_markdown

B, I = {"bold": True}, {"italic": True}  # noqa: E741  # short names keep the table of cases readable


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        ([("plain words", {})], "plain words"),
        ([("bold", B), (" and ", {}), ("italic", I)], "**bold** and *italic*"),
        ([("a ", B), ("b", {**B, **I}), (" c", B)], "**a *b* c**"),
        ([("漢", {}), ("字", B), ("漢", {})], "漢**字**漢"),
        ([("x", {}), (" y", B)], "x<b> y</b>"),
        ([("both", {**B, **I})], "**_both_**"),
        ([("a", {}), ("both", {**B, **I})], "a<b>_both_</b>"),
        ([("gone", {"strike": True}), (" ", {}), ("seen", {"highlight": True})], "~~gone~~ ==seen=="),
        ([("under", {"underline": True})], "<u>under</u>"),
        ([("code `with` ticks", {"code": True})], "``code `with` ticks``"),
        ([("`", {"code": True})], "`` ` ``"),
        ([("site", {"link": "https://x"})], "[site](https://x)"),
        ([("site", {"link": "https://x/a_(b)"})], "[site](<https://x/a_(b)>)"),
        ([("https://x/y", {"link": "https://x/y"})], "<https://x/y>"),
        ([("bad", {"link": "javascript:x"})], "<a>bad</a>"),
        ([("a\u2028b", {})], "a\\\nb"),
        ([(" a ", {})], "&#32;a&#32;"),
        ([("snake_case_name", {})], "snake_case_name"),
        ([("a_ b", {})], "a\\_ b"),
        ([("[c]reate", {})], "\\[c]reate"),
        ([("an [aside] (so)", {})], "an [aside] (so)"),
        ([("a](b", {})], "a\\](b"),
        ([("# no heading", {})], "\\# no heading"),
        ([("#tag", {})], "#tag"),
        ([("1. no list", {})], "1\\. no list"),
        ([("2024 is no list", {})], "2024 is no list"),
        ([("- no list", {})], "\\- no list"),
        ([("-5 degrees", {})], "-5 degrees"),
        ([("a < b & c", {})], "a < b & c"),
        ([("<b>", {})], "\\<b>"),
        ([("&amp;", {})], "\\&amp;"),
        ([("C#", {})], "C#"),
        ([("wow!", {})], "wow\\!"),
    ],
)
def test_spans_are_written_so(spans, written):
    assert write_inline(spans) == written


def test_a_heading_stays_on_one_line():
    assert write_inline([("a\u2028b", {})], single_line=True) == "a<br>b"


def test_colours_and_comments_stand_in_tags_that_say_them_exactly():
    assert write_inline([("x", {"colour": "red"})]) == (
        '<span style="color:red" data-marks="{&quot;colour&quot;:&quot;red&quot;}">x</span>'
    )
    assert write_inline([("x", {"comment:a1": True})]) == (
        '<span data-marks="{&quot;comment:a1&quot;:true}">x</span>'
    )


def test_addresses_are_bracketed_only_where_they_must_be():
    assert write_address("https://x/?a=1&b=2") == "https://x/?a=1&b=2"
    assert write_address("a b") == "<a b>"
    assert write_address("") == "<>"
    assert write_address("x&copy;y") == "<x\\&copy;y>"


def test_embeds_are_pictures_where_markdown_has_them():
    assert write_embed({"type": "image", "src": "a.png", "alt": "a *b*", "name": 'c"d'}) == (
        '![a \\*b\\*](a.png "c\\"d")'
    )
    assert write_embed({"type": "note", "id": "abc", "title": "T"}) == "![T](note:abc)"
    assert write_embed({"type": "poll", "n": 1}).startswith("<span data-embed=")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("[^1]: Ibid.", "[^1]: Ibid."),
        ("[^a*b]: x", "[^a\\*b]: x"),
        ("[1]: Ibid.", "\\[1]: Ibid."),
        ("[^1] x", "\\[^1] x"),
        ("[^a b]: x", "\\[^a b]: x"),
        ("x\u2028[^1]: y", "x\\\n\\[^1]: y"),
        ("[^" + "x" * 100 + "]: y", "[^" + "x" * 100 + "]: y"),
        ("[^" + "x" * 101 + "]: y", "\\[^" + "x" * 101 + "]: y"),
        ("[^" + "*" * 60 + "]: y", "\\[^" + "\\*" * 60 + "]: y"),
    ],
)
def test_the_text_of_a_footnote_begins_as_other_programs_know_it(text, written):
    assert write_inline([(text, {})]) == written
    assert read_markdown(written) == [([(text, {})], {})]


def test_the_text_of_a_footnote_inside_a_link_is_escaped():
    spans = [("[^1]: x", {"link": "https://x"})]
    assert read_markdown(write_inline(spans)) == [(spans, {})]
