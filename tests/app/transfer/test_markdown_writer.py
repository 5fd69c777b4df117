"""Markdown out, and the promise that it reads back exactly."""

from __future__ import annotations

from hypothesis import given

from app.transfer.blocks import tidy
from app.transfer.markdown_reader import read_markdown
from app.transfer.markdown_writer import write_markdown
from tests.support import notes


def check_round_trip(blocks):
    written = write_markdown(blocks)
    assert read_markdown(written) == tidy(blocks), written


@given(notes.blocks)
def test_what_is_written_reads_back_as_the_same_blocks(blocks):
    check_round_trip(blocks)


@given(notes.code_blocks)
def test_code_with_anything_in_it_reads_back(blocks):
    check_round_trip(blocks)


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
