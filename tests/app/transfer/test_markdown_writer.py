"""Markdown out, and the promise that it reads back exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transfer.blocks import tidy
from app.transfer.html_reader import read_html
from app.transfer.markdown_reader import read_markdown
from app.transfer.markdown_writer import write_markdown
from tests.support import notes

HTML = [
    *("<p>", "</p>", "<ul><li>", "</ul>", "<ol start=3><li>", "<table><tr><td>", "<td>", "</table>", "<pre>"),
    *(
        "</pre>",
        "<blockquote>",
        "<div>",
        "</div>",
        "<h3>",
        "<hr>",
        "<br>",
        "<a href=x>",
        "</a>",
        "<img src=a alt=b>",
    ),
    *(
        "<!--",
        "-->",
        "<input type=checkbox>",
        "<p data-block='{}'>",
        "<span data-marks='{\"a\":1}'>",
        "</span>",
    ),
    *("&#10;", "&nbsp;", "<script>", "<b>", "</i>"),
]
LAYOUT = ["\n", "\n\n", "\r\n", "    ", "> ", "- ", "1. ", "```\n", "---\n", "|-|-|\n", "[x]: y\n"]

strange = st.lists(st.sampled_from([*notes.NASTY, *HTML, *LAYOUT]), max_size=40).map("".join)
"""Text that was made by no program and no person."""


def check_round_trip(blocks):
    written = write_markdown(blocks)
    assert read_markdown(written) == tidy(blocks), written


@given(notes.blocks)
def test_what_is_written_reads_back_as_the_same_blocks(blocks):
    check_round_trip(blocks)


@given(notes.code_blocks)
def test_code_with_anything_in_it_reads_back(blocks):
    check_round_trip(blocks)


@pytest.mark.parametrize("language", ["\xa0", "c\u2003", "\x1fc", "c\xa0c", "c c"])
def test_a_language_with_blanks_of_any_kind_reads_back(language):
    check_round_trip([([("x", {})], {"kind": "code", "language": language})])


@given(notes.blocks)
def test_writing_what_was_read_gives_the_same_markdown(blocks):
    written = write_markdown(blocks)
    assert write_markdown(read_markdown(written)) == written


@given(notes.close_quarters)
def test_marks_that_touch_punctuation_blanks_and_each_other_read_back(blocks):
    for block in blocks:
        check_round_trip([block])


@given(notes.mixed_lists)
def test_kinds_and_levels_in_every_order_read_back(blocks):
    check_round_trip(blocks)


@given(notes.emphasis)
def test_bold_and_italic_that_overlap_read_back(paragraphs):
    for spans in paragraphs:
        check_round_trip([(spans, {})])


@given(strange)
def test_whatever_is_read_can_be_written_and_read_again(text):
    for read in (read_markdown, read_html):
        blocks = read(text)
        assert not any("\n" in part for spans, _ in blocks for part, _ in spans)
        check_round_trip(blocks)
